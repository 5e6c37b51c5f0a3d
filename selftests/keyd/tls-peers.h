/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clients of TLS, many at a time, that use the server's keys in each way.
 */
#ifndef TLS_PEERS_H
#define TLS_PEERS_H

#include "net/net.h"

enum { PEERS_MAX = 200 };

/* To that server, with phone.pem and phone.key of the folder. */
void make_peers(const struct net_addr *addr);
void end_peers_for_good(void);
/* They say hello when their handshake is through. */
void start_peers(unsigned int count);
/* Each goes on as far as it can; so many have been answered. */
unsigned int count_served(unsigned int count);
/* So many were ended by an alert. */
unsigned int count_alerts(unsigned int count);
void hang_up_peers(unsigned int count);
void free_peers(unsigned int count);

/* Not blocking. */
int connect_to(const struct net_addr *to);

#endif /* TLS_PEERS_H */
