// SPDX-License-Identifier: GPL-2.0
/*
 * The facts that method lists are about (AUTHZ-1): the kernel's scanner finds
 * them in the bytes, and libosip2, by which requests are acted on, has to agree.
 */
#include <string.h>
#include <strings.h>
#include <uapi/linux/ucsec.h>

#include "scan.h"
#include "sip/internal.h"

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

void sip_facts_parsed(const osip_message_t *msg, struct authz_facts *facts)
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

/* Both count methods in one order. */
_Static_assert(1 << AUTHZ_INVITE == UCSEC_METHOD_INVITE &&
	       1 << AUTHZ_PUBLISH == UCSEC_METHOD_PUBLISH &&
	       1 << AUTHZ_REFER == UCSEC_METHOD_REFER &&
	       1 << AUTHZ_METHOD_OTHER == UCSEC_METHOD_OTHER,
	       "methods of the ABI and of authz differ");

static const char *fault_of(const struct ucsec_sip_facts *scanned)
{
	static const char *const reasons[] = {
		[UCSEC_FAULT_START_LINE] = "Bad Start Line",
		[UCSEC_FAULT_HEADER] = "Bad Header",
		[UCSEC_FAULT_CONTROL] = "Control Character",
		[UCSEC_FAULT_REPEATED] = "Header Twice",
		[UCSEC_FAULT_NO_TO] = "Mandatory Header Missing",
		[UCSEC_FAULT_TO] = "Bad To",
		[UCSEC_FAULT_EVENT] = "Bad Event",
		[UCSEC_FAULT_REFER_TO] = "Bad Refer-To Or Referred-By",
	};

	if (scanned->class == UCSEC_SIP_UNPARSED &&
	    scanned->fault < sizeof(reasons) / sizeof(reasons[0]) &&
	    reasons[scanned->fault])
		return reasons[scanned->fault];
	return "Read In Two Ways";
}

const char *sip_facts_of(const struct sip_input *in, const osip_message_t *msg,
			 struct authz_facts *facts)
{
	struct ucsec_sip_facts scanned;
	struct authz_facts parsed;

	ucsec_sip_scan((const uint8_t *)in->data, in->len, &scanned);
	if (scanned.class != UCSEC_SIP_REQUEST)
		return fault_of(&scanned);
	*facts = (struct authz_facts){
		.method = (enum authz_method)__builtin_ctz(scanned.method),
		.in_dialog = scanned.in_dialog,
		.presence = scanned.presence,
		.replaces = scanned.replaces,
		.refer_replaces = scanned.refer_replaces,
	};
	sip_facts_parsed(msg, &parsed);
	return facts->method == parsed.method &&
	       facts->in_dialog == parsed.in_dialog &&
	       facts->presence == parsed.presence &&
	       facts->replaces == parsed.replaces &&
	       facts->refer_replaces == parsed.refer_replaces ?
	       NULL : "Read In Two Ways";
}
