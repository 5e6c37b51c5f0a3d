// SPDX-License-Identifier: GPL-2.0
/* Requests about security tokens, and a CTL that one of them signs. */
#include <errno.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "certificate-der.h"
#include "keyd/keyd.h"

static void item_of(struct keyd_token_item *item, const char *label,
		    const char *serial, const uint8_t *cert, size_t len)
{
	X509 *x509 = certificate_read(cert, len);

	memset(item, 0, sizeof(*item));
	memcpy(item->label, label, sizeof(item->label));
	memcpy(item->serial, serial, sizeof(item->serial));
	item->cert_len = (uint16_t)len;
	if (x509)
		item->bits = (uint16_t)EVP_PKEY_get_bits(
						X509_get0_pubkey(x509));
	X509_free(x509);
}

struct tail {
	uint8_t *data;
	size_t len;
};

static void put_item(struct tail *tail, const struct keyd_token_item *item,
		     const uint8_t *cert)
{
	memcpy(tail->data + tail->len, item, sizeof(*item));
	memcpy(tail->data + tail->len + sizeof(*item), cert, item->cert_len);
	tail->len += sizeof(*item) + item->cert_len;
}

static const struct token_shown *shown_of(const struct token_answer *answer,
					  const char *serial)
{
	for (uint32_t i = 0; i < answer->count; i++)
		if (!strcmp(answer->shown[i].serial, serial))
			return &answer->shown[i];
	return NULL;
}

static void put_registered(struct keyd_state *state, struct tail *tail,
			   const struct token_answer *answer)
{
	for (uint32_t i = 0; i < state->tokens.count; i++) {
		const struct keyd_token *token = &state->tokens.list[i];
		const struct token_shown *shown = shown_of(answer,
							   token->serial);
		struct keyd_token_item item;

		item_of(&item, token->label, token->serial, token->cert,
			token->cert_len);
		item.flags = KEYD_TOKEN_REGISTERED;
		if (shown)
			item.flags |= KEYD_TOKEN_PRESENT | shown->flags;
		put_item(tail, &item, token->cert);
	}
}

static void put_others(struct keyd_state *state, struct tail *tail,
		       const struct token_answer *answer)
{
	for (uint32_t i = 0; i < answer->count; i++) {
		const struct token_shown *shown = &answer->shown[i];
		struct keyd_token_item item;

		if (keyd_tokens_find(&state->tokens, shown->serial))
			continue;
		item_of(&item, shown->label, shown->serial, shown->cert,
			shown->cert_len);
		item.flags = KEYD_TOKEN_PRESENT | shown->flags;
		put_item(tail, &item, shown->cert);
	}
}

/* Those that are registered can be told in any case. */
static void tell_all(struct keyd_state *state,
		     const struct token_answer *answer, const char *why,
		     union keyd_buffer *reply)
{
	struct tail tail;

	keyd_answer(reply, NULL, 0);
	tail = (struct tail){ keyd_tail_room(reply), 0 };
	put_registered(state, &tail, answer);
	put_others(state, &tail, answer);
	keyd_seal(reply, KEYD_REPLY, 0, tail.len);
	strncpy(reply->m.reply.sentence, why, KEYD_SENTENCE_LEN - 1);
}

static bool is_recovery(struct keyd_state *state, const uint8_t *der,
			size_t len)
{
	X509 *cert = certificate_read(der, len);
	bool is = false;

	for (unsigned int slot = 0; cert && slot < KEYD_SLOT_END; slot++) {
		const struct keyd_pair *pair =
			&state->pairs[KEYD_ITLRECOVERY][KEYD_RSA][slot];

		is |= pair->count && !X509_cmp(pair->certs[0], cert);
	}
	X509_free(cert);
	return is;
}

/*
 * Whose list it may be: phones take whatever a SAST signs, so none is signed in
 * that is not ours. itlrecovery is the way there and back.
 */
static const char *judge_list(struct keyd_state *state,
			      const union keyd_buffer *m)
{
	const struct keyd_sign_list *list = &m->m.list;
	const uint8_t *at = keyd_tail(m);

	if (state->tokens.count < KEYD_TOKENS_NEEDED)
		return "fewer than two tokens are registered";
	for (uint32_t i = 0; i < list->count; i++) {
		size_t len = list->records[i].cert_len;

		if (!list->records[i].function &&
		    !keyd_tokens_by_cert(&state->tokens, at, len) &&
		    !is_recovery(state, at, len))
			return "a SAST is neither a registered token nor "
			       "itlrecovery";
		at += len;
	}
	return NULL;
}

/* Whether phones believe those that are left ucsecd knows, who published. */
static void forget(struct keyd_state *state, const union keyd_buffer *m,
		   union keyd_buffer *reply)
{
	struct keyd_tokens next = state->tokens;
	struct keyd_token *token = keyd_tokens_find(&next,
						    m->m.token.serial);
	int err;

	if (!token) {
		keyd_refuse(reply, -ENOENT, KEYD_WHY_TOKEN,
			    "no such token is registered");
		return;
	}
	keyd_tokens_remove(&next, token);
	err = keyd_tokens_store(&state->dir, &state->tokens, &next);
	if (err)
		keyd_refuse(reply, err, KEYD_WHY_SYSTEM,
			    "the tokens cannot be stored");
	else
		keyd_answer(reply, NULL, 0);
}

/*
 * Marked on the disk before the token is asked, and until it has taken it: who
 * ends meanwhile does not know whether the token counted that as a wrong one.
 */
static bool mark_pin(struct keyd_state *state, struct keyd_token_job *job,
		     union keyd_buffer *reply)
{
	struct keyd_tokens next = state->tokens;
	int err;

	keyd_tokens_add_mark(&next, job->mark);
	err = keyd_tokens_store(&state->dir, &state->tokens, &next);
	job->marked = !err;
	if (err)
		keyd_refuse(reply, err, KEYD_WHY_SYSTEM, "it is not tried, as "
			    "that a PIN is tried cannot be stored");
	return job->marked;
}

/* The PIN of its token; false: refused. */
static bool give_pin(struct keyd_state *state, struct keyd_token_job *job,
		     bool again, union keyd_buffer *reply)
{
	const char *pin = keyd_pins_find(state->pins, job->token.serial);

	if (!pin)
		return true;
	if (state->pin_asked) {
		keyd_refuse(reply, -EBUSY, KEYD_WHY_BUSY, "a token is asked "
			    "about a PIN at this moment");
		return false;
	}
	strcpy(job->pin, pin);
	job->has_pin = true;
	if (keyd_tokens_mark(&state->dir, job->token.serial, pin, job->mark)) {
		keyd_refuse(reply, -EIO, KEYD_WHY_SYSTEM,
			    "a PIN cannot be looked up");
		return false;
	}
	if (!keyd_tokens_is_marked(&state->tokens, job->mark))
		return mark_pin(state, job, reply);
	if (again)
		return true;
	keyd_refuse(reply, -EACCES, KEYD_WHY_PIN, "the token has been asked "
		    "about that PIN and did not take it: it is not tried again "
		    "unless told to, so as not to lock it");
	return false;
}

static bool begin_list(struct keyd_state *state, const union keyd_buffer *m,
		       struct keyd_token_job *job, union keyd_buffer *reply)
{
	const struct keyd_token *token = keyd_tokens_find(&state->tokens,
							  m->m.list.token);
	const char *why = token ? judge_list(state, m) : NULL;

	if (!token) {
		keyd_refuse(reply, -ENOENT, KEYD_WHY_TOKEN,
			    "no such token is registered");
		return false;
	}
	if (why) {
		keyd_refuse(reply, -EPERM, KEYD_WHY_TOKENS, why);
		return false;
	}
	job->time = m->m.list.timestamp;
	if (keyd_times_next(&state->times, KEYD_TIME_CTL, &job->time)) {
		keyd_refuse(reply, -ERANGE, KEYD_WHY_NOT_FILE,
			    "its time is more than a day ahead");
		return false;
	}
	job->token = *token;
	job->list = malloc(m->m.head.len);
	if (job->list)
		memcpy(job->list, m, m->m.head.len);
	else
		keyd_refuse(reply, -ENOMEM, KEYD_WHY_SYSTEM, "no memory");
	return job->list && give_pin(state, job, false, reply);
}

static bool begin_register(struct keyd_state *state,
			   const struct keyd_token_ref *ref,
			   struct keyd_token_job *job,
			   union keyd_buffer *reply)
{
	const struct keyd_token *known = keyd_tokens_find(&state->tokens,
							  ref->serial);

	job->again = ref->flags & KEYD_TOKEN_RETRY_PIN;
	if (known && !job->again) {
		keyd_refuse(reply, -EEXIST, KEYD_WHY_TOKEN,
			    "the token is registered already");
		return false;
	}
	if (!known && state->tokens.count == KEYD_TOKENS) {
		keyd_refuse(reply, -ENOSPC, KEYD_WHY_FULL,
			    "eight tokens are registered already");
		return false;
	}
	memcpy(job->token.serial, ref->serial, sizeof(ref->serial));
	return give_pin(state, job, job->again, reply);
}

/* Taken, or not even tried by whom it was marked for. */
static void settle_mark(struct keyd_state *state,
			const struct keyd_token_job *job)
{
	struct keyd_tokens next = state->tokens;

	if (job->pin_is == TOKEN_PIN_ASKED ||
	    (job->pin_is == TOKEN_PIN_UNUSED && !job->marked))
		return;
	keyd_tokens_unmark(&next, job->mark);
	/* Where that cannot be stored, the next keyd has to be told to try. */
	if (keyd_tokens_store(&state->dir, &state->tokens, &next))
		state->tokens = next;
}

static bool begin(struct keyd_state *state, const union keyd_buffer *m,
		  struct keyd_token_job *job, union keyd_buffer *reply)
{
	if (!state->token_thread) {
		keyd_refuse(reply, -ENODEV, KEYD_WHY_TOKEN, state->no_tokens);
		return false;
	}
	switch (job->type) {
	case KEYD_TOKEN_LIST:
		break;
	case KEYD_TOKEN_REGISTER:
		if (!begin_register(state, &m->m.token, job, reply))
			return false;
		break;
	default:
		if (!begin_list(state, m, job, reply))
			return false;
	}
	if (!keyd_token_thread_ask(state->token_thread, job)) {
		state->pin_asked |= job->has_pin;
		return true;
	}
	settle_mark(state, job);
	keyd_refuse(reply, -EBUSY, KEYD_WHY_BUSY,
		    "too much is asked of tokens already");
	return false;
}

bool keyd_token_handle(struct keyd_state *state, const union keyd_buffer *m,
		       uint32_t session, union keyd_buffer *reply)
{
	static const struct token_answer none;
	struct keyd_token_job *job;

	if (m->m.head.type == KEYD_TOKEN_REMOVE) {
		forget(state, m, reply);
		return false;
	}
	if (m->m.head.type == KEYD_TOKEN_LIST && !state->token_thread) {
		tell_all(state, &none, state->no_tokens, reply);
		return false;
	}
	job = calloc(1, sizeof(*job));
	if (!job) {
		keyd_refuse(reply, -ENOMEM, KEYD_WHY_SYSTEM, "no memory");
		return false;
	}
	job->id = m->m.head.id;
	job->type = m->m.head.type;
	job->session = session;
	if (begin(state, m, job, reply))
		return true;
	keyd_token_job_free(job);
	return false;
}

static void done_register(struct keyd_state *state,
			  const struct keyd_token_job *job,
			  union keyd_buffer *reply)
{
	struct keyd_tokens next = state->tokens;
	const struct keyd_token *known = keyd_tokens_find(&next,
							  job->token.serial);
	int err;

	/* Its PIN alone was to be tried: it stays what it is. */
	if (known && job->again &&
	    known->cert_len == job->token.cert_len &&
	    !memcmp(known->cert, job->token.cert, known->cert_len)) {
		keyd_answer(reply, known->cert, known->cert_len);
		return;
	}
	if (next.count == KEYD_TOKENS || known) {
		keyd_refuse(reply, -EEXIST, KEYD_WHY_TOKEN,
			    "the token is registered already");
		return;
	}
	next.list[next.count++] = job->token;
	err = keyd_tokens_store(&state->dir, &state->tokens, &next);
	if (err)
		keyd_refuse(reply, err, KEYD_WHY_SYSTEM,
			    "the token cannot be stored");
	else
		keyd_answer(reply, job->token.cert, job->token.cert_len);
}

static void done_list(struct keyd_state *state,
		      const struct keyd_token_job *job,
		      union keyd_buffer *reply)
{
	const char *why = judge_list(state, job->list);
	int err;

	/* Much may have been signed while the token did. */
	if (why || !keyd_tokens_find(&state->tokens, job->token.serial) ||
	    state->times.last[KEYD_TIME_CTL] > job->time)
		keyd_refuse(reply, -EAGAIN, KEYD_WHY_TOKENS, why ? why :
			    "tokens or CTL have changed meanwhile");
	else if (job->file.len > KEYD_MESSAGE_MAX - keyd_size(KEYD_REPLY))
		keyd_refuse(reply, -EMSGSIZE, KEYD_WHY_NOT_FILE,
			    "it is too long to be answered");
	else if ((err = keyd_times_keep(&state->dir, &state->times,
					KEYD_TIME_CTL, job->time)))
		keyd_refuse(reply, err, KEYD_WHY_SYSTEM,
			    "its time cannot be stored");
	else
		keyd_answer(reply, job->file.data, job->file.len);
}

void keyd_token_done(struct keyd_state *state, struct keyd_token_job *job,
		     union keyd_buffer *reply)
{
	static const struct token_answer none;

	if (job->has_pin)
		state->pin_asked = false;
	settle_mark(state, job);
	if (job->type == KEYD_TOKEN_LIST)
		tell_all(state, job->err ? &none : &job->answer, job->why,
			 reply);
	else if (job->err)
		keyd_refuse(reply, job->err, job->reason, job->why);
	else if (job->type == KEYD_TOKEN_REGISTER)
		done_register(state, job, reply);
	else
		done_list(state, job, reply);
}
