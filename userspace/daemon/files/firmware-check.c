// SPDX-License-Identifier: GPL-2.0
/*
 * Digest and signature of a firmware image that is too large for one turn of the
 * loop.
 */
#include "files/firmware-check.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trust/verify.h"

enum {
	PIECE = 256 * 1024,	/* about a millisecond; and any header fits */
};

struct firmware_check {
	struct event *turn;
	int fd;
	off_t size, at;
	firmware_signer_fn signer;
	firmware_done_fn done;
	void *arg;
	EVP_MD_CTX *sum, *verify;	/* verify: NULL if nobody can tell */
	off_t skip, skip_end;		/* its signature, which is not signed */
	uint8_t signature[1024];
	size_t signature_len;
	struct firmware_facts facts;
	uint8_t piece[PIECE];
};

void firmware_check_free(struct firmware_check *check)
{
	if (!check)
		return;
	if (check->turn)
		event_free(check->turn);
	EVP_MD_CTX_free(check->sum);
	EVP_MD_CTX_free(check->verify);
	close(check->fd);
	free(check);
}

static void end(struct firmware_check *check)
{
	const struct firmware_facts facts = check->facts;
	firmware_done_fn done = check->done;
	void *arg = check->arg;

	firmware_check_free(check);
	ERR_clear_error();
	done(arg, &facts);
}

static void forged(struct firmware_check *check, const char *why)
{
	check->facts.signature = FIRMWARE_FORGED;
	check->facts.why = why;
}

static void begin_verify(struct firmware_check *check,
			 const struct trust_header *header, X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	struct trust_span pieces[2];

	if (!key || trust_key_unfit(key) ||
	    header->signature.len != (size_t)EVP_PKEY_get_size(key) ||
	    header->signature.len > sizeof(check->signature)) {
		forged(check, "its signature is not one of its signer's key");
		return;
	}
	trust_signed_pieces(check->piece, (size_t)check->size, header, pieces);
	check->skip = (off_t)pieces[0].len;
	check->skip_end = (off_t)(pieces[1].data - check->piece);
	memcpy(check->signature, header->signature.data,
	       header->signature.len);
	check->signature_len = header->signature.len;
	check->verify = EVP_MD_CTX_new();
	if (!check->verify ||
	    EVP_DigestVerifyInit(check->verify, NULL,
				 header->digest == TRUST_SHA1 ? EVP_sha1() :
				 EVP_sha512(), NULL, key) != 1)
		check->facts.err = -ENOMEM;
}

/* In the first piece, where the whole header is if there is one. */
static void read_header(struct firmware_check *check, size_t len)
{
	static const uint8_t start[] = { 1, 0, 2 };
	struct trust_header header;
	struct trust_fault fault;
	X509 *cert;

	if (len < sizeof(start) || memcmp(check->piece, start, sizeof(start)))
		return;
	if (trust_header_read(check->piece, len, &header, &fault)) {
		forged(check, fault.why);
		return;
	}
	snprintf(check->facts.signer, sizeof(check->facts.signer), "%s",
		 header.subject);
	check->facts.signature = FIRMWARE_UNKNOWN;
	cert = check->signer(check->arg, header.issuer, header.serial.data,
			     header.serial.len);
	/* SHA-1 and SHA-512 are all that anybody has seen. */
	if (cert && (header.digest == TRUST_SHA1 ||
		     header.digest == TRUST_SHA512))
		begin_verify(check, &header, cert);
	X509_free(cert);
}

/* All of the piece but what lies in [skip, skip_end). */
static void update_verify(struct firmware_check *check, size_t len)
{
	off_t from = check->at, to = from + (off_t)len;
	off_t first = check->skip < to ? check->skip : to;
	off_t second = check->skip_end > from ? check->skip_end : from;

	if (first > from)
		EVP_DigestVerifyUpdate(check->verify, check->piece,
				       (size_t)(first - from));
	if (second < to)
		EVP_DigestVerifyUpdate(check->verify,
				       check->piece + (second - from),
				       (size_t)(to - second));
}

static void finish(struct firmware_check *check)
{
	if (EVP_DigestFinal_ex(check->sum, check->facts.sha256, NULL) != 1)
		check->facts.err = -EIO;
	if (!check->verify)
		return;
	if (EVP_DigestVerifyFinal(check->verify, check->signature,
				  check->signature_len) == 1)
		check->facts.signature = FIRMWARE_VERIFIED;
	else
		forged(check, "its signature does not verify");
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct firmware_check *check = arg;
	struct timeval soon = { 0 };
	ssize_t n = pread(check->fd, check->piece, PIECE, check->at);

	(void)fd;
	(void)what;
	if (n <= 0 && check->at < check->size)
		check->facts.err = n ? -errno : -EIO;
	if (n > 0) {
		if (!check->at)
			read_header(check, (size_t)n);
		EVP_DigestUpdate(check->sum, check->piece, (size_t)n);
		if (check->verify)
			update_verify(check, (size_t)n);
		check->at += n;
	}
	if (check->facts.err) {
		end(check);
	} else if (check->at >= check->size) {
		finish(check);
		end(check);
	} else {
		event_add(check->turn, &soon);
	}
}

struct firmware_check *firmware_check_new(struct event_base *base, int fd,
					  off_t size,
					  firmware_signer_fn signer,
					  firmware_done_fn done, void *arg)
{
	struct firmware_check *check = calloc(1, sizeof(*check));
	struct timeval soon = { 0 };

	if (!check)
		return NULL;
	check->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	check->size = size;
	check->signer = signer;
	check->done = done;
	check->arg = arg;
	check->sum = EVP_MD_CTX_new();
	check->turn = evtimer_new(base, on_turn, check);
	if (check->fd < 0 || !check->sum || !check->turn ||
	    EVP_DigestInit_ex(check->sum, EVP_sha256(), NULL) != 1 ||
	    event_add(check->turn, &soon)) {
		firmware_check_free(check);
		return NULL;
	}
	return check;
}
