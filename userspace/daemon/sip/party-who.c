// SPDX-License-Identifier: GPL-2.0
/* Who a party is: by the store and its connection, never by its own word. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "refusal.h"
#include "sip/party-files.h"

static enum call_menu menu_of(const struct store *store)
{
	switch (store_param(store, STORE_PARAM_SRTP_CIPHER_MENU)) {
	case STORE_MENU_STRONGEST:
		return CALL_MENU_STRONGEST;
	case STORE_MENU_MEDIUM:
		return CALL_MENU_MEDIUM;
	}
	return CALL_MENU_ALL;
}

static void set_policy(struct sip_party *p, bool allowed, bool required)
{
	struct call_policy *policy = &p->party.leg.policy;
	struct store *store = p->all->config.store;

	policy->srtp_required = required ||
		store_param(store, STORE_PARAM_ENCRYPTION_REQUIRED);
	policy->srtp_allowed = allowed || policy->srtp_required;
	policy->own_fallback = allowed && !policy->srtp_required;
	policy->menu = menu_of(store);
}

void sip_party_classify(struct sip_party *p, enum net_class class)
{
	static const enum store_mode modes[] = {
		[NET_CLEAR] = STORE_NONSECURE,
		[NET_AUTHENTICATED] = STORE_AUTHENTICATED,
		[NET_ENCRYPTED] = STORE_ENCRYPTED,
	};
	static const enum call_class classes[] = {
		[NET_CLEAR] = CALL_CLASS_CLEAR,
		[NET_AUTHENTICATED] = CALL_CLASS_AUTHENTICATED,
		[NET_ENCRYPTED] = CALL_CLASS_ENCRYPTED,
	};

	p->party.signalling = modes[class];
	p->party.leg.policy.class = classes[class];
}

static void set_address(struct sip_party *p, const struct net_conn *conn)
{
	struct call_addr *addr = &p->party.leg.addr;
	const struct net_addr *local;

	p->party.family = AF_INET;
	if (!conn)
		return;
	local = &net_conn_peer(conn)->local;
	p->party.family = addr->family = local->sa.sa_family;
	if (addr->family == AF_INET6)
		addr->v6 = local->in6.sin6_addr;
	else
		addr->v4 = local->in.sin_addr;
}

/* "X-cisco-sis-2.0.0" or a later one among comma separated option tags. */
static bool has_sis(const char *options)
{
	static const char tag[] = "X-cisco-sis-";
	const char *at = options;

	while ((at = strcasestr(at, tag))) {
		at += sizeof(tag) - 1;
		if (strtoul(at, NULL, 10) >= 2)
			return true;
	}
	return false;
}

static bool is_cisco(const char *options)
{
	return strcasestr(options, "X-cisco-");
}

/*
 * A device of the vendor's own that does not advertise its protocol's second
 * version can do RTP only, whatever its profile says; others, third-party
 * ones, are taken as they come.
 */
static bool may_encrypt(const struct store_phone *phone, const char *options)
{
	bool is_vendors = !strncasecmp(phone->model, "Cisco", 5) ||
			  is_cisco(options);

	return phone->profile.mode == STORE_ENCRYPTED &&
	       (!is_vendors || has_sis(options));
}

/* Models whose word on their own media nobody vouches for. */
static bool is_trusted(const struct store_phone *phone)
{
	return strncasecmp(phone->model, "Third-party SIP", 15);
}

static void set_phone(struct sip_party *p, const struct store_phone *phone,
		      const char *options)
{
	struct call_party *party = &p->party;

	party->is_trunk = false;
	party->device = phone->id;
	snprintf(party->name, sizeof(party->name), "%s", phone->name);
	party->is_screened = true;
	party->is_trusted_type = is_trusted(phone);
	party->shows_security = true;
	p->is_cisco = is_cisco(options);
	set_policy(p, may_encrypt(phone, options), phone->srtp_required);
}

static int set_line(struct sip_party *p, int64_t id)
{
	struct call_party *party = &p->party;
	struct store_line line;
	int err;

	err = store_line_get(p->all->config.store, id, &line);
	if (err)
		return err;
	party->line = line.id;
	memcpy(party->number, line.number, sizeof(party->number));
	memcpy(party->display, line.description, sizeof(party->display));
	return 0;
}

/* The option tags of its REGISTER, "" if there is none on record. */
static void registered_options(struct sip_party *p, int64_t phone,
			       const char *contact, char *options, size_t size)
{
	struct store_registrations found = {};
	size_t i;

	*options = '\0';
	if (store_registration_by_phone(p->all->config.store, phone, &found))
		return;
	for (i = 0; i < found.count; i++) {
		if (!strcmp(found.list[i].contact, contact))
			snprintf(options, size, "%s", found.list[i].options);
	}
	store_registrations_clear(&found);
}

int sip_party_is_phone(struct sip_party *p, const struct sip_binding *binding)
{
	char options[STORE_TEXT_SIZE];
	struct store_phone phone;
	int err;

	err = store_phone_get(p->all->config.store, binding->phone, &phone);
	if (err)
		return err;
	registered_options(p, phone.id, binding->contact, options,
			   sizeof(options));
	set_phone(p, &phone, options);
	p->party.leg.policy.peer_fallback = binding->srtp_fallback;
	sip_party_classify(p, binding->conn ?
			   net_conn_peer(binding->conn)->class :
			   binding->class);
	set_address(p, binding->conn);
	return binding->line ? set_line(p, binding->line) : 0;
}

static void set_trunk(struct sip_party *p, const struct store_trunk *trunk)
{
	struct call_party *party = &p->party;

	party->is_trunk = true;
	party->device = trunk->id;
	memcpy(party->name, trunk->name, sizeof(party->name));
	/* It is judged by its profile, not by its type. */
	party->is_trusted_type = true;
	party->shows_security = trunk->profile.transmit_security_status;
	set_policy(p, trunk->srtp_allowed, trunk->srtp_required);
}

int sip_party_is_trunk(struct sip_party *p, int64_t id)
{
	static const enum net_class classes[] = {
		[STORE_NONSECURE] = NET_CLEAR,
		[STORE_AUTHENTICATED] = NET_AUTHENTICATED,
		[STORE_ENCRYPTED] = NET_ENCRYPTED,
	};
	struct store_trunk trunk;
	int err;

	err = store_trunk_get(p->all->config.store, id, &trunk);
	if (err)
		return err;
	set_trunk(p, &trunk);
	/* Its number is the one that we call. */
	p->party.is_screened = true;
	/* The base connects as the profile says or not at all. */
	sip_party_classify(p, classes[trunk.profile.mode]);
	set_address(p, NULL);
	if (trunk.destination_count &&
	    strchr(trunk.destinations[0].host, ':'))
		p->party.family = AF_INET6;
	return 0;
}

int sip_party_remember(struct sip_party *p, bool is_trunk, int64_t device)
{
	struct store_phone phone;
	int err;

	if (is_trunk)
		return sip_party_is_trunk(p, device);
	err = store_phone_get(p->all->config.store, device, &phone);
	if (!err)
		set_phone(p, &phone, "");
	p->party.family = AF_INET;
	return err;
}

/* The number in a name-addr or a URI; "" if there is none. */
static void take_number(char *to, size_t size, const osip_uri_t *uri)
{
	const char *user = uri && uri->username ? uri->username : "";

	snprintf(to, size, "%.*s", (int)strcspn(user, ";"), user);
	if (!sip_is_dialled(to))
		*to = '\0';
}

/* What is no UTF-8 could neither be shown nor written down. */
static void keep_utf8(char *text)
{
	json_t *json = json_string(text);

	if (!json)
		*text = '\0';
	json_decref(json);
}

static void take_name(char *to, size_t size, const char *name)
{
	size_t len = name ? strlen(name) : 0;

	if (len > 1 && name[0] == '"') {
		name++;
		len -= 2;
	}
	if (len >= size)
		len = 0;
	memcpy(to, name ? name : "", len);
	to[len] = '\0';
}

/*
 * A trunk's caller: P-Asserted-Identity before Remote-Party-ID before From, as
 * networks between us and him vouch for the first two, unless they say that
 * they do not. From is what he wrote himself.
 */
static void take_caller(struct sip_party *p, const osip_message_t *msg)
{
	const char *value = sip_header(msg, "P-Asserted-Identity");
	struct call_party *party = &p->party;
	osip_from_t *from = NULL;

	if (!value)
		value = sip_header(msg, "Remote-Party-ID");
	if (value && !osip_from_init(&from) && osip_from_parse(from, value)) {
		osip_from_free(from);
		from = NULL;
	}
	party->is_screened = from && from->url &&
			     !strcasestr(value, "screen=no");
	take_number(party->number, sizeof(party->number),
		    from && from->url ? from->url : msg->from->url);
	take_name(party->display, sizeof(party->display),
		  from && from->url ? from->displayname :
				      msg->from->displayname);
	if (from)
		osip_from_free(from);
	keep_utf8(party->display);
}

/* RFC 3323, and what those that know only Remote-Party-ID say instead. */
static bool is_private(const osip_message_t *msg)
{
	const char *rpid = sip_header(msg, "Remote-Party-ID");
	const char *privacy = sip_header(msg, "Privacy");

	if (privacy && (strcasestr(privacy, "id") ||
			strcasestr(privacy, "user") ||
			strcasestr(privacy, "header")))
		return true;
	return rpid && (strcasestr(rpid, "privacy=full") ||
			strcasestr(rpid, "privacy=uri"));
}

static void hide(struct call_party *party)
{
	strcpy(party->number, "anonymous");
	strcpy(party->display, "Anonymous");
}

/*
 * Which of its lines a phone calls from is its choice, by From; that it is one
 * of its lines is ours to know, by its registration.
 */
static const struct sip_binding *choose_line(struct sip_party *p,
					     const struct sip_request *req)
{
	enum { MAX = 16 };
	const struct sip_binding *bindings[MAX];
	const char *user = NULL;
	struct store_line line;
	size_t i, count;

	count = sip_location_phone(p->all->config.sip, req->peer.id, bindings,
				   MAX);
	if (req->msg->from->url)
		user = req->msg->from->url->username;
	for (i = 0; user && i < count && i < MAX; i++) {
		if (bindings[i]->line &&
		    !store_line_get(p->all->config.store, bindings[i]->line,
				    &line) && !strcmp(line.number, user))
			return bindings[i];
	}
	return count ? bindings[0] : NULL;
}

static int identify_phone(struct sip_party *p, const struct sip_request *req)
{
	const char *supported = sip_header(req->msg, "Supported");
	const struct sip_binding *binding = choose_line(p, req);
	char options[STORE_TEXT_SIZE];
	struct store_phone phone;

	if (!binding && refusal_admit(req->peer.name))
		log_security("call-refused", "device", req->peer.name,
			     "status", "403", "reason",
			     "the phone is not registered", NULL);
	if (!binding || store_phone_get(p->all->config.store, req->peer.id,
					&phone))
		return 403;
	registered_options(p, phone.id, binding->contact, options,
			   sizeof(options));
	set_phone(p, &phone, *options || !supported ? options : supported);
	/* Said in either, it holds: what the INVITE says is known by now. */
	if (binding->srtp_fallback)
		p->party.leg.policy.peer_fallback = true;
	if (binding->line && set_line(p, binding->line))
		return 403;
	return 0;
}

int sip_party_identify(struct sip_party *p, const struct sip_request *req)
{
	struct store_trunk trunk;
	int status;

	switch (req->peer.kind) {
	case SIP_PEER_PHONE:
		status = identify_phone(p, req);
		if (status)
			return status;
		break;
	case SIP_PEER_TRUNK:
		if (store_trunk_get(p->all->config.store, req->peer.id, &trunk))
			return 403;
		set_trunk(p, &trunk);
		take_caller(p, req->msg);
		break;
	default:
		return 403;
	}
	if (is_private(req->msg))
		hide(&p->party);
	sip_party_classify(p, req->peer.class);
	set_address(p, req->conn);
	return 0;
}

void sip_party_learn(struct sip_party *p, const osip_message_t *msg)
{
	bool required = sip_header_has(msg, "Require", "100rel");

	if (osip_list_size(&msg->allows))
		p->takes_update = sip_allows(msg, "UPDATE");
	p->takes_100rel = required ||
			  sip_header_has(msg, "Supported", "100rel");
	p->needs_100rel = required;
	/* Said once, in the first messages, it holds for the whole dialog. */
	if (sip_header_has(msg, "Supported", "X-cisco-srtp-fallback"))
		p->party.leg.policy.peer_fallback = true;
	sip_party_take_charging(p, msg);
}
