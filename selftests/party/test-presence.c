// SPDX-License-Identifier: GPL-2.0
/* Who may watch whom, what he is told, and messages that wait. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "log.h"
#include "refusal.h"
#include "sip/presence.h"

struct world {
	struct event_base *base;
	struct sip *sip;
	struct sip_presence *presence;
	struct net_conn *conn;
	enum call_line_state state;	/* of each line */
	int may_watch;
	bool indicator, is_deleted;
	uint32_t expires_max;
	char log[256];
};

static struct world *world;

void log_security(const char *event, ...)
{
	snprintf(world->log, sizeof(world->log), "%s", event);
}

int store_phone_get(struct store *store, int64_t id, struct store_phone *phone)
{
	(void)store;
	memset(phone, 0, sizeof(*phone));
	phone->css = 1;
	phone->presence_group = id;
	return 0;
}

int store_trunk_get(struct store *store, int64_t id, struct store_trunk *trunk)
{
	(void)store;
	memset(trunk, 0, sizeof(*trunk));
	trunk->presence_group = id;
	return 0;
}

int store_line_find(struct store *store, int64_t css, const char *number,
		    struct store_line *line)
{
	(void)store, (void)css;
	memset(line, 0, sizeof(*line));
	line->id = atoi(number);
	snprintf(line->number, sizeof(line->number), "%s", number);
	line->presence_group = 50;
	line->voicemail_indicator = world->indicator;
	return line->id >= 1000 ? 0 : -ENOENT;
}

int store_line_get(struct store *store, int64_t id, struct store_line *line)
{
	(void)store;
	memset(line, 0, sizeof(*line));
	line->id = id;
	line->presence_group = 50;
	return world->is_deleted ? -ENOENT : 0;
}

int store_may_watch(struct store *store, int64_t watcher, int64_t target)
{
	(void)store;
	assert_int_equal(target, 50);
	return watcher == 2 ? 0 : world->may_watch;
}

uint32_t store_param(const struct store *store, enum store_param param)
{
	(void)store;
	assert_int_equal(param, STORE_PARAM_SUBSCRIBE_EXPIRES_MAX);
	return world->expires_max;
}

static enum call_line_state line_state(void *arg, int64_t line)
{
	(void)line;
	return ((struct world *)arg)->state;
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct sip_presence_config config = {
		.domain = "ucsec.example", .second_ms = 2, .max = 8,
		.max_of_peer = 4, .line_state = line_state, .arg = w,
	};

	world = w;
	w->may_watch = 1;
	w->expires_max = 3600;
	w->indicator = true;
	w->base = event_base_new();
	w->sip = base_new();
	config.base = w->base;
	config.sip = w->sip;
	w->presence = sip_presence_new(&config);
	w->conn = base_conn(NET_ENCRYPTED);
	base_bind(w->sip, 1, 1001, "sip:1001@10.0.0.1", w->conn);
	base_bind(w->sip, 3, 1001, "sip:1001@10.0.0.3", w->conn);
	base_peer(w->sip, SIP_PEER_PHONE, 1, w->conn, NET_ENCRYPTED);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	sip_presence_free(w->presence);
	base_free(w->sip);
	net_conn_put(w->conn);
	event_base_free(w->base);
	free(w);
	return 0;
}

static struct sip_request *subscribe(struct world *w, const char *number,
				     const char *to_tag, int cseq,
				     const char *headers)
{
	return base_receive(w->sip, "SUBSCRIBE sip:%s@h SIP/2.0\n"
		"Via: SIP/2.0/TLS h;branch=z9hG4bK1\n"
		"From: <sip:1001@p>;tag=peer\nTo: <sip:%s@h>%s%s\n"
		"Call-ID: s@p\nCSeq: %d SUBSCRIBE\n"
		"Contact: <sip:1001@10.0.0.1>\n%s\n", number, number,
		*to_tag ? ";tag=" : "", to_tag, cseq, headers);
}

static struct sent *expect(struct world *w, const char *what)
{
	struct sent *sent = base_next(w->sip);
	char is[64];

	assert_non_null(sent);
	if (MSG_IS_RESPONSE(sent->msg))
		snprintf(is, sizeof(is), "%d", sent->msg->status_code);
	else
		snprintf(is, sizeof(is), "%s", sent->msg->sip_method);
	if (strcmp(is, what))
		print_error("%s\n", sent->text);
	assert_string_equal(is, what);
	return sent;
}

static void has(const struct sent *sent, const char *part)
{
	if (!strstr(sent->text, part))
		print_error("no %s in\n%s\n", part, sent->text);
	assert_non_null(strstr(sent->text, part));
}

static struct sent *wait_for(struct world *w)
{
	struct sent *sent;
	int turns = 2000;

	while (!(sent = base_next(w->sip)) && turns--)
		event_base_loop(w->base, EVLOOP_ONCE);
	assert_non_null(sent);
	return sent;
}

#define PRESENCE "Event: presence\n"

static void test_presence(void **state)
{
	struct world *w = *state;
	struct sip_request *req = subscribe(w, "1001", "", 1, PRESENCE
		"Accept: text/plain, application/pidf+xml\nExpires: 7200\n");
	struct sent *sent;

	has(expect(w, "200"), "Expires: 3600\r\n");
	sent = expect(w, "NOTIFY");
	has(sent, "NOTIFY sip:1001@10.0.0.1 SIP/2.0\r\n");
	has(sent, "Event: presence\r\n");
	has(sent, "Subscription-State: active;expires=3");
	has(sent, "Content-Type: application/pidf+xml\r\n");
	has(sent, "entity=\"sip:1001@ucsec.example\"");
	has(sent, "<basic>open</basic>");
	base_answer(sent, 200, NULL, "", NULL);
	sip_presence_changed(w->presence, 1001);
	assert_null(base_next(w->sip));
	w->state = CALL_LINE_BUSY;
	sip_presence_changed(w->presence, 1001);
	sent = expect(w, "NOTIFY");
	has(sent, "<rpid:on-the-phone/>");
	has(sent, "CSeq: 2 NOTIFY\r\n");
	/* What changes meanwhile is told behind it, once. */
	w->state = CALL_LINE_RINGS;
	sip_presence_changed(w->presence, 1001);
	w->state = CALL_LINE_IDLE;
	sip_presence_changed(w->presence, 1001);
	assert_null(base_next(w->sip));
	base_answer(sent, 200, NULL, "", NULL);
	sent = expect(w, "NOTIFY");
	assert_null(strstr(sent->text, "<rpid:on-the-phone/>"));
	base_answer(sent, 200, NULL, "", NULL);
	subscribe(w, "1001", req->to_tag, 2, PRESENCE "Expires: 0\n");
	has(expect(w, "200"), "Expires: 0\r\n");
	sent = expect(w, "NOTIFY");
	has(sent, "Subscription-State: terminated;reason=timeout\r\n");
	base_answer(sent, 200, NULL, "", NULL);
	assert_int_equal(sip_presence_count(w->presence), 0);
	subscribe(w, "1001", req->to_tag, 3, PRESENCE);
	expect(w, "481");
}

static void test_dialog(void **state)
{
	struct world *w = *state;
	struct sent *sent;

	w->state = CALL_LINE_RINGS;
	subscribe(w, "1009", "", 1, "o: dialog;id=77\n");
	expect(w, "200");
	sent = expect(w, "NOTIFY");
	has(sent, "Event: dialog;id=77\r\n");
	has(sent, "version=\"0\" state=\"full\"");
	has(sent, "<state>early</state>");
	base_answer(sent, 200, NULL, "", NULL);
	/* Nobody tells: it is found out. */
	w->state = CALL_LINE_BUSY;
	sent = wait_for(w);
	has(sent, "version=\"1\" state=\"full\"");
	has(sent, "<state>confirmed</state>");
}

static void test_closed(void **state)
{
	struct world *w = *state;

	subscribe(w, "1009", "", 1, PRESENCE);
	expect(w, "200");
	has(expect(w, "NOTIFY"), "<basic>closed</basic>");
}

static void test_refused(void **state)
{
	static const struct {
		const char *number, *headers;
		const char *status, *line;
	} rows[] = {
		{ "1001", "", "489", "Allow-Events: presence, dialog" },
		{ "1001", "Event: conference\n", "489", "" },
		{ "1001", "Event: presence.winfo\n", "489", "" },
		{ "1001", PRESENCE "Accept: text/plain\n", "406", "" },
		{ "1001", PRESENCE "Expires: 5\n", "423",
		  "Min-Expires: 60\r\n" },
		{ "1001", PRESENCE "Expires: soon\n", "400", "" },
		{ "999", PRESENCE, "404", "" },
		{ "1009", "Event: message-summary\n", "403", "" },
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		subscribe(w, rows[i].number, "", 1, rows[i].headers);
		has(expect(w, rows[i].status), rows[i].line);
		assert_null(base_next(w->sip));
	}
	base_peer(w->sip, SIP_PEER_PHONE, 2, w->conn, NET_ENCRYPTED);
	subscribe(w, "1001", "", 1, PRESENCE);
	expect(w, "403");
	assert_string_equal(w->log, "subscription-refused");
	base_peer(w->sip, SIP_PEER_UNKNOWN, 0, w->conn, NET_ENCRYPTED);
	subscribe(w, "1001", "", 1, PRESENCE);
	expect(w, "403");
	assert_int_equal(sip_presence_count(w->presence), 0);
}

static void test_expires(void **state)
{
	struct world *w = *state;
	struct sent *sent;

	subscribe(w, "1001", "", 1, PRESENCE "Expires: 60\n");
	expect(w, "200");
	base_answer(expect(w, "NOTIFY"), 200, NULL, "", NULL);
	sent = wait_for(w);
	has(sent, "Subscription-State: terminated;reason=timeout\r\n");
	base_time_out(sent, -ETIMEDOUT);
	assert_int_equal(sip_presence_count(w->presence), 0);
}

/* Whoever does not take a NOTIFY is not told again. */
static void test_gone(void **state)
{
	struct world *w = *state;

	subscribe(w, "1001", "", 1, PRESENCE);
	expect(w, "200");
	base_answer(expect(w, "NOTIFY"), 481, NULL, "", NULL);
	assert_int_equal(sip_presence_count(w->presence), 0);
	base_fail_send(w->sip, -ENOTCONN);
	subscribe(w, "1001", "", 1, PRESENCE);
	expect(w, "200");
	assert_int_equal(sip_presence_count(w->presence), 0);
}

/* His last subscription fails while his next one is looked at. */
static void test_gone_and_back(void **state)
{
	struct world *w = *state;

	subscribe(w, "1001", "", 1, PRESENCE);
	expect(w, "200");
	base_answer(expect(w, "NOTIFY"), 200, NULL, "", NULL);
	w->state = CALL_LINE_BUSY;
	base_fail_send(w->sip, -ENOTCONN);
	subscribe(w, "1001", "", 1, PRESENCE);
	expect(w, "200");
	assert_int_equal(sip_presence_count(w->presence), 0);
}

/* Not somebody else's; not out of order; not of another package. */
static void test_refresh(void **state)
{
	struct world *w = *state;
	struct sip_request *req = subscribe(w, "1001", "", 5, PRESENCE);

	expect(w, "200");
	base_answer(expect(w, "NOTIFY"), 200, NULL, "", NULL);
	base_peer(w->sip, SIP_PEER_PHONE, 3, w->conn, NET_ENCRYPTED);
	subscribe(w, "1001", req->to_tag, 6, PRESENCE "Expires: 0\n");
	expect(w, "481");
	base_peer(w->sip, SIP_PEER_PHONE, 1, w->conn, NET_ENCRYPTED);
	subscribe(w, "1001", req->to_tag, 4, PRESENCE);
	expect(w, "500");
	subscribe(w, "1001", req->to_tag, 6, "Event: dialog\n");
	expect(w, "489");
	subscribe(w, "1001", req->to_tag, 7, PRESENCE "Expires: 600\n");
	has(expect(w, "200"), "Expires: 600\r\n");
	expect(w, "NOTIFY");
	assert_int_equal(sip_presence_count(w->presence), 1);
}

static void test_bounded(void **state)
{
	struct world *w = *state;
	int phone, i;

	for (phone = 3; phone < 6; phone++) {
		base_peer(w->sip, SIP_PEER_PHONE, phone, w->conn,
			  NET_ENCRYPTED);
		for (i = 0; i < 5; i++)
			subscribe(w, "1001", "", 1, PRESENCE);
	}
	/* Four of each, eight of all. */
	assert_int_equal(sip_presence_count(w->presence), 8);
}

static struct sip_request *notify(struct world *w, const char *number,
				  const char *headers, const char *body)
{
	return base_receive(w->sip, "NOTIFY sip:%s@h SIP/2.0\n"
		"Via: SIP/2.0/TLS h;branch=z9hG4bK1\n"
		"From: <sip:vm@p>;tag=peer\nTo: <sip:%s@h>\n"
		"Call-ID: n@p\nCSeq: 1 NOTIFY\n%sContent-Length: %zu\n\n%s",
		number, number, headers, strlen(body), body);
}

#define SUMMARY "Event: message-summary\n" \
	"Content-Type: application/simple-message-summary\n"

/* An administrator takes the right away, then the line. */
static void test_recheck(void **state)
{
	struct world *w = *state;
	struct sent *sent;

	subscribe(w, "1001", "", 1, PRESENCE);
	expect(w, "200");
	base_answer(expect(w, "NOTIFY"), 200, NULL, "", NULL);
	sip_presence_recheck(w->presence);
	assert_null(base_next(w->sip));
	w->may_watch = 0;
	sip_presence_recheck(w->presence);
	sent = expect(w, "NOTIFY");
	has(sent, "Subscription-State: terminated;reason=rejected\r\n");
	assert_null(strstr(sent->text, "<basic>"));
	sip_presence_recheck(w->presence);
	base_answer(sent, 200, NULL, "", NULL);
	assert_null(base_next(w->sip));
	assert_int_equal(sip_presence_count(w->presence), 0);
	w->may_watch = 1;
	subscribe(w, "1001", "", 1, PRESENCE);
	expect(w, "200");
	base_answer(expect(w, "NOTIFY"), 200, NULL, "", NULL);
	w->is_deleted = true;
	sip_presence_recheck(w->presence);
	has(expect(w, "NOTIFY"), "terminated;reason=noresource\r\n");
	base_peer(w->sip, SIP_PEER_TRUNK, 9, w->conn, NET_ENCRYPTED);
	w->indicator = false;
	notify(w, "1008", SUMMARY, "Messages-Waiting: yes\r\n");
	sip_presence_recheck(w->presence);
}

static void test_messages(void **state)
{
	struct world *w = *state;
	struct sent *sent;

	/* One phone has subscribed, the other has not. */
	subscribe(w, "1001", "", 1, "Event: message-summary\n");
	expect(w, "200");
	sent = expect(w, "NOTIFY");
	has(sent, "Messages-Waiting: no\r\n");
	base_answer(sent, 200, NULL, "", NULL);
	base_peer(w->sip, SIP_PEER_TRUNK, 9, w->conn, NET_ENCRYPTED);
	notify(w, "1001", SUMMARY, "Messages-Waiting: yes\r\n");
	expect(w, "200");
	sent = expect(w, "NOTIFY");
	has(sent, "NOTIFY sip:1001@10.0.0.3 SIP/2.0\r\n");
	has(sent, "Subscription-State: active\r\n");
	has(sent, "Messages-Waiting: yes\r\n");
	base_answer(sent, 200, "t", "", NULL);
	sent = expect(w, "NOTIFY");
	has(sent, "NOTIFY sip:1001@10.0.0.1 SIP/2.0\r\n");
	has(sent, "Subscription-State: active;expires=");
	has(sent, "Messages-Waiting: yes\r\n");
	base_answer(sent, 200, NULL, "", NULL);
	assert_null(base_next(w->sip));
	/* Remembered for who comes later. */
	base_peer(w->sip, SIP_PEER_PHONE, 3, w->conn, NET_ENCRYPTED);
	subscribe(w, "1001", "", 1, "Event: message-summary\n");
	expect(w, "200");
	has(expect(w, "NOTIFY"), "Messages-Waiting: yes\r\n");
	w->indicator = false;
	base_peer(w->sip, SIP_PEER_TRUNK, 9, w->conn, NET_ENCRYPTED);
	notify(w, "1009", SUMMARY, "Messages-Waiting: yes\r\n");
	expect(w, "200");
	assert_null(base_next(w->sip));
}

static void test_messages_refused(void **state)
{
	static char long_body[1100];
	struct world *w = *state;

	memset(long_body, 'x', sizeof(long_body) - 1);
	notify(w, "1001", SUMMARY, "Messages-Waiting: yes\r\n");
	expect(w, "481");
	base_peer(w->sip, SIP_PEER_TRUNK, 9, w->conn, NET_ENCRYPTED);
	notify(w, "1001", "Event: check-sync\n", "");
	expect(w, "489");
	notify(w, "1", SUMMARY, "x");
	expect(w, "404");
	notify(w, "1001", SUMMARY, long_body);
	expect(w, "415");
	notify(w, "1001", SUMMARY, "a\001b");
	expect(w, "415");
	notify(w, "1001", SUMMARY, "");
	expect(w, "415");
	assert_null(base_next(w->sip));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_presence),
		TEST(test_dialog),
		TEST(test_closed),
		TEST(test_refused),
		TEST(test_expires),
		TEST(test_gone),
		TEST(test_gone_and_back),
		TEST(test_refresh),
		TEST(test_bounded),
		TEST(test_recheck),
		TEST(test_messages),
		TEST(test_messages_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
