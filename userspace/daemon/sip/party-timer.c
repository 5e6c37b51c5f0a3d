// SPDX-License-Identifier: GPL-2.0
/* Session timers, RFC 4028: who refreshes, how often, and what if nobody. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sip/party-files.h"

enum { LONGEST = 86400 };

static uint32_t our_min(const struct sip_party *p)
{
	return store_param(p->all->config.store,
			   STORE_PARAM_SESSION_EXPIRES_MIN);
}

static uint32_t our_interval(const struct sip_party *p)
{
	return store_param(p->all->config.store, STORE_PARAM_SESSION_EXPIRES);
}

static bool has_refresher(const char *value, const char *who)
{
	const char *at = strcasestr(value, "refresher");

	if (!at)
		return false;
	at += strlen("refresher");
	at += strspn(at, " \t=");
	return !strncasecmp(at, who, 3);
}

static uint32_t bounded(uint32_t interval, uint32_t min)
{
	if (interval < min)
		interval = min;
	return interval > LONGEST ? LONGEST : interval;
}

int sip_party_session_asked(struct sip_party *p, struct sip_request *req)
{
	const char *value = sip_header(req->msg, "Session-Expires");
	uint32_t min = sip_uint(sip_header(req->msg, "Min-SE"));
	uint32_t interval = sip_uint(value), ours = our_interval(p);
	bool knows = sip_header_has(req->msg, "Supported", "timer") ||
		     sip_header_has(req->msg, "Require", "timer");
	char text[16];

	if (min == UINT32_MAX)
		min = 0;
	if (value && interval == UINT32_MAX) {
		sip_reply(req, 400, NULL, NULL);
		return 400;
	}
	if (value && knows && interval < our_min(p)) {
		snprintf(text, sizeof(text), "%u", our_min(p));
		sip_reply(req, 422, NULL, "Min-SE", text, NULL);
		return 422;
	}
	/* We may shorten what it wants, but not below its minimum: section 9. */
	if (!value)
		interval = p->interval ? p->interval : ours;
	else if (ours && interval > ours)
		interval = bounded(ours, min);
	if (!interval) {
		p->interval = 0;
		return 0;
	}
	p->interval = bounded(interval, min > our_min(p) ? min : our_min(p));
	/* Who does not know of it cannot refresh: table 2 of section 9. */
	p->we_refresh = !knows || (value && has_refresher(value, "uas"));
	return 0;
}

int sip_party_session_answer(struct sip_party *p, osip_message_t *response)
{
	char text[48];

	if (!p->interval)
		return 0;
	snprintf(text, sizeof(text), "%u;refresher=%s", p->interval,
		 p->we_refresh ? "uas" : "uac");
	if (osip_message_set_header(response, "Session-Expires", text))
		return -ENOMEM;
	if (!p->we_refresh &&
	    osip_message_set_header(response, "Require", "timer"))
		return -ENOMEM;
	return 0;
}

int sip_party_session_ask(struct sip_party *p, osip_message_t *request)
{
	uint32_t interval = p->interval ? p->interval : our_interval(p);
	uint32_t min = p->min_se > our_min(p) ? p->min_se : our_min(p);
	const char *refresher = "";
	char text[48];

	if (!interval)
		return 0;
	/* Roles stay as they are: section 7.4. */
	if (p->phase == SIP_PARTY_UP && p->interval)
		refresher = p->we_refresh ? ";refresher=uac" : ";refresher=uas";
	snprintf(text, sizeof(text), "%u%s", bounded(interval, min), refresher);
	if (osip_message_set_header(request, "Session-Expires", text))
		return -ENOMEM;
	snprintf(text, sizeof(text), "%u", min);
	return osip_message_set_header(request, "Min-SE", text) ? -ENOMEM : 0;
}

void sip_party_session_agreed(struct sip_party *p,
			      const osip_message_t *response)
{
	const char *value = sip_header(response, "Session-Expires");
	uint32_t interval = sip_uint(value);

	if (!value || interval == UINT32_MAX) {
		p->interval = 0;
		sip_party_timer_stop(p, SIP_TIMER_SESSION);
		p->is_refreshing = false;
		return;
	}
	p->interval = bounded(interval, our_min(p));
	p->we_refresh = !has_refresher(value, "uas");
	sip_party_session_start(p);
}

/* The last moment for a refresh, before the end: section 10. */
static uint32_t margin(uint32_t interval)
{
	return interval / 3 < 32 ? interval / 3 : 32;
}

void sip_party_session_start(struct sip_party *p)
{
	uint32_t seconds = p->we_refresh ? p->interval / 2 :
					   p->interval - margin(p->interval);

	p->is_refreshing = false;
	if (p->phase != SIP_PARTY_UP || !p->interval)
		return;
	sip_party_timer(p, SIP_TIMER_SESSION,
			seconds * p->all->config.second_ms);
}

void sip_party_session_timer(struct sip_party *p)
{
	uint32_t left = p->interval - p->interval / 2 - margin(p->interval);

	if (p->phase != SIP_PARTY_UP)
		return;
	if (!p->we_refresh || p->is_refreshing) {
		sip_party_give_up(p, 408, "the session was not refreshed");
		return;
	}
	p->is_refreshing = true;
	p->wants_update = true;
	sip_party_timer(p, SIP_TIMER_SESSION, left * p->all->config.second_ms);
	sip_party_go_on(p);
}
