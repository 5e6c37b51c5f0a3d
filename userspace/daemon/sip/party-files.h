/* SPDX-License-Identifier: GPL-2.0 */
/* What each file of a party does for the others. */
#ifndef SIP_PARTY_FILES_H
#define SIP_PARTY_FILES_H

#include "sip/party-parts.h"
#include "sip/uri.h"

/* party.c */
extern const struct call_party_ops sip_party_ops;
struct sip_party *sip_party_new(struct sip_parties *parties);
/* Has it done with the wire and the call with it? Then it will be freed. */
void sip_party_settle(struct sip_party *p);
void sip_party_timer(struct sip_party *p, enum sip_timer timer,
		     unsigned int ms);
void sip_party_timer_stop(struct sip_party *p, enum sip_timer timer);
/* A copy of it. 0 or -ENOMEM; @sdp NULL empties. */
int sip_party_keep(struct sip_kept *text, const char *sdp, size_t len);
void sip_party_wipe(struct sip_kept *text);

/* party-who.c: what the store knows of it */
/* 0, or the status to refuse its call with. */
int sip_party_identify(struct sip_party *p, const struct sip_request *req);
int sip_party_is_phone(struct sip_party *p, const struct sip_binding *binding);
int sip_party_is_trunk(struct sip_party *p, int64_t trunk);
/* After a restart, by its id alone. */
int sip_party_remember(struct sip_party *p, bool is_trunk, int64_t device);
/* Its connection's class may be another now. */
void sip_party_classify(struct sip_party *p, enum net_class class);
/* What Supported and Allow of its message tell. */
void sip_party_learn(struct sip_party *p, const osip_message_t *msg);

/* party-message.c: what a message of a party has */
/* 0: @sdp or NULL if there is none; else 415, 400. */
int sip_party_body(const osip_message_t *msg, const char **sdp, size_t *len);
/* Whom a Request-URI calls: 0, or a status. */
int sip_party_called(const osip_message_t *msg, char *number, size_t size);
int sip_party_set_body(osip_message_t *msg, const char *type, const char *body,
		       size_t len);
/* Allow, Supported and what else INVITE, UPDATE and their 2xx have. */
int sip_party_dress(struct sip_party *p, osip_message_t *msg);
/* A response's: by the user that was asked for. 0 or -errno. */
int sip_party_contact(osip_message_t *response, const struct sip_request *req);
bool sip_allows(const osip_message_t *msg, const char *method);
/* From, To and what else names the two ends of our first INVITE. */
int sip_party_name(struct sip_party *p, osip_message_t *invite);
/*
 * A response's status towards others: a challenge to us is none to them, they
 * could not answer it, and a bare 401 is no challenge.
 */
int sip_status_of(const osip_message_t *response);
enum { SIP_CAUSE_TEXT = 160 };
/* A response's status as a cause; good as long as the message and @text. */
struct call_cause sip_cause_of(const osip_message_t *response,
			       char text[SIP_CAUSE_TEXT]);
/* Answers with the cause, its warning and its reason. */
void sip_party_deny(struct sip_party *p, struct sip_request *req,
		    const struct call_cause *cause);

/* party-charging.c: P-Charging-Vector */
/* Keeps it for the other side. */
void sip_party_take_charging(struct sip_party *p, const osip_message_t *msg);
/* Puts that of the other side into a message of ours, if both may. */
int sip_party_charge(struct sip_party *p, osip_message_t *msg);

/* party-security.c: Call-Info */
int sip_party_show_security(struct sip_party *p, osip_message_t *msg);
/* What a trunk says; true if that is something new. */
bool sip_party_hear_security(struct sip_party *p, const osip_message_t *msg);

/* party-uas.c: its call to us */
void sip_party_invited(void *arg, struct sip_request *req);
int sip_party_alert(struct call_party *party, int status, const char *sdp,
		    size_t len);
/* The 2xx to what waits, with this; the party is up then. */
int sip_party_accept(struct sip_party *p, const char *sdp, size_t len);
/* 0 or -ENOMEM. */
int sip_party_watch(struct sip_party *p, struct sip_request *req);
/* For a party that goes: the base will find nobody. */
void sip_party_unwatch(struct sip_party *p);
/* Whose dialog a Replaces header's value names; NULL: nobody's. */
struct sip_party *sip_party_named(const struct sip_parties *parties,
				  const char *replaces);

/* party-uac.c: our call to it */
int sip_party_call(struct sip_party *p, const char *sdp, size_t len);
void sip_party_forget_attempt(struct sip_party *p);
void sip_party_drop_uac(struct sip_party *p);
/* Makes the ACK for a 2xx of ours; with @now it is sent, else it waits. */
int sip_party_prepare_ack(struct sip_party *p, const osip_message_t *response,
			  bool now);
int sip_party_ack(struct sip_party *p, const char *sdp, size_t len);

/* party-offer.c: offers once it is up */
void sip_party_reinvited(struct sip_party *p, struct sip_request *req);
void sip_party_updated(void *arg, struct sip_request *req);
/* Sends what waits, if nothing is in its way. 0 or -errno. */
int sip_party_kick(struct sip_party *p);
/* The same where a failure can be told by an event. */
void sip_party_go_on(struct sip_party *p);
int sip_party_offer(struct call_party *party, const char *sdp, size_t len);
int sip_party_solicit(struct call_party *party);
int sip_party_answer(struct call_party *party, const char *sdp, size_t len);
void sip_party_refuse(struct call_party *party, const struct call_cause *cause);

/* party-early.c: offers while it rings */
/* May this request bring one? */
bool sip_party_early_may(const struct sip_party *p,
			 const struct sip_request *req);
void sip_party_early_offered(struct sip_party *p, struct sip_request *req,
			     const char *sdp, size_t len);
/* To p->early. */
int sip_party_early_answer(struct sip_party *p, const char *sdp, size_t len);
void sip_party_early_refuse(struct sip_party *p,
			    const struct call_cause *cause);
/* -EBUSY: not before it is connected. */
int sip_party_early_offer(struct sip_party *p, const char *sdp, size_t len);

/* party-again.c: re-INVITE and UPDATE of ours */
void sip_party_security(struct call_party *party, enum call_security status);

/* party-reliable.c: RFC 3262 */
int sip_party_alert_reliably(struct sip_party *p, int status, const char *sdp,
			     size_t len);
/* Must the 2xx wait for a PRACK? Then it is kept. 1, 0 or -errno. */
int sip_party_answer_waits(struct sip_party *p, const char *sdp, size_t len);
bool sip_party_has_said(const struct sip_party *p, const char *sdp, size_t len);
void sip_party_reliable_timer(struct sip_party *p);
void sip_party_forget_reliable(struct sip_party *p);
void sip_party_pracked(void *arg, struct sip_request *req);
/* A provisional response to us: false if it must be dropped. */
bool sip_party_prack(struct sip_party *p, struct sip_fork *fork,
		     const osip_message_t *response);

/* party-timer.c: RFC 4028 */
/* 0, or 422: answered then. */
int sip_party_session_asked(struct sip_party *p, struct sip_request *req);
int sip_party_session_answer(struct sip_party *p, osip_message_t *response);
int sip_party_session_ask(struct sip_party *p, osip_message_t *request);
void sip_party_session_agreed(struct sip_party *p,
			      const osip_message_t *response);
void sip_party_session_timer(struct sip_party *p);
void sip_party_session_start(struct sip_party *p);

/* party-request.c: requests within its dialog */
/*
 * The party that a request of a dialog is about, its sender checked and its
 * number in order; else NULL and the request is answered.
 */
struct sip_party *sip_party_asked(struct sip_parties *parties,
				  struct sip_request *req);
int sip_party_send(struct sip_party *p, struct sip_dialog *dialog,
		   osip_message_t *msg, const struct sip_client_ops *ops,
		   uint32_t token);
/* An errand is over: released and freed. */
void sip_errand_done(struct sip_errand *errand);
void sip_party_byed(void *arg, struct sip_request *req);
void sip_party_informed(void *arg, struct sip_request *req);
void sip_party_optioned(void *arg, struct sip_request *req);
int sip_party_inform(struct call_party *party, const struct call_info *info);
void sip_party_info_done(struct call_party *party, uint32_t token, int status);

/* party-end.c */
/* What its Reason headers say (RFC 3326); NULL if nothing, or nothing good. */
const char *sip_party_reason(const osip_message_t *msg, char *buf, size_t size);
void sip_party_hangup(struct call_party *party, const struct call_cause *cause);
/* It is gone, by its own doing or the wire's: the call is told, once. */
void sip_party_gone(struct sip_party *p, const struct call_cause *cause);
/* We end it, and the call is told. */
void sip_party_give_up(struct sip_party *p, int status, const char *text);
void sip_party_bye(struct sip_party *p, const struct call_cause *cause);
/* party-farewell.c: says BYE once the phone is back, for a while */
void sip_party_farewell(struct sip_party *p);
void sip_party_farewell_timer(struct sip_party *p);
void sip_party_forget_farewell(struct sip_party *p);

/* party-refer.c */
void sip_party_referred(void *arg, struct sip_request *req);
void sip_party_transferring(struct call_party *party, int status,
			    const char *reason);
void sip_party_forget_refer(struct sip_party *p);

/* party-refer-sub.c */
struct sip_refer_sub {
	uint32_t cseq;			/* the REFER's: which subscription */
	unsigned int expires;		/* seconds, as it is told */
	bool is_silent;			/* Refer-Sub: false, RFC 4488 */
	int status;			/* of the call that it asks for */
	char reason[64];
};

/* As the REFER @msg wants it; its status is 100. */
void sip_refer_sub_init(struct sip_refer_sub *sub, const osip_message_t *msg,
			unsigned int expires);
/* @reason NULL: the usual one. */
void sip_refer_sub_set(struct sip_refer_sub *sub, int status,
		       const char *reason);
/* Is that status the last one? */
bool sip_refer_sub_is_over(const struct sip_refer_sub *sub);
/* What tells the status, to be sent; NULL: no memory. */
osip_message_t *sip_refer_sub_notify(const struct sip_refer_sub *sub,
				     struct sip_dialog *dialog);

/* party-refer-to.c */
struct sip_refer_to {
	char number[STORE_TEXT_SIZE];
	bool has_replaces;
	char replaces[768];		/* the header's value */
};

/* 0, or the status to refuse the REFER with. */
int sip_refer_to_read(const osip_message_t *msg, struct sip_refer_to *to);
/* Whose place it names: NULL if nobody's. 0, or a status: not @by's to join. */
int sip_refer_to_party(struct sip_parties *parties,
		       const struct call_party *by,
		       const struct sip_refer_to *to,
		       struct sip_party **replaced);

/* party-referral.c: REFER outside a dialog */
void sip_referral_asked(struct sip_parties *parties, struct sip_request *req);
void sip_referrals_free(struct sip_parties *parties);

/* party-save.c */
json_t *sip_party_save(const struct call_party *party);
struct call_party *sip_party_restore(void *arg, const json_t *json);

#endif /* SIP_PARTY_FILES_H */
