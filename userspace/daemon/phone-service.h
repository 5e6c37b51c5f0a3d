/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLS for phones that show no certificate, by one of our keys: CAPF and TVS.
 *
 * A net of its own, with listeners, limits and the service's certificate, which
 * it takes up anew when that changes.
 */
#ifndef PHONE_SERVICE_H
#define PHONE_SERVICE_H

#include "keyd/service.h"
#include "net/net.h"

struct conf_service;
struct event_base;
struct phone_service;
struct store;
struct trust_keys;

struct phone_service_config {
	struct event_base *base;
	struct store *store;		/* its cipher menu and limits */
	struct trust_keys *keys;
	enum keyd_service service;
	const struct conf_service *listen;
	bool legacy;			/* TLS 1.0 too, for phones of the 7900 series */
	/*
	 * NULL, or fills in what the service has of its own, asked anew when
	 * parameters change; where 0, the store's or net's own.
	 */
	void (*limits)(void *arg, struct net_limits *limits);
	const struct net_ops *ops;	/* outlive it */
	void *arg;			/* of both */
};

/* Listens from here on. @why gets a sentence. 0 or -errno. */
int phone_service_open(struct phone_service **service,
		       const struct phone_service_config *config, char *why,
		       size_t size);
/* All connections end, each with its closed(). */
void phone_service_close(struct phone_service *service);
struct net *phone_service_net(struct phone_service *service);

#endif /* PHONE_SERVICE_H */
