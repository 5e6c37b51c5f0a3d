/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The other call servers of the cluster, as phones are told of them.
 */
#ifndef STORE_NODE_H
#define STORE_NODE_H

struct store;

/*
 * With four certificates each and with ours they fit into a list, and into what
 * keyd takes and gives at once.
 */
#define STORE_NODES_MAX		8

enum store_node_cert {
	STORE_NODE_CALLMANAGER,
	STORE_NODE_CALLMANAGER_EC,
	STORE_NODE_TFTP,
	STORE_NODE_TVS,
	STORE_NODE_CERTS,
};

/* Good within the call. */
struct store_node {
	const char *name;
	const char *address;			/* IPv4; NULL: none */
	const char *pem[STORE_NODE_CERTS];	/* NULL: it has none */
};

/*
 * In their order, each but one that is called @self (NULL: nobody), so that one
 * document serves all nodes. Stops at the first not 0.
 */
typedef int (*store_node_fn)(void *ctx, const struct store_node *node);
int store_node_each(struct store *store, const char *self, store_node_fn fn,
		    void *ctx);

#endif /* STORE_NODE_H */
