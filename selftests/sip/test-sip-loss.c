// SPDX-License-Identifier: GPL-2.0
// Two SIP bases over a network that loses, doubles and reorders datagrams.

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"
#include "wire.h"

enum { CALLS = 60, LOSS_PERCENT = 25, DOUBLE_PERCENT = 10, HOLD_PERCENT = 10 };

/* near sends by its trunk "far" to one socket, far gets it from the other. */
static struct wire near;
static struct sip *far;
static struct net_addr far_addr;

static struct relay {
	int fd;
	struct net_addr peer;		/* whom it stands before */
	struct relay *other;
	struct event event;
	char held[65536];
	size_t held_len;
} relays[2];

/* The same each time, as far as the machine's timing allows. */
static unsigned int dice(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return (state >> 16) % 100;
}

static void forward(const struct relay *relay, const char *buf, size_t len)
{
	if (sendto(relay->other->fd, buf, len, 0, &relay->other->peer.sa,
		   sizeof(relay->other->peer.in)) < 0)
		printf("# sendto: %s\n", strerror(errno));
}

static void on_datagram(evutil_socket_t fd, short what, void *arg)
{
	static char buf[65536];
	struct relay *relay = arg;
	ssize_t len = recv(fd, buf, sizeof(buf), 0);

	(void)what;
	if (len <= 0 || dice() < LOSS_PERCENT)
		return;
	if (dice() < HOLD_PERCENT && !relay->held_len) {
		memcpy(relay->held, buf, (size_t)len);
		relay->held_len = (size_t)len;
		return;
	}
	forward(relay, buf, (size_t)len);
	if (dice() < DOUBLE_PERCENT)
		forward(relay, buf, (size_t)len);
	if (relay->held_len)
		forward(relay, relay->held, relay->held_len);
	relay->held_len = 0;
}

static uint16_t relay_open(struct relay *relay, const struct net_addr *peer,
			   struct relay *other)
{
	struct net_addr addr;
	socklen_t len = sizeof(addr);

	relay->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	relay->peer = *peer;
	relay->other = other;
	net_addr_parse(&addr, "127.0.0.1", 0);
	if (bind(relay->fd, &addr.sa, sizeof(addr.in)) ||
	    getsockname(relay->fd, &addr.sa, &len))
		abort();
	event_assign(&relay->event, near.env.base, relay->fd,
		     EV_READ | EV_PERSIST, on_datagram, relay);
	event_add(&relay->event, NULL);
	return net_addr_port(&addr);
}

static struct call {
	unsigned int handled, acked, ended, finals, failed;
	int status;
	struct sip_client *client;
} calls[CALLS];

static struct call *call_of(const osip_message_t *msg)
{
	return &calls[atoi(msg->call_id->number)];
}

static void on_cancelled(void *arg, struct sip_request *req,
			 const osip_message_t *cancel)
{
	(void)arg;
	(void)req;
	(void)cancel;
}

static void on_acked(void *arg, struct sip_request *req, osip_message_t *ack)
{
	(void)req;
	(void)ack;
	((struct call *)arg)->acked++;
}

static void on_ended(void *arg, struct sip_request *req, int err)
{
	(void)req;
	(void)err;
	((struct call *)arg)->ended++;
}

static void on_invite(void *arg, struct sip_request *req)
{
	static const struct sip_request_ops ops = {
		on_cancelled, on_acked, on_ended };
	struct call *call = call_of(req->msg);

	(void)arg;
	call->handled++;
	sip_request_watch(req, &ops, call);
	sip_reply(req, 180, NULL, NULL);
	sip_reply(req, 200, NULL, NULL);
}

static void on_message(void *arg, struct sip_request *req)
{
	(void)arg;
	call_of(req->msg)->handled++;
	sip_reply(req, 200, NULL, NULL);
}

static osip_message_t *request(const char *method, unsigned int n,
			       const char *to_tag)
{
	osip_message_t *msg;
	char text[32];

	snprintf(text, sizeof(text), "%u", n);
	msg = wire_request(method, text);
	if (to_tag)
		osip_to_set_tag(msg->to, osip_strdup(to_tag));
	return msg;
}

static void on_response(void *arg, struct sip_client *client,
			osip_message_t *response)
{
	struct call *call = arg;

	if (response->status_code < 200)
		return;
	call->finals++;
	call->status = response->status_code;
	if (MSG_TEST_CODE(response, 200) &&
	    !strcmp(response->cseq->method, "INVITE"))
		sip_send_ack(client, request("ACK", (unsigned int)
					     (call - calls),
					     sip_to_tag(response)), NULL);
}

static void on_failed(void *arg, struct sip_client *client, int err)
{
	struct call *call = arg;

	(void)client;
	call->failed++;
	call->status = err;
}

static void run(const char *method, bool invite)
{
	static const struct sip_client_ops ops = { on_response, on_failed };
	struct sip_target target = { .kind = SIP_PEER_TRUNK,
				     .id = wire_trunk(&near, "far") };
	unsigned int i, done = 0, twice = 0, odd = 0, acked = 0;

	memset(calls, 0, sizeof(calls));
	for (i = 0; i < CALLS; i++) {
		if (sip_send(near.sip, request(method, i, NULL), &target, &ops,
			     &calls[i], &calls[i].client))
			abort();
	}
	/* Until each has its end, and all that was begun is forgotten. */
	WIRE_WAIT(&near, !sip_counters(near.sip)->transactions_now &&
		  !sip_counters(far)->transactions_now);
	for (i = 0; i < CALLS; i++) {
		struct call *call = &calls[i];

		done += call->status == 200;
		twice += call->handled > 1 || call->finals > 1 ||
			 call->acked > 1 || call->failed > 1;
		odd += call->finals + call->failed != 1 ||
		       (invite && call->ended != call->handled);
		acked += call->acked;
		sip_client_release(call->client);
	}
	ok(!twice, "%s: nothing is seen twice", method);
	ok(!odd, "%s: one end each", method);
	ok(done >= CALLS * 9 / 10, "%s: %u of %u got through", method, done,
	   CALLS);
	if (invite)
		ok(acked >= CALLS * 9 / 10, "%s: %u acknowledged", method,
		   acked);
}

int main(void)
{
	struct sip_config config;
	uint16_t port;

	wire_open(&near, 0);
	config = (struct sip_config){
		.base = near.env.base, .store = near.env.store,
		.t1_ms = 5, .t2_ms = 20, .t4_ms = 20,
	};
	far = sip_new(&config);
	net_addr_parse(&far_addr, "127.0.0.1", 0);
	if (!far || net_listen(sip_net(far), NET_UDP, false, &far_addr))
		abort();
	sip_handle(far, "INVITE", on_invite, NULL);
	sip_handle(far, "MESSAGE", on_message, NULL);
	port = relay_open(&relays[0], &near.addr, &relays[1]);
	wire_add_trunk(&near, "far", "127.0.0.1", port, "", "");
	relay_open(&relays[1], &far_addr, &relays[0]);
	near.addr = far_addr;		/* the next trunk's incoming port */
	wire_add_trunk(&near, "near", "127.0.0.1", 9, "", "");

	run("MESSAGE", false);
	run("INVITE", true);
	ok(sip_counters(far)->retransmitted > CALLS / 10,
	   "and much of it was repeated");

	event_del(&relays[0].event);
	event_del(&relays[1].event);
	close(relays[0].fd);
	close(relays[1].fd);
	sip_free(far);
	wire_close(&near);
	return tap_end();
}
