// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-4: which certificates TVS vouches for, and for what.
 */
#include <openssl/x509.h>
#include <openssl/sha.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "env.h"
#include "identity.h"
#include "tap.h"
#include "trust/keys.h"
#include "trust/tvs-lookup.h"

enum { DAY = 86400, OWN = 7 };

/* One of ours for each service, all with one subject, as a node has them. */
#define NODE	"C=DE/O=Lab, Inc./CN=cm1.example.org"

static struct env env;
static struct identity own[OWN];
static struct trust_key keys[OWN];
static struct tvs_lookup lookup;
static struct tvs_found found;

static struct trust_der der_of(X509 *cert)
{
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);

	return (struct trust_der){ der, (size_t)len };
}

static void set_days(struct identity *id, int from, int to)
{
	X509_gmtime_adj(X509_getm_notBefore(id->cert), (long)from * DAY);
	X509_gmtime_adj(X509_getm_notAfter(id->cert), (long)to * DAY);
	X509_sign(id->cert, id->key, EVP_sha256());
}

static void make_own(void)
{
	for (unsigned int i = 0; i < OWN; i++) {
		identity_make(&own[i], NODE, 0, 0x1000 + i);
		set_days(&own[i], -1, 3650);
		keys[i].which.service = KEYD_CALLMANAGER + i;
		keys[i].cert = own[i].cert;
		keys[i].count = 1;
		keys[i].certs[0] = der_of(own[i].cert);
	}
	lookup = (struct tvs_lookup){ .store = env.store, .own = keys,
				      .own_count = OWN, .ttl = DAY,
				      .now = time(NULL) };
}

static json_t *item_of(const char *name, const char *purpose, X509 *cert)
{
	char *pem = pem_of(cert);
	json_t *item = json_pack("{ssssss}", "name", name, "purpose", purpose,
				 "pem", pem);

	free(pem);
	return item;
}

static void add(const char *name, const char *purpose, X509 *cert)
{
	json_t *item = item_of(name, purpose, cert);

	if (env_ask(&env, STORE_ADD, "cert", "", item, NULL) != 200)
		abort();
	json_decref(item);
}

static void ask(const struct tvs_message *request)
{
	tvs_found_clear(&found);
	if (tvs_lookup(&lookup, request, &found))
		abort();
}

static void verify(const void *der, size_t len)
{
	struct tvs_message request = { .command = TVS_VERIFY_REQ,
				       .certificate = { der, len } };

	ask(&request);
}

static void verify_cert(X509 *cert)
{
	struct trust_der der = der_of(cert);

	verify(der.data, der.len);
	OPENSSL_free((void *)der.data);
}

static void query(const char *subject, const char *issuer, const void *serial,
		  size_t len)
{
	struct tvs_message request = { .command = TVS_QUERY_REQ,
				       .serial = { serial, len } };

	snprintf(request.subject, sizeof(request.subject), "%s", subject);
	snprintf(request.issuer, sizeof(request.issuer), "%s", issuer);
	ask(&request);
}

static bool is_for(const char *roles)
{
	return found.verdict == TVS_VOUCHED &&
		found.role_count == strlen(roles) &&
		!memcmp(found.roles, roles, found.role_count);
}

static bool is_cert(X509 *cert)
{
	struct trust_der der = der_of(cert);
	bool same = found.len == der.len &&
		!memcmp(found.der, der.data, der.len);

	OPENSSL_free((void *)der.data);
	return same;
}

/* By service; IPsec's is no phone's business, and SAST's role is 0. */
static void test_own(void)
{
	static const struct {
		const char *service;
		int role;
	} rows[OWN] = {
		{ "callmanager", 2 }, { "capf", 4 }, { "tvs", 21 },
		{ "itlrecovery", 0 }, { "tftp", 3 }, { "tomcat", 7 },
		{ "ipsec", -1 },
	};

	for (unsigned int i = 0; i < OWN; i++) {
		uint8_t serial[2] = { 0x10, (uint8_t)i };

		verify_cert(own[i].cert);
		ok(rows[i].role < 0 ? found.verdict == TVS_NO_ROLE :
		   found.verdict == TVS_VOUCHED && found.role_count == 1 &&
		   found.roles[0] == rows[i].role && found.ttl == DAY,
		   "%s is vouched for as %d", rows[i].service, rows[i].role);
		query("CN=cm1.example.org", "CN=cm1.example.org;O=Lab, Inc.;"
		      "C=DE", serial, 2);
		ok(rows[i].role < 0 ? found.verdict == TVS_NO_ROLE :
		   is_cert(own[i].cert) && found.roles[0] == rows[i].role,
		   "and found by its number among those of one name");
	}
}

/* By purpose. */
static void test_trusted(void)
{
	static const struct {
		const char *purpose;
		int role;
	} rows[] = {
		{ "phone-trust", 7 }, { "tomcat-trust", 7 },
		{ "phone-sast-trust", 0 }, { "callmanager-trust", -1 },
		{ "capf-trust", -1 }, { "ipsec-trust", -1 },
	};
	enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
	struct identity ids[COUNT];

	for (size_t i = 0; i < COUNT; i++) {
		/* Who signs lists has an RSA key. */
		identity_make(&ids[i], "O=Far/CN=far", rows[i].role ? 0 : 2048,
			      0x2000 + (unsigned int)i);
		set_days(&ids[i], -1, 30);
		verify_cert(ids[i].cert);
		ok(found.verdict == TVS_UNKNOWN && !found.der,
		   "%s: not before it is trusted", rows[i].purpose);
		add(rows[i].purpose, rows[i].purpose, ids[i].cert);
		verify_cert(ids[i].cert);
		ok(rows[i].role < 0 ? found.verdict == TVS_NO_ROLE &&
		   !found.der : found.role_count == 1 &&
		   found.roles[0] == rows[i].role, "as %d", rows[i].role);
	}
	lookup.callmanager_trust = true;
	verify_cert(ids[3].cert);
	ok(is_for("\1"), "callmanager-trust where that is wanted");
	lookup.callmanager_trust = false;
	env_ask(&env, STORE_DEL, "cert", "phone-trust", NULL, NULL);
	verify_cert(ids[0].cert);
	ok(found.verdict == TVS_UNKNOWN, "no more when it is deleted");
	add("again", "tomcat-trust", ids[2].cert);
	add("ours", "tomcat-trust", own[4].cert);
	verify_cert(ids[2].cert);
	ok(found.role_count == 2 && !memcmp(found.roles, "\0\7", 2),
	   "in two stores for both roles");
	verify_cert(own[4].cert);
	ok(is_for("\3\7"), "one of ours that is trusted, too");
	for (size_t i = 0; i < COUNT; i++)
		identity_free(&ids[i]);
}

/* Of other nodes of the cluster, each for what it is there. */
static void test_nodes(void)
{
	static const struct {
		const char *field, *roles;
		unsigned int bits;
	} rows[] = {
		{ "callmanager", "\2", 2048 }, { "callmanager_ecdsa", "\2", 0 },
		{ "tftp", "\3", 2048 }, { "tvs", "\25", 2048 },
	};
	enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
	json_t *node = json_pack("{ss}", "name", "cm2");
	struct identity ids[COUNT];
	char *pem;

	for (size_t i = 0; i < COUNT; i++) {
		identity_make(&ids[i], "O=Lab/CN=cm2", rows[i].bits,
			      0x6000 + (unsigned int)i);
		set_days(&ids[i], -1, 30);
		verify_cert(ids[i].cert);
		ok(found.verdict == TVS_UNKNOWN, "a stranger's %s",
		   rows[i].field);
		pem = pem_of(ids[i].cert);
		json_object_set_new(node, rows[i].field, json_string(pem));
		free(pem);
	}
	if (env_ask(&env, STORE_ADD, "node", "", node, NULL) != 200)
		abort();
	json_decref(node);
	for (size_t i = 0; i < COUNT; i++) {
		uint8_t serial[2] = { 0x60, (uint8_t)i };

		verify_cert(ids[i].cert);
		ok(is_for(rows[i].roles), "a node's %s", rows[i].field);
		query("x", "CN=cm2;O=Lab", serial, 2);
		ok(is_for(rows[i].roles) && is_cert(ids[i].cert),
		   "by its number");
		identity_free(&ids[i]);
	}
	env_ask(&env, STORE_DEL, "node", "cm2", NULL, NULL);
}

/* As phones write names; what is wrong of them finds nothing. */
static void test_names(void)
{
	static const struct {
		const char *what, *subject, *issuer, *serial;
		size_t len;
		bool finds;
	} rows[] = {
		{ "as we write it", "x", "CN=peer;OU=One;OU=Two;O=Peer, Inc.",
		  "\x20\xff", 2, true },
		{ "with commas", "x", "CN=peer,OU=One,OU=Two,O=Peer, Inc.",
		  "\x20\xff", 2, true },
		{ "escaped", "x", "CN=peer,OU=One,OU=Two,O=Peer\\, Inc.",
		  "\x20\xff", 2, true },
		{ "the other way round", "x",
		  "O=Peer, Inc., OU=Two, OU=One, CN=peer", "\x20\xff", 2,
		  true },
		{ "in small letters", "x",
		  "cn=peer; ou=One; ou=Two; o=Peer, Inc.", "\x20\xff", 2,
		  true },
		{ "without an issuer", "O=Peer, Inc.;CN=peer;OU=Two;OU=One",
		  "", "\x20\xff", 2, true },
		{ "neither", "x", "", "\x20\xff", 2, false },
		{ "no number", "CN=peer;OU=One;OU=Two;O=Peer, Inc.",
		  "CN=peer;OU=One;OU=Two;O=Peer, Inc.", "", 0, false },
		{ "another number", "x", "CN=peer;OU=One;OU=Two;O=Peer, Inc.",
		  "\x20\xfe", 2, false },
		{ "less of it", "x", "CN=peer;OU=One;OU=Two;O=Peer, Inc.",
		  "\xff", 1, false },
		{ "a value in capitals", "x",
		  "CN=PEER;OU=One;OU=Two;O=Peer, Inc.", "\x20\xff", 2, false },
		{ "one part less", "x", "CN=peer;OU=One;O=Peer, Inc.",
		  "\x20\xff", 2, false },
		{ "one more", "x", "CN=peer;OU=One;OU=Two;OU=Two;O=Peer, Inc.",
		  "\x20\xff", 2, false },
	};
	struct identity id;
	uint8_t long_serial[64];

	identity_make(&id, "O=Peer, Inc./OU=Two/OU=One/CN=peer", 0, 0x20ff);
	set_days(&id, -1, 30);
	add("peer", "phone-trust", id.cert);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		query(rows[i].subject, rows[i].issuer, rows[i].serial,
		      rows[i].len);
		ok(rows[i].finds ? is_for("\7") && is_cert(id.cert) :
		   found.verdict == TVS_UNKNOWN && !found.der,
		   "by name, %s: %s", rows[i].what,
		   rows[i].finds ? "found" : "not");
	}
	memset(long_serial, 0x20, sizeof(long_serial));
	query("x", "CN=peer", long_serial, sizeof(long_serial));
	ok(found.verdict == TVS_UNKNOWN, "a number longer than any of ours");
	identity_free(&id);
	identity_make(&id, "CN=zero", 0, 0);
	set_days(&id, -1, 30);
	add("zero", "phone-trust", id.cert);
	query("CN=zero", "CN=zero", "", 1);
	ok(is_for("\7") && is_cert(id.cert), "number 0");
	identity_free(&id);
}

/* The same but for a bit, a byte more, a byte less. */
static void test_bytes(void)
{
	struct trust_der der = keys[0].certs[0];
	size_t fooled = 0;
	uint8_t *copy = malloc(der.len + 1);

	memcpy(copy, der.data, der.len);
	copy[der.len] = 0;
	for (size_t i = 0; i < 8 * der.len; i++) {
		copy[i / 8] ^= 1 << i % 8;
		verify(copy, der.len);
		fooled += found.verdict != TVS_UNKNOWN;
		copy[i / 8] ^= 1 << i % 8;
	}
	ok(!fooled, "each bit counts");
	verify(copy, der.len + 1);
	ok(found.verdict == TVS_UNKNOWN, "a byte more");
	verify(copy, der.len - 1);
	ok(found.verdict == TVS_UNKNOWN, "a byte less");
	free(copy);
}

/* Not yet, no more, and not remembered for longer than it is good. */
static void test_dates(void)
{
	static const struct {
		const char *what;
		int from, to;
		enum tvs_verdict verdict;
	} rows[] = {
		{ "expired", -30, -1, TVS_OUTDATED },
		{ "not good yet", 1, 30, TVS_OUTDATED },
		{ "good", -1, 30, TVS_VOUCHED },
	};
	struct identity id;

	for (unsigned int i = 0; i < 3; i++) {
		identity_make(&id, "CN=dated", 0, 0x3000 + i);
		set_days(&id, rows[i].from, rows[i].to);
		add(rows[i].what, "phone-trust", id.cert);
		verify_cert(id.cert);
		ok(found.verdict == rows[i].verdict &&
		   !found.der == (found.verdict != TVS_VOUCHED), "%s",
		   rows[i].what);
		identity_free(&id);
	}
	set_days(&own[0], -1, 3650);
	lookup.now += (time_t)3650 * DAY - 1000;
	verify_cert(own[0].cert);
	ok(found.verdict == TVS_UNKNOWN,
	   "ours, signed anew, is another one until it is taken up");
	OPENSSL_free((void *)keys[0].certs[0].data);
	keys[0].certs[0] = der_of(own[0].cert);
	verify_cert(own[0].cert);
	ok(found.verdict == TVS_VOUCHED && found.ttl > 900 &&
	   found.ttl < DAY, "ours, 1000 seconds before its end: %u", found.ttl);
	lookup.now += 2000;
	verify_cert(own[0].cert);
	ok(found.verdict == TVS_OUTDATED && !found.ttl, "and after it");
	lookup.now = time(NULL);
}

static void test_answers(void)
{
	struct tvs_message request = { .command = TVS_VERIFY_REQ,
				       .session = 0x3e9,
				       .certificate = { keys[0].certs[0].data,
							keys[0].certs[0].len } };
	struct tvs_message answer;

	ask(&request);
	tvs_found_answer(&found, &request, &answer);
	ok(answer.command == TVS_VERIFY_RES && answer.session == 0x3e9 &&
	   answer.valid && answer.roles.len == 1 && answer.ttl == DAY,
	   "the answer says so");
	request.certificate.len--;
	request.command = TVS_QUERY_REQ;
	ask(&request);
	tvs_found_answer(&found, &request, &answer);
	ok(answer.command == TVS_QUERY_RES && !answer.valid &&
	   !answer.certificate.len && !answer.roles.len && !answer.ttl,
	   "or says nothing");
	tvs_found_clear(&found);
}

/* What the database does for a question, whatever there is in it. */
static void test_index(void)
{
	static const char *const columns[] = { "serial", "fingerprint" };
	char path[CONF_PATH_SIZE + 16], sql[96];
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/ucsec.db", env.conf.state_dir);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		abort();
	for (size_t i = 0; i < 2; i++) {
		snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN SELECT purpose,"
			 " pem FROM cert WHERE %s = ?1", columns[i]);
		ok(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
		   sqlite3_step(stmt) == SQLITE_ROW &&
		   strstr((const char *)sqlite3_column_text(stmt, 3),
			  "USING INDEX"), "%s has an index", columns[i]);
		sqlite3_finalize(stmt);
	}
	sqlite3_close(db);
}

int main(void)
{
	env_open(&env);
	make_own();
	test_own();
	test_trusted();
	test_nodes();
	test_names();
	test_bytes();
	test_dates();
	test_answers();
	test_index();
	for (unsigned int i = 0; i < OWN; i++) {
		OPENSSL_free((void *)keys[i].certs[0].data);
		identity_free(&own[i]);
	}
	env_close(&env);
	return tap_end();
}
