// SPDX-License-Identifier: GPL-2.0
/* Numbers as text: those of telephones as URIs, those of headers as numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/uri.h"

uint32_t sip_uint(const char *text)
{
	unsigned long long number;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return UINT32_MAX;
	number = strtoull(text, &end, 10);
	end += strspn(end, " \t");
	if ((*end && *end != ';') || number >= UINT32_MAX)
		return UINT32_MAX;
	return number;
}

void sip_uri_of(char buf[SIP_URI_SIZE], const char *number, const char *host)
{
	char *to = stpcpy(buf, "sip:");
	size_t left = STORE_TEXT_SIZE;

	for (; *number && --left; number++) {
		/* RFC 3261 section 25.1, user = unreserved / user-unreserved */
		if ((*number >= '0' && *number <= '9') ||
		    ((*number | 32) >= 'a' && (*number | 32) <= 'z') ||
		    strchr("-_.!~*'()&=+$,;?/", *number))
			*to++ = *number;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*number);
	}
	snprintf(to, STORE_HOST_SIZE + 8, strchr(host, ':') && *host != '[' ?
		 "@[%s]" : "@%s", host);
}
