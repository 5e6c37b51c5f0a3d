// SPDX-License-Identifier: GPL-2.0
/* Parties that call us: RFC 3665 flows, refusals, races. */

#include "world.h"

/* RFC 3665 section 3.1 */
static void test_session(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "", "offer");
	struct sent *sent;

	expect_events(w, "setup 1001>2000 offer\n");
	expect_sent(w, "100 INVITE");
	assert_false(w->party->is_connected);
	assert_int_equal(OP(w->party, alert, 180, NULL, 0), 0);
	sent = expect_sent(w, "180 INVITE");
	expect_line(sent, "Contact: <sip:2000@");
	assert_int_equal(OP(w->party, answer, TEXT("answer")), 0);
	sent = expect_sent(w, "200 INVITE");
	expect_line(sent, "\r\n\r\nanswer");
	expect_line(sent, "Content-Type: application/sdp\r\n");
	expect_line(sent, "Allow: ");
	assert_true(w->party->is_connected);
	base_ack(invite, NULL);
	ask(w, invite, "BYE", 101, "", NULL);
	expect_sent(w, "200 BYE");
	expect_events(w, "gone 0\n");
	expect_nothing(w);
	expect_gone(w);
}

static void test_who(void **state)
{
	struct world *w = *state;

	call_in(w, "", "offer");
	assert_string_equal(w->party->name, "SEP001");
	assert_int_equal(w->party->device, 1);
	assert_int_equal(w->party->line, 1001);
	assert_string_equal(w->party->display, "Line 1001");
	assert_int_equal(w->party->signalling, STORE_ENCRYPTED);
	assert_int_equal(w->party->leg.policy.class, CALL_CLASS_ENCRYPTED);
	assert_true(w->party->leg.policy.srtp_allowed);
	assert_true(w->party->is_trusted_type);
	assert_false(w->party->leg.policy.peer_fallback);
	OP(w->party, hangup, NULL);
}

/* Its REGISTER said nothing of it, its INVITE does. */
static void test_phone_fallback(void **state)
{
	struct world *w = *state;

	call_in(w, "Supported: X-cisco-srtp-fallback\n", "offer");
	assert_true(w->party->leg.policy.peer_fallback);
	OP(w->party, hangup, NULL);
}

/* It names a line that is not its own, and is known by its own. */
static void test_forged_from(void **state)
{
	struct world *w = *state;

	base_receive(w->sip, "INVITE sip:2000@h SIP/2.0\n"
		     "Via: SIP/2.0/TLS h;branch=z9hG4bK1\n"
		     "From: \"Boss\" <sip:9999@p>;tag=peer\nTo: <sip:2000@h>\n"
		     "P-Asserted-Identity: <sip:9999@p>\n"
		     "Call-ID: in@p\nCSeq: 100 INVITE\nContact: <sip:x@p>\n\n");
	expect_events(w, "setup 1001>2000 -\n");
	assert_string_equal(w->party->display, "Line 1001");
	OP(w->party, hangup, NULL);
}

static void test_trunk_caller(void **state)
{
	struct world *w = *state;

	base_peer(w->sip, SIP_PEER_TRUNK, 7, w->conn, NET_ENCRYPTED);
	call_in(w, "P-Asserted-Identity: \"Real\" <sip:+49@p>\n"
		"Supported: X-cisco-srtp-fallback\n"
		"Call-Info: <urn:x-cisco-remotecc:callinfo>; isVoip; "
		"orientation=from; security= Authenticated\n", "offer");
	expect_events(w, "setup +49>2000 offer\n");
	assert_string_equal(w->party->display, "Real");
	assert_true(w->party->is_screened);
	assert_true(w->party->is_trunk);
	assert_true(w->party->has_claim);
	assert_int_equal(w->party->claim, CALL_AUTHENTICATED);
	assert_true(w->party->leg.policy.peer_fallback);
	assert_false(w->party->shows_security);
	OP(w->party, hangup, NULL);
}

/* What a trunk's caller says of himself, or a network takes back. */
static void test_unscreened(void **state)
{
	struct world *w = *state;

	base_peer(w->sip, SIP_PEER_TRUNK, 7, w->conn, NET_ENCRYPTED);
	call_in(w, "", "offer");
	assert_false(w->party->is_screened);
	OP(w->party, hangup, NULL);
	expect_gone(w);
	call_in(w, "Remote-Party-ID: <sip:1001@p>;screen=no\n", "offer");
	assert_false(w->party->is_screened);
	OP(w->party, hangup, NULL);
}

static void test_privacy(void **state)
{
	struct world *w = *state;

	call_in(w, "Privacy: id\n", "offer");
	expect_events(w, "setup anonymous>2000 offer\n");
	assert_string_equal(w->party->display, "Anonymous");
	OP(w->party, hangup, NULL);
}

/* What is refused by the message alone, or for who sent it. */
static void test_refused(void **state)
{
	static const struct {
		const char *headers, *sdp;
		int status;
		const char *line;
	} rows[] = {
		{ "Require: 100rel, foo, bar\n", "v", 420,
		  "Unsupported: foo, bar\r\n" },
		{ "Content-Type: text/plain\n", "v", 415,
		  "Accept: application/sdp\r\n" },
		{ "Content-Encoding: gzip\n", "v", 415, "" },
		{ "Session-Expires: 60\nSupported: timer\n", "v", 422,
		  "Min-SE: 90\r\n" },
		{ "Session-Expires: many\n", "v", 400, "" },
		{ "Replaces: nobody@h;to-tag=a;from-tag=b\n", "v", 481, "" },
		{ "Replaces: a;to-tag=a;from-tag=b\n"
		  "Replaces: b;to-tag=a;from-tag=b\n", "v", 400, "" },
	};
	struct world *w = *state;
	struct sent *sent;
	char what[32];
	size_t i;

	w->min_se = 90;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call_in(w, rows[i].headers, rows[i].sdp);
		snprintf(what, sizeof(what), "%d INVITE", rows[i].status);
		sent = expect_sent(w, what);
		expect_line(sent, rows[i].line);
		expect_nothing(w);
		expect_events(w, "");
		expect_gone(w);
	}
	base_peer(w->sip, SIP_PEER_PHONE, 9, w->conn, NET_ENCRYPTED);
	call_in(w, "", "offer");
	expect_sent(w, "403 INVITE");
	base_peer(w->sip, SIP_PEER_UNKNOWN, 0, w->conn, NET_CLEAR);
	call_in(w, "", "offer");
	expect_sent(w, "403 INVITE");
	expect_gone(w);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *uri, *events;
		int status;
	} rows[] = {
		{ "sip:h", "", 484 },
		{ "http://h", "", 416 },
		{ "sip:1%0d%0aX:y@h", "", 404 },
		{ "sip:1%ff@h", "", 404 },
		{ "sip:1;x=y@h", "setup 1001>1 -\n", 0 },
		{ "tel:+49301;phone-context=a", "setup 1001>+49301 -\n", 0 },
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_request *req = base_receive(w->sip,
			"INVITE %s SIP/2.0\n"
			"Via: SIP/2.0/TLS h;branch=z9hG4bK1\n"
			"From: <sip:1001@p>;tag=peer\nTo: <sip:2000@h>\n"
			"Call-ID: in@p\nCSeq: 100 INVITE\n"
			"Contact: <sip:1001@10.0.0.1>\n\n", rows[i].uri);

		assert_int_equal(base_status(req), rows[i].status);
		expect_events(w, rows[i].events);
		if (rows[i].status)
			continue;
		OP(w->party, hangup, NULL);
		base_end(req, 0);
	}
	expect_gone(w);
}

static void test_loop(void **state)
{
	struct world *w = *state;

	base_receive(w->sip, "INVITE sip:2000@h SIP/2.0\n"
		     "Via: SIP/2.0/TLS h;branch=z9hG4bK1\nMax-Forwards: 0\n"
		     "From: <sip:1001@p>;tag=peer\nTo: <sip:2000@h>\n"
		     "Call-ID: in@p\nCSeq: 100 INVITE\nContact: <sip:x@p>\n\n");
	expect_sent(w, "483 INVITE");
	expect_gone(w);
}

static void test_multipart(void **state)
{
	struct world *w = *state;

	call_in(w, "Content-Type: multipart/mixed;boundary=b\n",
		"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
		"--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--\r\n");
	assert_non_null(strstr(w->events, "setup 1001>2000 v=0"));
	OP(w->party, hangup, NULL);
}

static void test_cancel(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "", "offer");

	OP(w->party, alert, 180, NULL, 0);
	base_cancel(invite, "SIP;cause=200;text=\"Call completed elsewhere\"");
	expect_sent(w, "100 INVITE");
	expect_sent(w, "180 INVITE");
	expect_sent(w, "487 INVITE");
	expect_events(w, "setup 1001>2000 offer\ngone 487 "
		      "SIP;cause=200;text=\"Call completed elsewhere\"\n");
	expect_nothing(w);
	expect_gone(w);
}

static void test_hangup_refuses(void **state)
{
	static const struct {
		struct call_cause cause;
		const char *what, *line;
	} rows[] = {
		{ { .status = 486 }, "486 INVITE", "" },
		{ { .status = 0 }, "480 INVITE", "" },
		{ { .status = 302 }, "480 INVITE", "" },
		{ { .status = 488, .warning = 304, .text = "no \"such\"\r\nx" },
		  "488 INVITE", "Warning: 304 ucsec.example \"no suchx\"\r\n" },
	};
	struct world *w = *state;
	struct sip_request *invite;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		invite = call_in(w, "", "offer");
		expect_sent(w, "100 INVITE");
		OP(w->party, hangup, &rows[i].cause);
		expect_line(expect_sent(w, rows[i].what), rows[i].line);
		base_end(invite, 0);
		expect_gone(w);
	}
}

/* Within call_setup(), before the handler is through. */
static void refuse_at_once(struct world *w, struct call_party *party,
			   const char *event)
{
	(void)w, (void)event;
	OP(party, hangup, &(struct call_cause){ .status = 404 });
}

static void test_hangup_in_setup(void **state)
{
	struct world *w = *state;
	struct sip_request *invite;

	w->on_event = refuse_at_once;
	invite = call_in(w, "", "offer");
	expect_sent(w, "100 INVITE");
	expect_sent(w, "404 INVITE");
	base_end(invite, 0);
	expect_gone(w);
}

/* No part for others: another phone, a request out of order, a ghost. */
static void test_strangers(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = set_up_call(w), *late;

	base_peer(w->sip, SIP_PEER_PHONE, 2, w->conn, NET_ENCRYPTED);
	ask(w, invite, "BYE", 101, "", NULL);
	expect_sent(w, "481 BYE");
	base_peer(w->sip, SIP_PEER_TRUNK, 1, w->conn, NET_ENCRYPTED);
	ask(w, invite, "BYE", 101, "", NULL);
	expect_sent(w, "481 BYE");
	base_peer(w->sip, SIP_PEER_PHONE, 1, w->conn, NET_ENCRYPTED);
	ask(w, invite, "INFO", 99, "", NULL);
	expect_sent(w, "500 INFO");
	expect_events(w, "");
	ask(w, invite, "BYE", 102, "", NULL);
	expect_sent(w, "200 BYE");
	base_end(invite, 0);
	expect_events(w, "gone 0\n");
	expect_gone(w);
	late = base_receive(w->sip, "BYE sip:2000@h SIP/2.0\n"
			    "Via: SIP/2.0/TLS h;branch=z9hG4bK1\n"
			    "From: <sip:1001@p>;tag=peer\nTo: <sip:2000@h>;"
			    "tag=x\nCall-ID: in@p\nCSeq: 103 BYE\n\n");
	assert_int_equal(base_status(late), 481);
}

/* The same phone by a less secure connection: the call must know. */
static void test_class_changes(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = set_up_call(w);

	base_peer(w->sip, SIP_PEER_PHONE, 1, w->conn, NET_CLEAR);
	ask(w, invite, "INFO", 101, "", NULL);
	expect_sent(w, "200 INFO");
	expect_events(w, "changed\n");
	assert_int_equal(w->party->signalling, STORE_NONSECURE);
	assert_int_equal(w->party->leg.policy.class, CALL_CLASS_CLEAR);
}

/* RFC 3891 section 3 */
static void test_replaces(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = set_up_call(w), *other;
	char headers[256];

	snprintf(headers, sizeof(headers),
		 "Replaces: in@p;from-tag=peer;to-tag=%s\n", invite->to_tag);
	/* Another phone, on the same line. */
	base_peer(w->sip, SIP_PEER_PHONE, 2, w->conn, NET_ENCRYPTED);
	other = call_in(w, headers, "offer");
	expect_events(w, "replace SEP001 offer\n");
	OP(w->party, hangup, NULL);
	base_end(other, 0);
	snprintf(headers, sizeof(headers), "Replaces: in@p;from-tag=peer;"
		 "to-tag=%s;early-only\n", invite->to_tag);
	other = call_in(w, headers, "offer");
	assert_int_equal(base_status(other), 486);
	/* A trunk that got to know its tags. */
	base_peer(w->sip, SIP_PEER_TRUNK, 7, w->conn, NET_ENCRYPTED);
	other = call_in(w, headers, "offer");
	assert_int_equal(base_status(other), 403);
	expect_events(w, "security replaces-refused\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, \
						   world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_session),
		TEST(test_who),
		TEST(test_phone_fallback),
		TEST(test_forged_from),
		TEST(test_trunk_caller),
		TEST(test_unscreened),
		TEST(test_privacy),
		TEST(test_refused),
		TEST(test_numbers),
		TEST(test_loop),
		TEST(test_multipart),
		TEST(test_cancel),
		TEST(test_hangup_refuses),
		TEST(test_hangup_in_setup),
		TEST(test_strangers),
		TEST(test_class_changes),
		TEST(test_replaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
