// SPDX-License-Identifier: GPL-2.0
/* Paths: where the packets of a stream come from and go to. */
#include <linux/slab.h>
#include <net/dst.h>
#include "stream.h"

struct ucsec_path *ucsec_path_new(const struct ucsec_path *from)
{
	struct ucsec_path *path;

	path = kzalloc(sizeof(*path), GFP_KERNEL);
	if (!path)
		return NULL;
	if (from) {
		path->from = from->from;
		path->to = from->to;
		path->rtcp_distance = from->rtcp_distance;
		path->flags = from->flags;
		path->dscp = from->dscp;
	} else {
		path->dscp = -1;
	}
	spin_lock_init(&path->route.lock);
	seqcount_spinlock_init(&path->route.seq, &path->route.lock);
	ucsec_object_created(UCSEC_OBJECT_PATH);
	return path;
}

void ucsec_path_apply(struct ucsec_path *path,
		      const struct ucsec_stream_config *cfg)
{
	if (UCSEC_HAVE(cfg, FROM))
		path->from = cfg->from;
	if (UCSEC_HAVE(cfg, TO)) {
		path->to = cfg->to;
		path->rtcp_distance = !cfg->to.rtcp_port ? 1 :
				      ntohs(cfg->to.rtcp_port) -
				      ntohs(cfg->to.port);
	}
	path->flags = (path->flags & ~cfg->flags_mask) |
		      (cfg->flags & cfg->flags_mask);
	if (UCSEC_HAVE(cfg, DSCP))
		path->dscp = cfg->dscp;
}

void ucsec_path_free(struct ucsec_path *path)
{
	/* NULL is fine. */
	dst_release(path->route.dst);
	kfree(path);
	ucsec_object_destroyed(UCSEC_OBJECT_PATH);
}

static void free_work(struct work_struct *work)
{
	ucsec_path_free(container_of(to_rcu_work(work), struct ucsec_path,
				     free_work));
}

void ucsec_path_retire(struct ucsec_path *path)
{
	if (!path)
		return;
	/* Packets under way may still send along it for a grace period. */
	INIT_RCU_WORK(&path->free_work, free_work);
	queue_rcu_work(ucsec_wq, &path->free_work);
}
