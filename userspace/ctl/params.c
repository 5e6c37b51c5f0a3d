// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl params: limits and defaults of the namespace.
 */
#include "ctl.h"

static const char *const about[UCSEC_PARAM_COUNT] = {
	[UCSEC_PARAM_MAX_STREAMS] = "streams the namespace may have",
	[UCSEC_PARAM_WINDOW] = "replay window of streams that name none",
	[UCSEC_PARAM_MAX_SSRCS] = "SSRCs of streams that name no limit",
	[UCSEC_PARAM_REKEY_OVERLAP] = "ms the old key outlives a rekey",
	[UCSEC_PARAM_REKEY_GRACE] = "ms it lives on after the first new packet",
	[UCSEC_PARAM_IDLE] = "seconds without media until an event, 0 never",
	[UCSEC_PARAM_AUTH_BURST] = "bad tags a second that make an event",
	[UCSEC_PARAM_REPLAY_BURST] = "replays a second that make an event",
};

void help_params_set(FILE *out, const struct command *command)
{
	(void)command;
	fputs("\nnames:\n", out);
	for (int i = 1; i < UCSEC_PARAM_COUNT; i++)
		fprintf(out, "  %-22s %s\n", ucsec_param_name(i), about[i]);
}

enum status cmd_params(struct ctl *ctl, char **words)
{
	struct ucsec_params params;

	if (words[0])
		return usage_error(ctl, "neither set nor the end", words[0]);
	if (ctl_open(ctl))
		return STATUS_FAILED;
	if (ucsec_params_get(ctl->handle, &params))
		return fail_request(ctl);
	if (ctl->json)
		return print_json(json_of_params(&params));
	for (int i = 1; i < UCSEC_PARAM_COUNT; i++)
		if (params.have & 1u << i)
			printf("%-14s %10u  %s\n", ucsec_param_name(i),
			       params.value[i], about[i]);
	return STATUS_OK;
}

static enum status parse_params(const struct ctl *ctl, char **words,
				struct ucsec_params *params)
{
	if (!words[0])
		return usage_error(ctl, "nothing to change", NULL);
	for (; words[0]; words += 2) {
		int i = ucsec_param_parse(words[0]);

		if (i < 0)
			return usage_error(ctl, "unknown parameter", words[0]);
		if (params->have & 1u << i)
			return value_error(ctl, ucsec_param_name(i),
					   "given twice");
		if (!words[1])
			return value_error(ctl, ucsec_param_name(i),
					   "a value is missing");
		if (parse_u32(words[1], &params->value[i]))
			return value_error(ctl, ucsec_param_name(i),
					   "a number from 0 to 4294967295");
		params->have |= 1u << i;
	}
	return STATUS_OK;
}

enum status cmd_params_set(struct ctl *ctl, char **words)
{
	struct ucsec_params params = { 0 };
	enum status status = parse_params(ctl, words, &params);

	if (status == STATUS_OK)
		status = ctl_open(ctl);
	if (status != STATUS_OK)
		return status;
	if (ucsec_params_set(ctl->handle, &params))
		return fail_request(ctl);
	return ctl->json ? print_json(json_object()) : STATUS_OK;
}
