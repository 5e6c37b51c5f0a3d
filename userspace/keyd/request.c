// SPDX-License-Identifier: GPL-2.0
/* What may be said between ucsecd and ucsec-keyd, byte for byte. */
#include "keyd/request.h"

#include <arpa/inet.h>
#include <string.h>

#include "keyd/request-check.h"

#define HEAD		sizeof(struct keyd_head)
#define PAYLOAD_END(member) (offsetof(struct keyd_message, member) + \
			     sizeof(((struct keyd_message *)0)->member))

static size_t size_of_request(unsigned int type)
{
	switch (type) {
	case KEYD_HELLO:
	case KEYD_LIST:
	case KEYD_TOKEN_LIST:
		return HEAD;
	case KEYD_MAKE:
	case KEYD_REGENERATE:
		return PAYLOAD_END(make);
	case KEYD_PROMOTE:
		return PAYLOAD_END(which);
	case KEYD_REQUEST:
		return PAYLOAD_END(csr);
	case KEYD_IMPORT:
		return PAYLOAD_END(import);
	case KEYD_TLS_SIGN:
		return PAYLOAD_END(tls_sign);
	case KEYD_TLS_UNWRAP:
		return PAYLOAD_END(tls_unwrap);
	case KEYD_SIGN_LSC:
		return PAYLOAD_END(lsc);
	case KEYD_SIGN_FILE:
		return PAYLOAD_END(file);
	case KEYD_SIGN_LIST:
		return PAYLOAD_END(list);
	case KEYD_TOKEN_REGISTER:
	case KEYD_TOKEN_REMOVE:
		return PAYLOAD_END(token);
	}
	return 0;
}

size_t keyd_size(unsigned int type)
{
	if (type == KEYD_REPLY)
		return PAYLOAD_END(reply);
	if (type == KEYD_ITEM)
		return PAYLOAD_END(item);
	return size_of_request(type);
}

const uint8_t *keyd_tail(const union keyd_buffer *message)
{
	return message->bytes + keyd_size(message->m.head.type);
}

uint8_t *keyd_tail_room(union keyd_buffer *message)
{
	return message->bytes + keyd_size(message->m.head.type);
}

size_t keyd_tail_len(const union keyd_buffer *message)
{
	return message->m.head.len - keyd_size(message->m.head.type);
}

void keyd_seal(union keyd_buffer *message, unsigned int type, uint32_t id,
	       size_t tail)
{
	message->m.head = (struct keyd_head){
		.protocol = KEYD_PROTOCOL,
		.len = (uint32_t)(keyd_size(type) + tail),
		.id = id,
		.type = (uint16_t)type,
	};
}

bool keyd_is_zero(const void *data, size_t len)
{
	const uint8_t *bytes = data;
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= bytes[i];
	return !any;
}

bool keyd_is_string(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return len < size && keyd_is_zero(text + len, size - len);
}

static bool is_word_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool keyd_is_word(const char *text, size_t size)
{
	if (!keyd_is_string(text, size) || !text[0])
		return false;
	while (is_word_character(*text))
		text++;
	return !*text;
}

const char *keyd_check_which(const struct keyd_which *key)
{
	if (key->spare)
		return "spare bytes of a key are not zero";
	if (!keyd_service_has_kind(key->service, key->kind))
		return "there is no key of that service and kind";
	return key->slot < KEYD_SLOT_END ? NULL : "there is no such slot";
}

/* Of certificates that make up the tail. */
static const char *check_lens(const uint32_t *lens, uint32_t count, size_t tail)
{
	size_t sum = 0;

	if (!count || count > KEYD_CHAIN)
		return "count of certificates is out of bounds";
	for (uint32_t i = 0; i < KEYD_CHAIN; i++) {
		if (i < count ? !lens[i] || lens[i] > KEYD_CERT_MAX : lens[i])
			return "length of a certificate is out of bounds";
		sum += lens[i];
	}
	return sum == tail ? NULL : "certificates are not as long as the tail";
}

static const char *check_name(const char *text, size_t size)
{
	if (!keyd_is_string(text, size) || strpbrk(text, ";,=+\"\\<>"))
		return "a name has characters that it must not have";
	if (text[0] == ' ' || (text[0] && text[strlen(text) - 1] == ' '))
		return "a name begins or ends with a space";
	return NULL;
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static const char *check_subject(const struct keyd_subject *s)
{
	const char *why = check_name(s->cn, sizeof(s->cn));

	why = why ? why : check_name(s->ou, sizeof(s->ou));
	why = why ? why : check_name(s->o, sizeof(s->o));
	why = why ? why : check_name(s->l, sizeof(s->l));
	why = why ? why : check_name(s->st, sizeof(s->st));
	if (why)
		return why;
	if (!s->cn[0])
		return "subject has no common name";
	return keyd_is_zero(s->c, sizeof(s->c)) || (is_capital(s->c[0]) &&
	       is_capital(s->c[1]) && !s->c[2]) ? NULL :
		"country is not two capital letters";
}

static bool is_address(const char *text)
{
	uint8_t addr[16];

	return inet_pton(AF_INET, text, addr) == 1 ||
	       inet_pton(AF_INET6, text, addr) == 1;
}

static const char *check_names(const struct keyd_names *names)
{
	if (names->count > KEYD_NAMES)
		return "count of names is out of bounds";
	for (uint32_t i = 0; i < names->count; i++) {
		const struct keyd_name *name = &names->list[i];

		if (!keyd_is_string(name->text, sizeof(name->text)))
			return "a name is no string";
		if (name->kind == KEYD_IP ? !is_address(name->text) :
		    name->kind != KEYD_DNS ||
		    !keyd_is_word(name->text, sizeof(name->text)))
			return "a name is neither a host's nor an address";
	}
	return keyd_is_zero(names->list + names->count,
			    (KEYD_NAMES - names->count) *
			    sizeof(*names->list)) ? NULL :
		"names beyond their count are not zero";
}

static const char *check_make(const struct keyd_make *make)
{
	const char *why = keyd_check_which(&make->key);

	why = why ? why : check_subject(&make->subject);
	why = why ? why : check_names(&make->names);
	if (why)
		return why;
	if (make->spare)
		return "spare bytes are not zero";
	if (!keyd_service_has(make->key.service, make->key.kind, make->bits))
		return "the service has no key of that size";
	return make->days && make->days <= KEYD_DAYS_MAX ? NULL :
		"days are out of bounds";
}

static const char *check_csr(const struct keyd_csr *csr)
{
	const char *why = keyd_check_which(&csr->key);

	why = why ? why : check_subject(&csr->subject);
	return why ? why : check_names(&csr->names);
}

static const char *check_import(const struct keyd_import *import, size_t tail)
{
	const char *why = keyd_check_which(&import->key);

	return why ? why : check_lens(import->lens, import->count, tail);
}

static const char *check_reply(const struct keyd_reply *reply, size_t tail)
{
	if (reply->error > 0 || reply->error < -4095)
		return "error is no negative errno";
	if (reply->reason >= KEYD_WHY_END || !reply->error != !reply->reason)
		return "an error has no reason, or a reason no error";
	if (reply->error && tail)
		return "an error has something to tell";
	return keyd_is_string(reply->sentence, sizeof(reply->sentence)) ? NULL :
		"sentence is no string";
}

static const char *check_item(const struct keyd_item *item, size_t tail)
{
	const char *why = keyd_check_which(&item->key);

	if (why)
		return why;
	if (item->self_signed > 1 ||
	    !keyd_service_has(item->key.service, item->key.kind, item->bits))
		return "item is of no key that there may be";
	return check_lens(item->lens, item->count, tail);
}

static const char *check_payload(const union keyd_buffer *b, size_t tail)
{
	const struct keyd_message *m = &b->m;
	const char *why;

	switch (m->head.type) {
	case KEYD_REPLY:
		return check_reply(&m->reply, tail);
	case KEYD_ITEM:
		return check_item(&m->item, tail);
	case KEYD_IMPORT:
		return check_import(&m->import, tail);
	case KEYD_TLS_SIGN ... KEYD_SIGN_LIST:
		return keyd_check_sign(b, tail);
	}
	if (tail)
		return "message has a tail that its type has not";
	switch (m->head.type) {
	case KEYD_MAKE:
	case KEYD_REGENERATE:
		return check_make(&m->make);
	case KEYD_REQUEST:
		return check_csr(&m->csr);
	case KEYD_TOKEN_REGISTER:
	case KEYD_TOKEN_REMOVE:
		return keyd_check_token(m);
	case KEYD_PROMOTE:
		why = keyd_check_which(&m->which);
		return why ? why : m->which.slot == KEYD_NEXT ? NULL :
			"only the next key can be promoted";
	}
	return NULL;
}

const char *keyd_check(const union keyd_buffer *message, size_t len,
		       bool from_daemon)
{
	const struct keyd_head *head = &message->m.head;
	size_t size;

	if (len < HEAD)
		return "message is shorter than its head";
	if (head->protocol != KEYD_PROTOCOL)
		return "message is of another protocol";
	size = keyd_size(head->type);
	if (!size || (head->type < KEYD_REQUEST_END) != from_daemon)
		return "unknown type of message";
	if (len < size || len > KEYD_MESSAGE_MAX || head->len != len)
		return "message has not the length of its type";
	if (head->spare || !head->id)
		return "head of the message is wrong";
	return check_payload(message, len - size);
}
