// SPDX-License-Identifier: GPL-2.0
// What every step of a session is made of: a state entered, a message, the end.

#include <string.h>

#include "capf/session-internal.h"

void capf_forget_message(struct capf_session *session)
{
	explicit_bzero(&session->message, sizeof(session->message));
	capf_frame_next(&session->frame);
}

void capf_enter(struct capf_session *session, enum capf_state state,
		unsigned int seconds, int64_t now)
{
	session->state = state;
	session->deadline = now + seconds;
}

void capf_close(struct capf_session *session, enum capf_result result,
		const char *why)
{
	session->state = CAPF_CLOSED;
	session->deadline = INT64_MAX;
	session->config.actions->close(session->config.arg, result, why);
	capf_forget_message(session);
}

void capf_start_message(struct capf_session *session, struct element_writer *to,
			uint8_t buf[CAPF_WRITE_MAX], enum capf_opcode opcode)
{
	capf_begin(to, buf, CAPF_WRITE_MAX, opcode, session->id);
}

/* All fit: only a certificate could be too long, and is measured before. */
void capf_send(struct capf_session *session, struct element_writer *to)
{
	int len = capf_end(to);

	if (len > 0)
		session->config.actions->send(session->config.arg, to->buf,
					      (size_t)len);
}

void capf_end_session(struct capf_session *session, enum capf_reason reason,
		      enum capf_result result, const char *why)
{
	uint8_t buf[CAPF_WRITE_MAX];
	struct element_writer to;

	capf_start_message(session, &to, buf, CAPF_END_SESSION);
	element_put_u8(&to, CAPF_REASON, reason);
	capf_send(session, &to);
	capf_close(session, result, why);
}

void capf_decline(struct capf_session *session, enum capf_result result,
		  const char *why)
{
	capf_end_session(session, CAPF_REASON_DECLINED, result, why);
}
