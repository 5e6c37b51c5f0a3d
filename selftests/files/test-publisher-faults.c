// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-2, TRUST-3: faults while phones' files are written: a full disk, a dead
 * ucsec-keyd, a death in the middle of re-signing a thousand. Never half a file,
 * never one in clear that must not be, and the work goes on by itself.
 */
#include <errno.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"
#include "trust/keyd-client.h"
#include "world.h"

#define ONE	"SEP000000000001"
#define PROFILE	"Standard SIP Non-Secure Profile"
#define SIGNED	".cnf.xml.sgn"
#define PLAIN	".cnf.xml"

enum { MANY = 1000 };

static struct world w;
static bool full;			/* is the disk */
static bool stuck;			/* nothing can be removed */
static bool flips;			/* a bit of what keyd signs */
static bool broken, slow;		/* is the disk */
static unsigned int waits;		/* for the disk */
static int lives = -1;			/* names taken before the death */

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __real_unlinkat(int dir, const char *name, int flags);
int __wrap_unlinkat(int dir, const char *name, int flags);
ssize_t __real_recv(int fd, void *data, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t size, int flags);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_syncfs(int fd);
int __wrap_syncfs(int fd);

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
	return __real_renameat(from, old, to, new);
}

int __wrap_unlinkat(int dir, const char *name, int flags)
{
	if (!stuck)
		return __real_unlinkat(dir, name, flags);
	errno = EIO;
	return -1;
}

/* The last byte of a signed file is its content's. */
ssize_t __wrap_recv(int fd, void *data, size_t size, int flags)
{
	const struct keyd_head *head = data;
	ssize_t n = __real_recv(fd, data, size, flags);

	if (flips && n > 1000 && head->type == KEYD_REPLY)
		((uint8_t *)data)[n - 1] ^= 1;
	return n;
}

static int sync_with(int (*real)(int fd), int fd)
{
	waits++;
	if (slow)
		usleep(5000);
	if (!broken)
		return real(fd);
	errno = EIO;
	return -1;
}

int __wrap_fsync(int fd)
{
	return sync_with(__real_fsync, fd);
}

int __wrap_syncfs(int fd)
{
	return sync_with(__real_syncfs, fd);
}

static bool says(const char *name, X509 *signer, const char *word)
{
	bool sealed;
	char *text = world_open_signed(&w, name, signer, &sealed);
	bool is = text && strstr(text, word);

	free(text);
	return is;
}

static void test_full(void)
{
	X509 *signer = world_signer(&w);

	full = true;
	world_set(&w, "phone", ONE, "{'load':'new'}");
	world_fail(&w);
	ok(strstr(world_status(&w).why, "No space left") &&
	   world_status(&w).pending == 1, "a full disk is told");
	ok(says(ONE SIGNED, signer, "<device>") &&
	   !says(ONE SIGNED, signer, ">new<"), "what was there is there still");
	ok(publisher_put(w.publisher, "ITLFile.tlv", (uint8_t *)"list", 4) ==
	   -ENOSPC && !world_has(&w, "ITLFile.tlv"), "lists, too");
	full = false;
	world_settle(&w);
	ok(says(ONE SIGNED, signer, ">new<") && !world_status(&w).why[0],
	   "room is found again without being asked");
}

/* Its name is a folder's: that is no fault of the others' files. */
static void test_folder(void)
{
	X509 *signer = world_signer(&w);
	const char *why;
	char path[512];

	snprintf(path, sizeof(path), "%s/ring", w.env.conf.trust.files_dir);
	if (mkdir(path, 0755) ||
	    publisher_static_put(w.publisher, "ring", (uint8_t *)"x", 1, &why))
		abort();
	world_fail(&w);
	world_set(&w, "phone", ONE, "{'load':'other'}");
	while (!says(ONE SIGNED, signer, ">other<") &&
	       !strstr(world_status(&w).why, ONE))
		event_base_loop(w.env.base, EVLOOP_ONCE);
	ok(!strstr(world_status(&w).why, ONE) && world_status(&w).pending == 1,
	   "one file that cannot be written holds up no other: %s",
	   world_status(&w).why);
	rmdir(path);
	world_settle(&w);
	ok(world_has(&w, "ring"), "and is written when it can be");
	publisher_static_remove(w.publisher, "ring");
	world_set(&w, "phone", ONE, "{'load':'new'}");
	world_settle(&w);
}

/* The answer is not trusted because it is keyd's. */
static void test_flipped(void)
{
	X509 *signer = world_signer(&w);

	flips = true;
	world_set(&w, "phone", ONE, "{'load':'flipped'}");
	world_fail(&w);
	ok(says(ONE SIGNED, signer, ">newer<") && world_status(&w).pending == 1,
	   "what keyd signed and does not verify is not served: %s",
	   world_status(&w).why);
	flips = false;
	world_settle(&w);
	ok(says(ONE SIGNED, signer, ">flipped<"), "it is asked for again");
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
	ok(world_status(&w).pending == 1 && says(ONE SIGNED, signer, ">new<"),
	   "without keyd a phone has what it had");
	world_set(&w, "phone", ONE, "{'profile':'Secure'}");
	while (world_has(&w, ONE PLAIN) || world_has(&w, ONE SIGNED))
		event_base_loop(w.env.base, EVLOOP_ONCE);
	ok(world_status(&w).pending == 1,
	   "but nothing in clear, if it is to be encrypted");
	w.keyd = start_keyd();
	world_settle(&w);
	ok(says(ONE SIGNED, world_signer(&w), "<fullConfig>false<") &&
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

	world_add_phones(&w, MANY, PROFILE);
	world_settle(&w);
	ok(world_count(&w) == 2 * MANY + 2, "a thousand phones");
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
	left = MANY - by_new + !says("XMLDefault" SIGNED, new, "<Default>");
	reopen();
	world_publish(&w);
	world_settle(&w);
	ok(world_status(&w).signed_files == left,
	   "the next one signs what is left and no more, %u", left);
	ok(all_whole(old, new, &by_new) && by_new == MANY, "then all are new");
	X509_free(old);
	X509_free(new);
}

/* Of many files none takes its name before all are on the disk. */
static void test_broken(void)
{
	X509 *old = X509_dup(world_signer(&w)), *now;
	unsigned int by_new;

	broken = true;
	world_renew(&w);
	world_fail(&w);
	now = world_signer(&w);
	ok(all_whole(old, now, &by_new) && !by_new,
	   "a disk that fails: none of a thousand has changed, %u", by_new);
	broken = false;
	slow = true;
	waits = 0;
	world_settle(&w);
	ok(all_whole(old, now, &by_new) && by_new == MANY,
	   "it works again, all have");
	ok(waits < MANY, "and were not waited for one by one: %u", waits);
	slow = false;
	X509_free(old);
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
	ok(says(ONE SIGNED, world_signer(&w), "<fullConfig>false<") &&
	   !world_has(&w, ONE PLAIN), "and what was on its way is dropped");
	world_settle(&w);
	ok(world_status(&w).signed_files >= MANY && !world_has(&w, ONE PLAIN),
	   "the others are signed");
}

int main(void)
{
	world_open(&w, "faults");
	world_add(&w, "phone", "{'name':'" ONE "','profile':'" PROFILE "'}");
	world_publish(&w);
	world_settle(&w);
	test_full();
	test_folder();
	test_keyd();
	test_flipped();
	test_stuck();
	test_death();
	test_broken();
	test_hung();
	world_close(&w);
	return tap_end();
}
