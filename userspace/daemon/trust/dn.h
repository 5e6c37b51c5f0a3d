/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Distinguished names as the phones' files have them.
 */
#ifndef TRUST_DN_H
#define TRUST_DN_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "trust/header.h"

#define TRUST_DN_SIZE	2048

/*
 * CUCM: "CN=x;OU=y;O=z", most specific first. The same function for header and
 * records: phones may compare the bytes. NULL, or why the name cannot be told:
 * nobody knows how a ';' would be escaped.
 */
const char *trust_dn_write(const X509_NAME *name, enum trust_dialect dialect,
			   char text[TRUST_DN_SIZE]);

/*
 * The same for names that mean the same: parts in any order, separated by ','
 * or ';' and spaces, attributes in capitals or not. A backslash counts nothing,
 * so a comma in a value parts it, escaped or not: the pieces are the same on
 * both sides. False: too many parts, or too long.
 */
bool trust_dn_key(const char *name, char key[TRUST_DN_SIZE]);
/* By that key, or byte for byte. */
bool trust_dn_equal(const char *a, const char *b);

#endif /* TRUST_DN_H */
