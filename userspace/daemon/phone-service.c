// SPDX-License-Identifier: GPL-2.0
/* TLS for phones that show no certificate, by one of our keys. */
#include "phone-service.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "log.h"
#include "net-settings.h"
#include "store/store.h"
#include "trust/keys.h"

struct phone_service {
	struct phone_service_config config;
	struct net *net;
};

/* What the service asks for itself comes before what holds for all. */
static struct net_limits limits_of(const struct phone_service *s)
{
	struct net_limits all = net_settings_limits(s->config.store);
	struct net_limits limits = { 0 };

	if (s->config.limits)
		s->config.limits(s->config.arg, &limits);
	if (!limits.conns)
		limits.conns = all.conns;
	if (!limits.conns_per_source)
		limits.conns_per_source = all.conns_per_source;
	if (!limits.handshake_ms)
		limits.handshake_ms = all.handshake_ms;
	if (!limits.idle_ms)
		limits.idle_ms = all.idle_ms;
	return limits;
}

/* Its RSA key, and the EC one beside it if there is one. */
static int set_tls(struct phone_service *s, char *why, size_t size)
{
	const struct phone_service_config *c = &s->config;
	char *rsa = trust_keys_pem(c->keys, c->service, KEYD_RSA);
	char *ec = trust_keys_pem(c->keys, c->service, KEYD_EC);
	EVP_PKEY *rsa_key = trust_keys_pkey(c->keys, c->service, KEYD_RSA);
	EVP_PKEY *ec_key = trust_keys_pkey(c->keys, c->service, KEYD_EC);
	struct net_tls tls = {
		.cert_pem = rsa, .key = rsa_key,
		.ecdsa_cert_pem = ec_key ? ec : NULL,
		.ecdsa_key = ec ? ec_key : NULL,
		.menu = net_settings_menu(c->store),
		.ecdsa_preferred = net_settings_prefers_ecdsa(c->store),
		.anonymous = true,
	};
	int err;

	if (rsa && rsa_key) {
		err = net_tls_set(s->net, &tls, why, size);
	} else {
		snprintf(why, size, "ucsec-keyd has no usable key of %s",
			 keyd_service_name(c->service));
		err = -ENOKEY;
	}
	EVP_PKEY_free(rsa_key);
	EVP_PKEY_free(ec_key);
	free(rsa);
	free(ec);
	return err;
}

/* Handshakes go on with what was, if what is does not do. */
static void change_tls(struct phone_service *s)
{
	char why[256] = "";

	if (set_tls(s, why, sizeof(why)))
		log_event(LOG_LEVEL_ERROR, "tls-not-changed", "service",
			  keyd_service_name(s->config.service), "reason", why,
			  NULL);
}

static void on_keys(void *arg, bool up)
{
	if (up)
		change_tls(arg);
}

static void on_change(void *arg, const struct store_change *change)
{
	struct phone_service *s = arg;
	struct net_limits limits;

	if (strcmp(change->noun, "*") && strcmp(change->noun, "param"))
		return;
	limits = limits_of(s);
	net_limit(s->net, &limits);
	change_tls(s);
}

static int start(struct phone_service *s, char *why, size_t size)
{
	const struct phone_service_config *c = &s->config;
	struct net_limits limits = limits_of(s);
	int err;

	s->net = net_new(c->base, &limits, c->ops, c->arg);
	if (!s->net)
		return -ENOMEM;
	err = set_tls(s, why, size);
	if (!err)
		err = trust_keys_watch(c->keys, on_keys, s);
	if (!err)
		err = store_watch(c->store, on_change, s);
	for (size_t i = 0; i < c->listen->count && !err; i++)
		err = net_settings_listen(s->net, &c->listen->listen[i],
					  NET_TLS, c->legacy,
					  keyd_service_name(c->service), why,
					  size);
	return err;
}

int phone_service_open(struct phone_service **service,
		       const struct phone_service_config *config, char *why,
		       size_t size)
{
	struct phone_service *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->config = *config;
	err = start(s, why, size);
	if (err)
		phone_service_close(s);
	else
		*service = s;
	return err;
}

void phone_service_close(struct phone_service *s)
{
	if (!s)
		return;
	store_unwatch(s->config.store, on_change, s);
	trust_keys_unwatch(s->config.keys, on_keys, s);
	if (s->net)
		net_free(s->net);
	free(s);
}

struct net *phone_service_net(struct phone_service *s)
{
	return s->net;
}
