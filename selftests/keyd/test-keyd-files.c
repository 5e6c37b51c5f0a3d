// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-1, TRUST-2, TRUST-3: files and lists that ucsec-keyd signs, judged by
 * the openssl tool; times that never go back; what it does not sign.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"

enum { OLD = 1700000000 };

static union keyd_buffer m;

/* selftests/trust/judge.sh: its functions, in the folder. */
static bool judge(const char *what)
{
	return run("bash -c '. \"$JUDGE\"; %s'", what);
}

/* A key and a certificate that signs itself, into NAME.der and NAME.pem. */
static bool make(int fd, unsigned int service, unsigned int slot,
		 const char *name)
{
	char file[32];

	good_make(&m, service, KEYD_RSA, 2048, name);
	m.m.make.key.slot = (uint8_t)slot;
	if (ask(fd, &m, KEYD_MAKE, 0))
		return false;
	snprintf(file, sizeof(file), "%s.der", name);
	keep(file);
	return run("openssl x509 -inform DER -in %s -out %s.pem", file, name);
}

static void good_file(unsigned int service, const char *name)
{
	memset(&m.m, 0, sizeof(m.m));
	m.m.file.key = key_of(service, KEYD_RSA);
	m.m.file.kind = KEYD_FILE_PLAIN;
	m.m.file.digest = KEYD_TLV_SHA512;
	m.m.file.timestamp = OLD;
	strcpy(m.m.file.name, name);
}

/* What good_file() began, with that content; kept as signed. */
static int sign(int fd, const char *content)
{
	size_t len = attach(&m, KEYD_SIGN_FILE, content);
	int err = ask(fd, &m, KEYD_SIGN_FILE, len);

	keep("signed");
	return err;
}

/* The same, encrypted for a device. */
static int seal(int fd, const char *device, const char *content)
{
	static uint8_t cert[KEYD_CERT_MAX];
	size_t cert_len = attach(&m, KEYD_SIGN_FILE, device), len;
	uint8_t *room = keyd_tail_room(&m);
	int err;

	memcpy(cert, room, cert_len);
	len = attach(&m, KEYD_SIGN_FILE, content);
	memmove(room + cert_len, room, len);
	memcpy(room, cert, cert_len);
	m.m.file.kind = KEYD_FILE_ENCRYPTED;
	m.m.file.device_len = (uint32_t)cert_len;
	err = ask(fd, &m, KEYD_SIGN_FILE, cert_len + len);
	keep("signed");
	return err;
}

static bool refused(int err, int want, enum keyd_reason reason,
		    const char *what)
{
	return ok(err == want && heard.m.reply.reason == reason, "%s: %s",
		  what, heard.m.reply.sentence);
}

static void check_plain(int fd)
{
	good_file(KEYD_TFTP, "SEP001122334455.cnf.xml.sgn");
	ok(!sign(fd, "clear") && judge("verify signed tftp.pem sha512"),
	   "signed by TFTP, SHA-512");
	ok(judge("content signed | cmp - clear"), "the content is as it was");
	ok(judge("[ $(value signed 1 | hex) = 0100 ] && "
		 "[ $(value signed 15 | hex) = 6553f100 ] && "
		 "[ \"$(value signed 14 | tr -d \"\\000\")\" = "
		 "SEP001122334455.cnf.xml.sgn ]"), "version, time and name");
	ok(judge("[ \"$(value signed 4 | tr -d \"\\000\")\" = "
		 "\"CN=tftp;O=Example;C=DE\" ] && value signed 4 >subject && "
		 "value signed 6 | cmp - subject && "
		 "openssl x509 -in tftp.pem -noout -serial | "
		 "grep -qix serial=$(value signed 5 | hex)"),
	   "the signer, of its certificate");
	good_file(KEYD_CALLMANAGER, "Desktops/320x196x4/List.xml.sgn");
	m.m.file.digest = KEYD_TLV_SHA1;
	m.m.file.dialect = KEYD_CERTUTILS;
	ok(!sign(fd, "clear") && judge("verify signed cm.pem sha1"),
	   "by CallManager, SHA-1, in a folder");
	ok(judge("value signed 4 | tr -d \"\\000\" | grep -q ,O=Example"),
	   "names as free tools write them");
	ok(!judge("verify signed tftp.pem sha1"), "by nobody else");
	good_file(KEYD_TFTP, "empty.sgn");
	ok(!sign(fd, "nothing") && judge("verify signed tftp.pem sha512"),
	   "nothing at all");
	good_file(KEYD_TFTP, "large.sgn");
	ok(!sign(fd, "large") && judge("verify signed tftp.pem sha512") &&
	   judge("content signed | cmp - large"), "96 KiB");
}

/* More at once than are answered together: none is left, or comes twice. */
static void check_many(int fd)
{
	enum { MANY = 21 };
	size_t len = 0;
	uint32_t seen = 0;

	good_file(KEYD_TFTP, "many.sgn");
	len = attach(&m, KEYD_SIGN_FILE, "clear");
	for (uint32_t id = 1; id <= MANY; id++) {
		keyd_seal(&m, KEYD_SIGN_FILE, id, len);
		if (send(fd, &m, m.m.head.len, MSG_NOSIGNAL) < 0)
			break;
	}
	for (int i = 0; i < MANY && hear(fd); i++)
		if (!heard.m.reply.error && heard.m.head.id <= MANY)
			seen |= 1U << heard.m.head.id;
	keep("signed");
	ok(seen == (1U << (MANY + 1)) - 2 &&
	   judge("verify signed tftp.pem sha512"), "many at once");
}

static void check_sealed(int fd)
{
	good_file(KEYD_TFTP, "SEP001122334455.cnf.xml.enc.sgn");
	ok(!seal(fd, "device.der", "clear") &&
	   judge("verify signed tftp.pem sha512"), "encrypted");
	ok(judge("decrypt signed sha512 && cmp clear.out clear"),
	   "the device decrypts it");
	ok(run("! grep -q password signed && cp signed first"),
	   "nothing clear is in it");
	good_file(KEYD_TFTP, "SEP001122334455.cnf.xml.enc.sgn");
	m.m.file.digest = KEYD_TLV_SHA1;
	ok(!seal(fd, "device.der", "clear") &&
	   judge("verify signed tftp.pem sha1 && decrypt signed sha1 && "
		 "cmp clear.out clear && ! cmp <(content signed) "
		 "<(content first)"), "with another key each time, SHA-1");
	good_file(KEYD_TFTP, "large.enc.sgn");
	ok(!seal(fd, "device.der", "large") &&
	   judge("verify signed tftp.pem sha512 && decrypt signed sha512 && "
		 "cmp clear.out large"), "96 KiB");
	good_file(KEYD_TFTP, "x.enc.sgn");
	refused(seal(fd, "device-ec.der", "clear"), -EINVAL, KEYD_WHY_NOT_FILE,
		"for an EC key");
	refused(seal(fd, "device-512.der", "clear"), -EKEYREJECTED,
		KEYD_WHY_WEAK, "for a key of 512 bits");
	refused(seal(fd, "trailing.der", "clear"), -EKEYREJECTED,
		KEYD_WHY_NOT_CERTIFICATE, "a certificate and a byte");
	refused(seal(fd, "clear", "clear"), -EKEYREJECTED,
		KEYD_WHY_NOT_CERTIFICATE, "for no certificate");
	strcpy(m.m.file.name, "x.sgn");
	memset(m.m.file.name + 5, 0, 20);
	refused(seal(fd, "device.der", "clear"), -EINVAL, KEYD_WHY_NOT_FILE,
		"encrypted by the name of a clear one");
}

static void check_names(int fd)
{
	static const char *const bad[] = {
		"x.cnf.xml", "ITLFile.tlv", "x.enc.sgn", ".sgn", "",
		"/x.sgn", "../x.sgn", "a/../x.sgn", "a//x.sgn", "x.sgn/",
		"a/.x.sgn", "a b.sgn", "a\\x.sgn", "a;x.sgn", "a/./x.sgn",
	};
	unsigned int not = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		good_file(KEYD_TFTP, bad[i]);
		if (sign(fd, "clear") >= 0)
			ok(false, "name '%s'", bad[i]);
		else
			not++;
	}
	ok(not == sizeof(bad) / sizeof(*bad), "%u names that none has", not);
	good_file(KEYD_TFTP, "");
	memset(m.m.file.name, 'x', 251);
	strcpy(m.m.file.name + 251, ".sgn");
	ok(!sign(fd, "clear"), "a name of 255 bytes");
	m.m.file.name[255] = 'x';
	ok(sign(fd, "clear") == -EBADMSG, "one more: %s",
	   heard.m.reply.sentence);
}

/* The time in the header of what was kept. */
static uint32_t time_in(const char *name)
{
	uint32_t value = 0;
	char text[16] = "";
	FILE *file;

	if (run("bash -c '. \"$JUDGE\"; value %s 15 | hex >time'", name)) {
		file = fopen(in_folder("time"), "r");
		if (file && fgets(text, sizeof(text), file))
			value = (uint32_t)strtoul(text, NULL, 16);
		if (file)
			fclose(file);
	}
	return value;
}

static uint32_t signed_at(int fd, uint32_t when)
{
	good_file(KEYD_TFTP, "time.sgn");
	m.m.file.timestamp = when;
	return sign(fd, "clear") ? 0 : time_in("signed");
}

static void check_times(int fd)
{
	uint32_t now = (uint32_t)time(NULL);

	ok(signed_at(fd, OLD + 10) == OLD + 10, "a later time");
	ok(signed_at(fd, OLD + 5) == OLD + 10, "none goes back behind it");
	ok(signed_at(fd, 0) == OLD + 10, "nor to nothing");
	ok(signed_at(fd, now + 3600) == now + 3600, "a clock that is fast");
	refused(signed_at(fd, now + 200000) ? 0 : heard.m.reply.error, -ERANGE,
		KEYD_WHY_NOT_FILE, "the day after tomorrow");
	refused(signed_at(fd, UINT32_MAX) ? 0 : heard.m.reply.error, -ERANGE,
		KEYD_WHY_NOT_FILE, "the last time that there is");
	ok(signed_at(fd, now) == now + 3600, "they changed nothing");
}

/* Records as judge.sh tells them; the certificates are the files' there. */
struct row {
	uint16_t role;
	const char *cert;	/* NULL: none */
	const char *dns;
	uint8_t last;		/* of 192.0.2.x, 0: no address */
};

static int sign_list(int fd, unsigned int kind, const struct row *rows,
		     size_t count)
{
	static uint8_t tail[KEYD_MESSAGE_MAX];
	struct keyd_sign_list *list = &m.m.list;
	size_t len = 0, n;
	int err;

	list->kind = (uint8_t)kind;
	list->count = (uint32_t)count;
	for (size_t i = 0; i < count; i++) {
		struct keyd_record *record = &list->records[i];

		record->function = rows[i].role;
		strcpy(record->dns, rows[i].dns ? rows[i].dns : "");
		if (rows[i].last)
			memcpy(record->addr, (uint8_t[]){ 192, 0, 2,
			       rows[i].last }, 4);
		if (!rows[i].cert)
			continue;
		n = attach(&m, KEYD_SIGN_LIST, rows[i].cert);
		memcpy(tail + len, keyd_tail(&m), n);
		record->cert_len = (uint16_t)n;
		len += n;
	}
	m.m.head.type = KEYD_SIGN_LIST;
	memcpy(keyd_tail_room(&m), tail, len);
	err = ask(fd, &m, KEYD_SIGN_LIST, len);
	keep("signed");
	return err;
}

#define LIST(fd, kind, ...) \
	sign_list(fd, kind, (const struct row[]){ __VA_ARGS__ }, \
		  sizeof((const struct row[]){ __VA_ARGS__ }) / \
		  sizeof(struct row))

static void good_list(void)
{
	memset(&m.m, 0, sizeof(m.m));
	m.m.list.key = key_of(KEYD_ITLRECOVERY, KEYD_RSA);
	m.m.list.digest = KEYD_TLV_SHA512;
	m.m.list.timestamp = OLD;
}

#define SAST	{ .cert = "itl.der" }
#define CCM	{ 2, "cm.der", "cm1.example.org", 1 }

static void check_lists(int fd)
{
	good_list();
	m.m.list.signer_version = 0x0101;
	ok(!LIST(fd, KEYD_ITL, SAST, CCM, { 4, "capf.der", NULL, 0 },
		 { 21, "tvs.der", "cm1.example.org", 0 }) &&
	   judge("verify signed itl.pem sha512"), "an ITL");
	ok(judge("h() { sha256sum $1.der | cut -d\" \" -f1; }; "
		 "records signed | cmp - <(echo \"0 - - $(h itl)\"; "
		 "echo \"2 cm1.example.org 192.0.2.1 $(h cm)\"; "
		 "echo \"4 - - $(h capf)\"; "
		 "echo \"21 cm1.example.org - $(h tvs)\")"), "its records");
	ok(judge("[ $(value signed 1 | hex) = 0102 ] && "
		 "[ $(value signed 28 | hex) = 0101 ] && "
		 "[ \"$(value signed 14 | tr -d \"\\000\")\" = ITLFile.tlv ]") &&
	   time_in("signed") == OLD, "its header; its times are its own");
	good_list();
	m.m.list.digest = KEYD_TLV_SHA1;
	m.m.list.timestamp = OLD + 20;
	ok(!LIST(fd, KEYD_CTL, SAST, { .cert = "itl-next.der" }, CCM) &&
	   judge("verify signed itl.pem sha1") && judge("[ \"$(value signed 14 "
		 "| tr -d \"\\000\")\" = CTLFile.tlv ]"),
	   "a CTL with two SASTs, SHA-1");
	good_list();
	ok(!LIST(fd, KEYD_CTL, SAST, { 2, NULL, "cm1.example.org", 1 }) &&
	   time_in("signed") == OLD + 20 &&
	   judge("records signed | grep -qx \"2 cm1.example.org 192.0.2.1 -\""),
	   "a record without certificate; no time goes back");
	good_list();
	m.m.list.rollback = 1;
	ok(!LIST(fd, KEYD_ITL, SAST) && judge("verify signed itl.pem sha512"),
	   "a rollback");
}

static void check_bad_lists(int fd)
{
	struct row many[KEYD_RECORDS];

	good_list();
	refused(LIST(fd, KEYD_ITL, { .cert = "itl-next.der" }, CCM), -EINVAL,
		KEYD_WHY_NOT_FILE, "the signer is no SAST");
	good_list();
	refused(LIST(fd, KEYD_CTL, SAST, { .cert = "itl-next.der" },
		     { .cert = "tftp.der" }, CCM), -EINVAL, KEYD_WHY_NOT_FILE,
		"three SASTs");
	good_list();
	m.m.list.max_sast = 3;
	ok(!LIST(fd, KEYD_CTL, SAST, { .cert = "itl-next.der" },
		 { .cert = "tftp.der" }, CCM) &&
	   judge("verify signed itl.pem sha512"),
	   "three SASTs where three are allowed");
	good_list();
	m.m.list.max_sast = 3;
	refused(LIST(fd, KEYD_CTL, SAST, { .cert = "itl-next.der" },
		     { .cert = "tftp.der" }, { .cert = "capf.der" }, CCM),
		-EINVAL, KEYD_WHY_NOT_FILE, "four SASTs where three are");
	good_list();
	refused(LIST(fd, KEYD_ITL, SAST), -EINVAL, KEYD_WHY_NOT_FILE,
		"a rollback that nobody asked for");
	good_list();
	m.m.list.rollback = 1;
	refused(LIST(fd, KEYD_ITL, SAST, CCM), -EINVAL, KEYD_WHY_NOT_FILE,
		"a rollback that is none");
	good_list();
	refused(LIST(fd, KEYD_CTL, SAST, { 2, "semicolon.der", NULL, 0 }),
		-EINVAL, KEYD_WHY_NOT_FILE, "a name with a semicolon");
	good_list();
	refused(LIST(fd, KEYD_CTL, SAST, { 2, "trailing.der", NULL, 0 }),
		-EKEYREJECTED, KEYD_WHY_NOT_CERTIFICATE,
		"a certificate and a byte");
	good_list();
	refused(LIST(fd, KEYD_CTL, SAST, { 2, "clear", NULL, 0 }),
		-EKEYREJECTED, KEYD_WHY_NOT_CERTIFICATE, "no certificate");
	good_list();
	many[0] = (struct row)SAST;
	for (int i = 1; i < KEYD_RECORDS; i++)
		many[i] = (struct row){ 2, "long.der", NULL, 0 };
	refused(sign_list(fd, KEYD_CTL, many, KEYD_RECORDS), -EMSGSIZE,
		KEYD_WHY_NOT_FILE, "a list that is longer than a message");
}

static bool set_up(int fd)
{
	char path[4096];

	if (!getcwd(path, sizeof(path) - 64))
		return false;
	strcat(path, "/selftests/trust/judge.sh");
	setenv("JUDGE", path, 1);
	good_file(KEYD_TFTP, "x.sgn");
	return run("echo '<password>secret</password>' >clear; "
		   "head -c 98304 /dev/urandom >large; : >nothing; "
		   "cert() { name=$1 subject=$2; shift 2; openssl req -x509 "
		   "-nodes -keyout $name.key -subj \"$subject\" -out $name.der "
		   "-outform DER -newkey \"$@\"; }; "
		   "cert device /CN=SEP001122334455 rsa:2048 && "
		   "cert device-512 /CN=x rsa:512 && "
		   "cert device-ec /CN=x ec -pkeyopt ec_paramgen_curve:P-256 && "
		   "cert semicolon '/CN=x;y' rsa:2048 && "
		   "cert long /CN=x rsa:2048 -addext "
		   "nsComment=$(head -c 800 /dev/zero | tr '\\000' x) && "
		   "(cat device.der; printf x) >trailing.der") &&
	       sign(fd, "clear") == -ENOENT &&
	       make(fd, KEYD_TFTP, KEYD_CURRENT, "tftp") &&
	       make(fd, KEYD_CALLMANAGER, KEYD_CURRENT, "cm") &&
	       make(fd, KEYD_CAPF, KEYD_CURRENT, "capf") &&
	       make(fd, KEYD_TVS, KEYD_CURRENT, "tvs") &&
	       make(fd, KEYD_ITLRECOVERY, KEYD_CURRENT, "itl") &&
	       make(fd, KEYD_ITLRECOVERY, KEYD_NEXT, "itl-next");
}

/* The key that phones do not know yet signs only once it took over. */
static void check_promoted(int fd)
{
	m.m.which = key_of(KEYD_ITLRECOVERY, KEYD_RSA);
	m.m.which.slot = KEYD_NEXT;
	ok(!ask(fd, &m, KEYD_PROMOTE, 0), "promoted");
	good_list();
	ok(!LIST(fd, KEYD_CTL, SAST, { .cert = "itl-next.der" }, CCM) &&
	   judge("verify signed itl-next.pem sha512"), "and signs");
	good_list();
	refused(LIST(fd, KEYD_CTL, SAST, CCM), -EINVAL, KEYD_WHY_NOT_FILE,
		"the one before does no more");
}

static void check_killed(void)
{
	uint32_t now = (uint32_t)time(NULL);
	pid_t pid = start_keyd();
	int fd = dial();

	ok(signed_at(fd, OLD) > now, "a killed keyd's times do not go back");
	check_promoted(fd);
	close(fd);
	stop_keyd(pid, SIGKILL);
	run("printf x >>state/times");
	ok(refuses_to_start() && run("grep -q 'times of signed files: damaged' "
				     "stderr"), "damaged times are told");
}

int main(void)
{
	pid_t pid;
	int fd;

	make_folder("test-keyd-files");
	pid = start_keyd();
	fd = dial();
	ok(set_up(fd), "keys, and none before there are any");
	check_plain(fd);
	check_many(fd);
	check_sealed(fd);
	check_names(fd);
	check_times(fd);
	check_lists(fd);
	check_bad_lists(fd);
	close(fd);
	ok(stop_keyd(pid, SIGKILL), "killed");
	check_killed();
	remove_folder();
	return tap_end();
}
