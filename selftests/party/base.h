/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A SIP base without network: what the units under test send lands in a list,
 * what peers say is told by the test.
 */
#ifndef PARTY_BASE_H
#define PARTY_BASE_H

#include <event2/event.h>
#include "sip/sip.h"

/* One message that was sent. Freed by base_clear(). */
struct sent {
	struct sent *next;
	osip_message_t *msg;
	char *text;
	struct sip_client *client;	/* requests but ACK */
	struct sip_request *req;	/* responses */
	bool is_ack;
};

struct base_client_state {
	bool is_released, is_cancelled;
	char reason[128];		/* of its CANCEL */
};

struct sip *base_new(void);
/* Fails the test if a request or a client is left over. */
void base_free(struct sip *sip);
void base_clear(struct sip *sip);

/* A connection; the test has one reference. */
struct net_conn *base_conn(enum net_class class);
void base_conn_close(struct net_conn *conn);

/* Whose requests come in from now on. */
void base_peer(struct sip *sip, enum sip_peer_kind kind, int64_t id,
	       struct net_conn *conn, enum net_class class);
/* A binding of a phone. */
void base_bind(struct sip *sip, int64_t phone, int64_t line,
	       const char *contact, struct net_conn *conn);

/* A request from the peer, by printf(); "\n" ends a line. */
struct sip_request *base_receive(struct sip *sip, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* With a Reason, or NULL. */
void base_cancel(struct sip_request *req, const char *reason);
/* NULL, or a body: the ACK of a 2xx. */
void base_ack(struct sip_request *req, const char *sdp);
/* The transaction of an INVITE is over. */
void base_end(struct sip_request *req, int err);
int base_status(const struct sip_request *req);	/* final; 0: none yet */

/* The next message that was sent, or NULL; it stays in the list's memory. */
struct sent *base_next(struct sip *sip);
/* What is sent next fails with this; 0: no more. */
void base_fail_send(struct sip *sip, int err);

/* A response to what was sent. headers: lines, or "". */
void base_answer(struct sent *sent, int status, const char *tag,
		 const char *headers, const char *sdp);
void base_time_out(struct sent *sent, int err);
struct base_client_state base_client(const struct sent *sent);

#endif /* PARTY_BASE_H */
