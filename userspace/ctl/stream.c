// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl stream add, set, del and flush.
 */
#include <errno.h>
#include <string.h>

#include "stream-args.h"

static enum status parse_id(const struct ctl *ctl, const char *word,
			    uint32_t *id)
{
	if (!word)
		return usage_error(ctl, "the id of a stream is missing", NULL);
	if (parse_u32(word, id))
		return usage_error(ctl, "the id of a stream is a number",
				   word);
	return STATUS_OK;
}

static enum status check_no_more(const struct ctl *ctl, char **words)
{
	return *words ? usage_error(ctl, "one word too many", *words) :
		STATUS_OK;
}

static enum status print_id(const struct ctl *ctl, uint32_t id, bool text)
{
	if (ctl->json)
		return print_json(json_pack("{s:I}", "id", (json_int_t)id));
	if (text)
		printf("stream %u\n", id);
	return STATUS_OK;
}

static enum status read_side(struct stream_args *args, struct side *side)
{
	return side->given ? read_keys(args->ctl, side->name, side->file,
				       &side->mki, side->crypto) : STATUS_OK;
}

static enum status check_ends(const struct stream_args *args)
{
	static const struct {
		uint32_t have;
		const char *name;
	} ends[] = {
		{ UCSEC_HAVE_IN, "in" }, { UCSEC_HAVE_OUT, "out" },
		{ UCSEC_HAVE_TO, "to" },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!(args->stream.have & ends[i].have))
			return value_error(args->ctl, ends[i].name,
					   "is missing");
	return STATUS_OK;
}

static enum status add(struct stream_args *args, char **words)
{
	struct ctl *ctl = args->ctl;
	enum status status;
	uint32_t id;

	status = stream_args_parse(args, words);
	if (status == STATUS_OK)
		status = check_ends(args);
	if (status == STATUS_OK)
		status = read_side(args, &args->rx);
	if (status == STATUS_OK)
		status = read_side(args, &args->tx);
	if (status == STATUS_OK)
		status = ctl_open(ctl);
	if (status != STATUS_OK)
		return status;
	if (ucsec_stream_new(ctl->handle, &args->stream, &id))
		return fail_request(ctl);
	return print_id(ctl, id, true);
}

enum status cmd_stream_add(struct ctl *ctl, char **words)
{
	struct stream_args args;
	enum status status;

	stream_args_init(&args, ctl, ON_ADD);
	status = add(&args, words);
	ucsec_stream_wipe(&args.stream);
	return status;
}

/* A side whose suite was not named keeps the one it has. */
static enum status keep_suite(struct stream_args *args, struct side *side,
			      const struct ucsec_crypto *now, bool is_protected)
{
	if (!side->given || side->crypto->suite != UCSEC_SUITE_UNSPEC)
		return STATUS_OK;
	if (!is_protected)
		return fail_key(side->name, side == &args->rx ?
			"the stream receives plain RTP and goes on to" :
			"the stream sends plain RTP and goes on to");
	side->crypto->suite = now->suite;
	return STATUS_OK;
}

static enum status keep_suites(struct stream_args *args)
{
	struct ucsec_stream now;
	enum status status;

	if (ucsec_stream_get(args->ctl->handle, args->stream.id, &now))
		return fail_request(args->ctl);
	status = keep_suite(args, &args->rx, &now.rx, now.have & UCSEC_HAVE_RX);
	if (status != STATUS_OK)
		return status;
	return keep_suite(args, &args->tx, &now.tx, now.have & UCSEC_HAVE_TX);
}

static enum status set(struct stream_args *args, char **words)
{
	struct ctl *ctl = args->ctl;
	enum status status;

	status = parse_id(ctl, words[0], &args->stream.id);
	if (status == STATUS_OK)
		status = stream_args_parse(args, words + 1);
	if (status == STATUS_OK && !words[1])
		status = usage_error(ctl, "nothing to change", NULL);
	if (status == STATUS_OK)
		status = ctl_open(ctl);
	if (status == STATUS_OK && (args->rx.given || args->tx.given))
		status = keep_suites(args);
	if (status == STATUS_OK)
		status = read_side(args, &args->rx);
	if (status == STATUS_OK)
		status = read_side(args, &args->tx);
	if (status != STATUS_OK)
		return status;
	args->stream.have |= UCSEC_HAVE_ID;
	if (ucsec_stream_set(ctl->handle, &args->stream))
		return fail_request(ctl);
	return print_id(ctl, args->stream.id, false);
}

enum status cmd_stream_set(struct ctl *ctl, char **words)
{
	struct stream_args args;
	enum status status;

	stream_args_init(&args, ctl, ON_SET);
	status = set(&args, words);
	ucsec_stream_wipe(&args.stream);
	return status;
}

enum status cmd_stream_del(struct ctl *ctl, char **words)
{
	enum status status;
	uint32_t id;

	status = parse_id(ctl, words[0], &id);
	if (status == STATUS_OK)
		status = check_no_more(ctl, words + 1);
	if (status == STATUS_OK)
		status = ctl_open(ctl);
	if (status != STATUS_OK)
		return status;
	if (ucsec_stream_del(ctl->handle, id))
		return fail_request(ctl);
	return print_id(ctl, id, false);
}

enum status cmd_stream_flush(struct ctl *ctl, char **words)
{
	enum status status = check_no_more(ctl, words);

	if (status == STATUS_OK)
		status = ctl_open(ctl);
	if (status != STATUS_OK)
		return status;
	if (ucsec_stream_flush(ctl->handle))
		return fail_request(ctl);
	return ctl->json ? print_json(json_object()) : STATUS_OK;
}
