// SPDX-License-Identifier: GPL-2.0
// A SIP base on loopback and strangers' sockets that talk to it.

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "wire.h"

static void start(struct wire *wire, unsigned int transactions)
{
	struct sip_config config = {
		.base = wire->env.base, .store = wire->env.store,
		.node = "ccm1", .t1_ms = 5, .t2_ms = 20, .t4_ms = 20,
		.transactions = transactions,
	};

	wire->sip = sip_new(&config);
	if (!wire->sip ||
	    net_listen(sip_net(wire->sip), NET_UDP, false, &wire->addr) ||
	    net_listen(sip_net(wire->sip), NET_TCP, false, &wire->addr))
		abort();
}

void wire_open(struct wire *wire, unsigned int transactions)
{
	memset(wire, 0, sizeof(*wire));
	env_open(&wire->env);
	net_addr_parse(&wire->addr, "127.0.0.1", 0);
	start(wire, transactions);
}

void wire_restart(struct wire *wire)
{
	sip_free(wire->sip);
	env_restart(&wire->env);
	start(wire, 0);
}

void wire_close(struct wire *wire)
{
	sip_free(wire->sip);
	env_close(&wire->env);
}

void wire_add_trunk(struct wire *wire, const char *name, const char *host,
		    uint16_t port, const char *profile_fields,
		    const char *trunk_fields)
{
	char text[1024];

	snprintf(text, sizeof(text), "{\"name\": \"%s-profile\", \"kind\": "
		 "\"trunk\", \"incoming_port\": %u%s}", name,
		 net_addr_port(&wire->addr), *profile_fields ? profile_fields :
		 ", \"outgoing_transport\": \"udp\"");
	if (env_add(&wire->env, "profile", text) != 200)
		abort();
	snprintf(text, sizeof(text), "{\"name\": \"%s\", \"profile\": "
		 "\"%s-profile\", \"destinations\": [{\"address\": \"%s\", "
		 "\"port\": %u}]%s}", name, name, host, port,
		 *trunk_fields ? trunk_fields : ", \"options_ping\": false");
	if (env_add(&wire->env, "trunk", text) != 200)
		abort();
}

void wire_set_param(struct wire *wire, const char *name, const char *value)
{
	char text[128];
	json_t *body;

	snprintf(text, sizeof(text), "{\"value\": %s}", value);
	body = env_json(text);
	if (env_ask(&wire->env, STORE_SET, NULL, name, body, NULL) != 200)
		abort();
	json_decref(body);
}

int64_t wire_trunk(struct wire *wire, const char *name)
{
	static struct store_trunk trunk;

	if (store_trunk_by_name(wire->env.store, name, &trunk))
		abort();
	return trunk.id;
}

int wire_dial(struct wire *wire, const char *host, int type, uint16_t *port)
{
	struct net_addr addr;
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, type, 0);

	net_addr_parse(&addr, host, 0);
	if (fd < 0 || bind(fd, &addr.sa, sizeof(addr.in)) ||
	    connect(fd, &wire->addr.sa, sizeof(wire->addr.in)) ||
	    getsockname(fd, &addr.sa, &len))
		abort();
	if (port)
		*port = net_addr_port(&addr);
	return fd;
}

void wire_put(int fd, const char *format, ...)
{
	char text[8192], out[16384], *at = out;
	va_list args;
	int i, n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (i = 0; i < n; i++) {
		if (text[i] == '\n')
			*at++ = '\r';
		*at++ = text[i];
	}
	if (send(fd, out, (size_t)(at - out), MSG_NOSIGNAL) < 0)
		printf("# send: %s\n", strerror(errno));
}

size_t wire_get(struct wire *wire, int fd, char *buf, size_t size)
{
	ssize_t n;

	while ((n = recv(fd, buf, size - 1, MSG_DONTWAIT)) < 0)
		event_base_loop(wire->env.base, EVLOOP_ONCE);
	buf[n] = '\0';
	return (size_t)n;
}

bool wire_is_quiet(struct wire *wire, int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	int i;

	/* What is done at once is done within a few turns. */
	for (i = 0; i < 10; i++)
		event_base_loop(wire->env.base, EVLOOP_NONBLOCK);
	return !poll(&poller, 1, 0);
}

int wire_status(const char *message)
{
	return strncmp(message, "SIP/2.0 ", 8) ? 0 : atoi(message + 8);
}

const char *wire_header(const char *message, const char *name)
{
	static char value[4][2048];
	static int turn;
	char *to = value[turn++ % 4];
	const char *at = message;

	to[0] = '\0';
	while ((at = strstr(at, "\r\n"))) {
		at += 2;
		if (strncasecmp(at, name, strlen(name)) ||
		    at[strlen(name)] != ':')
			continue;
		at += strlen(name) + 1;
		at += strspn(at, " ");
		snprintf(to, sizeof(value[0]), "%.*s",
			 (int)strcspn(at, "\r"), at);
		break;
	}
	return to;
}

osip_message_t *wire_request(const char *method, const char *call_id)
{
	osip_message_t *msg;
	char cseq[32];

	osip_message_init(&msg);
	osip_message_set_method(msg, osip_strdup(method));
	osip_message_set_version(msg, osip_strdup("SIP/2.0"));
	osip_uri_init(&msg->req_uri);
	osip_uri_parse(msg->req_uri, "sip:5551@trunk");
	osip_message_set_from(msg, "<sip:1@ucsec>;tag=f");
	osip_message_set_to(msg, "<sip:5551@trunk>");
	osip_message_set_call_id(msg, call_id);
	snprintf(cseq, sizeof(cseq), "1 %s", method);
	osip_message_set_cseq(msg, cseq);
	return msg;
}

bool wire_is(const char *message, const char *method)
{
	size_t len = strlen(method);

	return !strncmp(message, method, len) && message[len] == ' ';
}

void wire_answer(int fd, const char *request, int status, const char *tag,
		 const char *more)
{
	char via[512], to[256], from[256], id[128], cseq[64];

	/* wire_header() has one buffer. */
	strcpy(via, wire_header(request, "Via"));
	strcpy(to, wire_header(request, "To"));
	strcpy(from, wire_header(request, "From"));
	strcpy(id, wire_header(request, "Call-ID"));
	strcpy(cseq, wire_header(request, "CSeq"));
	wire_put(fd, "SIP/2.0 %d X\nVia: %s\nFrom: %s\nTo: %s%s%s\n"
		 "Call-ID: %s\nCSeq: %s\n%sContent-Length: 0\n\n", status, via,
		 from, to, strstr(to, "tag=") ? "" : ";tag=",
		 strstr(to, "tag=") ? "" : tag, id, cseq, more);
}
