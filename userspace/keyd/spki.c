// SPDX-License-Identifier: GPL-2.0
/* The public key of a phone, which is a stranger's until it is certified. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "capf/key.h"
#include "capf/spki.h"
#include "keyd/use.h"

static const struct capf_key_policy strict = {
	.rsa_min = 2048, .security_level = 2,
}, for_old_phones = {
	.rsa_min = 1024, .security_level = 1,
};

/*
 * By the same judge as ucsecd's, once more: that one may be somebody else's by
 * now. What the phone was asked for is not known here, any sound key will do.
 */
static enum keyd_reason judge(struct element_bytes der, unsigned int flags,
			      char why[CAPF_KEY_WHY_SIZE])
{
	const struct capf_key_policy *policy = flags & KEYD_LSC_RSA_1024 ?
		&for_old_phones : &strict;
	uint8_t id[CAPF_KEY_ID_LEN];
	struct capf_key_kind kind;
	int err;

	if (capf_key_kind_read(der, &kind, why))
		return KEYD_WHY_NOT_KEY;
	err = capf_key_kind_check(&kind, policy, why);
	if (err)
		return err == -EKEYREJECTED ? KEYD_WHY_WEAK : KEYD_WHY_NOT_KEY;
	err = capf_key_check(der, &kind, policy, id, why);
	return !err ? KEYD_WHY_NONE : err == -ENOMEM ? KEYD_WHY_SYSTEM :
		KEYD_WHY_NOT_KEY;
}

/*
 * Of RSA there is one algorithm identifier, and judge() has read every byte. What
 * d2i_X509_PUBKEY() does besides, to make a key of it, takes 0.2 ms.
 */
static X509_PUBKEY *copy_rsa(struct element_bytes bits)
{
	uint8_t *copy = OPENSSL_memdup(bits.at, bits.len);
	X509_PUBKEY *key = X509_PUBKEY_new();

	if (key && copy &&
	    X509_PUBKEY_set0_param(key, OBJ_nid2obj(NID_rsaEncryption),
				   V_ASN1_NULL, NULL, copy, (int)bits.len))
		return key;
	X509_PUBKEY_free(key);
	OPENSSL_free(copy);
	return NULL;
}

static X509_PUBKEY *read_ec(const uint8_t *der, size_t len)
{
	const uint8_t *at = der;
	X509_PUBKEY *key = d2i_X509_PUBKEY(NULL, &at, (long)len);

	if (key && at == der + len && X509_PUBKEY_get0(key))
		return key;
	X509_PUBKEY_free(key);
	return NULL;
}

X509_PUBKEY *keyd_spki_read(const uint8_t *der, size_t len,
			    unsigned int flags, enum keyd_reason *reason,
			    const char **why)
{
	static char sentence[CAPF_KEY_WHY_SIZE];	/* of one thread */
	struct capf_spki spki;
	X509_PUBKEY *key;

	*why = sentence;
	*reason = judge((struct element_bytes){ der, len }, flags, sentence);
	if (*reason || capf_spki_read((struct element_bytes){ der, len }, &spki,
				      why))
		return NULL;
	key = spki.type == CAPF_RSA ? copy_rsa(spki.bits) : read_ec(der, len);
	ERR_clear_error();
	if (key) {
		*why = NULL;
		return key;
	}
	*reason = KEYD_WHY_NOT_KEY;
	*why = "that is no public key";
	return NULL;
}
