// SPDX-License-Identifier: GPL-2.0
/* Parties that we call: forks, CANCEL, what crosses what. */
#include <errno.h>

#include "world.h"

/* RFC 3665 section 3.1, from the other end. */
static void test_session(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);
	struct sent *invite, *ack;

	assert_int_equal(OP(party, offer, TEXT("offer")), 0);
	invite = expect_sent(w, "INVITE");
	expect_line(invite, "INVITE sip:1001@10.0.0.1:5060 SIP/2.0\r\n");
	expect_line(invite, "From: \"Other One\" <sip:3000@ucsec.example>;tag=");
	expect_line(invite, "To: <sip:1001@ucsec.example>\r\n");
	expect_line(invite, "Contact: <sip:3000@");
	expect_line(invite, "Max-Forwards: 70\r\n");
	expect_line(invite, "100rel");
	expect_line(invite, "security=Unknown");
	expect_line(invite, "orientation=from");
	base_answer(invite, 100, NULL, "", NULL);
	base_answer(invite, 180, "t1", THERE, NULL);
	expect_events(w, "alerting 180 -\n");
	base_answer(invite, 200, "t1", THERE, "answer");
	expect_events(w, "answered answer\n");
	ack = expect_sent(w, "ACK");
	expect_line(ack, "ACK sip:1001@10.0.0.9 SIP/2.0\r\n");
	expect_line(ack, ";tag=t1\r\n");
	expect_line(ack, "CSeq: 1 ACK\r\n");
	assert_true(party->is_connected);
	/* A phone's far side does not fork. */
	assert_true(base_client(invite).is_released);
	OP(party, hangup, NULL);
	base_answer(expect_sent(w, "BYE"), 200, NULL, "", NULL);
	expect_gone(w);
}

static void test_reach(void **state)
{
	struct world *w = *state;
	const struct call_protocol *protocol = sip_parties_protocol(w->parties);
	struct call_target target = { .device = 1 };
	struct call_party *parties[4];

	/* Both lines of the phone, then one of them. */
	assert_int_equal(protocol->reach(protocol->arg, &target, parties, 4),
			 2);
	OP(parties[0], hangup, NULL);
	OP(parties[1], hangup, NULL);
	target.line = 1002;
	assert_int_equal(protocol->reach(protocol->arg, &target, parties, 4),
			 1);
	assert_string_equal(parties[0]->number, "1002");
	OP(parties[0], hangup, NULL);
	target.device = 5;
	assert_int_equal(protocol->reach(protocol->arg, &target, parties, 4),
			 0);
	target.is_trunk = true;
	assert_int_equal(protocol->reach(protocol->arg, &target, parties, 4),
			 0);
	expect_nothing(w);
	expect_gone(w);
}

static void test_trunk(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, true);
	struct sent *invite;

	assert_true(party->is_trunk);
	assert_int_equal(party->signalling, STORE_ENCRYPTED);
	OP(party, offer, TEXT("offer"));
	invite = expect_sent(w, "INVITE");
	expect_line(invite, "INVITE sip:0049%201@carrier.example SIP/2.0\r\n");
	expect_line(invite, "P-Asserted-Identity: \"Other One\" "
		    "<sip:3000@ucsec.example>");
	expect_line(invite, "party=calling;screen=yes;privacy=off");
	expect_line(invite, "X-cisco-srtp-fallback");
	expect_no_line(invite, "Call-Info");
	base_answer(invite, 200, "t", THERE "Call-Info: <urn:x-cisco-"
		    "remotecc:callinfo>; security=NotAuthenticated\n", "a");
	assert_true(party->has_claim);
	assert_int_equal(party->claim, CALL_NONSECURE);
}

/* Who he is he says himself: nobody hears it as our word. */
static void test_unscreened(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, true);
	struct sent *invite;

	w->other.is_screened = false;
	OP(party, offer, TEXT("offer"));
	invite = expect_sent(w, "INVITE");
	expect_line(invite, "From: \"Other One\" <sip:3000@");
	expect_line(invite, "party=calling;screen=no;privacy=off");
	expect_no_line(invite, "P-Asserted-Identity");
	OP(party, hangup, NULL);
}

static void test_anonymous(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, true);
	struct sent *invite;

	strcpy(w->other.number, "anonymous");
	strcpy(w->other.display, "Anonymous");
	OP(party, offer, TEXT("offer"));
	invite = expect_sent(w, "INVITE");
	expect_line(invite, "<sip:anonymous@anonymous.invalid>;tag=");
	expect_line(invite, "Privacy: id\r\n");
	expect_no_line(invite, "P-Asserted-Identity");
	OP(party, hangup, NULL);
}

static void test_policy(void **state)
{
	static const struct {
		const char *model, *options;
		enum store_mode mode;
		bool allowed, trusted;
	} rows[] = {
		{ "8845", "", STORE_ENCRYPTED, true, true },
		{ "8845", "", STORE_AUTHENTICATED, false, true },
		{ "Cisco 7945", "", STORE_ENCRYPTED, false, true },
		{ "Cisco 7945", "replaces,X-cisco-sis-1.0.0", STORE_ENCRYPTED,
		  false, true },
		{ "Cisco 7945", "X-cisco-callinfo,X-cisco-sis-5.1.0",
		  STORE_ENCRYPTED, true, true },
		{ "other", "X-cisco-callinfo", STORE_ENCRYPTED, false, true },
		{ "Third-party SIP Device", "", STORE_ENCRYPTED, true, false },
	};
	struct world *w = *state;
	struct call_party *party;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		w->model = rows[i].model;
		w->options = rows[i].options;
		w->phone_mode = rows[i].mode;
		party = call_out(w, false);
		assert_int_equal(party->leg.policy.srtp_allowed,
				 rows[i].allowed);
		assert_int_equal(party->is_trusted_type, rows[i].trusted);
		OP(party, hangup, NULL);
	}
}

/* It may be tried anew: in the same call, with a higher number. */
static void test_refused(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);
	struct sent *first, *second;

	OP(party, offer, TEXT("srtp"));
	first = expect_sent(w, "INVITE");
	base_answer(first, 488, "t", "Warning: 304 h \"no \\\"SRTP\\\"\"\n",
		    NULL);
	assert_string_equal(w->text, "no \"SRTP\"");
	expect_events(w, "refused 488\n");
	assert_int_equal(OP(party, offer, TEXT("rtp")), 0);
	second = expect_sent(w, "INVITE");
	expect_line(second, "\r\n\r\nrtp");
	assert_string_equal(first->msg->call_id->number,
			    second->msg->call_id->number);
	assert_true(atoi(second->msg->cseq->number) >
		    atoi(first->msg->cseq->number));
	base_answer(second, 302, "t", THERE, NULL);
	expect_events(w, "refused 302\n");
	OP(party, hangup, NULL);
	expect_nothing(w);
	expect_gone(w);
}

/*
 * Who is asked for credentials is us: the other side could not answer, and a
 * 401 without its challenge would be none.
 */
static void test_challenged(void **state)
{
	static const int statuses[] = { 401, 407 };
	struct world *w = *state;
	struct call_party *party;
	int i;

	for (i = 0; i < 4; i++) {
		party = call_out(w, i / 2);
		OP(party, offer, TEXT("offer"));
		base_answer(expect_sent(w, "INVITE"), statuses[i % 2], "t",
			    "WWW-Authenticate: Digest realm=\"r\"\n", NULL);
		expect_events(w, "refused 500\n");
		OP(party, hangup, NULL);
	}
	expect_gone(w);
}

/* A 100 is no ringing; that it is there counts. */
static void test_trying(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, true, &party);

	assert_int_equal(w->trying, 0);
	base_answer(invite, 100, "", "", NULL);
	expect_events(w, "");
	assert_int_equal(w->trying, 1);
	base_time_out(invite, -ETIMEDOUT);
	expect_events(w, "refused 408\n");
	OP(party, hangup, NULL);
	expect_gone(w);
}

static void test_unreachable(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);

	base_fail_send(w->sip, -ENOTCONN);
	assert_int_equal(OP(party, offer, TEXT("offer")), -ENOTCONN);
	base_fail_send(w->sip, 0);
	assert_int_equal(OP(party, offer, TEXT("offer")), 0);
	base_time_out(expect_sent(w, "INVITE"), -ETIMEDOUT);
	expect_events(w, "refused 408\n");
	OP(party, hangup, NULL);
	expect_gone(w);
}

static void test_too_short(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);
	struct sent *invite;

	w->session_expires = 1800;
	w->min_se = 90;
	OP(party, offer, TEXT("offer"));
	invite = expect_sent(w, "INVITE");
	expect_line(invite, "Session-Expires: 1800\r\n");
	expect_line(invite, "Min-SE: 90\r\n");
	base_answer(invite, 422, "t", "Min-SE: 3600\n", NULL);
	invite = expect_sent(w, "INVITE");
	expect_line(invite, "Session-Expires: 3600\r\n");
	expect_line(invite, "\r\n\r\noffer");
	expect_events(w, "");
	base_answer(invite, 422, "t", "Min-SE: 3600\n", NULL);
	expect_events(w, "refused 422\n");
	OP(party, hangup, NULL);
	expect_gone(w);
}

static void test_cancel(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, false, &party);

	base_answer(invite, 180, "t", THERE, NULL);
	expect_events(w, "alerting 180 -\n");
	OP(party, hangup, &(struct call_cause){
		.why = "Q.850;cause=16" });
	assert_true(base_client(invite).is_cancelled);
	assert_string_equal(base_client(invite).reason, "Q.850;cause=16");
	base_answer(invite, 180, "t", THERE, NULL);
	base_answer(invite, 487, "t", "", NULL);
	expect_events(w, "");
	expect_nothing(w);
	expect_gone(w);
}

/* RFC 3261 section 9.1: the 200 crosses our CANCEL. */
static void test_cancel_crosses(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, false, &party);

	OP(party, hangup, NULL);
	base_answer(invite, 200, "t", THERE, "answer");
	expect_line(expect_sent(w, "ACK"), "ACK sip:1001@10.0.0.9 SIP/2.0");
	base_answer(expect_sent(w, "BYE"), 200, NULL, "", NULL);
	expect_events(w, "");
	/* 64 * T1 later nothing is expected any more. */
	while (sip_parties_count(w->parties))
		event_base_loop(w->base, EVLOOP_ONCE);
	assert_true(base_client(invite).is_released);
}

static void test_forks(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, true, &party), *bye;

	base_answer(invite, 180, "a", THERE, NULL);
	base_answer(invite, 183, "b", THERE, "early-b");
	base_answer(invite, 200, "a", THERE, "answer-a");
	expect_events(w, "alerting 180 -\nalerting 183 early-b\n"
		      "answered answer-a\n");
	expect_line(expect_sent(w, "ACK"), ";tag=a\r\n");
	base_answer(invite, 200, "b", THERE, "answer-b");
	expect_line(expect_sent(w, "ACK"), ";tag=b\r\n");
	bye = expect_sent(w, "BYE");
	expect_line(bye, ";tag=b\r\n");
	expect_line(bye, "CSeq: 2 BYE\r\n");
	expect_events(w, "");
	base_answer(bye, 200, NULL, "", NULL);
	OP(party, hangup, NULL);
	bye = expect_sent(w, "BYE");
	expect_line(bye, ";tag=a\r\n");
	base_answer(bye, 200, NULL, "", NULL);
	while (sip_parties_count(w->parties))
		event_base_loop(w->base, EVLOOP_ONCE);
}

/* More forks than are kept, and the last of them answers. */
static void test_many_forks(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, true, &party);
	char tag[16];
	int i;

	for (i = 0; i < 20; i++) {
		snprintf(tag, sizeof(tag), "f%d", i);
		base_answer(invite, 180, tag, THERE, NULL);
	}
	w->events[0] = '\0';
	base_answer(invite, 200, "f19", THERE, "answer");
	expect_events(w, "answered answer\n");
	expect_line(expect_sent(w, "ACK"), ";tag=f19\r\n");
}

/* A 2xx that names no place is acked where it was asked. */
static void test_no_contact(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);

	OP(party, offer, TEXT("offer"));
	base_answer(expect_sent(w, "INVITE"), 200, "t", "", "answer");
	expect_line(expect_sent(w, "ACK"),
		    "ACK sip:1001@10.0.0.1:5060 SIP/2.0\r\n");
	expect_events(w, "answered answer\n");
}

/* Who rings can be replaced; by whom it was called, that was us. */
static void test_replace_ringing(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);
	struct sip_request *pickup;
	struct sent *invite;
	char headers[256];

	OP(party, offer, TEXT("offer"));
	invite = expect_sent(w, "INVITE");
	base_answer(invite, 180, "t", THERE, NULL);
	w->events[0] = '\0';
	snprintf(headers, sizeof(headers), "Replaces: %s;from-tag=t;to-tag=%s;"
		 "early-only\n", invite->msg->call_id->number,
		 sip_from_tag(invite->msg));
	base_peer(w->sip, SIP_PEER_PHONE, 2, w->conn, NET_ENCRYPTED);
	pickup = call_in(w, headers, "offer");
	expect_events(w, "replace SEP001 offer\n");
	OP(w->party, hangup, NULL);
	base_end(pickup, 0);
	OP(party, hangup, NULL);
	base_answer(invite, 487, "t", "", NULL);
	/* Over, but not forgotten yet; then forgotten. */
	pickup = call_in(w, headers, "offer");
	assert_int_equal(base_status(pickup), 603);
	world_turn(w);
	pickup = call_in(w, headers, "offer");
	assert_int_equal(base_status(pickup), 481);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, \
						   world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_session),
		TEST(test_reach),
		TEST(test_trunk),
		TEST(test_unscreened),
		TEST(test_anonymous),
		TEST(test_policy),
		TEST(test_refused),
		TEST(test_challenged),
		TEST(test_trying),
		TEST(test_unreachable),
		TEST(test_too_short),
		TEST(test_cancel),
		TEST(test_cancel_crosses),
		TEST(test_forks),
		TEST(test_many_forks),
		TEST(test_no_contact),
		TEST(test_replace_ringing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
