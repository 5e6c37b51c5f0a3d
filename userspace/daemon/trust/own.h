/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Making our own certificates, and whom they name; private to trust/.
 */
#ifndef TRUST_OWN_H
#define TRUST_OWN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct conf;

enum own_kind { OWN_RSA, OWN_ECDSA };

/*
 * A certificate for the key that is there already, or for a new one. Key first,
 * each whole or not at all; the caller tells. 0 or -errno: -EKEYREJECTED if the
 * key that is there is of another kind or none at all.
 */
int own_make(const struct conf *conf, enum own_kind kind,
	     const char *cert_path, const char *key_path);

enum { OWN_ADDRESS_SIZE = INET6_ADDRSTRLEN };

/*
 * Of an entry of conf's, as a name by which a peer may have called us. false:
 * it is all addresses, or an entry before has the same one.
 */
bool own_address(const struct conf *conf, size_t i,
		 char text[OWN_ADDRESS_SIZE]);

#endif /* TRUST_OWN_H */
