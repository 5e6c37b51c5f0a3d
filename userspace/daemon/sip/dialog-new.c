// SPDX-License-Identifier: GPL-2.0
/* How a dialog begins: by an answer of ours, a response, or a saved record. */
#include <stdlib.h>
#include <string.h>

#include "sip/dialog-parts.h"

/* What cannot be written down as JSON cannot be found again either. */
static bool is_utf8(const char *text)
{
	json_t *json = json_string(text);

	json_decref(json);
	return json;
}

static bool is_usable(const char *text)
{
	return text && strlen(text) < SIP_DIALOG_TEXT && is_utf8(text);
}

struct sip_dialog *sip_dialog_make(struct sip_dialogs *dialogs,
				   const char *const parts[SIP_DIALOG_PARTS],
				   char *routes, char *remote_target,
				   void *owner)
{
	struct sip_dialog *dialog = calloc(1, sizeof(*dialog));
	size_t i, size = 0;
	char *at;

	if (!dialog)
		goto err_free_lent;
	const char **const into[SIP_DIALOG_PARTS] = {
		&dialog->call_id, &dialog->local_tag, &dialog->remote_tag,
		&dialog->local, &dialog->remote, &dialog->user,
	};

	dialog->dialogs = dialogs;
	dialog->owner = owner;
	dialog->routes = routes;
	dialog->remote_target = remote_target;
	if (!routes || !remote_target)
		goto err_free_dialog;
	for (i = 0; i < SIP_DIALOG_PARTS; i++) {
		if (!is_usable(parts[i]))
			goto err_free_dialog;
		size += strlen(parts[i]) + 1;
	}
	dialog->text = at = malloc(size);
	if (!at)
		goto err_free_dialog;
	for (i = 0; i < SIP_DIALOG_PARTS; i++) {
		*into[i] = at;
		at = stpcpy(at, parts[i]) + 1;
	}
	dialog->target.contact_user = dialog->user;
	return dialog;

err_free_dialog:
	sip_dialog_free(dialog);
	return NULL;
err_free_lent:
	free(routes);
	free(remote_target);
	return NULL;
}

/* osip's strings are its allocator's, which need not be ours. */
static char *take(char *osip_text)
{
	char *copy = osip_text ? strdup(osip_text) : NULL;

	osip_free(osip_text);
	return copy;
}

char *sip_dialog_contact(const osip_message_t *msg)
{
	osip_contact_t *contact;
	char *text = NULL;

	if (osip_message_get_contact(msg, 0, &contact) || !contact->url ||
	    osip_uri_to_str(contact->url, &text))
		return NULL;
	text = take(text);
	if (text && (!is_usable(text) || strpbrk(text, "\r\n"))) {
		free(text);
		text = NULL;
	}
	return text;
}

char *sip_dialog_record_route(const osip_message_t *msg, bool reversed)
{
	int i, count = osip_list_size(&msg->record_routes);
	char *routes = strdup(""), *longer, *text;
	size_t len = 0, more;
	osip_record_route_t *route;

	for (i = 0; routes && i < count; i++) {
		route = osip_list_get(&msg->record_routes,
				      reversed ? count - 1 - i : i);
		if (osip_record_route_to_str(route, &text))
			goto err_free_routes;
		more = strlen(text);
		longer = len + more + 2 > SIP_DIALOG_ROUTES ||
			 strchr(text, '\n') || !is_utf8(text) ?
			 NULL : realloc(routes, len + more + 2);
		if (longer) {
			routes = longer;
			memcpy(routes + len, text, more);
			len += more;
			memcpy(routes + len++, "\n", 2);
		}
		osip_free(text);
		if (!longer)
			goto err_free_routes;
	}
	return routes;

err_free_routes:
	free(routes);
	return NULL;
}

/* Who it is, without tag; a name that is no UTF-8 is left out. */
static char *name_addr(const osip_from_t *from)
{
	osip_from_t plain = { .displayname = from->displayname,
			      .url = from->url };
	char *text;

	if (!from->url)
		return NULL;
	if (plain.displayname && !is_utf8(plain.displayname))
		plain.displayname = NULL;
	osip_list_init(&plain.gen_params);
	if (osip_from_to_str(&plain, &text))
		return NULL;
	return take(text);
}

/* The parser has unescaped it: it may be anything. */
const char *sip_dialog_user(const osip_uri_t *uri)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+*-_.!~";
	const char *user = uri ? uri->username : NULL;

	return user && strspn(user, good) == strlen(user) ? user : "";
}

struct sip_dialog *sip_dialog_new_uas(struct sip_dialogs *dialogs,
				      const struct sip_request *req,
				      void *owner)
{
	const osip_message_t *msg = req->msg;
	const char *tag = sip_from_tag(msg);
	char *local = name_addr(msg->to), *remote = name_addr(msg->from);
	struct sip_dialog *dialog = NULL;
	char *call_id;

	if (osip_call_id_to_str(msg->call_id, &call_id))
		goto out_free;
	dialog = sip_dialog_make(dialogs, (const char *[]){
			call_id, req->to_tag, tag ? tag : "", local, remote,
			sip_dialog_user(msg->req_uri) },
		sip_dialog_record_route(msg, false), sip_dialog_contact(msg),
		owner);
	osip_free(call_id);
	if (!dialog)
		goto out_free;
	dialog->remote_cseq = strtoul(msg->cseq->number, NULL, 10);
	dialog->has_remote_cseq = true;
	dialog->target.kind = req->peer.kind;
	dialog->target.id = req->peer.id;
	dialog->target.conn = net_conn_get(req->conn);
	sip_dialog_insert(dialog);
out_free:
	free(local);
	free(remote);
	return dialog;
}

struct sip_dialog *sip_dialog_new_uac(struct sip_dialogs *dialogs,
				      const osip_message_t *request,
				      const osip_message_t *response,
				      const struct sip_target *target,
				      void *owner)
{
	const char *local_tag = sip_from_tag(request);
	const char *tag = sip_to_tag(response);
	char *local = name_addr(request->from), *remote = name_addr(request->to);
	char *contact = sip_dialog_contact(response), *call_id, *asked;
	struct sip_dialog *dialog = NULL;

	/*
	 * A provisional response may lack it, and a 2xx without must be acked
	 * nevertheless: then where we asked is where he is.
	 */
	if (!contact && !osip_uri_to_str(request->req_uri, &asked))
		contact = take(asked);
	if (osip_call_id_to_str(request->call_id, &call_id)) {
		free(contact);
		goto out_free;
	}
	dialog = sip_dialog_make(dialogs, (const char *[]){
			call_id, local_tag, tag ? tag : "", local, remote,
			sip_dialog_user(request->from->url) },
		sip_dialog_record_route(response, true), contact, owner);
	osip_free(call_id);
	if (!dialog)
		goto out_free;
	dialog->local_cseq = strtoul(request->cseq->number, NULL, 10);
	dialog->target.kind = target->kind;
	dialog->target.id = target->id;
	if (target->conn)
		dialog->target.conn = net_conn_get(target->conn);
	sip_dialog_insert(dialog);
out_free:
	free(local);
	free(remote);
	return dialog;
}

json_t *sip_dialog_save(const struct sip_dialog *dialog)
{
	return json_pack("{ss ss ss ss ss sI ss ss ss sb sI sI sb}",
		"call_id", dialog->call_id, "local_tag", dialog->local_tag,
		"remote_tag", dialog->remote_tag, "local", dialog->local,
		"remote", dialog->remote,
		"peer", (json_int_t)dialog->target.id,
		"user", dialog->user, "remote_target", dialog->remote_target,
		"routes", dialog->routes,
		"is_trunk", dialog->target.kind == SIP_PEER_TRUNK,
		"local_cseq", (json_int_t)dialog->local_cseq,
		"remote_cseq", (json_int_t)dialog->remote_cseq,
		"has_remote_cseq", dialog->has_remote_cseq);
}

struct sip_dialog *sip_dialog_load(struct sip_dialogs *dialogs,
				   const json_t *json, void *owner)
{
	const char *parts[SIP_DIALOG_PARTS], *routes, *target;
	json_int_t peer, local_cseq, remote_cseq;
	int is_trunk, has_remote_cseq;
	struct sip_dialog *dialog;

	if (json_unpack((json_t *)json,
			"{ss ss ss ss ss sI ss ss ss sb sI sI sb}",
			"call_id", &parts[0], "local_tag", &parts[1],
			"remote_tag", &parts[2], "local", &parts[3],
			"remote", &parts[4], "peer", &peer,
			"user", &parts[5], "remote_target", &target,
			"routes", &routes, "is_trunk", &is_trunk,
			"local_cseq", &local_cseq, "remote_cseq", &remote_cseq,
			"has_remote_cseq", &has_remote_cseq))
		return NULL;
	if (local_cseq < 0 || local_cseq > INT32_MAX || remote_cseq < 0 ||
	    remote_cseq > INT32_MAX || !*parts[1])
		return NULL;
	dialog = sip_dialog_make(dialogs, parts, strdup(routes),
				 strdup(target), owner);
	if (!dialog)
		return NULL;
	dialog->target.id = peer;
	dialog->local_cseq = local_cseq;
	dialog->remote_cseq = remote_cseq;
	dialog->has_remote_cseq = has_remote_cseq;
	dialog->target.kind = is_trunk ? SIP_PEER_TRUNK : SIP_PEER_PHONE;
	sip_dialog_insert(dialog);
	return dialog;
}
