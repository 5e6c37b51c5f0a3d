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
	/* fake-trunks.c; "count" of the answers: trunks in force */
	FAKE_TRUNK_SHOW, /* stream: which; answered: struct fake_trunk */
	FAKE_TRUNK_ADD,	/* a stranger's; stream: last byte of its address */
	FAKE_TRUNK_SET,	/* stream: id; somebody gives it the boxes in "event" */
	FAKE_ACL_SET,	/* somebody sets what becomes of the unknown: "event" */
	FAKE_TRUNK_FLUSH, /* somebody removes them all */
	FAKE_TRUNK_EVENT, /* stream: id, 0 none; event: what */
	FAKE_ACL_SHOW,	/* answered: struct ucsec_acl */
	FAKE_ACL_REFUSE, /* the next "stream" calls about a set fail with "event" */
	FAKE_UNLOAD,	/* the module is removed; loaded when opened "stream" times */
};

enum { FAKE_PREFIXES = 200 };

struct fake_trunk {
	struct ucsec_trunk trunk;	/* id 0: none */
	uint32_t count;
	struct ucsec_prefix prefixes[FAKE_PREFIXES];
};

struct fake_message {
	uint32_t order, stream;
	int32_t event;
	uint32_t count, requests, reused;
};

/* fake-trunks.c: -1: not one of its orders. Else it is answered. */
int fake_trunks_obey(int control, struct fake_message *m, ucsec_event_fn fn,
		     void *arg);
/* Asked when it is opened. */
bool fake_trunks_loaded(void);
struct fake_trunk fake_trunk_show(int fd, uint32_t which);
struct ucsec_acl fake_acl_show(int fd);

/* Before the server runs: the end that orders come from. */
void fake_ucsec_control(int fd);
/* Starts a server with it in a child; the other end of its control socket. */
int fake_ucsec_start(const char *path, uid_t uid, pid_t *child);
/* Sends an order and takes the answer, if the order has one. */
struct fake_message fake_ucsec_order(int fd, struct fake_message order);
struct ucsec_stream fake_ucsec_show(int fd, uint32_t stream);

#endif /* FAKE_UCSEC_H */
