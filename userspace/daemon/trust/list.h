/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Certificate trust lists: CTL and ITL, read and built.
 */
#ifndef TRUST_LIST_H
#define TRUST_LIST_H

#include "trust/header.h"
#include "trust/signer.h"

#define TRUST_LIST_RECORDS	128
#define TRUST_LIST_SIZE		(512 * 1024)
#define TRUST_MAX_SAST		2

/* What a certificate of the list may do; others exist, and are kept. */
enum trust_role {
	TRUST_SAST = 0,		/* signs lists */
	TRUST_CCM = 1,
	TRUST_CCM_TFTP = 2,
	TRUST_TFTP = 3,
	TRUST_CAPF = 4,
	TRUST_APPLICATION = 7,
	TRUST_TVS = 21,
};

/* NULL and empty: the record does not have it. All but the role may miss. */
struct trust_record {
	size_t offset;			/* in the file */
	uint16_t role;
	const char *dns, *subject, *issuer;
	struct trust_span serial;
	struct trust_span key;		/* RSAPublicKey, or a point on a curve */
	struct trust_span signature;	/* of the certificate */
	struct trust_span certificate;	/* DER */
	struct trust_span ip;		/* 4 bytes */
	struct trust_span hash;
	uint8_t hash_algorithm;
};

struct trust_list {
	struct trust_header header;
	unsigned int count;
	struct trust_record records[TRUST_LIST_RECORDS];
};

enum trust_kind { TRUST_CTL, TRUST_ITL };

/* The list points into @file. 0, or -EBADMSG and a fault. */
int trust_list_read(const uint8_t *file, size_t len, struct trust_list *list,
		    struct trust_fault *fault);
/* By the name in its header; false: it is the name of neither. */
bool trust_list_kind(const struct trust_list *list, enum trust_kind *kind);
/* "CCM+TFTP", or NULL. */
const char *trust_role_name(uint16_t role);
/* The magnitude alone. */
bool trust_serial_equal(struct trust_span a, struct trust_span b);

/* A record to be made. */
struct trust_entry {
	uint16_t role;
	/* NULL: a bare record, as nonsecure clusters and rollbacks have them */
	X509 *cert;
	const char *dns;	/* may be NULL */
	const uint8_t *ip;	/* IPv4, may be NULL */
};

struct trust_plan {
	enum trust_kind kind;
	uint32_t time;
	/* 0 none, 0x0100; 0x0101 offers EC LSCs and HTTPS downloads */
	uint16_t signer_version;
	unsigned int max_sast;		/* 0: TRUST_MAX_SAST */
	/* an ITL without keys for TFTP and TVS; only then may they miss */
	bool rollback;
	const struct trust_entry *entries;
	size_t count;
};

/*
 * The signer must be one of the list's SASTs. The file is verified before it is
 * given out. 0, or -errno and a fault.
 */
int trust_list_build(const struct trust_plan *plan,
		     const struct trust_signer *signer,
		     struct trust_bytes *file, struct trust_fault *fault);

#endif /* TRUST_LIST_H */
