// SPDX-License-Identifier: GPL-2.0
/* Session timers of parties: RFC 4028. */
#include <errno.h>

#include "world.h"

/* RFC 4028: it refreshes, or the session ends. */
static void test_refreshed_by_it(void **state)
{
	struct world *w = *state;
	struct sip_request *invite;
	struct sent *sent;
	int i;

	w->min_se = 90;
	invite = call_in(w, "Supported: timer\n"
			 "Session-Expires: 90;refresher=uac\n", "offer");
	expect_sent(w, "100 INVITE");
	OP(w->party, answer, TEXT("answer"));
	sent = expect_sent(w, "200 INVITE");
	expect_line(sent, "Session-Expires: 90;refresher=uac\r\n");
	expect_line(sent, "Require: timer\r\n");
	base_ack(invite, NULL);
	w->events[0] = '\0';
	for (i = 0; i < 3; i++) {
		ask(w, invite, "UPDATE", 101 + i, "Supported: timer\n"
		    "Session-Expires: 90;refresher=uac\n", NULL);
		expect_line(expect_sent(w, "200 UPDATE"),
			    "Session-Expires: 90;refresher=uac\r\n");
	}
	/* 60 of its 90 seconds later, as they are here. */
	sent = expect_later(w, "BYE");
	expect_line(sent, "Reason: SIP;cause=408;");
	expect_events(w, "gone 408\n");
	base_answer(sent, 200, NULL, "", NULL);
	expect_gone(w);
}

static void test_refreshed_by_us(void **state)
{
	struct world *w = *state;
	struct sent *invite, *sent;

	w->min_se = 90;
	w->session_expires = 90;
	was_called(w, THERE "Session-Expires: 90;refresher=uac\n"
		   "Require: timer\n", &invite);
	sent = expect_later(w, "UPDATE");
	expect_line(sent, "Session-Expires: 90;refresher=uac\r\n");
	base_answer(sent, 200, NULL, THERE
		    "Session-Expires: 90;refresher=uac\n", NULL);
	sent = expect_later(w, "UPDATE");
	base_answer(sent, 405, NULL, "", NULL);
	sent = expect_sent(w, "INVITE");
	expect_line(sent, "\r\n\r\nagain");
	base_answer(sent, 200, NULL, NO_UPDATE
		    "Session-Expires: 90;refresher=uac\n", "yes");
	expect_sent(w, "ACK");
	expect_events(w, "");
	sent = expect_later(w, "INVITE");
	base_answer(sent, 500, NULL, "", NULL);
	expect_events(w, "");
	expect_later(w, "BYE");
	expect_events(w, "gone 408\n");
}

/* Who knows no timers is refreshed by us. */
static void test_timer_unknown(void **state)
{
	struct world *w = *state;
	struct sip_request *invite;

	w->min_se = 90;
	w->session_expires = 1800;
	invite = call_in(w, "", "offer");
	expect_sent(w, "100 INVITE");
	OP(w->party, answer, TEXT("answer"));
	expect_line(expect_sent(w, "200 INVITE"),
		    "Session-Expires: 1800;refresher=uas\r\n");
	base_ack(invite, NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, \
						   world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_refreshed_by_it),
		TEST(test_refreshed_by_us),
		TEST(test_timer_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
