// SPDX-License-Identifier: GPL-2.0
/* Dialogs: their table, their parts as text, what changes them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sip/dialog-parts.h"

struct sip_dialogs *sip_dialogs_new(void)
{
	struct sip_dialogs *dialogs = calloc(1, sizeof(*dialogs));

	if (!dialogs)
		return NULL;
	dialogs->size = 256;
	dialogs->table = calloc(dialogs->size, sizeof(*dialogs->table));
	if (!dialogs->table) {
		free(dialogs);
		return NULL;
	}
	return dialogs;
}

void sip_dialogs_free(struct sip_dialogs *dialogs)
{
	if (!dialogs)
		return;
	free(dialogs->table);
	free(dialogs);
}

/*
 * By our own tag alone: it is random and ours, so nobody can make many dialogs
 * share a bucket, as he could with a Call-ID of his choice.
 */
static struct sip_dialog **bucket(const struct sip_dialogs *dialogs,
				  const char *tag)
{
	uint32_t hash = 2166136261;

	for (; *tag; tag++)
		hash = (hash ^ (unsigned char)*tag) * 16777619;
	return &dialogs->table[hash & (dialogs->size - 1)];
}

static void link_in(struct sip_dialog *dialog)
{
	struct sip_dialog **head = bucket(dialog->dialogs, dialog->local_tag);

	dialog->next = *head;
	if (dialog->next)
		dialog->next->prev = &dialog->next;
	dialog->prev = head;
	*head = dialog;
}

/* Without memory the old table does, only slower. */
static void grow(struct sip_dialogs *dialogs)
{
	struct sip_dialog **old = dialogs->table, *dialog, *next;
	size_t i, size = dialogs->size;
	struct sip_dialog **table = calloc(size * 2, sizeof(*table));

	if (!table)
		return;
	dialogs->table = table;
	dialogs->size = size * 2;
	for (i = 0; i < size; i++) {
		for (dialog = old[i]; dialog; dialog = next) {
			next = dialog->next;
			link_in(dialog);
		}
	}
	free(old);
}

void sip_dialog_insert(struct sip_dialog *dialog)
{
	struct sip_dialogs *dialogs = dialog->dialogs;

	if (++dialogs->count > dialogs->size)
		grow(dialogs);
	link_in(dialog);
}

void sip_dialog_free(struct sip_dialog *dialog)
{
	if (!dialog)
		return;
	if (dialog->prev) {
		*dialog->prev = dialog->next;
		if (dialog->next)
			dialog->next->prev = dialog->prev;
		dialog->dialogs->count--;
	}
	osip_uri_free(dialog->next_hop);
	net_conn_put(dialog->target.conn);
	free(dialog->routes);
	free(dialog->remote_target);
	free(dialog->text);
	free(dialog);
}

void *sip_dialog_owner(const struct sip_dialog *dialog)
{
	return dialog->owner;
}

struct sip_dialog *sip_dialog_find_tags(const struct sip_dialogs *dialogs,
					const char *call_id,
					const char *local_tag,
					const char *remote_tag)
{
	struct sip_dialog *dialog = *bucket(dialogs, local_tag);

	for (; dialog; dialog = dialog->next) {
		if (!strcmp(dialog->local_tag, local_tag) &&
		    !strcmp(dialog->remote_tag, remote_tag) &&
		    !strcmp(dialog->call_id, call_id))
			return dialog;
	}
	return NULL;
}

struct sip_dialog *sip_dialog_find(const struct sip_dialogs *dialogs,
				   const osip_message_t *request)
{
	const char *local = sip_to_tag(request);
	const char *remote = sip_from_tag(request);
	struct sip_dialog *dialog;
	char *call_id;

	if (!local || osip_call_id_to_str(request->call_id, &call_id))
		return NULL;
	/* RFC 2543 peers have no tag: section 12.1.1, last sentence. */
	dialog = sip_dialog_find_tags(dialogs, call_id, local,
				      remote ? remote : "");
	osip_free(call_id);
	return dialog;
}

static bool refreshes_target(const char *method)
{
	static const char *const methods[] = {
		"INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER",
	};
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!strcmp(method, methods[i]))
			return true;
	}
	return false;
}

/* A message without Contact leaves the target as it is. */
static void take_target(struct sip_dialog *dialog, const osip_message_t *msg)
{
	char *uri = sip_dialog_contact(msg);

	if (!uri)
		return;
	free(dialog->remote_target);
	dialog->remote_target = uri;
	osip_uri_free(dialog->next_hop);
	dialog->next_hop = NULL;
}

int sip_dialog_received(struct sip_dialog *dialog,
			const struct sip_request *req)
{
	uint32_t cseq = strtoul(req->msg->cseq->number, NULL, 10);
	struct net_conn *old = dialog->target.conn;

	if (dialog->has_remote_cseq && cseq <= dialog->remote_cseq)
		return -EPROTO;
	dialog->remote_cseq = cseq;
	dialog->has_remote_cseq = true;
	if (req->conn != old) {
		dialog->target.conn = net_conn_get(req->conn);
		net_conn_put(old);
	}
	if (refreshes_target(req->msg->sip_method))
		take_target(dialog, req->msg);
	return 0;
}

void sip_dialog_refresh(struct sip_dialog *dialog,
			const osip_message_t *response)
{
	if (refreshes_target(response->cseq->method))
		take_target(dialog, response);
}

int sip_dialog_confirm(struct sip_dialog *dialog,
		       const osip_message_t *response)
{
	char *routes = sip_dialog_record_route(response, true);

	if (!routes)
		return -ENOMEM;
	free(dialog->routes);
	dialog->routes = routes;
	osip_uri_free(dialog->next_hop);
	dialog->next_hop = NULL;
	take_target(dialog, response);
	return 0;
}

void sip_dialog_moved(struct sip_dialog *dialog, struct net_conn *conn)
{
	struct net_conn *old = dialog->target.conn;

	if (!conn || conn == old)
		return;
	dialog->target.conn = net_conn_get(conn);
	net_conn_put(old);
}

/* Where the first route, or else the remote target, leads. */
static osip_uri_t *find_next_hop(const struct sip_dialog *dialog)
{
	size_t len = strcspn(dialog->routes, "\n");
	osip_uri_t *uri = NULL;
	osip_route_t *route;
	char *first;

	if (!len) {
		if (!osip_uri_init(&uri) &&
		    osip_uri_parse(uri, dialog->remote_target)) {
			osip_uri_free(uri);
			uri = NULL;
		}
		return uri;
	}
	first = strndup(dialog->routes, len);
	if (!first)
		return NULL;
	if (!osip_route_init(&route)) {
		if (!osip_route_parse(route, first)) {
			uri = route->url;
			route->url = NULL;
		}
		osip_route_free(route);
	}
	free(first);
	return uri;
}

/* A phone is reached by its connection alone: no hop, no memory for it. */
const struct sip_target *sip_dialog_target(const struct sip_dialog *dialog)
{
	struct sip_dialog *cache = (struct sip_dialog *)dialog;

	if (dialog->target.kind == SIP_PEER_TRUNK && !dialog->next_hop)
		cache->next_hop = find_next_hop(dialog);
	cache->target.next_hop = dialog->next_hop;
	return &dialog->target;
}

const char *sip_dialog_remote_tag(const struct sip_dialog *dialog)
{
	return dialog->remote_tag;
}

const char *sip_dialog_remote(const struct sip_dialog *dialog)
{
	return dialog->remote;
}

void sip_dialog_used_cseq(struct sip_dialog *dialog,
			  const osip_message_t *request)
{
	uint32_t cseq = strtoul(request->cseq->number, NULL, 10);

	if (cseq > dialog->local_cseq && cseq <= INT32_MAX)
		dialog->local_cseq = cseq;
}
