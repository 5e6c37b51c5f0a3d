/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Certificates as administrators handle them: our own keys' of ucsec-keyd, and
 * trusted ones out of files; what must follow when they change.
 *
 * /v1/own-cert, /v1/cert-upload, /v1/followup; more of what /v1/cert shows.
 */
#ifndef TRUST_CERTIFICATES_H
#define TRUST_CERTIFICATES_H

#include <stddef.h>

#include "trust/followup.h"

struct admin;
struct certificates;
struct event_base;

struct certificates_config {
	struct event_base *base;
	struct store *store;
	struct admin *admin;
	const struct conf *conf;
	struct trust_keys *keys;	/* NULL: there is no keyd */
	/* As followup.h says, which may be NULL. */
	void (*publish)(void *arg, followup_done done, void *done_arg);
	json_t *(*reset)(void *arg);
	/*
	 * May ITLRecovery's next key take over, or -EPERM and a sentence; NULL:
	 * what followup.h says is all.
	 */
	int (*may_promote)(void *arg, char *why, size_t size);
	void *arg;
};

/* @why gets a sentence. 0 or -errno. */
int certificates_open(struct certificates **certificates,
		      const struct certificates_config *config, char *why,
		      size_t size);
/*
 * May the renewal of ITLRecovery end? Not while phones do not know another one that
 * they would have to ask then: -EPERM and a sentence.
 */
int certificates_may_renew(const struct certificates *certificates, char *why,
			   size_t size);
/* From here on whoever asks gets a 503. */
void certificates_close(struct certificates *certificates);

#endif /* TRUST_CERTIFICATES_H */
