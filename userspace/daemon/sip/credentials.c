// SPDX-License-Identifier: GPL-2.0
// Digest headers taken apart, digests computed (RFC 7616 section 3.4).

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sip/credentials.h"

struct field {
	const char *name;
	size_t offset, size;
};

#define FIELD(n) { #n, offsetof(struct sip_credentials, n), \
	sizeof(((struct sip_credentials *)NULL)->n) }

static const struct field fields[] = {
	FIELD(username), FIELD(realm), FIELD(nonce), FIELD(uri),
	FIELD(response), FIELD(algorithm), FIELD(cnonce), FIELD(qop),
	FIELD(nc),
};

static void skip_space(struct sip_text *rest)
{
	while (rest->len && memchr(" \t\r\n", rest->at[0], 4)) {
		rest->at++;
		rest->len--;
	}
}

static struct sip_text take_token(struct sip_text *rest)
{
	struct sip_text token = { rest->at, 0 };

	while (rest->len && sip_char_is_token(rest->at[0])) {
		rest->at++;
		rest->len--;
		token.len++;
	}
	return token;
}

/* A field that was there may not come again: which one would count? */
static int put(char *to, size_t size, size_t *n, char c)
{
	if (!to)
		return 0;
	if (!c || *n + 1 >= size)
		return -EBADMSG;
	to[(*n)++] = c;
	return 0;
}

static int take_quoted(struct sip_text *rest, char *to, size_t size)
{
	size_t n = 0, i;

	for (i = 1; i < rest->len; i++) {
		char c = rest->at[i];

		if (c == '"') {
			rest->at += i + 1;
			rest->len -= i + 1;
			return 0;
		}
		if (c == '\\' && ++i < rest->len)
			c = rest->at[i];
		if (put(to, size, &n, c))
			return -EBADMSG;
	}
	return -EBADMSG;
}

static int take_value(struct sip_text *rest, char *to, size_t size)
{
	struct sip_text token;
	size_t n = 0, i;

	skip_space(rest);
	if (rest->len && rest->at[0] == '"')
		return take_quoted(rest, to, size);
	token = take_token(rest);
	for (i = 0; i < token.len; i++) {
		if (put(to, size, &n, token.at[i]))
			return -EBADMSG;
	}
	return token.len ? 0 : -EBADMSG;
}

static const struct field *find_field(struct sip_text name)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (sip_text_is(name, fields[i].name))
			return &fields[i];
	}
	return NULL;
}

static int take_param(struct sip_text *rest, struct sip_credentials *to,
		      unsigned int *seen)
{
	struct sip_text name = take_token(rest);
	const struct field *field = find_field(name);
	unsigned int bit;

	skip_space(rest);
	if (!name.len || !rest->len || rest->at[0] != '=')
		return -EBADMSG;
	rest->at++;
	rest->len--;
	if (!field)
		return take_value(rest, NULL, 0);
	bit = 1u << (field - fields);
	if (*seen & bit)
		return -EBADMSG;
	*seen |= bit;
	return take_value(rest, (char *)to + field->offset, field->size);
}

int sip_credentials_parse(struct sip_text value, struct sip_credentials *to)
{
	struct sip_text rest = value, scheme;
	unsigned int seen = 0;
	int err;

	memset(to, 0, sizeof(*to));
	skip_space(&rest);
	scheme = take_token(&rest);
	if (!sip_text_is(scheme, "Digest"))
		return scheme.len ? -ENOTSUP : -EBADMSG;
	do {
		skip_space(&rest);
		err = take_param(&rest, to, &seen);
		if (err)
			return err;
		skip_space(&rest);
	} while (rest.len && rest.at[0] == ',' && (rest.at++, rest.len--));
	return rest.len ? -EBADMSG : 0;
}

static const struct {
	const char *name, *openssl;
} algorithms[STORE_ALGORITHM_COUNT] = {
	[STORE_MD5] = { "MD5", "MD5" },
	[STORE_SHA256] = { "SHA-256", "SHA256" },
	[STORE_SHA512_256] = { "SHA-512-256", "SHA512-256" },
};

int sip_algorithm_of(const char *name, enum store_algorithm *algorithm)
{
	int i;

	*algorithm = STORE_MD5;
	if (!*name)
		return 0;
	for (i = 0; i < STORE_ALGORITHM_COUNT; i++) {
		if (!strcasecmp(name, algorithms[i].name)) {
			*algorithm = i;
			return 0;
		}
	}
	return -ENOTSUP;
}

const char *sip_algorithm_name(enum store_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

/* The texts with colons between, up to NULL; 0 bytes if OpenSSL fails. */
static size_t hash(enum store_algorithm algorithm, const char *const *texts,
		   uint8_t out[STORE_HA1_MAX])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int len = 0;
	int good = ctx && EVP_DigestInit_ex(ctx,
		EVP_get_digestbyname(algorithms[algorithm].openssl), NULL);
	size_t i;

	memset(out, 0, STORE_HA1_MAX);
	for (i = 0; good && texts[i]; i++)
		good = (!i || EVP_DigestUpdate(ctx, ":", 1)) &&
		       EVP_DigestUpdate(ctx, texts[i], strlen(texts[i]));
	if (!good || !EVP_DigestFinal_ex(ctx, out, &len))
		len = 0;
	EVP_MD_CTX_free(ctx);
	return len;
}

static void to_hex(const uint8_t *bytes, size_t len, char *hex)
{
	size_t i;

	hex[0] = '\0';
	for (i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

size_t sip_digest_ha1(enum store_algorithm algorithm, const char *user,
		      const char *realm, const char *password,
		      uint8_t ha1[STORE_HA1_MAX])
{
	const char *texts[] = { user, realm, password, NULL };

	return hash(algorithm, texts, ha1);
}

void sip_digest_response(enum store_algorithm algorithm,
			 const uint8_t *ha1, size_t len,
			 struct sip_text method,
			 const struct sip_credentials *c,
			 char hex[SIP_HEX_MAX])
{
	char ha1_hex[SIP_HEX_MAX], ha2_hex[SIP_HEX_MAX], name[64];
	uint8_t bytes[STORE_HA1_MAX];
	const char *a2[] = { name, c->uri, NULL };
	const char *with[] = { ha1_hex, c->nonce, c->nc, c->cnonce, c->qop,
			       ha2_hex, NULL };
	const char *without[] = { ha1_hex, c->nonce, ha2_hex, NULL };

	snprintf(name, sizeof(name), "%.*s",
		 (int)(method.len < sizeof(name) ? method.len :
						   sizeof(name) - 1),
		 method.at);
	to_hex(bytes, hash(algorithm, a2, bytes), ha2_hex);
	to_hex(ha1, len, ha1_hex);
	to_hex(bytes, hash(algorithm, c->qop[0] ? with : without, bytes), hex);
	explicit_bzero(ha1_hex, sizeof(ha1_hex));
}
