// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-6: who may sign lists beside us, and how many of them there is room for.
 */
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "env.h"
#include "tap.h"

static struct env env;
static char said[1024];

/* The status, and why in said; 0 bits: P-256. */
static int add(const char *name, int bits, const char *cn)
{
	struct store_reply reply;
	struct cert cert;
	json_t *body;
	int status;

	cert_make(&cert, &(struct cert_spec){ .cn = cn, .rsa_bits = bits });
	body = json_pack("{ssssss}", "name", name, "purpose",
			 "phone-sast-trust", "pem", cert.pem);
	cert_free(&cert);
	status = env_ask(&env, STORE_ADD, "cert", NULL, body, &reply);
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
	ok(add("ec", 0, "ec") == 400 &&
	   strstr(said, "pem: lists are signed by RSA"),
	   "an EC key signs no list: %s", said);
	ok(add("odd", 3072, "odd") == 400 &&
	   strstr(said, "1024, 2048 or 4096"), "nor does RSA 3072");
	ok(add("semicolon", 2048, "a;b") == 400 &&
	   strstr(said, "semicolon"), "a name that no list can have");
}

static void test_room(void)
{
	ok(add("other", 2048, "ITLRecovery_other") == 200,
	   "another cluster's");
	ok(add("ccm", 2048, "other-ccm") == 409 &&
	   strstr(said, "purpose: ") && strstr(said, "room for 2 SAST") &&
	   strstr(said, "max_sast_records"),
	   "there is no room for a second one: %s", said);
	ok(set("itl_renewal", "true") == 409 && strstr(said, "value: ") &&
	   strstr(said, "1 certificate of purpose phone-sast-trust"),
	   "nor for the next one of ours: %s", said);
	ok(set("max_sast_records", "3") == 200 &&
	   add("ccm", 1024, "other-ccm") == 200,
	   "where the parameter says so there is");
	ok(set("max_sast_records", "2") == 409 &&
	   strstr(said, "2 certificates"), "and it stays: %s", said);
	ok(env_ask(&env, STORE_DEL, "cert", "other", NULL, NULL) == 200 &&
	   set("itl_renewal", "true") == 200,
	   "one less, and ours can be renewed");
	ok(add("other", 2048, "ITLRecovery_other") == 409 &&
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
