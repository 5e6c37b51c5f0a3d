// SPDX-License-Identifier: GPL-2.0
/*
 * Trunks: few, asked for with every request of a stranger; kept in memory.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/private.h"

struct trunk_cache {
	struct store_trunk *list;
	size_t count;
	size_t at;		/* whose destinations are being read */
};

static const char *const modes[] = {
	"nonsecure", "authenticated", "encrypted", NULL
};

static const char separators[] = " ,;:";

bool store_subject_listed(const char *subjects, const char *name)
{
	size_t len = strlen(name);

	while (*(subjects += strspn(subjects, separators))) {
		size_t n = strcspn(subjects, separators);

		/* DNS names, the most of them, know no case. */
		if (n == len && !strncasecmp(subjects, name, n))
			return true;
		subjects += n;
	}
	return false;
}

void trunks_forget(struct store *store)
{
	if (!store->trunks)
		return;
	free(store->trunks->list);
	free(store->trunks);
	store->trunks = NULL;
}

static void read_profile(sqlite3_stmt *stmt, int at,
			 struct store_trunk_profile *profile)
{
	static const char *const clear[] = { "tcp+udp", "tls", NULL };
	static const char *const outgoing[] = { "tcp", "udp", "tls", NULL };
	static const enum store_transport bits[] = {
		STORE_TCP, STORE_UDP, STORE_TLS
	};

	profile->id = sqlite3_column_int64(stmt, at);
	db_copy(profile->name, sizeof(profile->name), stmt, at + 1);
	profile->mode = store_word(stmt, at + 2, modes);
	profile->incoming = store_word(stmt, at + 3, clear) ? STORE_TLS :
		STORE_TCP | STORE_UDP;
	profile->outgoing = bits[store_word(stmt, at + 4, outgoing)];
	profile->incoming_port = sqlite3_column_int(stmt, at + 5);
	profile->digest = sqlite3_column_int(stmt, at + 6);
	profile->nonce_validity = sqlite3_column_int(stmt, at + 7);
	profile->application_authorization = sqlite3_column_int(stmt, at + 8);
	profile->accept.presence_subscription =
		sqlite3_column_int(stmt, at + 9);
	profile->accept.ood_refer = sqlite3_column_int(stmt, at + 10);
	profile->accept.unsolicited_notification =
		sqlite3_column_int(stmt, at + 11);
	profile->accept.replaces = sqlite3_column_int(stmt, at + 12);
	profile->transmit_security_status = sqlite3_column_int(stmt, at + 13);
	profile->allow_charging_header = sqlite3_column_int(stmt, at + 14);
	db_copy(profile->subjects, sizeof(profile->subjects), stmt, at + 15);
}

static int read_trunk(sqlite3_stmt *stmt, void *ctx)
{
	static const char *const secure_when[] = { "srtp+tls", "srtp", NULL };
	struct trunk_cache *cache = ctx;
	struct store_trunk *trunk = reallocarray(cache->list, cache->count + 1,
						 sizeof(*trunk));

	if (!trunk)
		return -ENOMEM;
	cache->list = trunk;
	trunk += cache->count++;
	memset(trunk, 0, sizeof(*trunk));
	trunk->id = sqlite3_column_int64(stmt, 0);
	db_copy(trunk->name, sizeof(trunk->name), stmt, 1);
	trunk->css = sqlite3_column_int64(stmt, 2);
	trunk->presence_group = sqlite3_column_int64(stmt, 3);
	trunk->srtp_allowed = sqlite3_column_int(stmt, 4);
	trunk->srtp_required = sqlite3_column_int(stmt, 5);
	trunk->secure_by_srtp_alone = store_word(stmt, 6, secure_when);
	trunk->options_ping = sqlite3_column_int(stmt, 7);
	trunk->sip_realm = sqlite3_column_int64(stmt, 8);
	read_profile(stmt, 9, &trunk->profile);
	return 0;
}

/* Rows come in the order of the list: @cache->at only goes on. */
static int read_destination(sqlite3_stmt *stmt, void *ctx)
{
	struct trunk_cache *cache = ctx;
	int64_t id = sqlite3_column_int64(stmt, 0);
	struct store_destination *to;
	struct store_trunk *trunk;

	while (cache->at < cache->count && cache->list[cache->at].id < id)
		cache->at++;
	trunk = &cache->list[cache->at];
	if (cache->at == cache->count || trunk->id != id ||
	    trunk->destination_count == STORE_MAX_DESTINATIONS)
		return 0;
	to = &trunk->destinations[trunk->destination_count++];
	db_copy(to->host, sizeof(to->host), stmt, 1);
	to->port = sqlite3_column_int(stmt, 2);
	return 0;
}

static int read_all(struct db *db, struct trunk_cache *cache)
{
	int err = db_each(db,
		"SELECT t.id, t.name, t.css, t.presence_group, t.srtp_allowed,"
		" t.srtp_required, t.secure_when, t.options_ping, t.sip_realm,"
		" f.id, f.name, f.device_security_mode, f.incoming_transport,"
		" f.outgoing_transport, f.incoming_port, f.digest,"
		" f.nonce_validity, f.application_authorization,"
		" f.accept_presence_subscription,"
		" f.accept_out_of_dialog_refer,"
		" f.accept_unsolicited_notification,"
		" f.accept_replaces_header, f.transmit_security_status,"
		" f.allow_charging_header, f.x509_subject_name FROM trunk t"
		" JOIN profile f ON f.id = t.profile ORDER BY t.id",
		read_trunk, cache);

	return err ? err : db_each(db, "SELECT owner, address, port FROM"
				   " trunk_destinations ORDER BY owner,"
				   " position", read_destination, cache);
}

static int load(struct store *store)
{
	int err;

	if (store->trunks)
		return 0;
	store->trunks = calloc(1, sizeof(*store->trunks));
	if (!store->trunks)
		return -ENOMEM;
	err = read_all(&store->config, store->trunks);
	if (err)
		trunks_forget(store);
	return err;
}

int store_trunk_get(struct store *store, int64_t id, struct store_trunk *trunk)
{
	int err = load(store);

	for (size_t i = 0; !err && i < store->trunks->count; i++) {
		if (store->trunks->list[i].id != id)
			continue;
		*trunk = store->trunks->list[i];
		return 0;
	}
	return err ? err : -ENOENT;
}

int store_trunk_by_name(struct store *store, const char *name,
			struct store_trunk *trunk)
{
	int err = load(store);

	for (size_t i = 0; !err && i < store->trunks->count; i++) {
		if (strcmp(store->trunks->list[i].name, name))
			continue;
		*trunk = store->trunks->list[i];
		return 0;
	}
	return err ? err : -ENOENT;
}

/* The function may change trunks: it sees a copy. */
int store_trunk_each(struct store *store, store_trunk_fn fn, void *ctx)
{
	struct store_trunk *copy;
	size_t count;
	int err = load(store);

	if (err || !store->trunks->count)
		return err;
	count = store->trunks->count;
	copy = reallocarray(NULL, count, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, store->trunks->list, count * sizeof(*copy));
	for (size_t i = 0; i < count && !err; i++)
		err = fn(ctx, &copy[i]);
	free(copy);
	return err;
}

/* An IPv4 peer of a socket for both families comes as ::ffff:a.b.c.d. */
static bool is_address(const char *host, const struct sockaddr *addr)
{
	const struct sockaddr_in6 *in6 = (const void *)addr;
	const struct sockaddr_in *in = (const void *)addr;
	struct in6_addr host6;
	struct in_addr host4;

	if (inet_pton(AF_INET, host, &host4) == 1) {
		if (addr->sa_family == AF_INET)
			return in->sin_addr.s_addr == host4.s_addr;
		return addr->sa_family == AF_INET6 &&
			IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) &&
			!memcmp(&in6->sin6_addr.s6_addr[12], &host4, 4);
	}
	return addr->sa_family == AF_INET6 &&
		inet_pton(AF_INET6, host, &host6) == 1 &&
		!memcmp(&in6->sin6_addr, &host6, sizeof(host6));
}

static bool comes_from(const struct store_trunk *trunk,
		       const struct store_peer *peer)
{
	for (size_t i = 0; i < trunk->destination_count; i++) {
		const char *host = trunk->destinations[i].host;

		if (is_address(host, peer->addr) ||
		    (peer->is_host &&
		     peer->is_host(peer->ctx, host, peer->addr)))
			return true;
	}
	return false;
}

static bool is_named(const struct store_trunk *trunk,
		     const struct store_peer *peer)
{
	const char *const *name = peer->names;

	if (peer->transport != STORE_TLS)
		return true;
	for (; name && *name; name++)
		if (store_subject_listed(trunk->profile.subjects, *name))
			return true;
	return false;
}

int store_trunk_find(struct store *store, const struct store_peer *peer,
		     struct store_trunk *trunk)
{
	int err = load(store);

	for (size_t i = 0; !err && i < store->trunks->count; i++) {
		const struct store_trunk *t = &store->trunks->list[i];

		if (t->profile.incoming_port != peer->local_port ||
		    !(t->profile.incoming & peer->transport) ||
		    !is_named(t, peer) || !comes_from(t, peer))
			continue;
		*trunk = *t;
		return 0;
	}
	return err ? err : -ENOENT;
}
