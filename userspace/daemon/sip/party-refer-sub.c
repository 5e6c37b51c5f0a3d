// SPDX-License-Identifier: GPL-2.0
/* The subscription that a REFER is: its sender hears how it goes (RFC 3515). */
#include <stdio.h>
#include <string.h>

#include "sip/party-files.h"

void sip_refer_sub_init(struct sip_refer_sub *sub, const osip_message_t *msg,
			unsigned int expires)
{
	const char *value = sip_header(msg, "Refer-Sub");

	sub->cseq = sip_uint(msg->cseq->number);
	sub->expires = expires;
	sub->is_silent = value && !strncasecmp(value, "false", 5);
	sip_refer_sub_set(sub, 100, "Trying");
}

void sip_refer_sub_set(struct sip_refer_sub *sub, int status,
		       const char *reason)
{
	if (!reason)
		reason = osip_message_get_reason(status);
	/* It becomes a line of its own in a body. */
	if (!reason || strpbrk(reason, "\r\n"))
		reason = "Unknown";
	sub->status = status;
	snprintf(sub->reason, sizeof(sub->reason), "%s", reason);
}

bool sip_refer_sub_is_over(const struct sip_refer_sub *sub)
{
	return sub->status >= 200;
}

osip_message_t *sip_refer_sub_notify(const struct sip_refer_sub *sub,
				     struct sip_dialog *dialog)
{
	osip_message_t *msg = sip_dialog_request(dialog, "NOTIFY");
	char event[32], state[40], body[128];
	int len;

	if (!msg)
		return NULL;
	/* All but a dialog's first need the id, and all may have it: 2.4.6. */
	snprintf(event, sizeof(event), "refer;id=%u", sub->cseq);
	if (sip_refer_sub_is_over(sub))
		strcpy(state, "terminated;reason=noresource");
	else
		snprintf(state, sizeof(state), "active;expires=%u",
			 sub->expires);
	len = snprintf(body, sizeof(body), "SIP/2.0 %d %s\r\n", sub->status,
		       sub->reason);
	if (!osip_message_set_header(msg, "Event", event) &&
	    !osip_message_set_header(msg, "Subscription-State", state) &&
	    !sip_party_set_body(msg, "message/sipfrag;version=2.0", body, len))
		return msg;
	osip_message_free(msg);
	return NULL;
}
