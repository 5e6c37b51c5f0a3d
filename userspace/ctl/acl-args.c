// SPDX-License-Identifier: GPL-2.0
/*
 * The keywords of trunks: one table for parsing and help.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acl-args.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct keyword {
	const char *name;
	const char *value;	/* two of them: split at the blank */
	const char *about;
	int on;
	/* Returns NULL, or what is wrong; "" if that was said. */
	const char *(*take)(struct acl_args *args,
			    const struct keyword *keyword, char **values);
	uint32_t have;		/* of struct ucsec_trunk: given once */
};

static const char *add_prefix(struct acl_args *args, const char *text)
{
	struct ucsec_trunk *trunk = &args->trunk;
	char right[UCSEC_PREFIX_TEXT_LEN];
	struct ucsec_prefix *more;
	struct ucsec_prefix prefix;
	const char *why = NULL;
	int err;

	err = ucsec_prefix_parse(text, &prefix, &why);
	if (err == -ERANGE && !ucsec_prefix_format(&prefix, right,
						   sizeof(right))) {
		snprintf(args->sentence, sizeof(args->sentence),
			 "%s; without them it is %s", why, right);
		return args->sentence;
	}
	if (err)
		return why;
	if (trunk->prefix_count == args->room) {
		args->room = args->room ? 2 * args->room : 16;
		more = reallocarray(args->prefixes, args->room, sizeof(*more));
		if (!more)
			return strerror(ENOMEM);
		args->prefixes = more;
	}
	args->prefixes[trunk->prefix_count++] = prefix;
	trunk->prefixes = args->prefixes;
	return NULL;
}

/* Those of one command are all for the same use. */
static const char *use_prefixes(struct acl_args *args, enum prefix_use use)
{
	if (args->prefixes_given && args->use != use)
		return "prefixes are replaced, added or removed by a command, "
			"not two of it";
	args->prefixes_given = true;
	args->use = use;
	return NULL;
}

static const char *add_prefixes(struct acl_args *args, enum prefix_use use,
				char *list, const char *ends)
{
	const char *wrong = use_prefixes(args, use);
	char *text;

	while (!wrong && (text = strsep(&list, ends)))
		if (*text || ends[0] == ',')
			wrong = add_prefix(args, text);
	return wrong;
}

static const char *take_prefix(struct acl_args *args,
			       const struct keyword *keyword, char **values)
{
	enum prefix_use use = !strcmp(keyword->name, "add-prefix") ?
		PREFIX_ADD : !strcmp(keyword->name, "del-prefix") ?
		PREFIX_DEL : PREFIX_REPLACE;

	return add_prefixes(args, use, values[0], ",");
}

/* A comment ends with its line; blanks and ends of lines part prefixes. */
static void blank_comments(char *text)
{
	bool comment = false;

	for (; *text; text++) {
		comment = *text != '\n' && (comment || *text == '#');
		if (comment)
			*text = ' ';
	}
}

static const char *take_prefix_file(struct acl_args *args,
				    const struct keyword *keyword,
				    char **values)
{
	const char *wrong;
	char *text;

	args->said = read_text(args->ctl, keyword->name, values[0], &text);
	if (args->said != STATUS_OK)
		return "";
	blank_comments(text);
	wrong = add_prefixes(args, PREFIX_REPLACE, text, " \t\r\n");
	free(text);
	return wrong;
}

static const char *take_id(struct acl_args *args,
			   const struct keyword *keyword, char **values)
{
	(void)keyword;
	return parse_u32(values[0], &args->trunk.id) || !args->trunk.id ?
		"a number from 1 to 4294967295" : NULL;
}

static const char *take_kind(struct acl_args *args,
			     const struct keyword *keyword, char **values)
{
	int kind = ucsec_trunk_kind_parse(values[0]);

	(void)keyword;
	if (kind < 0)
		return "trunk or line";
	args->trunk.kind = kind;
	return NULL;
}

static const char *take_ports(struct acl_args *args,
			      const struct keyword *keyword, char **values)
{
	struct ucsec_trunk *trunk = &args->trunk;
	char *list = values[0], *text;
	uint32_t port;

	(void)keyword;
	while ((text = strsep(&list, ","))) {
		if (parse_u32(text, &port) || port < 1 || port > 65535)
			return "ports are numbers from 1 to 65535, "
				"commas between them";
		if (trunk->port_count == UCSEC_MAX_TRUNK_PORTS)
			return "more than 16 ports";
		trunk->ports[trunk->port_count++] = port;
	}
	return NULL;
}

/* A list of names with commas, or one of the two words for all and none. */
static int parse_bits(char *list, int (*parse)(const char *name), uint32_t all,
		      uint32_t *bits)
{
	char *text;
	int bit;

	*bits = 0;
	if (!strcmp(list, "all"))
		*bits = all;
	if (!strcmp(list, "all") || !strcmp(list, "none"))
		return 0;
	while ((text = strsep(&list, ","))) {
		bit = parse(text);
		if (bit < 0)
			return bit;
		*bits |= bit;
	}
	return 0;
}

static const char *take_transports(struct acl_args *args,
				   const struct keyword *keyword, char **values)
{
	(void)keyword;
	return parse_bits(values[0], ucsec_transport_parse,
			  UCSEC_TRANSPORT_UDP | UCSEC_TRANSPORT_TCP |
			  UCSEC_TRANSPORT_TLS, &args->trunk.transports) ?
		"udp, tcp, tls, commas between them" : NULL;
}

static const char *take_methods(struct acl_args *args,
				const struct keyword *keyword, char **values)
{
	(void)keyword;
	return parse_bits(values[0], ucsec_method_parse,
			  2 * UCSEC_METHOD_OTHER - 1, &args->trunk.methods) ?
		"all, none, or methods with commas between them; OTHER is "
		"any without a name" : NULL;
}

static const char *take_boxes(struct acl_args *args,
			      const struct keyword *keyword, char **values)
{
	(void)keyword;
	return parse_bits(values[0], ucsec_box_parse,
			  2 * UCSEC_BOX_REPLACES_HEADER - 1,
			  &args->trunk.boxes) ?
		"all, none, or of presence-subscription, out-of-dialog-refer, "
		"unsolicited-notification, replaces-header" : NULL;
}

static const char *take_verdict(struct acl_args *args,
				const struct keyword *keyword, char **values)
{
	int verdict = ucsec_verdict_parse(values[0]);

	if (keyword->have == UCSEC_TR_UNPARSED) {
		args->trunk.unparsed = verdict;
		return verdict < 0 ? "pass, drop or reject" : NULL;
	}
	args->trunk.denial = verdict;
	return verdict < 0 || verdict == UCSEC_VERDICT_PASS ?
		"drop or reject" : NULL;
}

/* N/M; without M as many at once as in a second. "none" is 0 and 0. */
static const char *take_rate(struct acl_args *args,
			     const struct keyword *keyword, char **values)
{
	static const char wrong[] = "N/M: N a second and M at once, "
		"1 to 1000000, or none";
	int kind = ucsec_rate_parse(values[0]);
	struct ucsec_rate *rate;
	char *burst;

	(void)keyword;
	if (kind < 0)
		return "of requests, responses, keepalives or source";
	rate = &args->trunk.rates[kind];
	if (args->rates & 1u << kind)
		return "given twice for one kind";
	args->rates |= 1u << kind;
	args->trunk.have |= UCSEC_TR_RATES;
	if (!strcmp(values[1], "none"))
		return NULL;
	burst = strchr(values[1], '/');
	if (burst)
		*burst++ = '\0';
	if (parse_u32(values[1], &rate->per_second) ||
	    parse_u32(burst ? burst : values[1], &rate->burst) ||
	    !rate->per_second || rate->per_second > UCSEC_MAX_RATE ||
	    !rate->burst || rate->burst > UCSEC_MAX_RATE)
		return wrong;
	return NULL;
}

static const char *take_cookie(struct acl_args *args,
			       const struct keyword *keyword, char **values)
{
	(void)keyword;
	return parse_cookie(values[0], args->trunk.cookie,
			    &args->trunk.cookie_len) ?
		"1 to 32 bytes, \\xNN for those that do not print" : NULL;
}

static const struct keyword keywords[] = {
	{ "id", "ID", "number of the trunk; the lowest free one without it",
	  ON_ADD, take_id, UCSEC_TR_ID },
	{ "kind", "trunk|line", "another system, or phones; trunk without it",
	  ON_ADD, take_kind, UCSEC_TR_KIND },
	{ "prefix", "P[,P...]", "whose signalling it is; may be repeated",
	  ON_BOTH, take_prefix, 0 },
	{ "prefix-file", "F", "prefixes in a file, - standard input",
	  ON_BOTH, take_prefix_file, 0 },
	{ "add-prefix", "P[,P...]", "more of them; stands alone", ON_SET,
	  take_prefix, 0 },
	{ "del-prefix", "P[,P...]", "no longer these; stands alone", ON_SET,
	  take_prefix, 0 },
	{ "port", "N[,N...]", "local signalling ports", ON_BOTH, take_ports,
	  UCSEC_TR_PORTS },
	{ "transport", "T[,T...]", "udp, tcp, tls", ON_BOTH, take_transports,
	  UCSEC_TR_TRANSPORTS },
	{ "methods", "M[,M...]", "allowed ones; all, none", ON_BOTH,
	  take_methods, UCSEC_TR_METHODS },
	{ "boxes", "B[,B...]", "accepted facts, see below; all, none", ON_BOTH,
	  take_boxes, UCSEC_TR_BOXES },
	{ "unparsed", "VERDICT", "on what cannot be parsed: pass, drop, reject",
	  ON_BOTH, take_verdict, UCSEC_TR_UNPARSED },
	{ "denial", "VERDICT", "on denied requests: drop, reject", ON_BOTH,
	  take_verdict, UCSEC_TR_DENIAL },
	{ "rate", "KIND N[/M]", "N a second, M at once, or none; for each KIND",
	  ON_BOTH, take_rate, 0 },
	{ "cookie", "S", "up to 32 bytes, shown again", ON_BOTH, take_cookie,
	  UCSEC_TR_COOKIE },
};

static void print_keywords(FILE *out, int on)
{
	char text[48];

	fputs("\nkeywords:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (!(keywords[i].on & on))
			continue;
		snprintf(text, sizeof(text), "%s %s", keywords[i].name,
			 keywords[i].value);
		fprintf(out, "  %-22s %s\n", text, keywords[i].about);
	}
	fputs("\nboxes:\n", out);
	for (uint32_t box = 1; ucsec_box_name(box); box <<= 1)
		fprintf(out, "  %-26s %s\n", ucsec_box_name(box),
			ucsec_box_about(box));
	fputs("\nkinds of rates:\n"
	      "  requests                   requests, connections, unparsed\n"
	      "  responses                  responses\n"
	      "  keepalives                 keepalives and STUN\n"
	      "  source                     all of one source address\n", out);
}

void help_acl_add(FILE *out, const struct command *command)
{
	(void)command;
	print_keywords(out, ON_ADD);
}

void help_acl_set(FILE *out, const struct command *command)
{
	(void)command;
	print_keywords(out, ON_SET);
}

void acl_args_init(struct acl_args *args, struct ctl *ctl, int on,
		   unsigned int line)
{
	memset(args, 0, sizeof(*args));
	args->ctl = ctl;
	args->on = on;
	args->line = line;
	args->trunk.kind = UCSEC_TRUNK_TRUNK;
}

void acl_args_free(struct acl_args *args)
{
	free(args->prefixes);
	args->prefixes = NULL;
}

enum status acl_args_wrong(const struct acl_args *args, const char *keyword,
			   const char *sentence)
{
	if (!args->line)
		return value_error(args->ctl, keyword, sentence);
	fprintf(stderr, "ucsecctl: line %u: %s: %s\n", args->line, keyword,
		sentence);
	return STATUS_FAILED;
}

static const struct keyword *find_keyword(const char *word, int on)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (keywords[i].on & on && !strcmp(keywords[i].name, word))
			return &keywords[i];
	return NULL;
}

static enum status unknown_keyword(const struct acl_args *args,
				   const char *word)
{
	if (!args->line)
		return usage_error(args->ctl, "unknown keyword", word);
	fprintf(stderr, "ucsecctl: line %u: an unknown keyword\n", args->line);
	return STATUS_FAILED;
}

/* Takes a keyword and its values; *words moves behind them. */
static enum status take_keyword(struct acl_args *args, char ***words)
{
	const struct keyword *kw = find_keyword(**words, args->on);
	const char *wrong;
	char **values;

	if (!kw)
		return unknown_keyword(args, **words);
	values = ++*words;
	if (kw->have && args->trunk.have & kw->have)
		return acl_args_wrong(args, kw->name, "given twice");
	if (!values[0] || (strchr(kw->value, ' ') && !values[1]))
		return acl_args_wrong(args, kw->name, "a value is missing");
	*words += strchr(kw->value, ' ') ? 2 : 1;
	wrong = kw->take(args, kw, values);
	if (wrong)
		return *wrong ? acl_args_wrong(args, kw->name, wrong) :
			args->said;
	args->trunk.have |= kw->have;
	return STATUS_OK;
}

static int compare_prefixes(const void *a, const void *b)
{
	const struct ucsec_prefix *p = a, *q = b;
	int order;

	if (p->family != q->family)
		return p->family < q->family ? -1 : 1;
	order = memcmp(&p->addr, &q->addr, p->family == AF_INET ?
		       sizeof(p->addr.addr4) : sizeof(p->addr.addr6));
	return order ? order : p->len - q->len;
}

static enum status check_twice(struct acl_args *args)
{
	size_t count = args->trunk.prefix_count;
	struct ucsec_prefix *sorted;
	char text[UCSEC_PREFIX_TEXT_LEN];
	enum status status = STATUS_OK;

	sorted = reallocarray(NULL, count + 1, sizeof(*sorted));
	if (!sorted)
		return fail(args->ctl, strerror(ENOMEM));
	if (count)
		memcpy(sorted, args->prefixes, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_prefixes);
	for (size_t i = 1; i < count && status == STATUS_OK; i++) {
		if (compare_prefixes(&sorted[i - 1], &sorted[i]))
			continue;
		ucsec_prefix_format(&sorted[i], text, sizeof(text));
		snprintf(args->sentence, sizeof(args->sentence),
			 "%s is given twice", text);
		status = acl_args_wrong(args, "prefix", args->sentence);
	}
	free(sorted);
	return status;
}

static enum status check_complete(struct acl_args *args)
{
	uint32_t have = args->trunk.have;

	if (args->prefixes_given && !args->trunk.prefix_count)
		return acl_args_wrong(args, "prefix", "not a single one");
	if (args->on == ON_SET)
		return args->use == PREFIX_REPLACE || !have ? STATUS_OK :
			acl_args_wrong(args, args->use == PREFIX_ADD ?
				       "add-prefix" : "del-prefix",
				       "stands alone");
	if (!args->prefixes_given)
		return acl_args_wrong(args, "prefix", "is missing");
	if (!(have & UCSEC_TR_PORTS))
		return acl_args_wrong(args, "port", "is missing");
	if (!(have & UCSEC_TR_TRANSPORTS))
		return acl_args_wrong(args, "transport", "is missing");
	args->trunk.have |= UCSEC_TR_KIND;
	return STATUS_OK;
}

enum status acl_args_parse(struct acl_args *args, char **words)
{
	enum status status = STATUS_OK;

	while (status == STATUS_OK && *words)
		status = take_keyword(args, &words);
	if (status == STATUS_OK)
		status = check_complete(args);
	return status == STATUS_OK ? check_twice(args) : status;
}
