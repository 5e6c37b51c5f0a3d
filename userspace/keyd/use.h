/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ucsec-keyd does with keys: certificates, handshakes, LSCs.
 */
#ifndef KEYD_USE_H
#define KEYD_USE_H

#include <openssl/x509.h>

#include "keyd/disk.h"
#include "keyd/request.h"
#include "trust/signer.h"

/* issue.c: certificates of services, and requests for such */

int keyd_issue_self(EVP_PKEY *key, const struct keyd_make *make, X509 **cert);
int keyd_issue_csr(EVP_PKEY *key, const struct keyd_csr *csr, X509_REQ **req);
/* Serial, version and days from yesterday on; 0 or -EIO. */
int keyd_issue_begin(X509 *cert, unsigned int days);
int keyd_issue_extend(X509 *cert, int nid, const char *value);

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

/*
 * spki.c: a stranger's public key; NULL with a reason if it is not sound. The
 * sentence lasts until the next one.
 */
X509_PUBKEY *keyd_spki_read(const uint8_t *der, size_t len,
			    unsigned int flags, enum keyd_reason *reason,
			    const char **why);

/* lsc.c: der is for OPENSSL_free() */

int keyd_lsc_sign(struct keyd_journal *journal, const struct keyd_pair *ca,
		  const struct keyd_sign_lsc *lsc, const uint8_t *spki,
		  size_t spki_len, uint8_t **der, size_t *len,
		  enum keyd_reason *reason, const char **why);

/* times.c: of what is signed; those of one kind never go back */

enum keyd_time_kind {
	KEYD_TIME_FILE,
	KEYD_TIME_CTL,
	KEYD_TIME_ITL,
	KEYD_TIME_KINDS,
};

struct keyd_times {
	uint32_t magic, last[KEYD_TIME_KINDS];
};

/* -EBADMSG: damaged. */
int keyd_times_load(const struct keyd_dir *dir, struct keyd_times *times);
/* The later of *time and the last one; -ERANGE: it is still to come. */
int keyd_times_next(const struct keyd_times *times, enum keyd_time_kind kind,
		    uint32_t *time);
/* On the disk when it returns, before what was signed is told. */
int keyd_times_keep(const struct keyd_dir *dir, struct keyd_times *times,
		    enum keyd_time_kind kind, uint32_t time);

/* sign-file.c, sign-list.c: the file is for trust_bytes_free() */

void keyd_signer_set(struct trust_signer *signer, const struct keyd_pair *pair,
		     uint8_t digest, uint8_t dialect);
int keyd_file_sign(const struct keyd_pair *pair,
		   const struct keyd_sign_file *request, uint32_t time,
		   const uint8_t *tail, size_t len, struct trust_bytes *file,
		   enum keyd_reason *reason, const char **why);
int keyd_list_sign(const struct trust_signer *signer,
		   const struct keyd_sign_list *request, uint32_t time,
		   const uint8_t *tail, struct trust_bytes *file,
		   enum keyd_reason *reason, const char **why);

#endif /* KEYD_USE_H */
