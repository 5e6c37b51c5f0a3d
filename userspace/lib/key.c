// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Key files: the key parameters of SDES (RFC 4568, 6.1), one key a line.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define KEY_FILE_SIZE	4096

/* A piece of the file; never copied, so that it need not be wiped. */
struct piece {
	const char *text;
	size_t len;
};

static int refuse(const char **why, const char *sentence)
{
	if (why)
		*why = sentence;
	return -EINVAL;
}

/* Cuts the piece before the mark off the rest. */
static struct piece cut(struct piece *rest, char mark)
{
	const char *end = memchr(rest->text, mark, rest->len);
	struct piece head = *rest;

	if (end)
		head.len = end - rest->text;
	rest->text += head.len + !!end;
	rest->len -= head.len + !!end;
	return head;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct piece trim(struct piece p)
{
	while (p.len && is_blank(p.text[0])) {
		p.text++;
		p.len--;
	}
	while (p.len && is_blank(p.text[p.len - 1]))
		p.len--;
	return p;
}

static bool all_digits(struct piece p)
{
	for (size_t i = 0; i < p.len; i++)
		if (p.text[i] < '0' || p.text[i] > '9')
			return false;
	return p.len > 0;
}

/* Checked for form only: the kernel counts to the limits of RFC 3711. */
static int check_lifetime(struct piece p, const char **why)
{
	if (p.len > 2 && p.text[0] == '2' && p.text[1] == '^') {
		p.text += 2;
		p.len -= 2;
	}
	return all_digits(p) ? 0 :
		refuse(why, "the lifetime is neither N nor 2^N");
}

/*
 * The decimal value as a big-endian number of len bytes. Any value of up to
 * 128 bits is allowed, hence the long multiplication.
 */
static int parse_mki_value(struct piece p, struct ucsec_key *key,
			   const char **why)
{
	if (!all_digits(p))
		return refuse(why, "the MKI is not a decimal number");
	for (size_t i = 0; i < p.len; i++) {
		unsigned int carry = p.text[i] - '0';

		for (int j = key->mki_len - 1; j >= 0; j--) {
			carry += key->mki[j] * 10u;
			key->mki[j] = carry & 0xff;
			carry >>= 8;
		}
		if (carry)
			return refuse(why, "the MKI does not fit its length");
	}
	return 0;
}

static int parse_mki(struct piece p, struct ucsec_key *key, const char **why)
{
	struct piece value = cut(&p, ':');
	unsigned int len = 0;

	if (!all_digits(p) || p.len > 2)
		return refuse(why, "the MKI length is not from 1 to 16");
	for (size_t i = 0; i < p.len; i++)
		len = len * 10 + (p.text[i] - '0');
	if (len < 1 || len > UCSEC_MAX_MKI_LEN)
		return refuse(why, "the MKI length is not from 1 to 16");
	key->mki_len = len;
	return parse_mki_value(value, key, why);
}

/* "|LIFETIME", "|MKI:LEN" or both, in this order. */
static int parse_options(struct piece rest, struct ucsec_key *key,
			 const char **why)
{
	struct piece option = cut(&rest, '|');
	int err = 0;

	if (!memchr(option.text, ':', option.len)) {
		err = check_lifetime(option, why);
		if (err || !rest.len)
			return err;
		option = cut(&rest, '|');
	}
	if (rest.len)
		return refuse(why, "more after the MKI");
	return parse_mki(option, key, why);
}

static int parse_line(struct piece line, struct ucsec_crypto *crypto,
		      const char **why)
{
	static const char prefix[] = "inline:";
	size_t want = ucsec_suite_material_len(crypto->suite);
	struct ucsec_key *key = &crypto->keys[crypto->key_count];
	bool options = memchr(line.text, '|', line.len);
	struct piece base64;
	ssize_t len;

	if (crypto->key_count == UCSEC_MAX_KEYS)
		return refuse(why, "more than 8 keys");
	if (line.text[line.len - 1] == '|')
		return refuse(why, "nothing behind the last |");
	if (line.len >= sizeof(prefix) - 1 &&
	    !memcmp(line.text, prefix, sizeof(prefix) - 1)) {
		line.text += sizeof(prefix) - 1;
		line.len -= sizeof(prefix) - 1;
	}
	base64 = cut(&line, '|');
	memset(key, 0, sizeof(*key));
	crypto->key_count++;
	if (base64.len > (sizeof(key->material) + 2) / 3 * 4)
		return refuse(why, "the key is too long for the suite");
	len = ucsec_base64_decode(base64.text, base64.len, key->material,
				  sizeof(key->material));
	if (len < 0)
		return refuse(why, "the key is not base64");
	if ((size_t)len != want)
		return refuse(why, (size_t)len < want ?
			      "the key is too short for the suite" :
			      "the key is too long for the suite");
	key->material_len = len;
	return options ? parse_options(line, key, why) : 0;
}

/* All keys of one side are told apart by MKIs of one length, or it is one. */
static int check_mkis(const struct ucsec_crypto *crypto, const char **why)
{
	const struct ucsec_key *key = crypto->keys;

	if (!crypto->key_count)
		return refuse(why, "the file holds no key");
	for (uint32_t i = 1; i < crypto->key_count; i++) {
		if (!key[i].mki_len || key[i].mki_len != key[0].mki_len)
			return refuse(why, "several keys need an MKI each, "
				      "all of one length");
		for (uint32_t j = 0; j < i; j++)
			if (!memcmp(key[i].mki, key[j].mki, key[i].mki_len))
				return refuse(why, "two keys have one MKI");
	}
	return 0;
}

int ucsec_keys_parse(const char *text, size_t len, struct ucsec_crypto *crypto,
		     const char **why)
{
	struct piece rest = { .text = text, .len = len };
	struct piece line;
	int err = 0;

	ucsec_crypto_wipe(crypto);
	if (!ucsec_suite_material_len(crypto->suite))
		return refuse(why, "unknown suite");
	while (!err && rest.len) {
		line = trim(cut(&rest, '\n'));
		if (line.len && line.text[0] != '#')
			err = parse_line(line, crypto, why);
	}
	if (!err)
		err = check_mkis(crypto, why);
	if (err)
		ucsec_crypto_wipe(crypto);
	return err;
}

/* Not by stdio, which would leave the keys in its buffer. */
int ucsec_keys_read(int fd, struct ucsec_crypto *crypto, const char **why)
{
	char text[KEY_FILE_SIZE + 1];
	size_t len = 0;
	ssize_t got;
	int err = 0;

	ucsec_crypto_wipe(crypto);
	if (why)
		*why = NULL;
	do {
		got = read(fd, text + len, sizeof(text) - len);
		if (got > 0)
			len += got;
		else if (got < 0 && errno != EINTR)
			err = -errno;
	} while (!err && got && len < sizeof(text));
	if (!err && len == sizeof(text))
		err = -EFBIG;
	if (!err)
		err = ucsec_keys_parse(text, len, crypto, why);
	explicit_bzero(text, sizeof(text));
	return err;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -EINVAL;
}

int ucsec_mki_parse(const char *text, struct ucsec_key *key, const char **why)
{
	size_t len = strlen(text);

	if (!len || len % 2 || len / 2 > UCSEC_MAX_MKI_LEN)
		return refuse(why, "an MKI is 1 to 16 bytes, two hexadecimal "
			      "digits each");
	for (size_t i = 0; i < len; i += 2) {
		int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

		if (high < 0 || low < 0)
			return refuse(why, "an MKI is hexadecimal digits");
		key->mki[i / 2] = high << 4 | low;
	}
	key->mki_len = len / 2;
	return 0;
}
