/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel that answers what a test tells it to, in place of link.c.
 */
#ifndef UCSEC_FAKE_KERNEL_H
#define UCSEC_FAKE_KERNEL_H

#include "../../userspace/lib/internal.h"

#define FAKE_FAMILY	0x20

struct fake {
	int open_err, join_err, send_err;	/* what the calls return */
	unsigned int requests;			/* how many were sent */
	/* Called with each request; may queue answers. NULL: nothing. */
	void (*on_send)(const struct nlmsghdr *request);
	void (*on_join)(void);
	unsigned char *request;			/* the last one */
	size_t request_len;
};

extern struct fake fake;

void fake_reset(void);
/* The last request, and its command. */
struct nlmsghdr *fake_request(void);
int fake_command(void);
/*
 * Offset of its first attribute with this dotted name; 0 if there is none. All
 * but prefixes, of which there may be many, stand at the beginning.
 */
size_t fake_offset_of(const char *wanted);
/* Messages in the making; both are freed by queueing. */
struct nl_msg *fake_msg(int cmd, int flags);
struct nl_msg *fake_msg_of(int cmd, int flags, size_t size);
struct nl_msg *fake_verdict(int type, int err, const char *sentence);
/* The next datagram to be received; its messages get the request's number. */
void fake_queue(struct nl_msg *msg);
void fake_queue_raw(const void *data, size_t len);
/* "Yes, it is done." */
void fake_ok(void);
/* The next reception fails. */
void fake_queue_err(int err);

#endif /* UCSEC_FAKE_KERNEL_H */
