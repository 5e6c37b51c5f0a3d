/* SPDX-License-Identifier: GPL-2.0 */
/* The netfilter hooks of a namespace, there only while it needs them. */
#ifndef UCSEC_HOOK_H
#define UCSEC_HOOK_H

#include "ucsec.h"

/* Once for each stream, and for the ACL; under un->lock. */
int ucsec_hook_hold(struct ucsec_net *un);
void ucsec_hook_release(struct ucsec_net *un);

#endif /* UCSEC_HOOK_H */
