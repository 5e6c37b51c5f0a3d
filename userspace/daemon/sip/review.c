// SPDX-License-Identifier: GPL-2.0
// What was admitted, judged again when profiles, certificates or menus change:
// connections that would not come to be today are closed, registrations that
// would be refused are removed. Calls are not ours to end.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "sip/conform.h"
#include "sip/identify.h"
#include "sip/location.h"

enum { BINDINGS_A_TURN = 64 };		/* then others have theirs */

struct sip_review {
	struct event turn;
	struct sip_location_place place;
	bool runs, again;
};

static void withdraw(struct sip *sip, const struct net_peer *peer,
		     const struct net_addr *remote, const char *event,
		     const char *device, const char *reason)
{
	char addr[NET_ADDR_LEN + 8];

	sip->counters.withdrawn++;
	log_security(event, "peer", net_addr_full(remote, addr, sizeof(addr)),
		     "device", device, "subject",
		     peer && peer->cert ? peer->cert->subject : NULL,
		     "reason", reason, NULL);
}

/* As sip_route has it: a subject of the profile is in the certificate. */
static bool bears_subject(const struct net_cert *cert,
			  const struct store_trunk_profile *profile)
{
	char subjects[STORE_SUBJECTS_SIZE], *at, *save = NULL;

	strcpy(subjects, profile->subjects);
	for (at = strtok_r(subjects, " ,;:", &save); at;
	     at = strtok_r(NULL, " ,;:", &save)) {
		if (cert && net_cert_has_name(cert, at))
			return true;
	}
	return false;
}

/* A stream that we opened, for the trunk of that name. */
static const char *outgoing_fault(struct sip *sip, const struct net_peer *peer,
				  const char *name)
{
	static struct store_trunk trunk;	/* too large for the stack */
	const char *fault;
	int err = store_trunk_by_name(sip->store, name, &trunk);

	if (err)
		return err == -ENOENT ? "there is no such trunk any more" :
					NULL;
	fault = sip_trunk_fault(&trunk, peer->class);
	if (!fault && peer->transport == NET_TLS &&
	    !bears_subject(peer->cert, &trunk.profile))
		fault = "its certificate bears no name of the profile any more";
	return fault;
}

/*
 * Whose connection it is as far as it proves it itself. Of phones that share a
 * certificate their registrations tell. As far as the store can be read: else it
 * is no reason to turn anybody out.
 */
static const char *incoming_fault(struct sip *sip, struct net_conn *conn,
				  char *name)
{
	static struct sip_identity id;		/* too large for the stack */
	static struct store_phone_profile profile;
	const struct net_peer *peer = net_conn_peer(conn);
	const char *fault;
	int err = sip_identify_trunk(sip, conn, &id.trunk);

	if (!err) {
		strcpy(name, id.trunk.name);
		return sip_trunk_fault(&id.trunk, peer->class);
	}
	if (err == -ENOENT)
		err = sip_identify_phone(sip, peer->cert, &id.phone);
	if (!err) {
		strcpy(name, id.phone.name);
		fault = sip_phone_fault(sip->store, &id.phone, peer->class,
					peer->transport, peer->cert);
		return fault == sip_not_judged ? NULL : fault;
	}
	if (err == -ENOENT)
		err = sip_identify_profile(sip, peer->cert, &profile);
	if (!err)
		return sip_profile_fault(sip->store, &profile, peer->class);
	return err == -ENOENT ?
		"its certificate is no trunk's or phone's any more" : NULL;
}

static void judge_conn(void *arg, struct net_conn *conn)
{
	const struct net_peer *peer = net_conn_peer(conn);
	const char *identity = net_conn_identity(conn);
	const char *fault = net_conn_fault(conn);
	char name[STORE_NAME_SIZE] = "";
	struct sip *sip = arg;

	if (peer->outgoing)
		fault = fault ?: outgoing_fault(sip, peer, identity);
	else if (peer->transport == NET_TLS)
		fault = fault ?: incoming_fault(sip, conn, name);
	if (!fault)
		return;
	withdraw(sip, peer, &peer->remote, "connection-withdrawn",
		 identity ?: name[0] ? name : NULL, fault);
	sip_location_leave(sip, conn);
	/* What its calls' ends had to say still leaves. */
	net_conn_close(conn);
}

static bool is_button(struct sip *sip, int64_t phone, int64_t line)
{
	struct store_buttons buttons;
	bool found = false;
	size_t i;

	/* A store that cannot be read is no reason to turn phones out. */
	if (store_phone_lines(sip->store, phone, &buttons))
		return true;
	for (i = 0; i < buttons.count && !found; i++)
		found = buttons.list[i].line == line;
	store_buttons_clear(&buttons);
	return found;
}

static const char *binding_fault(struct sip *sip,
				 const struct sip_binding *binding)
{
	struct store_phone phone;
	const char *fault;
	int err = store_phone_get(sip->store, binding->phone, &phone);

	if (err)
		return err == -ENOENT ? "the phone is deleted" : NULL;
	if (!is_button(sip, binding->phone, binding->line))
		return "the line is not the phone's any more";
	/* Its connection's certificate is judged with that. */
	fault = sip_phone_fault(sip->store, &phone, binding->class,
				binding->transport, NULL);
	if (fault || !phone.profile.digest)
		return fault;
	if (!binding->user[0])
		return "registered without digest";
	return strcmp(binding->user, phone.digest_user_name) ?
		"registered with another user's digest" : NULL;
}

/* The phone is to notice, where it can: it will connect and register anew. */
static bool judge_binding(struct sip *sip, const struct sip_binding *binding)
{
	const char *fault = binding_fault(sip, binding);
	struct net_conn *conn = binding->conn;

	if (!fault)
		return true;
	withdraw(sip, NULL, &binding->remote, "registration-withdrawn",
		 binding->name, fault);
	if (conn && binding->transport != NET_UDP)
		net_conn_close(conn);
	return false;
}

static void begin(struct sip *sip)
{
	static const struct timeval soon;
	struct sip_review *review = sip->review;

	review->again = false;
	review->runs = true;
	review->place = (struct sip_location_place){ 0 };
	evtimer_add(&review->turn, &soon);
	net_review(sip->net, judge_conn, sip);
}

static void turn(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon;
	struct sip *sip = arg;
	struct sip_review *review = sip->review;

	(void)fd;
	(void)what;
	if (sip_location_walk(sip, &review->place, BINDINGS_A_TURN,
			      judge_binding)) {
		evtimer_add(&review->turn, &soon);
		return;
	}
	review->runs = false;
	if (review->again)
		begin(sip);
}

/* What is added withdraws nothing. */
static void on_change(void *ctx, const struct store_change *change)
{
	static const char *const nouns[] = {
		"*", "phone", "trunk", "profile", "cert", "line", "user",
		"param",
	};
	struct sip *sip = ctx;
	bool concerns = false;
	size_t i;

	for (i = 0; i < sizeof(nouns) / sizeof(nouns[0]); i++)
		concerns |= !strcmp(change->noun, nouns[i]);
	if (!concerns || !strcmp(change->verb, "add"))
		return;
	/* Changes must not keep a review from coming to its end. */
	if (sip->review->runs)
		sip->review->again = true;
	else
		begin(sip);
}

/* At the start, too: the daemon may have died before it was through. */
int sip_review_start(struct sip *sip)
{
	sip->review = calloc(1, sizeof(*sip->review));
	if (!sip->review)
		return -ENOMEM;
	evtimer_assign(&sip->review->turn, sip->base, turn, sip);
	begin(sip);
	return store_watch(sip->store, on_change, sip);
}

void sip_review_stop(struct sip *sip)
{
	if (!sip->review)
		return;
	store_unwatch(sip->store, on_change, sip);
	evtimer_del(&sip->review->turn);
	free(sip->review);
	sip->review = NULL;
}
