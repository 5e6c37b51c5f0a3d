/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What may be asked of a device, how it shows who it is, and what came of it.
 */
#ifndef CAPF_RESULT_H
#define CAPF_RESULT_H

enum capf_operation { CAPF_NONE, CAPF_INSTALL, CAPF_DELETE, CAPF_FETCH };

/* As phone files number them. */
enum capf_mode {
	CAPF_BY_STRING = 1,
	CAPF_BY_NULL_STRING,
	CAPF_BY_LSC_FIRST,
	CAPF_BY_MIC_FIRST,
};

enum capf_key_order { CAPF_RSA_ONLY, CAPF_EC_ONLY, CAPF_EC_PREFERRED };

/* Kept with the device: values are for good. */
enum capf_result {
	CAPF_RESULT_NONE,
	CAPF_RESULT_PENDING,
	CAPF_RESULT_INSTALLED,
	CAPF_RESULT_DELETED,
	CAPF_RESULT_FETCHED,
	CAPF_RESULT_INVALID_LSC,
	CAPF_RESULT_INVALID_STRING,
	CAPF_RESULT_INVALID_MIC,
	CAPF_RESULT_INVALID_CREDENTIALS,
	CAPF_RESULT_NO_COMMUNICATION,
	CAPF_RESULT_KEY_FAILED,
	CAPF_RESULT_KEY_TIMED_OUT,
	CAPF_RESULT_CA_NO_COMMUNICATION,
	CAPF_RESULT_CA_REJECTED,
	CAPF_RESULT_LATE,
	CAPF_RESULT_TIMED_OUT,
	CAPF_RESULT_EC_NEEDS_VERSION_3,
	CAPF_RESULT_COUNT,
};

const char *capf_result_name(enum capf_result result);	/* "key-failed" */
const char *capf_result_sentence(enum capf_result result);

#endif /* CAPF_RESULT_H */
