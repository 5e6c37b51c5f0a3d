// SPDX-License-Identifier: GPL-2.0
// How many connections each source has: nobody may take all of them.

#include <stdlib.h>
#include <string.h>

#include "net/internal.h"

/*
 * A host of IPv6 has a /64 to itself: counting addresses would count nothing.
 */
static void key_of(const struct net_addr *addr, uint8_t key[9])
{
	memset(key, 0, 9);
	if (addr->sa.sa_family == AF_INET) {
		key[0] = 4;
		memcpy(key + 1, &addr->in.sin_addr, 4);
	} else {
		key[0] = 6;
		memcpy(key + 1, &addr->in6.sin6_addr, 8);
	}
}

/* Chains are as long as sources are many: those are bounded by limits.conns. */
static unsigned int bucket_of(const uint8_t key[9])
{
	uint32_t hash = 2166136261u;
	int i;

	for (i = 0; i < 9; i++)
		hash = (hash ^ key[i]) * 16777619u;
	return (hash ^ hash >> 16) % SOURCE_BUCKETS;
}

struct net_source *net_source_take(struct net *net,
				   const struct net_addr *addr)
{
	struct net_source *source;
	unsigned int bucket;
	uint8_t key[9];

	key_of(addr, key);
	bucket = bucket_of(key);
	LIST_FOREACH(source, &net->sources[bucket], entry) {
		if (memcmp(source->key, key, sizeof(key)))
			continue;
		if (source->conns >= net->limits.conns_per_source)
			return NULL;
		source->conns++;
		return source;
	}
	source = calloc(1, sizeof(*source));
	if (!source)
		return NULL;
	memcpy(source->key, key, sizeof(key));
	source->conns = 1;
	LIST_INSERT_HEAD(&net->sources[bucket], source, entry);
	return source;
}

void net_source_give(struct net *net, struct net_source *source)
{
	(void)net;
	if (--source->conns)
		return;
	LIST_REMOVE(source, entry);
	free(source);
}

void net_sources_free(struct net *net)
{
	struct net_source *source;
	int i;

	for (i = 0; i < SOURCE_BUCKETS; i++) {
		while ((source = LIST_FIRST(&net->sources[i]))) {
			LIST_REMOVE(source, entry);
			free(source);
		}
	}
}
