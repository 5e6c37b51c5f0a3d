// SPDX-License-Identifier: GPL-2.0
/* A trunk that watches a line and brings messages for it, over loopback. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sip/presence.h"
#include "tap.h"
#include "wire.h"

static struct wire wire;
static struct sip_presence *presence;
static enum call_line_state state;
static char got[65536];
static uint16_t port;
static int fd;

static enum call_line_state line_state(void *arg, int64_t line)
{
	(void)arg, (void)line;
	return state;
}

static void put(const char *method, int cseq, const char *tag,
		const char *headers, const char *body)
{
	wire_put(fd, "%s sip:1001@ucsec SIP/2.0\n"
		 "Via: SIP/2.0/UDP 127.0.0.2:%u;branch=z9hG4bK%s%d\n"
		 "From: <sip:w@127.0.0.2>;tag=a\nTo: <sip:1001@ucsec>%s\n"
		 "Call-ID: %s\nCSeq: %d %s\nMax-Forwards: 70\n"
		 "Contact: <sip:w@127.0.0.2:%u>\n%sContent-Length: %zu\n\n%s",
		 method, port, method, cseq, tag, method, cseq, method, port,
		 headers, strlen(body), body);
}

static bool gets(const char *start)
{
	wire_get(&wire, fd, got, sizeof(got));
	if (!strncmp(got, start, strlen(start)))
		return true;
	printf("# not %s but\n# %.300s\n", start, got);
	return false;
}

static void take(void)
{
	char head[2048];
	int n;

	n = sprintf(head, "SIP/2.0 200 OK\nVia: %.500s\n",
		    wire_header(got, "Via"));
	n += sprintf(head + n, "From: %.300s\n", wire_header(got, "From"));
	n += sprintf(head + n, "To: %.300s\n", wire_header(got, "To"));
	n += sprintf(head + n, "Call-ID: %.300s\n",
		     wire_header(got, "Call-ID"));
	sprintf(head + n, "CSeq: %.100s\nContent-Length: 0\n\n",
		wire_header(got, "CSeq"));
	wire_put(fd, "%s", head);
	wire_is_quiet(&wire, fd);
}

static void test_watch(void)
{
	char tag[64];

	put("SUBSCRIBE", 1, "", "Event: dialog\nExpires: 600\n", "");
	ok(gets("SIP/2.0 200"), "subscribed");
	snprintf(tag, sizeof(tag), "%.60s",
		 strchr(wire_header(got, "To"), ';'));
	ok(strstr(wire_header(got, "Contact"), "@127.0.0.1:"), "Contact");
	ok(gets("NOTIFY sip:w@127.0.0.2"), "told at once");
	ok(strstr(wire_header(got, "Contact"), "@127.0.0.1:"), "Contact");
	ok(strstr(got, "<dialog-info"), "what it does");
	take();
	state = CALL_LINE_BUSY;
	ok(gets("NOTIFY "), "told of the change");
	ok(strstr(got, "<state>confirmed</state>"), "busy");
	take();
	put("SUBSCRIBE", 2, tag, "Event: dialog\nExpires: 0\n", "");
	ok(gets("SIP/2.0 200"), "unsubscribed");
	ok(gets("NOTIFY "), "told for the last time");
	ok(strstr(wire_header(got, "Subscription-State"), "terminated"),
	   "and that it is");
	take();
	WIRE_WAIT(&wire, !sip_presence_count(presence));
	ok(true, "forgotten");
}

static void test_boxes(void)
{
	put("SUBSCRIBE", 3, "", "Event: presence\n", "");
	ok(gets("SIP/2.0 403"), "presence: the box is off");
	put("NOTIFY", 4, "", "Event: message-summary\n"
	    "Subscription-State: active\n"
	    "Content-Type: application/simple-message-summary\n",
	    "Messages-Waiting: yes");
	ok(gets("SIP/2.0 200"), "messages: the box is on");
}

int main(void)
{
	/* Who waits in vain must not wait for ever. */
	alarm(60);
	wire_open(&wire, 0);
	fd = wire_dial(&wire, "127.0.0.2", SOCK_DGRAM, &port);
	wire_add_trunk(&wire, "w", "127.0.0.2", port,
		       ", \"outgoing_transport\": \"udp\", "
		       "\"accept_unsolicited_notification\": true",
		       ", \"options_ping\": false");
	if (env_add(&wire.env, "line", "{\"number\": \"1001\"}") != 200)
		abort();
	presence = sip_presence_new(&(struct sip_presence_config){
		.base = wire.env.base, .sip = wire.sip,
		.store = wire.env.store, .domain = "ucsec.example",
		.second_ms = 20, .line_state = line_state });
	test_watch();
	test_boxes();
	sip_presence_free(presence);
	wire_close(&wire);
	return tap_end();
}
