// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-2, TRUST-3: faults while phones' files are written: a full disk, a dead
 * ucsec-keyd, a death in the middle of re-signing a thousand. Never half a file,
 * never one in clear that must not be, and the work goes on by itself.
 */
#include <errno.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "asker.h"
#include "files/firmware.h"
#include "tap.h"
#include "trust/keyd-client.h"
#include "world.h"

#define ONE	"SEP000000000001"
#define PROFILE	"Standard SIP Non-Secure Profile"
#define SIGNED	".cnf.xml.sgn"
#define PLAIN	".cnf.xml"
#define SEALED	".cnf.xml.enc.sgn"

enum { MANY = 1000 };

static struct world w;
static bool full;			/* is the disk */
static bool stuck;			/* nothing can be removed */
static int lives = -1;			/* names taken before the death */
static bool slow;			/* are we: a step takes a whole turn */
static size_t turn_pending;		/* after the turn before */
static size_t turn_most;		/* that one turn has queued */
static atomic_uint waits;		/* of the loop, for the disk */
static atomic_uint loose;		/* names that are not on the disk */

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __real_unlinkat(int dir, const char *name, int flags);
int __wrap_unlinkat(int dir, const char *name, int flags);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

/* Half of it finds room; of the log, which may be a file, all. */
ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	struct stat st;

	if (!full || fd <= STDERR_FILENO || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return __real_write(fd, data, len);
	if (st.st_size) {
		errno = ENOSPC;
		return -1;
	}
	return __real_write(fd, data, len / 2);
}

int __wrap_renameat(int from, const char *old, int to, const char *new)
{
	if (!lives--)
		raise(SIGKILL);
	loose++;
	return __real_renameat(from, old, to, new);
}

int __wrap_unlinkat(int dir, const char *name, int flags)
{
	loose++;
	if (!stuck)
		return __real_unlinkat(dir, name, flags);
	errno = EIO;
	return -1;
}

int __wrap_fsync(int fd)
{
	struct stat st;

	waits += gettid() == getpid();
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode))
		loose = 0;
	return __real_fsync(fd);
}

/* How many are queued since the clock was looked at last. */
static void count_turn(void)
{
	size_t pending = world_status(&w).pending;

	if (pending > turn_pending && pending - turn_pending > turn_most)
		turn_most = pending - turn_pending;
	turn_pending = pending;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	static time_t late;
	int err = __real_clock_gettime(clock, now);

	if (slow && clock == CLOCK_MONOTONIC && gettid() == getpid()) {
		now->tv_sec += ++late;
		count_turn();
	}
	return err;
}

static void test_full(void)
{
	X509 *signer = world_signer(&w);

	full = true;
	world_set(&w, "phone", ONE, "{'load':'new'}");
	world_fail(&w);
	ok(strstr(world_status(&w).why, "No space left") &&
	   world_status(&w).pending == 1, "a full disk is told");
	ok(world_says(&w, ONE SIGNED, signer, "<device>") &&
	   !world_says(&w, ONE SIGNED, signer, ">new<"),
	   "what was there is there still");
	ok(world_put(&w, "ITLFile.tlv", "list") == -ENOSPC &&
	   !world_has(&w, "ITLFile.tlv"), "lists, too");
	full = false;
	world_settle(&w);
	ok(world_says(&w, ONE SIGNED, signer, ">new<") && !world_status(&w).why[0],
	   "room is found again without being asked");
}

/* Its name is a folder's: that is no fault of the others' files. */
static void test_folder(void)
{
	X509 *signer = world_signer(&w);
	char path[512];

	snprintf(path, sizeof(path), "%s/ring", w.env.conf.trust.files_dir);
	if (mkdir(path, 0755) || world_bring(&w, "ring", "x"))
		abort();
	world_fail(&w);
	world_set(&w, "phone", ONE, "{'load':'other'}");
	while (!world_says(&w, ONE SIGNED, signer, ">other<") &&
	       !strstr(world_status(&w).why, ONE))
		event_base_loop(w.env.base, EVLOOP_ONCE);
	ok(!strstr(world_status(&w).why, ONE) && world_status(&w).pending == 1,
	   "one file that cannot be written holds up no other: %s",
	   world_status(&w).why);
	rmdir(path);
	world_settle(&w);
	ok(world_has(&w, "ring"), "and is written when it can be");
	world_take_back(&w, "ring");
	world_set(&w, "phone", ONE, "{'load':'new'}");
	world_settle(&w);
}

static void on_image(void *arg, int err, const char *why,
		     const struct firmware_image *image)
{
	(void)why;
	(void)image;
	*(int *)arg = err || loose ? -EIO : 0;
}

static void on_image_removed(void *arg, int err)
{
	*(int *)arg = err || loose ? -EIO : 0;
}

static int wait_for(int *told)
{
	while (*told == 1)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	return *told;
}

/* Whoever is told "done" has it on the disk; the loop has not waited for it. */
static void test_loop(void)
{
	struct firmware *fw = publisher_firmware(w.publisher);
	int told = 1;

	waits = 0;
	ok(!world_put(&w, "ITLFile.tlv", "list") && !loose, "a list");
	ok(!world_bring(&w, "de/tones", "x") && !loose, "a static file");
	world_settle(&w);
	ok(!world_take_back(&w, "de/tones") && !loose &&
	   !world_has(&w, "de/tones.sgn"), "it is taken back");
	world_settle(&w);
	firmware_upload(fw, "image", 1, 0, (const uint8_t *)"x", 1, on_image,
			&told);
	ok(!wait_for(&told) && world_has(&w, "image"), "an image");
	while (firmware_find(fw, "image")->state != FIRMWARE_SERVED)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	world_write(&w, "image", "y", 1);
	firmware_look(fw);
	while (firmware_find(fw, "image")->state != FIRMWARE_REFUSED)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	ok(!world_has(&w, "image") && !loose, "it is refused");
	told = 1;
	firmware_remove(fw, "image", on_image_removed, &told);
	ok(!wait_for(&told) && !firmware_find(fw, "image"), "and removed");
	ok(!waits, "the loop has not waited for the disk: %u", waits);
}

static void test_stuck(void)
{
	struct timeval second = { .tv_sec = 1 };

	stuck = true;
	world_set(&w, "phone", ONE, "{'profile':'Secure'}");
	event_base_loopexit(w.env.base, &second);
	event_base_dispatch(w.env.base);
	ok(world_status(&w).pending == 1 &&
	   strstr(world_status(&w).why, "clear cannot be removed"),
	   "what is in clear and cannot go is told: %s", world_status(&w).why);
	stuck = false;
	world_settle(&w);
	ok(!world_has(&w, ONE PLAIN), "it goes when it can");
	world_set(&w, "phone", ONE, "{'profile':'" PROFILE "'}");
	world_settle(&w);
}

static void test_keyd(void)
{
	uint64_t before = world_status(&w).signed_files;
	X509 *signer = world_signer(&w);

	world_add(&w, "profile", "{'name':'Secure','kind':'phone',"
		  "'protocol':'sip','device_security_mode':'encrypted',"
		  "'transport':'tls','tftp_encrypted_config':true}");
	world_set(&w, NULL, "cluster_security_mode", "{'value':'mixed'}");
	world_settle(&w);
	stop_keyd(w.keyd, SIGKILL);
	while (keyd_client_is_up(trust_keys_client(w.keys)))
		event_base_loop(w.env.base, EVLOOP_ONCE);
	world_set(&w, "phone", ONE, "{'load':'newer'}");
	world_fail(&w);
	ok(world_status(&w).pending == 1 &&
	   world_says(&w, ONE SIGNED, signer, ">new<"),
	   "without keyd a phone has what it had");
	world_set(&w, "phone", ONE, "{'profile':'Secure'}");
	while (world_has(&w, ONE PLAIN) || world_has(&w, ONE SIGNED))
		event_base_loop(w.env.base, EVLOOP_ONCE);
	ok(world_status(&w).pending == 1,
	   "but nothing in clear, if it is to be encrypted");
	w.keyd = start_keyd();
	world_settle(&w);
	ok(world_says(&w, ONE SIGNED, world_signer(&w), "<fullConfig>false<") &&
	   !world_has(&w, ONE PLAIN), "keyd is back: it goes on by itself");
	ok(world_status(&w).signed_files > before, "and signs");
	world_set(&w, "phone", ONE, "{'profile':'" PROFILE "'}");
	world_settle(&w);
}

/* Each is signed by the one or the other, and its twin in clear is whole. */
static bool all_whole(X509 *a, X509 *b, unsigned int *by_b)
{
	char name[40], plain[40], *text, *twin;
	bool sealed, good = true;
	size_t len;

	*by_b = 0;
	for (unsigned int i = 1; i <= MANY && good; i++) {
		snprintf(name, sizeof(name), "SEP%012X" SIGNED, i);
		snprintf(plain, sizeof(plain), "SEP%012X" PLAIN, i);
		text = world_open_signed(&w, name, b, &sealed);
		*by_b += text != NULL;
		if (!text)
			text = world_open_signed(&w, name, a, &sealed);
		twin = world_read(&w, plain, &len);
		good = text && twin && !strcmp(text, twin);
		free(text);
		free(twin);
	}
	return good;
}

/* With a loop, a store and a connection of its own, like another daemon. */
static void resign_and_die(int names)
{
	struct world child = { .env = w.env, .keyd = w.keyd };
	char why[256];

	lives = names;
	child.env.base = event_base_new();
	if (store_open(&child.env.store, child.env.base, &child.env.conf, why,
		       sizeof(why)) ||
	    trust_keys_open(&child.keys, child.env.base, &child.env.conf, why,
			    sizeof(why)))
		abort();
	world_publish(&child);
	world_settle(&child);
	_exit(0);
}

static void reopen(void)
{
	char why[256];

	if (store_open(&w.env.store, w.env.base, &w.env.conf, why,
		       sizeof(why)) ||
	    trust_keys_open(&w.keys, w.env.base, &w.env.conf, why,
			    sizeof(why)))
		abort();
}

static bool dies_at(int names)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		resign_and_die(names);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void test_death(void)
{
	X509 *old, *new;
	unsigned int by_new, left;

	world_add(&w, "profile", "{'name':'Open','kind':'phone',"
		  "'protocol':'sip','device_security_mode':'nonsecure',"
		  "'transport':'tcp'}");
	world_add_phones(&w, MANY, "Open");
	world_settle(&w);
	/* With the default and a list. */
	ok(world_count(&w) == 2 * MANY + 3, "a thousand phones");
	old = X509_dup(world_signer(&w));
	world_unpublish(&w);
	world_renew(&w);
	new = X509_dup(world_signer(&w));
	trust_keys_close(w.keys);
	store_close(w.env.store);
	ok(dies_at(300), "killed in the middle");
	ok(all_whole(old, new, &by_new) && by_new >= 200 && by_new < 400,
	   "all are whole, some are new");
	printf("# %u\n", by_new);
	ok(dies_at(1) && all_whole(old, new, &by_new), "killed again");
	left = MANY - by_new + !world_says(&w, "XMLDefault" SIGNED, new, "<Default>");
	reopen();
	world_publish(&w);
	world_settle(&w);
	ok(world_status(&w).signed_files == left,
	   "the next one signs what is left and no more, %u", left);
	ok(all_whole(old, new, &by_new) && by_new == MANY, "then all are new");
	X509_free(old);
	X509_free(new);
}

static bool is_clear(const char *name)
{
	char file[40];
	bool clear;

	snprintf(file, sizeof(file), "%s" PLAIN, name);
	clear = world_has(&w, file);
	snprintf(file, sizeof(file), "%s" SIGNED, name);
	return clear || world_has(&w, file);
}

/* After the publisher, which watches longer. */
static void on_change(void *ctx, const struct store_change *change)
{
	(void)ctx;
	(void)change;
	count_turn();
}

/* Most that one turn of the loop has queued of all that this concerns. */
static size_t most_by(const char *noun, const char *key, const char *text)
{
	uint64_t looked = world_status(&w).unchanged;

	slow = true;
	turn_pending = turn_most = 0;
	world_set(&w, noun, key, text);
	world_settle(&w);
	slow = false;
	looked = world_status(&w).unchanged - looked;
	printf("# %zu at most, of %u\n", turn_most, (unsigned int)looked);
	return looked >= MANY ? turn_most : SIZE_MAX;
}

static void test_sweep(void)
{
	store_watch(w.env.store, on_change, NULL);
	ok(most_by("enterprise-phone", "enterprise",
		   "{'loads':[{'model':'8845','model_id':36219,"
		   "'load':'new'}]}") <= 64,
	   "what concerns all of a thousand is found out bit by bit");
	ok(most_by("profile", "Open", "{'description':'for people'}") <= 64,
	   "likewise a profile that all of them have");
	store_unwatch(w.env.store, on_change, NULL);
}

/* One that is being signed, and one that has nine hundred before it. */
static void test_hung(void)
{
	static const char last[] = "SEP0000000003E8";
	time_t start = time(NULL);

	kill(w.keyd, SIGSTOP);
	world_set(&w, NULL, "phone_file_digest", "{'value':'sha-1'}");
	world_set(&w, "phone", last, "{'profile':'Secure'}");
	world_set(&w, "phone", ONE, "{'profile':'Secure'}");
	while ((is_clear(ONE) || is_clear(last)) && time(NULL) < start + 8)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	ok(!is_clear(ONE) && !is_clear(last) && time(NULL) < start + 8,
	   "who is to be encrypted waits for nobody with its clear document");
	kill(w.keyd, SIGCONT);
	while (!world_has(&w, ONE SIGNED) && !world_has(&w, ONE PLAIN))
		event_base_loop(w.env.base, EVLOOP_ONCE);
	ok(world_says(&w, ONE SIGNED, world_signer(&w), "<fullConfig>false<") &&
	   !world_has(&w, ONE PLAIN), "and what was on its way is dropped");
	world_settle(&w);
	ok(world_status(&w).signed_files >= MANY && !world_has(&w, ONE PLAIN),
	   "the others are signed");
}

static bool is_still(const char *name, const char *data, size_t len)
{
	size_t now_len;
	char *now = world_read(&w, name, &now_len);
	bool same = now && now_len == len && !memcmp(now, data, len);

	free(now);
	return same;
}

/* Killed between the two: the short one names nothing that is not there yet. */
static void test_pair(void)
{
	size_t sealed_len, short_len;
	char *sealed, *brief;

	world_enrol(&w, ONE, "rsa:2048");
	world_settle(&w);
	world_unpublish(&w);
	sealed = world_read(&w, ONE SEALED, &sealed_len);
	brief = world_read(&w, ONE SIGNED, &short_len);
	world_enrol(&w, ONE, "rsa:2048");
	trust_keys_close(w.keys);
	store_close(w.env.store);
	/* The rules for TFTP take their name first. */
	ok(sealed && brief && dies_at(2) &&
	   !is_still(ONE SEALED, sealed, sealed_len) &&
	   is_still(ONE SIGNED, brief, short_len),
	   "another LSC: the encrypted one comes first");
	reopen();
	world_publish(&w);
	world_settle(&w);
	ok(world_status(&w).signed_files == 1 &&
	   !is_still(ONE SIGNED, brief, short_len), "the next one ends it");
	free(sealed);
	free(brief);
}

int main(void)
{
	world_open(&w, "faults");
	world_add(&w, "phone", "{'name':'" ONE "','profile':'" PROFILE "'}");
	world_publish(&w);
	world_settle(&w);
	test_full();
	test_folder();
	test_loop();
	test_keyd();
	test_stuck();
	test_death();
	test_sweep();
	test_hung();
	test_pair();
	world_close(&w);
	return tap_end();
}
