/* SPDX-License-Identifier: GPL-2.0 */
/* What the TLS policy is made of, read from store and trust. */
#ifndef TLS_MATERIAL_H
#define TLS_MATERIAL_H

#include "net/net.h"

struct store;
struct trust;

struct tls_material {
	struct net_tls tls;
	char *cert, *key;	/* PEM; keys are wiped when cleared */
	char *ecdsa_cert, *ecdsa_key;
	struct evp_pkey_st *keyd_key, *keyd_ecdsa_key;	/* in their place */
	char **trusted;		/* ended by NULL */
	size_t trusted_count;
};

/* Clear it in any case. @why gets a sentence; 0 or -errno. */
int tls_material_read(struct tls_material *material, struct store *store,
		      struct trust *trust, char *why, size_t size);
void tls_material_clear(struct tls_material *material);

#endif /* TLS_MATERIAL_H */
