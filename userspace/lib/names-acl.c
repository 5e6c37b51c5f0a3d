// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Names of the numbers of the trunk ACL, as specification and RFCs spell them.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct name {
	const char *name;
	const char *about;
};

struct bit_name {
	uint32_t bit;
	const char *name;
	const char *about;
};

static const struct name kinds[] = {
	[UCSEC_TRUNK_TRUNK] = { "trunk", NULL },
	[UCSEC_TRUNK_LINE] = { "line", NULL },
};

static const struct name verdicts[] = {
	[UCSEC_VERDICT_PASS] = { "pass", NULL },
	[UCSEC_VERDICT_DROP] = { "drop", NULL },
	[UCSEC_VERDICT_REJECT] = { "reject", NULL },
};

static const struct name unknowns[] = {
	[UCSEC_UNKNOWN_PASS] = { "pass", NULL },
	[UCSEC_UNKNOWN_COUNT] = { "count", NULL },
	[UCSEC_UNKNOWN_DROP] = { "drop", NULL },
};

static const struct name rates[] = {
	[UCSEC_RATE_REQUESTS] = { "requests", NULL },
	[UCSEC_RATE_RESPONSES] = { "responses", NULL },
	[UCSEC_RATE_KEEPALIVES] = { "keepalives", NULL },
	[UCSEC_RATE_SOURCE] = { "source", NULL },
};

static const struct name classes[] = {
	[UCSEC_CLASS_REQUEST] = { "request", NULL },
	[UCSEC_CLASS_RESPONSE] = { "response", NULL },
	[UCSEC_CLASS_KEEPALIVE] = { "keepalive", NULL },
	[UCSEC_CLASS_STUN] = { "stun", NULL },
	[UCSEC_CLASS_CONNECT] = { "connect", NULL },
	[UCSEC_CLASS_UNPARSED] = { "unparsed", NULL },
};

static const struct name faults[] = {
	[UCSEC_FAULT_NONE] = { "none", "it can be parsed" },
	[UCSEC_FAULT_START_LINE] = { "start-line",
		"it begins with neither a request line nor a status line" },
	[UCSEC_FAULT_HEADER] = { "header", "a line of its head is no header" },
	[UCSEC_FAULT_CONTROL] = { "control",
		"a control character stands where none may" },
	[UCSEC_FAULT_REPEATED] = { "repeated",
		"a header that may stand once stands twice" },
	[UCSEC_FAULT_NO_TO] = { "no-to", "it has no To" },
	[UCSEC_FAULT_TO] = { "to",
		"its To cannot be read, or in more than one way" },
	[UCSEC_FAULT_EVENT] = { "event", "its Event cannot be read" },
	[UCSEC_FAULT_REFER_TO] = { "refer-to",
		"its Refer-To cannot be read, or in more than one way" },
	[UCSEC_FAULT_NO_END] = { "no-end", "its head does not end" },
	[UCSEC_FAULT_LENGTH] = { "length",
		"its head is longer than what is read" },
};

static const struct name denials[] = {
	[UCSEC_DENIAL_NONE] = { "none", "not denied" },
	[UCSEC_DENIAL_SOURCE] = { "source", "the source is of no trunk" },
	[UCSEC_DENIAL_METHOD] = { "method",
		"the trunk does not allow the method" },
	[UCSEC_DENIAL_PRESENCE] = { "presence",
		"a SUBSCRIBE for presence, which is not accepted" },
	[UCSEC_DENIAL_REFER] = { "refer",
		"a REFER outside a dialog, which is not accepted" },
	[UCSEC_DENIAL_NOTIFICATION] = { "notification",
		"a NOTIFY outside a dialog, which is not accepted" },
	[UCSEC_DENIAL_REPLACES] = { "replaces",
		"a Replaces header, which is not accepted" },
	[UCSEC_DENIAL_UNPARSED] = { "unparsed", "it cannot be parsed" },
	[UCSEC_DENIAL_RATE] = { "rate", "the rate of the trunk is used up" },
	[UCSEC_DENIAL_SOURCE_RATE] = { "source-rate",
		"the rate of the source address is used up" },
	[UCSEC_DENIAL_REJECT_RATE] = { "reject-rate",
		"to be rejected, but that rate is used up" },
	[UCSEC_DENIAL_NOMEM] = { "nomem", "no memory to look at it" },
};

static const struct bit_name transports[] = {
	{ UCSEC_TRANSPORT_UDP, "udp", NULL },
	{ UCSEC_TRANSPORT_TCP, "tcp", NULL },
	{ UCSEC_TRANSPORT_TLS, "tls", NULL },
};

static const struct bit_name methods[] = {
	{ UCSEC_METHOD_INVITE, "INVITE", NULL },
	{ UCSEC_METHOD_ACK, "ACK", NULL },
	{ UCSEC_METHOD_BYE, "BYE", NULL },
	{ UCSEC_METHOD_CANCEL, "CANCEL", NULL },
	{ UCSEC_METHOD_OPTIONS, "OPTIONS", NULL },
	{ UCSEC_METHOD_REGISTER, "REGISTER", NULL },
	{ UCSEC_METHOD_PRACK, "PRACK", NULL },
	{ UCSEC_METHOD_UPDATE, "UPDATE", NULL },
	{ UCSEC_METHOD_INFO, "INFO", NULL },
	{ UCSEC_METHOD_MESSAGE, "MESSAGE", NULL },
	{ UCSEC_METHOD_PUBLISH, "PUBLISH", NULL },
	{ UCSEC_METHOD_SUBSCRIBE, "SUBSCRIBE", NULL },
	{ UCSEC_METHOD_NOTIFY, "NOTIFY", NULL },
	{ UCSEC_METHOD_REFER, "REFER", NULL },
	{ UCSEC_METHOD_OTHER, "OTHER", NULL },
};

static const struct bit_name boxes[] = {
	{ UCSEC_BOX_PRESENCE_SUBSCRIPTION, "presence-subscription",
	  "a SUBSCRIBE for presence" },
	{ UCSEC_BOX_OUT_OF_DIALOG_REFER, "out-of-dialog-refer",
	  "a REFER outside a dialog" },
	{ UCSEC_BOX_UNSOLICITED_NOTIFICATION, "unsolicited-notification",
	  "a NOTIFY outside a dialog" },
	{ UCSEC_BOX_REPLACES_HEADER, "replaces-header",
	  "a Replaces header" },
};

_Static_assert(ARRAY_SIZE(kinds) == __UCSEC_TRUNK_MAX, "a kind has no name");
_Static_assert(ARRAY_SIZE(verdicts) == __UCSEC_VERDICT_MAX,
	       "a verdict has no name");
_Static_assert(ARRAY_SIZE(unknowns) == __UCSEC_UNKNOWN_MAX,
	       "a way with the unknown has no name");
_Static_assert(ARRAY_SIZE(rates) == __UCSEC_RATE_MAX, "a rate has no name");
_Static_assert(ARRAY_SIZE(rates) <= UCSEC_RATE_ROOM, "a rate has no room");
_Static_assert(ARRAY_SIZE(classes) == __UCSEC_CLASS_MAX,
	       "a class has no name");
_Static_assert(ARRAY_SIZE(faults) == __UCSEC_FAULT_MAX, "a fault has no name");
_Static_assert(ARRAY_SIZE(denials) == __UCSEC_DENIAL_MAX,
	       "a denial has no name");
_Static_assert(ARRAY_SIZE(denials) <= UCSEC_DENIAL_ROOM,
	       "a denial has no room");

static int find(const struct name *table, size_t size, const char *name)
{
	for (size_t i = 0; i < size; i++)
		if (table[i].name && !strcmp(table[i].name, name))
			return i;
	return -EINVAL;
}

static const struct bit_name *at_bit(const struct bit_name *table, size_t size,
				     uint32_t bit)
{
	for (size_t i = 0; i < size; i++)
		if (table[i].bit == bit)
			return &table[i];
	return NULL;
}

/* In any case: SIP's methods are all capitals, but nobody types them so. */
static int find_bit(const struct bit_name *table, size_t size, const char *name)
{
	for (size_t i = 0; i < size; i++)
		if (!strcasecmp(table[i].name, name))
			return table[i].bit;
	return -EINVAL;
}

#define NAME_OF(table, value) \
	((value) < ARRAY_SIZE(table) ? (table)[value].name : NULL)
#define ABOUT(table, value) \
	((value) < ARRAY_SIZE(table) ? (table)[value].about : NULL)

const char *ucsec_trunk_kind_name(enum ucsec_trunk_kind kind)
{
	return NAME_OF(kinds, kind);
}

const char *ucsec_verdict_name(enum ucsec_verdict verdict)
{
	return NAME_OF(verdicts, verdict);
}

const char *ucsec_unknown_name(enum ucsec_unknown unknown)
{
	return NAME_OF(unknowns, unknown);
}

const char *ucsec_rate_name(enum ucsec_rate_kind kind)
{
	return NAME_OF(rates, kind);
}

const char *ucsec_class_name(enum ucsec_sip_class sip_class)
{
	return NAME_OF(classes, sip_class);
}

const char *ucsec_fault_name(enum ucsec_sip_fault fault)
{
	return NAME_OF(faults, fault);
}

const char *ucsec_fault_about(enum ucsec_sip_fault fault)
{
	return ABOUT(faults, fault);
}

const char *ucsec_denial_name(enum ucsec_denial denial)
{
	return NAME_OF(denials, denial);
}

const char *ucsec_denial_about(enum ucsec_denial denial)
{
	return ABOUT(denials, denial);
}

const char *ucsec_transport_name(uint32_t transport)
{
	const struct bit_name *row = at_bit(transports, ARRAY_SIZE(transports),
					    transport);

	return row ? row->name : NULL;
}

const char *ucsec_method_name(uint32_t method)
{
	const struct bit_name *row = at_bit(methods, ARRAY_SIZE(methods),
					    method);

	return row ? row->name : NULL;
}

const char *ucsec_box_name(uint32_t box)
{
	const struct bit_name *row = at_bit(boxes, ARRAY_SIZE(boxes), box);

	return row ? row->name : NULL;
}

const char *ucsec_box_about(uint32_t box)
{
	const struct bit_name *row = at_bit(boxes, ARRAY_SIZE(boxes), box);

	return row ? row->about : NULL;
}

int ucsec_trunk_kind_parse(const char *name)
{
	return find(kinds, ARRAY_SIZE(kinds), name);
}

int ucsec_verdict_parse(const char *name)
{
	return find(verdicts, ARRAY_SIZE(verdicts), name);
}

int ucsec_unknown_parse(const char *name)
{
	return find(unknowns, ARRAY_SIZE(unknowns), name);
}

int ucsec_rate_parse(const char *name)
{
	return find(rates, ARRAY_SIZE(rates), name);
}

int ucsec_transport_parse(const char *name)
{
	return find_bit(transports, ARRAY_SIZE(transports), name);
}

int ucsec_method_parse(const char *name)
{
	return find_bit(methods, ARRAY_SIZE(methods), name);
}

int ucsec_box_parse(const char *name)
{
	return find_bit(boxes, ARRAY_SIZE(boxes), name);
}
