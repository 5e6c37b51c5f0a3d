// SPDX-License-Identifier: GPL-2.0
// Each state of an enrolment: too late, out of turn, wrong, answered, declined.

#include <stdlib.h>
#include <string.h>

#include "server.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ID		0x2a
#define NAME		"0d 0010 \"SEP001122334455\" 00 "
#define AUTH_RES(v)	"55 02 0000002a 001b  01 0001 01  07 0001 " v " " NAME
#define NO_KEY		"55 04 0000002a 0004  01 0001 05"
#define STORED		"55 0a 0000002a 0004  01 0001 01"
#define DELETED		"55 0e 0000002a 0004  01 0001 01"
#define FETCHED		"55 0c 0000002a 0010  01 0001 01  04 0009 " \
			"01 0006 0001 30020500"

static struct bytes in;

static struct server *at(enum capf_operation operation, bool slow)
{
	struct server *server = server_new();

	server->device.operation = operation;
	server->slow = slow;
	server_start(server, ID);
	server_hears_hex(server, AUTH_RES("03"));
	server->read = server->sends;
	return server;
}

static void accept(struct server *server, enum capf_operation operation)
{
	capf_session_accept(server->session,
			    &(struct capf_order){ operation, CAPF_RSA_ONLY,
						  2048, 256 }, server->now);
	server->read = server->sends;
}

/* One server in each state, by number; NULL behind the last. */
static struct server *in_state(unsigned int state)
{
	static const enum capf_operation operations[] = {
		CAPF_INSTALL, CAPF_DELETE, CAPF_FETCH,
	};
	struct server *server;

	if (state == 0) {
		server = server_new();
		server_start(server, ID);
		server->read = 1;
		return server;
	}
	if (state > 8)
		return NULL;
	if (state <= 3)
		return at(operations[state - 1], false);
	server = at(CAPF_INSTALL, true);
	if (state == 4)
		return server;
	accept(server, state == 8 ? CAPF_DELETE : CAPF_INSTALL);
	if (state == 8) {
		server_hears_hex(server, DELETED);
		return server;
	}
	server_hears(server, &server_rsa_res);
	if (state == 5)
		return server;
	capf_session_issued(server->session, server->lsc.at, server->lsc.len,
			    server->now);
	if (state == 7)
		server_hears_hex(server, STORED);
	server->read = server->sends;
	return server;
}

static const struct {
	const char *name;
	uint8_t opcode;			/* that belongs here */
	unsigned int seconds;
	enum capf_result late;
} states[] = {
	{ "await-auth", 2, 30, CAPF_RESULT_NO_COMMUNICATION },
	{ "await-key-gen", 4, 1800, CAPF_RESULT_KEY_TIMED_OUT },
	{ "await-delete", 14, 60, CAPF_RESULT_NO_COMMUNICATION },
	{ "await-fetch", 12, 60, CAPF_RESULT_NO_COMMUNICATION },
	{ "judging", 0, 30, CAPF_RESULT_INVALID_CREDENTIALS },
	{ "issuing", 0, 60, CAPF_RESULT_CA_NO_COMMUNICATION },
	{ "await-store", 10, 60, CAPF_RESULT_NO_COMMUNICATION },
	{ "keeping", 0, 30, CAPF_RESULT_NO_COMMUNICATION },
	{ "keeping", 0, 30, CAPF_RESULT_NO_COMMUNICATION },
};

static void test_late(void)
{
	struct server *server;
	unsigned int i;

	for (i = 0; (server = in_state(i)); i++) {
		int64_t until = server->now + states[i].seconds;

		ok(!strcmp(capf_session_state(server->session),
			   states[i].name) &&
		   capf_session_deadline(server->session) == until,
		   "%s lasts %u s", states[i].name, states[i].seconds);
		capf_session_expire(server->session, until - 1);
		ok(!server->closed, "%s is not over before",
		   states[i].name);
		server->now = until - 1;
		bytes_set(&in, "55");
		if (states[i].opcode)
			server_hears(server, &in);
		capf_session_expire(server->session, until);
		ok(server_ended(server, 7, states[i].late),
		   "%s ends then, first byte or not", states[i].name);
		server_free(server);
		server = in_state(i);
		capf_session_hung_up(server->session);
		ok(server->closed == 1 && server->read == server->sends &&
		   server->result == CAPF_RESULT_NO_COMMUNICATION,
		   "%s: the phone hangs up", states[i].name);
		server_free(server);
	}
	ok(i == ARRAY_SIZE(states), "%u states", i);
}

/* Every opcode in every state but where it belongs. */
static void test_out_of_turn(void)
{
	struct server *server;
	unsigned int i, opcode, ended;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		for (opcode = ended = 0; opcode < 256; opcode++) {
			if ((opcode && opcode == states[i].opcode) ||
			    (i == 1 && opcode == CAPF_REQUEST_IN_PROGRESS))
				continue;
			server = in_state(i);
			bytes_capf(&in, (uint8_t)opcode, ID);
			server_hears(server, &in);
			ended += server_ended(server, 7,
					      CAPF_RESULT_NO_COMMUNICATION) &&
				 server->issued <= (i >= 5 && i <= 7) &&
				 !strstr(server->why, "out of turn") ==
					 !!states[i].opcode;
			server_free(server);
		}
		ok(ended == 256u - (states[i].opcode != 0) - (i == 1),
		   "%s: %u opcodes end the session", states[i].name, ended);
	}
}

static const struct {
	unsigned int state;
	const char *name, *hex;
	enum capf_result result;
} bad_messages[] = {
	{ 0, "AUTH_RES without a name", "55 02 0000002a 0008 "
	  "01 0001 01 07 0001 03", CAPF_RESULT_NO_COMMUNICATION },
	{ 0, "AUTH_RES without a version", "55 02 0000002a 0017 "
	  "01 0001 01 " NAME, CAPF_RESULT_NO_COMMUNICATION },
	{ 0, "AUTH_RES of version 0", AUTH_RES("00"),
	  CAPF_RESULT_NO_COMMUNICATION },
	{ 0, "AUTH_RES without a reason", "55 02 0000002a 0017 "
	  "07 0001 03 " NAME, CAPF_RESULT_NO_COMMUNICATION },
	{ 0, "AUTH_RES that refuses", "55 02 0000002a 001b "
	  "01 0001 07 07 0001 03 " NAME,
	  CAPF_RESULT_INVALID_CREDENTIALS },
	{ 0, "AUTH_RES of another session", "55 02 0000002b 001b "
	  "01 0001 01 07 0001 03 " NAME,
	  CAPF_RESULT_NO_COMMUNICATION },
	{ 0, "AUTH_RES with two names", "55 02 0000002a 002e "
	  "01 0001 01 07 0001 03 " NAME NAME,
	  CAPF_RESULT_NO_COMMUNICATION },
	{ 0, "AUTH_RES twice", AUTH_RES("03") AUTH_RES("03"),
	  CAPF_RESULT_NO_COMMUNICATION },
	{ 0, "HTTP", "\"GET / HTTP/1.0\"",
	  CAPF_RESULT_NO_COMMUNICATION },
	{ 0, "64 KiB", "55 02 0000002a ffff",
	  CAPF_RESULT_NO_COMMUNICATION },
	{ 0, "a length that lies", "55 02 0000002a 0004 01 0002 01",
	  CAPF_RESULT_NO_COMMUNICATION },
	{ 1, "KEY_GEN_RES without a key", "55 04 0000002a 0000",
	  CAPF_RESULT_KEY_FAILED },
	{ 1, "success without a key", "55 04 0000002a 0004 01 0001 01",
	  CAPF_RESULT_KEY_FAILED },
	{ 1, "no key", NO_KEY, CAPF_RESULT_KEY_FAILED },
	{ 1, "a key that is none", "55 04 0000002a 0005 09 0002 3000",
	  CAPF_RESULT_KEY_FAILED },
	{ 1, "KEY_GEN_RES of another session",
	  "55 04 0000002b 0004 01 0001 01",
	  CAPF_RESULT_NO_COMMUNICATION },
	{ 2, "DELETE_CERT_RES that says nothing",
	  "55 0e 0000002a 0000", CAPF_RESULT_INVALID_LSC },
	{ 2, "not deleted", "55 0e 0000002a 0004 01 0001 00",
	  CAPF_RESULT_INVALID_LSC },
	{ 3, "FETCH_CERT_RES that says nothing",
	  "55 0c 0000002a 0000", CAPF_RESULT_INVALID_LSC },
	{ 3, "not fetched", "55 0c 0000002a 0004 01 0001 00",
	  CAPF_RESULT_INVALID_LSC },
	{ 3, "fetched, and nothing there",
	  "55 0c 0000002a 0004 01 0001 01", CAPF_RESULT_INVALID_LSC },
	{ 6, "STORE_CERT_RES that says nothing",
	  "55 0a 0000002a 0000", CAPF_RESULT_INVALID_LSC },
	{ 6, "not stored", "55 0a 0000002a 0004 01 0001 07",
	  CAPF_RESULT_INVALID_LSC },
};

static void test_bad_messages(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_messages); i++) {
		struct server *server = in_state(bad_messages[i].state);

		if (strstr(bad_messages[i].name, "twice"))
			server->slow = true;
		server_hears_hex(server, bad_messages[i].hex);
		ok(server_ended(server, 7, bad_messages[i].result) && !server->kept,
		   "%s: %s", bad_messages[i].name, server->why ?: "");
		server_free(server);
	}
}

static void test_answers(void)
{
	struct server *server = in_state(4);

	capf_session_issued(server->session, server->lsc.at, server->lsc.len,
			    server->now);
	capf_session_kept(server->session, true);
	ok(!strcmp(capf_session_state(server->session), "judging"),
	   "answers to other questions are none");
	capf_session_refuse(server->session, CAPF_REASON_UNKNOWN_DEVICE,
			    CAPF_RESULT_NONE, "unknown");
	ok(server_ended(server, 9, CAPF_RESULT_NONE), "unknown: reason 9");
	server_free(server);
	server = in_state(5);
	capf_session_refuse(server->session, CAPF_REASON_DECLINED,
			    CAPF_RESULT_CA_REJECTED, "no");
	ok(server_ended(server, 7, CAPF_RESULT_CA_REJECTED), "CA: no");
	server_free(server);
	server = in_state(5);
	memset(server->lsc.at, 0, 20000);
	capf_session_issued(server->session, server->lsc.at, 20000,
			    server->now);
	ok(server_ended(server, 7, CAPF_RESULT_CA_REJECTED),
	   "a certificate of 20000 bytes is too long for a message");
	server_free(server);
	server = in_state(5);
	capf_session_issued(server->session, server->lsc.at, 0, server->now);
	ok(server_ended(server, 7, CAPF_RESULT_CA_REJECTED), "none at all");
	server_free(server);
	server = in_state(7);
	capf_session_kept(server->session, false);
	ok(server_ended(server, 7, CAPF_RESULT_NO_COMMUNICATION),
	   "not written down: no success");
	server_free(server);
	server = in_state(3);
	server_hears_hex(server, FETCHED);
	ok(server->kept_der.len == 4 &&
	   server_ended(server, 0, CAPF_RESULT_FETCHED), "fetched: reason 0");
	server_free(server);
}

int main(void)
{
	server_keys(ID);
	test_late();
	test_out_of_turn();
	test_bad_messages();
	test_answers();
	return tap_end();
}
