// SPDX-License-Identifier: GPL-2.0
// The caller of a session in tests.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

#define INSTALL	"selftests/capf/vectors/capf/install-password-rsa2048.txt"

static void on_send(void *arg, const uint8_t *message, size_t len)
{
	struct server *server = arg;

	if (server->sends == sizeof(server->sent) / sizeof(server->sent[0]))
		abort();
	server->sent[server->sends].len = 0;
	bytes_add(&server->sent[server->sends++], message, len);
}

static void on_judge(void *arg, const struct capf_message *res)
{
	struct server *server = arg;
	const struct capf_device *device = &server->device;
	const struct capf_order order = { device->operation, device->order,
					  device->rsa_bits, device->ec_bits };
	struct capf_judgement judgement;

	server->judged++;
	strcpy(server->name, res->name);
	if (server->slow)
		return;
	if (server->unknown) {
		capf_session_refuse(server->session, CAPF_REASON_UNKNOWN_DEVICE,
				    CAPF_RESULT_NONE, "unknown");
		return;
	}
	judgement = capf_auth_judge(res, device, server->guard, server->now,
				    &server->trust, &server->policy);
	if (judgement.result == CAPF_RESULT_PENDING ||
	    judgement.result == CAPF_RESULT_NONE)
		capf_session_accept(server->session, &order, server->now);
	else
		capf_session_refuse(server->session, CAPF_REASON_DECLINED,
				    judgement.result, judgement.why);
}

static void on_issue(void *arg, const struct capf_request *request)
{
	struct server *server = arg;

	server->issued++;
	server->request = *request;
	if (!server->slow)
		capf_session_issued(server->session, server->lsc.at,
				    server->lsc.len, server->now);
}

static void on_keep(void *arg, enum capf_result result,
		    struct element_bytes der)
{
	struct server *server = arg;

	server->kept++;
	server->kept_result = result;
	server->kept_der.len = 0;
	bytes_add(&server->kept_der, der.at, der.len);
	if (!server->slow)
		capf_session_kept(server->session, server->keeps);
}

static void on_close(void *arg, enum capf_result result, const char *why)
{
	struct server *server = arg;

	server->closed++;
	server->result = result;
	server->why = why;
}

static const struct capf_actions actions = {
	.send = on_send, .judge = on_judge, .issue = on_issue,
	.keep = on_keep, .close = on_close,
};

struct server *server_new(void)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		abort();
	server->config.actions = &actions;
	server->config.arg = server;
	server->config.times = capf_times_default;
	server->config.keys = capf_key_policy_default;
	server->guard = capf_guard_new(&capf_guard_limits_default);
	server->now = 1000;
	server->keeps = true;
	server->device = (struct capf_device){
		.operation = CAPF_INSTALL, .mode = CAPF_BY_NULL_STRING,
		.rsa_bits = 2048, .ec_bits = 256,
	};
	bytes_set(&server->lsc, "3003020101");
	return server;
}

void server_free(struct server *server)
{
	capf_session_free(server->session);
	capf_guard_free(server->guard);
	free(server);
}

void server_start(struct server *server, uint32_t id)
{
	capf_session_free(server->session);
	server->judged = server->issued = server->kept = server->closed = 0;
	server->sends = server->read = 0;
	server->why = NULL;
	server->session = capf_session_new(&server->config, id);
	if (!server->session)
		abort();
	capf_session_start(server->session, server->now);
}

void server_hears(struct server *server, const struct bytes *bytes)
{
	/* As much as there is, so that the sanitizer sees who reads more. */
	uint8_t *copy = malloc(bytes->len ?: 1);

	memcpy(copy, bytes->at, bytes->len);
	capf_session_input(server->session, copy, bytes->len, server->now);
	free(copy);
}

void server_hears_hex(struct server *server, const char *hex)
{
	static struct bytes bytes;

	bytes_set(&bytes, hex);
	server_hears(server, &bytes);
}

struct bytes server_rsa_res, server_ec_res;

void server_keys(uint8_t id)
{
	struct talk *talk = talk_read(INSTALL);
	uint8_t *spki = NULL;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	int len = i2d_PUBKEY(key, &spki);

	if (len <= 0)
		abort();
	server_rsa_res = talk->lines[4].bytes;
	server_rsa_res.at[5] = id;
	bytes_capf(&server_ec_res, CAPF_KEY_GEN_RES, id);
	bytes_add_element(&server_ec_res, CAPF_PUBLIC_KEY, spki, (size_t)len);
	bytes_capf_done(&server_ec_res);
	OPENSSL_free(spki);
	EVP_PKEY_free(key);
	free(talk);
}

bool server_said(struct server *server, const char *hex)
{
	static struct bytes bytes;

	bytes_set(&bytes, hex);
	if (server->read < server->sends) {
		const struct bytes *sent = &server->sent[server->read++];

		if (bytes_are(&bytes, sent->at, sent->len))
			return true;
	}
	printf("# not said: %s; %s\n", hex, server->why ?: "");
	return false;
}

bool server_ended(struct server *server, uint8_t reason,
		  enum capf_result result)
{
	const struct bytes *last = &server->sent[server->sends - 1];
	bool good = server->read + 1 == server->sends && last->len == 12 &&
		    last->at[1] == CAPF_END_SESSION &&
		    last->at[11] == reason && server->closed == 1 &&
		    server->result == result &&
		    !strcmp(capf_session_state(server->session), "closed") &&
		    capf_session_deadline(server->session) == INT64_MAX;

	if (!good)
		printf("# %zu of %zu seen, reason %u, %u closed, %s: %s\n",
		       server->read, server->sends, last->at[11],
		       server->closed, capf_result_name(server->result),
		       server->why ?: "");
	server->read = server->sends;
	return good;
}
