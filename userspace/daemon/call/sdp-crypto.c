// SPDX-License-Identifier: GPL-2.0
/* a=crypto (RFC 4568): one line read and written, by the letter and by policy. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "call/sdp.h"

enum {
	TAG_DIGITS = 9,
	MKI_DIGITS = 20,
	WSH_MIN = 64,
	BASE64_LEN = (CALL_KEY_LEN + 2) / 3 * 4,
};

static const uint64_t lifetime_max = 1ULL << 48;

static bool next_char(struct call_span *in, char c)
{
	if (!in->len || *in->at != c)
		return false;
	in->at++;
	in->len--;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool skip_blanks(struct call_span *in)
{
	uint32_t before = in->len;

	while (in->len && is_blank(*in->at)) {
		in->at++;
		in->len--;
	}
	return in->len != before;
}

/* Up to the next of those characters or blank, which stays. */
static struct call_span word(struct call_span *in, const char *stops)
{
	struct call_span out = { in->at, 0 };

	while (out.len < in->len && !is_blank(in->at[out.len]) &&
	       (!in->at[out.len] || !strchr(stops, in->at[out.len])))
		out.len++;
	in->at += out.len;
	in->len -= out.len;
	return out;
}

/* Decimal digits and nothing else, no more than digits of them. */
static bool number(struct call_span in, unsigned int digits, uint64_t *value)
{
	uint64_t sum = 0;

	if (!in.len || in.len > digits)
		return false;
	for (uint32_t i = 0; i < in.len; i++) {
		if (in.at[i] < '0' || in.at[i] > '9' ||
		    __builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, in.at[i] - '0', &sum))
			return false;
	}
	*value = sum;
	return true;
}

/*
 * Base64 without look-ups or branches that depend on the key: a table would
 * leave its trace in the cache. -1 for what is no digit.
 */
static int digit_value(unsigned char c)
{
	int value = -1;

	value += (((('A' - 1) - c) & (c - ('Z' + 1))) >> 8) & (c - 64);
	value += (((('a' - 1) - c) & (c - ('z' + 1))) >> 8) & (c - 70);
	value += (((('0' - 1) - c) & (c - ('9' + 1))) >> 8) & (c + 5);
	value += (((('+' - 1) - c) & (c - ('+' + 1))) >> 8) & 63;
	value += (((('/' - 1) - c) & (c - ('/' + 1))) >> 8) & 64;
	return value;
}

static char digit_char(unsigned int v)
{
	int c = (int)v + 'A';

	c += ((25 - (int)v) >> 8) & 6;
	c -= ((51 - (int)v) >> 8) & 75;
	c -= ((61 - (int)v) >> 8) & 15;
	c += ((62 - (int)v) >> 8) & 3;
	return (char)c;
}

/* Exactly len bytes, padded as RFC 4648 says, spare bits zero. */
static bool decode(struct call_span in, uint8_t *out, size_t len)
{
	size_t pad = (3 - len % 3) % 3, digits = in.len - pad, n = 0;
	uint32_t bits = 0;
	int bad = 0;

	if (in.len != (len + 2) / 3 * 4)
		return false;
	for (size_t i = 0; i < digits; i++) {
		int value = digit_value((unsigned char)in.at[i]);

		bad |= value;
		bits = bits << 6 | ((uint32_t)value & 63);
		if (i % 4)
			out[n++] = (uint8_t)(bits >> (6 - i % 4 * 2));
	}
	if (pad)
		bad |= bits & ((1u << pad * 2) - 1) ? -1 : 0;
	for (size_t i = digits; i < in.len; i++)
		bad |= in.at[i] == '=' ? 0 : -1;
	explicit_bzero(&bits, sizeof(bits));
	return bad >= 0;
}

static size_t encode(const uint8_t *in, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t bits = (uint32_t)in[i] << 16;

		bits |= i + 1 < len ? (uint32_t)in[i + 1] << 8 : 0;
		bits |= i + 2 < len ? in[i + 2] : 0;
		out[n++] = digit_char(bits >> 18);
		out[n++] = digit_char(bits >> 12 & 63);
		out[n++] = i + 1 < len ? digit_char(bits >> 6 & 63) : '=';
		out[n++] = i + 2 < len ? digit_char(bits & 63) : '=';
	}
	return n;
}

/*
 * Of the peer's sending key, for the peer to keep; 1 to 2^48 packets. It only
 * has to make sense here.
 */
static bool is_lifetime(struct call_span in)
{
	uint64_t value;

	if (in.len > 2 && in.at[0] == '2' && in.at[1] == '^') {
		struct call_span power = { in.at + 2, in.len - 2 };

		return number(power, 2, &value) && value <= 48;
	}
	return number(in, 15, &value) && value >= 1 && value <= lifetime_max;
}

/* A decimal number in so many bytes, most significant byte first. */
static const char *parse_mki(struct call_span value, struct call_span length,
			     struct call_key *key)
{
	uint64_t mki, len;

	if (!number(length, 3, &len) || len < 1 || len > 128)
		return "MKI length is not 1 to 128";
	if (len > CALL_MKI_LEN)
		return "MKI is longer than 16 bytes";
	if (!number(value, MKI_DIGITS, &mki))
		return "MKI is no number";
	if (len < sizeof(mki) && mki >> len * 8)
		return "MKI does not fit its length";
	for (uint64_t i = 0; i < len && i < sizeof(mki); i++)
		key->mki[len - 1 - i] = (uint8_t)(mki >> i * 8);
	key->mki_len = (uint8_t)len;
	return NULL;
}

/* KEY||SALT in base64, then |lifetime, then |MKI:length; both may be absent. */
static const char *parse_inline(struct call_span in,
				const struct call_suite *suite,
				struct call_key *key)
{
	struct call_span base64 = word(&in, "|"), field;

	key->len = suite->key_len + suite->salt_len;
	if (!decode(base64, key->material, key->len))
		return "key is not base64 of the suite's length";
	if (!next_char(&in, '|'))
		return in.len ? "text behind the key" : NULL;
	field = word(&in, "|:");
	if (!in.len || *in.at == '|') {
		if (!is_lifetime(field))
			return "lifetime is not 1 to 2^48 packets";
		if (!next_char(&in, '|'))
			return NULL;
		field = word(&in, "|:");
	}
	if (!next_char(&in, ':'))
		return "MKI has no length";
	return parse_mki(field, in, key);
}

/* Several keys are told apart by MKIs of one length (RFC 3711 3.1). */
static const char *check_mkis(const struct call_crypto *crypto)
{
	const struct call_key *keys = crypto->keys;

	for (unsigned int i = 0; i < crypto->key_count; i++) {
		if (crypto->key_count > 1 && !keys[i].mki_len)
			return "several keys without MKI";
		if (keys[i].mki_len != keys[0].mki_len)
			return "MKIs of several lengths";
		for (unsigned int j = 0; j < i; j++)
			if (!memcmp(keys[i].mki, keys[j].mki, CALL_MKI_LEN))
				return "one MKI twice";
	}
	return NULL;
}

static const char *parse_keys(struct call_span in, struct call_crypto *crypto)
{
	static const char method[] = "inline:";
	const char *fault;

	do {
		struct call_span param = word(&in, ";");

		if (crypto->key_count == CALL_KEYS)
			return "more than 8 keys";
		if (param.len < sizeof(method) - 1 ||
		    strncasecmp(param.at, method, sizeof(method) - 1))
			return "key method is not inline";
		param.at += sizeof(method) - 1;
		param.len -= sizeof(method) - 1;
		fault = parse_inline(param, crypto->suite,
				     &crypto->keys[crypto->key_count++]);
		if (fault)
			return fault;
	} while (next_char(&in, ';'));
	return check_mkis(crypto);
}

static bool is_word(struct call_span in, const char *name)
{
	return in.len == strlen(name) && !strncasecmp(in.at, name, in.len);
}

/*
 * RFC 4568 6.3. With a dash in front it is an extension that may be ignored
 * (6.3.7). The gateway derives keys once and has no FEC, so that only the
 * defaults of KDR will do; how large a window the peer wishes it may say.
 */
static const char *check_param(struct call_span in)
{
	struct call_span name = word(&in, "=");
	uint64_t value;

	if (name.len && *name.at == '-')
		return NULL;
	if (is_word(name, "UNENCRYPTED_SRTP") ||
	    is_word(name, "UNENCRYPTED_SRTCP"))
		return "asks for no encryption";
	if (is_word(name, "UNAUTHENTICATED_SRTP"))
		return "asks for no authentication";
	if (is_word(name, "KDR"))
		return next_char(&in, '=') && number(in, 2, &value) &&
		       value == 0 ? NULL : "key derivation rate is not 0";
	if (is_word(name, "WSH"))
		return next_char(&in, '=') && number(in, 9, &value) &&
		       value >= WSH_MIN ? NULL : "window size hint below 64";
	if (is_word(name, "FEC_ORDER") || is_word(name, "FEC_KEY"))
		return "forward error correction is not served";
	return "unknown mandatory parameter";
}

static const char *parse_rest(struct call_span in,
			      struct call_sdp_crypto *crypto)
{
	struct call_span name, keys, param;
	const char *fault;

	if (!skip_blanks(&in))
		return "no suite";
	name = word(&in, "");
	if (!skip_blanks(&in))
		return "no key";
	keys = word(&in, "");
	crypto->crypto.suite = call_suite_find(name.at, name.len);
	if (!crypto->crypto.suite)
		return "unknown suite";
	fault = parse_keys(keys, &crypto->crypto);
	while (!fault && skip_blanks(&in) && in.len) {
		param = word(&in, "");
		fault = check_param(param);
	}
	return fault;
}

const char *call_sdp_crypto_parse(const char *text, size_t len,
				 struct call_sdp_crypto *crypto)
{
	struct call_span in = { text, (uint32_t)len }, tag = word(&in, "");
	uint64_t value;

	memset(crypto, 0, sizeof(*crypto));
	if (len > CALL_SDP_LINE_LEN) {
		crypto->fault = "too long";
	} else if (!number(tag, TAG_DIGITS, &value)) {
		crypto->fault = "tag is not a number of 1 to 9 digits";
	} else {
		crypto->tag = (uint32_t)value;
		crypto->fault = parse_rest(in, crypto);
	}
	if (crypto->fault)
		call_crypto_wipe(&crypto->crypto);
	return crypto->fault;
}

ssize_t call_sdp_crypto_write(const struct call_sdp_crypto *crypto, char *buf,
			     size_t size)
{
	const struct call_key *key = &crypto->crypto.keys[0];
	char base64[BASE64_LEN];
	size_t n = encode(key->material, key->len, base64);
	int head = snprintf(buf, size, "%u %s inline:", crypto->tag,
			    crypto->crypto.suite->name);

	if (head < 0 || (size_t)head + n > size) {
		explicit_bzero(base64, sizeof(base64));
		return -ENOSPC;
	}
	memcpy(buf + head, base64, n);
	explicit_bzero(base64, sizeof(base64));
	return head + (ssize_t)n;
}
