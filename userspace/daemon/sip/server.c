// SPDX-License-Identifier: GPL-2.0
// Server transactions (RFC 3261 section 17.2, RFC 6026).

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/identify.h"
#include "wipe.h"

enum { TRYING_MS = 200, KEY_SIZE = 512 };

enum state {
	TRYING,				/* nothing sent yet */
	PROCEEDING,
	COMPLETED,			/* a final answer, INVITE: not 2xx */
	CONFIRMED,			/* its ACK came: others are absorbed */
	ACCEPTED,			/* INVITE: 2xx, repeated until its ACK */
	ACKED,				/* then repeated INVITEs are absorbed */
	ENDED,
};

/*
 * The table has a reference until ENDED, users have theirs. msg and peer go
 * when no user is left and the answer is given: what is kept for stragglers is
 * the answer's bytes.
 */
struct sip_server {
	struct sip_request req;
	struct sip *sip;
	struct sip_node node, accepted;
	unsigned int users;
	enum state state;
	bool invite, reliable;
	struct net_conn *out;		/* by which answers go */
	char *answer;			/* the last one */
	size_t answer_len;
	struct event timer;
	unsigned int wait, spent;	/* ms: of this repetition, of all */
	const struct sip_request_ops *ops;
	void *arg;
};

static struct sip_server *of_node(struct sip_node *node)
{
	return node ? (struct sip_server *)((char *)node -
			offsetof(struct sip_server, node)) : NULL;
}

static struct sip_server *of_accepted(struct sip_node *node)
{
	return node ? (struct sip_server *)((char *)node -
			offsetof(struct sip_server, accepted)) : NULL;
}

/*
 * Section 17.2.3. The source is in it: what another host sends with the same
 * branch is not this transaction's, and cannot cancel it. Without the cookie
 * (RFC 2543) there is no branch to rely on.
 */
static void make_key(const struct sip_input *in, const osip_message_t *msg,
		     const char *method, char *key)
{
	const struct net_peer *peer = net_conn_peer(in->conn);
	const struct sip_via *via = &in->via;
	char host[NET_ADDR_LEN];
	int n;

	n = snprintf(key, KEY_SIZE, "%s %s %s %.*s:%u ", method,
		     net_transport_name(peer->transport),
		     net_addr_host(&peer->remote, host, sizeof(host)),
		     (int)(via->host.len < 128 ? via->host.len : 128),
		     via->host.at, via->port);
	if (via->branch.len > 7 && !strncmp(via->branch.at, "z9hG4bK", 7)) {
		snprintf(key + n, KEY_SIZE - (size_t)n, "%.*s",
			 (int)via->branch.len, via->branch.at);
		return;
	}
	/* To's tag is left out: an ACK has one that its INVITE had not. */
	snprintf(key + n, KEY_SIZE - (size_t)n, "- %s@%s %s %s",
		 msg->call_id->number, msg->call_id->host ?: "",
		 msg->cseq->number, sip_from_tag(msg) ?: "");
}

/* The dialog and CSeq that an ACK for our 2xx bears. */
static void make_ack_key(const osip_message_t *msg, const char *to_tag,
			 char *key)
{
	snprintf(key, KEY_SIZE, "%s@%s %s %s %s", msg->call_id->number,
		 msg->call_id->host ?: "", sip_from_tag(msg) ?: "", to_tag,
		 msg->cseq->number);
}

static void free_message(struct sip_server *server)
{
	osip_message_free(server->req.msg);
	server->req.msg = NULL;
}

static void release(struct sip_server *server)
{
	if (server->users)
		return;
	if (server->state >= COMPLETED)
		free_message(server);
	if (server->state != ENDED)
		return;
	wipe_free(server->answer);
	net_conn_put(server->out);
	net_conn_put(server->req.conn);
	free(server);
}

struct sip_request *sip_request_get(struct sip_request *req)
{
	((struct sip_server *)req)->users++;
	return req;
}

void sip_request_put(struct sip_request *req)
{
	struct sip_server *server = (struct sip_server *)req;

	server->users--;
	release(server);
}

/* The handler's last word; it may put its reference in it. */
static void tell_ended(struct sip_server *server, int err)
{
	const struct sip_request_ops *ops = server->ops;

	server->ops = NULL;
	if (ops)
		ops->ended(server->arg, &server->req, err);
}

static void end(struct sip_server *server, int err)
{
	struct sip *sip = server->sip;

	evtimer_del(&server->timer);
	sip_table_remove(&sip->servers, &server->node);
	sip_table_remove(&sip->accepted, &server->accepted);
	sip->counters.transactions_now--;
	server->state = ENDED;
	server->users++;
	tell_ended(server, err);
	server->users--;
	release(server);
}

static void send_answer(struct sip_server *server)
{
	if (server->answer && server->out)
		net_conn_send(server->out, server->answer, server->answer_len);
}

static void arm(struct sip_server *server, unsigned int ms)
{
	server->wait = ms;
	sip_timer_ms(&server->timer, ms);
}

static void send_trying(struct sip_server *server)
{
	osip_message_t *trying = sip_response_new(&server->req, 100, NULL);

	if (trying)
		sip_respond(&server->req, trying);
}

/* Timer G and H, or those of a 2xx (section 13.3.1.4): doubling up to T2. */
static void repeat(struct sip_server *server)
{
	struct sip *sip = server->sip;
	unsigned int wait = server->wait * 2;

	server->spent += server->wait;
	if (server->spent >= 64 * sip->t1) {
		sip->counters.timeouts++;
		end(server, server->state == ACCEPTED ? -ETIMEDOUT : 0);
		return;
	}
	send_answer(server);
	arm(server, wait < sip->t2 ? wait : sip->t2);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct sip_server *server = arg;

	(void)fd;
	(void)what;
	switch (server->state) {
	case TRYING:
		if (server->invite) {
			send_trying(server);
			break;
		}
		/* The client has given up (timer F). */
		end(server, 0);
		break;
	case COMPLETED:
		if (server->invite)
			repeat(server);
		else
			end(server, 0);
		break;
	case ACCEPTED:
		repeat(server);
		break;
	default:
		end(server, 0);
	}
}

static struct sip_server *find(struct sip *sip, const struct sip_input *in,
			       const osip_message_t *msg, const char *method)
{
	char key[KEY_SIZE];

	make_key(in, msg, method, key);
	return of_node(sip_table_find(&sip->servers, key));
}

/*
 * ACK and CANCEL are not challenged, and what names their transaction is no
 * secret: they must come as their INVITE did, or from the same device over a
 * connection of the same class. An ACK may bring an answer, with keys.
 */
static bool is_its_peer(struct sip *sip, const struct sip_server *server,
			const struct sip_input *in, const osip_message_t *msg)
{
	const struct net_peer *was = net_conn_peer(server->req.conn);
	const struct net_peer *is = net_conn_peer(in->conn);
	static struct sip_identity id;	/* too large for the stack */
	enum sip_peer_kind kind;

	if (in->conn == server->req.conn)
		return true;
	if (is->class != was->class)
		return false;
	if (is->transport == NET_UDP && was->transport == NET_UDP &&
	    net_addr_equal(&is->remote, &was->remote))
		return true;
	kind = sip_identify(sip, in, msg, &id);
	if (kind == SIP_PEER_UNKNOWN || kind != server->req.peer.kind)
		return false;
	return server->req.peer.id == (kind == SIP_PEER_TRUNK ? id.trunk.id :
								id.phone.id);
}

static void take_ack_of_2xx(struct sip *sip, const struct sip_input *in,
			    osip_message_t *msg)
{
	struct sip_server *server;
	char key[KEY_SIZE];

	if (!sip_to_tag(msg))
		return;
	make_ack_key(msg, sip_to_tag(msg), key);
	server = of_accepted(sip_table_find(&sip->accepted, key));
	if (!server || server->state != ACCEPTED) {
		sip->counters.stray += !server;
		return;
	}
	if (!is_its_peer(sip, server, in, msg)) {
		sip->counters.denied++;
		return;
	}
	server->state = ACKED;
	evtimer_del(&server->timer);
	server->users++;
	if (server->ops)
		server->ops->acked(server->arg, &server->req, msg);
	tell_ended(server, 0);
	server->users--;
	/* Timer L: an INVITE may still be under way twice. */
	arm(server, server->reliable ? 0 : 64 * sip->t1 - server->spent);
	release(server);
}

static void take_ack(struct sip *sip, const struct sip_input *in,
		     osip_message_t *msg)
{
	struct sip_server *server = find(sip, in, msg, "INVITE");

	/* A proxy in between may have used the INVITE's branch. */
	if (!server || server->state == ACCEPTED || server->state == ACKED) {
		take_ack_of_2xx(sip, in, msg);
		return;
	}
	if (server->state != COMPLETED)
		return;
	server->state = CONFIRMED;
	arm(server, server->reliable ? 0 : sip->t4);
}

static void take_cancel(struct sip *sip, const struct sip_input *in,
			const osip_message_t *msg)
{
	struct sip_server *server = find(sip, in, msg, "INVITE");

	if (!server || !is_its_peer(sip, server, in, msg)) {
		sip_answer(sip, in, 481, NULL, NULL);
		return;
	}
	sip_answer(sip, in, 200, NULL, NULL);
	if (server->state > PROCEEDING)
		return;
	server->users++;
	sip_reply(&server->req, 487, NULL, NULL);
	if (server->ops)
		server->ops->cancelled(server->arg, &server->req, msg);
	server->users--;
	release(server);
}

bool sip_server_match(struct sip *sip, const struct sip_input *in,
		      const osip_message_t *msg)
{
	struct sip_server *server;

	if (MSG_IS_ACK(msg)) {
		take_ack(sip, in, (osip_message_t *)msg);
		return true;
	}
	if (MSG_IS_CANCEL(msg)) {
		take_cancel(sip, in, msg);
		return true;
	}
	server = find(sip, in, msg, msg->sip_method);
	if (!server)
		return false;
	sip->counters.retransmitted++;
	/* Repeated 2xx have a timer of their own (RFC 6026 section 7.1). */
	if (server->state == PROCEEDING || server->state == COMPLETED)
		send_answer(server);
	return true;
}

struct sip_request *sip_server_new(struct sip *sip, const struct sip_input *in,
				   osip_message_t *msg)
{
	struct sip_server *server = calloc(1, sizeof(*server));
	const char *tag = sip_to_tag(msg);
	char key[KEY_SIZE];

	if (!server)
		goto err_msg;
	make_key(in, msg, msg->sip_method, key);
	if (sip_table_add(&sip->servers, &server->node, key))
		goto err_server;
	server->sip = sip;
	server->req.msg = msg;
	server->req.conn = net_conn_get(in->conn);
	server->out = sip_answer_conn(sip, in->conn, &in->via);
	server->invite = MSG_IS_INVITE(msg);
	server->reliable = net_conn_peer(in->conn)->transport != NET_UDP;
	if (tag)
		snprintf(server->req.to_tag, sizeof(server->req.to_tag), "%s",
			 tag);
	else
		sip_new_tag(server->req.to_tag, sizeof(server->req.to_tag));
	evtimer_assign(&server->timer, sip->base, on_timer, server);
	arm(server, server->invite ? TRYING_MS : 64 * sip->t1);
	sip->counters.transactions_now++;
	return &server->req;

err_server:
	free(server);
err_msg:
	osip_message_free(msg);
	return NULL;
}

void sip_request_watch(struct sip_request *req,
		       const struct sip_request_ops *ops, void *arg)
{
	struct sip_server *server = (struct sip_server *)req;

	server->ops = ops;
	server->arg = arg;
}

/*
 * Timer J: how long a request may be repeated. Not while half of all
 * transactions are taken: anybody whose requests are answered, if only by 481,
 * could fill the other half with such memories.
 */
static unsigned int repeat_ms(const struct sip_server *server)
{
	const struct sip *sip = server->sip;

	return server->reliable ||
	       sip->servers.count > sip->transactions_max / 2 ? 0 :
							64 * sip->t1;
}

static void take_final(struct sip_server *server, int status)
{
	struct sip *sip = server->sip;
	char key[KEY_SIZE];

	server->spent = 0;
	if (!server->invite) {
		server->state = COMPLETED;
		arm(server, repeat_ms(server));
	} else if (status < 300) {
		server->state = ACCEPTED;
		make_ack_key(server->req.msg, server->req.to_tag, key);
		sip_table_add(&sip->accepted, &server->accepted, key);
		arm(server, sip->t1);
	} else {
		server->state = COMPLETED;
		arm(server, server->reliable ? 64 * sip->t1 : sip->t1);
	}
}

int sip_respond(struct sip_request *req, osip_message_t *response)
{
	struct sip_server *server = (struct sip_server *)req;
	int status = response->status_code, err;
	char *bytes;
	size_t len;

	if (server->state > PROCEEDING) {
		osip_message_free(response);
		return -ESTALE;
	}
	err = sip_to_bytes(response, &bytes, &len);
	osip_message_free(response);
	if (err)
		return err;
	wipe_free(server->answer);
	server->answer = bytes;
	server->answer_len = len;
	if (status < 200) {
		server->state = PROCEEDING;
		/* The handler has all the time that it takes. */
		if (server->invite)
			evtimer_del(&server->timer);
	} else {
		take_final(server, status);
	}
	send_answer(server);
	return 0;
}

int sip_reply(struct sip_request *req, int status, const char *reason, ...)
{
	osip_message_t *response = sip_response_new(req, status, reason);
	const char *name, *value;
	va_list args;
	int err = 0;

	if (!response)
		return -ENOMEM;
	va_start(args, reason);
	while (!err && (name = va_arg(args, const char *))) {
		value = va_arg(args, const char *);
		/* As it stands: osip's own way would write into the name. */
		err = osip_message_set_header(response, name, value);
	}
	va_end(args);
	if (err) {
		osip_message_free(response);
		return -EINVAL;
	}
	return sip_respond(req, response);
}

void sip_server_drop_all(struct sip *sip)
{
	struct sip_node *node;

	while ((node = sip_table_first(&sip->servers)))
		end(of_node(node), -ESHUTDOWN);
}
