/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The base of SIP: strict messages in, transactions, who is asking, answers.
 *
 * Dialogs and calls stand on it. It belongs to the event loop's thread. No
 * function calls back before it returns: all call-backs come from the loop.
 *
 * Who owns what
 *
 * A message handed in (sip_send, sip_respond, sip_send_ack) is taken, also
 * when the call fails. A message handed to a call-back is lent for the call.
 *
 * struct sip_request is a request we received, together with its server
 * transaction. It counts references. The base holds one until the transaction
 * ends, the handler runs under it; who answers later takes its own with
 * sip_request_get. Answering a request whose transaction has ended does
 * nothing and says -ESTALE.
 *
 * struct sip_client is a request we sent. The caller has the one reference to
 * it that counts for him: call-backs come until sip_client_release, none after
 * it, and he must release it exactly once, from within a call-back if he
 * likes. The transaction itself goes on unseen as long as RFC 3261 wants.
 *
 * Connections are net's: both structures hold a reference to theirs, so that
 * conn is always valid, though perhaps closed.
 */
#ifndef SIP_H
#define SIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/time.h>
#include <jansson.h>
#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>

#include "authz/authz.h"
#include "net/net.h"
#include "store/store.h"

struct event_base;
struct sip;
struct sip_client;

struct sip_config {
	struct event_base *base;
	struct store *store;
	struct net_limits limits;
	const char *node;		/* in Warning and User-Agent */
	unsigned int t1_ms, t2_ms, t4_ms;	/* 0: 500, 4000, 5000 */
	unsigned int transactions;	/* 0: 131072; above it 503 */
};

struct sip *sip_new(const struct sip_config *config);
void sip_free(struct sip *sip);
/* For listeners, TLS material and resolver. */
struct net *sip_net(struct sip *sip);

/* peer.c: who is it? */

enum sip_peer_kind { SIP_PEER_UNKNOWN, SIP_PEER_PHONE, SIP_PEER_TRUNK };

struct sip_peer {
	enum sip_peer_kind kind;
	int64_t id;			/* of the phone or trunk in the store */
	char name[STORE_NAME_SIZE];
	char user[STORE_NAME_SIZE];	/* proven by digest, or "" */
	enum net_class class;		/* of this request's connection */
};

/* server.c: requests we received */

struct sip_request {
	osip_message_t *msg;		/* as long as a reference is yours */
	struct net_conn *conn;
	struct sip_peer peer;
	struct authz_facts facts;
	char to_tag[24];		/* in all our answers but 100 */
	void *user;			/* the handler's */
};

/*
 * Requests come here once: strict, identified, authorised, not retransmitted,
 * never ACK or CANCEL. A method without handler gets 405, an unknown one 501.
 * REGISTER and OPTIONS have handlers of the base. name must stay valid.
 */
typedef void sip_request_fn(void *arg, struct sip_request *req);
int sip_handle(struct sip *sip, const char *method, sip_request_fn *fn,
	       void *arg);

struct sip_request *sip_request_get(struct sip_request *req);
void sip_request_put(struct sip_request *req);

/*
 * What becomes of an INVITE that was not answered at once. Set by the handler;
 * arg must live until ended, which always comes, last, once.
 */
struct sip_request_ops {
	/* CANCEL came first: both it and the INVITE (487) are answered. */
	void (*cancelled)(void *arg, struct sip_request *req,
			  const osip_message_t *cancel);
	/* The ACK of our 2xx, once. */
	void (*acked)(void *arg, struct sip_request *req, osip_message_t *ack);
	/* 0, or -ETIMEDOUT: no ACK for our 2xx: end the dialog by BYE. */
	void (*ended)(void *arg, struct sip_request *req, int err);
};
void sip_request_watch(struct sip_request *req,
		       const struct sip_request_ops *ops, void *arg);

/*
 * Via, From, To with our tag, Call-ID, CSeq and, in what makes a dialog,
 * Record-Route are copied (RFC 3261 section 8.2.6). reason NULL: the usual.
 */
osip_message_t *sip_response_new(const struct sip_request *req, int status,
				 const char *reason);
/*
 * Any number of provisional ones, then a final one; a 2xx to INVITE is repeated
 * until its ACK, also over streams (section 13.3.1.4). Errors: -ESTALE after
 * the final one.
 */
int sip_respond(struct sip_request *req, osip_message_t *response);
/* The same with pairs of header names and values, ended by NULL. */
int sip_reply(struct sip_request *req, int status, const char *reason, ...)
	__attribute__((sentinel));
/* What we can: the answer to OPTIONS (RFC 3261 section 11.2). */
void sip_reply_options(struct sip_request *req);

/* client.c: requests we send */

/*
 * To whom: a phone or trunk of the store.
 *
 * Phone: conn if it is open; else the connection of its registration that has
 * contact, else of any. Never a new TLS connection: phones only connect to us.
 * Trunk: conn if it is open; else next_hop if there is one (the dialog's route
 * or remote target), looked up by RFC 3263; else destination if there is one,
 * alone; else the trunk's destinations, in order, but dead ones only if all are.
 * With its profile's transport, TLS class and names, and its 401 and 407 are
 * answered from our sip-realm credentials.
 */
struct sip_target {
	enum sip_peer_kind kind;
	int64_t id;
	struct net_conn *conn;
	const osip_uri_t *next_hop;
	const struct store_destination *destination;
	/*
	 * NULL, or each hop gets the request with a Contact of this user at
	 * our address there (sip_contact_set): who asks cannot know the hop.
	 */
	const char *contact_user;
	/*
	 * He has someone else to ask: a last hop that says nothing fails as soon
	 * as the others do, after a few T1 rather than 64.
	 */
	bool impatient;
};

struct sip_client_ops {
	/*
	 * Each provisional response, then one final one. INVITE: each further
	 * 2xx too (another To tag is another dialog, the same one wants the
	 * same ACK). After an answered challenge CSeq is one higher: the
	 * response's counts.
	 */
	void (*response)(void *arg, struct sip_client *client,
			 osip_message_t *response);
	/* Instead of a final response: -ETIMEDOUT (like 408), -ENOENT, ... */
	void (*failed)(void *arg, struct sip_client *client, int err);
};

/*
 * Top Via, Max-Forwards if missing (whoever passes a request on hands in what
 * it had, less one), User-Agent and Content-Length are the base's; all else is
 * the caller's, Contact too unless the target has a contact_user. A hop that
 * fails before any response, or gives none soon, is followed by the next one
 * with a new branch.
 * Errors: -ENOMEM, -EINVAL, -EBUSY too many transactions, -ENOTCONN the phone
 * has no connection, -EHOSTUNREACH unknown trunk.
 */
int sip_send(struct sip *sip, osip_message_t *request,
	     const struct sip_target *target, const struct sip_client_ops *ops,
	     void *arg, struct sip_client **client);
/*
 * INVITE only; waits for a provisional response (section 9.1). @reason: of its
 * Reason header (RFC 3326), or NULL.
 */
int sip_client_cancel(struct sip_client *client, const char *reason);
void sip_client_release(struct sip_client *client);
/* Where it went, once it did: for the next request of its dialog. */
struct net_conn *sip_client_conn(const struct sip_client *client);
const osip_message_t *sip_client_request(const struct sip_client *client);

/*
 * ACK for a 2xx, outside any transaction: Via is the base's. It goes by the
 * way of the target; repeated 2xx of client that bear the To tag of this ACK
 * get it again without a call-back.
 */
int sip_send_ack(struct sip_client *client, osip_message_t *ack,
		 const struct sip_target *target);

/* message.c: small things that everybody needs on messages */

/* <sip:user@our address by which conn's peer reaches us;transport=...> */
int sip_contact_set(osip_message_t *msg, const char *user,
		    const struct net_conn *conn);
char *sip_new_tag(char *buf, size_t size);
/* A header's value with its compact name understood; NULL if missing. */
const char *sip_header(const osip_message_t *msg, const char *name);
/* Is token in the comma separated values of all headers of that name? */
bool sip_header_has(const osip_message_t *msg, const char *name,
		    const char *token);
const char *sip_from_tag(const osip_message_t *msg);	/* NULL if missing */
const char *sip_to_tag(const osip_message_t *msg);

/* registrar.c: where phones are */

struct sip_binding {
	int64_t phone, line;		/* in the store */
	const char *name;		/* the phone's */
	const char *contact;		/* URI as registered: the Request-URI */
	struct net_conn *conn;		/* NULL: not since our restart */
	struct net_addr remote;		/* where it was */
	enum net_transport transport;
	enum net_class class;
	const char *user;		/* proven by digest, or "" */
	int q;				/* 0 to 1000 */
	int64_t expires;		/* CLOCK_REALTIME seconds */
	bool srtp_fallback;		/* Supported: X-cisco-srtp-fallback */
};

/*
 * Bindings of a line, best q first, or of a phone. Lent until the next return
 * to the loop. Returns how many there are, though no more than max are set.
 */
size_t sip_location_line(struct sip *sip, int64_t line,
			 const struct sip_binding **bindings, size_t max);
size_t sip_location_phone(struct sip *sip, int64_t phone,
			  const struct sip_binding **bindings, size_t max);

/* Ends all of a phone's, and tells how many; its connections stay. */
size_t sip_location_end(struct sip *sip, int64_t phone);

/* reset.c */

/*
 * NOTIFY check-sync over the phone's own connection: it reads its configuration
 * again, with reboot after a start. 0: it is on its way, what comes of it is
 * logged. Errors: -ENOENT it is not registered, and sip_send()'s.
 */
int sip_reset_phone(struct sip *sip, int64_t phone, bool reboot);

/* trunk.c */

/*
 * Does the OPTIONS ping of one of its destinations say so? Always for trunks
 * without ping.
 */
bool sip_trunk_is_alive(struct sip *sip, int64_t trunk);
/* The same for one of them. */
bool sip_destination_is_alive(struct sip *sip, int64_t trunk,
			      const struct store_destination *destination);
/*
 * What the pings of its destinations found, a list for the admin API; the caller
 * decrefs. NULL: none is pinged.
 */
json_t *sip_trunk_ping(struct sip *sip, const char *name);
/* All that are pinged, as a family of OpenMetrics. */
void sip_trunks_write(FILE *out, void *sip);

/* hosts.c: where trunks are */

/*
 * The addresses of one destination, those from which a request is the trunk's. Of
 * a host name as many as are known now. How many were set, max at most.
 */
size_t sip_destination_addresses(struct sip *sip, const char *host,
				 struct net_addr *addrs, size_t max);
/* Is there a host name that nobody has answered for yet? */
bool sip_hosts_pend(const struct sip *sip);
/* Called from the loop when an answer says anything new. */
void sip_hosts_watch(struct sip *sip, void (*changed)(void *arg), void *arg);

/* Counters, for the metrics. */
struct sip_counters {
	uint64_t requests, responses, refused_strict, refused_overload;
	uint64_t retransmitted, stray, challenges, digest_failures;
	uint64_t denied, loops, timeouts, registrations;
	uint64_t rejected;	/* by the kernel's ACL, which asked for a 403 */
	uint64_t withdrawn;	/* connections and registrations, by a review */
	uint64_t transactions_now;
};
const struct sip_counters *sip_counters(const struct sip *sip);

#endif /* SIP_H */
