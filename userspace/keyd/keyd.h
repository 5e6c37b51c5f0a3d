/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ucsec-keyd: keeps the private keys and does with them only what is typed.
 *
 * One client. What it is sent was often a stranger's before: public keys,
 * handshakes, encrypted secrets. One thread answers, a second one makes keys
 * and knows no other. All that is kept is in one directory.
 */
#ifndef KEYD_KEYD_H
#define KEYD_KEYD_H

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

/* issue.c: certificates of services, and requests for such */

int keyd_issue_self(EVP_PKEY *key, const struct keyd_make *make, X509 **cert);
int keyd_issue_csr(EVP_PKEY *key, const struct keyd_csr *csr, X509_REQ **req);
/* Serial, version, key and days from yesterday on; 0 or -EIO. */
int keyd_issue_begin(X509 *cert, EVP_PKEY *key, unsigned int days);
int keyd_issue_extend(X509 *cert, int nid, const char *value);
const EVP_MD *keyd_issue_digest(EVP_PKEY *key);

/* import.c: reason KEYD_WHY_NONE if the chain does */

enum keyd_reason keyd_import_check(const struct keyd_which *which,
				   EVP_PKEY *key, X509 *const *certs,
				   uint32_t count, const char **why);

/* sign.c */

struct keyd_piece {
	const void *data;
	size_t len;
};

enum keyd_padding { KEYD_PKCS1, KEYD_PSS };

enum { KEYD_SIGNATURE_MAX = 1024 };

/*
 * The only place where a private key signs what is no certificate. The pieces
 * are hashed here, one after the other; padding is of RSA keys.
 */
int keyd_sign_pieces(EVP_PKEY *key, const EVP_MD *digest,
		     enum keyd_padding padding,
		     const struct keyd_piece *pieces, size_t count,
		     uint8_t signature[KEYD_SIGNATURE_MAX], size_t *len);

/* tls-content.c: NULL, or why it is not what a handshake signs */
const char *keyd_tls_check(unsigned int content, const uint8_t *data,
			   size_t len);

/* tls.c: on error *why has a sentence */

int keyd_tls_sign(EVP_PKEY *key, const struct keyd_tls_sign *sign,
		  const uint8_t *content, size_t len,
		  uint8_t signature[KEYD_SIGNATURE_MAX], size_t *signature_len,
		  const char **why);
int keyd_tls_unwrap(EVP_PKEY *key, uint16_t version, const uint8_t *data,
		    size_t len, uint8_t secret[KEYD_PREMASTER_LEN]);

/* spki.c: a stranger's public key; NULL with a reason if it is not sound */
EVP_PKEY *keyd_spki_read(const uint8_t *der, size_t len, unsigned int flags,
			 enum keyd_reason *reason, const char **why);

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
/* On the disk when it returns 0. -EFBIG: the journal is full. */
int keyd_journal_add(struct keyd_journal *journal,
		     const struct keyd_lsc_record *record, const uint8_t *der,
		     size_t len);
size_t keyd_journal_count(const struct keyd_journal *journal);

/* lsc.c: der is for OPENSSL_free() */

int keyd_lsc_sign(struct keyd_journal *journal, const struct keyd_pair *ca,
		  const struct keyd_sign_lsc *lsc, const uint8_t *spki,
		  size_t spki_len, uint8_t **der, size_t *len,
		  enum keyd_reason *reason, const char **why);

/* generator.c: a thread that makes one key at a time */

struct keyd_generator;

/* Before the system calls are filtered. */
struct keyd_generator *keyd_generator_new(void);
int keyd_generator_fd(const struct keyd_generator *generator);
bool keyd_generator_is_busy(const struct keyd_generator *generator);
/* When its fd is readable, the key is there to be taken. */
void keyd_generator_start(struct keyd_generator *generator,
			  unsigned int kind, unsigned int bits);
EVP_PKEY *keyd_generator_take(struct keyd_generator *generator);

/* state.c: all keys, and what is asked of them */

struct keyd_state {
	struct keyd_dir dir;
	struct keyd_journal *journal;
	struct keyd_generator *generator;
	struct keyd_pair pairs[KEYD_SERVICE_END][KEYD_KIND_END][KEYD_SLOT_END];
};

/* 0, or -errno with a sentence in why. */
int keyd_state_load(struct keyd_state *state, char *why, size_t size);
void keyd_state_clear(struct keyd_state *state);
/* NULL: there is none. */
struct keyd_pair *keyd_state_find(struct keyd_state *state,
				  const struct keyd_which *which);
/* true: the generator has begun, and nothing is answered yet. */
bool keyd_state_make(struct keyd_state *state, const struct keyd_message *m,
		     union keyd_buffer *reply);
/* The key is there. */
void keyd_state_made(struct keyd_state *state, const struct keyd_make *make,
		     EVP_PKEY *key, union keyd_buffer *reply);
void keyd_state_promote(struct keyd_state *state,
			const struct keyd_which *which,
			union keyd_buffer *reply);
void keyd_state_import(struct keyd_state *state, const union keyd_buffer *m,
		       union keyd_buffer *reply);
/* false: there is no such pair, and no item. */
bool keyd_state_item(const struct keyd_pair *pair,
		     const struct keyd_which *which, union keyd_buffer *item);

/* handle.c: answers that come at once; the head is the server's */

void keyd_handle(struct keyd_state *state, const union keyd_buffer *request,
		 union keyd_buffer *reply);
/* Into a reply; tail bytes are put behind it and counted by head.len. */
void keyd_answer(union keyd_buffer *reply, const void *tail, size_t len);
void keyd_refuse(union keyd_buffer *reply, int err, enum keyd_reason reason,
		 const char *why);

/* server.c */

struct keyd_server {
	int listener;
	uid_t uid;		/* who may connect */
	struct keyd_state *state;
};

/* Until an error that cannot be mended; returns -errno. */
int keyd_server_run(struct keyd_server *server);

/* sandbox.c: after all is open */

/* Errors: -EPERM with a sentence in *why. run_as (uid_t)-1: stay who we are. */
int keyd_sandbox_identity(uid_t run_as, gid_t group, const char **why);
/*
 * Nothing outside the directory can be opened from then on: by Landlock, or by
 * a new root if we may. *how says which; -ENOSYS if there was neither.
 */
int keyd_sandbox_files(int dir_fd, const char **how);
/* All threads. Files are opened relative to dir_fd, or that ends us. */
int keyd_sandbox_filter(int dir_fd, const char **why);

#endif /* KEYD_KEYD_H */
