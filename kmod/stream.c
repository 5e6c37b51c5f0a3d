// SPDX-License-Identifier: GPL-2.0
/* Streams: created, changed and removed under un->lock, found under RCU. */
#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/netlink.h>
#include "admission.h"
#include "hook.h"
#include "stream.h"

static u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct ucsec_entry_key *key = data;
	const __be32 *a = key->addr.s6_addr32;

	/* Local addresses, chosen by the administrator: folding will do. */
	return jhash_3words((__force u32)(a[0] ^ a[2]),
			    (__force u32)(a[1] ^ a[3]),
			    (__force u32)key->port ^ key->scope, seed);
}

static const struct rhashtable_params table_params = {
	.head_offset = offsetof(struct ucsec_entry, node),
	.key_offset = offsetof(struct ucsec_entry, key),
	.key_len = sizeof(struct ucsec_entry_key),
	.hashfn = key_hash,
	.automatic_shrinking = true,
};

int ucsec_stream_table_init(struct ucsec_net *un)
{
	return rhashtable_init(&un->table, &table_params);
}

void ucsec_stream_table_exit(struct ucsec_net *un)
{
	rhashtable_destroy(&un->table);
}

struct ucsec_entry *ucsec_stream_lookup_rcu(struct ucsec_net *un,
					    const struct ucsec_entry_key *key)
{
	return rhashtable_lookup(&un->table, key, table_params);
}

struct ucsec_stream *ucsec_stream_find(struct ucsec_net *un, u32 id)
{
	lockdep_assert_held(&un->lock);
	return idr_find(&un->ids, id);
}

void ucsec_entry_key_set(struct ucsec_entry_key *key,
			 const struct ucsec_endpoint *in, bool rtcp)
{
	memset(key, 0, sizeof(*key));
	key->addr = in->addr;
	key->port = rtcp ? in->rtcp_port : in->port;
	if (ipv6_addr_type(&in->addr) & IPV6_ADDR_LINKLOCAL)
		key->scope = in->ifindex;
}

/*
 * Creation
 */

static void free_stream(struct ucsec_stream *stream)
{
	struct ucsec_keys *keys;

	/* Nobody else can reach the stream any more. */
	keys = rcu_dereference_protected(stream->rx, true);
	if (keys)
		ucsec_keys_free(keys);
	keys = rcu_dereference_protected(stream->rx_old, true);
	if (keys)
		ucsec_keys_free(keys);
	keys = rcu_dereference_protected(stream->tx, true);
	if (keys)
		ucsec_keys_free(keys);
	if (rcu_access_pointer(stream->path))
		ucsec_path_free(rcu_dereference_protected(stream->path, true));
	free_percpu(stream->stats);
	kfree(stream->former_tx);
	kvfree(stream);
	ucsec_object_destroyed(UCSEC_OBJECT_STREAM);
}

static void free_work(struct work_struct *work)
{
	free_stream(container_of(to_rcu_work(work), struct ucsec_stream,
				 free_work));
}

void ucsec_stream_apply(struct ucsec_stream *stream,
			const struct ucsec_stream_config *cfg)
{
	if (UCSEC_HAVE(cfg, COOKIE)) {
		stream->cookie_len = cfg->cookie_len;
		memcpy(stream->cookie, cfg->cookie, sizeof(stream->cookie));
	}
	if (UCSEC_HAVE(cfg, IDLE)) {
		stream->idle = cfg->idle;
		stream->idle_told = false;
		WRITE_ONCE(stream->last_media, jiffies);
	}
}

void ucsec_stream_pair(struct ucsec_stream *stream, u32 id)
{
	struct ucsec_net *un = stream->un;
	struct ucsec_stream *pair;

	pair = rcu_dereference_protected(stream->pair,
					 lockdep_is_held(&un->lock));
	if (pair) {
		RCU_INIT_POINTER(pair->pair, NULL);
		RCU_INIT_POINTER(stream->pair, NULL);
	}
	pair = id ? ucsec_stream_find(un, id) : NULL;
	if (pair) {
		rcu_assign_pointer(stream->pair, pair);
		rcu_assign_pointer(pair->pair, stream);
	}
}

static void seed_rocs(struct ucsec_stream *stream,
		      const struct ucsec_stream_config *cfg)
{
	struct ucsec_ssrc *s;
	u32 i;

	/* Not published yet, but the pool's rules ask for the lock. */
	spin_lock_bh(&stream->lock);
	for (i = 0; i < cfg->nssrcs; i++) {
		s = ucsec_ssrc_find_or_add(stream, cfg->ssrc[i].ssrc);
		if (WARN_ON_ONCE(!s))
			break;
		s->rx.top = (u64)cfg->ssrc[i].rx_roc << 16;
		s->tx.top = (u64)cfg->ssrc[i].tx_roc << 16;
		s->rx_epoch = stream->rx_epoch;
		s->tx_epoch = stream->tx_epoch;
	}
	spin_unlock_bh(&stream->lock);
}

static int build_keys(struct ucsec_stream *stream,
		      const struct ucsec_stream_config *cfg,
		      struct netlink_ext_ack *extack)
{
	struct ucsec_keys *keys;

	if (cfg->rx.present) {
		keys = ucsec_keys_new(&cfg->rx);
		if (IS_ERR(keys))
			goto err;
		RCU_INIT_POINTER(stream->rx, keys);
		stream->rx_protected = true;
	}
	if (cfg->tx.present) {
		keys = ucsec_keys_new(&cfg->tx);
		if (IS_ERR(keys))
			goto err;
		RCU_INIT_POINTER(stream->tx, keys);
		stream->tx_protected = true;
	}
	return 0;

err:
	NL_SET_ERR_MSG(extack, "the kernel could not set up the keys");
	return PTR_ERR(keys);
}

/* A stream that is whole but in no table; free_stream() undoes it. */
static struct ucsec_stream *build(struct ucsec_net *un,
				  const struct ucsec_stream_config *cfg,
				  struct netlink_ext_ack *extack)
{
	u32 max_ssrcs = cfg->max_ssrcs ?: un->params.max_ssrcs;
	u32 window = cfg->window ?: un->params.window;
	struct ucsec_stream *stream;
	struct ucsec_path *path;
	int cpu, err = -ENOMEM;

	stream = kvzalloc(sizeof(*stream) + ucsec_ssrc_size(max_ssrcs, window),
			  GFP_KERNEL);
	if (!stream)
		return ERR_PTR(-ENOMEM);
	ucsec_object_created(UCSEC_OBJECT_STREAM);
	stream->un = un;
	stream->in = cfg->in;
	stream->out = cfg->out;
	stream->window = window;
	stream->max_ssrcs = max_ssrcs;
	stream->idle = un->params.idle_s;
	stream->last_media = jiffies;
	stream->rx_epoch = 1;
	stream->tx_epoch = 1;
	spin_lock_init(&stream->lock);
	INIT_LIST_HEAD(&stream->pending_node);
	INIT_RCU_WORK(&stream->free_work, free_work);
	stream->stats = alloc_percpu(struct ucsec_stream_stats_cpu);
	for_each_possible_cpu(cpu)
		if (stream->stats)
			u64_stats_init(&per_cpu_ptr(stream->stats,
						    cpu)->syncp);
	ucsec_entry_key_set(&stream->rtp.key, &cfg->in, false);
	ucsec_entry_key_set(&stream->rtcp.key, &cfg->in, true);
	stream->rtcp.rtcp = true;
	stream->has_rtcp_port = !(cfg->flags & UCSEC_F_RX_RTCP_MUX);
	path = ucsec_path_new(NULL);
	if (path) {
		ucsec_path_apply(path, cfg);
		RCU_INIT_POINTER(stream->path, path);
	}
	if (!stream->stats || !path)
		goto err_stream;
	ucsec_stream_apply(stream, cfg);
	err = build_keys(stream, cfg, extack);
	if (err)
		goto err_stream;
	seed_rocs(stream, cfg);
	return stream;

err_stream:
	free_stream(stream);
	return ERR_PTR(err);
}

/* A port is marked before its row is there and until it is gone. */
static int insert_row(struct ucsec_net *un, struct ucsec_entry *row)
{
	u32 *users = &un->ports[ntohs(row->key.port)];
	int err;

	WRITE_ONCE(*users, *users + 1);
	err = rhashtable_insert_fast(&un->table, &row->node, table_params);
	if (err)
		WRITE_ONCE(*users, *users - 1);
	return err;
}

static void remove_row(struct ucsec_net *un, struct ucsec_entry *row)
{
	u32 *users = &un->ports[ntohs(row->key.port)];

	rhashtable_remove_fast(&un->table, &row->node, table_params);
	WRITE_ONCE(*users, *users - 1);
}

static int publish(struct ucsec_stream *stream)
{
	struct ucsec_net *un = stream->un;
	int err;

	err = ucsec_hook_hold(un);
	if (err)
		return err;
	err = idr_alloc_cyclic(&un->ids, stream, 1, 0, GFP_KERNEL);
	if (err < 0)
		goto err_hook;
	stream->id = err;
	/* From here on packets find it: last, and RTP after RTCP. */
	if (stream->has_rtcp_port) {
		err = insert_row(un, &stream->rtcp);
		if (err)
			goto err_id;
	}
	err = insert_row(un, &stream->rtp);
	if (err)
		goto err_rtcp;
	un->nstreams++;
	un->generation++;
	return 0;

err_rtcp:
	if (stream->has_rtcp_port)
		remove_row(un, &stream->rtcp);
err_id:
	idr_remove(&un->ids, stream->id);
err_hook:
	ucsec_hook_release(un);
	return err;
}

/*
 * Off the pending list for good, then freed when the packets that found it,
 * and those that use it as a pair, are done: one grace period for both.
 */
static void bury(struct ucsec_stream *stream)
{
	spin_lock_bh(&stream->un->pending_lock);
	stream->dead = true;
	list_del_init(&stream->pending_node);
	spin_unlock_bh(&stream->un->pending_lock);
	queue_rcu_work(ucsec_wq, &stream->free_work);
}

struct ucsec_stream *ucsec_stream_new(struct ucsec_net *un,
				      const struct ucsec_stream_config *cfg,
				      struct netlink_ext_ack *extack)
{
	struct ucsec_stream *stream;
	int err;

	lockdep_assert_held(&un->lock);
	err = ucsec_admission_new(un, cfg, extack);
	if (err)
		return ERR_PTR(err);
	stream = build(un, cfg, extack);
	if (IS_ERR(stream))
		return stream;
	err = publish(stream);
	if (err) {
		NL_SET_ERR_MSG(extack, "the kernel could not publish the stream");
		/* Its RTCP row may have been seen for a moment. */
		bury(stream);
		return ERR_PTR(err);
	}
	if (cfg->pair)
		ucsec_stream_pair(stream, cfg->pair);
	ucsec_event_watch(un);
	return stream;
}

/* Out of the table first, so that no packet finds it any more. */
void ucsec_stream_remove(struct ucsec_stream *stream)
{
	struct ucsec_net *un = stream->un;

	lockdep_assert_held(&un->lock);
	remove_row(un, &stream->rtp);
	if (stream->has_rtcp_port)
		remove_row(un, &stream->rtcp);
	idr_remove(&un->ids, stream->id);
	un->nstreams--;
	un->generation++;
	ucsec_stream_pair(stream, 0);
	ucsec_event_gone(stream);
	ucsec_hook_release(un);
	bury(stream);
}

void ucsec_stream_flush(struct ucsec_net *un)
{
	struct ucsec_stream *stream;
	int id;

	idr_for_each_entry(&un->ids, stream, id) {
		ucsec_stream_remove(stream);
		cond_resched();
	}
}

/*
 * Reports
 */

void ucsec_stream_stats(const struct ucsec_stream *stream,
			struct ucsec_stats *sum)
{
	int cpu, i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct ucsec_stream_stats_cpu *c =
			per_cpu_ptr(stream->stats, cpu);
		u64 snap[UCSEC_STAT_COUNT];
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			for (i = 0; i < UCSEC_STAT_COUNT; i++)
				snap[i] = u64_stats_read(&c->stat[i]);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		for (i = 0; i < UCSEC_STAT_COUNT; i++)
			sum->stat[i] += snap[i];
	}
	for (i = 0; i < __UCSEC_DROP_MAX; i++)
		sum->drop[i] = atomic64_read(&stream->drop[i]);
}

u32 ucsec_stream_memory(const struct ucsec_stream *stream)
{
	struct mutex *lock = &stream->un->lock;
	size_t bytes = sizeof(*stream) +
		       ucsec_ssrc_size(stream->max_ssrcs, stream->window);

	bytes = is_vmalloc_addr(stream) ? PAGE_ALIGN(bytes) : ksize(stream);
	bytes += ksize(ucsec_stream_path(stream));
	bytes += sizeof(*stream->stats) * num_possible_cpus();
	bytes += ksize(stream->former_tx);
	bytes += ucsec_keys_memory(rcu_dereference_protected(stream->rx,
						lockdep_is_held(lock)));
	bytes += ucsec_keys_memory(rcu_dereference_protected(stream->rx_old,
						lockdep_is_held(lock)));
	bytes += ucsec_keys_memory(rcu_dereference_protected(stream->tx,
						lockdep_is_held(lock)));
	return bytes;
}
