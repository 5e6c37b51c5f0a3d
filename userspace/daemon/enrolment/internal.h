/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of enrolment/ share; nobody else's.
 */
#ifndef ENROLMENT_INTERNAL_H
#define ENROLMENT_INTERNAL_H

#include <sys/queue.h>

#include "capf/auth.h"
#include "capf/session.h"
#include "enrolment/enrolment.h"
#include "keyd/request.h"
#include "net/net.h"
#include "store/enrolment.h"

struct event;
struct metric;
struct phone_service;
struct ticket;

/* anchors.c: who signs phones' certificates; made anew when that changes. */
struct anchors {
	bool fresh;
	/* CAPFs', makers', and both: for what the database knows as an LSC. */
	X509_STORE *lsc, *mic, *all;
	uint8_t (*revoked)[CAPF_ID_LEN];
	size_t revoked_count;
};

struct enrolment {
	struct enrolment_config config;
	struct phone_service *service;
	struct capf_guard *guard;
	struct anchors anchors;
	struct event *sweep, *daily;
	int64_t looked;			/* at certificates' ends; 0: never */
	bool sweeping;			/* it was asked for already */
	unsigned int swept;		/* given up in this sweep */
	LIST_HEAD(, visit) visits;
	size_t count;
	struct metric *results[CAPF_RESULT_COUNT], *issued;
	union keyd_buffer request;	/* of whoever asks just now */
};

/* One phone's connection, from the handshake to the end. */
struct visit {
	struct enrolment *all;
	LIST_ENTRY(visit) entry;
	struct net_conn *conn;		/* held: making a key is silent */
	struct capf_session *session;
	struct event *timer;		/* the session's deadline */
	char peer[NET_ADDR_LEN];

	int64_t phone;			/* 0: it has named none that we know */
	char name[STORE_NAME_SIZE];
	struct capf_device device;
	bool accepted;			/* it has shown that it is this phone */
	bool closed;
	bool shows_issued;		/* the LSC that was on its way */
	uint8_t *mic;			/* shown, and proven to be its own */
	size_t mic_len;

	/* What keyd was asked for, to be asked again as it was. */
	struct keyd_sign_lsc lsc;
	uint8_t spki[KEYD_SPKI_MAX];
	size_t spki_len;
	uint32_t asked;			/* 0: no answer is awaited */
	struct event *again;
	uint8_t *issued;
	size_t issued_len;

	struct capf_judgement judgement;	/* once it is on the disk */
	struct ticket *ticket;		/* the writer has something of ours */
	char why[KEYD_SENTENCE_LEN];
};

/* enrolment.c */
int64_t enrolment_now(void);		/* seconds that only grow */
void enrolment_sweep_soon(struct enrolment *all);

/* policy.c: parameters of the store */
void policy_session(const struct enrolment *all, struct capf_config *config);
void policy_auth(const struct enrolment *all, struct capf_auth_policy *policy);
void policy_guard(const struct enrolment *all,
		  struct capf_guard_limits *limits);
void policy_net(void *arg, struct net_limits *limits);

/* anchors.c. 0 or -ENOMEM; @shown is the certificate on record, or is not. */
int anchors_trust(struct enrolment *all, bool recorded,
		  struct capf_trust *trust);
void anchors_clear(struct anchors *anchors);

/* visit.c */
extern const struct net_ops visit_net_ops;
void visit_arm(struct visit *visit);

/* guesses.c */
int guesses_recall(struct enrolment *all);
/*
 * capf_auth_judge(). *is_kept: what comes of it is the phone's to hear when it
 * is on the disk, which is seen to.
 */
struct capf_judgement guesses_judge(struct visit *visit,
				    const struct capf_message *res,
				    const struct capf_trust *trust,
				    const struct capf_auth_policy *policy,
				    bool *is_kept);

/* judge.c, issue.c, keep.c: what a session asks for */
void visit_judge(void *arg, const struct capf_message *res);
void visit_issue(void *arg, const struct capf_request *request);
void visit_forget_issue(struct visit *visit);
void visit_keep(void *arg, enum capf_result result, struct element_bytes der);
/* Before the phone hears of an LSC that it will show one day. */
int visit_keep_issued(struct visit *visit);
/* Then refuses as the judgement says; NULL: nobody waits for it. */
int visit_keep_guesses(struct visit *visit, const struct store_guesses *guesses,
		       const struct capf_judgement *judgement);
/* What did not come off, for the history; and of a phone that never came. */
void visit_keep_failure(struct visit *visit, enum capf_result result,
			const char *why);
int enrolment_keep_overdue(struct enrolment *all,
			   const struct store_enrolment_state *state);
/* Nobody hears what becomes of it. */
void visit_forget_ticket(struct visit *visit);

/* expiry.c. 0, or no memory. */
int expiry_watch_phones(struct enrolment *all);
void expiry_unwatch_phones(struct enrolment *all);
/* As if it were @now. */
void expiry_of_phones(struct enrolment *all, time_t now);

/* show.c: to administrators */
int show_open(struct enrolment *all);
void show_close(struct enrolment *all);

#endif /* ENROLMENT_INTERNAL_H */
