/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What should be in a list, and whether a file says just that; private to
 * trust/lists*.c.
 */
#ifndef TRUST_LISTS_PLAN_H
#define TRUST_LISTS_PLAN_H

#include "keyd/request.h"
#include "store/store.h"
#include "trust/list.h"
#include "trust/lists.h"

struct lists_record {
	uint16_t role;
	struct trust_span cert;		/* DER; none in a bare record */
	const char *dns;		/* NULL: none */
	bool has_ip;
	uint8_t ip[4];
};

struct lists_plan {
	enum trust_kind kind;
	/* Whose is the first record; a token's serial number, or a key. */
	char token[KEYD_TOKEN_SERIAL];
	struct keyd_which signer;
	enum trust_digest digest;
	enum trust_dialect dialect;
	uint16_t signer_version;
	uint8_t max_sast;
	bool rollback;
	struct lists_record records[KEYD_RECORDS];
	size_t count;
	/* Owned, for records: certificates of other clusters, and of nodes. */
	uint8_t *imports[KEYD_RECORDS];
	size_t import_count;
	char nodes[STORE_NODES_MAX][STORE_NAME_SIZE];	/* their names */
	size_t node_count;
};

/*
 * @mixed: a CTL of that mode. @held: what phones have, NULL: none. Its spans are
 * good until the loop runs on. Clear it in any case. 0, or -errno and a sentence.
 */
int lists_plan(struct lists_plan *plan, enum trust_kind kind, bool mixed,
	       const struct lists_config *from, const struct trust_list *held,
	       const char **why);
void lists_plan_clear(struct lists_plan *plan);
/* The request of that, sealed by who sends it; the tail's length. 0: too long. */
size_t lists_plan_request(const struct lists_plan *plan, uint32_t now,
			  union keyd_buffer *request);

/* Does the file verify, and say what is planned, in that way? NULL, or what not. */
const char *lists_differ(const struct lists_plan *plan, const uint8_t *file,
			 size_t len, const struct trust_list *list);
/* Has it a key for the servers, as in a mixed cluster? */
bool lists_is_mixed(const struct trust_list *list);
/* Is that certificate a SAST of it? */
bool lists_has_sast(const struct trust_list *list, struct trust_span cert);

#endif /* TRUST_LISTS_PLAN_H */
