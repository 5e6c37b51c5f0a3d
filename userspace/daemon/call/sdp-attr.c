// SPDX-License-Identifier: GPL-2.0
/* Which attributes of one leg may be said to the other. */
#include <string.h>
#include <strings.h>

#include "call/sdp-internal.h"

/*
 * All are passed but these. The gateway ends ICE, DTLS and ZRTP (RFC 8445,
 * 5763, 6189) on each leg by not taking part; keys of other schemes and
 * capabilities that would allow them (RFC 4567, 5939) must not cross from one
 * leg to another; groups (RFC 5888, 8843) name m-lines that may be refused;
 * source filters and old RTCP forms name addresses of the wrong leg.
 */
static const char *const denied[] = {
	"3ge2ae", "acap", "acfg", "alt", "bundle-only", "candidate", "cdsc",
	"connection", "cpar", "cparmax", "cparmin", "creq", "crypto",
	"cryptex", "csup", "dtls-id", "end-of-candidates", "fingerprint",
	"group", "identity", "inactive", "key-mgmt", "mid", "msid",
	"msid-semantic", "pcfg", "recvonly", "remote-candidates", "rtcp",
	"rtcp-mux", "rtcp-mux-only", "rtcp-rsize", "sendonly", "sendrecv",
	"setup", "source-filter", "sqn", "tcap", "tls-id", "zrtp-hash",
};

static const char *const denied_prefixes[] = { "ice-", "x-crypto", "x-key" };

/* RFC 8866 9: token. What is none might be read as another name elsewhere. */
static bool is_token(struct call_span name)
{
	for (uint32_t i = 0; i < name.len; i++)
		if (name.at[i] <= ' ' || name.at[i] > '~' ||
		    strchr("\"(),/:;<=>?@[\\]", name.at[i]))
			return false;
	return true;
}

/* Names are case-sensitive (RFC 8866 6), but not every reader knows. */
bool call_sdp_attr_passes(struct call_span name)
{
	if (!is_token(name))
		return false;
	for (size_t i = 0; i < sizeof(denied) / sizeof(*denied); i++)
		if (strlen(denied[i]) == name.len &&
		    !strncasecmp(denied[i], name.at, name.len))
			return false;
	for (size_t i = 0;
	     i < sizeof(denied_prefixes) / sizeof(*denied_prefixes); i++) {
		size_t len = strlen(denied_prefixes[i]);

		if (name.len >= len &&
		    !strncasecmp(denied_prefixes[i], name.at, len))
			return false;
	}
	return true;
}
