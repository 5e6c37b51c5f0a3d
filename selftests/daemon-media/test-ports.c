// SPDX-License-Identifier: GPL-2.0
/* Ranges of media ports: given in turn, claimed, checked before they are used. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

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

static void check_safety(void)
{
	static const struct {
		const char *local, *reserved;
		uint16_t first, last;
		bool safe;
	} rows[] = {
		{ "32768\t60999\n", "\n", 16384, 32767, true },
		{ "32768\t60999\n", "\n", 16384, 32768, false },
		{ "32768\t60999\n", "", 60999, 65535, false },
		{ "32768\t60999\n", "", 61000, 65535, true },
		{ "32768\t60999\n", "40000-40099\n", 40000, 40099, true },
		{ "32768\t60999\n", "40000-40098\n", 40000, 40099, false },
		{ "32768\t60999\n", "1,40000-40098,40099\n", 40000, 40099, true },
		{ "32768\t60999\n", "x", 40000, 40001, false },
		{ "32768\t60999\n", "0-99999999999\n", 40000, 65535, true },
		{ "1024 65535", "50000,50001", 50000, 50001, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ok(media_ports_are_safe(rows[i].local, rows[i].reserved,
					rows[i].first, rows[i].last) ==
		   rows[i].safe, "%u-%u, row %zu: %s", rows[i].first,
		   rows[i].last, i, rows[i].safe ? "safe" : "not");
}

static struct call_range range(const char *host, uint16_t first, uint16_t last)
{
	struct call_range r = { .first = first, .last = last };

	r.addr.family = strchr(host, ':') ? AF_INET6 : AF_INET;
	inet_pton(r.addr.family, host, &r.addr.v6);
	return r;
}

static void check_conf(void)
{
	const struct call_range one = range("192.0.2.1", 10000, 10999);
	const struct {
		struct call_range line, trunk;
		const char *why;
	} rows[] = {
		{ one, one, NULL },
		{ one, range("192.0.2.2", 10500, 11999), NULL },
		{ one, range("192.0.2.1", 11000, 11999), NULL },
		{ one, range("192.0.2.1", 10999, 11999), "overlap" },
		{ one, range("192.0.2.1", 1000, 1999), "below 1024" },
		{ one, range("192.0.2.1", 10999, 11000), "no room" },
		{ one, range("2001:db8::1", 11000, 11999), "wrong family" },
		{ { .addr.family = AF_UNSPEC }, { .addr.family = AF_UNSPEC },
		  "no media address" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct call_media_conf conf = { .anchored = true };
		const char *why = "";
		int err;

		conf.ranges[CALL_REALM_LINE][0] = rows[i].line;
		conf.ranges[CALL_REALM_TRUNK][0] = rows[i].trunk;
		err = call_media_conf_check(&conf, &why);
		ok(rows[i].why ? err == -EINVAL && strstr(why, rows[i].why) :
		   !err && !why, "row %zu: %s", i, why ? why : "fine");
	}
}

/* One range for both realms: no port twice. */
static void check_shared(void)
{
	struct event_base *base = event_base_new();
	struct call_media_conf conf = { .anchored = true };
	struct call_media_system *system;

	conf.ranges[0][0] = range("192.0.2.1", 10000, 10003);
	conf.ranges[1][0] = conf.ranges[0][0];
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
	check_safety();
	check_conf();
	check_shared();
	return tap_end();
}
