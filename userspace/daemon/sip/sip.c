// SPDX-License-Identifier: GPL-2.0
// The whole of sip/'s base: made, configured, freed.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "sip/digest.h"
#include "sip/internal.h"

static void configure(struct sip *sip, const struct sip_config *config)
{
	sip->base = config->base;
	sip->store = config->store;
	sip->t1 = config->t1_ms ?: 500;
	sip->t2 = config->t2_ms ?: 4000;
	sip->t4 = config->t4_ms ?: 5000;
	sip->transactions_max = config->transactions ?: 131072;
	snprintf(sip->node, sizeof(sip->node), "%s", config->node ?: "ucsec");
	snprintf(sip->user_agent, sizeof(sip->user_agent), "ucsecd/%s",
		 UCSEC_VERSION);
}

static int start(struct sip *sip, const struct sip_config *config)
{
	if (getrandom(sip->secret, sizeof(sip->secret), 0) !=
	    sizeof(sip->secret))
		return -EIO;
	if (sip_table_init(&sip->servers) || sip_table_init(&sip->accepted) ||
	    sip_table_init(&sip->clients))
		return -ENOMEM;
	sip->net = net_new(sip->base, &config->limits, &sip_net_ops, sip);
	sip->digest = sip_digest_new();
	if (!sip->net || !sip->digest)
		return -ENOMEM;
	return sip_registrar_start(sip) ?: sip_enrolment_start(sip) ?:
	       sip_hosts_start(sip) ?: sip_trunks_start(sip) ?:
	       sip_review_start(sip) ?: sip_options_start(sip);
}

struct sip *sip_new(const struct sip_config *config)
{
	struct sip *sip = calloc(1, sizeof(*sip));

	if (!sip)
		return NULL;
	sip_parser_start();
	configure(sip, config);
	if (start(sip, config)) {
		sip_free(sip);
		return NULL;
	}
	return sip;
}

/*
 * Users are told of what ends while everything still stands; then streams go,
 * then what they belonged to.
 */
void sip_free(struct sip *sip)
{
	struct sip_handler *handler;

	if (!sip)
		return;
	sip->closing = true;
	sip_review_stop(sip);
	sip_trunks_stop(sip);
	sip_hosts_stop(sip);
	sip_enrolment_stop(sip);
	sip_client_drop_all(sip);
	if (sip->servers.buckets)
		sip_server_drop_all(sip);
	net_free(sip->net);
	sip_registrar_stop(sip);
	sip_digest_free(sip->digest);
	sip_table_exit(&sip->servers);
	sip_table_exit(&sip->accepted);
	sip_table_exit(&sip->clients);
	while ((handler = LIST_FIRST(&sip->handlers))) {
		LIST_REMOVE(handler, entry);
		free(handler);
	}
	free(sip);
}

struct net *sip_net(struct sip *sip)
{
	return sip->net;
}

const struct sip_counters *sip_counters(const struct sip *sip)
{
	return &sip->counters;
}

int sip_handle(struct sip *sip, const char *method, sip_request_fn *fn,
	       void *arg)
{
	struct sip_handler *handler = calloc(1, sizeof(*handler));

	if (!handler)
		return -ENOMEM;
	handler->method = method;
	handler->fn = fn;
	handler->arg = arg;
	/* The last one for a method counts: the base's can be replaced. */
	LIST_INSERT_HEAD(&sip->handlers, handler, entry);
	return 0;
}

void sip_reply_options(struct sip_request *req)
{
	sip_reply(req, 200, NULL, "Allow", SIP_ALLOW, "Accept",
		  "application/sdp", "Supported",
		  "replaces, timer, 100rel, X-cisco-srtp-fallback", NULL);
}

static void on_options(void *arg, struct sip_request *req)
{
	(void)arg;
	/* Who has dialogs answers those in a dialog: here there are none. */
	if (req->facts.in_dialog)
		sip_reply(req, 481, NULL, NULL);
	else
		sip_reply_options(req);
}

int sip_options_start(struct sip *sip)
{
	return sip_handle(sip, "OPTIONS", on_options, sip);
}
