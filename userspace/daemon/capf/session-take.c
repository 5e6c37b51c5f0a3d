// SPDX-License-Identifier: GPL-2.0
// What the phone answers to what it was asked for.

#include <stdio.h>
#include <string.h>

#include "capf/session-internal.h"

static void keep(struct capf_session *session, enum capf_result result,
		 struct element_bytes der, int64_t now)
{
	capf_enter(session, CAPF_KEEPING, session->config.times.keep, now);
	session->config.actions->keep(session->config.arg, result, der);
}

void capf_take_auth(struct capf_session *session, int64_t now)
{
	const struct capf_message *res = &session->message;
	const char *why = NULL;

	if (!capf_has(res, CAPF_DEVICE_NAME))
		why = "AUTH_RES without a device name";
	else if (!capf_has(res, CAPF_VERSION) || !res->version)
		why = "AUTH_RES without a version";
	else if (!capf_has(res, CAPF_REASON))
		why = "AUTH_RES without a reason";
	if (why) {
		capf_decline(session, CAPF_RESULT_NO_COMMUNICATION, why);
		return;
	}
	strcpy(session->device, res->name);
	session->version = res->version;
	if (res->reason != CAPF_REASON_SUCCESS) {
		snprintf(session->why, sizeof(session->why),
			 "the phone refuses to authenticate, reason %u",
			 res->reason);
		capf_decline(session, CAPF_RESULT_INVALID_CREDENTIALS,
			     session->why);
		return;
	}
	capf_enter(session, CAPF_JUDGING, session->config.times.judge, now);
	session->config.actions->judge(session->config.arg, res);
}

/* Some know EC's number and cannot make such a key: RSA once, in time left. */
static void no_key(struct capf_session *session, int64_t now)
{
	const struct capf_message *res = &session->message;

	if (session->order.keys == CAPF_EC_PREFERRED && !session->backup &&
	    !session->config.no_rsa_backup) {
		session->backup = true;
		session->request.kind.type = CAPF_RSA;
		session->request.kind.bits = session->order.rsa_bits;
		capf_forget_message(session);
		capf_ask_for_key(session, now);
		return;
	}
	snprintf(session->why, sizeof(session->why),
		 "the phone made no key, reason %u", res->reason);
	capf_decline(session, CAPF_RESULT_KEY_FAILED, session->why);
}

void capf_take_key(struct capf_session *session, int64_t now)
{
	const struct capf_message *res = &session->message;
	struct capf_request *request = &session->request;

	if (capf_has(res, CAPF_REASON) && res->reason != CAPF_REASON_SUCCESS) {
		no_key(session, now);
		return;
	}
	if (!capf_has(res, CAPF_PUBLIC_KEY)) {
		capf_decline(session, CAPF_RESULT_KEY_FAILED,
			     "KEY_GEN_RES without a key");
		return;
	}
	if (capf_key_check(res->public_key, &request->kind,
			   &session->config.keys, request->id, session->why)) {
		capf_decline(session, CAPF_RESULT_KEY_FAILED, session->why);
		return;
	}
	request->device = session->device;
	request->spki = res->public_key;
	capf_enter(session, CAPF_ISSUING, session->config.times.issue, now);
	session->config.actions->issue(session->config.arg, request);
}

void capf_take_progress(struct capf_session *session, int64_t now)
{
	if (session->in_progress++ >= session->config.times.in_progress) {
		capf_decline(session, CAPF_RESULT_KEY_TIMED_OUT,
			     "the phone asks for patience too often");
		return;
	}
	capf_enter(session, CAPF_AWAIT_KEY, session->config.times.key, now);
	if (session->deadline > session->key_until)
		session->deadline = session->key_until;
}

/* What the phone says of a request: did it do it? */
static bool succeeded(struct capf_session *session, enum capf_result result,
		      const char *what)
{
	const struct capf_message *res = &session->message;

	if (res->reason == CAPF_REASON_SUCCESS)
		return true;
	if (capf_has(res, CAPF_REASON))
		snprintf(session->why, sizeof(session->why),
			 "the phone does not %s, reason %u", what, res->reason);
	else
		snprintf(session->why, sizeof(session->why),
			 "the phone does not say whether it could %s", what);
	capf_decline(session, result, session->why);
	return false;
}

void capf_take_stored(struct capf_session *session, int64_t now)
{
	struct element_bytes lsc = { session->lsc, session->lsc_len };

	if (succeeded(session, CAPF_RESULT_INVALID_LSC,
		      "store the certificate"))
		keep(session, CAPF_RESULT_INSTALLED, lsc, now);
}

void capf_take_deleted(struct capf_session *session, int64_t now)
{
	if (succeeded(session, CAPF_RESULT_INVALID_LSC,
		      "delete its certificate"))
		keep(session, CAPF_RESULT_DELETED, (struct element_bytes){ 0 },
		     now);
}

void capf_take_fetched(struct capf_session *session, int64_t now)
{
	const struct capf_message *res = &session->message;

	if (!succeeded(session, CAPF_RESULT_INVALID_LSC,
		       "send its certificate"))
		return;
	if (!capf_has(res, CAPF_CERTIFICATE)) {
		capf_decline(session, CAPF_RESULT_INVALID_LSC,
			     "the phone has no certificate");
		return;
	}
	keep(session, CAPF_RESULT_FETCHED, res->certificate, now);
}
