/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of sip/'s base share.
 */
#ifndef SIP_INTERNAL_H
#define SIP_INTERNAL_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/queue.h>

#include "sip/head.h"
#include "sip/sip.h"
#include "sip/table.h"

#define SIP_ALLOW "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, PRACK, " \
	"UPDATE, INFO, SUBSCRIBE, NOTIFY, REFER"

struct sip_digest;
struct sip_enrolment;
struct sip_hosts;
struct sip_registrar;
struct sip_review;
struct sip_trunks;

struct sip_handler {
	LIST_ENTRY(sip_handler) entry;
	const char *method;
	sip_request_fn *fn;
	void *arg;
};

struct sip {
	struct event_base *base;
	struct store *store;
	struct net *net;
	char node[64], user_agent[64];
	unsigned int t1, t2, t4;	/* ms */
	size_t transactions_max;
	uint64_t secret[2];		/* tags and branches of this boot */
	LIST_HEAD(, sip_handler) handlers;
	struct sip_table servers;	/* by branch, method and source */
	struct sip_table accepted;	/* INVITEs by dialog and CSeq */
	struct sip_table clients;	/* by branch and method */
	LIST_HEAD(, sip_client) all_clients;	/* routing ones too */
	struct sip_digest *digest;
	struct sip_registrar *registrar;
	struct sip_trunks *trunks;
	struct sip_hosts *hosts;
	void (*hosts_changed)(void *arg);	/* may be NULL */
	void *hosts_arg;
	struct sip_enrolment *enrolment;
	struct sip_review *review;
	struct sip_counters counters;
	bool closing;
};

/* What we know of a stream: in its net_conn_data() until closed(). */
struct sip_link {
	struct sip_progress progress;	/* of sip_frame_stream() */
	LIST_HEAD(, sip_client) clients;	/* that wait for answers */
};

/* One message as it came. */
struct sip_input {
	struct net_conn *conn;
	const char *data;		/* without the CRLFs in front */
	size_t head, len;
	struct sip_outline outline;
	struct sip_via via;		/* the topmost */
	struct authz_facts facts;	/* of a request */
};

/* message.c; parsed messages and bytes are the caller's to free */
void sip_parser_start(void);
int sip_parse(const char *data, size_t len, osip_message_t **msg);
int sip_check_parsed(const osip_message_t *msg);
int sip_to_bytes(osip_message_t *msg, char **data, size_t *len);
/* Where conn's peer reaches us, as it stands in Via and Contact. */
const char *sip_sent_by(const struct net_conn *conn, char *buf, size_t size);

/* answer.c: answers from the bytes of the request alone, keeping nothing */

/* extra: header lines with their CRLFs, or NULL */
void sip_answer(struct sip *sip, const struct sip_input *in, int status,
		const char *reason, const char *extra);
/* Its To tag: the same for a repeated request. */
void sip_answer_tag(const struct sip *sip, const struct sip_input *in,
		    char *buf, size_t size);
/* RFC 3261 section 18.2.2, RFC 3581; a reference, or NULL. */
struct net_conn *sip_answer_conn(struct sip *sip, struct net_conn *conn,
				 const struct sip_via *via);

/* facts.c */

/* NULL, or why it is none that is read in one way only: a reason for 400. */
const char *sip_facts_of(const struct sip_input *in, const osip_message_t *msg,
			 struct authz_facts *facts);
/* What the parser takes it for. */
void sip_facts_parsed(const osip_message_t *msg, struct authz_facts *facts);

/* input.c */
extern const struct net_ops sip_net_ops;
struct sip_link *sip_link_of(struct net_conn *conn);

/* server.c */

/* True if it is of a transaction we know; ACK and CANCEL always are. */
bool sip_server_match(struct sip *sip, const struct sip_input *in,
		      const osip_message_t *msg);
/* Takes msg. NULL without memory: the client will repeat it. */
struct sip_request *sip_server_new(struct sip *sip, const struct sip_input *in,
				   osip_message_t *msg);
void sip_server_drop_all(struct sip *sip);

/* client.c */
void sip_client_input(struct sip *sip, const struct sip_input *in,
		      osip_message_t *msg);
void sip_client_lost(struct sip *sip, struct sip_link *link, int err);
void sip_client_drop_all(struct sip *sip);
/* The route has its next hop, or err. */
void sip_client_routed(struct sip_client *client, struct net_conn *conn,
		       int err);

/* branch.c */
enum { SIP_BRANCH_SIZE = 48 };
void sip_branch_new(const struct sip *sip, char *buf, size_t size);
/* Is this branch one of ours? For loops. */
bool sip_branch_is_ours(const struct sip *sip, struct sip_text branch);
/* Puts our Via on top; replaces the one that is ours already. -ENOMEM */
int sip_branch_set(osip_message_t *msg, const struct net_conn *conn,
		   const char *branch, bool replace);

/* route.c: one hop after another; the result comes by sip_client_routed() */
struct sip_route;
int sip_route_new(struct sip *sip, const struct sip_target *target,
		  struct sip_client *client, struct sip_route **route);
/* Asks for the (next) hop; last is what became of the one before. */
void sip_route_next(struct sip_route *route, int last);
void sip_route_free(struct sip_route *route);
bool sip_route_has_more(const struct sip_route *route);
/* May a trunk that has UDP be reached by TCP as well? */
bool sip_route_takes_tcp(const struct sip_route *route);
int sip_route_connect_tcp(struct sip_route *route, const struct net_addr *addr,
			  struct net_conn **conn);
bool sip_route_answers_challenges(const struct sip_route *route);
/* The only sip-realm in which it does; 0: any. */
int64_t sip_route_realm(const struct sip_route *route);

/*
 * challenge.c: puts our answer into the request and raises its CSeq; before is
 * how many were answered already; realm is the only sip-realm that may be
 * used, 0: any. -ENOENT: not ours to answer.
 */
int sip_challenge_answer(struct sip *sip, osip_message_t *request,
			 const osip_message_t *response, unsigned int before,
			 int64_t realm);

/* registrar.c */
int sip_registrar_start(struct sip *sip);
void sip_registrar_stop(struct sip *sip);
/* A reference to an open connection to this phone, or NULL. */
struct net_conn *sip_registrar_conn(struct sip *sip, int64_t phone);
/* Which phone is registered from there? 0: none. */
int64_t sip_registrar_phone_at(struct sip *sip, const struct net_conn *conn);

/* trunk.c */
int sip_trunks_start(struct sip *sip);
void sip_trunks_stop(struct sip *sip);

/* hosts.c */
int sip_hosts_start(struct sip *sip);
void sip_hosts_stop(struct sip *sip);
void sip_hosts_load(struct sip *sip);	/* the trunks have changed */
/* A store_peer's is_host. */
bool sip_hosts_have(void *sip, const char *name, const struct sockaddr *sa);

/* enrol.c */
int sip_enrolment_start(struct sip *sip);
void sip_enrolment_stop(struct sip *sip);
/* True: it will be known in a moment. */
bool sip_enrol(struct sip *sip, const osip_message_t *msg);

/* review.c: connections and registrations when the store has changed */
int sip_review_start(struct sip *sip);
void sip_review_stop(struct sip *sip);

/* sip.c */
int sip_options_start(struct sip *sip);

/* access.c: who asks, and may he? True: pass; else it was answered. */
bool sip_access(struct sip *sip, const struct sip_input *in,
		const osip_message_t *msg, struct sip_peer *peer,
		struct authz_facts *facts);

/* timer.c */
int64_t sip_now(void);
void sip_timer_ms(struct event *timer, unsigned int ms);

#endif /* SIP_INTERNAL_H */
