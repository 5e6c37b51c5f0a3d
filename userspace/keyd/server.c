// SPDX-License-Identifier: GPL-2.0
/*
 * The socket: one client of the right user, each request answered before the
 * next is read, but for keys that are being made.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keyd/keyd.h"
#include "mediad/listener.h"

enum {
	BATCH = 64,		/* requests, then the others get their turn */
	TOGETHER = 8,		/* files: waking the client costs as well */
	PATIENCE_MS = 2000,	/* with a client that does not read */
	BUFFER = 4 * KEYD_MESSAGE_MAX,
};

struct session {
	struct keyd_server *server;
	int fd;			/* of the client, -1 without one */
	uint32_t number;	/* of the client, none has it after it */
	uint32_t making;	/* id of who waits for a key, 0: nobody */
	struct keyd_make make;	/* what for */
	/* Answers with files, or LSCs that may not be on the disk yet. */
	union keyd_buffer *held[BATCH];
	unsigned int held_count;
	union keyd_buffer request, reply;
};

static void hang_up(struct session *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->number++;
	/* Nobody was told of that key, and nothing of it is stored. */
	s->making = 0;
}

/* What the client does not take in time it does not get, nor anything more. */
static void send_message(struct session *s, uint32_t id,
			 union keyd_buffer *message)
{
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };
	uint32_t len = message->m.head.len;
	ssize_t n;

	if (s->fd < 0)
		return;
	message->m.head.id = id;
	n = send(s->fd, message, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN && poll(&p, 1, PATIENCE_MS) == 1)
		n = send(s->fd, message, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n != (ssize_t)len)
		hang_up(s);
}

static void send_list(struct session *s)
{
	struct keyd_state *state = s->server->state;
	uint32_t id = s->request.m.head.id;
	struct keyd_which w = { 0 };

	for (w.service = 1; w.service < KEYD_SERVICE_END; w.service++)
		for (w.kind = 1; w.kind < KEYD_KIND_END; w.kind++)
			for (w.slot = 0; w.slot < KEYD_SLOT_END; w.slot++)
				if (keyd_state_item(&state->pairs[w.service]
						    [w.kind][w.slot], &w,
						    &s->reply))
					send_message(s, id, &s->reply);
	keyd_answer(&s->reply, NULL, 0);
	send_message(s, id, &s->reply);
}

/* What they tell is on the disk from here on. */
static void settle(struct session *s)
{
	keyd_journal_sync(s->server->state->journal);
	for (unsigned int i = 0; i < s->held_count; i++) {
		send_message(s, s->held[i]->m.head.id, s->held[i]);
		/* Files may have secrets in them. */
		explicit_bzero(s->held[i], s->held[i]->m.head.len);
		free(s->held[i]);
	}
	s->held_count = 0;
}

/* Until all requests that are there have been seen. */
static void hold(struct session *s)
{
	struct keyd_head *head = &s->reply.m.head;
	union keyd_buffer *copy = malloc(head->len);

	head->id = s->request.m.head.id;
	if (!copy || s->held_count == BATCH)
		settle(s);
	if (!copy) {
		send_message(s, head->id, &s->reply);
		return;
	}
	memcpy(copy, &s->reply, head->len);
	s->held[s->held_count++] = copy;
}

static bool is_for_token(const struct keyd_message *m)
{
	return m->head.type == KEYD_TOKEN_LIST ||
	       m->head.type == KEYD_TOKEN_REGISTER ||
	       m->head.type == KEYD_TOKEN_REMOVE ||
	       (m->head.type == KEYD_SIGN_LIST && m->list.token[0]);
}

static void answer(struct session *s)
{
	struct keyd_state *state = s->server->state;
	const struct keyd_message *m = &s->request.m;

	if (is_for_token(m)) {
		if (!keyd_token_handle(state, &s->request, s->number,
				       &s->reply))
			send_message(s, m->head.id, &s->reply);
		return;
	}
	switch (m->head.type) {
	case KEYD_LIST:
		send_list(s);
		return;
	case KEYD_MAKE:
	case KEYD_REGENERATE:
		if (keyd_state_make(state, m, &s->reply)) {
			s->making = m->head.id;
			s->make = m->make;
			return;
		}
		break;
	case KEYD_SIGN_LSC:
		keyd_handle(state, &s->request, &s->reply);
		hold(s);
		return;
	case KEYD_SIGN_FILE:
		keyd_handle(state, &s->request, &s->reply);
		hold(s);
		if (s->held_count >= TOGETHER)
			settle(s);
		return;
	default:
		keyd_handle(state, &s->request, &s->reply);
	}
	send_message(s, m->head.id, &s->reply);
}

/*
 * A request that is not exactly right: told so if it can be named, else the
 * connection ends. Nothing of it was done. Who speaks another version learns
 * ours from the answer's head, and nothing more.
 */
static void refuse(struct session *s, size_t len, const char *why)
{
	const struct keyd_head *head = &s->request.m.head;

	if (len < sizeof(*head) || !head->id) {
		hang_up(s);
		return;
	}
	keyd_refuse(&s->reply, -EBADMSG, KEYD_WHY_MESSAGE, why);
	send_message(s, head->id, &s->reply);
	if (head->protocol != KEYD_PROTOCOL)
		hang_up(s);
}

/* false: there is none, or nobody. */
static bool take_request(struct session *s)
{
	const char *why;
	ssize_t n;
	bool had_some;

	n = listener_receive(s->fd, &s->request, sizeof(s->request),
			     &had_some);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		hang_up(s);
		return false;
	}
	why = (size_t)n > sizeof(s->request) ? "message is too long" :
		had_some ? "a request has descriptors" :
		keyd_check(&s->request, (size_t)n, true);
	if (why)
		refuse(s, (size_t)n, why);
	else
		answer(s);
	/* Premaster secrets pass here, and what phones get encrypted. */
	explicit_bzero(&s->request, (size_t)n < sizeof(s->request) ?
		       (size_t)n : sizeof(s->request));
	explicit_bzero(&s->reply, s->reply.m.head.len);
	return s->fd >= 0;
}

static void take_key(struct session *s)
{
	struct keyd_state *state = s->server->state;
	EVP_PKEY *key = keyd_generator_take(state->generator);

	if (!s->making) {
		EVP_PKEY_free(key);
		return;
	}
	keyd_state_made(state, &s->make, key, &s->reply);
	send_message(s, s->making, &s->reply);
	s->making = 0;
}

static void take_token(struct session *s)
{
	struct keyd_state *state = s->server->state;
	struct keyd_token_job *job = keyd_token_thread_take(
							state->token_thread);
	bool here = job && job->session == s->number;

	if (!job)
		return;
	/* Nobody is told: nothing of it is kept but a PIN that was refused. */
	if (!here && !job->err)
		job->err = -ECONNRESET;
	keyd_token_done(state, job, &s->reply);
	if (here)
		send_message(s, job->id, &s->reply);
	keyd_token_job_free(job);
}

static void take_client(struct session *s)
{
	int fd = listener_accept(s->server->listener, s->server->uid);
	int size = BUFFER;

	if (fd < 0)
		return;
	if (s->fd >= 0) {
		close(fd);
		return;
	}
	/* As much as the system lets it have; one message fits in any case. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	s->fd = fd;
}

static int serve(struct session *s)
{
	for (;;) {
		struct pollfd p[] = {
			{ .fd = s->fd, .events = POLLIN },
			{ .fd = keyd_generator_fd(s->server->state->generator),
			  .events = POLLIN },
			{ .fd = s->server->listener, .events = POLLIN },
			{ .fd = keyd_token_thread_fd(s->server->state->
						     token_thread),
			  .events = POLLIN },
		};

		if (poll(p, sizeof(p) / sizeof(*p), -1) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (p[0].revents)
			for (int i = 0; i < BATCH && take_request(s); i++)
				;
		settle(s);
		if (p[1].revents & POLLIN)
			take_key(s);
		if (p[3].revents & POLLIN)
			take_token(s);
		/* An ended client has made room for the one that waits. */
		if (p[2].revents & POLLIN)
			take_client(s);
		else if (p[2].revents)
			return -EBADF;
	}
}

int keyd_server_run(struct keyd_server *server)
{
	struct session *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->server = server;
	s->fd = -1;
	err = serve(s);
	hang_up(s);
	free(s);
	return err;
}
