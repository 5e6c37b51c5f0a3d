// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-1: the other nodes of a cluster: certificates that lists can have, no
 * more than lists have room for, and who must be told.
 */
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "identity.h"
#include "store/node.h"
#include "tap.h"

enum who { GOOD, SMALL, ODD, EC, SEMICOLON, EXPIRED, LONG, COUNT };

static struct env env;
static char *pem[COUNT];
static char said[1024];
static struct store_reply reply;

/* As long as a field takes. */
static void add_comment(X509 *cert)
{
	unsigned char text[6000] = "";
	ASN1_STRING *comment = ASN1_STRING_type_new(V_ASN1_IA5STRING);

	memset(text, 'x', sizeof(text));
	ASN1_STRING_set(comment, text, sizeof(text));
	X509_add1_ext_i2d(cert, NID_netscape_comment, comment, 0, 0);
	ASN1_STRING_free(comment);
}

static void make(enum who who, const char *dn, unsigned int bits)
{
	struct identity id;

	identity_make(&id, dn, bits, 0x4000 + who);
	X509_gmtime_adj(X509_getm_notBefore(id.cert), -7200);
	X509_gmtime_adj(X509_getm_notAfter(id.cert),
			who == EXPIRED ? -3600 : 86400);
	if (who == LONG)
		add_comment(id.cert);
	X509_sign(id.cert, id.key, EVP_sha256());
	pem[who] = pem_of(id.cert);
	identity_free(&id);
}

static int ask(enum store_verb verb, const char *key, json_t *body)
{
	int status;

	store_reply_clear(&reply);
	status = env_ask(&env, verb, "node", key, body, &reply);
	snprintf(said, sizeof(said), "%s: %s", reply.error.field,
		 reply.error.reason);
	json_decref(body);
	return status;
}

static int add(const char *name, const char *field, enum who who)
{
	json_t *body = json_pack("{ssss}", "name", name, "callmanager",
				 pem[GOOD]);

	json_object_set_new(body, field, json_string(pem[who]));
	return ask(STORE_ADD, NULL, body);
}

/* What each field takes; what is refused is told, and of which field. */
static void test_certificates(void)
{
	static const struct {
		const char *field, *word;	/* NULL: taken */
		enum who who;
	} rows[] = {
		{ "callmanager", "callmanager: its key is not one of RSA", EC },
		{ "callmanager", "callmanager: its key is not one of RSA",
		  ODD },
		{ "callmanager", "semicolon", SEMICOLON },
		{ "tftp", "tftp: its key is not one of RSA", EC },
		{ "tvs", "tvs: its names have a semicolon", SEMICOLON },
		{ "callmanager_ecdsa", "its key is not one of P-256", GOOD },
		{ "callmanager", NULL, SMALL },
		{ "callmanager_ecdsa", NULL, EC },
		{ "tftp", NULL, SMALL },
		{ "tvs", NULL, GOOD },
		{ "tvs", NULL, EXPIRED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = add("cm2", rows[i].field, rows[i].who);

		ok(rows[i].word ? status == 400 && strstr(said, rows[i].word) :
		   status == 200 && !json_array_size(reply.warnings) ==
		   (rows[i].who != EXPIRED), "%zu %s: %s", i, rows[i].field,
		   said);
		if (!rows[i].word)
			ask(STORE_DEL, "cm2", NULL);
	}
	ok(ask(STORE_ADD, NULL, json_pack("{ss}", "name", "cm2")) == 400 &&
	   strstr(said, "callmanager"), "one is needed: %s", said);
	ok(ask(STORE_ADD, NULL, json_pack("{ssssss%}", "name", "cm2",
					  "callmanager", pem[GOOD], "tvs",
					  "MII", (size_t)3)) == 400 &&
	   strstr(said, "tvs: is no certificate"), "what is none: %s", said);
}

static int add_with(const char *name, const char *address)
{
	return ask(STORE_ADD, NULL, json_pack("{ssssss}", "name", name,
					      "address", address,
					      "callmanager", pem[GOOD]));
}

static void test_names(void)
{
	ok(add_with("cm2;x", "192.0.2.2") == 400 && strstr(said, "name: "),
	   "a name with a semicolon: %s", said);
	ok(add_with("-cm2", "192.0.2.2") == 400, "no host's name");
	ok(add_with("cm2", "cm2") == 400 && strstr(said, "address: "),
	   "no address: %s", said);
	ok(add_with("cm2", "0.0.0.0") == 400 && strstr(said, "address: "),
	   "nobody's address: %s", said);
	ok(add_with("cm2", "192.0.2.2") == 200, "good ones: %s", said);
}

static bool offers(int phones)
{
	json_int_t count = json_integer_value(json_object_get(reply.offer,
							      "phones"));

	return phones ? count == phones : !reply.offer;
}

/* All phones have all nodes in their files, from the start. */
static void test_told(void)
{
	ask(STORE_DEL, "cm2", NULL);
	if (env_add(&env, "phone", "{\"name\":\"SEP000000000001\",\"profile\":"
		    "\"Standard SIP Non-Secure Profile\"}") != 200)
		abort();
	ok(add_with("cm2", "192.0.2.2") == 200 && offers(1), "a new one");
	ask(STORE_SET, "cm2", json_pack("{si}", "priority", 7));
	ok(offers(1), "another place");
	ask(STORE_SET, "cm2", json_pack("{ss}", "tvs", pem[GOOD]));
	ok(offers(1), "another certificate");
	ask(STORE_SET, "cm2", json_pack("{ss}", "description", "x"));
	ok(offers(0), "a description is for people");
}

static int note(void *ctx, const struct store_node *node)
{
	char *text = ctx;

	sprintf(text + strlen(text), "%s%s%s ", node->name,
		node->address ? "@" : "", node->pem[STORE_NODE_TVS] ? "+" : "");
	return 0;
}

static void test_order(void)
{
	char text[256] = "";

	add("cm9", "callmanager", GOOD);
	add("cm1", "callmanager", GOOD);
	ok(!store_node_each(env.store, NULL, note, text) &&
	   !strcmp(text, "cm1 cm9 cm2@+ "), "by priority and name: %s", text);
	text[0] = '\0';
	ok(!store_node_each(env.store, "CM9", note, text) &&
	   !strcmp(text, "cm1 cm2@+ "), "but for who asks: %s", text);
}

static void test_room(void)
{
	json_t *document, *list, *more;
	char name[16];

	for (int i = 3; i < STORE_NODES_MAX; i++) {
		snprintf(name, sizeof(name), "more%d", i);
		if (add(name, "callmanager", GOOD) != 200)
			abort();
	}
	ok(add("last", "callmanager", GOOD) == 409 &&
	   strstr(said, "room for 8 nodes"), "one too many: %s", said);
	document = env_export(&env);
	list = json_object_get(document, "node");
	more = json_deep_copy(json_array_get(list, 0));
	json_object_set_new(more, "name", json_string("last"));
	json_array_append_new(list, more);
	store_reply_clear(&reply);
	ok(env_import(&env, document, false, &reply) == 409 &&
	   strstr(reply.error.reason, "room for 8 nodes"),
	   "nor by an import: %s", reply.error.reason);
	json_decref(document);
	for (int i = 3; i < STORE_NODES_MAX; i++) {
		snprintf(name, sizeof(name), "more%d", i);
		if (ask(STORE_SET, name, json_pack("{ssss}", "callmanager",
						   pem[LONG], "tftp",
						   pem[LONG])) != 200)
			break;
	}
	ok(strstr(said, "no room for certificates"),
	   "nor more than a list can have: %s", said);
}

int main(void)
{
	env_open(&env);
	make(GOOD, "O=Lab/CN=cm2", 2048);
	make(SMALL, "O=Lab/CN=small", 1024);
	make(ODD, "O=Lab/CN=odd", 3072);
	make(EC, "O=Lab/CN=cm2-EC", 0);
	make(SEMICOLON, "CN=a;b", 2048);
	make(EXPIRED, "CN=old", 2048);
	make(LONG, "CN=long", 2048);
	test_certificates();
	test_names();
	test_told();
	test_order();
	test_room();
	store_reply_clear(&reply);
	for (int i = 0; i < COUNT; i++)
		free(pem[i]);
	env_close(&env);
	return tap_end();
}
