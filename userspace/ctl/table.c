// SPDX-License-Identifier: GPL-2.0
/*
 * Objects as text: tables that fit 80 columns, and one field a line.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "store/schema.h"

#define WIDTH		80
#define CELL_MAX	32	/* an id of a call */
#define MAX_COLUMNS	12
#define NAME_WIDTH	32

/* Characters that take a column, for texts the daemon has checked. */
static size_t columns(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* Who wrote it may have meant to write on the terminal. */
void print_text(FILE *out, const char *text)
{
	for (; *text; text++)
		putc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text,
		     out);
}

/* "(one, two)" under the explanation of what takes them. */
void print_choice(FILE *out, int indent, const char *const *words)
{
	for (size_t i = 0; words && words[i]; i++) {
		if (i)
			fprintf(out, ", %s", words[i]);
		else
			fprintf(out, "  %*s (%s", indent, "", words[i]);
	}
	if (words)
		fputs(")\n", out);
}

static void put_value(FILE *out, const json_t *value)
{
	const char *name;
	json_t *member;
	size_t i, n = 0;

	if (json_is_string(value)) {
		fputs(json_string_value(value), out);
	} else if (json_is_integer(value)) {
		fprintf(out, "%lld", (long long)json_integer_value(value));
	} else if (json_is_boolean(value)) {
		fputs(json_is_true(value) ? "on" : "off", out);
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, member) {
			fputs(i ? " " : "", out);
			put_value(out, member);
		}
	} else if (json_is_object(value)) {
		json_object_foreach((json_t *)value, name, member) {
			if (json_is_null(member) ||
			    (json_is_string(member) &&
			     !json_string_length(member)))
				continue;
			fprintf(out, "%s%s=", n++ ? "," : "", name);
			put_value(out, member);
		}
	}
}

static char *text_of(const json_t *value)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	if (value)
		put_value(file, value);
	fclose(file);
	return text;
}

static void print_cell(const char *text, size_t width)
{
	size_t n = columns(text);

	if (n <= width) {
		print_text(stdout, text);
		printf("%*s", (int)(width - n), "");
		return;
	}
	/* Whole characters, then a sign that there was more. */
	for (size_t shown = 0; *text; text++) {
		shown += (*text & 0xc0) != 0x80;
		if (shown >= width)
			break;
		putchar((unsigned char)*text < ' ' ? '?' : *text);
	}
	putchar('~');
}

static size_t measure(const char *name, const json_t *items)
{
	size_t width = columns(name), i;
	const json_t *item;

	json_array_foreach(items, i, item) {
		char *text = text_of(json_object_get(item, name));
		size_t n = text ? columns(text) : 0;

		width = n > width ? n : width;
		free(text);
	}
	return width > CELL_MAX ? CELL_MAX : width;
}

/* As many of the columns as fit; the first one always. */
void print_columns(const char *const *names, const json_t *items)
{
	size_t widths[MAX_COLUMNS], count = 0, used = 0, i, c;
	const json_t *item;

	for (; names[count] && count < MAX_COLUMNS; count++) {
		widths[count] = measure(names[count], items);
		if (count && used + 2 + widths[count] > WIDTH)
			break;
		used += widths[count] + (count ? 2 : 0);
	}
	for (c = 0; c < count; c++) {
		print_cell(names[c], c + 1 < count ? widths[c] :
			   columns(names[c]));
		fputs(c + 1 < count ? "  " : "\n", stdout);
	}
	json_array_foreach(items, i, item) {
		for (c = 0; c < count; c++) {
			char *text = text_of(json_object_get(item, names[c]));

			/* No blanks at the ends of lines. */
			if (text && c + 1 == count &&
			    columns(text) < widths[c])
				print_text(stdout, text);
			else if (text)
				print_cell(text, widths[c]);
			fputs(c + 1 < count ? "  " : "\n", stdout);
			free(text);
		}
	}
}

/* Keys first, what tells objects apart, texts for people last. */
void print_items(const struct store_noun *noun, const json_t *items)
{
	const char *names[MAX_COLUMNS + 1];
	size_t count = 0;

	for (int pass = 0; pass < 3; pass++) {
		for (const struct store_field *f = noun->fields;
		     f->name && count < MAX_COLUMNS; f++) {
			bool text = f->type == STORE_TYPE_STRING &&
				!(f->flags & STORE_KEY);
			int place = f->flags & STORE_KEY ? 0 : text ? 2 : 1;

			if (f->type == STORE_TYPE_PASSWORD ||
			    f->type == STORE_TYPE_SEALED ||
			    f->type == STORE_TYPE_DIGEST ||
			    f->flags & STORE_FROM_FILE || place != pass)
				continue;
			names[count++] = f->name;
		}
	}
	names[count] = NULL;
	print_columns(names, items);
}

static void print_lines(int indent, const char *name, const char *text)
{
	char *copy = strdup(text), *rest = copy, *line;

	while (copy && (line = strsep(&rest, "\n"))) {
		if (!*line && !rest)
			break;
		printf("%*s%-*s ", indent, "", NAME_WIDTH - indent, name);
		print_text(stdout, line);
		putchar('\n');
		name = "";
	}
	free(copy);
}

static void print_members(int indent, const json_t *item);

/* On one line if it fits, else an object's members below its name. */
static void print_value(int indent, const char *name, const json_t *value)
{
	char *text = text_of(value);

	if (!text)
		return;
	if (json_is_object(value) &&
	    columns(text) + NAME_WIDTH + 1 > WIDTH) {
		printf("%*s%s\n", indent, "", *name ? name : "-");
		print_members(indent + 2, value);
	} else {
		print_lines(indent, name, text);
	}
	free(text);
}

static void print_members(int indent, const json_t *item)
{
	const char *name;
	json_t *value, *entry;
	size_t i;

	json_object_foreach((json_t *)item, name, value) {
		if (!json_is_array(value))
			print_value(indent, name, value);
		else if (!json_array_size(value))
			printf("%*s%s\n", indent, "", name);
		json_array_foreach(value, i, entry)
			print_value(indent, i ? "" : name, entry);
	}
}

void print_item(const json_t *item)
{
	print_members(0, item);
}
