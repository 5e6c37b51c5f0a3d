// SPDX-License-Identifier: GPL-2.0
/*
 * System parameters as the signalling reads them: from memory.
 */
#include "store/param.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/private.h"

static uint32_t number_of(const struct store_param_info *info,
			  const json_t *value)
{
	if (info->type == STORE_TYPE_BOOL)
		return json_is_true(value);
	if (info->type == STORE_TYPE_INT)
		return json_integer_value(value);
	for (uint32_t i = 0; info->words && info->words[i]; i++)
		if (!strcmp(info->words[i], json_string_value(value)))
			return i;
	return 0;
}

int params_load(struct store *store)
{
	for (int i = 0; i < STORE_PARAM_COUNT; i++) {
		struct param *param = &store->params[i];
		json_t *value = param_value(&store->config, i);

		if (!value)
			return -EIO;
		param->number = number_of(&store_params[i], value);
		snprintf(param->text, sizeof(param->text), "%s",
			 json_is_string(value) ? json_string_value(value) : "");
		json_decref(value);
	}
	return 0;
}

uint32_t store_param(const struct store *store, enum store_param param)
{
	return store->params[param].number;
}

const char *store_param_text(const struct store *store, enum store_param param)
{
	return store->params[param].text;
}
