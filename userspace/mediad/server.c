// SPDX-License-Identifier: GPL-2.0
/*
 * The socket: one client of the right user, its requests in order, each
 * answered at once; events of the kernel in between.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mediad/listener.h"
#include "mediad/mediad.h"

enum {
	BATCH = 64,		/* requests, then the events get their turn */
	PATIENCE_MS = 2000,	/* with a client that does not read */
};

struct session {
	struct mediad_server *server;
	int fd;			/* of the client, -1 without one */
	uint32_t request;	/* id of the one at hand */
	bool deaf;		/* it closed, but its last requests count */
	bool events_lost;
};

static void hang_up(struct session *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->deaf = false;
	s->events_lost = false;
	mediad_acl_forget(&s->server->kernel);
}

static bool is_end(int err)
{
	return err == EPIPE || err == ECONNRESET;
}

/*
 * What the client cannot take in time it does not get, nor anything more. One
 * that closed after its requests needs no answers, but has its requests done:
 * a daemon that ends takes its calls down so.
 */
static int send_message(struct session *s, const union mediad_message *m)
{
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };
	ssize_t n;

	if (s->fd < 0 || s->deaf)
		return s->deaf ? 0 : -ENOTCONN;
	n = send(s->fd, m, m->head.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN && poll(&p, 1, PATIENCE_MS) == 1)
		n = send(s->fd, m, m->head.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n == (ssize_t)m->head.len)
		return 0;
	s->deaf = n < 0 && is_end(errno);
	if (s->deaf)
		return 0;
	hang_up(s);
	return -EPIPE;
}

static int send_item(void *arg, const struct mediad_item *item)
{
	struct session *s = arg;
	union mediad_message m = { 0 };

	m.item = *item;
	mediad_seal(&m, MEDIAD_ITEM, s->request);
	return send_message(s, &m);
}

/*
 * The module takes what comes to a stream's port before any socket may, and
 * sends as from its other one. Of a socket that is somebody else's, a name
 * server's for instance, no client gets either: that one cannot be reserved.
 */
static bool has_ports(const struct mediad_server *server,
		      const struct mediad_stream *stream)
{
	return mediad_ports_have(server->ports, &stream->in) &&
	       mediad_ports_have(server->ports, &stream->out);
}

/*
 * The module was removed, perhaps to be loaded anew: what the client knows is
 * void. It comes again, as it does after our own end, and finds who serves it
 * when the module is there.
 */
static void lose_kernel(struct session *s)
{
	hang_up(s);
	mediad_kernel_close(&s->server->kernel);
}

static bool has_kernel(struct session *s)
{
	struct mediad_kernel *kernel = &s->server->kernel;

	return kernel->requests || !mediad_kernel_open(kernel);
}

static void answer(struct session *s, union mediad_message *request)
{
	struct mediad_server *server = s->server;
	union mediad_message m = { 0 };
	int err = 0;

	s->request = request->head.id;
	switch (request->head.type) {
	case MEDIAD_HELLO:
		break;
	case MEDIAD_RESERVE:
		err = mediad_ports_reserve(server->ports, &request->ports.at);
		break;
	case MEDIAD_RELEASE:
		err = mediad_ports_release(server->ports, &request->ports.at);
		break;
	case MEDIAD_SWEEP:
		mediad_ports_sweep(server->ports);
		break;
	case MEDIAD_ACL_BEGIN ... MEDIAD_ACL_GET:
		mediad_acl_handle(&server->kernel, request, &m.reply);
		err = m.reply.error;
		/* It names nothing that there could be none of. */
		if (err == -ENOENT && request->head.type == MEDIAD_ACL_GET) {
			lose_kernel(s);
			return;
		}
		break;
	case MEDIAD_NEW:
		if (!has_ports(server, &request->stream)) {
			err = -EACCES;
			strcpy(m.reply.sentence,
			       "a port of the stream is not reserved");
			break;
		}
		/* fall through */
	default:
		mediad_kernel_handle(&server->kernel, request, &m.reply,
				     send_item, s);
		err = m.reply.error;
	}
	m.reply.error = err;
	if (err && !m.reply.sentence[0])
		strncpy(m.reply.sentence, strerror(-err),
			sizeof(m.reply.sentence) - 1);
	mediad_seal(&m, MEDIAD_REPLY, s->request);
	send_message(s, &m);
}

/*
 * A request that is not exactly right: told so if it can be named, else the
 * connection ends. Nothing of it was done.
 */
static void refuse(struct session *s, const union mediad_message *request,
		   size_t len, const char *why)
{
	union mediad_message m = { 0 };

	if (len < sizeof(request->head) || !request->head.id ||
	    request->head.protocol != MEDIAD_PROTOCOL) {
		hang_up(s);
		return;
	}
	m.reply.error = -EBADMSG;
	strncpy(m.reply.sentence, why, sizeof(m.reply.sentence) - 1);
	mediad_seal(&m, MEDIAD_REPLY, request->head.id);
	send_message(s, &m);
}

static void take_requests(struct session *s)
{
	union mediad_message request;
	const char *why;

	for (int i = 0; i < BATCH && s->fd >= 0; i++) {
		ssize_t n;
		bool had_some;

		memset(&request, 0, sizeof(request));
		n = listener_receive(s->fd, &request, sizeof(request),
				     &had_some);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		/* Told once, before what is still to be read. */
		if (n < 0 && errno == ECONNRESET && !s->deaf) {
			s->deaf = true;
			continue;
		}
		if (n <= 0) {
			hang_up(s);
			break;
		}
		why = (size_t)n > sizeof(request) ? "message is too long" :
			had_some ? "a request has descriptors" :
			mediad_check(&request, (size_t)n, true);
		if (why)
			refuse(s, &request, (size_t)n, why);
		else
			answer(s, &request);
	}
	explicit_bzero(&request, sizeof(request));
}

static void take_client(struct session *s)
{
	int fd = listener_accept(s->server->listener, s->server->uid);

	if (fd < 0)
		return;
	/* One at a time: two daemons would undo each other's calls. */
	if (s->fd >= 0 || !has_kernel(s)) {
		close(fd);
		return;
	}
	s->fd = fd;
	mediad_ports_next_client(s->server->ports);
}

static void tell_event(const struct ucsec_notice *notice, void *arg)
{
	struct session *s = arg;
	union mediad_message m = { 0 };

	if (s->fd < 0 || s->deaf || !mediad_kernel_event(notice, &m.event))
		return;
	mediad_seal(&m, MEDIAD_EVENT, 0);
	/* Never waited for; that one was lost is told when there is room. */
	if (send(s->fd, &m, m.head.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		s->events_lost = true;
}

static void tell_lost(struct session *s)
{
	union mediad_message m = { .head.type = MEDIAD_EVENT };

	if (!s->events_lost || s->fd < 0 || s->deaf)
		return;
	m.event.kind = MEDIAD_EVENTS_LOST;
	mediad_seal(&m, MEDIAD_EVENT, 0);
	if (send(s->fd, &m, m.head.len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		s->events_lost = false;
}

static int take_events(struct session *s)
{
	int n = ucsec_event_dispatch(s->server->kernel.events, tell_event, s);

	if (n == -ENOBUFS)
		s->events_lost = true;
	return n < 0 && n != -ENOBUFS && n != -EAGAIN && n != -EINTR ? n : 0;
}

int mediad_server_run(struct mediad_server *server)
{
	struct session s = { .server = server, .fd = -1 };

	for (;;) {
		struct pollfd p[] = {
			{ .fd = server->kernel.events ?
				ucsec_event_fd(server->kernel.events) : -1,
			  .events = POLLIN },
			{ .fd = s.fd, .events = (short)(POLLIN |
				(s.events_lost ? POLLOUT : 0)) },
			{ .fd = server->listener, .events = POLLIN },
		};
		int err;

		if (poll(p, sizeof(p) / sizeof(*p), -1) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		/* An ended client makes room for the one that waits. */
		if (p[1].revents & (POLLIN | POLLHUP | POLLERR))
			take_requests(&s);
		if (p[0].revents && server->kernel.events) {
			err = take_events(&s);
			if (err)
				return err;
		}
		tell_lost(&s);
		if (p[2].revents & POLLIN)
			take_client(&s);
		else if (p[2].revents)
			return -EBADF;
	}
}

static int adopt_one(void *arg, const struct mediad_item *item)
{
	struct {
		struct mediad_server *server;
		unsigned int failed;
	} *adoption = arg;
	struct mediad_endpoint at = item->in;
	int err;

	/* With multiplexed RTCP too: the pair was reserved as one. */
	at.rtcp_port = at.port + 1;
	err = mediad_ports_reserve(adoption->server->ports, &at);
	adoption->failed += err && err != -EALREADY;
	return 0;
}

unsigned int mediad_server_adopt(struct mediad_server *server)
{
	struct {
		struct mediad_server *server;
		unsigned int failed;
	} adoption = { server, 0 };
	struct mediad_which all = { .cookie_len = MEDIAD_MAGIC_LEN };

	memcpy(all.cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	if (mediad_kernel_list(&server->kernel, &all, adopt_one, &adoption))
		adoption.failed++;
	return adoption.failed;
}
