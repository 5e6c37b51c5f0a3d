// SPDX-License-Identifier: GPL-2.0
// RFC 3263: where a SIP name is served, by NAPTR, SRV, A and AAAA.

#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "net/dns.h"

enum {
	ANSWER_SIZE = 16 * 1024,
	RECORDS_MAX = 16,
	TTL_MIN = 5,
	TTL_MAX = 3600,
	TTL_OF_HOSTS = 60,		/* of what /etc/hosts says */
};

struct dns {
	struct __res_state state;
	bool own_server;
	struct net_found *found;
	bool silent;			/* some server did not answer */
	uint8_t answer[ANSWER_SIZE];
	ns_msg msg;
};

struct srv {
	uint16_t priority, weight, port;
	char target[NS_MAXDNAME];
};

struct naptr {
	uint16_t order, preference;
	enum net_transport transport;
	char replacement[NS_MAXDNAME];
};

/* Asks; true if there is an answer to walk through. */
static bool ask(struct dns *dns, const char *name, int type)
{
	int len = res_nquery(&dns->state, name, ns_c_in, type, dns->answer,
			     sizeof(dns->answer));

	if (len < 0) {
		if (dns->state.res_h_errno != HOST_NOT_FOUND &&
		    dns->state.res_h_errno != NO_DATA)
			dns->silent = true;
		return false;
	}
	/*
	 * Of what does not fit, which comes by TCP, the length is told all the
	 * same: to read on would read what is behind the buffer.
	 */
	if (len > ANSWER_SIZE)
		return false;
	return !ns_initparse(dns->answer, len, &dns->msg);
}

/* The next answer of that type from *i on; its time bounds the whole. */
static bool next_record(struct dns *dns, int type, int *i, ns_rr *rr)
{
	while (*i < ns_msg_count(dns->msg, ns_s_an)) {
		if (ns_parserr(&dns->msg, ns_s_an, (*i)++, rr))
			return false;
		if (ns_rr_ttl(*rr) < dns->found->ttl)
			dns->found->ttl = ns_rr_ttl(*rr);
		if (ns_rr_type(*rr) == (ns_type)type &&
		    ns_rr_class(*rr) == ns_c_in)
			return true;
	}
	return false;
}

static void add_hop(struct dns *dns, const struct net_addr *addr,
		    enum net_transport transport)
{
	struct net_found *found = dns->found;
	size_t i;

	for (i = 0; i < found->n; i++) {
		if (found->hops[i].transport == transport &&
		    net_addr_equal(&found->hops[i].addr, addr))
			return;
	}
	if (found->n < NET_HOPS_MAX)
		found->hops[found->n++] = (struct net_hop){ *addr, transport };
}

static void add_addresses(struct dns *dns, const char *name, int type,
			  uint16_t port, enum net_transport transport)
{
	ns_rr rr;
	int i = 0;

	if (!ask(dns, name, type))
		return;
	while (next_record(dns, type, &i, &rr)) {
		struct net_addr addr = { 0 };

		if (type == ns_t_a && ns_rr_rdlen(rr) == 4) {
			addr.in.sin_family = AF_INET;
			memcpy(&addr.in.sin_addr, ns_rr_rdata(rr), 4);
		} else if (type == ns_t_aaaa && ns_rr_rdlen(rr) == 16) {
			addr.in6.sin6_family = AF_INET6;
			memcpy(&addr.in6.sin6_addr, ns_rr_rdata(rr), 16);
		} else {
			continue;
		}
		net_addr_set_port(&addr, port);
		add_hop(dns, &addr, transport);
	}
}

/* Names that only this machine knows. */
static void add_hosts(struct dns *dns, const char *name, uint16_t port,
		      enum net_transport transport)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list, *ai;
	struct net_addr addr;

	if (getaddrinfo(name, NULL, &hints, &list))
		return;
	for (ai = list; ai; ai = ai->ai_next) {
		if (ai->ai_addrlen > sizeof(addr))
			continue;
		memset(&addr, 0, sizeof(addr));
		memcpy(&addr, ai->ai_addr, ai->ai_addrlen);
		net_addr_set_port(&addr, port);
		add_hop(dns, &addr, transport);
	}
	freeaddrinfo(list);
	if (dns->found->ttl > TTL_OF_HOSTS)
		dns->found->ttl = TTL_OF_HOSTS;
}

static uint16_t default_port(enum net_transport transport)
{
	return transport == NET_TLS ? 5061 : 5060;
}

static void add_host(struct dns *dns, const char *name, uint16_t port,
		     enum net_transport transport)
{
	size_t before = dns->found->n;

	if (!port)
		port = default_port(transport);
	add_addresses(dns, name, ns_t_aaaa, port, transport);
	add_addresses(dns, name, ns_t_a, port, transport);
	if (dns->found->n == before && !dns->own_server)
		add_hosts(dns, name, port, transport);
}

static uint32_t random_below(uint32_t bound)
{
	uint32_t value;

	if (getrandom(&value, sizeof(value), 0) != sizeof(value))
		return 0;
	return value % bound;
}

/*
 * RFC 2782: lowest priority first; within it at random by weight, those of
 * weight 0 with a small chance. Selects the next one to the front.
 */
static void order_srv(struct srv *list, size_t n)
{
	size_t i, j, pick;

	for (i = 0; i < n; i++) {
		uint32_t sum = 0, at;
		struct srv first;

		pick = i;
		for (j = i; j < n; j++) {
			if (list[j].priority < list[pick].priority)
				pick = j;
		}
		for (j = i; j < n; j++) {
			if (list[j].priority == list[pick].priority)
				sum += list[j].weight * 64u + 1;
		}
		at = random_below(sum);
		for (j = i; j < n; j++) {
			if (list[j].priority != list[pick].priority)
				continue;
			if (at < list[j].weight * 64u + 1)
				break;
			at -= list[j].weight * 64u + 1;
		}
		first = list[j];
		list[j] = list[i];
		list[i] = first;
	}
}

static size_t read_srv(struct dns *dns, struct srv *list)
{
	size_t n = 0;
	ns_rr rr;
	int i = 0;

	while (n < RECORDS_MAX && next_record(dns, ns_t_srv, &i, &rr)) {
		const uint8_t *data = ns_rr_rdata(rr);
		struct srv *srv = &list[n];

		if (ns_rr_rdlen(rr) < 7)
			continue;
		srv->priority = ns_get16(data);
		srv->weight = ns_get16(data + 2);
		srv->port = ns_get16(data + 4);
		if (dn_expand(ns_msg_base(dns->msg), ns_msg_end(dns->msg),
			      data + 6, srv->target,
			      sizeof(srv->target)) < 0)
			continue;
		/* "." says that the service is decidedly not there. */
		if (srv->target[0])
			n++;
	}
	return n;
}

/* True if the name has SRV records, whatever became of them. */
static bool add_srv(struct dns *dns, const char *name,
		    enum net_transport transport)
{
	struct srv *list = calloc(RECORDS_MAX, sizeof(*list));
	size_t n, i;
	bool any;

	if (!list || !ask(dns, name, ns_t_srv)) {
		free(list);
		return false;
	}
	any = ns_msg_count(dns->msg, ns_s_an) > 0;
	n = read_srv(dns, list);
	order_srv(list, n);
	for (i = 0; i < n; i++)
		add_host(dns, list[i].target, list[i].port, transport);
	free(list);
	return any;
}

static bool add_service(struct dns *dns, const char *host,
			enum net_transport transport)
{
	static const char *const prefixes[] = {
		[NET_UDP] = "_sip._udp",
		[NET_TCP] = "_sip._tcp",
		[NET_TLS] = "_sips._tcp",
	};
	char name[NS_MAXDNAME];

	if (snprintf(name, sizeof(name), "%s.%s", prefixes[transport], host) >=
	    (int)sizeof(name))
		return false;
	return add_srv(dns, name, transport);
}

/* A character-string of RFC 1035; -1 if it runs over the end. */
static int read_string(const uint8_t **data, const uint8_t *end, char *text,
		       size_t size)
{
	size_t len;

	if (*data >= end)
		return -1;
	len = *(*data)++;
	if (len > (size_t)(end - *data) || len >= size)
		return -1;
	memcpy(text, *data, len);
	text[len] = '\0';
	*data += len;
	return 0;
}

static bool read_naptr(struct dns *dns, const ns_rr *rr, struct naptr *naptr)
{
	const uint8_t *data = ns_rr_rdata(*rr), *end = data + ns_rr_rdlen(*rr);
	char flags[8], service[32], pattern[256];

	if (ns_rr_rdlen(*rr) < 8)
		return false;
	naptr->order = ns_get16(data);
	naptr->preference = ns_get16(data + 2);
	data += 4;
	if (read_string(&data, end, flags, sizeof(flags)) ||
	    read_string(&data, end, service, sizeof(service)) ||
	    read_string(&data, end, pattern, sizeof(pattern)) ||
	    dn_expand(ns_msg_base(dns->msg), ns_msg_end(dns->msg), data,
		      naptr->replacement, sizeof(naptr->replacement)) < 0)
		return false;
	if (strcasecmp(flags, "s") || pattern[0])
		return false;
	naptr->transport = !strcasecmp(service, "SIPS+D2T") ? NET_TLS :
			   !strcasecmp(service, "SIP+D2T") ? NET_TCP :
			   !strcasecmp(service, "SIP+D2U") ? NET_UDP : NET_ANY;
	return naptr->transport != NET_ANY;
}

static int compare_naptr(const void *a, const void *b)
{
	const struct naptr *left = a, *right = b;

	if (left->order != right->order)
		return left->order - right->order;
	return left->preference - right->preference;
}

/* RFC 3263 section 4.1. True if there were records that we can use. */
static bool add_naptr(struct dns *dns, const char *host, bool secure)
{
	struct naptr *list = calloc(RECORDS_MAX, sizeof(*list));
	size_t n = 0, i;
	ns_rr rr;
	int at = 0;

	if (!list || !ask(dns, host, ns_t_naptr)) {
		free(list);
		return false;
	}
	while (n < RECORDS_MAX && next_record(dns, ns_t_naptr, &at, &rr)) {
		if (read_naptr(dns, &rr, &list[n]) &&
		    (!secure || list[n].transport == NET_TLS))
			n++;
	}
	qsort(list, n, sizeof(*list), compare_naptr);
	for (i = 0; i < n; i++)
		add_srv(dns, list[i].replacement, list[i].transport);
	free(list);
	return n > 0;
}

static void find(struct dns *dns, const struct net_query *query)
{
	enum net_transport transport = query->transport;
	bool any = false;

	if (transport == NET_ANY && (query->port || query->secure))
		transport = query->secure ? NET_TLS : NET_UDP;
	if (query->port) {
		add_host(dns, query->host, query->port, transport);
		return;
	}
	if (query->transport != NET_ANY) {
		any = add_service(dns, query->host, transport);
	} else if (add_naptr(dns, query->host, query->secure)) {
		any = true;
	} else {
		any |= add_service(dns, query->host, NET_TLS);
		if (!query->secure) {
			any |= add_service(dns, query->host, NET_TCP);
			any |= add_service(dns, query->host, NET_UDP);
		}
	}
	if (!any)
		add_host(dns, query->host, 0,
			 transport == NET_ANY ? NET_UDP : transport);
}

int net_dns_lookup(const struct net_query *query,
		   const struct net_addr *server, struct net_found *found)
{
	struct dns *dns = calloc(1, sizeof(*dns));

	if (!dns || res_ninit(&dns->state)) {
		free(dns);
		return -ENOMEM;
	}
	dns->state.retrans = 2;
	dns->state.retry = 2;
	/* What it cannot put into the buffer it asks for by TCP. */
	if (server->sa.sa_family == AF_INET) {
		dns->own_server = true;
		dns->state.nscount = 1;
		dns->state.nsaddr_list[0] = server->in;
	}
	dns->found = found;
	found->n = 0;
	found->ttl = TTL_MAX;
	find(dns, query);
	if (found->ttl < TTL_MIN)
		found->ttl = TTL_MIN;
	res_nclose(&dns->state);
	if (!found->n && dns->silent) {
		free(dns);
		return -EAGAIN;
	}
	free(dns);
	return found->n ? 0 : -ENOENT;
}
