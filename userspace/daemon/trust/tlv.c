// SPDX-License-Identifier: GPL-2.0
/*
 * Elements of the phones' files, read and written without trusting a length.
 */
#include "trust/tlv.h"

#include <errno.h>
#include <string.h>

int tlv_refuse(struct tlv_reader *r, const char *why)
{
	r->fault->why = why;
	r->fault->offset = (size_t)(r->at - r->start);
	return -EBADMSG;
}

uint16_t tlv_u16(const uint8_t *value)
{
	return (uint16_t)(value[0] << 8 | value[1]);
}

uint32_t tlv_u32(const uint8_t *value)
{
	return (uint32_t)tlv_u16(value) << 16 | tlv_u16(value + 2);
}

int tlv_next(struct tlv_reader *r, struct tlv *tlv)
{
	size_t left = (size_t)(r->end - r->at);

	if (left < TLV_HEAD)
		return tlv_refuse(r, "it ends within an element's head");
	tlv->tag = r->at[0];
	tlv->len = tlv_u16(r->at + 1);
	tlv->value = r->at + TLV_HEAD;
	if (tlv->len > left - TLV_HEAD)
		return tlv_refuse(r, "an element is longer than what holds it");
	r->at += TLV_HEAD + tlv->len;
	return 0;
}

static const struct tlv_shape *find_shape(const struct tlv_space *space,
					  uint8_t tag)
{
	for (size_t i = 0; i < space->count; i++)
		if (space->shapes[i].tag == tag)
			return &space->shapes[i];
	return NULL;
}

static const char *misfit(const struct tlv_shape *shape,
			  const struct tlv *tlv, uint32_t seen, uint8_t parent)
{
	if (shape->parent != parent)
		return "an element stands where it does not belong";
	if (seen & 1U << shape->tag)
		return "an element stands there twice";
	if (tlv->len < shape->min || tlv->len > shape->max)
		return "an element has a length that it cannot have";
	if (shape->kind == TLV_TEXT && memchr(tlv->value, 0, tlv->len) !=
	    tlv->value + tlv->len - 1)
		return "a text does not end with its only NUL";
	return NULL;
}

/* Nothing but padding may follow, and not more than it takes to align. */
static int skip_padding(struct tlv_reader *r)
{
	if (r->end - r->at > TLV_MAX_PADDING)
		return tlv_refuse(r, "padding is not at the header's end");
	for (; r->at < r->end; r->at++)
		if (*r->at != TLV_PADDING)
			return tlv_refuse(r, "something follows the padding");
	return 0;
}

/* No deeper than the table: a container stands in its only parent. */
int tlv_read_all(struct tlv_reader *r, struct tlv_space *space, uint8_t parent)
{
	const struct tlv_shape *shape;
	struct tlv_reader inner;
	const char *why;
	struct tlv tlv;
	int err = 0;

	while (!err && r->at < r->end) {
		if (space->padding && !parent && *r->at == TLV_PADDING)
			return skip_padding(r);
		inner = *r;
		err = tlv_next(r, &tlv);
		if (err)
			break;
		shape = find_shape(space, tlv.tag);
		if (!shape)
			continue;
		why = misfit(shape, &tlv, space->seen, parent);
		if (why)
			return tlv_refuse(&inner, why);
		space->seen |= 1U << shape->tag;
		if (shape->kind == TLV_CONTAINER) {
			inner.at = tlv.value;
			inner.end = tlv.value + tlv.len;
			err = tlv_read_all(&inner, space, shape->tag);
		} else {
			space->store(space->ctx, &tlv);
		}
	}
	return err;
}

void tlv_put_raw(struct tlv_writer *w, const void *data, size_t len)
{
	if (w->buf && len > w->size - w->len) {
		w->too_long = true;
		return;
	}
	if (w->buf && len)
		memcpy(w->buf + w->len, data, len);
	w->len += len;
}

void tlv_put(struct tlv_writer *w, uint8_t tag, const void *value, size_t len)
{
	uint8_t head[TLV_HEAD] = { tag, (uint8_t)(len >> 8), (uint8_t)len };

	/* Refused, never cut: half a certificate is none. */
	if (len > UINT16_MAX) {
		w->too_long = true;
		return;
	}
	tlv_put_raw(w, head, sizeof(head));
	tlv_put_raw(w, value, len);
}

void tlv_put_number(struct tlv_writer *w, uint8_t tag, uint32_t value,
		    size_t len)
{
	uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
			     (uint8_t)(value >> 8), (uint8_t)value };

	tlv_put(w, tag, bytes + sizeof(bytes) - len, len);
}

void tlv_put_text(struct tlv_writer *w, uint8_t tag, const char *text)
{
	tlv_put(w, tag, text, strlen(text) + 1);
}

size_t tlv_open(struct tlv_writer *w, uint8_t tag)
{
	tlv_put(w, tag, NULL, 0);
	return w->len;
}

void tlv_patch_u16(struct tlv_writer *w, size_t at, size_t value)
{
	if (value > UINT16_MAX)
		w->too_long = true;
	if (!w->buf || w->too_long)
		return;
	w->buf[at] = (uint8_t)(value >> 8);
	w->buf[at + 1] = (uint8_t)value;
}

void tlv_close(struct tlv_writer *w, size_t opened)
{
	tlv_patch_u16(w, opened - 2, w->len - opened);
}
