// SPDX-License-Identifier: GPL-2.0
/*
 * The keywords of streams: one table for parsing and help.
 */
#include <net/if.h>
#include <stddef.h>
#include <string.h>

#include "stream-args.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct keyword {
	const char *name;
	const char *value;	/* NULL: none; in brackets: optional */
	const char *about;
	int on;
	/* Returns NULL, or the sentence that says what is wrong. */
	const char *(*take)(struct stream_args *args,
			    const struct keyword *keyword, const char *value);
	uint32_t have;		/* of struct ucsec_stream */
	size_t offset;		/* of the member */
	uint32_t flags;
};

static void *member(struct stream_args *args, const struct keyword *keyword)
{
	return (char *)&args->stream + keyword->offset;
}

static const char *take_endpoint(struct stream_args *args,
				 const struct keyword *keyword,
				 const char *value)
{
	const char *why = NULL;

	args->endpoint = member(args, keyword);
	if (ucsec_endpoint_parse(value, args->endpoint, &why))
		return why;
	if (keyword->have != UCSEC_HAVE_FROM &&
	    !(args->endpoint->have & UCSEC_EP_PORT))
		return "a port is needed, as in 192.0.2.1:5000";
	return NULL;
}

static const char *take_rtcp(struct stream_args *args,
			     const struct keyword *keyword, const char *value)
{
	uint32_t port;

	(void)keyword;
	if (!args->endpoint || args->endpoint == &args->stream.from)
		return "stands behind in, out or to";
	if (parse_u32(value, &port) || port < 1 || port > 65535)
		return "a port is a number from 1 to 65535";
	args->endpoint->rtcp_port = port;
	args->endpoint->have |= UCSEC_EP_RTCP_PORT;
	return NULL;
}

static const char *take_dev(struct stream_args *args,
			    const struct keyword *keyword, const char *value)
{
	(void)keyword;
	if (args->endpoint != &args->stream.in &&
	    args->endpoint != &args->stream.out)
		return "stands behind in or out";
	args->endpoint->ifindex = if_nametoindex(value);
	if (!args->endpoint->ifindex)
		return "no such interface";
	args->endpoint->have |= UCSEC_EP_IFINDEX;
	return NULL;
}

static struct side *side_of(struct stream_args *args,
			    const struct keyword *keyword)
{
	return keyword->have == UCSEC_HAVE_RX ? &args->rx : &args->tx;
}

static const char *take_suite(struct stream_args *args,
			      const struct keyword *keyword, const char *value)
{
	int suite = ucsec_suite_parse(value);

	args->side = side_of(args, keyword);
	if (suite < 0)
		return "unknown suite; ucsecctl suites lists them";
	args->side->crypto->suite = suite;
	args->side->given = true;
	return NULL;
}

static const char *set_file(struct stream_args *args, struct side *side,
			    const char *file)
{
	const struct side *other = side == &args->rx ? &args->tx : &args->rx;

	if (side->file)
		return "given twice for one side";
	if (!strcmp(file, "-") && other->file && !strcmp(other->file, "-"))
		return "standard input holds the keys of one side only";
	side->file = file;
	return NULL;
}

static const char *take_key_file(struct stream_args *args,
				 const struct keyword *keyword,
				 const char *value)
{
	(void)keyword;
	if (!args->side)
		return "stands behind rx SUITE or tx SUITE";
	return set_file(args, args->side, value);
}

/* The suite stays: it is asked of the kernel before the file is read. */
static const char *take_new_key_file(struct stream_args *args,
				     const struct keyword *keyword,
				     const char *value)
{
	args->side = side_of(args, keyword);
	args->side->given = true;
	return set_file(args, args->side, value);
}

static const char *take_mki(struct stream_args *args,
			    const struct keyword *keyword, const char *value)
{
	const char *why = NULL;

	(void)keyword;
	if (!args->side)
		return "stands behind the keys of rx or tx";
	if (args->side->mki.mki_len)
		return "given twice for one side";
	return ucsec_mki_parse(value, &args->side->mki, &why) ? why : NULL;
}

static const char *take_flags(struct stream_args *args,
			      const struct keyword *keyword, const char *value)
{
	args->stream.have |= UCSEC_HAVE_FLAGS;
	args->stream.flags_mask |= keyword->flags;
	if (value && !parse_switch(value))
		args->stream.flags &= ~keyword->flags;
	else
		args->stream.flags |= keyword->flags;
	return NULL;
}

static const char *take_number(struct stream_args *args,
			       const struct keyword *keyword,
			       const char *value)
{
	return parse_u32(value, member(args, keyword)) ?
		"a number from 0 to 4294967295" : NULL;
}

static const char *take_dscp(struct stream_args *args,
			     const struct keyword *keyword, const char *value)
{
	uint32_t number;

	(void)keyword;
	if (parse_u32(value, &number) || number > UINT8_MAX)
		return "a number from 0 to 63";
	args->stream.dscp = number;
	return NULL;
}

/* SSRC:N for both sides, SSRC:N:M for receiving and sending. */
static const char *take_roc(struct stream_args *args,
			    const struct keyword *keyword, const char *value)
{
	static const char wrong[] = "SSRC:N or SSRC:RX-N:TX-N, all numbers";
	struct ucsec_ssrc *ssrc;
	char copy[64], *rx, *tx;

	(void)keyword;
	if (args->stream.ssrc_count == UCSEC_MAX_SSRCS)
		return "given more than 16 times";
	if (strlen(value) >= sizeof(copy))
		return wrong;
	strcpy(copy, value);
	rx = strchr(copy, ':');
	if (!rx)
		return wrong;
	*rx++ = '\0';
	tx = strchr(rx, ':');
	if (tx)
		*tx++ = '\0';
	ssrc = &args->stream.ssrcs[args->stream.ssrc_count++];
	if (parse_u32(copy, &ssrc->ssrc) || parse_u32(rx, &ssrc->rx_roc) ||
	    parse_u32(tx ? tx : rx, &ssrc->tx_roc))
		return wrong;
	ssrc->have = UCSEC_SSRC_RX_ROC | UCSEC_SSRC_TX_ROC;
	return NULL;
}

static const char *take_cookie(struct stream_args *args,
			       const struct keyword *keyword,
			       const char *value)
{
	(void)keyword;
	return parse_cookie(value, args->stream.cookie,
			    &args->stream.cookie_len) ?
		"1 to 32 bytes, \\xNN for those that do not print" : NULL;
}

static const char *take_nothing(struct stream_args *args,
				const struct keyword *keyword,
				const char *value)
{
	(void)args;
	(void)keyword;
	(void)value;
	return NULL;
}

#define MEMBER(m)	offsetof(struct ucsec_stream, m)
#define FLAG(flag_name, flag_bits, flag_about) \
	{ flag_name, "[on|off]", flag_about, ON_BOTH, take_flags, 0, 0, \
	  flag_bits }

static const struct keyword keywords[] = {
	{ "in", "ADDR:PORT", "where media arrives", ON_ADD, take_endpoint,
	  UCSEC_HAVE_IN, MEMBER(in), 0 },
	{ "from", "ADDR[:PORT]", "whose media is accepted; without it anyone's",
	  ON_BOTH, take_endpoint, UCSEC_HAVE_FROM, MEMBER(from), 0 },
	{ "out", "ADDR:PORT", "source of what leaves", ON_ADD, take_endpoint,
	  UCSEC_HAVE_OUT, MEMBER(out), 0 },
	{ "to", "ADDR:PORT", "destination of what leaves", ON_BOTH,
	  take_endpoint, UCSEC_HAVE_TO, MEMBER(to), 0 },
	{ "rtcp", "PORT", "RTCP port of the in, out or to before it; else + 1",
	  ON_BOTH, take_rtcp, 0, 0, 0 },
	{ "dev", "IFNAME", "interface of the in or out before it", ON_ADD,
	  take_dev, 0, 0, 0 },
	{ "rx", "SUITE", "how received packets are protected", ON_BOTH,
	  take_suite, UCSEC_HAVE_RX, 0, 0 },
	{ "tx", "SUITE", "how sent packets are to be protected", ON_BOTH,
	  take_suite, UCSEC_HAVE_TX, 0, 0 },
	{ "key-file", "F", "keys of the rx or tx before it, - standard input",
	  ON_BOTH, take_key_file, 0, 0, 0 },
	{ "rx-key-file", "F", "new receiving keys, the suite stays", ON_SET,
	  take_new_key_file, UCSEC_HAVE_RX, 0, 0 },
	{ "tx-key-file", "F", "a new sending key, the suite stays", ON_SET,
	  take_new_key_file, UCSEC_HAVE_TX, 0, 0 },
	{ "mki", "HEX", "MKI of the single key of the rx or tx before it",
	  ON_BOTH, take_mki, 0, 0, 0 },
	{ "window", "N", "replay window in packets, a multiple of 64", ON_ADD,
	  take_number, UCSEC_HAVE_WINDOW, MEMBER(window), 0 },
	{ "max-ssrcs", "N", "SSRCs the stream may have", ON_ADD, take_number,
	  UCSEC_HAVE_MAX_SSRCS, MEMBER(max_ssrcs), 0 },
	{ "roc", "SSRC:N[:M]", "initial ROC of an SSRC; M is of the sent side",
	  ON_ADD, take_roc, 0, 0, 0 },
	{ "cookie", "S", "up to 32 bytes, shown again", ON_BOTH, take_cookie,
	  UCSEC_HAVE_COOKIE, 0, 0 },
	{ "pair", "ID", "stream of the other direction, 0 to end a pairing",
	  ON_BOTH, take_number, UCSEC_HAVE_PAIR, MEMBER(pair), 0 },
	{ "dscp", "N", "DSCP of what leaves", ON_BOTH, take_dscp,
	  UCSEC_HAVE_DSCP, 0, 0 },
	{ "idle", "N", "seconds without media until an event, 0 never",
	  ON_BOTH, take_number, UCSEC_HAVE_IDLE, MEMBER(idle), 0 },
	{ "relatch", NULL, "forget the latched source", ON_SET, take_nothing,
	  UCSEC_HAVE_RELATCH, 0, 0 },
	FLAG("rtcp-mux", UCSEC_F_RX_RTCP_MUX | UCSEC_F_TX_RTCP_MUX,
	     "RTCP on the RTP port, on both sides"),
	FLAG("rx-rtcp-mux", UCSEC_F_RX_RTCP_MUX,
	     "RTCP arrives on the RTP port"),
	FLAG("tx-rtcp-mux", UCSEC_F_TX_RTCP_MUX,
	     "RTCP leaves towards the RTP port"),
	FLAG("strict", UCSEC_F_STRICT, "the source must equal from"),
	FLAG("latch", UCSEC_F_LATCH, "the first accepted source is kept"),
	FLAG("roc-reset", UCSEC_F_ROC_RESET, "a rekey zeroes the ROC"),
	FLAG("freebind", UCSEC_F_FREEBIND,
	     "in and out need not be local yet"),
	FLAG("hand-up", UCSEC_F_HAND_UP,
	     "what is not RTP goes to the local socket"),
};

static void print_keywords(FILE *out, int on)
{
	char text[48];

	fputs("\nkeywords:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		const struct keyword *kw = &keywords[i];

		if (!(kw->on & on))
			continue;
		snprintf(text, sizeof(text), "%s%s%s", kw->name,
			 kw->value ? " " : "", kw->value ? kw->value : "");
		fprintf(out, "  %-22s %s\n", text, kw->about);
	}
}

void help_stream_add(FILE *out, const struct command *command)
{
	(void)command;
	print_keywords(out, ON_ADD);
}

void help_stream_set(FILE *out, const struct command *command)
{
	(void)command;
	print_keywords(out, ON_SET);
}

void stream_args_init(struct stream_args *args, struct ctl *ctl, int on)
{
	memset(args, 0, sizeof(*args));
	args->ctl = ctl;
	args->on = on;
	args->rx.name = "rx";
	args->rx.crypto = &args->stream.rx;
	args->tx.name = "tx";
	args->tx.crypto = &args->stream.tx;
}

static const struct keyword *find_keyword(const char *word, int on)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (keywords[i].on & on && !strcmp(keywords[i].name, word))
			return &keywords[i];
	return NULL;
}

/* Takes a keyword and its value; *words moves behind them. */
static enum status take_keyword(struct stream_args *args, char ***words)
{
	const struct keyword *kw = find_keyword(**words, args->on);
	const char *value = NULL;
	const char *wrong;

	if (!kw)
		return usage_error(args->ctl, "unknown keyword", **words);
	(*words)++;
	if (kw->have && args->stream.have & kw->have)
		return value_error(args->ctl, kw->name, "given twice");
	if (kw->value && kw->value[0] == '[') {
		if (**words && parse_switch(**words) >= 0)
			value = *(*words)++;
	} else if (kw->value) {
		value = **words;
		if (!value)
			return value_error(args->ctl, kw->name,
					   "a value is missing");
		(*words)++;
	}
	wrong = kw->take(args, kw, value);
	if (wrong)
		return value_error(args->ctl, kw->name, wrong);
	args->stream.have |= kw->have;
	return STATUS_OK;
}

enum status stream_args_parse(struct stream_args *args, char **words)
{
	enum status status = STATUS_OK;

	while (status == STATUS_OK && *words)
		status = take_keyword(args, &words);
	if (status != STATUS_OK)
		return status;
	if (args->rx.given && !args->rx.file)
		return value_error(args->ctl, "rx", "key-file is missing");
	if (args->tx.given && !args->tx.file)
		return value_error(args->ctl, "tx", "key-file is missing");
	return STATUS_OK;
}
