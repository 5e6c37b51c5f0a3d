// SPDX-License-Identifier: GPL-2.0
// The server's side of an enrolment as a table of states.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capf/session-internal.h"

const struct capf_times capf_times_default = {
	.auth = 30, .judge = 30, .issue = 60, .keep = 30,
	.key = 1800, .key_total = 3600,
	.store = 60, .remove = 60, .fetch = 60,
	.in_progress = 3600,
};

struct capf_session *capf_session_new(const struct capf_config *config,
				      uint32_t id)
{
	struct capf_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->config = *config;
	session->id = id;
	session->deadline = INT64_MAX;
	return session;
}

void capf_session_free(struct capf_session *session)
{
	if (!session)
		return;
	capf_frame_exit(&session->frame);
	free(session->lsc);
	explicit_bzero(session, sizeof(*session));
	free(session);
}

void capf_session_start(struct capf_session *session, int64_t now)
{
	uint8_t buf[CAPF_WRITE_MAX];
	struct element_writer to;

	capf_enter(session, CAPF_AWAIT_AUTH, session->config.times.auth, now);
	capf_start_message(session, &to, buf, CAPF_AUTH_REQ);
	element_put_u8(&to, CAPF_VERSION, 3);
	if (!session->config.no_auth_type)
		element_put_u8(&to, CAPF_AUTH_TYPE, session->config.auth_type);
	capf_send(session, &to);
}

/* What each state waits for; nothing from the phone where opcode is 0. */
static const struct {
	const char *name;
	enum capf_opcode opcode;
	void (*take)(struct capf_session *session, int64_t now);
	enum capf_result late;
	const char *why;
} states[CAPF_STATE_COUNT] = {
	[CAPF_IDLE] = { .name = "idle" },
	[CAPF_AWAIT_AUTH] = { "await-auth", CAPF_AUTH_RES, capf_take_auth,
			     CAPF_RESULT_NO_COMMUNICATION,
			     "no AUTH_RES in time" },
	[CAPF_JUDGING] = { .name = "judging",
			  .late = CAPF_RESULT_INVALID_CREDENTIALS,
			  .why = "the device was not looked up in time" },
	[CAPF_AWAIT_KEY] = { "await-key-gen", CAPF_KEY_GEN_RES, capf_take_key,
			    CAPF_RESULT_KEY_TIMED_OUT,
			    "no KEY_GEN_RES in time" },
	[CAPF_ISSUING] = { .name = "issuing",
			  .late = CAPF_RESULT_CA_NO_COMMUNICATION,
			  .why = "no certificate was issued in time" },
	[CAPF_AWAIT_STORE] = { "await-store", CAPF_STORE_CERT_RES,
			      capf_take_stored, CAPF_RESULT_NO_COMMUNICATION,
			      "no STORE_CERT_RES in time" },
	[CAPF_AWAIT_DELETE] = { "await-delete", CAPF_DELETE_CERT_RES,
			       capf_take_deleted, CAPF_RESULT_NO_COMMUNICATION,
			       "no DELETE_CERT_RES in time" },
	[CAPF_AWAIT_FETCH] = { "await-fetch", CAPF_FETCH_CERT_RES,
			      capf_take_fetched, CAPF_RESULT_NO_COMMUNICATION,
			      "no FETCH_CERT_RES in time" },
	[CAPF_KEEPING] = { .name = "keeping",
			  .late = CAPF_RESULT_NO_COMMUNICATION,
			  .why = "the result was not written down in time" },
	[CAPF_CLOSED] = { .name = "closed" },
};

static void take_message(struct capf_session *session, int64_t now)
{
	struct capf_message *message = &session->message;
	enum capf_state state = session->state;
	const char *why;

	if (capf_message_read(session->frame.buf, session->frame.len, message,
			      &why)) {
		capf_decline(session, CAPF_RESULT_NO_COMMUNICATION, why);
		return;
	}
	if (message->skipped) {
		session->skipped += message->skipped;
		session->skipped_tag = message->skipped_tag;
	}
	if (message->session != session->id) {
		capf_decline(session, CAPF_RESULT_NO_COMMUNICATION,
			     "a message of another session");
	} else if (message->opcode == states[state].opcode) {
		states[state].take(session, now);
	} else if (message->opcode == CAPF_REQUEST_IN_PROGRESS &&
		   state == CAPF_AWAIT_KEY) {
		capf_take_progress(session, now);
	} else {
		snprintf(session->why, sizeof(session->why),
			 "message %u does not belong into state %s",
			 message->opcode, states[state].name);
		capf_decline(session, CAPF_RESULT_NO_COMMUNICATION,
			     session->why);
	}
}

/* In these the frame is in use, and the phone has nothing to say. */
static bool is_our_turn(const struct capf_session *session)
{
	return !states[session->state].opcode;
}

void capf_session_input(struct capf_session *session, const uint8_t *data,
			size_t len, int64_t now)
{
	struct element_bytes rest = { data, len };
	int err;

	if (session->state == CAPF_IDLE)
		return;
	while (session->state != CAPF_CLOSED && rest.len) {
		if (is_our_turn(session)) {
			capf_decline(session, CAPF_RESULT_NO_COMMUNICATION,
				     "the phone speaks out of turn");
			return;
		}
		err = capf_frame_put(&session->frame, &rest);
		if (err < 0) {
			capf_decline(session, CAPF_RESULT_NO_COMMUNICATION,
				     err == -ENOMEM ?
					     "out of memory" :
					     "what the phone sends is not CAPF");
			return;
		}
		if (!err)
			return;
		take_message(session, now);
		if (!is_our_turn(session))
			capf_forget_message(session);
	}
}

void capf_session_hung_up(struct capf_session *session)
{
	if (session->state != CAPF_CLOSED)
		capf_close(session, CAPF_RESULT_NO_COMMUNICATION,
			   "the phone hung up");
}

int64_t capf_session_deadline(const struct capf_session *session)
{
	return session->deadline;
}

void capf_session_expire(struct capf_session *session, int64_t now)
{
	if (now >= session->deadline)
		capf_decline(session, states[session->state].late,
			     states[session->state].why);
}

const char *capf_session_state(const struct capf_session *session)
{
	return states[session->state].name;
}

unsigned int capf_session_skipped(const struct capf_session *session,
				  uint8_t *tag)
{
	*tag = session->skipped_tag;
	return session->skipped;
}
