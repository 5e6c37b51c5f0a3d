// SPDX-License-Identifier: GPL-2.0
/*
 * The listener of TVS: questions in, answers out.
 *
 * What a phone may learn here is public, so it need not show who it is. An
 * answer changes nothing; each is looked for anew, so it is true at that moment.
 */
#include "trust/tvs.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"
#include "metrics.h"
#include "phone-service.h"
#include "refusal.h"
#include "store/store.h"
#include "trust/keys.h"
#include "trust/tvs-lookup.h"

enum {
	CONNS = 4096,
	REQUESTS_MAX = 64,		/* of a connection: phones send one */
	IDLE_MS = 60 * 1000,
};

enum { VERIFY, QUERY, COMMANDS };

struct tvs {
	struct store *store;
	struct trust_keys *keys;
	struct phone_service *service;
	struct metric *answers[COMMANDS][TVS_VERDICT_COUNT], *refused, *failed;
	uint8_t answer[TVS_MESSAGE_MAX];
};

static const char *const verdicts[TVS_VERDICT_COUNT] = {
	[TVS_VOUCHED] = "vouched",
	[TVS_UNKNOWN] = "unknown",
	[TVS_OUTDATED] = "outdated",
	[TVS_NO_ROLE] = "no-role",
};

#define LABELS(command) { \
	[TVS_VOUCHED] = "command=\"" command "\",result=\"vouched\"", \
	[TVS_UNKNOWN] = "command=\"" command "\",result=\"unknown\"", \
	[TVS_OUTDATED] = "command=\"" command "\",result=\"outdated\"", \
	[TVS_NO_ROLE] = "command=\"" command "\",result=\"no-role\"" }

static const char *const labels[COMMANDS][TVS_VERDICT_COUNT] = {
	[VERIFY] = LABELS("verify"),
	[QUERY] = LABELS("query"),
};

static void tell_refused(struct tvs *tvs, struct net_conn *conn,
			 const char *reason)
{
	char peer[NET_ADDR_LEN + 8];

	metrics_add(tvs->refused, 1);
	net_addr_full(&net_conn_peer(conn)->remote, peer, sizeof(peer));
	if (refusal_admit(peer))
		log_security("tvs-refused", "peer", peer, "reason", reason,
			     NULL);
}

/* What is vouched for is every phone's daily business: for debugging alone. */
static void tell(struct tvs *tvs, struct net_conn *conn,
		 const struct tvs_message *request,
		 const struct tvs_found *found)
{
	bool query = request->command == TVS_QUERY_REQ;
	const char *verdict = verdicts[found->verdict];
	char peer[NET_ADDR_LEN + 8];

	metrics_add(tvs->answers[query ? QUERY : VERIFY][found->verdict], 1);
	net_addr_full(&net_conn_peer(conn)->remote, peer, sizeof(peer));
	if (found->verdict == TVS_VOUCHED)
		log_event(LOG_LEVEL_DEBUG, "tvs-vouched", "peer", peer,
			  "device", request->device, "subject",
			  query ? request->subject : NULL, NULL);
	else if (refusal_admit(peer))
		log_security("tvs-not-vouched", "peer", peer, "device",
			     request->device, "reason", verdict, "subject",
			     query ? request->subject : NULL, NULL);
}

static int answer(struct tvs *tvs, struct net_conn *conn,
		  const struct tvs_message *request)
{
	struct tvs_lookup lookup = {
		.store = tvs->store,
		.callmanager_trust = store_param(tvs->store,
			STORE_PARAM_TVS_CALLMANAGER_TRUST),
		.ttl = store_param(tvs->store, STORE_PARAM_TVS_TTL),
		.now = time(NULL),
	};
	struct tvs_message message;
	struct tvs_found found;
	int err, len;

	lookup.own = trust_keys_all(tvs->keys, &lookup.own_count);
	err = tvs_lookup(&lookup, request, &found);
	if (err) {
		/* Silence lets the phone ask again; "no" it would remember. */
		metrics_add(tvs->failed, 1);
		return err;
	}
	tell(tvs, conn, request, &found);
	tvs_found_answer(&found, request, &message);
	len = tvs_message_write(&message, tvs->answer, sizeof(tvs->answer));
	err = len < 0 ? len : net_conn_send(conn, tvs->answer, (size_t)len);
	tvs_found_clear(&found);
	return err;
}

static const char *fault_of(int err, const char *why)
{
	switch (err) {
	case -EPROTO:
		return "it is not TVS";
	case -EMSGSIZE:
		return "a message that is too long";
	}
	return why;
}

/* Its count of requests is all that a connection has. */
static bool has_more(struct net_conn *conn)
{
	uintptr_t count = (uintptr_t)net_conn_data(conn) + 1;

	net_conn_set_data(conn, (void *)count);
	return count < REQUESTS_MAX;
}

static ssize_t on_received(void *arg, struct net_conn *conn,
			   const uint8_t *data, size_t len)
{
	struct tvs_message request;
	const char *why = "";
	struct tvs *tvs = arg;
	size_t done = 0;
	int n, err = 0;

	while (!err && (n = tvs_message_read(data + done, len - done, &request,
					     &why))) {
		if (n > 0 && request.command % 2 == 0) {
			n = -EBADMSG;
			why = "an answer, where questions are asked";
		}
		if (n < 0) {
			tell_refused(tvs, conn, fault_of(n, why));
			return n;
		}
		done += (size_t)n;
		err = answer(tvs, conn, &request);
		if (!err && !has_more(conn)) {
			net_conn_close(conn);
			break;
		}
	}
	return err ? err : (ssize_t)done;
}

static void on_closed(void *arg, struct net_conn *conn, int err)
{
	(void)arg, (void)conn, (void)err;
}

static const struct net_ops ops = {
	.received = on_received,
	.closed = on_closed,
};

static const struct net_counters *counters_of(struct tvs *tvs)
{
	static const struct net_counters none;

	return tvs && tvs->service ?
		net_counters(phone_service_net(tvs->service)) : &none;
}

static int64_t count_connections(void *ctx)
{
	return (int64_t)counters_of(ctx)->conns_now;
}

static int64_t count_slow(void *ctx)
{
	return (int64_t)counters_of(ctx)->closed_slow;
}

static int64_t count_shed(void *ctx)
{
	return (int64_t)counters_of(ctx)->shed;
}

static void read_metrics(struct tvs *tvs)
{
	metrics_gauge_read("ucsec_tvs_connections",
			   "TVS connections that are open.", NULL,
			   count_connections, tvs);
	metrics_counter_read("ucsec_tvs_slow",
			     "TVS connections ended within half a message.",
			     NULL, count_slow, tvs);
	metrics_counter_read("ucsec_tvs_shed",
			     "TVS connections ended to make room for others.",
			     NULL, count_shed, tvs);
}

static void make_metrics(struct tvs *tvs)
{
	for (int c = 0; c < COMMANDS; c++)
		for (int v = 0; v < TVS_VERDICT_COUNT; v++)
			tvs->answers[c][v] = metrics_counter(
				"ucsec_tvs_answers",
				"Answers to phones about certificates.",
				labels[c][v]);
	tvs->refused = metrics_counter("ucsec_tvs_refused",
				       "TVS connections that were ended for "
				       "what came.", NULL);
	tvs->failed = metrics_counter("ucsec_tvs_failed",
				      "TVS questions that the database could "
				      "not answer.", NULL);
	read_metrics(tvs);
}

static void set_limits(void *arg, struct net_limits *limits)
{
	(void)arg;
	limits->conns = CONNS;
	limits->idle_ms = IDLE_MS;
}

int tvs_open(struct tvs **out, const struct tvs_config *config, char *why,
	     size_t size)
{
	struct tvs *tvs = calloc(1, sizeof(*tvs));
	struct phone_service_config service = {
		.base = config->base,
		.store = config->store,
		.keys = config->keys,
		.service = KEYD_TVS,
		.listen = config->listen,
		.limits = set_limits,
		.ops = &ops,
		.arg = tvs,
	};
	int err;

	if (!tvs)
		return -ENOMEM;
	tvs->store = config->store;
	tvs->keys = config->keys;
	make_metrics(tvs);
	err = phone_service_open(&tvs->service, &service, why, size);
	if (err) {
		tvs_close(tvs);
		return err;
	}
	*out = tvs;
	return 0;
}

void tvs_close(struct tvs *tvs)
{
	if (!tvs)
		return;
	read_metrics(NULL);
	if (tvs->service)
		phone_service_close(tvs->service);
	free(tvs);
}
