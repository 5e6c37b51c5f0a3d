// SPDX-License-Identifier: GPL-2.0
// Bytes from text and from recorded conversations.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

void bytes_add(struct bytes *bytes, const void *at, size_t len)
{
	if (len > sizeof(bytes->at) - bytes->len)
		abort();
	if (len)
		memcpy(bytes->at + bytes->len, at, len);
	bytes->len += len;
}

void bytes_set(struct bytes *bytes, const char *text)
{
	bool quoted = false;

	for (bytes->len = 0; *text; text++) {
		unsigned int value;
		uint8_t byte;

		if (*text == '"') {
			quoted = !quoted;
		} else if (quoted) {
			bytes_add(bytes, text, 1);
		} else if (!isspace((unsigned char)*text)) {
			if (sscanf(text, "%2x", &value) != 1)
				abort();
			byte = (uint8_t)value;
			bytes_add(bytes, &byte, 1);
			text++;
		}
	}
}

void bytes_add_element(struct bytes *bytes, uint8_t tag, const void *at,
		       size_t len)
{
	const uint8_t head[] = { tag, len >> 8 & 0xff, len & 0xff };

	bytes_add(bytes, head, sizeof(head));
	bytes_add(bytes, at, len);
}

bool bytes_are(const struct bytes *bytes, const void *at, size_t len)
{
	return bytes->len == len && !memcmp(bytes->at, at, len);
}

void bytes_capf(struct bytes *bytes, uint8_t opcode, uint32_t session)
{
	const uint8_t head[] = { 0x55, opcode, session >> 24,
				 session >> 16 & 0xff, session >> 8 & 0xff,
				 session & 0xff, 0, 0 };

	bytes->len = 0;
	bytes_add(bytes, head, sizeof(head));
}

void bytes_capf_done(struct bytes *bytes)
{
	bytes->at[6] = (bytes->len - 8) >> 8 & 0xff;
	bytes->at[7] = (bytes->len - 8) & 0xff;
}

struct talk *talk_read(const char *path)
{
	struct talk *talk = calloc(1, sizeof(*talk));
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (!f || !talk) {
		perror(path);
		exit(1);
	}
	while (getline(&line, &size, f) > 4 && talk->count < 16) {
		talk->lines[talk->count].from_server = line[0] == 'S';
		bytes_set(&talk->lines[talk->count++].bytes, line + 4);
	}
	free(line);
	fclose(f);
	return talk;
}
