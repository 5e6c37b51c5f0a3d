// SPDX-License-Identifier: GPL-2.0
/* Writes SIP requests. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "message.h"

static const char sdp[] = "v=0\r\n"
			  "o=- 1 1 IN IP4 192.0.2.7\r\n"
			  "s=-\r\n"
			  "c=IN IP4 192.0.2.7\r\n"
			  "t=0 0\r\n"
			  "m=audio 4000 RTP/AVP 0\r\n";

/* What only some methods have. */
static const char *more_of(const char *method)
{
	if (!strcmp(method, "INVITE"))
		return "Content-Type: application/sdp\r\n";
	if (!strcmp(method, "REFER"))
		return "Refer-To: <sip:3001@gateway.example>\r\n";
	return "";
}

int message_make(uint8_t *out, size_t size, const char *method, uint32_t number)
{
	const char *body = strcmp(method, "INVITE") ? "" : sdp;
	char head[MESSAGE_MAX + 1];
	int len, pad;

	if (size < MESSAGE_MIN || size > MESSAGE_MAX || strlen(method) > 16)
		return -EINVAL;
	len = snprintf(head, sizeof(head),
		"%s sip:2001@gateway.example SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK%08x;rport\r\n"
		"Max-Forwards: 70\r\n"
		"From: \"Alice\" <sip:1001@192.0.2.7>;tag=%08x\r\n"
		"To: <sip:2001@gateway.example>\r\n"
		"Call-ID: %08x@192.0.2.7\r\n"
		"CSeq: 1 %s\r\n"
		"Contact: <sip:1001@192.0.2.7:5060>\r\n"
		"Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK, REFER\r\n"
		"%sContent-Length: %zu\r\nUser-Agent: \r\n\r\n%s",
		method, number, number, number, method, more_of(method),
		strlen(body), body);
	pad = (int)size - len;
	if (len < 0 || pad < 0)
		return -EINVAL;
	/* The name of the program makes up what is left. */
	len -= 4 + (int)strlen(body);
	memcpy(out, head, (size_t)len);
	memset(out + len, 'x', (size_t)pad);
	memcpy(out + len + pad, head + len, size - (size_t)(len + pad));
	return (int)size;
}
