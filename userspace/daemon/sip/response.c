// SPDX-License-Identifier: GPL-2.0
// Responses to our requests, ACK and CANCEL (RFC 3261 17.1 and 9.1, RFC 6026).

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/client.h"
#include "wipe.h"

enum {
	CANCEL_WAIT = 64,		/* times T1, for the final response */
	CHALLENGES_MAX = 2,		/* one, and one that says stale */
};

/* What of the request its ACK and CANCEL share: RFC 3261 17.1.1.3 and 9.1. */
static osip_message_t *derive(const struct sip_client *client,
			      const char *method, const osip_to_t *to)
{
	const osip_message_t *request = client->request;
	osip_message_t *msg;
	char cseq[48];
	int err;

	if (osip_message_init(&msg))
		return NULL;
	snprintf(cseq, sizeof(cseq), "%s %s", request->cseq->number, method);
	osip_message_set_method(msg, osip_strdup(method));
	osip_message_set_version(msg, osip_strdup("SIP/2.0"));
	err = osip_uri_clone(request->req_uri, &msg->req_uri) |
	      osip_from_clone(request->from, &msg->from) |
	      osip_to_clone(to, &msg->to) |
	      osip_call_id_clone(request->call_id, &msg->call_id) |
	      osip_message_set_cseq(msg, cseq) |
	      osip_message_set_header(msg, "Max-Forwards", "70") |
	      osip_list_clone(&request->routes, &msg->routes,
			      (int (*)(void *, void **))osip_route_clone) |
	      sip_branch_set(msg, client->conn, client->branch, false);
	if (!err)
		return msg;
	osip_message_free(msg);
	return NULL;
}

static struct sip_ack *find_ack(struct sip_client *client, const char *to_tag)
{
	size_t i;

	for (i = 0; i < SIP_ACKS_MAX; i++) {
		struct sip_ack *ack = &client->acks[i];

		if (ack->bytes && !strcmp(ack->to_tag, to_tag ?: ""))
			return ack;
	}
	return NULL;
}

/* Keeps the ACK for repetitions, in the first free place. Takes msg. */
static int send_ack(struct sip_client *client, osip_message_t *msg,
		    struct net_conn *conn)
{
	struct sip_ack *ack = find_ack(client, sip_to_tag(msg));
	size_t i;
	int err;

	for (i = 0; !ack && i < SIP_ACKS_MAX; i++) {
		if (!client->acks[i].bytes)
			ack = &client->acks[i];
	}
	if (!ack) {
		osip_message_free(msg);
		return -ENOBUFS;
	}
	free(ack->to_tag);
	wipe_free(ack->bytes);
	net_conn_put(ack->conn);
	memset(ack, 0, sizeof(*ack));
	ack->to_tag = strdup(sip_to_tag(msg) ?: "");
	err = ack->to_tag ? sip_to_bytes(msg, &ack->bytes, &ack->len) :
			    -ENOMEM;
	osip_message_free(msg);
	if (!err && !sip_may_leave(conn, ack->bytes, ack->len))
		err = -EPERM;
	if (err) {
		free(ack->to_tag);
		wipe_free(ack->bytes);
		memset(ack, 0, sizeof(*ack));
		return err;
	}
	ack->conn = net_conn_get(conn);
	return net_conn_send(conn, ack->bytes, ack->len);
}

static void repeat_ack(const struct sip_ack *ack)
{
	net_conn_send(ack->conn, ack->bytes, ack->len);
}

static void ack_failure(struct sip_client *client,
			const osip_message_t *response)
{
	osip_message_t *msg = derive(client, "ACK", response->to);

	if (msg)
		send_ack(client, msg, client->conn);
}

/* What the transaction was until now, under its branch; for a while. */
static struct sip_client *split(struct sip_client *client)
{
	struct sip *sip = client->sip;
	struct sip_client *ghost;
	osip_message_t *copy;

	if (osip_message_clone(client->request, &copy))
		return NULL;
	ghost = sip_client_new(sip, copy, NULL, NULL);
	if (!ghost) {
		osip_message_free(copy);
		return NULL;
	}
	memcpy(ghost->branch, client->branch, sizeof(ghost->branch));
	ghost->conn = net_conn_get(client->conn);
	ghost->reliable = client->reliable;
	ghost->released = true;
	sip_table_remove(&sip->clients, &client->node);
	if (sip_client_key(ghost)) {
		sip_client_end(ghost);
		return NULL;
	}
	sip_client_arm(ghost, 64 * sip->t1);
	return ghost;
}

/*
 * The transaction goes on by another hop or with credentials; what it was until
 * now stays behind, to acknowledge repetitions of its final response.
 */
static void leave_ghost(struct sip_client *client)
{
	struct sip_client *ghost = NULL;

	if (client->invite && !client->reliable)
		ghost = split(client);
	if (!ghost)
		return;
	memcpy(ghost->acks, client->acks, sizeof(ghost->acks));
	memset(client->acks, 0, sizeof(client->acks));
	ghost->state = COMPLETED;
}

void sip_client_abandon(struct sip_client *client)
{
	struct sip_client *ghost = split(client);

	if (!ghost)
		return;
	ghost->state = CALLING;
	ghost->cancelled = true;
}

static int start_cancel(struct sip_client *client)
{
	struct sip *sip = client->sip;
	osip_message_t *msg = derive(client, "CANCEL", client->request->to);
	struct sip_client *cancel = msg ? sip_client_new(sip, msg, NULL, NULL) :
					  NULL;

	if (!cancel) {
		osip_message_free(msg);
		return -ENOMEM;
	}
	if (client->reason)
		osip_message_set_header(msg, "Reason", client->reason);
	client->cancel_sent = true;
	memcpy(cancel->branch, client->branch, sizeof(cancel->branch));
	cancel->conn = net_conn_get(client->conn);
	cancel->released = true;
	if (sip_client_transmit(cancel, true) && !cancel->node.key)
		sip_client_end(cancel);
	/* Who does not know the INVITE any more does not answer it (9.1). */
	client->spent = 0;
	client->reliable = true;
	sip_client_arm(client, CANCEL_WAIT * sip->t1);
	return 0;
}

int sip_client_cancel(struct sip_client *client, const char *reason)
{
	if (!client->invite || client->state >= COMPLETED)
		return -EINVAL;
	if (client->cancelled)
		return 0;
	client->cancelled = true;
	/* Without memory it goes without. */
	client->reason = reason ? strdup(reason) : NULL;
	return client->state == PROCEEDING ? start_cancel(client) : 0;
}

static void tell(struct sip_client *client, osip_message_t *msg)
{
	if (client->released || !client->ops)
		return;
	client->holding = true;
	client->ops->response(client->arg, client, msg);
	client->holding = false;
	sip_client_maybe_free(client);
}

static void take_provisional(struct sip_client *client, osip_message_t *msg)
{
	if (client->state == CALLING) {
		client->state = PROCEEDING;
		if (client->invite)
			evtimer_del(&client->timer);
		if (client->cancelled && !client->cancel_sent)
			start_cancel(client);
	}
	if (client->state == PROCEEDING)
		tell(client, msg);
}

static bool answer_challenge(struct sip_client *client,
			     const osip_message_t *msg)
{
	if ((msg->status_code != 401 && msg->status_code != 407) ||
	    !client->route || client->cancelled ||
	    client->challenges >= CHALLENGES_MAX ||
	    !sip_route_answers_challenges(client->route) ||
	    sip_challenge_answer(client->sip, client->request, msg,
				 client->challenges,
				 sip_route_realm(client->route)))
		return false;
	client->challenges++;
	leave_ghost(client);
	if (sip_client_transmit(client, false))
		sip_client_next_hop(client, -ECONNRESET);
	return true;
}

/*
 * There is a final response: no other hop will be tried and nothing repeated.
 * Calls wait here for half a minute after they were answered, thousands of them.
 */
static void settle(struct sip_client *client, enum sip_client_state state)
{
	client->state = state;
	client->told = true;
	sip_client_unlink(client);
	sip_route_free(client->route);
	client->route = NULL;
	if (client->bytes)
		explicit_bzero(client->bytes, client->len);
	free(client->bytes);
	client->bytes = NULL;
}

static void take_failure(struct sip_client *client, osip_message_t *msg)
{
	if (client->invite)
		ack_failure(client, msg);
	if (answer_challenge(client, msg))
		return;
	/* Section 21.5.4 and RFC 3263 section 4.3. */
	if (msg->status_code == 503 && client->route && !client->cancelled &&
	    sip_route_has_more(client->route)) {
		leave_ghost(client);
		sip_client_next_hop(client, -EHOSTUNREACH);
		return;
	}
	settle(client, COMPLETED);
	/* Timers D and K. */
	sip_client_arm(client, client->reliable ? 0 : client->invite ?
		    64 * client->sip->t1 : client->sip->t4);
	tell(client, msg);
}

static void take_success(struct sip_client *client, osip_message_t *msg)
{
	const struct sip_ack *ack = find_ack(client, sip_to_tag(msg));

	if (ack) {
		repeat_ack(ack);
		return;
	}
	if (client->state != ACCEPTED) {
		settle(client, client->invite ? ACCEPTED : COMPLETED);
		/* Timer M (RFC 6026) or K. */
		sip_client_arm(client, client->invite ? 64 * client->sip->t1 :
			    client->reliable ? 0 : client->sip->t4);
	}
	tell(client, msg);
}

static struct sip_client *find(struct sip *sip, const struct sip_input *in,
			       const osip_message_t *msg)
{
	struct sip_node *node;
	char key[SIP_CLIENT_KEY_SIZE];

	if (in->via.branch.len >= SIP_BRANCH_SIZE)
		return NULL;
	snprintf(key, sizeof(key), "%.*s %.50s", (int)in->via.branch.len,
		 in->via.branch.at, msg->cseq->method);
	node = sip_table_find(&sip->clients, key);
	return node ? (struct sip_client *)((char *)node -
			offsetof(struct sip_client, node)) : NULL;
}

void sip_client_input(struct sip *sip, const struct sip_input *in,
		      osip_message_t *msg)
{
	struct sip_client *client = find(sip, in, msg);
	int status = msg->status_code;

	/* RFC 6026 section 8.5: strays are dropped, 2xx too. */
	if (!client || net_conn_peer(in->conn)->transport !=
	    net_conn_peer(client->conn)->transport) {
		sip->counters.stray++;
		return;
	}
	/* It takes what it answers: no need for the way back. */
	sip_client_forget_datagram(client);
	if (client->state == COMPLETED) {
		if (client->invite && status >= 300 && client->acks[0].bytes)
			repeat_ack(&client->acks[0]);
	} else if (client->state == ACCEPTED) {
		if (status >= 200 && status < 300)
			take_success(client, msg);
	} else if (client->state == CALLING || client->state == PROCEEDING) {
		if (status < 200)
			take_provisional(client, msg);
		else if (status < 300)
			take_success(client, msg);
		else
			take_failure(client, msg);
	}
}

int sip_send_ack(struct sip_client *client, osip_message_t *ack,
		 const struct sip_target *target)
{
	struct sip *sip = client->sip;
	struct net_conn *conn = target && target->conn ? target->conn :
							 client->conn;
	char branch[SIP_BRANCH_SIZE];
	int err = sip_client_complete(sip, ack);

	if (!err && !net_conn_is_open(conn))
		err = -ENOTCONN;
	sip_branch_new(sip, branch, sizeof(branch));
	if (!err)
		err = sip_branch_set(ack, conn, branch, false);
	if (err) {
		osip_message_free(ack);
		return err;
	}
	return send_ack(client, ack, conn);
}
