// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl suites: what the kernel can do, and by which drivers.
 */
#include "ctl.h"

static int show_suite(const struct ucsec_suite_info *s, void *arg)
{
	json_t *array = arg;

	if (array) {
		json_array_append_new(array, json_of_suite(s));
		return 0;
	}
	printf("%s\n", s->name);
	printf("  %-8s key %u, salt %u, tag %u, RTCP tag %u bytes\n", "lengths",
	       s->key_len, s->salt_len, s->tag_len, s->rtcp_tag_len);
	if (s->cipher_driver[0])
		printf("  %-8s %s\n", "cipher", s->cipher_driver);
	if (s->auth_driver[0])
		printf("  %-8s %s\n", "auth", s->auth_driver);
	return 0;
}

enum status cmd_suites(struct ctl *ctl, char **words)
{
	json_t *array;

	if (words[0])
		return usage_error(ctl, "one word too many", words[0]);
	if (ctl_open(ctl))
		return STATUS_FAILED;
	array = ctl->json ? json_array() : NULL;
	if (ucsec_suite_dump(ctl->handle, show_suite, array)) {
		json_decref(array);
		return fail_request(ctl);
	}
	return ctl->json ? print_json(array) : STATUS_OK;
}
