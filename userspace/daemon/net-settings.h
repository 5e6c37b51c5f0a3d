/* SPDX-License-Identifier: GPL-2.0 */
/* Limits, menu and addresses as net/ wants them, of store and conf. */
#ifndef NET_SETTINGS_H
#define NET_SETTINGS_H

#include "net/net.h"

struct conf_listen;
struct store;

struct net_limits net_settings_limits(struct store *store);
enum net_menu net_settings_menu(struct store *store);
bool net_settings_prefers_ecdsa(struct store *store);
/* Listens, and says so in the log under that name; @why gets a sentence. */
int net_settings_listen(struct net *net, const struct conf_listen *listen,
			enum net_transport transport, bool legacy,
			const char *name, char *why, size_t size);

#endif /* NET_SETTINGS_H */
