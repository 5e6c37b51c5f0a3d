/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the SIP base without network share.
 */
#ifndef PARTY_BASE_PARTS_H
#define PARTY_BASE_PARTS_H

#include "base.h"

struct net_conn {
	int refs;
	bool is_open;
	struct net_peer peer;
};

struct sip_client {
	struct sip *sip;
	struct sip_client *next;
	const struct sip_client_ops *ops;
	void *arg;
	osip_message_t *request;
	struct net_conn *conn;
	struct base_client_state state;
};

struct request {
	struct sip_request req;
	struct sip *sip;
	struct request *next;
	int refs;
	int status;
	const struct sip_request_ops *ops;
	void *arg;
};

struct handler {
	const char *method;
	sip_request_fn *fn;
	void *arg;
};

struct sip {
	struct handler handlers[16];
	size_t handler_count;
	struct request *requests;
	struct sip_client *clients;
	struct sent *sent, **sent_end, *sent_next;
	struct sip_peer peer;
	struct net_conn *conn;
	struct sip_binding bindings[8];
	size_t binding_count;
	int send_error;
};

#endif /* PARTY_BASE_PARTS_H */
