// SPDX-License-Identifier: GPL-2.0
// Client transactions (RFC 3261 section 17.1, RFC 6026).

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sip/internal.h"

enum {
	KEY_SIZE = SIP_BRANCH_SIZE + 64,
	ACKS_MAX = 4,			/* of one INVITE's dialogs */
	CANCEL_WAIT = 64,		/* times T1, for the final response */
	CHALLENGES_MAX = 2,		/* one, and one that says stale */
};

enum state {
	ROUTING,			/* no hop yet */
	CALLING,			/* sent, nothing came back */
	PROCEEDING,
	COMPLETED,			/* final response; stragglers absorbed */
	ACCEPTED,			/* INVITE: 2xx; more may come */
	ENDED,
};

/* What an INVITE's final response gets, again for each repetition. */
struct ack {
	char *to_tag;
	char *bytes;
	size_t len;
	struct net_conn *conn;
};

/*
 * Until released it is the caller's, too. state says whether the transaction
 * still needs it: it is freed at ENDED and released, whichever comes last.
 */
struct sip_client {
	struct sip *sip;
	struct sip_node node;
	LIST_ENTRY(sip_client) all;
	LIST_ENTRY(sip_client) entry;	/* of link, while it waits by a stream */
	bool linked;
	enum state state;
	bool invite, reliable, released, told;
	bool cancelled, cancel_sent, holding;
	osip_message_t *request;
	char *contact_user;		/* NULL: Contact is the caller's */
	struct sip_route *route;	/* NULL: one conn and no other */
	struct net_conn *conn;
	char branch[SIP_BRANCH_SIZE];
	char *bytes;
	size_t len;
	struct event timer;
	unsigned int wait, spent;	/* ms */
	unsigned int challenges;
	struct ack acks[ACKS_MAX];
	const struct sip_client_ops *ops;
	void *arg;
};

static void unlink_conn(struct sip_client *client)
{
	if (client->linked)
		LIST_REMOVE(client, entry);
	client->linked = false;
}

static void link_conn(struct sip_client *client)
{
	struct sip_link *link = sip_link_of(client->conn);

	unlink_conn(client);
	if (!link)
		return;
	LIST_INSERT_HEAD(&link->clients, client, entry);
	client->linked = true;
}

static void maybe_free(struct sip_client *client)
{
	size_t i;

	if (client->state != ENDED || !client->released || client->holding)
		return;
	for (i = 0; i < ACKS_MAX; i++) {
		free(client->acks[i].to_tag);
		free(client->acks[i].bytes);
		net_conn_put(client->acks[i].conn);
	}
	osip_message_free(client->request);
	net_conn_put(client->conn);
	free(client->contact_user);
	free(client->bytes);
	free(client);
}

static void end(struct sip_client *client)
{
	struct sip *sip = client->sip;

	if (client->state == ENDED)
		return;
	client->state = ENDED;
	evtimer_del(&client->timer);
	unlink_conn(client);
	sip_table_remove(&sip->clients, &client->node);
	LIST_REMOVE(client, all);
	sip_route_free(client->route);
	client->route = NULL;
	sip->counters.transactions_now--;
	maybe_free(client);
}

/* Tells once that there will be no final response. */
static void fail(struct sip_client *client, int err)
{
	bool tell = !client->told && !client->released;

	client->told = true;
	client->holding = true;
	if (err == -ETIMEDOUT)
		client->sip->counters.timeouts++;
	if (tell && client->ops)
		client->ops->failed(client->arg, client, err);
	client->holding = false;
	end(client);
}

static void arm(struct sip_client *client, unsigned int ms)
{
	client->wait = ms;
	sip_timer_ms(&client->timer, ms);
}

static int make_key(struct sip_client *client)
{
	char key[KEY_SIZE];

	snprintf(key, sizeof(key), "%s %s", client->branch,
		 client->request->cseq->method);
	sip_table_remove(&client->sip->clients, &client->node);
	return sip_table_add(&client->sip->clients, &client->node, key);
}

/* Where the answers to come, and the dialog's requests, find us by this hop. */
static int set_contact(struct sip_client *client)
{
	if (!client->contact_user)
		return 0;
	return sip_contact_set(client->request, client->contact_user,
			       client->conn);
}

/* A new branch for each hop: each is a transaction of its own (8.1.3.5). */
static int transmit(struct sip_client *client, bool keep_branch)
{
	struct sip *sip = client->sip;
	bool again = osip_list_size(&client->request->vias) > 0;
	int err;

	if (!keep_branch)
		sip_branch_new(sip, client->branch, sizeof(client->branch));
	free(client->bytes);
	client->bytes = NULL;
	err = sip_branch_set(client->request, client->conn, client->branch,
			     again) ?:
	      set_contact(client) ?:
	      sip_to_bytes(client->request, &client->bytes, &client->len) ?:
	      make_key(client);
	if (err)
		return err;
	client->reliable =
		net_conn_peer(client->conn)->transport != NET_UDP;
	client->state = CALLING;
	client->spent = 0;
	link_conn(client);
	err = net_conn_send(client->conn, client->bytes, client->len);
	/* Timers A and E, or B and F at once where nothing is repeated. */
	arm(client, client->reliable ? 64 * sip->t1 : sip->t1);
	return err;
}

static void try_next(struct sip_client *client, int err)
{
	unlink_conn(client);
	if (!client->route || client->cancelled) {
		fail(client, err);
		return;
	}
	client->state = ROUTING;
	evtimer_del(&client->timer);
	sip_route_next(client->route, err);
}

void sip_client_routed(struct sip_client *client, struct net_conn *conn,
		       int err)
{
	if (err || client->cancelled) {
		fail(client, err ?: -ECANCELED);
		return;
	}
	net_conn_put(client->conn);
	client->conn = net_conn_get(conn);
	err = transmit(client, false);
	if (err)
		try_next(client, err);
}

static unsigned int next_wait(const struct sip_client *client)
{
	unsigned int wait = client->wait * 2;

	/* Timer A has no ceiling, timer E has T2, and T2 once proceeding. */
	if (client->invite)
		return wait;
	if (client->state == PROCEEDING || wait > client->sip->t2)
		return client->sip->t2;
	return wait;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct sip_client *client = arg;

	(void)fd;
	(void)what;
	if (client->state == ROUTING) {
		sip_route_next(client->route, 0);
		return;
	}
	if (client->state >= COMPLETED) {
		end(client);
		return;
	}
	client->spent += client->wait;
	if (client->spent < 64 * client->sip->t1 && !client->reliable &&
	    !(client->invite && client->state == PROCEEDING)) {
		net_conn_send(client->conn, client->bytes, client->len);
		arm(client, next_wait(client));
	} else if (client->state == CALLING) {
		try_next(client, -ETIMEDOUT);
	} else {
		fail(client, -ETIMEDOUT);
	}
}

static struct sip_client *client_new(struct sip *sip, osip_message_t *request,
				     const struct sip_client_ops *ops,
				     void *arg)
{
	struct sip_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->sip = sip;
	client->request = request;
	client->invite = MSG_IS_INVITE(request);
	client->ops = ops;
	client->arg = arg;
	evtimer_assign(&client->timer, sip->base, on_timer, client);
	LIST_INSERT_HEAD(&sip->all_clients, client, all);
	sip->counters.transactions_now++;
	return client;
}

static int complete_request(struct sip *sip, osip_message_t *msg)
{
	char hops[12];

	if (!msg->sip_method || !msg->req_uri || !msg->from || !msg->to ||
	    !msg->call_id || !msg->cseq)
		return -EINVAL;
	if (!sip_header(msg, "Max-Forwards")) {
		snprintf(hops, sizeof(hops), "%u",
			 store_param(sip->store, STORE_PARAM_MAX_FORWARDS));
		osip_message_set_header(msg, "Max-Forwards", hops);
	}
	if (!sip_header(msg, "User-Agent"))
		osip_message_set_header(msg, "User-Agent", sip->user_agent);
	return 0;
}

int sip_send(struct sip *sip, osip_message_t *request,
	     const struct sip_target *target, const struct sip_client_ops *ops,
	     void *arg, struct sip_client **out)
{
	struct sip_client *client = NULL;
	int err = complete_request(sip, request);

	if (!err && sip->clients.count + sip->servers.count >=
	    sip->transactions_max)
		err = -EBUSY;
	if (!err) {
		client = client_new(sip, request, ops, arg);
		err = client ? 0 : -ENOMEM;
	}
	if (!client) {
		osip_message_free(request);
		return err;
	}
	if (target->contact_user && !osip_list_size(&request->contacts)) {
		client->contact_user = strdup(target->contact_user);
		err = client->contact_user ? 0 : -ENOMEM;
	}
	if (!err)
		err = sip_route_new(sip, target, client, &client->route);
	if (err) {
		client->released = true;
		end(client);
		return err;
	}
	/* From the loop: who called has not got the handle yet. */
	sip_timer_ms(&client->timer, 0);
	*out = client;
	return 0;
}

void sip_client_release(struct sip_client *client)
{
	client->released = true;
	client->ops = NULL;
	maybe_free(client);
}

struct net_conn *sip_client_conn(const struct sip_client *client)
{
	return client->conn;
}

const osip_message_t *sip_client_request(const struct sip_client *client)
{
	return client->request;
}

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

static struct ack *find_ack(struct sip_client *client, const char *to_tag)
{
	size_t i;

	for (i = 0; i < ACKS_MAX; i++) {
		struct ack *ack = &client->acks[i];

		if (ack->bytes && !strcmp(ack->to_tag, to_tag ?: ""))
			return ack;
	}
	return NULL;
}

/* Keeps the ACK for repetitions, in the first free place. Takes msg. */
static int send_ack(struct sip_client *client, osip_message_t *msg,
		    struct net_conn *conn)
{
	struct ack *ack = find_ack(client, sip_to_tag(msg));
	size_t i;
	int err;

	for (i = 0; !ack && i < ACKS_MAX; i++) {
		if (!client->acks[i].bytes)
			ack = &client->acks[i];
	}
	if (!ack) {
		osip_message_free(msg);
		return -ENOBUFS;
	}
	free(ack->to_tag);
	free(ack->bytes);
	net_conn_put(ack->conn);
	memset(ack, 0, sizeof(*ack));
	ack->to_tag = strdup(sip_to_tag(msg) ?: "");
	err = ack->to_tag ? sip_to_bytes(msg, &ack->bytes, &ack->len) :
			    -ENOMEM;
	osip_message_free(msg);
	if (err)
		return err;
	ack->conn = net_conn_get(conn);
	return net_conn_send(conn, ack->bytes, ack->len);
}

static void repeat_ack(const struct ack *ack)
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

/*
 * The transaction goes on by another hop or with credentials; what it was until
 * now stays behind, to acknowledge repetitions of its final response.
 */
static void leave_ghost(struct sip_client *client)
{
	struct sip *sip = client->sip;
	struct sip_client *ghost;
	osip_message_t *copy;

	if (!client->invite || client->reliable ||
	    osip_message_clone(client->request, &copy))
		return;
	ghost = client_new(sip, copy, NULL, NULL);
	if (!ghost) {
		osip_message_free(copy);
		return;
	}
	memcpy(ghost->branch, client->branch, sizeof(ghost->branch));
	memcpy(ghost->acks, client->acks, sizeof(ghost->acks));
	memset(client->acks, 0, sizeof(client->acks));
	ghost->conn = net_conn_get(client->conn);
	ghost->state = COMPLETED;
	ghost->released = true;
	sip_table_remove(&sip->clients, &client->node);
	if (make_key(ghost))
		end(ghost);
	else
		arm(ghost, 64 * sip->t1);
}

static int start_cancel(struct sip_client *client)
{
	struct sip *sip = client->sip;
	osip_message_t *msg = derive(client, "CANCEL", client->request->to);
	struct sip_client *cancel = msg ? client_new(sip, msg, NULL, NULL) :
					  NULL;

	if (!cancel) {
		osip_message_free(msg);
		return -ENOMEM;
	}
	client->cancel_sent = true;
	memcpy(cancel->branch, client->branch, sizeof(cancel->branch));
	cancel->conn = net_conn_get(client->conn);
	cancel->released = true;
	if (transmit(cancel, true) && !cancel->node.key)
		end(cancel);
	/* Who does not know the INVITE any more does not answer it (9.1). */
	client->spent = 0;
	client->reliable = true;
	arm(client, CANCEL_WAIT * sip->t1);
	return 0;
}

int sip_client_cancel(struct sip_client *client)
{
	if (!client->invite || client->state >= COMPLETED)
		return -EINVAL;
	if (client->cancelled)
		return 0;
	client->cancelled = true;
	return client->state == PROCEEDING ? start_cancel(client) : 0;
}

static void tell(struct sip_client *client, osip_message_t *msg)
{
	if (client->released || !client->ops)
		return;
	client->holding = true;
	client->ops->response(client->arg, client, msg);
	client->holding = false;
	maybe_free(client);
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
				 client->challenges))
		return false;
	client->challenges++;
	leave_ghost(client);
	if (transmit(client, false))
		try_next(client, -ECONNRESET);
	return true;
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
		try_next(client, -EHOSTUNREACH);
		return;
	}
	client->state = COMPLETED;
	client->told = true;
	unlink_conn(client);
	/* Timers D and K. */
	arm(client, client->reliable ? 0 : client->invite ?
		    64 * client->sip->t1 : client->sip->t4);
	tell(client, msg);
}

static void take_success(struct sip_client *client, osip_message_t *msg)
{
	const struct ack *ack = find_ack(client, sip_to_tag(msg));

	if (ack) {
		repeat_ack(ack);
		return;
	}
	if (client->state != ACCEPTED) {
		client->state = client->invite ? ACCEPTED : COMPLETED;
		client->told = true;
		unlink_conn(client);
		/* Timer M (RFC 6026) or K. */
		arm(client, client->invite ? 64 * client->sip->t1 :
			    client->reliable ? 0 : client->sip->t4);
	}
	tell(client, msg);
}

static struct sip_client *find(struct sip *sip, const struct sip_input *in,
			       const osip_message_t *msg)
{
	struct sip_node *node;
	char key[KEY_SIZE];

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

void sip_client_lost(struct sip *sip, struct sip_link *link, int err)
{
	struct sip_client *client;

	while ((client = LIST_FIRST(&link->clients))) {
		unlink_conn(client);
		if (sip->closing)
			continue;
		if (client->state == CALLING)
			try_next(client, err);
		else
			fail(client, err);
	}
}

int sip_send_ack(struct sip_client *client, osip_message_t *ack,
		 const struct sip_target *target)
{
	struct sip *sip = client->sip;
	struct net_conn *conn = target && target->conn ? target->conn :
							 client->conn;
	char branch[SIP_BRANCH_SIZE];
	int err = complete_request(sip, ack);

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

void sip_client_drop_all(struct sip *sip)
{
	struct sip_client *client;

	while ((client = LIST_FIRST(&sip->all_clients)))
		fail(client, -ESHUTDOWN);
}
