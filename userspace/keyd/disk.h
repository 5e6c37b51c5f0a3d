/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ucsec-keyd keeps on disk: keys, certificates, the journal of LSCs.
 */
#ifndef KEYD_DISK_H
#define KEYD_DISK_H

#include <openssl/x509.h>
#include <sys/types.h>

#include "keyd/request.h"
#include "store/seal.h"

/* files.c: each is replaced as a whole, and on the disk when that is told */

struct keyd_dir {
	int fd;
	uint8_t secret[SEAL_KEY_SIZE];
};

/* -ENOENT, -EFBIG: longer than max. The data is the caller's to wipe and free. */
int keyd_file_read(const struct keyd_dir *dir, const char *name, size_t max,
		   uint8_t **data, size_t *len);
int keyd_file_write(const struct keyd_dir *dir, const char *name,
		    const void *data, size_t len);
int keyd_file_rename(const struct keyd_dir *dir, const char *from,
		     const char *to);
void keyd_file_remove(const struct keyd_dir *dir, const char *name);
/* What a write that did not end left behind. */
void keyd_file_clean(const struct keyd_dir *dir);
/* Of what was written to it; ends the process if the disk will not say. */
void keyd_file_must_sync(int fd);

/* pair.c: a key and its certificates, on disk and in memory */

struct keyd_pair {
	EVP_PKEY *key;
	X509 *certs[KEYD_CHAIN];	/* the key's first */
	uint32_t count;			/* 0: there is no pair */
};

void keyd_pair_clear(struct keyd_pair *pair);
/* Both change as one. */
int keyd_pair_store(const struct keyd_dir *dir, const struct keyd_which *which,
		    const struct keyd_pair *pair);
/* The certificates alone: the key is the one that is there. */
int keyd_pair_store_chain(const struct keyd_dir *dir,
			  const struct keyd_which *which,
			  const struct keyd_pair *pair);
/* The next one takes the place of the current one, as one. */
int keyd_pair_promote(const struct keyd_dir *dir,
		      const struct keyd_which *which);
/*
 * 0 also if there is none. Ends what a keyd that was killed had begun: current
 * ones are to be loaded before next ones. -EBADMSG: damaged.
 */
int keyd_pair_load(const struct keyd_dir *dir, const struct keyd_which *which,
		   struct keyd_pair *pair);

/* journal.c: each LSC that was ever issued */

struct keyd_journal;

struct keyd_lsc_record {
	uint8_t request[KEYD_ID_LEN];
	uint8_t spki[32];		/* SHA-256 */
	uint8_t what[32];		/* SHA-256 of the whole request */
	char device[KEYD_TEXT];
};

/* -EBADMSG: damaged, at a byte that *at tells. */
int keyd_journal_open(const struct keyd_dir *dir,
		      struct keyd_journal **journal, off_t *at);
void keyd_journal_close(struct keyd_journal *journal);
/* The record of that id and its certificate, for OPENSSL_free(); -ENOENT. */
int keyd_journal_find(struct keyd_journal *journal, const uint8_t *request,
		      struct keyd_lsc_record *record, uint8_t **der,
		      size_t *len);
/* Whose is that key? NULL: nobody's. */
const char *keyd_journal_owner(const struct keyd_journal *journal,
			       const uint8_t *spki);
/* Before any of its certificates is told, keyd_journal_sync(). -EFBIG: full. */
int keyd_journal_add(struct keyd_journal *journal,
		     const struct keyd_lsc_record *record, const uint8_t *der,
		     size_t len);
/* All records are on the disk when it returns. */
void keyd_journal_sync(struct keyd_journal *journal);
size_t keyd_journal_count(const struct keyd_journal *journal);

#endif /* KEYD_DISK_H */
