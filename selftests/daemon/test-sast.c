// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-6: who may sign lists beside us, and how many of them there is room for.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "tap.h"

static struct env env;
static char said[1024];

static json_t *entry(const char *name, EVP_PKEY *key, const char *cn)
{
	X509 *cert = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	json_t *body = NULL;
	char *pem;
	long len;

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN",
				   MBSTRING_ASC, (const unsigned char *)cn, -1,
				   -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(cert));
	X509_set_pubkey(cert, key);
	if (X509_sign(cert, key, EVP_sha256()) &&
	    PEM_write_bio_X509(bio, cert)) {
		len = BIO_get_mem_data(bio, &pem);
		body = json_pack("{ssssss%}", "name", name, "purpose",
				 "phone-sast-trust", "pem", pem, (size_t)len);
	}
	BIO_free(bio);
	X509_free(cert);
	EVP_PKEY_free(key);
	return body;
}

/* The status, and why in said. @key is taken. */
static int add(const char *name, EVP_PKEY *key, const char *cn)
{
	json_t *body = entry(name, key, cn);
	struct store_reply reply;
	int status = env_ask(&env, STORE_ADD, "cert", NULL, body, &reply);

	snprintf(said, sizeof(said), "%s: %s", reply.error.field,
		 reply.error.reason);
	store_reply_clear(&reply);
	json_decref(body);
	return status;
}

static int set(const char *param, const char *value)
{
	json_t *body = json_pack("{so}", "value",
				 json_loads(value, JSON_DECODE_ANY, NULL));
	struct store_reply reply;
	int status = env_ask(&env, STORE_SET, NULL, param, body, &reply);

	snprintf(said, sizeof(said), "%s: %s", reply.error.field,
		 reply.error.reason);
	store_reply_clear(&reply);
	json_decref(body);
	return status;
}

static void test_who(void)
{
	ok(add("ec", EVP_EC_gen("P-256"), "ec") == 400 &&
	   strstr(said, "pem: lists are signed by RSA"),
	   "an EC key signs no list: %s", said);
	ok(add("odd", EVP_RSA_gen(3072), "odd") == 400 &&
	   strstr(said, "1024, 2048 or 4096"), "nor does RSA 3072");
	ok(add("semicolon", EVP_RSA_gen(2048), "a;b") == 400 &&
	   strstr(said, "semicolon"), "a name that no list can have");
}

static void test_room(void)
{
	ok(add("other", EVP_RSA_gen(2048), "ITLRecovery_other") == 200,
	   "another cluster's");
	ok(add("ccm", EVP_RSA_gen(2048), "other-ccm") == 409 &&
	   strstr(said, "purpose: ") && strstr(said, "room for 2 SAST") &&
	   strstr(said, "max_sast_records"),
	   "there is no room for a second one: %s", said);
	ok(set("itl_renewal", "true") == 409 && strstr(said, "value: ") &&
	   strstr(said, "1 certificate of purpose phone-sast-trust"),
	   "nor for the next one of ours: %s", said);
	ok(set("max_sast_records", "3") == 200 &&
	   add("ccm", EVP_RSA_gen(1024), "other-ccm") == 200,
	   "where the parameter says so there is");
	ok(set("max_sast_records", "2") == 409 &&
	   strstr(said, "2 certificates"), "and it stays: %s", said);
	ok(env_ask(&env, STORE_DEL, "cert", "other", NULL, NULL) == 200 &&
	   set("itl_renewal", "true") == 200,
	   "one less, and ours can be renewed");
	ok(add("other", EVP_RSA_gen(2048), "ITLRecovery_other") == 409 &&
	   strstr(said, "the next one (itl_renewal)"),
	   "which has the place then: %s", said);
}

static void test_import(void)
{
	json_t *document = env_export(&env), *params;
	struct store_reply reply;

	params = json_object_get(document, "param");
	json_object_set_new(params, "max_sast_records", json_integer(2));
	ok(env_import(&env, document, false, &reply) == 409 &&
	   strstr(reply.error.reason, "max_sast_records"),
	   "an import is judged as a whole: %s", reply.error.reason);
	store_reply_clear(&reply);
	json_object_set_new(params, "itl_renewal", json_false());
	ok(env_import(&env, document, false, NULL) == 200,
	   "where all fit in it is taken");
	json_decref(document);
}

int main(void)
{
	env_open(&env);
	test_who();
	test_room();
	test_import();
	env_close(&env);
	return tap_end();
}
