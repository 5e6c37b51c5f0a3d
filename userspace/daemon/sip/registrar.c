// SPDX-License-Identifier: GPL-2.0
// REGISTER (RFC 3261 section 10.3): what a phone asks, checked and answered.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "log.h"
#include "refusal.h"
#include "sip/location.h"

enum { CONTACTS_MAX = 8 };

/* One Contact of the request. */
struct wish {
	char uri[STORE_CONTACT_SIZE];
	uint32_t expires;		/* 0: remove */
	int q;
};

struct wishes {
	struct wish list[CONTACTS_MAX];
	size_t n;
	bool all;			/* "*" */
};

static int refuse(struct sip_request *req, int status, const char *reason)
{
	const struct net_peer *peer = net_conn_peer(req->conn);
	char addr[NET_ADDR_LEN + 8];

	net_addr_full(&peer->remote, addr, sizeof(addr));
	if (refusal_admit(addr)) {
		log_event(LOG_LEVEL_NOTICE, "register-refused", "device",
			  req->peer.name, "reason", reason, NULL);
		/* It asked for what is not its own. */
		if (status == 403 || status == 404)
			log_security("register-refused", "peer", addr,
				     "device", req->peer.name, "reason",
				     reason ?: "no line", NULL);
	}
	sip_reply(req, status, reason, NULL);
	return status;
}

static const char *param_of(const osip_contact_t *contact, const char *name)
{
	osip_generic_param_t *param = NULL;

	osip_contact_param_get_byname((osip_contact_t *)contact, (char *)name,
				      &param);
	return param ? param->gvalue ?: "" : NULL;
}

static bool to_seconds(const char *text, uint32_t *seconds)
{
	struct sip_text number = { text, strlen(text) };
	uint64_t value;
	int err = sip_head_number(number, UINT32_MAX, &value);

	/* Section 20.19: what is too large is as much as there is. */
	*seconds = err == -ERANGE ? UINT32_MAX : (uint32_t)value;
	return err != -EBADMSG;
}

/* qvalue in thousandths (section 25.1); what is malformed is 1. */
static int to_q(const char *text)
{
	int q = 0, i;

	if (!text || text[0] != '0' || text[1] != '.')
		return text && text[0] == '0' && !text[1] ? 0 : 1000;
	for (i = 0, text += 2; i < 3; i++)
		q = q * 10 + (*text >= '0' && *text <= '9' ? *text++ - '0' : 0);
	return q;
}

/* Within the limits; 423 for what is too short (section 10.3, step 7). */
static bool set_expires(struct sip *sip, struct wish *wish, uint32_t wanted)
{
	uint32_t min = store_param(sip->store, STORE_PARAM_REGISTER_EXPIRES_MIN);
	uint32_t max = store_param(sip->store, STORE_PARAM_REGISTER_EXPIRES_MAX);

	wish->expires = wanted > max ? max : wanted;
	return !wanted || wanted >= min;
}

static int read_contact(struct sip *sip, struct sip_request *req,
			const osip_contact_t *contact, uint32_t expires,
			struct wish *wish)
{
	const char *param = param_of(contact, "expires");
	char *uri = NULL, min[16];

	if (!contact->url || !contact->url->host || !contact->url->scheme ||
	    strncasecmp(contact->url->scheme, "sip", 3))
		return refuse(req, 400, "Contact Of Another Scheme");
	if (osip_uri_to_str(contact->url, &uri))
		return refuse(req, 400, "Bad Contact");
	if (strlen(uri) >= sizeof(wish->uri)) {
		osip_free(uri);
		return refuse(req, 400, "Contact Too Long");
	}
	strcpy(wish->uri, uri);
	osip_free(uri);
	if (param && !to_seconds(param, &expires))
		return refuse(req, 400, "Bad Expires");
	wish->q = to_q(param_of(contact, "q"));
	if (set_expires(sip, wish, expires))
		return 0;
	snprintf(min, sizeof(min), "%u",
		 store_param(sip->store, STORE_PARAM_REGISTER_EXPIRES_MIN));
	sip_reply(req, 423, NULL, "Min-Expires", min, NULL);
	return 423;
}

static int read_contacts(struct sip *sip, struct sip_request *req,
			 struct wishes *wishes)
{
	const char *header = sip_header(req->msg, "Expires");
	uint32_t expires = store_param(sip->store,
				       STORE_PARAM_REGISTER_EXPIRES_DEFAULT);
	osip_list_iterator_t it;
	osip_contact_t *contact;
	int err;

	if (header && !to_seconds(header, &expires))
		return refuse(req, 400, "Bad Expires");
	for (contact = osip_list_get_first(&req->msg->contacts, &it);
	     osip_list_iterator_has_elem(it);
	     contact = osip_list_get_next(&it)) {
		if (contact->displayname &&
		    !strcmp(contact->displayname, "*")) {
			wishes->all = true;
			continue;
		}
		if (wishes->n == CONTACTS_MAX)
			return refuse(req, 400, "Too Many Contacts");
		err = read_contact(sip, req, contact, expires,
				   &wishes->list[wishes->n]);
		if (err)
			return err;
		wishes->n++;
	}
	if (wishes->all && (wishes->n || expires))
		return refuse(req, 400, "Star With Contacts Or Expires");
	return 0;
}

/* The line of the To header, which must be one of the phone's buttons. */
static int find_line(struct sip *sip, struct sip_request *req,
		     struct store_button *line)
{
	const char *user = req->msg->to->url->username;
	struct store_buttons buttons;
	size_t i;

	memset(line, 0, sizeof(*line));
	if (!user || store_phone_lines(sip->store, req->peer.id, &buttons))
		return refuse(req, 404, NULL);
	for (i = 0; i < buttons.count && !line->line; i++) {
		if (!strcmp(buttons.list[i].number, user))
			*line = buttons.list[i];
	}
	/* A phone that registers by its name means its first line. */
	if (!line->line && buttons.count && !strcasecmp(user, req->peer.name))
		*line = buttons.list[0];
	store_buttons_clear(&buttons);
	return line->line ? 0 : refuse(req, 404, "Not A Line Of This Phone");
}

static void fill_registration(const struct sip_request *req,
			      const struct store_button *line,
			      const struct wish *wish,
			      struct store_registration *row)
{
	const osip_message_t *msg = req->msg;
	const char *agent = sip_header(msg, "User-Agent");
	const char *options = sip_header(msg, "Supported");

	memset(row, 0, sizeof(*row));
	row->phone = req->peer.id;
	row->line = line->line;
	snprintf(row->phone_name, sizeof(row->phone_name), "%s",
		 req->peer.name);
	snprintf(row->number, sizeof(row->number), "%s", line->number);
	snprintf(row->contact, sizeof(row->contact), "%s", wish->uri);
	sip_location_path(req->conn, row->path, sizeof(row->path));
	snprintf(row->call_id, sizeof(row->call_id), "%s%s%s",
		 msg->call_id->number, msg->call_id->host ? "@" : "",
		 msg->call_id->host ?: "");
	row->cseq = (uint32_t)strtoul(msg->cseq->number, NULL, 10);
	row->expires = time(NULL) + wish->expires;
	row->mode = req->peer.class == NET_ENCRYPTED ? STORE_ENCRYPTED :
		    req->peer.class == NET_AUTHENTICATED ?
		    STORE_AUTHENTICATED : STORE_NONSECURE;
	snprintf(row->user_agent, sizeof(row->user_agent), "%s", agent ?: "");
	snprintf(row->options, sizeof(row->options), "%s", options ?: "");
	snprintf(row->user, sizeof(row->user), "%s", req->peer.user);
}

/* All or nothing: what is out of order is known before anything changes. */
static int apply(struct sip *sip, struct sip_request *req,
		 const struct store_button *line, const struct wishes *wishes)
{
	static struct store_registration row;
	size_t i;
	int err;

	for (i = 0; i < wishes->n; i++) {
		fill_registration(req, line, &wishes->list[i], &row);
		if (!sip_location_in_order(sip, &row))
			return refuse(req, 500, "Out Of Order");
	}
	if (wishes->all)
		sip_location_remove(sip, req->peer.id, line->line, NULL);
	for (i = 0; i < wishes->n; i++) {
		fill_registration(req, line, &wishes->list[i], &row);
		err = wishes->list[i].expires ?
			sip_location_put(sip, &row, wishes->list[i].q,
					 req->conn) :
			sip_location_remove(sip, row.phone, line->line,
					    row.contact);
		if (err)
			return refuse(req, err == -ENOSPC ? 403 : 500,
				      err == -ENOSPC ?
				      "Too Many Registrations" : NULL);
	}
	return 0;
}

static void put_contacts(struct sip *sip, osip_message_t *response,
			 int64_t phone, int64_t line)
{
	const struct sip_binding *bindings[CONTACTS_MAX * 2];
	size_t n = sip_location_line(sip, line, bindings, CONTACTS_MAX * 2), i;
	char text[STORE_CONTACT_SIZE + 64];

	for (i = 0; i < n && i < CONTACTS_MAX * 2; i++) {
		if (bindings[i]->phone != phone)
			continue;
		snprintf(text, sizeof(text), "<%s>;expires=%lld",
			 bindings[i]->contact,
			 (long long)(bindings[i]->expires - time(NULL)));
		osip_message_set_contact(response, text);
	}
}

static void answer(struct sip *sip, struct sip_request *req, int64_t line)
{
	osip_message_t *response = sip_response_new(req, 200, NULL);
	time_t now = time(NULL);
	char date[64];
	struct tm tm;

	if (!response)
		return;
	put_contacts(sip, response, req->peer.id, line);
	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	osip_message_set_header(response, "Date", date);
	osip_message_set_header(response, "Supported",
				"X-cisco-srtp-fallback, X-cisco-sis-5.0.0");
	sip_respond(req, response);
}

/* Persisted before the 200: what was acknowledged survives us. */
static void on_register(void *arg, struct sip_request *req)
{
	static struct wishes wishes;
	struct sip *sip = arg;
	struct store_button line;

	memset(&wishes, 0, sizeof(wishes));
	if (req->peer.kind != SIP_PEER_PHONE) {
		refuse(req, 403, "Not A Phone");
		return;
	}
	if (find_line(sip, req, &line) || read_contacts(sip, req, &wishes) ||
	    apply(sip, req, &line, &wishes))
		return;
	sip->counters.registrations++;
	answer(sip, req, line.line);
}

int sip_registrar_start(struct sip *sip)
{
	return sip_location_start(sip) ?:
	       sip_handle(sip, "REGISTER", on_register, sip);
}

void sip_registrar_stop(struct sip *sip)
{
	sip_location_stop(sip);
}
