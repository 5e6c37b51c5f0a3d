// SPDX-License-Identifier: GPL-2.0
/* Freed memory has nothing left in it. */
#include "wipe.h"

#include <event2/event.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

void wipe_free(void *memory)
{
	/* The whole block: what was asked for is not known any more. */
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* libc's own might move it and leave the old place as it was. */
void *wipe_realloc(void *memory, size_t size)
{
	size_t room = memory ? malloc_usable_size(memory) : 0;
	void *other;

	if (memory && size <= room && size >= room / 2)
		return memory;
	other = malloc(size);
	if (!other || !memory)
		return other;
	memcpy(other, memory, size < room ? size : room);
	wipe_free(memory);
	return other;
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size ? malloc(size) : NULL;
}

static void *openssl_realloc(void *memory, size_t size, const char *file,
			     int line)
{
	(void)file;
	(void)line;
	if (size)
		return wipe_realloc(memory, size);
	wipe_free(memory);
	return NULL;
}

static void openssl_free(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	wipe_free(memory);
}

void wipe_libraries(void)
{
	event_set_mem_functions(malloc, wipe_realloc, wipe_free);
	CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc,
				 openssl_free);
}
