/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What TVS says of a certificate: whether it is ours or trusted, and for what.
 */
#ifndef TRUST_TVS_LOOKUP_H
#define TRUST_TVS_LOOKUP_H

#include <time.h>

#include "trust/tvs-message.h"

struct store;
struct trust_key;

/* Where it looks; nothing of it is changed. */
struct tvs_lookup {
	struct store *store;
	const struct trust_key *own;	/* as trust_keys_all() has them */
	size_t own_count;
	bool callmanager_trust;		/* is vouched for, too */
	uint32_t ttl;			/* seconds, at most */
	time_t now;
};

enum tvs_verdict {
	TVS_VOUCHED,
	TVS_UNKNOWN,
	TVS_OUTDATED,		/* known, and not good yet or no more */
	TVS_NO_ROLE,		/* known for what is no phone's business */
	TVS_VERDICT_COUNT,
};

struct tvs_found {
	enum tvs_verdict verdict;
	uint8_t roles[8];	/* enum trust_role, rising */
	size_t role_count;
	uint32_t ttl;		/* not beyond its last day */
	uint8_t *der;		/* one allocation */
	size_t len;
};

/*
 * A certificate that is to be verified must be the same byte for byte. One that
 * is asked for by name must have that serial number, and that issuer (that
 * subject, if no issuer was named) by trust_dn_equal(): without a number none is
 * found, for the services of a node share their name. 0, or -errno: -ENOMEM, or
 * the store's.
 */
int tvs_lookup(const struct tvs_lookup *lookup,
	       const struct tvs_message *request, struct tvs_found *found);
void tvs_found_clear(struct tvs_found *found);
/* The answer to @request; it points into @found. */
void tvs_found_answer(const struct tvs_found *found,
		      const struct tvs_message *request,
		      struct tvs_message *answer);

#endif /* TRUST_TVS_LOOKUP_H */
