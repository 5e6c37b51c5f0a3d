// SPDX-License-Identifier: GPL-2.0
/* What parties are told of a call's security, and what they claim. */
#include <errno.h>

#include "world.h"

/* STATUS-1: the caller learns it by the 200, later changes by UPDATE. */
static void test_security_of_caller(void **state)
{
	struct world *w = *state;
	struct sip_request *invite = call_in(w, "", "offer");
	struct call_party *party = w->party;
	struct sent *sent;

	expect_sent(w, "100 INVITE");
	OP(party, security, CALL_ENCRYPTED);
	OP(party, answer, TEXT("answer"));
	sent = expect_sent(w, "200 INVITE");
	expect_line(sent, "Call-Info: <urn:x-cisco-remotecc:callinfo>;"
		    "security=Encrypted;orientation=to");
	base_ack(invite, NULL);
	OP(party, security, CALL_ENCRYPTED);
	expect_nothing(w);
	OP(party, security, CALL_NONSECURE);
	sent = expect_sent(w, "UPDATE");
	expect_line(sent, "security=NotAuthenticated;");
	/* One at a time; the last one counts. */
	OP(party, security, CALL_AUTHENTICATED);
	OP(party, security, CALL_ENCRYPTED);
	expect_nothing(w);
	base_answer(sent, 200, NULL, THERE, NULL);
	sent = expect_sent(w, "UPDATE");
	expect_line(sent, "security=Encrypted;");
	base_answer(sent, 200, NULL, THERE, NULL);
	expect_nothing(w);
}

/* ... the called one after its answer, never by ACK. */
static void test_security_of_called(void **state)
{
	struct world *w = *state;
	struct sent *invite, *sent;
	struct call_party *party;

	party = was_called(w, THERE, &invite);
	OP(party, security, CALL_NONSECURE);
	sent = expect_sent(w, "UPDATE");
	expect_line(sent, "security=NotAuthenticated;orientation=from");
	base_answer(sent, 200, NULL, THERE, NULL);
}

/* Who takes no UPDATE gets a re-INVITE if it reads Call-Info at all. */
static void test_security_without_update(void **state)
{
	struct world *w = *state;
	struct sent *invite, *sent;
	struct call_party *party = was_called(w, NO_UPDATE, &invite);

	OP(party, security, CALL_ENCRYPTED);
	expect_nothing(w);
	w->options = "X-cisco-callinfo,X-cisco-sis-5.1.0";
	party = was_called(w, NO_UPDATE, &invite);
	OP(party, security, CALL_ENCRYPTED);
	sent = expect_sent(w, "INVITE");
	expect_line(sent, "security=Encrypted;");
	expect_line(sent, "\r\n\r\nagain");
	base_answer(sent, 200, NULL, NO_UPDATE, "yes");
	expect_sent(w, "ACK");
	expect_events(w, "");
}

static void test_trunk_security(void **state)
{
	struct world *w = *state;
	struct call_party *party;
	struct sent *invite;

	w->transmits_status = true;
	party = call_out(w, true);
	OP(party, offer, TEXT("offer"));
	invite = expect_sent(w, "INVITE");
	expect_line(invite, "security=Unknown");
	base_answer(invite, 200, "t", THERE, "answer");
	expect_sent(w, "ACK");
	base_peer(w->sip, SIP_PEER_TRUNK, 7, w->conn, NET_ENCRYPTED);
	w->events[0] = '\0';
	ask_back(w, invite, "t", "UPDATE", 1, "Call-Info: <urn:x-cisco-"
		 "remotecc:callinfo>;security=Authenticated;isVoip\n", NULL);
	expect_sent(w, "200 UPDATE");
	expect_events(w, "changed\n");
	assert_int_equal(party->claim, CALL_AUTHENTICATED);
	ask_back(w, invite, "t", "UPDATE", 2, "Call-Info: <urn:x-cisco-"
		 "remotecc:callinfo>;security=Authenticated\n", NULL);
	expect_events(w, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, \
						   world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_security_of_caller),
		TEST(test_security_of_called),
		TEST(test_security_without_update),
		TEST(test_trunk_security),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
