// SPDX-License-Identifier: GPL-2.0
/* Ranges of media ports: given in turn, claimed, shared by both realms. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>

#include "call/media-internal.h"
#include "tap.h"

static void check_turns(void)
{
	struct call_ports *ports = call_ports_new(20001, 20008);
	uint16_t got[4];

	ok(ports && call_ports_count(ports) == 3, "20001-20008 are 3 pairs");
	for (int i = 0; i < 4; i++)
		got[i] = call_ports_take(ports);
	ok(got[0] == 20002 && got[1] == 20004 && got[2] == 20006 && !got[3],
	   "even ones, each once, then none");
	call_ports_give(ports, 20004);
	call_ports_give(ports, 20002);
	ok(call_ports_take(ports) == 20002 && call_ports_take(ports) == 20004,
	   "in turn");
	call_ports_give(ports, 20006);
	call_ports_give(ports, 20006);
	call_ports_give(ports, 19998);
	call_ports_give(ports, 20010);
	ok(call_ports_claim(ports, 20006) == 0 &&
	   call_ports_claim(ports, 20006) == -EBUSY &&
	   call_ports_claim(ports, 20007) == -ERANGE &&
	   call_ports_claim(ports, 20000) == -ERANGE &&
	   call_ports_claim(ports, 20008) == -ERANGE && !call_ports_take(ports),
	   "claimed");
	call_ports_free(ports);
	ok(!call_ports_new(20000, 20000) && !call_ports_new(20001, 20002) &&
	   !call_ports_new(0, 10), "no pair, no range");
	ports = call_ports_new(65534, 65535);
	ok(ports && call_ports_take(ports) == 65534, "the last pair there is");
	call_ports_free(ports);
}

/* One range for both realms: no port twice. */
static void check_shared(void)
{
	struct event_base *base = event_base_new();
	const struct call_range range = {
		.addr = { .family = AF_INET, .v4.s_addr = htonl(0xc0000201) },
		.first = 10000, .last = 10003,
	};
	struct call_media_conf conf = {
		.anchored = true, .ranges = { { range }, { range } },
	};
	struct call_media_system *system;

	system = call_media_system_new(base, &conf, NULL);
	ok(system->ports[0][0] == system->ports[1][0] &&
	   call_ports_take(system->ports[0][0]) !=
	   call_ports_take(system->ports[1][0]), "a shared range is one");
	call_media_system_free(system);
	event_base_free(base);
}

int main(void)
{
	check_turns();
	check_shared();
	return tap_end();
}
