// SPDX-License-Identifier: GPL-2.0
/*
 * A phone's connection and its session: bytes in, messages out, time.
 */
#include <errno.h>
#include <event2/event.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "enrolment/internal.h"
#include "log.h"
#include "metrics.h"
#include "refusal.h"

static void on_send(void *arg, const uint8_t *message, size_t len)
{
	struct visit *visit = arg;

	/* Whole: net makes one record of it. It closes what takes no more. */
	net_conn_send(visit->conn, message, len);
}

static const char *operation_name(enum capf_operation operation)
{
	return store_capf_operations[operation];
}

static bool is_good(enum capf_result result)
{
	return result == CAPF_RESULT_INSTALLED ||
	       result == CAPF_RESULT_DELETED || result == CAPF_RESULT_FETCHED;
}

static void tell(const struct visit *visit, enum capf_result result,
		 const char *why)
{
	bool good = is_good(result), idle = result == CAPF_RESULT_NONE;
	const char *name = visit->name[0] ? visit->name : NULL;
	const char *operation = name ?
		operation_name(visit->device.operation) : NULL;
	uint8_t tag;
	unsigned int skipped = capf_session_skipped(visit->session, &tag);

	log_event(good || idle ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "capf",
		  "peer", visit->peer, "device", name, "operation", operation,
		  "result", capf_result_name(result), "reason", why, "skipped",
		  skipped ? "unknown elements" : NULL, NULL);
	if (good)
		log_security("capf-done", "peer", visit->peer, "device", name,
			     "operation", operation, "result",
			     capf_result_name(result), NULL);
	else if (!idle && refusal_admit(visit->peer))
		log_security("capf-refused", "peer", visit->peer, "device",
			     name, "operation", operation, "result",
			     capf_result_name(result), "reason", why, NULL);
	metrics_add(visit->all->results[result], 1);
}

static void on_close(void *arg, enum capf_result result, const char *why)
{
	struct visit *visit = arg;

	visit->closed = true;
	visit_forget_issue(visit);
	tell(visit, result, why);
	if (!is_good(result) && result != CAPF_RESULT_NONE)
		visit_keep_failure(visit, result, why);
	net_conn_close(visit->conn);
}

static const struct capf_actions actions = {
	.send = on_send,
	.judge = visit_judge,
	.issue = visit_issue,
	.keep = visit_keep,
	.close = on_close,
};

/* A little late is late enough: the session counts in whole seconds. */
void visit_arm(struct visit *visit)
{
	int64_t due = capf_session_deadline(visit->session), left;
	struct timeval tv = { 0 };

	if (visit->closed || due == INT64_MAX) {
		evtimer_del(visit->timer);
		return;
	}
	left = due - enrolment_now();
	tv.tv_sec = left > 0 ? left : 0;
	tv.tv_usec = 100000;
	evtimer_add(visit->timer, &tv);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct visit *visit = arg;

	(void)fd;
	(void)what;
	capf_session_expire(visit->session, enrolment_now());
	visit_arm(visit);
}

static void visit_free(struct visit *visit)
{
	visit_forget_issue(visit);
	visit_forget_ticket(visit);
	capf_session_free(visit->session);
	if (visit->timer)
		event_free(visit->timer);
	free(visit->mic);
	free(visit->issued);
	net_conn_set_data(visit->conn, NULL);
	net_conn_release(visit->conn);
	net_conn_put(visit->conn);
	LIST_REMOVE(visit, entry);
	visit->all->count--;
	explicit_bzero(visit, sizeof(*visit));
	free(visit);
}

static struct visit *visit_new(struct enrolment *all, struct net_conn *conn)
{
	struct capf_config config = { .actions = &actions };
	struct visit *visit = calloc(1, sizeof(*visit));
	uint32_t id;

	if (!visit)
		return NULL;
	LIST_INSERT_HEAD(&all->visits, visit, entry);
	all->count++;
	visit->all = all;
	visit->conn = net_conn_get(conn);
	net_conn_hold(conn);
	net_conn_set_data(conn, visit);
	net_addr_full(&net_conn_peer(conn)->remote, visit->peer,
		      sizeof(visit->peer));
	config.arg = visit;
	policy_session(all, &config);
	visit->timer = evtimer_new(all->config.base, on_timer, visit);
	if (RAND_bytes((uint8_t *)&id, sizeof(id)) == 1)
		visit->session = capf_session_new(&config, id);
	if (visit->timer && visit->session)
		return visit;
	visit_free(visit);
	return NULL;
}

static void on_opened(void *arg, struct net_conn *conn)
{
	struct visit *visit = visit_new(arg, conn);

	if (!visit) {
		net_conn_close(conn);
		return;
	}
	capf_session_start(visit->session, enrolment_now());
	visit_arm(visit);
}

static ssize_t on_received(void *arg, struct net_conn *conn,
			   const uint8_t *data, size_t len)
{
	struct visit *visit = net_conn_data(conn);

	(void)arg;
	if (!visit)
		return -ENOMEM;
	capf_session_input(visit->session, data, len, enrolment_now());
	visit_arm(visit);
	return (ssize_t)len;
}

static void on_closed(void *arg, struct net_conn *conn, int err)
{
	struct visit *visit = net_conn_data(conn);

	(void)arg;
	(void)err;
	if (!visit)
		return;
	capf_session_hung_up(visit->session);
	visit_free(visit);
}

const struct net_ops visit_net_ops = {
	.received = on_received,
	.closed = on_closed,
	.opened = on_opened,
};
