/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Certificates of SRST gateways, fetched from themselves (PROFILE-4).
 */
#ifndef SRST_FETCH_H
#define SRST_FETCH_H

struct admin;
struct event_base;
struct srst_fetch;
struct store;

/* POST /v1/srst-fetch/NAME {"port", "accept"}. 0 or -ENOMEM. */
int srst_fetch_open(struct srst_fetch **fetch, struct event_base *base,
		    struct store *store, struct admin *admin);
/* Who waits, and whoever asks from here on, gets a 503. NULL is allowed. */
void srst_fetch_close(struct srst_fetch *fetch);

#endif /* SRST_FETCH_H */
