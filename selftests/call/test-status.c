// SPDX-License-Identifier: GPL-2.0
/* STATUS-1, STATUS-2: what a call's legs prove is what the user is told. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "call/status.h"

static const struct call_leg_facts secure_phone = {
	.is_trusted_type = true,
	.signalling = CALL_ENCRYPTED,
	.line = CALL_ENCRYPTED,
	.is_media_encrypted = true,
};

static const struct call_leg_facts secure_trunk = {
	.is_trunk = true,
	.signalling = CALL_ENCRYPTED,
	.profile = CALL_ENCRYPTED,
	.is_media_encrypted = true,
};

/* One thing taken from a leg that has all: the level left, and its reason. */
struct row {
	struct call_leg_facts leg;
	enum call_security level;
	const char *why;
};

#define PHONE(...) { .is_trusted_type = true, .signalling = CALL_ENCRYPTED, \
	.line = CALL_ENCRYPTED, .is_media_encrypted = true, __VA_ARGS__ }
#define TRUNK(...) { .is_trunk = true, .signalling = CALL_ENCRYPTED, \
	.profile = CALL_ENCRYPTED, .is_media_encrypted = true, __VA_ARGS__ }

#pragma GCC diagnostic ignored "-Woverride-init"
static const struct row rows[] = {
	{ PHONE(), CALL_ENCRYPTED, "" },
	{ PHONE(.is_trusted_type = false), CALL_NONSECURE,
	  "the device is of no trusted type" },
	{ PHONE(.signalling = CALL_AUTHENTICATED), CALL_AUTHENTICATED,
	  "the signalling is authenticated, not encrypted" },
	{ PHONE(.signalling = CALL_NONSECURE), CALL_NONSECURE,
	  "the signalling is in clear" },
	{ PHONE(.line = CALL_AUTHENTICATED), CALL_AUTHENTICATED,
	  "the device's profile is authenticated, not encrypted" },
	{ PHONE(.line = CALL_NONSECURE), CALL_NONSECURE,
	  "the device's profile is not secure" },
	{ PHONE(.line = CALL_NONSECURE, .is_shared_line = true),
	  CALL_NONSECURE,
	  "another device on the shared line is configured lower" },
	{ PHONE(.is_media_encrypted = false), CALL_AUTHENTICATED,
	  "the media is in clear" },
	{ PHONE(.is_media_encrypted = false, .media_reason = "no suite"),
	  CALL_AUTHENTICATED, "no suite" },
	/* The lowest is the one to tell. */
	{ PHONE(.is_media_encrypted = false, .signalling = CALL_NONSECURE),
	  CALL_NONSECURE, "the signalling is in clear" },
	/* A phone makes no claims. */
	{ PHONE(.has_claim = true, .claim = CALL_NONSECURE), CALL_ENCRYPTED,
	  "" },

	{ TRUNK(), CALL_ENCRYPTED, "" },
	{ TRUNK(.profile = CALL_NONSECURE), CALL_NONSECURE,
	  "the trunk's profile is not secure" },
	{ TRUNK(.profile = CALL_AUTHENTICATED), CALL_AUTHENTICATED,
	  "the trunk's profile is authenticated, not encrypted" },
	{ TRUNK(.signalling = CALL_NONSECURE), CALL_NONSECURE,
	  "the signalling is in clear" },
	{ TRUNK(.is_media_encrypted = false), CALL_AUTHENTICATED,
	  "the media is in clear" },
	{ TRUNK(.has_claim = true, .claim = CALL_NONSECURE), CALL_NONSECURE,
	  "the far end of the trunk reports a lower status" },
	{ TRUNK(.has_claim = true, .claim = CALL_ENCRYPTED), CALL_ENCRYPTED,
	  "" },
	/* "When using SRTP only": SRTP, and nothing less. */
	{ TRUNK(.srtp_suffices = true, .profile = CALL_NONSECURE,
		.signalling = CALL_NONSECURE), CALL_ENCRYPTED, "" },
	{ TRUNK(.srtp_suffices = true, .profile = CALL_NONSECURE,
		.signalling = CALL_NONSECURE, .is_media_encrypted = false),
	  CALL_NONSECURE, "the trunk's profile is not secure" },
	{ TRUNK(.srtp_suffices = true, .profile = CALL_ENCRYPTED,
		.signalling = CALL_NONSECURE, .is_media_encrypted = false,
		.has_claim = true, .claim = CALL_ENCRYPTED),
	  CALL_NONSECURE, "the signalling is in clear" },
	{ TRUNK(.srtp_suffices = true, .signalling = CALL_NONSECURE,
		.has_claim = true, .claim = CALL_AUTHENTICATED),
	  CALL_ENCRYPTED, "" },
	{ PHONE(.srtp_suffices = true, .signalling = CALL_NONSECURE),
	  CALL_NONSECURE, "the signalling is in clear" },
	/* A claim raises nothing, and is not heard over weak signalling. */
	{ TRUNK(.has_claim = true, .claim = CALL_ENCRYPTED,
		.is_media_encrypted = false), CALL_AUTHENTICATED,
	  "the media is in clear" },
	{ TRUNK(.has_claim = true, .claim = CALL_NONSECURE,
		.signalling = CALL_AUTHENTICATED), CALL_AUTHENTICATED,
	  "the signalling is authenticated, not encrypted" },
};

static void test_legs(void **state)
{
	char why[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(call_status_of_leg(&rows[i].leg, why,
						    sizeof(why)),
				 rows[i].level);
		assert_string_equal(why, rows[i].why);
	}
}

/* The lowest leg decides, wherever it stands. */
static void test_calls(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(call_status(NULL, 0), CALL_NONSECURE);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct call_leg_facts legs[] = {
			secure_phone, rows[i].leg, secure_trunk,
		};

		assert_int_equal(call_status(legs, 3), rows[i].level);
		assert_int_equal(call_status(legs + 1, 2), rows[i].level);
		assert_int_equal(call_status(legs, 2), rows[i].level);
		assert_int_equal(call_status(&legs[1], 1), rows[i].level);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legs),
		cmocka_unit_test(test_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
