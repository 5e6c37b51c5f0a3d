// SPDX-License-Identifier: GPL-2.0
/* Bodies and headers of a party's messages, in both directions. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/party-files.h"
#include "call/sdp.h"

static bool is_type(const osip_content_type_t *type, const char *major,
		    const char *minor)
{
	return type && type->type && type->subtype &&
	       !strcasecmp(type->type, major) &&
	       (!minor || !strcasecmp(type->subtype, minor));
}

/* May the body be left unread? RFC 3261 section 20.11: only if it says so. */
static bool is_optional(const osip_message_t *msg)
{
	const char *value = sip_header(msg, "Content-Disposition");

	return value && strcasestr(value, "handling=optional");
}

static bool is_encoded(const osip_message_t *msg)
{
	const char *value = sip_header(msg, "Content-Encoding");

	return osip_list_size(&msg->content_encodings) ||
	       (value && strcasecmp(value, "identity"));
}

static const osip_body_t *find_part(const osip_message_t *msg)
{
	const osip_body_t *body;
	int i;

	for (i = 0; i < osip_list_size(&msg->bodies); i++) {
		body = osip_list_get(&msg->bodies, i);
		if (is_type(body->content_type, "application", "sdp"))
			return body;
	}
	return NULL;
}

int sip_party_body(const osip_message_t *msg, const char **sdp, size_t *len)
{
	const osip_body_t *body = osip_list_get(&msg->bodies, 0);

	*sdp = NULL;
	*len = 0;
	if (!body || !body->length)
		return 0;
	if (is_encoded(msg))
		return 415;
	if (is_type(msg->content_type, "multipart", NULL))
		body = find_part(msg);
	else if (!is_type(msg->content_type, "application", "sdp"))
		body = NULL;
	if (!body)
		return is_optional(msg) ? 0 : 415;
	if (body->length > CALL_SDP_SIZE)
		return 413;
	*sdp = body->body;
	*len = body->length;
	return 0;
}

int sip_party_called(const osip_message_t *msg, char *number, size_t size)
{
	const osip_uri_t *uri = msg->req_uri;
	const char *user = NULL;
	size_t len;

	if (!uri || !uri->scheme)
		return 400;
	if (!strcasecmp(uri->scheme, "tel"))
		user = uri->string;
	else if (!strcasecmp(uri->scheme, "sip") ||
		 !strcasecmp(uri->scheme, "sips"))
		user = uri->username;
	else
		return 416;
	/* Parameters of a telephone number are none of the number. */
	len = user ? strcspn(user, ";") : 0;
	if (!len)
		return 484;
	if (len >= size)
		return 404;
	memcpy(number, user, len);
	number[len] = '\0';
	return sip_is_dialled(number) ? 0 : 404;
}

int sip_party_set_body(osip_message_t *msg, const char *type, const char *body,
		       size_t len)
{
	return osip_message_set_content_type(msg, type) ||
	       osip_message_set_body(msg, body, len) ? -ENOMEM : 0;
}

int sip_party_contact(osip_message_t *response, const struct sip_request *req)
{
	return sip_contact_set(response, sip_dialog_user(req->msg->req_uri),
			       req->conn);
}

bool sip_allows(const osip_message_t *msg, const char *method)
{
	const osip_allow_t *allow;
	size_t len = strlen(method);
	int i;

	for (i = 0; i < osip_list_size(&msg->allows); i++) {
		allow = osip_list_get(&msg->allows, i);
		/* The parser splits at commas; a blank may be left behind. */
		if (allow->value && !strncmp(allow->value, method, len) &&
		    strspn(allow->value + len, " \t") ==
		    strlen(allow->value + len))
			return true;
	}
	return false;
}

int sip_party_dress(struct sip_party *p, osip_message_t *msg)
{
	const struct call_policy *policy = &p->party.leg.policy;
	bool is_request = MSG_IS_REQUEST(msg);
	char supported[96];

	/*
	 * Without an offer in the INVITE a reliable 18x would bring one, to be
	 * answered by PRACK before anybody has answered; and none is of use to
	 * a re-INVITE: not asked for.
	 */
	snprintf(supported, sizeof(supported), "timer, replaces%s%s%s",
		 !is_request || (MSG_IS_INVITE(msg) && !p->dialog &&
				 osip_list_size(&msg->bodies)) ?
		 ", 100rel" : "",
		 is_request ? "" : ", norefersub",
		 policy->own_fallback ? ", X-cisco-srtp-fallback" : "");
	if (osip_message_set_allow(msg, "INVITE, ACK, BYE, CANCEL, OPTIONS, "
				   "PRACK, UPDATE, INFO, REFER, SUBSCRIBE, "
				   "NOTIFY") ||
	    osip_message_set_header(msg, "Supported", supported) ||
	    osip_message_set_header(msg, "Allow-Events",
				    "presence, dialog, refer") ||
	    sip_party_charge(p, msg))
		return -ENOMEM;
	return sip_party_show_security(p, msg);
}

/* What a quoted string says: its quotes and backslashes are no part of it. */
static void unquote(char *to, size_t size, const char *quoted)
{
	size_t n = 0;

	while (*++quoted && *quoted != '"' && n + 1 < size) {
		if (*quoted == '\\' && quoted[1])
			quoted++;
		to[n++] = *quoted;
	}
	to[n] = '\0';
}

/* As "304 host \"text\"" (RFC 3261 section 20.43). */
static void take_warning(const osip_message_t *msg, struct call_cause *cause,
			 char text[SIP_CAUSE_TEXT])
{
	const char *value = sip_header(msg, "Warning"), *quote;
	unsigned long code;

	if (!value)
		return;
	code = strtoul(value, NULL, 10);
	quote = strchr(value, '"');
	if (code < 300 || code > 399 || !quote)
		return;
	unquote(text, SIP_CAUSE_TEXT, quote);
	cause->warning = code;
	cause->text = text;
}

int sip_status_of(const osip_message_t *response)
{
	int status = response->status_code;

	return status == 401 || status == 407 ? 500 : status;
}

struct call_cause sip_cause_of(const osip_message_t *response,
			       char text[SIP_CAUSE_TEXT])
{
	struct call_cause cause = {
		.status = sip_status_of(response),
		.reason = response->reason_phrase,
	};

	if (cause.status != response->status_code) {
		cause.reason = NULL;
		cause.text = "it asks for credentials that the gateway "
			     "does not have";
		return cause;
	}
	take_warning(response, &cause, text);
	return cause;
}

/* Text of others may be in it: nothing that ends the quotes or the line. */
static void quote(char *to, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++) {
		if (*text != '"' && *text != '\\' &&
		    ((unsigned char)*text >= ' ' && *text != 0x7f))
			to[n++] = *text;
	}
	to[n] = '\0';
}

void sip_party_deny(struct sip_party *p, struct sip_request *req,
		    const struct call_cause *cause)
{
	int status = cause->status >= 300 && cause->status < 700 ?
		     cause->status : 480;
	osip_message_t *response;
	char text[256], line[512];

	/* 3xx is for who knows other places: we know none. */
	if (status < 400)
		status = 480;
	response = sip_response_new(req, status, status == cause->status ?
				    cause->reason : NULL);
	if (!response)
		return;
	if (cause->text) {
		quote(text, sizeof(text), cause->text);
		snprintf(line, sizeof(line), "%u %s \"%s\"",
			 cause->warning ? cause->warning : 399,
			 p->all->config.domain, text);
		osip_message_set_header(response, "Warning", line);
	}
	sip_respond(req, response);
}

/* "Name" <sip:number@domain>: the name without what would end its quotes. */
static void name_addr(char *buf, size_t size, const char *name,
		      const char *uri)
{
	char quoted[STORE_TEXT_SIZE];

	quote(quoted, sizeof(quoted), name);
	snprintf(buf, size, *quoted ? "\"%s\" <%s>" : "%s<%s>", quoted, uri);
}

/* What others assert on our word is what we know ourselves, or were assured. */
static int set_identity(struct sip_party *p, osip_message_t *invite,
			const char *who, bool is_screened, bool is_private)
{
	char text[SIP_URI_SIZE + STORE_TEXT_SIZE + 64];

	if (is_private)
		return osip_message_set_header(invite, "Privacy", "id");
	snprintf(text, sizeof(text), "%s;party=calling;screen=%s;privacy=off",
		 who, is_screened ? "yes" : "no");
	if (osip_message_set_header(invite, "Remote-Party-ID", text))
		return -ENOMEM;
	return p->party.is_trunk && is_screened ?
	       osip_message_set_header(invite, "P-Asserted-Identity", who) : 0;
}

int sip_party_name(struct sip_party *p, osip_message_t *invite)
{
	const struct sip_parties_config *config = &p->all->config;
	const struct call_party *caller = config->other ?
					  config->other(&p->party) : NULL;
	const char *number = caller && *caller->number ? caller->number :
							 "anonymous";
	bool is_private = !strcmp(number, "anonymous");
	char uri[SIP_URI_SIZE], who[SIP_URI_SIZE + STORE_TEXT_SIZE + 8];
	char text[STORE_CONTACT_SIZE + 64];

	sip_uri_of(uri, number, is_private ? "anonymous.invalid" :
						config->domain);
	name_addr(who, sizeof(who), caller ? caller->display : "", uri);
	snprintf(text, sizeof(text), "%s;tag=%s", who, p->attempt->tag);
	if (osip_message_set_from(invite, text))
		return -ENOMEM;
	/* A phone's contact names a place; To names who is called. */
	if (!p->party.is_trunk && *p->party.number)
		sip_uri_of(uri, p->party.number, config->domain);
	else
		*uri = '\0';
	snprintf(text, sizeof(text), "<%.1024s>", *uri ? uri :
		 p->attempt->uri);
	if (osip_message_set_to(invite, text))
		return -ENOMEM;
	return set_identity(p, invite, who, caller && caller->is_screened,
			    is_private) ? -ENOMEM : 0;
}
