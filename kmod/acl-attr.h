/* SPDX-License-Identifier: GPL-2.0 */
/* Requests about trunks and the ACL: attributes to configurations. */
#ifndef UCSEC_ACL_ATTR_H
#define UCSEC_ACL_ATTR_H

#include <net/genetlink.h>
#include "acl.h"

/* A message on trial. */
struct ucsec_trial {
	struct ucsec_acl_packet packet;
	__be32 daddr4;
	struct in6_addr daddr6;
	struct nlattr *daddr, *dport;	/* for their faults */
};

/*
 * Form of the request of @info, with attributes up to @max, and a sentence for
 * each fault. *@cfg is zeroed first; its prefixes are the caller's to free, also
 * after a failure.
 */
int ucsec_attr_trunk(struct genl_info *info, u32 max,
		     struct ucsec_trunk_config *cfg);
/* Beside that: what a new one needs, and what only some kinds may have. */
int ucsec_attr_trunk_new(struct genl_info *info,
			 const struct ucsec_trunk_config *cfg);
int ucsec_attr_trunk_kind(struct genl_info *info,
			  const struct ucsec_trunk_config *cfg, u32 kind);
/* It names a trunk; it names one and prefixes. */
int ucsec_attr_trunk_id(struct genl_info *info,
			const struct ucsec_trunk_config *cfg);
int ucsec_attr_prefixes(struct genl_info *info,
			const struct ucsec_trunk_config *cfg);
int ucsec_attr_acl(struct genl_info *info, struct ucsec_acl_params *params);
int ucsec_attr_trial(struct genl_info *info, struct ucsec_trial *trial);

/*
 * Tells what a ruleset was refused for, and blames the prefix of the request
 * that has to do with it; @cfg may be NULL.
 */
int ucsec_attr_refused(struct genl_info *info,
		       const struct ucsec_trunk_config *cfg, int err,
		       const struct ucsec_ruleset_fault *fault);

#endif /* UCSEC_ACL_ATTR_H */
