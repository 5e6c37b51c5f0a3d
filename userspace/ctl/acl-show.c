// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl acl show and stats: who may send what, and what became of it.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "acl-args.h"

/* What is to be shown, and what was. */
struct show {
	bool json, prefixes, dump, stats;
	uint32_t id;			/* 0: all */
	uint8_t cookie[UCSEC_MAX_COOKIE_LEN];
	uint32_t cookie_len;		/* 0: any */
	json_t *array;
	unsigned int count;
};

static void print_label(const char *label)
{
	printf("  %-10s ", label);
}

/* With a separator; nothing at all is "none". */
static void print_names(uint32_t bits, const char *(*name)(uint32_t bit),
			const char *separator)
{
	const char *before = "";
	char buf[16];

	if (!bits)
		fputs("none", stdout);
	for (int bit = 0; bit < 32; bit++) {
		if (!(bits & 1u << bit))
			continue;
		printf("%s%s", before, bit_name(name(1u << bit), bit, buf,
						sizeof(buf)));
		before = separator;
	}
}

/* The shorter way to say it, so that it fits a line. */
static void print_most(uint32_t bits, uint32_t all,
		       const char *(*name)(uint32_t bit))
{
	if (bits == all) {
		fputs("all", stdout);
	} else if (__builtin_popcount(all & ~bits) < __builtin_popcount(bits) &&
		   !(bits & ~all)) {
		fputs("all but ", stdout);
		print_names(all & ~bits, name, " ");
	} else {
		print_names(bits, name, " ");
	}
}

static void print_prefixes(const struct ucsec_trunk *trunk, bool all)
{
	char text[UCSEC_PREFIX_TEXT_LEN];

	print_label("prefixes");
	printf("%zu\n", trunk->prefix_count);
	for (size_t i = 0; all && i < trunk->prefix_count; i++)
		if (!ucsec_prefix_format(&trunk->prefixes[i], text,
					 sizeof(text)))
			printf("    %s\n", text);
}

static void print_verdict(const char *label, bool have,
			  enum ucsec_verdict verdict)
{
	const char *name = ucsec_verdict_name(verdict);

	if (!have)
		return;
	print_label(label);
	puts(name ? name : "unknown");
}

static void print_rates(const struct ucsec_trunk *trunk)
{
	for (int kind = 0; kind < UCSEC_RATE_ROOM; kind++) {
		const struct ucsec_rate *rate = &trunk->rates[kind];
		const char *name = ucsec_rate_name(kind);

		if (!rate->per_second)
			continue;
		print_label("rate");
		printf("%s %u/%u\n", name ? name : "unknown", rate->per_second,
		       rate->burst);
	}
}

static void print_count(const char *label, uint64_t count)
{
	print_label(label);
	printf("%" PRIu64 "\n", count);
}

static void print_outcome(const struct ucsec_verdicts *v)
{
	char buf[16];

	print_count("passed", v->passed);
	print_count("dropped", v->dropped);
	print_count("rejected", v->rejected);
	for (unsigned int i = 0; i < UCSEC_DENIAL_ROOM; i++) {
		const char *about = i ? ucsec_denial_about(i) : NULL;

		if (v->denials[i])
			printf("    %-12s %10" PRIu64 "%s%s\n",
			       denial_name(i, buf, sizeof(buf)), v->denials[i],
			       about ? "  " : "", about ? about : "");
	}
}

static void print_verdicts(const struct ucsec_verdicts *v)
{
	print_count("requests", v->requests);
	print_count("responses", v->responses);
	print_count("keepalives", v->keepalives);
	print_count("stun", v->stun);
	print_count("connects", v->connects);
	print_count("unparsed", v->unparsed);
	print_outcome(v);
}

static void print_head(const struct ucsec_trunk *t)
{
	printf("trunk %u\n", t->id);
	if (!(t->have & UCSEC_TR_COOKIE))
		return;
	print_label("cookie");
	print_cookie(t->cookie, t->cookie_len);
	putchar('\n');
}

static void print_trunk(const struct ucsec_trunk *t, bool prefixes)
{
	const char *kind = ucsec_trunk_kind_name(t->kind);

	print_head(t);
	print_label("kind");
	puts(kind ? kind : "unknown");
	print_prefixes(t, prefixes);
	print_label("ports");
	for (uint32_t i = 0; i < t->port_count; i++)
		printf("%s%u", i ? " " : "", t->ports[i]);
	putchar('\n');
	print_label("transports");
	print_names(t->transports, ucsec_transport_name, " ");
	putchar('\n');
	if (t->have & UCSEC_TR_METHODS) {
		print_label("methods");
		print_most(t->methods, 2 * UCSEC_METHOD_OTHER - 1,
			   ucsec_method_name);
		putchar('\n');
	}
	if (t->have & UCSEC_TR_BOXES) {
		print_label("boxes");
		print_most(t->boxes, 2 * UCSEC_BOX_REPLACES_HEADER - 1,
			   ucsec_box_name);
		putchar('\n');
	}
	print_verdict("unparsed", t->have & UCSEC_TR_UNPARSED, t->unparsed);
	print_verdict("denial", t->have & UCSEC_TR_DENIAL, t->denial);
	print_rates(t);
	print_outcome(&t->verdicts);
}

/* A blank or the end of a line would end the word that "acl load" reads. */
static void dump_cookie(const struct ucsec_trunk *t)
{
	char text[COOKIE_TEXT_LEN];

	format_cookie(t->cookie, t->cookie_len, text);
	fputs(" cookie ", stdout);
	for (const char *c = text; *c; c++)
		if (*c == ' ')
			fputs("\\x20", stdout);
		else
			putchar(*c);
}

static void dump_rates(const struct ucsec_trunk *t)
{
	for (int kind = 0; kind < UCSEC_RATE_ROOM; kind++)
		if (t->rates[kind].per_second && ucsec_rate_name(kind))
			printf(" rate %s %u/%u", ucsec_rate_name(kind),
			       t->rates[kind].per_second, t->rates[kind].burst);
}

static void dump_verdict(const char *keyword, bool have,
			 enum ucsec_verdict verdict)
{
	if (have && ucsec_verdict_name(verdict))
		printf(" %s %s", keyword, ucsec_verdict_name(verdict));
}

/* As "acl load" takes it: a line of keywords that goes on with prefixes. */
static void dump_trunk(const struct ucsec_trunk *t)
{
	const char *kind = ucsec_trunk_kind_name(t->kind);
	char text[UCSEC_PREFIX_TEXT_LEN];

	printf("acl add id %u kind %s port ", t->id, kind ? kind : "unknown");
	for (uint32_t i = 0; i < t->port_count; i++)
		printf("%s%u", i ? "," : "", t->ports[i]);
	fputs(" transport ", stdout);
	print_names(t->transports, ucsec_transport_name, ",");
	if (t->have & UCSEC_TR_METHODS) {
		fputs(" methods ", stdout);
		print_names(t->methods, ucsec_method_name, ",");
	}
	if (t->have & UCSEC_TR_BOXES) {
		fputs(" boxes ", stdout);
		print_names(t->boxes, ucsec_box_name, ",");
	}
	dump_verdict("unparsed", t->have & UCSEC_TR_UNPARSED, t->unparsed);
	dump_verdict("denial", t->have & UCSEC_TR_DENIAL, t->denial);
	dump_rates(t);
	if (t->have & UCSEC_TR_COOKIE)
		dump_cookie(t);
	for (size_t i = 0; i < t->prefix_count; i++)
		if (!ucsec_prefix_format(&t->prefixes[i], text, sizeof(text)))
			printf(" \\\n\tprefix %s", text);
	putchar('\n');
}

static json_t *json_of_counters(const struct ucsec_trunk *t)
{
	return json_pack("{s:I,s:o,s:o}", "id", (json_int_t)t->id,
			 "cookie", json_of_cookie(t->cookie, t->cookie_len,
						  t->have & UCSEC_TR_COOKIE),
			 "verdicts", json_of_verdicts(&t->verdicts));
}

static int show_one(const struct ucsec_trunk *t, void *arg)
{
	struct show *show = arg;

	if (t->cookie_len < show->cookie_len ||
	    memcmp(t->cookie, show->cookie, show->cookie_len))
		return 0;
	if (show->json) {
		json_array_append_new(show->array, show->stats ?
				      json_of_counters(t) : json_of_trunk(t));
	} else if (show->dump) {
		dump_trunk(t);
	} else {
		if (show->count)
			putchar('\n');
		if (show->stats) {
			print_head(t);
			print_verdicts(&t->verdicts);
		} else {
			print_trunk(t, show->prefixes || show->id);
		}
	}
	show->count++;
	return 0;
}

/* Those of unknown sources stand behind those of all trunks. */
static enum status show_unknown(struct ctl *ctl, struct show *show)
{
	struct ucsec_acl acl;

	if (ucsec_acl_get(ctl->handle, &acl)) {
		json_decref(show->array);
		return fail_request(ctl);
	}
	if (ctl->json)
		return print_json(json_pack("{s:o,s:o}", "trunks", show->array,
					    "unknown",
					    json_of_verdicts(&acl.verdicts)));
	if (show->count)
		putchar('\n');
	puts("unknown sources");
	print_verdicts(&acl.verdicts);
	return STATUS_OK;
}

static enum status print_array(const struct show *show)
{
	json_t *one = show->id ? json_array_get(show->array, 0) : NULL;

	if (!one)
		return print_json(show->array);
	json_incref(one);
	json_decref(show->array);
	return print_json(one);
}

/* A list that never settled is shown all the same, and the status tells. */
static enum status run_show(struct ctl *ctl, struct show *show)
{
	enum status status = STATUS_OK;
	int err;

	if (ctl_open(ctl))
		return STATUS_FAILED;
	show->json = ctl->json;
	show->array = ctl->json ? json_array() : NULL;
	err = ucsec_trunk_dump(ctl->handle, show->id, show_one, show);
	if (err)
		status = fail_request(ctl);
	if (err && err != -EINTR) {
		json_decref(show->array);
		return status;
	}
	if (show->stats && !show->id)
		return show_unknown(ctl, show) ? STATUS_FAILED : status;
	if (!err && show->cookie_len && !show->count)
		status = fail(ctl, "no trunk has this cookie");
	if (ctl->json && print_array(show))
		status = STATUS_FAILED;
	return status;
}

static enum status parse_show_id(const struct ctl *ctl, const char *word,
				 uint32_t *id)
{
	if (parse_u32(word, id) || !*id)
		return usage_error(ctl, "the id of a trunk is a number above 0",
				   word);
	return STATUS_OK;
}

enum status cmd_acl_show(struct ctl *ctl, char **words)
{
	struct show show = { 0 };
	enum status status;

	show.prefixes = take_option(words, "--prefixes");
	show.dump = take_option(words, "--dump");
	if (show.dump && ctl->json)
		return usage_error(ctl, "either --dump or --json", NULL);
	if (!words[0] || !strcmp(words[0], "cookie")) {
		status = acl_cookie_parse(ctl, words, show.cookie,
					  &show.cookie_len);
	} else {
		status = parse_show_id(ctl, words[0], &show.id);
		if (status == STATUS_OK)
			status = expect_none(ctl, words + 1);
	}
	return status == STATUS_OK ? run_show(ctl, &show) : status;
}

enum status cmd_acl_stats(struct ctl *ctl, char **words)
{
	struct show show = { .stats = true };
	enum status status = STATUS_OK;

	if (words[0]) {
		status = parse_show_id(ctl, words[0], &show.id);
		if (status == STATUS_OK)
			status = expect_none(ctl, words + 1);
	}
	return status == STATUS_OK ? run_show(ctl, &show) : status;
}
