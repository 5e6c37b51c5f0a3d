// SPDX-License-Identifier: GPL-2.0
/* The small functions on messages, as sip.h has them. */
#include <stdio.h>
#include <string.h>

#include "sip/sip.h"

static const char *const compact[][2] = {
	{ "supported", "k" }, { "event", "o" }, { "refer-to", "r" },
	{ "session-expires", "x" }, { "referred-by", "b" },
	{ "allow-events", "u" },
};

static bool is_named(const osip_header_t *header, const char *name)
{
	size_t i;

	if (!strcasecmp(header->hname, name))
		return true;
	for (i = 0; i < sizeof(compact) / sizeof(compact[0]); i++) {
		if (!strcasecmp(name, compact[i][0]))
			return !strcasecmp(header->hname, compact[i][1]);
	}
	return false;
}

const char *sip_header(const osip_message_t *msg, const char *name)
{
	int i;

	for (i = 0; i < osip_list_size(&msg->headers); i++) {
		osip_header_t *header = osip_list_get(&msg->headers, i);

		if (is_named(header, name))
			return header->hvalue;
	}
	return NULL;
}

bool sip_header_has(const osip_message_t *msg, const char *name,
		    const char *token)
{
	size_t len = strlen(token), n;
	const char *at;
	int i;

	for (i = 0; i < osip_list_size(&msg->headers); i++) {
		osip_header_t *header = osip_list_get(&msg->headers, i);

		if (!is_named(header, name) || !header->hvalue)
			continue;
		for (at = header->hvalue; *at; at += *at == ',') {
			at += strspn(at, " \t");
			n = strcspn(at, ", \t");
			if (n == len && !strncasecmp(at, token, len))
				return true;
			at += strcspn(at, ",");
		}
	}
	return false;
}

static const char *tag_of(const osip_from_t *from)
{
	osip_generic_param_t *tag = NULL;

	osip_generic_param_get_byname((osip_list_t *)&from->gen_params, "tag",
				      &tag);
	return tag ? tag->gvalue : NULL;
}

const char *sip_from_tag(const osip_message_t *msg)
{
	return msg->from ? tag_of(msg->from) : NULL;
}

const char *sip_to_tag(const osip_message_t *msg)
{
	return msg->to ? tag_of(msg->to) : NULL;
}

char *sip_new_tag(char *buf, size_t size)
{
	static unsigned int count;

	snprintf(buf, size, "our%u", ++count);
	return buf;
}

int sip_contact_set(osip_message_t *msg, const char *user,
		    const struct net_conn *conn)
{
	char text[256];

	(void)conn;
	snprintf(text, sizeof(text), "<sip:%s@192.0.2.1:5060>", user);
	return osip_message_set_contact(msg, text);
}
