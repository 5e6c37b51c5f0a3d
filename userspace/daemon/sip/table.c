// SPDX-License-Identifier: GPL-2.0
// A table by text that strangers cannot fill one bucket of.

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "sip/table.h"

enum { FIRST_SIZE = 256 };

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

/* SipHash-2-4, which is keyed, so that nobody can choose colliding branches. */
uint64_t sip_hash(const uint64_t secret[2], const void *data, size_t len)
{
	uint64_t v[4] = {
		secret[0] ^ 0x736f6d6570736575ull,
		secret[1] ^ 0x646f72616e646f6dull,
		secret[0] ^ 0x6c7967656e657261ull,
		secret[1] ^ 0x7465646279746573ull,
	};
	const uint8_t *at = data;
	uint64_t word, last = (uint64_t)len << 56;
	int i;

	for (; len >= 8; at += 8, len -= 8) {
		memcpy(&word, at, 8);
		v[3] ^= word;
		sip_round(v);
		sip_round(v);
		v[0] ^= word;
	}
	while (len--)
		last |= (uint64_t)at[len] << (8 * len);
	v[3] ^= last;
	sip_round(v);
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

int sip_table_init(struct sip_table *table)
{
	memset(table, 0, sizeof(*table));
	if (getrandom(table->secret, sizeof(table->secret), 0) !=
	    sizeof(table->secret))
		return -EIO;
	table->buckets = calloc(FIRST_SIZE, sizeof(*table->buckets));
	table->size = FIRST_SIZE;
	return table->buckets ? 0 : -ENOMEM;
}

void sip_table_exit(struct sip_table *table)
{
	free(table->buckets);
	table->buckets = NULL;
}

static struct sip_node *find_from(struct sip_node *node, uint64_t hash,
				  const char *key)
{
	for (; node; node = node->next) {
		if (node->hash == hash && !strcmp(node->key, key))
			return node;
	}
	return NULL;
}

struct sip_node *sip_table_find(const struct sip_table *table, const char *key)
{
	uint64_t hash = sip_hash(table->secret, key, strlen(key));

	return find_from(table->buckets[hash & (table->size - 1)], hash, key);
}

struct sip_node *sip_table_next(const struct sip_node *node)
{
	return find_from(node->next, node->hash, node->key);
}

static void grow(struct sip_table *table)
{
	size_t size = table->size * 2, i;
	struct sip_node **buckets = calloc(size, sizeof(*buckets));

	/* Longer chains are no error. */
	if (!buckets)
		return;
	for (i = 0; i < table->size; i++) {
		struct sip_node *node, *next;

		for (node = table->buckets[i]; node; node = next) {
			next = node->next;
			node->next = buckets[node->hash & (size - 1)];
			buckets[node->hash & (size - 1)] = node;
		}
	}
	free(table->buckets);
	table->buckets = buckets;
	table->size = size;
}

int sip_table_add(struct sip_table *table, struct sip_node *node,
		  const char *key)
{
	struct sip_node **bucket;

	node->key = strdup(key);
	if (!node->key)
		return -ENOMEM;
	if (table->count >= table->size)
		grow(table);
	node->hash = sip_hash(table->secret, key, strlen(key));
	bucket = &table->buckets[node->hash & (table->size - 1)];
	node->next = *bucket;
	*bucket = node;
	table->count++;
	return 0;
}

void sip_table_remove(struct sip_table *table, struct sip_node *node)
{
	struct sip_node **at;

	if (!node->key)
		return;
	at = &table->buckets[node->hash & (table->size - 1)];
	while (*at != node)
		at = &(*at)->next;
	*at = node->next;
	table->count--;
	free(node->key);
	node->key = NULL;
}

struct sip_node *sip_table_first(const struct sip_table *table)
{
	size_t i;

	for (i = 0; i < table->size; i++) {
		if (table->buckets[i])
			return table->buckets[i];
	}
	return NULL;
}
