/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of a session share; nobody else's.
 */
#ifndef CAPF_SESSION_INTERNAL_H
#define CAPF_SESSION_INTERNAL_H

#include "capf/frame.h"
#include "capf/session.h"

enum capf_state {
	CAPF_IDLE,
	CAPF_AWAIT_AUTH,
	CAPF_JUDGING,
	CAPF_AWAIT_KEY,
	CAPF_ISSUING,
	CAPF_AWAIT_STORE,
	CAPF_AWAIT_DELETE,
	CAPF_AWAIT_FETCH,
	CAPF_KEEPING,
	CAPF_CLOSED,
	CAPF_STATE_COUNT,
};

struct capf_session {
	struct capf_config config;
	uint32_t id;
	enum capf_state state;
	int64_t deadline, key_until;
	unsigned int in_progress, skipped;
	uint8_t skipped_tag, version;
	bool backup;			/* RSA is asked for in EC's place */
	struct capf_order order;
	struct capf_request request;
	struct capf_frame frame;
	struct capf_message message;	/* points into the frame */
	char device[CAPF_NAME_SIZE];
	uint8_t *lsc;			/* what STORE_CERT_REQ took there */
	size_t lsc_len;
	char why[CAPF_KEY_WHY_SIZE];	/* sentences that are not static */
};

/* session-end.c */

/* The state comes first: an answer may come out of the action. */
void capf_enter(struct capf_session *session, enum capf_state state,
		unsigned int seconds, int64_t now);
void capf_close(struct capf_session *session, enum capf_result result,
		const char *why);
/* Says why to the phone, closes. */
void capf_end_session(struct capf_session *session, enum capf_reason reason,
		      enum capf_result result, const char *why);
void capf_decline(struct capf_session *session, enum capf_result result,
		  const char *why);
void capf_start_message(struct capf_session *session, struct element_writer *to,
			uint8_t buf[CAPF_WRITE_MAX], enum capf_opcode opcode);
void capf_send(struct capf_session *session, struct element_writer *to);
/* It is judged: what it said, the password too, has done its work. */
void capf_forget_message(struct capf_session *session);

/* session-ask.c */

void capf_ask_for_key(struct capf_session *session, int64_t now);

/* session-take.c: a message in the state that waits for it */

void capf_take_auth(struct capf_session *session, int64_t now);
void capf_take_key(struct capf_session *session, int64_t now);
void capf_take_progress(struct capf_session *session, int64_t now);
void capf_take_stored(struct capf_session *session, int64_t now);
void capf_take_deleted(struct capf_session *session, int64_t now);
void capf_take_fetched(struct capf_session *session, int64_t now);

#endif /* CAPF_SESSION_INTERNAL_H */
