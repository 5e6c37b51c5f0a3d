// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events: a socket of their own, so that a flood of them cannot drown the
 * answer to a request.
 */
#include <errno.h>
#include <stdlib.h>
#include <netlink/genl/genl.h>

#include "internal.h"

int ucsec_event_subscribe(struct ucsec *handle)
{
	struct ucsec_link *events;
	int err;

	if (handle->events)
		return ucsec_error_set(handle, 0, NULL);
	err = ucsec_link_open(&events);
	if (err)
		return ucsec_error_set(handle, err, NULL);
	err = ucsec_link_join(events);
	if (err) {
		ucsec_link_close(events);
		return ucsec_error_set(handle, err, NULL);
	}
	handle->events = events;
	return ucsec_error_set(handle, 0, NULL);
}

int ucsec_event_fd(const struct ucsec *handle)
{
	return handle->events ? ucsec_link_fd(handle->events) : -EBADF;
}

static int decode(const struct nlmsghdr *nlh, struct ucsec_notice *notice)
{
	const struct genlmsghdr *genl = nlmsg_data(nlh);

	switch (genl->cmd) {
	case UCSEC_CMD_STREAM_NTF:
		return ucsec_decode_notice(nlh, notice);
	case UCSEC_CMD_ACL_NTF:
		return ucsec_decode_acl_notice(nlh, notice);
	}
	return -EOPNOTSUPP;
}

/* What cannot be read is skipped: a newer kernel may tell of more. */
static int take_datagram(struct ucsec *handle, const void *datagram,
			 ssize_t len, ucsec_event_fn fn, void *arg)
{
	const struct nlmsghdr *nlh = datagram;
	struct ucsec_notice notice;
	int rem = len;
	int count = 0;

	for (; nlmsg_ok(nlh, rem);
	     nlh = nlmsg_next((struct nlmsghdr *)nlh, &rem)) {
		if (nlh->nlmsg_type != ucsec_link_family(handle->events) ||
		    nlmsg_datalen(nlh) < (int)GENL_HDRLEN)
			continue;
		if (decode(nlh, &notice))
			continue;
		fn(&notice, arg);
		count++;
	}
	return count;
}

/*
 * An overrun is reported before anything else is read: the kernel reports it
 * once, in place of what would have come next.
 */
int ucsec_event_dispatch(struct ucsec *handle, ucsec_event_fn fn, void *arg)
{
	void *datagram;
	ssize_t len;
	int count = 0;

	if (!handle->events)
		return ucsec_error_set(handle, -EBADF, NULL);
	for (;;) {
		len = ucsec_link_recv(handle->events, &datagram);
		if (len == -EAGAIN || len == -EWOULDBLOCK)
			break;
		if (len == -ENOBUFS)
			handle->overruns++;
		if (len < 0)
			return ucsec_error_set(handle, len, NULL);
		count += take_datagram(handle, datagram, len, fn, arg);
		free(datagram);
	}
	ucsec_error_set(handle, 0, NULL);
	return count;
}

uint64_t ucsec_event_lost(const struct ucsec *handle)
{
	return handle->overruns;
}
