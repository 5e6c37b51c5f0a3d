// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The socket: opened, named, sent on and received from.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "internal.h"

/* A burst of events must fit until the reader gets the processor. */
#define EVENT_BUFFER	(1 << 20)

/* Bytes of a message that any system's buffer takes. */
#define PLAIN_MESSAGE	(64 << 10)

struct ucsec_link {
	struct nl_sock *sock;
	int family;
};

static int errno_of(int nlerr)
{
	switch (-nlerr) {
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
		return -EPERM;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_NOACCESS:
		return -EACCES;
	case NLE_AF_NOSUPPORT:
	case NLE_PROTO_MISMATCH:
		return -EPROTONOSUPPORT;
	default:
		return -EIO;
	}
}

/*
 * CAP_ACK keeps the kernel from sending a refused request, and the keys in
 * it, back through the receive buffer.
 */
static int set_options(int fd)
{
	static const int options[] = {
		NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK,
	};
	int on = 1;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (setsockopt(fd, SOL_NETLINK, options[i], &on, sizeof(on)))
			return -errno;
	return 0;
}

int ucsec_link_open(struct ucsec_link **link)
{
	struct ucsec_link *new = calloc(1, sizeof(*new));
	struct nl_cb *cb;
	int err = -ENOMEM;

	if (!new)
		return err;
	/*
	 * The default callbacks would dump what is sent, keys included, for
	 * whoever sets NLCB=debug.
	 */
	cb = nl_cb_alloc(NL_CB_DEFAULT);
	if (!cb)
		goto err_free;
	new->sock = nl_socket_alloc_cb(cb);
	nl_cb_put(cb);
	if (!new->sock)
		goto err_free;
	err = genl_connect(new->sock);
	if (err) {
		err = errno_of(err);
		goto err_sock;
	}
	err = set_options(nl_socket_get_fd(new->sock));
	if (err)
		goto err_sock;
	new->family = genl_ctrl_resolve(new->sock, UCSEC_FAMILY_NAME);
	if (new->family < 0) {
		err = errno_of(new->family);
		goto err_sock;
	}
	*link = new;
	return 0;

err_sock:
	nl_socket_free(new->sock);
err_free:
	free(new);
	return err;
}

void ucsec_link_close(struct ucsec_link *link)
{
	if (!link)
		return;
	nl_socket_free(link->sock);
	free(link);
}

int ucsec_link_family(const struct ucsec_link *link)
{
	return link->family;
}

int ucsec_link_fd(const struct ucsec_link *link)
{
	return nl_socket_get_fd(link->sock);
}

/* Beyond net.core.rmem_max where we may; else what the system grants. */
static void grow_buffer(int fd)
{
	int size = EVENT_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

int ucsec_link_join(struct ucsec_link *link)
{
	int fd = ucsec_link_fd(link);
	int group, err, on = 1;

	group = genl_ctrl_resolve_grp(link->sock, UCSEC_FAMILY_NAME,
				      UCSEC_MCGRP_EVENTS);
	if (group < 0)
		return errno_of(group);
	grow_buffer(fd);
	/* Tells the kernel, which counts it, when this buffer was full. */
	if (setsockopt(fd, SOL_NETLINK, NETLINK_BROADCAST_ERROR, &on,
		       sizeof(on)))
		return -errno;
	err = nl_socket_set_nonblocking(link->sock);
	if (err)
		return errno_of(err);
	/* Not by libnl, which would fold errno into its own numbers. */
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)))
		return -errno;
	return 0;
}

/*
 * The kernel takes no message larger than the socket's buffer; half of the
 * default one is left to what it charges for a message. Beyond
 * net.core.wmem_max only where we may; sendmsg(2) then says EMSGSIZE.
 */
static void make_room(int fd, size_t len)
{
	int size = 0;
	socklen_t size_len = sizeof(size);

	if (len <= PLAIN_MESSAGE || len > INT_MAX / 4 ||
	    getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &size_len) ||
	    (size_t)size / 2 >= len)
		return;
	size = len;	/* the kernel doubles it */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* libnl hands the message's own memory to sendmsg(2); no copy remains. */
int ucsec_link_send(struct ucsec_link *link, struct nl_msg *msg)
{
	int sent;

	make_room(ucsec_link_fd(link), nlmsg_hdr(msg)->nlmsg_len);
	do {
		errno = 0;
		sent = nl_send_auto(link->sock, msg);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno ? -errno : errno_of(sent);
	return 0;
}

ssize_t ucsec_link_recv(struct ucsec_link *link, void **datagram)
{
	int fd = ucsec_link_fd(link);
	struct sockaddr_nl from;
	socklen_t from_len;
	ssize_t len;
	void *buf;

	do {
		do
			len = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC);
		while (len < 0 && errno == EINTR);
		if (len < 0)
			return -errno;
		buf = malloc(len ? len : 1);
		if (!buf)
			return -ENOMEM;
		from_len = sizeof(from);
		len = recvfrom(fd, buf, len, 0, (struct sockaddr *)&from,
			       &from_len);
		if (len >= 0 && from.nl_pid == 0)
			break;
		/* Anybody may write to our port; only the kernel is heard. */
		free(buf);
		if (len < 0 && errno != EINTR)
			return -errno;
	} while (true);
	*datagram = buf;
	return len;
}
