// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: the life of a stream. Its input is a list of operations of
 * three bytes: what to do, and two numbers.
 *
 * Whatever happens, no index is sealed twice under an SSRC, nor one after a
 * leap of more than 2^15; nothing forged is accepted, nothing is accepted
 * twice, and what is accepted is what was sent.
 */
#include "flow.h"
#include "packets.h"
#include "ucsec.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

enum { KEPT = 32, SENT = 4096, SSRC = 5 };

struct sent {
	bool rtcp, accepted;
	u32 generation;		/* of the key */
	u32 clear_len, len;
	u8 clear[MAX_CLEAR], sealed[MAX_PACKET];
};

static struct sent kept[KEPT];
static u64 indices[SENT];
static u32 nkept, nindices, generation, suite;
static struct flow tx, rx;
static struct lcg rng;

static void check(bool cond)
{
	if (!cond)
		abort();
}

/* Both sides have the new keys; the receiver keeps the old ones too. */
static void rekey(bool overlap)
{
	u8 material[UCSEC_MAX_KEY_LEN];

	lcg_fill(&rng, material, sizeof(material));
	keyset_free(tx.keys);
	tx.keys = keyset_new(suite, material, 1, 0);
	keyset_free(rx.old);
	rx.old = NULL;
	if (overlap)
		rx.old = rx.keys;
	else
		keyset_free(rx.keys);
	rx.keys = keyset_new(suite, material, 1, 0);
	generation++;
}

static void send_packet(u16 seq, u32 payload, bool rtcp)
{
	struct sent *s = &kept[nkept % KEPT];
	struct flow_ssrc *state = flow_find(&tx, SSRC);
	u64 top = state ? state->win.top : 0;
	bool started = state && state->win.started;
	u32 i;

	s->rtcp = rtcp;
	s->accepted = false;
	s->generation = generation;
	s->clear_len = rtcp ? make_rtcp(&rng, s->clear, SSRC, 6) :
			      make_rtp(&rng, s->clear, SSRC, seq, payload);
	s->len = s->clear_len;
	memcpy(s->sealed, s->clear, s->len);
	if (flow_send(&tx, s->sealed, &s->len, MAX_PACKET, rtcp) != VERDICT_OK)
		return;
	nkept++;
	if (rtcp || nindices == SENT)
		return;
	/* The index that was used is the closest that was free. */
	state = flow_find(&tx, SSRC);
	check(!started || state->win.top <= top + 0x8000);
	indices[nindices] = ucsec_srtp_window_estimate(&state->win, seq);
	for (i = 0; i < nindices; i++)
		check(indices[i] != indices[nindices]);
	nindices++;
}

static void receive(struct sent *s, u32 flip)
{
	u32 len = s->len;
	u8 *pkt = exact_copy(s->sealed, len);
	enum verdict v;

	if (flip)
		pkt[flip / 8 % len] ^= 1 << flip % 8;
	v = flow_receive(&rx, pkt, &len, s->rtcp);
	check(v != VERDICT_OTHER && v != VERDICT_EXPIRED);
	if (v == VERDICT_OK) {
		check(!flip && !s->accepted);
		check(generation - s->generation <= (rx.old ? 1 : 0));
		check(len == s->clear_len && !memcmp(pkt, s->clear, len));
		s->accepted = true;
	}
	free(pkt);
}

static void step(u8 what, u8 a, u8 b)
{
	u32 number = a << 8 | b;
	struct flow_ssrc *state = flow_find(&tx, SSRC);
	u16 next = state && state->win.started ? (u16)state->win.top + 1 : 0;
	struct sent *any = &kept[nkept ? a % (nkept < KEPT ? nkept : KEPT) : 0];

	switch (what % 8) {
	case 0:
		send_packet((u16)(next + (a & 3)), b, false);
		break;
	case 1:
		send_packet((u16)(next + (what & 8 ? number : number % 200) -
				  100), 20, false);
		break;
	case 2:
		send_packet(0, 0, true);
		break;
	case 3: case 4:
		if (nkept)
			receive(&kept[(nkept - 1) % KEPT], 0);
		break;
	case 5:
		if (nkept)
			receive(any, 0);
		break;
	case 6:
		if (nkept)
			receive(any, number + 1);
		break;
	case 7:
		if (!(a & 7))
			rekey(b & 1);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u32 sizes[] = { 64, 128, 192, 1024 };

	if (size < 2)
		return 0;
	memset(&tx, 0, sizeof(tx));
	memset(&rx, 0, sizeof(rx));
	nkept = 0;
	nindices = 0;
	generation = 0;
	suite = data[0] % UCSEC_SUITE_MAX + 1;
	tx.size = sizes[data[1] % 4];
	rx.size = sizes[data[1] / 4 % 4];
	rng.x = data[1];
	rekey(false);
	for (data += 2, size -= 2; size >= 3; data += 3, size -= 3)
		step(data[0], data[1], data[2]);
	keyset_free(tx.keys);
	keyset_free(rx.keys);
	keyset_free(rx.old);
	return 0;
}
