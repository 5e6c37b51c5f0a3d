// SPDX-License-Identifier: GPL-2.0
/*
 * A handshake's question to ucsec-keyd: its job pauses until the answer comes.
 */
#include <errno.h>
#include <openssl/async.h>
#include <string.h>

#include "trust/key-provider-parts.h"
#include "trust/keyd-client.h"

/* On the stack of the job, which stays as it is while it pauses. */
struct question {
	uint8_t *out;
	size_t room, len;
	bool answered;
	int err;
	ASYNC_callback_fn wake;
	void *wake_arg;
};

static void on_answer(void *arg, int err, const union keyd_buffer *answer)
{
	struct question *q = arg;

	q->answered = true;
	q->err = err;
	if (!err && answer) {
		q->len = keyd_tail_len(answer);
		if (q->len && q->len <= q->room)
			memcpy(q->out, keyd_tail(answer), q->len);
		else
			q->err = -EMSGSIZE;
	}
	q->wake(q->wake_arg);
}

union keyd_buffer *key_provider_request(struct key_provider *provider,
					unsigned int type)
{
	union keyd_buffer *request = &provider->request;

	memset(request, 0, keyd_size(type));
	request->m.head.type = (uint16_t)type;
	return request;
}

/* Who could not be woken must not pause. */
static bool can_pause(struct question *q)
{
	ASYNC_JOB *job = ASYNC_get_current_job();

	return job && ASYNC_WAIT_CTX_get_callback(ASYNC_get_wait_ctx(job),
						  &q->wake, &q->wake_arg) &&
	       q->wake;
}

int key_provider_ask(struct key_provider *provider, unsigned int type,
		     size_t tail, uint8_t *out, size_t *len)
{
	struct question q = { .out = out, .room = *len };
	uint32_t id;

	if (!can_pause(&q))
		return key_provider_fault(KEY_FAULT_NO_JOB);
	if (keyd_client_send(provider->client, type, &provider->request, tail,
			     on_answer, &q, &id))
		return key_provider_fault(KEY_FAULT_NO_KEYD);
	ASYNC_pause_job();
	if (!q.answered) {
		/* Resumed to be ended: @q is gone when the answer comes. */
		keyd_client_forget(provider->client, id);
		return key_provider_fault(KEY_FAULT_GIVEN_UP);
	}
	if (q.err)
		return key_provider_fault(q.err == -ECONNRESET ||
					  q.err == -ETIMEDOUT ?
					  KEY_FAULT_NO_KEYD :
					  KEY_FAULT_REFUSED);
	*len = q.len;
	return 1;
}
