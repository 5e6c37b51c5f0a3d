// SPDX-License-Identifier: GPL-2.0
/*
 * Changes one after the other on one store, each with what comes of it.
 */
#include "steps.h"

#include <stdlib.h>
#include <string.h>

static enum store_verb verb_of(const char *word)
{
	return !strcmp(word, "add") ? STORE_ADD : !strcmp(word, "set") ?
		STORE_SET : STORE_DEL;
}

bool steps_warns(const struct store_reply *reply, const char *word)
{
	const json_t *warning;
	size_t i;

	json_array_foreach(reply->warnings, i, warning)
		if (strstr(json_string_value(warning), word))
			return true;
	return !*word && !json_array_size(reply->warnings);
}

json_t *steps_json(const char *text)
{
	char *copy = strdup(text);
	json_t *json;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	json = env_json(copy);
	free(copy);
	return json;
}

bool step_take(struct env *env, const struct step *step, char *why, size_t size)
{
	json_t *body = step->body ? steps_json(step->body) : NULL;
	json_t *before = env_export(env), *after;
	struct store_reply reply = { 0 };
	const char *warning;
	int status;
	bool good;

	status = env_ask(env, verb_of(step->verb), step->noun, step->key, body,
			 &reply);
	after = env_export(env);
	good = status == step->status;
	if (good && status == 200)
		good = steps_warns(&reply, step->word);
	else if (good)
		good = !strcmp(reply.error.field, step->field) &&
			strstr(reply.error.reason, step->word) &&
			json_equal(before, after);
	warning = json_string_value(json_array_get(reply.warnings, 0));
	snprintf(why, size, "%d %s: %s%s", status, reply.error.field,
		 reply.error.reason, warning ? warning : "");
	store_reply_clear(&reply);
	json_decref(before);
	json_decref(after);
	json_decref(body);
	return good;
}
