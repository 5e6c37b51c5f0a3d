// SPDX-License-Identifier: GPL-2.0
/*
 * POST /v1/srst-fetch/NAME: what a gateway shows, and its certificate taken if
 * that is the one whose fingerprint was accepted.
 *
 * Whoever sits between shows another one: so it is a person who compares, with
 * what the gateway itself displays, and what is not accepted is not kept.
 */
#include "srst-fetch.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "admin/admin.h"
#include "log.h"
#include "net/net.h"
#include "net/peek.h"
#include "store/object.h"
#include "store/store.h"

enum {
	FETCHES_MAX = 8,
	CREDENTIALS_PORT = 2445,	/* of the gateway's own service */
	SIPS_PORT = 5061,
	SHA256_HEX = 64,
};

struct srst_fetch {
	struct net *net;		/* for its resolver alone */
	struct store *store;
	struct admin *admin;
	unsigned int count;
	LIST_HEAD(, fetch) list;
};

struct fetch {
	LIST_ENTRY(fetch) entry;
	struct srst_fetch *all;		/* NULL: it was closed meanwhile */
	struct net_peek *peek;
	struct admin_request *request;
	char name[STORE_NAME_SIZE];
	char accept[SHA256_HEX + 1];	/* "": only shown */
	json_t *item;			/* what is told of the certificate */
};

static void end(struct fetch *f)
{
	if (f->all) {
		LIST_REMOVE(f, entry);
		f->all->count--;
	}
	json_decref(f->item);
	free(f);
}

/* "ab:CD ..." without what stands between; false: it is no SHA-256. */
static bool read_fingerprint(const char *text, char hex[SHA256_HEX + 1])
{
	size_t len = 0;

	for (; *text; text++) {
		if (*text == ':' || *text == ' ')
			continue;
		if (!isxdigit((unsigned char)*text) || len == SHA256_HEX)
			return false;
		hex[len++] = (char)toupper((unsigned char)*text);
	}
	hex[len] = '\0';
	return len == SHA256_HEX;
}

static void on_stored(void *ctx, struct store_reply *reply)
{
	struct fetch *f = ctx;
	char object[STORE_NAME_SIZE + 8];
	bool refused = reply->error.status;

	snprintf(object, sizeof(object), "srst %s", f->name);
	admin_security(f->request, "set", object, "pem",
		       refused ? reply->error.reason : NULL);
	if (refused) {
		admin_refuse(f->request, &reply->error);
	} else {
		json_object_set_new(f->item, "accepted", json_true());
		admin_reply(f->request, 200, json_pack(
			"{sOsO*sO*}", "item", f->item, "warnings",
			reply->warnings, "offer", reply->offer));
	}
	store_reply_clear(reply);
	end(f);
}

static void keep(struct fetch *f)
{
	struct store_request request = {
		.verb = STORE_SET,
		.noun = store_noun_find("srst"),
		.body = json_pack("{sO}", "pem",
				  json_object_get(f->item, "pem")),
	};
	int err;

	snprintf(request.key, sizeof(request.key), "%s", f->name);
	err = store_submit(f->all->store, &request, on_stored, f);
	if (!err)
		return;
	admin_refuse_text(f->request, 503, "too many changes are waiting, or "
			  "the daemon stops");
	end(f);
}

static void judge(struct fetch *f)
{
	const char *shown = json_string_value(json_object_get(f->item,
							      "fingerprint"));
	char hex[SHA256_HEX + 1];

	if (!f->accept[0]) {
		admin_reply(f->request, 200, json_pack("{sO}", "item",
						       f->item));
		end(f);
	} else if (!read_fingerprint(shown, hex) || strcmp(hex, f->accept)) {
		log_event(LOG_LEVEL_WARNING, "srst-not-accepted", "name",
			  f->name, "shown", shown, NULL);
		admin_refuse_text(f->request, 409, "the gateway shows another "
				  "certificate: %s", shown);
		end(f);
	} else {
		keep(f);
	}
}

static void on_peeked(void *arg, X509 *cert, const struct net_addr *addr,
		      const char *why)
{
	char place[NET_ADDR_LEN + 8];
	struct fetch *f = arg;

	f->peek = NULL;
	if (!cert) {
		admin_refuse_text(f->request, 502, "the gateway shows no "
				  "certificate: %s", why);
		end(f);
		return;
	}
	f->item = json_pack("{sssssb}", "name", f->name, "address",
			    net_addr_full(addr, place, sizeof(place)),
			    "accepted", 0);
	if (f->item && !store_cert_describe(cert, f->item)) {
		judge(f);
		return;
	}
	admin_refuse_text(f->request, 500, "%s", strerror(ENOMEM));
	end(f);
}

static bool add_port(struct net_peek_query *query, json_int_t port)
{
	for (size_t i = 0; i < NET_PEEK_PORTS; i++) {
		if (query->ports[i] == port)
			return true;
		if (!query->ports[i]) {
			query->ports[i] = (uint16_t)port;
			return true;
		}
	}
	return false;
}

/*
 * The port that was named; else the gateway's credentials service, and where SIP
 * has TLS. Anything else in the body is refused.
 */
static const char *read_body(struct fetch *f, const json_t *body,
			     const json_t *srst, struct net_peek_query *query)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)body, name, value) {
		if (!strcmp(name, "port")) {
			json_int_t port = json_integer_value(value);

			if (port < 1 || port > 65535)
				return "port: a number from 1 to 65535";
			add_port(query, port);
		} else if (!strcmp(name, "accept")) {
			if (!json_is_string(value) ||
			    !read_fingerprint(json_string_value(value),
					      f->accept))
				return "accept: a SHA-256 fingerprint, 64 hex "
				       "digits";
		} else {
			return "port and accept are all there is to say";
		}
	}
	if (query->ports[0])
		return NULL;
	add_port(query, CREDENTIALS_PORT);
	add_port(query, SIPS_PORT);
	add_port(query, json_integer_value(json_object_get(srst, "sip_port")));
	return NULL;
}

static void start(struct srst_fetch *all, struct admin_request *request,
		  const json_t *srst)
{
	struct net_peek_query query = { .host = json_string_value(
		json_object_get(srst, "address")) };
	struct fetch *f = calloc(1, sizeof(*f));
	const char *why;

	if (!f) {
		admin_refuse_text(request, 500, "%s", strerror(ENOMEM));
		return;
	}
	f->all = all;
	f->request = request;
	snprintf(f->name, sizeof(f->name), "%s", json_string_value(
		json_object_get(srst, "name")));
	LIST_INSERT_HEAD(&all->list, f, entry);
	all->count++;
	why = read_body(f, request->body, srst, &query);
	if (why) {
		admin_refuse_text(request, 400, "%s", why);
		end(f);
		return;
	}
	f->peek = net_peek(all->net, &query, on_peeked, f);
	if (f->peek)
		return;
	admin_refuse_text(request, 503, "too many names are asked for");
	end(f);
}

static void on_request(void *ctx, struct admin_request *request)
{
	struct srst_fetch *all = ctx;
	struct store_error error = { 0 };
	json_t *srst;

	if (strcmp(request->method, "POST")) {
		admin_refuse_method(request, "POST");
		return;
	}
	if (all->count >= FETCHES_MAX) {
		admin_refuse_text(request, 503, "%d fetches are under way",
				  FETCHES_MAX);
		return;
	}
	if (strlen(request->rest) >= STORE_KEY_SIZE) {
		admin_refuse_text(request, 404, "no key is that long");
		return;
	}
	srst = store_object_get(all->store, store_noun_find("srst"),
				request->rest, &error);
	if (srst)
		start(all, request, srst);
	else
		admin_refuse(request, &error);
	json_decref(srst);
}

static void on_late(void *ctx, struct admin_request *request)
{
	(void)ctx;
	admin_refuse_text(request, 503, "the daemon stops");
}

/* Nobody connects to this net, and it connects to nobody. */
static ssize_t never_received(void *arg, struct net_conn *conn,
			      const uint8_t *data, size_t len)
{
	(void)arg, (void)conn, (void)data, (void)len;
	return -EINVAL;
}

static void never_closed(void *arg, struct net_conn *conn, int err)
{
	(void)arg, (void)conn, (void)err;
}

int srst_fetch_open(struct srst_fetch **out, struct event_base *base,
		    struct store *store, struct admin *admin)
{
	static const struct net_ops ops = {
		.received = never_received, .closed = never_closed,
	};
	struct srst_fetch *all = calloc(1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	all->store = store;
	all->admin = admin;
	LIST_INIT(&all->list);
	all->net = net_new(base, NULL, &ops, NULL);
	if (!all->net || admin_resource_add(admin, "srst-fetch", on_request,
					    all)) {
		net_free(all->net);
		free(all);
		return -ENOMEM;
	}
	*out = all;
	return 0;
}

void srst_fetch_close(struct srst_fetch *all)
{
	struct fetch *f;

	if (!all)
		return;
	admin_resource_add(all->admin, "srst-fetch", on_late, NULL);
	while ((f = LIST_FIRST(&all->list))) {
		LIST_REMOVE(f, entry);
		f->all = NULL;
		/* Those that are being stored hear of that from the store. */
		if (!f->peek)
			continue;
		net_peek_cancel(f->peek);
		admin_refuse_text(f->request, 503, "the daemon stops");
		end(f);
	}
	net_free(all->net);
	free(all);
}
