/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trunk ACL of a namespace: what is published, and the judge.
 *
 * The judge knows addresses, ports and bytes, no packets: whatever takes
 * packets off the wire asks it the same way.
 */
#ifndef UCSEC_ACL_H
#define UCSEC_ACL_H

#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include "sip/scan.h"
#include "trunk.h"

struct flowi4;
struct flowi6;
struct net;
struct net_device;
struct ucsec_net;
struct ucsec_stage;

/* Written under un->lock; packets read with READ_ONCE(). */
struct ucsec_acl_params {
	u32 unknown;
	u32 mark;
	struct ucsec_rate reject;
	u32 max_trunks;
	u32 max_prefixes;
	u32 denial_burst;
	u32 nports;			/* these not by packets */
	u16 port[UCSEC_MAX_ACL_PORTS];	/* host order */
};

/* One local port with one sort of transport, and who may use it. */
struct ucsec_slot {
	u32 key;
	const struct ucsec_prefix_table *table;	/* NULL: unknown ones only */
};

/* TCP and TLS are one sort: the first segment does not tell them apart. */
static inline u32 ucsec_slot_key(u16 port, bool stream)
{
	return (u32)port << 1 | stream;
}

/*
 * All that packets are judged by; immutable, replaced whole under RCU. The
 * owners in the tables are indices into @trunk.
 */
struct ucsec_ruleset {
	struct rcu_work free_work;
	u32 ntrunks;
	u32 nprefixes;
	u32 nslots;
	struct ucsec_slot *slot;	/* by key */
	struct ucsec_table *tables;	/* list of what they share */
	struct ucsec_trunk *trunk[];	/* by id; references */
};

/* Of a namespace. */
struct ucsec_acl {
	struct ucsec_ruleset __rcu *rules;	/* written under un->lock */
	struct ucsec_sources *sources;	/* set once, before the rules that ask */
	struct ucsec_account *unknown;
	struct ucsec_bucket reject;
	bool streams;			/* TCP is looked at at all */
	struct ucsec_acl_params params;

	struct ucsec_stage *stage;	/* un->lock, as all below */
	u32 last_stage;
	u32 generation;			/* changes of rules and parameters */
	bool active;			/* hooks and defragmentation are held */
};

/* acl.c */

int ucsec_acl_init(struct ucsec_acl *acl);
void ucsec_acl_exit(struct ucsec_acl *acl);

struct ucsec_acl_packet {
	u64 hi, lo;		/* source, as of a struct ucsec_prefix */
	bool v6;
	bool stream;		/* the first segment of a connection */
	bool broken;		/* a datagram that is not all there */
	bool group;		/* others hear it as well */
	u16 dport;		/* host order */
	const u8 *data;
	u32 len;
};

/* No class: it was denied before it was read. */
#define UCSEC_CLASS_UNREAD	__UCSEC_CLASS_MAX

struct ucsec_acl_result {
	/* Of lookup; the trunk is NULL if the source is unknown. */
	const struct ucsec_trunk *trunk;
	u8 verdict;		/* enum ucsec_verdict */
	u8 reason;		/* enum ucsec_denial */
	u8 class;		/* enum ucsec_sip_class, or UNREAD */
	bool uncounted;
	struct ucsec_sip_facts facts;	/* once it was read */
};

enum ucsec_acl_mode {
	UCSEC_ACL_REAL,
	UCSEC_ACL_PEEK,		/* takes no token: it is judged again */
	UCSEC_ACL_TRIAL,	/* nor that, and reads in any case */
};

/*
 * All under RCU, in any context that packets come in, in this order. The first
 * one is false if the port is none of signalling, and reads no data; where the
 * source is unknown it is all that there is to judge.
 */
bool ucsec_acl_lookup(const struct ucsec_acl *acl,
		      const struct ucsec_acl_packet *p,
		      struct ucsec_acl_result *r);
void ucsec_acl_judge(struct ucsec_acl *acl, const struct ucsec_acl_packet *p,
		     enum ucsec_acl_mode mode, struct ucsec_acl_result *r);
void ucsec_acl_count(struct ucsec_acl *acl, const struct ucsec_acl_result *r);

/*
 * May a socket of the namespace hear what comes by @dev, which may be NULL? The
 * flow has what rules of routing may ask for, and gets the rest. Under RCU.
 */
bool ucsec_acl_is_heard4(struct net *net, const struct net_device *dev,
			 struct flowi4 *flow);
bool ucsec_acl_is_heard6(struct net *net, const struct net_device *dev,
			 struct flowi6 *flow);

/* ruleset.c; under un->lock, in process context */

static inline struct ucsec_ruleset *ucsec_ruleset(struct ucsec_acl *acl)
{
	return rcu_dereference_protected(acl->rules, true);
}

/* What the building of a ruleset was refused for, beside the errno. */
struct ucsec_ruleset_fault {
	const char *sentence;
	struct ucsec_prefix prefix;	/* with -EEXIST */
	u32 trunk;			/* id of one that has a part in it */
};

/*
 * Publishes a ruleset of those @n trunks, with ids of their own and in order,
 * and takes over the references; or refuses and takes none.
 */
int ucsec_ruleset_publish(struct ucsec_net *un, struct ucsec_trunk **trunk,
			  u32 n, struct ucsec_ruleset_fault *fault);
struct ucsec_trunk *ucsec_ruleset_find(struct ucsec_acl *acl, u32 id);
/* Everything, when the namespace goes. */
void ucsec_ruleset_end(struct ucsec_net *un);

#endif /* UCSEC_ACL_H */
