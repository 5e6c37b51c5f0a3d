// SPDX-License-Identifier: GPL-2.0
/* What our code and the libraries give back has nothing left in it. */
#include <event2/buffer.h>
#include <malloc.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "wipe.h"

#define SECRET	"WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"

void __real_free(void *ptr);
void __wrap_free(void *ptr);

static unsigned int freed, leaks;

void __wrap_free(void *ptr)
{
	size_t size = ptr ? malloc_usable_size(ptr) : 0;

	freed++;
	leaks += size && memmem(ptr, size, SECRET, strlen(SECRET));
	__real_free(ptr);
}

/* Of the blocks that were given back since, none had the secret. */
static void forgotten(const char *what)
{
	ok(freed && !leaks, "%s: %u blocks, %u with the secret", what, freed,
	   leaks);
	freed = leaks = 0;
}

static void forget_not(void)
{
	char *text = strdup(SECRET);

	/* By its name: a compiler drops stores before free(). */
	__wrap_free(text);
	ok(leaks == 1, "a secret that is left behind is seen");
	freed = leaks = 0;
}

static void forget_blocks(void)
{
	char *text = strdup(SECRET);

	wipe_free(strdup(SECRET));
	wipe_free(NULL);
	forgotten("freed");
	text = wipe_realloc(text, 100000);
	ok(!strcmp(text, SECRET), "a larger block has it all");
	text = wipe_realloc(text, 100);
	ok(!strcmp(text, SECRET), "and a smaller one");
	/* A message's buffer is large, what is kept of it is not. */
	ok(malloc_usable_size(text) < 1000, "which is no larger than wanted");
	wipe_free(text);
	wipe_free(wipe_realloc(NULL, 10));
	forgotten("moved");
}

static void forget_libevent(void)
{
	struct evbuffer *buffer = evbuffer_new();
	char filler[3000];

	memset(filler, 'x', sizeof(filler));
	evbuffer_add(buffer, SECRET, strlen(SECRET));
	evbuffer_add(buffer, filler, sizeof(filler));
	/* The pieces become one. */
	ok(!memcmp(evbuffer_pullup(buffer, -1), SECRET, strlen(SECRET)),
	   "a queue");
	evbuffer_drain(buffer, 1);
	evbuffer_free(buffer);
	forgotten("libevent");
}

static void forget_openssl(void)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = OPENSSL_strdup(SECRET);
	int i;

	text = OPENSSL_realloc(text, 50000);
	OPENSSL_free(text);
	for (i = 0; i < 1000; i++)
		BIO_puts(bio, SECRET);
	BIO_free(bio);
	forgotten("OpenSSL");
}

int main(void)
{
	wipe_libraries();
	forget_not();
	forget_blocks();
	forget_libevent();
	forget_openssl();
	return tap_end();
}
