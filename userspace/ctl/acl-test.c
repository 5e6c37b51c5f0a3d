// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl acl test: what would become of a datagram, in a sentence.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

#define WIDTH	80

struct test {
	struct ctl *ctl;
	struct ucsec_trial trial;
	struct ucsec_judgement judgement;
	int unseen;		/* 0, -ENOENT or -EADDRNOTAVAIL */
	char payload[UCSEC_MAX_TRIAL + 1];
};

static enum status parse_ends(struct test *test, char **words)
{
	const struct ctl *ctl = test->ctl;
	const char *why = NULL;

	if (!words[0] || !words[1])
		return usage_error(ctl, "FROM and TO are missing", NULL);
	if (ucsec_endpoint_parse(words[0], &test->trial.from, &why))
		return value_error(ctl, "FROM", why);
	if (ucsec_endpoint_parse(words[1], &test->trial.to, &why))
		return value_error(ctl, "TO", why);
	if (!(test->trial.to.have & UCSEC_EP_PORT))
		return value_error(ctl, "TO",
				   "a port is needed, as in 192.0.2.1:5060");
	if (test->trial.from.family != test->trial.to.family)
		return value_error(ctl, "TO", "not of the family of FROM");
	return STATUS_OK;
}

static enum status parse(struct test *test, char **words)
{
	enum status status = parse_ends(test, words);
	int transport;

	test->trial.transport = UCSEC_TRANSPORT_UDP;
	if (status != STATUS_OK || !words[2])
		return status;
	if (strcmp(words[2], "transport"))
		return usage_error(test->ctl, "unknown keyword", words[2]);
	transport = words[3] ? ucsec_transport_parse(words[3]) : -EINVAL;
	if (transport < 0)
		return value_error(test->ctl, "transport", "udp, tcp or tls");
	test->trial.transport = transport;
	return expect_none(test->ctl, words + 4);
}

/* Of a connection only the first segment is judged, which holds nothing. */
static enum status read_payload(struct test *test)
{
	size_t len = 0;
	ssize_t n;

	if (test->trial.transport != UCSEC_TRANSPORT_UDP)
		return STATUS_OK;
	do {
		n = read(STDIN_FILENO, test->payload + len,
			 sizeof(test->payload) - len);
		if (n > 0)
			len += n;
	} while (n > 0 && len < sizeof(test->payload));
	if (n < 0)
		return fail(test->ctl, strerror(errno));
	if (len > UCSEC_MAX_TRIAL)
		return fail(test->ctl, "longer than a datagram can be");
	test->trial.payload = test->payload;
	test->trial.payload_len = len;
	return STATUS_OK;
}

/* "trunk 3 (cookie x)", or what has no trunk. */
static void say_who(FILE *out, const struct ucsec_judgement *j)
{
	char text[COOKIE_TEXT_LEN];

	if (!(j->have & UCSEC_JUDGED_TRUNK)) {
		fputs("an address of no trunk", out);
		return;
	}
	fprintf(out, "trunk %u", j->trunk);
	if (!(j->have & UCSEC_JUDGED_COOKIE))
		return;
	format_cookie(j->cookie, j->cookie_len, text);
	fprintf(out, " (cookie %s)", text);
}

static void say_request(FILE *out, const struct ucsec_judgement *j)
{
	const char *name = ucsec_method_name(j->method);

	if (!name || j->method == UCSEC_METHOD_OTHER)
		fputs("a request of another method", out);
	else
		fprintf(out, "%s %s", strchr("AEIOU", name[0]) ? "an" : "a",
			name);
}

static void say_what(FILE *out, const struct ucsec_judgement *j)
{
	const char *fault;

	switch (j->sip_class) {
	case UCSEC_CLASS_REQUEST:
		say_request(out, j);
		fputs(j->in_dialog ? " within a dialog" : " outside a dialog",
		      out);
		return;
	case UCSEC_CLASS_RESPONSE:
		fputs("a response", out);
		return;
	case UCSEC_CLASS_KEEPALIVE:
		fputs("a keepalive", out);
		return;
	case UCSEC_CLASS_STUN:
		fputs("a STUN message", out);
		return;
	case UCSEC_CLASS_CONNECT:
		fputs("a new connection", out);
		return;
	case UCSEC_CLASS_UNPARSED:
		fault = ucsec_fault_about(j->fault);
		fprintf(out, "what cannot be parsed (%s)",
			fault ? fault : "for an unknown reason");
		return;
	}
	fputs("a message", out);
}

/* Which trunk does not accept it, and by which of its boxes. */
static void say_box(FILE *out, const struct ucsec_judgement *j, uint32_t box)
{
	say_request(out, j);
	if (box == UCSEC_BOX_PRESENCE_SUBSCRIPTION)
		fputs(" for presence", out);
	else if (box != UCSEC_BOX_REPLACES_HEADER)
		fputs(" outside a dialog", out);
	else if (j->method == UCSEC_METHOD_REFER)
		fputs(" with a Replaces header in Refer-To", out);
	else
		fputs(" with a Replaces header", out);
	fputs(", which ", out);
	say_who(out, j);
	fprintf(out, " does not accept (box %s)", ucsec_box_name(box));
}

static void say_why(FILE *out, const struct ucsec_judgement *j)
{
	const char *more = "";

	switch (j->reason) {
	case UCSEC_DENIAL_METHOD:
		say_request(out, j);
		fputs(", a method that ", out);
		say_who(out, j);
		fputs(" does not allow", out);
		return;
	case UCSEC_DENIAL_PRESENCE:
		say_box(out, j, UCSEC_BOX_PRESENCE_SUBSCRIPTION);
		return;
	case UCSEC_DENIAL_REFER:
		say_box(out, j, UCSEC_BOX_OUT_OF_DIALOG_REFER);
		return;
	case UCSEC_DENIAL_NOTIFICATION:
		say_box(out, j, UCSEC_BOX_UNSOLICITED_NOTIFICATION);
		return;
	case UCSEC_DENIAL_REPLACES:
		say_box(out, j, UCSEC_BOX_REPLACES_HEADER);
		return;
	case UCSEC_DENIAL_RATE:
		more = ", whose rate is used up";
		break;
	case UCSEC_DENIAL_SOURCE_RATE:
		more = "; the rate of this source address is used up";
		break;
	case UCSEC_DENIAL_REJECT_RATE:
		more = "; it would be rejected, but that rate is used up";
		break;
	case UCSEC_DENIAL_NOMEM:
		more = "; there is no memory to look at it";
		break;
	default:
		break;
	}
	say_what(out, j);
	fputs(" from ", out);
	say_who(out, j);
	fputs(more, out);
}

static void say_unseen(FILE *out, const struct test *test)
{
	char text[UCSEC_ENDPOINT_TEXT_LEN];
	struct ucsec_endpoint to = test->trial.to;

	if (test->unseen == -ENOENT) {
		fprintf(out, "passed: port %u is no signalling port of this "
			"transport", to.port);
	} else {
		to.have &= ~UCSEC_EP_PORT;
		ucsec_endpoint_format(&to, text, sizeof(text));
		fprintf(out, "passed: %s is no address of this namespace",
			text);
	}
	fputs(", and the ACL does not look at it", out);
}

/* To be freed; NULL without memory. */
static char *sentence_of(const struct test *test)
{
	static const char *const verdicts[] = {
		[UCSEC_VERDICT_PASS] = "passed: ",
		[UCSEC_VERDICT_DROP] = "dropped: ",
		[UCSEC_VERDICT_REJECT] = "rejected: ",
	};
	const struct ucsec_judgement *j = &test->judgement;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (test->unseen) {
		say_unseen(out, test);
	} else {
		fputs(j->verdict <= UCSEC_VERDICT_REJECT ?
		      verdicts[j->verdict] : "unknown verdict: ", out);
		say_why(out, j);
	}
	fclose(out);
	return text;
}

/* Lines after the first are indented; breaks are where blanks are. */
static void print_filled(char *text)
{
	size_t column = 0;
	char *word;

	while ((word = strsep(&text, " "))) {
		size_t len = strlen(word);

		if (column && column + 1 + len > WIDTH) {
			fputs("\n ", stdout);
			column = 1;
		}
		column += printf("%s%s", column ? " " : "", word);
	}
	putchar('\n');
}

static json_t *json_or_null(bool have, const char *name)
{
	return have && name ? json_string(name) : json_null();
}

static json_t *json_of_test(const struct test *test, const char *sentence)
{
	const struct ucsec_judgement *j = &test->judgement;
	bool seen = !test->unseen;
	bool request = j->have & UCSEC_JUDGED_REQUEST;

	return json_pack("{s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s}",
		"judged", seen,
		"verdict", json_or_null(true, ucsec_verdict_name(j->verdict)),
		"reason", json_or_null(seen && j->reason,
				       ucsec_denial_name(j->reason)),
		"class", json_or_null(seen, ucsec_class_name(j->sip_class)),
		"method", json_or_null(request, ucsec_method_name(j->method)),
		"needs", request ? json_of_names(j->needs, ucsec_box_name) :
			json_null(),
		"in_dialog", request ? json_boolean(j->in_dialog) :
			json_null(),
		"fault", json_or_null(j->have & UCSEC_JUDGED_FAULT,
				      ucsec_fault_name(j->fault)),
		"trunk", j->have & UCSEC_JUDGED_TRUNK ?
			json_integer(j->trunk) : json_null(),
		"cookie", json_of_cookie(j->cookie, j->cookie_len,
					 j->have & UCSEC_JUDGED_COOKIE),
		"sentence", sentence);
}

static enum status run(struct test *test)
{
	enum status status = STATUS_OK;
	char *sentence;
	int err;

	if (ctl_open(test->ctl))
		return STATUS_FAILED;
	err = ucsec_acl_test(test->ctl->handle, &test->trial,
			     &test->judgement);
	if (err && err != -ENOENT && err != -EADDRNOTAVAIL)
		return fail_request(test->ctl);
	/* No judgement is that it passes: what that begins with. */
	if (err)
		memset(&test->judgement, 0, sizeof(test->judgement));
	test->unseen = err;
	sentence = sentence_of(test);
	if (!sentence)
		return fail(test->ctl, strerror(ENOMEM));
	if (test->ctl->json)
		status = print_json(json_of_test(test, sentence));
	else
		print_filled(sentence);
	free(sentence);
	return status;
}

enum status cmd_acl_test(struct ctl *ctl, char **words)
{
	struct test *test = calloc(1, sizeof(*test));
	enum status status;

	if (!test)
		return fail(ctl, strerror(ENOMEM));
	test->ctl = ctl;
	status = parse(test, words);
	if (status == STATUS_OK)
		status = read_payload(test);
	if (status == STATUS_OK)
		status = run(test);
	free(test);
	return status;
}
