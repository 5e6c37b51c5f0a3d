// SPDX-License-Identifier: GPL-2.0
/* Call-Info: the status a phone's display shows, and what a trunk claims. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sip/party-files.h"

#define URN "urn:x-cisco-remotecc:callinfo"

static const char *const names[] = {
	[CALL_NONSECURE] = "NotAuthenticated",
	[CALL_AUTHENTICATED] = "Authenticated",
	[CALL_ENCRYPTED] = "Encrypted",
};

/*
 * The caller learns it by the 200 to its INVITE, the called one only after it
 * has answered, as ACK may not carry it: its INVITE says Unknown.
 */
int sip_party_show_security(struct sip_party *p, osip_message_t *msg)
{
	bool is_invite = MSG_IS_INVITE(msg) && p->phase != SIP_PARTY_UP;
	char value[160];

	if (!p->party.shows_security)
		return 0;
	snprintf(value, sizeof(value),
		 "<" URN ">; security=%s; orientation=%s; call-instance=1; "
		 "isVoip", is_invite ? "Unknown" : names[p->status],
		 p->orientation_to ? "to" : "from");
	if (osip_message_set_call_info(msg, value))
		return -ENOMEM;
	if (!is_invite) {
		p->shown = p->status;
		p->has_shown = true;
	}
	return 0;
}

static const char *find_param(const osip_call_info_t *info, const char *name)
{
	const osip_generic_param_t *param;
	size_t len = strlen(name);
	int i;

	for (i = 0; i < osip_list_size(&info->gen_params); i++) {
		param = osip_list_get(&info->gen_params, i);
		if (param->gname && !strncasecmp(param->gname, name, len) &&
		    strspn(param->gname + len, " \t") ==
		    strlen(param->gname + len))
			return param->gvalue ? param->gvalue : "";
	}
	return NULL;
}

/* Anything but the two known good words is no security. */
static enum call_security level_of(const char *word)
{
	size_t len;

	word += strspn(word, " \t\"");
	len = strcspn(word, " \t\"");
	if (len == 9 && !strncasecmp(word, "Encrypted", len))
		return CALL_ENCRYPTED;
	if (len == 13 && !strncasecmp(word, "Authenticated", len))
		return CALL_AUTHENTICATED;
	return CALL_NONSECURE;
}

bool sip_party_hear_security(struct sip_party *p, const osip_message_t *msg)
{
	struct call_party *party = &p->party;
	osip_call_info_t *info;
	enum call_security claim;
	const char *word = NULL;
	int i;

	if (!party->is_trunk)
		return false;
	for (i = 0; i < osip_list_size(&msg->call_infos) && !word; i++) {
		info = osip_list_get(&msg->call_infos, i);
		if (info->element && strcasestr(info->element, URN))
			word = find_param(info, "security");
	}
	/* Unknown in an INVITE is what is said before there is more to say. */
	if (!word || (!party->has_claim && MSG_IS_INVITE(msg) &&
		      !strcasecmp(word, "Unknown")))
		return false;
	claim = level_of(word);
	if (party->has_claim && party->claim == claim)
		return false;
	party->has_claim = true;
	party->claim = claim;
	return true;
}
