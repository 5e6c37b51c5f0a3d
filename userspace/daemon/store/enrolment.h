/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Certificates of phones, LSC and MIC, and what became of their enrolments.
 *
 * Written by the database's writer like an administrator's change: on the disk
 * before it is called done. store_watch() tells of it as "set" of the phone.
 */
#ifndef STORE_ENROLMENT_H
#define STORE_ENROLMENT_H

#include "store/object.h"
#include "store/store.h"

enum store_device_cert {
	STORE_LSC,
	STORE_MIC,		/* is never overwritten or deleted */
	STORE_DEVICE_CERTS,
};

/* DER, the caller's to free(). -ENOENT: there is none. */
int store_device_cert(struct store *store, int64_t phone,
		      enum store_device_cert kind, uint8_t **der, size_t *len);

/* What to write down of one enrolment, at once or not at all. */
struct store_enrolment {
	int64_t phone;
	unsigned int result;	/* enum capf_result: values are for good */
	const char *why;	/* for people, or NULL */
	int64_t when;		/* seconds since 1970 */
	bool done;		/* the operation is none from now on */
	bool remove_lsc;
	/* NULL: as it was. A MIC that is there already stays. */
	const uint8_t *lsc, *mic;
	size_t lsc_len, mic_len;
};

/* Copies. @done as of store_submit(). */
int store_enrolment_keep(struct store *store,
			 const struct store_enrolment *enrolment,
			 store_done done, void *ctx);

#endif /* STORE_ENROLMENT_H */
