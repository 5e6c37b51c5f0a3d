/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The streams of a kernel that is none: libucsec's calls on a table in memory,
 * with the rules that the module has for keys, ports and pairs.
 */
#ifndef FAKE_UCSEC_H
#define FAKE_UCSEC_H

#include <ucsec/ucsec.h>

/* What goes over the control socket, both ways. */
enum fake_order {
	FAKE_EVENT,	/* stream and event: the kernel tells it */
	FAKE_LOSE,	/* stream: gone without being asked */
	FAKE_COUNT,	/* answered: streams, requests so far */
	FAKE_SHOW,	/* stream; answered: struct ucsec_stream */
	FAKE_ADD,	/* a stranger's stream with cookie "other"; its id */
	FAKE_REFUSE,	/* the next "stream" changes fail with "event" */
};

struct fake_message {
	uint32_t order, stream;
	int32_t event;
	uint32_t count, requests, reused;
};

/* Before the server runs: the end that orders come from. */
void fake_ucsec_control(int fd);
/* Starts a server with it in a child; the other end of its control socket. */
int fake_ucsec_start(const char *path, uid_t uid, pid_t *child);
/* Sends an order and takes the answer, if the order has one. */
struct fake_message fake_ucsec_order(int fd, struct fake_message order);
struct ucsec_stream fake_ucsec_show(int fd, uint32_t stream);

#endif /* FAKE_UCSEC_H */
