// SPDX-License-Identifier: GPL-2.0
/*
 * Keywords and values of the command line into an object, by the daemon's
 * table. Whether values are good is the daemon's to say; what kind they are of
 * is seen here.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "store/schema.h"

#define TEXT_MAX	(64 << 20)	/* the daemon takes no more */

/* Secrets and certificates come from files; checksums by import alone. */
static bool is_from_file(const struct store_field *f)
{
	return f->type == STORE_TYPE_PASSWORD || f->flags & STORE_FROM_FILE;
}

bool is_typed_by_hand(const struct store_field *f)
{
	return f->type != STORE_TYPE_DIGEST && f->type != STORE_TYPE_SEALED &&
		!(f->flags & STORE_DERIVED);
}

/* On the command line as there, with dashes. */
void keyword_of(const struct store_field *field, char *word, size_t size)
{
	snprintf(word, size, "%s%s", field->name,
		 is_from_file(field) ? "-file" : "");
	for (; (word = strchr(word, '_')); )
		*word = '-';
}

static const struct store_field *find_field(const struct store_noun *noun,
					    const char *word)
{
	char keyword[64], asked[64];

	snprintf(asked, sizeof(asked), "%s", word);
	for (char *c = asked; (c = strchr(c, '_'));)
		*c = '-';
	for (const struct store_field *f = noun->fields; f->name; f++) {
		keyword_of(f, keyword, sizeof(keyword));
		if (is_typed_by_hand(f) && !strcmp(keyword, asked))
			return f;
	}
	return NULL;
}

/* What could not be read to its end is no file that ends there. */
static enum status check_bytes(struct ctl *ctl, uint8_t **data, size_t len,
			       int err)
{
	const char *wrong = err ? strerror(err) : !*data ?
		"the file is too long" : NULL;

	if (!wrong) {
		(*data)[len] = '\0';
		return STATUS_OK;
	}
	if (*data)
		explicit_bzero(*data, len);
	free(*data);
	*data = NULL;
	return fail(ctl, wrong);
}

enum status read_bytes(struct ctl *ctl, const char *keyword, const char *file,
		       uint8_t **data, size_t *size)
{
	bool is_stdin = !strcmp(file, "-");
	size_t len = 0, room = 65536;
	ssize_t n = 0;
	int fd, err;

	if (is_stdin && ctl->stdin_taken)
		return value_error(ctl, keyword, "standard input is taken");
	ctl->stdin_taken = ctl->stdin_taken || is_stdin;
	fd = is_stdin ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "ucsecctl: %s: %s\n", keyword,
			strerror(errno));
		return STATUS_FAILED;
	}
	*data = malloc(room + 1);
	while (*data && (n = read(fd, *data + len, room - len)) > 0) {
		uint8_t *more;

		len += n;
		if (len < room)
			continue;
		/* Not realloc: it would leave a copy behind. */
		room *= 2;
		more = room > TEXT_MAX ? NULL : malloc(room + 1);
		if (more)
			memcpy(more, *data, len);
		explicit_bzero(*data, len);
		free(*data);
		*data = more;
	}
	err = n < 0 ? errno : 0;
	close(fd);
	*size = len;
	return check_bytes(ctl, data, len, err);
}

enum status read_text(struct ctl *ctl, const char *keyword, const char *file,
		      char **text)
{
	enum status status;
	uint8_t *data;
	size_t len;

	status = read_bytes(ctl, keyword, file, &data, &len);
	if (status != STATUS_OK)
		return status;
	*text = (char *)data;
	if (!memchr(data, '\0', len))
		return STATUS_OK;
	explicit_bzero(data, len);
	free(data);
	*text = NULL;
	return fail(ctl, "the file is no text: it has a NUL byte");
}

/* The end of the line is the file's, not the password's. */
static enum status parse_file(struct ctl *ctl, const struct store_field *f,
			      const char *keyword, const char *file,
			      json_t *object)
{
	enum status status;
	char *text = NULL;
	size_t len;

	status = read_text(ctl, keyword, file, &text);
	if (status != STATUS_OK)
		return status;
	len = strlen(text);
	if (f->type == STORE_TYPE_PASSWORD && len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	if (json_object_set_new(object, f->name, json_string(text))) {
		fprintf(stderr, "ucsecctl: %s: not UTF-8 text\n", keyword);
		status = STATUS_FAILED;
	}
	explicit_bzero(text, len);
	free(text);
	return status;
}

static json_t *parse_bool(const char *word)
{
	int value = parse_switch(word);

	if (value < 0)
		value = !strcmp(word, "true") || !strcmp(word, "yes") ? 1 :
			!strcmp(word, "false") || !strcmp(word, "no") ? 0 : -1;
	return value < 0 ? NULL : json_boolean(value);
}

static json_t *parse_int(const char *word)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(word, &end, 10);
	if (errno || end == word || *end || isspace((unsigned char)*word))
		return NULL;
	return json_integer(value);
}

static json_t *parse_names(const char *word)
{
	json_t *list = json_array();
	char *copy = strdup(word), *rest = copy, *name;

	if (!strcmp(word, "none"))
		rest = NULL;
	while (rest && (name = strsep(&rest, ",")))
		json_array_append_new(list, json_string(name));
	free(copy);
	return list;
}

/* NULL: not of that type. "none" is null where another object is named. */
json_t *parse_value(const struct store_field *f, const char *word)
{
	switch (f->type) {
	case STORE_TYPE_BOOL:
		return parse_bool(word);
	case STORE_TYPE_INT:
		return parse_int(word);
	case STORE_TYPE_REF:
		return strcmp(word, "none") ? json_string(word) : json_null();
	case STORE_TYPE_REFS:
		return parse_names(word);
	default:
		return json_string(word);
	}
}

/* "2001/internal", where a reference has two names. */
static bool add_reference(const struct store_field *const item[], size_t count,
			  char *word, json_t *entry)
{
	char *slash = strchr(word, '/');

	if (!slash || count < 2 || !(item[1]->flags & STORE_KEY))
		return false;
	*slash++ = '\0';
	json_object_set_new(entry, item[0]->name, json_string(word));
	json_object_set_new(entry, item[1]->name, json_string(slash));
	return true;
}

/* "number=2001,partition=internal": the first may go without its name. */
static json_t *parse_entry(const struct store_field *list, const char *word)
{
	const struct store_field *item[STORE_MAX_ITEM_FIELDS];
	size_t count = store_item_fields(list->fields, item), i, at = 0;
	json_t *entry = json_object(), *value;
	char *copy = strdup(word), *rest = copy, *part, *equals;

	while ((part = strsep(&rest, ","))) {
		equals = strchr(part, '=');
		if (equals)
			*equals++ = '\0';
		for (i = 0; equals && i < count; i++)
			if (!strcmp(item[i]->name, part))
				break;
		if (!equals && at == 0 &&
		    add_reference(item, count, part, entry)) {
			at++;
			continue;
		}
		if (!equals)
			i = at++ ? count : 0;
		value = i < count ? parse_value(item[i], equals ? equals :
						part) : NULL;
		if (!value) {
			json_decref(entry);
			entry = NULL;
			break;
		}
		json_object_set_new(entry, item[i]->name, value);
	}
	free(copy);
	return entry;
}

/* Each use of the keyword is one more entry. */
static enum status add_entry(const struct ctl *ctl,
			     const struct store_field *f, const char *keyword,
			     const char *word, json_t *object)
{
	json_t *list = json_object_get(object, f->name);
	json_t *entry;

	if (!list) {
		list = json_array();
		json_object_set_new(object, f->name, list);
	}
	if (!strcmp(word, "none"))
		return STATUS_OK;
	entry = parse_entry(f, word);
	if (!entry)
		return value_error(ctl, keyword, "an entry is "
				   "FIELD=VALUE[,FIELD=VALUE...]");
	json_array_append_new(list, entry);
	return STATUS_OK;
}

static enum status parse_one(struct ctl *ctl, const struct store_field *f,
			     const char *word, json_t *object)
{
	char keyword[64];
	json_t *value;

	keyword_of(f, keyword, sizeof(keyword));
	if (!word)
		return value_error(ctl, keyword, "a value is missing");
	if (f->type == STORE_TYPE_LIST)
		return add_entry(ctl, f, keyword, word, object);
	if (json_object_get(object, f->name))
		return value_error(ctl, keyword, "given twice");
	if (is_from_file(f))
		return parse_file(ctl, f, keyword, word, object);
	value = parse_value(f, word);
	if (!value)
		return value_error(ctl, keyword, f->type == STORE_TYPE_BOOL ?
				   "on or off" : "a number");
	/* jansson takes UTF-8 alone. */
	if (json_object_set_new(object, f->name, value))
		return value_error(ctl, keyword, "not UTF-8 text");
	return STATUS_OK;
}

enum status parse_fields(struct ctl *ctl, const struct store_noun *noun,
			 char **words, json_t *object)
{
	enum status status = STATUS_OK;

	for (; words[0] && status == STATUS_OK; words += words[1] ? 2 : 1) {
		const struct store_field *f;
		bool unset = !strcmp(words[0], "unset");

		f = find_field(noun, unset && words[1] ? words[1] : words[0]);
		if (!f && unset && words[1])
			return usage_error(ctl, "unknown keyword", words[1]);
		if (!f)
			return usage_error(ctl, unset ? "nothing to unset" :
					   "unknown keyword", words[0]);
		if (unset)
			json_object_set_new(object, f->name, json_null());
		else
			status = parse_one(ctl, f, words[1], object);
	}
	return status;
}

enum status parse_key(const struct ctl *ctl, const struct store_noun *noun,
		      const char *word, json_t *object)
{
	const struct store_field *key[2];
	const char *slash;

	store_noun_key(noun, key);
	if (!word)
		return usage_error(ctl, "it must be named", NULL);
	slash = key[1] ? strchr(word, '/') : NULL;
	if (json_object_set_new(object, key[0]->name, slash ?
				json_stringn(word, slash - word) :
				json_string(word)) ||
	    (slash && json_object_set_new(object, key[1]->name,
					  json_string(slash + 1))))
		return usage_error(ctl, "a name that is not UTF-8 text", NULL);
	return STATUS_OK;
}
