// SPDX-License-Identifier: GPL-2.0
// Certificates of phones, as an authority of the house would issue them.

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "phone.h"

static EVP_PKEY *read_key(const char *dir, const char *name)
{
	char path[4096];
	EVP_PKEY *key = NULL;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	fclose(file);
	return key;
}

int phones_read_keys(struct phones *all, const char *dir)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/phone-ca.pem", dir);
	file = fopen(path, "re");
	if (file) {
		all->ca = PEM_read_X509(file, NULL, NULL, NULL);
		fclose(file);
	}
	all->ca_key = read_key(dir, "phone-ca.key");
	all->key = read_key(dir, "phone.key");
	return all->ca && all->ca_key && all->key ? 0 : -1;
}

void phone_name(const struct phone *phone, char name[16])
{
	snprintf(name, 16, "SEP%012X", phone->number);
}

static int add_usage(X509 *cert, X509 *ca)
{
	X509V3_CTX ctx;
	X509_EXTENSION *usage;
	int ok;

	X509V3_set_ctx(&ctx, ca, cert, NULL, NULL, 0);
	usage = X509V3_EXT_conf_nid(NULL, &ctx, NID_ext_key_usage,
				    "clientAuth,serverAuth");
	ok = usage && X509_add_ext(cert, usage, -1);
	X509_EXTENSION_free(usage);
	return ok;
}

X509 *phone_cert(const struct phone *phone)
{
	const struct phones *all = phone->all;
	X509 *cert = X509_new();
	char name[16];

	phone_name(phone, name);
	if (cert && X509_set_version(cert, X509_VERSION_3) &&
	    ASN1_INTEGER_set(X509_get_serialNumber(cert),
			     (long)phone->number + 2) &&
	    X509_gmtime_adj(X509_getm_notBefore(cert), -3600) &&
	    X509_gmtime_adj(X509_getm_notAfter(cert), 86400) &&
	    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN",
				       MBSTRING_ASC, (unsigned char *)name, -1,
				       -1, 0) &&
	    X509_set_issuer_name(cert, X509_get_subject_name(all->ca)) &&
	    X509_set_pubkey(cert, all->key) && add_usage(cert, all->ca) &&
	    X509_sign(cert, all->ca_key, EVP_sha256()))
		return cert;
	X509_free(cert);
	return NULL;
}
