// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl acl params: what holds for the trunk ACL as a whole.
 */
#include <stddef.h>
#include <string.h>

#include "ctl.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MEMBER(m)	offsetof(struct ucsec_acl, m)

struct param {
	const char *name;
	const char *about;
	uint32_t have;		/* of struct ucsec_acl */
	size_t offset;		/* of a number; 0: has ways of its own */
};

static const struct param params[] = {
	{ "unknown", "sources of no trunk: pass, count or drop",
	  UCSEC_ACL_UNKNOWN, 0 },
	{ "ports", "signalling ports beside those of trunks, none",
	  UCSEC_ACL_PORTS, 0 },
	{ "mark", "bits in the mark of what is to be rejected",
	  UCSEC_ACL_MARK_BITS, MEMBER(mark) },
	{ "reject-rate", "rejected ones passed up in a second",
	  UCSEC_ACL_REJECT_RATE, MEMBER(reject_rate) },
	{ "reject-burst", "and at once; those above are dropped",
	  UCSEC_ACL_REJECT_BURST, MEMBER(reject_burst) },
	{ "max-trunks", "trunks the namespace may have",
	  UCSEC_ACL_MAX_TRUNKS, MEMBER(max_trunks) },
	{ "max-prefixes", "prefixes they may have together",
	  UCSEC_ACL_MAX_PREFIXES, MEMBER(max_prefixes) },
	{ "denial-burst", "denials a second that make an event",
	  UCSEC_ACL_DENIAL_BURST, MEMBER(denial_burst) },
};

static uint32_t *number(struct ucsec_acl *acl, const struct param *param)
{
	return (uint32_t *)((char *)acl + param->offset);
}

void help_acl_params(FILE *out, const struct command *command)
{
	(void)command;
	fputs("\nnames:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(params); i++)
		fprintf(out, "  %-22s %s\n", params[i].name, params[i].about);
}

static void format_ports(const struct ucsec_acl *acl, char *text, size_t size)
{
	size_t len = 0;

	snprintf(text, size, "none");
	for (uint32_t i = 0; i < acl->port_count && len < size; i++)
		len += snprintf(text + len, size - len, "%s%u", i ? "," : "",
				acl->ports[i]);
}

/* As "acl params NAME VALUE" takes them, one a line; then the state. */
static void print_params(struct ucsec_acl *acl)
{
	const char *unknown = ucsec_unknown_name(acl->unknown);
	char text[6 * UCSEC_MAX_ACL_PORTS + 1];

	for (size_t i = 0; i < ARRAY_SIZE(params); i++) {
		const struct param *p = &params[i];

		if (p->have == UCSEC_ACL_UNKNOWN)
			snprintf(text, sizeof(text), "%s",
				 unknown ? unknown : "unknown");
		else if (p->have == UCSEC_ACL_PORTS)
			format_ports(acl, text, sizeof(text));
		else
			snprintf(text, sizeof(text),
				 p->have == UCSEC_ACL_MARK_BITS ? "0x%08x" :
				 "%u", *number(acl, p));
		if (strlen(text) > 12)
			printf("%-14s %s\n", p->name, text);
		else
			printf("%-14s %-12s %s\n", p->name, text, p->about);
	}
	printf("\n%u trunk%s, %u prefix%s, room for %u sources\n", acl->trunks,
	       acl->trunks == 1 ? "" : "s", acl->prefixes,
	       acl->prefixes == 1 ? "" : "es", acl->sources);
}

static const char *take_ports(struct ucsec_acl *acl, char *list)
{
	uint32_t port;
	char *text;

	if (!strcmp(list, "none"))
		return NULL;
	while ((text = strsep(&list, ","))) {
		if (parse_u32(text, &port) || port < 1 || port > 65535)
			return "none, or numbers from 1 to 65535, "
				"commas between them";
		if (acl->port_count == UCSEC_MAX_ACL_PORTS)
			return "more than 16 ports";
		acl->ports[acl->port_count++] = port;
	}
	return NULL;
}

/* Returns NULL, or the sentence that says what is wrong. */
static const char *take_value(struct ucsec_acl *acl, const struct param *param,
			      char *value)
{
	int unknown;

	if (param->have == UCSEC_ACL_PORTS)
		return take_ports(acl, value);
	if (param->have != UCSEC_ACL_UNKNOWN)
		return parse_u32(value, number(acl, param)) ?
			"a number from 0 to 4294967295" : NULL;
	unknown = ucsec_unknown_parse(value);
	if (unknown < 0)
		return "pass, count or drop";
	acl->unknown = unknown;
	return NULL;
}

static const struct param *find_param(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(params); i++)
		if (!strcmp(params[i].name, name))
			return &params[i];
	return NULL;
}

static enum status parse_params(const struct ctl *ctl, char **words,
				struct ucsec_acl *acl)
{
	const struct param *param;
	const char *wrong;

	for (; words[0]; words += 2) {
		param = find_param(words[0]);
		if (!param)
			return usage_error(ctl, "unknown parameter", words[0]);
		if (acl->have & param->have)
			return value_error(ctl, param->name, "given twice");
		if (!words[1])
			return value_error(ctl, param->name,
					   "a value is missing");
		wrong = take_value(acl, param, words[1]);
		if (wrong)
			return value_error(ctl, param->name, wrong);
		acl->have |= param->have;
	}
	return STATUS_OK;
}

static enum status show_params(struct ctl *ctl)
{
	struct ucsec_acl acl;

	if (ucsec_acl_get(ctl->handle, &acl))
		return fail_request(ctl);
	if (ctl->json)
		return print_json(json_of_acl(&acl));
	print_params(&acl);
	return STATUS_OK;
}

enum status cmd_acl_params(struct ctl *ctl, char **words)
{
	struct ucsec_acl acl = { 0 };
	enum status status = parse_params(ctl, words, &acl);

	if (status == STATUS_OK)
		status = ctl_open(ctl);
	if (status != STATUS_OK || !acl.have)
		return status == STATUS_OK ? show_params(ctl) : status;
	if (ucsec_acl_set(ctl->handle, &acl))
		return fail_request(ctl);
	return ctl->json ? print_json(json_object()) : STATUS_OK;
}
