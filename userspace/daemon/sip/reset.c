// SPDX-License-Identifier: GPL-2.0
// Phones told to read their configuration again, or to start anew (SIG-8).

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "sip/internal.h"
#include "sip/uri.h"

enum { BINDINGS_MAX = 16 };

/* Until its answer; if the daemon ends before, failed() frees it, too. */
struct reset {
	struct sip_client *client;
	char phone[STORE_NAME_SIZE];
};

static void end(struct reset *reset, const char *fault)
{
	if (fault)
		log_event(LOG_LEVEL_WARNING, "reset-failed", "phone",
			  reset->phone, "reason", fault, NULL);
	sip_client_release(reset->client);
	free(reset);
}

static void on_response(void *arg, struct sip_client *client,
			osip_message_t *response)
{
	char status[16];

	(void)client;
	snprintf(status, sizeof(status), "%d", response->status_code);
	if (response->status_code >= 200)
		end(arg, response->status_code < 300 ? NULL : status);
}

static void on_failed(void *arg, struct sip_client *client, int err)
{
	(void)client;
	end(arg, strerror(-err));
}

static int set_addresses(const struct sip *sip, osip_message_t *msg,
			 const struct sip_binding *binding)
{
	char uri[SIP_URI_SIZE], text[SIP_URI_SIZE + 64], tag[24];
	struct store_line line;
	osip_uri_t *to;

	if (osip_uri_init(&to))
		return -ENOMEM;
	osip_message_set_uri(msg, to);
	if (osip_uri_parse(to, binding->contact))
		return -EINVAL;
	if (store_line_get(sip->store, binding->line, &line))
		return -ENOENT;
	sip_uri_of(uri, line.number, sip->node);
	snprintf(text, sizeof(text), "<%s>", uri);
	if (osip_message_set_to(msg, text))
		return -ENOMEM;
	snprintf(text, sizeof(text), "<sip:%s>;tag=%s", sip->node,
		 sip_new_tag(tag, sizeof(tag)));
	return osip_message_set_from(msg, text) ? -ENOMEM : 0;
}

static osip_message_t *new_notify(const struct sip *sip,
				  const struct sip_binding *binding,
				  bool reboot)
{
	osip_message_t *msg;
	char id[24];

	if (osip_message_init(&msg))
		return NULL;
	osip_message_set_version(msg, osip_strdup("SIP/2.0"));
	osip_message_set_method(msg, osip_strdup("NOTIFY"));
	if (msg->sip_version && msg->sip_method &&
	    !set_addresses(sip, msg, binding) &&
	    !osip_message_set_call_id(msg, sip_new_tag(id, sizeof(id))) &&
	    !osip_message_set_cseq(msg, "1 NOTIFY") &&
	    !osip_message_set_header(msg, "Event", reboot ?
				     "check-sync;reboot=true" :
				     "check-sync;reboot=false") &&
	    !osip_message_set_header(msg, "Subscription-State", "terminated"))
		return msg;
	osip_message_free(msg);
	return NULL;
}

/* A phone has one configuration: one contact is told, a connected one. */
static const struct sip_binding *choose(struct sip *sip, int64_t phone)
{
	const struct sip_binding *bindings[BINDINGS_MAX];
	size_t i, n = sip_location_phone(sip, phone, bindings, BINDINGS_MAX);

	for (i = 0; i < n && i < BINDINGS_MAX; i++) {
		if (bindings[i]->conn && net_conn_is_open(bindings[i]->conn))
			return bindings[i];
	}
	return n ? bindings[0] : NULL;
}

int sip_reset_phone(struct sip *sip, int64_t phone, bool reboot)
{
	static const struct sip_client_ops ops = { on_response, on_failed };
	const struct sip_binding *binding = choose(sip, phone);
	struct sip_target target = { .kind = SIP_PEER_PHONE, .id = phone,
				     .contact_user = "" };
	struct reset *reset;
	osip_message_t *msg;
	int err;

	if (!binding)
		return -ENOENT;
	target.conn = binding->conn;
	reset = calloc(1, sizeof(*reset));
	if (!reset)
		return -ENOMEM;
	snprintf(reset->phone, sizeof(reset->phone), "%s", binding->name);
	msg = new_notify(sip, binding, reboot);
	err = msg ? sip_send(sip, msg, &target, &ops, reset, &reset->client) :
		    -ENOMEM;
	if (err)
		free(reset);
	return err;
}
