// SPDX-License-Identifier: GPL-2.0
/*
 * Our own keys as ucsec-keyd has them: what LIST says, and who wants to know.
 */
#include "trust/keys.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certificate-der.h"
#include "log.h"
#include "trust/key-provider.h"
#include "trust/keyd-client.h"
#include "trust/keys-parts.h"

static void key_clear(struct trust_key *key)
{
	X509_free(key->cert);
	/* All certificates are one piece of memory. */
	free((void *)key->certs[0].data);
}

static void set_clear(struct key_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		key_clear(&set->list[i]);
	free(set->list);
	*set = (struct key_set){ 0 };
}

static bool same_key(const struct trust_key *a, const struct trust_key *b)
{
	if (memcmp(&a->which, &b->which, sizeof(a->which)) ||
	    a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->certs[i].len != b->certs[i].len ||
		    memcmp(a->certs[i].data, b->certs[i].data,
			   a->certs[i].len))
			return false;
	return true;
}

/* keyd lists its keys in the same order always. */
static bool same_set(const struct key_set *a, const struct key_set *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same_key(&a->list[i], &b->list[i]))
			return false;
	return true;
}

/* The lengths add up to the tail's, or the message was refused. */
static int copy_certs(struct trust_key *key, const struct keyd_item *item,
		      const uint8_t *tail, size_t len)
{
	uint8_t *copy = malloc(len);
	const uint8_t *at = copy;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, tail, len);
	key->count = item->count;
	for (size_t i = 0; i < key->count; i++) {
		key->certs[i].data = at;
		key->certs[i].len = item->lens[i];
		at += item->lens[i];
	}
	key->cert = certificate_read(copy, item->lens[0]);
	if (key->cert)
		return 0;
	free(copy);
	return -EBADMSG;
}

static int hear(struct key_set *set, const union keyd_buffer *answer)
{
	const struct keyd_item *item = &answer->m.item;
	struct trust_key *list, *key;
	int err;

	list = reallocarray(set->list, set->count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	set->list = list;
	key = &list[set->count];
	*key = (struct trust_key){
		.which = item->key,
		.bits = item->bits,
		.self_signed = item->self_signed,
		.not_before = item->not_before,
		.not_after = item->not_after,
	};
	memcpy(key->md5, item->md5, sizeof(key->md5));
	memcpy(key->sha1, item->sha1, sizeof(key->sha1));
	memcpy(key->sha256, item->sha256, sizeof(key->sha256));
	err = copy_certs(key, item, keyd_tail(answer), keyd_tail_len(answer));
	if (!err)
		set->count++;
	return err;
}

/* Watchers come and go meanwhile. */
static void tell(struct trust_keys *keys, bool up)
{
	size_t kept = 0;

	for (size_t i = 0; i < keys->watcher_count; i++)
		if (keys->watchers[i].fn)
			keys->watchers[i].fn(keys->watchers[i].arg, up);
	for (size_t i = 0; i < keys->watcher_count; i++)
		if (keys->watchers[i].fn)
			keys->watchers[kept++] = keys->watchers[i];
	keys->watcher_count = kept;
}

/* What was is good until everybody has seen what is. */
static void take_heard(struct trust_keys *keys)
{
	bool news = keys->fresh || !same_set(&keys->now, &keys->heard);
	struct key_set old = keys->now;

	keys->fresh = false;
	if (!news) {
		set_clear(&keys->heard);
		return;
	}
	keys->now = keys->heard;
	keys->heard = (struct key_set){ 0 };
	tell(keys, true);
	set_clear(&old);
}

static void on_list(void *arg, int err, const union keyd_buffer *answer)
{
	struct trust_keys *keys = arg;

	if (answer && answer->m.head.type == KEYD_ITEM) {
		if (!keys->heard_err)
			keys->heard_err = hear(&keys->heard, answer);
		return;
	}
	keys->listing = false;
	if (!err)
		err = keys->heard_err;
	if (err) {
		/* If the connection went, the next one asks. */
		set_clear(&keys->heard);
		log_event(LOG_LEVEL_ERROR, "keys-unknown", "reason",
			  strerror(-err), NULL);
	} else {
		take_heard(keys);
	}
	/* What changed meanwhile is known by nobody, whatever became of this. */
	if (keys->again)
		trust_keys_refresh(keys);
	else if (keys->opening && !err)
		trust_keys_make(keys);
}

void trust_keys_refresh(struct trust_keys *keys)
{
	int err;

	keys->again = keys->listing;
	if (keys->listing || !keyd_client_is_up(keys->client))
		return;
	keys->heard_err = 0;
	memset(&keys->request.m, 0, sizeof(keys->request.m));
	err = keyd_client_send(keys->client, KEYD_LIST, &keys->request, 0,
			       on_list, keys, NULL);
	keys->listing = !err;
	if (err)
		log_event(LOG_LEVEL_ERROR, "keys-unknown", "reason",
			  strerror(-err), NULL);
}

static void on_up(void *arg)
{
	struct trust_keys *keys = arg;

	keys->fresh = true;
	keys->since = time(NULL);
	if (keys->opening)
		keys->opening->connected = true;
	else
		log_event(LOG_LEVEL_NOTICE, "keyd-up", NULL);
	key_provider_up(keys->provider);
	trust_keys_refresh(keys);
}

static void on_down(void *arg, const char *why)
{
	struct trust_keys *keys = arg;

	keys->since = time(NULL);
	if (!keys->opening) {
		log_event(LOG_LEVEL_ERROR, "keyd-down", "reason", why, NULL);
		tell(keys, false);
	}
}

static const struct keyd_client_ops client_ops = { on_up, on_down };

int trust_keys_connect(struct trust_keys *keys, const char *path)
{
	keys->client = keyd_client_new(keys->base, path, &client_ops, keys);
	if (keys->client)
		keys->provider = key_provider_new(keys->client);
	return keys->provider ? 0 : -ENOMEM;
}

void trust_keys_close(struct trust_keys *keys)
{
	if (!keys)
		return;
	key_provider_free(keys->provider);
	keyd_client_free(keys->client);
	set_clear(&keys->now);
	set_clear(&keys->heard);
	free(keys->watchers);
	free(keys);
}

const struct trust_key *trust_keys_find(const struct trust_keys *keys,
					enum keyd_service service,
					enum keyd_kind kind,
					enum keyd_slot slot)
{
	for (size_t i = 0; i < keys->now.count; i++) {
		const struct trust_key *key = &keys->now.list[i];

		if (key->which.service == service && key->which.kind == kind &&
		    key->which.slot == slot)
			return key;
	}
	return NULL;
}

const struct trust_key *trust_keys_all(const struct trust_keys *keys,
				       size_t *count)
{
	*count = keys->now.count;
	return keys->now.list;
}

EVP_PKEY *trust_keys_pkey(struct trust_keys *keys, enum keyd_service service,
			  enum keyd_kind kind)
{
	const struct trust_key *key = trust_keys_find(keys, service, kind,
						      KEYD_CURRENT);

	return key ? key_provider_key(keys->provider, &key->which, key->cert) :
		     NULL;
}

char *trust_key_pem(const struct trust_key *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *text = NULL;
	bool good = bio;
	long len;

	for (size_t i = 0; good && i < key->count; i++)
		good = PEM_write_bio(bio, PEM_STRING_X509, "",
				     key->certs[i].data,
				     (long)key->certs[i].len) > 0;
	if (good) {
		len = BIO_get_mem_data(bio, &data);
		text = strndup(data, (size_t)len);
	}
	BIO_free(bio);
	return text;
}

char *trust_keys_pem(const struct trust_keys *keys, enum keyd_service service,
		     enum keyd_kind kind)
{
	const struct trust_key *key = trust_keys_find(keys, service, kind,
						      KEYD_CURRENT);

	return key ? trust_key_pem(key) : NULL;
}

int trust_keys_watch(struct trust_keys *keys, trust_keys_watcher watcher,
		     void *arg)
{
	struct key_watcher *list = reallocarray(keys->watchers,
		keys->watcher_count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	keys->watchers = list;
	list[keys->watcher_count++] = (struct key_watcher){ watcher, arg };
	return 0;
}

void trust_keys_unwatch(struct trust_keys *keys, trust_keys_watcher watcher,
			void *arg)
{
	for (size_t i = 0; i < keys->watcher_count; i++)
		if (keys->watchers[i].fn == watcher &&
		    keys->watchers[i].arg == arg)
			keys->watchers[i].fn = NULL;
}

bool trust_keys_is_up(const struct trust_keys *keys, int64_t *since)
{
	if (since)
		*since = keys->since;
	return keyd_client_is_up(keys->client);
}

struct keyd_client *trust_keys_client(struct trust_keys *keys)
{
	return keys->client;
}
