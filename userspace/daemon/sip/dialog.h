/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dialogs, RFC 3261 section 12: what both ends of one remember, as text, so
 * that it can be written down and read back after a restart.
 */
#ifndef SIP_DIALOG_H
#define SIP_DIALOG_H

#include <jansson.h>

#include "sip/sip.h"

enum {
	SIP_DIALOG_TEXT = 2048,	/* longest part that is kept: id, URI */
	SIP_DIALOG_ROUTES = 4096,	/* all of them */
};

/* Known only by pointer; an owner has one for each side it speaks to. */
struct sip_dialog;
/* All dialogs of the daemon, to find the one of a request. */
struct sip_dialogs;

/* NULL without memory. The owner frees all dialogs first. */
struct sip_dialogs *sip_dialogs_new(void);
void sip_dialogs_free(struct sip_dialogs *dialogs);

/*
 * The dialog that our answer to a request with our to_tag makes (UAS), or
 * that a response to our request made (UAC: @request as it was sent). @owner
 * is what sip_dialog_owner() gives back. NULL without memory, or if a Contact
 * that is needed is missing.
 */
struct sip_dialog *sip_dialog_new_uas(struct sip_dialogs *dialogs,
				      const struct sip_request *req,
				      void *owner);
struct sip_dialog *sip_dialog_new_uac(struct sip_dialogs *dialogs,
				      const osip_message_t *request,
				      const osip_message_t *response,
				      const struct sip_target *target,
				      void *owner);
void sip_dialog_free(struct sip_dialog *dialog);
void *sip_dialog_owner(const struct sip_dialog *dialog);

/* The dialog of a request that came in; NULL if there is none: 481. */
struct sip_dialog *sip_dialog_find(const struct sip_dialogs *dialogs,
				   const osip_message_t *request);
/* By a Replaces header's three parts, RFC 3891 section 3. */
struct sip_dialog *sip_dialog_find_tags(const struct sip_dialogs *dialogs,
					const char *call_id,
					const char *local_tag,
					const char *remote_tag);

/*
 * A request of the dialog came in: its CSeq must grow (section 12.2.2), its
 * Contact is the new remote target if the method refreshes it, its connection
 * the one to answer and ask by. 0, or -EPROTO: out of order, 500.
 */
int sip_dialog_received(struct sip_dialog *dialog,
			const struct sip_request *req);
/* A 2xx to what refreshes the target. */
void sip_dialog_refresh(struct sip_dialog *dialog,
			const osip_message_t *response);
/*
 * The 2xx to the INVITE that made it, for a dialog that a provisional response
 * began: routes and target are computed anew (section 13.2.2.4). 0 or -errno.
 */
int sip_dialog_confirm(struct sip_dialog *dialog,
		       const osip_message_t *response);

/*
 * A request of the dialog, complete but for body and extensions, with the
 * next CSeq; the base adds Contact. NULL without memory. ACK: with the CSeq of
 * @invite, which is the INVITE as it went out last.
 */
osip_message_t *sip_dialog_request(struct sip_dialog *dialog,
				   const char *method);
osip_message_t *sip_dialog_ack(const struct sip_dialog *dialog,
			       const osip_message_t *invite);
/* Its peer was reached, or answered, by this connection. NULL changes nothing. */
void sip_dialog_moved(struct sip_dialog *dialog, struct net_conn *conn);
/* Where its requests go. Good until the next change of the dialog. */
const struct sip_target *sip_dialog_target(const struct sip_dialog *dialog);

const char *sip_dialog_remote_tag(const struct sip_dialog *dialog);
/* Their name-addr, without tag. */
const char *sip_dialog_remote(const struct sip_dialog *dialog);

/* A URI's user, or "" where it is nothing that a Contact may have as it is. */
const char *sip_dialog_user(const osip_uri_t *uri);

/* A digest that we answered used a CSeq; the next must be higher. */
void sip_dialog_used_cseq(struct sip_dialog *dialog,
			  const osip_message_t *request);

/* To and from the call's record. Load: NULL if @json is no dialog of ours. */
json_t *sip_dialog_save(const struct sip_dialog *dialog);
struct sip_dialog *sip_dialog_load(struct sip_dialogs *dialogs,
				   const json_t *json, void *owner);

#endif /* SIP_DIALOG_H */
