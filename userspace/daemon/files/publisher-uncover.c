// SPDX-License-Identifier: GPL-2.0
/*
 * What is clear of devices whose documents are to be encrypted: it goes before
 * anybody waits for keyd, however many wait.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/publisher-parts.h"
#include "files/signed-file.h"

#define REDUCED	"<fullConfig>false</fullConfig>"

/* What cannot be read may be anything. */
static bool is_reduced(struct publisher *p, const char *name)
{
	struct trust_span content;
	uint8_t *data;
	size_t len;
	bool reduced;

	if (shelf_load(p->shelf, name, KEYD_MESSAGE_MAX, &data, &len,
		       NULL))
		return false;
	reduced = signed_file_clear(data, len, &content) &&
		memmem(content.data, content.len, REDUCED, strlen(REDUCED));
	explicit_bzero(data, len);
	free(data);
	return reduced;
}

/* If it comes back as power goes, the next start finds it again. */
static int take_away(struct publisher *p, const char *name)
{
	struct shelf_change change = { .shelf = p->shelf, .fd = -1 };
	int err;

	snprintf(change.name, sizeof(change.name), "%s", name);
	shelf_hide(p->shelf, name);
	err = shelf_commit(&change);
	return err == -ENOENT ? 0 : err;
}

/* One that does not go is no reason to leave the other. */
int publisher_uncover(struct publisher *p, const char *name)
{
	char file[SHELF_NAME_SIZE];
	int err, other = 0;

	snprintf(file, sizeof(file), "%.200s.cnf.xml", name);
	err = take_away(p, file);
	strcat(file, ".sgn");
	if (!is_reduced(p, file))
		other = take_away(p, file);
	return err ?: other;
}

/* What fails here is told when it is the item's turn. */
static void look(struct publisher *p, struct item *item)
{
	struct store *store = p->config.store;
	struct store_phone phone;

	if (store_param(store, STORE_PARAM_CLUSTER_SECURITY_MODE) !=
		    STORE_CLUSTER_MIXED ||
	    store_phone_find(store, item->name, &phone) ||
	    !phone.profile.tftp_encrypted_config)
		return;
	item->sealed = true;
	publisher_uncover(p, item->name);
}

void publisher_look_later(struct publisher *p, struct item *item)
{
	if (item->kind != ITEM_PHONE || item->unseen || !p->pump)
		return;
	item->unseen = true;
	TAILQ_INSERT_TAIL(&p->unseen, item, unseen_link);
	event_active(p->pump, 0, 0);
}

bool publisher_look_next(struct publisher *p)
{
	struct item *item = TAILQ_FIRST(&p->unseen);

	if (!item)
		return false;
	TAILQ_REMOVE(&p->unseen, item, unseen_link);
	item->unseen = false;
	look(p, item);
	return true;
}
