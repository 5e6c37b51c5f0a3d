// SPDX-License-Identifier: GPL-2.0
// The order of checks on a request from a trunk or a phone (AUTHZ-2).

#include <string.h>

#include "authz/authz.h"

enum authz_method authz_method_of(const char *name)
{
	static const char *const names[] = {
		[AUTHZ_INVITE] = "INVITE", [AUTHZ_ACK] = "ACK",
		[AUTHZ_BYE] = "BYE", [AUTHZ_CANCEL] = "CANCEL",
		[AUTHZ_OPTIONS] = "OPTIONS", [AUTHZ_REGISTER] = "REGISTER",
		[AUTHZ_PRACK] = "PRACK", [AUTHZ_UPDATE] = "UPDATE",
		[AUTHZ_INFO] = "INFO", [AUTHZ_MESSAGE] = "MESSAGE",
		[AUTHZ_PUBLISH] = "PUBLISH", [AUTHZ_SUBSCRIBE] = "SUBSCRIBE",
		[AUTHZ_NOTIFY] = "NOTIFY", [AUTHZ_REFER] = "REFER",
	};
	int i;

	for (i = 0; i < AUTHZ_METHOD_OTHER; i++) {
		if (!strcmp(names[i], name))
			return i;
	}
	return AUTHZ_METHOD_OTHER;
}

/*
 * Why these boxes forbid it, or NULL. Replaces counts in any request and in
 * any dialog: a dialog of one's own is not a right to take another's place.
 */
static const char *forbidden(const struct authz_facts *facts,
			     const struct authz_boxes *boxes)
{
	if ((facts->replaces || facts->refer_replaces) &&
	    !boxes->replaces_header)
		return "Replaces header not accepted";
	if (facts->in_dialog)
		return NULL;
	switch (facts->method) {
	case AUTHZ_SUBSCRIBE:
		if (facts->presence && !boxes->presence_subscription)
			return "presence subscription not accepted";
		return NULL;
	case AUTHZ_REFER:
		return boxes->out_of_dialog_refer ? NULL :
			"out-of-dialog REFER not accepted";
	case AUTHZ_NOTIFY:
		return facts->subscribed || boxes->unsolicited_notification ?
			NULL : "unsolicited notification not accepted";
	default:
		return NULL;
	}
}

static bool can_challenge(const struct authz_facts *facts)
{
	return facts->method != AUTHZ_ACK && facts->method != AUTHZ_CANCEL;
}

static struct authz_verdict verdict_of(enum authz_digest digest)
{
	switch (digest) {
	case AUTHZ_DIGEST_MISSING:
		return (struct authz_verdict){ 401, false,
					       "digest credentials missing" };
	case AUTHZ_DIGEST_WRONG:
		return (struct authz_verdict){ 401, false,
					       "digest credentials wrong" };
	case AUTHZ_DIGEST_STALE:
		return (struct authz_verdict){ 401, true, "nonce expired" };
	case AUTHZ_DIGEST_LOCKED:
		return (struct authz_verdict){ 403, false,
					       "digest wrong too often" };
	default:
		return (struct authz_verdict){ 0, false, NULL };
	}
}

struct authz_verdict authz_phone_check(const struct authz_facts *facts,
				       enum authz_digest digest)
{
	if (!can_challenge(facts))
		digest = AUTHZ_DIGEST_OFF;
	return verdict_of(digest);
}

struct authz_verdict authz_trunk_check(const struct authz_facts *facts,
				       const struct authz_trunk *trunk,
				       enum authz_digest digest,
				       const struct authz_boxes *user)
{
	static const struct authz_boxes none;
	const char *reason = forbidden(facts, &trunk->boxes);
	struct authz_verdict verdict;

	if (reason)
		return (struct authz_verdict){ 403, false, reason };
	verdict = authz_phone_check(facts, digest);
	/*
	 * Without digest nobody is proven, so there are no user's boxes; the
	 * store refuses such a profile, and this does not rely on it.
	 */
	if (verdict.status || !trunk->application_level ||
	    !can_challenge(facts))
		return verdict;
	reason = forbidden(facts, user && digest == AUTHZ_DIGEST_RIGHT ?
				  user : &none);
	if (reason)
		return (struct authz_verdict){ 403, false, reason };
	return verdict;
}
