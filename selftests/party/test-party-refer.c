// SPDX-License-Identifier: GPL-2.0
/* Transfers: RFC 3515, RFC 4488, RFC 5589. */
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
