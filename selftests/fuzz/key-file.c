// SPDX-License-Identifier: GPL-2.0
/*
 * Key files: whatever is in one, it is a set of whole keys or nothing.
 */
#include <stdlib.h>
#include <string.h>

#include <ucsec/ucsec.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_keys(const struct ucsec_crypto *crypto)
{
	expect(crypto->key_count >= 1 && crypto->key_count <= UCSEC_MAX_KEYS);
	for (uint32_t i = 0; i < crypto->key_count; i++) {
		const struct ucsec_key *key = &crypto->keys[i];

		expect(key->material_len ==
		       ucsec_suite_material_len(crypto->suite));
		expect(key->mki_len <= UCSEC_MAX_MKI_LEN);
		expect(key->mki_len == crypto->keys[0].mki_len);
		expect(crypto->key_count == 1 || key->mki_len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ucsec_key zero[UCSEC_MAX_KEYS];
	struct ucsec_crypto crypto;
	const char *why = NULL;
	char *exact;
	int err;

	if (!size)
		return 0;
	memset(&crypto, 0xa5, sizeof(crypto));
	crypto.suite = data[0] % 12;
	/* Memory that ends where the text does, for ASan to guard. */
	exact = malloc(size);
	memcpy(exact, data + 1, size - 1);
	err = ucsec_keys_parse(exact, size - 1, &crypto, &why);
	free(exact);
	if (!err) {
		check_keys(&crypto);
		return 0;
	}
	expect(why && !crypto.key_count &&
	       !memcmp(crypto.keys, zero, sizeof(zero)));
	return 0;
}
