// SPDX-License-Identifier: GPL-2.0
/*
 * Requests too large for a datagram: RFC 3261 section 18.1.1. They go by TCP,
 * and by UDP after all where nobody takes that.
 *
 * Trunks alone, of profiles that take TCP as well: a phone is where it
 * registered from, behind whatever let that through.
 */
#include "sip/internal.h"
#include "sip/client.h"

enum {
	LARGE = 1300,			/* bytes, where the path's MTU is not known */
	CONNECT_WAIT = 4,		/* times T1, for who drops what he refuses */
};

bool sip_client_is_large(struct sip_client *client)
{
	bool is_fresh = client->is_fresh;

	client->is_fresh = false;
	return is_fresh && client->len > LARGE && client->route &&
	       net_conn_peer(client->conn)->transport == NET_UDP &&
	       sip_route_takes_tcp(client->route);
}

/* As it would have gone, had it been small. */
static int by_datagram(struct sip_client *client)
{
	net_conn_put(client->conn);
	client->conn = client->datagram;
	client->datagram = NULL;
	return sip_client_transmit(client, false);
}

int sip_client_by_stream(struct sip_client *client)
{
	const struct net_peer *peer = net_conn_peer(client->conn);
	struct net_conn *conn;
	int err;

	err = sip_route_connect_tcp(client->route, &peer->remote, &conn);
	if (err)
		return sip_client_transmit(client, false);
	client->datagram = client->conn;
	client->conn = conn;
	err = sip_client_transmit(client, false);
	if (err)
		return by_datagram(client);
	sip_client_arm(client, CONNECT_WAIT * client->sip->t1);
	return 0;
}

bool sip_client_back_to_datagram(struct sip_client *client)
{
	if (!client->datagram || client->cancelled)
		return false;
	return !by_datagram(client);
}

bool sip_client_is_connected(struct sip_client *client)
{
	if (!client->datagram || !net_conn_is_connected(client->conn))
		return false;
	sip_client_forget_datagram(client);
	return true;
}

void sip_client_forget_datagram(struct sip_client *client)
{
	net_conn_put(client->datagram);
	client->datagram = NULL;
}
