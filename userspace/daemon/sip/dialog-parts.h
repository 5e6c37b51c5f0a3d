/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of a dialog share: its parts. */
#ifndef SIP_DIALOG_PARTS_H
#define SIP_DIALOG_PARTS_H

#include "sip/dialog.h"

struct sip_dialogs {
	struct sip_dialog **table;
	size_t size;		/* a power of two */
	size_t count;
};

struct sip_dialog {
	struct sip_dialogs *dialogs;
	struct sip_dialog *next, **prev;	/* prev NULL: in no table */
	void *owner;
	/* These never change and lie in text, one behind the other. */
	char *text;
	const char *call_id, *local_tag, *remote_tag;
	const char *local, *remote;	/* name-addr without tag */
	const char *user;		/* of our Contact */
	char *remote_target;
	char *routes;			/* in order, each ended by '\n' */
	uint32_t local_cseq, remote_cseq;
	bool has_remote_cseq;
	struct sip_target target;
	osip_uri_t *next_hop;		/* of the target, once asked for */
};

enum { SIP_DIALOG_PARTS = 6 };

/*
 * parts: call_id, local_tag, remote_tag, local, remote, user. Takes
 * routes and remote_target, also when it fails: without memory, or if one of
 * the parts is missing, too long or no UTF-8.
 */
struct sip_dialog *sip_dialog_make(struct sip_dialogs *dialogs,
				   const char *const parts[SIP_DIALOG_PARTS],
				   char *routes, char *remote_target,
				   void *owner);
void sip_dialog_insert(struct sip_dialog *dialog);

/* The first Contact's URI, to be freed; NULL if there is none of use. */
char *sip_dialog_contact(const osip_message_t *msg);
/* "" if there is none; NULL without memory or if it is too long. */
char *sip_dialog_record_route(const osip_message_t *msg, bool reversed);

#endif /* SIP_DIALOG_PARTS_H */
