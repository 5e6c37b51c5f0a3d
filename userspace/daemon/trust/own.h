/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Making our own certificate; private to trust/.
 */
#ifndef TRUST_OWN_H
#define TRUST_OWN_H

struct conf;

/* Key first, each whole or not at all; the caller tells. 0 or -errno. */
int own_make(const struct conf *conf, const char *cert_path,
	     const char *key_path);

#endif /* TRUST_OWN_H */
