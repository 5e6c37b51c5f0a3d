// SPDX-License-Identifier: GPL-2.0
// A connection as others see it: references, facts, sending, closing.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/internal.h"

struct net_conn *net_conn_new(struct net *net, enum net_transport transport,
			      bool stream)
{
	size_t size = sizeof(struct net_conn);
	struct net_conn *conn;

	if (stream)
		size += sizeof(struct net_stream);
	conn = calloc(1, size);
	if (!conn)
		return NULL;
	conn->net = net;
	conn->refs = 1;
	conn->peer.transport = transport;
	if (stream) {
		conn->stream = (struct net_stream *)(conn + 1);
		conn->stream->conn = conn;
		conn->stream->fd = -1;
	}
	net_hold(net);
	return conn;
}

struct net_conn *net_conn_get(struct net_conn *conn)
{
	conn->refs++;
	return conn;
}

void net_conn_put(struct net_conn *conn)
{
	struct net *net;

	if (!conn || --conn->refs)
		return;
	net = conn->net;
	if (conn->stream)
		net_stream_release(conn->stream);
	free((void *)conn->peer.cert);
	free(conn);
	net_put(net);
}

const struct net_peer *net_conn_peer(const struct net_conn *conn)
{
	return &conn->peer;
}

bool net_conn_is_open(const struct net_conn *conn)
{
	if (conn->net->freed)
		return false;
	return !conn->stream || conn->stream->state <= NET_OPEN;
}

bool net_conn_is_connected(const struct net_conn *conn)
{
	return net_conn_is_open(conn) &&
	       (!conn->stream || conn->stream->state == NET_OPEN);
}

int net_conn_send(struct net_conn *conn, const void *data, size_t len)
{
	if (conn->stream)
		return net_stream_send(conn->stream, data, len);
	return net_datagram_send(conn, data, len);
}

void net_conn_close(struct net_conn *conn)
{
	if (conn->stream)
		net_stream_end(conn->stream, 0);
}

uint16_t net_conn_listen_port(const struct net_conn *conn)
{
	const struct net_peer *peer = &conn->peer;
	struct net_listener *listener = NULL;

	if (conn->stream && peer->outgoing && !conn->net->freed)
		listener = net_listener_find(conn->net, peer->transport,
					     &peer->remote, NULL);
	return net_addr_port(listener ? &listener->addr : &peer->local);
}

const char *net_conn_identity(const struct net_conn *conn)
{
	return conn->stream ? conn->stream->identity : NULL;
}

void net_conn_hold(struct net_conn *conn)
{
	if (conn->stream)
		conn->stream->holds++;
}

void net_conn_release(struct net_conn *conn)
{
	if (conn && conn->stream)
		conn->stream->holds--;
}

void net_conn_known(struct net_conn *conn)
{
	if (!conn->stream)
		return;
	net_turn_over(conn->stream);
	crowd_keep(conn->net->crowd, &conn->stream->place, true);
}

void net_conn_set_data(struct net_conn *conn, void *data)
{
	conn->data = data;
}

void *net_conn_data(const struct net_conn *conn)
{
	return conn->data;
}

/* The same peer, by the same transport, in the same name: use what is there. */
static bool serves(const struct net_stream *stream,
		   const struct net_target *target)
{
	const struct net_peer *peer = &stream->conn->peer;

	if (stream->state > NET_OPEN ||
	    peer->transport != target->transport ||
	    !net_addr_equal(&peer->remote, &target->addr))
		return false;
	if (target->transport != NET_TLS)
		return true;
	return stream->wanted == target->class &&
	       !strcmp(stream->identity, target->identity ?: "");
}

int net_connect(struct net *net, const struct net_target *target,
		struct net_conn **conn)
{
	struct net_stream *stream;

	if (net->freed)
		return -ESHUTDOWN;
	if (!net_addr_port(&target->addr))
		return -EINVAL;
	if (target->transport == NET_UDP)
		return net_datagram_connect(net, target, conn);
	LIST_FOREACH(stream, &net->outgoing, entry) {
		if (serves(stream, target)) {
			*conn = net_conn_get(stream->conn);
			return 0;
		}
	}
	return net_stream_connect(net, target, conn);
}
