// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Names for the attributes of a request, from the offset the kernel blames.
 */
#include <stdio.h>
#include <string.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "internal.h"

struct attr_set;

struct attr_name {
	const char *name;
	const struct attr_set *nested;
};

struct attr_set {
	const struct attr_name *attrs;
	unsigned int max;
};

#define ATTR_SET(set, names, last) \
	static const struct attr_set set = { .attrs = names, .max = last }

static const struct attr_name endpoint_names[] = {
	[UCSEC_A_ENDPOINT_ADDR4] = { "addr4", NULL },
	[UCSEC_A_ENDPOINT_ADDR6] = { "addr6", NULL },
	[UCSEC_A_ENDPOINT_PORT] = { "port", NULL },
	[UCSEC_A_ENDPOINT_RTCP_PORT] = { "rtcp-port", NULL },
	[UCSEC_A_ENDPOINT_IFINDEX] = { "ifindex", NULL },
};
ATTR_SET(endpoint_set, endpoint_names, UCSEC_A_ENDPOINT_MAX);

static const struct attr_name key_names[] = {
	[UCSEC_A_KEY_MATERIAL] = { "material", NULL },
	[UCSEC_A_KEY_MKI] = { "mki", NULL },
};
ATTR_SET(key_set, key_names, UCSEC_A_KEY_MAX);

static const struct attr_name crypto_names[] = {
	[UCSEC_A_CRYPTO_SUITE] = { "suite", NULL },
	[UCSEC_A_CRYPTO_KEY] = { "key", &key_set },
	[UCSEC_A_CRYPTO_KEYS] = { "keys", NULL },
	[UCSEC_A_CRYPTO_MKI_LEN] = { "mki-len", NULL },
};
ATTR_SET(crypto_set, crypto_names, UCSEC_A_CRYPTO_MAX);

static const struct attr_name ssrc_names[] = {
	[UCSEC_A_SSRC_SSRC] = { "ssrc", NULL },
	[UCSEC_A_SSRC_RX_ROC] = { "rx-roc", NULL },
	[UCSEC_A_SSRC_TX_ROC] = { "tx-roc", NULL },
	[UCSEC_A_SSRC_RX_SEQ] = { "rx-seq", NULL },
	[UCSEC_A_SSRC_TX_SEQ] = { "tx-seq", NULL },
	[UCSEC_A_SSRC_OUT_SSRC] = { "out-ssrc", NULL },
	[UCSEC_A_SSRC_RX_RTCP_INDEX] = { "rx-rtcp-index", NULL },
	[UCSEC_A_SSRC_TX_RTCP_INDEX] = { "tx-rtcp-index", NULL },
};
ATTR_SET(ssrc_set, ssrc_names, UCSEC_A_SSRC_MAX);

static const struct attr_name stream_names[] = {
	[UCSEC_A_STREAM_ID] = { "id", NULL },
	[UCSEC_A_STREAM_IN] = { "in", &endpoint_set },
	[UCSEC_A_STREAM_FROM] = { "from", &endpoint_set },
	[UCSEC_A_STREAM_OUT] = { "out", &endpoint_set },
	[UCSEC_A_STREAM_TO] = { "to", &endpoint_set },
	[UCSEC_A_STREAM_RX] = { "rx", &crypto_set },
	[UCSEC_A_STREAM_TX] = { "tx", &crypto_set },
	[UCSEC_A_STREAM_FLAGS] = { "flags", NULL },
	[UCSEC_A_STREAM_WINDOW] = { "window", NULL },
	[UCSEC_A_STREAM_MAX_SSRCS] = { "max-ssrcs", NULL },
	[UCSEC_A_STREAM_SSRC] = { "ssrc", &ssrc_set },
	[UCSEC_A_STREAM_COOKIE] = { "cookie", NULL },
	[UCSEC_A_STREAM_PAIR] = { "pair", NULL },
	[UCSEC_A_STREAM_DSCP] = { "dscp", NULL },
	[UCSEC_A_STREAM_IDLE] = { "idle", NULL },
	[UCSEC_A_STREAM_RELATCH] = { "relatch", NULL },
	[UCSEC_A_STREAM_LATCHED] = { "latched", &endpoint_set },
	[UCSEC_A_STREAM_STATS] = { "stats", NULL },
	[UCSEC_A_STREAM_MEMORY] = { "memory", NULL },
	[UCSEC_A_STREAM_EVENT] = { "event", NULL },
	[UCSEC_A_STREAM_COUNT] = { "count", NULL },
};
ATTR_SET(stream_set, stream_names, UCSEC_A_STREAM_MAX);

static const struct attr_name params_names[] = {
	[UCSEC_A_PARAMS_MAX_STREAMS] = { "max-streams", NULL },
	[UCSEC_A_PARAMS_WINDOW] = { "window", NULL },
	[UCSEC_A_PARAMS_MAX_SSRCS] = { "max-ssrcs", NULL },
	[UCSEC_A_PARAMS_REKEY_OVERLAP] = { "rekey-overlap", NULL },
	[UCSEC_A_PARAMS_REKEY_GRACE] = { "rekey-grace", NULL },
	[UCSEC_A_PARAMS_IDLE] = { "idle", NULL },
	[UCSEC_A_PARAMS_AUTH_BURST] = { "auth-burst", NULL },
	[UCSEC_A_PARAMS_REPLAY_BURST] = { "replay-burst", NULL },
};
ATTR_SET(params_set, params_names, UCSEC_A_PARAMS_MAX);

static const struct attr_name prefix_names[] = {
	[UCSEC_A_PREFIX_ADDR4] = { "addr4", NULL },
	[UCSEC_A_PREFIX_ADDR6] = { "addr6", NULL },
	[UCSEC_A_PREFIX_LEN] = { "len", NULL },
};
ATTR_SET(prefix_set, prefix_names, UCSEC_A_PREFIX_MAX);

static const struct attr_name rate_names[] = {
	[UCSEC_A_RATE_KIND] = { "kind", NULL },
	[UCSEC_A_RATE_PER_SECOND] = { "per-second", NULL },
	[UCSEC_A_RATE_BURST] = { "burst", NULL },
};
ATTR_SET(rate_set, rate_names, UCSEC_A_RATE_MAX);

static const struct attr_name trunk_names[] = {
	[UCSEC_A_TRUNK_ID] = { "id", NULL },
	[UCSEC_A_TRUNK_KIND] = { "kind", NULL },
	[UCSEC_A_TRUNK_PREFIX] = { "prefix", &prefix_set },
	[UCSEC_A_TRUNK_PORT] = { "port", NULL },
	[UCSEC_A_TRUNK_TRANSPORTS] = { "transports", NULL },
	[UCSEC_A_TRUNK_METHODS] = { "methods", NULL },
	[UCSEC_A_TRUNK_BOXES] = { "boxes", NULL },
	[UCSEC_A_TRUNK_UNPARSED] = { "unparsed", NULL },
	[UCSEC_A_TRUNK_DENIAL] = { "denial", NULL },
	[UCSEC_A_TRUNK_RATE] = { "rate", &rate_set },
	[UCSEC_A_TRUNK_COOKIE] = { "cookie", NULL },
	[UCSEC_A_TRUNK_STAGE] = { "stage", NULL },
	[UCSEC_A_TRUNK_PREFIXES] = { "prefixes", NULL },
	[UCSEC_A_TRUNK_VERDICTS] = { "verdicts", NULL },
	[UCSEC_A_TRUNK_EVENT] = { "event", NULL },
	[UCSEC_A_TRUNK_COUNT] = { "count", NULL },
};
ATTR_SET(trunk_set, trunk_names, UCSEC_A_TRUNK_MAX);

static const struct attr_name acl_names[] = {
	[UCSEC_A_ACL_UNKNOWN] = { "unknown", NULL },
	[UCSEC_A_ACL_PORT] = { "port", NULL },
	[UCSEC_A_ACL_MARK] = { "mark", NULL },
	[UCSEC_A_ACL_REJECT_RATE] = { "reject-rate", NULL },
	[UCSEC_A_ACL_REJECT_BURST] = { "reject-burst", NULL },
	[UCSEC_A_ACL_MAX_TRUNKS] = { "max-trunks", NULL },
	[UCSEC_A_ACL_MAX_PREFIXES] = { "max-prefixes", NULL },
	[UCSEC_A_ACL_DENIAL_BURST] = { "denial-burst", NULL },
	[UCSEC_A_ACL_TRUNKS] = { "trunks", NULL },
	[UCSEC_A_ACL_PREFIXES] = { "prefixes", NULL },
	[UCSEC_A_ACL_SOURCES] = { "sources", NULL },
	[UCSEC_A_ACL_VERDICTS] = { "verdicts", NULL },
	[UCSEC_A_ACL_GENERATION] = { "generation", NULL },
};
ATTR_SET(acl_set, acl_names, UCSEC_A_ACL_MAX);

static const struct attr_name trial_names[] = {
	[UCSEC_A_TRIAL_SADDR4] = { "saddr4", NULL },
	[UCSEC_A_TRIAL_SADDR6] = { "saddr6", NULL },
	[UCSEC_A_TRIAL_DADDR4] = { "daddr4", NULL },
	[UCSEC_A_TRIAL_DADDR6] = { "daddr6", NULL },
	[UCSEC_A_TRIAL_DPORT] = { "dport", NULL },
	[UCSEC_A_TRIAL_TRANSPORT] = { "transport", NULL },
	[UCSEC_A_TRIAL_PAYLOAD] = { "payload", NULL },
	[UCSEC_A_TRIAL_VERDICT] = { "verdict", NULL },
	[UCSEC_A_TRIAL_REASON] = { "reason", NULL },
	[UCSEC_A_TRIAL_CLASS] = { "class", NULL },
	[UCSEC_A_TRIAL_METHOD] = { "method", NULL },
	[UCSEC_A_TRIAL_NEEDS] = { "needs", NULL },
	[UCSEC_A_TRIAL_IN_DIALOG] = { "in-dialog", NULL },
	[UCSEC_A_TRIAL_FAULT] = { "fault", NULL },
	[UCSEC_A_TRIAL_TRUNK] = { "trunk", NULL },
	[UCSEC_A_TRIAL_COOKIE] = { "cookie", NULL },
};
ATTR_SET(trial_set, trial_names, UCSEC_A_TRIAL_MAX);

static const struct attr_set *set_of_request(const struct nlmsghdr *request)
{
	const struct genlmsghdr *genl = nlmsg_data(request);

	switch (genl->cmd) {
	case UCSEC_CMD_PARAM_SET:
		return &params_set;
	case UCSEC_CMD_TRUNK_NEW:
	case UCSEC_CMD_TRUNK_SET:
	case UCSEC_CMD_TRUNK_DEL:
	case UCSEC_CMD_TRUNK_GET:
	case UCSEC_CMD_TRUNK_FLUSH:
	case UCSEC_CMD_PREFIX_NEW:
	case UCSEC_CMD_PREFIX_DEL:
	case UCSEC_CMD_ACL_BEGIN:
	case UCSEC_CMD_ACL_COMMIT:
		return &trunk_set;
	case UCSEC_CMD_ACL_SET:
		return &acl_set;
	case UCSEC_CMD_ACL_TEST:
		return &trial_set;
	}
	return &stream_set;
}

static void append(char *name, size_t size, const struct attr_set *set,
		   unsigned int type)
{
	size_t len = strlen(name);
	const char *dot = len ? "." : "";
	const char *known = NULL;

	if (set && type && type <= set->max)
		known = set->attrs[type].name;
	if (known)
		snprintf(name + len, size - len, "%s%s", dot, known);
	else
		snprintf(name + len, size - len, "%s%u", dot, type);
}

/*
 * Walks down to the attribute that contains the offset. Returns the set of
 * its contents, or NULL if it nests none. name gets the path so far.
 */
static const struct attr_set *walk(const struct nlmsghdr *request,
				   size_t offset, char *name, size_t size)
{
	const struct attr_set *set = set_of_request(request);
	const struct nlattr *nla;
	int len, rem;

	name[0] = '\0';
	if (offset < NLMSG_HDRLEN + GENL_HDRLEN || offset >= request->nlmsg_len)
		return offset ? NULL : set;
	nla = (const void *)((const char *)request + NLMSG_HDRLEN +
			     GENL_HDRLEN);
	len = request->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	while (nla_ok(nla, len)) {
		size_t start = (const char *)nla - (const char *)request;
		int type = nla_type(nla);

		if (offset >= start + NLA_ALIGN(nla->nla_len)) {
			nla = nla_next(nla, &len);
			continue;
		}
		append(name, size, set, type);
		set = set && type && (unsigned int)type <= set->max ?
			set->attrs[type].nested : NULL;
		if (offset < start + NLA_HDRLEN || !set)
			return set;
		rem = nla_len(nla);
		nla = nla_data(nla);
		len = rem;
	}
	return set;
}

void ucsec_attr_name(const struct nlmsghdr *request, size_t offset,
		     char *name, size_t size)
{
	walk(request, offset, name, size);
}

/* The prefix of a trunk that contains the offset, NULL if none does. */
const struct nlattr *ucsec_attr_prefix(const struct nlmsghdr *request,
				       size_t offset)
{
	struct nlattr *nla;
	int rem;

	if (set_of_request(request) != &trunk_set)
		return NULL;
	nlmsg_for_each_attr(nla, (struct nlmsghdr *)request, GENL_HDRLEN, rem) {
		size_t start = (const char *)nla - (const char *)request;

		if (offset >= start && offset < start + nla->nla_len)
			return nla_type(nla) == UCSEC_A_TRUNK_PREFIX ?
				nla : NULL;
	}
	return NULL;
}

void ucsec_attr_missing(const struct nlmsghdr *request, size_t nest_offset,
			unsigned int type, char *name, size_t size)
{
	const struct attr_set *set = walk(request, nest_offset, name, size);

	append(name, size, set, type);
}
