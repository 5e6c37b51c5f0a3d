// SPDX-License-Identifier: GPL-2.0
/* All keys there are, and how they come, change and are shown. */
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "certificate-der.h"
#include "keyd/keyd.h"

static struct keyd_pair *slot_of(struct keyd_state *state,
				 const struct keyd_which *which)
{
	return &state->pairs[which->service][which->kind][which->slot];
}

struct keyd_pair *keyd_state_find(struct keyd_state *state,
				  const struct keyd_which *which)
{
	struct keyd_pair *pair = slot_of(state, which);

	return pair->count ? pair : NULL;
}

static int load_pair(struct keyd_state *state, const struct keyd_which *which,
		     char *why, size_t size)
{
	int err = keyd_pair_load(&state->dir, which, slot_of(state, which));

	if (err)
		snprintf(why, size, "key of %s, %s%s: %s",
			 keyd_service_name(which->service),
			 keyd_kind_name(which->kind),
			 which->slot == KEYD_NEXT ? ", next" : "",
			 err == -EBADMSG ? "damaged, or not of this secret" :
			 strerror(-err));
	return err;
}

int keyd_state_load(struct keyd_state *state, char *why, size_t size)
{
	struct keyd_which w = { 0 };
	off_t at;
	int err = 0;

	keyd_file_clean(&state->dir);
	for (w.service = 1; w.service < KEYD_SERVICE_END; w.service++)
		for (w.kind = 1; w.kind < KEYD_KIND_END; w.kind++)
			for (w.slot = 0; w.slot < KEYD_SLOT_END && !err;
			     w.slot++)
				err = load_pair(state, &w, why, size);
	if (err)
		return err;
	err = keyd_journal_open(&state->dir, &state->journal, &at);
	if (err)
		snprintf(why, size, "journal of LSCs: %s at byte %lld",
			 err == -EBADMSG ? "damaged" : strerror(-err),
			 (long long)at);
	if (err)
		return err;
	err = keyd_times_load(&state->dir, &state->times);
	if (err)
		snprintf(why, size, "times of signed files: %s",
			 err == -EBADMSG ? "damaged" : strerror(-err));
	if (err)
		return err;
	err = keyd_tokens_load(&state->dir, &state->tokens);
	if (err)
		snprintf(why, size, "security tokens: %s",
			 err == -EBADMSG ? "damaged" : strerror(-err));
	return err;
}

void keyd_state_clear(struct keyd_state *state)
{
	struct keyd_pair *pairs = &state->pairs[0][0][0];

	for (size_t i = 0; i < sizeof(state->pairs) / sizeof(*pairs); i++)
		keyd_pair_clear(&pairs[i]);
	keyd_journal_close(state->journal);
	state->journal = NULL;
	OPENSSL_cleanse(state->dir.secret, sizeof(state->dir.secret));
}

bool keyd_state_make(struct keyd_state *state, const struct keyd_message *m,
		     union keyd_buffer *reply)
{
	bool is_new = m->head.type == KEYD_MAKE;

	if (is_new == !!keyd_state_find(state, &m->make.key)) {
		keyd_refuse(reply, is_new ? -EEXIST : -ENOENT, is_new ?
			    KEYD_WHY_HAS_KEY : KEYD_WHY_NO_KEY, is_new ?
			    "there is a key already" : "there is no key yet");
		return false;
	}
	if (keyd_generator_is_busy(state->generator)) {
		keyd_refuse(reply, -EBUSY, KEYD_WHY_BUSY,
			    "another key is being made");
		return false;
	}
	keyd_generator_start(state->generator, m->make.key.kind,
			     m->make.bits);
	if (keyd_generator_is_busy(state->generator))
		return true;
	keyd_refuse(reply, -EIO, KEYD_WHY_SYSTEM, "no key can be made");
	return false;
}

static void answer_cert(union keyd_buffer *reply, X509 *cert)
{
	uint8_t *der = NULL;
	int len = i2d_X509(cert, &der);

	if (len > 0)
		keyd_answer(reply, der, (size_t)len);
	else
		keyd_refuse(reply, -EIO, KEYD_WHY_SYSTEM,
			    "the certificate cannot be shown");
	OPENSSL_free(der);
}

static void put(struct keyd_state *state, const struct keyd_which *which,
		const struct keyd_pair *pair)
{
	keyd_pair_clear(slot_of(state, which));
	*slot_of(state, which) = *pair;
}

void keyd_state_made(struct keyd_state *state, const struct keyd_make *make,
		     EVP_PKEY *key, union keyd_buffer *reply)
{
	struct keyd_pair pair = { .key = key, .count = 1 };
	const char *why = "the key cannot be made";
	int err = key ? keyd_issue_self(key, make, &pair.certs[0]) : -EIO;

	if (!err) {
		why = "the key cannot be stored";
		err = keyd_pair_store(&state->dir, &make->key, &pair);
	}
	if (err) {
		keyd_pair_clear(&pair);
		keyd_refuse(reply, err, KEYD_WHY_SYSTEM, why);
		return;
	}
	put(state, &make->key, &pair);
	answer_cert(reply, pair.certs[0]);
}

void keyd_state_promote(struct keyd_state *state,
			const struct keyd_which *which,
			union keyd_buffer *reply)
{
	struct keyd_pair *next = keyd_state_find(state, which);
	struct keyd_which current = *which;
	int err;

	if (!next) {
		keyd_refuse(reply, -ENOENT, KEYD_WHY_NO_KEY,
			    "there is no next key");
		return;
	}
	err = keyd_pair_promote(&state->dir, which);
	if (err) {
		keyd_refuse(reply, err, KEYD_WHY_SYSTEM,
			    "the key cannot be stored");
		return;
	}
	current.slot = KEYD_CURRENT;
	put(state, &current, next);
	memset(next, 0, sizeof(*next));
	answer_cert(reply, slot_of(state, &current)->certs[0]);
}

/* Certificates as they came; fewer than there should be if one is none. */
static void read_certs(const struct keyd_import *import, const uint8_t *tail,
		       struct keyd_pair *pair)
{
	for (; pair->count < import->count; pair->count++) {
		uint32_t len = import->lens[pair->count];

		pair->certs[pair->count] = certificate_read(tail, len);
		if (!pair->certs[pair->count])
			break;
		tail += len;
	}
}

static int import_chain(struct keyd_state *state,
			const struct keyd_import *import,
			struct keyd_pair *pair, enum keyd_reason *reason,
			const char **why)
{
	*reason = KEYD_WHY_NOT_CERTIFICATE;
	*why = "that is no certificate, or more than one";
	if (pair->count != import->count)
		return -EKEYREJECTED;
	*reason = keyd_import_check(&import->key, pair->key, pair->certs,
				    pair->count, why);
	if (*reason)
		return -EKEYREJECTED;
	*reason = KEYD_WHY_SYSTEM;
	*why = "the certificates cannot be stored";
	return keyd_pair_store_chain(&state->dir, &import->key, pair);
}

void keyd_state_import(struct keyd_state *state, const union keyd_buffer *m,
		       union keyd_buffer *reply)
{
	const struct keyd_import *import = &m->m.import;
	struct keyd_pair *old = keyd_state_find(state, &import->key);
	struct keyd_pair pair = { 0 };
	enum keyd_reason reason;
	const char *why;
	int err;

	if (!old) {
		keyd_refuse(reply, -ENOENT, KEYD_WHY_NO_KEY,
			    "there is no key yet");
		return;
	}
	EVP_PKEY_up_ref(old->key);
	pair.key = old->key;
	read_certs(import, keyd_tail(m), &pair);
	err = import_chain(state, import, &pair, &reason, &why);
	if (err) {
		keyd_pair_clear(&pair);
		keyd_refuse(reply, err, reason, why);
		return;
	}
	put(state, &import->key, &pair);
	answer_cert(reply, pair.certs[0]);
}

static int64_t seconds(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) ? (int64_t)timegm(&tm) : 0;
}

/* As phones and administrators compare them. */
static void fingerprint(X509 *cert, struct keyd_item *item)
{
	unsigned int len;

	X509_digest(cert, EVP_md5(), item->md5, &len);
	X509_digest(cert, EVP_sha1(), item->sha1, &len);
	X509_digest(cert, EVP_sha256(), item->sha256, &len);
}

bool keyd_state_item(const struct keyd_pair *pair,
		     const struct keyd_which *which, union keyd_buffer *item)
{
	struct keyd_item *i = &item->m.item;
	uint8_t *at;
	int len;

	if (!pair->count)
		return false;
	memset(item, 0, sizeof(item->m));
	keyd_seal(item, KEYD_ITEM, 0, 0);
	i->key = *which;
	i->bits = (uint16_t)EVP_PKEY_get_bits(pair->key);
	i->self_signed = X509_self_signed(pair->certs[0], 0) == 1;
	i->not_before = seconds(X509_get0_notBefore(pair->certs[0]));
	i->not_after = seconds(X509_get0_notAfter(pair->certs[0]));
	fingerprint(pair->certs[0], i);
	at = keyd_tail_room(item);
	for (i->count = 0; i->count < pair->count; i->count++) {
		len = i2d_X509(pair->certs[i->count], &at);
		if (len <= 0 || len > KEYD_CERT_MAX)
			return false;
		i->lens[i->count] = (uint32_t)len;
		item->m.head.len += (uint32_t)len;
	}
	return true;
}
