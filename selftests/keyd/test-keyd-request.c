// SPDX-License-Identifier: GPL-2.0
/*
 * ucsec-keyd and requests that are not right: each field wrong in turn, heads
 * and lengths.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"

static union keyd_buffer m;

struct wrong {
	const char *what;
	size_t at, len;
	uint8_t byte;
};

#define S(payload, member, b) { #payload "." #member, \
	offsetof(struct keyd_message, payload.member), \
	sizeof(((struct keyd_message *)0)->payload.member), b }
#define B(payload, member, index, b) { #payload "." #member "[" #index "]", \
	offsetof(struct keyd_message, payload.member) + (index), 1, b }

/* Each field of @count wrongs; @fill makes it right again. */
static void spoil(int fd, unsigned int type, size_t tail, void (*fill)(void),
		  const struct wrong *wrongs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct wrong *w = &wrongs[i];

		fill();
		memset(m.bytes + w->at, w->byte, w->len);
		ok(ask(fd, &m, type, tail) == -EBADMSG &&
		   heard.m.reply.reason == KEYD_WHY_MESSAGE &&
		   heard.m.reply.sentence[0], "%s: %s", w->what,
		   heard.m.reply.sentence);
	}
}

#define SPOIL(fd, type, tail, fill, list) \
	spoil(fd, type, tail, fill, list, sizeof(list) / sizeof(*(list)))

static void fill_make(void)
{
	good_make(&m, KEYD_CALLMANAGER, KEYD_EC, 256, "cm1");
}

static void check_make(int fd)
{
	static const struct wrong wrongs[] = {
		S(make, key.service, 0), S(make, key.service, KEYD_SERVICE_END),
		S(make, key.service, KEYD_ITLRECOVERY), S(make, key.kind, 0),
		S(make, key.kind, 3), S(make, key.slot, 2),
		S(make, key.spare, 1), S(make, bits, 0), B(make, bits, 0, 1),
		S(make, bits, 255), S(make, spare, 1), S(make, days, 0),
		S(make, days, 255), B(make, subject.cn, 0, 0),
		B(make, subject.cn, 0, ';'), B(make, subject.cn, 1, ','),
		B(make, subject.cn, 1, '='), B(make, subject.cn, 1, '\\'),
		B(make, subject.cn, 1, '"'), B(make, subject.cn, 0, ' '),
		B(make, subject.cn, 2, ' '), B(make, subject.cn, 1, '\n'),
		B(make, subject.cn, 1, 0x80), B(make, subject.cn, 9, 'x'),
		S(make, subject.cn, 'x'), S(make, subject.o, 'x'),
		B(make, subject.ou, 0, '<'), B(make, subject.l, 0, '+'),
		B(make, subject.st, 0, '>'), B(make, subject.c, 0, 'd'),
		B(make, subject.c, 1, 0), B(make, subject.c, 2, 'E'),
		B(make, names.count, 0, 17), B(make, names.count, 0, 1),
		B(make, names.count, 0, 3), S(make, names.count, 255),
		S(make, names.list[0].kind, 0), S(make, names.list[0].kind, 3),
		S(make, names.list[0].kind, KEYD_IP),
		B(make, names.list[0].text, 0, ','),
		B(make, names.list[0].text, 0, '*'),
		S(make, names.list[0].text, 0), S(make, names.list[0].text, 'x'),
		B(make, names.list[1].text, 0, 'x'),
		B(make, names.list[1].text, 20, '1'),
		B(make, names.list[15].text, 3, '1'),
	};

	SPOIL(fd, KEYD_MAKE, 0, fill_make, wrongs);
	fill_make();
	ok(ask(fd, &m, KEYD_MAKE, 1) == -EBADMSG, "MAKE with a tail: %s",
	   heard.m.reply.sentence);
	good_make(&m, KEYD_ITLRECOVERY, KEYD_RSA, 3072, "itl");
	ok(ask(fd, &m, KEYD_MAKE, 0) == -EBADMSG,
	   "a signer of lists has no 3072: %s", heard.m.reply.sentence);
	good_make(&m, KEYD_TVS, KEYD_RSA, 1024, "tvs");
	ok(ask(fd, &m, KEYD_MAKE, 0) == -EBADMSG, "TVS has no 1024: %s",
	   heard.m.reply.sentence);
	fill_make();
	ok(ask(fd, &m, KEYD_PROMOTE, 0) == -EBADMSG,
	   "only the next key is promoted: %s", heard.m.reply.sentence);
}

static void fill_import(void)
{
	memset(&m, 0, 4096);
	m.m.import.key = key_of(KEYD_TVS, KEYD_RSA);
	m.m.import.count = 2;
	m.m.import.lens[0] = 30;
	m.m.import.lens[1] = 70;
}

static void check_import(int fd)
{
	static const struct wrong wrongs[] = {
		S(import, key.kind, 9), S(import, count, 0),
		B(import, count, 0, 9), B(import, count, 0, 1),
		B(import, count, 0, 3), S(import, lens[0], 0),
		B(import, lens[0], 0, 31), S(import, lens[0], 255),
		B(import, lens[1], 2, 1), B(import, lens[7], 0, 1),
	};

	SPOIL(fd, KEYD_IMPORT, 100, fill_import, wrongs);
	fill_import();
	ok(ask(fd, &m, KEYD_IMPORT, 99) == -EBADMSG, "a byte is missing");
}

static void fill_sign(void)
{
	memset(&m.m, 0, sizeof(m.m));
	m.m.tls_sign.key = key_of(KEYD_TVS, KEYD_RSA);
	m.m.tls_sign.scheme = 0x0804;
	m.m.tls_sign.content = KEYD_TLS13_SERVER;
}

static void fill_unwrap(void)
{
	memset(&m.m, 0, sizeof(m.m));
	m.m.tls_unwrap.key = key_of(KEYD_TVS, KEYD_RSA);
	m.m.tls_unwrap.version = 0x0303;
}

static void check_tls(int fd)
{
	static const struct wrong signs[] = {
		S(tls_sign, key.service, KEYD_ITLRECOVERY),
		S(tls_sign, key.service, KEYD_TFTP),
		S(tls_sign, key.service, KEYD_IPSEC),
		S(tls_sign, key.slot, KEYD_NEXT), S(tls_sign, key.kind, 0),
		S(tls_sign, spare, 1), S(tls_sign, content, 0),
		S(tls_sign, content, 5),
		/* TVS is nobody's client. */
		S(tls_sign, content, KEYD_TLS13_CLIENT),
		S(tls_sign, content, KEYD_TLS12_CLIENT),
	};
	static const struct wrong unwraps[] = {
		S(tls_unwrap, key.service, KEYD_ITLRECOVERY),
		S(tls_unwrap, key.kind, KEYD_EC),
		S(tls_unwrap, key.slot, KEYD_NEXT), S(tls_unwrap, spare, 1),
		B(tls_unwrap, version, 0, 0), B(tls_unwrap, version, 0, 4),
		B(tls_unwrap, version, 1, 2),
	};

	SPOIL(fd, KEYD_TLS_SIGN, 130, fill_sign, signs);
	fill_sign();
	ok(ask(fd, &m, KEYD_TLS_SIGN, 0) == -EBADMSG, "nothing to sign");
	ok(ask(fd, &m, KEYD_TLS_SIGN, KEYD_TRANSCRIPT_MAX + 1) == -EBADMSG,
	   "too much to sign");
	SPOIL(fd, KEYD_TLS_UNWRAP, 256, fill_unwrap, unwraps);
	fill_unwrap();
	ok(ask(fd, &m, KEYD_TLS_UNWRAP, 255) == -EBADMSG, "no modulus: %s",
	   heard.m.reply.sentence);
}

static void fill_lsc(void)
{
	good_lsc(&m, 1, "SEP001122334455");
}

static void check_lsc(int fd)
{
	static const struct wrong wrongs[] = {
		S(lsc, key.service, KEYD_CALLMANAGER),
		S(lsc, key.slot, KEYD_NEXT), S(lsc, request, 0),
		B(lsc, device, 0, 0), B(lsc, device, 0, '/'),
		B(lsc, device, 3, ','), B(lsc, device, 3, ' '),
		B(lsc, device, 30, 'x'), S(lsc, device, 'x'),
		S(lsc, profile, 0), S(lsc, profile, 3), S(lsc, flags, 2),
		S(lsc, days, 0), S(lsc, days, 255), B(lsc, spare, 2, 1),
	};

	SPOIL(fd, KEYD_SIGN_LSC, 294, fill_lsc, wrongs);
	fill_lsc();
	ok(ask(fd, &m, KEYD_SIGN_LSC, 0) == -EBADMSG, "no public key");
	ok(ask(fd, &m, KEYD_SIGN_LSC, KEYD_SPKI_MAX + 1) == -EBADMSG,
	   "a public key that is too long");
}

static void fill_file(void)
{
	memset(&m.m, 0, sizeof(m.m));
	m.m.file.key = key_of(KEYD_TFTP, KEYD_RSA);
	m.m.file.kind = KEYD_FILE_PLAIN;
	m.m.file.digest = KEYD_TLV_SHA512;
	strcpy(m.m.file.name, "SEP001122334455.cnf.xml.sgn");
}

static void fill_list(void)
{
	memset(&m.m, 0, sizeof(m.m));
	m.m.list.key = key_of(KEYD_ITLRECOVERY, KEYD_RSA);
	m.m.list.kind = KEYD_ITL;
	m.m.list.digest = KEYD_TLV_SHA1;
	m.m.list.count = 1;
	m.m.list.records[0].cert_len = 100;
}

static void check_files(int fd)
{
	static const struct wrong files[] = {
		S(file, key.service, KEYD_ITLRECOVERY),
		S(file, key.service, KEYD_TVS), S(file, kind, 0),
		S(file, kind, 3), S(file, kind, KEYD_FILE_ENCRYPTED),
		S(file, key.slot, KEYD_NEXT), S(file, digest, 0),
		S(file, digest, 2), S(file, dialect, 2), S(file, spare, 1),
		B(file, device_len, 0, 1), S(file, device_len, 255),
		B(file, name, 0, 0), B(file, name, 0, '/'),
		B(file, name, 0, '.'), B(file, name, 26, '/'),
		B(file, name, 27, ' '), B(file, name, 40, 'x'),
		S(file, name, 'x'),
	};
	static const struct wrong lists[] = {
		/* Nobody but ITLRecovery signs a list. */
		S(list, key.service, KEYD_CALLMANAGER),
		S(list, key.service, KEYD_TFTP), S(list, kind, 0),
		S(list, kind, 3), S(list, key.slot, KEYD_NEXT),
		S(list, digest, 2), S(list, dialect, 2),
		S(list, signer_version, 1 << 1), B(list, signer_version, 0, 1),
		S(list, rollback, 2), S(list, count, 0),
		B(list, count, 0, 65), S(list, spare, 1),
		S(list, max_sast, 1), S(list, max_sast, 9),
		B(list, records[0].cert_len, 0, 99),
		S(list, records[0].cert_len, 255),
		B(list, records[0].function, 1, 1),
		B(list, records[0].dns, 0, ' '),
		B(list, records[0].dns, 5, 'x'),
		B(list, records[0].spare, 0, 1),
		B(list, records[63].dns, 0, 'x'),
	};

	SPOIL(fd, KEYD_SIGN_FILE, 1000, fill_file, files);
	SPOIL(fd, KEYD_SIGN_LIST, 100, fill_list, lists);
	fill_file();
	ok(ask(fd, &m, KEYD_SIGN_FILE, KEYD_FILE_MAX) == -ENOENT &&
	   heard.m.reply.reason == KEYD_WHY_NO_KEY,
	   "a file of 96 KiB arrives: %s", heard.m.reply.sentence);
	ok(ask(fd, &m, KEYD_SIGN_FILE, KEYD_FILE_MAX + 1) == -EBADMSG,
	   "one byte more: %s", heard.m.reply.sentence);
	m.m.file.kind = KEYD_FILE_ENCRYPTED;
	m.m.file.device_len = KEYD_CERT_MAX;
	ok(ask(fd, &m, KEYD_SIGN_FILE, KEYD_CERT_MAX + KEYD_FILE_MAX) ==
	   -ENOENT, "with a device's certificate: %s",
	   heard.m.reply.sentence);
	ok(ask(fd, &m, KEYD_SIGN_FILE, KEYD_CERT_MAX - 1) == -EBADMSG,
	   "less than that certificate: %s", heard.m.reply.sentence);
	fill_list();
	ok(ask(fd, &m, KEYD_SIGN_LIST, 100) == -ENOENT, "a list: %s",
	   heard.m.reply.sentence);
}

static void fill_token(void)
{
	memset(&m.m, 0, sizeof(m.m));
	strcpy(m.m.token.serial, "0123");
}

static void fill_token_list(void)
{
	fill_list();
	memset(&m.m.list.key, 0, sizeof(m.m.list.key));
	m.m.list.kind = KEYD_CTL;
	strcpy(m.m.list.token, "0123");
}

static void check_tokens(int fd)
{
	static const struct wrong tokens[] = {
		S(token, serial, 0), S(token, serial, 'x'),
		B(token, serial, 0, '\n'), B(token, serial, 1, 0x80),
		B(token, serial, 9, 'x'), S(token, flags, 2),
		B(token, spare, 1, 1),
	};
	static const struct wrong lists[] = {
		S(list, token, 'x'), B(list, token, 0, 7),
		B(list, token, 9, 'x'), S(list, token_spare, 1),
		S(list, kind, KEYD_ITL), S(list, key.service, KEYD_ITLRECOVERY),
		S(list, key.slot, KEYD_NEXT), S(list, key.spare, 1),
		S(list, digest, 2), S(list, dialect, 2), S(list, count, 255),
	};

	SPOIL(fd, KEYD_TOKEN_REGISTER, 0, fill_token, tokens);
	SPOIL(fd, KEYD_TOKEN_REMOVE, 0, fill_token, tokens);
	SPOIL(fd, KEYD_SIGN_LIST, 100, fill_token_list, lists);
	fill_token();
	ok(ask(fd, &m, KEYD_TOKEN_REGISTER, 0) == -ENODEV, "as it should be: "
	   "%s", heard.m.reply.sentence);
	fill_token();
	ok(ask(fd, &m, KEYD_TOKEN_REGISTER, 1) == -EBADMSG, "with a tail");
	m.m.token.flags = KEYD_TOKEN_RETRY_PIN;
	ok(ask(fd, &m, KEYD_TOKEN_REMOVE, 0) == -EBADMSG,
	   "removing tries no PIN");
	fill_token_list();
	ok(ask(fd, &m, KEYD_SIGN_LIST, 100) == -ENODEV &&
	   heard.m.reply.reason == KEYD_WHY_TOKEN, "a list: %s",
	   heard.m.reply.sentence);
}

/* Heads and lengths: named if it can be, else the connection ends. */
static void check_heads(void)
{
	static uint8_t big[KEYD_MESSAGE_MAX + 100];
	int fd = dial();

	fill_make();
	keyd_seal(&m, KEYD_MAKE, 7, 0);
	ok(ask_raw(fd, &m, m.m.head.len - 1) == -EBADMSG, "short: %s",
	   heard.m.reply.sentence);
	ok(ask_raw(fd, &m, m.m.head.len + 1) == -EBADMSG, "long: %s",
	   heard.m.reply.sentence);
	m.m.head.len++;
	ok(ask_raw(fd, &m, m.m.head.len - 1) == -EBADMSG,
	   "lies of its length: %s", heard.m.reply.sentence);
	memcpy(big, &m, sizeof(m.m));
	ok(ask_raw(fd, big, sizeof(big)) == -EBADMSG, "huge: %s",
	   heard.m.reply.sentence);
	keyd_seal(&m, KEYD_MAKE, 7, 0);
	m.m.head.spare = 1;
	ok(ask_raw(fd, &m, m.m.head.len) == -EBADMSG, "spare: %s",
	   heard.m.reply.sentence);
	for (unsigned int type = 0; type < 70; type++) {
		if (type >= KEYD_HELLO && type < KEYD_REQUEST_END)
			continue;
		keyd_seal(&m, type, 7, 0);
		m.m.head.len = 4000;
		if (ask_raw(fd, &m, 4000) != -EBADMSG)
			ok(false, "type %u: %d", type, heard.m.reply.error);
	}
	ok(true, "unknown types, and answers as requests");
	keyd_seal(&m, KEYD_HELLO, 0, 0);
	ok(ask_raw(fd, &m, m.m.head.len) == 1, "no id: it hangs up");
	close(fd);
	fd = dial();
	keyd_seal(&m, KEYD_HELLO, 1, 0);
	m.m.head.protocol++;
	ok(ask_raw(fd, &m, m.m.head.len) == -EBADMSG &&
	   heard.m.head.protocol == KEYD_PROTOCOL &&
	   strstr(heard.m.reply.sentence, "another protocol") &&
	   ask(fd, &m, KEYD_HELLO, 0) == 1,
	   "another version: it says so, and hangs up");
	close(fd);
	fd = dial();
	ok(ask_raw(fd, "x", 1) == 1, "one byte: it hangs up");
	close(fd);
}

int main(void)
{
	pid_t pid;
	int fd;

	make_folder("test-keyd-request");
	pid = start_keyd();
	fd = dial();
	check_make(fd);
	check_import(fd);
	check_tls(fd);
	check_lsc(fd);
	check_files(fd);
	check_tokens(fd);
	ok(!ask(fd, &m, KEYD_LIST, 0) && heard.m.head.type == KEYD_REPLY,
	   "nothing of that made a key");
	fill_make();
	ok(!ask(fd, &m, KEYD_MAKE, 0), "as it should be, it is done");
	close(fd);
	check_heads();
	ok(stop_keyd(pid, SIGTERM), "it ended when told, without a complaint");
	remove_folder();
	return tap_end();
}
