/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What phones are enrolled with and told to trust, put together: keys of
 * ucsec-keyd and the services that live on them.
 */
#ifndef PROVISION_H
#define PROVISION_H

#include <stddef.h>

#include "files/resource.h"

struct admin;
struct conf;
struct enrolment;
struct event_base;
struct files_http;
struct lists;
struct lists_admin;
struct publisher;
struct store;
struct tokens;
struct trust;
struct trust_keys;
struct tvs;

/* What is there before, and what each stage puts there for the next ones. */
struct provision {
	struct event_base *base;
	struct store *store;
	struct trust *trust;
	struct admin *admin;
	const struct conf *conf;
	struct trust_keys *keys;
	struct publisher *publisher;
	struct files_resource files;
	struct files_http *http;
	struct tokens *tokens;
	struct lists *lists;
	struct lists_admin *lists_admin;
	struct enrolment *enrolment;
	struct tvs *tvs;
	size_t started;			/* stages; provision.c's */
};

/*
 * The first part is the caller's, the rest zero. Nothing is done unless
 * conf says where ucsec-keyd is. @why gets a sentence. 0 or -errno; close it
 * in any case.
 */
int provision_open(struct provision *provision, char *why, size_t size);
/* After the signalling: no stream and no SSL_CTX has a key of keyd's then. */
void provision_close(struct provision *provision);

#endif /* PROVISION_H */
