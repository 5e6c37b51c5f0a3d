// SPDX-License-Identifier: GPL-2.0
/* The tokens that may sign, on disk and in memory. */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "keyd/request-check.h"
#include "keyd/token.h"

#define NAME	"tokens"

enum { MAGIC = 0x756b7001 };	/* "ukp", version 1 */

static bool is_sound(const struct keyd_tokens *tokens)
{
	if (tokens->magic != MAGIC || tokens->count > KEYD_TOKENS ||
	    tokens->next_mark >= TOKEN_MARKS)
		return false;
	for (uint32_t i = 0; i < tokens->count; i++) {
		const struct keyd_token *token = &tokens->list[i];

		if (keyd_check_serial(token->serial) ||
		    !keyd_is_string(token->label, sizeof(token->label)) ||
		    !token->cert_len || token->cert_len > KEYD_TOKEN_CERT_MAX)
			return false;
	}
	return true;
}

int keyd_tokens_load(const struct keyd_dir *dir, struct keyd_tokens *tokens)
{
	uint8_t *data;
	size_t len;
	int err = keyd_file_read(dir, NAME, sizeof(*tokens), &data, &len);

	memset(tokens, 0, sizeof(*tokens));
	tokens->magic = MAGIC;
	if (err == -ENOENT)
		return 0;
	if (err)
		return err == -EFBIG ? -EBADMSG : err;
	if (len == sizeof(*tokens))
		memcpy(tokens, data, len);
	free(data);
	return len == sizeof(*tokens) && is_sound(tokens) ? 0 : -EBADMSG;
}

int keyd_tokens_store(const struct keyd_dir *dir, struct keyd_tokens *tokens,
		      const struct keyd_tokens *next)
{
	int err;

	if (!memcmp(tokens, next, sizeof(*next)))
		return 0;
	err = keyd_file_write(dir, NAME, next, sizeof(*next));
	if (!err)
		*tokens = *next;
	return err;
}

struct keyd_token *keyd_tokens_find(struct keyd_tokens *tokens,
				    const char *serial)
{
	for (uint32_t i = 0; i < tokens->count; i++)
		if (!strcmp(tokens->list[i].serial, serial))
			return &tokens->list[i];
	return NULL;
}

const struct keyd_token *keyd_tokens_by_cert(const struct keyd_tokens *tokens,
					     const uint8_t *der, size_t len)
{
	for (uint32_t i = 0; i < tokens->count; i++)
		if (tokens->list[i].cert_len == len &&
		    !memcmp(tokens->list[i].cert, der, len))
			return &tokens->list[i];
	return NULL;
}

void keyd_tokens_remove(struct keyd_tokens *tokens, struct keyd_token *token)
{
	struct keyd_token *end = tokens->list + tokens->count;

	memmove(token, token + 1, (size_t)((char *)end - (char *)(token + 1)));
	memset(end - 1, 0, sizeof(*end));
	tokens->count--;
}

/* A PIN has few digits: without the secret, a digest of it would tell it. */
int keyd_tokens_mark(const struct keyd_dir *dir, const char *serial,
		     const char *pin, uint8_t mark[TOKEN_MARK_LEN])
{
	uint8_t what[KEYD_TOKEN_SERIAL + TOKEN_PIN_SIZE] = { 0 };
	unsigned int len;
	int good;

	strncpy((char *)what, serial, KEYD_TOKEN_SERIAL - 1);
	strncpy((char *)what + KEYD_TOKEN_SERIAL, pin, TOKEN_PIN_SIZE - 1);
	good = !!HMAC(EVP_sha256(), dir->secret, sizeof(dir->secret), what,
		      sizeof(what), mark, &len);
	explicit_bzero(what, sizeof(what));
	return good ? 0 : -EIO;
}

bool keyd_tokens_is_marked(const struct keyd_tokens *tokens,
			   const uint8_t mark[TOKEN_MARK_LEN])
{
	for (size_t i = 0; i < TOKEN_MARKS; i++)
		if (!memcmp(tokens->marks[i], mark, TOKEN_MARK_LEN))
			return true;
	return false;
}

/* Where there is room; else the oldest one that was refused is forgotten. */
void keyd_tokens_add_mark(struct keyd_tokens *tokens,
			  const uint8_t mark[TOKEN_MARK_LEN])
{
	static const uint8_t none[TOKEN_MARK_LEN];
	size_t i = 0;

	while (i < TOKEN_MARKS && memcmp(tokens->marks[i], none, sizeof(none)))
		i++;
	if (i == TOKEN_MARKS) {
		i = tokens->next_mark;
		tokens->next_mark = (tokens->next_mark + 1) % TOKEN_MARKS;
	}
	memcpy(tokens->marks[i], mark, TOKEN_MARK_LEN);
}

void keyd_tokens_unmark(struct keyd_tokens *tokens,
			const uint8_t mark[TOKEN_MARK_LEN])
{
	for (size_t i = 0; i < TOKEN_MARKS; i++)
		if (!memcmp(tokens->marks[i], mark, TOKEN_MARK_LEN))
			memset(tokens->marks[i], 0, TOKEN_MARK_LEN);
}
