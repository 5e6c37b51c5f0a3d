// SPDX-License-Identifier: GPL-2.0
// A stream's life: connected, handshake, bytes, its end.

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/internal.h"

enum {
	READS_A_TURN = 8,		/* then others have theirs */
	LINGER_MS = 2000,		/* to flush what is queued at the end */
	FRESH_MS = 500,			/* for the peer's first message */
	/* Seconds until a peer that vanished is missed, though it is held. */
	KEEPALIVE_AFTER = 120, KEEPALIVE_EVERY = 30, KEEPALIVE_TIMES = 4,
};

/* One timer for all deadlines: when it fires the next one is worked out. */
static int64_t deadline(const struct net_stream *stream)
{
	const struct net_limits *limits = &stream->conn->net->limits;
	int64_t due = (stream->holds ? net_now() : stream->active) +
		limits->idle_ms;

	if (stream->state < NET_OPEN && !stream->waiting)
		return stream->started + limits->handshake_ms;
	if (stream->state == NET_CLOSING)
		return stream->started + LINGER_MS;
	if (stream->fresh && stream->opened + FRESH_MS < due)
		due = stream->opened + FRESH_MS;
	if (stream->partial && stream->partial + limits->message_ms < due)
		due = stream->partial + limits->message_ms;
	return due;
}

void net_stream_arm(struct net_stream *stream)
{
	int64_t ms = deadline(stream) - net_now();
	struct timeval tv = { 0 };

	if (ms > 0) {
		tv.tv_sec = ms / 1000;
		tv.tv_usec = ms % 1000 * 1000;
	}
	evtimer_add(&stream->timer, &tv);
}

void net_stream_release(struct net_stream *stream)
{
	free(stream->identity);
	free(stream->names);
}

void net_stream_finish(struct net_stream *stream, int err)
{
	struct net_conn *conn = stream->conn;
	struct net *net = conn->net;

	if (stream->state == NET_CLOSED)
		return;
	event_del(&stream->reader);
	event_del(&stream->writer);
	event_del(&stream->timer);
	if (stream->ssl)
		net_handshake_settle(stream->ssl);
	if (stream->ssl && stream->state >= NET_OPEN && !err)
		SSL_shutdown(stream->ssl);
	stream->state = NET_CLOSED;
	net_handshake_count(stream, false);
	SSL_free(stream->ssl);
	stream->ssl = NULL;
	close(stream->fd);
	net_transfer_drop(stream);
	net_turn_forget(stream);
	net_turn_over(stream);
	crowd_leave(net->crowd, &stream->place);
	net_review_gone(stream);
	LIST_REMOVE(stream, entry);
	net->counters.conns_now--;
	net->ops->closed(net->arg, conn, err);
	net_conn_put(conn);
}

void net_stream_end(struct net_stream *stream, int err)
{
	bool flush = !err && stream->state == NET_OPEN && net_transfer_has_queue(stream);
	struct timeval now = { 0 };

	if (stream->state >= NET_CLOSING)
		return;
	stream->state = NET_CLOSING;
	stream->err = err;
	stream->started = net_now();
	event_del(&stream->reader);
	if (flush)
		net_stream_arm(stream);
	else
		evtimer_add(&stream->timer, &now);
}

static void read_all(struct net_stream *stream)
{
	int i, err = 0;

	for (i = 0; i < READS_A_TURN && stream->state == NET_OPEN; i++) {
		err = net_transfer_take(stream);
		if (err == -EAGAIN || err == -EINTR)
			break;
		if (err) {
			net_stream_finish(stream, err == -ESHUTDOWN ? 0 : err);
			return;
		}
	}
	if (stream->state != NET_OPEN)
		return;
	net_transfer_watch(stream);
	/* What TLS has decrypted already makes no socket readable. */
	if (stream->ssl && SSL_pending(stream->ssl))
		event_active(&stream->reader, EV_READ, 0);
}

static void set_open(struct net_stream *stream)
{
	struct net *net = stream->conn->net;

	stream->state = NET_OPEN;
	stream->active = net_now();
	stream->opened = stream->active;
	net_handshake_count(stream, false);
	crowd_heard(net->crowd, &stream->place);
	net_stream_arm(stream);
	if (net_transfer_flush(stream)) {
		net_stream_finish(stream, -ECONNRESET);
		return;
	}
	net_review_opened(stream);
	if (net->ops->opened)
		net->ops->opened(net->arg, stream->conn);
}

static void handshake(struct net_stream *stream)
{
	int err = net_handshake_step(stream);

	if (!err)
		set_open(stream);
	else if (err != -EAGAIN)
		net_stream_finish(stream, err);
}

static void connected(struct net_stream *stream)
{
	struct net_peer *peer = &stream->conn->peer;
	socklen_t len = sizeof(int);
	int err = 0;

	getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err) {
		net_stream_finish(stream, -err);
		return;
	}
	len = sizeof(peer->local);
	getsockname(stream->fd, &peer->local.sa, &len);
	event_add(&stream->reader, NULL);
	if (stream->ssl) {
		stream->state = NET_HANDSHAKE;
		handshake(stream);
	} else {
		set_open(stream);
	}
}

static void on_reader(evutil_socket_t fd, short what, void *arg)
{
	struct net_stream *stream = arg;
	struct net_conn *conn = net_conn_get(stream->conn);

	(void)fd;
	(void)what;
	if (stream->state == NET_ACCEPTED)
		net_turn_wait(stream);
	else if (stream->state == NET_HANDSHAKE)
		handshake(stream);
	/* The first message may have come with the end of the handshake. */
	if (stream->state == NET_OPEN)
		read_all(stream);
	net_conn_put(conn);
}

static void on_writer(evutil_socket_t fd, short what, void *arg)
{
	struct net_stream *stream = arg;
	struct net_conn *conn = net_conn_get(stream->conn);
	int err;

	(void)fd;
	(void)what;
	stream->want_write = false;
	if (stream->state == NET_CONNECTING) {
		connected(stream);
	} else if (stream->state == NET_HANDSHAKE) {
		handshake(stream);
	} else {
		err = net_transfer_flush(stream);
		if (err)
			net_stream_finish(stream, err);
		else if (stream->state == NET_OPEN && stream->ssl)
			read_all(stream);
		else if (stream->state == NET_CLOSING && !net_transfer_has_queue(stream))
			net_stream_finish(stream, stream->err);
	}
	net_conn_put(conn);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct net_stream *stream = arg;
	struct net_counters *counters = &stream->conn->net->counters;

	(void)fd;
	(void)what;
	if (stream->state == NET_CLOSING) {
		net_stream_finish(stream, stream->err);
		return;
	}
	/* A certificate alone is anybody's whose issuer is trusted. */
	if (stream->state == NET_OPEN &&
	    net_now() >= stream->opened + FRESH_MS && net_turn_over(stream))
		crowd_keep(stream->conn->net->crowd, &stream->place, false);
	if (net_now() < deadline(stream)) {
		net_stream_arm(stream);
		return;
	}
	if (stream->state < NET_OPEN)
		counters->handshake_failures++;
	else if (stream->partial)
		counters->closed_slow++;
	else
		counters->closed_idle++;
	net_stream_finish(stream, -ETIMEDOUT);
}

static void set_option(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

void net_stream_publish(struct net_stream *stream)
{
	struct net *net = stream->conn->net;

	set_option(stream->fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(stream->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(stream->fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_AFTER);
	set_option(stream->fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY);
	set_option(stream->fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_TIMES);
	stream->started = net_now();
	stream->active = stream->started;
	event_assign(&stream->reader, net->base, stream->fd,
		     EV_READ | EV_PERSIST, on_reader, stream);
	event_assign(&stream->writer, net->base, stream->fd,
		     EV_WRITE, on_writer, stream);
	evtimer_assign(&stream->timer, net->base, on_timer, stream);
	/* Only to trunks is one looked for: they are few, phones are many. */
	LIST_INSERT_HEAD(stream->conn->peer.outgoing ? &net->outgoing :
						       &net->accepted,
			 stream, entry);
	net->counters.conns_now++;
	if (stream->ssl) {
		net_handshake_prepare(stream);
		net_handshake_count(stream, true);
	}
	net_stream_arm(stream);
}

static int copy_policy(struct net_stream *stream,
		       const struct net_target *target)
{
	size_t n = 0, i, bytes = 0;
	char *text;

	stream->wanted = target->class;
	stream->identity = strdup(target->identity ?: "");
	if (!stream->identity)
		return -ENOMEM;
	if (!target->names)
		return 0;
	for (; target->names[n]; n++)
		bytes += strlen(target->names[n]) + 1;
	stream->names = calloc(1, (n + 1) * sizeof(char *) + bytes);
	if (!stream->names)
		return -ENOMEM;
	text = (char *)(stream->names + n + 1);
	for (i = 0; i < n; i++) {
		stream->names[i] = text;
		text = stpcpy(text, target->names[i]) + 1;
	}
	return 0;
}

static int open_socket(struct net_stream *stream,
		       const struct net_target *target)
{
	struct net_addr local = target->local;
	socklen_t len = sizeof(local);

	stream->fd = socket(target->addr.sa.sa_family,
			    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (stream->fd < 0)
		return -errno;
	net_addr_set_port(&local, 0);
	if (local.sa.sa_family == target->addr.sa.sa_family &&
	    bind(stream->fd, &local.sa, net_addr_size(&local)))
		return -errno;
	if (connect(stream->fd, &target->addr.sa,
		    net_addr_size(&target->addr)) && errno != EINPROGRESS)
		return -errno;
	/* Known from here on, though nobody has answered: a Via needs it. */
	return getsockname(stream->fd, &stream->conn->peer.local.sa, &len) ?
		-errno : 0;
}

int net_stream_connect(struct net *net, const struct net_target *target,
		       struct net_conn **out)
{
	struct net_conn *conn;
	struct net_stream *stream;
	int err;

	if (net->counters.conns_now >= net->limits.conns)
		return -EMFILE;
	conn = net_conn_new(net, target->transport, true);
	if (!conn)
		return -ENOMEM;
	stream = conn->stream;
	stream->state = NET_CONNECTING;
	conn->peer.remote = target->addr;
	conn->peer.outgoing = true;
	/* What is sent meanwhile waits for a handshake that proves it. */
	if (target->transport == NET_TLS)
		conn->peer.class = target->class;
	err = copy_policy(stream, target);
	if (!err && target->transport == NET_TLS) {
		stream->ssl = net_tls_connect(net, target->class);
		if (!stream->ssl)
			err = -ENOKEY;
	}
	if (!err)
		err = open_socket(stream, target);
	if (err)
		goto err_conn;
	net_stream_publish(stream);
	net_transfer_watch(stream);
	*out = net_conn_get(conn);
	return 0;

err_conn:
	SSL_free(stream->ssl);
	if (stream->fd >= 0)
		close(stream->fd);
	net_conn_put(conn);
	return err;
}
