// SPDX-License-Identifier: GPL-2.0
// Requests we send: their hops, timers and ends (RFC 3261 section 17.1).

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "sip/client.h"
#include "wipe.h"

void sip_client_unlink(struct sip_client *client)
{
	if (client->linked)
		LIST_REMOVE(client, entry);
	client->linked = false;
}

static void link_conn(struct sip_client *client)
{
	struct sip_link *link = sip_link_of(client->conn);

	sip_client_unlink(client);
	if (!link)
		return;
	LIST_INSERT_HEAD(&link->clients, client, entry);
	client->linked = true;
}

void sip_client_maybe_free(struct sip_client *client)
{
	size_t i;

	if (client->state != ENDED || !client->released || client->holding)
		return;
	for (i = 0; i < SIP_ACKS_MAX; i++) {
		free(client->acks[i].to_tag);
		wipe_free(client->acks[i].bytes);
		net_conn_put(client->acks[i].conn);
	}
	osip_message_free(client->request);
	net_conn_put(client->conn);
	net_conn_put(client->datagram);
	free(client->contact_user);
	free(client->reason);
	wipe_free(client->bytes);
	free(client);
}

void sip_client_end(struct sip_client *client)
{
	struct sip *sip = client->sip;

	if (client->state == ENDED)
		return;
	client->state = ENDED;
	evtimer_del(&client->timer);
	sip_client_unlink(client);
	sip_table_remove(&sip->clients, &client->node);
	LIST_REMOVE(client, all);
	sip_route_free(client->route);
	client->route = NULL;
	sip->counters.transactions_now--;
	sip_client_maybe_free(client);
}

void sip_client_fail(struct sip_client *client, int err)
{
	bool tell = !client->told && !client->released;

	client->told = true;
	client->holding = true;
	if (err == -ETIMEDOUT)
		client->sip->counters.timeouts++;
	if (tell && client->ops)
		client->ops->failed(client->arg, client, err);
	client->holding = false;
	sip_client_end(client);
}

void sip_client_arm(struct sip_client *client, unsigned int ms)
{
	client->wait = ms;
	sip_timer_ms(&client->timer, ms);
}

int sip_client_key(struct sip_client *client)
{
	char key[SIP_CLIENT_KEY_SIZE];

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

/*
 * Who wrote the keys knew the class of a connection, or the profile's; by now
 * it may be another connection, by another profile (KEYS-1).
 */
bool sip_may_leave(const struct net_conn *conn, const char *bytes, size_t len)
{
	static const char key[] = "\na=crypto:";
	const struct net_peer *peer = net_conn_peer(conn);
	char addr[NET_ADDR_LEN + 8];

	if (peer->class == NET_ENCRYPTED ||
	    !memmem(bytes, len, key, sizeof(key) - 1))
		return true;
	log_security("keys-not-sent", "peer",
		     net_addr_full(&peer->remote, addr, sizeof(addr)),
		     "reason", "the connection is not encrypted", NULL);
	return false;
}

/*
 * How long it may be silent: timers B and F. Where another can be asked, only
 * as long as four transmissions take: RFC 3263 section 4.3 leaves to the
 * transaction what a failure is, and who calls does not wait for a minute.
 */
static unsigned int patience(const struct sip_client *client)
{
	unsigned int full = 64 * client->sip->t1;

	if (client->state != CALLING || client->cancelled || !client->route ||
	    !(client->impatient || sip_route_has_more(client->route)))
		return full;
	return SIP_CLIENT_SILENCE * client->sip->t1;
}

int sip_client_transmit(struct sip_client *client, bool keep_branch)
{
	struct sip *sip = client->sip;
	bool again = osip_list_size(&client->request->vias) > 0;
	int err;

	/* It was when it was chosen; its end is told once, to who waits then. */
	if (!net_conn_is_open(client->conn))
		return -ENOTCONN;
	if (!keep_branch)
		sip_branch_new(sip, client->branch, sizeof(client->branch));
	wipe_free(client->bytes);
	client->bytes = NULL;
	err = sip_branch_set(client->request, client->conn, client->branch,
			     again) ?:
	      set_contact(client) ?:
	      sip_to_bytes(client->request, &client->bytes, &client->len);
	if (!err && sip_client_is_large(client))
		return sip_client_by_stream(client);
	if (!err)
		err = sip_client_key(client);
	if (!err && !sip_may_leave(client->conn, client->bytes, client->len))
		err = -EPERM;
	if (err)
		return err;
	client->reliable =
		net_conn_peer(client->conn)->transport != NET_UDP;
	client->state = CALLING;
	client->spent = 0;
	link_conn(client);
	err = net_conn_send(client->conn, client->bytes, client->len);
	/* Timers A and E, or B and F at once where nothing is repeated. */
	sip_client_arm(client, client->reliable ? patience(client) : sip->t1);
	return err;
}

void sip_client_next_hop(struct sip_client *client, int err)
{
	sip_client_unlink(client);
	if (sip_client_back_to_datagram(client))
		return;
	if (!client->route || client->cancelled) {
		sip_client_fail(client, err);
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
		sip_client_fail(client, err ?: -ECANCELED);
		return;
	}
	net_conn_put(client->conn);
	client->conn = net_conn_get(conn);
	client->is_fresh = true;
	err = sip_client_transmit(client, false);
	if (err)
		sip_client_next_hop(client, err);
}

static unsigned int next_wait(const struct sip_client *client)
{
	unsigned int wait = client->wait * 2;

	if (client->reliable)
		return UINT_MAX;
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
	unsigned int limit = patience(client), wait;

	(void)fd;
	(void)what;
	if (client->state == ROUTING) {
		sip_route_next(client->route, 0);
		return;
	}
	if (client->state >= COMPLETED) {
		sip_client_end(client);
		return;
	}
	if (client->datagram && client->state == CALLING &&
	    !sip_client_is_connected(client)) {
		sip_client_next_hop(client, -ETIMEDOUT);
		return;
	}
	client->spent += client->wait;
	if (client->spent < limit &&
	    !(client->invite && client->state == PROCEEDING)) {
		if (!client->reliable)
			net_conn_send(client->conn, client->bytes,
				      client->len);
		wait = next_wait(client);
		sip_client_arm(client, wait < limit - client->spent ? wait :
			       limit - client->spent);
	} else if (client->state == CALLING) {
		if (limit < 64 * client->sip->t1 && client->invite)
			sip_client_abandon(client);
		sip_client_next_hop(client, -ETIMEDOUT);
	} else {
		sip_client_fail(client, -ETIMEDOUT);
	}
}

struct sip_client *sip_client_new(struct sip *sip, osip_message_t *request,
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

int sip_client_complete(struct sip *sip, osip_message_t *msg)
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
	int err = sip_client_complete(sip, request);

	if (!err && sip->clients.count + sip->servers.count >=
	    sip->transactions_max)
		err = -EBUSY;
	if (!err) {
		client = sip_client_new(sip, request, ops, arg);
		err = client ? 0 : -ENOMEM;
	}
	if (client)
		client->impatient = target->impatient;
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
		sip_client_end(client);
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
	sip_client_maybe_free(client);
}

struct net_conn *sip_client_conn(const struct sip_client *client)
{
	return client->conn;
}

const osip_message_t *sip_client_request(const struct sip_client *client)
{
	return client->request;
}

void sip_client_lost(struct sip *sip, struct sip_link *link, int err)
{
	struct sip_client *client;

	while ((client = LIST_FIRST(&link->clients))) {
		sip_client_unlink(client);
		if (sip->closing)
			continue;
		if (client->state == CALLING)
			sip_client_next_hop(client, err);
		else
			sip_client_fail(client, err);
	}
}

void sip_client_drop_all(struct sip *sip)
{
	struct sip_client *client;

	while ((client = LIST_FIRST(&sip->all_clients)))
		sip_client_fail(client, -ESHUTDOWN);
}
