// SPDX-License-Identifier: GPL-2.0
/*
 * Claims: a prefix at a port and transport belongs to one object alone, as the
 * kernel wants it. The first one has it: so does who asks the database.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acl/compile.h"

struct claim {
	struct mediad_prefix prefix;	/* family 0: free */
	uint16_t port, transport;
};

struct acl_claims {
	struct claim *slots;
	size_t count, size;		/* size: a power of 2 */
};

enum { FIRST_SIZE = 64 };

struct acl_claims *acl_claims_new(void)
{
	struct acl_claims *claims = calloc(1, sizeof(*claims));

	if (!claims)
		return NULL;
	claims->size = FIRST_SIZE;
	claims->slots = calloc(claims->size, sizeof(*claims->slots));
	if (!claims->slots) {
		free(claims);
		return NULL;
	}
	return claims;
}

void acl_claims_free(struct acl_claims *claims)
{
	if (claims)
		free(claims->slots);
	free(claims);
}

/* FNV-1a: administrators choose what is in it. */
static size_t hash_of(const struct claim *claim)
{
	const uint8_t *bytes = (const uint8_t *)claim;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof(*claim); i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash;
}

static struct claim *find(const struct acl_claims *claims,
			  const struct claim *wanted)
{
	size_t at = hash_of(wanted);

	for (;; at++) {
		struct claim *claim = &claims->slots[at & (claims->size - 1)];

		if (!claim->prefix.family ||
		    !memcmp(claim, wanted, sizeof(*claim)))
			return claim;
	}
}

static int grow(struct acl_claims *claims)
{
	struct acl_claims more = { .size = 2 * claims->size };

	more.slots = calloc(more.size, sizeof(*more.slots));
	if (!more.slots)
		return -ENOMEM;
	for (size_t i = 0; i < claims->size; i++)
		if (claims->slots[i].prefix.family)
			*find(&more, &claims->slots[i]) = claims->slots[i];
	free(claims->slots);
	claims->slots = more.slots;
	claims->size = more.size;
	return 0;
}

/* TCP and TLS of a port, on two addresses of ours, are one to the kernel. */
static struct claim claim_of(const struct mediad_prefix *prefix,
			     const struct acl_place *place)
{
	return (struct claim){ *prefix, place->port,
			       place->transport == STORE_UDP ? STORE_UDP :
							       STORE_TCP };
}

int acl_claim(struct acl_claims *claims, const struct mediad_prefix *prefix,
	      const struct acl_place *place)
{
	struct claim wanted = claim_of(prefix, place), *claim;

	if (2 * claims->count >= claims->size && grow(claims))
		return -ENOMEM;
	claim = find(claims, &wanted);
	if (claim->prefix.family)
		return 0;
	*claim = wanted;
	claims->count++;
	return 1;
}

bool acl_is_claimed(const struct acl_claims *claims,
		    const struct mediad_prefix *prefix,
		    const struct acl_place *place)
{
	struct claim wanted = claim_of(prefix, place);

	return find(claims, &wanted)->prefix.family;
}
