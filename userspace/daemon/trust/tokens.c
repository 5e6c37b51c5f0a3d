// SPDX-License-Identifier: GPL-2.0
/* Security tokens, as keyd tells of them. */
#include "trust/tokens.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "files/publisher.h"
#include "store/store.h"
#include "trust/keyd-client.h"
#include "trust/keys.h"
#include "trust/tokens-parts.h"

struct tokens_ask {
	struct tokens_ask *next;
	struct tokens *tokens;
	bool lists;
	uint32_t id;
	tokens_fn fn;
	void *arg;
};

static void unlink_ask(struct tokens_ask *ask)
{
	struct tokens_ask **at = &ask->tokens->asks;

	while (*at != ask)
		at = &(*at)->next;
	*at = ask->next;
}

static void keep(struct tokens *tokens, const union keyd_buffer *answer)
{
	const uint8_t *at = keyd_tail(answer), *cert;
	size_t left = keyd_tail_len(answer);

	tokens->count = 0;
	while (tokens->count < TOKENS_MAX) {
		struct token *token = &tokens->list[tokens->count];

		if (keyd_token_next(&at, &left, &token->item, &cert))
			break;
		memcpy(token->cert, cert, token->item.cert_len);
		tokens->count++;
	}
	memcpy(tokens->why, answer->m.reply.sentence, sizeof(tokens->why));
}

static const char *explain(int err, const union keyd_buffer *answer)
{
	if (answer && answer->m.head.type == KEYD_REPLY &&
	    answer->m.reply.sentence[0])
		return answer->m.reply.sentence;
	return err ? "ucsec-keyd does not answer" : "";
}

static void on_answer(void *arg, int err, const union keyd_buffer *answer)
{
	struct tokens_ask *ask = arg;

	unlink_ask(ask);
	if (!err && ask->lists)
		keep(ask->tokens, answer);
	if (ask->fn)
		ask->fn(ask->arg, err, explain(err, answer));
	free(ask);
}

static void send_ask(struct tokens *tokens, unsigned int type, tokens_fn fn,
		     void *arg)
{
	struct tokens_ask *ask = calloc(1, sizeof(*ask));
	int err = -ENOMEM;

	if (ask) {
		*ask = (struct tokens_ask){
			.next = tokens->asks, .tokens = tokens,
			.lists = type == KEYD_TOKEN_LIST, .fn = fn, .arg = arg,
		};
		err = keyd_client_send(trust_keys_client(tokens->keys), type,
				       &tokens->request, 0, on_answer, ask,
				       &ask->id);
	}
	if (!err) {
		tokens->asks = ask;
		return;
	}
	free(ask);
	if (fn)
		fn(arg, err, err == -ENOMEM ? "no memory" :
		   "ucsec-keyd does not answer");
}

void tokens_refresh(struct tokens *tokens, tokens_fn fn, void *arg)
{
	memset(&tokens->request.m, 0, sizeof(tokens->request.m));
	send_ask(tokens, KEYD_TOKEN_LIST, fn, arg);
}

void tokens_ask(struct tokens *tokens, unsigned int type, const char *serial,
		unsigned int flags, tokens_fn fn, void *arg)
{
	struct keyd_token_ref *ref = &tokens->request.m.token;

	memset(&tokens->request.m, 0, sizeof(tokens->request.m));
	strncpy(ref->serial, serial, sizeof(ref->serial) - 1);
	ref->flags = (uint8_t)flags;
	send_ask(tokens, type, fn, arg);
}

static void on_keys(void *arg, bool up)
{
	if (up)
		tokens_refresh(arg, NULL, NULL);
}

int tokens_open(struct tokens **made, struct store *store,
		struct trust_keys *keys, struct publisher *publisher,
		struct admin *admin)
{
	struct tokens *tokens = calloc(1, sizeof(*tokens));
	int err;

	*made = tokens;
	if (!tokens)
		return -ENOMEM;
	tokens->store = store;
	tokens->keys = keys;
	tokens->publisher = publisher;
	tokens->admin = admin;
	err = trust_keys_watch(keys, on_keys, tokens);
	if (!err)
		err = tokens_admin_open(tokens);
	if (err) {
		tokens_close(tokens);
		*made = NULL;
		return err;
	}
	tokens_refresh(tokens, NULL, NULL);
	return 0;
}

void tokens_close(struct tokens *tokens)
{
	struct tokens_ask *ask;

	if (!tokens)
		return;
	trust_keys_unwatch(tokens->keys, on_keys, tokens);
	tokens_admin_close(tokens);
	while ((ask = tokens->asks)) {
		tokens->asks = ask->next;
		keyd_client_forget(trust_keys_client(tokens->keys), ask->id);
		free(ask);
	}
	free(tokens);
}

int tokens_held(const struct tokens *tokens, struct trust_list **held,
		uint8_t **data)
{
	struct trust_fault fault;
	size_t len;
	int err;

	*data = NULL;
	*held = calloc(1, sizeof(**held));
	err = *held ? publisher_get(tokens->publisher, "CTLFile.tlv", data,
				    &len) : -ENOMEM;
	if (!err)
		err = trust_list_read(*data, len, *held, &fault);
	if (err) {
		free(*held);
		*held = NULL;
	}
	return err;
}

struct tokens_known tokens_known(const struct tokens *tokens)
{
	const struct trust_key *key = trust_keys_find(tokens->keys,
			KEYD_ITLRECOVERY, KEYD_RSA, KEYD_CURRENT);
	struct tokens_known known = {
		.by_token = store_param(tokens->store,
					STORE_PARAM_CTL_SIGNER) ==
			    STORE_CTL_SIGNER_TOKEN,
		.list = tokens->list,
		.count = tokens->count,
	};

	if (key)
		known.recovery = (struct trust_span){ key->certs[0].data,
						      key->certs[0].len };
	return known;
}

bool tokens_signer(const struct tokens *tokens, const struct trust_list *held,
		   struct tokens_choice *choice, const char **why)
{
	const struct tokens_known known = tokens_known(tokens);

	return tokens_choose(&known, held, choice, why);
}
