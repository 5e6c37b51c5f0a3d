// SPDX-License-Identifier: GPL-2.0
// Certificates for tests: a net's TLS by them.

#include <stdlib.h>

#include "certs.h"
#include "net/net.h"

void cert_use(const struct cert *own, const struct cert *trusted,
	      bool authenticated, struct net *net)
{
	const char *list[] = { trusted->pem, NULL };
	struct net_tls tls = {
		.cert_pem = own->pem, .key_pem = own->key_pem,
		.trusted_pem = list, .menu = NET_MENU_ALL,
		.authenticated = authenticated,
	};
	char why[128];

	if (net_tls_set(net, &tls, why, sizeof(why)))
		abort();
}
