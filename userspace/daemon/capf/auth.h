/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does an AUTH_RES show that it comes from the device it names?
 */
#ifndef CAPF_AUTH_H
#define CAPF_AUTH_H

#include "capf/certificate.h"
#include "capf/guard.h"
#include "capf/result.h"

enum { CAPF_ID_LEN = 32 };		/* SHA-256 of a certificate */

/* What is known of the device that was named; all zeroes: nothing pending. */
struct capf_device {
	enum capf_operation operation;
	enum capf_mode mode;
	enum capf_key_order order;
	unsigned int rsa_bits, ec_bits;
	time_t completes_by;		/* 0: whenever */
	struct capf_string string;
	bool has_lsc, has_mic;
	uint8_t lsc_id[CAPF_ID_LEN];	/* of the last one issued */
};

enum capf_sha2_rule {
	CAPF_SHA2_BY_VERSION,		/* from version 3 on */
	CAPF_SHA2_ALWAYS,
	CAPF_SHA2_OPTIONAL,
};

/* All zeroes is the safe way that phones are known to go. */
struct capf_auth_policy {
	enum capf_sha2_rule sha2;
	bool sudi_required;		/* phones may not send it */
	bool sudi_big_endian_too;
	/* The MIC in spite of an LSC that we know, or the other way round. */
	bool second_choice_too;
	/* An LSC of a device for which none is on record: from elsewhere. */
	bool unrecorded_lsc_too;
};

struct capf_judgement {
	enum capf_result result;	/* CAPF_RESULT_PENDING: go on */
	const char *why;		/* static, or NULL */
};

/*
 * By certificate, as the device's mode wants: the chain, the name, which of
 * LSC and MIC, every signature that is there, the SUDI if there is one.
 */
struct capf_judgement
capf_auth_by_certificate(const struct capf_message *res,
			 const struct capf_device *device,
			 const struct capf_trust *trust,
			 const struct capf_auth_policy *policy);

/*
 * All modes. Nothing pending needs no proof (CAPF_RESULT_NONE). seconds are
 * the guard's, trust->now is the calendar's.
 */
struct capf_judgement capf_auth_judge(const struct capf_message *res,
				      const struct capf_device *device,
				      struct capf_guard *guard, int64_t seconds,
				      const struct capf_trust *trust,
				      const struct capf_auth_policy *policy);

#endif /* CAPF_AUTH_H */
