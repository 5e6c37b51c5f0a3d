// SPDX-License-Identifier: GPL-2.0
// Digest: the examples of the RFCs, and every way to be wrong.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/digest.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define TEXT(s)		((struct sip_text){ s, strlen(s) })

static const struct {
	const char *name, *user, *realm, *password, *nonce, *cnonce, *uri;
	const char *qop;
	enum store_algorithm algorithm;
	const char *response;
} examples[] = {
	{ "RFC 2617 3.5", "Mufasa", "testrealm@host.com", "Circle Of Life",
	  "dcd98b7102dd2f0e8b11d0f600bfb0c093", "0a4f113b", "/dir/index.html",
	  "auth", STORE_MD5, "6629fae49393a05397450978507c4ef1" },
	{ "RFC 2069 2.4, corrected", "Mufasa", "testrealm@host.com",
	  "CircleOfLife", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "",
	  "/dir/index.html", "", STORE_MD5,
	  "1949323746fe6a43ef61f9606e7febea" },
	{ "RFC 7616 3.9.1 MD5", "Mufasa", "http-auth@example.org",
	  "Circle of Life", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
	  "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "/dir/index.html",
	  "auth", STORE_MD5, "8ca523f5e9506fed4657c9700eebdbec" },
	{ "RFC 7616 3.9.1 SHA-256", "Mufasa", "http-auth@example.org",
	  "Circle of Life", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
	  "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "/dir/index.html",
	  "auth", STORE_SHA256, "753927fa0e85d155564e2e272a28d180"
	  "2ca10daf4496794697cf8db5856cb6c1" },
	{ "as RFC 7616 3.9.2, by hashlib", "J\xc3\xa4s\xc3\xb8n Doe",
	  "api@example.org", "Secret, or not?",
	  "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
	  "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm", "/doe.json", "auth",
	  STORE_SHA512_256, "7a4e1192babbba02e91182d2895bfdbf"
	  "7adafc6e48d4e517ca301974843d840c" },
};

static void test_examples(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		struct sip_credentials c = { .nc = "00000001" };
		uint8_t ha1[STORE_HA1_MAX];
		char hex[SIP_HEX_MAX];
		size_t len;

		strcpy(c.nonce, examples[i].nonce);
		strcpy(c.cnonce, examples[i].cnonce);
		strcpy(c.uri, examples[i].uri);
		strcpy(c.qop, examples[i].qop);
		len = sip_digest_ha1(examples[i].algorithm, examples[i].user,
				     examples[i].realm, examples[i].password,
				     ha1);
		sip_digest_response(examples[i].algorithm, ha1, len,
				    TEXT("GET"), &c, hex);
		ok(!strcmp(hex, examples[i].response), "%s: %s",
		   examples[i].name, hex);
	}
}

static const struct {
	const char *text;
	int err;
} headers[] = {
	{ "Digest username=\"a\", realm=\"r\",nonce=\"n\"", 0 },
	{ "digest username = \"a\" , realm=\"r\"", 0 },
	{ "Digest\r\n username=\"a\",\r\n\trealm=\"r\"", 0 },
	{ "Digest username=\"a\\\"b\", x=y, z=\"q,\\\\\"", 0 },
	{ "Digest USERNAME=a", 0 },
	{ "Basic QWxhZGRpbg==", -ENOTSUP },
	{ "NoOneKnowsThisScheme opaque-data=here", -ENOTSUP },
	{ "", -EBADMSG },
	{ "Digest", -EBADMSG },
	{ "Digest username", -EBADMSG },
	{ "Digest username=", -EBADMSG },
	{ "Digest username=\"a", -EBADMSG },
	{ "Digest username=\"a\\", -EBADMSG },
	{ "Digest username=\"a\" realm=\"r\"", -EBADMSG },
	{ "Digest username=\"a\",", -EBADMSG },
	{ "Digest username=\"a\",,realm=\"r\"", -EBADMSG },
	{ "Digest nonce=\"a\",Nonce=\"b\"", -EBADMSG },
	{ "Digest nc=000000001", -EBADMSG },
};

static void test_headers(void)
{
	struct sip_credentials c;
	char text[400];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(headers); i++)
		ok(sip_credentials_parse(TEXT(headers[i].text), &c) ==
		   headers[i].err, "header %zu: %s", i, headers[i].text);
	sip_credentials_parse(TEXT("Digest username=\"a\\\"b\""), &c);
	ok(!strcmp(c.username, "a\"b"), "escapes are taken off");
	snprintf(text, sizeof(text), "Digest username=\"%065d\"", 0);
	ok(sip_credentials_parse(TEXT(text), &c) == -EBADMSG, "too long");
	ok(sip_credentials_parse((struct sip_text){ "Digest realm=\"\0\"", 16 },
				 &c) == -EBADMSG, "NUL");
}

/* A server with one user, joe, of the realm r; jim has no credentials. */
static struct sip_digest *digest;
static int64_t now = 1000;

static int find_ha1(void *arg, const char *user,
		    enum store_algorithm algorithm,
		    uint8_t ha1[STORE_HA1_MAX], size_t *len)
{
	(void)arg;
	if (!strcmp(user, "jim"))
		return -ENOKEY;
	if (strcmp(user, "joe"))
		return -ENOENT;
	*len = sip_digest_ha1(algorithm, user, "r", "secret", ha1);
	return 0;
}

static struct sip_digest_check check_of(const char *binding)
{
	return (struct sip_digest_check){
		.realm = "r", .binding = binding, .source = "192.0.2.1 joe",
		.offers = 1u << STORE_SHA256 | 1u << STORE_MD5,
		.validity = 600, .now = now, .method = TEXT("REGISTER"),
		.uri = TEXT("sip:ucsec"), .ha1 = find_ha1,
	};
}

/* What a good client says to a challenge. */
static struct sip_credentials answer(const char *text, const char *user,
				     const char *password, unsigned int nc)
{
	struct sip_credentials c = { .realm = "r", .uri = "sip:ucsec",
				     .algorithm = "MD5", .cnonce = "abc",
				     .qop = "auth" };

	strcpy(c.username, user);
	snprintf(c.nc, sizeof(c.nc), "%08x", nc);
	sscanf(strstr(text, "nonce=\"") + 7, "%64s", c.nonce);
	(void)password;
	return c;
}

static void sign(struct sip_credentials *c, const char *password,
		 enum store_algorithm algorithm)
{
	uint8_t ha1[STORE_HA1_MAX];
	size_t len = sip_digest_ha1(algorithm, c->username, "r", password,
				    ha1);

	sip_digest_response(algorithm, ha1, len, TEXT("REGISTER"), c,
			    c->response);
}

static enum authz_digest verify(const struct sip_credentials *c,
				const char *binding)
{
	struct sip_digest_check check = check_of(binding);
	const char *reason;
	enum authz_digest result = sip_digest_verify(digest, &check, c,
						     &reason);

	if (!reason != (result == AUTHZ_DIGEST_RIGHT))
		printf("# no reason, or one too many\n");
	return result;
}

static const char *challenge(const char *binding, bool stale)
{
	static char buf[2048];
	struct sip_digest_check check = check_of(binding);

	return sip_digest_challenge(digest, &check, stale, buf, sizeof(buf));
}

static enum authz_digest try(const char *nonce_for, const char *user,
			     const char *password, const char *binding)
{
	struct sip_credentials c = answer(challenge(nonce_for, false), user,
					  password, 1);

	sign(&c, password, STORE_MD5);
	return verify(&c, binding);
}

static void test_challenge(void)
{
	const char *text = challenge("phone 1", false);
	const char *sha = strstr(text, "algorithm=SHA-256");
	const char *md5 = strstr(text, "algorithm=MD5");
	char first[2048];

	ok(sha && md5 && sha < md5 && !strstr(text, "SHA-512") &&
	   !strstr(text, "stale") && strstr(text, "qop=\"auth\"") &&
	   strstr(text, "realm=\"r\""), "SHA-256 first, then MD5");
	strcpy(first, text);
	ok(strcmp(first, challenge("phone 1", false)), "a new nonce each time");
	ok(strstr(challenge("phone 1", true), "stale=true"), "stale");
}

static void test_verify(void)
{
	struct sip_credentials c = answer(challenge("phone 1", false), "joe",
					  "secret", 1), d;

	sign(&c, "secret", STORE_MD5);
	ok(verify(&c, "phone 1") == AUTHZ_DIGEST_RIGHT, "right");
	ok(verify(&c, "phone 1") == AUTHZ_DIGEST_STALE, "the same again");
	strcpy(c.nc, "00000003");
	ok(verify(&c, "phone 1") == AUTHZ_DIGEST_WRONG, "another count unsigned");
	sign(&c, "secret", STORE_MD5);
	ok(verify(&c, "phone 1") == AUTHZ_DIGEST_RIGHT, "the next but one");
	strcpy(c.nc, "00000002");
	sign(&c, "secret", STORE_MD5);
	ok(verify(&c, "phone 1") == AUTHZ_DIGEST_RIGHT, "one that was overtaken");
	ok(verify(&c, "phone 1") == AUTHZ_DIGEST_STALE, "but that once");
	strcpy(c.nc, "00000000");
	sign(&c, "secret", STORE_MD5);
	ok(verify(&c, "phone 1") != AUTHZ_DIGEST_RIGHT, "count 0");
	strcpy(c.nc, "000000ff");
	sign(&c, "secret", STORE_MD5);
	ok(verify(&c, "phone 1") == AUTHZ_DIGEST_RIGHT, "far ahead");
	strcpy(c.nc, "00000005");
	sign(&c, "secret", STORE_MD5);
	ok(verify(&c, "phone 1") == AUTHZ_DIGEST_STALE, "behind the window");

	c = answer(challenge("phone 1", false), "joe", "secret", 1);
	strcpy(c.algorithm, "SHA-256");
	sign(&c, "secret", STORE_SHA256);
	ok(verify(&c, "phone 1") == AUTHZ_DIGEST_RIGHT, "SHA-256");
	c = answer(challenge("phone 1", false), "joe", "secret", 1);
	c.algorithm[0] = '\0';
	sign(&c, "secret", STORE_MD5);
	ok(verify(&c, "phone 1") == AUTHZ_DIGEST_RIGHT, "no algorithm is MD5");

	ok(try("phone 1", "joe", "secret", "phone 2") != AUTHZ_DIGEST_RIGHT,
	   "a nonce of another device");
	d = answer(challenge("phone 1", false), "joe", "secret", 1);
	sign(&d, "secret", STORE_MD5);
	now += 600;
	ok(verify(&d, "phone 1") == AUTHZ_DIGEST_STALE, "expired");
	now += 60;
}

static void test_wrong(void)
{
	static const struct {
		const char *name, *field, *value;
		bool sign;
	} rows[] = {
		{ "algorithm not offered", "algorithm", "SHA-512-256", false },
		{ "unknown algorithm", "algorithm", "MD5-sess", true },
		{ "qop auth-int", "qop", "auth-int", true },
		{ "no qop", "qop", "", true },
		{ "no cnonce", "cnonce", "", true },
		{ "uri of another request", "uri", "sip:other", true },
		{ "no uri", "uri", "", true },
		{ "no response", "response", "", false },
		{ "a prefix of the response", "response", "a", false },
		{ "an invented nonce", "nonce", "dcd98b7102dd2f0e", true },
		{ "a nonce of our length", "nonce",
		  "00000000000003e8000000000000000000000000000000000000000000"
		  "000000", true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sip_credentials c = answer(challenge("p", false), "joe",
						  "secret", 1);
		char *field = !strcmp(rows[i].field, "algorithm") ?
			c.algorithm : !strcmp(rows[i].field, "qop") ? c.qop :
			!strcmp(rows[i].field, "cnonce") ? c.cnonce :
			!strcmp(rows[i].field, "uri") ? c.uri :
			!strcmp(rows[i].field, "nonce") ? c.nonce : c.response;

		sign(&c, "secret", STORE_MD5);
		strcpy(field, rows[i].value);
		if (rows[i].sign)
			sign(&c, "secret", STORE_MD5);
		ok(verify(&c, "p") != AUTHZ_DIGEST_RIGHT, "%s", rows[i].name);
	}
	ok(try("p", "joe", "Secret", "p") == AUTHZ_DIGEST_WRONG, "password");
	ok(try("p", "jack", "secret", "p") == AUTHZ_DIGEST_WRONG, "user");
	ok(try("p", "jim", "secret", "p") == AUTHZ_DIGEST_WRONG,
	   "no credentials set");
}

static void test_lock(void)
{
	struct sip_digest_check check;
	struct sip_credentials c;
	const char *reason;
	int i;

	now += 120;
	for (i = 0; i < 4; i++) {
		c = answer(challenge("p", false), "joe", "x", 1);
		sign(&c, "x", STORE_MD5);
		check = check_of("p");
		check.failure_limit = 3;
		ok(sip_digest_verify(digest, &check, &c, &reason) ==
		   (i < 3 ? AUTHZ_DIGEST_WRONG : AUTHZ_DIGEST_LOCKED),
		   "failure %d", i + 1);
	}
	c = answer(challenge("p", false), "joe", "secret", 1);
	sign(&c, "secret", STORE_MD5);
	ok(sip_digest_verify(digest, &check, &c, &reason) ==
	   AUTHZ_DIGEST_LOCKED, "even the right one waits");
	check.source = "192.0.2.2 joe";
	ok(sip_digest_verify(digest, &check, &c, &reason) ==
	   AUTHZ_DIGEST_RIGHT, "but not elsewhere");
	now += 60;
	c = answer(challenge("p", false), "joe", "secret", 1);
	sign(&c, "secret", STORE_MD5);
	check = check_of("p");
	check.failure_limit = 3;
	ok(sip_digest_verify(digest, &check, &c, &reason) ==
	   AUTHZ_DIGEST_RIGHT, "until time has passed");
}

/* More used nonces than are remembered: the first must not come back. */
static void test_forgotten(void)
{
	struct sip_credentials first = answer(challenge("p", false), "joe",
					      "secret", 1), c;
	bool good = true;
	int i;

	sign(&first, "secret", STORE_MD5);
	good = verify(&first, "p") == AUTHZ_DIGEST_RIGHT;
	now++;
	for (i = 0; i < 65536; i++) {
		c = answer(challenge("p", false), "joe", "secret", 1);
		sign(&c, "secret", STORE_MD5);
		good &= verify(&c, "p") == AUTHZ_DIGEST_RIGHT;
	}
	ok(good, "many nonces");
	ok(verify(&first, "p") == AUTHZ_DIGEST_STALE,
	   "a forgotten one is no new one");
}

/* By datagrams with another's address nobody is locked out. */
static void test_unasked(void)
{
	struct sip_digest_check check = check_of("phone 7 192.0.2.7");
	struct sip_credentials c;
	const char *reason;
	int i, right;

	check.failure_limit = 3;
	check.source = "192.0.2.7 joe";
	for (i = 0; i < 10; i++) {
		/* What was sent to where he is himself. */
		c = answer(challenge("phone 7 192.0.2.66", false), "joe",
			   "guess", 1);
		sign(&c, "guess", STORE_MD5);
		if (sip_digest_verify(digest, &check, &c, &reason) !=
		    AUTHZ_DIGEST_STALE)
			break;
	}
	ok(i == 10, "nothing is told of a password to who was not asked");
	c = answer(challenge("phone 7 192.0.2.7", false), "joe", "secret", 1);
	sign(&c, "secret", STORE_MD5);
	right = sip_digest_verify(digest, &check, &c, &reason);
	ok(right == AUTHZ_DIGEST_RIGHT, "and nobody is locked out by it");
}

int main(void)
{
	digest = sip_digest_new();
	test_examples();
	test_headers();
	test_challenge();
	test_verify();
	test_wrong();
	test_lock();
	test_forgotten();
	test_unasked();
	sip_digest_free(digest);
	return tap_end();
}
