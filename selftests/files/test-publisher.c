// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-2, TRUST-3: what phones are served from: made, signed once, whole, and
 * gone with them.
 */
#include <errno.h>
#include <event2/event.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"
#include "world.h"

#define A	"SEP001122334455"
#define B	"SEP00112233445A"
#define PLAIN	".cnf.xml"
#define SIGNED	".cnf.xml.sgn"
#define SEALED	".cnf.xml.enc.sgn"
#define CLOSED	"Secure"
#define PROFILE	"Standard SIP Non-Secure Profile"

static struct world w;

static bool is_sealed(const char *name)
{
	bool sealed = false;
	char *text = world_open_signed(&w, name, world_signer(&w), &sealed);

	free(text);
	return text && sealed;
}

/* How many were signed as that was done. */
static unsigned int signed_by(void (*step)(void))
{
	uint64_t before = world_status(&w).signed_files;

	step();
	world_settle(&w);
	return (unsigned int)(world_status(&w).signed_files - before);
}

static void test_first(void)
{
	world_add(&w, "line", "{'number':'2001','description':'Alice'}");
	world_add(&w, "profile", "{'name':'" CLOSED "','kind':'phone',"
		  "'protocol':'sip','device_security_mode':'encrypted',"
		  "'transport':'tls','tftp_encrypted_config':true}");
	world_add(&w, "phone", "{'name':'" A "','lines':[{'number':'2001'}],"
		  "'profile':'Standard SIP Non-Secure Profile'}");
	world_add(&w, "phone", "{'name':'" B "',"
		  "'profile':'Standard SIP Non-Secure Profile'}");
	world_publish(&w);
	world_settle(&w);
	ok(world_status(&w).signed_files == 3, "two phones and the default");
	ok(world_says(&w, A SIGNED, NULL, "<name>2001</name>") &&
	   world_says(&w, B SIGNED, NULL, "<fullConfig>true</fullConfig>") &&
	   world_says(&w, "XMLDefault" SIGNED, NULL, "<Default>"),
	   "signed under their names");
	ok(world_has(&w, A PLAIN) && world_has(&w, B PLAIN) &&
	   world_has(&w, "XMLDefault" PLAIN),
	   "and in clear for phones without a trust list");
	ok(world_count(&w) == 6, "and nothing else");
}

static void touch(void)
{
	world_set(&w, "phone", A, "{'load':'sip88xx.14-1-1'}");
}

static void touch_in_vain(void)
{
	world_set(&w, "phone", A, "{'srtp_required':true}");
	world_set(&w, NULL, "max_forwards", "{'value':69}");
}

static void touch_line(void)
{
	world_set(&w, "line", "2001", "{'description':'Bob'}");
}

static void touch_all(void)
{
	world_set(&w, "enterprise-phone", "enterprise",
		  "{'web_access':'disabled'}");
}

static void touch_digest(void)
{
	world_set(&w, NULL, "phone_file_digest", "{'value':'sha-1'}");
}

static void test_minimal(void)
{
	ok(signed_by(touch) == 1 && world_says(&w, A SIGNED, NULL, "sip88xx.14-1-1"),
	   "a phone changed: one file");
	ok(signed_by(touch_in_vain) == 0, "what no file says: none");
	ok(signed_by(touch_line) == 1 && world_says(&w, A SIGNED, NULL, ">Bob<"),
	   "a line: of the phones that have it");
	ok(signed_by(touch_all) == 2 &&
	   world_says(&w, B SIGNED, NULL, "<webAccess>1<"),
	   "what is for all phones: of each");
	ok(signed_by(touch_digest) == 3, "another digest: all");
	world_unpublish(&w);
	world_publish(&w);
	world_settle(&w);
	ok(world_status(&w).signed_files == 0 &&
	   world_status(&w).unchanged == 3, "the next start signs nothing");
}

static void secure(void)
{
	world_set(&w, NULL, "cluster_security_mode", "{'value':'mixed'}");
	world_set(&w, "phone", A, "{'profile':'" CLOSED "'}");
}

static void enrol(void)
{
	world_enrol(&w, A, "rsa:2048");
}

static void enrol_ec(void)
{
	world_enrol(&w, A, "ec -pkeyopt ec_paramgen_curve:prime256v1");
}

static void test_encrypted(void)
{
	ok(signed_by(secure) == 1, "encryption on");
	ok(!world_has(&w, A PLAIN) && !world_has(&w, A SEALED) &&
	   world_says(&w, A SIGNED, NULL, "<fullConfig>false</fullConfig>") &&
	   world_says(&w, A SIGNED, NULL, "<certHash></certHash>"),
	   "without a certificate: how to get one, and no more");
	ok(signed_by(enrol) == 2 && is_sealed(A SEALED) &&
	   world_says(&w, A SIGNED, NULL, "<encrConfig>true</encrConfig>") &&
	   !world_says(&w, A SIGNED, NULL, "<certHash></certHash>"),
	   "an LSC: both files at once");
	ok(signed_by(touch_line) == 0, "what was said already");
	world_set(&w, "line", "2001", "{'description':'Carol'}");
	world_settle(&w);
	ok(!world_says(&w, A SIGNED, NULL, "Carol") && !world_has(&w, A PLAIN),
	   "nothing of it is in clear");
	ok(signed_by(enrol_ec) == 1 && !world_has(&w, A SEALED) &&
	   world_says(&w, A SIGNED, NULL, "<certHash></certHash>"),
	   "for an EC key nothing can be encrypted");
	ok(signed_by(enrol) == 2 && is_sealed(A SEALED), "for RSA again");
	world_set(&w, NULL, "cluster_security_mode", "{'value':'nonsecure'}");
	world_settle(&w);
	ok(world_says(&w, A SIGNED, NULL, "<fullConfig>true</fullConfig>") &&
	   world_has(&w, A PLAIN) && !world_has(&w, A SEALED),
	   "a nonsecure cluster: signed, not encrypted");
}

static void renew(void)
{
	world_renew(&w);
}

static void test_renewed(void)
{
	X509 *old = X509_dup(world_signer(&w));
	bool sealed;

	ok(signed_by(renew) == 3, "TFTP's key: all are signed anew");
	ok(world_says(&w, A SIGNED, NULL, "Carol") &&
	   world_says(&w, B SIGNED, NULL, "<device>") &&
	   !world_open_signed(&w, A SIGNED, old, &sealed), "by the new one");
	X509_free(old);
}

static void test_damaged(void)
{
	size_t len;
	char *data;

	world_unpublish(&w);
	data = world_read(&w, A SIGNED, &len);
	/* In its signature: the content is as it was. */
	data[200] ^= 1;
	world_write(&w, A SIGNED, data, len);
	world_write(&w, B SIGNED, "", 0);
	world_write(&w, "SEP0000000000FF" SIGNED, data, len);
	world_write(&w, "SEP0000000000FF" PLAIN, data, len);
	free(data);
	world_publish(&w);
	world_settle(&w);
	ok(world_status(&w).signed_files == 2 &&
	   world_says(&w, A SIGNED, NULL, "Carol") &&
	   world_says(&w, B SIGNED, NULL, "<device>"),
	   "what was changed on the disk is not");
	ok(!world_has(&w, "SEP0000000000FF" SIGNED) &&
	   !world_has(&w, "SEP0000000000FF" PLAIN), "what is nobody's goes");
}

static void test_gone(void)
{
	size_t count = world_count(&w);

	world_set(&w, "phone", B, "{'name':'SEP0000000000BB'}");
	world_settle(&w);
	ok(!world_has(&w, B SIGNED) && !world_has(&w, B PLAIN) &&
	   world_says(&w, "SEP0000000000BB" SIGNED, NULL, "<device>"), "a new name");
	/* At once, so that one is written while the other goes. */
	world_del(&w, "phone", A);
	world_add(&w, "phone", "{'name':'" A "',"
		  "'profile':'Standard SIP Non-Secure Profile'}");
	world_settle(&w);
	ok(world_says(&w, A SIGNED, NULL, "<device>") && world_has(&w, A PLAIN),
	   "a phone that went and came again");
	world_del(&w, "phone", A);
	world_settle(&w);
	ok(!world_has(&w, A SIGNED) && !world_has(&w, A PLAIN) &&
	   world_count(&w) == count - 2, "one that went");
}

static void test_brought(void)
{
	uint8_t *data = NULL;
	size_t len = 0;

	ok(!world_put(&w, "ITLFile.tlv", "one") &&
	   !world_put(&w, "ITLFile.tlv", "four") &&
	   !publisher_get(w.publisher, "ITLFile.tlv", &data, &len) &&
	   len == 4 && !memcmp(data, "four", 4), "a list is put and got");
	free(data);
	ok(world_put(&w, "../evil", "x") == -EINVAL &&
	   world_put(&w, ".new/1", "x") == -EINVAL &&
	   publisher_get(w.publisher, "../lock", &data, &len) == -ENOENT,
	   "under no name but plain ones");
}

static int count_faults(void *arg, const char *name, const char *why,
			size_t count)
{
	(void)name;
	(void)why;
	*(size_t *)arg += count;
	return 0;
}

/* Devices of which a fault is kept. */
static size_t failing(void)
{
	size_t count = 0;

	publisher_fault_each(w.publisher, count_faults, &count);
	return count;
}

/* Lines of the log that tell of a failure while that is done. */
static unsigned int lines_by(void (*step)(void))
{
	int log = dup(STDERR_FILENO);
	unsigned int count = 0;
	char line[512];
	FILE *file = fopen(in_folder("log"), "w+");

	dup2(fileno(file), STDERR_FILENO);
	step();
	dup2(log, STDERR_FILENO);
	close(log);
	rewind(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, "files-failed") != NULL;
	fclose(file);
	return count;
}

/* What no XML can hold, of two phones, and looked at again and again. */
static void spoil(void)
{
	world_add(&w, "phone", "{'name':'SEP0000000000F1','description':"
		  "'\xef\xbf\xbe','profile':'" PROFILE "'}");
	world_add(&w, "phone", "{'name':'SEP0000000000F2','description':"
		  "'\xef\xbf\xbe','profile':'" PROFILE "'}");
	world_settle(&w);
	world_set(&w, "phone", "SEP0000000000F1", "{'load':'one'}");
	world_settle(&w);
	world_set(&w, "phone", "SEP0000000000F1", "{'load':'two'}");
	world_settle(&w);
}

static void test_refused(void)
{
	ok(lines_by(spoil) == 1 && failing() == 2,
	   "told once, of two and for each try");
	ok(strstr(world_status(&w).why, "SEP0000000000F1: the text of <"),
	   "and kept as long as it is so: %s", world_status(&w).why);
	world_set(&w, "phone", "SEP0000000000F1", "{'description':'good'}");
	world_settle(&w);
	ok(failing() == 1, "one is mended");
	world_del(&w, "phone", "SEP0000000000F2");
	world_del(&w, "phone", "SEP0000000000F1");
	world_settle(&w);
	ok(!failing() && !world_status(&w).why[0], "the other goes");
}

int main(void)
{
	world_open(&w, "publisher");
	test_first();
	test_minimal();
	test_encrypted();
	test_renewed();
	test_damaged();
	test_gone();
	test_brought();
	test_refused();
	world_close(&w);
	return tap_end();
}
