/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes to the set of trunks: single ones, and staged sets that replace a part
 * of it at once. All under un->lock, in process context.
 */
#ifndef UCSEC_STAGE_H
#define UCSEC_STAGE_H

#include <linux/xarray.h>
#include "acl.h"

/* Trunks that are not in force yet; at most one such set in a namespace. */
struct ucsec_stage {
	u32 token;
	u8 cookie_len;
	u8 cookie[UCSEC_MAX_COOKIE_LEN];
	struct xarray trunks;		/* by id; references */
	u32 ntrunks;
	u32 nprefixes;
	u32 first_free;			/* no id below was free */
};

/* Which of the trunks in force give way. */
struct ucsec_leaving {
	u32 id;				/* this one, if not 0 */
	bool by_cookie;			/* those whose cookie begins so */
	u8 cookie_len;
	const u8 *cookie;
};

/*
 * Publishes the trunks that stay and @n new ones, by id; takes the references
 * of these if it succeeds.
 */
int ucsec_acl_exchange(struct ucsec_net *un,
		       const struct ucsec_leaving *leaving,
		       struct ucsec_trunk **new, u32 n,
		       struct ucsec_ruleset_fault *fault);
/* The lowest id that no trunk in force has. */
u32 ucsec_acl_free_id(struct ucsec_acl *acl);

/* Discards one that was begun before. */
struct ucsec_stage *ucsec_stage_begin(struct ucsec_acl *acl, const u8 *cookie,
				      u32 len);
void ucsec_stage_discard(struct ucsec_acl *acl);
/* NULL: it was discarded or never was. */
struct ucsec_stage *ucsec_stage_find(struct ucsec_acl *acl, u32 token);
/* The lowest id that neither it has nor a trunk that stays. */
u32 ucsec_stage_free_id(struct ucsec_acl *acl, struct ucsec_stage *stage);
/* Takes the reference if it succeeds; -EEXIST, -ENOSPC. */
int ucsec_stage_insert(struct ucsec_acl *acl, struct ucsec_stage *stage,
		       struct ucsec_trunk *trunk);
int ucsec_stage_add(struct ucsec_acl *acl, struct ucsec_stage *stage,
		    struct ucsec_trunk *trunk, const struct ucsec_prefix *p,
		    u32 n);
/* It is gone once this succeeds. */
int ucsec_stage_commit(struct ucsec_net *un, struct ucsec_stage *stage,
		       struct ucsec_ruleset_fault *fault);

#endif /* UCSEC_STAGE_H */
