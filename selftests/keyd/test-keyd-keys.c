// SPDX-License-Identifier: GPL-2.0
/*
 * CERT-1: keys and certificates of ucsec-keyd, judged by the openssl tool: made,
 * shown, made anew, promoted, requested, signed by a CA and brought back.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"

static union keyd_buffer m;

/* keep() it as NAME.der, and see what openssl makes of it. */
static bool shows(const char *name, const char *pattern)
{
	return run("openssl x509 -inform DER -in %s.der -noout -text "
		   "-nameopt RFC2253 >%s.txt && grep -q -e '%s' %s.txt", name,
		   name, pattern, name);
}

static bool make(int fd, unsigned int type, unsigned int service,
		 unsigned int kind, unsigned int bits, const char *name)
{
	good_make(&m, service, kind, bits, name);
	if (ask(fd, &m, type, 0))
		return false;
	keep(in_folder("last.der") + strlen(folder) + 1);
	return run("cp last.der %s.der", name);
}

static void check_made(int fd)
{
	ok(make(fd, KEYD_MAKE, KEYD_CALLMANAGER, KEYD_RSA, 2048, "cm-rsa"),
	   "MAKE");
	ok(run("openssl x509 -inform DER -in cm-rsa.der -out cm-rsa.pem && "
	       "openssl verify -x509_strict -purpose sslserver "
	       "-CAfile cm-rsa.pem cm-rsa.pem"), "openssl verifies it");
	ok(shows("cm-rsa", "Subject: CN=cm-rsa,O=Example,C=DE") &&
	   shows("cm-rsa", "Issuer: CN=cm-rsa,O=Example,C=DE") &&
	   shows("cm-rsa", "DNS:cm1.example.org, IP Address:192.0.2.1") &&
	   shows("cm-rsa", "Public-Key: (2048 bit)") &&
	   shows("cm-rsa", "CA:FALSE") &&
	   shows("cm-rsa", "Digital Signature, Key Encipherment"),
	   "subject, names, size, usage");
	ok(make(fd, KEYD_MAKE, KEYD_CALLMANAGER, KEYD_EC, 384, "cm-ec") &&
	   shows("cm-ec", "ecdsa-with-SHA384") && shows("cm-ec", "P-384") &&
	   !shows("cm-ec", "Key Encipherment"), "an EC key beside it");
	ok(make(fd, KEYD_MAKE, KEYD_CAPF, KEYD_RSA, 3072, "capf") &&
	   shows("capf", "CA:TRUE, pathlen:0") &&
	   shows("capf", "Certificate Sign, CRL Sign"), "CAPF's is a CA's");
	ok(make(fd, KEYD_MAKE, KEYD_ITLRECOVERY, KEYD_RSA, 1024, "itl") &&
	   shows("itl", "Public-Key: (1024 bit)") &&
	   !shows("itl", "TLS Web Server"), "a signer of lists for old phones");
	ok(make(fd, KEYD_MAKE, KEYD_TVS, KEYD_EC, 521, "tvs") &&
	   shows("tvs", "P-521"), "P-521");
	good_make(&m, KEYD_TVS, KEYD_EC, 256, "again");
	ok(ask(fd, &m, KEYD_MAKE, 0) == -EEXIST &&
	   heard.m.reply.reason == KEYD_WHY_HAS_KEY, "twice: %s",
	   heard.m.reply.sentence);
	good_make(&m, KEYD_TOMCAT, KEYD_RSA, 2048, "tomcat");
	ok(ask(fd, &m, KEYD_REGENERATE, 0) == -ENOENT &&
	   heard.m.reply.reason == KEYD_WHY_NO_KEY,
	   "REGENERATE of what there is not: %s", heard.m.reply.sentence);
	ok(run("! grep -rl 'PRIVATE KEY' state && "
	       "test $(stat -c %%a state) = 700 && "
	       "test $(stat -c %%a state/capf-rsa.key) = 600 && "
	       "! openssl pkey -inform DER -in state/capf-rsa.key -noout"),
	   "no key lies open on the disk");
}

/* The busy generator takes no second job, but all else goes on. */
static void check_meanwhile(int fd)
{
	good_make(&m, KEYD_TOMCAT, KEYD_RSA, 4096, "tomcat");
	keyd_seal(&m, KEYD_MAKE, 100, 0);
	send(fd, &m, m.m.head.len, 0);
	good_make(&m, KEYD_IPSEC, KEYD_RSA, 2048, "ipsec");
	keyd_seal(&m, KEYD_MAKE, 101, 0);
	send(fd, &m, m.m.head.len, 0);
	ok(hear(fd) && heard.m.head.id == 101 &&
	   heard.m.reply.error == -EBUSY &&
	   heard.m.reply.reason == KEYD_WHY_BUSY, "another at once: %s",
	   heard.m.reply.sentence);
	keyd_seal(&m, KEYD_HELLO, 102, 0);
	send(fd, &m, m.m.head.len, 0);
	ok(hear(fd) && heard.m.head.id == 102 && !heard.m.reply.error,
	   "others are answered while a key is being made");
	ok(hear(fd) && heard.m.head.id == 100 && !heard.m.reply.error &&
	   keyd_tail_len(&heard) > 1000, "then the key is there");
}

/* Reads a LIST to its end; how many, and the last one of that key. */
static unsigned int list(int fd, struct keyd_which which,
			 union keyd_buffer *found)
{
	unsigned int count = 0;

	if (ask(fd, &m, KEYD_LIST, 0))
		return 0;
	while (heard.m.head.type == KEYD_ITEM) {
		count++;
		if (!memcmp(&heard.m.item.key, &which, sizeof(which)))
			*found = heard;
		if (!hear(fd))
			return 0;
	}
	return count;
}

static void write_hex(const char *name, const uint8_t *bytes, size_t len)
{
	FILE *file = fopen(in_folder(name), "w");

	for (size_t i = 0; i < len; i++)
		fprintf(file, "%02X", bytes[i]);
	fclose(file);
}

static void check_list(int fd)
{
	static union keyd_buffer item;
	const struct keyd_item *i = &item.m.item;

	ok(list(fd, key_of(KEYD_CALLMANAGER, KEYD_RSA), &item) == 6,
	   "LIST has them all");
	ok(i->bits == 2048 && i->self_signed && i->count == 1 &&
	   i->not_after - i->not_before == 366 * 86400, "what kind it is of");
	heard = item;
	keep("listed.der");
	write_hex("sha1", i->sha1, sizeof(i->sha1));
	write_hex("sha256", i->sha256, sizeof(i->sha256));
	write_hex("md5", i->md5, sizeof(i->md5));
	ok(run("cmp listed.der cm-rsa.der") && run("for md in md5 sha1 sha256; "
	       "do openssl x509 -in cm-rsa.pem -noout -fingerprint -$md | "
	       "sed 's/.*=//; s/://g' | tr -d '\\n' | cmp - $md || exit 1; "
	       "done"), "certificate and fingerprints");
}

static void check_anew(int fd)
{
	ok(make(fd, KEYD_REGENERATE, KEYD_TVS, KEYD_EC, 256, "tvs2") &&
	   shows("tvs2", "P-256") && run("openssl x509 -in state/tvs-ec.pem "
	   "-outform DER | cmp - tvs2.der"), "REGENERATE: another key");
	good_make(&m, KEYD_ITLRECOVERY, KEYD_RSA, 2048, "itl-next");
	m.m.make.key.slot = KEYD_NEXT;
	ok(!ask(fd, &m, KEYD_MAKE, 0), "a next key beside the current one");
	keep("itl-next.der");
	ok(run("openssl x509 -in state/itlrecovery-rsa.pem -outform DER | "
	       "cmp - itl.der"), "which goes on");
	m.m.which = key_of(KEYD_ITLRECOVERY, KEYD_RSA);
	m.m.which.slot = KEYD_NEXT;
	ok(!ask(fd, &m, KEYD_PROMOTE, 0) && keep("promoted.der") &&
	   run("cmp promoted.der itl-next.der && test ! -e "
	       "state/itlrecovery-rsa.next.key && openssl x509 -in "
	       "state/itlrecovery-rsa.pem -outform DER | cmp - itl-next.der"),
	   "until PROMOTE");
	ok(ask(fd, &m, KEYD_PROMOTE, 0) == -ENOENT, "twice: %s",
	   heard.m.reply.sentence);
}

static void request(int fd)
{
	good_make(&m, KEYD_TVS, KEYD_RSA, 2048, "tvs-rsa");
	ok(!ask(fd, &m, KEYD_MAKE, 0), "a key for a CA to sign");
	good_make(&m, KEYD_TVS, KEYD_RSA, 2048, "tvs.example.org");
	memmove(&m.m.csr.subject, &m.m.make.subject, sizeof(m.m.csr.subject) +
		sizeof(m.m.csr.names));
	m.m.csr.key = key_of(KEYD_TVS, KEYD_RSA);
	ok(!ask(fd, &m, KEYD_REQUEST, 0) && keep("csr.der") &&
	   run("openssl req -inform DER -in csr.der -verify -noout -text "
	       ">csr.txt && grep -q 'CN = tvs.example.org' csr.txt && "
	       "grep -q 'DNS:cm1.example.org' csr.txt && "
	       "grep -q 'TLS Web Server' csr.txt"), "REQUEST: openssl reads it");
}

/* Files of the folder, DER, as the chain; its error. */
static int import(int fd, unsigned int service, const char *const *names)
{
	static uint8_t tail[KEYD_MESSAGE_MAX];
	size_t len = 0, n;

	memset(&m.m, 0, sizeof(m.m));
	m.m.import.key = key_of(service, KEYD_RSA);
	for (; *names; names++) {
		n = attach(&m, KEYD_IMPORT, *names);
		memcpy(tail + len, keyd_tail(&m), n);
		m.m.import.lens[m.m.import.count++] = (uint32_t)n;
		len += n;
	}
	memcpy(keyd_tail_room(&m), tail, len);
	return ask(fd, &m, KEYD_IMPORT, len);
}

#define IMPORT(fd, service, ...) \
	import(fd, service, (const char *const[]){ __VA_ARGS__, NULL })

static bool refused(int err, enum keyd_reason reason, const char *what)
{
	return ok(err == -EKEYREJECTED && heard.m.reply.reason == reason,
		  "%s: %s", what, heard.m.reply.sentence);
}

/* A root, an intermediate, and TVS's request signed in many ways. */
static bool set_up_ca(void)
{
	return run("openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key "
		   "-out root.pem -subj /CN=root -days 30") &&
		run("openssl req -newkey rsa:2048 -nodes -keyout mid.key "
		    "-out mid.csr -subj /CN=mid && "
		    "printf 'basicConstraints=critical,CA:TRUE\\n"
		    "keyUsage=keyCertSign\\n' >ca.ext && openssl x509 -req "
		    "-in mid.csr -CA root.pem -CAkey root.key -CAcreateserial "
		    "-days 30 -extfile ca.ext -out mid.pem") &&
		run("openssl req -inform DER -in csr.der -out csr.pem && "
		    "sign() { printf \"$2\" >$1.ext; shift 2; } && "
		    "echo 'extendedKeyUsage=serverAuth' >good.ext && "
		    "echo 'extendedKeyUsage=emailProtection' >mail.ext && "
		    "echo 'keyUsage=keyEncipherment' >enc.ext && "
		    "for e in good mail enc ca; do openssl x509 -req "
		    "-in csr.pem -CA mid.pem -CAkey mid.key -CAcreateserial "
		    "-days 20 -extfile $e.ext -out $e.pem || exit 1; done") &&
		run("openssl x509 -req -in csr.pem -CA mid.pem -CAkey mid.key "
		    "-CAcreateserial -days -1 -extfile good.ext "
		    "-out expired.pem && "
		    "openssl x509 -req -sha1 -in csr.pem -CA mid.pem -CAkey "
		    "mid.key -CAcreateserial -days 20 -extfile good.ext "
		    "-out weak.pem && openssl x509 -req -in mid.csr -CA "
		    "root.pem -CAkey root.key -CAcreateserial -days 20 "
		    "-extfile good.ext -out other.pem && openssl x509 -req -in "
		    "csr.pem -CA other.pem -CAkey mid.key -CAcreateserial "
		    "-days 20 -extfile good.ext -out noca.pem && openssl req "
		    "-x509 -key root.key -out semi.pem -subj '/CN=a;b' "
		    "-days 30 && openssl x509 -req -in csr.pem -CA semi.pem "
		    "-CAkey root.key -CAcreateserial -days 20 -extfile "
		    "good.ext -out bysemi.pem") &&
		run("for f in root mid good mail enc ca expired weak other "
		    "noca semi bysemi; do openssl x509 -in $f.pem -outform DER -out "
		    "$f.der || exit 1; done; mv ca.der isca.der; "
		    "cat good.der good.der >twice.der; head -c 100 good.der "
		    ">cut.der");
}

/* Signed today, good from tomorrow on. */
static bool set_up_later(void)
{
	return run("mkdir -p ca && touch ca/index && echo 01 >ca/serial && "
		   "printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=ca/index\\n"
		   "serial=ca/serial\\nnew_certs_dir=ca\\npolicy=p\\n"
		   "default_md=sha256\\n[p]\\ncommonName=supplied\\n' >ca.cnf && "
		   "openssl ca -batch -config ca.cnf -cert mid.pem -keyfile "
		   "mid.key -in csr.pem -startdate 20450101000000Z -enddate "
		   "20460101000000Z -notext -extfile good.ext -out later.pem && "
		   "openssl x509 -in later.pem -outform DER -out later.der");
}

static void check_import(int fd)
{
	request(fd);
	ok(set_up_ca() && set_up_later(), "a CA");
	refused(IMPORT(fd, KEYD_TVS, "twice.der"), KEYD_WHY_NOT_CERTIFICATE,
		"more than a certificate");
	refused(IMPORT(fd, KEYD_TVS, "cut.der", "mid.der"),
		KEYD_WHY_NOT_CERTIFICATE, "less than one");
	refused(IMPORT(fd, KEYD_TVS, "mid.der", "root.der"),
		KEYD_WHY_KEY_DIFFERS, "of another key");
	refused(IMPORT(fd, KEYD_TVS, "good.der"), KEYD_WHY_CHAIN_INCOMPLETE,
		"alone");
	refused(IMPORT(fd, KEYD_TVS, "good.der", "mid.der"),
		KEYD_WHY_CHAIN_INCOMPLETE, "without root");
	refused(IMPORT(fd, KEYD_TVS, "good.der", "root.der"),
		KEYD_WHY_CHAIN_INCOMPLETE, "without what is between");
	refused(IMPORT(fd, KEYD_TVS, "good.der", "mid.der", "root.der",
		       "tvs2.der"), KEYD_WHY_CHAIN_EXTRA, "with a stranger's");
	refused(IMPORT(fd, KEYD_TVS, "expired.der", "mid.der", "root.der"),
		KEYD_WHY_EXPIRED, "of yesterday");
	refused(IMPORT(fd, KEYD_TVS, "later.der", "mid.der", "root.der"),
		KEYD_WHY_NOT_YET_VALID, "of the future");
	refused(IMPORT(fd, KEYD_TVS, "mail.der", "mid.der", "root.der"),
		KEYD_WHY_USAGE, "for mail");
	refused(IMPORT(fd, KEYD_TVS, "enc.der", "mid.der", "root.der"),
		KEYD_WHY_USAGE, "not for signatures");
	refused(IMPORT(fd, KEYD_TVS, "isca.der", "mid.der", "root.der"),
		KEYD_WHY_USAGE, "a CA's for a service");
	refused(IMPORT(fd, KEYD_TVS, "bysemi.der", "semi.der"),
		KEYD_WHY_NAME, "by a CA that no list can name");
	refused(IMPORT(fd, KEYD_TVS, "weak.der", "mid.der", "root.der"),
		KEYD_WHY_WEAK, "with SHA-1");
	refused(IMPORT(fd, KEYD_TVS, "noca.der", "other.der", "root.der"),
		KEYD_WHY_CHAIN_WRONG, "by who is no CA");
	ok(IMPORT(fd, KEYD_IPSEC, "good.der", "mid.der", "root.der") ==
	   -ENOENT, "for a service without a key: %s",
	   heard.m.reply.sentence);
	ok(run("test $(grep -c BEGIN state/tvs-rsa.pem) = 1"),
	   "nothing of that was taken");
	ok(!IMPORT(fd, KEYD_TVS, "good.der", "root.der", "mid.der") &&
	   run("openssl x509 -in state/tvs-rsa.pem -outform DER | "
	       "cmp - good.der && test $(grep -c BEGIN state/tvs-rsa.pem) = 3"),
	   "certificate and chain, in any order: taken");
}

/* All of it, after a new start. */
static void check_again(int fd)
{
	static union keyd_buffer item;

	ok(list(fd, key_of(KEYD_TVS, KEYD_RSA), &item) == 7 &&
	   item.m.item.count == 3 && !item.m.item.self_signed,
	   "the next keyd has them all");
}

static void check_damage(void)
{
	int fd;
	pid_t pid;

	run("cp -a state kept; printf x | dd of=state/capf-rsa.key bs=1 "
	    "seek=100 conv=notrunc");
	ok(refuses_to_start() && run("grep -q 'key of capf, rsa: damaged' "
				     "stderr"), "a damaged key is told");
	run("rm -rf state && cp -a kept state && head -c 32 /dev/urandom "
	    ">state/secret");
	ok(refuses_to_start(), "keys are of their secret");
	run("rm -rf state && cp -a kept state && rm state/tvs-ec.pem");
	ok(refuses_to_start(), "a key without certificate");
	run("rm -rf state && cp -a kept state && for e in key pem; do "
	    "cp state/tvs-ec.$e state/callmanager-ec.$e; done");
	ok(refuses_to_start(), "key and certificate of another "
	   "service");
	run("rm -rf state && cp -a kept state && chmod 750 state");
	ok(refuses_to_start(), "a directory that others may enter");
	run("chmod 700 state");
	pid = start_keyd();
	fd = dial();
	ok(refuses_to_start() &&
	   run("grep -q 'another keyd uses' stderr"), "a second keyd");
	close(fd);
	stop_keyd(pid, SIGTERM);
}

int main(void)
{
	pid_t pid;
	int fd;

	make_folder("test-keyd-keys");
	pid = start_keyd();
	fd = dial();
	check_made(fd);
	check_meanwhile(fd);
	check_list(fd);
	check_anew(fd);
	check_import(fd);
	close(fd);
	ok(stop_keyd(pid, SIGKILL), "killed");
	pid = start_keyd();
	fd = dial();
	check_again(fd);
	close(fd);
	ok(stop_keyd(pid, SIGTERM), "it ended when told, without a complaint");
	check_damage();
	remove_folder();
	return tap_end();
}
