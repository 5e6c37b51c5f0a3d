// SPDX-License-Identifier: GPL-2.0
/*
 * CERT-2: certificates in the database: purposes, names that are ours, several at
 * once.
 */
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "tap.h"

static struct env env;

/* Of that name, good for a day; free() it. */
static char *make_pem(const char *cn)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL, *data;
	X509_NAME *name;
	long len;

	name = X509_get_subject_name(cert);
	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC,
				   (const unsigned char *)"Cisco Systems", -1,
				   -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509_set_pubkey(cert, key);
	if (X509_sign(cert, key, EVP_sha256()) &&
	    PEM_write_bio_X509(bio, cert)) {
		len = BIO_get_mem_data(bio, &data);
		text = strndup(data, len);
	}
	BIO_free(bio);
	X509_free(cert);
	EVP_PKEY_free(key);
	return text;
}

static json_t *entry(const char *name, const char *purpose, const char *cn)
{
	char *pem = make_pem(cn);
	json_t *body = json_pack("{ssssss}", "name", name, "purpose", purpose,
				 "pem", pem);

	free(pem);
	return body;
}

/* The status; what was warned of is in @warning. */
static int add(const char *name, const char *purpose, const char *cn,
	       char warning[256])
{
	json_t *body = entry(name, purpose, cn);
	struct store_reply reply;
	int status = env_ask(&env, STORE_ADD, "cert", NULL, body, &reply);
	const char *said = json_string_value(json_array_get(reply.warnings,
							    0));

	snprintf(warning, 256, "%.255s", said ? said : reply.error.reason);
	store_reply_clear(&reply);
	json_decref(body);
	return status;
}

static void test_purposes(void)
{
	char said[256];

	ok(add("a", "capf-trust", "Cisco Manufacturing CA", said) == 200 &&
	   !said[0], "a manufacturer's root in capf-trust is as it should be");
	ok(add("b", "callmanager-trust", "Cisco Manufacturing CA SHA2",
	       said) == 200 && strstr(said, "every phone of that make"),
	   "in callmanager-trust it is warned of");
	ok(add("c", "callmanager-trust", "Not Cisco Root CA", said) == 200 &&
	   !said[0], "another name is not");
	ok(add("d", "tvs", "x", said) == 400 && strstr(said, "own"),
	   "a purpose of our own is refused");
	ok(add("e", "nonsense", "x", said) == 400, "so is one that is none");
	ok(add("TVS", "tvs-trust", "x", said) == 400 && strstr(said, "own"),
	   "and a name of our own");
	ok(add("CAPF-ECDSA", "capf-trust", "x", said) == 400 &&
	   add("CAPF-old", "capf-trust", "x", said) == 200,
	   "with -ECDSA, too, and no other end");
}

static void test_names(void)
{
	ok(!strcmp(store_cert_own_purpose("ITLRecovery"), "itlrecovery") &&
	   !strcmp(store_cert_own_purpose("CallManager-ECDSA"),
		   "callmanager") && !store_cert_own_purpose("CallManager-") &&
	   !store_cert_own_purpose(""), "whose a name is");
	ok(!strcmp(store_cert_own_name("itlrecovery"), "ITLRecovery") &&
	   !store_cert_own_name("capf-trust") && !store_cert_own_name(NULL) &&
	   store_cert_is_own("ipsec"), "what is ours is called");
	ok(store_cert_is_mic_root("O=x,CN=CAP-RTP-001") &&
	   store_cert_is_mic_root("CN=Cisco Root CA 2048,O=Cisco") &&
	   !store_cert_is_mic_root("CN=x,OU=Cisco Root CA 2048") &&
	   !store_cert_is_mic_root(""), "roots of manufacturers by their CN");
}

static void test_own(void)
{
	char *pem = make_pem("node");
	json_t *body = json_pack("{ssss}", "name", "TVS", "pem", pem);
	struct store_error error = { 0 };
	json_t *shown;

	ok(env_ask(&env, STORE_OWN_CERT, "cert", "TVS", body, NULL) == 200,
	   "ours is put there");
	shown = store_object_get(env.store, store_noun_find("cert"), "TVS",
				 &error);
	ok(shown && !strcmp(json_string_value(json_object_get(shown,
		"purpose")), "tvs"), "with its service as purpose");
	json_decref(shown);
	ok(env_ask(&env, STORE_DEL, "cert", "TVS", NULL, NULL) == 409,
	   "and nobody deletes it");
	json_decref(body);
	free(pem);
}

static int count(void *ctx, const char *name, const char *pem)
{
	(void)name, (void)pem;
	return ++*(int *)ctx, 0;
}

static int count_of(const char *purpose)
{
	int n = 0;

	return store_cert_each_of(env.store, purpose, count, &n) ? -1 : n;
}

static void test_all(void)
{
	json_t *list = json_array();
	struct store_reply reply;

	json_array_append_new(list, entry("chain", "ipsec-trust", "one"));
	json_array_append_new(list, entry("chain-2", "ipsec-trust", "two"));
	ok(env_ask(&env, STORE_ADD_ALL, "cert", NULL, list, &reply) == 200 &&
	   json_array_size(reply.result) == 2 && count_of("ipsec-trust") == 2,
	   "several at once");
	store_reply_clear(&reply);
	json_array_insert_new(list, 0, entry("new", "ipsec-trust", "three"));
	ok(env_ask(&env, STORE_ADD_ALL, "cert", NULL, list, &reply) == 409 &&
	   !strcmp(reply.error.object, "cert chain") &&
	   count_of("ipsec-trust") == 2, "all of them or none");
	store_reply_clear(&reply);
	json_array_clear(list);
	ok(env_ask(&env, STORE_ADD_ALL, "cert", NULL, list, NULL) != 200,
	   "none is none");
	json_decref(list);
	ok(count_of("callmanager-trust") == 2 && count_of("capf-trust") == 2 &&
	   count_of("tvs") == 1 && !count_of("x"), "each by its purpose");
}

int main(void)
{
	env_open(&env);
	test_purposes();
	test_names();
	test_own();
	test_all();
	env_close(&env);
	return tap_end();
}
