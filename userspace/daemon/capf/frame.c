// SPDX-License-Identifier: GPL-2.0
// CAPF messages cut out of a byte stream, and put together for one.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capf/frame.h"

enum { FIRST_SIZE = 512 };		/* what most messages need */

/* What moves may be a password: the old place is wiped. */
static int grow(struct capf_frame *frame, size_t size)
{
	uint8_t *buf;

	if (size <= frame->size)
		return 0;
	if (size < 2 * frame->size)
		size = 2 * frame->size;
	if (size < FIRST_SIZE)
		size = FIRST_SIZE;
	if (size > CAPF_HEADER + CAPF_PAYLOAD_MAX)
		size = CAPF_HEADER + CAPF_PAYLOAD_MAX;
	buf = malloc(size);
	if (!buf)
		return -ENOMEM;
	if (frame->len)
		memcpy(buf, frame->buf, frame->len);
	capf_frame_exit(&(struct capf_frame){ frame->buf, 0, frame->size });
	frame->buf = buf;
	frame->size = size;
	return 0;
}

static int take(struct capf_frame *frame, struct element_bytes *data,
		size_t until)
{
	size_t n = until - frame->len;
	int err;

	if (n > data->len)
		n = data->len;
	if (!n)
		return 0;
	err = grow(frame, frame->len + n);
	if (err)
		return err;
	memcpy(frame->buf + frame->len, data->at, n);
	frame->len += n;
	data->at += n;
	data->len -= n;
	return 0;
}

int capf_frame_put(struct capf_frame *frame, struct element_bytes *data)
{
	size_t payload;
	int err = 0;

	if (frame->len < CAPF_HEADER)
		err = take(frame, data, CAPF_HEADER);
	if (err)
		return err;
	if (frame->len && frame->buf[0] != CAPF_PROTOCOL)
		return -EPROTO;
	if (frame->len < CAPF_HEADER)
		return 0;
	payload = (size_t)frame->buf[6] << 8 | frame->buf[7];
	if (payload > CAPF_PAYLOAD_MAX)
		return -EMSGSIZE;
	err = take(frame, data, CAPF_HEADER + payload);
	if (err)
		return err;
	return frame->len == CAPF_HEADER + payload;
}

void capf_frame_next(struct capf_frame *frame)
{
	if (frame->buf)
		explicit_bzero(frame->buf, frame->len);
	frame->len = 0;
}

void capf_frame_exit(struct capf_frame *frame)
{
	if (frame->buf)
		explicit_bzero(frame->buf, frame->size);
	free(frame->buf);
	memset(frame, 0, sizeof(*frame));
}

void capf_begin(struct element_writer *to, uint8_t *buf, size_t size,
		enum capf_opcode opcode, uint32_t session)
{
	*to = (struct element_writer){ .buf = buf, .size = size };
	element_put_number(to, CAPF_PROTOCOL, 1);
	element_put_number(to, opcode, 1);
	element_put_number(to, session, 4);
	element_put_number(to, 0, 2);
}

void capf_put_certificate(struct element_writer *to, const uint8_t *der,
			  size_t len)
{
	element_begin(to, CAPF_CERTIFICATE, len + 5);
	element_put_number(to, 1, 1);
	element_put_number(to, (uint32_t)(len + 2), 2);
	element_put_number(to, 0, 1);
	element_put_number(to, CAPF_LSC, 1);
	element_put_bytes(to, der, len);
}

int capf_end(struct element_writer *to)
{
	size_t payload = to->len - CAPF_HEADER;

	if (to->full || payload > CAPF_PAYLOAD_MAX)
		return -EMSGSIZE;
	to->buf[6] = payload >> 8 & 0xff;
	to->buf[7] = payload & 0xff;
	return (int)to->len;
}
