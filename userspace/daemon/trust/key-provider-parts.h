/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the key provider share.
 */
#ifndef TRUST_KEY_PROVIDER_PARTS_H
#define TRUST_KEY_PROVIDER_PARTS_H

#include <openssl/core_dispatch.h>
#include <openssl/evp.h>
#include <sys/queue.h>

#include "keyd/request.h"

/*
 * The operations have names that nobody else's have: with a key of ours OpenSSL
 * finds ours, and never tries another provider's with what it can export.
 */
#define KEY_PROVIDER_SIGNATURE	"UCSEC-KEYD-SIGNATURE"
#define KEY_PROVIDER_UNWRAP	"UCSEC-KEYD-UNWRAP"
/* The parameter by which EVP_PKEY_fromdata() is told the handle. */
#define KEY_PROVIDER_HANDLE	"ucsec-keyd-handle"

struct key_handle {
	struct key_provider *provider;
	struct keyd_which which;
	EVP_PKEY *public;
};

enum key_fault {
	KEY_FAULT_NO_JOB = 100,
	KEY_FAULT_NOT_TLS,
	KEY_FAULT_NO_KEYD,
	KEY_FAULT_REFUSED,
	KEY_FAULT_GIVEN_UP,
};

/* key-provider.c: for OpenSSL's error queue; returns 0 */
int key_provider_fault(enum key_fault fault);

/*
 * key-provider-ask.c: to be filled with payload and tail, and then sent by
 * key_provider_ask() without anything in between.
 */
union keyd_buffer *key_provider_request(struct key_provider *provider,
					unsigned int type);
/*
 * Pauses the job until the answer is there; while keyd is away, until it is
 * back. Whoever waits no longer resumes the job. *len is the room first, then the
 * tail's length. OpenSSL's 1, or 0 with a fault.
 */
int key_provider_ask(struct key_provider *provider, unsigned int type,
		     size_t tail, uint8_t *out, size_t *len);

extern const OSSL_DISPATCH key_provider_rsa_key[], key_provider_ec_key[],
	key_provider_signature[], key_provider_unwrap[];

struct key_provider {
	struct keyd_client *client;
	OSSL_LIB_CTX *libctx;
	OSSL_PROVIDER *loaded;
	union keyd_buffer request;	/* between filling and sending alone */
	LIST_HEAD(, question) waiting;	/* for keyd to come back */
};

#endif /* TRUST_KEY_PROVIDER_PARTS_H */
