/* SPDX-License-Identifier: GPL-2.0 */
/* Where packets go and whose are taken: immutable, replaced under RCU. */
#ifndef UCSEC_PATH_H
#define UCSEC_PATH_H

#include <linux/seqlock.h>
#include <linux/workqueue.h>
#include "config.h"

struct dst_entry;

/* The route to the destination, revalidated per packet. */
struct ucsec_route {
	seqcount_spinlock_t seq;
	spinlock_t lock;
	struct dst_entry *dst;	/* readers: RCU and seq */
	u32 cookie;
};

/* Where packets go and whose are taken. Immutable but for the route. */
struct ucsec_path {
	struct rcu_work free_work;
	struct ucsec_endpoint from, to;
	s32 rtcp_distance;	/* of "to", from its port; stays when latched */
	u32 flags;
	s16 dscp;		/* -1 keeps the received one */
	struct ucsec_route route;
};

struct ucsec_path *ucsec_path_new(const struct ucsec_path *from);
/* What of @cfg is the path's; before publication. */
void ucsec_path_apply(struct ucsec_path *path,
		      const struct ucsec_stream_config *cfg);
void ucsec_path_free(struct ucsec_path *path);
void ucsec_path_retire(struct ucsec_path *path);

#endif /* UCSEC_PATH_H */
