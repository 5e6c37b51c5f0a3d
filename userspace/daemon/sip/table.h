/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table by text, for transactions, dialogs' ACKs, bindings: keys are strangers'.
 */
#ifndef SIP_TABLE_H
#define SIP_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct sip_node {
	struct sip_node *next;
	uint64_t hash;
	char *key;			/* NULL while in no table */
};

struct sip_table {
	struct sip_node **buckets;
	size_t count, size;		/* size is a power of two */
	uint64_t secret[2];
};

/* -ENOMEM */
int sip_table_init(struct sip_table *table);
void sip_table_exit(struct sip_table *table);	/* of an empty one */
struct sip_node *sip_table_find(const struct sip_table *table,
				const char *key);
/* The next one with the same key. */
struct sip_node *sip_table_next(const struct sip_node *node);
/* Copies the key; several nodes may have the same. -ENOMEM */
int sip_table_add(struct sip_table *table, struct sip_node *node,
		  const char *key);
void sip_table_remove(struct sip_table *table, struct sip_node *node);
/* Any, to empty it. */
struct sip_node *sip_table_first(const struct sip_table *table);

uint64_t sip_hash(const uint64_t secret[2], const void *data, size_t len);

#endif /* SIP_TABLE_H */
