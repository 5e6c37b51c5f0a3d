// SPDX-License-Identifier: GPL-2.0
/*
 * Self-signed certificates for SIP over TLS, for a start without a CA.
 */
#include "trust/own.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "store/whole-file.h"

#define KEY_BITS	2048
#define VALID_DAYS	(5 * 365)

static int write_file(const char *path, BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	return whole_file_write(path, data, (size_t)len);
}

static int add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	int good;

	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	good = ext && X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return good ? 0 : -EINVAL;
}

static bool is_wildcard(const struct conf_listen *listen)
{
	if (listen->addr.sa.sa_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&listen->addr.in6.sin6_addr);
	return listen->addr.in.sin_addr.s_addr == htonl(INADDR_ANY);
}

static void write_address(const struct conf_listen *listen, char *text)
{
	bool is_six = listen->addr.sa.sa_family == AF_INET6;

	inet_ntop(listen->addr.sa.sa_family, is_six ?
		  (const void *)&listen->addr.in6.sin6_addr :
		  (const void *)&listen->addr.in.sin_addr, text,
		  OWN_ADDRESS_SIZE);
}

bool own_address(const struct conf *conf, size_t i,
		 char text[OWN_ADDRESS_SIZE])
{
	char other[OWN_ADDRESS_SIZE];

	if (is_wildcard(&conf->listen[i]))
		return false;
	write_address(&conf->listen[i], text);
	/* Several ports of one address are one name. */
	while (i--) {
		write_address(&conf->listen[i], other);
		if (!strcmp(text, other))
			return false;
	}
	return true;
}

/* "DNS:cm1,IP:192.0.2.1": where a peer may have called us. */
static void name_ourselves(const struct conf *conf, char *names, size_t size)
{
	char address[OWN_ADDRESS_SIZE];
	size_t len = (size_t)snprintf(names, size, "DNS:%s", conf->node);

	for (size_t i = 0; i < conf->listen_count; i++)
		if (own_address(conf, i, address))
			len += (size_t)snprintf(names + len, size - len,
						",IP:%s", address);
}

static bool add_name(X509_NAME *name, const char *type, const char *value)
{
	return X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
					  (const unsigned char *)value, -1, -1,
					  0);
}

/*
 * The CN is the node's in both, for peers that look at it. As a whole the names
 * differ: who trusts both and finds an issuer by name finds the right one.
 */
static int set_names(X509 *cert, enum own_kind kind, const struct conf *conf)
{
	X509_NAME *name = X509_get_subject_name(cert);
	char names[64 + CONF_MAX_LISTEN * 64];

	if ((kind == OWN_ECDSA && !add_name(name, "OU", "ECDSA")) ||
	    !add_name(name, "CN", conf->node) ||
	    !X509_set_issuer_name(cert, name))
		return -EINVAL;
	name_ourselves(conf, names, sizeof(names));
	return add_extension(cert, NID_subject_alt_name, names);
}

static int fill(X509 *cert, EVP_PKEY *key, enum own_kind kind,
		const struct conf *conf)
{
	unsigned char serial[16];
	BIGNUM *number;
	int err;

	if (RAND_bytes(serial, sizeof(serial)) != 1)
		return -EIO;
	serial[0] = (serial[0] & 0x7f) | 0x40;
	number = BN_bin2bn(serial, sizeof(serial), NULL);
	err = number && BN_to_ASN1_INTEGER(number,
					   X509_get_serialNumber(cert)) &&
		X509_set_version(cert, X509_VERSION_3) &&
		/* Clocks of phones that were never set run behind. */
		X509_gmtime_adj(X509_getm_notBefore(cert), -24L * 3600) &&
		X509_gmtime_adj(X509_getm_notAfter(cert),
				VALID_DAYS * 24L * 3600) &&
		X509_set_pubkey(cert, key) ? 0 : -EIO;
	BN_free(number);
	if (!err)
		err = set_names(cert, kind, conf);
	if (!err)
		err = add_extension(cert, NID_basic_constraints,
				    "critical,CA:FALSE");
	/* An EC key enciphers nothing (RFC 5480). */
	if (!err)
		err = add_extension(cert, NID_key_usage, kind == OWN_ECDSA ?
				    "critical,digitalSignature" : "critical,"
				    "digitalSignature,keyEncipherment");
	if (!err)
		err = add_extension(cert, NID_ext_key_usage,
				    "serverAuth,clientAuth");
	if (!err)
		err = add_extension(cert, NID_subject_key_identifier, "hash");
	if (!err && !X509_sign(cert, key, EVP_sha256()))
		err = -EIO;
	return err;
}

/* Whoever put a key there wants that one: it is never written over. */
static int read_key(const char *path, enum own_kind kind, EVP_PKEY **key)
{
	FILE *file = fopen(path, "re");
	int err = 0;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	/* Nothing of the key stays behind in a buffer of stdio. */
	setvbuf(file, NULL, _IONBF, 0);
	/* With an empty password none is asked for at a terminal. */
	*key = PEM_read_PrivateKey(file, NULL, NULL, (void *)"");
	fclose(file);
	if (!*key || !EVP_PKEY_is_a(*key, kind == OWN_ECDSA ? "EC" : "RSA")) {
		EVP_PKEY_free(*key);
		*key = NULL;
		err = -EKEYREJECTED;
	}
	ERR_clear_error();
	return err;
}

int own_make(const struct conf *conf, enum own_kind kind,
	     const char *cert_path, const char *key_path)
{
	EVP_PKEY *key = NULL;
	X509 *cert = X509_new();
	BIO *cert_bio = BIO_new(BIO_s_mem());
	BIO *key_bio = BIO_new(BIO_s_secmem());
	int err = read_key(key_path, kind, &key);
	bool found = key;

	if (err)
		goto free;
	err = -ENOMEM;
	if (!key)
		key = kind == OWN_ECDSA ? EVP_EC_gen("P-256") :
					  EVP_RSA_gen(KEY_BITS);
	if (!key || !cert || !cert_bio || !key_bio)
		goto free;
	err = fill(cert, key, kind, conf);
	if (err)
		goto free;
	err = -EIO;
	if (!PEM_write_bio_X509(cert_bio, cert) ||
	    !PEM_write_bio_PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL))
		goto free;
	err = found ? 0 : write_file(key_path, key_bio);
	if (!err)
		err = write_file(cert_path, cert_bio);
free:
	BIO_free(key_bio);
	BIO_free(cert_bio);
	X509_free(cert);
	EVP_PKEY_free(key);
	return err;
}
