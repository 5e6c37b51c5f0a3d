/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a phone that holds these lists takes this file.
 */
#ifndef TRUST_RULES_H
#define TRUST_RULES_H

#include "trust/list.h"

/* What a phone has already; NULL: no such list. They are not judged again. */
struct trust_held {
	const struct trust_list *ctl, *itl;
};

enum trust_verdict {
	TRUST_REFUSED,		/* the fault says why */
	TRUST_FIRST_USE,	/* it holds no list, and takes the first */
	TRUST_BY_CTL,
	TRUST_BY_ITL,
	TRUST_AFTER_ROLLBACK,	/* its ITL has it take what comes */
	TRUST_ASK_TVS,		/* the fault says what for */
};

/*
 * What no phone can do without, whatever it holds: at most @max_sast (0: two)
 * SASTs, one of them the signer, and its signature. 0, or -EBADMSG and a fault.
 */
int trust_list_verify(const uint8_t *file, size_t len,
		      const struct trust_list *list, unsigned int max_sast,
		      struct trust_fault *fault);
/* The record of the signer, by issuer and serial number; NULL: none. */
const struct trust_record *trust_list_signer(const struct trust_list *list);
/*
 * An ITL without a key for TFTP or TVS, before a move to servers without keys:
 * who holds it takes unsigned files, and any next ITL.
 */
bool trust_list_is_rollback(const struct trust_list *list);

enum trust_verdict trust_list_judge(const uint8_t *file, size_t len,
				    const struct trust_list *list,
				    const struct trust_held *held,
				    unsigned int max_sast,
				    struct trust_fault *fault);
/*
 * A .sgn or .enc.sgn, which the phone asked for by @name: by the key of a TFTP
 * server.
 */
enum trust_verdict trust_file_judge(const uint8_t *file, size_t len,
				    const struct trust_header *header,
				    const char *name,
				    const struct trust_held *held,
				    struct trust_fault *fault);

#endif /* TRUST_RULES_H */
