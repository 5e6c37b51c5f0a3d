/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A SubjectPublicKeyInfo in DER, byte by byte (RFC 3279, RFC 5480).
 */
#ifndef CAPF_SPKI_H
#define CAPF_SPKI_H

#include "capf/message.h"

struct capf_spki {
	enum capf_key_type type;
	struct element_bytes bits;		/* the BIT STRING's */
	struct element_bytes n, e;	/* RSA: magnitudes, no zeroes in front */
	int curve;			/* EC: enum capf_curve, -1: another */
	bool has_curve_name;
	struct element_bytes point;
};

/*
 * 0 or -EBADMSG with a sentence. There is one encoding of each key: what is
 * read here, every reader reads the same way.
 */
int capf_spki_read(struct element_bytes der, struct capf_spki *spki,
		   const char **why);

#endif /* CAPF_SPKI_H */
