// SPDX-License-Identifier: GPL-2.0
/* Dialogs: identity, routes, targets, sequence numbers, the way back from JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "sip/dialog.h"

#define HEAD "Via: SIP/2.0/UDP h;branch=z9hG4bK1\n"

struct world {
	struct sip *sip;
	struct sip_dialogs *dialogs;
	struct net_conn *conn;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->sip = base_new();
	w->dialogs = sip_dialogs_new();
	w->conn = base_conn(NET_CLEAR);
	base_peer(w->sip, SIP_PEER_TRUNK, 5, w->conn, NET_CLEAR);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	sip_dialogs_free(w->dialogs);
	base_free(w->sip);
	net_conn_put(w->conn);
	free(w);
	return 0;
}

static struct sip_request *invite(struct world *w, const char *headers)
{
	return base_receive(w->sip, "INVITE sip:2@h SIP/2.0\n" HEAD
			    "From: \"A, b\" <sip:1@p>;tag=a;x=y\nTo: <sip:2@h>\n"
			    "Call-ID: c@p\nCSeq: 7 INVITE\n"
			    "Contact: <sip:1@10.0.0.1:5070;transport=tcp>\n"
			    "%s\n", headers);
}

static char *text_of(osip_message_t *msg)
{
	size_t len;
	char *text;

	assert_non_null(msg);
	osip_message_force_update(msg);
	assert_int_equal(osip_message_to_str(msg, &text, &len), 0);
	osip_message_free(msg);
	return text;
}

static void expect_in(osip_message_t *msg, const char *const *lines)
{
	char *text = text_of(msg);
	const char *at = text;

	for (; *lines; lines++) {
		const char *found = strstr(at, *lines);

		if (!found)
			print_message("no %s in\n%s", *lines, text);
		assert_non_null(found);
	}
	osip_free(text);
}

static void test_uas(void **state)
{
	struct world *w = *state;
	struct sip_request *req = invite(w, "Record-Route: <sip:p1;lr>\n"
					 "Record-Route: <sip:p2;lr>\n");
	struct sip_dialog *dialog = sip_dialog_new_uas(w->dialogs, req, w);
	const char *const lines[] = {
		"BYE sip:1@10.0.0.1:5070;transport=tcp SIP/2.0\r\n",
		"Route: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\n",
		"From: <sip:2@h>;tag=our", "To: \"A, b\" <sip:1@p>;tag=a\r\n",
		"Call-ID: c@p\r\n", "CSeq: 1 BYE\r\n", NULL };
	const struct sip_target *target;

	assert_non_null(dialog);
	assert_ptr_equal(sip_dialog_owner(dialog), w);
	expect_in(sip_dialog_request(dialog, "BYE"), lines);
	target = sip_dialog_target(dialog);
	assert_int_equal(target->id, 5);
	assert_string_equal(target->next_hop->host, "p1");
	assert_string_equal(target->contact_user, "2");
	assert_ptr_equal(target->conn, w->conn);
	sip_dialog_free(dialog);
}

static void test_strict_route(void **state)
{
	struct world *w = *state;
	struct sip_request *req = invite(w, "Record-Route: <sip:p1>, "
					 "<sip:p2;lr>\n");
	struct sip_dialog *dialog = sip_dialog_new_uas(w->dialogs, req, NULL);
	const char *const lines[] = {
		"BYE sip:p1 SIP/2.0\r\n", "Route: <sip:p2;lr>\r\n"
		"Route: <sip:1@10.0.0.1:5070;transport=tcp>\r\n", NULL };

	expect_in(sip_dialog_request(dialog, "BYE"), lines);
	assert_string_equal(sip_dialog_target(dialog)->next_hop->host, "p1");
	sip_dialog_free(dialog);
}

static struct sip_request *in_dialog(struct world *w, struct sip_request *req,
				     const char *method, int cseq,
				     const char *contact)
{
	return base_receive(w->sip, "%s sip:2@h SIP/2.0\n" HEAD
			    "From: <sip:1@p>;tag=a\nTo: <sip:2@h>;tag=%s\n"
			    "Call-ID: c@p\nCSeq: %d %s\n%s\n", method,
			    req->to_tag, cseq, method, contact);
}

static void test_order_and_target(void **state)
{
	struct world *w = *state;
	struct sip_request *req = invite(w, ""), *next;
	struct sip_dialog *dialog = sip_dialog_new_uas(w->dialogs, req, NULL);
	struct net_conn *other = base_conn(NET_CLEAR);
	const char *const moved[] = { "BYE sip:1@new SIP/2.0\r\n", NULL };

	next = in_dialog(w, req, "INFO", 7, "");
	assert_ptr_equal(sip_dialog_find(w->dialogs, next->msg), dialog);
	assert_int_equal(sip_dialog_received(dialog, next), -EPROTO);
	next = in_dialog(w, req, "INFO", 9, "Contact: <sip:1@evil>\n");
	assert_int_equal(sip_dialog_received(dialog, next), 0);
	next = in_dialog(w, req, "INFO", 8, "");
	assert_int_equal(sip_dialog_received(dialog, next), -EPROTO);
	base_peer(w->sip, SIP_PEER_TRUNK, 5, other, NET_CLEAR);
	next = in_dialog(w, req, "UPDATE", 10, "Contact: <sip:1@new>\n");
	assert_int_equal(sip_dialog_received(dialog, next), 0);
	assert_ptr_equal(sip_dialog_target(dialog)->conn, other);
	assert_string_equal(sip_dialog_target(dialog)->next_hop->host, "new");
	expect_in(sip_dialog_request(dialog, "BYE"), moved);
	sip_dialog_free(dialog);
	net_conn_put(other);
}

static void test_find(void **state)
{
	struct world *w = *state;
	struct sip_request *req = invite(w, "");
	struct sip_dialog *dialog = sip_dialog_new_uas(w->dialogs, req, NULL);
	struct sip_dialogs *d = w->dialogs;

	assert_ptr_equal(sip_dialog_find_tags(d, "c@p", req->to_tag, "a"),
			 dialog);
	assert_null(sip_dialog_find_tags(d, "d@p", req->to_tag, "a"));
	assert_null(sip_dialog_find_tags(d, "c@p", "a", req->to_tag));
	assert_null(sip_dialog_find_tags(d, "c@p", req->to_tag, "A"));
	assert_null(sip_dialog_find(d, req->msg));
	sip_dialog_free(dialog);
	assert_null(sip_dialog_find_tags(d, "c@p", req->to_tag, "a"));
}

static void test_many(void **state)
{
	struct world *w = *state;
	enum { MANY = 1000 };
	struct sip_request *reqs[MANY];
	struct sip_dialog *dialogs[MANY];
	int i;

	for (i = 0; i < MANY; i++) {
		reqs[i] = invite(w, "");
		dialogs[i] = sip_dialog_new_uas(w->dialogs, reqs[i], NULL);
	}
	for (i = 0; i < MANY; i += 2)
		sip_dialog_free(dialogs[i]);
	for (i = 0; i < MANY; i++)
		assert_ptr_equal(sip_dialog_find_tags(w->dialogs, "c@p",
						      reqs[i]->to_tag, "a"),
				 i % 2 ? dialogs[i] : NULL);
	for (i = 1; i < MANY; i += 2)
		sip_dialog_free(dialogs[i]);
}

/* No dialog from what could not be answered, kept or written down. */
static void test_refused(void **state)
{
	struct world *w = *state;
	char route[2100];
	struct sip_request *req;
	char headers[3 * sizeof(route)];

	memset(route, 'r', sizeof(route) - 1);
	route[sizeof(route) - 1] = '\0';
	snprintf(headers, sizeof(headers), "Record-Route: <sip:%s;lr>\n"
		 "Record-Route: <sip:%s;lr>\n", route, route);
	assert_null(sip_dialog_new_uas(w->dialogs, invite(w, headers), NULL));
	req = base_receive(w->sip, "INVITE sip:2@h SIP/2.0\n" HEAD
			   "From: <sip:1@p>;tag=a\nTo: <sip:2@h>\n"
			   "Call-ID: c@p\nCSeq: 7 INVITE\n\n");
	assert_null(sip_dialog_new_uas(w->dialogs, req, NULL));
	req = base_receive(w->sip, "INVITE sip:2@h SIP/2.0\n" HEAD
			   "From: <sip:1@p>;tag=\xff\nTo: <sip:2@h>\n"
			   "Call-ID: c@p\nCSeq: 7 INVITE\n"
			   "Contact: <sip:1@h>\n\n");
	assert_null(sip_dialog_new_uas(w->dialogs, req, NULL));
}

static void test_bad_name(void **state)
{
	struct world *w = *state;
	struct sip_request *req;
	struct sip_dialog *dialog;

	req = base_receive(w->sip, "INVITE sip:2@h SIP/2.0\n" HEAD
			   "From: \"\xe9t\xe9\" <sip:1@p>;tag=a\n"
			   "To: <sip:2@h>\nCall-ID: c@p\nCSeq: 7 INVITE\n"
			   "Contact: <sip:1@h>\n\n");
	dialog = sip_dialog_new_uas(w->dialogs, req, NULL);
	assert_string_equal(sip_dialog_remote(dialog), "<sip:1@p>");
	sip_dialog_free(dialog);
}

static void test_save(void **state)
{
	struct world *w = *state;
	struct sip_request *req = invite(w, "Record-Route: <sip:p1;lr>\n");
	struct sip_dialog *dialog = sip_dialog_new_uas(w->dialogs, req, NULL);
	const char *const lines[] = { "BYE sip:1@10.0.0.1", "Route: <sip:p1;lr>",
				      "CSeq: 2 BYE", NULL };
	struct sip_request *next;
	json_t *json;
	char *text;

	osip_message_free(sip_dialog_request(dialog, "INFO"));
	json = sip_dialog_save(dialog);
	sip_dialog_free(dialog);
	text = json_dumps(json, 0);
	json_decref(json);
	json = json_loads(text, 0, NULL);
	free(text);
	dialog = sip_dialog_load(w->dialogs, json, w);
	assert_non_null(dialog);
	next = in_dialog(w, req, "BYE", 7, "");
	assert_ptr_equal(sip_dialog_find(w->dialogs, next->msg), dialog);
	assert_int_equal(sip_dialog_received(dialog, next), -EPROTO);
	assert_int_equal(sip_dialog_target(dialog)->kind, SIP_PEER_TRUNK);
	expect_in(sip_dialog_request(dialog, "BYE"), lines);
	sip_dialog_free(dialog);
	json_object_set_new(json, "local_cseq", json_integer(1ll << 40));
	assert_null(sip_dialog_load(w->dialogs, json, w));
	json_object_del(json, "local_cseq");
	assert_null(sip_dialog_load(w->dialogs, json, w));
	json_decref(json);
	assert_null(sip_dialog_load(w->dialogs, json_null(), w));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_uas),
		TEST(test_strict_route),
		TEST(test_order_and_target),
		TEST(test_find),
		TEST(test_many),
		TEST(test_refused),
		TEST(test_bad_name),
		TEST(test_save),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
