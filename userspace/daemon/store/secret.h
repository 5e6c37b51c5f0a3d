/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Passwords: as checksums where we ask, sealed where we answer; for store/.
 */
#ifndef STORE_SECRET_H
#define STORE_SECRET_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

const char *secret_algorithm_name(enum store_algorithm algorithm);
/* The array of DIGEST-5 for each realm (ended by NULL), sorted. */
json_t *secret_digest(const char *user, const char *password,
		      const char *const *realms);

/* What is bound to a trunk's password, a user's, a phone's string. */
void secret_name(char *what, size_t size, const char *realm);
void secret_user_name(char *what, size_t size, const char *user);
void secret_capf_name(char *what, size_t size, const char *phone);
/* AES-256-GCM; @what is bound to it. Text to be freed, or NULL. */
char *secret_seal(const uint8_t *key, const char *what, const char *text);
/* -EBADMSG: not ours, or not of @what. Wipe @text after use. */
int secret_unseal(const uint8_t *key, const char *what, const char *sealed,
		  char *text, size_t size);

#endif /* STORE_SECRET_H */
