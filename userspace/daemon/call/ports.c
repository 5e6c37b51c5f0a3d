// SPDX-License-Identifier: GPL-2.0
/* Port pairs of one range: a bit each, taken in turn. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "call/ports.h"

struct call_ports {
	uint16_t first;		/* even */
	unsigned int count, taken, next;
	uint8_t bits[];
};

struct call_ports *call_ports_new(uint16_t first, uint16_t last)
{
	unsigned int even = (first + 1u) & ~1u, count;
	struct call_ports *ports;

	if (!first || last < even + 1)
		return NULL;
	count = (last - even + 1) / 2;
	ports = calloc(1, sizeof(*ports) + (count + 7) / 8);
	if (!ports)
		return NULL;
	ports->first = (uint16_t)even;
	ports->count = count;
	return ports;
}

void call_ports_free(struct call_ports *ports)
{
	free(ports);
}

unsigned int call_ports_count(const struct call_ports *ports)
{
	return ports->count;
}

static bool is_taken(const struct call_ports *ports, unsigned int i)
{
	return ports->bits[i / 8] & 1 << i % 8;
}

static void take(struct call_ports *ports, unsigned int i)
{
	ports->bits[i / 8] |= (uint8_t)(1 << i % 8);
	ports->taken++;
}

uint16_t call_ports_take(struct call_ports *ports)
{
	unsigned int i;

	if (ports->taken == ports->count)
		return 0;
	while (is_taken(ports, ports->next))
		ports->next = (ports->next + 1) % ports->count;
	i = ports->next;
	ports->next = (i + 1) % ports->count;
	take(ports, i);
	return (uint16_t)(ports->first + 2 * i);
}

int call_ports_claim(struct call_ports *ports, uint16_t port)
{
	unsigned int i = (port - (unsigned int)ports->first) / 2;

	if (port < ports->first || (port & 1) || i >= ports->count)
		return -ERANGE;
	if (is_taken(ports, i))
		return -EBUSY;
	take(ports, i);
	return 0;
}

void call_ports_give(struct call_ports *ports, uint16_t port)
{
	unsigned int i = (port - (unsigned int)ports->first) / 2;

	if (port < ports->first || i >= ports->count || !is_taken(ports, i))
		return;
	ports->bits[i / 8] &= (uint8_t)~(1 << i % 8);
	ports->taken--;
}
