/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Making our own certificates; private to trust/.
 */
#ifndef TRUST_OWN_H
#define TRUST_OWN_H

struct conf;

enum own_kind { OWN_RSA, OWN_ECDSA };

/*
 * A certificate for the key that is there already, or for a new one. Key first,
 * each whole or not at all; the caller tells. 0 or -errno: -EKEYREJECTED if the
 * key that is there is of another kind or none at all.
 */
int own_make(const struct conf *conf, enum own_kind kind,
	     const char *cert_path, const char *key_path);

#endif /* TRUST_OWN_H */
