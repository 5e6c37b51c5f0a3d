// SPDX-License-Identifier: GPL-2.0
/* What may be said between ucsecd and ucsec-mediad, byte for byte. */
#include <string.h>

#include "mediad/request.h"
#include "mediad/request-check.h"

#define HEAD		sizeof(struct mediad_head)
#define PAYLOAD_END(member) (offsetof(union mediad_message, member) + \
			     sizeof(((union mediad_message *)0)->member))

size_t mediad_size(unsigned int type)
{
	switch (type) {
	case MEDIAD_HELLO:
	case MEDIAD_SWEEP:
	case MEDIAD_ACL_BEGIN:
	case MEDIAD_ACL_COMMIT:
	case MEDIAD_ACL_GET:
		return HEAD;
	case MEDIAD_RESERVE:
	case MEDIAD_RELEASE:
		return PAYLOAD_END(ports);
	case MEDIAD_NEW:
	case MEDIAD_SET:
		return PAYLOAD_END(stream);
	case MEDIAD_DEL:
	case MEDIAD_GET:
	case MEDIAD_LIST:
	case MEDIAD_FLUSH:
		return PAYLOAD_END(which);
	case MEDIAD_ACL_TRUNK:
		return PAYLOAD_END(trunk);
	case MEDIAD_ACL_PREFIXES:
		return PAYLOAD_END(prefixes);
	case MEDIAD_ACL_PARAMS:
		return PAYLOAD_END(acl_params);
	case MEDIAD_REPLY:
		return PAYLOAD_END(reply);
	case MEDIAD_ITEM:
		return PAYLOAD_END(item);
	case MEDIAD_EVENT:
		return PAYLOAD_END(event);
	}
	return 0;
}

void mediad_seal(union mediad_message *message, unsigned int type,
		 uint32_t id)
{
	message->head.protocol = MEDIAD_PROTOCOL;
	message->head.len = (uint32_t)mediad_size(type);
	message->head.id = id;
	message->head.type = (uint16_t)type;
	message->head.spare = 0;
}

bool mediad_is_zero(const void *data, size_t len)
{
	const uint8_t *bytes = data;
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= bytes[i];
	return !any;
}

/* A NUL, only printable ASCII before it and only zeros behind it. */
static bool is_string(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return len < size && mediad_is_zero(text + len, size - len);
}

bool mediad_has_magic(const uint8_t *cookie)
{
	return !memcmp(cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
}

static const char *check_endpoint(const struct mediad_endpoint *ep)
{
	if (!mediad_is_zero(ep->spare, sizeof(ep->spare)))
		return "spare bytes of an endpoint are not zero";
	switch (ep->family) {
	case 0:
		return mediad_is_zero(ep, sizeof(*ep)) ? NULL :
			"an endpoint of no family has content";
	case 4:
		if (!mediad_is_zero(ep->addr + 4, sizeof(ep->addr) - 4))
			return "bytes behind an IPv4 address are not zero";
		/* fall through */
	case 6:
		return NULL;
	}
	return "family of an endpoint is neither 0, 4 nor 6";
}

static const char *check_used(const struct mediad_endpoint *ep)
{
	const char *why = check_endpoint(ep);

	if (why)
		return why;
	if (!ep->family)
		return "an endpoint is missing";
	return ep->port ? NULL : "an endpoint has no port";
}

static const char *check_key(const struct mediad_key *key)
{
	if (!key->len || key->len > MEDIAD_KEY_LEN)
		return "length of a key is out of bounds";
	if (key->mki_len > MEDIAD_MKI_LEN)
		return "length of an MKI is out of bounds";
	if (!mediad_is_zero(key->material + key->len,
			    MEDIAD_KEY_LEN - key->len) ||
	    !mediad_is_zero(key->mki + key->mki_len,
			    MEDIAD_MKI_LEN - key->mki_len))
		return "bytes behind a key are not zero";
	return NULL;
}

static const char *check_crypto(const struct mediad_crypto *crypto,
				unsigned int most)
{
	const char *why = NULL;

	if (!is_string(crypto->suite, sizeof(crypto->suite)))
		return "suite is no string";
	if (!crypto->suite[0])
		return mediad_is_zero(crypto, sizeof(*crypto)) ? NULL :
			"keys without suite";
	if (!crypto->key_count || crypto->key_count > most)
		return "count of keys is out of bounds";
	for (unsigned int i = 0; i < crypto->key_count && !why; i++)
		why = check_key(&crypto->keys[i]);
	if (why)
		return why;
	return mediad_is_zero(crypto->keys + crypto->key_count,
		       (MEDIAD_KEYS - crypto->key_count) *
		       sizeof(*crypto->keys)) ? NULL :
		"keys beyond their count are not zero";
}

static const char *check_stream(const struct mediad_stream *s, bool is_new)
{
	const char *why;

	if (!mediad_has_magic(s->cookie))
		return "cookie has not the daemon's magic";
	if (is_new ? s->stream : !s->stream)
		return is_new ? "a new stream has an id" : "stream has no id";
	if (s->flags & ~MEDIAD_ALL_FLAGS || s->spare)
		return "unknown flags, or spare bytes are not zero";
	if (is_new && s->flags & MEDIAD_RELATCH)
		return "a new stream has nothing to relatch";
	if (s->dscp > 63)
		return "DSCP is above 63";
	why = check_used(&s->in);
	why = why ? why : check_used(&s->out);
	why = why ? why : check_used(&s->to);
	why = why ? why : check_endpoint(&s->from);
	why = why ? why : check_crypto(&s->rx, MEDIAD_KEYS);
	why = why ? why : check_crypto(&s->tx, 1);
	if (why)
		return why;
	if (s->from.family && s->from.family != s->in.family)
		return "from is of another family than in";
	return s->to.family == s->out.family ? NULL :
		"to is of another family than out";
}

static const char *check_ports(const struct mediad_ports *ports)
{
	const char *why = check_used(&ports->at);

	if (why)
		return why;
	return ports->at.rtcp_port && ports->at.rtcp_port != ports->at.port ?
		NULL : "RTCP has no port of its own";
}

static const char *check_which(const struct mediad_which *which, bool whole)
{
	if (which->cookie_len > MEDIAD_COOKIE_LEN ||
	    which->cookie_len < MEDIAD_MAGIC_LEN)
		return "length of the cookie is out of bounds";
	if (!mediad_has_magic(which->cookie))
		return "cookie has not the daemon's magic";
	if (!mediad_is_zero(which->cookie + which->cookie_len,
			    MEDIAD_COOKIE_LEN - which->cookie_len))
		return "bytes behind the cookie are not zero";
	if (whole)
		return which->stream && which->cookie_len == MEDIAD_COOKIE_LEN ?
			NULL : "one stream is named by id and whole cookie";
	return which->stream ? "many streams have no id" : NULL;
}

static const char *check_item(const struct mediad_item *item)
{
	const char *why = NULL;
	const struct mediad_endpoint *eps[] = {
		&item->in, &item->from, &item->out, &item->to, &item->latched,
	};

	if (!mediad_has_magic(item->cookie) || !item->stream)
		return "item is of no stream of the daemon";
	for (size_t i = 0; i < sizeof(eps) / sizeof(*eps) && !why; i++)
		why = check_endpoint(eps[i]);
	if (why)
		return why;
	return is_string(item->rx_suite, sizeof(item->rx_suite)) &&
	       is_string(item->tx_suite, sizeof(item->tx_suite)) ? NULL :
		"suite is no string";
}

static const char *check_event(const struct mediad_event *event)
{
	bool has_trunk = event->kind == MEDIAD_DENIAL_BURST ||
			 event->kind == MEDIAD_DENIAL_BURST_OVER;

	if (event->kind < MEDIAD_GONE || event->kind > MEDIAD_DENIAL_BURST_OVER)
		return "unknown event";
	if (event->kind == MEDIAD_EVENTS_LOST || (has_trunk && !event->stream))
		return check_endpoint(&event->latched);
	if (!mediad_has_magic(event->cookie))
		return "event is of no stream or trunk of the daemon";
	return check_endpoint(&event->latched);
}

static const char *check_reply(const struct mediad_reply *reply)
{
	if (reply->error > 0 || reply->error < -4095)
		return "error is no negative errno";
	return is_string(reply->sentence, sizeof(reply->sentence)) ? NULL :
		"sentence is no string";
}

static const char *check_payload(const union mediad_message *m)
{
	switch (m->head.type) {
	case MEDIAD_RESERVE:
	case MEDIAD_RELEASE:
		return check_ports(&m->ports);
	case MEDIAD_NEW:
		return check_stream(&m->stream, true);
	case MEDIAD_SET:
		return check_stream(&m->stream, false);
	case MEDIAD_DEL:
	case MEDIAD_GET:
		return check_which(&m->which, true);
	case MEDIAD_LIST:
	case MEDIAD_FLUSH:
		return check_which(&m->which, false);
	case MEDIAD_ACL_TRUNK:
		return mediad_check_trunk(&m->trunk);
	case MEDIAD_ACL_PREFIXES:
		return mediad_check_prefixes(&m->prefixes);
	case MEDIAD_ACL_PARAMS:
		return mediad_check_acl_params(&m->acl_params);
	case MEDIAD_REPLY:
		return check_reply(&m->reply);
	case MEDIAD_ITEM:
		return check_item(&m->item);
	case MEDIAD_EVENT:
		return check_event(&m->event);
	}
	return NULL;
}

const char *mediad_check(const union mediad_message *message, size_t len,
			 bool from_daemon)
{
	const struct mediad_head *head = &message->head;

	if (len < HEAD)
		return "message is shorter than its head";
	if (head->protocol != MEDIAD_PROTOCOL)
		return "message is of another protocol";
	if (!mediad_size(head->type) ||
	    (head->type < MEDIAD_REPLY) != from_daemon)
		return "unknown type of message";
	if (len != mediad_size(head->type) || head->len != len)
		return "message has not the length of its type";
	if (head->spare || !head->id != (head->type == MEDIAD_EVENT))
		return "head of the message is wrong";
	return check_payload(message);
}
