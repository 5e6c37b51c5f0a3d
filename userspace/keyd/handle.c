// SPDX-License-Identifier: GPL-2.0
/* Requests that are answered at once. */
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "keyd/keyd.h"

void keyd_answer(union keyd_buffer *reply, const void *tail, size_t len)
{
	memset(&reply->m.reply, 0, sizeof(reply->m.reply));
	keyd_seal(reply, KEYD_REPLY, 0, len);
	if (len)
		memcpy(keyd_tail_room(reply), tail, len);
}

/* EIO is what is not known better, and of memory the sentence tells. */
static const char *cause_of(int err, enum keyd_reason reason)
{
	return reason != KEYD_WHY_SYSTEM || err == -EIO || err == -ENOMEM ?
		NULL : strerror(-err);
}

void keyd_refuse(union keyd_buffer *reply, int err, enum keyd_reason reason,
		 const char *why)
{
	const char *cause = cause_of(err, reason);

	keyd_answer(reply, NULL, 0);
	reply->m.reply.error = err;
	reply->m.reply.reason = reason;
	snprintf(reply->m.reply.sentence, sizeof(reply->m.reply.sentence),
		 "%s%s%s", why, cause ? ": " : "", cause ?: "");
}

static struct keyd_pair *need(struct keyd_state *state,
			      const struct keyd_which *which,
			      union keyd_buffer *reply)
{
	struct keyd_pair *pair = keyd_state_find(state, which);

	if (!pair)
		keyd_refuse(reply, -ENOENT, KEYD_WHY_NO_KEY,
			    "there is no key yet");
	return pair;
}

static void handle_csr(struct keyd_state *state, const struct keyd_csr *csr,
		       union keyd_buffer *reply)
{
	struct keyd_pair *pair = need(state, &csr->key, reply);
	uint8_t *der = NULL;
	X509_REQ *req;
	int len;

	if (!pair)
		return;
	len = keyd_issue_csr(pair->key, csr, &req) ? -1 :
		i2d_X509_REQ(req, &der);
	if (len > 0) {
		X509_REQ_free(req);
		keyd_answer(reply, der, (size_t)len);
	} else {
		keyd_refuse(reply, -EIO, KEYD_WHY_SYSTEM,
			    "the request cannot be made");
	}
	OPENSSL_free(der);
}

static void handle_tls_sign(struct keyd_state *state,
			    const union keyd_buffer *m,
			    union keyd_buffer *reply)
{
	const struct keyd_tls_sign *sign = &m->m.tls_sign;
	struct keyd_pair *pair = need(state, &sign->key, reply);
	uint8_t signature[KEYD_SIGNATURE_MAX];
	const char *why;
	size_t len;
	int err;

	if (!pair)
		return;
	err = keyd_tls_sign(pair->key, sign, keyd_tail(m), keyd_tail_len(m),
			    signature, &len, &why);
	if (!err)
		keyd_answer(reply, signature, len);
	else if (why)
		keyd_refuse(reply, err, KEYD_WHY_NOT_TLS, why);
	else
		keyd_refuse(reply, err, KEYD_WHY_SYSTEM, "signing failed");
}

/* Not even that the length is not the modulus' is told apart later. */
static void handle_unwrap(struct keyd_state *state,
			  const union keyd_buffer *m,
			  union keyd_buffer *reply)
{
	const struct keyd_tls_unwrap *unwrap = &m->m.tls_unwrap;
	struct keyd_pair *pair = need(state, &unwrap->key, reply);
	uint8_t secret[KEYD_PREMASTER_LEN];

	if (!pair)
		return;
	if (keyd_tls_unwrap(pair->key, unwrap->version, keyd_tail(m),
			    keyd_tail_len(m), secret))
		keyd_refuse(reply, -EIO, KEYD_WHY_SYSTEM, "unwrapping failed");
	else
		keyd_answer(reply, secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
}

static void handle_lsc(struct keyd_state *state, const union keyd_buffer *m,
		       union keyd_buffer *reply)
{
	const struct keyd_sign_lsc *lsc = &m->m.lsc;
	struct keyd_pair *pair = need(state, &lsc->key, reply);
	enum keyd_reason reason;
	const char *why;
	uint8_t *der;
	size_t len;
	int err;

	if (!pair)
		return;
	err = keyd_lsc_sign(state->journal, pair, lsc, keyd_tail(m),
			    keyd_tail_len(m), &der, &len, &reason, &why);
	if (err)
		keyd_refuse(reply, err, reason, why);
	else
		keyd_answer(reply, der, len);
	OPENSSL_free(der);
}

/* The time first, and it is kept before the file is told. */
static int sign_file(struct keyd_state *state, const struct keyd_pair *pair,
		     const union keyd_buffer *m, struct trust_bytes *file,
		     enum keyd_reason *reason, const char **why)
{
	const struct keyd_sign_file *one = &m->m.file;
	const struct keyd_sign_list *list = &m->m.list;
	bool is_list = m->m.head.type == KEYD_SIGN_LIST;
	uint32_t time = is_list ? list->timestamp : one->timestamp;
	enum keyd_time_kind kind = !is_list ? KEYD_TIME_FILE :
		list->kind == KEYD_CTL ? KEYD_TIME_CTL : KEYD_TIME_ITL;
	struct trust_signer signer;
	int err = keyd_times_next(&state->times, kind, &time);

	*reason = KEYD_WHY_NOT_FILE;
	*why = "its time is more than a day ahead";
	if (err)
		return err;
	if (is_list)
		keyd_signer_set(&signer, pair, list->digest, list->dialect);
	err = is_list ? keyd_list_sign(&signer, list, time, keyd_tail(m), file,
				       reason, why) :
			keyd_file_sign(pair, one, time, keyd_tail(m),
				       keyd_tail_len(m), file, reason, why);
	if (err)
		return err;
	*reason = KEYD_WHY_NOT_FILE;
	*why = "it is too long to be answered";
	if (file->len > KEYD_MESSAGE_MAX - keyd_size(KEYD_REPLY))
		return -EMSGSIZE;
	*reason = KEYD_WHY_SYSTEM;
	*why = "its time cannot be stored";
	return keyd_times_keep(&state->dir, &state->times, kind, time);
}

static void handle_file(struct keyd_state *state, const struct keyd_which *key,
			const union keyd_buffer *m, union keyd_buffer *reply)
{
	struct keyd_pair *pair = need(state, key, reply);
	struct trust_bytes file = { 0 };
	enum keyd_reason reason;
	const char *why;
	int err;

	if (!pair)
		return;
	err = sign_file(state, pair, m, &file, &reason, &why);
	if (err)
		keyd_refuse(reply, err, reason, why);
	else
		keyd_answer(reply, file.data, file.len);
	/* One that is signed alone may have secrets in it as well. */
	if (file.data)
		explicit_bzero(file.data, file.len);
	trust_bytes_free(&file);
}

void keyd_handle(struct keyd_state *state, const union keyd_buffer *request,
		 union keyd_buffer *reply)
{
	switch (request->m.head.type) {
	case KEYD_PROMOTE:
		keyd_state_promote(state, &request->m.which, reply);
		break;
	case KEYD_REQUEST:
		handle_csr(state, &request->m.csr, reply);
		break;
	case KEYD_IMPORT:
		keyd_state_import(state, request, reply);
		break;
	case KEYD_TLS_SIGN:
		handle_tls_sign(state, request, reply);
		break;
	case KEYD_TLS_UNWRAP:
		handle_unwrap(state, request, reply);
		break;
	case KEYD_SIGN_LSC:
		handle_lsc(state, request, reply);
		break;
	case KEYD_SIGN_FILE:
		handle_file(state, &request->m.file.key, request, reply);
		break;
	case KEYD_SIGN_LIST:
		handle_file(state, &request->m.list.key, request, reply);
		break;
	default:
		keyd_answer(reply, NULL, 0);
	}
}
