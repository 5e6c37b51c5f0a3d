// SPDX-License-Identifier: GPL-2.0
// The one reader and writer of elements: whatever a length says, no byte more.

#include <errno.h>
#include <string.h>

#include "element.h"

enum { ELEMENT_HEADER = 3 };

int element_next(struct element_bytes *rest, struct element *element)
{
	size_t len;

	if (!rest->len)
		return 0;
	if (rest->len < ELEMENT_HEADER)
		return -EBADMSG;
	len = (size_t)rest->at[1] << 8 | rest->at[2];
	if (len > rest->len - ELEMENT_HEADER)
		return -EBADMSG;
	element->tag = rest->at[0];
	element->value.at = rest->at + ELEMENT_HEADER;
	element->value.len = len;
	rest->at += ELEMENT_HEADER + len;
	rest->len -= ELEMENT_HEADER + len;
	return 1;
}

uint32_t element_number(struct element_bytes value)
{
	uint32_t number = 0;
	size_t i;

	for (i = 0; i < value.len && i < sizeof(number); i++)
		number = number << 8 | value.at[i];
	return number;
}

int element_text(struct element_bytes value, char *to, size_t size)
{
	size_t i;

	if (!value.len || value.len > size || value.at[value.len - 1])
		return -EBADMSG;
	for (i = 0; i + 1 < value.len; i++) {
		if (value.at[i] < ' ' || value.at[i] > '~')
			return -EBADMSG;
	}
	memcpy(to, value.at, value.len);
	return 0;
}

void element_put_bytes(struct element_writer *to, const void *at, size_t len)
{
	if (to->full || len > to->size - to->len) {
		to->full = true;
		return;
	}
	if (len)
		memcpy(to->buf + to->len, at, len);
	to->len += len;
}

void element_put_number(struct element_writer *to, uint32_t number,
			size_t bytes)
{
	uint8_t big[4] = { number >> 24 & 0xff, number >> 16 & 0xff,
			   number >> 8 & 0xff, number & 0xff };

	element_put_bytes(to, big + sizeof(big) - bytes, bytes);
}

void element_begin(struct element_writer *to, uint8_t tag, size_t len)
{
	if (len > UINT16_MAX)
		to->full = true;
	element_put_number(to, tag, 1);
	element_put_number(to, (uint32_t)len, 2);
}

void element_put(struct element_writer *to, uint8_t tag, const void *at,
		 size_t len)
{
	element_begin(to, tag, len);
	element_put_bytes(to, at, len);
}

void element_put_u8(struct element_writer *to, uint8_t tag, uint8_t value)
{
	element_put(to, tag, &value, 1);
}

void element_put_text(struct element_writer *to, uint8_t tag, const char *text)
{
	element_put(to, tag, text, strlen(text) + 1);
}
