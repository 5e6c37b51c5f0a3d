// SPDX-License-Identifier: GPL-2.0
/*
 * A daemon with one call: makes its media or takes it over, tells what happens.
 *
 * hold-call SOCKET FILE LOCAL-A LOCAL-B PEER-A PEER-B SUITE-B
 *
 * FILE is where the call is kept; if it is there, the call is adopted. SUITE-B
 * protects the leg to B, "-" for none; the peer's key is all "k". Ends by
 * SIGTERM, which ends the call as well.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/media.h"
#include "call/mediad.h"

enum { PEER_PORT_A = 4000, PEER_PORT_B = 5000 };

static struct event_base *base;
static struct call_media_system *media_system;
static struct call_media *media;
static char **args;

__attribute__((format(printf, 1, 2)))
static void say(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	fflush(stdout);
}

static void on_event(void *arg, unsigned int line, enum call_leg from,
		     enum call_media_event event, uint64_t count)
{
	(void)arg;
	(void)line;
	(void)count;
	say("event %c: %s\n", from == CALL_LEG_A ? 'a' : 'b',
	    call_media_event_about(event));
}

static void on_applied(void *arg, int err, const char *why)
{
	char *text = call_media_save(media);
	FILE *file = fopen(args[2], "w");

	(void)arg;
	fputs(text, file);
	fclose(file);
	free(text);
	say("applied %d %s ports %u %u\n", err, why ? why : "-",
	    call_media_local(media, 0, CALL_LEG_A)->port,
	    call_media_local(media, 0, CALL_LEG_B)->port);
}

static void stage(enum call_leg leg, const char *host, uint16_t port,
		  const char *suite)
{
	struct call_peer peer = {
		.port = port, .sends = true, .receives = true,
	};
	struct call_key key;

	peer.addr.family = AF_INET;
	inet_pton(AF_INET, host, &peer.addr.v4);
	if (strcmp(suite, "-")) {
		peer.rx.suite = call_suite_find(suite, strlen(suite));
		peer.rx.key_count = 1;
		peer.rx.keys[0].len = peer.rx.suite->key_len +
				      peer.rx.suite->salt_len;
		memset(peer.rx.keys[0].material, 'k', peer.rx.keys[0].len);
	}
	call_media_stage_peer(media, 0, leg, &peer);
	if (peer.rx.suite)
		call_media_own_key(media, 0, leg, peer.rx.suite, &key);
	call_media_stage_own(media, 0, leg, peer.rx.suite);
}

static void on_reserved(void *arg, int err, const char *why)
{
	(void)arg;
	if (err) {
		say("reserved %d %s\n", err, why);
		event_base_loopbreak(base);
		return;
	}
	stage(CALL_LEG_A, args[5], PEER_PORT_A, "-");
	stage(CALL_LEG_B, args[6], PEER_PORT_B, args[7]);
	call_media_apply(media, on_applied, NULL);
}

static void on_up(void *arg)
{
	(void)arg;
	say("up\n");
	if (!call_media_local(media, 0, CALL_LEG_A)->port)
		call_media_reserve(media, 1, on_reserved, NULL);
}

static void on_down(void *arg, const char *why)
{
	(void)arg;
	say("down: %s\n", why);
}

static void on_term(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	call_media_free(media);
	event_base_loopbreak(base);
}

static void set_range(struct call_range *range, const char *host)
{
	range->addr.family = AF_INET;
	inet_pton(AF_INET, host, &range->addr.v4);
	range->first = 20000;
	range->last = 20099;
}

static void make_media(void)
{
	static const uint8_t id[CALL_MEDIA_ID_LEN] = "a call";
	char text[4096] = "";
	FILE *file = fopen(args[2], "r");

	if (file) {
		size_t n = fread(text, 1, sizeof(text) - 1, file);

		text[n] = '\0';
		fclose(file);
		say("restored %d\n", call_media_restore(media_system, text,
							on_event, NULL,
							&media));
		return;
	}
	media = call_media_new(media_system, id, on_event, NULL);
	call_media_set_leg(media, CALL_LEG_B, CALL_REALM_TRUNK, AF_INET);
}

int main(int argc, char **argv)
{
	static const struct call_mediad_ops ops = {
		.up = on_up, .down = on_down,
	};
	struct call_media_conf conf = {
		.anchored = true, .latch = true, .idle = 1, .dscp_audio = 46,
	};
	struct call_mediad *mediad;
	struct event *term;

	if (argc != 8)
		return 2;
	args = argv;
	base = event_base_new();
	set_range(&conf.ranges[CALL_REALM_LINE][0], argv[3]);
	set_range(&conf.ranges[CALL_REALM_TRUNK][0], argv[4]);
	mediad = call_mediad_new(base, argv[1], &ops, NULL);
	media_system = call_media_system_new(base, &conf, mediad);
	make_media();
	call_media_system_sweep(media_system);
	term = evsignal_new(base, SIGTERM, on_term, NULL);
	event_add(term, NULL);
	event_base_dispatch(base);
	call_media_system_free(media_system);
	call_mediad_free(mediad);
	event_free(term);
	event_base_free(base);
	return 0;
}
