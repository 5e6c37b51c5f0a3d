/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CAPF served: phones come, show who they are, and leave with a certificate.
 *
 * capf/ says what is said in a session; here are its socket, its clock, the
 * database that knows the phones, and ucsec-keyd that signs.
 */
#ifndef ENROLMENT_ENROLMENT_H
#define ENROLMENT_ENROLMENT_H

#include <stddef.h>

struct admin;
struct conf;
struct enrolment;
struct event_base;
struct store;
struct trust_keys;

/* All of it outlives the enrolment, but for the store's writer. */
struct enrolment_config {
	struct event_base *base;
	struct store *store;
	struct admin *admin;
	struct trust_keys *keys;
	const struct conf *conf;
};

/* Listens from here on. @why gets a sentence. 0 or -errno. */
int enrolment_open(struct enrolment **enrolment,
		   const struct enrolment_config *config, char *why,
		   size_t size);
void enrolment_close(struct enrolment *enrolment);

#endif /* ENROLMENT_ENROLMENT_H */
