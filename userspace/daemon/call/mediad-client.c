// SPDX-License-Identifier: GPL-2.0
/*
 * The socket to ucsec-mediad: requests leave in order and are answered in
 * order; a fault in any way ends the connection, and a new one is tried.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "call/mediad.h"

enum {
	REQUESTS = 65536,	/* unanswered ones; 5,000 calls come back */
	TIMEOUT_MS = 5000,
	PAUSE_MS = 100, PAUSE_MAX_MS = 5000,
	BATCH = 64,		/* messages read before others get a turn */
};

struct request {
	TAILQ_ENTRY(request) node;
	uint32_t id;
	int64_t deadline;	/* ms, monotonic */
	call_mediad_fn fn;	/* NULL: nobody waits */
	void *arg;
	union mediad_message *unsent;	/* NULL once it has left */
};

struct call_mediad {
	struct event_base *base;
	struct sockaddr_un addr;
	const struct call_mediad_ops *ops, *follower;
	void *arg, *follower_arg;
	int fd;
	bool up;
	uint32_t last_id;
	unsigned int count, timeout_ms, pause_ms;
	struct event *readable, *writable, *timer;
	TAILQ_HEAD(, request) requests;	/* oldest first */
	struct request *next_unsent;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void arm(struct call_mediad *mediad, int64_t ms)
{
	struct timeval tv;

	ms = ms > 0 ? ms : 0;
	tv = (struct timeval){ ms / 1000, ms % 1000 * 1000 };
	event_add(mediad->timer, &tv);
}

static void drop_copy(struct request *r)
{
	if (!r->unsent)
		return;
	explicit_bzero(r->unsent, sizeof(*r->unsent));
	free(r->unsent);
	r->unsent = NULL;
}

static void request_free(struct call_mediad *mediad, struct request *r)
{
	TAILQ_REMOVE(&mediad->requests, r, node);
	mediad->count--;
	drop_copy(r);
	free(r);
}

static void tell_up(struct call_mediad *mediad)
{
	if (mediad->ops && mediad->ops->up)
		mediad->ops->up(mediad->arg);
	if (mediad->follower && mediad->follower->up)
		mediad->follower->up(mediad->follower_arg);
}

static void tell_event(struct call_mediad *mediad,
		       const struct mediad_event *event)
{
	if (mediad->ops && mediad->ops->event)
		mediad->ops->event(mediad->arg, event);
	if (mediad->follower && mediad->follower->event)
		mediad->follower->event(mediad->follower_arg, event);
}

/* Everybody who waits hears of it; whoever asks again is refused. */
static void disconnect(struct call_mediad *mediad, const char *why)
{
	if (mediad->fd < 0)
		return;
	event_del(mediad->readable);
	event_del(mediad->writable);
	event_free(mediad->readable);
	event_free(mediad->writable);
	close(mediad->fd);
	mediad->fd = -1;
	mediad->up = false;
	mediad->next_unsent = NULL;
	arm(mediad, mediad->pause_ms);
	mediad->pause_ms = mediad->pause_ms * 2 < PAUSE_MAX_MS ?
		mediad->pause_ms * 2 : PAUSE_MAX_MS;
	while (!TAILQ_EMPTY(&mediad->requests)) {
		struct request *r = TAILQ_FIRST(&mediad->requests);
		call_mediad_fn fn = r->fn;
		void *arg = r->arg;

		request_free(mediad, r);
		if (fn)
			fn(arg, -ECONNRESET, NULL);
	}
	if (mediad->ops && mediad->ops->down)
		mediad->ops->down(mediad->arg, why);
	if (mediad->follower && mediad->follower->down)
		mediad->follower->down(mediad->follower_arg, why);
}

/* As much as the socket takes; false: the connection is gone. */
static bool send_unsent(struct call_mediad *mediad)
{
	while (mediad->next_unsent) {
		struct request *r = mediad->next_unsent;
		ssize_t n = send(mediad->fd, r->unsent, r->unsent->head.len,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
			event_add(mediad->writable, NULL);
			return true;
		}
		if (n < 0)
			return false;
		drop_copy(r);
		mediad->next_unsent = TAILQ_NEXT(r, node);
	}
	return true;
}

static int enqueue(struct call_mediad *mediad, union mediad_message *request,
		   call_mediad_fn fn, void *arg, uint32_t *id)
{
	struct request *r;

	if (mediad->count >= REQUESTS)
		return -ENOBUFS;
	if (!++mediad->last_id)
		++mediad->last_id;
	mediad_seal(request, request->head.type, mediad->last_id);
	if (mediad_check(request, request->head.len, true))
		return -EINVAL;
	r = calloc(1, sizeof(*r));
	if (r)
		r->unsent = malloc(sizeof(*r->unsent));
	if (!r || !r->unsent) {
		free(r);
		return -ENOMEM;
	}
	memcpy(r->unsent, request, sizeof(*request));
	r->id = mediad->last_id;
	r->fn = fn;
	r->arg = arg;
	r->deadline = now_ms() + mediad->timeout_ms;
	if (TAILQ_EMPTY(&mediad->requests))
		arm(mediad, mediad->timeout_ms);
	TAILQ_INSERT_TAIL(&mediad->requests, r, node);
	mediad->count++;
	if (!mediad->next_unsent)
		mediad->next_unsent = r;
	if (id)
		*id = r->id;
	/* The loop finds out if it is gone: no call-backs from in here. */
	send_unsent(mediad);
	return 0;
}

int call_mediad_send(struct call_mediad *mediad, union mediad_message *request,
		     call_mediad_fn fn, void *arg, uint32_t *id)
{
	if (id)
		*id = 0;
	if (!mediad->up)
		return -ENOTCONN;
	return enqueue(mediad, request, fn, arg, id);
}

void call_mediad_forget(struct call_mediad *mediad, uint32_t id)
{
	struct request *r;

	TAILQ_FOREACH(r, &mediad->requests, node)
		if (r->id == id)
			r->fn = NULL;
}

static void greeted(void *arg, int err, const union mediad_message *reply)
{
	struct call_mediad *mediad = arg;

	if (err || !reply)
		return;
	mediad->up = true;
	mediad->pause_ms = PAUSE_MS;
	tell_up(mediad);
}

/* false: nobody asked. */
static bool take_answer(struct call_mediad *mediad,
			const union mediad_message *m)
{
	bool item = m->head.type == MEDIAD_ITEM;
	struct request *r;
	call_mediad_fn fn;
	void *arg;

	TAILQ_FOREACH(r, &mediad->requests, node)
		if (r->id == m->head.id)
			break;
	if (!r || r->unsent)
		return false;
	fn = r->fn;
	arg = r->arg;
	if (item)
		r->deadline = now_ms() + mediad->timeout_ms;
	else
		request_free(mediad, r);
	if (fn)
		fn(arg, item ? 0 : m->reply.error, m);
	return true;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct call_mediad *mediad = arg;
	union mediad_message m;

	(void)what;
	for (int i = 0; i < BATCH && mediad->fd == fd; i++) {
		ssize_t n = recv(fd, &m, sizeof(m), MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			disconnect(mediad, n ? strerror(errno) :
				   "ucsec-mediad closed the connection");
			return;
		}
		if ((size_t)n > sizeof(m) ||
		    mediad_check(&m, (size_t)n, false)) {
			disconnect(mediad, "ucsec-mediad talks nonsense");
			return;
		}
		if (m.head.type == MEDIAD_EVENT) {
			tell_event(mediad, &m.event);
		} else if (!take_answer(mediad, &m)) {
			disconnect(mediad, "an answer that was not asked for");
			return;
		}
	}
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct call_mediad *mediad = arg;

	(void)fd;
	(void)what;
	if (!send_unsent(mediad))
		disconnect(mediad, strerror(errno));
}

/* 0, or why there is none; the next attempt is armed then. */
static int try_connect(struct call_mediad *mediad)
{
	union mediad_message hello = { .head.type = MEDIAD_HELLO };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&mediad->addr,
		    sizeof(mediad->addr))) {
		int err = -errno;

		close(fd);
		return err;
	}
	mediad->readable = event_new(mediad->base, fd, EV_READ | EV_PERSIST,
				     on_readable, mediad);
	mediad->writable = event_new(mediad->base, fd, EV_WRITE, on_writable,
				     mediad);
	if (!mediad->readable || !mediad->writable) {
		if (mediad->readable)
			event_free(mediad->readable);
		if (mediad->writable)
			event_free(mediad->writable);
		close(fd);
		return -ENOMEM;
	}
	mediad->fd = fd;
	event_add(mediad->readable, NULL);
	return enqueue(mediad, &hello, greeted, mediad, NULL);
}

/* Time to connect, or to see whether the oldest request is too old. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct call_mediad *mediad = arg;
	struct request *oldest;
	int64_t left;

	(void)fd;
	(void)what;
	if (mediad->fd < 0) {
		if (try_connect(mediad) && mediad->fd < 0) {
			arm(mediad, mediad->pause_ms);
			mediad->pause_ms = mediad->pause_ms * 2 < PAUSE_MAX_MS ?
				mediad->pause_ms * 2 : PAUSE_MAX_MS;
		}
		return;
	}
	oldest = TAILQ_FIRST(&mediad->requests);
	if (!oldest)
		return;
	left = oldest->deadline - now_ms();
	if (left > 0) {
		arm(mediad, left);
		return;
	}
	/*
	 * What it did of that is not known. A new connection lists what there
	 * is, which sets everything right.
	 */
	disconnect(mediad, "ucsec-mediad does not answer");
}

struct call_mediad *call_mediad_new(struct event_base *base, const char *path,
				    const struct call_mediad_ops *ops,
				    void *arg)
{
	struct call_mediad *mediad;

	if (strlen(path) >= sizeof(mediad->addr.sun_path))
		return NULL;
	mediad = calloc(1, sizeof(*mediad));
	if (!mediad)
		return NULL;
	mediad->base = base;
	mediad->addr.sun_family = AF_UNIX;
	strcpy(mediad->addr.sun_path, path);
	mediad->ops = ops;
	mediad->arg = arg;
	mediad->fd = -1;
	mediad->timeout_ms = TIMEOUT_MS;
	mediad->pause_ms = PAUSE_MS;
	TAILQ_INIT(&mediad->requests);
	mediad->timer = evtimer_new(base, on_timer, mediad);
	if (!mediad->timer) {
		free(mediad);
		return NULL;
	}
	arm(mediad, 0);
	return mediad;
}

void call_mediad_free(struct call_mediad *mediad)
{
	if (!mediad)
		return;
	while (!TAILQ_EMPTY(&mediad->requests))
		request_free(mediad, TAILQ_FIRST(&mediad->requests));
	if (mediad->fd >= 0) {
		event_free(mediad->readable);
		event_free(mediad->writable);
		close(mediad->fd);
	}
	event_free(mediad->timer);
	free(mediad);
}

void call_mediad_follow(struct call_mediad *mediad,
			const struct call_mediad_ops *ops, void *arg)
{
	mediad->follower = ops;
	mediad->follower_arg = arg;
	/* Who comes late missed it. */
	if (ops && ops->up && mediad->up)
		ops->up(arg);
}

bool call_mediad_is_up(const struct call_mediad *mediad)
{
	return mediad->up;
}

void call_mediad_set_timeout(struct call_mediad *mediad, unsigned int ms)
{
	mediad->timeout_ms = ms;
}
