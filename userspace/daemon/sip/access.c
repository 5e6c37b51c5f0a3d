// SPDX-License-Identifier: GPL-2.0
// May he? Identity, class, method lists and digest, in the order of AUTHZ-2.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "refusal.h"
#include "sip/conform.h"
#include "sip/digest.h"
#include "sip/identify.h"

struct access {
	struct sip *sip;
	const struct sip_input *in;
	const osip_message_t *msg;
	struct sip_peer *peer;
	struct authz_facts *facts;
	struct sip_digest_check check;
	bool trunk;
	enum store_user_kind kind;	/* of whose credentials these are */
	struct sip_credentials credentials;
	struct store_user user;
	char binding[32 + NET_ADDR_LEN];
	char source[STORE_NAME_SIZE + NET_ADDR_LEN + 2];
	char phone_user[STORE_NAME_SIZE];	/* the only one for a phone */
};

static void deny(struct access *access, int status, const char *reason,
		 const char *extra)
{
	char addr[NET_ADDR_LEN + 8], code[8];
	const struct net_peer *peer = net_conn_peer(access->in->conn);

	access->sip->counters.denied++;
	snprintf(code, sizeof(code), "%d", status);
	net_addr_full(&peer->remote, addr, sizeof(addr));
	/* A first request without credentials is no event. */
	if ((status != 401 || access->credentials.username[0]) &&
	    refusal_admit(addr))
		log_security("sip-denied", "peer", addr, "device",
			     access->peer->name[0] ? access->peer->name : NULL,
			     "method", access->msg->sip_method,
			     "status", code, "user",
			     access->credentials.username[0] ?
			     access->credentials.username : NULL,
			     "reason", reason, NULL);
	sip_answer(access->sip, access->in, status, NULL, extra);
}

static bool deny_unknown(struct access *access)
{
	char warning[160];

	snprintf(warning, sizeof(warning), "Warning: 399 %s \"Unable to find "
		 "a device handler for the request\"\r\n", access->sip->node);
	deny(access, 503, "no trunk or phone for this peer", warning);
	return false;
}

/* The Authorization header for our realm; what is of another is not ours. */
static bool find_credentials(struct access *access)
{
	const struct sip_input *in = access->in;
	const char *at = memchr(in->data, '\n', in->head);
	const char *end = in->data + in->head;
	struct sip_line line;

	for (at++; sip_head_next(&at, end, &line) == 1;) {
		if (line.id != SIP_H_OTHER ||
		    !sip_text_is(line.name, "Authorization"))
			continue;
		if (!sip_credentials_parse(line.value, &access->credentials) &&
		    !strcmp(access->credentials.realm, access->check.realm))
			return true;
	}
	memset(&access->credentials, 0, sizeof(access->credentials));
	return false;
}

static int find_ha1(void *arg, const char *name,
		    enum store_algorithm algorithm,
		    uint8_t ha1[STORE_HA1_MAX], size_t *len)
{
	struct access *access = arg;
	struct store *store = access->sip->store;
	int err;

	if (!access->trunk) {
		if (!access->phone_user[0])
			return -ENOKEY;
		if (strcmp(name, access->phone_user))
			return -ENOENT;
		return store_ha1_find(store, STORE_USER, name,
				      access->check.realm, algorithm, ha1,
				      len);
	}
	access->kind = STORE_APPUSER;
	err = store_ha1_find(store, STORE_APPUSER, name, access->check.realm,
			     algorithm, ha1, len);
	if (err != -ENOENT)
		return err;
	access->kind = STORE_USER;
	return store_ha1_find(store, STORE_USER, name, access->check.realm,
			      algorithm, ha1, len);
}

static unsigned int offers_of(const struct store *store)
{
	switch (store_param(store, STORE_PARAM_DIGEST_ALGORITHMS)) {
	case STORE_OFFER_MD5:
		return 1u << STORE_MD5;
	case STORE_OFFER_SHA256:
		return 1u << STORE_SHA256;
	case STORE_OFFER_ALL:
		return 1u << STORE_SHA512_256 | 1u << STORE_SHA256 |
		       1u << STORE_MD5;
	case STORE_OFFER_SHA512_SHA256:
		return 1u << STORE_SHA512_256 | 1u << STORE_SHA256;
	case STORE_OFFER_SHA512:
		return 1u << STORE_SHA512_256;
	default:
		return 1u << STORE_SHA256 | 1u << STORE_MD5;
	}
}

static void prepare_digest(struct access *access, uint32_t validity)
{
	const struct store *store = access->sip->store;
	const struct net_peer *peer = net_conn_peer(access->in->conn);
	char host[NET_ADDR_LEN];

	net_addr_host(&peer->remote, host, sizeof(host));
	/*
	 * A trunk is known by its addresses. That it is a phone, anybody may
	 * say and be challenged: its nonce is good where it was sent to.
	 */
	snprintf(access->binding, sizeof(access->binding), "%d %lld %s",
		 access->peer->kind, (long long)access->peer->id,
		 access->trunk ? "" : host);
	access->check = (struct sip_digest_check){
		.realm = store_param_text(store, access->trunk ?
					  STORE_PARAM_CLUSTER_ID :
					  STORE_PARAM_SIP_STATION_REALM),
		.offers = offers_of(store),
		.binding = access->binding,
		.source = access->source,
		.validity = validity,
		.failure_limit = store_param(store,
					     STORE_PARAM_DIGEST_FAILURE_LIMIT),
		.now = sip_now(),
		.method = access->in->outline.method,
		.uri = access->in->outline.uri,
		.ha1 = find_ha1,
		.arg = access,
	};
}

static enum authz_digest check_digest(struct access *access,
				      const char **reason)
{
	const struct net_peer *peer = net_conn_peer(access->in->conn);
	char host[NET_ADDR_LEN];
	enum authz_digest digest;

	*reason = NULL;
	if (!find_credentials(access))
		return AUTHZ_DIGEST_MISSING;
	snprintf(access->source, sizeof(access->source), "%s %s",
		 net_addr_host(&peer->remote, host, sizeof(host)),
		 access->credentials.username);
	digest = sip_digest_verify(access->sip->digest, &access->check,
				   &access->credentials, reason);
	if (digest == AUTHZ_DIGEST_RIGHT)
		snprintf(access->peer->user, sizeof(access->peer->user), "%s",
			 access->credentials.username);
	else
		access->sip->counters.digest_failures++;
	return digest;
}

/*
 * A phone that has nothing to answer with gets challenges for ever: why that is
 * must be said, though it never tries a wrong password (DIGEST-6). It is
 * challenged all the same: strangers do not learn whose phone has a password.
 */
static const char *no_credentials(struct access *access)
{
	uint8_t ha1[STORE_HA1_MAX];
	int err = -ENOKEY;
	size_t len;
	int i;

	if (!access->phone_user[0])
		return "digest is on, and the phone has no digest_user";
	for (i = 0; i < STORE_ALGORITHM_COUNT && err; i++) {
		if (access->check.offers & 1u << i)
			err = find_ha1(access, access->phone_user, i, ha1,
				       &len);
	}
	explicit_bzero(ha1, sizeof(ha1));
	return err ? "digest is on, and no digest credentials are set for "
		     "the phone's user and this realm" : NULL;
}

/* Once a minute and phone: two that share a place tell a little more. */
static void tell_no_credentials(struct access *access)
{
	static struct {
		int64_t phone, when;
	} told[256], *place;
	const char *why = no_credentials(access);
	char addr[NET_ADDR_LEN + 8];

	place = &told[(uint64_t)access->peer->id % 256];
	if (!why || (place->phone == access->peer->id &&
		     sip_now() - place->when < 60))
		return;
	place->phone = access->peer->id;
	place->when = sip_now();
	net_addr_full(&net_conn_peer(access->in->conn)->remote, addr,
		      sizeof(addr));
	log_event(LOG_LEVEL_WARNING, "digest-impossible", "phone",
		  access->peer->name, "reason", why, NULL);
	if (refusal_admit(addr))
		log_security("sip-denied", "peer", addr, "device",
			     access->peer->name, "method",
			     access->msg->sip_method, "status", "401",
			     "reason", why, NULL);
}

static bool apply(struct access *access, const struct authz_verdict *verdict,
		  const char *detail)
{
	char challenge[1536];

	if (!verdict->status)
		return true;
	if (verdict->status == 401) {
		access->sip->counters.challenges++;
		sip_digest_challenge(access->sip->digest, &access->check,
				     verdict->stale, challenge,
				     sizeof(challenge));
		deny(access, 401, detail ?: verdict->reason, challenge);
	} else {
		deny(access, verdict->status, detail ?: verdict->reason, NULL);
	}
	return false;
}

static struct authz_boxes boxes_of(const struct store_boxes *boxes)
{
	return (struct authz_boxes){
		.presence_subscription = boxes->presence_subscription,
		.out_of_dialog_refer = boxes->ood_refer,
		.unsolicited_notification = boxes->unsolicited_notification,
		.replaces_header = boxes->replaces,
	};
}

/* The application user's boxes; an end user has none. */
static const struct authz_boxes *user_boxes(struct access *access,
					    struct authz_boxes *boxes)
{
	if (access->kind != STORE_APPUSER || !access->peer->user[0] ||
	    store_user_find(access->sip->store, STORE_APPUSER,
			    access->peer->user, &access->user))
		return NULL;
	*boxes = boxes_of(&access->user.accept);
	return boxes;
}

static bool may_trunk(struct access *access, const struct store_trunk *trunk)
{
	const struct store_trunk_profile *profile = &trunk->profile;
	struct authz_trunk rules = { boxes_of(&profile->accept), false };
	struct authz_boxes boxes;
	struct authz_verdict verdict;
	enum authz_digest digest = AUTHZ_DIGEST_OFF;
	const char *detail = sip_trunk_fault(trunk, access->peer->class);

	access->trunk = true;
	access->peer->id = trunk->id;
	strcpy(access->peer->name, trunk->name);
	if (detail) {
		deny(access, 403, detail, NULL);
		return false;
	}
	/* The trunk's list first: nobody is challenged for what it forbids. */
	verdict = authz_trunk_check(access->facts, &rules, digest, NULL);
	if (!apply(access, &verdict, NULL))
		return false;
	if (profile->digest) {
		prepare_digest(access, profile->nonce_validity);
		digest = check_digest(access, &detail);
	}
	rules.application_level = profile->application_authorization;
	verdict = authz_trunk_check(access->facts, &rules, digest,
				    user_boxes(access, &boxes));
	return apply(access, &verdict, detail);
}

static bool may_phone(struct access *access, const struct store_phone *phone)
{
	const struct net_peer *peer = net_conn_peer(access->in->conn);
	const char *detail;
	struct authz_verdict verdict;
	enum authz_digest digest = AUTHZ_DIGEST_OFF;

	access->peer->id = phone->id;
	strcpy(access->peer->name, phone->name);
	detail = sip_phone_fault(access->sip->store, phone,
				 access->peer->class, peer->transport,
				 peer->cert);
	if (detail) {
		deny(access, 403, detail, NULL);
		return false;
	}
	if (phone->profile.digest) {
		strcpy(access->phone_user, phone->digest_user_name);
		prepare_digest(access, phone->profile.nonce_validity);
		digest = check_digest(access, &detail);
		if (digest == AUTHZ_DIGEST_MISSING)
			tell_no_credentials(access);
	}
	verdict = authz_phone_check(access->facts, digest);
	return apply(access, &verdict, detail);
}

/*
 * A stranger who wants to register over UDP or TCP learns nothing: it is
 * challenged as a phone would be, and no credentials are ever right.
 */
static bool refuse_stranger(struct access *access)
{
	struct authz_verdict verdict;
	const char *detail;

	if (!MSG_IS_REGISTER(access->msg) || access->peer->class != NET_CLEAR)
		return deny_unknown(access);
	if (sip_enrol(access->sip, access->msg)) {
		sip_answer(access->sip, access->in, 503, "Enrolling",
			   "Retry-After: 1\r\n");
		return false;
	}
	strcpy(access->phone_user, "\n");	/* nobody's name */
	prepare_digest(access, 600);
	verdict = authz_phone_check(access->facts,
				    check_digest(access, &detail));
	apply(access, &verdict, detail);
	return false;
}

bool sip_access(struct sip *sip, const struct sip_input *in,
		const osip_message_t *msg, struct sip_peer *peer,
		struct authz_facts *facts)
{
	struct access access = { .sip = sip, .in = in, .msg = msg,
				 .peer = peer, .facts = facts };
	static struct sip_identity id;	/* too large for the stack */

	memset(peer, 0, sizeof(*peer));
	*facts = in->facts;
	peer->class = net_conn_peer(in->conn)->class;
	peer->kind = sip_identify(sip, in, msg, &id);
	switch (peer->kind) {
	case SIP_PEER_TRUNK:
		return may_trunk(&access, &id.trunk);
	case SIP_PEER_PHONE:
		return may_phone(&access, &id.phone);
	default:
		return refuse_stranger(&access);
	}
}
