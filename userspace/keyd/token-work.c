// SPDX-License-Identifier: GPL-2.0
/*
 * What is done with a token: shown, tried, a CTL signed. Whatever the module's
 * process answers is judged here.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "certificate-der.h"
#include "keyd/request-check.h"
#include "keyd/token.h"
#include "trust/dn.h"

enum { GRACE_MS = 5000 };	/* behind the helper's own patience */

static void fail(struct keyd_token_job *job, int err, enum keyd_reason reason,
		 const char *why)
{
	job->err = err;
	job->reason = reason;
	snprintf(job->why, sizeof(job->why), "%s", why);
}

static bool is_sound(const struct token_answer *answer)
{
	if (answer->trouble > TOKEN_BROKEN ||
	    answer->pin > TOKEN_PIN_TAKEN || answer->count > KEYD_TOKENS ||
	    answer->signature_len > TOKEN_SIGNATURE_MAX ||
	    !keyd_is_string(answer->why, sizeof(answer->why)))
		return false;
	for (uint32_t i = 0; i < answer->count; i++) {
		const struct token_shown *shown = &answer->shown[i];

		if (keyd_check_serial(shown->serial) ||
		    !keyd_is_string(shown->label, sizeof(shown->label)) ||
		    shown->flags & ~(KEYD_TOKEN_LOCKED | KEYD_TOKEN_SEVERAL) ||
		    shown->cert_len > KEYD_TOKEN_CERT_MAX)
			return false;
	}
	return true;
}

/* An answer that came too late is of an earlier turn. */
static const char *hear(const struct keyd_token_work *work, uint32_t turn,
			struct token_answer *answer)
{
	struct pollfd p = { .fd = work->fd, .events = POLLIN };
	ssize_t n;

	do {
		if (poll(&p, 1, (int)work->seconds * 1000 + GRACE_MS) != 1)
			return "the process of the tokens does not answer";
		n = recv(work->fd, answer, sizeof(*answer), MSG_TRUNC);
		if (n <= 0)
			return "the process of the tokens has ended; keyd has "
			       "to be started again";
	} while (n == sizeof(*answer) && answer->turn != turn);
	return n == sizeof(*answer) && is_sound(answer) ? NULL :
		"the process of the tokens answers what is none";
}

/* false: the job has failed. */
static bool put(const struct keyd_token_work *work, struct keyd_token_job *job,
		struct token_ask *ask)
{
	static uint32_t turn;		/* one thread puts questions */
	struct token_answer *answer = &job->answer;
	const char *why = NULL;

	ask->turn = ++turn;
	if (ask->pin[0])
		job->pin_is = TOKEN_PIN_ASKED;
	memset(answer, 0, sizeof(*answer));
	if (send(work->fd, ask, sizeof(*ask), MSG_NOSIGNAL) == sizeof(*ask)) {
		why = hear(work, turn, answer);
	} else {
		why = "the process of the tokens has ended; keyd has to be "
		      "started again";
		job->pin_is = TOKEN_PIN_UNUSED;
	}
	if (!why && ask->pin[0])
		job->pin_is = answer->pin;
	explicit_bzero(ask, sizeof(*ask));
	if (why)
		fail(job, -EIO, KEYD_WHY_TOKEN, why);
	else if (answer->trouble == TOKEN_BAD_PIN)
		fail(job, -EACCES, KEYD_WHY_PIN, answer->why);
	else if (answer->trouble)
		fail(job, answer->trouble == TOKEN_GONE ? -ENOENT : -EIO,
		     KEYD_WHY_TOKEN, answer->why);
	return !job->err;
}

static bool has_rsa(const X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	int bits = key && EVP_PKEY_is_a(key, "RSA") ? EVP_PKEY_get_bits(key) :
		0;

	return bits == 1024 || bits == 2048 || bits == 4096;
}

/* What cannot sign a list is shown as without certificate. */
static bool show(const struct keyd_token_work *work,
		 struct keyd_token_job *job)
{
	struct token_ask ask = { .what = TOKEN_SHOW };

	if (!put(work, job, &ask))
		return false;
	for (uint32_t i = 0; i < job->answer.count; i++) {
		struct token_shown *shown = &job->answer.shown[i];
		X509 *cert = certificate_read(shown->cert, shown->cert_len);

		if (!cert || !has_rsa(cert))
			shown->cert_len = 0;
		X509_free(cert);
	}
	ERR_clear_error();
	return true;
}

/* DigestInfo of RFC 8017, 9.2, note 1, up to the digest. */
static const uint8_t sha1_info[] = {
	0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05,
	0x00, 0x04, 0x14,
};
static const uint8_t sha512_info[] = {
	0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
	0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40,
};

static bool digest_of(enum trust_digest digest,
		      const struct trust_span *pieces, size_t count,
		      struct token_ask *ask)
{
	bool sha1 = digest == TRUST_SHA1;
	size_t head = sha1 ? sizeof(sha1_info) : sizeof(sha512_info);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int len = 0;
	int good;

	good = ctx && EVP_DigestInit_ex(ctx, sha1 ? EVP_sha1() : EVP_sha512(),
					NULL) == 1;
	for (size_t i = 0; good && i < count; i++)
		good = EVP_DigestUpdate(ctx, pieces[i].data,
					pieces[i].len) == 1;
	memcpy(ask->info, sha1 ? sha1_info : sha512_info, head);
	good = good && EVP_DigestFinal_ex(ctx, ask->info + head, &len) == 1;
	ask->info_len = (uint16_t)(head + len);
	EVP_MD_CTX_free(ctx);
	return good;
}

struct sign_with {
	const struct keyd_token_work *work;
	struct keyd_token_job *job;
};

/* A trust_sign_fn. */
static int sign(void *ctx, enum trust_digest digest,
		const struct trust_span *pieces, size_t count,
		uint8_t *signature, size_t size)
{
	const struct sign_with *with = ctx;
	struct keyd_token_job *job = with->job;
	struct token_ask ask = {
		.what = TOKEN_SIGN, .cert_len = job->token.cert_len,
	};

	memcpy(ask.serial, job->token.serial, sizeof(ask.serial));
	memcpy(ask.pin, job->pin, sizeof(ask.pin));
	memcpy(ask.cert, job->token.cert, sizeof(ask.cert));
	if (!digest_of(digest, pieces, count, &ask))
		return -EIO;
	if (!put(with->work, job, &ask))
		return job->err;
	if (job->answer.signature_len != size) {
		fail(job, -EIO, KEYD_WHY_TOKEN,
		     "the token's signature is not as long as its key");
		return -EIO;
	}
	memcpy(signature, job->answer.signature, size);
	return 0;
}

static const struct token_shown *find(struct keyd_token_job *job)
{
	const struct token_shown *found = NULL;

	for (uint32_t i = 0; i < job->answer.count; i++) {
		if (strcmp(job->answer.shown[i].serial, job->token.serial))
			continue;
		if (found) {
			fail(job, -EEXIST, KEYD_WHY_TOKEN,
			     "there are two tokens of that serial number");
			return NULL;
		}
		found = &job->answer.shown[i];
	}
	if (!found)
		fail(job, -ENOENT, KEYD_WHY_TOKEN,
		     "there is no token of that serial number");
	return found;
}

static const char *judge(const struct token_shown *shown)
{
	char name[TRUST_DN_SIZE];
	const char *why;
	X509 *cert;

	if (shown->flags & KEYD_TOKEN_SEVERAL)
		return "the token has more than one certificate that could "
		       "sign";
	cert = certificate_read(shown->cert, shown->cert_len);
	if (!cert)
		return "the token has no certificate of an RSA key of 1024, "
		       "2048 or 4096 bits";
	why = trust_dn_write(X509_get_subject_name(cert), TRUST_CUCM, name);
	why = why ? why : trust_dn_write(X509_get_issuer_name(cert),
					 TRUST_CUCM, name);
	X509_free(cert);
	return why;
}

/* Has it the key of its certificate? What it signs is nothing. */
static void try(const struct keyd_token_work *work, struct keyd_token_job *job)
{
	struct sign_with with = { work, job };
	uint8_t random[32], signature[TOKEN_SIGNATURE_MAX];
	const struct trust_span piece = { random, sizeof(random) };
	X509 *cert = certificate_read(job->token.cert, job->token.cert_len);
	EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t size = key ? (size_t)EVP_PKEY_get_size(key) : 0;

	if (!ctx || !size || RAND_bytes(random, sizeof(random)) != 1)
		fail(job, -EIO, KEYD_WHY_SYSTEM, "the token cannot be tried");
	else if (!sign(&with, TRUST_SHA512, &piece, 1, signature, size) &&
		 (EVP_DigestVerifyInit(ctx, NULL, EVP_sha512(), NULL,
				       key) != 1 ||
		  EVP_DigestVerify(ctx, signature, size, random,
				   sizeof(random)) != 1))
		fail(job, -EKEYREJECTED, KEYD_WHY_TOKEN,
		     "the token's key is not that of its certificate");
	EVP_MD_CTX_free(ctx);
	X509_free(cert);
	ERR_clear_error();
}

static void register_one(const struct keyd_token_work *work,
			 struct keyd_token_job *job)
{
	const struct token_shown *shown;
	const char *why;

	if (!show(work, job))
		return;
	shown = find(job);
	if (!shown)
		return;
	why = judge(shown);
	if (why) {
		fail(job, -EKEYREJECTED, KEYD_WHY_NOT_CERTIFICATE, why);
		return;
	}
	memcpy(job->token.label, shown->label, sizeof(job->token.label));
	memcpy(job->token.cert, shown->cert, shown->cert_len);
	job->token.cert_len = shown->cert_len;
	try(work, job);
}

static void sign_list(const struct keyd_token_work *work,
		      struct keyd_token_job *job)
{
	const struct keyd_sign_list *list = &job->list->m.list;
	struct sign_with with = { work, job };
	struct trust_signer signer = {
		.cert = certificate_read(job->token.cert, job->token.cert_len),
		.digest = list->digest == KEYD_TLV_SHA1 ? TRUST_SHA1 :
							  TRUST_SHA512,
		.dialect = list->dialect == KEYD_CERTUTILS ? TRUST_CERTUTILS :
							     TRUST_CUCM,
		.sign = sign,
		.ctx = &with,
	};
	enum keyd_reason reason = KEYD_WHY_NONE;
	const char *why = NULL;
	int err;

	if (!signer.cert) {
		fail(job, -EIO, KEYD_WHY_SYSTEM, "its certificate is none");
		return;
	}
	err = keyd_list_sign(&signer, list, job->time, keyd_tail(job->list),
			     &job->file, &reason, &why);
	/* What the token itself had to say is more. */
	if (err && !job->err)
		fail(job, err, reason, why);
	X509_free(signer.cert);
}

void keyd_token_work(const struct keyd_token_work *work,
		     struct keyd_token_job *job)
{
	if (job->type == KEYD_TOKEN_LIST)
		show(work, job);
	else if (job->type == KEYD_TOKEN_REGISTER)
		register_one(work, job);
	else
		sign_list(work, job);
	explicit_bzero(job->pin, sizeof(job->pin));
}
