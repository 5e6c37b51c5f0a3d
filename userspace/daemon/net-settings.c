// SPDX-License-Identifier: GPL-2.0
/* Limits, menu and addresses as net/ wants them, of store and conf. */
#include "net-settings.h"

#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "log.h"
#include "store/store.h"

struct net_limits net_settings_limits(struct store *store)
{
	return (struct net_limits){
		.conns = store_param(store, STORE_PARAM_MAX_CONNECTIONS),
		.conns_per_source = store_param(store,
			STORE_PARAM_MAX_CONNECTIONS_PER_SOURCE),
		.handshake_ms = 1000 * store_param(store,
			STORE_PARAM_HANDSHAKE_TIMEOUT),
		.idle_ms = 1000 * store_param(store, STORE_PARAM_IDLE_TIMEOUT),
	};
}

enum net_menu net_settings_menu(struct store *store)
{
	switch ((enum store_menu)store_param(store,
					     STORE_PARAM_TLS_CIPHER_MENU)) {
	case STORE_MENU_ALL:
		return NET_MENU_ALL;
	case STORE_MENU_MEDIUM:
		return NET_MENU_MEDIUM;
	case STORE_MENU_STRONGEST:
		break;
	}
	return NET_MENU_STRONGEST;
}

bool net_settings_prefers_ecdsa(struct store *store)
{
	return store_param(store, STORE_PARAM_TLS_CIPHER_PREFERENCE) ==
	       STORE_PREFER_ECDSA;
}

int net_settings_listen(struct net *net, const struct conf_listen *listen,
			enum net_transport transport, bool legacy,
			const char *name, char *why, size_t size)
{
	struct net_addr addr = { 0 };
	int err;

	memcpy(&addr, &listen->addr, listen->len < sizeof(addr) ?
	       listen->len : sizeof(addr));
	err = net_listen(net, transport, legacy, &addr);
	if (err) {
		snprintf(why, size, "%s: %s", listen->text, strerror(-err));
		return err;
	}
	log_event(LOG_LEVEL_NOTICE, "listening", name ? "service" :
		  "transport", name ? name : net_transport_name(transport),
		  "address", listen->text, NULL);
	return 0;
}
