/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One enrolment, from the server's first word to its last, without socket, clock,
 * database or key: others bring events and do what it asks for.
 */
#ifndef CAPF_SESSION_H
#define CAPF_SESSION_H

#include "capf/key.h"
#include "capf/result.h"

/* Seconds for each wait; how often a phone may ask for patience. */
struct capf_times {
	unsigned int auth; /* for AUTH_RES, all of it */
	unsigned int judge, issue, keep; /* for the caller's answers */
	unsigned int key; /* for KEY_GEN_RES; IN_PROGRESS restarts */
	unsigned int key_total; /* and no restart leads beyond this */
	unsigned int store, remove, fetch;
	unsigned int in_progress; /* not seconds: a number of messages */
};

/* 30 s to authenticate, 30 minutes for a key, 60 with progress, 60 s else. */
extern const struct capf_times capf_times_default;

struct capf_order {
	enum capf_operation operation;
	enum capf_key_order keys;
	unsigned int rsa_bits, ec_bits;
};

/* A key to be certified; the bytes live until the answer or the close. */
struct capf_request {
	const char *device;
	struct capf_key_kind kind;
	struct element_bytes spki;
	uint8_t id[CAPF_KEY_ID_LEN]; /* has another device this key? */
};

/*
 * What the session asks for. judge, issue, keep: answered once, from within or
 * later; after close, answers are ignored. Do not free the session from within.
 */
struct capf_actions {
	/* One message, for one TLS record. */
	void (*send)(void *arg, const uint8_t *message, size_t len);
	/*
	 * An AUTH_RES: capf_auth_judge() and then capf_session_accept() or
	 * capf_session_refuse(). It lives until the answer or the close.
	 */
	void (*judge)(void *arg, const struct capf_message *res);
	/* capf_session_issued() or capf_session_refuse(). */
	void (*issue)(void *arg, const struct capf_request *request);
	/*
	 * The phone's part is done: write that down. der is the certificate
	 * stored or fetched, or empty. capf_session_kept().
	 */
	void (*keep)(void *arg, enum capf_result result,
		     struct element_bytes der);
	/* Nothing comes after this: send what is pending, close. */
	void (*close)(void *arg, enum capf_result result, const char *why);
};

struct capf_config {
	const struct capf_actions *actions;
	void *arg;
	struct capf_times times;
	struct capf_key_policy keys;
	bool no_auth_type;		/* AUTH_REQ without element 8 */
	uint8_t auth_type;		/* in it */
	bool no_rsa_backup; /* if the phone refuses to make EC */
};

/* id: random, or what was recorded fits again. config is copied. */
struct capf_session *capf_session_new(const struct capf_config *config,
				      uint32_t id);
void capf_session_free(struct capf_session *session);

/* now: seconds that only grow. */
void capf_session_start(struct capf_session *session, int64_t now);
void capf_session_input(struct capf_session *session, const uint8_t *data,
			size_t len, int64_t now);
void capf_session_hung_up(struct capf_session *session);
/* When to call capf_session_expire() at the latest; INT64_MAX after close. */
int64_t capf_session_deadline(const struct capf_session *session);
void capf_session_expire(struct capf_session *session, int64_t now);

void capf_session_accept(struct capf_session *session,
			 const struct capf_order *order, int64_t now);
void capf_session_issued(struct capf_session *session, const uint8_t *der,
			 size_t len, int64_t now);
void capf_session_kept(struct capf_session *session, bool good);
/* Whatever was asked: no. why is static. The phone hears the reason. */
void capf_session_refuse(struct capf_session *session, enum capf_reason reason,
			 enum capf_result result, const char *why);

/* For the log: "await-key-gen"; elements skipped, and the tag of the last. */
const char *capf_session_state(const struct capf_session *session);
unsigned int capf_session_skipped(const struct capf_session *session,
				  uint8_t *tag);

#endif /* CAPF_SESSION_H */
