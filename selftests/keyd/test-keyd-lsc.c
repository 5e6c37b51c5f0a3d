// SPDX-License-Identifier: GPL-2.0
/*
 * CAPF-4: LSCs of ucsec-keyd, judged by the openssl tool; one for each request,
 * once, and what public keys get none.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"

static union keyd_buffer m;

/* SIGN_LSC for a public key in a file of the folder. */
static int sign(int fd, uint8_t request, const char *device, const char *spki)
{
	size_t len;

	good_lsc(&m, request, device);
	len = attach(&m, KEYD_SIGN_LSC, spki);
	return ask(fd, &m, KEYD_SIGN_LSC, len);
}

static bool has(const char *pattern)
{
	return run("openssl x509 -inform DER -in lsc.der -noout -text "
		   "-nameopt RFC2253 >lsc.txt && grep -q -e '%s' lsc.txt",
		   pattern);
}

static bool refused(int err, enum keyd_reason reason, const char *what)
{
	return ok(err == -EKEYREJECTED && heard.m.reply.reason == reason,
		  "%s: %s", what, heard.m.reply.sentence);
}

static bool set_up_keys(void)
{
	return run("key() { openssl genpkey -algorithm $2 -pkeyopt $3 | "
		   "openssl pkey -pubout -outform DER -out $1; } && "
		   "for n in 512 1024 1536 2048; do "
		   "key rsa-$n RSA rsa_keygen_bits:$n; done; "
		   "key rsa-other RSA rsa_keygen_bits:2048; "
		   "for c in P-256 P-384 P-521 secp256k1; do "
		   "key $c EC ec_paramgen_curve:$c; done; "
		   "key explicit EC 'ec_paramgen_curve:P-256 -pkeyopt "
		   "ec_param_enc:explicit'; "
		   "openssl genpkey -algorithm ED25519 | openssl pkey -pubout "
		   "-outform DER -out ed25519; "
		   "openssl ec -pubin -inform DER -in P-256 -pubout -outform "
		   "DER -conv_form compressed -out compressed; "
		   "key long-e RSA 'rsa_keygen_bits:2048 -pkeyopt "
		   "rsa_keygen_pubexp:1180591620717411303425'; "
		   "(cat rsa-2048; printf x) >trailing; head -c 290 rsa-2048 "
		   ">cut; cp P-256 off-curve; printf x | dd of=off-curve bs=1 "
		   "seek=60 conv=notrunc; "
		   /* its modulus is even; its exponent is 65536; 1 */
		   "cp rsa-2048 even; printf '\\0' | dd of=even bs=1 seek=288 "
		   "conv=notrunc; cp rsa-2048 even-e; printf '\\0' | dd "
		   "of=even-e bs=1 seek=293 conv=notrunc; "
		   "cp rsa-2048 one; printf '\\0\\0\\001' | dd of=one bs=1 "
		   "seek=291 conv=notrunc");
}

static void check_profile(int fd)
{
	ok(!sign(fd, 1, "SEP001122334455", "rsa-2048") && keep("lsc.der"),
	   "an RSA key");
	ok(run("openssl x509 -inform DER -in lsc.der -out lsc.pem && "
	       "openssl verify -purpose sslclient -CAfile capf.pem lsc.pem") &&
	   run("openssl verify -purpose sslserver -CAfile capf.pem lsc.pem"),
	   "openssl verifies it");
	ok(has("Subject: CN=SEP001122334455,O=Example,C=DE") &&
	   has("Issuer: CN=CAPF-1234abcd,O=Example,C=DE") &&
	   has("URI:SEP001122334455") && has("sha256WithRSAEncryption") &&
	   has("CA:FALSE") && has("X509v3 Basic Constraints: critical") &&
	   has("X509v3 Key Usage: critical") &&
	   has("^ *Digital Signature, Key Encipherment$") &&
	   has("TLS Web Server Authentication, TLS Web Client Authentication, "
	       "IPSec End System"), "as phones take it");
	ok(run("openssl x509 -in lsc.pem -noout -pubkey | openssl pkey -pubin "
	       "-outform DER | cmp - rsa-2048"), "for the key that was asked");
	for (int i = 0; i < 3; i++) {
		static const char *const curves[] = {
			"P-256", "P-384", "P-521",
		};

		ok(!sign(fd, (uint8_t)(2 + i), "SEP001122334456", curves[i]) &&
		   keep("lsc.der") && has("^ *Digital Signature$") &&
		   has("sha256WithRSAEncryption"), "%s", curves[i]);
	}
}

static void check_other_profiles(int fd)
{
	size_t len;

	good_lsc(&m, 10, "app-1.example");
	m.m.lsc.profile = KEYD_LSC_APPLICATION;
	m.m.lsc.days = KEYD_LSC_DAYS_MAX;
	len = attach(&m, KEYD_SIGN_LSC, "rsa-other");
	m.m.lsc.flags = 0;
	ok(!ask(fd, &m, KEYD_SIGN_LSC, len) && keep("lsc.der") &&
	   has("^ *TLS Web Client Authentication$"), "an application's");
	ok(run("end() { openssl x509 -inform $2 -in $1 -noout -enddate; } && "
	       "test \"$(end lsc.der DER)\" = \"$(end capf.pem PEM)\""),
	   "no longer than its issuer");
	refused(sign(fd, 11, "SEP000000000001", "rsa-1024"), KEYD_WHY_WEAK,
		"1024 bits");
	good_lsc(&m, 11, "SEP000000000001");
	len = attach(&m, KEYD_SIGN_LSC, "rsa-1024");
	m.m.lsc.flags = KEYD_LSC_RSA_1024;
	ok(!ask(fd, &m, KEYD_SIGN_LSC, len), "where they were allowed");
	refused(sign(fd, 12, "SEP000000000001", "rsa-512"), KEYD_WHY_WEAK,
		"512 bits, never");
}

static void check_bad_keys(int fd)
{
	static const char *const bad[] = {
		"rsa-1536", "secp256k1", "ed25519", "trailing", "cut", "even",
		"even-e", "one", "long-e", "off-curve", "explicit",
		"compressed",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(sign(fd, 20, "SEP000000000020", bad[i]),
			KEYD_WHY_NOT_KEY, bad[i]);
	refused(sign(fd, 20, "SEP000000000020", "rsa-2048"),
		KEYD_WHY_KEY_OF_ANOTHER, "the key of another device");
	ok(!sign(fd, 21, "SEP001122334455", "rsa-2048"),
	   "the key of the same one, again");
}

/* What the first one answered, after whatever happened since. */
static void check_again(int fd, const char *when)
{
	ok(!sign(fd, 1, "SEP001122334455", "rsa-2048") && keep("again.der") &&
	   run("openssl x509 -in lsc-1.pem -outform DER | cmp - again.der"),
	   "the same request, the same certificate: %s", when);
	ok(sign(fd, 1, "SEP001122334455", "rsa-other") == -EEXIST &&
	   heard.m.reply.reason == KEYD_WHY_REQUEST_DIFFERS,
	   "with another key: %s", heard.m.reply.sentence);
	ok(sign(fd, 1, "SEP001122334499", "rsa-2048") == -EEXIST,
	   "for another device: %s", heard.m.reply.sentence);
	good_lsc(&m, 1, "SEP001122334455");
	m.m.lsc.days++;
	ok(ask(fd, &m, KEYD_SIGN_LSC, attach(&m, KEYD_SIGN_LSC, "rsa-2048")) ==
	   -EEXIST, "for another time: %s", heard.m.reply.sentence);
	refused(sign(fd, 30, "SEP000000000020", "P-256"),
		KEYD_WHY_KEY_OF_ANOTHER, "the key of another device");
}

/* What a killed keyd may have left, and what it may not. */
static void check_journal(void)
{
	pid_t pid;
	int fd;

	run("cp state/lsc.journal kept; head -c 300 kept >>state/lsc.journal");
	pid = start_keyd();
	fd = dial();
	check_again(fd, "a record that was cut off");
	close(fd);
	stop_keyd(pid, SIGKILL);
	ok(run("cmp state/lsc.journal kept"), "which is gone");
	run("head -c 5000 /dev/zero >>state/lsc.journal");
	pid = start_keyd();
	fd = dial();
	check_again(fd, "room that was never written");
	close(fd);
	stop_keyd(pid, SIGKILL);
	ok(run("cmp state/lsc.journal kept"), "which is gone as well");
	run("printf x | dd of=state/lsc.journal bs=1 seek=500 conv=notrunc");
	ok(refuses_to_start() &&
	   run("grep -q 'journal of LSCs: damaged at byte 0' stderr"),
	   "damage is told, and where");
}

static void check_no_capf(void)
{
	pid_t pid;
	int fd;

	run("rm -r state");
	pid = start_keyd();
	fd = dial();
	ok(sign(fd, 1, "SEP001122334455", "rsa-2048") == -ENOENT,
	   "without CAPF: %s", heard.m.reply.sentence);
	close(fd);
	stop_keyd(pid, SIGTERM);
}

int main(void)
{
	pid_t pid;
	int fd;

	make_folder("test-keyd-lsc");
	pid = start_keyd();
	fd = dial();
	good_make(&m, KEYD_CAPF, KEYD_RSA, 2048, "CAPF-1234abcd");
	m.m.make.names.count = 0;
	memset(m.m.make.names.list, 0, sizeof(m.m.make.names.list));
	ok(!ask(fd, &m, KEYD_MAKE, 0) && keep("capf.der") &&
	   run("openssl x509 -inform DER -in capf.der -out capf.pem"), "CAPF");
	ok(set_up_keys(), "keys of phones");
	check_profile(fd);
	ok(!sign(fd, 1, "SEP001122334455", "rsa-2048") && keep("lsc-1.der") &&
	   run("openssl x509 -inform DER -in lsc-1.der -out lsc-1.pem && "
	       "cmp lsc-1.pem lsc.pem"), "asked twice");
	check_other_profiles(fd);
	check_bad_keys(fd);
	check_again(fd, "the same keyd");
	close(fd);
	ok(stop_keyd(pid, SIGKILL), "killed");
	pid = start_keyd();
	fd = dial();
	check_again(fd, "the next keyd");
	ok(run("tail -1 stderr | grep -q 'ready, 7 certificates'"),
	   "which has them all");
	good_make(&m, KEYD_CAPF, KEYD_RSA, 2048, "CAPF-another");
	ok(!ask(fd, &m, KEYD_REGENERATE, 0), "CAPF anew");
	check_again(fd, "another CAPF");
	close(fd);
	stop_keyd(pid, SIGKILL);
	check_journal();
	check_no_capf();
	remove_folder();
	return tap_end();
}
