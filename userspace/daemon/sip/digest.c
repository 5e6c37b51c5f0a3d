// SPDX-License-Identifier: GPL-2.0
// Digest as server (RFC 7616, DIGEST-1, DIGEST-3, DIGEST-4).

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "sip/digest.h"
#include "sip/table.h"

enum {
	USED_MAX = 65536,		/* nonces with a window */
	FAILED_MAX = 16384,		/* who failed lately */
	LOCKED_SECONDS = 60,		/* since the last failure */
	WINDOW = 64,			/* nonce-counts that may overtake */
	NONCE_LEN = 64,			/* time 16, random 16, proof 32 */
};

struct used {
	struct sip_node node;
	TAILQ_ENTRY(used) entry;
	int64_t issued;
	uint32_t highest;
	uint64_t seen;			/* bit n: highest - n */
};

struct failed {
	struct sip_node node;
	TAILQ_ENTRY(failed) entry;
	unsigned int count;
	int64_t last;
};

/*
 * A nonce proves itself: only those that were used cost memory. When the oldest
 * of these must go, forgotten says that no nonce of its time is taken any more:
 * a replay of it could not be told from a first use.
 */
struct sip_digest {
	uint8_t secret[32];
	struct sip_table used, failed;
	TAILQ_HEAD(, used) used_list;	/* oldest first */
	TAILQ_HEAD(, failed) failed_list;
	int64_t forgotten;
};

struct sip_digest *sip_digest_new(void)
{
	struct sip_digest *digest = calloc(1, sizeof(*digest));

	if (!digest)
		return NULL;
	TAILQ_INIT(&digest->used_list);
	TAILQ_INIT(&digest->failed_list);
	digest->forgotten = INT64_MIN;
	if (RAND_bytes(digest->secret, sizeof(digest->secret)) != 1 ||
	    sip_table_init(&digest->used) || sip_table_init(&digest->failed)) {
		sip_digest_free(digest);
		return NULL;
	}
	return digest;
}

static void drop_used(struct sip_digest *digest, struct used *used)
{
	TAILQ_REMOVE(&digest->used_list, used, entry);
	sip_table_remove(&digest->used, &used->node);
	free(used);
}

static void drop_failed(struct sip_digest *digest, struct failed *failed)
{
	TAILQ_REMOVE(&digest->failed_list, failed, entry);
	sip_table_remove(&digest->failed, &failed->node);
	free(failed);
}

void sip_digest_free(struct sip_digest *digest)
{
	if (!digest)
		return;
	while (!TAILQ_EMPTY(&digest->used_list))
		drop_used(digest, TAILQ_FIRST(&digest->used_list));
	while (!TAILQ_EMPTY(&digest->failed_list))
		drop_failed(digest, TAILQ_FIRST(&digest->failed_list));
	sip_table_exit(&digest->used);
	sip_table_exit(&digest->failed);
	OPENSSL_cleanse(digest->secret, sizeof(digest->secret));
	free(digest);
}

/* The last half: that the rest is ours, and for this binding and realm. */
static void prove(const struct sip_digest *digest,
		  const struct sip_digest_check *check, char *nonce)
{
	char text[512];
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	int i;

	snprintf(text, sizeof(text), "%.32s|%s|%s", nonce, check->realm,
		 check->binding);
	HMAC(EVP_sha256(), digest->secret, sizeof(digest->secret),
	     (uint8_t *)text, strlen(text), mac, &len);
	for (i = 0; i < 16; i++)
		snprintf(nonce + 32 + 2 * i, 3, "%02x", mac[i]);
}

static void make_nonce(const struct sip_digest *digest,
		       const struct sip_digest_check *check, char *nonce)
{
	uint64_t random = 0;

	/* Without it the proof still is nobody's to make. */
	RAND_bytes((uint8_t *)&random, sizeof(random));
	snprintf(nonce, NONCE_LEN + 1, "%016llx%016llx",
		 (unsigned long long)check->now, (unsigned long long)random);
	prove(digest, check, nonce);
}

static const char not_ours[] = "nonce of another device or another time";

static bool is_ours(const struct sip_digest *digest,
		    const struct sip_digest_check *check, const char *nonce)
{
	char want[NONCE_LEN + 1];

	if (strlen(nonce) != NONCE_LEN)
		return false;
	memcpy(want, nonce, sizeof(want));
	prove(digest, check, want);
	return !CRYPTO_memcmp(want, nonce, NONCE_LEN);
}

char *sip_digest_challenge(const struct sip_digest *digest,
			   const struct sip_digest_check *check, bool stale,
			   char *buf, size_t size)
{
	/* MD5 last: who knows a better one sees that first (RFC 8760). */
	static const enum store_algorithm order[] = {
		STORE_SHA512_256, STORE_SHA256, STORE_MD5,
	};
	char nonce[NONCE_LEN + 1];
	size_t used = 0, i;

	make_nonce(digest, check, nonce);
	buf[0] = '\0';
	for (i = 0; i < 3 && used < size; i++) {
		if (!(check->offers >> order[i] & 1))
			continue;
		used += (size_t)snprintf(
			buf + used, size - used,
			"WWW-Authenticate: Digest realm=\"%s\",nonce=\"%s\","
			"algorithm=%s,qop=\"auth\"%s\r\n", check->realm, nonce,
			sip_algorithm_name(order[i]),
			stale ? ",stale=true" : "");
	}
	return buf;
}

static struct failed *find_failed(struct sip_digest *digest,
				  const struct sip_digest_check *check)
{
	struct sip_node *node = sip_table_find(&digest->failed, check->source);
	struct failed *failed = node ? (struct failed *)((char *)node -
					offsetof(struct failed, node)) : NULL;

	if (failed && check->now - failed->last >= LOCKED_SECONDS) {
		drop_failed(digest, failed);
		return NULL;
	}
	return failed;
}

static void count_failure(struct sip_digest *digest,
			  const struct sip_digest_check *check)
{
	struct failed *failed = find_failed(digest, check);

	if (failed) {
		TAILQ_REMOVE(&digest->failed_list, failed, entry);
	} else {
		failed = calloc(1, sizeof(*failed));
		if (!failed || sip_table_add(&digest->failed, &failed->node,
					     check->source)) {
			free(failed);
			return;
		}
	}
	TAILQ_INSERT_TAIL(&digest->failed_list, failed, entry);
	failed->count++;
	failed->last = check->now;
	if (digest->failed.count > FAILED_MAX)
		drop_failed(digest, TAILQ_FIRST(&digest->failed_list));
}

static bool is_locked(struct sip_digest *digest,
		      const struct sip_digest_check *check)
{
	struct failed *failed = find_failed(digest, check);

	return check->failure_limit && failed &&
	       failed->count >= check->failure_limit;
}

/* Does the response match? Works as much for a user that there is not. */
static bool matches(const struct sip_digest *digest,
		    const struct sip_digest_check *check,
		    const struct sip_credentials *credentials,
		    enum store_algorithm algorithm, const char **reason)
{
	uint8_t ha1[STORE_HA1_MAX];
	char want[SIP_HEX_MAX];
	size_t len = 0;
	int err;

	err = check->ha1(check->arg, credentials->username, algorithm, ha1,
			 &len);
	if (err) {
		/* Anything that nobody knows. */
		memcpy(ha1, digest->secret, sizeof(ha1));
		len = algorithm == STORE_MD5 ? 16 : 32;
	}
	sip_digest_response(algorithm, ha1, len, check->method, credentials,
			    want);
	explicit_bzero(ha1, sizeof(ha1));
	*reason = err == -ENOKEY ? "no digest credentials are set" :
		  err ? "unknown user" : "wrong response";
	return strlen(credentials->response) == strlen(want) &&
	       !CRYPTO_memcmp(credentials->response, want, strlen(want)) &&
	       !err;
}

static struct used *find_used(struct sip_digest *digest, const char *nonce)
{
	struct sip_node *node = sip_table_find(&digest->used, nonce);

	return node ? (struct used *)((char *)node -
			offsetof(struct used, node)) : NULL;
}

static struct used *add_used(struct sip_digest *digest, const char *nonce,
			     int64_t issued)
{
	struct used *used = calloc(1, sizeof(*used)), *oldest;

	if (!used || sip_table_add(&digest->used, &used->node, nonce)) {
		free(used);
		return NULL;
	}
	used->issued = issued;
	TAILQ_INSERT_TAIL(&digest->used_list, used, entry);
	if (digest->used.count > USED_MAX) {
		oldest = TAILQ_FIRST(&digest->used_list);
		if (oldest->issued > digest->forgotten)
			digest->forgotten = oldest->issued;
		drop_used(digest, oldest);
	}
	return used;
}

/* Each count once (RFC 7616 section 5.12); datagrams may overtake. */
static bool take_count(struct used *used, uint32_t count)
{
	uint32_t ahead;

	if (count > used->highest) {
		ahead = count - used->highest;
		used->seen = ahead < WINDOW ? used->seen << ahead : 0;
		used->seen |= 1;
		used->highest = count;
		return true;
	}
	ahead = used->highest - count;
	if (ahead >= WINDOW || used->seen >> ahead & 1)
		return false;
	used->seen |= 1ull << ahead;
	return true;
}

static bool parse_count(const char *nc, uint32_t *count)
{
	char *end;

	if (strlen(nc) != 8 || strspn(nc, "0123456789abcdefABCDEF") != 8)
		return false;
	*count = (uint32_t)strtoul(nc, &end, 16);
	return *count;
}

/* Is the nonce good, and its count new? Only asked after a right response. */
static const char *use_nonce(struct sip_digest *digest,
			     const struct sip_digest_check *check,
			     const struct sip_credentials *credentials)
{
	const char *nonce = credentials->nonce;
	unsigned long long issued;
	struct used *used;
	uint32_t count;

	if (sscanf(nonce, "%16llx", &issued) != 1)
		return not_ours;
	if (check->now - (int64_t)issued >= check->validity)
		return "nonce expired";
	used = find_used(digest, nonce);
	if (!used && (int64_t)issued <= digest->forgotten)
		return "nonce forgotten";
	if (!parse_count(credentials->nc, &count))
		return "bad nonce-count";
	if (!used)
		used = add_used(digest, nonce, (int64_t)issued);
	if (!used || !take_count(used, count))
		return "nonce-count used before";
	return NULL;
}

static bool same_uri(struct sip_text uri, const char *text)
{
	return strlen(text) == uri.len && !memcmp(uri.at, text, uri.len);
}

/* What can be told without a secret. */
static const char *find_fault(const struct sip_digest_check *check,
			      const struct sip_credentials *credentials,
			      enum store_algorithm *algorithm)
{
	if (sip_algorithm_of(credentials->algorithm, algorithm) ||
	    !(check->offers >> *algorithm & 1))
		return "algorithm not offered";
	if (strcasecmp(credentials->qop, "auth"))
		return "qop is not auth";
	if (!credentials->cnonce[0] || !credentials->username[0])
		return "parameter missing";
	if (!same_uri(check->uri, credentials->uri))
		return "uri of another request";
	return NULL;
}

enum authz_digest sip_digest_verify(struct sip_digest *digest,
				    const struct sip_digest_check *check,
				    const struct sip_credentials *credentials,
				    const char **reason)
{
	enum store_algorithm algorithm;
	bool locked = is_locked(digest, check);

	/*
	 * Whoever never saw our challenge guesses at no password: he would
	 * have the one locked out whose address he writes on his datagrams.
	 */
	if (!is_ours(digest, check, credentials->nonce)) {
		*reason = not_ours;
		return AUTHZ_DIGEST_STALE;
	}
	*reason = find_fault(check, credentials, &algorithm);
	if (*reason || !matches(digest, check, credentials, algorithm,
				reason)) {
		count_failure(digest, check);
		return locked ? AUTHZ_DIGEST_LOCKED : AUTHZ_DIGEST_WRONG;
	}
	if (locked) {
		*reason = "locked after too many failures";
		return AUTHZ_DIGEST_LOCKED;
	}
	*reason = use_nonce(digest, check, credentials);
	return *reason ? AUTHZ_DIGEST_STALE : AUTHZ_DIGEST_RIGHT;
}
