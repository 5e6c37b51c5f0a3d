// SPDX-License-Identifier: GPL-2.0
/*
 * Who is let in: room for a connection, and whose handshake is next.
 *
 * One that is silent costs a descriptor and no more; it takes one of the places
 * for handshakes when its first bytes are there. Who finds none waits for his
 * turn: of a thousand phones that begin at once all are served, and those that
 * connect and say nothing are in nobody's way.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "log.h"
#include "net/internal.h"
#include "refusal.h"

enum {
	/*
	 * For the peer's next part of a handshake while others wait: more than a
	 * slow phone takes to sign.
	 */
	STALLED_MS = 2000,
	LOOK_MS = 250,			/* for such */
};

#define STREAM_OF(place, part) \
	((struct net_stream *)((char *)(place) - \
			       offsetof(struct net_stream, part)))

static void shed(struct net_stream *stream)
{
	char peer[NET_ADDR_LEN + 8], local[NET_ADDR_LEN + 8];
	struct net *net = stream->conn->net;

	net->counters.shed++;
	crowd_tell(net->crowd,
		   net_addr_full(&stream->conn->peer.remote, peer,
				 sizeof(peer)),
		   net_addr_full(&stream->conn->peer.local, local,
				 sizeof(local)));
	net_stream_finish(stream, -ECONNABORTED);
}

static void refuse(struct net *net, const struct net_addr *remote, bool full)
{
	char peer[NET_ADDR_LEN + 8];

	net->counters.refused_limit++;
	net_addr_full(remote, peer, sizeof(peer));
	if (refusal_admit(peer))
		log_security("connection-refused", "peer", peer, "reason", full ?
			     "as many connections as there may be" :
			     "as many connections as one address may have",
			     NULL);
}

static bool make_room(struct net *net, struct net_stream *newcomer)
{
	bool full = net->counters.conns_now >= net->limits.conns;
	struct crowd_member *who = crowd_pick(net->crowd, &newcomer->place,
					      full,
					      net->limits.conns_per_source);

	if (who == &newcomer->place) {
		refuse(net, &newcomer->conn->peer.remote, full);
		return false;
	}
	if (who)
		shed(STREAM_OF(who, place));
	return true;
}

void net_stream_accept(struct net_listener *listener, int fd,
		       const struct net_addr *remote)
{
	struct net *net = listener->net;
	bool tls = listener->transport == NET_TLS;
	struct net_conn *conn = net_conn_new(net, listener->transport, true);
	socklen_t len = sizeof(struct net_addr);

	if (!conn)
		goto err_fd;
	conn->peer.remote = *remote;
	if (getsockname(fd, &conn->peer.local.sa, &len) ||
	    !crowd_enter(net->crowd, &conn->stream->place, fd, &remote->sa))
		goto err_conn;
	if (!make_room(net, conn->stream))
		goto err_place;
	conn->stream->state = tls ? NET_ACCEPTED : NET_OPEN;
	conn->stream->legacy = listener->legacy;
	conn->stream->fd = fd;
	net->counters.accepted++;
	net_stream_publish(conn->stream);
	event_add(&conn->stream->reader, NULL);
	return;

err_place:
	crowd_leave(net->crowd, &conn->stream->place);
err_conn:
	net_conn_put(conn);
err_fd:
	close(fd);
}

/*
 * Were it torn from its turn by those who come, phones that are more than there
 * is room for would all begin, and none be served. Half of the room is enough.
 */
static void keep_turn(struct net_stream *stream)
{
	struct net *net = stream->conn->net;

	if (2 * (net->fresh + 1) > net->limits.conns)
		return;
	stream->fresh = true;
	net->fresh++;
	crowd_keep(net->crowd, &stream->place, true);
}

bool net_turn_over(struct net_stream *stream)
{
	if (!stream->fresh)
		return false;
	stream->fresh = false;
	stream->conn->net->fresh--;
	return true;
}

static void begin(struct net_stream *stream)
{
	net_turn_forget(stream);
	stream->ssl = net_tls_accept(stream->conn->net, stream->legacy);
	if (!stream->ssl) {
		net_stream_finish(stream, -ENOKEY);
		return;
	}
	stream->state = NET_HANDSHAKE;
	stream->started = net_now();
	stream->active = stream->started;
	net_handshake_prepare(stream);
	net_handshake_count(stream, true);
	keep_turn(stream);
	net_stream_arm(stream);
	event_add(&stream->reader, NULL);
	event_active(&stream->reader, EV_READ, 0);
}

/*
 * One of the places is free, or becomes so: its handshake has stalled, whose was
 * heard of last the longest ago of its source or of the busiest one.
 */
static bool has_turn(struct net *net, struct net_stream *stream)
{
	const struct net_limits *limits = &net->limits;
	struct net_stream *other;
	struct crowd_member *who;

	if (!crowd_enter(net->handshakes, &stream->turn, stream->fd,
			 &stream->conn->peer.remote.sa))
		return false;
	who = crowd_pick(net->handshakes, &stream->turn,
			 net->counters.handshakes_now >= limits->handshakes,
			 limits->handshakes_per_source);
	if (!who)
		return true;
	other = STREAM_OF(who, turn);
	if (other != stream && net_now() - other->active >= STALLED_MS) {
		shed(other);
		return true;
	}
	crowd_leave(net->handshakes, &stream->turn);
	return false;
}

/*
 * Whoever was kept waiting may have given up and come anew: no key is troubled for
 * those, or a long queue would be served too late to the last.
 */
static bool has_left(struct net_stream *stream)
{
	struct pollfd fd = { .fd = stream->fd, .events = POLLRDHUP };

	return stream->delayed && poll(&fd, 1, 0) == 1 && fd.revents;
}

static void take_turns(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval later = { .tv_usec = LOOK_MS * 1000 };
	struct net_stream *stream, *next;
	struct net *net = arg;

	(void)fd;
	(void)what;
	for (stream = TAILQ_FIRST(&net->waiting); stream; stream = next) {
		next = TAILQ_NEXT(stream, waits);
		if (has_turn(net, stream)) {
			if (!has_left(stream)) {
				begin(stream);
				continue;
			}
			crowd_leave(net->handshakes, &stream->turn);
			net_stream_finish(stream, 0);
			continue;
		}
		stream->delayed = true;
		if (net->counters.handshakes_now >= net->limits.handshakes)
			break;
	}
	if (!TAILQ_EMPTY(&net->waiting))
		evtimer_add(&net->turns, &later);
}

void net_turn_open(struct net *net)
{
	TAILQ_INIT(&net->waiting);
	evtimer_assign(&net->turns, net->base, take_turns, net);
}

void net_turn_close(struct net *net)
{
	event_del(&net->turns);
}

void net_turn_free(struct net *net)
{
	if (!TAILQ_EMPTY(&net->waiting))
		event_active(&net->turns, EV_TIMEOUT, 0);
}

/* Its first bytes stay where they are until then. */
void net_turn_wait(struct net_stream *stream)
{
	struct net *net = stream->conn->net;

	event_del(&stream->reader);
	stream->waiting = true;
	stream->delayed = !TAILQ_EMPTY(&net->waiting) ||
		net->counters.handshakes_now >= net->limits.handshakes;
	stream->active = net_now();
	crowd_heard(net->crowd, &stream->place);
	TAILQ_INSERT_TAIL(&net->waiting, stream, waits);
	net_turn_free(net);
}

void net_turn_forget(struct net_stream *stream)
{
	if (!stream->waiting)
		return;
	stream->waiting = false;
	TAILQ_REMOVE(&stream->conn->net->waiting, stream, waits);
}
