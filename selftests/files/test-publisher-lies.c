// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-2: phones' files on a disk that fails, and by a keyd whose signatures
 * do not verify: what is served is what was whole and good before.
 */
#include <errno.h>
#include <openssl/x509.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"
#include "world.h"

#define ONE	"SEP000000000001.cnf.xml.sgn"

enum { MANY = 200 };

static struct world w;
static bool flips;			/* a bit of what keyd signs */
static atomic_bool broken, slow;	/* is the disk */
static atomic_uint waits;		/* for the disk */

ssize_t __real_recv(int fd, void *data, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t size, int flags);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_syncfs(int fd);
int __wrap_syncfs(int fd);

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

/* The answer is not trusted because it is keyd's. */
static void test_flipped(void)
{
	flips = true;
	world_set(&w, "phone", "SEP000000000001", "{'load':'flipped'}");
	world_fail(&w);
	ok(world_says(&w, ONE, NULL, "<device>") &&
	   !world_says(&w, ONE, NULL, ">flipped<") &&
	   world_status(&w).pending == 1,
	   "what keyd signed and does not verify is not served: %s",
	   world_status(&w).why);
	flips = false;
	world_settle(&w);
	ok(world_says(&w, ONE, NULL, ">flipped<"), "it is asked for again");
}

/* Files that are whole, by that signer, beside a whole twin in clear. */
static unsigned int count_by(X509 *signer)
{
	unsigned int count = 0;

	for (unsigned int i = 1; i <= MANY; i++) {
		char name[40], *text, *twin;
		bool sealed;
		size_t len;

		snprintf(name, sizeof(name), "SEP%012X.cnf.xml.sgn", i);
		text = world_open_signed(&w, name, signer, &sealed);
		name[strlen(name) - strlen(".sgn")] = '\0';
		twin = world_read(&w, name, &len);
		count += text && twin && !strcmp(text, twin);
		free(text);
		free(twin);
	}
	return count;
}

/* Of many files none takes its name before it is on the disk. */
static void test_broken(void)
{
	X509 *old = X509_dup(world_signer(&w));

	broken = true;
	world_renew(&w);
	world_fail(&w);
	ok(count_by(old) == MANY, "a disk that fails: no file has changed");
	broken = false;
	slow = true;
	waits = 0;
	world_settle(&w);
	ok(count_by(world_signer(&w)) == MANY, "it works again: all have");
	ok(waits < MANY, "and were not waited for one by one: %u", waits);
	slow = false;
	X509_free(old);
}

int main(void)
{
	world_open(&w, "lies");
	world_add_phones(&w, MANY, "Standard SIP Non-Secure Profile");
	world_publish(&w);
	world_settle(&w);
	test_flipped();
	test_broken();
	world_close(&w);
	return tap_end();
}
