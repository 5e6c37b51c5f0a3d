/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files that check requests share.
 */
#ifndef MEDIAD_REQUEST_CHECK_H
#define MEDIAD_REQUEST_CHECK_H

#include "mediad/request.h"

bool mediad_is_zero(const void *data, size_t len);
bool mediad_has_magic(const uint8_t *cookie);

/* request-acl.c: NULL, or what is wrong */
const char *mediad_check_trunk(const struct mediad_trunk *trunk);
const char *mediad_check_prefixes(const struct mediad_prefixes *prefixes);
const char *mediad_check_acl_params(const struct mediad_acl_params *params);

#endif /* MEDIAD_REQUEST_CHECK_H */
