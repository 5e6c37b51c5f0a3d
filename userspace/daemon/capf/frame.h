/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CAPF messages cut out of a byte stream, and put together for one.
 */
#ifndef CAPF_FRAME_H
#define CAPF_FRAME_H

#include "capf/message.h"

/* Messages from a byte stream; all zeroes in the beginning. */
struct capf_frame {
	uint8_t *buf;
	size_t len, size;
};

/*
 * Takes of *data up to the end of one message and shrinks it by that. 1: the
 * frame is a whole message, capf_frame_next() comes before the next call; 0:
 * all was taken, more is wanted; -EPROTO: not CAPF, -EMSGSIZE: too long; -ENOMEM.
 * Memory follows what has come, not what a header promises.
 */
int capf_frame_put(struct capf_frame *frame, struct element_bytes *data);
void capf_frame_next(struct capf_frame *frame);
void capf_frame_exit(struct capf_frame *frame);	/* wipes */

/* A message in one piece: begin, elements, end. */
void capf_begin(struct element_writer *to, uint8_t *buf, size_t size,
		enum capf_opcode opcode, uint32_t session);
void capf_put_certificate(struct element_writer *to, const uint8_t *der,
			  size_t len);
/* The length of the whole, or -EMSGSIZE. */
int capf_end(struct element_writer *to);

#endif /* CAPF_FRAME_H */
