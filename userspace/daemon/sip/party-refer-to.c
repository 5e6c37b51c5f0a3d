// SPDX-License-Identifier: GPL-2.0
/* Whom Refer-To names: a number, or who is in a call already. */
#include <stdio.h>
#include <string.h>

#include "refusal.h"
#include "sip/party-files.h"

static const char *uri_header(const osip_uri_t *uri, const char *name)
{
	const osip_uri_header_t *header;
	int i;

	for (i = 0; i < osip_list_size(&uri->url_headers); i++) {
		header = osip_list_get(&uri->url_headers, i);
		if (header->gname && !strcasecmp(header->gname, name))
			return header->gvalue ? header->gvalue : "";
	}
	return NULL;
}

static int read_uri(const osip_uri_t *uri, struct sip_refer_to *to)
{
	osip_uri_param_t *method = NULL;
	const char *value, *user = uri->username;
	size_t len;

	if (uri->scheme && !strcasecmp(uri->scheme, "tel"))
		user = uri->string;
	else if (!uri->scheme || (strcasecmp(uri->scheme, "sip") &&
				  strcasecmp(uri->scheme, "sips")))
		return 416;
	osip_uri_param_get_byname((osip_list_t *)&uri->url_params, "method",
				  &method);
	if (method && (!method->gvalue || strcasecmp(method->gvalue, "INVITE")))
		return 501;
	len = user ? strcspn(user, ";") : 0;
	if (len >= sizeof(to->number))
		return 404;
	memcpy(to->number, user ? user : "", len);
	to->number[len] = '\0';
	if (!sip_is_dialled(to->number))
		return 404;
	value = uri_header(uri, "Replaces");
	to->has_replaces = value;
	if (!value)
		return len ? 0 : 484;
	/* Longer ones than are kept name no dialog of ours. */
	if (strlen(value) >= sizeof(to->replaces))
		return 481;
	strcpy(to->replaces, value);
	return 0;
}

int sip_refer_to_read(const osip_message_t *msg, struct sip_refer_to *to)
{
	const char *value = sip_header(msg, "Refer-To");
	osip_from_t *from;
	int status = 400;

	if (!value || osip_from_init(&from))
		return 400;
	if (!osip_from_parse(from, value) && from->url)
		status = read_uri(from->url, to);
	osip_from_free(from);
	return status;
}

int sip_refer_to_party(struct sip_parties *parties,
		       const struct call_party *by,
		       const struct sip_refer_to *to,
		       struct sip_party **replaced)
{
	struct sip_party *p;

	*replaced = NULL;
	if (!to->has_replaces)
		return 0;
	p = sip_party_named(parties, to->replaces);
	if (!p || &p->party == by || p->phase == SIP_PARTY_ENDED)
		return 481;
	/* Its own calls it may join, not those of others. */
	if (p->party.device != by->device ||
	    p->party.is_trunk != by->is_trunk) {
		if (refusal_admit(by->name))
			log_security("transfer-refused", "peer", by->name,
				     "replaces", p->party.name, "reason",
				     "it would join a call of another device",
				     NULL);
		return 403;
	}
	*replaced = p;
	return 0;
}
