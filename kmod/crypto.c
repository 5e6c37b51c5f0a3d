// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel side of srtp/crypto.h: synchronous ciphers of the crypto API, with
 * requests on the stack, and the portable code where no SIMD may be used.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <crypto/aead.h>
#include <crypto/aes.h>
#include <crypto/hash.h>
#include <asm/simd.h>
#include <crypto/internal/simd.h>
#include <crypto/sha1.h>
#include <crypto/skcipher.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include "ucsec.h"
#include "srtp/internal.h"
#include "srtp/srtp.h"

/*
 * Enough for every SIMD driver: they keep nothing in the request. A driver
 * that wants more is not used; see usable().
 */
#define MAX_REQ_CTX	64

static bool portable;
module_param(portable, bool, 0444);
MODULE_PARM_DESC(portable, "use the portable ciphers only (slow, for tests)");

/*
 * How to ask for a fast cipher. The internal variants of x86 are synchronous
 * but may only run where SIMD is usable, which every call below checks; on
 * arm64 the plain names are synchronous.
 */
static const struct {
	u32 type;
	u32 mask;
	const char *prefix;
} forms[] = {
	{ CRYPTO_ALG_INTERNAL, CRYPTO_ALG_INTERNAL | CRYPTO_ALG_ASYNC, "__" },
	{ 0, CRYPTO_ALG_INTERNAL | CRYPTO_ALG_ASYNC, "" },
};

/*
 * Chosen once at init: what session_init asks for. The probing tfm stays, so
 * that its module stays, and names the driver.
 */
struct choice {
	const char *name;	/* of the algorithm, NULL: portable code */
	char buf[24];
	u32 type;
	u32 mask;
	union {
		struct crypto_aead *aead;
		struct crypto_skcipher *skcipher;
	} probe;
};

static struct choice gcm, ctr;
static struct crypto_shash *sha1;

struct sha1_midstates {
	u8 inner[sizeof(struct sha1_state)];
	u8 outer[sizeof(struct sha1_state)];
};

/*
 * Portable AES. The storage in crypto.h is the library's context.
 */

int ucsec_crypto_aes_expand(struct ucsec_crypto_aes *aes, const u8 *key,
			    u32 key_len)
{
	BUILD_BUG_ON(sizeof(struct ucsec_crypto_aes) <
		     sizeof(struct crypto_aes_ctx));
	return aes_expandkey((struct crypto_aes_ctx *)aes, key, key_len);
}

void ucsec_crypto_aes_encrypt(const struct ucsec_crypto_aes *aes,
			      u8 out[UCSEC_CRYPTO_BLOCK],
			      const u8 in[UCSEC_CRYPTO_BLOCK])
{
	aes_encrypt((const struct crypto_aes_ctx *)aes, out, in);
}

/*
 * Ciphers
 */

int ucsec_crypto_ctr(const struct ucsec_crypto_session *s,
		     const u8 iv[UCSEC_CRYPTO_BLOCK], u8 *data, u32 len)
{
	struct {
		struct skcipher_request req;
		u8 ctx[MAX_REQ_CTX];
	} r;
	u8 counter[UCSEC_CRYPTO_BLOCK];
	struct scatterlist sg;

	if (!s->cipher || !crypto_simd_usable())
		return ucsec_srtp_soft_ctr(s, iv, data, len);
	if (!len)
		return 0;
	/* The driver counts in place. */
	memcpy(counter, iv, sizeof(counter));
	sg_init_one(&sg, data, len);
	skcipher_request_set_tfm(&r.req, s->cipher);
	skcipher_request_set_callback(&r.req, 0, NULL, NULL);
	skcipher_request_set_crypt(&r.req, &sg, &sg, len, counter);
	return crypto_skcipher_encrypt(&r.req);
}

static int gcm_crypt(const struct ucsec_crypto_session *s,
		     const u8 iv[UCSEC_CRYPTO_GCM_IV], u8 *buf, u32 aad_len,
		     u32 len, bool seal)
{
	struct {
		struct aead_request req;
		u8 ctx[MAX_REQ_CTX];
	} r;
	struct scatterlist sg;

	if (!s->cipher || !crypto_simd_usable())
		return ucsec_srtp_soft_gcm(s, iv, buf, aad_len, NULL, 0,
					   buf + aad_len, len,
					   buf + aad_len + len, seal);
	sg_init_one(&sg, buf, aad_len + len + UCSEC_CRYPTO_GCM_TAG);
	aead_request_set_tfm(&r.req, s->cipher);
	aead_request_set_callback(&r.req, 0, NULL, NULL);
	aead_request_set_ad(&r.req, aad_len);
	if (seal) {
		aead_request_set_crypt(&r.req, &sg, &sg, len, (u8 *)iv);
		return crypto_aead_encrypt(&r.req);
	}
	aead_request_set_crypt(&r.req, &sg, &sg, len + UCSEC_CRYPTO_GCM_TAG,
			       (u8 *)iv);
	return crypto_aead_decrypt(&r.req);
}

int ucsec_crypto_gcm_seal(const struct ucsec_crypto_session *s,
			  const u8 iv[UCSEC_CRYPTO_GCM_IV], u8 *buf,
			  u32 aad_len, u32 len)
{
	return gcm_crypt(s, iv, buf, aad_len, len, true);
}

int ucsec_crypto_gcm_open(const struct ucsec_crypto_session *s,
			  const u8 iv[UCSEC_CRYPTO_GCM_IV], u8 *buf,
			  u32 aad_len, u32 len)
{
	return gcm_crypt(s, iv, buf, aad_len, len, false);
}

/*
 * HMAC-SHA1 from the exported states after the padded key: 192 bytes a key
 * and no key schedule per packet, where an hmac(sha1) tfm with the hash
 * beneath it takes three times that.
 */
int ucsec_crypto_mac(const struct ucsec_crypto_session *s, const u8 *data,
		     u32 len, u8 out[UCSEC_CRYPTO_MAC])
{
	const struct sha1_midstates *mid = s->mac;
	SHASH_DESC_ON_STACK(desc, sha1);
	u8 inner[SHA1_DIGEST_SIZE];
	int err;

	desc->tfm = sha1;
	err = crypto_shash_import(desc, mid->inner);
	if (err)
		return err;
	err = crypto_shash_finup(desc, data, len, inner);
	if (err)
		return err;
	err = crypto_shash_import(desc, mid->outer);
	if (err)
		return err;
	return crypto_shash_finup(desc, inner, sizeof(inner), out);
}

static int export_padded(const u8 *mac_key, u8 pad, u8 *state)
{
	SHASH_DESC_ON_STACK(desc, sha1);
	u8 block[SHA1_BLOCK_SIZE];
	int i, err;

	memset(block, pad, sizeof(block));
	for (i = 0; i < UCSEC_CRYPTO_MAC_KEY; i++)
		block[i] ^= mac_key[i];
	desc->tfm = sha1;
	err = crypto_shash_init(desc);
	if (!err)
		err = crypto_shash_update(desc, block, sizeof(block));
	if (!err)
		err = crypto_shash_export(desc, state);
	memzero_explicit(block, sizeof(block));
	shash_desc_zero(desc);
	return err;
}

static int init_mac(struct ucsec_crypto_session *s, const u8 *mac_key)
{
	struct sha1_midstates *mid;
	int err;

	mid = kzalloc(sizeof(*mid), GFP_KERNEL);
	if (!mid)
		return -ENOMEM;
	s->mac = mid;
	err = export_padded(mac_key, 0x36, mid->inner);
	if (!err)
		err = export_padded(mac_key, 0x5c, mid->outer);
	return err;
}

static int init_gcm(struct ucsec_crypto_session *s)
{
	struct crypto_aead *tfm;
	int err;

	tfm = crypto_alloc_aead(gcm.name, gcm.type, gcm.mask);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	s->cipher = tfm;
	err = crypto_aead_setkey(tfm, s->key, s->key_len);
	if (!err)
		err = crypto_aead_setauthsize(tfm, UCSEC_CRYPTO_GCM_TAG);
	return err;
}

static int init_ctr(struct ucsec_crypto_session *s)
{
	struct crypto_skcipher *tfm;

	tfm = crypto_alloc_skcipher(ctr.name, ctr.type, ctr.mask);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	s->cipher = tfm;
	return crypto_skcipher_setkey(tfm, s->key, s->key_len);
}

int ucsec_crypto_session_init(struct ucsec_crypto_session *s,
			      const u8 *mac_key, bool fast)
{
	int err = 0;

	s->cipher = NULL;
	s->mac = NULL;
	if (mac_key)
		err = init_mac(s, mac_key);
	if (!err && fast && s->type == UCSEC_CRYPTO_GCM && gcm.name)
		err = init_gcm(s);
	if (!err && fast && s->type == UCSEC_CRYPTO_CTR && ctr.name)
		err = init_ctr(s);
	if (err)
		ucsec_crypto_session_exit(s);
	return err;
}

void ucsec_crypto_session_exit(struct ucsec_crypto_session *s)
{
	/* Freeing a tfm wipes it. */
	if (s->cipher && s->type == UCSEC_CRYPTO_GCM)
		crypto_free_aead(s->cipher);
	else if (s->cipher)
		crypto_free_skcipher(s->cipher);
	kfree_sensitive(s->mac);
	memzero_explicit(s, sizeof(*s));
}

/*
 * What the allocator hands out for the handles of a session. Tfms are one
 * allocation each of the frontend and the driver's context.
 */
u32 ucsec_crypto_session_memory(const struct ucsec_crypto_session *s)
{
	const struct crypto_tfm *tfm;
	size_t bytes;

	bytes = s->mac ? ksize(s->mac) : 0;
	if (!s->cipher)
		return bytes;
	if (s->type == UCSEC_CRYPTO_GCM) {
		tfm = crypto_aead_tfm(s->cipher);
		return bytes + kmalloc_size_roundup(sizeof(struct crypto_aead) +
						    tfm->__crt_alg->cra_ctxsize);
	}
	tfm = crypto_skcipher_tfm(s->cipher);
	return bytes + kmalloc_size_roundup(sizeof(struct crypto_skcipher) +
					    tfm->__crt_alg->cra_ctxsize);
}

/*
 * Choice of drivers
 */

static bool usable(const char *driver, unsigned int reqsize)
{
	return reqsize <= MAX_REQ_CTX && !strstr(driver, "generic(") &&
	       !strstr(driver, "-generic");
}

static void choose_gcm(int form)
{
	struct crypto_aead *tfm;

	snprintf(gcm.buf, sizeof(gcm.buf), "%sgcm(aes)", forms[form].prefix);
	tfm = crypto_alloc_aead(gcm.buf, forms[form].type, forms[form].mask);
	if (IS_ERR(tfm))
		return;
	if (!usable(crypto_tfm_alg_driver_name(crypto_aead_tfm(tfm)),
		    crypto_aead_reqsize(tfm))) {
		crypto_free_aead(tfm);
		return;
	}
	gcm.probe.aead = tfm;
	gcm.type = forms[form].type;
	gcm.mask = forms[form].mask;
	gcm.name = gcm.buf;
}

static void choose_ctr(int form)
{
	struct crypto_skcipher *tfm;

	snprintf(ctr.buf, sizeof(ctr.buf), "%sctr(aes)", forms[form].prefix);
	tfm = crypto_alloc_skcipher(ctr.buf, forms[form].type,
				    forms[form].mask);
	if (IS_ERR(tfm))
		return;
	if (!usable(crypto_tfm_alg_driver_name(crypto_skcipher_tfm(tfm)),
		    crypto_skcipher_reqsize(tfm))) {
		crypto_free_skcipher(tfm);
		return;
	}
	ctr.probe.skcipher = tfm;
	ctr.type = forms[form].type;
	ctr.mask = forms[form].mask;
	ctr.name = ctr.buf;
}

static const char portable_driver[] = "ucsec-portable";

const char *ucsec_crypto_cipher_driver(u32 suite)
{
	const struct ucsec_srtp_suite *s = ucsec_srtp_suite(suite);

	if (!s || s->cipher == UCSEC_CRYPTO_NULL)
		return NULL;
	if (s->cipher == UCSEC_CRYPTO_GCM)
		return gcm.name ? crypto_tfm_alg_driver_name(
				crypto_aead_tfm(gcm.probe.aead)) :
				portable_driver;
	return ctr.name ? crypto_tfm_alg_driver_name(
			crypto_skcipher_tfm(ctr.probe.skcipher)) :
			portable_driver;
}

const char *ucsec_crypto_mac_driver(u32 suite)
{
	const struct ucsec_srtp_suite *s = ucsec_srtp_suite(suite);

	if (!s || s->cipher == UCSEC_CRYPTO_GCM)
		return NULL;
	return crypto_tfm_alg_driver_name(crypto_shash_tfm(sha1));
}

int ucsec_crypto_init(void)
{
	int form;

	/* Brings in the accelerated drivers, where udev has not. */
	request_module("crypto-aes");
	request_module("crypto-sha1");

	sha1 = crypto_alloc_shash("sha1", 0, 0);
	if (IS_ERR(sha1)) {
		pr_err("no sha1: %ld\n", PTR_ERR(sha1));
		return PTR_ERR(sha1);
	}
	if (crypto_shash_statesize(sha1) != sizeof(struct sha1_state)) {
		pr_err("state of %s is not the common one\n",
		       crypto_tfm_alg_driver_name(crypto_shash_tfm(sha1)));
		crypto_free_shash(sha1);
		return -EOPNOTSUPP;
	}
	for (form = 0; form < ARRAY_SIZE(forms) && !portable; form++) {
		if (!gcm.name)
			choose_gcm(form);
		if (!ctr.name)
			choose_ctr(form);
	}
	return 0;
}

void ucsec_crypto_exit(void)
{
	if (gcm.name)
		crypto_free_aead(gcm.probe.aead);
	if (ctr.name)
		crypto_free_skcipher(ctr.probe.skcipher);
	crypto_free_shash(sha1);
}
