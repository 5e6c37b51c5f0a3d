/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A DNS server for tests, in a thread, with records of the test's choice.
 */
#ifndef NAMESERVER_H
#define NAMESERVER_H

#include "net/net.h"

struct record {
	const char *name;
	/*
	 * "A 192.0.2.1", "AAAA ::1", "SRV prio weight port target",
	 * "NAPTR order pref flags service target", "CNAME target",
	 * "SERVFAIL", "SILENT"; "HUGE": by TCP, with an address whose data
	 * begin behind 16 KiB
	 */
	const char *value;
	uint32_t ttl;
};

/* records end with a NULL name. */
void nameserver_start(struct net_addr *addr, const struct record *records);
unsigned int nameserver_stop(void);	/* how many questions there were */
unsigned int nameserver_questions(void);

#endif /* NAMESERVER_H */
