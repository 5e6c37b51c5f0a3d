// SPDX-License-Identifier: GPL-2.0
/* One subscription, as its notifier: RFC 6665 section 4.2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sip/presence-parts.h"

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

static void expired(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	sip_subscription_notify(arg, "timeout");
}

static void take_id(struct sip_subscription *sub, const char *event)
{
	const char *at = strcasestr(event, ";id=");
	size_t len;

	if (!at)
		return;
	at += 4;
	len = strcspn(at, "; \t");
	if (len >= sizeof(sub->id))
		return;
	memcpy(sub->id, at, len);
	sub->id[len] = '\0';
}

struct sip_subscription *sip_subscription_new(struct sip_presence *presence,
					      const struct sip_request *req,
					      struct sip_watched *watched,
					      struct sip_watcher *watcher,
					      enum sip_package package)
{
	struct sip_subscription *sub = calloc(1, sizeof(*sub));

	if (!sub)
		return NULL;
	sub->presence = presence;
	sub->watched = watched;
	sub->package = package;
	sub->watcher = watcher;
	watcher->count++;
	take_id(sub, sip_header(req->msg, "Event"));
	sub->dialog = sip_dialog_new_uas(presence->dialogs, req, sub);
	sub->timer = evtimer_new(presence->config.base, expired, sub);
	LIST_INSERT_HEAD(&watched->subscriptions, sub, entry);
	presence->count++;
	if (!sub->dialog || !sub->timer) {
		sip_subscription_free(sub);
		return NULL;
	}
	return sub;
}

void sip_subscription_free(struct sip_subscription *sub)
{
	struct sip_watched *watched = sub->watched;
	struct sip_watcher *watcher = sub->watcher;

	LIST_REMOVE(sub, entry);
	sub->presence->count--;
	if (sub->client)
		sip_client_release(sub->client);
	if (sub->timer)
		event_free(sub->timer);
	sip_dialog_free(sub->dialog);
	free(sub);
	watcher->count--;
	sip_watcher_settle(watcher);
	sip_watched_settle(watched);
}

void sip_subscription_extend(struct sip_subscription *sub, uint32_t seconds)
{
	uint64_t ms = (uint64_t)seconds * sub->presence->config.second_ms;
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	sub->expires = now_ms() + ms;
	evtimer_add(sub->timer, &tv);
}

/* Whoever does not take a NOTIFY does not watch: section 4.2.2. */
static void response(void *arg, struct sip_client *client,
		     osip_message_t *response_)
{
	struct sip_subscription *sub = arg;

	(void)client;
	if (response_->status_code < 200)
		return;
	sip_client_release(sub->client);
	sub->client = NULL;
	if (response_->status_code >= 300 || (sub->ends && !sub->is_behind)) {
		sip_subscription_free(sub);
		return;
	}
	sip_dialog_used_cseq(sub->dialog, response_);
	sip_dialog_refresh(sub->dialog, response_);
	if (sub->is_behind)
		sip_subscription_notify(sub, sub->ends);
}

static void failed(void *arg, struct sip_client *client, int err)
{
	(void)client, (void)err;
	sip_subscription_free(arg);
}

static int dress(struct sip_subscription *sub, osip_message_t *msg)
{
	const struct sip_package_names *names =
		&sip_package_names[sub->package];
	int64_t left = (sub->expires - now_ms()) /
		       sub->presence->config.second_ms;
	char text[64], body[SIP_PRESENCE_BODY];
	int len;

	snprintf(text, sizeof(text), "%s%s%s", names->event,
		 *sub->id ? ";id=" : "", sub->id);
	if (osip_message_set_header(msg, "Event", text))
		return -1;
	if (sub->ends)
		snprintf(text, sizeof(text), "terminated;reason=%s", sub->ends);
	else
		snprintf(text, sizeof(text), "active;expires=%lld",
			 left > 0 ? (long long)left : 0);
	if (osip_message_set_header(msg, "Subscription-State", text))
		return -1;
	len = sip_presence_body(sub, body, sizeof(body));
	return len < 0 || osip_message_set_content_type(msg, names->type) ||
	       osip_message_set_body(msg, body, len);
}

void sip_subscription_notify(struct sip_subscription *sub, const char *ends)
{
	static const struct sip_client_ops ops = {
		.response = response, .failed = failed,
	};
	osip_message_t *msg;

	if (ends) {
		sub->ends = ends;
		evtimer_del(sub->timer);
	}
	if (sub->client) {
		/* One at a time: they must not overtake each other. */
		sub->is_behind = true;
		return;
	}
	sub->is_behind = false;
	msg = sip_dialog_request(sub->dialog, "NOTIFY");
	if (!msg)
		goto err_free_subscription;
	if (dress(sub, msg)) {
		osip_message_free(msg);
		goto err_free_subscription;
	}
	if (sip_send(sub->presence->config.sip, msg,
		     sip_dialog_target(sub->dialog), &ops, sub,
		     &sub->client)) {
		sub->client = NULL;
		goto err_free_subscription;
	}
	sub->version++;
	return;

err_free_subscription:
	sip_subscription_free(sub);
}
