// SPDX-License-Identifier: GPL-2.0
/* How calls of parties end: BYE before ACK, BYEs that cross, those not heard. */
#include <errno.h>

#include "world.h"

/* RFC 3261 section 15: no BYE before the ACK. */
static void test_bye_waits_for_ack(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "", "offer");
	struct sent *bye;

	OP(w->party, answer, TEXT("answer"));
	expect_sent(w, "100 INVITE");
	expect_sent(w, "200 INVITE");
	OP(w->party, hangup, &(struct call_cause){ .status = 503,
						   .text = "why" });
	expect_nothing(w);
	base_ack(invite, NULL);
	bye = expect_sent(w, "BYE");
	expect_line(bye, "BYE sip:1001@10.0.0.1 SIP/2.0\r\n");
	base_answer(bye, 200, NULL, "", NULL);
	expect_gone(w);
}

/* Texts come from other peers: none of them makes our BYE a bad message. */
static void test_reason_text(void **state)
{
	static const char *const texts[] = {
		"a \" in it", "a \\ in it", "a \r\n in it", "a \001 in it",
		"a \x7f in it",
	};
	struct world *w = *state;
	struct sent *bye;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		set_up_call(w);
		OP(w->party, hangup, &(struct call_cause){
			.status = 503, .text = texts[i] });
		bye = expect_sent(w, "BYE");
		expect_line(bye, "Reason: SIP;cause=503\r\n");
		base_answer(bye, 200, NULL, "", NULL);
		expect_gone(w);
	}
}

static void test_no_ack(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "", "offer");

	OP(w->party, answer, TEXT("answer"));
	expect_sent(w, "100 INVITE");
	expect_sent(w, "200 INVITE");
	base_end(invite, -ETIMEDOUT);
	expect_events(w, "setup 1001>2000 offer\ngone 408\n");
	base_answer(expect_sent(w, "BYE"), 481, NULL, "", NULL);
	expect_gone(w);
}

/* RFC 5407 section 3.1.2: BYE before our 200 has its ACK. */
static void test_bye_before_ack(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "", "offer");

	OP(w->party, answer, TEXT("answer"));
	expect_sent(w, "100 INVITE");
	expect_sent(w, "200 INVITE");
	ask(w, invite, "BYE", 101, "", NULL);
	expect_sent(w, "200 BYE");
	expect_events(w, "setup 1001>2000 offer\ngone 0\n");
	base_end(invite, -ETIMEDOUT);
	expect_nothing(w);
	expect_gone(w);
}

/* RFC 5407 section 3.3.1: both say BYE. */
static void test_byes_cross(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = set_up_call(w);
	struct sent *bye;

	OP(w->party, hangup, NULL);
	bye = expect_sent(w, "BYE");
	ask(w, invite, "BYE", 101, "", NULL);
	expect_sent(w, "200 BYE");
	expect_events(w, "");
	base_answer(bye, 481, NULL, "", NULL);
	expect_gone(w);
}

static void test_bye_early(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "", "offer");

	OP(w->party, alert, 180, NULL, 0);
	expect_sent(w, "100 INVITE");
	expect_sent(w, "180 INVITE");
	ask(w, invite, "BYE", 101, "", NULL);
	expect_sent(w, "200 BYE");
	expect_sent(w, "487 INVITE");
	expect_events(w, "setup 1001>2000 offer\ngone 487\n");
	base_end(invite, 0);
	expect_gone(w);
}

static void test_hangup_while_offered(void **state)
{
	struct world *w = *state;
	struct sip_request *invite, *again;
	struct call_party *party = called_us(w, "", &invite);

	again = ask(w, invite, "INVITE", 101, "", "hold");
	expect_sent(w, "100 INVITE");
	OP(party, hangup, NULL);
	expect_sent(w, "487 INVITE");
	base_answer(expect_sent(w, "BYE"), 200, NULL, "", NULL);
	base_end(again, 0);
	expect_gone(w);
}

/* Our BYE overtakes our re-INVITE: what answers it is acked all the same. */
static void test_hangup_while_offering(void **state)
{
	struct world *w = *state;
	struct sent *invite, *again;
	struct call_party *party = was_called(w, THERE, &invite);

	OP(party, offer, TEXT("hold"));
	again = expect_sent(w, "INVITE");
	OP(party, hangup, NULL);
	base_answer(expect_sent(w, "BYE"), 200, NULL, "", NULL);
	base_answer(again, 200, NULL, THERE, "held");
	expect_sent(w, "ACK");
	expect_events(w, "");
	expect_gone(w);
}

static void test_bye_while_offering(void **state)
{
	struct world *w = *state;
	struct sent *invite, *again;
	struct call_party *party = was_called(w, THERE, &invite);

	OP(party, offer, TEXT("hold"));
	again = expect_sent(w, "INVITE");
	ask_back(w, invite, "t", "BYE", 1, "", NULL);
	expect_sent(w, "200 BYE");
	expect_events(w, "gone 0\n");
	base_answer(again, 481, NULL, "", NULL);
	expect_events(w, "");
	expect_gone(w);
}

/* What it claims ends the call: nothing more is told of the answer. */
static void end_it(struct world *w, struct call_party *party,
		   const char *event)
{
	(void)w;
	if (!strcmp(event, "changed"))
		OP(party, hangup, NULL);
}

static void test_claim_ends_call(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, true, &party);

	base_answer(invite, 200, "t", THERE, "answer");
	expect_sent(w, "ACK");
	w->events[0] = '\0';
	w->on_event = end_it;
	OP(party, offer, TEXT("again"));
	base_answer(expect_sent(w, "INVITE"), 200, NULL, THERE
		    "Call-Info: <urn:x-cisco-remotecc:callinfo>;"
		    "security=NotAuthenticated\n", "answer");
	expect_sent(w, "ACK");
	expect_sent(w, "BYE");
	expect_events(w, "answered answer\nchanged\n");
	base_peer(w->sip, SIP_PEER_TRUNK, 7, w->conn, NET_ENCRYPTED);
	ask_back(w, invite, "t", "INVITE", 1, "", "theirs");
	expect_sent(w, "481 INVITE");
	expect_events(w, "");
}

/* A phone that has no connection when its call ends: after a restart of ours. */
static void test_farewell(void **state)
{
	struct world *w = *state;
	struct sip_request *invite;
	struct call_party *party = called_us(w, "", &invite);

	base_fail_send(w->sip, -ENOTCONN);
	OP(party, hangup, NULL);
	expect_nothing(w);
	base_fail_send(w->sip, 0);
	base_answer(world_wait(w), 200, NULL, "", NULL);
	expect_gone(w);
}

/* Back again it says BYE first: nothing of ours is left to say. */
static void test_farewell_crosses(void **state)
{
	struct world *w = *state;
	struct sip_request *invite;
	struct call_party *party = called_us(w, "", &invite);

	base_fail_send(w->sip, -ENOTCONN);
	OP(party, hangup, NULL);
	base_fail_send(w->sip, 0);
	ask(w, invite, "BYE", 101, "", NULL);
	expect_sent(w, "200 BYE");
	expect_gone(w);
	expect_nothing(w);
}

/* For ten minutes, of seconds that are short here. */
static void test_farewell_ends(void **state)
{
	struct world *w = *state;
	struct sip_request *invite;
	struct call_party *party = called_us(w, "", &invite);

	base_fail_send(w->sip, -ENOTCONN);
	OP(party, hangup, NULL);
	while (sip_parties_count(w->parties))
		event_base_loop(w->base, EVLOOP_ONCE);
	expect_nothing(w);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, \
						   world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_bye_waits_for_ack),
		TEST(test_reason_text),
		TEST(test_no_ack),
		TEST(test_bye_before_ack),
		TEST(test_byes_cross),
		TEST(test_bye_early),
		TEST(test_hangup_while_offered),
		TEST(test_hangup_while_offering),
		TEST(test_bye_while_offering),
		TEST(test_claim_ends_call),
		TEST(test_farewell),
		TEST(test_farewell_crosses),
		TEST(test_farewell_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
