// SPDX-License-Identifier: GPL-2.0
// A CAPF message read: order is free, what is unknown is skipped, no lie passes.

#include <errno.h>
#include <string.h>

#include "capf/message.h"

enum {
	PREFIX = 5,			/* of a certificate */
	SIGNATURE_MAX = 512,		/* RSA 4096 */
	CERTIFICATE_MAX = 8192,
	KEY_MAX = 1024,			/* RSA 4096 takes 550 */
};

static int bad(const char **why, const char *sentence)
{
	*why = sentence;
	return -EBADMSG;
}

/*
 * u8 1, u16 of what follows, u8 0, u8 type, DER. The layout is sure, what the
 * first byte and the type mean is not: they are not judged.
 */
static int read_certificate(struct element_bytes value,
			    struct capf_message *message, const char **why)
{
	size_t inside = (size_t)value.at[1] << 8 | value.at[2];

	if (inside != value.len - 3)
		return bad(why, "the certificate's own length is wrong");
	message->certificate.at = value.at + PREFIX;
	message->certificate.len = value.len - PREFIX;
	return 0;
}

/* u8 hash, u16 length, signature: nothing after it. */
static int read_sha2(struct element_bytes value, struct capf_signature *sha2,
		     const char **why)
{
	struct element inner;

	if (element_next(&value, &inner) != 1 || value.len || !inner.value.len)
		return bad(why, "the SHA-2 signature's own length is wrong");
	sha2->hash = inner.tag;
	sha2->bytes = inner.value;
	return 0;
}

static int put_signature(struct capf_signature *to, struct element *inner)
{
	if (to->hash || !inner->value.len || inner->value.len > SIGNATURE_MAX)
		return -EBADMSG;
	to->hash = inner->tag;
	to->bytes = inner->value;
	return 0;
}

/* Three of the same kind inside: 0 the certificate, else the hash's number. */
static int read_sudi(struct element_bytes value, struct capf_sudi *sudi,
		     const char **why)
{
	struct element inner;
	int more, err = 0;

	while (!err && (more = element_next(&value, &inner))) {
		if (more < 0) {
			err = more;
		} else if (!inner.tag) {
			err = sudi->certificate.len || !inner.value.len ?
				      -EBADMSG : 0;
			sudi->certificate = inner.value;
		} else if (inner.tag == CAPF_SHA1) {
			err = put_signature(&sudi->sha1, &inner);
		} else if (inner.tag == CAPF_SHA256 ||
			   inner.tag == CAPF_SHA512) {
			err = put_signature(&sudi->sha2, &inner);
		}
	}
	return err || !sudi->certificate.len ?
		       bad(why, "the SUDI is not as it should be") : 0;
}

/* What is not here is unknown. No tag twice: which one would count? */
static const struct {
	uint16_t min, max;
	const char *length, *twice;
} rules[CAPF_TAG_LIMIT] = {
#define RULE(tag, min, max, what)                                              \
	[tag] = { min, max, "the length of the " what " is wrong",             \
		  "two elements with the " what }
	RULE(CAPF_REASON, 1, 1, "reason"),
	RULE(CAPF_CERT_TYPE, 1, 1, "certificate type"),
	RULE(CAPF_CERTIFICATE, PREFIX + 1, CERTIFICATE_MAX, "certificate"),
	RULE(CAPF_SIGNED_DATA, 1, SIGNATURE_MAX, "SHA-1 signature"),
	RULE(CAPF_VERSION, 1, 1, "version"),
	RULE(CAPF_AUTH_TYPE, 1, 1, "authentication type"),
	RULE(CAPF_PUBLIC_KEY, 1, KEY_MAX, "public key"),
	RULE(CAPF_KEY_SIZE, 2, 2, "key size"),
	RULE(CAPF_PASSWORD, 1, CAPF_PASSWORD_SIZE, "password"),
	RULE(CAPF_RETRY_DELAY, 0, UINT16_MAX, "delay"),
	RULE(CAPF_DEVICE_NAME, 2, CAPF_NAME_SIZE, "device name"),
	RULE(CAPF_SUDI_DATA, 1, CERTIFICATE_MAX, "SUDI"),
	RULE(CAPF_KEY_TYPE, 1, 1, "key type"),
	RULE(CAPF_CURVE, 1, 1, "curve"),
	RULE(CAPF_SHA2_SIGNED_DATA, 4, 3 + SIGNATURE_MAX, "SHA-2 signature"),
#undef RULE
};

static int read_name(struct element_bytes value, struct capf_message *message,
		     const char **why)
{
	if (element_text(value, message->name, sizeof(message->name)) ||
	    !capf_name_is_valid(message->name))
		return bad(why, "that is no device name");
	return 0;
}

static int read_value(const struct element *element,
		      struct capf_message *message, const char **why)
{
	struct element_bytes value = element->value;
	uint32_t number = element_number(value);

	switch (element->tag) {
	case CAPF_REASON:
		message->reason = (uint8_t)number;
		return 0;
	case CAPF_CERT_TYPE:
		message->cert_type = (uint8_t)number;
		return 0;
	case CAPF_CERTIFICATE:
		return read_certificate(value, message, why);
	case CAPF_SIGNED_DATA:
		message->sha1 = (struct capf_signature){ CAPF_SHA1, value };
		return 0;
	case CAPF_VERSION:
		message->version = (uint8_t)number;
		return 0;
	case CAPF_AUTH_TYPE:
		message->auth_type = (uint8_t)number;
		return 0;
	case CAPF_PUBLIC_KEY:
		message->public_key = value;
		return 0;
	case CAPF_KEY_SIZE:
		message->key_size = (uint16_t)number;
		return 0;
	case CAPF_PASSWORD:
		if (!element_text(value, message->password,
				  sizeof(message->password)))
			return 0;
		return bad(why, "that is no password");
	case CAPF_RETRY_DELAY:		/* of unsure form: never a reason */
		message->retry_delay = number;
		return 0;
	case CAPF_DEVICE_NAME:
		return read_name(value, message, why);
	case CAPF_SUDI_DATA:
		return read_sudi(value, &message->sudi, why);
	case CAPF_KEY_TYPE:
		message->key_type = (uint8_t)number;
		return 0;
	case CAPF_CURVE:
		message->curve = (uint8_t)number;
		return 0;
	case CAPF_SHA2_SIGNED_DATA:
		return read_sha2(value, &message->sha2, why);
	default:
		return 0;
	}
}

static int read_element(const struct element *element,
			struct capf_message *message, const char **why)
{
	uint8_t tag = element->tag;
	size_t len = element->value.len;

	if (tag >= CAPF_TAG_LIMIT || !rules[tag].twice) {
		message->skipped++;
		message->skipped_tag = tag;
		return 0;
	}
	if (capf_has(message, tag))
		return bad(why, rules[tag].twice);
	if (len < rules[tag].min || len > rules[tag].max)
		return bad(why, rules[tag].length);
	message->have |= 1u << tag;
	return read_value(element, message, why);
}

int capf_message_read(const uint8_t *frame, size_t len,
		      struct capf_message *message, const char **why)
{
	struct element_bytes rest;
	struct element element;
	int more, err;

	memset(message, 0, sizeof(*message));
	if (len < CAPF_HEADER || frame[0] != CAPF_PROTOCOL ||
	    ((size_t)frame[6] << 8 | frame[7]) != len - CAPF_HEADER)
		return bad(why, "that is no CAPF message");
	message->opcode = frame[1];
	rest = (struct element_bytes){ frame + 2, 4 };
	message->session = element_number(rest);
	rest = (struct element_bytes){ frame + CAPF_HEADER, len - CAPF_HEADER };
	while ((more = element_next(&rest, &element)) == 1) {
		err = read_element(&element, message, why);
		if (err)
			return err;
	}
	return more ? bad(why, "an element is longer than the message") : 0;
}

bool capf_name_is_valid(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= CAPF_NAME_SIZE)
		return false;
	if (!strncmp(name, "SEP", 3))
		return len == 15 && strspn(name + 3, "0123456789ABCDEF") == 12;
	return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}
