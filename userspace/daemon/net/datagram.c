// SPDX-License-Identifier: GPL-2.0
// UDP: datagrams in and out, from the address that they were sent to.

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "net/internal.h"

enum { DATAGRAMS_A_TURN = 64 };		/* then others have theirs */

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
		  CMSG_SPACE(sizeof(struct in_pktinfo)) +
		  CMSG_SPACE(sizeof(uint32_t))];
};

/* 0 where the kernel says nothing of it. */
static uint32_t read_mark(struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	uint32_t mark = 0;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level == SOL_SOCKET &&
		    cmsg->cmsg_type == SO_MARK)
			memcpy(&mark, CMSG_DATA(cmsg), sizeof(mark));
	}
	return mark;
}

/* The listener's address may be a wildcard, the datagram's never is. */
static void read_local(struct msghdr *msg, struct net_addr *local)
{
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level == IPPROTO_IP &&
		    cmsg->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
			local->in.sin_addr = info.ipi_addr;
		} else if (cmsg->cmsg_level == IPPROTO_IPV6 &&
			   cmsg->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
			local->in6.sin6_addr = info.ipi6_addr;
			if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
				local->in6.sin6_scope_id = info.ipi6_ifindex;
		}
	}
}

/* Returns -errno where there is nothing more to read. */
static int receive_one(struct net_listener *listener)
{
	struct net *net = listener->net;
	struct net_addr remote = { 0 }, local = listener->addr;
	struct iovec iov = { net->buffer, net->buffer_size };
	union control control;
	struct msghdr msg = {
		.msg_name = &remote,
		.msg_namelen = sizeof(remote),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(listener->fd, &msg, 0);
	struct net_conn *conn;

	if (len < 0)
		return -errno;
	if (msg.msg_flags & MSG_TRUNC || !net_addr_port(&remote))
		return 0;
	read_local(&msg, &local);
	conn = net_conn_new(net, NET_UDP, false);
	if (!conn)
		return 0;
	conn->listener = listener;
	conn->peer.remote = remote;
	conn->peer.local = local;
	conn->peer.rejected = net->mark &&
		(read_mark(&msg) & net->mark) == net->mark;
	net->ops->received(net->arg, conn, net->buffer, (size_t)len);
	explicit_bzero(net->buffer, (size_t)len);
	net_conn_put(conn);
	return 0;
}

void net_datagram_event(evutil_socket_t fd, short what, void *arg)
{
	struct net_listener *listener = arg;
	int i, err;

	(void)fd;
	(void)what;
	for (i = 0; i < DATAGRAMS_A_TURN; i++) {
		err = receive_one(listener);
		/* An ICMP error of an earlier datagram is no end of these. */
		if (err == -EAGAIN || err == -EINTR)
			break;
	}
}

static size_t write_local(union control *control, const struct net_addr *local)
{
	struct cmsghdr *cmsg = &control->header;

	memset(control, 0, sizeof(*control));
	if (local->sa.sa_family == AF_INET) {
		struct in_pktinfo info = { .ipi_spec_dst = local->in.sin_addr };

		cmsg->cmsg_level = IPPROTO_IP;
		cmsg->cmsg_type = IP_PKTINFO;
		cmsg->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
		return CMSG_SPACE(sizeof(info));
	} else {
		struct in6_pktinfo info = { .ipi6_addr = local->in6.sin6_addr };

		cmsg->cmsg_level = IPPROTO_IPV6;
		cmsg->cmsg_type = IPV6_PKTINFO;
		cmsg->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
		return CMSG_SPACE(sizeof(info));
	}
}

int net_datagram_send(struct net_conn *conn, const void *data, size_t len)
{
	struct iovec iov = { (void *)data, len };
	union control control;
	struct msghdr msg = {
		.msg_name = &conn->peer.remote,
		.msg_namelen = net_addr_size(&conn->peer.remote),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
	};

	if (conn->net->freed)
		return -ESHUTDOWN;
	msg.msg_controllen = write_local(&control, &conn->peer.local);
	if (sendmsg(conn->listener->fd, &msg, MSG_NOSIGNAL) >= 0)
		return 0;
	/* Lost on its way, as datagrams are: SIP repeats it. */
	return errno == EAGAIN || errno == ENOBUFS ? 0 : -errno;
}

/* Which address would the kernel send from? Asked of a socket of its own. */
static int find_local(const struct net_addr *remote, struct net_addr *local)
{
	struct net_addr found = { 0 };
	socklen_t len = sizeof(found);
	int fd = socket(remote->sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, &remote->sa, net_addr_size(remote)) ||
	    getsockname(fd, &found.sa, &len))
		err = -errno;
	close(fd);
	if (err)
		return err;
	net_addr_set_port(&found, net_addr_port(local));
	*local = found;
	return 0;
}

static bool is_wildcard(const struct net_addr *addr)
{
	if (addr->sa.sa_family == AF_INET)
		return addr->in.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&addr->in6.sin6_addr);
}

int net_datagram_connect(struct net *net, const struct net_target *target,
			 struct net_conn **conn)
{
	struct net_listener *listener;
	struct net_addr local;
	int err;

	listener = net_listener_find(net, NET_UDP, &target->addr,
				     &target->local);
	if (!listener)
		return -EAFNOSUPPORT;
	local = listener->addr;
	if (is_wildcard(&local)) {
		err = find_local(&target->addr, &local);
		if (err)
			return err;
	}
	*conn = net_conn_new(net, NET_UDP, false);
	if (!*conn)
		return -ENOMEM;
	(*conn)->listener = listener;
	(*conn)->peer.remote = target->addr;
	(*conn)->peer.local = local;
	(*conn)->peer.outgoing = true;
	return 0;
}
