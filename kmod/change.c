// SPDX-License-Identifier: GPL-2.0
/*
 * Changes to a live stream: all of a change is made ready, then published,
 * and no packet is lost or sealed twice meanwhile. Under un->lock.
 */
#include <linux/log2.h>
#include <linux/slab.h>
#include <net/netlink.h>
#include "admission.h"
#include "source.h"

/* What a change brings, all of it ready before any of it is published. */
struct change {
	struct ucsec_keys *rx, *tx;
	struct ucsec_path *path;
};

static void abandon(struct change *c)
{
	if (c->rx)
		ucsec_keys_free(c->rx);
	if (c->tx)
		ucsec_keys_free(c->tx);
	if (c->path)
		ucsec_path_free(c->path);
}

static bool changes_path(const struct ucsec_stream_config *cfg)
{
	return UCSEC_HAVE(cfg, FROM) || UCSEC_HAVE(cfg, TO) ||
	       UCSEC_HAVE(cfg, DSCP) || cfg->flags_mask;
}

/* Room to remember the sending key that is going to be replaced. */
static int grow_former(struct ucsec_stream *stream)
{
	u32 n = stream->nformer_tx;
	u64 *former;

	if (n && (n < 4 || !is_power_of_2(n)))
		return 0;
	former = krealloc_array(stream->former_tx, n ? 2 * n : 4,
				sizeof(*former), GFP_KERNEL);
	if (!former)
		return -ENOMEM;
	stream->former_tx = former;
	return 0;
}

static int prepare(struct ucsec_stream *stream,
		   const struct ucsec_stream_config *cfg, struct change *c)
{
	struct ucsec_keys *keys;

	if (cfg->rx.present) {
		keys = ucsec_keys_new(&cfg->rx);
		if (IS_ERR(keys))
			return PTR_ERR(keys);
		c->rx = keys;
	}
	if (cfg->tx.present) {
		keys = ucsec_keys_new(&cfg->tx);
		if (IS_ERR(keys))
			return PTR_ERR(keys);
		c->tx = keys;
		if (grow_former(stream))
			return -ENOMEM;
	}
	if (changes_path(cfg)) {
		c->path = ucsec_path_new(ucsec_stream_path(stream));
		if (!c->path)
			return -ENOMEM;
		ucsec_path_apply(c->path, cfg);
	}
	return 0;
}

static void publish_rx(struct ucsec_stream *stream, struct ucsec_keys *new,
		       bool reset)
{
	struct mutex *lock = &stream->un->lock;
	struct ucsec_keys *old, *older;
	u32 overlap = stream->un->params.overlap_ms;

	old = rcu_dereference_protected(stream->rx, lockdep_is_held(lock));
	older = rcu_dereference_protected(stream->rx_old,
					  lockdep_is_held(lock));
	spin_lock_bh(&stream->lock);
	/* With the ROC gone no packet under the old key could be judged. */
	WRITE_ONCE(stream->rx_old_until,
		   jiffies + msecs_to_jiffies(reset ? 0 : overlap));
	rcu_assign_pointer(stream->rx_old, reset ? NULL : old);
	stream->rx_epoch++;
	if (reset) {
		stream->rx_reset++;
		ucsec_ssrc_reset(stream, true, false);
	}
	rcu_assign_pointer(stream->rx, new);
	spin_unlock_bh(&stream->lock);
	stream->end_told = false;
	ucsec_keys_retire(older);
	if (reset)
		ucsec_keys_retire(old);
}

static void publish_tx(struct ucsec_stream *stream, struct ucsec_keys *new,
		       bool reset)
{
	struct ucsec_keys *old;

	old = rcu_dereference_protected(stream->tx,
				lockdep_is_held(&stream->un->lock));
	stream->former_tx[stream->nformer_tx++] = old->fingerprint;
	/*
	 * Indices are reserved under this lock together with the keys that
	 * will seal: none of the new range can be used with the old keys.
	 */
	spin_lock_bh(&stream->lock);
	stream->tx_epoch++;
	if (reset)
		ucsec_ssrc_reset(stream, false, true);
	rcu_assign_pointer(stream->tx, new);
	spin_unlock_bh(&stream->lock);
	stream->end_told = false;
	ucsec_keys_retire(old);
}

void ucsec_stream_redirect(struct ucsec_stream *stream,
			   struct ucsec_path *path)
{
	struct ucsec_path *old = ucsec_stream_path(stream);

	rcu_assign_pointer(stream->path, path);
	ucsec_path_retire(old);
}

void ucsec_stream_expire_keys(struct ucsec_stream *stream)
{
	struct ucsec_keys *old;

	old = rcu_dereference_protected(stream->rx_old,
				lockdep_is_held(&stream->un->lock));
	if (!old || !time_after(jiffies, READ_ONCE(stream->rx_old_until)))
		return;
	RCU_INIT_POINTER(stream->rx_old, NULL);
	ucsec_keys_retire(old);
}

int ucsec_stream_set(struct ucsec_stream *stream,
		     const struct ucsec_stream_config *cfg,
		     struct netlink_ext_ack *extack)
{
	struct change c = {};
	bool reset;
	int err;

	lockdep_assert_held(&stream->un->lock);
	err = ucsec_admission_set(stream, cfg, extack);
	if (err)
		return err;
	err = prepare(stream, cfg, &c);
	if (err) {
		NL_SET_ERR_MSG(extack, "the kernel could not set up the change");
		abandon(&c);
		return err;
	}
	if (c.path)
		ucsec_stream_redirect(stream, c.path);
	reset = ucsec_stream_path(stream)->flags & UCSEC_F_ROC_RESET;
	if (c.rx)
		publish_rx(stream, c.rx, reset);
	if (c.tx)
		publish_tx(stream, c.tx, reset);
	if (c.rx || UCSEC_HAVE(cfg, FROM) || UCSEC_HAVE(cfg, RELATCH))
		ucsec_source_forget(stream);
	if (UCSEC_HAVE(cfg, PAIR))
		ucsec_stream_pair(stream, cfg->pair);
	ucsec_stream_apply(stream, cfg);
	return 0;
}
