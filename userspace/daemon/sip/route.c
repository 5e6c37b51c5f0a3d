// SPDX-License-Identifier: GPL-2.0
// The way to a phone or trunk: one hop after another (RFC 3263 section 4.3).

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"
#include "sip/internal.h"

enum { NAMES_MAX = 64 };

struct sip_route {
	struct sip *sip;
	struct sip_client *client;
	enum sip_peer_kind kind;
	int64_t id;
	struct net_conn *conn;		/* to be tried first */
	int err;			/* of the last hop */

	/* trunks */
	struct store_trunk *trunk;
	bool is_single;			/* next, and no other destination */
	struct store_destination next;
	enum net_transport transport;
	size_t destination;
	struct net_lookup *lookup;
	struct net_hop hops[NET_HOPS_MAX];
	size_t hop, hop_count;
	char *subjects;			/* cut into names */
	const char *names[NAMES_MAX + 1];
};

static enum net_transport transport_of(enum store_transport transport)
{
	return transport == STORE_TLS ? NET_TLS :
	       transport == STORE_TCP ? NET_TCP : NET_UDP;
}

static enum net_class class_of(enum store_mode mode)
{
	return mode == STORE_ENCRYPTED ? NET_ENCRYPTED :
	       mode == STORE_AUTHENTICATED ? NET_AUTHENTICATED : NET_CLEAR;
}

static int cut_names(struct sip_route *route)
{
	char *at, *save = NULL;
	size_t n = 0;

	route->subjects = strdup(route->trunk->profile.subjects);
	if (!route->subjects)
		return -ENOMEM;
	for (at = strtok_r(route->subjects, " ,;:", &save);
	     at && n < NAMES_MAX; at = strtok_r(NULL, " ,;:", &save))
		route->names[n++] = at;
	return 0;
}

/*
 * Where a dialog's next request goes. Its transport is what the peer says only
 * where the profile is Non Secure: nobody talks us out of TLS.
 */
static int set_next_hop(struct sip_route *route, const osip_uri_t *uri)
{
	osip_uri_param_t *param = NULL;
	const char *host = uri->host;

	if (!host || strlen(host) >= sizeof(route->next.host))
		return -EINVAL;
	strcpy(route->next.host, host);
	route->next.port = uri->port ? (uint16_t)atoi(uri->port) : 0;
	route->is_single = true;
	if (route->transport == NET_TLS)
		return 0;
	osip_uri_uparam_get_byname((osip_uri_t *)uri, (char *)"transport",
				   &param);
	if (param && param->gvalue && !strcasecmp(param->gvalue, "tcp"))
		route->transport = NET_TCP;
	else if (param && param->gvalue && !strcasecmp(param->gvalue, "udp"))
		route->transport = NET_UDP;
	return 0;
}

static int set_trunk(struct sip_route *route, const struct sip_target *target)
{
	int err;

	route->trunk = calloc(1, sizeof(*route->trunk));
	if (!route->trunk)
		return -ENOMEM;
	err = store_trunk_get(route->sip->store, target->id, route->trunk);
	if (err)
		return err == -ENOENT ? -EHOSTUNREACH : err;
	route->transport = transport_of(route->trunk->profile.outgoing);
	err = cut_names(route);
	if (!err && target->next_hop)
		return set_next_hop(route, target->next_hop);
	if (!err && target->destination) {
		route->next = *target->destination;
		route->is_single = true;
	}
	return err;
}

int sip_route_new(struct sip *sip, const struct sip_target *target,
		  struct sip_client *client, struct sip_route **out)
{
	struct sip_route *route = calloc(1, sizeof(*route));
	int err = 0;

	if (!route)
		return -ENOMEM;
	route->sip = sip;
	route->client = client;
	route->kind = target->kind;
	route->id = target->id;
	route->err = -EHOSTUNREACH;
	if (target->conn && net_conn_is_open(target->conn))
		route->conn = net_conn_get(target->conn);
	if (target->kind == SIP_PEER_TRUNK) {
		err = set_trunk(route, target);
	} else if (!route->conn) {
		route->conn = sip_registrar_conn(sip, target->id);
		err = route->conn ? 0 : -ENOTCONN;
	}
	if (err) {
		sip_route_free(route);
		return err;
	}
	*out = route;
	return 0;
}

void sip_route_free(struct sip_route *route)
{
	if (!route)
		return;
	net_resolve_cancel(route->lookup);
	net_conn_put(route->conn);
	free(route->trunk);
	free(route->subjects);
	free(route);
}

bool sip_route_answers_challenges(const struct sip_route *route)
{
	return route->kind == SIP_PEER_TRUNK;
}

int64_t sip_route_realm(const struct sip_route *route)
{
	return route->trunk ? route->trunk->sip_realm : 0;
}

/*
 * The next destination, and @at behind it. Dead ones cost time: they are left
 * out, unless all are, when it is the pings that may be wrong.
 */
static const struct store_destination *
destination_from(const struct sip_route *route, size_t *at)
{
	const struct store_trunk *trunk = route->trunk;
	bool all = !sip_trunk_is_alive(route->sip, trunk->id);
	const struct store_destination *destination;

	if (route->is_single)
		return (*at)++ ? NULL : &route->next;
	while (*at < trunk->destination_count) {
		destination = &trunk->destinations[(*at)++];
		if (all || sip_destination_is_alive(route->sip, trunk->id,
						    destination))
			return destination;
	}
	return NULL;
}

bool sip_route_has_more(const struct sip_route *route)
{
	size_t at = route->destination;

	if (!route->trunk)
		return false;
	return route->hop < route->hop_count ||
	       (!route->is_single && destination_from(route, &at));
}

/* What follows may free the route: nothing of it is touched afterwards. */
static void give(struct sip_route *route, struct net_conn *conn)
{
	sip_client_routed(route->client, conn, 0);
	net_conn_put(conn);
}

static void on_resolved(void *arg, int err, const struct net_hop *hops,
			size_t n)
{
	struct sip_route *route = arg;

	route->lookup = NULL;
	route->hop = 0;
	route->hop_count = n;
	if (n)
		memcpy(route->hops, hops, n * sizeof(*hops));
	if (err) {
		log_event(LOG_LEVEL_WARNING, "trunk-unresolved", "trunk",
			  route->trunk->name, "error", strerror(-err), NULL);
	}
	sip_route_next(route, err);
}

/* 0: a look-up is under way. */
static int look_up(struct sip_route *route)
{
	const struct store_destination *destination =
		destination_from(route, &route->destination);
	struct net_query query = { .transport = route->transport };

	if (!destination)
		return route->err;
	query.host = destination->host;
	query.port = destination->port;
	route->lookup = net_resolve(route->sip->net, &query, on_resolved,
				    route);
	return route->lookup ? 0 : -EBUSY;
}

static int connect_hop(struct sip_route *route, const struct net_hop *hop,
		       struct net_conn **conn)
{
	struct net_target target = {
		.addr = hop->addr,
		.transport = hop->transport,
		.identity = route->trunk->name,
		.class = class_of(route->trunk->profile.mode),
		/* None listed is none accepted, as it is for who comes. */
		.names = route->names,
	};

	return net_connect(route->sip->net, &target, conn);
}

bool sip_route_takes_tcp(const struct sip_route *route)
{
	return route->trunk && route->trunk->profile.incoming & STORE_TCP;
}

int sip_route_connect_tcp(struct sip_route *route, const struct net_addr *addr,
			  struct net_conn **conn)
{
	struct net_hop hop = { .addr = *addr, .transport = NET_TCP };

	return connect_hop(route, &hop, conn);
}

void sip_route_next(struct sip_route *route, int last)
{
	struct net_conn *conn = route->conn;
	int err;

	if (last)
		route->err = last;
	if (conn) {
		route->conn = NULL;
		give(route, conn);
		return;
	}
	while (route->trunk && route->hop < route->hop_count) {
		err = connect_hop(route, &route->hops[route->hop++], &conn);
		if (!err) {
			give(route, conn);
			return;
		}
		route->err = err;
	}
	err = route->trunk ? look_up(route) : route->err;
	if (err)
		sip_client_routed(route->client, NULL, err);
}
