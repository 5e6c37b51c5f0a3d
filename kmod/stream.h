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

#include <linux/in6.h>
#include <linux/seqlock.h>
#include <net/ipv6.h>
#include "keys.h"
#include "stats.h"
#include "ucsec.h"

struct netlink_ext_ack;
struct nlattr;

/* IPv4 addresses are kept v4-mapped; @family tells. AF_UNSPEC: none. */
struct ucsec_endpoint {
	struct in6_addr addr;
	int ifindex;
	__be16 port;
	__be16 rtcp_port;	/* port + 1 unless given; 0 after 65535 */
	u16 family;
	bool rtcp_given;
};

struct ucsec_ssrc_config {
	u32 ssrc;
	u32 rx_roc;
	u32 tx_roc;
};

/* A request, checked for its form. The have bits are 1 << UCSEC_A_STREAM_x. */
struct ucsec_stream_config {
	struct nlattr **attrs;	/* of the request, for its faults */
	u64 have;
	u32 id;
	struct ucsec_endpoint in, from, out, to;
	struct ucsec_keys_config rx, tx;
	u32 flags, flags_mask;
	u32 window;
	u32 max_ssrcs;
	u32 nssrcs;
	struct ucsec_ssrc_config ssrc[UCSEC_MAX_SSRCS];
	u32 pair;
	u32 idle;
	u8 dscp;
	u8 cookie_len;
	u8 cookie[UCSEC_MAX_COOKIE_LEN];
};

#define UCSEC_HAVE(cfg, attr)	((cfg)->have & BIT_ULL(UCSEC_A_STREAM_##attr))

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
	u32 flags;
	s16 dscp;		/* -1 keeps the received one */
	struct ucsec_route route;
};

/*
 * State of one SSRC, both sides; @lock of the stream. The bitmaps of the
 * windows follow the array of states.
 */
struct ucsec_ssrc {
	u32 ssrc;
	u32 out_ssrc;		/* differs after a plain sender restarted */
	u32 rx_epoch;		/* keys under which it was last seen */
	u32 tx_epoch;
	struct ucsec_srtp_window rx;
	struct ucsec_srtp_window tx;
	struct ucsec_srtp_rtcp_window rx_rtcp;
	u32 tx_rtcp;		/* next SRTCP index */
	u16 refused_seq;	/* expected next of a run of refused ones */
	u8 refused_run;
	bool used;
};

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

enum ucsec_pending {
	UCSEC_PENDING_LATCHED,
	UCSEC_PENDING_SSRC_LIMIT,
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
	u64 former_tx[8];		/* fingerprints of former sending keys */
	u32 nformer_tx;
	u32 idle;
	bool idle_told;
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
int ucsec_stream_set(struct ucsec_stream *stream,
		     const struct ucsec_stream_config *cfg,
		     struct netlink_ext_ack *extack);
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
void ucsec_stream_redirect(struct ucsec_stream *stream,
			   struct ucsec_path *path);
void ucsec_stream_expire_keys(struct ucsec_stream *stream);

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

/* path.c */

struct ucsec_path *ucsec_path_new(const struct ucsec_path *from);
void ucsec_path_free(struct ucsec_path *path);
void ucsec_path_retire(struct ucsec_path *path);

/* source.c: whose packets are taken */

bool ucsec_source_accepts(struct ucsec_stream *stream,
			  const struct ucsec_path *path,
			  const struct in6_addr *addr, __be16 port, bool rtcp);
/* After a packet was accepted. */
void ucsec_source_learn(struct ucsec_stream *stream,
			const struct ucsec_path *path,
			const struct in6_addr *addr, __be16 port);
void ucsec_source_forget(struct ucsec_stream *stream);

/* ssrc.c; all under stream->lock */

struct ucsec_ssrc *ucsec_ssrc_find(struct ucsec_stream *stream, u32 ssrc);
struct ucsec_ssrc *ucsec_ssrc_find_or_add(struct ucsec_stream *stream,
					  u32 ssrc);
u64 *ucsec_ssrc_rx_bits(struct ucsec_stream *stream,
			const struct ucsec_ssrc *s);
u64 *ucsec_ssrc_tx_bits(struct ucsec_stream *stream,
			const struct ucsec_ssrc *s);
/* 0, or -errno of the core; may give the SSRC a fresh one to leave under. */
int ucsec_ssrc_reserve(struct ucsec_stream *stream, struct ucsec_ssrc *s,
		       u16 seq, u64 *index);
void ucsec_ssrc_reset(struct ucsec_stream *stream, bool rx, bool tx);
size_t ucsec_ssrc_size(u32 max_ssrcs, u32 window);

/* event.c */

void ucsec_event_init(struct ucsec_net *un);
void ucsec_event_exit(struct ucsec_net *un);
/* Any context. */
void ucsec_event_pend(struct ucsec_stream *stream, enum ucsec_pending what);
/* Under un->lock: starts the watch of a namespace that got a stream. */
void ucsec_event_watch(struct ucsec_net *un);
/* Under un->lock. */
void ucsec_event_gone(struct ucsec_stream *stream);

/* netlink.c: builds and multicasts; un->lock. */
void ucsec_netlink_notify(struct ucsec_stream *stream, enum ucsec_event event,
			  u64 count);

/* media.c: the road of a packet between arrival and departure */

struct ucsec_packet {
	u8 *data;		/* UDP payload */
	u32 len;
	u32 cap;		/* bytes from @data that may be written */
	struct in6_addr saddr;
	__be16 sport;
	bool rtcp_port;		/* arrived on the RTCP port */
	bool rtcp;		/* is RTCP; set by the road */
};

/* Drop reason, or UCSEC_DROP_NONE if the packet may leave. Under RCU. */
enum ucsec_drop ucsec_media_process(struct ucsec_stream *stream,
				    const struct ucsec_path *path,
				    struct ucsec_packet *pkt);

#endif /* UCSEC_STREAM_H */
