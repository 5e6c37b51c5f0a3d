// SPDX-License-Identifier: GPL-2.0
/*
 * Offer and answer: two texts of strangers, cut at a NUL, under any policy.
 * What goes to the other leg can be read, and has no key of this one.
 */
#include <stdlib.h>
#include <string.h>

#include "call/offer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char out[4 * CALL_SDP_SIZE];

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void set_policy(struct call_policy *policy, uint8_t bits)
{
	policy->class = bits & 1 ? CALL_CLASS_ENCRYPTED : CALL_CLASS_CLEAR;
	policy->srtp_allowed = bits & 2;
	policy->srtp_required = bits & 4;
	policy->peer_fallback = bits & 8;
	policy->own_fallback = bits & 8;
	policy->plain_only = bits & 16;
	policy->menu = (enum call_menu)((bits >> 5) % 3);
}

/* Keys only where they may be; at least it can be read. */
static void check(ssize_t n, const struct call_policy *policy)
{
	struct call_sdp *sdp = NULL;
	const char *why;
	unsigned int line;
	bool keys;

	if (n < 0)
		return;
	keys = memmem(out, (size_t)n, "\na=crypto:", 10);
	expect(!keys || (policy->srtp_allowed &&
			 policy->class == CALL_CLASS_ENCRYPTED));
	if (n <= CALL_SDP_SIZE)
		expect(!call_sdp_parse(out, (size_t)n, &sdp, &why, &line) ||
		       line > CALL_SDP_LINES / 2);
	call_sdp_free(sdp);
}

static void play(struct call_session *session, struct call_sdp_leg *a,
		 struct call_sdp_leg *b, const char *offer, size_t offer_len,
		 const char *answer, size_t answer_len)
{
	struct call_verdict verdict;
	struct call_protection security;
	uint32_t lines;
	ssize_t n;

	if (call_offer_receive(session, CALL_LEG_A, offer, offer_len, &lines,
			      &verdict) || verdict.status) {
		expect(!verdict.status || verdict.reason);
		call_offer_abort(session);
		return;
	}
	n = call_offer_send(session, CALL_LEG_B, out, sizeof(out), &verdict);
	check(n, &b->policy);
	if (n < 0 || call_answer_receive(session, CALL_LEG_B, answer,
					answer_len, &verdict) ||
	    verdict.status) {
		call_offer_abort(session);
		return;
	}
	n = call_answer_send(session, CALL_LEG_A, out, sizeof(out), &verdict);
	check(n, &a->policy);
	call_offer_commit(session);
	for (int leg = 0; leg < 2; leg++) {
		struct call_policy *policy = leg ? &b->policy : &a->policy;

		call_session_security(session, (enum call_leg)leg, &security);
		expect(security.encrypted || security.reason);
		expect(!security.encrypted || (policy->srtp_allowed &&
		       policy->class == CALL_CLASS_ENCRYPTED));
		expect(!policy->srtp_required || security.encrypted ||
		       !security.lines);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct call_media_conf conf;
	static const uint8_t id[CALL_MEDIA_ID_LEN];
	static struct call_media_system *media_system;
	struct call_sdp_leg a = { 0 }, b = { 0 };
	struct call_session *session;
	struct call_media *media;
	const char *text = (const char *)data + 2, *cut;
	size_t len = size - 2, offer_len;

	if (size < 2)
		return 0;
	if (!media_system)
		media_system = call_media_system_new(NULL, &conf, NULL);
	cut = memchr(text, 0, len);
	offer_len = cut ? (size_t)(cut - text) : len;
	set_policy(&a.policy, data[0]);
	set_policy(&b.policy, data[1]);
	media = call_media_new(media_system, id, NULL, NULL);
	session = call_session_new(media, &a, &b);
	/* The answer may be the offer: nobody thinks of that. */
	play(session, &a, &b, text, offer_len, cut ? cut + 1 : text,
	     cut ? len - offer_len - 1 : offer_len);
	play(session, &a, &b, cut ? cut + 1 : text,
	     cut ? len - offer_len - 1 : offer_len, text, offer_len);
	call_session_free(session);
	call_media_free(media);
	return 0;
}
