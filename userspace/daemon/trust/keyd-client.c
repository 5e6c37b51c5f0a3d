// SPDX-License-Identifier: GPL-2.0
/* Requests to ucsec-keyd. */
#include "trust/keyd-client.h"

#include <errno.h>
#include <stdlib.h>

#include "rpc.h"

/* RSA of 4096 bits, on a small machine; eight tokens that do not answer. */
enum { SLOW_MS = 300000 };

struct keyd_client {
	struct rpc *rpc;
	const struct keyd_client_ops *ops;
	void *arg;
};

static const char *check(const void *message, size_t len, bool request)
{
	return keyd_check(message, len, request);
}

static void answer(rpc_fn fn, void *arg, int err, const void *message)
{
	((keyd_client_fn)fn)(arg, err, message);
}

static int error_of(const void *reply)
{
	return ((const struct keyd_message *)reply)->reply.error;
}

static const struct rpc_protocol protocol = {
	.peer = "ucsec-keyd",
	.number = KEYD_PROTOCOL,
	.hello = KEYD_HELLO,
	.item = KEYD_ITEM,
	.requests = 4096,
	.timeout_ms = 10000,
	.send_buffer = 4 * KEYD_MESSAGE_MAX,
	.message_max = sizeof(union keyd_buffer),
	.check = check,
	.answer = answer,
	.error = error_of,
};

static void on_up(void *arg)
{
	struct keyd_client *client = arg;

	if (client->ops && client->ops->up)
		client->ops->up(client->arg);
}

static void on_down(void *arg, const char *why)
{
	struct keyd_client *client = arg;

	if (client->ops && client->ops->down)
		client->ops->down(client->arg, why);
}

struct keyd_client *keyd_client_new(struct event_base *base, const char *path,
				    const struct keyd_client_ops *ops,
				    void *arg)
{
	static const struct rpc_ops both = { .up = on_up, .down = on_down };
	struct keyd_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->ops = ops;
	client->arg = arg;
	client->rpc = rpc_new(base, path, &protocol, &both, client);
	if (!client->rpc) {
		free(client);
		return NULL;
	}
	return client;
}

void keyd_client_free(struct keyd_client *client)
{
	if (client)
		rpc_free(client->rpc);
	free(client);
}

int keyd_client_send(struct keyd_client *client, unsigned int type,
		     union keyd_buffer *request, size_t tail,
		     keyd_client_fn fn, void *arg, uint32_t *id)
{
	bool is_slow = type == KEYD_MAKE || type == KEYD_REGENERATE ||
		type == KEYD_TOKEN_LIST || type == KEYD_TOKEN_REGISTER ||
		(type == KEYD_SIGN_LIST && request->m.list.token[0]);

	if (id)
		*id = 0;
	if (!keyd_size(type) || tail > KEYD_MESSAGE_MAX - keyd_size(type))
		return -EINVAL;
	keyd_seal(request, type, 0, tail);
	return rpc_send(client->rpc, (struct rpc_head *)request,
			is_slow ? SLOW_MS : 0, (rpc_fn)fn, arg, id);
}

void keyd_client_forget(struct keyd_client *client, uint32_t id)
{
	rpc_forget(client->rpc, id);
}

bool keyd_client_is_up(const struct keyd_client *client)
{
	return rpc_is_up(client->rpc);
}

void keyd_client_set_timeout(struct keyd_client *client, unsigned int ms)
{
	rpc_set_timeout(client->rpc, ms);
}
