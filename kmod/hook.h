/* SPDX-License-Identifier: GPL-2.0 */
/* The netfilter hooks of a namespace, there only while it has streams. */
#ifndef UCSEC_HOOK_H
#define UCSEC_HOOK_H

#include "ucsec.h"

/* Once per stream; under un->lock. */
int ucsec_hook_hold(struct ucsec_net *un);
void ucsec_hook_release(struct ucsec_net *un);

#endif /* UCSEC_HOOK_H */
