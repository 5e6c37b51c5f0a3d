// SPDX-License-Identifier: GPL-2.0
/*
 * CERT-2: certificates in the database: purposes, names that are ours, several at
 * once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "env.h"
#include "store/enrolment.h"
#include "tap.h"

static struct env env;

/* Good for a day; @issuer NULL: signs itself. */
static struct cert make_cert(const char *cn, const struct cert *issuer)
{
	struct cert cert;

	cert_make(&cert, &(struct cert_spec){ .o = "Cisco Systems", .cn = cn,
					      .issuer = issuer });
	return cert;
}

/* Of that name; free() it. */
static char *make_pem(const char *cn)
{
	struct cert cert = make_cert(cn, NULL);
	char *text = strdup(cert.pem);

	cert_free(&cert);
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

static void on_kept(void *ctx, struct store_reply *reply)
{
	*(int *)ctx = reply->error.status ? reply->error.status : 200;
	store_reply_clear(reply);
}

/* A phone with an LSC of that issuer. */
static void enrol(const char *name, const struct cert *issuer)
{
	struct cert cert = make_cert(name, issuer);
	struct store_enrolment e = { 0 };
	struct store_phone phone;
	unsigned char *der = NULL;
	char body[160];
	int status = 0;

	snprintf(body, sizeof(body), "{\"name\":\"%s\",\"profile\":"
		 "\"Standard SIP Non-Secure Profile\"}", name);
	env_add(&env, "phone", body);
	if (store_phone_find(env.store, name, &phone))
		abort();
	e.phone = phone.id;
	e.lsc_len = (size_t)i2d_X509(cert.x509, &der);
	e.lsc = der;
	if (store_enrolment_keep(env.store, &e, on_kept, &status))
		abort();
	while (!status)
		event_base_loop(env.base, EVLOOP_ONCE);
	OPENSSL_free(der);
	cert_free(&cert);
}

/* What is said when it goes; "" if nothing is. */
static const char *delete(const char *name)
{
	static char said[256];
	struct store_reply reply;
	const char *text;

	if (env_ask(&env, STORE_DEL, "cert", name, NULL, &reply) != 200)
		return "refused";
	text = json_string_value(json_array_get(reply.warnings, 0));
	snprintf(said, sizeof(said), "%s", text ? text : "");
	store_reply_clear(&reply);
	return said;
}

static void add_cert(const char *name, const char *purpose,
		     const struct cert *cert)
{
	json_t *body = json_pack("{ssssss}", "name", name, "purpose", purpose,
				 "pem", cert->pem);

	env_ask(&env, STORE_ADD, "cert", NULL, body, NULL);
	json_decref(body);
}

static void test_users(void)
{
	struct cert ca = make_cert("LSC CA", NULL);
	struct cert other = make_cert("other CA", NULL);

	add_cert("ca", "capf-trust", &ca);
	add_cert("other", "capf-trust", &other);
	enrol("SEP000000000001", &ca);
	enrol("SEP000000000002", &ca);
	ok(!strcmp(delete("other"), ""), "an issuer of nobody goes silently");
	ok(!strcmp(delete("ca"), "SEP000000000001, SEP000000000002: have a "
		   "certificate that it has signed"),
	   "of another it is said whose certificates it has signed");
	cert_free(&ca);
	cert_free(&other);
}

int main(void)
{
	env_open(&env);
	test_purposes();
	test_names();
	test_own();
	test_all();
	test_users();
	env_close(&env);
	return tap_end();
}
