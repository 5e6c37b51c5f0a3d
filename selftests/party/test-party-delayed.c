// SPDX-License-Identifier: GPL-2.0
/*
 * INVITEs without an offer: it is in the 2xx, its answer in the ACK (RFC 3261 section
 * 13.2.1), of who calls us, then of whom we call.
 */
#include "world.h"

/* Our offer is in the 2xx, its answer in the ACK: RFC 3261 section 13.2.1. */
static void test_delayed_offer(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "", NULL);

	expect_events(w, "setup 1001>2000 -\n");
	expect_sent(w, "100 INVITE");
	assert_int_equal(OP(w->party, answer, TEXT("answer")), -EINVAL);
	assert_int_equal(OP(w->party, offer, TEXT("ours")), 0);
	expect_line(expect_sent(w, "200 INVITE"), "\r\n\r\nours");
	/* One of its own before the ACK is glare. */
	ask(w, invite, "INVITE", 101, "", "theirs");
	expect_sent(w, "491 INVITE");
	base_ack(invite, "theirs");
	expect_events(w, "answered theirs\n");
	OP(w->party, hangup, NULL);
	expect_sent(w, "BYE");
}

static void test_delayed_offer_unanswered(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "", NULL);

	OP(w->party, offer, TEXT("ours"));
	base_ack(invite, NULL);
	expect_events(w, "setup 1001>2000 -\nanswered -\n");
}

static void answer_it(struct world *w, struct call_party *party,
		      const char *event)
{
	(void)w;
	if (!strcmp(event, "offered"))
		assert_int_equal(OP(party, answer, TEXT("mine")), 0);
}

/* Asked for an offer: the answer is in our ACK. */
static void test_solicit(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);
	struct sent *invite;

	assert_int_equal(OP(party, solicit), 0);
	invite = expect_sent(w, "INVITE");
	/* Else it might offer in an 18x, to be answered by PRACK. */
	expect_no_line(invite, "100rel");
	base_answer(invite, 183, "t", THERE, "preview");
	expect_events(w, "alerting 183 -\n");
	base_answer(invite, 200, "t", THERE, "theirs");
	expect_events(w, "offered theirs\n");
	expect_nothing(w);
	base_answer(invite, 200, "t", THERE, "theirs");
	expect_nothing(w);
	assert_int_equal(OP(party, answer, TEXT("mine")), 0);
	expect_line(expect_sent(w, "ACK"), "\r\n\r\nmine");
	OP(party, hangup, NULL);
	expect_sent(w, "BYE");
}

static void test_solicit_in_event(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);

	w->on_event = answer_it;
	OP(party, solicit);
	base_answer(expect_sent(w, "INVITE"), 200, "t", THERE, "theirs");
	expect_line(expect_sent(w, "ACK"), "\r\n\r\nmine");
}

static void test_solicit_nothing(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);

	OP(party, solicit);
	base_answer(expect_sent(w, "INVITE"), 200, "t", THERE, NULL);
	expect_events(w, "gone 488\n");
	expect_sent(w, "ACK");
	base_answer(expect_sent(w, "BYE"), 200, NULL, "", NULL);
	expect_gone(w);
}

/* No to an offer in a 200: ACK, BYE, and the call is told from the loop. */
static void test_solicit_refuse(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);

	OP(party, solicit);
	base_answer(expect_sent(w, "INVITE"), 200, "t", THERE, "theirs");
	expect_events(w, "offered theirs\n");
	OP(party, refuse, &(struct call_cause){ .status = 488 });
	expect_events(w, "");
	expect_sent(w, "ACK");
	base_answer(expect_sent(w, "BYE"), 200, NULL, "", NULL);
	while (sip_parties_count(w->parties))
		event_base_loop(w->base, EVLOOP_ONCE);
	expect_events(w, "gone 488\n");
}

static void test_solicit_hangup(void **state)
{
	struct world *w = *state;
	struct call_party *party = call_out(w, false);

	OP(party, solicit);
	base_answer(expect_sent(w, "INVITE"), 200, "t", THERE, "theirs");
	OP(party, hangup, NULL);
	expect_sent(w, "ACK");
	base_answer(expect_sent(w, "BYE"), 200, NULL, "", NULL);
	expect_gone(w);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, \
						   world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_delayed_offer),
		TEST(test_delayed_offer_unanswered),
		TEST(test_solicit),
		TEST(test_solicit_in_event),
		TEST(test_solicit_nothing),
		TEST(test_solicit_refuse),
		TEST(test_solicit_hangup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
