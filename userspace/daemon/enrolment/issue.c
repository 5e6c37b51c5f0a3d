// SPDX-License-Identifier: GPL-2.0
/*
 * A phone's key on its way to ucsec-keyd, and its LSC on the way back.
 *
 * The request's id is made of what is asked for: the key, the phone, and which
 * of its enrolments this is. So whoever asks again, this daemon or the next one,
 * asks for the same certificate, and keyd's journal has it.
 */
#include <errno.h>
#include <event2/event.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enrolment/internal.h"
#include "metrics.h"
#include "trust/keyd-client.h"
#include "trust/keys.h"

enum { AGAIN_MS = 300 };

static void ask(struct visit *visit);

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct visit *visit = arg;

	(void)fd;
	(void)what;
	event_free(visit->again);
	visit->again = NULL;
	ask(visit);
	visit_arm(visit);
}

static void refuse(struct visit *visit, enum capf_result result,
		   const char *why)
{
	snprintf(visit->why, sizeof(visit->why), "%s", why);
	capf_session_refuse(visit->session, CAPF_REASON_DECLINED, result,
			    visit->why);
}

/* As long as the session waits; until then keyd may be back. */
static void ask_later(struct visit *visit)
{
	const struct timeval tv = { 0, AGAIN_MS * 1000 };

	visit->again = evtimer_new(visit->all->config.base, on_again, visit);
	if (!visit->again || evtimer_add(visit->again, &tv))
		refuse(visit, CAPF_RESULT_CA_NO_COMMUNICATION, "out of memory");
}

static enum capf_result result_of(enum keyd_reason reason)
{
	switch (reason) {
	case KEYD_WHY_WEAK:
	case KEYD_WHY_NOT_KEY:
	case KEYD_WHY_KEY_OF_ANOTHER:
		return CAPF_RESULT_KEY_FAILED;
	default:
		return CAPF_RESULT_CA_REJECTED;
	}
}

static int copy(struct visit *visit, const union keyd_buffer *answer)
{
	size_t len = keyd_tail_len(answer);

	if (!len || len > KEYD_CERT_MAX)
		return -EBADMSG;
	visit->issued = malloc(len);
	if (!visit->issued)
		return -ENOMEM;
	memcpy(visit->issued, keyd_tail(answer), len);
	visit->issued_len = len;
	return 0;
}

/*
 * Who has an LSC, or enrols by one, will show this one, maybe before we hear of
 * it again; where another is on record, it would be nobody's.
 */
static void hand_over(struct visit *visit)
{
	metrics_add(visit->all->issued, 1);
	if (visit->device.mode == CAPF_BY_LSC_FIRST ||
	    visit->device.has_lsc) {
		if (visit_keep_issued(visit))
			refuse(visit, CAPF_RESULT_NO_COMMUNICATION,
			       "the certificate could not be written down");
		return;
	}
	capf_session_issued(visit->session, visit->issued, visit->issued_len,
			    enrolment_now());
}

static bool may_ask_again(int err)
{
	return err == -ENOTCONN || err == -ECONNRESET || err == -ETIMEDOUT ||
	       err == -ENOBUFS;
}

static void on_answer(void *arg, int err, const union keyd_buffer *answer)
{
	struct visit *visit = arg;

	visit->asked = 0;
	if (!err)
		err = copy(visit, answer);
	if (!err)
		hand_over(visit);
	else if (may_ask_again(err))
		ask_later(visit);
	else if (answer)
		refuse(visit, result_of(answer->m.reply.reason),
		       answer->m.reply.sentence);
	else
		refuse(visit, CAPF_RESULT_CA_REJECTED, strerror(-err));
	visit_arm(visit);
}

static void ask(struct visit *visit)
{
	struct enrolment *all = visit->all;
	struct keyd_client *client = trust_keys_client(all->config.keys);
	union keyd_buffer *request = &all->request;
	int err = -ENOTCONN;

	memset(&request->m, 0, sizeof(request->m));
	request->m.head.type = KEYD_SIGN_LSC;
	request->m.lsc = visit->lsc;
	memcpy(keyd_tail_room(request), visit->spki, visit->spki_len);
	if (client)
		err = keyd_client_send(client, KEYD_SIGN_LSC, request,
				       visit->spki_len, on_answer, visit,
				       &visit->asked);
	if (may_ask_again(err))
		ask_later(visit);
	else if (err)
		refuse(visit, CAPF_RESULT_CA_REJECTED, strerror(-err));
}

/* Numbers as they lie in memory: who asks again is on the same machine. */
static int make_id(struct visit *visit, const struct trust_key *issuer,
		   int64_t serial)
{
	static const char what[] = "ucsec request for an LSC";
	uint8_t id[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) &&
		EVP_DigestUpdate(ctx, what, sizeof(what)) &&
		EVP_DigestUpdate(ctx, &visit->phone, sizeof(visit->phone)) &&
		EVP_DigestUpdate(ctx, &serial, sizeof(serial)) &&
		EVP_DigestUpdate(ctx, issuer->sha256, sizeof(issuer->sha256)) &&
		EVP_DigestUpdate(ctx, &visit->lsc, sizeof(visit->lsc)) &&
		EVP_DigestUpdate(ctx, visit->spki, visit->spki_len) &&
		EVP_DigestFinal_ex(ctx, id, NULL);

	EVP_MD_CTX_free(ctx);
	if (!good)
		return -ENOMEM;
	memcpy(visit->lsc.request, id, sizeof(visit->lsc.request));
	return 0;
}

static int prepare(struct visit *visit, const struct capf_request *request,
		   const struct trust_key *issuer)
{
	struct store *store = visit->all->config.store;
	int64_t serial;
	int err = store_enrolment_serial(store, visit->phone, &serial);

	if (err)
		return err;
	memset(&visit->lsc, 0, sizeof(visit->lsc));
	visit->lsc.key = issuer->which;
	snprintf(visit->lsc.device, sizeof(visit->lsc.device), "%s",
		 visit->name);
	visit->lsc.profile = KEYD_LSC_PHONE;
	visit->lsc.days = (uint16_t)store_param(store,
						STORE_PARAM_CAPF_LSC_DAYS);
	if (request->kind.type == CAPF_RSA && request->kind.bits == 1024)
		visit->lsc.flags = KEYD_LSC_RSA_1024;
	memcpy(visit->spki, request->spki.at, request->spki.len);
	visit->spki_len = request->spki.len;
	return make_id(visit, issuer, serial);
}

void visit_issue(void *arg, const struct capf_request *request)
{
	struct visit *visit = arg;
	const struct trust_key *issuer =
		trust_keys_find(visit->all->config.keys, KEYD_CAPF, KEYD_RSA,
				KEYD_CURRENT);

	if (!issuer)
		refuse(visit, CAPF_RESULT_CA_NO_COMMUNICATION,
		       "CAPF has no key to sign with");
	else if (request->spki.len > sizeof(visit->spki))
		refuse(visit, CAPF_RESULT_KEY_FAILED, "the key is too long");
	else if (prepare(visit, request, issuer))
		refuse(visit, CAPF_RESULT_CA_NO_COMMUNICATION,
		       "the request could not be made");
	else
		ask(visit);
}

void visit_forget_issue(struct visit *visit)
{
	struct keyd_client *client = trust_keys_client(visit->all->config.keys);

	if (visit->asked && client)
		keyd_client_forget(client, visit->asked);
	visit->asked = 0;
	if (visit->again)
		event_free(visit->again);
	visit->again = NULL;
}
