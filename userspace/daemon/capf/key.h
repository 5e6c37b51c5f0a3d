/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The public key that a phone made: is it what was asked for, and sound?
 */
#ifndef CAPF_KEY_H
#define CAPF_KEY_H

#include "capf/message.h"

/* bits: the modulus's, or 256, 384, 521 of the curve. */
struct capf_key_kind {
	enum capf_key_type type;
	unsigned int bits;
};

struct capf_key_policy {
	unsigned int rsa_min;		/* bits */
	int security_level;		/* OpenSSL's, 0 to 5 */
};

/* RSA 1024 at least, and what OpenSSL's level 2 takes: RSA 2048, P-256. */
extern const struct capf_key_policy capf_key_policy_default;

enum { CAPF_KEY_ID_LEN = 32, CAPF_KEY_WHY_SIZE = 128 };

/*
 * Is the kind one that there is, and not too weak? 0, -EINVAL or, too weak,
 * -EKEYREJECTED, with a sentence.
 */
int capf_key_kind_check(const struct capf_key_kind *kind,
			const struct capf_key_policy *policy,
			char why[CAPF_KEY_WHY_SIZE]);

/* The number of the curve on the wire, or -EINVAL. */
int capf_key_curve(unsigned int bits);

/*
 * Of what kind is the key, where nobody knows what was asked for? 0, -EBADMSG or
 * -EKEYREJECTED with a sentence; the key is not judged by it.
 */
int capf_key_kind_read(struct element_bytes der, struct capf_key_kind *kind,
		       char why[CAPF_KEY_WHY_SIZE]);

/*
 * A SubjectPublicKeyInfo in DER, every byte of it, is a sound key of the kind.
 * id is the SHA-256 of it, to find who else has the key. 0, or -EBADMSG,
 * -EKEYREJECTED (sound DER, unwanted key), -ENOMEM, with a sentence.
 */
int capf_key_check(struct element_bytes der, const struct capf_key_kind *kind,
		   const struct capf_key_policy *policy,
		   uint8_t id[CAPF_KEY_ID_LEN], char why[CAPF_KEY_WHY_SIZE]);

#endif /* CAPF_KEY_H */
