/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Port pairs of one range: which of them a call has.
 */
#ifndef CALL_PORTS_H
#define CALL_PORTS_H

#include <stdint.h>

struct call_ports;

/* NULL without memory, or if the range has no pair. */
struct call_ports *call_ports_new(uint16_t first, uint16_t last);
void call_ports_free(struct call_ports *ports);
/* How many pairs there are. */
unsigned int call_ports_count(const struct call_ports *ports);
/*
 * An even port whose pair is free, 0 if none is. Round the range, so that a
 * port comes back as late as can be: packets of the last call are gone then.
 */
uint16_t call_ports_take(struct call_ports *ports);
/* That very one, after a restart. Errors: -EBUSY, -ERANGE. */
int call_ports_claim(struct call_ports *ports, uint16_t port);
void call_ports_give(struct call_ports *ports, uint16_t port);

#endif /* CALL_PORTS_H */
