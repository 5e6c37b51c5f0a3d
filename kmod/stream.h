/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stream: one direction of one media flow.
 *
 * Lifetime: the namespace owns a stream from ucsec_stream_new() until
 * ucsec_stream_remove(); packets use it under RCU and hold nothing. What may
 * change is either small and under @lock, or immutable and replaced whole
 * under RCU: the path (addresses, flags) and the keys of each side.
 */
#ifndef UCSEC_STREAM_H
#define UCSEC_STREAM_H

#include <net/ipv6.h>
#include "event.h"
#include "path.h"
#include "ssrc.h"
#include "stats.h"
#include "ucsec.h"

struct netlink_ext_ack;

/* One row of the table: the RTP port or the RTCP port of a stream. */
struct ucsec_entry {
	struct rhash_head node;
	struct ucsec_entry_key {
		struct in6_addr addr;
		int scope;	/* interface of a link-local address, else 0 */
		__be16 port;
		u16 pad;
	} key;
	bool rtcp;
};

struct ucsec_stream {
	/* Set once before publication. */
	struct ucsec_entry rtp;
	struct ucsec_entry rtcp;
	struct ucsec_net *un;
	struct ucsec_stream_stats_cpu __percpu *stats;
	struct ucsec_endpoint in, out;
	u32 id;
	u32 window;
	u32 max_ssrcs;
	bool has_rtcp_port;
	bool rx_protected;
	bool tx_protected;

	/* Replaced under un->lock, and under @lock too where noted. */
	struct ucsec_path __rcu *path;
	struct ucsec_keys __rcu *rx;		/* and @lock */
	struct ucsec_keys __rcu *rx_old;	/* overlap after a rekey */
	struct ucsec_keys __rcu *tx;		/* and @lock */
	struct ucsec_stream __rcu *pair;

	spinlock_t lock;
	u32 rx_epoch;			/* @lock; counts receive rekeys */
	u32 rx_reset;			/* @lock; those that zeroed the ROC */
	u32 tx_epoch;			/* @lock; counts sending rekeys */
	u32 fresh_first;		/* @lock; SSRCs given to restarts: */
	u32 fresh_next;			/*   [fresh_first, fresh_next) */
	unsigned long rx_old_until;	/* jiffies; racy reads are fine */
	unsigned long last_media;	/* jiffies of the last accepted packet */
	struct ucsec_endpoint latched;	/* @lock */
	bool is_latched;		/* written under @lock */
	bool has_restarted;		/* written under @lock */

	atomic64_t drop[__UCSEC_DROP_MAX];

	/* Under un->lock. */
	struct rcu_work free_work;
	u64 *former_tx;			/* fingerprints of former sending */
	u32 nformer_tx;			/*   keys, all of them */
	u32 idle;
	bool idle_told;
	unsigned long idle_since;	/* last media when idleness was told */
	bool end_told;
	u64 auth_seen, replay_seen;	/* counters at the last watch */
	u8 cookie_len;
	u8 cookie[UCSEC_MAX_COOKIE_LEN];

	struct list_head pending_node;	/* un->pending_lock */
	unsigned long pending;		/* enum ucsec_pending; atomic bits */
	bool dead;			/* un->pending_lock */

	struct ucsec_ssrc ssrc[];	/* @lock; then the bitmaps */
};

/* stream.c; all but lookup under un->lock, in process context */

struct ucsec_stream *ucsec_stream_new(struct ucsec_net *un,
				      const struct ucsec_stream_config *cfg,
				      struct netlink_ext_ack *extack);
/* Pairs with stream @id, or with none if it is 0. */
void ucsec_stream_pair(struct ucsec_stream *stream, u32 id);
/* What of @cfg is neither path, key nor pair. */
void ucsec_stream_apply(struct ucsec_stream *stream,
			const struct ucsec_stream_config *cfg);
void ucsec_stream_remove(struct ucsec_stream *stream);
void ucsec_stream_flush(struct ucsec_net *un);
struct ucsec_stream *ucsec_stream_find(struct ucsec_net *un, u32 id);
void ucsec_stream_stats(const struct ucsec_stream *stream,
			struct ucsec_stats *sum);
u32 ucsec_stream_memory(const struct ucsec_stream *stream);
/* Packet path: under RCU, takes no reference. */
struct ucsec_entry *ucsec_stream_lookup_rcu(struct ucsec_net *un,
					    const struct ucsec_entry_key *key);
int ucsec_stream_table_init(struct ucsec_net *un);
void ucsec_stream_table_exit(struct ucsec_net *un);

void ucsec_entry_key_set(struct ucsec_entry_key *key,
			 const struct ucsec_endpoint *in, bool rtcp);
static inline struct ucsec_path *
ucsec_stream_path(const struct ucsec_stream *stream)
{
	return rcu_dereference_protected(stream->path,
				lockdep_is_held(&stream->un->lock));
}

static inline struct ucsec_stream *ucsec_entry_stream(struct ucsec_entry *e)
{
	return e->rtcp ? container_of(e, struct ucsec_stream, rtcp) :
			 container_of(e, struct ucsec_stream, rtp);
}

/* change.c */

int ucsec_stream_set(struct ucsec_stream *stream,
		     const struct ucsec_stream_config *cfg,
		     struct netlink_ext_ack *extack);
/* Publishes @path in place of the old one. */
void ucsec_stream_redirect(struct ucsec_stream *stream,
			   struct ucsec_path *path);
/* Lets go of the old receiving keys once their overlap is over. */
void ucsec_stream_expire_keys(struct ucsec_stream *stream);

#endif /* UCSEC_STREAM_H */
