// SPDX-License-Identifier: GPL-2.0
// Which addresses trunks' host names stand for, looked up ahead: who sends a
// request must be known without waiting for a name server.

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sip/internal.h"

enum { REFRESH_MS = 60 * 1000, RETRY_MS = 5 * 1000 };

struct host {
	LIST_ENTRY(host) entry;
	struct sip *sip;
	char name[STORE_HOST_SIZE];
	uint16_t port;
	enum net_transport transport;
	bool wanted;			/* some trunk still has it */
	bool asked;			/* a look-up has ended */
	struct net_lookup *lookup;	/* one under way */
	struct event timer;
	size_t n;
	struct net_addr addrs[NET_HOPS_MAX];
};

struct sip_hosts {
	LIST_HEAD(, host) list;
};

/* What was right stays right while nobody can say otherwise. */
static void on_resolved(void *arg, int err, const struct net_hop *hops,
			size_t n)
{
	struct host *host = arg;
	struct sip *sip = host->sip;
	bool changed = !host->asked;
	size_t i;

	host->lookup = NULL;
	host->asked = true;
	if (!err || err == -ENOENT) {
		changed |= host->n != n;
		host->n = n;
		for (i = 0; i < n; i++) {
			changed |= !net_addr_equal(&host->addrs[i],
						   &hops[i].addr);
			host->addrs[i] = hops[i].addr;
		}
	}
	sip_timer_ms(&host->timer, err ? RETRY_MS : REFRESH_MS);
	if (changed && sip->hosts_changed)
		sip->hosts_changed(sip->hosts_arg);
}

static void look_up(evutil_socket_t fd, short what, void *arg)
{
	struct host *host = arg;
	struct net_query query = {
		.host = host->name,
		.port = host->port,
		.transport = host->transport,
	};

	(void)fd;
	(void)what;
	host->lookup = net_resolve(host->sip->net, &query, on_resolved, host);
	if (!host->lookup)
		sip_timer_ms(&host->timer, RETRY_MS);
}

static void drop(struct host *host)
{
	evtimer_del(&host->timer);
	net_resolve_cancel(host->lookup);
	LIST_REMOVE(host, entry);
	free(host);
}

static struct host *find(const struct sip *sip,
			 const struct store_destination *destination,
			 enum net_transport transport)
{
	struct host *host;

	LIST_FOREACH(host, &sip->hosts->list, entry) {
		if (!strcasecmp(host->name, destination->host) &&
		    host->port == destination->port &&
		    host->transport == transport)
			return host;
	}
	return NULL;
}

static int want(struct sip *sip, const struct store_destination *destination,
		enum net_transport transport)
{
	struct host *host = find(sip, destination, transport);
	struct net_addr addr;

	if (!net_addr_parse(&addr, destination->host, 0))
		return 0;
	if (!host) {
		host = calloc(1, sizeof(*host));
		if (!host)
			return -ENOMEM;
		host->sip = sip;
		strcpy(host->name, destination->host);
		host->port = destination->port;
		host->transport = transport;
		evtimer_assign(&host->timer, sip->base, look_up, host);
		LIST_INSERT_HEAD(&sip->hosts->list, host, entry);
		sip_timer_ms(&host->timer, 0);
	}
	host->wanted = true;
	return 0;
}

static int want_all(void *ctx, const struct store_trunk *trunk)
{
	enum store_transport outgoing = trunk->profile.outgoing;
	size_t i;
	int err = 0;

	for (i = 0; i < trunk->destination_count && !err; i++)
		err = want(ctx, &trunk->destinations[i],
			   outgoing == STORE_TLS ? NET_TLS :
			   outgoing == STORE_TCP ? NET_TCP : NET_UDP);
	return err;
}

void sip_hosts_load(struct sip *sip)
{
	struct host *host, *next;

	LIST_FOREACH(host, &sip->hosts->list, entry)
		host->wanted = false;
	store_trunk_each(sip->store, want_all, sip);
	for (host = LIST_FIRST(&sip->hosts->list); host; host = next) {
		next = LIST_NEXT(host, entry);
		if (!host->wanted)
			drop(host);
	}
}

bool sip_hosts_have(void *ctx, const char *name, const struct sockaddr *sa)
{
	const struct sip *sip = ctx;
	struct net_addr addr = { 0 };
	struct host *host;
	size_t i;

	memcpy(&addr, sa, sa->sa_family == AF_INET ? sizeof(addr.in) :
						     sizeof(addr.in6));
	LIST_FOREACH(host, &sip->hosts->list, entry) {
		if (strcasecmp(host->name, name))
			continue;
		for (i = 0; i < host->n; i++) {
			if (net_addr_same_host(&host->addrs[i], &addr))
				return true;
		}
	}
	return false;
}

size_t sip_destination_addresses(struct sip *sip, const char *name,
				 struct net_addr *addrs, size_t max)
{
	struct host *host;
	size_t n = 0, i;

	if (max && !net_addr_parse(&addrs[0], name, 0))
		return 1;
	LIST_FOREACH(host, &sip->hosts->list, entry) {
		if (strcasecmp(host->name, name))
			continue;
		for (i = 0; i < host->n && n < max; i++)
			addrs[n++] = host->addrs[i];
	}
	return n;
}

bool sip_hosts_pend(const struct sip *sip)
{
	const struct host *host;

	LIST_FOREACH(host, &sip->hosts->list, entry) {
		if (!host->asked)
			return true;
	}
	return false;
}

void sip_hosts_watch(struct sip *sip, void (*changed)(void *arg), void *arg)
{
	sip->hosts_changed = changed;
	sip->hosts_arg = arg;
}

int sip_hosts_start(struct sip *sip)
{
	sip->hosts = calloc(1, sizeof(*sip->hosts));
	if (!sip->hosts)
		return -ENOMEM;
	sip_hosts_load(sip);
	return 0;
}

void sip_hosts_stop(struct sip *sip)
{
	struct host *host;

	if (!sip->hosts)
		return;
	while ((host = LIST_FIRST(&sip->hosts->list)))
		drop(host);
	free(sip->hosts);
	sip->hosts = NULL;
}
