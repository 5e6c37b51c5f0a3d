// SPDX-License-Identifier: GPL-2.0
/* A line's state as documents: PIDF, dialog-info, message summary. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sip/presence-parts.h"
#include "sip/uri.h"

const struct sip_package_names sip_package_names[SIP_PACKAGES] = {
	[SIP_PRESENCE] = { "presence", "application/pidf+xml" },
	[SIP_DIALOG] = { "dialog", "application/dialog-info+xml" },
	[SIP_MESSAGES] = { "message-summary",
			   "application/simple-message-summary" },
};

/* Numbers are the administrator's, but may be anything in XML's eyes. */
static void escape(char *to, size_t size, const char *from)
{
	static const struct {
		char c;
		const char *as;
	} entities[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&apos;" },
	};
	size_t i, used = 0;

	for (; *from && used + 7 < size; from++) {
		for (i = 0; i < 5 && entities[i].c != *from; i++)
			;
		if (i < 5)
			used += sprintf(to + used, "%s", entities[i].as);
		else
			to[used++] = *from;
	}
	to[used] = '\0';
}

/* RFC 3863, with the activity of RFC 4480 while there is one. */
static int write_pidf(const struct sip_watched *watched, const char *entity,
		      char *buf, size_t size)
{
	bool is_busy = watched->seen.calls == CALL_LINE_BUSY;

	return snprintf(buf, size,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
		"<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" "
		"xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" "
		"xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\" "
		"entity=\"%s\">\r\n"
		"<tuple id=\"line\"><status><basic>%s</basic></status>"
		"</tuple>\r\n%s</presence>\r\n", entity,
		watched->seen.is_registered ? "open" : "closed",
		is_busy ? "<dm:person id=\"user\"><rpid:activities>"
			  "<rpid:on-the-phone/></rpid:activities>"
			  "</dm:person>\r\n" : "");
}

/* RFC 4235 section 4: what a line does, not with whom. */
static int write_dialog_info(const struct sip_subscription *sub,
			     const char *entity, char *buf, size_t size)
{
	const char *state = "";

	switch (sub->watched->seen.calls) {
	case CALL_LINE_RINGS:
		state = "<dialog id=\"line\" direction=\"recipient\">"
			"<state>early</state></dialog>\r\n";
		break;
	case CALL_LINE_BUSY:
		state = "<dialog id=\"line\"><state>confirmed</state>"
			"</dialog>\r\n";
		break;
	case CALL_LINE_IDLE:
		break;
	}
	return snprintf(buf, size,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
		"<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" "
		"version=\"%u\" state=\"full\" entity=\"%s\">\r\n"
		"%s</dialog-info>\r\n", sub->version, entity, state);
}

int sip_presence_body(const struct sip_subscription *sub, char *buf,
		      size_t size)
{
	char uri[SIP_URI_SIZE], entity[2 * SIP_URI_SIZE];
	const char *summary = sub->watched->summary;
	int len;

	sip_uri_of(uri, sub->watched->number, sub->presence->config.domain);
	escape(entity, sizeof(entity), uri);
	switch (sub->package) {
	case SIP_PRESENCE:
		len = write_pidf(sub->watched, entity, buf, size);
		break;
	case SIP_DIALOG:
		len = write_dialog_info(sub, entity, buf, size);
		break;
	default:
		/* Until a mailbox has spoken nobody knows of messages. */
		len = snprintf(buf, size, "%s", summary ? summary :
			       "Messages-Waiting: no\r\n");
		break;
	}
	return len < 0 || (size_t)len >= size ? -ENOSPC : len;
}
