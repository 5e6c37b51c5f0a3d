// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-2, TRUST-3: what phones are served from: made, signed once, whole, and
 * gone with them.
 */
#include <errno.h>
#include <event2/event.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "asker.h"
#include "files/firmware.h"
#include "tap.h"
#include "world.h"

#define A	"SEP001122334455"
#define B	"SEP00112233445A"
#define PLAIN	".cnf.xml"
#define SIGNED	".cnf.xml.sgn"
#define SEALED	".cnf.xml.enc.sgn"
#define CLOSED	"Secure"

static struct world w;

/* Signed by TFTP's key of now, in clear, with that in it. */
static bool says(const char *name, const char *word)
{
	bool sealed = false;
	char *text = world_open_signed(&w, name, world_signer(&w), &sealed);
	bool is = text && !sealed && strstr(text, word);

	free(text);
	return is;
}

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
	ok(says(A SIGNED, "<name>2001</name>") &&
	   says(B SIGNED, "<fullConfig>true</fullConfig>") &&
	   says("XMLDefault" SIGNED, "<Default>"), "signed under their names");
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
	ok(signed_by(touch) == 1 && says(A SIGNED, "sip88xx.14-1-1"),
	   "a phone changed: one file");
	ok(signed_by(touch_in_vain) == 0, "what no file says: none");
	ok(signed_by(touch_line) == 1 && says(A SIGNED, ">Bob<"),
	   "a line: of the phones that have it");
	ok(signed_by(touch_all) == 2 && says(B SIGNED, "<webAccess>1<"),
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
	   says(A SIGNED, "<fullConfig>false</fullConfig>") &&
	   says(A SIGNED, "<certHash></certHash>"),
	   "without a certificate: how to get one, and no more");
	ok(signed_by(enrol) == 2 && is_sealed(A SEALED) &&
	   says(A SIGNED, "<encrConfig>true</encrConfig>") &&
	   !says(A SIGNED, "<certHash></certHash>"),
	   "an LSC: both files at once");
	ok(signed_by(touch_line) == 0, "what was said already");
	world_set(&w, "line", "2001", "{'description':'Carol'}");
	world_settle(&w);
	ok(!says(A SIGNED, "Carol") && !world_has(&w, A PLAIN),
	   "nothing of it is in clear");
	ok(signed_by(enrol_ec) == 1 && !world_has(&w, A SEALED) &&
	   says(A SIGNED, "<certHash></certHash>"),
	   "for an EC key nothing can be encrypted");
	ok(signed_by(enrol) == 2 && is_sealed(A SEALED), "for RSA again");
	world_set(&w, NULL, "cluster_security_mode", "{'value':'nonsecure'}");
	world_settle(&w);
	ok(says(A SIGNED, "<fullConfig>true</fullConfig>") &&
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
	ok(says(A SIGNED, "Carol") && says(B SIGNED, "<device>") &&
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
	ok(world_status(&w).signed_files == 2 && says(A SIGNED, "Carol") &&
	   says(B SIGNED, "<device>"), "what was changed on the disk is not");
	ok(!world_has(&w, "SEP0000000000FF" SIGNED) &&
	   !world_has(&w, "SEP0000000000FF" PLAIN), "what is nobody's goes");
}

static void test_gone(void)
{
	size_t count = world_count(&w);

	world_set(&w, "phone", B, "{'name':'SEP0000000000BB'}");
	world_settle(&w);
	ok(!world_has(&w, B SIGNED) && !world_has(&w, B PLAIN) &&
	   says("SEP0000000000BB" SIGNED, "<device>"), "a new name");
	/* At once, so that one is written while the other goes. */
	world_del(&w, "phone", A);
	world_add(&w, "phone", "{'name':'" A "',"
		  "'profile':'Standard SIP Non-Secure Profile'}");
	world_settle(&w);
	ok(says(A SIGNED, "<device>") && world_has(&w, A PLAIN),
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

static int find_static(void *arg, const char *name, off_t size, bool served)
{
	(void)size;
	(void)served;
	return !strcmp(name, arg);
}

/* A name that can be brought is one that the next start finds. */
static void test_deep(void)
{
	char deep[] = "1/2/3/4/5/6/7/8/list.xml";

	ok(!world_bring(&w, deep, "x"), "a file in eight folders");
	ok(world_bring(&w, "1/2/3/4/5/6/7/8/9/list.xml", "x") == -EINVAL &&
	   strstr(w.why, "eight folders"), "in nine it is refused");
	world_settle(&w);
	world_unpublish(&w);
	world_publish(&w);
	world_settle(&w);
	ok(publisher_static_each(w.publisher, find_static, deep) == 1 &&
	   says("1/2/3/4/5/6/7/8/list.xml.sgn", "x"),
	   "it is there after the next start");
}

static void on_image(void *arg, int err, const char *why,
		     const struct firmware_image *image)
{
	int *told = arg;

	(void)why;
	(void)image;
	*told = err ? err : 1;
}

/* Until it is looked at. */
static enum firmware_state state_of(const char *name)
{
	const struct firmware_image *image;

	do {
		event_base_loop(w.env.base, EVLOOP_ONCE);
		image = firmware_find(publisher_firmware(w.publisher), name);
	} while (!image || image->state == FIRMWARE_CHECKING);
	return image->state;
}

/* The old one is being looked at when the new one takes its place. */
static void test_replaced(void)
{
	static uint8_t data[1024 * 1024];
	struct firmware *fw = publisher_firmware(w.publisher);
	int told = 0;

	memset(data, 'f', sizeof(data));
	firmware_upload(fw, "image.bin", sizeof(data), 0, data, sizeof(data),
			on_image, &told);
	ok(state_of("image.bin") == FIRMWARE_SERVED, "an image is served");
	data[0] = 'x';
	world_write(&w, "image.bin", (char *)data, sizeof(data));
	data[0] = 'f';
	told = 0;
	firmware_upload(fw, "image.bin", sizeof(data), 0, data, sizeof(data),
			on_image, &told);
	firmware_look(fw);
	while (!told)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	for (int i = 0; i < 50; i++)
		event_base_loop(w.env.base, EVLOOP_NONBLOCK);
	ok(told == 1 && state_of("image.bin") == FIRMWARE_SERVED &&
	   world_has(&w, "image.bin"), "brought again, it is");
}

/* Two files of one name, and the second one's first byte came first. */
static void test_same_name(void)
{
	static const uint8_t data[] = "firmware";
	struct firmware *fw = publisher_firmware(w.publisher);
	int told = 0;

	firmware_upload(fw, "both", sizeof(data), 0, data, 1, on_image, &told);
	if (told != 1 || world_bring(&w, "both", "fir"))
		abort();
	world_settle(&w);
	told = 0;
	firmware_upload(fw, "both", sizeof(data), 1, data + 1,
			sizeof(data) - 1, on_image, &told);
	while (!told)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	ok(told == -EEXIST && says("both.sgn", "fir"),
	   "an image does not take a static file's name");
}

static int bring(const char *name)
{
	return world_bring(&w, name, "x");
}

static void run_until(time_t end)
{
	struct timeval tv = { .tv_usec = 20000 };

	while (time(NULL) < end) {
		event_base_loopexit(w.env.base, &tv);
		event_base_dispatch(w.env.base);
	}
}

/* No file in a folder of its name hinders a device's, or a list. */
static void test_hindered(void)
{
	char path[512];

	ok(bring(B SIGNED "/x") == -EINVAL && bring(B PLAIN "/x") == -EINVAL &&
	   bring("CTLFile.tlv/x") == -EINVAL &&
	   bring("a/tones.sgn/x") == -EINVAL && !bring("a/b.sgnx/c.tlv.x"),
	   "no folder is called like a file that is made");
	snprintf(path, sizeof(path), "%s/tones", w.env.conf.trust.files_dir);
	ok(!mkdir(path, 0755) && !bring("tones"), "one stands in the way");
	/* Tried after one, three and seven seconds. */
	run_until(time(NULL) + 5);
	world_add(&w, "phone", "{'name':'SEP0000000000CC',"
		  "'profile':'Standard SIP Non-Secure Profile'}");
	run_until(time(NULL) + 1);
	ok(says("SEP0000000000CC" SIGNED, "<device>") &&
	   world_status(&w).pending == 1, "of which no phone hears");
	ok(!rmdir(path), "it goes");
	world_settle(&w);
	ok(world_has(&w, "tones") && world_has(&w, "tones.sgn"),
	   "and what was brought is there");
}

/* What HTTP gives under that name; NULL: nothing. */
static const char *served(const char *name)
{
	static char text[4096];
	off_t size;
	int fd = publisher_file(w.publisher, name, &size);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n == size ? text : NULL;
}

static bool is_served(const char *name, const char *text)
{
	const char *there = served(name);

	return there && !strcmp(there, text);
}

/* A round over all that is shown, and what follows of it. */
static void look_around(void)
{
	publisher_look(w.publisher);
	for (int i = 0; i < 20; i++)
		event_base_loop(w.env.base, EVLOOP_NONBLOCK);
	world_settle(&w);
}

/* Nobody signs it: what was put there is what is served. */
static void test_changed(void)
{
	const char phone[] = "SEP0000000000BB" PLAIN;
	uint64_t before;
	char path[512];

	ok(!bring("rings/one.xml"), "a static file");
	world_settle(&w);
	before = world_status(&w).signed_files;
	world_write(&w, "rings/one.xml", "evil", 4);
	ok(!served("rings/one.xml"), "changed on the disk: not served");
	world_settle(&w);
	ok(is_served("rings/one.xml", "x"), "what was brought is");
	world_write(&w, "rings/one.xml", "evil", 4);
	world_write(&w, phone, "evil", 4);
	snprintf(path, sizeof(path), "%s/rings/one.xml.sgn",
		 w.env.conf.trust.files_dir);
	ok(!chmod(path, 0600), "touched, not changed");
	look_around();
	ok(is_served("rings/one.xml", "x") && served("rings/one.xml.sgn") &&
	   strstr(served(phone), "<device>"), "TFTP: a round finds all of it");
	ok(world_status(&w).signed_files == before, "nothing is signed anew");
	unlink(path);
	look_around();
	ok(says("rings/one.xml.sgn", "x"), "what was deleted comes back");
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
	test_deep();
	test_replaced();
	test_same_name();
	test_hindered();
	test_changed();
	world_close(&w);
	return tap_end();
}
