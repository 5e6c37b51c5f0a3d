// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl acl add, set, del and flush.
 */
#include <string.h>

#include "acl-args.h"

static enum status parse_id(const struct ctl *ctl, const char *word,
			    uint32_t *id)
{
	if (!word)
		return usage_error(ctl, "the id of a trunk is missing", NULL);
	if (parse_u32(word, id) || !*id)
		return usage_error(ctl, "the id of a trunk is a number above 0",
				   word);
	return STATUS_OK;
}

static enum status print_id(const struct ctl *ctl, uint32_t id, bool text)
{
	if (ctl->json)
		return print_json(json_pack("{s:I}", "id", (json_int_t)id));
	if (text)
		printf("trunk %u\n", id);
	return STATUS_OK;
}

static enum status add(struct acl_args *args, char **words)
{
	struct ctl *ctl = args->ctl;
	enum status status;
	uint32_t id;

	status = acl_args_parse(args, words);
	if (status == STATUS_OK)
		status = ctl_open(ctl);
	if (status != STATUS_OK)
		return status;
	if (ucsec_trunk_new(ctl->handle, &args->trunk, &id))
		return fail_request(ctl);
	return print_id(ctl, id, true);
}

enum status cmd_acl_add(struct ctl *ctl, char **words)
{
	struct acl_args args;
	enum status status;

	acl_args_init(&args, ctl, ON_ADD, 0);
	status = add(&args, words);
	acl_args_free(&args);
	return status;
}

static int change(const struct acl_args *args)
{
	const struct ucsec_trunk *trunk = &args->trunk;
	struct ucsec *handle = args->ctl->handle;

	switch (args->use) {
	case PREFIX_ADD:
		return ucsec_prefix_new(handle, trunk->id, 0, trunk->prefixes,
					trunk->prefix_count);
	case PREFIX_DEL:
		return ucsec_prefix_del(handle, trunk->id, trunk->prefixes,
					trunk->prefix_count);
	case PREFIX_REPLACE:
		break;
	}
	return ucsec_trunk_set(handle, trunk);
}

static enum status set(struct acl_args *args, char **words)
{
	struct ctl *ctl = args->ctl;
	enum status status;

	status = parse_id(ctl, words[0], &args->trunk.id);
	if (status == STATUS_OK && !words[1])
		status = usage_error(ctl, "nothing to change", NULL);
	if (status == STATUS_OK)
		status = acl_args_parse(args, words + 1);
	if (status == STATUS_OK)
		status = ctl_open(ctl);
	if (status != STATUS_OK)
		return status;
	args->trunk.have |= UCSEC_TR_ID;
	if (change(args))
		return fail_request(ctl);
	return print_id(ctl, args->trunk.id, false);
}

enum status cmd_acl_set(struct ctl *ctl, char **words)
{
	struct acl_args args;
	enum status status;

	acl_args_init(&args, ctl, ON_SET, 0);
	status = set(&args, words);
	acl_args_free(&args);
	return status;
}

enum status cmd_acl_del(struct ctl *ctl, char **words)
{
	enum status status;
	uint32_t id;

	status = parse_id(ctl, words[0], &id);
	if (status == STATUS_OK)
		status = expect_none(ctl, words + 1);
	if (status == STATUS_OK)
		status = ctl_open(ctl);
	if (status != STATUS_OK)
		return status;
	if (ucsec_trunk_del(ctl->handle, id))
		return fail_request(ctl);
	return print_id(ctl, id, false);
}

enum status acl_cookie_parse(const struct ctl *ctl, char **words,
			     uint8_t *cookie, uint32_t *len)
{
	*len = 0;
	if (!words[0])
		return STATUS_OK;
	if (strcmp(words[0], "cookie"))
		return usage_error(ctl, "unknown keyword", words[0]);
	if (!words[1] || words[2] || parse_cookie(words[1], cookie, len))
		return value_error(ctl, "cookie",
				   "one value of 1 to 32 bytes is needed");
	return STATUS_OK;
}

enum status cmd_acl_flush(struct ctl *ctl, char **words)
{
	uint8_t cookie[UCSEC_MAX_COOKIE_LEN];
	uint32_t len = 0;
	enum status status;

	status = acl_cookie_parse(ctl, words, cookie, &len);
	if (status == STATUS_OK)
		status = ctl_open(ctl);
	if (status != STATUS_OK)
		return status;
	if (ucsec_trunk_flush(ctl->handle, cookie, len))
		return fail_request(ctl);
	return ctl->json ? print_json(json_object()) : STATUS_OK;
}
