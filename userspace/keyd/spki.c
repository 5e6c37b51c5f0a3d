// SPDX-License-Identifier: GPL-2.0
/* The public key of a phone, which is a stranger's until it is certified. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "capf/key.h"
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

X509_PUBKEY *keyd_spki_read(const uint8_t *der, size_t len,
			    unsigned int flags, enum keyd_reason *reason,
			    const char **why)
{
	static char sentence[CAPF_KEY_WHY_SIZE];	/* of one thread */
	const uint8_t *at = der;
	X509_PUBKEY *spki;

	*why = sentence;
	*reason = judge((struct element_bytes){ der, len }, flags, sentence);
	if (*reason)
		return NULL;
	spki = d2i_X509_PUBKEY(NULL, &at, (long)len);
	ERR_clear_error();
	if (spki && at == der + len && X509_PUBKEY_get0(spki)) {
		*why = NULL;
		return spki;
	}
	X509_PUBKEY_free(spki);
	*reason = KEYD_WHY_NOT_KEY;
	*why = "that is no public key";
	return NULL;
}
