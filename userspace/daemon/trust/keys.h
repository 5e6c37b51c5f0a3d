/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Our own keys as ucsec-keyd has them: their certificates, and what happens
 * when one of them changes.
 *
 * For the loop's thread. Keys that a service needs and keyd has not are made
 * when it starts.
 */
#ifndef TRUST_KEYS_H
#define TRUST_KEYS_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keyd/request.h"

struct conf;
struct event_base;
struct keyd_client;
struct trust_keys;

/*
 * A key of keyd's and its certificates, which are copies of what LIST said last.
 * Good until the next call-back of trust_keys_watch() has returned.
 */
struct trust_key {
	struct keyd_which which;
	uint16_t bits;
	bool self_signed;
	int64_t not_before, not_after;	/* seconds since 1970 */
	uint8_t md5[16], sha1[20], sha256[32];	/* of certs[0] */
	X509 *cert;			/* certs[0], parsed */
	size_t count;			/* the service's own first */
	struct trust_der {
		const uint8_t *data;
		size_t len;
	} certs[KEYD_CHAIN];
};

/*
 * Connects, asks for what there is, makes what is missing (self-signed, the
 * node's name as CN and DNS name, CAPF's as CAPF-xxxxxxxx), and returns when
 * it is all there: it runs the loop meanwhile. -ETIMEDOUT after two minutes, or
 * ten seconds if there is nothing to connect to; -ECANCELED when the loop was
 * told to break. @why gets a sentence. @conf outlives it.
 */
int trust_keys_open(struct trust_keys **keys, struct event_base *base,
		    const struct conf *conf, char *why, size_t size);
void trust_keys_close(struct trust_keys *keys);

/* NULL: keyd has none. EC keys of a service may be missing, RSA are not. */
const struct trust_key *trust_keys_find(const struct trust_keys *keys,
					enum keyd_service service,
					enum keyd_kind kind,
					enum keyd_slot slot);
/* All of them, in no order; *count entries. */
const struct trust_key *trust_keys_all(const struct trust_keys *keys,
				       size_t *count);

/*
 * The current key of a service for TLS, which waits for keyd in the middle of a
 * handshake: see trust/key-provider.h. The caller's, EVP_PKEY_free(). NULL: there
 * is none, or no memory.
 */
EVP_PKEY *trust_keys_pkey(struct trust_keys *keys, enum keyd_service service,
			  enum keyd_kind kind);
/* PEM of its certificate and chain, free(). NULL: no memory. */
char *trust_key_pem(const struct trust_key *key);
/* The same of the current key of a service; NULL if there is none, too. */
char *trust_keys_pem(const struct trust_keys *keys, enum keyd_service service,
		     enum keyd_kind kind);

/*
 * After certificates changed, and when keyd has come (@up) or gone. Each call
 * finds the new state in place. 0 or -ENOMEM.
 */
typedef void (*trust_keys_watcher)(void *arg, bool up);
int trust_keys_watch(struct trust_keys *keys, trust_keys_watcher watcher,
		     void *arg);
void trust_keys_unwatch(struct trust_keys *keys, trust_keys_watcher watcher,
			void *arg);
/*
 * Asks keyd what there is now, after MAKE, REGENERATE, PROMOTE or IMPORT; the
 * watchers are told if it is not what was there.
 */
void trust_keys_refresh(struct trust_keys *keys);

/* Is keyd there, and since when is it so? Seconds since 1970. */
bool trust_keys_is_up(const struct trust_keys *keys, int64_t *since);
/*
 * MAKE or REGENERATE of a key with the names and the time that those of the
 * first start have, as long as the current one. 0 or -errno.
 */
int trust_keys_describe(const struct trust_keys *keys,
			const struct keyd_which *which,
			struct keyd_make *make);

/* For requests of one's own: SIGN_LSC, SIGN_FILE, SIGN_LIST, IMPORT ... */
struct keyd_client *trust_keys_client(struct trust_keys *keys);

#endif /* TRUST_KEYS_H */
