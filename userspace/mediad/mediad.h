/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ucsec-mediad: puts the daemon's decisions about media into the kernel.
 *
 * One thread, one client. It parses nothing that came from a network: only
 * messages of fixed size from one local user. It keeps no state of streams;
 * the kernel's list is the truth. Of ports it keeps the sockets.
 */
#ifndef MEDIAD_MEDIAD_H
#define MEDIAD_MEDIAD_H

#include <sys/types.h>
#include <ucsec/ucsec.h>
#include "mediad/request.h"

/* ports.c: sockets that hold ports and receive nothing */

struct mediad_port_table;

struct mediad_port_table *mediad_ports_new(void);
void mediad_ports_free(struct mediad_port_table *table);
/* 0, -EALREADY, -EADDRINUSE, -errno of socket and bind. */
int mediad_ports_reserve(struct mediad_port_table *table,
			 const struct mediad_endpoint *at);
int mediad_ports_release(struct mediad_port_table *table,
			 const struct mediad_endpoint *at);
/* Is it one of a pair held? Without rtcp_port by its port alone. */
bool mediad_ports_have(const struct mediad_port_table *table,
		       const struct mediad_endpoint *at);
/* A new client: what it does not name before a sweep goes. */
void mediad_ports_next_client(struct mediad_port_table *table);
void mediad_ports_sweep(struct mediad_port_table *table);
unsigned int mediad_ports_count(const struct mediad_port_table *table);

/* kernel.c: requests for streams, through libucsec */

struct mediad_kernel {
	struct ucsec *requests, *events;	/* both, or neither */
	uint32_t stage;		/* of the set being said, 0: none */
};

/* Opens the handles and joins the events. Errors: -errno. */
int mediad_kernel_open(struct mediad_kernel *kernel);
void mediad_kernel_close(struct mediad_kernel *kernel);

typedef int (*mediad_item_fn)(void *arg, const struct mediad_item *item);
/*
 * NEW to FLUSH. fn gets the items of GET and LIST; its error ends the dump. The
 * request's keys are wiped.
 */
void mediad_kernel_handle(struct mediad_kernel *kernel,
			  union mediad_message *request,
			  struct mediad_reply *reply, mediad_item_fn fn,
			  void *arg);
/* Each stream of the daemon, whoever made it. */
int mediad_kernel_list(struct mediad_kernel *kernel,
		       const struct mediad_which *which, mediad_item_fn fn,
		       void *arg);
/* Why the last call failed, into the reply. */
void mediad_kernel_explain(struct mediad_kernel *kernel, int err,
			   struct mediad_reply *reply);
/* false: of none of the daemon's streams or trunks. */
bool mediad_kernel_event(const struct ucsec_notice *notice,
			 struct mediad_event *event);

/* acl.c: ACL_BEGIN to ACL_GET */

void mediad_acl_handle(struct mediad_kernel *kernel,
		       const union mediad_message *request,
		       struct mediad_reply *reply);
/* A set that a client did not finish is nobody's. */
void mediad_acl_forget(struct mediad_kernel *kernel);

/* server.c */

struct mediad_server {
	int listener;
	uid_t uid;		/* who may connect */
	struct mediad_kernel kernel;
	struct mediad_port_table *ports;
};

/* Reserves the ports of the streams that are there; returns how many failed. */
unsigned int mediad_server_adopt(struct mediad_server *server);
/* Until an error that cannot be mended; returns -errno. */
int mediad_server_run(struct mediad_server *server);

/* sandbox.c: after all is open */

/* Errors: -EPERM with a sentence in *why. run_as (uid_t)-1: stay who we are. */
int mediad_sandbox_capabilities(uid_t run_as, gid_t group, const char **why);
int mediad_sandbox_filter(const char **why);

#endif /* MEDIAD_MEDIAD_H */
