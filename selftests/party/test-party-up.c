// SPDX-License-Identifier: GPL-2.0
/* Parties in a call: offers both ways, glare, INFO, the record. */
#include <errno.h>

#include "world.h"

static void test_reinvited(void **state)
{
	struct world *w = *state;
	struct sip_request *invite, *again;
	struct call_party *party = called_us(w, "", &invite);

	again = ask(w, invite, "INVITE", 101, "", "hold");
	expect_sent(w, "100 INVITE");
	expect_events(w, "offered hold\n");
	/* A third meanwhile: 500; an INVITE of ours: waits. */
	ask(w, invite, "INVITE", 102, "", "more");
	expect_line(expect_sent(w, "500 INVITE"), "Retry-After: ");
	assert_int_equal(OP(party, offer, TEXT("x")), -EBUSY);
	assert_int_equal(OP(party, answer, TEXT("held")), 0);
	expect_line(expect_sent(w, "200 INVITE"), "\r\n\r\nheld");
	/* Not before the ACK. */
	assert_int_equal(OP(party, offer, TEXT("x")), 0);
	expect_nothing(w);
	base_ack(again, NULL);
	expect_line(expect_sent(w, "INVITE"), "\r\n\r\nx");
	expect_events(w, "");
}

static void test_reinvite_refused(void **state)
{
	struct world *w = *state;
	struct sip_request *invite;
	struct call_party *party = called_us(w, "", &invite);

	ask(w, invite, "INVITE", 101, "", "bad");
	expect_sent(w, "100 INVITE");
	OP(party, refuse, &(struct call_cause){ .status = 488 });
	expect_sent(w, "488 INVITE");
	/* The session goes on. */
	ask(w, invite, "INVITE", 102, "", NULL);
	expect_sent(w, "100 INVITE");
	expect_events(w, "offered bad\noffered -\n");
	OP(party, refuse, &(struct call_cause){ .status = 491 });
	expect_sent(w, "491 INVITE");
	OP(party, hangup, NULL);
	expect_sent(w, "BYE");
}

static void test_reinvite_without_offer(void **state)
{
	struct world *w = *state;
	struct sip_request *invite, *again;
	struct call_party *party = called_us(w, "", &invite);

	again = ask(w, invite, "INVITE", 101, "", NULL);
	expect_sent(w, "100 INVITE");
	expect_events(w, "offered -\n");
	assert_int_equal(OP(party, offer, TEXT("ours")), 0);
	expect_line(expect_sent(w, "200 INVITE"), "\r\n\r\nours");
	base_ack(again, "theirs");
	expect_events(w, "answered theirs\n");
}

static void test_updated(void **state)
{
	struct world *w = *state;
	struct sip_request *invite;
	struct call_party *party = called_us(w, "", &invite);

	ask(w, invite, "UPDATE", 101, "", "hold");
	expect_events(w, "offered hold\n");
	ask(w, invite, "UPDATE", 102, "", "more");
	expect_sent(w, "500 UPDATE");
	OP(party, answer, TEXT("held"));
	expect_line(expect_sent(w, "200 UPDATE"), "\r\n\r\nheld");
	ask(w, invite, "UPDATE", 103, "Content-Type: text/plain\n", "x");
	expect_sent(w, "415 UPDATE");
	expect_events(w, "");
}

/* It takes its re-INVITE back while the call is at it. */
static void test_reinvite_cancelled(void **state)
{
	struct world *w = *state;
	struct sip_request *invite, *again;
	struct call_party *party = called_us(w, "", &invite);
	struct sent *repeat;

	again = ask(w, invite, "INVITE", 101, "", "hold");
	expect_sent(w, "100 INVITE");
	base_cancel(again, NULL);
	expect_sent(w, "487 INVITE");
	assert_int_equal(OP(party, answer, TEXT("held")), 0);
	expect_nothing(w);
	repeat = expect_later(w, "INVITE");
	expect_line(repeat, "\r\n\r\nagain");
	base_answer(repeat, 200, NULL, THERE, "yes");
	expect_sent(w, "ACK");
	expect_events(w, "offered hold\n");
	again = ask(w, invite, "INVITE", 102, "", "hold");
	expect_sent(w, "100 INVITE");
	base_cancel(again, NULL);
	OP(party, refuse, NULL);
	expect_sent(w, "487 INVITE");
	expect_nothing(w);
}

static void test_offer(void **state)
{
	struct world *w = *state;
	struct sent *invite, *again;
	struct call_party *party = was_called(w, THERE, &invite);

	assert_int_equal(OP(party, offer, TEXT("hold")), 0);
	again = expect_sent(w, "INVITE");
	expect_line(again, "INVITE sip:1001@10.0.0.9 SIP/2.0\r\n");
	expect_line(again, "\r\n\r\nhold");
	expect_line(again, "Contact: <sip:3000@");
	assert_int_equal(OP(party, offer, TEXT("x")), -EBUSY);
	base_answer(again, 200, NULL, "Contact: <sip:1001@moved>\n", "held");
	expect_line(expect_sent(w, "ACK"), "ACK sip:1001@moved SIP/2.0\r\n");
	expect_events(w, "answered held\n");
	assert_int_equal(OP(party, solicit), 0);
	again = expect_sent(w, "INVITE");
	expect_no_line(again, "application/sdp");
	base_answer(again, 200, NULL, THERE, "theirs");
	expect_events(w, "offered theirs\n");
	OP(party, answer, TEXT("mine"));
	expect_line(expect_sent(w, "ACK"), "\r\n\r\nmine");
}

static const struct {
	int status;
	const char *events;
	bool byes, is_gone;
} answers[] = {
	{ 488, "refused 488\n", false, false },
	{ 500, "refused 500\n", false, false },
	{ 603, "refused 603\n", false, false },
	{ 481, "gone 481\n", false, true },
	{ 408, "gone 408\n", true, true },
};

static void test_offer_refused(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite;
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		party = was_called(w, THERE, &invite);
		OP(party, offer, TEXT("hold"));
		base_answer(expect_sent(w, "INVITE"), answers[i].status, NULL,
			    "", NULL);
		expect_events(w, answers[i].events);
		if (!answers[i].is_gone)
			OP(party, hangup, NULL);
		if (answers[i].byes || !answers[i].is_gone)
			base_answer(expect_sent(w, "BYE"), 200, NULL, "", NULL);
		expect_nothing(w);
		expect_gone(w);
	}
}

static void test_offer_times_out(void **state)
{
	struct world *w = *state;
	struct sent *invite;
	struct call_party *party = was_called(w, THERE, &invite);

	OP(party, offer, TEXT("hold"));
	base_time_out(expect_sent(w, "INVITE"), -ETIMEDOUT);
	expect_events(w, "gone 408\n");
	base_time_out(expect_sent(w, "BYE"), -ETIMEDOUT);
	expect_gone(w);
}

/* RFC 3261 section 14.1: both at once, both refused, ours again later. */
static void test_glare(void **state)
{
	struct world *w = *state;
	struct sent *invite, *again;
	struct call_party *party = was_called(w, THERE, &invite);

	OP(party, offer, TEXT("hold"));
	again = expect_sent(w, "INVITE");
	ask_back(w, invite, "t", "INVITE", 1, "", "theirs");
	expect_sent(w, "491 INVITE");
	ask_back(w, invite, "t", "UPDATE", 2, "", "theirs");
	expect_sent(w, "491 UPDATE");
	base_answer(again, 491, NULL, "", NULL);
	expect_nothing(w);
	again = expect_later(w, "INVITE");
	expect_line(again, "\r\n\r\nhold");
	base_answer(again, 200, NULL, THERE, "held");
	expect_sent(w, "ACK");
	expect_events(w, "answered held\n");
}

/* Theirs comes first after all: ours makes room, its sender asks again. */
static void test_glare_lost(void **state)
{
	struct world *w = *state;
	struct sent *invite;
	struct call_party *party = was_called(w, THERE, &invite);

	OP(party, offer, TEXT("hold"));
	base_answer(expect_sent(w, "INVITE"), 491, NULL, "", NULL);
	ask_back(w, invite, "t", "INVITE", 1, "", "theirs");
	expect_sent(w, "100 INVITE");
	expect_events(w, "refused 491\noffered theirs\n");
	OP(party, answer, TEXT("ours"));
	expect_sent(w, "200 INVITE");
}

/* Refused by 491, the call insists at once: theirs has to wait. */
static void insist(struct world *w, struct call_party *party,
		   const char *event)
{
	(void)w;
	if (!strcmp(event, "refused"))
		assert_int_equal(OP(party, offer, TEXT("again")), 0);
}

static void test_glare_insisting(void **state)
{
	struct world *w = *state;
	struct sent *invite;
	struct call_party *party = was_called(w, THERE, &invite);

	w->on_event = insist;
	OP(party, offer, TEXT("hold"));
	base_answer(expect_sent(w, "INVITE"), 491, NULL, "", NULL);
	ask_back(w, invite, "t", "INVITE", 1, "", "theirs");
	expect_line(expect_sent(w, "INVITE"), "\r\n\r\nagain");
	expect_sent(w, "491 INVITE");
	expect_events(w, "refused 491\n");
}

/* Its connection is lost; it registers again and asks by the new one. */
static void test_moves(void **state)
{
	struct world *w = *state;
	struct net_conn *other = base_conn(NET_ENCRYPTED);
	struct sip_request *invite;
	struct call_party *party = called_us(w, "", &invite);
	struct sent *bye;

	base_conn_close(w->conn);
	base_peer(w->sip, SIP_PEER_PHONE, 1, other, NET_ENCRYPTED);
	ask(w, invite, "UPDATE", 101, "", NULL);
	expect_sent(w, "200 UPDATE");
	OP(party, hangup, NULL);
	bye = expect_sent(w, "BYE");
	assert_ptr_equal(sip_client_conn(bye->client), other);
	net_conn_put(other);
}

static void test_info(void **state)
{
	struct world *w = *state;
	struct sip_request *invite, *info;
	struct call_party *party = called_us(w, "", &invite);
	struct sent *sent;
	int i;

	info = ask(w, invite, "INFO", 101, "Content-Type: text/x\n", "hello");
	expect_events(w, "info text/x hello\n");
	expect_nothing(w);
	OP(party, info_done, 99, 200);
	expect_nothing(w);
	OP(party, info_done, 1, 200);
	expect_sent(w, "200 INFO");
	OP(party, info_done, 1, 200);
	expect_nothing(w);
	w->info_status = 488;
	ask(w, invite, "INFO", 102, "Content-Type: text/x\n", "hello");
	expect_sent(w, "488 INFO");
	/* So many at a time, no more. */
	w->info_status = 0;
	for (i = 0; i < 4; i++)
		ask(w, invite, "INFO", 103 + i, "Content-Type: text/x\n", "y");
	expect_nothing(w);
	ask(w, invite, "INFO", 107, "Content-Type: text/x\n", "y");
	expect_sent(w, "503 INFO");
	w->events[0] = '\0';
	OP(party, info, &(struct call_info){ .type = "text/y", .body = "there",
					     .len = 5, .token = 77 });
	sent = expect_sent(w, "INFO");
	expect_line(sent, "Content-Type: text/y\r\n");
	expect_line(sent, "\r\n\r\nthere");
	base_answer(sent, 200, NULL, "", NULL);
	expect_events(w, "info-done 77 200\n");
	OP(party, hangup, NULL);
	for (i = 0; i < 4; i++)
		expect_sent(w, "481 INFO");
	base_answer(expect_sent(w, "BYE"), 200, NULL, "", NULL);
	expect_gone(w);
	assert_int_equal(base_status(info), 200);
}

static void test_info_lost_dialog(void **state)
{
	struct world *w = *state;
	struct sip_request *invite;
	struct call_party *party = called_us(w, "", &invite);

	OP(party, info, &(struct call_info){ .type = "text/y", .body = "x",
					     .len = 1, .token = 5 });
	base_answer(expect_sent(w, "INFO"), 481, NULL, "", NULL);
	expect_events(w, "info-done 5 481\ngone 481\n");
	expect_nothing(w);
	expect_gone(w);
}

/* Written down, forgotten, read back: it still ends properly. */
static void test_save(void **state)
{
	struct world *w = *state;
	const struct call_protocol *protocol = sip_parties_protocol(w->parties);
	struct sip_request *invite;
	struct call_party *party;
	json_t *json;
	char *text;

	/* As call/ does it: before the 200 leaves. */
	invite = call_in(w, "", "offer");
	party = w->party;
	OP(party, security, CALL_ENCRYPTED);
	json = OP(party, save);
	text = json_dumps(json, 0);
	json_decref(json);
	OP(party, answer, TEXT("answer"));
	base_ack(invite, NULL);
	OP(party, hangup, NULL);
	base_clear(w->sip);
	json = json_loads(text, 0, NULL);
	free(text);
	sip_parties_free(w->parties);
	w->parties = sip_parties_new(&(struct sip_parties_config){
		.base = w->base, .sip = w->sip, .domain = "h" });
	(void)protocol;
	protocol = sip_parties_protocol(w->parties);
	party = protocol->restore(protocol->arg, json);
	assert_non_null(party);
	assert_string_equal(party->number, "1001");
	assert_string_equal(party->name, "SEP001");
	assert_int_equal(party->signalling, STORE_ENCRYPTED);
	assert_true(party->is_connected);
	json_object_set_new(json, "device", json_integer(7));
	json_object_set_new(json, "signalling", json_integer(9));
	assert_null(protocol->restore(protocol->arg, json));
	json_decref(json);
	OP(party, hangup, NULL);
	expect_line(expect_sent(w, "BYE"), "BYE sip:1001@10.0.0.1 SIP/2.0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, \
						   world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_reinvited),
		TEST(test_reinvite_refused),
		TEST(test_reinvite_without_offer),
		TEST(test_updated),
		TEST(test_reinvite_cancelled),
		TEST(test_offer),
		TEST(test_offer_refused),
		TEST(test_offer_times_out),
		TEST(test_glare),
		TEST(test_glare_lost),
		TEST(test_glare_insisting),
		TEST(test_moves),
		TEST(test_info),
		TEST(test_info_lost_dialog),
		TEST(test_save),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
