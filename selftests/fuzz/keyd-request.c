// SPDX-License-Identifier: GPL-2.0
/*
 * Messages between ucsecd and ucsec-keyd: what is accepted is in bounds, and
 * what of it is a stranger's is what it should be.
 */
#include <stdlib.h>
#include <string.h>

#include "keyd/use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void expect_text(const char *text, size_t size)
{
	expect(memchr(text, 0, size));
	for (; *text; text++)
		expect(*text >= ' ' && *text <= '~');
}

static void expect_key(const struct keyd_which *key)
{
	expect(keyd_service_name(key->service) && keyd_kind_name(key->kind) &&
	       key->slot < KEYD_SLOT_END);
}

/* What goes into a certificate by way of a text that OpenSSL parses. */
static void expect_subject(const struct keyd_subject *s,
			   const struct keyd_names *names)
{
	expect_text(s->cn, sizeof(s->cn));
	expect_text(s->o, sizeof(s->o));
	expect(s->cn[0] && !strpbrk(s->cn, ";,=") && !strpbrk(s->o, ";,="));
	expect(names->count <= KEYD_NAMES);
	for (uint32_t i = 0; i < names->count; i++) {
		expect_text(names->list[i].text, sizeof(names->list[i].text));
		expect(!strpbrk(names->list[i].text, ",; \\"));
	}
}

static void expect_lens(const uint32_t *lens, uint32_t count, size_t tail)
{
	expect(count && count <= KEYD_CHAIN);
	for (uint32_t i = 0; i < count; i++) {
		expect(lens[i] && lens[i] <= tail);
		tail -= lens[i];
	}
	expect(!tail);
}

/* It has to begin as only a handshake does. */
static void use_tls(const union keyd_buffer *m)
{
	const uint8_t *tail = keyd_tail(m);
	size_t len = keyd_tail_len(m);

	expect(keyd_service_uses(m->m.tls_sign.key.service) &
	       (KEYD_USE_TLS_SERVER | KEYD_USE_TLS_CLIENT));
	if (keyd_tls_check(m->m.tls_sign.content, tail, len))
		return;
	switch (m->m.tls_sign.content) {
	case KEYD_TLS12_SERVER:
		expect(len > 68 && tail[64] == 3);
		break;
	case KEYD_TLS12_CLIENT:
		expect(len > 38 && tail[0] == 1 && tail[4] == 3);
		break;
	default:
		expect((len == 130 || len == 146) && tail[0] == ' ');
	}
}

static void use_lsc(const union keyd_buffer *m)
{
	enum keyd_reason reason;
	const char *why;
	X509_PUBKEY *key = keyd_spki_read(keyd_tail(m), keyd_tail_len(m),
					  m->m.lsc.flags, &reason, &why);

	expect(m->m.lsc.device[0]);
	expect_text(m->m.lsc.device, sizeof(m->m.lsc.device));
	expect(key ? !why : why && reason);
	X509_PUBKEY_free(key);
}

/* In the folder of such files, or in one below it. */
static void expect_file(const struct keyd_sign_file *file, size_t tail)
{
	expect(keyd_service_uses(file->key.service) & KEYD_USE_FILES);
	expect(file->device_len <= tail &&
	       tail - file->device_len <= KEYD_FILE_MAX);
	expect_text(file->name, sizeof(file->name));
	expect(file->name[0] && file->name[0] != '/' &&
	       file->name[0] != '.' && !strstr(file->name, "/.") &&
	       !strstr(file->name, "//"));
}

static void check_payload(const union keyd_buffer *b)
{
	const struct keyd_message *m = &b->m;
	size_t tail = keyd_tail_len(b);

	switch (m->head.type) {
	case KEYD_MAKE:
	case KEYD_REGENERATE:
		expect_key(&m->make.key);
		expect_subject(&m->make.subject, &m->make.names);
		break;
	case KEYD_REQUEST:
		expect_key(&m->csr.key);
		expect_subject(&m->csr.subject, &m->csr.names);
		break;
	case KEYD_IMPORT:
		expect_key(&m->import.key);
		expect_lens(m->import.lens, m->import.count, tail);
		break;
	case KEYD_ITEM:
		expect_lens(m->item.lens, m->item.count, tail);
		break;
	case KEYD_TLS_SIGN:
		use_tls(b);
		break;
	case KEYD_SIGN_LSC:
		use_lsc(b);
		break;
	case KEYD_SIGN_FILE:
		expect_file(&m->file, tail);
		break;
	case KEYD_SIGN_LIST:
		expect(m->list.key.service == KEYD_ITLRECOVERY &&
		       m->list.count <= KEYD_RECORDS);
		break;
	}
}

/* A request that is right but for its tail, which is the input's. */
static size_t lend_head(union keyd_buffer *m, unsigned int type,
			const uint8_t *tail, size_t len)
{
	memset(&m->m, 0, sizeof(m->m));
	keyd_seal(m, type, 1, len);
	if (type == KEYD_TLS_SIGN) {
		m->m.tls_sign.key.service = KEYD_CALLMANAGER;
		m->m.tls_sign.key.kind = KEYD_RSA;
		m->m.tls_sign.content = tail[0] == ' ' ? KEYD_TLS13_SERVER :
			tail[0] == 1 ? KEYD_TLS12_CLIENT : KEYD_TLS12_SERVER;
	} else {
		m->m.lsc.key.service = KEYD_CAPF;
		m->m.lsc.key.kind = KEYD_RSA;
		m->m.lsc.request[0] = 1;
		m->m.lsc.device[0] = 'x';
		m->m.lsc.profile = m->m.lsc.days = 1;
	}
	memcpy(keyd_tail_room(m), tail, len);
	return m->m.head.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static union keyd_buffer room;
	unsigned int type = size ? data[0] : 0;
	union keyd_buffer *m;
	bool from_daemon;

	if (size > sizeof(struct keyd_head) && (type == KEYD_TLS_SIGN ||
						type == KEYD_SIGN_LSC)) {
		size = lend_head(&room, type, data + 1, size - 1);
	} else {
		memcpy(&room, data, size);
		/* The rest is hard to reach else: a head that fits. */
		if (keyd_size(type) && keyd_size(type) <= size)
			keyd_seal(&room, type, 1, size - keyd_size(type));
	}
	/* Exact, so that the sanitizer sees what is read beyond the end. */
	m = malloc(size ? size : 1);
	memcpy(m, &room, size);
	from_daemon = size >= sizeof(struct keyd_head) &&
		      m->m.head.type < KEYD_REQUEST_END;
	if (!keyd_check(m, size, from_daemon)) {
		expect(size == m->m.head.len && size >=
		       keyd_size(m->m.head.type));
		check_payload(m);
	}
	free(m);
	return 0;
}
