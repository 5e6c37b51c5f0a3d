// SPDX-License-Identifier: GPL-2.0
// The caller's answers, and what the phone is asked for then.

#include <stdlib.h>
#include <string.h>

#include "capf/session-internal.h"

/*
 * Below version 3 phones know element 10 alone, from 3 on some insist on
 * element 17 too.
 */
void capf_ask_for_key(struct capf_session *session, int64_t now)
{
	const struct capf_key_kind *kind = &session->request.kind;
	uint8_t buf[CAPF_WRITE_MAX];
	struct element_writer to;

	if (capf_key_kind_check(kind, &session->config.keys, session->why)) {
		capf_decline(session, CAPF_RESULT_KEY_FAILED, session->why);
		return;
	}
	capf_enter(session, CAPF_AWAIT_KEY, session->config.times.key, now);
	if (session->deadline > session->key_until)
		session->deadline = session->key_until;
	capf_start_message(session, &to, buf, CAPF_KEY_GEN_REQ);
	if (kind->type == CAPF_RSA) {
		element_begin(&to, CAPF_KEY_SIZE, 2);
		element_put_number(&to, kind->bits, 2);
	}
	if (session->version >= 3)
		element_put_u8(&to, CAPF_KEY_TYPE, kind->type);
	if (kind->type == CAPF_EC)
		element_put_u8(&to, CAPF_CURVE,
			       (uint8_t)capf_key_curve(kind->bits));
	capf_send(session, &to);
}

static void install(struct capf_session *session, int64_t now)
{
	const struct capf_order *order = &session->order;
	bool ec = order->keys != CAPF_RSA_ONLY;

	if (session->version < 3 && order->keys == CAPF_EC_ONLY) {
		capf_decline(session, CAPF_RESULT_EC_NEEDS_VERSION_3, NULL);
		return;
	}
	ec = ec && session->version >= 3;
	session->backup = order->keys == CAPF_EC_PREFERRED && !ec;
	session->request.kind.type = ec ? CAPF_EC : CAPF_RSA;
	session->request.kind.bits = ec ? order->ec_bits : order->rsa_bits;
	session->key_until = now + session->config.times.key_total;
	capf_ask_for_key(session, now);
}

static void ask(struct capf_session *session, enum capf_opcode opcode)
{
	uint8_t buf[CAPF_WRITE_MAX];
	struct element_writer to;

	capf_start_message(session, &to, buf, opcode);
	capf_send(session, &to);
}

void capf_session_accept(struct capf_session *session,
			 const struct capf_order *order, int64_t now)
{
	const struct capf_times *times = &session->config.times;

	if (session->state != CAPF_JUDGING)
		return;
	capf_forget_message(session);
	session->order = *order;
	switch (order->operation) {
	case CAPF_INSTALL:
		install(session, now);
		break;
	case CAPF_DELETE:
		capf_enter(session, CAPF_AWAIT_DELETE, times->remove, now);
		ask(session, CAPF_DELETE_CERT_REQ);
		break;
	case CAPF_FETCH:
		capf_enter(session, CAPF_AWAIT_FETCH, times->fetch, now);
		ask(session, CAPF_FETCH_CERT_REQ);
		break;
	case CAPF_NONE:
		capf_end_session(session, CAPF_REASON_NOTHING, CAPF_RESULT_NONE,
				 NULL);
		break;
	}
}

void capf_session_refuse(struct capf_session *session, enum capf_reason reason,
			 enum capf_result result, const char *why)
{
	if (session->state == CAPF_IDLE || session->state == CAPF_CLOSED)
		return;
	capf_end_session(session, reason, result, why);
}

/* A copy, since what the phone acknowledges has to be what was sent. */
void capf_session_issued(struct capf_session *session, const uint8_t *der,
			 size_t len, int64_t now)
{
	uint8_t buf[CAPF_WRITE_MAX];
	struct element_writer to;

	if (session->state != CAPF_ISSUING)
		return;
	capf_forget_message(session);
	session->lsc = len && len < sizeof(buf) ? malloc(len) : NULL;
	capf_start_message(session, &to, buf, CAPF_STORE_CERT_REQ);
	element_put_u8(&to, CAPF_CERT_TYPE, CAPF_LSC);
	capf_put_certificate(&to, der, len);
	if (!session->lsc || capf_end(&to) < 0) {
		capf_decline(session, CAPF_RESULT_CA_REJECTED,
			     "the new certificate fits into no message");
		return;
	}
	memcpy(session->lsc, der, len);
	session->lsc_len = len;
	capf_enter(session, CAPF_AWAIT_STORE, session->config.times.store, now);
	capf_send(session, &to);
}

void capf_session_kept(struct capf_session *session, bool good)
{
	static const struct {
		enum capf_reason reason;
		enum capf_result result;
	} ends[] = {
		[CAPF_INSTALL] = { CAPF_REASON_SUCCESS, CAPF_RESULT_INSTALLED },
		[CAPF_DELETE] = { CAPF_REASON_SUCCESS, CAPF_RESULT_DELETED },
		/* Phones are told so after a fetch that went well. */
		[CAPF_FETCH] = { CAPF_REASON_NOTHING, CAPF_RESULT_FETCHED },
	};
	enum capf_operation operation = session->order.operation;

	if (session->state != CAPF_KEEPING)
		return;
	if (good)
		capf_end_session(session, ends[operation].reason,
				 ends[operation].result, NULL);
	else
		capf_decline(session, CAPF_RESULT_NO_COMMUNICATION,
			     "the result could not be written down");
}
