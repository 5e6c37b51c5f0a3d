// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Names of the numbers in the ABI, as specification and RFCs spell them.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct name {
	const char *name;
	const char *about;
};

struct suite_name {
	const char *name;
	size_t material_len;	/* master key + master salt, bytes */
};

static const struct suite_name suites[] = {
	[UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80] = {
		"AES_CM_128_HMAC_SHA1_80", 16 + 14 },
	[UCSEC_SUITE_AES_CM_128_HMAC_SHA1_32] = {
		"AES_CM_128_HMAC_SHA1_32", 16 + 14 },
	[UCSEC_SUITE_AES_192_CM_HMAC_SHA1_80] = {
		"AES_192_CM_HMAC_SHA1_80", 24 + 14 },
	[UCSEC_SUITE_AES_192_CM_HMAC_SHA1_32] = {
		"AES_192_CM_HMAC_SHA1_32", 24 + 14 },
	[UCSEC_SUITE_AES_256_CM_HMAC_SHA1_80] = {
		"AES_256_CM_HMAC_SHA1_80", 32 + 14 },
	[UCSEC_SUITE_AES_256_CM_HMAC_SHA1_32] = {
		"AES_256_CM_HMAC_SHA1_32", 32 + 14 },
	[UCSEC_SUITE_AEAD_AES_128_GCM] = {
		"AEAD_AES_128_GCM", 16 + 12 },
	[UCSEC_SUITE_AEAD_AES_256_GCM] = {
		"AEAD_AES_256_GCM", 32 + 12 },
	[UCSEC_SUITE_NULL_HMAC_SHA1_80] = {
		"NULL_HMAC_SHA1_80", 16 + 14 },
	[UCSEC_SUITE_NULL_HMAC_SHA1_32] = {
		"NULL_HMAC_SHA1_32", 16 + 14 },
};

static const struct name drops[] = {
	[UCSEC_DROP_NONE] = { "none", "not dropped" },
	[UCSEC_DROP_NOMEM] = { "nomem", "no memory to change the packet" },
	[UCSEC_DROP_MALFORMED] = { "malformed",
		"UDP, RTP or RTCP lengths do not fit the datagram" },
	[UCSEC_DROP_CSUM] = { "csum", "the UDP checksum is wrong" },
	[UCSEC_DROP_FRAGMENT] = { "fragment",
		"an IP fragment that nobody reassembled" },
	[UCSEC_DROP_OPTIONS] = { "options",
		"IPv4 options or IPv6 extension headers" },
	[UCSEC_DROP_SOURCE] = { "source", "the source is not the accepted one" },
	[UCSEC_DROP_POLICY] = { "policy",
		"IPsec policy demands protection it lacks" },
	[UCSEC_DROP_NOT_RTP] = { "not-rtp",
		"neither RTP nor RTCP, and no hand-up" },
	[UCSEC_DROP_SSRC_LIMIT] = { "ssrc-limit",
		"a new SSRC, and the pool is used up" },
	[UCSEC_DROP_MKI] = { "mki", "the MKI names no key of the stream" },
	[UCSEC_DROP_REPLAY] = { "replay",
		"seen already, or older than the replay window" },
	[UCSEC_DROP_AUTH] = { "auth", "the authentication tag is wrong" },
	[UCSEC_DROP_TX_REPLAY] = { "tx-replay",
		"the sending index is used already or too old" },
	[UCSEC_DROP_KEY_EXPIRED] = { "key-expired",
		"the key has protected all it may" },
	[UCSEC_DROP_CRYPTO] = { "crypto", "the cipher failed" },
	[UCSEC_DROP_ROUTE] = { "route", "no route to the destination" },
	[UCSEC_DROP_TTL] = { "ttl", "the hop limit is used up" },
	[UCSEC_DROP_SEND] = { "send", "the output path refused the packet" },
};

static const struct name events[] = {
	[UCSEC_EVENT_GONE] = { "gone", "the stream was removed" },
	[UCSEC_EVENT_NO_MEDIA] = { "no-media",
		"nothing was accepted for the idle time" },
	[UCSEC_EVENT_LATCHED] = { "latched", "a source was latched" },
	[UCSEC_EVENT_AUTH_BURST] = { "auth-burst",
		"many authentication failures" },
	[UCSEC_EVENT_REPLAY_BURST] = { "replay-burst", "many replays" },
	[UCSEC_EVENT_KEY_NEAR_END] = { "key-near-end",
		"a key nears the last index it may protect" },
	[UCSEC_EVENT_SSRC_LIMIT] = { "ssrc-limit",
		"a new SSRC was refused, the pool is used up" },
	[UCSEC_EVENT_DENIAL_BURST] = { "denial-burst",
		"many denials of a trunk or of unknown sources" },
	[UCSEC_EVENT_DENIAL_BURST_OVER] = { "denial-burst-over",
		"that burst has ended; the count is its total" },
};

static const struct {
	uint32_t bit;
	const char *name;
} flags[] = {
	{ UCSEC_F_RX_RTCP_MUX, "rx-rtcp-mux" },
	{ UCSEC_F_TX_RTCP_MUX, "tx-rtcp-mux" },
	{ UCSEC_F_STRICT, "strict" },
	{ UCSEC_F_LATCH, "latch" },
	{ UCSEC_F_ROC_RESET, "roc-reset" },
	{ UCSEC_F_FREEBIND, "freebind" },
	{ UCSEC_F_HAND_UP, "hand-up" },
};

static const struct name params[] = {
	[UCSEC_PARAM_MAX_STREAMS] = { "max-streams", NULL },
	[UCSEC_PARAM_WINDOW] = { "window", NULL },
	[UCSEC_PARAM_MAX_SSRCS] = { "max-ssrcs", NULL },
	[UCSEC_PARAM_REKEY_OVERLAP] = { "rekey-overlap", NULL },
	[UCSEC_PARAM_REKEY_GRACE] = { "rekey-grace", NULL },
	[UCSEC_PARAM_IDLE] = { "idle", NULL },
	[UCSEC_PARAM_AUTH_BURST] = { "auth-burst", NULL },
	[UCSEC_PARAM_REPLAY_BURST] = { "replay-burst", NULL },
};

_Static_assert(ARRAY_SIZE(suites) == __UCSEC_SUITE_MAX, "a suite has no name");
_Static_assert(ARRAY_SIZE(drops) == __UCSEC_DROP_MAX, "a drop has no name");
_Static_assert(ARRAY_SIZE(events) == __UCSEC_EVENT_MAX, "an event has no name");
_Static_assert(ARRAY_SIZE(params) == __UCSEC_A_PARAMS_MAX,
	       "a parameter has no name");

static int find(const struct name *table, size_t size, const char *name)
{
	for (size_t i = 0; i < size; i++)
		if (table[i].name && !strcmp(table[i].name, name))
			return i;
	return -EINVAL;
}

const char *ucsec_suite_name(enum ucsec_suite suite)
{
	return suite < ARRAY_SIZE(suites) ? suites[suite].name : NULL;
}

int ucsec_suite_parse(const char *name)
{
	for (size_t i = 1; i < ARRAY_SIZE(suites); i++)
		if (!strcmp(suites[i].name, name))
			return i;
	return -EINVAL;
}

size_t ucsec_suite_material_len(enum ucsec_suite suite)
{
	return suite < ARRAY_SIZE(suites) ? suites[suite].material_len : 0;
}

const char *ucsec_drop_name(enum ucsec_drop drop)
{
	return drop < ARRAY_SIZE(drops) ? drops[drop].name : NULL;
}

const char *ucsec_drop_about(enum ucsec_drop drop)
{
	return drop < ARRAY_SIZE(drops) ? drops[drop].about : NULL;
}

const char *ucsec_event_name(enum ucsec_event event)
{
	return event < ARRAY_SIZE(events) ? events[event].name : NULL;
}

const char *ucsec_event_about(enum ucsec_event event)
{
	return event < ARRAY_SIZE(events) ? events[event].about : NULL;
}

const char *ucsec_flag_name(uint32_t flag)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].bit == flag)
			return flags[i].name;
	return NULL;
}

int ucsec_flag_parse(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (!strcmp(flags[i].name, name))
			return flags[i].bit;
	return -EINVAL;
}

const char *ucsec_param_name(enum ucsec_param param)
{
	return param < ARRAY_SIZE(params) ? params[param].name : NULL;
}

int ucsec_param_parse(const char *name)
{
	return find(params, ARRAY_SIZE(params), name);
}
