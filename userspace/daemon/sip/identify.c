// SPDX-License-Identifier: GPL-2.0
// Whose request is it: a trunk's, a phone's, nobody's (SIG-4)?

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sip/credentials.h"
#include "sip/identify.h"

enum store_transport sip_store_transport(enum net_transport transport)
{
	return transport == NET_TLS ? STORE_TLS :
	       transport == NET_TCP ? STORE_TCP : STORE_UDP;
}

/*
 * The device a certificate is for: SEP and MAC, or CP-model-SEP and MAC as the
 * manufacturer installs it. Only at the end of the name and with exactly
 * twelve digits, so that no name merely contains one.
 */
static const char *device_in(const char *name)
{
	size_t len = strlen(name);
	const char *device = len >= 15 ? name + len - 15 : NULL;

	if (!device || strncasecmp(device, "SEP", 3) ||
	    strspn(device + 3, "0123456789abcdefABCDEF") != 12)
		return NULL;
	if (device == name)
		return device;
	return !strncasecmp(name, "CP-", 3) && device[-1] == '-' ? device :
								   NULL;
}

static int is_of_revoked(void *ctx, const char *purpose, const char *pem)
{
	(void)ctx, (void)pem;
	return strcmp(purpose, "capf-revoked") ? 0 : -ENOENT;
}

/* One that was stolen is nobody's any more: its issuer is trusted still. */
static int check_revoked(struct sip *sip, const struct net_cert *cert)
{
	return store_trusted_by_sha256(sip->store, cert->sha256, is_of_revoked,
				       NULL);
}

int sip_identify_phone(struct sip *sip, const struct net_cert *cert,
		       struct store_phone *phone)
{
	struct store *store = sip->store;
	const char *device = device_in(cert->cn);
	int err = check_revoked(sip, cert);
	size_t i;

	if (err)
		return err;
	err = device ? store_phone_find(store, device, phone) : -ENOENT;
	for (i = 0; cert->sans[i] && err == -ENOENT; i++) {
		device = device_in(cert->sans[i]);
		if (device)
			err = store_phone_find(store, device, phone);
	}
	return err;
}

/* A DNS name of it is the profile's, exactly; a URI is no name of that kind. */
static bool names_profile(const char *san, const char *profile)
{
	return !strchr(san, ':') && !strcmp(san, profile);
}

/*
 * A certificate that several phones share names their profile (SIG-4); which of
 * them it is, the request says, and only a phone of that profile may say so.
 */
static bool cert_is_shared(const struct net_cert *cert, const char *profile)
{
	size_t i;

	for (i = 0; cert->sans[i]; i++) {
		if (names_profile(cert->sans[i], profile))
			return true;
	}
	return false;
}

int sip_identify_profile(struct sip *sip, const struct net_cert *cert,
			 struct store_phone_profile *profile)
{
	int err = check_revoked(sip, cert);
	size_t i;

	if (err)
		return err;
	err = -ENOENT;
	for (i = 0; cert->sans[i] && err == -ENOENT; i++) {
		err = store_profile_find(sip->store, cert->sans[i], profile);
		if (!err && !names_profile(cert->sans[i], profile->name))
			err = -ENOENT;
	}
	return err;
}

/* The user name of a digest header, before anybody believes it. */
static void claimed_user(const struct sip_input *in, char *user, size_t size)
{
	const char *at = memchr(in->data, '\n', in->head);
	const char *end = in->data + in->head;
	struct sip_credentials credentials;
	struct sip_line line;

	user[0] = '\0';
	for (at++; sip_head_next(&at, end, &line) == 1;) {
		if (line.id == SIP_H_OTHER &&
		    sip_text_is(line.name, "Authorization") &&
		    !sip_credentials_parse(line.value, &credentials)) {
			snprintf(user, size, "%s", credentials.username);
			return;
		}
	}
}

/* What Cisco's phones say of themselves in their Contact. */
static const char *claimed_device(const osip_message_t *msg)
{
	osip_contact_t *contact = osip_list_get(&msg->contacts, 0);
	osip_generic_param_t *param = NULL;
	const char *value;

	if (!contact)
		return NULL;
	osip_contact_param_get_byname(
		contact, (char *)"+u.sip!devicename.ccm.cisco.com", &param);
	value = param ? param->gvalue : NULL;
	return value && *value == '"' ? value + 1 : value;
}

bool sip_identify_claim(const osip_message_t *msg, char *name, size_t size)
{
	const char *device = claimed_device(msg) ?: msg->to->url->username;
	size_t i;

	if (!device || strncasecmp(device, "SEP", 3) ||
	    strspn(device + 3, "0123456789abcdefABCDEF") != 12 ||
	    (device[15] && device[15] != '"'))
		return false;
	snprintf(name, size, "%.15s", device);
	for (i = 0; name[i]; i++)
		name[i] = (char)toupper((unsigned char)name[i]);
	return true;
}

/*
 * By a phone's name or a line's number. Where several phones have the line, it
 * is the one whose user the digest header names, or which names itself. That
 * is a claim: its profile says whether it must be proven.
 */
static int find_by_user(struct sip *sip, const struct sip_input *in,
			const osip_message_t *msg, const char *number,
			struct store_phone *phone)
{
	const char *device = claimed_device(msg);
	char user[STORE_NAME_SIZE];
	struct store_buttons buttons;
	size_t i, found;
	int err;

	if (!store_phone_find(sip->store, number, phone))
		return 0;
	/* A phone that has no number yet, or forgot it, still has its name. */
	if (MSG_IS_REGISTER(msg) &&
	    sip_identify_claim(msg, user, sizeof(user)) &&
	    !store_phone_find(sip->store, user, phone))
		return 0;
	err = store_number_phones(sip->store, number, &buttons);
	if (err)
		return err;
	claimed_user(in, user, sizeof(user));
	for (i = 0, found = 0; i < buttons.count; i++) {
		const char *name = buttons.list[i].phone_name;

		if ((device && !strncasecmp(device, name, strlen(name))) ||
		    (!store_phone_get(sip->store, buttons.list[i].phone,
				      phone) && user[0] &&
		     !strcmp(phone->digest_user_name, user))) {
			found = i;
			break;
		}
	}
	err = buttons.count ? store_phone_get(sip->store,
					      buttons.list[found].phone,
					      phone) : -ENOENT;
	store_buttons_clear(&buttons);
	return err;
}

int sip_identify_trunk(struct sip *sip, const struct net_conn *conn,
		       struct store_trunk *trunk)
{
	const struct net_peer *peer = net_conn_peer(conn);
	const char *names[40] = { NULL };
	struct store_peer query = {
		.addr = &peer->remote.sa,
		.local_port = net_addr_port(&peer->local),
		.transport = sip_store_transport(peer->transport),
		.names = names,
		.is_host = sip_hosts_have,
		.ctx = sip,
	};
	size_t n = 0, i;

	if (peer->cert) {
		if (peer->cert->cn[0])
			names[n++] = peer->cert->cn;
		for (i = 0; peer->cert->sans[i] && n < 39; i++) {
			const char *san = peer->cert->sans[i];

			/* A list of names has colons between them. */
			if (!strncasecmp(san, "sip:", 4))
				san += 4;
			names[n++] = san;
		}
	}
	/* What we connected to comes back by our own port. */
	if (peer->outgoing)
		query.local_port = net_conn_listen_port(conn);
	return store_trunk_find(sip->store, &query, trunk);
}

enum sip_peer_kind sip_identify(struct sip *sip, const struct sip_input *in,
				const osip_message_t *msg,
				struct sip_identity *id)
{
	const struct net_peer *peer = net_conn_peer(in->conn);
	bool registers = MSG_IS_REGISTER(msg);
	const osip_uri_t *uri = registers ? msg->to->url : msg->from->url;
	const char *user = uri->username ?: "";
	int64_t phone;

	if (!registers && !sip_identify_trunk(sip, in->conn, &id->trunk))
		return SIP_PEER_TRUNK;
	if (peer->transport == NET_TLS && !peer->cert)
		return SIP_PEER_UNKNOWN;
	if (peer->transport == NET_TLS) {
		if (!sip_identify_phone(sip, peer->cert, &id->phone) ||
		    (!check_revoked(sip, peer->cert) &&
		     !find_by_user(sip, in, msg, user, &id->phone) &&
		     cert_is_shared(peer->cert, id->phone.profile.name)))
			return SIP_PEER_PHONE;
		return SIP_PEER_UNKNOWN;
	}
	/* Elsewhere a phone is who it registered as, from where it did. */
	phone = registers ? 0 : sip_registrar_phone_at(sip, in->conn);
	if (phone && !store_phone_get(sip->store, phone, &id->phone))
		return SIP_PEER_PHONE;
	if (!*user || find_by_user(sip, in, msg, user, &id->phone))
		return SIP_PEER_UNKNOWN;
	/* What it claims counts to register, and else if digest proves it. */
	return registers || id->phone.profile.digest ? SIP_PEER_PHONE :
						       SIP_PEER_UNKNOWN;
}
