// SPDX-License-Identifier: GPL-2.0
/* Makes and checks the benchmark's packets, with libsrtp2 as the oracle. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "flow.h"

enum {
	RTP_HEADER_LEN = 12,
	FIRST_SEQ = 1000,
	PACKET_TIME = 160, /* 20 ms at 8 kHz */
};

static void set_policy(srtp_crypto_policy_t *policy, const struct suite *suite)
{
	if (!suite->aead && suite->tag_len == 4)
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(policy);
	else if (!suite->aead)
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(policy);
	else if (suite->key_len == 16)
		srtp_crypto_policy_set_aes_gcm_128_16_auth(policy);
	else
		srtp_crypto_policy_set_aes_gcm_256_16_auth(policy);
}

int session_new(srtp_t *session, const struct side *side, bool sender)
{
	srtp_policy_t policy = {
		.ssrc.type = sender ? ssrc_any_outbound : ssrc_any_inbound,
		.window_size = 128,
	};

	*session = NULL;
	if (!side->suite)
		return 0;
	set_policy(&policy.rtp, side->suite);
	policy.rtcp = policy.rtp;
	policy.key = (unsigned char *)side->key;
	return srtp_create(session, &policy) ? -EINVAL : 0;
}

int flow_init(struct flow *flow, const struct side *rx, const struct side *tx,
	      size_t payload)
{
	int err;

	if (!payload || payload > FLOW_MAX_PAYLOAD)
		return -EMSGSIZE;
	flow->payload = payload;
	flow->next_out = FIRST_SEQ;
	flow->next_in = FIRST_SEQ;

	err = session_new(&flow->seal, rx, true);
	if (err)
		return err;
	err = session_new(&flow->open, tx, false);
	if (err && flow->seal)
		srtp_dealloc(flow->seal);
	return err;
}

void flow_free(struct flow *flow)
{
	if (flow->seal)
		srtp_dealloc(flow->seal);
	if (flow->open)
		srtp_dealloc(flow->open);
}

/* The plain packet of a sequence number: both ends can make it. */
static void make_plain(uint8_t *packet, uint16_t seq, size_t payload)
{
	const uint16_t be_seq = htons(seq);
	const uint32_t be_time = htonl((uint32_t)seq * PACKET_TIME);
	const uint32_t be_ssrc = htonl(FLOW_SSRC);
	uint32_t random = seq;

	packet[0] = 0x80; /* version 2, nothing optional */
	packet[1] = 0; /* PCMU */
	memcpy(packet + 2, &be_seq, sizeof(be_seq));
	memcpy(packet + 4, &be_time, sizeof(be_time));
	memcpy(packet + 8, &be_ssrc, sizeof(be_ssrc));
	for (size_t i = 0; i < payload; i++) {
		random = random * 1664525 + 1013904223;
		packet[RTP_HEADER_LEN + i] = (uint8_t)(random >> 24);
	}
}

int flow_make(struct flow *flow, uint8_t *packet)
{
	int len = (int)(RTP_HEADER_LEN + flow->payload);

	make_plain(packet, flow->next_out++, flow->payload);
	if (flow->seal && srtp_protect(flow->seal, packet, &len))
		return -EINVAL;
	return len;
}

void flow_skip(struct flow *flow)
{
	flow->next_in = flow->next_out;
}

int flow_check(struct flow *flow, uint8_t *packet, int len)
{
	uint8_t plain[FLOW_MAX_PACKET];
	uint16_t seq, lost;

	if (flow->open && srtp_unprotect(flow->open, packet, &len))
		return -EBADMSG;
	if (len != (int)(RTP_HEADER_LEN + flow->payload))
		return -EBADMSG;

	memcpy(&seq, packet + 2, sizeof(seq));
	make_plain(plain, ntohs(seq), flow->payload);
	if (memcmp(plain, packet, (size_t)len))
		return -EBADMSG;

	/* A packet from the past, or not sent yet, is wrong and not lost. */
	lost = (uint16_t)(ntohs(seq) - flow->next_in);
	if (lost >= (uint16_t)(flow->next_out - flow->next_in))
		return -EBADMSG;
	flow->next_in = (uint16_t)(ntohs(seq) + 1);
	return lost;
}
