/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every file of the module shares: the namespace and its limits.
 */
#ifndef UCSEC_H
#define UCSEC_H

#include <linux/mutex.h>
#include <linux/idr.h>
#include <linux/net.h>
#include <linux/netfilter.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <uapi/linux/ucsec.h>
#include "acl.h"

struct genl_family;
struct ucsec_crypto_session;
struct ucsec_stats;
struct ucsec_stats_cpu;

enum {
	UCSEC_DEFAULT_MAX_STREAMS	= 131072,
	UCSEC_LIMIT_MAX_STREAMS		= 1048576,
	UCSEC_DEFAULT_WINDOW		= 128,
	UCSEC_DEFAULT_MAX_SSRCS		= 4,
	UCSEC_DEFAULT_OVERLAP_MS	= 2000,
	UCSEC_DEFAULT_GRACE_MS		= 500,
	UCSEC_LIMIT_OVERLAP_MS		= 60000,
	UCSEC_LIMIT_TX_KEYS		= 4096,	/* of one stream, ever */
	UCSEC_LIMIT_IDLE_S		= 30 * 24 * 3600,
	UCSEC_DEFAULT_AUTH_BURST	= 50,
	UCSEC_DEFAULT_REPLAY_BURST	= 50,
	UCSEC_DEFAULT_MAX_TRUNKS	= 16384,
	UCSEC_LIMIT_MAX_TRUNKS		= 131072,
	UCSEC_DEFAULT_MAX_PREFIXES	= 262144,
	UCSEC_LIMIT_MAX_PREFIXES	= 4194304,
	UCSEC_DEFAULT_REJECT_RATE	= 100,
	UCSEC_DEFAULT_REJECT_BURST	= 100,
	UCSEC_DEFAULT_DENIAL_BURST	= 100,
};

/* Limits and defaults; read with READ_ONCE() off the lock. */
struct ucsec_params {
	u32 max_streams;
	u32 window;
	u32 max_ssrcs;
	u32 overlap_ms;
	u32 grace_ms;
	u32 idle_s;
	u32 auth_burst;
	u32 replay_burst;
};

/* Beside the number of rows, which is far below. */
#define UCSEC_PORT_DATAGRAM	BIT(31)
#define UCSEC_PORT_STREAM	BIT(30)
#define UCSEC_PORT_SIGNALLING	(UCSEC_PORT_DATAGRAM | UCSEC_PORT_STREAM)

enum { UCSEC_HOOKS = 2 };	/* of IPv4 and IPv6 */

/*
 * A network namespace. @lock serialises everything but packets; packets find
 * streams in @table under RCU and take @pending_lock to leave an event.
 */
struct ucsec_net {
	struct net *net;
	struct rhashtable table;
	struct ucsec_stats_cpu __percpu *stats;
	/*
	 * Rows of the table by port, and marks of signalling ports, so that a
	 * datagram for none of them costs one read. From the first stream or
	 * trunk on; written under @lock.
	 */
	u32 *ports;
	struct ucsec_acl acl;

	struct mutex lock;
	struct idr ids;			/* @lock */
	u32 nstreams;			/* @lock */
	u32 hook_users;			/* @lock; streams, and the ACL */
	struct nf_hook_ops hook_ops[UCSEC_HOOKS];	/* @lock */
	u32 generation;			/* @lock; of the set of streams */
	struct ucsec_params params;	/* written under @lock */
	atomic64_t events_sent;
	atomic64_t events_lost;

	spinlock_t pending_lock;
	struct list_head pending;	/* streams with events; @pending_lock */
	struct work_struct event_work;
	struct delayed_work watch_work;
};

/* netns.c */

enum ucsec_object {
	UCSEC_OBJECT_STREAM,
	UCSEC_OBJECT_PATH,
	UCSEC_OBJECT_KEYS,
	UCSEC_OBJECT_TRUNK,
	UCSEC_OBJECT_RULESET,

	UCSEC_OBJECT_COUNT
};

extern struct workqueue_struct *ucsec_wq;

struct ucsec_net *ucsec_net(const struct net *net);
/* Sums the counters of the namespace. */
void ucsec_netns_stats(struct ucsec_net *un, struct ucsec_stats *sum);
void ucsec_object_created(enum ucsec_object kind);
void ucsec_object_destroyed(enum ucsec_object kind);
int ucsec_netns_init(void);
void ucsec_netns_exit(void);

/* netlink.c */

/* Which of the family's multicast groups the events go to. */
#define UCSEC_NETLINK_EVENTS	0

extern struct genl_family ucsec_netlink_family;

int ucsec_netlink_init(void);
void ucsec_netlink_exit(void);

/* crypto.c */

int ucsec_crypto_init(void);
void ucsec_crypto_exit(void);
/* NULL if the suite needs no such primitive. */
const char *ucsec_crypto_cipher_driver(u32 suite);
const char *ucsec_crypto_mac_driver(u32 suite);
u32 ucsec_crypto_session_memory(const struct ucsec_crypto_session *s);

#endif /* UCSEC_H */
