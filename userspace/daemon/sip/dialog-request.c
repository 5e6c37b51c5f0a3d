// SPDX-License-Identifier: GPL-2.0
/* Requests within a dialog: RFC 3261 section 12.2.1.1. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "sip/dialog-parts.h"

static bool is_loose(const char *route)
{
	osip_uri_param_t *lr = NULL;
	osip_route_t *parsed;
	bool loose = false;

	if (osip_route_init(&parsed))
		return false;
	if (!osip_route_parse(parsed, route) && parsed->url) {
		osip_uri_param_get_byname(&parsed->url->url_params, "lr", &lr);
		loose = lr;
	}
	osip_route_free(parsed);
	return loose;
}

static int set_uri(osip_message_t *msg, const char *text)
{
	osip_uri_t *uri;

	if (osip_uri_init(&uri))
		return -1;
	if (osip_uri_parse(uri, text)) {
		osip_uri_free(uri);
		return -1;
	}
	osip_message_set_uri(msg, uri);
	return 0;
}

/* The URI of <sip:...;...>: what a strict router finds as Request-URI. */
static int set_uri_of_route(osip_message_t *msg, const char *text)
{
	osip_route_t *route;
	int err;

	if (osip_route_init(&route))
		return -1;
	err = osip_route_parse(route, text);
	if (!err && route->url) {
		osip_message_set_uri(msg, route->url);
		route->url = NULL;
	} else {
		err = -1;
	}
	osip_route_free(route);
	return err;
}

/*
 * A loose first route leaves the Request-URI to the remote target. A strict
 * one (no lr) takes its place, and the remote target becomes the last route.
 */
static int set_routes(osip_message_t *msg, const struct sip_dialog *dialog)
{
	char *routes, *route, *save = NULL;
	char last[SIP_DIALOG_TEXT + 3];
	bool strict = false;
	int err = 0;

	if (!*dialog->routes)
		return set_uri(msg, dialog->remote_target);
	routes = strdup(dialog->routes);
	if (!routes)
		return -1;
	route = strtok_r(routes, "\n", &save);
	if (route && !is_loose(route)) {
		strict = true;
		err = set_uri_of_route(msg, route);
		route = strtok_r(NULL, "\n", &save);
	} else {
		err = set_uri(msg, dialog->remote_target);
	}
	for (; !err && route; route = strtok_r(NULL, "\n", &save))
		err = osip_message_set_route(msg, route);
	if (!err && strict) {
		snprintf(last, sizeof(last), "<%s>", dialog->remote_target);
		err = osip_message_set_route(msg, last);
	}
	free(routes);
	return err;
}

static int set_party(osip_message_t *msg, const char *who, const char *tag,
		     int (*set)(osip_message_t *msg, const char *value))
{
	char text[2 * SIP_DIALOG_TEXT + 8];

	snprintf(text, sizeof(text), *tag ? "%s;tag=%s" : "%s", who, tag);
	return set(msg, text);
}

static osip_message_t *new_request(const struct sip_dialog *dialog,
				   const char *method, const char *cseq)
{
	char number_and_method[64];
	osip_message_t *msg;

	if (osip_message_init(&msg))
		return NULL;
	snprintf(number_and_method, sizeof(number_and_method), "%s %s", cseq,
		 method);
	osip_message_set_version(msg, osip_strdup("SIP/2.0"));
	osip_message_set_method(msg, osip_strdup(method));
	if (!msg->sip_version || !msg->sip_method ||
	    set_routes(msg, dialog) ||
	    set_party(msg, dialog->local, dialog->local_tag,
		      osip_message_set_from) ||
	    set_party(msg, dialog->remote, dialog->remote_tag,
		      osip_message_set_to) ||
	    osip_message_set_call_id(msg, dialog->call_id) ||
	    osip_message_set_cseq(msg, number_and_method)) {
		osip_message_free(msg);
		return NULL;
	}
	return msg;
}

osip_message_t *sip_dialog_request(struct sip_dialog *dialog,
				   const char *method)
{
	osip_message_t *msg;
	char cseq[16];

	if (dialog->local_cseq >= INT32_MAX)
		return NULL;
	snprintf(cseq, sizeof(cseq), "%u", dialog->local_cseq + 1);
	msg = new_request(dialog, method, cseq);
	if (msg)
		dialog->local_cseq++;
	return msg;
}

osip_message_t *sip_dialog_ack(const struct sip_dialog *dialog,
			       const osip_message_t *invite)
{
	return new_request(dialog, "ACK", invite->cseq->number);
}
