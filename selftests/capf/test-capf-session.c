// SPDX-License-Identifier: GPL-2.0
// Enrolments from first word to last: as recorded, in versions, with patience.

#include <stdlib.h>
#include <string.h>

#include "server.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define VECTORS		"selftests/capf/vectors/capf/"
#define ID		0x2a
#define NAME		"0d 0010 \"SEP001122334455\" 00 "
#define AUTH_REQ	"55 01 0000002a 0008  07 0001 03  08 0001 00"
#define AUTH_RES(v)	"55 02 0000002a 001b  01 0001 01  07 0001 " v " " NAME
#define ASK_RSA		"55 03 0000002a 0009  0a 0002 0800  11 0001 00"
#define ASK_RSA_OLD	"55 03 0000002a 0005  0a 0002 0800"
#define ASK_EC		"55 03 0000002a 0008  11 0001 01  12 0001 00"
#define PROGRESS	"55 11 0000002a 0000"
#define NO_KEY		"55 04 0000002a 0004  01 0001 05"
#define STORE		"55 09 0000002a 0011  03 0001 01  04 000a " \
			"01 0007 0001 3003020101"
#define STORED		"55 0a 0000002a 0004  01 0001 01"

static struct bytes in;

/* The certificate that the recorded server stored is what ours is to issue. */
static void set_up(struct server *server, const char *file,
		   const struct talk *talk)
{
	struct capf_message m;
	const char *why;

	server->device.mode = CAPF_BY_NULL_STRING;
	if (strstr(file, "install")) {
		server->device.mode = CAPF_BY_STRING;
		strcpy(server->device.string.text, "123456");
		capf_message_read(talk->lines[5].bytes.at,
				  talk->lines[5].bytes.len, &m, &why);
		server->lsc.len = 0;
		bytes_add(&server->lsc, m.certificate.at, m.certificate.len);
	} else if (strstr(file, "wrong")) {
		server->device.mode = CAPF_BY_STRING;
		strcpy(server->device.string.text, "1234");
	} else if (strstr(file, "no-op")) {
		server->device.operation = CAPF_NONE;
	} else if (strstr(file, "delete")) {
		server->device.operation = CAPF_DELETE;
	} else if (strstr(file, "fetch")) {
		server->device.operation = CAPF_FETCH;
	}
	server->unknown = strstr(file, "unknown") != NULL;
}

/* What the phone said there is said here, in pieces of step bytes. */
static bool plays(const char *file, size_t step, enum capf_result result)
{
	struct server *server = server_new();
	struct talk *talk;
	size_t i, j, same = 0;
	char path[200];
	bool good;

	snprintf(path, sizeof(path), VECTORS "%s.txt", file);
	talk = talk_read(path);
	set_up(server, file, talk);
	server_start(server, talk->lines[0].bytes.at[5]);
	for (i = 0; i < talk->count; i++) {
		const struct bytes *line = &talk->lines[i].bytes;

		if (talk->lines[i].from_server) {
			same += server->read < server->sends &&
				bytes_are(line,
					  server->sent[server->read].at,
					  server->sent[server->read].len);
			server->read++;
			continue;
		}
		same += server->read == server->sends;
		for (j = 0; j < line->len; j += step)
			capf_session_input(server->session, line->at + j,
					   line->len - j < step ?
						   line->len - j : step,
					   server->now);
	}
	good = same == talk->count && server->read == server->sends &&
	       server->closed == 1 && server->result == result;
	if (!good)
		printf("# %zu of %zu, %s\n", same, talk->count,
		       server->why ?: "");
	free(talk);
	server_free(server);
	return good;
}

static void test_vectors(void)
{
	static const struct {
		const char *file;
		enum capf_result result;
	} files[] = {
		{ "install-password-rsa2048", CAPF_RESULT_INSTALLED },
		{ "delete", CAPF_RESULT_DELETED },
		{ "fetch", CAPF_RESULT_FETCHED },
		{ "no-operation", CAPF_RESULT_NONE },
		{ "unknown-device", CAPF_RESULT_NONE },
		{ "wrong-password", CAPF_RESULT_INVALID_STRING },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		ok(plays(files[i].file, 100000, files[i].result),
		   "%s: every byte as recorded", files[i].file);
		ok(plays(files[i].file, 1, files[i].result),
		   "%s: byte by byte", files[i].file);
	}
}

/* Up to KEY_GEN_REQ. */
static struct server *at_key(enum capf_key_order order, const char *auth_res)
{
	struct server *server = server_new();

	server->device.order = order;
	server_start(server, ID);
	server_said(server, AUTH_REQ);
	server_hears_hex(server, auth_res);
	return server;
}

static void test_install(void)
{
	struct server *server = at_key(CAPF_RSA_ONLY, AUTH_RES("03"));
	uint8_t id[32];

	ok(server_said(server, ASK_RSA), "RSA is asked for");
	ok(!server->issued, "nothing is issued before there is a key");
	server_hears_hex(server, PROGRESS);
	server_hears(server, &server_rsa_res);
	ok(server->issued == 1 &&
	   !strcmp(server->request.device, "SEP001122334455") &&
	   server->request.kind.type == CAPF_RSA &&
	   server->request.kind.bits == 2048, "one request, for this device");
	EVP_Digest(server_rsa_res.at + 11, server_rsa_res.len - 11, id, NULL,
		   EVP_sha256(), NULL);
	ok(!memcmp(server->request.id, id, sizeof(id)),
	   "with the SHA-256 of the key");
	ok(server_said(server, STORE), "the certificate goes to the phone");
	ok(!server->kept, "not done before the phone says so");
	server_hears_hex(server, STORED);
	ok(server->kept == 1 && server->kept_result == CAPF_RESULT_INSTALLED &&
	   bytes_are(&server->kept_der, server->lsc.at, server->lsc.len),
	   "what the phone stored is kept");
	ok(server_ended(server, 1, CAPF_RESULT_INSTALLED), "end");
	server_hears(server, &server_rsa_res);
	capf_session_issued(server->session, server->lsc.at, server->lsc.len,
			    server->now);
	capf_session_kept(server->session, true);
	capf_session_hung_up(server->session);
	capf_session_expire(server->session, server->now + 100000);
	ok(server->closed == 1 && server->issued == 1 &&
	   server->read == server->sends, "after the end there is nothing");
	server_free(server);
}

/* Versions, orders and what is asked for; then EC refused. */
static void test_versions(void)
{
	static const struct {
		enum capf_key_order order;
		const char *version, *asked, *again;
		enum capf_result result;
	} rows[] = {
		{ CAPF_RSA_ONLY, AUTH_RES("01"), ASK_RSA_OLD, NULL,
		  CAPF_RESULT_KEY_FAILED },
		{ CAPF_RSA_ONLY, AUTH_RES("02"), ASK_RSA_OLD, NULL,
		  CAPF_RESULT_KEY_FAILED },
		{ CAPF_RSA_ONLY, AUTH_RES("03"), ASK_RSA, NULL,
		  CAPF_RESULT_KEY_FAILED },
		{ CAPF_RSA_ONLY, AUTH_RES("04"), ASK_RSA, NULL,
		  CAPF_RESULT_KEY_FAILED },
		{ CAPF_EC_ONLY, AUTH_RES("02"), NULL, NULL,
		  CAPF_RESULT_EC_NEEDS_VERSION_3 },
		{ CAPF_EC_ONLY, AUTH_RES("03"), ASK_EC, NULL,
		  CAPF_RESULT_KEY_FAILED },
		{ CAPF_EC_PREFERRED, AUTH_RES("02"), ASK_RSA_OLD, NULL,
		  CAPF_RESULT_KEY_FAILED },
		{ CAPF_EC_PREFERRED, AUTH_RES("03"), ASK_EC, ASK_RSA,
		  CAPF_RESULT_KEY_FAILED },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct server *server = at_key(rows[i].order, rows[i].version);

		if (rows[i].asked) {
			ok(server_said(server, rows[i].asked), "row %zu", i);
			server_hears_hex(server, NO_KEY);
		}
		if (rows[i].again) {
			ok(server_said(server, rows[i].again),
			   "row %zu: the backup", i);
			server_hears_hex(server, NO_KEY);
		}
		ok(server_ended(server, 7, rows[i].result), "row %zu: %s", i,
		   capf_result_name(rows[i].result));
		server_free(server);
	}
}

static void test_ec(void)
{
	struct server *server = at_key(CAPF_EC_PREFERRED, AUTH_RES("03"));

	server_said(server, ASK_EC);
	server_hears(server, &server_ec_res);
	ok(server->issued == 1 && server->request.kind.type == CAPF_EC &&
	   server->request.kind.bits == 256, "an EC key is made");
	server_free(server);
	server = at_key(CAPF_EC_PREFERRED, AUTH_RES("03"));
	server_said(server, ASK_EC);
	server_hears_hex(server, NO_KEY);
	server_said(server, ASK_RSA);
	server_hears(server, &server_rsa_res);
	ok(server->issued == 1 && server->request.kind.type == CAPF_RSA,
	   "the backup's key is issued");
	server_free(server);
	server = at_key(CAPF_EC_ONLY, AUTH_RES("03"));
	server_said(server, ASK_EC);
	server_hears(server, &server_rsa_res);
	ok(!server->issued && server_ended(server, 7, CAPF_RESULT_KEY_FAILED),
	   "an RSA key instead is refused");
	server_free(server);
	server = server_new();
	server->config.no_rsa_backup = true;
	server->device.order = CAPF_EC_PREFERRED;
	server_start(server, ID);
	server->read = 1;
	server_hears_hex(server, AUTH_RES("03"));
	server_said(server, ASK_EC);
	server_hears_hex(server, NO_KEY);
	ok(server_ended(server, 7, CAPF_RESULT_KEY_FAILED),
	   "no backup if that is switched off");
	server_free(server);
	server = server_new();
	server->device.rsa_bits = 512;
	server_start(server, ID);
	server->read = 1;
	server_hears_hex(server, AUTH_RES("03"));
	ok(server_ended(server, 7, CAPF_RESULT_KEY_FAILED) &&
	   !strcmp(server->why, "RSA keys below 1024 bits are refused"),
	   "nobody is asked for a weak key");
	server_free(server);
	server = server_new();
	server->config.no_auth_type = true;
	server_start(server, ID);
	ok(server_said(server, "55 01 0000002a 0004 07 0001 03"),
	   "AUTH_REQ without element 8, 12 bytes");
	server_free(server);
}

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

static void test_patience(void)
{
	struct server *server = at(CAPF_INSTALL, false);
	int64_t began = server->now;
	unsigned int i;

	server->now = began + 1700;
	server_hears_hex(server, PROGRESS);
	ok(capf_session_deadline(server->session) == began + 1700 + 1800,
	   "IN_PROGRESS gives it another half an hour");
	server->now = began + 3400;
	server_hears_hex(server, PROGRESS);
	ok(capf_session_deadline(server->session) == began + 3600,
	   "but not beyond an hour");
	server->now = began + 3599;
	server_hears_hex(server, PROGRESS);
	server_hears(server, &server_rsa_res);
	ok(server->issued == 1, "a key in the last second");
	server_free(server);
	server = at(CAPF_INSTALL, false);
	server->config.times.in_progress = 5;
	server_start(server, ID);
	server_hears_hex(server, AUTH_RES("03"));
	server->read = server->sends;
	for (i = 0; i < 5; i++)
		server_hears_hex(server, PROGRESS);
	ok(!server->closed, "five times");
	server_hears_hex(server, PROGRESS);
	ok(server_ended(server, 7, CAPF_RESULT_KEY_TIMED_OUT), "not six");
	server_free(server);
}

/* Two messages in one piece; elements that nobody knows, which are counted. */
static void test_stream(void)
{
	struct server *server = at(CAPF_INSTALL, false);
	uint8_t tag;

	bytes_set(&in, PROGRESS);
	bytes_add(&in, server_rsa_res.at, server_rsa_res.len);
	server_hears(server, &in);
	ok(server->issued == 1, "IN_PROGRESS and the key in one piece");
	server_free(server);
	server = server_new();
	server_start(server, ID);
	server->unknown = true;
	server_hears_hex(server, "55 02 0000002a 0022 01 0001 01 "
			 "63 0001 aa 07 0001 03 5f 0000 " NAME);
	ok(server->judged == 1 &&
	   capf_session_skipped(server->session, &tag) == 2 && tag == 0x5f,
	   "two unknown elements");
	server_free(server);
}

int main(void)
{
	server_keys(ID);
	test_vectors();
	test_install();
	test_versions();
	test_ec();
	test_patience();
	test_stream();
	return tap_end();
}
