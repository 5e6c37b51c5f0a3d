// SPDX-License-Identifier: GPL-2.0
// Bytes through a stream, with TLS or without: its queue and its rest.

#include <errno.h>
#include <event2/buffer.h>
#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/internal.h"
#include "wipe.h"

enum { READ_SIZE = 16 * 1024 };	/* a TLS record */

/*
 * Either direction of TLS may have to wait for the other one: a key update
 * while reading needs room to write.
 */
static ssize_t tls_result(struct net_stream *stream, int n)
{
	int saved = errno;

	switch (SSL_get_error(stream->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		stream->want_write = true;
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		return saved ? -saved : -ECONNRESET;
	default:
		/* An end without close_notify is an end: SIP has lengths. */
		if (ERR_GET_REASON(ERR_peek_error()) ==
		    SSL_R_UNEXPECTED_EOF_WHILE_READING)
			return 0;
		return -EPROTO;
	}
}

static ssize_t read_some(struct net_stream *stream, void *buf, size_t size)
{
	ssize_t n;

	if (!stream->ssl) {
		n = recv(stream->fd, buf, size, 0);
		return n < 0 ? -errno : n;
	}
	ERR_clear_error();
	errno = 0;
	n = SSL_read(stream->ssl, buf, size > INT_MAX ? INT_MAX : (int)size);
	return n > 0 ? n : tls_result(stream, (int)n);
}

static ssize_t write_some(struct net_stream *stream, const void *buf,
			   size_t len)
{
	ssize_t n;

	if (!stream->ssl) {
		n = send(stream->fd, buf, len, MSG_NOSIGNAL);
		return n < 0 ? -errno : n;
	}
	ERR_clear_error();
	errno = 0;
	n = SSL_write(stream->ssl, buf, len > INT_MAX ? INT_MAX : (int)len);
	if (n > 0)
		return n;
	n = tls_result(stream, (int)n);
	return n ? n : -ECONNRESET;
}

/*
 * Many that each hold what one may would take all memory: whoever wants more
 * when all is held is closed.
 */
static int hold(struct net *net, size_t bytes)
{
	if (net->counters.held_now + bytes > net->limits.held_bytes) {
		net->counters.closed_held++;
		return -ENOBUFS;
	}
	net->counters.held_now += bytes;
	return 0;
}

static void drop_rest(struct net_stream *stream)
{
	stream->conn->net->counters.held_now -= stream->rest_size;
	wipe_free(stream->rest);
	stream->rest = NULL;
	stream->rest_size = 0;
}

static void drop_queue(struct net_stream *stream)
{
	if (!stream->queue)
		return;
	stream->conn->net->counters.held_now -=
		evbuffer_get_length(stream->queue);
	evbuffer_free(stream->queue);
	stream->queue = NULL;
}

void net_transfer_drop(struct net_stream *stream)
{
	drop_rest(stream);
	drop_queue(stream);
}

bool net_transfer_has_queue(const struct net_stream *stream)
{
	return stream->queue && evbuffer_get_length(stream->queue);
}

void net_transfer_watch(struct net_stream *stream)
{
	bool flush = stream->state >= NET_OPEN && net_transfer_has_queue(stream);

	if (stream->state == NET_CONNECTING || stream->want_write || flush)
		event_add(&stream->writer, NULL);
	else
		event_del(&stream->writer);
}

int net_transfer_flush(struct net_stream *stream)
{
	size_t len;
	ssize_t n;

	while (net_transfer_has_queue(stream)) {
		len = evbuffer_get_length(stream->queue);
		/*
		 * TLS wants to see at least what it saw when it had to wait:
		 * that was a record at most, or all there was.
		 */
		if (len > READ_SIZE)
			len = READ_SIZE;
		n = write_some(stream,
				       evbuffer_pullup(stream->queue,
						       (ssize_t)len), len);
		if (n == -EAGAIN || n == -EINTR)
			break;
		if (n < 0)
			return (int)n;
		evbuffer_drain(stream->queue, (size_t)n);
		stream->conn->net->counters.held_now -= (size_t)n;
	}
	if (!net_transfer_has_queue(stream))
		drop_queue(stream);
	net_transfer_watch(stream);
	return 0;
}

static int enqueue(struct net_stream *stream, const void *data, size_t len)
{
	struct net *net = stream->conn->net;
	size_t queued;

	if (!stream->queue)
		stream->queue = evbuffer_new();
	if (!stream->queue)
		return -ENOMEM;
	queued = evbuffer_get_length(stream->queue);
	if (queued + len > net->limits.queued_bytes) {
		net->counters.closed_queue++;
		net_stream_end(stream, -ENOBUFS);
		return -ENOBUFS;
	}
	if (hold(net, len)) {
		net_stream_end(stream, -ENOBUFS);
		return -ENOBUFS;
	}
	if (evbuffer_add(stream->queue, data, len)) {
		net->counters.held_now -= len;
		return -ENOMEM;
	}
	net_transfer_watch(stream);
	return 0;
}

int net_stream_send(struct net_stream *stream, const void *data, size_t len)
{
	ssize_t n = 0;

	if (stream->state >= NET_CLOSING)
		return -ESHUTDOWN;
	if (stream->state == NET_OPEN && !net_transfer_has_queue(stream)) {
		n = write_some(stream, data, len);
		if (n == -EAGAIN || n == -EINTR)
			n = 0;
		if (n < 0) {
			net_stream_end(stream, (int)n);
			return (int)n;
		}
	}
	if ((size_t)n == len)
		return 0;
	return enqueue(stream, (const uint8_t *)data + n, len - (size_t)n);
}

/* Puts what is left in front of what will come. Returns 0 or -errno. */
static int keep_rest(struct net_stream *stream, const uint8_t *data, size_t len)
{
	size_t size = len < 2048 ? 2048 : len;

	if (!len) {
		drop_rest(stream);
	} else if (stream->rest) {
		memmove(stream->rest, data, len);
		explicit_bzero(stream->rest + len, stream->rest_size - len);
	} else {
		if (hold(stream->conn->net, size))
			return -ENOBUFS;
		stream->rest_size = size;
		stream->rest = malloc(size);
		if (!stream->rest)
			return -ENOMEM;
		memcpy(stream->rest, data, len);
	}
	stream->rest_len = len;
	return 0;
}

static int deliver(struct net_stream *stream, const uint8_t *data, size_t len)
{
	struct net *net = stream->conn->net;
	ssize_t used = net->ops->received(net->arg, stream->conn, data, len);

	if (used < 0)
		return (int)used;
	if (stream->state != NET_OPEN)
		return 0;
	if (used)
		crowd_heard(net->crowd, &stream->place);
	/*
	 * A rest that nothing is consumed of keeps its time: dripping bytes
	 * does not buy more of it.
	 */
	if ((size_t)used == len) {
		stream->partial = 0;
	} else if (!stream->partial || used) {
		stream->partial = net_now();
		net_stream_arm(stream);
	}
	return keep_rest(stream, data + used, len - (size_t)used);
}

static int grow_rest(struct net_stream *stream)
{
	struct net *net = stream->conn->net;
	size_t limit = net->limits.message_bytes;
	size_t size = stream->rest_size * 2;
	uint8_t *bigger;

	if (stream->rest_len < stream->rest_size &&
	    stream->rest_len < limit)
		return 0;
	if (stream->rest_len >= limit) {
		net->counters.closed_size++;
		return -EMSGSIZE;
	}
	if (size > limit)
		size = limit;
	if (hold(net, size - stream->rest_size))
		return -ENOBUFS;
	bigger = wipe_realloc(stream->rest, size);
	if (!bigger) {
		net->counters.held_now -= size - stream->rest_size;
		return -ENOMEM;
	}
	stream->rest = bigger;
	stream->rest_size = size;
	return 0;
}

int net_transfer_take(struct net_stream *stream)
{
	struct net *net = stream->conn->net;
	size_t size = READ_SIZE;
	ssize_t n;
	int err;

	if (!stream->rest) {
		if (size > net->limits.message_bytes)
			size = net->limits.message_bytes;
		n = read_some(stream, net->buffer, size);
		if (n > 0) {
			err = deliver(stream, net->buffer, (size_t)n);
			explicit_bzero(net->buffer, (size_t)n);
		}
	} else {
		err = grow_rest(stream);
		if (err)
			return err;
		n = read_some(stream, stream->rest + stream->rest_len,
				      stream->rest_size - stream->rest_len);
		if (n > 0)
			err = deliver(stream, stream->rest,
				      stream->rest_len + (size_t)n);
	}
	if (n > 0) {
		stream->active = net_now();
		return err;
	}
	return n ? (int)n : -ESHUTDOWN;
}
