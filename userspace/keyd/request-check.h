/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files that check requests share.
 */
#ifndef KEYD_REQUEST_CHECK_H
#define KEYD_REQUEST_CHECK_H

#include "keyd/request.h"

bool keyd_is_zero(const void *data, size_t len);
/* A NUL, only printable ASCII before it and only zeros behind it. */
bool keyd_is_string(const char *text, size_t size);
/* The same, of letters, digits and . _ - only, and not empty. */
bool keyd_is_word(const char *text, size_t size);
/* A key that there may be; NULL, or what is wrong. */
const char *keyd_check_which(const struct keyd_which *key);

/* request-sign.c: NULL, or what is wrong */
const char *keyd_check_sign(const union keyd_buffer *message, size_t tail);

/* A token's: not empty. */
const char *keyd_check_serial(const char *serial);
/* KEYD_TOKEN_REGISTER, KEYD_TOKEN_REMOVE. */
const char *keyd_check_token(const struct keyd_message *m);

#endif /* KEYD_REQUEST_CHECK_H */
