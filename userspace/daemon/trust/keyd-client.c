// SPDX-License-Identifier: GPL-2.0
/*
 * The socket to ucsec-keyd: requests leave in order, answers come as they are
 * ready; a fault in any way ends the connection, and a new one is tried.
 */
#include "trust/keyd-client.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	REQUESTS = 4096,	/* unanswered ones */
	TIMEOUT_MS = 10000,
	MAKING_MS = 300000,	/* RSA of 4096 bits, on a small machine */
	PAUSE_MS = 100, PAUSE_MAX_MS = 5000,
	BATCH = 64,		/* messages read before others get a turn */
	BUFFER = 4 * KEYD_MESSAGE_MAX,
};

struct request {
	TAILQ_ENTRY(request) node;
	uint32_t id;
	int64_t deadline;	/* ms, monotonic */
	keyd_client_fn fn;	/* NULL: nobody waits */
	void *arg;
	uint8_t *unsent;	/* NULL once it has left */
	size_t len;
};

struct keyd_client {
	struct event_base *base;
	struct sockaddr_un addr;
	const struct keyd_client_ops *ops;
	void *arg;
	int fd;
	bool up;
	uint32_t last_id;
	unsigned int count, timeout_ms, pause_ms;
	struct event *readable, *writable, *timer;
	TAILQ_HEAD(, request) requests;	/* oldest first */
	struct request *next_unsent;
	union keyd_buffer answer;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void arm(struct keyd_client *client, int64_t ms)
{
	struct timeval tv;

	ms = ms > 0 ? ms : 0;
	tv = (struct timeval){ ms / 1000, ms % 1000 * 1000 };
	event_add(client->timer, &tv);
}

/* For the deadline that comes first: keys have a later one than all else. */
static void arm_for_requests(struct keyd_client *client)
{
	struct request *r;
	int64_t first = INT64_MAX;

	TAILQ_FOREACH(r, &client->requests, node)
		if (r->deadline < first)
			first = r->deadline;
	if (first < INT64_MAX)
		arm(client, first - now_ms());
}

static void drop_copy(struct request *r)
{
	if (!r->unsent)
		return;
	explicit_bzero(r->unsent, r->len);
	free(r->unsent);
	r->unsent = NULL;
}

static void request_free(struct keyd_client *client, struct request *r)
{
	TAILQ_REMOVE(&client->requests, r, node);
	client->count--;
	drop_copy(r);
	free(r);
}

static void close_socket(struct keyd_client *client)
{
	if (client->fd < 0)
		return;
	event_free(client->readable);
	event_free(client->writable);
	close(client->fd);
	client->fd = -1;
}

static void try_later(struct keyd_client *client)
{
	arm(client, client->pause_ms);
	client->pause_ms = client->pause_ms * 2 < PAUSE_MAX_MS ?
		client->pause_ms * 2 : PAUSE_MAX_MS;
}

/* Everybody who waits hears of it; whoever asks again is refused. */
static void disconnect(struct keyd_client *client, int err, const char *why)
{
	if (client->fd < 0)
		return;
	close_socket(client);
	client->up = false;
	client->next_unsent = NULL;
	try_later(client);
	while (!TAILQ_EMPTY(&client->requests)) {
		struct request *r = TAILQ_FIRST(&client->requests);
		keyd_client_fn fn = r->fn;
		void *arg = r->arg;

		request_free(client, r);
		if (fn)
			fn(arg, err, NULL);
	}
	if (client->ops && client->ops->down)
		client->ops->down(client->arg, why);
}

/* As much as the socket takes; false: the connection is gone. */
static bool send_unsent(struct keyd_client *client)
{
	while (client->next_unsent) {
		struct request *r = client->next_unsent;
		ssize_t n = send(client->fd, r->unsent, r->len,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
			event_add(client->writable, NULL);
			return true;
		}
		if (n < 0)
			return false;
		drop_copy(r);
		client->next_unsent = TAILQ_NEXT(r, node);
	}
	return true;
}

static struct request *request_new(const union keyd_buffer *message,
				   keyd_client_fn fn, void *arg)
{
	struct request *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->len = message->m.head.len;
	r->unsent = malloc(r->len);
	if (!r->unsent) {
		free(r);
		return NULL;
	}
	memcpy(r->unsent, message, r->len);
	r->id = message->m.head.id;
	r->fn = fn;
	r->arg = arg;
	return r;
}

static int enqueue(struct keyd_client *client, unsigned int type,
		   union keyd_buffer *message, size_t tail, keyd_client_fn fn,
		   void *arg, uint32_t *id)
{
	bool makes = type == KEYD_MAKE || type == KEYD_REGENERATE;
	struct request *r;

	if (client->count >= REQUESTS)
		return -ENOBUFS;
	if (!++client->last_id)
		++client->last_id;
	if (!keyd_size(type) || tail > KEYD_MESSAGE_MAX - keyd_size(type))
		return -EINVAL;
	keyd_seal(message, type, client->last_id, tail);
	if (keyd_check(message, message->m.head.len, true))
		return -EINVAL;
	r = request_new(message, fn, arg);
	if (!r)
		return -ENOMEM;
	r->deadline = now_ms() + (makes ? MAKING_MS : client->timeout_ms);
	TAILQ_INSERT_TAIL(&client->requests, r, node);
	/* Armed already for an older one, unless that is the making of a key. */
	if (!client->count++ || TAILQ_FIRST(&client->requests)->deadline >
	    r->deadline)
		arm_for_requests(client);
	if (!client->next_unsent)
		client->next_unsent = r;
	if (id)
		*id = r->id;
	/* The loop finds out if it is gone: no call-backs from in here. */
	send_unsent(client);
	return 0;
}

int keyd_client_send(struct keyd_client *client, unsigned int type,
		     union keyd_buffer *request, size_t tail,
		     keyd_client_fn fn, void *arg, uint32_t *id)
{
	if (id)
		*id = 0;
	if (!client->up)
		return -ENOTCONN;
	return enqueue(client, type, request, tail, fn, arg, id);
}

void keyd_client_forget(struct keyd_client *client, uint32_t id)
{
	struct request *r;

	TAILQ_FOREACH(r, &client->requests, node)
		if (r->id == id)
			r->fn = NULL;
}

static void greeted(void *arg, int err, const union keyd_buffer *answer)
{
	struct keyd_client *client = arg;

	if (err || !answer)
		return;
	client->up = true;
	client->pause_ms = PAUSE_MS;
	if (client->ops && client->ops->up)
		client->ops->up(client->arg);
}

/* false: nobody asked. */
static bool take_answer(struct keyd_client *client)
{
	const union keyd_buffer *m = &client->answer;
	bool item = m->m.head.type == KEYD_ITEM;
	struct request *r;
	keyd_client_fn fn;
	void *arg;

	TAILQ_FOREACH(r, &client->requests, node)
		if (r->id == m->m.head.id)
			break;
	if (!r || r->unsent)
		return false;
	fn = r->fn;
	arg = r->arg;
	if (item)
		r->deadline = now_ms() + client->timeout_ms;
	else
		request_free(client, r);
	if (fn)
		fn(arg, item ? 0 : m->m.reply.error, m);
	return true;
}

/* false: there is nothing, or nobody. */
static bool read_one(struct keyd_client *client)
{
	union keyd_buffer *m = &client->answer;
	ssize_t n = recv(client->fd, m, sizeof(*m), MSG_DONTWAIT | MSG_TRUNC);
	size_t len = n < 0 ? 0 : (size_t)n;

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0)
		disconnect(client, -ECONNRESET, n ? strerror(errno) :
			   "ucsec-keyd closed the connection");
	else if (len > sizeof(*m) || keyd_check(m, len, false))
		disconnect(client, -ECONNRESET, "ucsec-keyd talks nonsense");
	else if (!take_answer(client))
		disconnect(client, -ECONNRESET,
			   "an answer that was not asked for");
	/* It may have been a premaster secret. */
	explicit_bzero(m, len < sizeof(*m) ? len : sizeof(*m));
	return true;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct keyd_client *client = arg;

	(void)what;
	for (int i = 0; i < BATCH && client->fd == fd; i++)
		if (!read_one(client))
			break;
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct keyd_client *client = arg;

	(void)fd;
	(void)what;
	if (!send_unsent(client))
		disconnect(client, -ECONNRESET, strerror(errno));
}

static int open_socket(struct keyd_client *client)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0), size = BUFFER, err;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (!connect(fd, (struct sockaddr *)&client->addr,
		     sizeof(client->addr)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* 0, or why there is none. */
static int try_connect(struct keyd_client *client)
{
	union keyd_buffer *hello = &client->answer;
	int fd = open_socket(client), err;

	if (fd < 0)
		return fd;
	client->readable = event_new(client->base, fd, EV_READ | EV_PERSIST,
				     on_readable, client);
	client->writable = event_new(client->base, fd, EV_WRITE, on_writable,
				     client);
	if (!client->readable || !client->writable) {
		if (client->readable)
			event_free(client->readable);
		if (client->writable)
			event_free(client->writable);
		close(fd);
		return -ENOMEM;
	}
	client->fd = fd;
	event_add(client->readable, NULL);
	err = enqueue(client, KEYD_HELLO, hello, 0, greeted, client, NULL);
	if (err)
		close_socket(client);
	return err;
}

/* Time to connect, or to see whether a request is too old. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct keyd_client *client = arg;
	struct request *r;

	(void)fd;
	(void)what;
	if (client->fd < 0) {
		if (try_connect(client))
			try_later(client);
		return;
	}
	TAILQ_FOREACH(r, &client->requests, node)
		if (r->deadline <= now_ms())
			break;
	/* What it did of that is not known; a new connection can ask. */
	if (r)
		disconnect(client, -ETIMEDOUT, "ucsec-keyd does not answer");
	else
		arm_for_requests(client);
}

struct keyd_client *keyd_client_new(struct event_base *base, const char *path,
				    const struct keyd_client_ops *ops,
				    void *arg)
{
	struct keyd_client *client;

	if (strlen(path) >= sizeof(client->addr.sun_path))
		return NULL;
	client = calloc(1, sizeof(*client));
	if (!client)
		return NULL;
	client->base = base;
	client->addr.sun_family = AF_UNIX;
	strcpy(client->addr.sun_path, path);
	client->ops = ops;
	client->arg = arg;
	client->fd = -1;
	client->timeout_ms = TIMEOUT_MS;
	client->pause_ms = PAUSE_MS;
	TAILQ_INIT(&client->requests);
	client->timer = evtimer_new(base, on_timer, client);
	if (!client->timer) {
		free(client);
		return NULL;
	}
	arm(client, 0);
	return client;
}

void keyd_client_free(struct keyd_client *client)
{
	if (!client)
		return;
	while (!TAILQ_EMPTY(&client->requests))
		request_free(client, TAILQ_FIRST(&client->requests));
	close_socket(client);
	event_free(client->timer);
	free(client);
}

bool keyd_client_is_up(const struct keyd_client *client)
{
	return client->up;
}

void keyd_client_set_timeout(struct keyd_client *client, unsigned int ms)
{
	client->timeout_ms = ms;
}
