// SPDX-License-Identifier: GPL-2.0
// OPTIONS ping of trunks: takes a dead destination out and a living one back in.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"
#include "metrics.h"
#include "sip/internal.h"

struct ping {
	LIST_ENTRY(ping) entry;
	struct sip *sip;
	int64_t trunk;
	char name[STORE_NAME_SIZE];
	struct store_destination destination;
	bool wanted;			/* still in the store, and pinged */
	bool dead, told;		/* told: some ping has ended */
	unsigned int failures;
	char answered[NET_ADDR_LEN + 16];	/* who did so last, or "" */
	struct sip_client *client;	/* one under way */
	struct event timer;
};

struct sip_trunks {
	LIST_HEAD(, ping) pings;
};

static void drop(struct ping *ping)
{
	evtimer_del(&ping->timer);
	if (ping->client)
		sip_client_release(ping->client);
	LIST_REMOVE(ping, entry);
	free(ping);
}

static struct ping *find(struct sip_trunks *trunks, int64_t trunk,
			 const struct store_destination *destination)
{
	struct ping *ping;

	LIST_FOREACH(ping, &trunks->pings, entry) {
		if (ping->trunk == trunk &&
		    ping->destination.port == destination->port &&
		    !strcasecmp(ping->destination.host, destination->host))
			return ping;
	}
	return NULL;
}

bool sip_destination_is_alive(struct sip *sip, int64_t trunk,
			      const struct store_destination *destination)
{
	struct ping *ping = find(sip->trunks, trunk, destination);

	return !ping || !ping->dead;
}

bool sip_trunk_is_alive(struct sip *sip, int64_t trunk)
{
	bool has_dead = false;
	struct ping *ping;

	LIST_FOREACH(ping, &sip->trunks->pings, entry) {
		if (ping->trunk != trunk)
			continue;
		if (!ping->dead)
			return true;
		has_dead = true;
	}
	return !has_dead;
}

static void name_destination(const struct ping *ping, char *buf, size_t size)
{
	snprintf(buf, size, ping->destination.port ? "%s:%u" : "%s",
		 ping->destination.host, ping->destination.port);
}

json_t *sip_trunk_ping(struct sip *sip, const char *name)
{
	char destination[STORE_HOST_SIZE + 8];
	json_t *list = NULL;
	struct ping *ping;

	LIST_FOREACH(ping, &sip->trunks->pings, entry) {
		if (strcmp(ping->name, name))
			continue;
		name_destination(ping, destination, sizeof(destination));
		list = list ?: json_array();
		json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:s*}",
			"destination", destination, "state",
			!ping->told ? "unknown" : ping->dead ? "dead" : "alive",
			"failures", (int)ping->failures, "answered",
			ping->answered[0] ? ping->answered : NULL));
	}
	return list;
}

void sip_trunks_write(FILE *out, void *arg)
{
	char destination[STORE_HOST_SIZE + 8];
	const struct sip *sip = arg;
	struct ping *ping;

	fputs("# TYPE ucsec_trunk_alive gauge\n# HELP ucsec_trunk_alive "
	      "whether a trunk's destination answers its OPTIONS ping\n",
	      out);
	LIST_FOREACH(ping, &sip->trunks->pings, entry) {
		name_destination(ping, destination, sizeof(destination));
		fputs("ucsec_trunk_alive{trunk=\"", out);
		metrics_write_label(out, ping->name);
		fputs("\",destination=\"", out);
		metrics_write_label(out, destination);
		fprintf(out, "\"} %d\n", !ping->dead);
	}
}

static void log_state(const struct ping *ping, enum log_level level,
		      const char *event, const char *why)
{
	char destination[STORE_HOST_SIZE + 8];

	name_destination(ping, destination, sizeof(destination));
	log_event(level, event, "trunk", ping->name, "destination",
		  destination, "reason", why, NULL);
}

/* The trunk is dead when its last destination is. */
static void set_dead(struct ping *ping, bool dead, const char *why)
{
	bool before = sip_trunk_is_alive(ping->sip, ping->trunk), now;

	ping->dead = dead;
	now = sip_trunk_is_alive(ping->sip, ping->trunk);
	if (dead)
		log_state(ping, LOG_LEVEL_WARNING, "destination-dead", why);
	else
		log_state(ping, LOG_LEVEL_NOTICE, "destination-alive", NULL);
	if (now == before)
		return;
	if (now)
		log_event(LOG_LEVEL_NOTICE, "trunk-alive", "trunk", ping->name,
			  NULL);
	else
		log_event(LOG_LEVEL_WARNING, "trunk-dead", "trunk", ping->name,
			  "reason", why, NULL);
}

static void done(struct ping *ping, bool answered, const char *why)
{
	unsigned int limit = store_param(ping->sip->store,
					 STORE_PARAM_OPTIONS_FAILURES);
	unsigned int seconds = store_param(ping->sip->store,
					   STORE_PARAM_OPTIONS_INTERVAL);

	if (ping->client)
		sip_client_release(ping->client);
	ping->client = NULL;
	ping->told = true;
	ping->failures = answered ? 0 : ping->failures + 1;
	if (answered && ping->dead)
		set_dead(ping, false, NULL);
	else if (!ping->dead && ping->failures >= limit)
		set_dead(ping, true, why);
	sip_timer_ms(&ping->timer, seconds * 1000);
}

/* Any answer shows life; 503 says that calls would get the same. */
static void on_response(void *arg, struct sip_client *client,
			osip_message_t *response)
{
	const struct net_peer *peer;
	struct ping *ping = arg;
	struct net_conn *conn = sip_client_conn(client);
	char text[NET_ADDR_LEN + 8];

	if (response->status_code < 200)
		return;
	peer = conn ? net_conn_peer(conn) : NULL;
	if (peer)
		snprintf(ping->answered, sizeof(ping->answered), "%s %s",
			 net_transport_name(peer->transport),
			 net_addr_full(&peer->remote, text, sizeof(text)));
	done(ping, response->status_code != 503, "503");
}

static void on_failed(void *arg, struct sip_client *client, int err)
{
	(void)client;
	done(arg, false, strerror(-err));
}

static osip_message_t *make_options(const struct sip *sip, const char *host)
{
	bool six = strchr(host, ':') && host[0] != '[';
	char uri[STORE_HOST_SIZE + 16], text[STORE_HOST_SIZE + 160], tag[24];
	osip_message_t *msg;
	int err;

	if (osip_message_init(&msg))
		return NULL;
	snprintf(uri, sizeof(uri), "sip:%s%s%s", six ? "[" : "", host,
		 six ? "]" : "");
	osip_message_set_method(msg, osip_strdup("OPTIONS"));
	osip_message_set_version(msg, osip_strdup("SIP/2.0"));
	err = osip_uri_init(&msg->req_uri) ||
	      osip_uri_parse(msg->req_uri, uri);
	snprintf(text, sizeof(text), "<%s>", uri);
	err |= osip_message_set_to(msg, text);
	snprintf(text, sizeof(text), "<sip:%s>;tag=%s", sip->node,
		 sip_new_tag(tag, sizeof(tag)));
	err |= osip_message_set_from(msg, text);
	err |= osip_message_set_call_id(msg, sip_new_tag(tag, sizeof(tag)));
	err |= osip_message_set_cseq(msg, "1 OPTIONS");
	if (!err)
		return msg;
	osip_message_free(msg);
	return NULL;
}

static void send_ping(evutil_socket_t fd, short what, void *arg)
{
	static const struct sip_client_ops ops = { on_response, on_failed };
	struct ping *ping = arg;
	struct sip_target target = { .kind = SIP_PEER_TRUNK,
				     .id = ping->trunk,
				     .destination = &ping->destination,
				     .impatient = true };
	osip_message_t *msg;
	int err;

	(void)fd;
	(void)what;
	msg = make_options(ping->sip, ping->destination.host);
	err = msg ? sip_send(ping->sip, msg, &target, &ops, ping,
			     &ping->client) : -ENOMEM;
	if (err)
		done(ping, false, strerror(-err));
}

static int add_destination(struct sip *sip, const struct store_trunk *trunk,
			   const struct store_destination *destination)
{
	struct ping *ping = find(sip->trunks, trunk->id, destination);

	if (!ping) {
		ping = calloc(1, sizeof(*ping));
		if (!ping)
			return -ENOMEM;
		ping->sip = sip;
		ping->trunk = trunk->id;
		ping->destination = *destination;
		evtimer_assign(&ping->timer, sip->base, send_ping, ping);
		LIST_INSERT_HEAD(&sip->trunks->pings, ping, entry);
		sip_timer_ms(&ping->timer, 0);
	}
	strcpy(ping->name, trunk->name);
	ping->wanted = true;
	return 0;
}

static int add(void *ctx, const struct store_trunk *trunk)
{
	size_t i;
	int err = 0;

	if (!trunk->options_ping)
		return 0;
	for (i = 0; i < trunk->destination_count && !err; i++)
		err = add_destination(ctx, trunk, &trunk->destinations[i]);
	return err;
}

static void load(struct sip *sip)
{
	struct ping *ping, *next;

	LIST_FOREACH(ping, &sip->trunks->pings, entry)
		ping->wanted = false;
	/* Of half the trunks, the others may be there still. */
	if (store_trunk_each(sip->store, add, sip))
		return;
	for (ping = LIST_FIRST(&sip->trunks->pings); ping; ping = next) {
		next = LIST_NEXT(ping, entry);
		if (!ping->wanted)
			drop(ping);
	}
}

/* Profiles have the transport, by which host names are looked up. */
static void on_change(void *ctx, const struct store_change *change)
{
	struct sip *sip = ctx;

	if (sip->trunks && (!strcmp(change->noun, "trunk") ||
			    !strcmp(change->noun, "profile") ||
			    !strcmp(change->noun, "*"))) {
		load(sip);
		sip_hosts_load(sip);
	}
}

int sip_trunks_start(struct sip *sip)
{
	sip->trunks = calloc(1, sizeof(*sip->trunks));
	if (!sip->trunks)
		return -ENOMEM;
	load(sip);
	return store_watch(sip->store, on_change, sip);
}

void sip_trunks_stop(struct sip *sip)
{
	struct ping *ping;

	if (!sip->trunks)
		return;
	store_unwatch(sip->store, on_change, sip);
	while ((ping = LIST_FIRST(&sip->trunks->pings)))
		drop(ping);
	free(sip->trunks);
	sip->trunks = NULL;
}
