// SPDX-License-Identifier: GPL-2.0
// Where phones are, by line, by phone and by the address they came from.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "sip/location.h"

enum {
	PER_PHONE_AND_LINE = 4,		/* contacts of one phone on one line */
	SWEEP_MS = 5000,
	KEY_SIZE = 128,
};

struct binding {
	struct sip_binding open;	/* what others see */
	struct sip_node by_line, by_phone, by_source;
	struct net_addr local;		/* which of our addresses it came to */
	char *call_id;
	uint32_t cseq;
};

struct sip_registrar {
	struct sip_table lines, phones, sources;
	struct event sweep;
};

#define OF(node_, member) ((node_) ? (struct binding *)((char *)(node_) - \
	offsetof(struct binding, member)) : NULL)

static const char *number_key(int64_t id, char *buf)
{
	snprintf(buf, KEY_SIZE, "%lld", (long long)id);
	return buf;
}

/* A stream is one phone's; so is an address and port of UDP. */
static const char *source_key(enum net_transport transport,
			      const struct net_addr *remote, char *buf)
{
	char addr[NET_ADDR_LEN + 8];

	snprintf(buf, KEY_SIZE, "%s %s", net_transport_name(transport),
		 net_addr_full(remote, addr, sizeof(addr)));
	return buf;
}

static void drop(struct sip_registrar *registrar, struct binding *binding)
{
	sip_table_remove(&registrar->lines, &binding->by_line);
	sip_table_remove(&registrar->phones, &binding->by_phone);
	sip_table_remove(&registrar->sources, &binding->by_source);
	net_conn_release(binding->open.conn);
	net_conn_put(binding->open.conn);
	free((char *)binding->open.name);
	free((char *)binding->open.contact);
	free((char *)binding->open.user);
	free(binding->call_id);
	free(binding);
}

static void sweep(evutil_socket_t fd, short what, void *arg)
{
	struct sip *sip = arg;
	struct sip_registrar *registrar = sip->registrar;
	int64_t now = time(NULL);
	bool any = false;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < registrar->phones.size; i++) {
		struct sip_node *node = registrar->phones.buckets[i], *next;

		for (; node; node = next) {
			struct binding *binding = OF(node, by_phone);

			next = node->next;
			if (binding->open.expires > now)
				continue;
			log_event(LOG_LEVEL_INFO, "registration-expired",
				  "device", binding->open.name, NULL);
			drop(registrar, binding);
			any = true;
		}
	}
	if (any)
		store_registration_expire(sip->store, now);
	sip_timer_ms(&registrar->sweep, SWEEP_MS);
}

void sip_location_path(const struct net_conn *conn, char *buf, size_t size)
{
	const struct net_peer *peer = net_conn_peer(conn);
	char remote[NET_ADDR_LEN + 8], local[NET_ADDR_LEN + 8];

	snprintf(buf, size, "%s %s %s", net_transport_name(peer->transport),
		 net_addr_full(&peer->remote, remote, sizeof(remote)),
		 net_addr_full(&peer->local, local, sizeof(local)));
}

static int parse_full(struct net_addr *addr, char *text)
{
	char *colon = strrchr(text, ':');

	if (!colon)
		return -EINVAL;
	*colon = '\0';
	return net_addr_parse(addr, text, (uint16_t)atoi(colon + 1));
}

static int parse_path(const char *path, struct binding *binding)
{
	char transport[8], remote[80], local[80];

	if (sscanf(path, "%7s %79s %79s", transport, remote, local) != 3)
		return -EINVAL;
	binding->open.transport = !strcmp(transport, "UDP") ? NET_UDP :
			     !strcmp(transport, "TLS") ? NET_TLS : NET_TCP;
	return parse_full(&binding->open.remote, remote) ?:
	       parse_full(&binding->local, local);
}

static struct binding *find(struct sip *sip, int64_t phone, int64_t line,
			    const char *contact)
{
	char key[KEY_SIZE];
	struct sip_node *node = sip_table_find(&sip->registrar->phones,
					       number_key(phone, key));

	for (; node; node = sip_table_next(node)) {
		struct binding *binding = OF(node, by_phone);

		if (binding->open.line == line &&
		    (!contact || !strcmp(binding->open.contact, contact)))
			return binding;
	}
	return NULL;
}

bool sip_location_in_order(struct sip *sip,
			   const struct store_registration *row)
{
	struct binding *binding = find(sip, row->phone, row->line,
				       row->contact);

	return !binding || strcmp(binding->call_id, row->call_id) ||
	       row->cseq > binding->cseq;
}

static struct binding *binding_new(struct sip *sip,
				   const struct store_registration *row, int q)
{
	struct sip_registrar *registrar = sip->registrar;
	struct binding *binding = calloc(1, sizeof(*binding));
	char key[KEY_SIZE];

	if (!binding)
		return NULL;
	binding->open.phone = row->phone;
	binding->open.line = row->line;
	binding->open.name = strdup(row->phone_name);
	binding->open.contact = strdup(row->contact);
	binding->open.user = strdup(row->user);
	binding->call_id = strdup(row->call_id);
	binding->cseq = row->cseq;
	binding->open.expires = row->expires;
	binding->open.q = q;
	binding->open.class = row->mode == STORE_ENCRYPTED ? NET_ENCRYPTED :
			      row->mode == STORE_AUTHENTICATED ?
			      NET_AUTHENTICATED : NET_CLEAR;
	binding->open.srtp_fallback = strstr(row->options,
					     "X-cisco-srtp-fallback");
	if (!binding->open.name || !binding->open.contact ||
	    !binding->open.user || !binding->call_id || parse_path(row->path, binding) ||
	    sip_table_add(&registrar->lines, &binding->by_line,
			  number_key(row->line, key)) ||
	    sip_table_add(&registrar->phones, &binding->by_phone,
			  number_key(row->phone, key)) ||
	    sip_table_add(&registrar->sources, &binding->by_source,
			  source_key(binding->open.transport, &binding->open.remote,
				     key))) {
		drop(registrar, binding);
		return NULL;
	}
	return binding;
}

/* One that a phone left behind: its stream is gone, or it has too many. */
static struct binding *find_left(struct sip *sip, int64_t phone, int64_t line,
				 bool any)
{
	char key[KEY_SIZE];
	struct sip_node *node = sip_table_find(&sip->registrar->phones,
					       number_key(phone, key));
	struct binding *oldest = NULL;

	for (; node; node = sip_table_next(node)) {
		struct binding *binding = OF(node, by_phone);
		struct net_conn *conn = binding->open.conn;
		bool gone = binding->open.transport != NET_UDP &&
			    (!conn || !net_conn_is_open(conn));

		if (binding->open.line != line)
			continue;
		if (gone)
			return binding;
		if (!oldest || binding->open.expires < oldest->open.expires)
			oldest = binding;
	}
	return any ? oldest : NULL;
}

static unsigned int count(struct sip *sip, int64_t phone, int64_t line)
{
	char key[KEY_SIZE];
	struct sip_node *node = sip_table_find(&sip->registrar->phones,
					       number_key(phone, key));
	unsigned int n = 0;

	for (; node; node = sip_table_next(node))
		n += OF(node, by_phone)->open.line == line;
	return n;
}

static int forget(struct sip *sip, struct binding *binding)
{
	int err = store_registration_del(sip->store, binding->open.phone,
					 binding->open.line,
					 binding->open.contact);

	drop(sip->registrar, binding);
	return err == -ENOENT ? 0 : err;
}

int sip_location_put(struct sip *sip, const struct store_registration *row,
		     int q, struct net_conn *conn)
{
	struct binding *binding = find(sip, row->phone, row->line,
				       row->contact);
	int err;

	if (!binding && sip->registrar->phones.count >=
	    store_param(sip->store, STORE_PARAM_MAX_REGISTRATIONS))
		return -ENOSPC;
	err = store_registration_put(sip->store, row);
	if (err)
		return err;
	if (binding)
		drop(sip->registrar, binding);
	while ((binding = find_left(sip, row->phone, row->line,
				    count(sip, row->phone, row->line) >=
				    PER_PHONE_AND_LINE)))
		forget(sip, binding);
	binding = binding_new(sip, row, q);
	if (!binding)
		return -ENOMEM;
	binding->open.conn = net_conn_get(conn);
	net_conn_hold(conn);
	return 0;
}

int sip_location_remove(struct sip *sip, int64_t phone, int64_t line,
			const char *contact)
{
	struct binding *binding;
	int err = 0;

	while (!err && (binding = find(sip, phone, line, contact)))
		err = forget(sip, binding);
	return err;
}

size_t sip_location_end(struct sip *sip, int64_t phone)
{
	char key[KEY_SIZE];
	struct sip_node *node;
	size_t n;

	number_key(phone, key);
	for (n = 0; (node = sip_table_find(&sip->registrar->phones, key)); n++)
		forget(sip, OF(node, by_phone));
	return n;
}

/* Its bindings have no other way to the phone: they go with it. */
void sip_location_leave(struct sip *sip, const struct net_conn *conn)
{
	const struct net_peer *peer = net_conn_peer(conn);
	char key[KEY_SIZE];
	struct sip_node *node = sip_table_find(
		&sip->registrar->sources,
		source_key(peer->transport, &peer->remote, key)), *next;

	for (; node; node = next) {
		struct binding *binding = OF(node, by_source);

		next = sip_table_next(node);
		if (binding->open.conn == conn)
			forget(sip, binding);
	}
}

bool sip_location_walk(struct sip *sip, struct sip_location_place *place,
		       size_t max, sip_location_judge_fn *judge)
{
	struct sip_table *phones = &sip->registrar->phones;
	size_t seen = 0;

	/* A table that has grown has them in other buckets. */
	if (place->size != phones->size)
		*place = (struct sip_location_place){ .size = phones->size };
	for (; place->bucket < phones->size && seen < max; place->bucket++) {
		struct sip_node *node = phones->buckets[place->bucket], *next;

		for (; node; node = next, seen++) {
			struct binding *binding = OF(node, by_phone);

			next = node->next;
			if (!judge(sip, &binding->open))
				forget(sip, binding);
		}
	}
	return place->bucket < phones->size;
}

/* Best q first; those of the same q as they stand in the table. */
static void sort(const struct sip_binding **list, size_t n)
{
	size_t i, j;

	for (i = 1; i < n; i++) {
		const struct sip_binding *one = list[i];

		for (j = i; j > 0 && list[j - 1]->q < one->q; j--)
			list[j] = list[j - 1];
		list[j] = one;
	}
}

static size_t collect(struct sip_node *node, size_t offset,
		      const struct sip_binding **bindings, size_t max)
{
	int64_t now = time(NULL);
	size_t n = 0;

	for (; node; node = sip_table_next(node)) {
		struct binding *binding = (struct binding *)
			((char *)node - offset);

		if (binding->open.expires <= now)
			continue;
		if (n < max)
			bindings[n] = &binding->open;
		n++;
	}
	sort(bindings, n < max ? n : max);
	return n;
}

size_t sip_location_line(struct sip *sip, int64_t line,
			 const struct sip_binding **bindings, size_t max)
{
	char key[KEY_SIZE];

	return collect(sip_table_find(&sip->registrar->lines,
				      number_key(line, key)),
		       offsetof(struct binding, by_line), bindings, max);
}

size_t sip_location_phone(struct sip *sip, int64_t phone,
			  const struct sip_binding **bindings, size_t max)
{
	char key[KEY_SIZE];

	return collect(sip_table_find(&sip->registrar->phones,
				      number_key(phone, key)),
		       offsetof(struct binding, by_phone), bindings, max);
}

/* After our restart a phone of UDP is where it was; a stream is not. */
static struct net_conn *revive(struct sip *sip, struct binding *binding)
{
	struct net_target target = {
		.addr = binding->open.remote,
		.local = binding->local,
		.transport = NET_UDP,
	};

	if (!binding->open.conn && binding->open.transport == NET_UDP &&
	    net_connect(sip->net, &target, &binding->open.conn))
		binding->open.conn = NULL;
	if (!binding->open.conn || !net_conn_is_open(binding->open.conn))
		return NULL;
	return net_conn_get(binding->open.conn);
}

struct net_conn *sip_registrar_conn(struct sip *sip, int64_t phone)
{
	char key[KEY_SIZE];
	struct sip_node *node = sip_table_find(&sip->registrar->phones,
					       number_key(phone, key));
	struct net_conn *conn = NULL;

	for (; node && !conn; node = sip_table_next(node)) {
		if (OF(node, by_phone)->open.expires > time(NULL))
			conn = revive(sip, OF(node, by_phone));
	}
	return conn;
}

int64_t sip_registrar_phone_at(struct sip *sip, const struct net_conn *conn)
{
	const struct net_peer *peer = net_conn_peer(conn);
	char key[KEY_SIZE];
	struct binding *binding = OF(sip_table_find(
		&sip->registrar->sources,
		source_key(peer->transport, &peer->remote, key)), by_source);

	if (!binding || binding->open.expires <= time(NULL))
		return 0;
	/* Another stream from the same port is not the one that registered. */
	if (peer->transport != NET_UDP && binding->open.conn != conn)
		return 0;
	return binding->open.phone;
}

static void load(struct sip *sip)
{
	struct store_registrations found;
	size_t i;

	if (store_registration_list(sip->store, &found))
		return;
	for (i = 0; i < found.count; i++) {
		if (found.list[i].expires > time(NULL))
			binding_new(sip, &found.list[i], 1000);
	}
	store_registrations_clear(&found);
}

int sip_location_start(struct sip *sip)
{
	struct sip_registrar *registrar = calloc(1, sizeof(*registrar));

	if (!registrar)
		return -ENOMEM;
	sip->registrar = registrar;
	if (sip_table_init(&registrar->lines) ||
	    sip_table_init(&registrar->phones) ||
	    sip_table_init(&registrar->sources))
		return -ENOMEM;
	evtimer_assign(&registrar->sweep, sip->base, sweep, sip);
	sip_timer_ms(&registrar->sweep, SWEEP_MS);
	load(sip);
	return 0;
}

void sip_location_stop(struct sip *sip)
{
	struct sip_registrar *registrar = sip->registrar;
	struct sip_node *node;

	if (!registrar)
		return;
	while (registrar->phones.buckets &&
	       (node = sip_table_first(&registrar->phones)))
		drop(registrar, OF(node, by_phone));
	if (event_initialized(&registrar->sweep))
		evtimer_del(&registrar->sweep);
	sip_table_exit(&registrar->lines);
	sip_table_exit(&registrar->phones);
	sip_table_exit(&registrar->sources);
	free(registrar);
	sip->registrar = NULL;
}
