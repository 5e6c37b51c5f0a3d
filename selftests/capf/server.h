/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A caller of capf sessions that writes down what it is asked for.
 */
#ifndef SERVER_H
#define SERVER_H

#include "bytes.h"
#include "capf/auth.h"
#include "capf/session.h"

struct server {
	struct capf_session *session;
	struct capf_config config;
	int64_t now;
	bool slow;			/* asked, it does not answer by itself */
	bool keeps;			/* what it says to keep() */

	struct capf_device device;
	bool unknown;			/* there is no such device */
	struct capf_guard *guard;
	struct capf_trust trust;
	struct capf_auth_policy policy;
	struct bytes lsc;		/* what it issues */

	unsigned int judged, issued, kept, closed;
	char name[CAPF_NAME_SIZE];	/* of what was judged */
	struct capf_request request;
	enum capf_result kept_result, result;
	struct bytes kept_der;
	const char *why;
	size_t sends, read;		/* messages sent, and looked at */
	struct bytes sent[12];
};

struct server *server_new(void);
void server_free(struct server *server);
/* A new session with the same guard; counts begin again. */
void server_start(struct server *server, uint32_t id);
void server_hears(struct server *server, const struct bytes *bytes);
void server_hears_hex(struct server *server, const char *hex);
/* Is the next message that it sent this one, in hexadecimal? */
bool server_said(struct server *server, const char *hex);
/* The end, for this reason, and nothing sent before it that was not seen. */
bool server_ended(struct server *server, uint8_t reason,
		  enum capf_result result);

/* KEY_GEN_RES with the RSA key of the recorded enrolment, and with P-256. */
extern struct bytes server_rsa_res, server_ec_res;
void server_keys(uint8_t id);

#endif /* SERVER_H */
