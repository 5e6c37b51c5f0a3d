// SPDX-License-Identifier: GPL-2.0
/*
 * The JSON contract of ucsecctl(8) for trunks: members never vanish, what is
 * absent is null.
 *
 * Out of memory ends in NULL, which print_json() reports.
 */
#include <string.h>

#include "ctl.h"

static json_t *json_of_name(const char *name)
{
	return name ? json_string(name) : json_null();
}

json_t *json_of_names(uint32_t bits, const char *(*name)(uint32_t bit))
{
	json_t *array = json_array();
	char buf[16];

	for (int bit = 0; bit < 32; bit++)
		if (bits & 1u << bit)
			json_array_append_new(array, json_string(
				bit_name(name(1u << bit), bit, buf,
					 sizeof(buf))));
	return array;
}

static json_t *json_of_ports(const uint16_t *ports, uint32_t count)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < count; i++)
		json_array_append_new(array, json_integer(ports[i]));
	return array;
}

static json_t *json_of_prefixes(const struct ucsec_trunk *trunk)
{
	json_t *array = json_array();
	char text[UCSEC_PREFIX_TEXT_LEN];

	for (size_t i = 0; i < trunk->prefix_count; i++)
		if (!ucsec_prefix_format(&trunk->prefixes[i], text,
					 sizeof(text)))
			json_array_append_new(array, json_string(text));
	return array;
}

/* Every kind with a name is there. */
static json_t *json_of_rates(const struct ucsec_trunk *trunk)
{
	json_t *object = json_object();

	for (int kind = 0; kind < UCSEC_RATE_ROOM; kind++) {
		const struct ucsec_rate *rate = &trunk->rates[kind];

		if (ucsec_rate_name(kind))
			json_object_set_new(object, ucsec_rate_name(kind),
				rate->per_second ? json_pack("{s:I,s:I}",
					"per_second",
					(json_int_t)rate->per_second,
					"burst", (json_int_t)rate->burst) :
				json_null());
	}
	return object;
}

/* Every reason with a name is there, counted or not; others if counted. */
static json_t *json_of_denials(const uint64_t *denials)
{
	json_t *object = json_object();
	char buf[16];

	for (unsigned int i = 0; i < UCSEC_DENIAL_ROOM; i++)
		if (denials[i] || (i && ucsec_denial_name(i)))
			json_object_set_new(object,
					    denial_name(i, buf, sizeof(buf)),
					    json_integer(denials[i]));
	return object;
}

json_t *json_of_verdicts(const struct ucsec_verdicts *v)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o}",
			 "requests", (json_int_t)v->requests,
			 "responses", (json_int_t)v->responses,
			 "keepalives", (json_int_t)v->keepalives,
			 "stun", (json_int_t)v->stun,
			 "connects", (json_int_t)v->connects,
			 "unparsed", (json_int_t)v->unparsed,
			 "passed", (json_int_t)v->passed,
			 "dropped", (json_int_t)v->dropped,
			 "rejected", (json_int_t)v->rejected,
			 "denials", json_of_denials(v->denials));
}

json_t *json_of_trunk(const struct ucsec_trunk *t)
{
	uint32_t have = t->have;

	return json_pack("{s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
		"id", (json_int_t)t->id,
		"cookie", json_of_cookie(t->cookie, t->cookie_len,
					 have & UCSEC_TR_COOKIE),
		"kind", json_of_name(ucsec_trunk_kind_name(t->kind)),
		"prefixes", json_of_prefixes(t),
		"ports", json_of_ports(t->ports, t->port_count),
		"transports", json_of_names(t->transports,
					    ucsec_transport_name),
		"methods", have & UCSEC_TR_METHODS ?
			json_of_names(t->methods, ucsec_method_name) :
			json_null(),
		"boxes", have & UCSEC_TR_BOXES ?
			json_of_names(t->boxes, ucsec_box_name) : json_null(),
		"unparsed", json_of_name(have & UCSEC_TR_UNPARSED ?
			ucsec_verdict_name(t->unparsed) : NULL),
		"denial", json_of_name(have & UCSEC_TR_DENIAL ?
			ucsec_verdict_name(t->denial) : NULL),
		"rates", json_of_rates(t),
		"verdicts", json_of_verdicts(&t->verdicts));
}

json_t *json_of_acl(const struct ucsec_acl *acl)
{
	return json_pack("{s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}",
		"unknown", json_of_name(ucsec_unknown_name(acl->unknown)),
		"ports", json_of_ports(acl->ports, acl->port_count),
		"mark", (json_int_t)acl->mark,
		"reject_rate", (json_int_t)acl->reject_rate,
		"reject_burst", (json_int_t)acl->reject_burst,
		"max_trunks", (json_int_t)acl->max_trunks,
		"max_prefixes", (json_int_t)acl->max_prefixes,
		"denial_burst", (json_int_t)acl->denial_burst,
		"trunks", (json_int_t)acl->trunks,
		"prefixes", (json_int_t)acl->prefixes,
		"sources", (json_int_t)acl->sources,
		"generation", (json_int_t)acl->generation);
}
