// SPDX-License-Identifier: GPL-2.0
/*
 * A thread that makes one key at a time: RSA of 4096 bits takes seconds, and a
 * handshake would have to wait for it.
 *
 * The two threads share the two pipes and nothing else: a job goes one way, a
 * key comes the other way and is the reader's.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "keyd/keyd.h"

struct job {
	unsigned int kind, bits;
};

struct keyd_generator {
	int jobs[2], keys[2];	/* pipes: read here, write there */
	bool busy;		/* the answering thread's */
};

static EVP_PKEY *make(const struct job *job)
{
	EVP_PKEY *key = NULL;

	if (job->kind == KEYD_RSA)
		key = EVP_RSA_gen(job->bits);
	else
		key = EVP_EC_gen(job->bits == 256 ? "P-256" :
				 job->bits == 384 ? "P-384" : "P-521");
	ERR_clear_error();
	return key;
}

/* Until the process ends: pipes do not fail, and nobody closes them. */
static void *work(void *arg)
{
	struct keyd_generator *generator = arg;
	struct job job;
	EVP_PKEY *key = NULL;

	/* So far, but no further: what a thread begins with is not admitted. */
	if (write(generator->keys[1], &key, sizeof(key)) != sizeof(key))
		return NULL;
	while (read(generator->jobs[0], &job, sizeof(job)) == sizeof(job)) {
		key = make(&job);
		if (write(generator->keys[1], &key, sizeof(key)) !=
		    sizeof(key))
			break;
	}
	return NULL;
}

struct keyd_generator *keyd_generator_new(void)
{
	struct keyd_generator *generator = calloc(1, sizeof(*generator));
	EVP_PKEY *none;
	pthread_t thread;

	if (!generator || pipe2(generator->jobs, O_CLOEXEC) ||
	    pipe2(generator->keys, O_CLOEXEC) ||
	    pthread_create(&thread, NULL, work, generator) ||
	    read(generator->keys[0], &none, sizeof(none)) != sizeof(none)) {
		free(generator);
		return NULL;
	}
	pthread_detach(thread);
	return generator;
}

int keyd_generator_fd(const struct keyd_generator *generator)
{
	return generator->keys[0];
}

bool keyd_generator_is_busy(const struct keyd_generator *generator)
{
	return generator->busy;
}

void keyd_generator_start(struct keyd_generator *generator,
			  unsigned int kind, unsigned int bits)
{
	struct job job = { kind, bits };

	generator->busy = write(generator->jobs[1], &job, sizeof(job)) ==
			  sizeof(job);
}

EVP_PKEY *keyd_generator_take(struct keyd_generator *generator)
{
	EVP_PKEY *key = NULL;

	if (read(generator->keys[0], &key, sizeof(key)) != sizeof(key))
		key = NULL;
	generator->busy = false;
	return key;
}
