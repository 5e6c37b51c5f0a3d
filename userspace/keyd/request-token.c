// SPDX-License-Identifier: GPL-2.0
/* Requests about security tokens, as far as their form tells. */
#include <errno.h>
#include <string.h>

#include "keyd/request-check.h"

const char *keyd_check_serial(const char *serial)
{
	return serial[0] && keyd_is_string(serial, KEYD_TOKEN_SERIAL) ? NULL :
		"a token has no serial number, or none that it may have";
}

const char *keyd_check_token(const struct keyd_message *m)
{
	const struct keyd_token_ref *ref = &m->token;
	unsigned int known = m->head.type == KEYD_TOKEN_REGISTER ?
		KEYD_TOKEN_RETRY_PIN : 0;

	if (!keyd_is_zero(ref->spare, sizeof(ref->spare)) ||
	    ref->flags & ~known)
		return "unknown flags, or spare bytes are not zero";
	return keyd_check_serial(ref->serial);
}

int keyd_token_next(const uint8_t **at, size_t *left,
		    struct keyd_token_item *item, const uint8_t **cert)
{
	if (!*left)
		return -ENOENT;
	if (*left < sizeof(*item))
		return -EBADMSG;
	memcpy(item, *at, sizeof(*item));
	if (item->cert_len > *left - sizeof(*item) ||
	    item->cert_len > KEYD_TOKEN_CERT_MAX || item->spare ||
	    item->flags & ~KEYD_TOKEN_ALL_FLAGS ||
	    !keyd_is_string(item->label, sizeof(item->label)) ||
	    keyd_check_serial(item->serial))
		return -EBADMSG;
	*cert = *at + sizeof(*item);
	*at = *cert + item->cert_len;
	*left -= sizeof(*item) + item->cert_len;
	return 0;
}
