/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registrations and calls: written by the signalling, survive its death.
 *
 * They lie in a database of their own (runtime.db), so that their writes wait
 * neither for the disk nor for an administrator's.
 */
#ifndef STORE_RUNTIME_H
#define STORE_RUNTIME_H

#include "store/store.h"

/* Key: phone, line and contact. What may be "" is not filled in. */
struct store_registration {
	int64_t phone;
	int64_t line;
	char phone_name[STORE_NAME_SIZE];
	char number[STORE_NUMBER_SIZE];
	char contact[STORE_CONTACT_SIZE];	/* URI with its parameters */
	char path[STORE_CONTACT_SIZE];	/* the connection, as net/ calls it */
	char call_id[STORE_TEXT_SIZE + STORE_TEXT_SIZE];
	uint32_t cseq;
	int64_t expires;		/* seconds since 1970 */
	enum store_mode mode;		/* class of the signalling */
	char user_agent[STORE_TEXT_SIZE];
	char options[STORE_TEXT_SIZE];	/* option tags of Supported */
	char user[STORE_NAME_SIZE];	/* proven by digest, or "" */
};

/* Puts or replaces. */
int store_registration_put(struct store *store,
			   const struct store_registration *registration);
/* @contact NULL: all of that phone on that line; @line 0: of all lines. */
int store_registration_del(struct store *store, int64_t phone, int64_t line,
			   const char *contact);
/* Of all phones; the number removed or -errno. */
int store_registration_expire(struct store *store, int64_t now);

struct store_registrations {
	struct store_registration *list;
	size_t count;
};

/* Expired ones are still there until store_registration_expire(). */
int store_registration_by_phone(struct store *store, int64_t phone,
				struct store_registrations *found);
int store_registration_list(struct store *store,
			    struct store_registrations *found);
int64_t store_registration_count(struct store *store);
void store_registrations_clear(struct store_registrations *found);

struct store_call {
	const char *id;
	uint8_t cookie[STORE_COOKIE_MAX];	/* of its kernel streams */
	size_t cookie_len;
	int64_t started;		/* seconds since 1970 */
	const char *caller;		/* for lists; may be NULL */
	const char *callee;
	const char *blob;		/* what call/ wants to find again */
	size_t blob_len;
};

int store_call_put(struct store *store, const struct store_call *call);
int store_call_del(struct store *store, const char *id);

/*
 * What the call's pointers show is gone after the function; which may put and
 * del calls. Stops at the first that does not return 0, and returns that.
 */
typedef int (*store_call_fn)(void *ctx, const struct store_call *call);
int store_call_each(struct store *store, store_call_fn fn, void *ctx);
int store_call_find(struct store *store, const char *id, store_call_fn fn,
		    void *ctx);

#endif /* STORE_RUNTIME_H */
