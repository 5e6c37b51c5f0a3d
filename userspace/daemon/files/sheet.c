// SPDX-License-Identifier: GPL-2.0
/*
 * An XML document on its way into memory; the first fault ends it.
 */
#include "files/sheet.h"

#include <errno.h>
#include <libxml/chvalid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wipe.h"

void sheet_wipe_memory(void)
{
	xmlMemSetup(wipe_free, malloc, wipe_realloc, strdup);
}

static void done(struct sheet *sheet, int written)
{
	if (written < 0 && !sheet->err)
		sheet->err = -ENOMEM;
	if (sheet->buffer && xmlBufferLength(sheet->buffer) > SHEET_MAX &&
	    !sheet->err)
		sheet->err = -E2BIG;
}

void sheet_open(struct sheet *sheet, const char *root)
{
	memset(sheet, 0, sizeof(*sheet));
	sheet->buffer = xmlBufferCreate();
	if (sheet->buffer)
		sheet->writer = xmlNewTextWriterMemory(sheet->buffer, 0);
	done(sheet, sheet->writer ? 0 : -1);
	if (!sheet->err)
		done(sheet, xmlTextWriterStartDocument(sheet->writer, NULL,
						       "UTF-8", NULL));
	sheet_begin(sheet, root);
}

void sheet_begin(struct sheet *sheet, const char *name)
{
	if (!sheet->err)
		done(sheet, xmlTextWriterStartElement(sheet->writer,
						      BAD_CAST name));
}

/* "<a></a>", as others write it, not "<a/>". */
void sheet_end(struct sheet *sheet)
{
	if (!sheet->err)
		done(sheet, xmlTextWriterFullEndElement(sheet->writer));
}

void sheet_attribute(struct sheet *sheet, const char *name, const char *value)
{
	if (!sheet->err)
		done(sheet, xmlTextWriterWriteAttribute(sheet->writer,
							BAD_CAST name,
							BAD_CAST value));
}

void sheet_attribute_number(struct sheet *sheet, const char *name,
			    unsigned int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	sheet_attribute(sheet, name, text);
}

/* Production [2] of XML 1.0, in the shortest form: libxml2 takes longer ones. */
static bool is_text(const char *text)
{
	static const int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t left = strlen(text);

	while (left) {
		int len = left > 4 ? 4 : left;
		int code = xmlGetUTF8Char(BAD_CAST text, &len);

		if (code < 0 || len < 1 || len > 4 || code < least[len] ||
		    !xmlIsCharQ((unsigned int)code))
			return false;
		text += len;
		left -= len;
	}
	return true;
}

void sheet_put(struct sheet *sheet, const char *name, const char *text)
{
	if (sheet->err)
		return;
	if (text && strnlen(text, SHEET_MAX + 1) > SHEET_MAX) {
		sheet->err = -E2BIG;
		return;
	}
	if (text && !is_text(text)) {
		sheet->err = -EILSEQ;
		snprintf(sheet->refused, sizeof(sheet->refused), "%s", name);
		return;
	}
	sheet_begin(sheet, name);
	if (!sheet->err && text && *text)
		done(sheet, xmlTextWriterWriteString(sheet->writer,
						     BAD_CAST text));
	sheet_end(sheet);
}

void sheet_put_number(struct sheet *sheet, const char *name, long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", number);
	sheet_put(sheet, name, text);
}

void sheet_put_bool(struct sheet *sheet, const char *name, bool value)
{
	sheet_put(sheet, name, value ? "true" : "false");
}

int sheet_close(struct sheet *sheet, struct sheet_text *text)
{
	int err;

	memset(text, 0, sizeof(*text));
	sheet_end(sheet);
	if (!sheet->err)
		done(sheet, xmlTextWriterEndDocument(sheet->writer));
	/* Frees what it has of its own, and flushes into the buffer. */
	xmlFreeTextWriter(sheet->writer);
	done(sheet, 0);
	err = sheet->err;
	memcpy(text->refused, sheet->refused, sizeof(text->refused));
	if (!err) {
		text->len = xmlBufferLength(sheet->buffer);
		text->bytes = malloc(text->len + 1);
		err = text->bytes ? 0 : -ENOMEM;
	}
	if (!err)
		memcpy(text->bytes, xmlBufferContent(sheet->buffer),
		       text->len);
	else
		text->len = 0;
	xmlBufferFree(sheet->buffer);
	return err;
}

void sheet_text_clear(struct sheet_text *text)
{
	if (text->bytes)
		explicit_bzero(text->bytes, text->len);
	free(text->bytes);
	memset(text, 0, sizeof(*text));
}
