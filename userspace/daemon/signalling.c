// SPDX-License-Identifier: GPL-2.0
/* The signalling's folders, started and stopped in order and told of changes. */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "acl/acl.h"
#include "admin/admin.h"
#include "call/call.h"
#include "call/mediad.h"
#include "conf.h"
#include "log.h"
#include "net-settings.h"
#include "net/net.h"
#include "refusal.h"
#include "reset.h"
#include "metrics.h"
#include "signalling-acl.h"
#include "signalling-metrics.h"
#include "signalling.h"
#include "sip/party.h"
#include "sip/presence.h"
#include "sip/sip.h"
#include "store/object.h"
#include "store/store.h"
#include "tls-material.h"
#include "trust/keys.h"
#include "trust/trust.h"

struct signalling {
	struct event_base *base;
	struct store *store;
	struct trust *trust;
	struct admin *admin;
	const struct conf *conf;
	struct call_mediad *mediad;
	struct call_media_system *media;
	struct call_system *calls;
	struct sip *sip;
	struct sip_parties *parties;
	struct sip_presence *presence;
	struct acl *acl;
	struct reset reset;
	struct event *second;
};

static struct call_range range_of(const struct conf_media *media, int family)
{
	struct call_range range = {
		.first = media->port_min, .last = media->port_max,
	};

	if (family == AF_INET && media->have_in) {
		range.addr.family = AF_INET;
		range.addr.v4 = media->in;
	}
	if (family == AF_INET6 && media->have_in6) {
		range.addr.family = AF_INET6;
		range.addr.v6 = media->in6;
	}
	return range;
}

static int start_media(struct signalling *s)
{
	const struct conf *conf = s->conf;
	struct call_media_conf media = {
		.anchored = conf->anchor,
		.ranges = {
			[CALL_REALM_LINE] = {
				range_of(&conf->line, AF_INET),
				range_of(&conf->line, AF_INET6),
			},
			[CALL_REALM_TRUNK] = {
				range_of(&conf->trunk, AF_INET),
				range_of(&conf->trunk, AF_INET6),
			},
		},
		.dscp_audio = 46, .dscp_video = 34,	/* EF, AF41 */
		.idle = store_param(s->store, STORE_PARAM_MEDIA_TIMEOUT),
		.latch = true, .keep_roc = true,
	};

	if (conf->anchor) {
		s->mediad = call_mediad_new(s->base, conf->mediad_socket,
					    &acl_mediad_ops, s->acl);
		if (!s->mediad)
			return -ENOMEM;
		acl_set_mediad(s->acl, s->mediad);
	}
	s->media = call_media_system_new(s->base, &media, s->mediad);
	return s->media ? 0 : -ENOMEM;
}

/* Those who watch the line need not wait for the next look at it. */
static void on_line(void *arg, int64_t line)
{
	struct signalling *s = arg;

	if (s->presence)
		sip_presence_changed(s->presence, line);
}

static int start_calls(struct signalling *s)
{
	struct call_system_config config = {
		.base = s->base, .store = s->store, .media = s->media,
		.line_changed = on_line, .arg = s,
	};

	s->calls = call_system_new(&config);
	return s->calls ? 0 : -ENOMEM;
}

static enum call_line_state line_state(void *arg, int64_t line)
{
	return call_line_state(arg, line);
}

static int start_presence(struct signalling *s)
{
	s->presence = sip_presence_new(&(struct sip_presence_config){
		.base = s->base, .sip = s->sip, .store = s->store,
		.domain = s->conf->node, .line_state = line_state,
		.arg = s->calls });
	return s->presence ? 0 : -ENOMEM;
}

static int start_sip(struct signalling *s)
{
	struct sip_config sip = {
		.base = s->base, .store = s->store, .node = s->conf->node,
		.limits = net_settings_limits(s->store),
	};
	struct sip_parties_config parties = {
		.base = s->base, .store = s->store, .calls = s->calls,
		.domain = s->conf->node, .other = call_party_beside,
		.describe = call_party_describe,
	};

	s->sip = sip_new(&sip);
	if (!s->sip)
		return -ENOMEM;
	sip_hosts_watch(s->sip, acl_changed, s->acl);
	s->reset = (struct reset){ s->admin, s->store, s->sip };
	parties.sip = s->sip;
	s->parties = sip_parties_new(&parties);
	if (!s->parties)
		return -ENOMEM;
	return call_protocol_add(s->calls, sip_parties_protocol(s->parties));
}

static int set_tls(struct signalling *s, char *why, size_t size)
{
	struct tls_material material;
	int err = tls_material_read(&material, s->store, s->trust, why, size);

	if (!err)
		err = net_tls_set(sip_net(s->sip), &material.tls, why, size);
	tls_material_clear(&material);
	return err;
}

static void change_tls(struct signalling *s)
{
	char why[256] = "";

	if (set_tls(s, why, sizeof(why)))
		log_event(LOG_LEVEL_ERROR, "tls-not-changed", "reason", why,
			  NULL);
}

/* A certificate of ours changed; without keyd it is the one that was. */
static void on_keys(void *arg, bool up)
{
	if (up)
		change_tls(arg);
}

static int watch_keys(struct signalling *s)
{
	struct trust_keys *keys = trust_own_keys(s->trust);

	return keys ? trust_keys_watch(keys, on_keys, s) : 0;
}

static enum net_transport transport_of(enum conf_transport transport)
{
	switch (transport) {
	case CONF_UDP:
		return NET_UDP;
	case CONF_TCP:
		return NET_TCP;
	case CONF_TLS:
	case CONF_LEGACY_TLS:
		break;
	}
	return NET_TLS;
}

static int listen_everywhere(struct signalling *s, char *why, size_t size)
{
	const struct conf *conf = s->conf;
	int err = 0;

	for (size_t i = 0; i < conf->listen_count && !err; i++) {
		const struct conf_listen *l = &conf->listen[i];

		err = net_settings_listen(sip_net(s->sip), l,
					  transport_of(l->transport),
					  l->transport == CONF_LEGACY_TLS,
					  NULL, why, size);
	}
	return err;
}

/* Certificates, menus and profiles decide what the next handshake may be. */
static void on_change(void *ctx, const struct store_change *change)
{
	static const char *const watchers[] = {
		"*", "line", "phone", "trunk", "presence-group", "param",
	};
	struct signalling *s = ctx;
	struct net_limits limits = net_settings_limits(s->store);
	size_t i;

	net_limit(sip_net(s->sip), &limits);
	call_media_system_set_idle(s->media, store_param(s->store,
						STORE_PARAM_MEDIA_TIMEOUT));
	refusal_set_burst(store_param(s->store, STORE_PARAM_EVENT_BURST));
	if (!strcmp(change->noun, "*") || !strcmp(change->verb, "del"))
		call_devices_recheck(s->calls);
	for (i = 0; i < sizeof(watchers) / sizeof(watchers[0]); i++) {
		if (!strcmp(change->noun, watchers[i]))
			sip_presence_recheck(s->presence);
	}
	if (strcmp(change->noun, "*") && strcmp(change->noun, "cert") &&
	    strcmp(change->noun, "param") && strcmp(change->noun, "profile"))
		return;
	change_tls(s);
}

/*
 * The admin API on calls
 */

static void show_call(void *arg, json_t *call)
{
	admin_reply(arg, 200, json_pack("{so}", "item", call));
}

static void no_such_call(struct admin_request *request)
{
	admin_refuse_text(request, 404, "there is no call %.64s",
			  request->rest);
}

static void on_call(void *ctx, struct admin_request *request)
{
	struct signalling *s = ctx;
	int err = -ENOENT;

	if (!strcmp(request->method, "GET") && !request->rest[0]) {
		admin_reply(request, 200, json_pack("{so}", "items",
						    call_list(s->calls)));
	} else if (!strcmp(request->method, "GET")) {
		err = call_show_counters(s->calls, request->rest, show_call,
					 request);
		if (err == -ENOENT)
			no_such_call(request);
		else if (err)
			admin_refuse_text(request, 500, "%s", strerror(-err));
	} else if (!strcmp(request->method, "DELETE") && request->rest[0]) {
		if (call_clear(s->calls, request->rest)) {
			no_such_call(request);
			return;
		}
		admin_security(request, "del", request->rest, NULL, NULL);
		admin_reply(request, 200, NULL);
	} else {
		admin_refuse_method(request, "GET, DELETE");
	}
}

static void on_call_late(void *ctx, struct admin_request *request)
{
	(void)ctx;
	admin_refuse_text(request, 503, "the daemon stops");
}

static void every_second(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	refusal_flush();
}

static int start_refusals(struct signalling *s)
{
	struct timeval second = { 1, 0 };

	refusal_set_burst(store_param(s->store, STORE_PARAM_EVENT_BURST));
	s->second = event_new(s->base, -1, EV_PERSIST, every_second, NULL);
	return s->second && !event_add(s->second, &second) ? 0 : -ENOMEM;
}

static void adorn_trunk(void *ctx, json_t *item)
{
	struct signalling *s = ctx;
	json_t *ping = sip_trunk_ping(s->sip, json_string_value(
		json_object_get(item, "name")));

	if (ping)
		json_object_set_new(item, "ping", ping);
}

static void adorn_status(void *ctx, json_t *item)
{
	struct signalling *s = ctx;
	struct trust_keys *keys = trust_own_keys(s->trust);
	int64_t since;
	bool up;

	json_object_set_new(item, "acl", acl_show(s->acl));
	if (!keys)
		return;
	up = trust_keys_is_up(keys, &since);
	json_object_set_new(item, "keyd", json_pack("{ss, sI}", "state",
						    up ? "up" : "down",
						    "since",
						    (json_int_t)since));
}

static int start(struct signalling *s, struct admin *admin, char *why,
		 size_t size)
{
	int err = start_refusals(s);

	if (!err)
		err = signalling_acl_new(&s->acl, s->base, s->store, &s->sip);
	if (!err)
		err = start_media(s);
	if (!err)
		err = start_calls(s);
	if (!err)
		err = start_sip(s);
	if (!err)
		err = start_presence(s);
	if (!err)
		err = set_tls(s, why, size);
	if (!err)
		err = watch_keys(s);
	if (!err)
		err = store_watch(s->store, on_change, s);
	if (!err)
		err = admin_resource_add(admin, "call", on_call, s);
	if (!err)
		err = reset_open(&s->reset);
	if (!err)
		err = admin_adorn(admin, "trunk", adorn_trunk, s);
	if (!err)
		err = admin_adorn(admin, "status", adorn_status, s);
	/* Before anybody can speak of a call that is not there yet. */
	if (!err)
		err = call_system_adopt(s->calls);
	if (!err)
		err = listen_everywhere(s, why, size);
	if (!err)
		signalling_metrics_read(s->calls, s->sip);
	if (!err) {
		metrics_family(sip_trunks_write, s->sip);
		metrics_family(acl_write, s->acl);
	}
	return err;
}

int signalling_open(struct signalling **signalling, struct event_base *base,
		    struct store *store, struct trust *trust,
		    struct admin *admin, const struct conf *conf, char *why,
		    size_t size)
{
	struct signalling *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->base = base;
	s->store = store;
	s->trust = trust;
	s->admin = admin;
	s->conf = conf;
	s->reset.admin = admin;
	err = start(s, admin, why, size);
	if (err) {
		signalling_close(s);
		return err;
	}
	*signalling = s;
	return 0;
}

struct reset *signalling_reset(struct signalling *s)
{
	return &s->reset;
}

/* Calls let go of their parties first; SIP says nothing to anybody. */
void signalling_close(struct signalling *s)
{
	signalling_metrics_read(NULL, NULL);
	metrics_family(NULL, s->sip);
	metrics_family(NULL, s->acl);
	admin_adorn(s->admin, "trunk", NULL, NULL);
	admin_adorn(s->admin, "status", NULL, s);
	/* The admin API goes on until what it accepted is answered. */
	admin_resource_add(s->admin, "call", on_call_late, NULL);
	reset_close(&s->reset);
	store_unwatch(s->store, on_change, s);
	if (trust_own_keys(s->trust))
		trust_keys_unwatch(trust_own_keys(s->trust), on_keys, s);
	sip_presence_free(s->presence);
	s->presence = NULL;
	call_system_free(s->calls);
	sip_parties_free(s->parties);
	sip_free(s->sip);
	call_media_system_free(s->media);
	if (s->mediad)
		call_mediad_free(s->mediad);
	acl_free(s->acl);
	if (s->second)
		event_free(s->second);
	free(s);
}
