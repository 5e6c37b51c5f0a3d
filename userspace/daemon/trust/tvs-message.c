// SPDX-License-Identifier: GPL-2.0
// TVS messages read and written.

#include <errno.h>
#include <string.h>

#include "trust/tvs-message.h"

static int bad(const char **why, const char *sentence)
{
	*why = sentence;
	return -EBADMSG;
}

static const struct {
	uint16_t min, max;
	const char *length, *twice;
} rules[TVS_TAG_LIMIT] = {
#define RULE(tag, min, max, what)                                              \
	[tag] = { min, max, "the length of the " what " is wrong",             \
		  "two elements with the " what }
	RULE(TVS_DEVICE, 2, TVS_DEVICE_SIZE, "device"),
	RULE(TVS_CERTIFICATE, 1, UINT16_MAX, "certificate"),
	RULE(TVS_SUBJECT, 2, TVS_NAME_SIZE, "subject"),
	RULE(TVS_ISSUER, 1, TVS_NAME_SIZE, "issuer"),
	RULE(TVS_SERIAL, 1, TVS_NAME_SIZE, "serial number"),
	RULE(TVS_STATUS, 1, 1, "status"),
	RULE(TVS_ROLES, 0, TVS_ROLES_MAX, "roles"),
	RULE(TVS_TTL, 4, 4, "time to live"),
#undef RULE
};

/* Which elements belong to each command: others are skipped, as unknown ones. */
static const uint16_t known[] = {
	[TVS_VERIFY_REQ] = 1 << TVS_DEVICE | 1 << TVS_CERTIFICATE,
	[TVS_VERIFY_RES] = 1 << TVS_STATUS | 1 << TVS_ROLES | 1 << TVS_TTL,
	[TVS_QUERY_REQ] = 1 << TVS_DEVICE | 1 << TVS_SUBJECT | 1 << TVS_ISSUER |
			  1 << TVS_SERIAL,
	[TVS_QUERY_RES] = 1 << TVS_STATUS | 1 << TVS_CERTIFICATE |
			  1 << TVS_ROLES | 1 << TVS_TTL,
};

/* Which it has to have. */
static const uint16_t needed[] = {
	[TVS_VERIFY_REQ] = 1 << TVS_DEVICE | 1 << TVS_CERTIFICATE,
	[TVS_VERIFY_RES] = 1 << TVS_STATUS,
	[TVS_QUERY_REQ] = 1 << TVS_DEVICE | 1 << TVS_SUBJECT,
	[TVS_QUERY_RES] = 1 << TVS_STATUS,
};

/* A byte 1, then text to the end: it has no NUL. */
static int read_device(struct element_bytes value, struct tvs_message *message,
		       const char **why)
{
	size_t i;

	if (value.at[0] != 1)
		return bad(why, "the device is of an unknown kind");
	for (i = 1; i < value.len; i++) {
		if (value.at[i] <= ' ' || value.at[i] > '~')
			return bad(why, "the device's name is not text");
	}
	memcpy(message->device, value.at + 1, value.len - 1);
	return 0;
}

/*
 * UTF-8 is not judged: names are compared, and shown only when escaped. Exactly
 * one NUL, at the end.
 */
static bool is_name(struct element_bytes value)
{
	return value.len && value.len <= TVS_NAME_SIZE &&
	       memchr(value.at, 0, value.len) == value.at + value.len - 1;
}

static int read_subject(struct element_bytes value,
			struct tvs_message *message, const char **why)
{
	if (!is_name(value))
		return bad(why, "the subject is not text");
	memcpy(message->subject, value.at, value.len);
	return 0;
}

/* Compared as a number: zeroes in front say nothing. */
static int read_serial(struct element_bytes value,
		       struct tvs_message *message, const char **why)
{
	while (value.len > 1 && !value.at[0]) {
		value.at++;
		value.len--;
	}
	if (value.len > TVS_SERIAL_MAX)
		return bad(why, "the length of the serial number is wrong");
	message->serial = value;
	return 0;
}

/* "CN=..." and a NUL: the numbers of issuer and serial are not sure. */
static bool is_issuer(struct element_bytes value)
{
	return is_name(value) && memchr(value.at, '=', value.len);
}

/*
 * Either may be under either's tag. A serial number that looks like a name too
 * is taken for what its tag says.
 */
static int read_pair(const struct element_bytes values[TVS_TAG_LIMIT],
		     struct tvs_message *message, const char **why)
{
	bool swap = !is_issuer(values[TVS_ISSUER]) &&
		    is_issuer(values[TVS_SERIAL]);
	struct element_bytes issuer = values[swap ? TVS_SERIAL : TVS_ISSUER];
	struct element_bytes serial = values[swap ? TVS_ISSUER : TVS_SERIAL];

	if (issuer.len && !is_issuer(issuer))
		return bad(why, "the issuer is not a name");
	if (issuer.len)
		memcpy(message->issuer, issuer.at, issuer.len);
	return read_serial(serial, message, why);
}

static int read_values(const struct element_bytes values[TVS_TAG_LIMIT],
		       unsigned int have, struct tvs_message *message,
		       const char **why)
{
	int err = 0;

	message->certificate = values[TVS_CERTIFICATE];
	message->roles = values[TVS_ROLES];
	message->ttl = element_number(values[TVS_TTL]);
	if (have & 1 << TVS_STATUS)
		message->valid = !values[TVS_STATUS].at[0];
	if (have & 1 << TVS_DEVICE)
		err = read_device(values[TVS_DEVICE], message, why);
	if (!err && have & 1 << TVS_SUBJECT)
		err = read_subject(values[TVS_SUBJECT], message, why);
	if (!err && message->command == TVS_QUERY_REQ)
		err = read_pair(values, message, why);
	return err;
}

static int read_payload(struct element_bytes rest, struct tvs_message *message,
			const char **why)
{
	struct element_bytes values[TVS_TAG_LIMIT] = { 0 };
	unsigned int have = 0;
	struct element element;
	int more;

	while ((more = element_next(&rest, &element)) == 1) {
		uint8_t tag = element.tag;
		size_t len = element.value.len;

		if (tag >= TVS_TAG_LIMIT ||
		    !(known[message->command] & 1 << tag)) {
			message->skipped++;
			continue;
		}
		if (have & 1u << tag)
			return bad(why, rules[tag].twice);
		if (len < rules[tag].min || len > rules[tag].max)
			return bad(why, rules[tag].length);
		have |= 1u << tag;
		values[tag] = element.value;
	}
	if (more)
		return bad(why, "an element is longer than the message");
	if ((have & needed[message->command]) != needed[message->command])
		return bad(why, "an element is missing");
	return read_values(values, have, message, why);
}

int tvs_message_read(const uint8_t *data, size_t len,
		     struct tvs_message *message, const char **why)
{
	struct element_bytes rest = { data, len };
	size_t payload;
	int err;

	memset(message, 0, sizeof(*message));
	if ((len > 0 && data[0] != TVS_PROTOCOL) ||
	    (len > 1 && data[1] != TVS_VERSION))
		return -EPROTO;
	if (len > 2 && (data[2] < TVS_VERIFY_REQ || data[2] > TVS_QUERY_RES))
		return bad(why, "an unknown command");
	if (len < TVS_HEADER)
		return 0;
	message->command = data[2];
	rest = (struct element_bytes){ data + 4, 4 };
	message->session = element_number(rest);
	payload = (size_t)data[8] << 8 | data[9];
	if (payload > TVS_MESSAGE_MAX - TVS_HEADER)
		return -EMSGSIZE;
	if (len - TVS_HEADER < payload)
		return 0;
	rest = (struct element_bytes){ data + TVS_HEADER, payload };
	err = read_payload(rest, message, why);
	return err ? err : (int)(TVS_HEADER + payload);
}

static void put_request(struct element_writer *to,
			const struct tvs_message *message)
{
	element_begin(to, TVS_DEVICE, strlen(message->device) + 1);
	element_put_number(to, 1, 1);
	element_put_bytes(to, message->device, strlen(message->device));
	if (message->command == TVS_VERIFY_REQ) {
		element_put(to, TVS_CERTIFICATE, message->certificate.at,
			    message->certificate.len);
		return;
	}
	element_put_text(to, TVS_SUBJECT, message->subject);
	element_put_text(to, TVS_ISSUER, message->issuer);
	element_put(to, TVS_SERIAL, message->serial.at, message->serial.len);
}

static void put_answer(struct element_writer *to,
		       const struct tvs_message *message)
{
	element_put_u8(to, TVS_STATUS, !message->valid);
	if (!message->valid)
		return;
	if (message->command == TVS_QUERY_RES)
		element_put(to, TVS_CERTIFICATE, message->certificate.at,
			    message->certificate.len);
	element_put(to, TVS_ROLES, message->roles.at, message->roles.len);
	element_begin(to, TVS_TTL, 4);
	element_put_number(to, message->ttl, 4);
}

int tvs_message_write(const struct tvs_message *message, uint8_t *buf,
		      size_t size)
{
	struct element_writer to = { .buf = buf, .size = size };
	size_t payload;

	element_put_number(&to, TVS_PROTOCOL, 1);
	element_put_number(&to, TVS_VERSION, 1);
	element_put_number(&to, message->command, 1);
	element_put_number(&to, 0, 1);
	element_put_number(&to, message->session, 4);
	element_put_number(&to, 0, 2);
	if (message->command % 2)
		put_request(&to, message);
	else
		put_answer(&to, message);
	payload = to.len - TVS_HEADER;
	if (to.full || to.len > TVS_MESSAGE_MAX)
		return -EMSGSIZE;
	buf[8] = payload >> 8 & 0xff;
	buf[9] = payload & 0xff;
	return (int)to.len;
}
