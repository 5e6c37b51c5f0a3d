/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The folders of the signalling put together: media, calls, SIP, network.
 */
#ifndef SIGNALLING_H
#define SIGNALLING_H

#include <stddef.h>

struct admin;
struct conf;
struct event_base;
struct reset;
struct signalling;
struct store;
struct trust;

/* Listens from here on. @why gets a sentence. 0 or -errno. */
int signalling_open(struct signalling **signalling, struct event_base *base,
		    struct store *store, struct trust *trust,
		    struct admin *admin, const struct conf *conf, char *why,
		    size_t size);
struct reset *signalling_reset(struct signalling *signalling);
/* Calls stay in the kernel and in the database. */
void signalling_close(struct signalling *signalling);

#endif /* SIGNALLING_H */
