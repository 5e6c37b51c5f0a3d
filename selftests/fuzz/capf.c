// SPDX-License-Identifier: GPL-2.0
/*
 * A phone that says anything, in pieces of any size, to a session. It may show a
 * certificate that is trusted, whose key it does not have.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capf/auth.h"
#include "capf/session.h"
#include "certificate-der.h"

#define TALK	"selftests/capf/vectors/capf/fetch.txt"
#define NOW	1797811200		/* within that certificate's dates */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static X509_STORE *store;
static uint8_t lsc_id[CAPF_ID_LEN];

struct caller {
	struct capf_session *session;
	struct capf_device device;
	struct capf_guard *guard;
	struct capf_trust trust;
	struct capf_auth_policy policy;
	bool right, closed;
	unsigned int judged, issued, kept;
	int64_t now;
};

static void must(bool good)
{
	if (!good)
		abort();
}

static void on_send(void *arg, const uint8_t *message, size_t len)
{
	const struct caller *caller = arg;
	struct capf_message m;
	const char *why;

	/* What we write is what we read. */
	must(!caller->closed && !capf_message_read(message, len, &m, &why) &&
	     m.session == 1 && !m.skipped);
}

static void on_judge(void *arg, const struct capf_message *res)
{
	struct caller *caller = arg;
	const struct capf_device *device = &caller->device;
	const struct capf_order order = { device->operation, device->order,
					  2048, 256 };
	struct capf_judgement judgement =
		capf_auth_judge(res, device, caller->guard, caller->now,
				&caller->trust, &caller->policy);

	must(!caller->closed && !caller->judged++ &&
	     capf_name_is_valid(res->name));
	caller->right = judgement.result == CAPF_RESULT_PENDING;
	/* Nobody can sign with that certificate's key. */
	must(!caller->right || device->mode <= CAPF_BY_NULL_STRING);
	if (caller->right || judgement.result == CAPF_RESULT_NONE)
		capf_session_accept(caller->session, &order, caller->now);
	else
		capf_session_refuse(caller->session, CAPF_REASON_DECLINED,
				    judgement.result, judgement.why);
}

/* What we take for DER, OpenSSL reads, and writes the same way. */
static bool openssl_agrees(struct element_bytes spki)
{
	const unsigned char *at = spki.at;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)spki.len);
	unsigned char *der = NULL;
	int len = key ? i2d_PUBKEY(key, &der) : -1;
	bool same = len > 0 && (size_t)len == spki.len &&
		    !memcmp(der, spki.at, spki.len);

	OPENSSL_free(der);
	EVP_PKEY_free(key);
	return same;
}

static void on_issue(void *arg, const struct capf_request *request)
{
	struct caller *caller = arg;

	must(!caller->closed && caller->right && !caller->issued++ &&
	     openssl_agrees(request->spki));
	capf_session_issued(caller->session, request->spki.at,
			    request->spki.len, caller->now);
}

static void on_keep(void *arg, enum capf_result result,
		    struct element_bytes der)
{
	struct caller *caller = arg;

	must(!caller->closed && caller->right && !caller->kept++);
	must(result != CAPF_RESULT_INSTALLED || caller->issued);
	must(result == CAPF_RESULT_DELETED ? !der.len : der.len > 0);
	capf_session_kept(caller->session, true);
}

static void on_close(void *arg, enum capf_result result, const char *why)
{
	struct caller *caller = arg;

	must(!caller->closed && result < CAPF_RESULT_COUNT &&
	     (!why || strlen(why)));
	must(result < CAPF_RESULT_INSTALLED || result > CAPF_RESULT_FETCHED ||
	     caller->kept);
	caller->closed = true;
}

static const struct capf_actions actions = {
	.send = on_send, .judge = on_judge, .issue = on_issue,
	.keep = on_keep, .close = on_close,
};

/* Pieces: two bytes of length, then as many. */
static void feed(struct caller *caller, const uint8_t *data, size_t size)
{
	while (size > 2) {
		size_t len = (size_t)data[0] << 8 | data[1];
		uint8_t *copy;

		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		copy = malloc(len ? len : 1);
		memcpy(copy, data, len);
		capf_session_input(caller->session, copy, len, ++caller->now);
		free(copy);
		data += len;
		size -= len;
	}
}

/* The certificate in the fourth line of the recorded fetch. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static uint8_t message[2048];
	FILE *f = fopen(TALK, "r");
	char line[8192];
	struct capf_message m;
	unsigned int byte, i;
	const char *why;
	size_t len = 0;
	X509 *cert;

	(void)argc;
	(void)argv;
	for (i = 0; f && i < 4; i++)
		must(fgets(line, sizeof(line), f));
	if (!f) {
		perror(TALK);
		exit(1);
	}
	fclose(f);
	for (i = 4; sscanf(line + i, "%2x", &byte) == 1; i += 3)
		message[len++] = (uint8_t)byte;
	must(!capf_message_read(message, len, &m, &why));
	cert = certificate_read(m.certificate.at, m.certificate.len);
	store = X509_STORE_new();
	must(cert && store && X509_STORE_add_cert(store, cert) &&
	     X509_digest(cert, EVP_sha256(), lsc_id, NULL));
	X509_free(cert);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct caller caller = { .now = 1 };
	struct capf_config config = { .actions = &actions, .arg = &caller,
				      .times = capf_times_default,
				      .keys = capf_key_policy_default };

	if (!size)
		return 0;
	caller.device.operation = data[0] & 3;
	caller.device.mode = 1 + (data[0] >> 2 & 3);
	caller.device.order = (data[0] >> 4) % 3;
	strcpy(caller.device.string.text, "123456");
	caller.device.has_lsc = true;
	memcpy(caller.device.lsc_id, lsc_id, sizeof(lsc_id));
	caller.trust = (struct capf_trust){ .lsc = store, .now = NOW,
					    .security_level = 1 };
	caller.guard = capf_guard_new(&capf_guard_limits_default);
	caller.session = capf_session_new(&config, 1);
	capf_session_start(caller.session, caller.now);
	feed(&caller, data + 1, size - 1);
	capf_session_expire(caller.session, 1000000);
	must(caller.closed);
	capf_session_free(caller.session);
	capf_guard_free(caller.guard);
	return 0;
}
