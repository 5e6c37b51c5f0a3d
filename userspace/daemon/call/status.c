// SPDX-License-Identifier: GPL-2.0
/* A call's security status: the lowest of what its legs prove. */
#include <stdio.h>
#include "call/status.h"

const char *call_security_name(enum call_security level)
{
	switch (level) {
	case CALL_ENCRYPTED:
		return "encrypted";
	case CALL_AUTHENTICATED:
		return "authenticated";
	case CALL_NONSECURE:
		break;
	}
	return "nonsecure";
}

/* What is in the way, and how far up it lets a leg come. */
struct verdict {
	enum call_security level;
	const char *why;
};

static void lower(struct verdict *v, enum call_security level, const char *why)
{
	if (level >= v->level)
		return;
	v->level = level;
	v->why = why;
}

/* Does its SRTP stand for its profile and signalling? */
static bool is_excused(const struct call_leg_facts *leg)
{
	return leg->is_trunk && leg->srtp_suffices && leg->is_media_encrypted;
}

static void judge_trunk(struct verdict *v, const struct call_leg_facts *leg)
{
	if (!is_excused(leg))
		lower(v, leg->profile,
		      leg->profile == CALL_AUTHENTICATED ?
		      "the trunk's profile is authenticated, not encrypted" :
		      "the trunk's profile is not secure");
	/*
	 * The word of a peer whose signalling others can write is worth nothing,
	 * and such a leg is at most authenticated anyway.
	 */
	if (leg->has_claim && leg->profile == CALL_ENCRYPTED &&
	    leg->signalling == CALL_ENCRYPTED)
		lower(v, leg->claim,
		      "the far end of the trunk reports a lower status");
}

static void judge_phone(struct verdict *v, const struct call_leg_facts *leg)
{
	if (!leg->is_trusted_type)
		lower(v, CALL_NONSECURE, "the device is of no trusted type");
	if (leg->is_shared_line)
		lower(v, leg->line,
		      "another device on the shared line is configured lower");
	else
		lower(v, leg->line,
		      leg->line == CALL_AUTHENTICATED ?
		      "the device's profile is authenticated, not encrypted" :
		      "the device's profile is not secure");
}

enum call_security call_status_of_leg(const struct call_leg_facts *leg,
				      char *why, size_t size)
{
	struct verdict v = { CALL_ENCRYPTED, "" };

	if (leg->is_trunk)
		judge_trunk(&v, leg);
	else
		judge_phone(&v, leg);
	if (!is_excused(leg))
		lower(&v, leg->signalling,
		      leg->signalling == CALL_AUTHENTICATED ?
		      "the signalling is authenticated, not encrypted" :
		      "the signalling is in clear");
	if (!leg->is_media_encrypted)
		lower(&v, CALL_AUTHENTICATED, leg->media_reason ?
		      leg->media_reason : "the media is in clear");
	if (size)
		snprintf(why, size, "%s", v.why);
	return v.level;
}

enum call_security call_status(const struct call_leg_facts *legs, size_t count)
{
	enum call_security lowest = count ? CALL_ENCRYPTED : CALL_NONSECURE;
	enum call_security level;
	size_t i;

	for (i = 0; i < count; i++) {
		level = call_status_of_leg(&legs[i], NULL, 0);
		if (level < lowest)
			lowest = level;
	}
	return lowest;
}
