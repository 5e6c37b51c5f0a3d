/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trunk ACL of the gateway in a box, see fake-acl.c.
 */
#ifndef UCSEC_FAKE_ACL_H
#define UCSEC_FAKE_ACL_H

#include <linux/netlink.h>
#include <stdbool.h>

/* False: the request is about something else. */
bool fake_acl_answer(const struct nlmsghdr *nlh);
/* A burst of a trunk begins, one of unknown sources ends. */
void fake_acl_events(void);

#endif /* UCSEC_FAKE_ACL_H */
