// SPDX-License-Identifier: GPL-2.0
/*
 * What is agreed while it rings, by reliable answers (RFC 3262) and by offers that
 * follow them (RFC 3311): of who calls us, then of whom we call.
 */
#include <errno.h>

#include "world.h"

#define REL "Supported: 100rel\n"

static const char *rack(const struct sent *sent)
{
	static char header[64];

	snprintf(header, sizeof(header), "RAck: %s 100 INVITE\n",
		 value_of(sent, "RSeq"));
	return header;
}

/* RFC 3262 section 5: the 2xx waits for the PRACK of an answer. */
static void test_reliable(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, REL, "offer");
	struct sent *sent;

	expect_sent(w, "100 INVITE");
	OP(w->party, alert, 183, TEXT("early"));
	sent = expect_sent(w, "183 INVITE");
	expect_line(sent, "Require: 100rel\r\n");
	expect_line(sent, "\r\n\r\nearly");
	assert_int_equal(OP(w->party, answer, TEXT("early")), 0);
	expect_nothing(w);
	assert_false(w->party->is_connected);
	ask(w, invite, "PRACK", 101, "RAck: 1 1 INVITE\n", NULL);
	expect_sent(w, "481 PRACK");
	ask(w, invite, "PRACK", 102, rack(sent), NULL);
	expect_sent(w, "200 PRACK");
	/* Said once, it is not said again. */
	expect_no_line(expect_sent(w, "200 INVITE"), "early");
	assert_true(w->party->is_connected);
	ask(w, invite, "PRACK", 103, rack(sent), NULL);
	expect_sent(w, "481 PRACK");
	base_ack(invite, NULL);
	expect_events(w, "setup 1001>2000 offer\n");
}

/* Its timer runs when everything is torn down. */
static void test_reliable_at_the_end(void **state)
{
	struct world *w = *state;

	call_in(w, REL, "offer");
	expect_sent(w, "100 INVITE");
	OP(w->party, alert, 183, TEXT("early"));
	expect_sent(w, "183 INVITE");
}

static void test_reliable_repeats(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, REL, "offer");
	struct sent *first, *again;
	int count = 1;

	expect_sent(w, "100 INVITE");
	OP(w->party, alert, 183, TEXT("early"));
	first = expect_sent(w, "183 INVITE");
	while ((again = world_wait(w)) && again->msg->status_code == 183) {
		assert_string_equal(value_of(again, "RSeq"),
				    value_of(first, "RSeq"));
		count++;
	}
	/* T1, 2 * T1, ... 32 * T1 after the first; then 64 * T1 are over. */
	assert_int_equal(count, 7);
	assert_non_null(again);
	assert_int_equal(again->msg->status_code, 504);
	expect_events(w, "setup 1001>2000 offer\ngone 504\n");
	base_end(invite, 0);
	expect_gone(w);
}

/* RFC 3311: once its offer was answered reliably it may make another. */
static void test_caller_offers(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, REL, "offer");
	struct call_party *party = w->party;
	struct sent *update, *first;

	expect_sent(w, "100 INVITE");
	OP(party, alert, 183, TEXT("early"));
	first = expect_sent(w, "183 INVITE");
	assert_int_equal(OP(party, offer, TEXT("more")), -EBUSY);
	ask(w, invite, "UPDATE", 101, "", "theirs");
	expect_sent(w, "500 UPDATE");
	w->events[0] = '\0';
	/* In its PRACK already. */
	ask(w, invite, "PRACK", 102, rack(first), "theirs");
	expect_events(w, "offered theirs\n");
	expect_nothing(w);
	assert_int_equal(OP(party, answer, TEXT("ours")), 0);
	expect_line(expect_sent(w, "200 PRACK"), "\r\n\r\nours");
	ask(w, invite, "UPDATE", 103, "", "theirs");
	ask(w, invite, "UPDATE", 104, "", "more");
	expect_sent(w, "500 UPDATE");
	OP(party, refuse, &(struct call_cause){ .status = 488 });
	expect_sent(w, "488 UPDATE");
	expect_events(w, "offered theirs\n");
	assert_int_equal(OP(party, offer, TEXT("more")), 0);
	update = expect_sent(w, "UPDATE");
	base_answer(update, 200, "peer", "", "well");
	expect_events(w, "answered well\n");
	/* What was said while it rang is the answer to its INVITE. */
	assert_int_equal(OP(party, answer, TEXT("early")), 0);
	expect_no_line(expect_sent(w, "200 INVITE"), "early");
	base_ack(invite, NULL);
	OP(party, hangup, NULL);
	expect_sent(w, "BYE");
}

static void test_caller_offer_ends(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, REL, "offer");
	struct sent *first;

	expect_sent(w, "100 INVITE");
	OP(w->party, alert, 183, TEXT("early"));
	first = expect_sent(w, "183 INVITE");
	ask(w, invite, "PRACK", 101, rack(first), NULL);
	expect_sent(w, "200 PRACK");
	ask(w, invite, "UPDATE", 102, "", "theirs");
	OP(w->party, hangup, &(struct call_cause){ .status = 486 });
	expect_sent(w, "486 INVITE");
	expect_sent(w, "487 UPDATE");
	base_end(invite, 0);
	expect_gone(w);
}

/* The place that said so failed, and the next one has the call. */
static void test_reliable_other(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, REL, "offer");
	struct sent *sent;

	expect_sent(w, "100 INVITE");
	OP(w->party, alert, 183, TEXT("early"));
	sent = expect_sent(w, "183 INVITE");
	ask(w, invite, "PRACK", 101, rack(sent), NULL);
	expect_sent(w, "200 PRACK");
	assert_int_equal(OP(w->party, answer, TEXT("another")), 0);
	expect_no_line(expect_sent(w, "200 INVITE"), "another");
	expect_nothing(w);
	base_ack(invite, NULL);
	sent = expect_sent(w, "INVITE");
	expect_line(sent, "Content-Length: 0\r\n");
	assert_int_equal(OP(w->party, offer, TEXT("more")), -EBUSY);
	base_answer(sent, 200, NULL, THERE, "theirs");
	expect_events(w, "setup 1001>2000 offer\noffered theirs\n");
	assert_int_equal(OP(w->party, answer, TEXT("ours")), 0);
	expect_line(expect_sent(w, "ACK"), "\r\n\r\nours");
	OP(w->party, hangup, NULL);
	expect_sent(w, "BYE");
}

/* One at a time, and the last of those that wait. */
static void test_reliable_queue(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "Require: 100rel\n", "offer");
	struct sent *first, *second;

	expect_sent(w, "100 INVITE");
	OP(w->party, alert, 180, NULL, 0);
	first = expect_sent(w, "180 INVITE");
	expect_line(first, "RSeq: ");
	OP(w->party, alert, 182, NULL, 0);
	OP(w->party, alert, 183, TEXT("early"));
	expect_nothing(w);
	ask(w, invite, "PRACK", 101, rack(first), NULL);
	expect_sent(w, "200 PRACK");
	second = expect_sent(w, "183 INVITE");
	assert_int_equal(atoi(value_of(second, "RSeq")),
			 atoi(value_of(first, "RSeq")) + 1);
	base_cancel(invite, NULL);
	expect_sent(w, "487 INVITE");
	ask(w, invite, "PRACK", 102, rack(second), NULL);
	expect_sent(w, "481 PRACK");
	expect_gone(w);
}

static void test_second_invite_early(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "", "offer");

	expect_sent(w, "100 INVITE");
	ask(w, invite, "INVITE", 101, "", "more");
	expect_line(expect_sent(w, "500 INVITE"), "Retry-After: ");
	ask(w, invite, "UPDATE", 102, "", "more");
	expect_line(expect_sent(w, "500 UPDATE"), "Retry-After: ");
	ask(w, invite, "UPDATE", 103, "", NULL);
	expect_sent(w, "200 UPDATE");
	expect_events(w, "setup 1001>2000 offer\n");
}

/* The answer came reliably; the 200 has none: RFC 3262 section 5. */
static void test_early_answer(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, false, &party), *prack;

	base_answer(invite, 183, "t", THERE
		    "Require: 100rel\nRSeq: 7\n", "early");
	expect_events(w, "alerting 183 early\n");
	prack = expect_sent(w, "PRACK");
	expect_line(prack, "RAck: 7 1 INVITE\r\n");
	expect_line(prack, "CSeq: 2 PRACK\r\n");
	expect_line(prack, ";tag=t\r\n");
	base_answer(prack, 200, NULL, "", NULL);
	/* Repeated, and one that is out of order. */
	base_answer(invite, 183, "t", THERE
		    "Require: 100rel\nRSeq: 7\n", "early");
	base_answer(invite, 180, "t", THERE
		    "Require: 100rel\nRSeq: 9\n", NULL);
	expect_nothing(w);
	expect_events(w, "");
	base_answer(invite, 180, "t", THERE
		    "Require: 100rel\nRSeq: 8\n", NULL);
	expect_line(expect_sent(w, "PRACK"), "CSeq: 3 PRACK\r\n");
	expect_events(w, "alerting 180 -\n");
	base_answer(invite, 200, "t", THERE, NULL);
	expect_events(w, "answered early\n");
	expect_line(expect_sent(w, "ACK"), "CSeq: 1 ACK\r\n");
	OP(party, hangup, NULL);
	expect_line(expect_sent(w, "BYE"), "CSeq: 4 BYE\r\n");
}

/* The early answer of one fork is none for the 200 of another. */
static void test_early_of_other_fork(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, true, &party);

	base_answer(invite, 183, "a", THERE, "early-a");
	base_answer(invite, 200, "b", THERE, NULL);
	expect_events(w, "alerting 183 early-a\nanswered -\n");
}

static void test_early_requests(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, false, &party);

	base_answer(invite, 180, "t", THERE, NULL);
	w->events[0] = '\0';
	ask_back(w, invite, "t", "UPDATE", 1, "", NULL);
	expect_sent(w, "200 UPDATE");
	ask_back(w, invite, "t", "UPDATE", 2, "", "theirs");
	expect_sent(w, "491 UPDATE");
	ask_back(w, invite, "t", "INVITE", 3, "", "theirs");
	expect_sent(w, "491 INVITE");
	ask_back(w, invite, "t", "BYE", 4, "", NULL);
	expect_sent(w, "481 BYE");
	ask_back(w, invite, "other", "UPDATE", 1, "", NULL);
	expect_sent(w, "481 UPDATE");
	expect_events(w, "");
}

/* RFC 3311: after an answer that came reliably another offer may follow. */
static void test_called_offers(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, false, &party), *update;

	assert_int_equal(OP(party, offer, TEXT("more")), -EBUSY);
	base_answer(invite, 183, "t", THERE "Require: 100rel\nRSeq: 1\n",
		    "early");
	expect_sent(w, "PRACK");
	expect_events(w, "alerting 183 early\n");
	/* None may follow that answer, in this dialog. */
	base_answer(invite, 183, "t", THERE "Require: 100rel\nRSeq: 2\n",
		    "another");
	expect_sent(w, "PRACK");
	expect_events(w, "alerting 183 -\n");
	assert_int_equal(OP(party, offer, TEXT("more")), 0);
	update = expect_sent(w, "UPDATE");
	expect_line(update, "\r\n\r\nmore");
	ask_back(w, invite, "t", "UPDATE", 1, "", "theirs");
	expect_sent(w, "491 UPDATE");
	assert_int_equal(OP(party, offer, TEXT("again")), -EBUSY);
	base_answer(update, 200, "t", "", "well");
	expect_events(w, "answered well\n");
	ask_back(w, invite, "t", "UPDATE", 2, "", "theirs");
	expect_events(w, "offered theirs\n");
	ask_back(w, invite, "t", "UPDATE", 3, "", "more");
	expect_sent(w, "500 UPDATE");
	assert_int_equal(OP(party, answer, TEXT("ours")), 0);
	expect_line(expect_sent(w, "200 UPDATE"), "\r\n\r\nours");
	assert_int_equal(OP(party, offer, TEXT("more")), 0);
	base_answer(expect_sent(w, "UPDATE"), 488, "t", "", NULL);
	expect_events(w, "early-refused 488\n");
	/* What was agreed on since then is not with this one. */
	base_answer(invite, 200, "other", THERE, "answer");
	expect_sent(w, "ACK");
	expect_sent(w, "BYE");
	expect_events(w, "gone 500\n");
}

/* What another fork says while it rings does not lose whom we agreed with. */
static void test_early_offer_forks(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, true, &party);

	base_answer(invite, 183, "t", THERE "Require: 100rel\nRSeq: 1\n",
		    "early");
	expect_sent(w, "PRACK");
	OP(party, offer, TEXT("more"));
	base_answer(expect_sent(w, "UPDATE"), 200, "t", "", "well");
	base_answer(invite, 183, "other", THERE, "another");
	expect_events(w, "alerting 183 early\nanswered well\n"
		      "alerting 183 -\n");
	base_answer(invite, 200, "t", THERE, NULL);
	expect_line(expect_sent(w, "ACK"), ";tag=t\r\n");
	expect_events(w, "answered early\n");
	OP(party, hangup, NULL);
	expect_sent(w, "BYE");
}

static void test_early_offer_late(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite = call_out_offer(w, false, &party), *update;

	base_answer(invite, 183, "t", THERE "Require: 100rel\nRSeq: 1\n",
		    "early");
	expect_sent(w, "PRACK");
	OP(party, offer, TEXT("more"));
	update = expect_sent(w, "UPDATE");
	base_answer(invite, 200, "t", THERE, NULL);
	expect_sent(w, "ACK");
	expect_events(w, "alerting 183 early\nanswered early\n");
	base_time_out(update, -ETIMEDOUT);
	expect_events(w, "early-refused 408\n");
	OP(party, hangup, NULL);
	expect_sent(w, "BYE");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, \
						   world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_reliable),
		TEST(test_reliable_at_the_end),
		TEST(test_reliable_repeats),
		TEST(test_caller_offers),
		TEST(test_caller_offer_ends),
		TEST(test_reliable_other),
		TEST(test_reliable_queue),
		TEST(test_second_invite_early),
		TEST(test_early_answer),
		TEST(test_early_of_other_fork),
		TEST(test_early_requests),
		TEST(test_called_offers),
		TEST(test_early_offer_forks),
		TEST(test_early_offer_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
