/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink policies, one per operation and per nest, as the spec has them. */
#ifndef UCSEC_POLICY_H
#define UCSEC_POLICY_H

#include <net/netlink.h>
#include <uapi/linux/ucsec.h>

extern const struct nla_policy
ucsec_endpoint_nl_policy[UCSEC_A_ENDPOINT_IFINDEX + 1];
extern const struct nla_policy ucsec_key_nl_policy[UCSEC_A_KEY_MKI + 1];
extern const struct nla_policy ucsec_crypto_nl_policy[UCSEC_A_CRYPTO_KEY + 1];
extern const struct nla_policy ucsec_ssrc_nl_policy[UCSEC_A_SSRC_TX_ROC + 1];
extern const struct nla_policy
ucsec_stream_new_nl_policy[UCSEC_A_STREAM_IDLE + 1];
extern const struct nla_policy
ucsec_stream_set_nl_policy[UCSEC_A_STREAM_RELATCH + 1];
extern const struct nla_policy ucsec_stream_id_nl_policy[UCSEC_A_STREAM_ID + 1];
extern const struct nla_policy
ucsec_param_set_nl_policy[UCSEC_A_PARAMS_REPLAY_BURST + 1];
extern const struct nla_policy ucsec_prefix_nl_policy[UCSEC_A_PREFIX_LEN + 1];
extern const struct nla_policy ucsec_rate_nl_policy[UCSEC_A_RATE_BURST + 1];
extern const struct nla_policy
ucsec_trunk_new_nl_policy[UCSEC_A_TRUNK_STAGE + 1];
extern const struct nla_policy
ucsec_trunk_set_nl_policy[UCSEC_A_TRUNK_COOKIE + 1];
extern const struct nla_policy ucsec_trunk_id_nl_policy[UCSEC_A_TRUNK_ID + 1];
extern const struct nla_policy
ucsec_trunk_cookie_nl_policy[UCSEC_A_TRUNK_COOKIE + 1];
extern const struct nla_policy
ucsec_prefix_new_nl_policy[UCSEC_A_TRUNK_STAGE + 1];
extern const struct nla_policy
ucsec_prefix_del_nl_policy[UCSEC_A_TRUNK_PREFIX + 1];
extern const struct nla_policy
ucsec_acl_commit_nl_policy[UCSEC_A_TRUNK_STAGE + 1];
extern const struct nla_policy
ucsec_acl_set_nl_policy[UCSEC_A_ACL_DENIAL_BURST + 1];
extern const struct nla_policy
ucsec_acl_test_nl_policy[UCSEC_A_TRIAL_PAYLOAD + 1];

#endif /* UCSEC_POLICY_H */
