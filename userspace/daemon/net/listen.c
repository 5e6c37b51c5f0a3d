// SPDX-License-Identifier: GPL-2.0
// Listeners: sockets that wait for datagrams and for connections.

#include <errno.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "net/internal.h"

enum {
	BACKLOG = 1024,
	SOCKET_BUFFER = 4 << 20,	/* of datagrams: a burst of phones */
	RETRY_MS = 200,			/* out of descriptors */
};

static void take_connection(struct evconnlistener *acceptor, evutil_socket_t fd,
			    struct sockaddr *sa, int len, void *arg)
{
	struct net_addr remote = { 0 };

	(void)acceptor;
	if ((size_t)len > sizeof(remote))
		len = sizeof(remote);
	memcpy(&remote, sa, (size_t)len);
	net_stream_accept(arg, fd, &remote);
}

static void retry(evutil_socket_t fd, short what, void *arg)
{
	struct net_listener *listener;
	struct net *net = arg;

	(void)fd;
	(void)what;
	LIST_FOREACH(listener, &net->listeners, entry)
		if (listener->acceptor)
			evconnlistener_enable(listener->acceptor);
}

/*
 * accept() failed, most likely for want of descriptors: asking again at once
 * would spin, as the connection still waits.
 */
static void accept_failed(struct evconnlistener *acceptor, void *arg)
{
	struct net_listener *listener = arg;
	struct timeval tv = { .tv_usec = RETRY_MS * 1000 };

	log_event(LOG_LEVEL_WARNING, "accept-failed", "error", strerror(errno),
		  NULL);
	evconnlistener_disable(acceptor);
	if (!event_initialized(&listener->net->retry_accept))
		evtimer_assign(&listener->net->retry_accept,
			       listener->net->base, retry, listener->net);
	evtimer_add(&listener->net->retry_accept, &tv);
}

static int set_options(int fd, const struct net_addr *addr, bool datagrams)
{
	int on = 1, size = SOCKET_BUFFER;

	if (addr->sa.sa_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		return -errno;
	if (!datagrams)
		return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
				  sizeof(on)) ? -errno : 0;
	/* Less is not an error: the kernel cuts it to its limit. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	/* Which of our addresses a datagram was for, where we have several. */
	if (addr->sa.sa_family == AF_INET)
		return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on,
				  sizeof(on)) ? -errno : 0;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on,
			  sizeof(on)) ? -errno : 0;
}

/*
 * Takes no capability on Debian's 6.1, nor on 6.5 and later: reading a mark is not
 * setting one. Some releases in between wanted CAP_NET_RAW or _ADMIN, of which we
 * have neither.
 */
static bool read_marks(int fd)
{
	int on = 1;

	return !setsockopt(fd, SOL_SOCKET, SO_RCVMARK, &on, sizeof(on));
}

static int open_socket(enum net_transport transport, struct net_addr *addr)
{
	int type = transport == NET_UDP ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(addr->sa.sa_family,
			type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*addr);
	int err;

	if (fd < 0)
		return -errno;
	err = set_options(fd, addr, transport == NET_UDP);
	if (!err && bind(fd, &addr->sa, net_addr_size(addr)))
		err = -errno;
	if (!err && getsockname(fd, &addr->sa, &len))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static int start(struct net_listener *listener)
{
	struct net *net = listener->net;

	if (listener->transport == NET_UDP) {
		listener->blind = !read_marks(listener->fd);
		event_assign(&listener->event, net->base, listener->fd,
			     EV_READ | EV_PERSIST, net_datagram_event,
			     listener);
		return event_add(&listener->event, NULL) ? -ENOMEM : 0;
	}
	listener->acceptor = evconnlistener_new(
		net->base, take_connection, listener,
		LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE, BACKLOG,
		listener->fd);
	if (!listener->acceptor)
		return errno ? -errno : -ENOMEM;
	evconnlistener_set_error_cb(listener->acceptor, accept_failed);
	return 0;
}

int net_listen(struct net *net, enum net_transport transport, bool legacy,
	       struct net_addr *addr)
{
	struct net_listener *listener;
	int err;

	if (transport == NET_TLS && !net_tls_is_set(net))
		return -ENOKEY;
	listener = calloc(1, sizeof(*listener));
	if (!listener)
		return -ENOMEM;
	listener->net = net;
	listener->transport = transport;
	listener->legacy = legacy;
	listener->fd = open_socket(transport, addr);
	listener->addr = *addr;
	if (listener->fd < 0) {
		err = listener->fd;
		goto err_free;
	}
	err = start(listener);
	if (err)
		goto err_close;
	LIST_INSERT_HEAD(&net->listeners, listener, entry);
	return 0;

err_close:
	close(listener->fd);
err_free:
	free(listener);
	return err;
}

/* For what is sent to remote; by that local address if one is wanted. */
struct net_listener *net_listener_find(struct net *net,
				       enum net_transport transport,
				       const struct net_addr *remote,
				       const struct net_addr *local)
{
	struct net_listener *listener;

	LIST_FOREACH(listener, &net->listeners, entry) {
		if (listener->transport != transport ||
		    listener->addr.sa.sa_family != remote->sa.sa_family)
			continue;
		if (local && local->sa.sa_family &&
		    net_addr_port(local) != net_addr_port(&listener->addr))
			continue;
		return listener;
	}
	return NULL;
}

size_t net_places(const struct net *net, struct net_place *places, size_t max)
{
	const struct net_listener *listener;
	size_t n = 0;

	LIST_FOREACH(listener, &net->listeners, entry) {
		if (n == max)
			break;
		places[n].port = net_addr_port(&listener->addr);
		places[n++].transport = listener->transport;
	}
	return n;
}

bool net_reads_marks(const struct net *net)
{
	const struct net_listener *listener;

	LIST_FOREACH(listener, &net->listeners, entry) {
		if (listener->blind)
			return false;
	}
	return true;
}

void net_listeners_free(struct net *net)
{
	struct net_listener *listener;

	while ((listener = LIST_FIRST(&net->listeners))) {
		LIST_REMOVE(listener, entry);
		if (listener->acceptor) {
			evconnlistener_free(listener->acceptor);
		} else {
			event_del(&listener->event);
			close(listener->fd);
		}
		free(listener);
	}
	if (event_initialized(&net->retry_accept))
		event_del(&net->retry_accept);
}
