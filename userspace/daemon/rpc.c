// SPDX-License-Identifier: GPL-2.0
/*
 * The client's end of a socket to a daemon beside ours: requests leave in order;
 * a fault in any way ends the connection, and a new one is tried.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "rpc.h"

enum {
	PAUSE_MS = 100, PAUSE_MAX_MS = 5000,
	BATCH = 64,		/* messages read before others get a turn */
};

struct request {
	TAILQ_ENTRY(request) node;
	uint32_t id;
	unsigned int timeout_ms;
	int64_t deadline;	/* ms, monotonic */
	rpc_fn fn;		/* NULL: nobody waits */
	void *arg;
	uint8_t *unsent;	/* NULL once it has left */
	size_t len;
};

struct rpc {
	const struct rpc_protocol *protocol;
	const struct rpc_ops *ops;
	void *arg;
	struct event_base *base;
	struct sockaddr_un addr;
	int fd;
	bool up;
	uint32_t last_id;
	unsigned int count, timeout_ms, pause_ms;
	struct event *readable, *writable, *timer;
	TAILQ_HEAD(, request) requests;	/* oldest first */
	struct request *next_unsent;
	void *message;			/* that is being read */
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void arm(struct rpc *rpc, int64_t ms)
{
	struct timeval tv;

	ms = ms > 0 ? ms : 0;
	tv = (struct timeval){ ms / 1000, ms % 1000 * 1000 };
	event_add(rpc->timer, &tv);
}

/* For the deadline that comes first: some have more time than others. */
static void arm_for_requests(struct rpc *rpc)
{
	struct request *r;
	int64_t first = INT64_MAX;

	TAILQ_FOREACH(r, &rpc->requests, node)
		if (r->deadline < first)
			first = r->deadline;
	if (first < INT64_MAX)
		arm(rpc, first - now_ms());
}

static void drop_copy(struct request *r)
{
	if (!r->unsent)
		return;
	explicit_bzero(r->unsent, r->len);
	free(r->unsent);
	r->unsent = NULL;
}

static void request_free(struct rpc *rpc, struct request *r)
{
	TAILQ_REMOVE(&rpc->requests, r, node);
	rpc->count--;
	drop_copy(r);
	free(r);
}

static void close_socket(struct rpc *rpc)
{
	if (rpc->fd < 0)
		return;
	event_free(rpc->readable);
	event_free(rpc->writable);
	close(rpc->fd);
	rpc->fd = -1;
	rpc->up = false;
	rpc->next_unsent = NULL;
}

static void try_later(struct rpc *rpc)
{
	arm(rpc, rpc->pause_ms);
	rpc->pause_ms = rpc->pause_ms * 2 < PAUSE_MAX_MS ? rpc->pause_ms * 2 :
							   PAUSE_MAX_MS;
}

/* Everybody who waits hears of it; whoever asks again is refused. */
static void disconnect(struct rpc *rpc, int err, const char *why)
{
	if (rpc->fd < 0)
		return;
	close_socket(rpc);
	try_later(rpc);
	while (!TAILQ_EMPTY(&rpc->requests)) {
		struct request *r = TAILQ_FIRST(&rpc->requests);
		rpc_fn fn = r->fn;
		void *arg = r->arg;

		request_free(rpc, r);
		if (fn)
			rpc->protocol->answer(fn, arg, err, NULL);
	}
	if (rpc->ops && rpc->ops->down)
		rpc->ops->down(rpc->arg, why);
}

static void disconnect_from(struct rpc *rpc, int err, const char *deed)
{
	char why[128];

	snprintf(why, sizeof(why), "%s %s", rpc->protocol->peer, deed);
	disconnect(rpc, err, why);
}

/* As much as the socket takes; false: the connection is gone. */
static bool send_unsent(struct rpc *rpc)
{
	while (rpc->next_unsent) {
		struct request *r = rpc->next_unsent;
		ssize_t n = send(rpc->fd, r->unsent, r->len,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
			event_add(rpc->writable, NULL);
			return true;
		}
		if (n < 0)
			return false;
		drop_copy(r);
		rpc->next_unsent = TAILQ_NEXT(r, node);
	}
	return true;
}

static struct request *request_new(const struct rpc_head *head, rpc_fn fn,
				   void *arg)
{
	struct request *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->len = head->len;
	r->unsent = malloc(r->len);
	if (!r->unsent) {
		free(r);
		return NULL;
	}
	memcpy(r->unsent, head, r->len);
	r->id = head->id;
	r->fn = fn;
	r->arg = arg;
	return r;
}

static int enqueue(struct rpc *rpc, struct rpc_head *head,
		   unsigned int timeout_ms, rpc_fn fn, void *arg, uint32_t *id)
{
	struct request *r;

	if (rpc->count >= rpc->protocol->requests)
		return -ENOBUFS;
	if (!++rpc->last_id)
		++rpc->last_id;
	head->id = rpc->last_id;
	if (rpc->protocol->check(head, head->len, true))
		return -EINVAL;
	r = request_new(head, fn, arg);
	if (!r)
		return -ENOMEM;
	r->timeout_ms = timeout_ms ? timeout_ms : rpc->timeout_ms;
	r->deadline = now_ms() + r->timeout_ms;
	TAILQ_INSERT_TAIL(&rpc->requests, r, node);
	/* Armed already for an older one, unless that has more time. */
	if (!rpc->count++ || TAILQ_FIRST(&rpc->requests)->deadline >
	    r->deadline)
		arm_for_requests(rpc);
	if (!rpc->next_unsent)
		rpc->next_unsent = r;
	if (id)
		*id = r->id;
	/* The loop finds out if it is gone: no call-backs from in here. */
	send_unsent(rpc);
	return 0;
}

int rpc_send(struct rpc *rpc, struct rpc_head *request, unsigned int timeout_ms,
	     rpc_fn fn, void *arg, uint32_t *id)
{
	if (id)
		*id = 0;
	if (!rpc->up)
		return -ENOTCONN;
	return enqueue(rpc, request, timeout_ms, fn, arg, id);
}

void rpc_forget(struct rpc *rpc, uint32_t id)
{
	struct request *r;

	TAILQ_FOREACH(r, &rpc->requests, node)
		if (r->id == id)
			r->fn = NULL;
}

/* The first request of a connection is the greeting, which is ours. */
static void greeted(struct rpc *rpc, int err)
{
	if (err) {
		disconnect(rpc, -ECONNRESET, strerror(-err));
		return;
	}
	rpc->up = true;
	rpc->pause_ms = PAUSE_MS;
	if (rpc->ops && rpc->ops->up)
		rpc->ops->up(rpc->arg);
}

/* false: nobody asked. */
static bool take_answer(struct rpc *rpc, const struct rpc_head *head)
{
	bool item = head->type == rpc->protocol->item;
	int err = item ? 0 : rpc->protocol->error(head);
	struct request *r;
	rpc_fn fn;
	void *arg;

	TAILQ_FOREACH(r, &rpc->requests, node)
		if (r->id == head->id)
			break;
	if (!r || r->unsent)
		return false;
	fn = r->fn;
	arg = r->arg;
	if (item)
		r->deadline = now_ms() + r->timeout_ms;
	else
		request_free(rpc, r);
	if (!rpc->up)
		greeted(rpc, err);
	else if (fn)
		rpc->protocol->answer(fn, arg, err, head);
	return true;
}

static void take(struct rpc *rpc, ssize_t n)
{
	const struct rpc_protocol *protocol = rpc->protocol;
	const struct rpc_head *head = rpc->message;

	if (n < 0)
		disconnect(rpc, -ECONNRESET, strerror(errno));
	else if (!n)
		disconnect_from(rpc, -ECONNRESET, "closed the connection");
	else if ((size_t)n >= sizeof(*head) &&
		 head->protocol != protocol->number)
		disconnect_from(rpc, -EPROTO, "is of another version than "
				"ucsecd: both come from one release");
	else if ((size_t)n > protocol->message_max ||
		 protocol->check(head, (size_t)n, false))
		disconnect_from(rpc, -ECONNRESET, "talks nonsense");
	else if (protocol->event && head->type == protocol->event) {
		if (rpc->ops && rpc->ops->event)
			rpc->ops->event(rpc->arg, head);
	} else if (!take_answer(rpc, head)) {
		disconnect(rpc, -ECONNRESET, "an answer that was not asked for");
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct rpc *rpc = arg;
	size_t size = rpc->protocol->message_max;

	(void)what;
	for (int i = 0; i < BATCH && rpc->fd == fd; i++) {
		ssize_t n = recv(fd, rpc->message, size,
				 MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EAGAIN)
			return;
		take(rpc, n);
		/* It may have been a secret. */
		if (n > 0)
			explicit_bzero(rpc->message, (size_t)n < size ?
				       (size_t)n : size);
	}
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct rpc *rpc = arg;

	(void)fd;
	(void)what;
	if (!send_unsent(rpc))
		disconnect(rpc, -ECONNRESET, strerror(errno));
}

static int open_socket(const struct rpc *rpc)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0), size = rpc->protocol->send_buffer, err;

	if (fd < 0)
		return -errno;
	if (size)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (!connect(fd, (const struct sockaddr *)&rpc->addr,
		     sizeof(rpc->addr)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* 0, or why there is none. */
static int try_connect(struct rpc *rpc)
{
	struct rpc_head *hello = rpc->message;
	int fd = open_socket(rpc), err;

	if (fd < 0)
		return fd;
	rpc->readable = event_new(rpc->base, fd, EV_READ | EV_PERSIST,
				  on_readable, rpc);
	rpc->writable = event_new(rpc->base, fd, EV_WRITE, on_writable, rpc);
	if (!rpc->readable || !rpc->writable) {
		if (rpc->readable)
			event_free(rpc->readable);
		if (rpc->writable)
			event_free(rpc->writable);
		close(fd);
		return -ENOMEM;
	}
	rpc->fd = fd;
	event_add(rpc->readable, NULL);
	*hello = (struct rpc_head){
		.protocol = rpc->protocol->number,
		.len = sizeof(*hello),
		.type = rpc->protocol->hello,
	};
	err = enqueue(rpc, hello, 0, NULL, NULL, NULL);
	if (err)
		close_socket(rpc);
	return err;
}

/* Time to connect, or to see whether a request is too old. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct rpc *rpc = arg;
	struct request *r;

	(void)fd;
	(void)what;
	if (rpc->fd < 0) {
		if (try_connect(rpc))
			try_later(rpc);
		return;
	}
	TAILQ_FOREACH(r, &rpc->requests, node)
		if (r->deadline <= now_ms())
			break;
	/* What was done of it is not known: a new connection can ask. */
	if (r)
		disconnect_from(rpc, -ETIMEDOUT, "does not answer");
	else
		arm_for_requests(rpc);
}

struct rpc *rpc_new(struct event_base *base, const char *path,
		    const struct rpc_protocol *protocol,
		    const struct rpc_ops *ops, void *arg)
{
	struct rpc *rpc;

	if (strlen(path) >= sizeof(rpc->addr.sun_path))
		return NULL;
	rpc = calloc(1, sizeof(*rpc));
	if (!rpc)
		return NULL;
	rpc->protocol = protocol;
	rpc->ops = ops;
	rpc->arg = arg;
	rpc->base = base;
	rpc->addr.sun_family = AF_UNIX;
	strcpy(rpc->addr.sun_path, path);
	rpc->fd = -1;
	rpc->timeout_ms = protocol->timeout_ms;
	rpc->pause_ms = PAUSE_MS;
	TAILQ_INIT(&rpc->requests);
	rpc->message = malloc(protocol->message_max);
	rpc->timer = evtimer_new(base, on_timer, rpc);
	if (!rpc->message || !rpc->timer) {
		rpc_free(rpc);
		return NULL;
	}
	arm(rpc, 0);
	return rpc;
}

void rpc_free(struct rpc *rpc)
{
	if (!rpc)
		return;
	while (!TAILQ_EMPTY(&rpc->requests))
		request_free(rpc, TAILQ_FIRST(&rpc->requests));
	close_socket(rpc);
	if (rpc->timer)
		event_free(rpc->timer);
	free(rpc->message);
	free(rpc);
}

bool rpc_is_up(const struct rpc *rpc)
{
	return rpc->up;
}

void rpc_set_timeout(struct rpc *rpc, unsigned int ms)
{
	rpc->timeout_ms = ms;
}
