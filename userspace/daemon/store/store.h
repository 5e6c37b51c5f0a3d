/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the daemon knows, as the signalling reads it: typed, caller-owned, fast.
 *
 * All of this is for the loop's thread. What finds one thing returns 0, -ENOENT
 * if there is none, or another -errno that has been logged; it leaves nothing to
 * free unless there is a _clear. Ids are never used twice and survive renaming;
 * id 0 is "none". Administrative changes go through object.h; store_watch()
 * tells of them.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct conf;
struct event_base;
struct store;

/* Sizes include the NUL. */
#define STORE_NAME_SIZE		65
#define STORE_TEXT_SIZE		129
#define STORE_NUMBER_SIZE	33
#define STORE_HOST_SIZE		254
#define STORE_SUBJECTS_SIZE	4097
#define STORE_CONTACT_SIZE	1025
#define STORE_HA1_MAX		32
#define STORE_COOKIE_MAX	32
#define STORE_MAX_TRUNKS	16	/* of a route */
#define STORE_MAX_DESTINATIONS	16	/* of a trunk */

/* The class of a connection and the mode of a profile are one scale. */
enum store_mode {
	STORE_NONSECURE,
	STORE_AUTHENTICATED,
	STORE_ENCRYPTED,
};

enum store_protocol {
	STORE_SIP,
	STORE_SCCP,
};

/* Bits: a profile may admit several. */
enum store_transport {
	STORE_UDP = 1,
	STORE_TCP = 2,
	STORE_TLS = 4,
};

enum store_algorithm {
	STORE_MD5,
	STORE_SHA256,
	STORE_SHA512_256,
	STORE_ALGORITHM_COUNT,
};

/*
 * Makes the state directory's files if there are none, migrates, starts the
 * writer. @why gets a sentence where it fails.
 */
int store_open(struct store **store, struct event_base *base,
	       const struct conf *conf, char *why, size_t size);
/* Does what was submitted and takes no more; reads go on. */
void store_stop(struct store *store);
void store_close(struct store *store);
/* As if everything had changed: after SIGHUP. */
void store_reload(struct store *store);

/* Called on the loop after each committed change. */
struct store_change {
	const char *noun;	/* "phone"; "*" after an import: anything */
	const char *verb;	/* "add" "set" "del" */
	const char *key;	/* as it was called before */
	int64_t id;		/* 0 for params */
};

typedef void (*store_watcher)(void *ctx, const struct store_change *change);
int store_watch(struct store *store, store_watcher watcher, void *ctx);
/* Not from within a watcher. Who never watched may ask, too. */
void store_unwatch(struct store *store, store_watcher watcher, void *ctx);

/* Phones and lines. What enrolment asks for; what keys it makes. */
enum store_capf_mode {
	STORE_CAPF_BY_STRING,
	STORE_CAPF_BY_NULL_STRING,
	STORE_CAPF_BY_LSC,	/* its LSC, or if it has none its MIC */
	STORE_CAPF_BY_MIC,
};

enum store_key_order {
	STORE_RSA_ONLY,
	STORE_EC_ONLY,
	STORE_EC_PREFERRED,	/* RSA where it cannot */
};

struct store_phone_profile {
	int64_t id;
	char name[STORE_NAME_SIZE];	/* a shared certificate's DNS name */
	enum store_protocol protocol;
	enum store_mode mode;
	unsigned int transports;	/* mask of enum store_transport */
	bool digest;
	uint32_t nonce_validity;	/* seconds */
	uint16_t sip_phone_port;
	bool exclude_digest_credentials;
	bool tftp_encrypted_config;
	bool sip_oauth;
	enum store_capf_mode capf_mode;
	enum store_key_order key_order;
	uint16_t rsa_key_size;		/* bits */
	uint16_t ec_key_size;
};

struct store_phone {
	int64_t id;
	char name[STORE_NAME_SIZE];	/* SEP and MAC in capitals */
	char description[STORE_TEXT_SIZE];
	char model[STORE_NAME_SIZE];
	enum store_protocol protocol;
	struct store_phone_profile profile;
	int64_t digest_user;
	char digest_user_name[STORE_NAME_SIZE];	/* "" if none */
	int64_t css;
	int64_t presence_group;
	bool srtp_required;
};

/* @name in any case: from a certificate, a header, a file name. */
int store_phone_find(struct store *store, const char *name,
		     struct store_phone *phone);
int store_phone_get(struct store *store, int64_t id, struct store_phone *phone);
/* Phones of a profile, or with 0 all, by name. Stops at the first not 0. */
typedef int (*store_phone_fn)(void *ctx, int64_t id, const char *name);
int store_phone_each(struct store *store, int64_t profile, store_phone_fn fn,
		     void *ctx);
/* A page of them, 64 at most, by id, beginning after that of the page before. */
int store_phone_page(struct store *store, int64_t profile, int64_t after,
		     store_phone_fn fn, void *ctx);
/* Likewise those that authenticate as that end user. */
int store_user_phones(struct store *store, int64_t user, store_phone_fn fn,
		      void *ctx);
/* Of phones: by its name in any case, for it is a shared certificate's. */
int store_profile_find(struct store *store, const char *name,
		       struct store_phone_profile *profile);

struct store_line {
	int64_t id;
	char number[STORE_NUMBER_SIZE];
	int64_t partition;
	char partition_name[STORE_NAME_SIZE];	/* "" if none */
	char description[STORE_TEXT_SIZE];
	int64_t css;
	int64_t presence_group;
	uint32_t no_answer_timeout;	/* seconds; the parameter's if unset */
	bool voicemail_indicator;
};

/* @partition NULL or "": the line that is in none. */
int store_line_by_name(struct store *store, const char *number,
		       const char *partition, struct store_line *line);
int store_line_get(struct store *store, int64_t id, struct store_line *line);
/* The partitions of @css in their order, then lines in no partition. */
int store_line_find(struct store *store, int64_t css, const char *number,
		    struct store_line *line);

/* A button of a phone: sorted by position from 1, or by phone. */
struct store_button {
	int64_t phone;
	char phone_name[STORE_NAME_SIZE];
	int64_t line;
	char number[STORE_NUMBER_SIZE];
	char label[STORE_TEXT_SIZE];
	uint32_t position;
};

struct store_buttons {
	struct store_button *list;
	size_t count;
};

int store_phone_lines(struct store *store, int64_t phone,
		      struct store_buttons *buttons);
int store_line_phones(struct store *store, int64_t line,
		      struct store_buttons *buttons);
/* Of all lines with that number, whatever their partition. */
int store_number_phones(struct store *store, const char *number,
			struct store_buttons *buttons);
void store_buttons_clear(struct store_buttons *buttons);

/* Certificates of CallManager-trust, by name. Stops at the first not 0. */
typedef int (*store_cert_fn)(void *ctx, const char *name, const char *pem);
int store_cert_each(struct store *store, store_cert_fn fn, void *ctx);
/* The same of another purpose, as "capf-trust". */
int store_cert_each_of(struct store *store, const char *purpose,
		       store_cert_fn fn, void *ctx);

/* When each of them ends, by name; without the certificates themselves. */
struct store_cert_end {
	const char *name, *purpose, *subject, *not_after, *fingerprint;
};

typedef int (*store_cert_end_fn)(void *ctx, const struct store_cert_end *cert);
int store_cert_end_each(struct store *store, store_cert_end_fn fn, void *ctx);

/*
 * Of any purpose, our own among them: those with that fingerprint, or with that
 * number, which has no zeroes in front. Stops at the first not 0. As fast among
 * ten thousand as among ten.
 */
#define STORE_SERIAL_MAX	32	/* bytes */
typedef int (*store_trusted_fn)(void *ctx, const char *purpose,
				const char *pem);
int store_trusted_by_sha256(struct store *store, const uint8_t sha256[32],
			    store_trusted_fn fn, void *ctx);
int store_trusted_by_serial(struct store *store, const uint8_t *serial,
			    size_t len, store_trusted_fn fn, void *ctx);

#include "store/node.h"
#include "store/param.h"
#include "store/runtime.h"
#include "store/trunk.h"
#include "store/user.h"

#endif /* STORE_H */
