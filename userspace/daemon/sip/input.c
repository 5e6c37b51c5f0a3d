// SPDX-License-Identifier: GPL-2.0
// From bytes to requests and responses: what came, is it sound, whose is it.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "refusal.h"
#include "sip/internal.h"

enum { OWN_VIAS_MAX = 2 };		/* out through a proxy and back is one */

struct sip_link *sip_link_of(struct net_conn *conn)
{
	struct sip_link *link = net_conn_data(conn);

	if (link || net_conn_peer(conn)->transport == NET_UDP)
		return link;
	link = calloc(1, sizeof(*link));
	net_conn_set_data(conn, link);
	return link;
}

static const char *peer_text(const struct net_conn *conn)
{
	static char text[NET_ADDR_LEN + 8];

	return net_addr_full(&net_conn_peer(conn)->remote, text, sizeof(text));
}

/* What was refused before anybody asked who it is from. */
static void log_refused(const struct sip_input *in, int status,
			const char *reason)
{
	const char *peer = peer_text(in->conn);
	char code[8];

	if (!refusal_admit(peer))
		return;
	snprintf(code, sizeof(code), "%d", status);
	log_security("sip-refused", "peer", peer, "status", code, "reason",
		     reason, NULL);
}

static void refuse(struct sip *sip, const struct sip_input *in,
		   const struct sip_fault *fault)
{
	char extra[256] = "";

	sip->counters.refused_strict++;
	log_refused(in, fault->status, fault->reason);
	if (fault->status == 420)
		snprintf(extra, sizeof(extra), "Unsupported: %s\r\n",
			 fault->unsupported);
	sip_answer(sip, in, fault->status, fault->reason, extra);
}

/* Section 16.3: our branch in its Vias, more often than routing explains. */
static bool is_loop(const struct sip *sip, const osip_message_t *msg)
{
	osip_list_iterator_t it;
	osip_via_t *via;
	int own = 0;

	for (via = osip_list_get_first(&msg->vias, &it);
	     osip_list_iterator_has_elem(it); via = osip_list_get_next(&it)) {
		osip_generic_param_t *branch = NULL;

		osip_via_param_get_byname(via, (char *)"branch", &branch);
		if (branch && branch->gvalue &&
		    sip_branch_is_ours(sip, (struct sip_text){
				branch->gvalue, strlen(branch->gvalue) }))
			own++;
	}
	return own > OWN_VIAS_MAX;
}

/* What sip_answer() does with bytes, for the parsed message. */
static int mark_source(osip_message_t *msg, const struct net_conn *conn)
{
	const struct net_addr *remote = &net_conn_peer(conn)->remote;
	osip_via_t *via = osip_list_get(&msg->vias, 0);
	osip_generic_param_t *param = NULL;
	char text[NET_ADDR_LEN];

	osip_via_param_get_byname(via, (char *)"rport", &param);
	if (param) {
		snprintf(text, sizeof(text), "%u", net_addr_port(remote));
		osip_free(param->gvalue);
		param->gvalue = osip_strdup(text);
	}
	param = NULL;
	net_addr_host(remote, text, sizeof(text));
	osip_via_param_get_byname(via, (char *)"received", &param);
	if (!param)
		return osip_via_set_received(via, osip_strdup(text));
	osip_free(param->gvalue);
	param->gvalue = osip_strdup(text);
	return 0;
}

static struct sip_handler *find_handler(struct sip *sip, const char *method)
{
	struct sip_handler *handler;

	LIST_FOREACH(handler, &sip->handlers, entry) {
		if (!strcmp(handler->method, method))
			return handler;
	}
	return NULL;
}

/* Takes msg. */
static void take_request(struct sip *sip, const struct sip_input *in,
			 osip_message_t *msg)
{
	struct sip_handler *handler = find_handler(sip, msg->sip_method);
	struct sip_request *req;
	struct sip_peer peer;
	struct authz_facts facts;

	if (sip_server_match(sip, in, msg))
		goto out;
	sip->counters.requests++;
	if (is_loop(sip, msg)) {
		sip->counters.loops++;
		log_refused(in, 482, "it has been here before");
		sip_answer(sip, in, 482, "Loop Detected", NULL);
		goto out;
	}
	if (sip->servers.count + sip->clients.count >= sip->transactions_max) {
		sip->counters.refused_overload++;
		log_refused(in, 503, "as many transactions as there may be");
		sip_answer(sip, in, 503, NULL, "Retry-After: 5\r\n");
		goto out;
	}
	if (!sip_access(sip, in, msg, &peer, &facts))
		goto out;
	net_conn_known(in->conn);
	if (!handler) {
		log_refused(in, 405, "no such method here");
		sip_answer(sip, in, 405, NULL, "Allow: " SIP_ALLOW "\r\n");
		goto out;
	}
	if (mark_source(msg, in->conn))
		goto out;
	req = sip_server_new(sip, in, msg);
	if (!req)
		return;
	req->peer = peer;
	req->facts = facts;
	sip_request_get(req);
	handler->fn(handler->arg, req);
	sip_request_put(req);
	return;
out:
	osip_message_free(msg);
}

static void take_message(struct sip *sip, struct sip_input *in)
{
	struct sip_fault fault = { 400, "Unparseable", "" };
	osip_message_t *msg;

	if (sip_parse(in->data, in->len, &msg)) {
		refuse(sip, in, &fault);
		return;
	}
	if (sip_check_parsed(msg)) {
		refuse(sip, in, &fault);
		osip_message_free(msg);
		return;
	}
	if (in->outline.request) {
		fault.reason = sip_facts_of(in, msg, &in->facts);
		if (!fault.reason) {
			take_request(sip, in, msg);
			return;
		}
		refuse(sip, in, &fault);
		osip_message_free(msg);
		return;
	}
	sip->counters.responses++;
	sip_client_input(sip, in, msg);
	osip_message_free(msg);
}

static struct sip_input input_of(struct net_conn *conn, const char *data,
				 const struct sip_frame *frame)
{
	return (struct sip_input){
		.conn = conn,
		.data = data + frame->skip,
		.head = frame->head,
		.len = frame->head + frame->body,
	};
}

static void check_message(struct sip *sip, struct net_conn *conn,
			  const char *data, const struct sip_frame *frame,
			  bool framed)
{
	struct sip_input in = input_of(conn, data, frame);
	struct sip_fault fault;
	bool good = sip_strict(data, frame, &in.outline, &fault);

	if (in.outline.via.at && !sip_via_scan(in.outline.via, &in.via))
		memset(&in.via, 0, sizeof(in.via));
	if (good && !framed) {
		good = false;
		fault.status = 400;
		fault.reason = "Bad Content-Length";
	}
	if (good)
		take_message(sip, &in);
	else
		refuse(sip, &in, &fault);
}

/* RFC 5626 section 4.4.1: a double CRLF is answered by one. */
static void answer_keepalive(struct net_conn *conn, size_t skipped)
{
	if (skipped >= 4)
		net_conn_send(conn, "\r\n", 2);
}

static ssize_t read_stream(struct sip *sip, struct net_conn *conn,
			   const char *data, size_t len)
{
	struct sip_link *link = sip_link_of(conn);
	struct sip_frame frame;
	size_t used = 0;
	int got;

	if (!link)
		return -ENOMEM;
	while (used < len && net_conn_is_open(conn)) {
		got = sip_frame_stream(data + used, len - used,
				       &link->progress, &frame);
		answer_keepalive(conn, frame.skip);
		if (got == -EBADMSG && frame.head)
			check_message(sip, conn, data + used, &frame, false);
		if (got < 0)
			return got;
		if (!got) {
			used += frame.skip;
			break;
		}
		check_message(sip, conn, data + used, &frame, true);
		used += frame.skip + frame.head + frame.body;
	}
	return (ssize_t)used;
}

/*
 * The kernel's trunk ACL has rejected it: a request is told so, from its own bytes
 * and for nothing else it may want; all else is silence. Whoever sent it is asked
 * for nothing: no transaction, no look-up, no challenge.
 */
static void take_rejected(struct sip *sip, struct net_conn *conn,
			  const char *data, const struct sip_frame *frame)
{
	struct sip_input in = input_of(conn, data, frame);
	struct sip_fault fault;

	sip->counters.rejected++;
	/* What we do not support is refused all the same, the garbled is not. */
	if ((!sip_strict(data, frame, &in.outline, &fault) &&
	     fault.status == 400) || !in.outline.request ||
	    !in.outline.via.at || !sip_via_scan(in.outline.via, &in.via))
		return;
	log_refused(&in, 403, "rejected by the kernel's trunk ACL");
	sip_answer(sip, &in, 403, NULL, NULL);
}

static ssize_t on_received(void *arg, struct net_conn *conn,
			   const uint8_t *bytes, size_t len)
{
	const char *data = (const char *)bytes;
	struct sip *sip = arg;
	struct sip_frame frame;
	int got;

	if (net_conn_peer(conn)->transport != NET_UDP)
		return read_stream(sip, conn, data, len);
	got = sip_frame_datagram(data, len, &frame);
	if (net_conn_peer(conn)->rejected) {
		if (got == 1)
			take_rejected(sip, conn, data, &frame);
		return (ssize_t)len;
	}
	if (!got)
		answer_keepalive(conn, frame.skip);
	else if (frame.head)
		check_message(sip, conn, data, &frame, got == 1);
	return (ssize_t)len;
}

static void on_closed(void *arg, struct net_conn *conn, int err)
{
	struct sip_link *link = net_conn_data(conn);

	if (!link)
		return;
	net_conn_set_data(conn, NULL);
	sip_client_lost(arg, link, err ?: -ECONNRESET);
	free(link);
}

const struct net_ops sip_net_ops = {
	.received = on_received,
	.closed = on_closed,
};
