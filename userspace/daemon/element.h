/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Elements "u8 tag, u16 length, value" of CAPF and TVS, within their bounds.
 */
#ifndef ELEMENT_H
#define ELEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Somebody else's bytes. */
struct element_bytes {
	const uint8_t *at;
	size_t len;
};

struct element {
	uint8_t tag;
	struct element_bytes value;
};

/*
 * The next one of *rest, which shrinks by it. 1, 0 at the end, or -EBADMSG if
 * the length points behind the end.
 */
int element_next(struct element_bytes *rest, struct element *element);

/* Big-endian, of at most four bytes. */
uint32_t element_number(struct element_bytes value);

/* Printable ASCII and exactly one NUL, the last byte: 0 or -EBADMSG. */
int element_text(struct element_bytes value, char *to, size_t size);

/* What does not fit makes it full, and what is full takes nothing more. */
struct element_writer {
	uint8_t *buf;
	size_t len, size;
	bool full;
};

void element_put_bytes(struct element_writer *to, const void *at, size_t len);
void element_put_number(struct element_writer *to, uint32_t number,
			size_t bytes);
/* Tag and length; the caller writes as many bytes next. */
void element_begin(struct element_writer *to, uint8_t tag, size_t len);
void element_put(struct element_writer *to, uint8_t tag, const void *at,
		 size_t len);
void element_put_u8(struct element_writer *to, uint8_t tag, uint8_t value);
/* With its NUL. */
void element_put_text(struct element_writer *to, uint8_t tag, const char *text);

#endif /* ELEMENT_H */
