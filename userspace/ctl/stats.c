// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl stats: the counters of the namespace.
 */
#include <inttypes.h>

#include "ctl.h"

static void print_stats(const struct ucsec_stats *s)
{
	printf("namespace\n");
	printf("  %-8s %u\n", "streams", s->streams);
	printf("  %-8s %" PRIu64 " packets, %" PRIu64 " bytes\n", "received",
	       s->rx_packets, s->rx_bytes);
	printf("  %-8s %" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64
	       " of them RTCP\n", "sent", s->tx_packets, s->tx_bytes,
	       s->rtcp_packets);
	printf("  %-8s %" PRIu64 " packets\n", "up", s->up_packets);
	printf("  %-8s %" PRIu64 "\n", "restarts", s->restarts);
	printf("  %-8s %" PRIu64 " sent, %" PRIu64 " lost\n", "events",
	       s->events_sent, s->events_lost);
	print_drops(s);
}

enum status cmd_stats(struct ctl *ctl, char **words)
{
	struct ucsec_stats stats;

	if (words[0])
		return usage_error(ctl, "one word too many", words[0]);
	if (ctl_open(ctl))
		return STATUS_FAILED;
	if (ucsec_stats_get(ctl->handle, &stats))
		return fail_request(ctl);
	if (ctl->json)
		return print_json(json_of_stats(&stats, true));
	print_stats(&stats);
	return STATUS_OK;
}
