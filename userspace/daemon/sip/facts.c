// SPDX-License-Identifier: GPL-2.0
// The facts that method lists are about (AUTHZ-1).

#include <string.h>
#include <strings.h>

#include "sip/sip.h"

/* "presence" and its template packages: presence.winfo. */
static bool is_presence(const char *event)
{
	size_t len = strcspn(event, "; \t\r\n");

	return len >= 8 && !strncasecmp(event, "presence", 8) &&
	       (len == 8 || event[8] == '.');
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Is there a header "Replaces" behind a question mark, escaped or not? There
 * may be one before it, in a name or in the user part, that begins no headers.
 */
static bool embeds_replaces(const char *refer_to)
{
	static const char word[] = "replaces";
	const char *at = strchr(refer_to, '?');

	while (at) {
		size_t i = 0;

		for (at++; word[i]; i++) {
			int c = *at;

			if (c == '%' && hex(at[1]) >= 0 && hex(at[2]) >= 0) {
				c = hex(at[1]) * 16 + hex(at[2]);
				at += 2;
			}
			if ((c | 0x20) != word[i])
				break;
			at++;
		}
		if (!word[i] && (*at == '=' || !*at || *at == '&' ||
				 *at == '>' || *at == ' ' || *at == '\t'))
			return true;
		at = strpbrk(at, "?&");
	}
	return false;
}

/*
 * What the parser, behind which transfers are made, takes for one: it drops
 * space in front of a name, and ends it at an escaped NUL or a bad escape.
 */
static bool parses_replaces(const char *refer_to)
{
	const osip_uri_header_t *header;
	osip_from_t *to;
	bool found = false;
	int i;

	if (osip_from_init(&to))
		return true;
	if (!osip_from_parse(to, refer_to) && to->url) {
		for (i = 0; i < osip_list_size(&to->url->url_headers); i++) {
			header = osip_list_get(&to->url->url_headers, i);
			found |= header->gname &&
				 !strcasecmp(header->gname, "replaces");
		}
	}
	osip_from_free(to);
	return found;
}

void sip_facts_of(const osip_message_t *msg, struct authz_facts *facts)
{
	const char *event = sip_header(msg, "Event");
	const char *refer_to = sip_header(msg, "Refer-To");

	memset(facts, 0, sizeof(*facts));
	facts->method = authz_method_of(msg->sip_method);
	facts->in_dialog = sip_to_tag(msg);
	facts->presence = event && is_presence(event);
	facts->replaces = sip_header(msg, "Replaces");
	facts->refer_replaces = refer_to && (embeds_replaces(refer_to) ||
					     parses_replaces(refer_to));
}
