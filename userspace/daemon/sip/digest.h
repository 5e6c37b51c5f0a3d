/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Digest as server: nonces, what was used of them, who failed too often.
 */
#ifndef SIP_DIGEST_H
#define SIP_DIGEST_H

#include "authz/authz.h"
#include "sip/credentials.h"

struct sip_digest;

struct sip_digest *sip_digest_new(void);
void sip_digest_free(struct sip_digest *digest);

struct sip_digest_check {
	const char *realm;
	unsigned int offers;		/* bits by enum store_algorithm */
	const char *binding;		/* for whom the nonce is: "phone 12" */
	const char *source;		/* who is counted as failing */
	uint32_t validity;		/* of a nonce, seconds */
	unsigned int failure_limit;	/* 0: none */
	int64_t now;			/* seconds; starts anywhere */
	struct sip_text method, uri;	/* of the request */
	/* H(user:realm:password); -ENOENT, -ENOKEY as in the store. */
	int (*ha1)(void *arg, const char *user, enum store_algorithm algorithm,
		   uint8_t ha1[STORE_HA1_MAX], size_t *len);
	void *arg;
};

/*
 * value is an Authorization header's for this realm; reason tells what is
 * wrong, for the log alone. Right only once for each nonce and nonce-count.
 * What takes time is the same for users that there are and that there are not.
 */
enum authz_digest sip_digest_verify(struct sip_digest *digest,
				    const struct sip_digest_check *check,
				    const struct sip_credentials *credentials,
				    const char **reason);

/*
 * WWW-Authenticate lines with CRLFs, best algorithm first, a nonce of its own
 * for this binding. Returns buf.
 */
char *sip_digest_challenge(const struct sip_digest *digest,
			   const struct sip_digest_check *check, bool stale,
			   char *buf, size_t size);

#endif /* SIP_DIGEST_H */
