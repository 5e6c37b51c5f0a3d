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
#include "store/phone-settings.h"
#include "store/store.h"

enum store_device_cert {
	STORE_LSC,
	STORE_MIC,		/* is never overwritten or deleted */
	STORE_LSC_ISSUED,	/* nobody knows yet whether it arrived */
	STORE_FETCHED,		/* what the phone sent for inspection */
	STORE_DEVICE_CERTS,
};

/* DER, the caller's to free(). -ENOENT: there is none. */
int store_device_cert(struct store *store, int64_t phone,
		      enum store_device_cert kind, uint8_t **der, size_t *len);

/*
 * Of phones, of one kind, that end from @from on and before @before, by that;
 * stops at the first not 0.
 */
typedef int (*store_device_end_fn)(void *ctx, const char *phone, int64_t end);
int store_device_cert_ends(struct store *store, enum store_device_cert kind,
			   int64_t from, int64_t before, store_device_end_fn fn,
			   void *ctx);
/* How many of them, or -errno. */
int64_t store_device_cert_count(struct store *store,
				enum store_device_cert kind, int64_t from,
				int64_t before);

/* What a certificate that names the phone is to it. The first that fits. */
enum store_shown {
	STORE_SHOWN_LSC,	/* on record, or maybe on its way to the phone */
	STORE_SHOWN_PAST,	/* an LSC that was replaced or deleted */
	STORE_SHOWN_NO_LSC,	/* there is none to compare with */
	STORE_SHOWN_MIC,	/* its MIC, beside an LSC */
	STORE_SHOWN_OTHER,	/* not its LSC */
};

int store_shown_cert(struct store *store, int64_t phone,
		     const uint8_t sha256[32], enum store_shown *shown);

enum { STORE_WHY_SIZE = 160 };

/* What to write down of one enrolment, at once or not at all. */
struct store_enrolment {
	int64_t phone;
	unsigned int result;	/* enum capf_result: values are for good */
	const char *why;	/* for people, or NULL */
	int64_t when;		/* seconds since 1970; 0: not for the history */
	bool done;		/* the operation is none from now on */
	/*
	 * The one that is: another one that was ordered meanwhile stays. So does
	 * one whose time was put off, where @completes_by is why it ends.
	 */
	enum store_capf_operation operation;
	int64_t completes_by;	/* 0: whenever */
	bool remove_lsc;
	/* A phone waits for it: written down however many changes wait. */
	bool owed;
	/* NULL: as it was. A MIC that is there already stays. */
	const uint8_t *lsc, *mic, *issued, *fetched;
	size_t lsc_len, mic_len, issued_len, fetched_len;
};

/* Copies. @done as of store_submit(). */
int store_enrolment_keep(struct store *store,
			 const struct store_enrolment *enrolment,
			 store_done done, void *ctx);

/* What there is to say of a phone's enrolment. */
struct store_enrolment_state {
	int64_t phone;
	char name[STORE_NAME_SIZE];
	enum store_capf_operation operation;
	int64_t completes_by;		/* seconds since 1970; 0: never */
	bool have[STORE_DEVICE_CERTS];
	int64_t lsc_end, mic_end;	/* 0: there is none, or no end to read */
	/* Of its last enrolment; when is 0 if there was none. */
	unsigned int result;
	int64_t when;
	char why[STORE_WHY_SIZE];
};

/* -ENOENT: there is no such phone. */
int store_enrolment_state(struct store *store, int64_t phone,
			  struct store_enrolment_state *state);
/* Of all phones by name; stops at the first not 0. */
typedef int (*store_enrolment_fn)(void *ctx,
				  const struct store_enrolment_state *state);
int store_enrolment_each(struct store *store, store_enrolment_fn fn, void *ctx);
/* Of one phone, the last one first. */
typedef int (*store_history_fn)(void *ctx, int64_t when, unsigned int result,
				bool done, const char *why);
int store_enrolment_history(struct store *store, int64_t phone,
			    store_history_fn fn, void *ctx);
/*
 * Those whose time has passed with their operation pending, and when the next
 * one's does; *next is 0 if there is none.
 */
int store_enrolment_overdue(struct store *store, int64_t now,
			    store_enrolment_fn fn, void *ctx, int64_t *next);
/*
 * Grows with each enrolment that is done: what was asked for since has the same.
 */
int store_enrolment_serial(struct store *store, int64_t phone,
			   int64_t *serial);

/* Wrong authentication strings for the one that the phone has now. */
struct store_guesses {
	unsigned int row, total;
	int64_t until;		/* locked; seconds since 1970, or 0 */
};

/*
 * As of store_enrolment_keep(), owed; a total of 0 forgets them. With another
 * string than the phone has by then nothing is kept. Nobody else is told.
 */
int store_guesses_keep(struct store *store, int64_t phone,
		       const struct store_guesses *guesses, store_done done,
		       void *ctx);
typedef int (*store_guesses_fn)(void *ctx, int64_t phone, const char *name,
				const struct store_guesses *guesses);
int store_guesses_each(struct store *store, store_guesses_fn fn, void *ctx);

#endif /* STORE_ENROLMENT_H */
