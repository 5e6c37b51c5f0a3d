/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the ACL asks of SIP and of the network.
 */
#ifndef SIGNALLING_ACL_H
#define SIGNALLING_ACL_H

struct acl;
struct event_base;
struct sip;
struct store;

/* @sip is set before the loop runs, and NULL once it is gone. 0 or -ENOMEM. */
int signalling_acl_new(struct acl **acl, struct event_base *base,
		       struct store *store, struct sip **sip);

#endif /* SIGNALLING_ACL_H */
