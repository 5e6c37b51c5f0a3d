/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an identified peer may do: pure functions over facts (AUTHZ-1, AUTHZ-2).
 *
 * Nothing here reads a message, a socket or the database: whoever asks brings
 * the facts, so that the same rows of a table are the test of all transports.
 */
#ifndef AUTHZ_H
#define AUTHZ_H

#include <stdbool.h>

enum authz_method {
	AUTHZ_INVITE, AUTHZ_ACK, AUTHZ_BYE, AUTHZ_CANCEL, AUTHZ_OPTIONS,
	AUTHZ_REGISTER, AUTHZ_PRACK, AUTHZ_UPDATE, AUTHZ_INFO, AUTHZ_MESSAGE,
	AUTHZ_PUBLISH, AUTHZ_SUBSCRIBE, AUTHZ_NOTIFY, AUTHZ_REFER,
	AUTHZ_METHOD_OTHER,
};

/* What the method lists are about, as the scanner of requests finds it. */
struct authz_facts {
	enum authz_method method;
	bool in_dialog;			/* To has a tag */
	bool presence;			/* Event: presence and its lists */
	bool replaces;			/* a Replaces header, */
	bool refer_replaces;		/* or one embedded in Refer-To */
	bool subscribed;		/* NOTIFY of a subscription of ours */
};

/* The four boxes of a trunk's profile and of an application user. */
struct authz_boxes {
	bool presence_subscription;
	bool out_of_dialog_refer;
	bool unsolicited_notification;
	bool replaces_header;
};

enum authz_digest {
	AUTHZ_DIGEST_OFF,		/* the profile does not ask for it */
	AUTHZ_DIGEST_MISSING,		/* no credentials in the request */
	AUTHZ_DIGEST_WRONG,
	AUTHZ_DIGEST_STALE,		/* right, but with an expired nonce */
	AUTHZ_DIGEST_LOCKED,		/* wrong too often */
	AUTHZ_DIGEST_RIGHT,
};

struct authz_trunk {
	struct authz_boxes boxes;	/* of the profile */
	bool application_level;		/* the user's boxes count too */
};

struct authz_verdict {
	int status;			/* 0 passes; else 401, 403 */
	bool stale;			/* with 401 */
	const char *reason;		/* in words, for the security log */
};

/*
 * AUTHZ-2, in this order: the trunk's method list 403, digest 401, the user's
 * method list 403. user is NULL where the credentials are no application
 * user's. Called first with AUTHZ_DIGEST_MISSING it tells whether digest would
 * be reached at all: nobody is challenged for what stays forbidden. ACK and
 * CANCEL cannot be challenged (RFC 3261 section 22.1) and pass digest.
 */
struct authz_verdict authz_trunk_check(const struct authz_facts *facts,
				       const struct authz_trunk *trunk,
				       enum authz_digest digest,
				       const struct authz_boxes *user);

/* A phone's request: digest 401 only. */
struct authz_verdict authz_phone_check(const struct authz_facts *facts,
				       enum authz_digest digest);

enum authz_method authz_method_of(const char *name);	/* case matters */

#endif /* AUTHZ_H */
