// SPDX-License-Identifier: GPL-2.0
/* What a SUBSCRIBE asks for: which package, for how long. */
#include <stdio.h>
#include <string.h>

#include "sip/presence-parts.h"
#include "sip/uri.h"

bool sip_event_is(const char *event, const char *name)
{
	size_t len = strlen(name);

	return !strncasecmp(event, name, len) &&
	       strchr("; \t", event[len]);
}

static bool accepts(const osip_message_t *msg, const char *type)
{
	const osip_accept_t *accept;
	char text[128];
	int i;

	if (!osip_list_size(&msg->accepts))
		return true;
	for (i = 0; i < osip_list_size(&msg->accepts); i++) {
		accept = osip_list_get(&msg->accepts, i);
		if (!accept->type || !accept->subtype)
			continue;
		snprintf(text, sizeof(text), "%s/%s", accept->type,
			 accept->subtype);
		if (!strcasecmp(text, type) || !strcasecmp(text, "*/*") ||
		    !strcasecmp(text, "application/*"))
			return true;
	}
	return false;
}

int sip_subscribe_package(struct sip_request *req, enum sip_package *package)
{
	const char *event = sip_header(req->msg, "Event");
	size_t i;

	for (i = 0; event && i < SIP_PACKAGES; i++) {
		if (sip_event_is(event, sip_package_names[i].event))
			break;
	}
	if (!event || i == SIP_PACKAGES) {
		sip_reply(req, 489, NULL, "Allow-Events",
			  "presence, dialog, message-summary", NULL);
		return 489;
	}
	if (!accepts(req->msg, sip_package_names[i].type)) {
		sip_reply(req, 406, NULL, NULL);
		return 406;
	}
	*package = i;
	return 0;
}

int sip_subscribe_expires(struct sip_presence *presence,
			  struct sip_request *req, uint32_t *seconds)
{
	const char *value = sip_header(req->msg, "Expires");
	uint32_t most = store_param(presence->config.store,
				    STORE_PARAM_SUBSCRIBE_EXPIRES_MAX);
	uint32_t least = most < SIP_MIN_EXPIRES ? most : SIP_MIN_EXPIRES;
	char text[16];

	*seconds = value ? sip_uint(value) : most;
	if (*seconds == UINT32_MAX && value && (*value < '0' || *value > '9')) {
		sip_reply(req, 400, NULL, NULL);
		return 400;
	}
	if (*seconds && *seconds < least) {
		snprintf(text, sizeof(text), "%u", least);
		sip_reply(req, 423, NULL, "Min-Expires", text, NULL);
		return 423;
	}
	if (*seconds > most)
		*seconds = most;
	return 0;
}
