// SPDX-License-Identifier: GPL-2.0
/*
 * A handshake's question to ucsec-keyd: its job pauses until the answer comes.
 * Where keyd is away it waits for it, bounded by the time of the handshake.
 */
#include <errno.h>
#include <openssl/async.h>
#include <stdlib.h>
#include <string.h>

#include "trust/key-provider.h"
#include "trust/key-provider-parts.h"
#include "trust/keyd-client.h"

/* On the stack of the job, which stays as it is while it pauses. */
struct question {
	LIST_ENTRY(question) node;	/* of those that wait for keyd */
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

void key_provider_up(struct key_provider *provider)
{
	struct question *q;

	/* A call-back only notes that the job can go on. */
	while ((q = LIST_FIRST(&provider->waiting))) {
		LIST_REMOVE(q, node);
		q->answered = true;
		q->wake(q->wake_arg);
	}
}

/* false: resumed to be ended. */
static bool wait_for_keyd(struct key_provider *provider, struct question *q)
{
	q->answered = false;
	LIST_INSERT_HEAD(&provider->waiting, q, node);
	ASYNC_pause_job();
	if (!q->answered)
		LIST_REMOVE(q, node);
	return q->answered;
}

/* 0, or what came of it: -ECANCELED if nobody waits any more. */
static int send_once(struct key_provider *provider, unsigned int type,
		     size_t tail, struct question *q)
{
	uint32_t id;
	int err;

	q->answered = false;
	err = keyd_client_send(provider->client, type, &provider->request,
			       tail, on_answer, q, &id);
	if (err)
		return err;
	ASYNC_pause_job();
	if (q->answered)
		return q->err;
	/* @q is gone when the answer comes. */
	keyd_client_forget(provider->client, id);
	return -ECANCELED;
}

static bool went_away(int err)
{
	return err == -ENOTCONN || err == -ECONNRESET || err == -ETIMEDOUT;
}

/* Once more for one that broke off: a question that kills keyd ends here. */
static int ask(struct key_provider *provider, unsigned int type, size_t tail,
	       struct question *q)
{
	size_t size = keyd_size(type) + tail;
	void *copy = malloc(size);
	int err = -ENOMEM;

	if (copy)
		memcpy(copy, &provider->request, size);
	for (int broken = 0; copy && broken < 2; broken += err != -ENOTCONN) {
		memcpy(&provider->request, copy, size);
		err = send_once(provider, type, tail, q);
		if (!went_away(err))
			break;
		if (!wait_for_keyd(provider, q)) {
			err = -ECANCELED;
			break;
		}
	}
	free(copy);
	return err;
}

int key_provider_ask(struct key_provider *provider, unsigned int type,
		     size_t tail, uint8_t *out, size_t *len)
{
	struct question q = { .out = out, .room = *len };
	int err;

	if (!can_pause(&q))
		return key_provider_fault(KEY_FAULT_NO_JOB);
	err = ask(provider, type, tail, &q);
	if (err)
		return key_provider_fault(err == -ECANCELED ?
					  KEY_FAULT_GIVEN_UP :
					  went_away(err) ? KEY_FAULT_NO_KEYD :
					  KEY_FAULT_REFUSED);
	*len = q.len;
	return 1;
}
