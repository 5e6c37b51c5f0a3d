// SPDX-License-Identifier: GPL-2.0
/*
 * The double of link.c: a queue of datagrams and errors.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <netlink/genl/genl.h>

#include "fake-kernel.h"

struct ucsec_link {
	int fd;
};

struct fake fake;

static struct {
	void *data;
	ssize_t len;
} *queue;

static int head, tail, room;

/* What fake.request points to, larger from time to time. */
static void *request;
static size_t request_size;

void fake_reset(void)
{
	while (head < tail)
		free(queue[head++].data);
	head = 0;
	tail = 0;
	memset(&fake, 0, sizeof(fake));
}

static void push(void *data, ssize_t len)
{
	if (tail == room) {
		room = room ? 2 * room : 64;
		queue = reallocarray(queue, room, sizeof(*queue));
		if (!queue)
			abort();
	}
	queue[tail].data = data;
	queue[tail++].len = len;
}

void fake_queue_raw(const void *data, size_t len)
{
	void *copy = malloc(len ? len : 1);

	if (len)
		memcpy(copy, data, len);
	push(copy, len);
}

void fake_queue(struct nl_msg *msg)
{
	fake_queue_raw(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
}

void fake_queue_err(int err)
{
	push(NULL, err);
}

struct nl_msg *fake_msg_of(int cmd, int flags, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(size);

	genlmsg_put(msg, 1, 0, FAKE_FAMILY, 0, flags, cmd, 1);
	return msg;
}

struct nl_msg *fake_msg(int cmd, int flags)
{
	return fake_msg_of(cmd, flags, 16384);
}

/*
 * An ERROR, acknowledging the last request with capped header, or a DONE;
 * the caller may add attributes.
 */
struct nl_msg *fake_verdict(int type, int err, const char *sentence)
{
	struct nl_msg *msg = nlmsg_alloc_size(16384);
	struct nlmsgerr body = { .error = err };
	int flags = type == NLMSG_ERROR ? NLM_F_CAPPED : NLM_F_MULTI;

	if (fake.request)
		memcpy(&body.msg, fake.request, sizeof(body.msg));
	nlmsg_put(msg, 1, 0, type, 0, flags | NLM_F_ACK_TLVS);
	nlmsg_append(msg, &body, type == NLMSG_ERROR ? sizeof(body) :
		     sizeof(body.error), 4);
	if (sentence)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, sentence);
	return msg;
}

int ucsec_link_open(struct ucsec_link **link)
{
	if (fake.open_err)
		return fake.open_err;
	*link = calloc(1, sizeof(**link));
	(*link)->fd = eventfd(1, EFD_NONBLOCK);
	return 0;
}

void ucsec_link_close(struct ucsec_link *link)
{
	if (!link)
		return;
	close(link->fd);
	free(link);
}

int ucsec_link_family(const struct ucsec_link *link)
{
	(void)link;
	return FAKE_FAMILY;
}

int ucsec_link_fd(const struct ucsec_link *link)
{
	return link->fd;
}

int ucsec_link_join(struct ucsec_link *link)
{
	(void)link;
	if (!fake.join_err && fake.on_join)
		fake.on_join();
	return fake.join_err;
}

int ucsec_link_send(struct ucsec_link *link, struct nl_msg *msg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	(void)link;
	if (fake.send_err)
		return fake.send_err;
	nlh->nlmsg_seq = ++fake.requests;
	nlh->nlmsg_flags |= NLM_F_ACK;
	if (nlh->nlmsg_len > request_size) {
		request_size = nlh->nlmsg_len;
		request = realloc(request, request_size);
		if (!request)
			abort();
	}
	fake.request = memcpy(request, nlh, nlh->nlmsg_len);
	fake.request_len = nlh->nlmsg_len;
	if (fake.on_send)
		fake.on_send((struct nlmsghdr *)fake.request);
	return 0;
}

static void number(void *data, ssize_t len)
{
	struct nlmsghdr *nlh;
	int rem = len;

	for (nlh = data; nlmsg_ok(nlh, rem); nlh = nlmsg_next(nlh, &rem))
		nlh->nlmsg_seq += fake.requests;
}

ssize_t ucsec_link_recv(struct ucsec_link *link, void **datagram)
{
	eventfd_t count;
	ssize_t len;

	if (head == tail) {
		eventfd_read(link->fd, &count);
		return -EAGAIN;
	}
	len = queue[head].len;
	*datagram = queue[head++].data;
	if (len > 0)
		number(*datagram, len);
	return len;
}

struct nlmsghdr *fake_request(void)
{
	return (struct nlmsghdr *)fake.request;
}

int fake_command(void)
{
	return ((struct genlmsghdr *)nlmsg_data(fake_request()))->cmd;
}

size_t fake_offset_of(const char *wanted)
{
	char name[64];

	for (size_t at = 20; at < fake.request_len && at < 2048; at += 4) {
		ucsec_attr_name(fake_request(), at, name, sizeof(name));
		if (!strcmp(name, wanted))
			return at;
	}
	return 0;
}

void fake_ok(void)
{
	fake_queue(fake_verdict(NLMSG_ERROR, 0, NULL));
}
