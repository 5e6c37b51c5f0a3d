// SPDX-License-Identifier: GPL-2.0
// The results of operations in words.

#include "capf/result.h"

static const struct {
	const char *name, *sentence;
} results[CAPF_RESULT_COUNT] = {
	[CAPF_RESULT_NONE] = { "none", "No operation is pending." },
	[CAPF_RESULT_PENDING] = { "pending", "The operation is pending." },
	[CAPF_RESULT_INSTALLED] = { "installed",
		"The phone has its new certificate." },
	[CAPF_RESULT_DELETED] = { "deleted",
		"The phone has deleted its certificate." },
	[CAPF_RESULT_FETCHED] = { "fetched",
		"The phone has sent its certificate." },
	[CAPF_RESULT_INVALID_LSC] = { "invalid-lsc",
		"The phone's LSC is missing or not accepted." },
	[CAPF_RESULT_INVALID_STRING] = { "invalid-string",
		"The authentication string is not the right one." },
	[CAPF_RESULT_INVALID_MIC] = { "invalid-mic",
		"The phone's MIC is missing or not accepted." },
	[CAPF_RESULT_INVALID_CREDENTIALS] = { "invalid-credentials",
		"The phone has not shown who it is." },
	[CAPF_RESULT_NO_COMMUNICATION] = { "no-communication",
		"The phone fell silent, went away or broke the protocol." },
	[CAPF_RESULT_KEY_FAILED] = { "key-failed",
		"The phone has made no key, or not one that is accepted." },
	[CAPF_RESULT_KEY_TIMED_OUT] = { "key-timed-out",
		"The phone took too long to make its key." },
	[CAPF_RESULT_CA_NO_COMMUNICATION] = { "ca-no-communication",
		"The certificate authority did not answer." },
	[CAPF_RESULT_CA_REJECTED] = { "ca-rejected",
		"The certificate authority refused the request." },
	[CAPF_RESULT_LATE] = { "late",
		"The phone came after the time the operation completes by." },
	[CAPF_RESULT_TIMED_OUT] = { "timed-out",
		"The time the operation completes by has passed." },
	[CAPF_RESULT_EC_NEEDS_VERSION_3] = { "ec-needs-version-3",
		"Only an EC key is wanted, and the phone's CAPF version is "
		"below 3." },
};

const char *capf_result_name(enum capf_result result)
{
	return results[result].name;
}

const char *capf_result_sentence(enum capf_result result)
{
	return results[result].sentence;
}
