// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces: each has its own streams, trunks and limits; and the
 * count of objects, which must come out even when the module goes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <net/netns/generic.h>
#include "stage.h"
#include "stream.h"

static unsigned int net_id __read_mostly;
struct workqueue_struct *ucsec_wq;

static struct {
	const char *name;
	atomic64_t created;
	atomic64_t destroyed;
} objects[UCSEC_OBJECT_COUNT] = {
	[UCSEC_OBJECT_STREAM] = { "streams" },
	[UCSEC_OBJECT_PATH] = { "paths" },
	[UCSEC_OBJECT_KEYS] = { "key sets" },
	[UCSEC_OBJECT_TRUNK] = { "trunks" },
	[UCSEC_OBJECT_RULESET] = { "rulesets" },
};

void ucsec_object_created(enum ucsec_object kind)
{
	atomic64_inc(&objects[kind].created);
}

void ucsec_object_destroyed(enum ucsec_object kind)
{
	atomic64_inc(&objects[kind].destroyed);
}

struct ucsec_net *ucsec_net(const struct net *net)
{
	return net_generic(net, net_id);
}

void ucsec_netns_stats(struct ucsec_net *un, struct ucsec_stats *sum)
{
	int cpu, i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct ucsec_stats_cpu *c = per_cpu_ptr(un->stats, cpu);
		struct ucsec_stats snap;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			for (i = 0; i < UCSEC_STAT_COUNT; i++)
				snap.stat[i] = u64_stats_read(&c->stat[i]);
			for (i = 0; i < __UCSEC_DROP_MAX; i++)
				snap.drop[i] = u64_stats_read(&c->drop[i]);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		for (i = 0; i < UCSEC_STAT_COUNT; i++)
			sum->stat[i] += snap.stat[i];
		for (i = 0; i < __UCSEC_DROP_MAX; i++)
			sum->drop[i] += snap.drop[i];
	}
}

static int __net_init netns_init(struct net *net)
{
	struct ucsec_net *un = ucsec_net(net);
	int cpu, err;

	un->net = net;
	mutex_init(&un->lock);
	idr_init(&un->ids);
	un->params = (struct ucsec_params) {
		.max_streams = UCSEC_DEFAULT_MAX_STREAMS,
		.window = UCSEC_DEFAULT_WINDOW,
		.max_ssrcs = UCSEC_DEFAULT_MAX_SSRCS,
		.overlap_ms = UCSEC_DEFAULT_OVERLAP_MS,
		.grace_ms = UCSEC_DEFAULT_GRACE_MS,
		.auth_burst = UCSEC_DEFAULT_AUTH_BURST,
		.replay_burst = UCSEC_DEFAULT_REPLAY_BURST,
	};
	ucsec_event_init(un);
	un->stats = alloc_percpu(struct ucsec_stats_cpu);
	if (!un->stats)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(un->stats, cpu)->syncp);
	err = ucsec_acl_init(&un->acl);
	if (err)
		goto err_stats;
	err = ucsec_stream_table_init(un);
	if (err)
		goto err_acl;
	return 0;

err_acl:
	ucsec_acl_exit(&un->acl);
err_stats:
	free_percpu(un->stats);
	return err;
}

/*
 * Before the devices go, so that no cached route holds one; the core waits a
 * grace period before netns_exit(), after which no packet uses un.
 */
static void __net_exit netns_pre_exit(struct net *net)
{
	struct ucsec_net *un = ucsec_net(net);

	mutex_lock(&un->lock);
	ucsec_stream_flush(un);
	ucsec_stage_discard(&un->acl);
	ucsec_ruleset_end(un);
	mutex_unlock(&un->lock);
	ucsec_event_exit(un);
}

static void __net_exit netns_exit(struct net *net)
{
	struct ucsec_net *un = ucsec_net(net);

	ucsec_stream_table_exit(un);
	idr_destroy(&un->ids);
	ucsec_acl_exit(&un->acl);
	free_percpu(un->stats);
	kvfree(un->ports);
	mutex_destroy(&un->lock);
}

/*
 * Retired paths hold routes whose counters belong to the namespace: they must
 * be gone before IPv6, which registered earlier and so exits later, takes its
 * own away.
 */
static void __net_exit netns_exit_batch(struct list_head *nets)
{
	rcu_barrier();
	flush_workqueue(ucsec_wq);
	/* The routes that were released, and those beneath them (xfrm). */
	rcu_barrier();
}

static struct pernet_operations netns_ops = {
	.init = netns_init,
	.pre_exit = netns_pre_exit,
	.exit = netns_exit,
	.exit_batch = netns_exit_batch,
	.id = &net_id,
	.size = sizeof(struct ucsec_net),
};

int ucsec_netns_init(void)
{
	int err;

	ucsec_wq = alloc_workqueue("ucsec", WQ_UNBOUND, 0);
	if (!ucsec_wq)
		return -ENOMEM;
	err = register_pernet_subsys(&netns_ops);
	if (err)
		destroy_workqueue(ucsec_wq);
	return err;
}

void ucsec_netns_exit(void)
{
	int i;

	unregister_pernet_subsys(&netns_ops);
	/* What was retired waits for a grace period, then for a worker. */
	rcu_barrier();
	destroy_workqueue(ucsec_wq);
	for (i = 0; i < UCSEC_OBJECT_COUNT; i++) {
		u64 created = atomic64_read(&objects[i].created);
		u64 destroyed = atomic64_read(&objects[i].destroyed);

		pr_info("%s: %llu created, %llu destroyed\n", objects[i].name,
			created, destroyed);
		WARN_ON(created != destroyed);
	}
}
