// SPDX-License-Identifier: GPL-2.0
/*
 * Whose files a change of the database concerns.
 *
 * More than it does is no fault: what did not change is not signed again.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "files/publisher-parts.h"

static int queue_phone(void *ctx, int64_t id, const char *name)
{
	struct publisher *p = ctx;

	(void)id;
	publisher_queue(p, publisher_item(p, ITEM_PHONE, name));
	return 0;
}

static int queue_source(void *ctx, const char *name)
{
	struct publisher *p = ctx;

	publisher_queue(p, publisher_item(p, ITEM_STATIC, name));
	return 0;
}

bool publisher_stem(const char *name, char stem[STORE_NAME_SIZE])
{
	const char *end = strstr(name, ".cnf.xml");

	if (!end || end - name >= STORE_NAME_SIZE ||
	    (strcmp(end, ".cnf.xml") && strcmp(end, ".cnf.xml.sgn") &&
	     strcmp(end, ".cnf.xml.enc.sgn")))
		return false;
	snprintf(stem, STORE_NAME_SIZE, "%.*s", (int)(end - name), name);
	return true;
}

/* Of phones that went while nobody looked, too. */
static int queue_file(void *ctx, const char *name)
{
	struct publisher *p = ctx;
	char stem[STORE_NAME_SIZE];

	if (publisher_stem(name, stem) && strcmp(stem, PUBLISHER_DEFAULT))
		publisher_queue(p, publisher_item(p, ITEM_PHONE, stem));
	return 0;
}

void publisher_look_for_all(struct publisher *p)
{
	publisher_queue(p, publisher_item(p, ITEM_DEFAULT,
					   PUBLISHER_DEFAULT));
	publisher_search(p, 0);
	if (shelf_each(p->sources, queue_source, p) ||
	    shelf_each(p->shelf, queue_file, p))
		publisher_failed_all(p, "files", "they cannot be listed");
}

/* Under both its names; the key is as somebody typed it. */
static void on_phone(struct publisher *p, const struct store_change *change)
{
	char name[STORE_NAME_SIZE];
	size_t i = 0;

	for (; change->key[i] && i < sizeof(name) - 1; i++)
		name[i] = (char)toupper((unsigned char)change->key[i]);
	name[i] = '\0';
	publisher_queue(p, publisher_item(p, ITEM_PHONE, name));
	publisher_phone(p, change->id);
}

static void on_profile(struct publisher *p, const struct store_change *change)
{
	/* Nobody has one that is gone; 0 would be all. */
	if (change->id)
		publisher_search(p, change->id);
}

static void on_line(struct publisher *p, const struct store_change *change)
{
	struct store_buttons buttons;

	if (store_line_phones(p->config.store, change->id, &buttons))
		return;
	for (size_t i = 0; i < buttons.count; i++)
		queue_phone(p, 0, buttons.list[i].phone_name);
	store_buttons_clear(&buttons);
}

static void on_user(struct publisher *p, const struct store_change *change)
{
	store_user_phones(p->config.store, change->id, queue_phone, p);
}

static void on_any(struct publisher *p, const struct store_change *change)
{
	(void)change;
	publisher_all(p);
}

/* Nobody has told of phones that came. */
static void on_import(struct publisher *p, const struct store_change *change)
{
	(void)change;
	publisher_all(p);
	publisher_search(p, 0);
}

/* Those of calls and connections say nothing to phones. */
static void on_param(struct publisher *p, const struct store_change *change)
{
	if (!strcmp(change->key, "cluster_security_mode") ||
	    !strncmp(change->key, "phone_file_", strlen("phone_file_")))
		publisher_all(p);
}

static const struct {
	const char *noun;
	void (*on)(struct publisher *p, const struct store_change *change);
} nouns[] = {
	{ "phone", on_phone },
	{ "profile", on_profile },
	{ "line", on_line },
	{ "user", on_user },
	{ "param", on_param },
	{ "srst", on_any },
	{ "common-phone-profile", on_any },
	{ "enterprise-phone", on_any },
	{ "node", on_any },
	{ "*", on_import },
};

void publisher_on_change(void *ctx, const struct store_change *change)
{
	struct publisher *p = ctx;

	for (size_t i = 0; i < sizeof(nouns) / sizeof(nouns[0]); i++)
		if (!strcmp(nouns[i].noun, change->noun))
			nouns[i].on(p, change);
}
