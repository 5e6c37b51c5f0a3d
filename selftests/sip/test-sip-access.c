// SPDX-License-Identifier: GPL-2.0
// Who may: registration with digest, trunks by profile, strangers.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "certs.h"
#include "sip/credentials.h"
#include "tap.h"
#include "wire.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static struct wire wire;
static char buf[65536];
static unsigned int handled, branch;
static struct sip_peer last;

static void on_request(void *arg, struct sip_request *req)
{
	(void)arg;
	handled++;
	last = req->peer;
	sip_reply(req, 200, NULL, NULL);
}

/* One request of a peer, as a good client fills it in. */
struct ask {
	int fd;
	const char *method, *user;	/* of To and From */
	const char *more;		/* header lines */
	const char *auth_user, *password;	/* answer to what is in buf */
	enum store_algorithm algorithm;
	const char *call_id;
	unsigned int cseq, nc;
};

/* Credentials for the challenge that buf still holds. */
static void write_credentials(const struct ask *ask, char *out, size_t size)
{
	const char *value, *at = buf, *name;
	struct sip_credentials c;
	uint8_t ha1[STORE_HA1_MAX];
	size_t len;

	out[0] = '\0';
	if (!ask->auth_user)
		return;
	name = sip_algorithm_name(ask->algorithm);
	do {
		at = strstr(at, "WWW-Authenticate: ");
		if (!at)
			return;
		at += 18;
	} while (!memmem(at, strcspn(at, "\r"), name, strlen(name)));
	value = at;
	if (sip_credentials_parse((struct sip_text){
			value, strcspn(value, "\r") }, &c))
		return;
	strcpy(c.username, ask->auth_user);
	snprintf(c.uri, sizeof(c.uri), "sip:ucsec");
	snprintf(c.nc, sizeof(c.nc), "%08x", ask->nc ?: 1);
	strcpy(c.cnonce, "xyz");
	strcpy(c.qop, "auth");
	len = sip_digest_ha1(ask->algorithm, c.username, c.realm,
			     ask->password, ha1);
	sip_digest_response(ask->algorithm, ha1, len, (struct sip_text){
			ask->method, strlen(ask->method) }, &c, c.response);
	snprintf(out, size, "Authorization: Digest username=\"%s\",realm=\"%s\""
		 ",nonce=\"%s\",uri=\"%s\",response=\"%s\",algorithm=%s,"
		 "cnonce=\"%s\",qop=auth,nc=%s\n", c.username, c.realm,
		 c.nonce, c.uri, c.response, name, c.cnonce, c.nc);
}

static int ask(const struct ask *ask)
{
	char credentials[2048];

	write_credentials(ask, credentials, sizeof(credentials));
	branch++;
	wire_put(ask->fd, "%s sip:ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKa%u\n"
		 "From: <sip:%s@ucsec>;tag=f\nTo: <sip:%s@ucsec>\n"
		 "Call-ID: %s\nCSeq: %u %s\n%s%sContent-Length: 0\n\n",
		 ask->method, branch, ask->user, ask->user,
		 ask->call_id ?: "a", ask->cseq ?: branch, ask->method,
		 ask->more ?: "", credentials);
	do {
		wire_get(&wire, ask->fd, buf, sizeof(buf));
	} while (wire_status(buf) < 200);
	return wire_status(buf);
}

static size_t bindings_of(const char *number)
{
	const struct sip_binding *bindings[4];
	struct store_line line;

	if (store_line_by_name(wire.env.store, number, NULL, &line))
		abort();
	return sip_location_line(wire.sip, line.id, bindings, 4);
}

#define T_CONTACT	"Contact: <sip:2001@127.0.0.1:5070>\n"

static void test_register(int fd)
{
	struct ask a = { .fd = fd, .method = "REGISTER", .user = "2001",
			 .more = T_CONTACT "Supported: X-cisco-srtp-fallback\n" };
	const struct sip_binding *binding;
	struct store_phone phone;

	ok(ask(&a) == 401 && strstr(buf, "realm=\"ccmsipline\""), "challenged");
	a.auth_user = "alice";
	a.password = "wrong";
	ok(ask(&a) == 401, "wrong password");
	a.password = "wonderland";
	ok(ask(&a) == 200 && strstr(wire_header(buf, "Contact"),
				    "sip:2001@127.0.0.1:5070") &&
	   strstr(wire_header(buf, "Supported"), "X-cisco-srtp-fallback") &&
	   wire_header(buf, "Date")[0], "registered");
	ok(bindings_of("2001") == 1 &&
	   store_registration_count(wire.env.store) == 1, "and stored");
	if (store_phone_find(wire.env.store, "SEP001122334455", &phone))
		abort();
	ok(sip_location_phone(wire.sip, phone.id, &binding, 1) == 1 &&
	   binding->srtp_fallback && binding->conn &&
	   binding->class == NET_CLEAR, "found by its phone");
	ask(&(struct ask){ .fd = fd, .method = "REGISTER", .user = "2001" });
	a.algorithm = STORE_SHA256;
	ok(ask(&a) == 200 && bindings_of("2001") == 1, "again, by SHA-256");

	handled = 0;
	ok(ask(&(struct ask){ .fd = fd, .method = "MESSAGE", .user = "2001" })
	   == 401 && !handled, "its other requests are challenged, too");
	a.method = "MESSAGE";
	ok(ask(&a) == 200 && handled == 1 && last.kind == SIP_PEER_PHONE &&
	   !strcmp(last.name, "SEP001122334455") &&
	   !strcmp(last.user, "alice"), "and pass with credentials");
}

/* What REGISTER may not ask; each row gets its challenge first. */
static void test_register_rows(int fd)
{
	static const struct {
		const char *name, *user, *more;
		int status;
	} rows[] = {
		{ "too short", "2001", T_CONTACT "Expires: 1\n", 423 },
		{ "too short in the contact", "2001",
		  "Contact: <sip:2001@127.0.0.1>;expires=1\n", 423 },
		{ "no number", "2001", T_CONTACT "Expires: soon\n", 400 },
		{ "star and a contact", "2001",
		  "Contact: *\n" T_CONTACT "Expires: 0\n", 400 },
		{ "star that stays", "2001", "Contact: *\nExpires: 60\n", 400 },
		{ "another scheme", "2001", "Contact: <tel:123>\n", 400 },
		{ "query", "2001", "", 200 },
		{ "longer than there is", "2001",
		  T_CONTACT "Expires: 4294967295\n", 200 },
		{ "another contact", "2001",
		  "Contact: <sip:2001@127.0.0.1:5071>;q=0.5\n", 200 },
		{ "remove one", "2001",
		  "Contact: <sip:2001@127.0.0.1:5071>;expires=0\n", 200 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ask a = { .fd = fd, .method = "REGISTER",
				 .user = rows[i].user, .more = rows[i].more };
		int status;

		ask(&a);
		a.auth_user = "alice";
		a.password = "wonderland";
		status = ask(&a);
		ok(status == rows[i].status, "%s: %d", rows[i].name, status);
	}
	ok(bindings_of("2001") == 1, "one is left");
}

static int signed_register(int fd, const char *more, const char *call_id,
			   unsigned int cseq)
{
	struct ask a = { .fd = fd, .method = "REGISTER", .user = "2001",
			 .more = more, .call_id = call_id, .cseq = cseq };

	ask(&a);
	a.auth_user = "alice";
	a.password = "wonderland";
	a.cseq = cseq + 1;
	return ask(&a);
}

static void test_register_order(int fd)
{
	ok(signed_register(fd, T_CONTACT, "order", 10) == 200, "CSeq 11");
	ok(signed_register(fd, T_CONTACT, "order", 5) == 500, "CSeq 6: late");
	ok(signed_register(fd, T_CONTACT, "other", 1) == 200, "a new Call-ID");
	ok(signed_register(fd, "Contact: *\nExpires: 0\n", "other", 20) == 200
	   && !bindings_of("2001") &&
	   !store_registration_count(wire.env.store), "all gone");
}

/* Nothing tells which numbers there are, nor which user a phone has. */
static void test_stranger(int fd)
{
	struct ask a = { .fd = fd, .method = "REGISTER", .user = "9999",
			 .more = T_CONTACT };
	const char *known;
	int i;

	ok(ask(&a) == 401 && strstr(buf, "realm=\"ccmsipline\""),
	   "an unknown number is challenged");
	a.auth_user = "alice";
	a.password = "wonderland";
	ok(ask(&a) == 401, "with another's credentials");
	for (i = 0; i < 4; i++) {
		ask(&(struct ask){ .fd = fd, .method = "REGISTER",
				   .user = "9999" });
		a.auth_user = "mallory";
		ask(&a);
	}
	ok(wire_status(buf) == 403, "too often: 403");
	known = wire_header(buf, "Warning");
	ok(!known[0], "and no more words");
	handled = 0;
	a.method = "MESSAGE";
	a.user = "2001";
	a.auth_user = NULL;
	ok(ask(&a) != 200 && !handled, "no calls for it");
}

static void test_restart(int fd)
{
	struct store_phone phone;
	const struct sip_binding *binding;

	ok(signed_register(fd, T_CONTACT, "restart", 1) == 200, "registered");
	wire_restart(&wire);
	sip_handle(wire.sip, "MESSAGE", on_request, NULL);
	if (store_phone_find(wire.env.store, "SEP001122334455", &phone))
		abort();
	ok(sip_location_phone(wire.sip, phone.id, &binding, 1) == 1 &&
	   !binding->conn && !strcmp(binding->contact,
				     "sip:2001@127.0.0.1:5070"),
	   "still there after a restart");
}

/* Method lists, digest and user's lists on a trunk, in that order. */
static void test_trunk(void)
{
	int fd = wire_dial(&wire, "127.0.0.5", SOCK_DGRAM, NULL);
	struct ask a = { .fd = fd, .method = "REFER", .user = "x",
			 .more = "Refer-To: <sip:y@z>\n" };

	wire_add_trunk(&wire, "strict", "127.0.0.5", 9,
		       ", \"digest\": true, \"application_authorization\": "
		       "true, \"accept_presence_subscription\": true", "");
	env_add(&wire.env, "appuser", "{\"name\": \"yes\", \"password\": "
		"\"pw\", \"accept_presence_subscription\": true}");
	env_add(&wire.env, "appuser", "{\"name\": \"no\", \"password\": "
		"\"pw\"}");
	handled = 0;
	ok(ask(&a) == 403, "out-of-dialog REFER: 403, no challenge");
	a.method = "SUBSCRIBE";
	a.more = "Event: presence\n";
	ok(ask(&a) == 401 && strstr(buf, "StandAloneCluster"),
	   "presence: allowed, so challenged");
	a.auth_user = "no";
	a.password = "pw";
	ok(ask(&a) == 403, "not the user's box: 403");
	a.auth_user = NULL;
	ask(&a);
	a.auth_user = "yes";
	ok(ask(&a) == 200 && handled == 1 && last.kind == SIP_PEER_TRUNK &&
	   !strcmp(last.user, "yes"), "the user's box: passed");
	a.auth_user = NULL;
	a.method = "INVITE";
	a.more = "Replaces: 1;to-tag=a;from-tag=b\n";
	ok(ask(&a) == 403, "Replaces: 403");
	a.method = "MESSAGE";
	a.more = "Refer-To: <sip:y@z?Replaces=1%3Bto-tag%3Da>\n";
	ok(ask(&a) == 403, "in Refer-To: 403");
	a.more = "Refer-To: \"Who?\" <sip:y@z?Replaces=1%3Bto-tag%3Da>\n";
	ok(ask(&a) == 403, "behind a question mark in the name: 403");
	a.more = "Refer-To: <sip:y?1@z?Replaces=1%3Bto-tag%3Da>\n";
	ok(ask(&a) == 403, "and in the user part: 403");
	a.more = "Refer-To: <sip:y@z?Replaces%00=1%3Bto-tag%3Da>\n";
	ok(ask(&a) == 403, "ended by an escaped NUL: 403");
	a.more = "Refer-To: <sip:y@z?a=b&%72eplace%73%=1%3Bto-tag%3Da>\n";
	ok(ask(&a) == 403, "by a bad escape: 403");
	a.more = "Refer-To: <sip:y@z?%20Replaces=1%3Bto-tag%3Da>\n";
	ok(ask(&a) == 403, "behind a space: 403");
	a.more = "Refer-To: \"Who?\" <sip:y@z>\n";
	ok(ask(&a) == 401, "without Replaces it is allowed");
	close(fd);
}

/* What the scanner and the parser read differently, and what it cannot read. */
static const struct {
	const char *more, *reason;
} two_ways[] = {
	{ "Event: dialog, presence\n", "Bad Event" },
	{ "Event: \"presence\"\n", "Bad Event" },
	{ "o:\n", "Bad Event" },
	{ "Refer-To: <sip:y@z?Re%zzplaces=1>\n", "Bad Refer-To" },
	{ "r: <sip:y@z?a=%26Replaces=1>\n", "Read In Two Ways" },
	{ "r: <sip:y@z?%2552eplaces=1>\n", "Read In Two Ways" },
	{ "t: <sip:y@z>\n", "Header Twice" },
};

static void test_two_ways(int type, const char *name)
{
	int fd = wire_dial(&wire, "127.0.0.1", type, NULL);
	uint64_t before = sip_counters(wire.sip)->refused_strict;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(two_ways); i++) {
		const struct ask a = { .fd = fd, .method = "MESSAGE",
				       .user = "x", .more = two_ways[i].more };

		handled = 0;
		ok(ask(&a) == 400 && strstr(buf, two_ways[i].reason) &&
		   !handled, "%s: 400 %s", name, two_ways[i].reason);
	}
	ok(sip_counters(wire.sip)->refused_strict - before ==
	   ARRAY_SIZE(two_ways), "%s: counted", name);
	/* A tag that is one to the parser: in a dialog, or not? */
	wire_put(fd, "REFER sip:ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKtag%d\n"
		 "From: <sip:a@ucsec>;tag=f\nTo: <sip:b@ucsec>;tag=\"1\"\n"
		 "Call-ID: t\nCSeq: 1 REFER\nContent-Length: 0\n\n", type);
	wire_get(&wire, fd, buf, sizeof(buf));
	ok(wire_status(buf) == 400 && strstr(buf, "Read In Two Ways"),
	   "%s: a tag to one of them", name);
	close(fd);
}

/* An unknown phone that says its name gets a number, once. */
static void test_enrol(void)
{
	int fd = wire_dial(&wire, "127.0.0.6", SOCK_DGRAM, NULL);
	struct ask a = { .fd = fd, .method = "REGISTER",
			 .user = "SEP00AA00BB00CC", .more = T_CONTACT };
	struct store_phone phone;
	struct store_buttons buttons;
	char line[32];
	unsigned int n;
	int status;

	wire_set_param(&wire, "auto_registration_first", "\"3000\"");
	wire_set_param(&wire, "auto_registration_last", "\"3001\"");
	wire_set_param(&wire, "cluster_security_mode", "\"mixed\"");
	wire_set_param(&wire, "auto_registration", "true");
	ok(ask(&a) == 401, "not in mixed mode");
	wire_set_param(&wire, "cluster_security_mode", "\"nonsecure\"");
	ok(ask(&a) == 503 && wire_header(buf, "Retry-After")[0], "in a moment");
	do {
		status = ask(&a);
	} while (status == 503);
	ok(status == 200 && !store_phone_find(wire.env.store, a.user, &phone),
	   "enrolled and registered");
	if (store_phone_lines(wire.env.store, phone.id, &buttons))
		abort();
	ok(buttons.count == 1 && !strcmp(buttons.list[0].number, "3000"),
	   "with the first number");
	store_buttons_clear(&buttons);
	a.user = "SEP00AA00BB00CD";
	do {
		status = ask(&a);
	} while (status == 503);
	a.user = "SEP00AA00BB00CE";
	ok(status == 200 && ask(&a) == 401, "until there is none left");
	/* One request does not look through the whole range. */
	for (n = 4000; n < 4100; n++) {
		snprintf(line, sizeof(line), "{\"number\": \"%u\"}", n);
		env_add(&wire.env, "line", line);
	}
	wire_set_param(&wire, "auto_registration_last", "\"4100\"");
	wire_set_param(&wire, "auto_registration_first", "\"4000\"");
	ok(ask(&a) == 503, "a long way to a free number: in a moment");
	do {
		status = ask(&a);
	} while (status == 503);
	ok(status == 200, "found at last");
	a.user = "SEP00AA00BB00CF";
	do {
		status = ask(&a);
	} while (status == 503);
	ok(status == 401, "and no more after it");
	close(fd);
}

static void add_objects(void)
{
	env_add(&wire.env, "user", "{\"name\": \"alice\", \"password\": "
		"\"wonderland\"}");
	env_add(&wire.env, "profile", "{\"name\": \"clear\", \"kind\": "
		"\"phone\", \"device_security_mode\": \"nonsecure\", "
		"\"digest\": true}");
	env_add(&wire.env, "line", "{\"number\": \"2001\"}");
	env_add(&wire.env, "phone", "{\"name\": \"SEP001122334455\", "
		"\"profile\": \"clear\", \"digest_user\": \"alice\", "
		"\"lines\": [{\"number\": \"2001\"}]}");
}

int main(void)
{
	int fd, stranger;

	wire_open(&wire, 0);
	add_objects();
	sip_handle(wire.sip, "MESSAGE", on_request, NULL);
	sip_handle(wire.sip, "SUBSCRIBE", on_request, NULL);
	fd = wire_dial(&wire, "127.0.0.1", SOCK_DGRAM, NULL);
	stranger = wire_dial(&wire, "127.0.0.4", SOCK_DGRAM, NULL);
	test_register(fd);
	test_register_rows(fd);
	test_register_order(fd);
	test_stranger(stranger);
	test_trunk();
	test_restart(fd);
	test_two_ways(SOCK_DGRAM, "UDP");
	test_two_ways(SOCK_STREAM, "TCP");
	test_enrol();
	close(fd);
	close(stranger);
	wire_close(&wire);
	return tap_end();
}
