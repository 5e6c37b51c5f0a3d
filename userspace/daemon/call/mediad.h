/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The daemon's end of the socket to ucsec-mediad: requests that are answered
 * later, time-outs, a connection that comes back by itself.
 */
#ifndef CALL_MEDIAD_H
#define CALL_MEDIAD_H

#include "mediad/request.h"

struct event_base;
struct call_mediad;

/* Each may be NULL. */
struct call_mediad_ops {
	/*
	 * Connected and greeted, again or for the first time: list streams to
	 * learn what is there. Every request of an earlier connection has been
	 * answered with -ECONNRESET or -ETIMEDOUT before.
	 */
	void (*up)(void *arg);
	/* Gone; why is a sentence. Tried again with growing pauses. */
	void (*down)(void *arg, const char *why);
	/* Only streams with our cookies are told of. */
	void (*event)(void *arg, const struct mediad_event *event);
};

/*
 * err: 0, -errno as mediad or the kernel says, -ETIMEDOUT, -ECONNRESET. reply
 * is NULL if there was none; it is valid during the call only. LIST calls back
 * once per item with reply->head.type MEDIAD_ITEM, then with the reply.
 */
typedef void (*call_mediad_fn)(void *arg, int err,
			       const union mediad_message *reply);

struct call_mediad *call_mediad_new(struct event_base *base, const char *path,
				    const struct call_mediad_ops *ops,
				    void *arg);
/* Call-backs of what is unanswered never come. */
void call_mediad_free(struct call_mediad *mediad);
/*
 * Who follows hears the same as the owner, after it: the system of media does.
 * One at a time; NULL ends it.
 */
void call_mediad_follow(struct call_mediad *mediad,
			const struct call_mediad_ops *ops, void *arg);
bool call_mediad_is_up(const struct call_mediad *mediad);
void call_mediad_set_timeout(struct call_mediad *mediad, unsigned int ms);

/*
 * Takes a copy of the request, whose type and payload are the caller's and
 * whose head is filled in here; the copy is wiped once it was sent. fn may be
 * NULL. Errors: -ENOTCONN, -ENOBUFS too many unanswered, -EINVAL a request
 * that mediad would refuse. *id, if not NULL, is for call_mediad_forget().
 */
int call_mediad_send(struct call_mediad *mediad, union mediad_message *request,
		     call_mediad_fn fn, void *arg, uint32_t *id);
/* The answer will be ignored. */
void call_mediad_forget(struct call_mediad *mediad, uint32_t id);

#endif /* CALL_MEDIAD_H */
