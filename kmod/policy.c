// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink policies. Documentation/netlink/specs/ucsec.yaml is the source;
 * scripts/check-abi compares.
 */
#include "policy.h"
#include "ucsec.h"

#define STREAM_FLAGS	(UCSEC_F_RX_RTCP_MUX | UCSEC_F_TX_RTCP_MUX |	\
			 UCSEC_F_STRICT | UCSEC_F_LATCH |		\
			 UCSEC_F_ROC_RESET | UCSEC_F_FREEBIND |		\
			 UCSEC_F_HAND_UP)

#define TRANSPORTS	(UCSEC_TRANSPORT_UDP | UCSEC_TRANSPORT_TCP |	\
			 UCSEC_TRANSPORT_TLS)
#define METHODS		(UCSEC_METHOD_INVITE | UCSEC_METHOD_ACK |	\
			 UCSEC_METHOD_BYE | UCSEC_METHOD_CANCEL |	\
			 UCSEC_METHOD_OPTIONS | UCSEC_METHOD_REGISTER |	\
			 UCSEC_METHOD_PRACK | UCSEC_METHOD_UPDATE |	\
			 UCSEC_METHOD_INFO | UCSEC_METHOD_MESSAGE |	\
			 UCSEC_METHOD_PUBLISH | UCSEC_METHOD_SUBSCRIBE |\
			 UCSEC_METHOD_NOTIFY | UCSEC_METHOD_REFER |	\
			 UCSEC_METHOD_OTHER)
#define BOXES		(UCSEC_BOX_PRESENCE_SUBSCRIPTION |		\
			 UCSEC_BOX_OUT_OF_DIALOG_REFER |		\
			 UCSEC_BOX_UNSOLICITED_NOTIFICATION |		\
			 UCSEC_BOX_REPLACES_HEADER)

/* Too large for the s16 limits of a policy, which takes no const ones. */
static struct netlink_range_validation window_range = {
	.min = UCSEC_MIN_WINDOW,
	.max = UCSEC_MAX_WINDOW,
};

static struct netlink_range_validation overlap_range = {
	.max = UCSEC_LIMIT_OVERLAP_MS,
};

static struct netlink_range_validation streams_range = {
	.min = 1,
	.max = UCSEC_LIMIT_MAX_STREAMS,
};

static struct netlink_range_validation rate_range = {
	.max = UCSEC_MAX_RATE,
};

const struct nla_policy
ucsec_endpoint_nl_policy[UCSEC_A_ENDPOINT_IFINDEX + 1] = {
	[UCSEC_A_ENDPOINT_ADDR4] = { .type = NLA_BE32 },
	[UCSEC_A_ENDPOINT_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[UCSEC_A_ENDPOINT_PORT] = { .type = NLA_BE16 },
	[UCSEC_A_ENDPOINT_RTCP_PORT] = { .type = NLA_BE16 },
	[UCSEC_A_ENDPOINT_IFINDEX] = { .type = NLA_U32 },
};

const struct nla_policy ucsec_key_nl_policy[UCSEC_A_KEY_MKI + 1] = {
	[UCSEC_A_KEY_MATERIAL] = NLA_POLICY_MAX(NLA_BINARY, UCSEC_MAX_KEY_LEN),
	[UCSEC_A_KEY_MKI] = NLA_POLICY_RANGE(NLA_BINARY, 1, UCSEC_MAX_MKI_LEN),
};

const struct nla_policy ucsec_crypto_nl_policy[UCSEC_A_CRYPTO_KEY + 1] = {
	[UCSEC_A_CRYPTO_SUITE] = NLA_POLICY_MAX(NLA_U32, UCSEC_SUITE_MAX),
	[UCSEC_A_CRYPTO_KEY] = NLA_POLICY_NESTED(ucsec_key_nl_policy),
};

const struct nla_policy ucsec_ssrc_nl_policy[UCSEC_A_SSRC_TX_ROC + 1] = {
	[UCSEC_A_SSRC_SSRC] = { .type = NLA_U32 },
	[UCSEC_A_SSRC_RX_ROC] = { .type = NLA_U32 },
	[UCSEC_A_SSRC_TX_ROC] = { .type = NLA_U32 },
};

const struct nla_policy ucsec_stream_new_nl_policy[UCSEC_A_STREAM_IDLE + 1] = {
	[UCSEC_A_STREAM_IN] = NLA_POLICY_NESTED(ucsec_endpoint_nl_policy),
	[UCSEC_A_STREAM_FROM] = NLA_POLICY_NESTED(ucsec_endpoint_nl_policy),
	[UCSEC_A_STREAM_OUT] = NLA_POLICY_NESTED(ucsec_endpoint_nl_policy),
	[UCSEC_A_STREAM_TO] = NLA_POLICY_NESTED(ucsec_endpoint_nl_policy),
	[UCSEC_A_STREAM_RX] = NLA_POLICY_NESTED(ucsec_crypto_nl_policy),
	[UCSEC_A_STREAM_TX] = NLA_POLICY_NESTED(ucsec_crypto_nl_policy),
	[UCSEC_A_STREAM_FLAGS] = NLA_POLICY_BITFIELD32(STREAM_FLAGS),
	[UCSEC_A_STREAM_WINDOW] = NLA_POLICY_FULL_RANGE(NLA_U32, &window_range),
	[UCSEC_A_STREAM_MAX_SSRCS] = NLA_POLICY_RANGE(NLA_U32, 1,
						      UCSEC_MAX_SSRCS),
	[UCSEC_A_STREAM_SSRC] = NLA_POLICY_NESTED(ucsec_ssrc_nl_policy),
	[UCSEC_A_STREAM_COOKIE] = NLA_POLICY_MAX(NLA_BINARY, UCSEC_MAX_COOKIE_LEN),
	[UCSEC_A_STREAM_PAIR] = { .type = NLA_U32 },
	[UCSEC_A_STREAM_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
	[UCSEC_A_STREAM_IDLE] = { .type = NLA_U32 },
};

const struct nla_policy
ucsec_stream_set_nl_policy[UCSEC_A_STREAM_RELATCH + 1] = {
	[UCSEC_A_STREAM_ID] = { .type = NLA_U32 },
	[UCSEC_A_STREAM_FROM] = NLA_POLICY_NESTED(ucsec_endpoint_nl_policy),
	[UCSEC_A_STREAM_TO] = NLA_POLICY_NESTED(ucsec_endpoint_nl_policy),
	[UCSEC_A_STREAM_RX] = NLA_POLICY_NESTED(ucsec_crypto_nl_policy),
	[UCSEC_A_STREAM_TX] = NLA_POLICY_NESTED(ucsec_crypto_nl_policy),
	[UCSEC_A_STREAM_FLAGS] = NLA_POLICY_BITFIELD32(STREAM_FLAGS),
	[UCSEC_A_STREAM_COOKIE] = NLA_POLICY_MAX(NLA_BINARY, UCSEC_MAX_COOKIE_LEN),
	[UCSEC_A_STREAM_PAIR] = { .type = NLA_U32 },
	[UCSEC_A_STREAM_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
	[UCSEC_A_STREAM_IDLE] = { .type = NLA_U32 },
	[UCSEC_A_STREAM_RELATCH] = { .type = NLA_FLAG },
};

const struct nla_policy ucsec_stream_id_nl_policy[UCSEC_A_STREAM_ID + 1] = {
	[UCSEC_A_STREAM_ID] = { .type = NLA_U32 },
};

const struct nla_policy
ucsec_param_set_nl_policy[UCSEC_A_PARAMS_REPLAY_BURST + 1] = {
	[UCSEC_A_PARAMS_MAX_STREAMS] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &streams_range),
	[UCSEC_A_PARAMS_WINDOW] = NLA_POLICY_FULL_RANGE(NLA_U32, &window_range),
	[UCSEC_A_PARAMS_MAX_SSRCS] = NLA_POLICY_RANGE(NLA_U32, 1,
						      UCSEC_MAX_SSRCS),
	[UCSEC_A_PARAMS_REKEY_OVERLAP] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &overlap_range),
	[UCSEC_A_PARAMS_REKEY_GRACE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &overlap_range),
	[UCSEC_A_PARAMS_IDLE] = { .type = NLA_U32 },
	[UCSEC_A_PARAMS_AUTH_BURST] = NLA_POLICY_MIN(NLA_U32, 1),
	[UCSEC_A_PARAMS_REPLAY_BURST] = NLA_POLICY_MIN(NLA_U32, 1),
};

/*
 * Trunks
 */

const struct nla_policy ucsec_prefix_nl_policy[UCSEC_A_PREFIX_LEN + 1] = {
	[UCSEC_A_PREFIX_ADDR4] = { .type = NLA_BE32 },
	[UCSEC_A_PREFIX_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[UCSEC_A_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

const struct nla_policy ucsec_rate_nl_policy[UCSEC_A_RATE_BURST + 1] = {
	[UCSEC_A_RATE_KIND] = NLA_POLICY_MAX(NLA_U32, UCSEC_RATE_MAX),
	[UCSEC_A_RATE_PER_SECOND] = NLA_POLICY_FULL_RANGE(NLA_U32, &rate_range),
	[UCSEC_A_RATE_BURST] = NLA_POLICY_FULL_RANGE(NLA_U32, &rate_range),
};

const struct nla_policy ucsec_trunk_new_nl_policy[UCSEC_A_TRUNK_STAGE + 1] = {
	[UCSEC_A_TRUNK_ID] = { .type = NLA_U32 },
	[UCSEC_A_TRUNK_KIND] = NLA_POLICY_MAX(NLA_U32, UCSEC_TRUNK_MAX),
	[UCSEC_A_TRUNK_PREFIX] = NLA_POLICY_NESTED(ucsec_prefix_nl_policy),
	[UCSEC_A_TRUNK_PORT] = { .type = NLA_BE16 },
	[UCSEC_A_TRUNK_TRANSPORTS] = NLA_POLICY_MASK(NLA_U32, TRANSPORTS),
	[UCSEC_A_TRUNK_METHODS] = NLA_POLICY_MASK(NLA_U32, METHODS),
	[UCSEC_A_TRUNK_BOXES] = NLA_POLICY_MASK(NLA_U32, BOXES),
	[UCSEC_A_TRUNK_UNPARSED] = NLA_POLICY_MAX(NLA_U32, UCSEC_VERDICT_MAX),
	[UCSEC_A_TRUNK_DENIAL] = NLA_POLICY_MAX(NLA_U32, UCSEC_VERDICT_MAX),
	[UCSEC_A_TRUNK_RATE] = NLA_POLICY_NESTED(ucsec_rate_nl_policy),
	[UCSEC_A_TRUNK_COOKIE] = NLA_POLICY_MAX(NLA_BINARY, UCSEC_MAX_COOKIE_LEN),
	[UCSEC_A_TRUNK_STAGE] = { .type = NLA_U32 },
};

const struct nla_policy ucsec_trunk_set_nl_policy[UCSEC_A_TRUNK_COOKIE + 1] = {
	[UCSEC_A_TRUNK_ID] = { .type = NLA_U32 },
	[UCSEC_A_TRUNK_PREFIX] = NLA_POLICY_NESTED(ucsec_prefix_nl_policy),
	[UCSEC_A_TRUNK_PORT] = { .type = NLA_BE16 },
	[UCSEC_A_TRUNK_TRANSPORTS] = NLA_POLICY_MASK(NLA_U32, TRANSPORTS),
	[UCSEC_A_TRUNK_METHODS] = NLA_POLICY_MASK(NLA_U32, METHODS),
	[UCSEC_A_TRUNK_BOXES] = NLA_POLICY_MASK(NLA_U32, BOXES),
	[UCSEC_A_TRUNK_UNPARSED] = NLA_POLICY_MAX(NLA_U32, UCSEC_VERDICT_MAX),
	[UCSEC_A_TRUNK_DENIAL] = NLA_POLICY_MAX(NLA_U32, UCSEC_VERDICT_MAX),
	[UCSEC_A_TRUNK_RATE] = NLA_POLICY_NESTED(ucsec_rate_nl_policy),
	[UCSEC_A_TRUNK_COOKIE] = NLA_POLICY_MAX(NLA_BINARY, UCSEC_MAX_COOKIE_LEN),
};

const struct nla_policy ucsec_trunk_id_nl_policy[UCSEC_A_TRUNK_ID + 1] = {
	[UCSEC_A_TRUNK_ID] = { .type = NLA_U32 },
};

const struct nla_policy
ucsec_trunk_cookie_nl_policy[UCSEC_A_TRUNK_COOKIE + 1] = {
	[UCSEC_A_TRUNK_COOKIE] = NLA_POLICY_MAX(NLA_BINARY, UCSEC_MAX_COOKIE_LEN),
};

const struct nla_policy ucsec_prefix_new_nl_policy[UCSEC_A_TRUNK_STAGE + 1] = {
	[UCSEC_A_TRUNK_ID] = { .type = NLA_U32 },
	[UCSEC_A_TRUNK_PREFIX] = NLA_POLICY_NESTED(ucsec_prefix_nl_policy),
	[UCSEC_A_TRUNK_STAGE] = { .type = NLA_U32 },
};

const struct nla_policy ucsec_prefix_del_nl_policy[UCSEC_A_TRUNK_PREFIX + 1] = {
	[UCSEC_A_TRUNK_ID] = { .type = NLA_U32 },
	[UCSEC_A_TRUNK_PREFIX] = NLA_POLICY_NESTED(ucsec_prefix_nl_policy),
};

const struct nla_policy ucsec_acl_commit_nl_policy[UCSEC_A_TRUNK_STAGE + 1] = {
	[UCSEC_A_TRUNK_STAGE] = { .type = NLA_U32 },
};

const struct nla_policy ucsec_acl_set_nl_policy[UCSEC_A_ACL_DENIAL_BURST + 1] = {
	[UCSEC_A_ACL_UNKNOWN] = NLA_POLICY_MAX(NLA_U32, UCSEC_UNKNOWN_MAX),
	[UCSEC_A_ACL_PORT] = { .type = NLA_BE16 },
	[UCSEC_A_ACL_MARK] = NLA_POLICY_MIN(NLA_U32, 1),
	[UCSEC_A_ACL_REJECT_RATE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &rate_range),
	[UCSEC_A_ACL_REJECT_BURST] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &rate_range),
	[UCSEC_A_ACL_MAX_TRUNKS] = NLA_POLICY_MIN(NLA_U32, 1),
	[UCSEC_A_ACL_MAX_PREFIXES] = NLA_POLICY_MIN(NLA_U32, 1),
	[UCSEC_A_ACL_DENIAL_BURST] = NLA_POLICY_MIN(NLA_U32, 1),
};

const struct nla_policy ucsec_acl_test_nl_policy[UCSEC_A_TRIAL_PAYLOAD + 1] = {
	[UCSEC_A_TRIAL_SADDR4] = { .type = NLA_BE32 },
	[UCSEC_A_TRIAL_SADDR6] = NLA_POLICY_EXACT_LEN(16),
	[UCSEC_A_TRIAL_DADDR4] = { .type = NLA_BE32 },
	[UCSEC_A_TRIAL_DADDR6] = NLA_POLICY_EXACT_LEN(16),
	[UCSEC_A_TRIAL_DPORT] = { .type = NLA_BE16 },
	[UCSEC_A_TRIAL_TRANSPORT] = NLA_POLICY_MASK(NLA_U32, TRANSPORTS),
	[UCSEC_A_TRIAL_PAYLOAD] = { .type = NLA_BINARY, .len = UCSEC_MAX_TRIAL },
};
