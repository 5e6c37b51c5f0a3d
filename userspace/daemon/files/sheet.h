/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An XML document on its way into memory; the first fault ends it.
 *
 * The same calls give the same bytes. Escaping is libxml2's; what XML cannot
 * hold, control characters and bytes that are not UTF-8, is refused, for a
 * phone would refuse the whole document.
 */
#ifndef FILES_SHEET_H
#define FILES_SHEET_H

#include <libxml/xmlwriter.h>
#include <stdbool.h>
#include <stddef.h>

/* keyd signs no larger file. */
#define SHEET_MAX	65536
#define SHEET_NAME_SIZE	48

struct sheet {
	xmlBufferPtr buffer;
	xmlTextWriterPtr writer;
	char refused[SHEET_NAME_SIZE];	/* the element, if its text was */
	int err;
};

/* A document as text, without a NUL; it may hold passwords. */
struct sheet_text {
	char *bytes;
	size_t len;
	char refused[SHEET_NAME_SIZE];	/* with -EILSEQ: whose text it was */
};

/* Before the first of them: what libxml2 frees is wiped. */
void sheet_wipe_memory(void);

void sheet_open(struct sheet *sheet, const char *root);
void sheet_begin(struct sheet *sheet, const char *name);
void sheet_end(struct sheet *sheet);
/* Of the element begun last, before anything is in it. */
void sheet_attribute(struct sheet *sheet, const char *name,
		     const char *value);
void sheet_attribute_number(struct sheet *sheet, const char *name,
			    unsigned int value);
void sheet_put(struct sheet *sheet, const char *name, const char *text);
void sheet_put_number(struct sheet *sheet, const char *name, long number);
void sheet_put_bool(struct sheet *sheet, const char *name, bool value);
/*
 * Closes it in any case: 0, -EILSEQ, -E2BIG or -ENOMEM. @text is empty unless
 * it is 0.
 */
int sheet_close(struct sheet *sheet, struct sheet_text *text);
void sheet_text_clear(struct sheet_text *text);	/* and wipes it */

#endif /* FILES_SHEET_H */
