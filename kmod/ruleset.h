/* SPDX-License-Identifier: GPL-2.0 */
/* What becomes a ruleset before it is published; see acl.h for the rest. */
#ifndef UCSEC_RULESET_H
#define UCSEC_RULESET_H

#include "acl.h"

/* table.c; takes no references */
struct ucsec_ruleset *ucsec_ruleset_build(struct ucsec_acl *acl,
					  struct ucsec_trunk **trunk, u32 n,
					  struct ucsec_ruleset_fault *fault);
/* With the references that it was given, if @put. */
void ucsec_ruleset_free(struct ucsec_ruleset *rules, bool put);

#endif /* UCSEC_RULESET_H */
