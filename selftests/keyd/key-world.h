/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLS of the daemon's net/ in one loop with a real ucsec-keyd, whose keys it has.
 */
#ifndef KEY_WORLD_H
#define KEY_WORLD_H

#include <event2/event.h>
#include <openssl/types.h>
#include <stdbool.h>
#include <sys/types.h>

#include "keyd/request.h"
#include "net/net.h"
#include "tls-peers.h"

enum {
	MANY = PEERS_MAX,
	PATIENCE_MS = 120000,	/* no end by time but where it is looked for */
};

struct key_world {
	struct event_base *base;
	struct keyd_client *client;
	struct key_provider *provider;
	struct net *net;
	struct net_addr tls, legacy, tcp;	/* where it listens */
	pid_t keyd;
	unsigned int ups;	/* how often the connection to keyd came up */
	unsigned int asked;	/* of keyd, by handshakes */
	bool is_deadly;		/* what is asked: keyd dies of it */
	EVP_PKEY *keys[KEYD_KIND_END];
	X509 *certs[KEYD_KIND_END];
	char *pems[KEYD_KIND_END];
	char *ca_pem;
};

extern struct key_world kw;

/* keyd, a key of each kind in it, and net/, which listens; aborts if it cannot. */
void key_world_open(const char *test);
/* The test has ended net/ already. Did keyd end when told, without a complaint? */
bool key_world_close(void);

/* A turn of the loop that ends by itself. */
void turn(void);
#define wait_until(condition) ({				\
	bool is;						\
								\
	for (int left = 6000; !(is = (condition)) && left; left--)	\
		turn();						\
	is;							\
})

#endif /* KEY_WORLD_H */
