/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Elements of the phones' files: u8 tag, u16 length, value; private to trust/.
 */
#ifndef TRUST_TLV_H
#define TRUST_TLV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trust/fault.h"

#define TLV_HEAD	3	/* tag and length */
#define TLV_PADDING	13	/* in headers: a byte alone, without length */
#define TLV_MAX_PADDING	3

/*
 * A stretch of a file. Nothing of it is touched but through a reader: those
 * below never go beyond @end, whatever the lengths say.
 */
struct tlv_reader {
	const uint8_t *start;	/* of the file, for the fault's offset */
	const uint8_t *at, *end;
	struct trust_fault *fault;
};

struct tlv {
	uint8_t tag;
	uint16_t len;
	const uint8_t *value;
};

enum tlv_kind {
	TLV_BYTES,
	TLV_TEXT,		/* ends with its only NUL */
	TLV_CONTAINER,		/* of elements */
};

/* What is known of a tag: where it belongs, and how long it may be. */
struct tlv_shape {
	uint8_t tag, parent;	/* parent 0: it stands alone */
	enum tlv_kind kind;
	uint16_t min, max;
};

/* Tags of one numbering space, all below 32. */
struct tlv_space {
	const struct tlv_shape *shapes;
	size_t count;
	bool padding;		/* the last bytes may be TLV_PADDING */
	void (*store)(void *ctx, const struct tlv *tlv);
	void *ctx;
	uint32_t seen;		/* bit per tag, 0 at first */
};

/* -EBADMSG, and the sentence; at where the reader stands. */
int tlv_refuse(struct tlv_reader *r, const char *why);
int tlv_next(struct tlv_reader *r, struct tlv *tlv);
/*
 * Every element up to the end, in any order, each once; unknown ones are
 * skipped. A container must be as long as what is in it.
 */
int tlv_read_all(struct tlv_reader *r, struct tlv_space *space, uint8_t parent);

/* Of values whose length has been checked. */
uint16_t tlv_u16(const uint8_t *value);
uint32_t tlv_u32(const uint8_t *value);

/* Into @buf, or only counting if that is NULL. */
struct tlv_writer {
	uint8_t *buf;
	size_t size, len;
	bool too_long;		/* for a length of 16 bits, or for @size */
};

void tlv_put(struct tlv_writer *w, uint8_t tag, const void *value, size_t len);
void tlv_put_number(struct tlv_writer *w, uint8_t tag, uint32_t value,
		    size_t len);
void tlv_put_text(struct tlv_writer *w, uint8_t tag, const char *text);
void tlv_put_raw(struct tlv_writer *w, const void *data, size_t len);
/* A container: its length is set when it is closed. */
size_t tlv_open(struct tlv_writer *w, uint8_t tag);
void tlv_close(struct tlv_writer *w, size_t opened);
/* A number that was not known yet when it was put. */
void tlv_patch_u16(struct tlv_writer *w, size_t at, size_t value);

#endif /* TRUST_TLV_H */
