// SPDX-License-Identifier: GPL-2.0
// What the topmost Via says: whom to answer, which transaction.

#include <string.h>
#include <strings.h>

#include "sip/head.h"

/* Up to a comma or semicolon that is in no quotes. */
static size_t until(struct sip_text text, char separator)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c == '\\' && quoted && i + 1 < text.len)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == separator && !quoted)
			break;
	}
	return i;
}

static struct sip_text cut(struct sip_text *rest, char separator)
{
	struct sip_text first = *rest;

	first.len = until(*rest, separator);
	rest->at += first.len;
	rest->len -= first.len;
	if (rest->len) {
		rest->at++;
		rest->len--;
	}
	return sip_text_trim(first);
}

static bool scan_sent_by(struct sip_text text, struct sip_via *via)
{
	const char *colon;
	struct sip_text port;
	uint64_t value;

	via->host = text;
	if (text.len && text.at[0] == '[') {
		colon = memchr(text.at, ']', text.len);
		if (!colon)
			return false;
		via->host.len = (size_t)(colon + 1 - text.at);
	} else {
		colon = memchr(text.at, ':', text.len);
		if (colon)
			via->host.len = (size_t)(colon - text.at);
	}
	port.at = via->host.at + via->host.len;
	port.len = text.len - via->host.len;
	via->host = sip_text_trim(via->host);
	port = sip_text_trim(port);
	if (!port.len)
		return via->host.len;
	port.at++;			/* the colon */
	port.len--;
	if (sip_head_number(sip_text_trim(port), 65535, &value))
		return false;
	via->port = (uint16_t)value;
	return via->host.len;
}

static void scan_param(struct sip_text param, struct sip_via *via)
{
	struct sip_text value = param, name = cut(&value, '=');

	value = sip_text_trim(value);
	if (sip_text_is(name, "branch")) {
		via->branch = value;
	} else if (sip_text_is(name, "rport")) {
		via->rport = true;
		if (!value.len)
			via->rport_end = name.at + name.len;
	}
}

bool sip_via_scan(struct sip_text text, struct sip_via *via)
{
	struct sip_text rest, first, transport;
	const char *slash, *space;

	memset(via, 0, sizeof(*via));
	via->value = text;
	via->value.len = until(text, ',');
	via->value = sip_text_trim(via->value);
	rest = via->value;
	first = cut(&rest, ';');

	/* SIP / 2.0 / transport LWS sent-by: behind the second slash */
	slash = memchr(first.at, '/', first.len);
	if (!slash)
		return false;
	transport.at = slash + 1;
	transport.len = first.len - (size_t)(transport.at - first.at);
	slash = memchr(transport.at, '/', transport.len);
	if (!slash)
		return false;
	transport.len -= (size_t)(slash + 1 - transport.at);
	transport.at = slash + 1;
	transport = sip_text_trim(transport);
	for (space = transport.at; space < transport.at + transport.len &&
	     sip_char_is_token(*space); space++)
		;
	via->transport.at = transport.at;
	via->transport.len = (size_t)(space - transport.at);
	first.len = transport.len - via->transport.len;
	first.at = space;
	if (!scan_sent_by(sip_text_trim(first), via))
		return false;
	while (rest.len)
		scan_param(cut(&rest, ';'), via);
	return true;
}
