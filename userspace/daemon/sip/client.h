/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Client transactions: what client.c (sending) and response.c share.
 */
#ifndef SIP_CLIENT_H
#define SIP_CLIENT_H

#include "sip/internal.h"

enum {
	SIP_CLIENT_KEY_SIZE = SIP_BRANCH_SIZE + 64,
	SIP_ACKS_MAX = 4,		/* of one INVITE's dialogs */
	SIP_CLIENT_SILENCE = 8,		/* times T1, if there are other hops */
};

enum sip_client_state {
	ROUTING,			/* no hop yet */
	CALLING,			/* sent, nothing came back */
	PROCEEDING,
	COMPLETED,			/* final response; stragglers absorbed */
	ACCEPTED,			/* INVITE: 2xx; more may come */
	ENDED,
};

/* What an INVITE's final response gets, again for each repetition. */
struct sip_ack {
	char *to_tag;
	char *bytes;
	size_t len;
	struct net_conn *conn;
};

/*
 * Until released it is the caller's, too. state says whether the transaction
 * still needs it: it is freed at ENDED and released, whichever comes last.
 */
struct sip_client {
	struct sip *sip;
	struct sip_node node;
	LIST_ENTRY(sip_client) all;
	LIST_ENTRY(sip_client) entry;	/* of link, while it waits by a stream */
	bool linked;
	enum sip_client_state state;
	bool invite, reliable, released, told;
	bool cancelled, cancel_sent, holding;
	bool impatient;			/* another may be asked instead */
	osip_message_t *request;
	char *contact_user;		/* NULL: Contact is the caller's */
	char *reason;			/* of its CANCEL, or NULL */
	struct sip_route *route;	/* NULL: one conn and no other */
	struct net_conn *conn;
	struct net_conn *datagram;	/* the way back from a stream, or NULL */
	bool is_fresh;			/* of a hop that was just found */
	char branch[SIP_BRANCH_SIZE];
	char *bytes;
	size_t len;
	struct event timer;
	unsigned int wait, spent;	/* ms */
	unsigned int challenges;
	struct sip_ack acks[SIP_ACKS_MAX];
	const struct sip_client_ops *ops;
	void *arg;
};

/* client.c */
struct sip_client *sip_client_new(struct sip *sip, osip_message_t *request,
				  const struct sip_client_ops *ops,
				  void *arg);
/* Max-Forwards and User-Agent. -EINVAL for what is no request. */
int sip_client_complete(struct sip *sip, osip_message_t *msg);
/* Into the table under its branch, out of it under an older one. */
int sip_client_key(struct sip_client *client);
/* A new branch for each hop: each is a transaction of its own (8.1.3.5). */
/* False: it has keys, and others could read them. */
bool sip_may_leave(const struct net_conn *conn, const char *bytes, size_t len);
int sip_client_transmit(struct sip_client *client, bool keep_branch);
void sip_client_next_hop(struct sip_client *client, int err);
void sip_client_arm(struct sip_client *client, unsigned int ms);
/*
 * Another is asked instead of a hop that said nothing at all. Should it wake up
 * yet, it is cancelled: that may not be before it answers (section 9.1).
 */
void sip_client_abandon(struct sip_client *client);
/* No stream's end concerns it any more. */
void sip_client_unlink(struct sip_client *client);
void sip_client_end(struct sip_client *client);
/* Tells once that there will be no final response. */
void sip_client_fail(struct sip_client *client, int err);
void sip_client_maybe_free(struct sip_client *client);

/* large.c */
/* Once per hop: is it too large for the datagram that it would be? */
bool sip_client_is_large(struct sip_client *client);
/* To where its datagram would have gone; that way after all if this fails. */
int sip_client_by_stream(struct sip_client *client);
/* False: it did not come from there, or cannot go back. */
bool sip_client_back_to_datagram(struct sip_client *client);
/* Its stream is there: it waits on, for an answer. */
bool sip_client_is_connected(struct sip_client *client);
void sip_client_forget_datagram(struct sip_client *client);

#endif /* SIP_CLIENT_H */
