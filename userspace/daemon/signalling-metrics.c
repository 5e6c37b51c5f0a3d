// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of the signalling's folders: one row for each, where it lies.
 */
#include "signalling-metrics.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "call/call.h"
#include "metrics.h"
#include "net/net.h"
#include "sip/sip.h"

static struct call_system *calls;
static struct sip *sip;

enum whose { CALLS, SIP, NET };

struct row {
	enum whose whose;
	size_t offset, size;
	bool gauge;		/* goes down, too */
	const char *name, *help;
	const char *labels;	/* may be NULL */
};

#define CALL(member, gauge, name, help) \
	{ CALLS, offsetof(struct call_counters_total, member), \
	  sizeof(((struct call_counters_total *)0)->member), gauge, name, \
	  help, NULL }
#define SIP(member, gauge, name, help) \
	{ SIP, offsetof(struct sip_counters, member), \
	  sizeof(((struct sip_counters *)0)->member), gauge, name, \
	  help, NULL }
#define NET(member, gauge, name, help, labels) \
	{ NET, offsetof(struct net_counters, member), \
	  sizeof(((struct net_counters *)0)->member), gauge, name, help, \
	  labels }

static struct row rows[] = {
	CALL(now, true, "ucsec_calls", "calls now"),
	CALL(begun, false, "ucsec_calls_begun", "calls begun"),
	CALL(answered, false, "ucsec_calls_answered", "calls answered"),
	CALL(failed, false, "ucsec_calls_failed", "calls not answered"),
	CALL(denied, false, "ucsec_calls_denied",
	     "calls refused by limit or route"),
	CALL(over_limit, false, "ucsec_calls_over_limit",
	     "calls refused as their phone or trunk had begun enough"),
	CALL(dead, false, "ucsec_calls_dead", "calls ended as no media came"),
	CALL(forged, false, "ucsec_media_forged", "bursts of forged media"),
	CALL(replayed, false, "ucsec_media_replayed",
	     "bursts of replayed media"),
	SIP(requests, false, "ucsec_sip_requests", "SIP requests"),
	SIP(refused_strict, false, "ucsec_sip_refused",
	    "SIP messages that failed the strict check"),
	SIP(refused_overload, false, "ucsec_sip_overload",
	    "requests refused for too many transactions"),
	SIP(challenges, false, "ucsec_sip_challenges", "digest challenges"),
	SIP(digest_failures, false, "ucsec_sip_digest_failures",
	    "wrong digests"),
	SIP(denied, false, "ucsec_sip_denied",
	    "requests denied by the order of checks"),
	SIP(rejected, false, "ucsec_sip_rejected",
	    "datagrams that the kernel's trunk ACL rejected"),
	SIP(withdrawn, false, "ucsec_sip_withdrawn",
	    "connections and registrations ended by a change of configuration"),
	SIP(loops, false, "ucsec_sip_loops", "requests that came round"),
	SIP(timeouts, false, "ucsec_sip_timeouts",
	    "requests of ours that nobody answered"),
	SIP(transactions_now, true, "ucsec_sip_transactions",
	    "transactions now"),
	NET(conns_now, true, "ucsec_connections", "connections now", NULL),
	NET(held_now, true, "ucsec_connections_held_bytes",
	    "what connections hold unread or unsent", NULL),
	NET(handshakes_now, true, "ucsec_handshakes", "TLS handshakes now",
	    NULL),
	NET(accepted, false, "ucsec_connections_accepted",
	    "connections accepted", NULL),
	NET(refused_limit, false, "ucsec_connections_refused",
	    "connections refused by a limit", NULL),
	NET(handshakes, false, "ucsec_tls_handshakes",
	    "TLS handshakes", "result=\"done\""),
	NET(handshake_failures, false, "ucsec_tls_handshakes",
	    "TLS handshakes", "result=\"refused\""),
	NET(closed_idle, false, "ucsec_connections_closed",
	    "connections that we ended", "reason=\"idle\""),
	NET(closed_slow, false, "ucsec_connections_closed",
	    "connections that we ended", "reason=\"slow\""),
	NET(closed_queue, false, "ucsec_connections_closed",
	    "connections that we ended", "reason=\"queue\""),
	NET(closed_size, false, "ucsec_connections_closed",
	    "connections that we ended", "reason=\"size\""),
	NET(closed_held, false, "ucsec_connections_closed",
	    "connections that we ended", "reason=\"held\""),
	NET(shed, false, "ucsec_connections_closed",
	    "connections that we ended", "reason=\"shed\""),
};

static int64_t read_row(void *ctx)
{
	const struct row *row = ctx;
	const char *counters = NULL;
	unsigned int small;
	uint64_t value;

	if (row->whose == CALLS && calls)
		counters = (const char *)call_system_counters(calls);
	else if (row->whose == SIP && sip)
		counters = (const char *)sip_counters(sip);
	else if (row->whose == NET && sip)
		counters = (const char *)net_counters(sip_net(sip));
	if (!counters)
		return 0;
	if (row->size == sizeof(small)) {
		memcpy(&small, counters + row->offset, sizeof(small));
		return small;
	}
	memcpy(&value, counters + row->offset, sizeof(value));
	return (int64_t)value;
}

void signalling_metrics_read(struct call_system *of_calls, struct sip *of_sip)
{
	calls = of_calls;
	sip = of_sip;
	for (size_t i = 0; sip && i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct row *row = &rows[i];

		if (row->gauge)
			metrics_gauge_read(row->name, row->help,
					   row->labels, read_row, row);
		else
			metrics_counter_read(row->name, row->help,
					     row->labels, read_row, row);
	}
}
