// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl acl load: a file of "acl add" lines becomes the whole set, or the
 * trunks of a cookie, at once or not at all.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acl-args.h"

/* A file in the making: each line has its trunk, and its prefixes. */
struct load {
	struct ctl *ctl;
	uint8_t cookie[UCSEC_MAX_COOKIE_LEN];
	uint32_t cookie_len;	/* 0: the whole set */
	struct acl_args *lines;
	size_t count, room;
	char **words;		/* of the line being read */
	size_t word_count, word_room;
	unsigned int number;	/* of the line */
};

static enum status out_of_memory(const struct load *load)
{
	return fail(load->ctl, strerror(ENOMEM));
}

/* Room for one more, and for the NULL after the last. */
static bool grow_words(struct load *load)
{
	size_t room = load->word_room ? 2 * load->word_room : 64;
	char **more;

	if (load->word_count + 1 < load->word_room)
		return true;
	more = reallocarray(load->words, room, sizeof(*more));
	if (!more)
		return false;
	load->words = more;
	load->word_room = room;
	return true;
}

/*
 * The words of a line, cut in place. A backslash that is the last word has the
 * next line go on with this one; *text moves behind what was read.
 */
static enum status split_line(struct load *load, char **text)
{
	bool goes_on = true;
	char *line, *word;

	load->word_count = 0;
	while (goes_on && *text && **text) {
		line = strsep(text, "\n");
		load->number++;
		goes_on = false;
		while ((word = strsep(&line, " \t\r"))) {
			if (!*word)
				continue;
			if (*word == '#' && !load->word_count)
				break;
			if (!grow_words(load))
				return out_of_memory(load);
			load->words[load->word_count++] = word;
		}
		if (load->word_count &&
		    !strcmp(load->words[load->word_count - 1], "\\")) {
			load->word_count--;
			goes_on = true;
		}
	}
	if (goes_on)
		return fail(load->ctl, "the file ends where a line goes on");
	if (!grow_words(load))
		return out_of_memory(load);
	load->words[load->word_count] = NULL;
	return STATUS_OK;
}

/* Trunks of another cookie would come again with each load, and never go. */
static enum status check_cookie(const struct load *load, struct acl_args *args)
{
	struct ucsec_trunk *trunk = &args->trunk;

	if (!load->cookie_len)
		return STATUS_OK;
	if (!(trunk->have & UCSEC_TR_COOKIE)) {
		memcpy(trunk->cookie, load->cookie, load->cookie_len);
		trunk->cookie_len = load->cookie_len;
		trunk->have |= UCSEC_TR_COOKIE;
		return STATUS_OK;
	}
	if (trunk->cookie_len >= load->cookie_len &&
	    !memcmp(trunk->cookie, load->cookie, load->cookie_len))
		return STATUS_OK;
	return acl_args_wrong(args, "cookie",
			      "does not begin as that of the command");
}

static enum status take_line(struct load *load, unsigned int number)
{
	struct acl_args *args, *more;
	enum status status;

	if (load->count == load->room) {
		load->room = load->room ? 2 * load->room : 16;
		more = reallocarray(load->lines, load->room, sizeof(*more));
		if (!more)
			return out_of_memory(load);
		load->lines = more;
	}
	args = &load->lines[load->count++];
	acl_args_init(args, load->ctl, ON_ADD, number);
	if (load->word_count < 2 || strcmp(load->words[0], "acl") ||
	    strcmp(load->words[1], "add"))
		return acl_args_wrong(args, "acl add", "each line begins so");
	status = acl_args_parse(args, load->words + 2);
	return status == STATUS_OK ? check_cookie(load, args) : status;
}

static enum status take_text(struct load *load, char *text)
{
	enum status status = STATUS_OK;
	unsigned int first;

	while (status == STATUS_OK && text && *text) {
		first = load->number + 1;
		status = split_line(load, &text);
		if (status == STATUS_OK && load->word_count)
			status = take_line(load, first);
	}
	return status;
}

static enum status print_sum(const struct load *load)
{
	size_t prefixes = 0;

	for (size_t i = 0; i < load->count; i++)
		prefixes += load->lines[i].trunk.prefix_count;
	if (load->ctl->json)
		return print_json(json_pack("{s:I,s:I}", "trunks",
					    (json_int_t)load->count,
					    "prefixes", (json_int_t)prefixes));
	printf("%zu trunk%s, %zu prefix%s\n", load->count,
	       load->count == 1 ? "" : "s", prefixes,
	       prefixes == 1 ? "" : "es");
	return STATUS_OK;
}

static enum status replace(struct load *load)
{
	struct ucsec_trunk *trunks;
	enum status status = STATUS_OK;
	size_t at;

	if (ctl_open(load->ctl))
		return STATUS_FAILED;
	trunks = calloc(load->count + 1, sizeof(*trunks));
	if (!trunks)
		return out_of_memory(load);
	for (size_t i = 0; i < load->count; i++)
		trunks[i] = load->lines[i].trunk;
	if (ucsec_acl_replace(load->ctl->handle, load->cookie,
			      load->cookie_len, trunks, load->count, &at)) {
		if (at < load->count)
			fprintf(stderr, "ucsecctl: line %u is refused:\n",
				load->lines[at].line);
		else if (ucsec_error(load->ctl->handle)->code == -EEXIST)
			acl_twice(load->lines, load->count);
		status = fail_request(load->ctl);
	}
	free(trunks);
	return status == STATUS_OK ? print_sum(load) : status;
}

enum status cmd_acl_load(struct ctl *ctl, char **words)
{
	struct load load = { .ctl = ctl };
	enum status status;
	char *text = NULL;

	if (!words[0])
		return usage_error(ctl, "a file is missing", NULL);
	status = acl_cookie_parse(ctl, words + 1, load.cookie,
				  &load.cookie_len);
	if (status == STATUS_OK)
		status = read_text(ctl, "FILE", words[0], &text);
	if (status == STATUS_OK)
		status = take_text(&load, text);
	if (status == STATUS_OK)
		status = replace(&load);
	for (size_t i = 0; i < load.count; i++)
		acl_args_free(&load.lines[i]);
	free(load.lines);
	free(load.words);
	free(text);
	return status;
}
