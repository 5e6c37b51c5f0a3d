/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes for the tests: from hexadecimal text, from recorded conversations, cut
 * and put together in ways that no writer would.
 */
#ifndef BYTES_H
#define BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	uint8_t at[70000];
	size_t len;
};

/* Hexadecimal digits with any space between; "..." is text. */
void bytes_set(struct bytes *bytes, const char *text);
void bytes_add(struct bytes *bytes, const void *at, size_t len);
void bytes_add_element(struct bytes *bytes, uint8_t tag, const void *at,
		       size_t len);
bool bytes_are(const struct bytes *bytes, const void *at, size_t len);

/* A CAPF header, and the length that the payload has now. */
void bytes_capf(struct bytes *bytes, uint8_t opcode, uint32_t session);
void bytes_capf_done(struct bytes *bytes);

/* A file of lines "S>C hex" and "C>S hex". */
struct talk {
	size_t count;
	struct {
		bool from_server;
		struct bytes bytes;
	} lines[16];
};

/* Ends the program if the file is not there. */
struct talk *talk_read(const char *path);

#endif /* BYTES_H */
