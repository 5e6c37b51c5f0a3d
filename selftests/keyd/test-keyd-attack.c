// SPDX-License-Identifier: GPL-2.0
/*
 * Who speaks as ucsecd and is not: whatever he asks for, he gets no signature
 * over bytes of his own, no file that passes as a list or the other way round,
 * no list by a key of TLS, and no second LSC for one request.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"

enum { OLD = 1700000000, AT_ONCE = 50 };

static union keyd_buffer m;

static bool judge(const char *what)
{
	return run("bash -c '. \"$JUDGE\"; %s'", what);
}

static bool make(int fd, unsigned int service, unsigned int kind,
		 unsigned int bits, const char *name)
{
	good_make(&m, service, kind, bits, name);
	if (ask(fd, &m, KEYD_MAKE, 0))
		return false;
	keep(name);
	return run("openssl x509 -inform DER -in %s -out %s.pem", name, name);
}

/* A list with that SAST and a server, by that key. */
static int sign_list(int fd, unsigned int service, unsigned int kind,
		     const char *sast)
{
	struct keyd_sign_list *list = &m.m.list;
	size_t first, second;
	uint8_t der[KEYD_CERT_MAX];

	memset(&m.m, 0, sizeof(m.m));
	list->key = key_of(service, KEYD_RSA);
	list->kind = (uint8_t)kind;
	list->digest = KEYD_TLV_SHA512;
	list->timestamp = OLD;
	list->count = 2;
	first = attach(&m, KEYD_SIGN_LIST, sast);
	memcpy(der, keyd_tail(&m), first);
	second = attach(&m, KEYD_SIGN_LIST, "cm");
	memmove(keyd_tail_room(&m) + first, keyd_tail(&m), second);
	memcpy(keyd_tail_room(&m), der, first);
	list->records[0].cert_len = (uint16_t)first;
	list->records[1].cert_len = (uint16_t)second;
	list->records[1].function = 2;
	strcpy(list->records[1].dns, "cm1.example.org");
	return ask(fd, &m, KEYD_SIGN_LIST, first + second);
}

static int sign_file(int fd, unsigned int service, const char *name,
		     const char *content)
{
	size_t len;

	memset(&m.m, 0, sizeof(m.m));
	m.m.file.key = key_of(service, KEYD_RSA);
	m.m.file.kind = KEYD_FILE_PLAIN;
	m.m.file.digest = KEYD_TLV_SHA512;
	m.m.file.timestamp = OLD;
	strcpy(m.m.file.name, name);
	len = attach(&m, KEYD_SIGN_FILE, content);
	return ask(fd, &m, KEYD_SIGN_FILE, len);
}

static void check_lists(int fd)
{
	ok(!sign_list(fd, KEYD_ITLRECOVERY, KEYD_CTL, "itl"), "a CTL");
	keep("ctl");
	ok(run("$READER ctl"), "which phones take");
	for (unsigned int s = 1; s < KEYD_SERVICE_END; s++) {
		if (s == KEYD_ITLRECOVERY)
			continue;
		ok(sign_list(fd, s, KEYD_CTL, "cm") == -EBADMSG &&
		   sign_list(fd, s, KEYD_ITL, "cm") == -EBADMSG,
		   "no list by %s: %s", keyd_service_name(s),
		   heard.m.reply.sentence);
	}
	ok(sign_list(fd, KEYD_ITLRECOVERY, KEYD_CTL, "cm") == -EINVAL,
	   "none without its signer: %s", heard.m.reply.sentence);
}

/* Records of a list as a file's content, and a list whole. */
static void check_files(int fd)
{
	static const char *const names[] = {
		"CTLFile.tlv", "ITLFile.tlv", "CTLSEP001122334455.tlv",
		"CTLFile.tlv.SGN", "CTLFile.tlv.sgn/", ".sgn",
		"../CTLFile.tlv.sgn", "CTLFile.tlv\n.sgn",
	};

	judge("content ctl >records");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ok(sign_file(fd, KEYD_CALLMANAGER, names[i], "records") < 0,
		   "no file by such a name: %s", heard.m.reply.sentence);
	ok(sign_file(fd, KEYD_ITLRECOVERY, "x.sgn", "records") == -EBADMSG,
	   "no file by ITLRecovery: %s", heard.m.reply.sentence);
	ok(!sign_file(fd, KEYD_CALLMANAGER, "CTLFile.tlv.sgn", "records"),
	   "a file that has a list's records in it");
	keep("file");
	ok(run("! $READER file"), "phones do not take it for a list");
	/* The CallManager's key as a SAST, as in clusters without ITLRecovery. */
	ok(judge("{ head -c 4 ctl; tail -c +5 file; } >mixed") &&
	   run("! $READER mixed"), "nor with a list's version");
	ok(!sign_file(fd, KEYD_CALLMANAGER, "x.sgn", "ctl") &&
	   (keep("file"), judge("content file >inner; cmp inner ctl")) &&
	   run("! $READER file"), "nor one that has the whole list in it");
}

/* All that is signed elsewhere, as if it were a handshake. */
static void check_tls(int fd)
{
	static const char *const contents[] = {
		"ctl", "file", "records", "cm", "tbs", "csr-info", "digest",
	};
	static const uint16_t schemes[] = {
		0x0201, 0x0203, 0x0401, 0x0501, 0x0601, 0x0804, 0x0805,
		0x0806, 0x0403, 0x0503, 0x0603, 0x0101, 0,
	};
	unsigned int signed_some = 0, asked = 0;

	ok(run("openssl asn1parse -inform DER -in cm -strparse 4 -noout -out "
	       "tbs && openssl req -new -newkey rsa:2048 -nodes -keyout k "
	       "-subj /CN=x -outform DER -out csr && openssl asn1parse "
	       "-inform DER -in csr -strparse 4 -noout -out csr-info && "
	       "openssl dgst -sha512 -binary ctl >digest"), "contents");
	for (size_t c = 0; c < sizeof(contents) / sizeof(*contents); c++)
		for (size_t s = 0; s < sizeof(schemes) / sizeof(*schemes); s++)
			for (unsigned int what = KEYD_TLS13_SERVER;
			     what <= KEYD_TLS12_CLIENT; what++) {
				size_t len;

				memset(&m.m, 0, sizeof(m.m));
				m.m.tls_sign.key = key_of(KEYD_CALLMANAGER,
					schemes[s] & 3 && (schemes[s] & 0xff)
					== 3 ? KEYD_EC : KEYD_RSA);
				m.m.tls_sign.scheme = schemes[s];
				m.m.tls_sign.content = (uint8_t)what;
				len = attach(&m, KEYD_TLS_SIGN, contents[c]);
				signed_some += ask(fd, &m, KEYD_TLS_SIGN,
						   len) >= 0;
				asked++;
			}
	ok(!signed_some, "no handshake is any of that, %u times asked", asked);
}

static size_t fill_lsc(int kind, const char *key)
{
	size_t len;

	good_lsc(&m, 1, "SEP001122334455");
	m.m.lsc.key = key_of(KEYD_CAPF, (unsigned int)kind);
	len = attach(&m, KEYD_SIGN_LSC, key);
	return len;
}

/* Many before the first answer: the disk is waited for with all of them. */
static void check_lscs(int fd)
{
	union keyd_buffer first = { 0 };
	unsigned int same = 0, refused = 0;

	for (uint32_t i = 0; i < AT_ONCE; i++) {
		size_t len = fill_lsc(i % 5 == 4 ? KEYD_EC : KEYD_RSA,
				      i % 5 == 3 ? "spki2" : "spki1");

		if (i % 5 == 2)
			m.m.lsc.days++;
		keyd_seal(&m, KEYD_SIGN_LSC, i + 1, len);
		if (send(fd, &m, m.m.head.len, 0) != (ssize_t)m.m.head.len)
			abort();
	}
	for (int i = 0; i < AT_ONCE && hear(fd); i++) {
		if (!i)
			memcpy(&first, &heard, heard.m.head.len);
		else if (heard.m.reply.error)
			refused += heard.m.reply.reason ==
				KEYD_WHY_REQUEST_DIFFERS;
		else
			same += keyd_tail_len(&heard) ==
				keyd_tail_len(&first) &&
				!memcmp(keyd_tail(&heard), keyd_tail(&first),
					keyd_tail_len(&first));
	}
	ok(!first.m.reply.error && same == AT_ONCE / 5 * 2 - 1 &&
	   refused == AT_ONCE / 5 * 3,
	   "one LSC for one request, %u times; %u other ones refused", same,
	   refused);
	ok(run("test $(grep -ac SEP001122334455 state/lsc.journal) -ge 1"),
	   "it is in the journal");
	good_lsc(&m, 2, "SEP999999999999");
	ok(ask(fd, &m, KEYD_SIGN_LSC, attach(&m, KEYD_SIGN_LSC, "spki1")) < 0 &&
	   heard.m.reply.reason == KEYD_WHY_KEY_OF_ANOTHER,
	   "the same key for another device: %s", heard.m.reply.sentence);
}

static bool set_up(int fd)
{
	if (!name_judges())
		return false;
	return make(fd, KEYD_ITLRECOVERY, KEYD_RSA, 2048, "itl") &&
	       make(fd, KEYD_CALLMANAGER, KEYD_RSA, 2048, "cm") &&
	       make(fd, KEYD_CALLMANAGER, KEYD_EC, 256, "cm-ec") &&
	       make(fd, KEYD_CAPF, KEYD_RSA, 2048, "capf") &&
	       make(fd, KEYD_CAPF, KEYD_EC, 256, "capf-ec") &&
	       run("for n in 1 2; do openssl genrsa 2048 | openssl pkey "
		   "-pubout -outform DER -out spki$n || exit 1; done");
}

int main(void)
{
	pid_t pid;
	int fd;

	make_folder("test-keyd-attack");
	pid = start_keyd();
	fd = dial();
	ok(set_up(fd), "keys");
	check_lists(fd);
	check_files(fd);
	check_tls(fd);
	check_lscs(fd);
	close(fd);
	ok(stop_keyd(pid, SIGTERM), "it ended when told, without a complaint");
	remove_folder();
	return tap_end();
}
