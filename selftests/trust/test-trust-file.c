// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-2, TRUST-3: signed and encrypted files we write.
 */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "tap.h"
#include "trust/file.h"
#include "trust/tlv.h"
#include "trust/verify.h"

static struct trust_fault fault;
static struct identity tftp, device;

static uint8_t secret[1024];	/* the key unwrapped last */

/* As a phone does: unwrap, decrypt, take the pad off, look at the digest. */
static bool decrypts(const struct trust_header *h, struct trust_span body,
		     EVP_PKEY *key, const void *clear, size_t len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	uint8_t *out = malloc(body.len), hash[EVP_MAX_MD_SIZE];
	size_t secret_len = sizeof(secret);
	const struct trust_sealing *s = &h->sealing;
	bool good;
	int n = 0;

	good = EVP_PKEY_decrypt_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		EVP_PKEY_decrypt(ctx, secret, &secret_len, s->key.data,
				 s->key.len) == 1 && secret_len == 16 &&
		EVP_DecryptInit_ex2(cipher, EVP_aes_128_cbc(), secret, s->iv,
				    NULL) == 1 &&
		EVP_CIPHER_CTX_set_padding(cipher, 0) == 1 &&
		EVP_DecryptUpdate(cipher, out, &n, body.data,
				  (int)body.len) == 1 &&
		(size_t)n == body.len && body.len - s->pad_count == len &&
		!memcmp(out, clear, len) &&
		EVP_Digest(clear, len, hash, NULL, s->digest == TRUST_SHA1 ?
			   EVP_sha1() : EVP_sha512(), NULL) &&
		!memcmp(hash, s->hash.data, s->hash.len);
	for (size_t i = len; good && i < body.len; i++)
		good = out[i] == '\r';
	EVP_PKEY_CTX_free(ctx);
	EVP_CIPHER_CTX_free(cipher);
	free(out);
	return good;
}

static void test_vector(void)
{
	struct trust_bytes f, clear, der;
	const unsigned char *at;
	struct trust_header h;
	struct trust_span body;
	EVP_PKEY *key;

	f = read_file(VECTORS "enc-sha512/SEP001122334455.cnf.xml.enc.sgn");
	clear = read_file(VECTORS "sgn-sha1/SEP001122334455.cnf.xml");
	der = read_file(VECTORS "device.key.der");
	at = der.data;
	key = d2i_AutoPrivateKey(NULL, &at, (long)der.len);
	ok(!trust_file_read(f.data, f.len, &h, &body, &fault) &&
	   key && decrypts(&h, body, key, clear.data, clear.len),
	   "the vector is decrypted to its clear text");
	EVP_PKEY_free(key);
	trust_bytes_free(&der);
	trust_bytes_free(&clear);
	trust_bytes_free(&f);
}

/* Read and written again: nothing of theirs is lost or moved. */
static void test_headers(void)
{
	static const char *const files[] = {
		VECTORS "ITL-sha1.tlv",
		VECTORS "sgn-sha1/SEP001122334455.cnf.xml.sgn",
		VECTORS "enc-sha512/SEP001122334455.cnf.xml.sgn",
		VECTORS "enc-sha512/SEP001122334455.cnf.xml.enc.sgn",
	};
	uint8_t buf[2048];

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct trust_bytes f = read_file(files[i]);
		struct tlv_writer w = { buf, sizeof(buf), 0, false };
		struct trust_header h;

		ok(!trust_header_read(f.data, f.len, &h, &fault), "%s",
		   strrchr(files[i], '/') + 1);
		trust_header_write(&w, &h, TRUST_CERTUTILS);
		ok(!w.too_long && w.len == h.length &&
		   !memcmp(buf, f.data, w.len), "its header, byte for byte");
		trust_bytes_free(&f);
	}
}

static void test_sign(void)
{
	struct trust_signer signer = signer_of(&tftp, TRUST_SHA1);
	struct trust_content content = {
		"Desktops/320x196x4/List.xml.sgn", 77, { NULL, 0 }
	};
	struct trust_header h;
	struct trust_bytes f;
	struct trust_span body;

	ok(!trust_file_sign(&content, &signer, &f, &fault) &&
	   !trust_file_read(f.data, f.len, &h, &body, &fault) && !body.len &&
	   !trust_verify(f.data, f.len, &h, tftp.key, &fault),
	   "an empty file is signed");
	ok(h.time == 77 && !strcmp(h.name, content.name) &&
	   h.version == 0x0100 && !h.signer_version, "its name with its path");
	trust_bytes_free(&f);
	content.data = (struct trust_span){ (const uint8_t *)"\0x\r", 3 };
	ok(!trust_file_sign(&content, &signer, &f, &fault) &&
	   !trust_file_read(f.data, f.len, &h, &body, &fault) &&
	   body.len == 3 && !memcmp(body.data, "\0x\r", 3) &&
	   !trust_verify(f.data, f.len, &h, tftp.key, &fault),
	   "content is left as it is");
	trust_bytes_free(&f);
}

static void test_seal(void)
{
	static const uint8_t clear[] = "<device>............................."
		"...........</device>";
	struct trust_signer signer = signer_of(&tftp, TRUST_SHA512);
	struct trust_content content = { "SEP1.cnf.xml.enc.sgn", 1, { 0 } };
	struct trust_bytes f, again;
	uint8_t before[16] = { 0 };
	struct trust_header h;
	struct trust_span body;

	for (size_t len = 0; len <= 48; len++) {
		content.data = (struct trust_span){ clear, len };
		signer.digest = len & 1 ? TRUST_SHA1 : TRUST_SHA512;
		ok(!trust_file_seal(&content, &signer, device.cert, &f,
				    &fault) &&
		   !trust_file_read(f.data, f.len, &h, &body, &fault) &&
		   h.sealed && h.sealing.pad_count == 16 - len % 16 &&
		   !trust_verify(f.data, f.len, &h, tftp.key, &fault) &&
		   decrypts(&h, body, device.key, clear, len) &&
		   (len < 8 || !memmem(f.data, f.len, clear, 8)),
		   "%zu bytes are encrypted, signed, decrypted", len);
		ok(memcmp(before, secret, 16), "by a key of its own");
		memcpy(before, secret, 16);
		trust_bytes_free(&f);
	}
	trust_file_seal(&content, &signer, device.cert, &f, &fault);
	trust_file_seal(&content, &signer, device.cert, &again, &fault);
	trust_file_read(f.data, f.len, &h, &body, &fault);
	ok(f.len == again.len && memcmp(body.data, again.data + h.length,
					body.len),
	   "the same twice does not look the same");
	trust_bytes_free(&again);
	trust_bytes_free(&f);
}

static void test_devices(void)
{
	static const struct {
		unsigned int bits;
		bool fit;
	} keys[] = { { 512, true }, { 1024, true }, { 3072, true },
		     { 4096, true }, { 0, false } };
	struct trust_signer signer = signer_of(&tftp, TRUST_SHA1);
	struct trust_content content = {
		"SEP1.cnf.xml.enc.sgn", 1, { (const uint8_t *)"x", 1 }
	};
	struct trust_header h;
	struct trust_bytes f;
	struct trust_span body;
	struct identity id;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		int err;

		identity_make(&id, "CN=SEP1", keys[i].bits, 1);
		err = trust_file_seal(&content, &signer, id.cert, &f, &fault);
		ok(!err == keys[i].fit &&
		   (!err || strstr(fault.why, "is EC")) && (err || (
		   !trust_file_read(f.data, f.len, &h, &body, &fault) &&
		   h.sealing.bits == keys[i].bits &&
		   decrypts(&h, body, id.key, "x", 1))),
		   "a device's key of %u bits: %s", keys[i].bits,
		   err ? fault.why : "taken");
		trust_bytes_free(&f);
		identity_free(&id);
	}
}

static void test_refusals(void)
{
	static const char *const names[] = { "", ".sgn", "SEP1.cnf.xml",
					     "SEP1.cnf.xml.enc.sgn" };
	struct trust_signer signer = signer_of(&tftp, TRUST_SHA1);
	struct trust_content content = { "a.sgn", 1, { 0 } };
	uint8_t *huge = calloc(1, TRUST_CONTENT_SIZE + 1);
	char name[300];
	struct trust_bytes f;
	int err;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		content.name = names[i];
		err = trust_file_sign(&content, &signer, &f, &fault);
		ok(err && !f.data, "name \"%s\": %s", names[i], fault.why);
	}
	memset(name, 'a', sizeof(name));
	strcpy(name + sizeof(name) - 5, ".sgn");
	content.name = name;
	err = trust_file_sign(&content, &signer, &f, &fault);
	ok(err && !f.data, "a name of 299 bytes: %s", fault.why);
	content.name = "SEP1.cnf.xml.sgn";
	err = trust_file_seal(&content, &signer, device.cert, &f, &fault);
	ok(err && !f.data, "encrypted under the name of what is not: %s", fault.why);
	content.data = (struct trust_span){ huge, TRUST_CONTENT_SIZE + 1 };
	err = trust_file_sign(&content, &signer, &f, &fault);
	ok(err && !f.data, "too much: %s", fault.why);
	content.name = "SEP1.cnf.xml.enc.sgn";
	err = trust_file_seal(&content, &signer, device.cert, &f, &fault);
	ok(err && !f.data, "too much to encrypt: %s", fault.why);
	content.data.len = 1;
	signer.ctx = device.key;
	err = trust_file_seal(&content, &signer, device.cert, &f, &fault);
	ok(err && !f.data, "another's key: %s", fault.why);
	free(huge);
}

int main(void)
{
	identity_make(&tftp, "O=Lab/CN=tftp", 2048, 1);
	identity_make(&device, "CN=SEP1", 2048, 2);
	test_vector();
	test_headers();
	test_sign();
	test_seal();
	test_devices();
	test_refusals();
	identity_free(&tftp);
	identity_free(&device);
	return tap_end();
}
