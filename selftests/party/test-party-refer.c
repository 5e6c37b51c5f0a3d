// SPDX-License-Identifier: GPL-2.0
/* Transfers: RFC 3515, RFC 4488, RFC 5589. */
#include <errno.h>

#include "world.h"

static struct sip_request *in_call(struct world *w, const char *id)
{
	struct sip_request *invite = base_receive(w->sip,
		"INVITE sip:2000@h SIP/2.0\n"
		"Via: SIP/2.0/TLS h;branch=z9hG4bK1\n"
		"From: <sip:1001@p>;tag=peer\nTo: <sip:2000@h>\n"
		"Call-ID: %s\nCSeq: 100 INVITE\n"
		"Contact: <sip:1001@10.0.0.1>\n"
		"Content-Type: application/sdp\n\noffer", id);

	expect_sent(w, "100 INVITE");
	OP(w->party, answer, TEXT("answer"));
	expect_sent(w, "200 INVITE");
	base_ack(invite, NULL);
	w->events[0] = '\0';
	return invite;
}

static void test_blind(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = in_call(w, "in@p");
	struct call_party *party = w->party;
	struct sent *notify;

	ask(w, invite, "REFER", 101, "Refer-To: <sip:4000@h;user=phone>\n",
	    NULL);
	expect_events(w, "transfer 4000 -\n");
	expect_line(expect_sent(w, "202 REFER"), "Contact: <sip:2000@");
	notify = expect_sent(w, "NOTIFY");
	expect_line(notify, "Event: refer;id=101\r\n");
	expect_line(notify, "Subscription-State: active;expires=180\r\n");
	expect_line(notify, "Content-Type: message/sipfrag; version=2.0\r\n");
	expect_line(notify, "\r\n\r\nSIP/2.0 100 Trying\r\n");
	base_answer(notify, 200, NULL, "", NULL);
	/* One at a time. */
	ask(w, invite, "REFER", 102, "Refer-To: <sip:4001@h>\n", NULL);
	expect_sent(w, "491 REFER");
	OP(party, transferring, 180, NULL);
	expect_line(expect_sent(w, "NOTIFY"), "SIP/2.0 180 Ringing\r\n");
	/* No line of a stranger's. */
	OP(party, transferring, 183, "Fine\r\nSIP/2.0 200 OK");
	expect_line(expect_sent(w, "NOTIFY"), "SIP/2.0 183 Unknown\r\n");
	OP(party, transferring, 200, "Fine");
	notify = expect_sent(w, "NOTIFY");
	expect_line(notify, "Subscription-State: terminated;reason=noresource");
	expect_line(notify, "\r\n\r\nSIP/2.0 200 Fine\r\n");
	OP(party, transferring, 200, NULL);
	expect_nothing(w);
	expect_events(w, "");
	OP(party, hangup, NULL);
	expect_sent(w, "BYE");
}

static void test_attended(void **state)
{
	struct world *w = *state;
	struct sip_request *first = in_call(w, "one@p");
	struct sip_request *second = in_call(w, "two@p");
	char headers[256];

	snprintf(headers, sizeof(headers), "CSeq: 101 REFER\n"
		 "Refer-To: <sip:2000@h?Replaces=two%%40p%%3Bto-tag%%3D%s"
		 "%%3Bfrom-tag%%3Dpeer>\n", second->to_tag);
	base_receive(w->sip, "REFER sip:2000@h SIP/2.0\n"
		     "Via: SIP/2.0/TLS h;branch=z9hG4bK2\n"
		     "From: <sip:1001@p>;tag=peer\nTo: <sip:2000@h>;tag=%s\n"
		     "Call-ID: one@p\n%sContact: <sip:1001@10.0.0.1>\n\n",
		     first->to_tag, headers);
	expect_events(w, "transfer 2000 SEP001\n");
	expect_sent(w, "202 REFER");
	expect_sent(w, "NOTIFY");
	/* The call of another device is none of its business. */
	base_peer(w->sip, SIP_PEER_PHONE, 2, w->conn, NET_ENCRYPTED);
	first = in_call(w, "three@p");
	base_receive(w->sip, "REFER sip:2000@h SIP/2.0\n"
		     "Via: SIP/2.0/TLS h;branch=z9hG4bK2\n"
		     "From: <sip:1001@p>;tag=peer\nTo: <sip:2000@h>;tag=%s\n"
		     "Call-ID: three@p\n%sContact: <sip:1001@10.0.0.1>\n\n",
		     first->to_tag, headers);
	expect_sent(w, "403 REFER");
	expect_events(w, "security transfer-refused\n");
}

static void test_refused(void **state)
{
	static const struct {
		const char *refer_to;
		int status;
	} rows[] = {
		{ "", 400 },
		{ "Refer-To: <>\n", 400 },
		{ "Refer-To: <http://h/>\n", 416 },
		{ "Refer-To: <sip:host.example>\n", 484 },
		{ "Refer-To: <sip:1@h;method=BYE>\n", 501 },
		{ "Refer-To: <sip:1%0a@h>\n", 404 },
		{ "Refer-To: <sip:1@h?Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db>\n",
		  481 },
		{ "Refer-To: <sip:1@h?Replaces=x>\n", 481 },
		{ "Refer-To: <sip:4000@h>\n", 403 },
	};
	struct world *w = *state;
	struct sip_request *invite = in_call(w, "in@p"), *refer;
	size_t i;

	w->transfer_status = 403;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		refer = ask(w, invite, "REFER", 101 + i, rows[i].refer_to,
			    NULL);
		if (base_status(refer) != rows[i].status)
			print_error("%s\n", rows[i].refer_to);
		assert_int_equal(base_status(refer), rows[i].status);
	}
	expect_events(w, "transfer 4000 -\n");
}

static void test_silent(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = in_call(w, "in@p");

	ask(w, invite, "REFER", 101, "Refer-To: sip:4000@h\n"
	    "Refer-Sub: false\n", NULL);
	expect_line(expect_sent(w, "202 REFER"), "Refer-Sub: false\r\n");
	OP(w->party, transferring, 180, NULL);
	OP(w->party, transferring, 200, NULL);
	expect_nothing(w);
}

/* It is over before the REFER is answered. */
static void done_at_once(struct world *w, struct call_party *party,
			 const char *event)
{
	(void)w;
	if (strcmp(event, "transfer"))
		return;
	OP(party, transferring, 200, NULL);
	OP(party, hangup, NULL);
}

static void only_tell(struct world *w, struct call_party *party,
		      const char *event)
{
	(void)w;
	if (!strcmp(event, "transfer"))
		OP(party, transferring, 503, NULL);
}

static void test_at_once(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = in_call(w, "in@p");

	w->on_event = only_tell;
	ask(w, invite, "REFER", 101, "Refer-To: <sip:4000@h>\n", NULL);
	expect_sent(w, "202 REFER");
	expect_line(expect_sent(w, "NOTIFY"), "SIP/2.0 503 ");
	w->on_event = done_at_once;
	ask(w, invite, "REFER", 102, "Refer-To: <sip:4000@h>\n", NULL);
	expect_sent(w, "BYE");
	expect_sent(w, "202 REFER");
	expect_nothing(w);
}

static void test_outside(void **state)
{
	struct world *w = *state;

	base_receive(w->sip, "REFER sip:2000@h SIP/2.0\n"
		     "Via: SIP/2.0/TLS h;branch=z9hG4bK2\n"
		     "From: <sip:1001@p>;tag=peer\nTo: <sip:2000@h>\n"
		     "Call-ID: x@p\nCSeq: 1 REFER\n"
		     "Refer-To: <sip:4000@h>\n\n");
	expect_line(expect_sent(w, "405 REFER"), "Allow: ");
	expect_events(w, "");
}

static struct sip_request *outside(struct world *w, const char *headers)
{
	base_peer(w->sip, SIP_PEER_TRUNK, 7, w->conn, NET_ENCRYPTED);
	return base_receive(w->sip, "REFER sip:2000@h SIP/2.0\n"
		"Via: SIP/2.0/TLS h;branch=z9hG4bK2\n"
		"From: <sip:5@t>;tag=far\nTo: <sip:2000@h>\n"
		"Call-ID: x@t\nCSeq: 7 REFER\nContact: <sip:5@10.0.0.9>\n"
		"%s\n", headers);
}

/* The one whom it calls first, as the call sees us. */
static struct call_party *referral(struct world *w, const char *headers)
{
	outside(w, headers);
	expect_sent(w, "202 REFER");
	expect_events(w, "setup 4000>2000 -\n");
	return w->party;
}

static void test_referral(void **state)
{
	struct world *w = *state;
	struct call_party *party = referral(w, "Refer-To: <sip:4000@h>\n");
	struct sent *notify = expect_sent(w, "NOTIFY");

	expect_line(notify, "NOTIFY sip:5@10.0.0.9 SIP/2.0\r\n");
	expect_line(notify, "Event: refer;id=7\r\n");
	expect_line(notify, "Subscription-State: active;expires=600\r\n");
	expect_line(notify, "\r\n\r\nSIP/2.0 100 Trying\r\n");
	assert_int_equal(OP(party, alert, 180, NULL, 0), 0);
	assert_int_equal(OP(party, offer, TEXT("offer")), 0);
	expect_events(w, "");
	world_turn(w);
	expect_events(w, "answered held offer\n");
	assert_true(party->is_connected);
	OP(party, security, CALL_NONSECURE);
	expect_events(w, "");
	world_turn(w);
	expect_events(w, "transfer 4000 -\n");
	/* While one is unanswered, only the last state waits. */
	OP(party, transferring, 180, NULL);
	OP(party, transferring, 183, NULL);
	expect_nothing(w);
	base_answer(notify, 200, NULL, "", NULL);
	notify = expect_sent(w, "NOTIFY");
	expect_line(notify, "SIP/2.0 183 Session Progress\r\n");
	base_answer(notify, 200, NULL, "", NULL);
	OP(party, transferring, 200, NULL);
	OP(party, hangup, NULL);
	notify = expect_sent(w, "NOTIFY");
	expect_line(notify, "Subscription-State: terminated;reason=noresource");
	expect_line(notify, "SIP/2.0 200 OK\r\n");
	world_turn(w);
	base_answer(notify, 200, NULL, "", NULL);
	world_turn(w);
	expect_nothing(w);
	expect_events(w, "");
}

static void test_referral_fails(void **state)
{
	struct world *w = *state;
	struct call_party *party = referral(w, "Refer-To: <sip:4000@h>\n");
	struct sent *notify = expect_sent(w, "NOTIFY");

	OP(party, offer, TEXT("offer"));
	OP(party, security, CALL_NONSECURE);
	world_turn(w);
	expect_events(w, "answered held offer\ntransfer 4000 -\n");
	OP(party, transferring, 486, "Busy");
	world_turn(w);
	/* Who was called first has nobody to speak with. */
	expect_events(w, "gone 486\n");
	base_answer(notify, 200, NULL, "", NULL);
	notify = expect_sent(w, "NOTIFY");
	expect_line(notify, "\r\n\r\nSIP/2.0 486 Busy\r\n");
	/* It knows of none of it any more: so be it. */
	base_answer(notify, 481, NULL, "", NULL);
	world_turn(w);
	expect_nothing(w);
}

static void test_referral_unanswered(void **state)
{
	struct world *w = *state;
	struct call_party *party = referral(w, "Refer-To: <sip:4000@h>\n");
	struct sent *notify = expect_sent(w, "NOTIFY");

	base_time_out(notify, -ETIMEDOUT);
	OP(party, hangup, &(struct call_cause){ .status = 480 });
	world_turn(w);
	expect_nothing(w);
	expect_events(w, "");
}

static void test_referral_silent(void **state)
{
	struct world *w = *state;
	struct call_party *party;

	outside(w, "Refer-To: <sip:4000@h>\nRefer-Sub: false\n");
	expect_line(expect_sent(w, "202 REFER"), "Refer-Sub: false\r\n");
	party = w->party;
	OP(party, hangup, &(struct call_cause){ .status = 480 });
	world_turn(w);
	expect_nothing(w);
}

static void test_referral_replaces(void **state)
{
	struct world *w = *state;
	struct sip_request *invite;
	struct call_party *party;
	char headers[256];

	base_peer(w->sip, SIP_PEER_TRUNK, 7, w->conn, NET_ENCRYPTED);
	invite = in_call(w, "one@p");
	snprintf(headers, sizeof(headers),
		 "Refer-To: <sip:4000@h?Replaces=one%%40p%%3Bto-tag%%3D%s"
		 "%%3Bfrom-tag%%3Dpeer>\n", invite->to_tag);
	party = referral(w, headers);
	expect_sent(w, "NOTIFY");
	OP(party, offer, TEXT("offer"));
	OP(party, security, CALL_NONSECURE);
	world_turn(w);
	expect_events(w, "answered held offer\ntransfer 4000 carrier\n");
}

static void test_referral_refused(void **state)
{
	static const struct {
		const char *headers, *events;
		int status;
	} rows[] = {
		{ "", "", 400 },
		{ "Refer-To: <mailto:4000@h>\n", "", 416 },
		{ "Refer-To: <sip:4000@h;method=BYE>\n", "", 501 },
		{ "Refer-To: <sip:4000@h?Replaces=x%3Bto-tag%3Da"
		  "%3Bfrom-tag%3Db>\n", "", 481 },
		{ "Refer-To: <sip:110@h>\n", "security refer-refused\n", 403 },
	};
	struct world *w = *state;
	struct sip_request *invite;
	char headers[256];
	size_t i;

	w->unreachable = "110";
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(base_status(outside(w, rows[i].headers)),
				 rows[i].status);
		expect_events(w, rows[i].events);
	}
	/* Whom it would call first counts as well. */
	w->unreachable = "2000";
	assert_int_equal(base_status(outside(w, "Refer-To: <sip:4000@h>\n")),
			 403);
	expect_events(w, "security refer-refused\n");
	w->unreachable = NULL;
	while (base_next(w->sip))
		;
	/* The call of another device is none of its business. */
	base_peer(w->sip, SIP_PEER_PHONE, 1, w->conn, NET_ENCRYPTED);
	invite = in_call(w, "one@p");
	snprintf(headers, sizeof(headers),
		 "Refer-To: <sip:4000@h?Replaces=one%%40p%%3Bto-tag%%3D%s"
		 "%%3Bfrom-tag%%3Dpeer>\n", invite->to_tag);
	assert_int_equal(base_status(outside(w, headers)), 403);
	expect_events(w, "security transfer-refused\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, \
						   world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_blind),
		TEST(test_attended),
		TEST(test_refused),
		TEST(test_silent),
		TEST(test_at_once),
		TEST(test_outside),
		TEST(test_referral),
		TEST(test_referral_fails),
		TEST(test_referral_unanswered),
		TEST(test_referral_silent),
		TEST(test_referral_replaces),
		TEST(test_referral_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
