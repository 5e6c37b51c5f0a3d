// SPDX-License-Identifier: GPL-2.0
/*
 * GET /v1/token, POST /v1/token/LABEL, DELETE /v1/token/LABEL: security tokens
 * by label, or by serial number where two have the same label.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "certificate-der.h"
#include "trust/dn.h"
#include "trust/tokens-parts.h"

#define PATH	"token"

/* What a request waits for; gone with its answer, or with the daemon. */
struct tokens_order {
	struct tokens_order *next;
	struct tokens *tokens;
	struct admin_request *request;
	unsigned int type;		/* KEYD_TOKEN_... */
	char serial[KEYD_TOKEN_SERIAL];
	char label[KEYD_TOKEN_LABEL];
};

static void end(struct tokens_order *order)
{
	struct tokens_order **at = &order->tokens->orders;

	while (*at != order)
		at = &(*at)->next;
	*at = order->next;
	free(order);
}

static void put_cert(json_t *item, const struct token *token)
{
	X509 *cert = certificate_read(token->cert, token->item.cert_len);
	char subject[TRUST_DN_SIZE], hex[65];
	uint8_t digest[32];
	unsigned int len = 0;

	if (!cert)
		return;
	if (!trust_dn_write(X509_get_subject_name(cert), TRUST_CUCM, subject))
		json_object_set_new(item, "subject", json_string(subject));
	if (X509_digest(cert, EVP_sha256(), digest, &len) == 1) {
		for (unsigned int i = 0; i < len; i++)
			snprintf(hex + 2 * i, 3, "%02x", digest[i]);
		json_object_set_new(item, "sha256", json_string(hex));
	}
	X509_free(cert);
}

/* @held: what phones are given, or NULL. */
static json_t *item_of(const struct token *token, const struct trust_list *held)
{
	unsigned int flags = token->item.flags;
	json_t *item = json_pack("{ss ss sb sb sb sb sb si}",
		"label", token->item.label, "serial", token->item.serial,
		"present", !!(flags & KEYD_TOKEN_PRESENT),
		"registered", !!(flags & KEYD_TOKEN_REGISTERED),
		"in_ctl", tokens_is_sast(held, token),
		"locked", !!(flags & KEYD_TOKEN_LOCKED),
		"several_certificates", !!(flags & KEYD_TOKEN_SEVERAL),
		"bits", (int)token->item.bits);

	if (item)
		put_cert(item, token);
	return item;
}

static int status_of(int err)
{
	return err == -ENOENT ? 404 : err == -ENOMEM ? 500 :
		err == -ENOTCONN || err == -ECONNRESET || err == -ETIMEDOUT ?
		503 : 409;
}

static void show(struct tokens *tokens, struct admin_request *request)
{
	json_t *items = json_array(), *body;
	struct trust_list *held;
	uint8_t *data;

	tokens_held(tokens, &held, &data);
	for (size_t i = 0; i < tokens->count; i++)
		json_array_append_new(items, item_of(&tokens->list[i], held));
	free(held);
	free(data);
	body = json_pack("{so}", "items", items);
	if (tokens->why[0])
		json_object_set_new(body, "note", json_string(tokens->why));
	admin_reply(request, 200, body);
}

static const struct token *find(const struct tokens *tokens, const char *name,
				bool by_serial, size_t *found)
{
	const struct token *one = NULL;

	*found = 0;
	for (size_t i = 0; i < tokens->count; i++) {
		const struct keyd_token_item *item = &tokens->list[i].item;

		if (strcmp(by_serial ? item->serial : item->label, name))
			continue;
		one = &tokens->list[i];
		++*found;
	}
	return one;
}

static void refuse(struct tokens_order *order, int status, const char *why)
{
	char object[KEYD_TOKEN_LABEL + 8];

	snprintf(object, sizeof(object), "token %s", order->label);
	if (order->type != KEYD_TOKEN_LIST)
		admin_security(order->request, order->type ==
			       KEYD_TOKEN_REGISTER ? "token-register" :
			       "token-remove", object, NULL, why);
	admin_refuse_text(order->request, status, "%s", why);
}

/* After what was asked was done: the answer has what is there now. */
static void on_shown(void *arg, int err, const char *why)
{
	struct tokens_order *order = arg;
	const struct token *token;
	struct trust_list *held;
	uint8_t *data;
	size_t found;

	(void)err;
	(void)why;
	token = find(order->tokens, order->serial, true, &found);
	tokens_held(order->tokens, &held, &data);
	admin_reply(order->request, 200, token ?
		    json_pack("{so}", "item", item_of(token, held)) : NULL);
	free(held);
	free(data);
	end(order);
}

static void on_done(void *arg, int err, const char *why)
{
	struct tokens_order *order = arg;
	char object[KEYD_TOKEN_LABEL + 8];

	if (err) {
		refuse(order, status_of(err), why);
		end(order);
		return;
	}
	snprintf(object, sizeof(object), "token %s", order->label);
	admin_security(order->request, order->type == KEYD_TOKEN_REGISTER ?
		       "token-register" : "token-remove", object, NULL, NULL);
	tokens_refresh(order->tokens, on_shown, order);
}

/* By the CTL that phones are given, whatever else was signed. */
static bool may_remove(struct tokens *tokens, const struct token *token,
		       const char **why)
{
	const struct tokens_known known = tokens_known(tokens);
	struct trust_list *held;
	uint8_t *data;
	int err = tokens_held(tokens, &held, &data);
	bool may = false;

	*why = "the CTL that phones have cannot be read: ctl update first";
	if (!err || err == -ENOENT)
		may = tokens_may_remove(&known, held, token, why);
	free(held);
	free(data);
	return may;
}

/* Who is meant is looked up among those that are there now. */
static void on_listed(void *arg, int err, const char *why)
{
	struct tokens_order *order = arg;
	struct tokens *tokens = order->tokens;
	json_t *again = json_object_get(order->request->body, "retry_pin");
	const struct token *token = NULL;
	size_t found = 0;

	if (!err && order->type == KEYD_TOKEN_LIST) {
		show(tokens, order->request);
		end(order);
		return;
	}
	if (!err) {
		token = find(tokens, order->request->rest, true, &found);
		if (!token)
			token = find(tokens, order->request->rest, false,
				     &found);
	}
	if (found == 1) {
		strcpy(order->serial, token->item.serial);
		strcpy(order->label, token->item.label);
		if (order->type == KEYD_TOKEN_REMOVE &&
		    !may_remove(tokens, token, &why)) {
			refuse(order, 409, why);
			end(order);
			return;
		}
		tokens_ask(tokens, order->type, order->serial,
			   order->type == KEYD_TOKEN_REGISTER &&
			   json_is_true(again) ? KEYD_TOKEN_RETRY_PIN : 0,
			   on_done, order);
		return;
	}
	snprintf(order->label, sizeof(order->label), "%.32s",
		 order->request->rest);
	if (err)
		refuse(order, status_of(err), why);
	else if (found)
		refuse(order, 409, "two tokens have that label: name one by "
		       "its serial number");
	else
		refuse(order, 404, tokens->why[0] ? tokens->why :
		       "there is no token of that label or serial number");
	end(order);
}

static bool is_known_body(const struct admin_request *request)
{
	const char *name;
	json_t *value;

	json_object_foreach(request->body, name, value)
		if (strcmp(name, "retry_pin") || !json_is_boolean(value))
			return false;
	return true;
}

static void on_request(void *ctx, struct admin_request *request)
{
	struct tokens *tokens = ctx;
	const char *method = request->method;
	bool named = request->rest[0];
	struct tokens_order *order;
	unsigned int type;

	type = !strcmp(method, "GET") && !named ? KEYD_TOKEN_LIST :
	       !strcmp(method, "POST") && named ? KEYD_TOKEN_REGISTER :
	       !strcmp(method, "DELETE") && named ? KEYD_TOKEN_REMOVE : 0;
	if (!type) {
		admin_refuse_method(request, named ? "POST, DELETE" : "GET");
		return;
	}
	if (request->body && !is_known_body(request)) {
		admin_refuse_text(request, 400,
				  "retry_pin, true or false, is all that "
				  "there is");
		return;
	}
	order = calloc(1, sizeof(*order));
	if (!order) {
		admin_refuse_text(request, 500, "no memory");
		return;
	}
	order->tokens = tokens;
	order->request = request;
	order->type = type;
	order->next = tokens->orders;
	tokens->orders = order;
	tokens_refresh(tokens, on_listed, order);
}

static void on_late(void *ctx, struct admin_request *request)
{
	(void)ctx;
	admin_refuse_text(request, 503, "the daemon stops");
}

int tokens_admin_open(struct tokens *tokens)
{
	return admin_resource_add(tokens->admin, PATH, on_request, tokens);
}

void tokens_admin_close(struct tokens *tokens)
{
	admin_resource_add(tokens->admin, PATH, on_late, NULL);
	while (tokens->orders) {
		refuse(tokens->orders, 503, "the daemon stops");
		end(tokens->orders);
	}
}
