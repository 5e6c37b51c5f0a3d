/* SPDX-License-Identifier: GPL-2.0 */
/* The benchmark's RTP flow: makes its packets and checks what arrives. */
#ifndef BENCH_FLOW_H
#define BENCH_FLOW_H

#include <srtp2/srtp.h>

#include "suite.h"

#define FLOW_SSRC 0x75637365
#define FLOW_MAX_PAYLOAD 1400
#define FLOW_MAX_PACKET (12 + FLOW_MAX_PAYLOAD + SRTP_MAX_TRAILER_LEN)

struct flow {
	size_t payload; /* bytes after the RTP header */
	srtp_t seal; /* as the sender protects; NULL: plain RTP */
	srtp_t open; /* as the sink unprotects; NULL: plain RTP */
	uint16_t next_out; /* sequence number of the next packet made */
	uint16_t next_in; /* sequence number of the next one expected */
};

/* A session over one side; *session is NULL for plain RTP. */
int session_new(srtp_t *session, const struct side *side, bool sender);

/* rx is how packets reach the gateway, tx how they leave it. */
int flow_init(struct flow *flow, const struct side *rx, const struct side *tx,
	      size_t payload);
void flow_free(struct flow *flow);

/* Makes the next packet, protected as rx says; returns its length. */
int flow_make(struct flow *flow, uint8_t *packet);

/* Tells the flow that packets it made will not arrive. */
void flow_skip(struct flow *flow);

/*
 * Unprotects the packet as tx says and compares it with the one that is due.
 * Returns how many packets were lost before it, or -EBADMSG.
 */
int flow_check(struct flow *flow, uint8_t *packet, int len);

#endif
