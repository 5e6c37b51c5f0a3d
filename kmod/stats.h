/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters by CPU, of a stream and of a namespace.
 *
 * Every packet that reaches a media port is counted once on arrival and ends
 * as sent, as handed up or under one drop reason. Writers run with bottom
 * halves off (the hook sees to it), so that no CPU interrupts itself.
 */
#ifndef UCSEC_STATS_H
#define UCSEC_STATS_H

#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>
#include <uapi/linux/ucsec.h>

enum ucsec_stat {
	UCSEC_STAT_RX_PACKETS,
	UCSEC_STAT_RX_BYTES,
	UCSEC_STAT_TX_PACKETS,
	UCSEC_STAT_TX_BYTES,
	UCSEC_STAT_UP_PACKETS,
	UCSEC_STAT_RTCP_PACKETS,
	UCSEC_STAT_RESTARTS,

	UCSEC_STAT_COUNT
};

/* Of a namespace, with its drops. */
struct ucsec_stats_cpu {
	u64_stats_t stat[UCSEC_STAT_COUNT];
	u64_stats_t drop[__UCSEC_DROP_MAX];
	struct u64_stats_sync syncp;
};

/*
 * Of a stream: small, as there are many. Its drops are atomics of the stream,
 * written only where a packet is refused.
 */
struct ucsec_stream_stats_cpu {
	u64_stats_t stat[UCSEC_STAT_COUNT];
	struct u64_stats_sync syncp;
};

/* A snapshot, summed over CPUs. */
struct ucsec_stats {
	u64 stat[UCSEC_STAT_COUNT];
	u64 drop[__UCSEC_DROP_MAX];
};

static inline void ucsec_stats_packet(struct ucsec_stats_cpu __percpu *ns,
				      struct ucsec_stream_stats_cpu __percpu *s,
				      enum ucsec_stat packets, u32 len)
{
	struct ucsec_stream_stats_cpu *sc = this_cpu_ptr(s);
	struct ucsec_stats_cpu *nc = this_cpu_ptr(ns);

	/* The byte counter follows the packet counter in the enum. */
	u64_stats_update_begin(&sc->syncp);
	u64_stats_inc(&sc->stat[packets]);
	u64_stats_add(&sc->stat[packets + 1], len);
	u64_stats_update_end(&sc->syncp);
	u64_stats_update_begin(&nc->syncp);
	u64_stats_inc(&nc->stat[packets]);
	u64_stats_add(&nc->stat[packets + 1], len);
	u64_stats_update_end(&nc->syncp);
}

static inline void ucsec_stats_inc(struct ucsec_stats_cpu __percpu *ns,
				   struct ucsec_stream_stats_cpu __percpu *s,
				   enum ucsec_stat stat)
{
	struct ucsec_stream_stats_cpu *sc = this_cpu_ptr(s);
	struct ucsec_stats_cpu *nc = this_cpu_ptr(ns);

	u64_stats_update_begin(&sc->syncp);
	u64_stats_inc(&sc->stat[stat]);
	u64_stats_update_end(&sc->syncp);
	u64_stats_update_begin(&nc->syncp);
	u64_stats_inc(&nc->stat[stat]);
	u64_stats_update_end(&nc->syncp);
}

static inline void ucsec_stats_drop(struct ucsec_stats_cpu __percpu *ns,
				    enum ucsec_drop reason)
{
	struct ucsec_stats_cpu *nc = this_cpu_ptr(ns);

	u64_stats_update_begin(&nc->syncp);
	u64_stats_inc(&nc->drop[reason]);
	u64_stats_update_end(&nc->syncp);
}

#endif /* UCSEC_STATS_H */
