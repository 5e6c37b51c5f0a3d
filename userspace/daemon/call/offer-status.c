// SPDX-License-Identifier: GPL-2.0
/* How well a leg's media is protected, in words, and kept over a restart. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "call/offer-internal.h"

static const char *const reasons[OFFER_REASONS] = {
	[OFFER_PROFILE] = "the profile does not allow SRTP",
	[OFFER_SIGNALLING] = "the signalling is not encrypted, so keys are not "
			     "sent over it",
	[OFFER_PLAIN_OFFERED] = "the device offered plain RTP",
	[OFFER_KEYS_WITH_AVP] = "the device offered keys with RTP/AVP, which "
				"are not used",
	[OFFER_NO_KEYS] = "SRTP was offered without a key",
	[OFFER_UNUSABLE_KEYS] = "SRTP was offered, but no a=crypto line is "
				"usable",
	[OFFER_MENU] = "the SRTP cipher menu admits none of the suites offered",
	[OFFER_PLAIN_ANSWERED] = "the device answered SRTP with plain RTP",
	[OFFER_SRTP_REFUSED] = "the device refused an offer of SRTP",
};

const char *offer_reason_text(enum offer_reason reason)
{
	return reasons[reason];
}

void call_session_security(const struct call_session *session,
			  enum call_leg leg, struct call_protection *security)
{
	bool flows = false;

	memset(security, 0, sizeof(*security));
	security->encrypted = true;
	for (unsigned int i = 0; i < CALL_SDP_MEDIA; i++) {
		const struct offer_line *line = &session->agreed[i];
		const struct offer_side *side = &line->side[leg];

		if (!line->live)
			continue;
		security->lines++;
		flows = flows || side->direction == CALL_SDP_SENDRECV;
		if (!side->suite) {
			security->encrypted = false;
			if (!security->reason)
				security->reason = reasons[side->reason];
		} else if (!security->weakest ||
			   call_suite_rank(side->suite) >
			   call_suite_rank(security->weakest)) {
			security->weakest = side->suite;
		}
	}
	security->held = security->lines && !flows;
	if (!security->lines) {
		security->encrypted = false;
		security->reason = "there is no media";
	}
	if (!security->encrypted)
		security->weakest = NULL;
}

static json_t *save_side(const struct offer_side *side)
{
	return json_pack("[i,s,i]", side->reason, side->suite ?
			 side->suite->name : "", side->direction);
}

static json_t *save_leg(const struct call_sdp_leg *leg)
{
	return json_pack("[I,I,i]", (json_int_t)leg->id,
			 (json_int_t)leg->version, leg->media_count);
}

char *call_session_save(const struct call_session *session)
{
	json_t *lines = json_array(), *root;
	char *text;

	for (unsigned int i = 0; i < CALL_SDP_MEDIA; i++) {
		const struct offer_line *line = &session->agreed[i];

		if (line->live)
			json_array_append_new(lines, json_pack(
				"[i,o,o]", i, save_side(&line->side[0]),
				save_side(&line->side[1])));
	}
	root = json_pack("{s:o,s:o,s:o}", "lines", lines,
			 "a", save_leg(session->leg[0]),
			 "b", save_leg(session->leg[1]));
	text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}

static bool restore_side(json_t *from, struct offer_side *side)
{
	int reason, direction;
	const char *suite;

	if (json_unpack(from, "[i,s,i!]", &reason, &suite, &direction) ||
	    reason < 0 || reason >= OFFER_REASONS || direction < 0 ||
	    direction > CALL_SDP_SENDRECV)
		return false;
	side->reason = (enum offer_reason)reason;
	side->direction = (uint8_t)direction;
	side->suite = *suite ? call_suite_find(suite, strlen(suite)) : NULL;
	return !*suite || side->suite;
}

/* The digest of what was said is not kept: the next version is a new one. */
static bool restore_leg(json_t *from, struct call_sdp_leg *leg)
{
	json_int_t id, version;
	int count;

	if (json_unpack(from, "[I,I,i!]", &id, &version, &count) || id < 0 ||
	    version < 0 || count < 0 || count > CALL_SDP_MEDIA)
		return false;
	leg->id = (uint64_t)id;
	leg->version = (uint64_t)version;
	leg->media_count = (uint8_t)count;
	memset(leg->last, 0, sizeof(leg->last));
	return true;
}

static bool restore(struct call_session *session, json_t *root)
{
	json_t *lines, *a, *b, *line;
	size_t n;

	if (json_unpack(root, "{s:o,s:o,s:o}", "lines", &lines, "a", &a, "b",
			&b) || !json_is_array(lines) ||
	    !restore_leg(a, session->leg[0]) ||
	    !restore_leg(b, session->leg[1]))
		return false;
	memset(session->agreed, 0, sizeof(session->agreed));
	json_array_foreach(lines, n, line) {
		int i;

		if (json_unpack(line, "[i,o,o!]", &i, &a, &b) || i < 0 ||
		    i >= CALL_SDP_MEDIA ||
		    !restore_side(a, &session->agreed[i].side[0]) ||
		    !restore_side(b, &session->agreed[i].side[1]))
			return false;
		session->agreed[i].live = true;
	}
	return true;
}

int call_session_restore(struct call_session *session, const char *text)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	bool done = root && restore(session, root);

	json_decref(root);
	return done ? 0 : -EINVAL;
}
