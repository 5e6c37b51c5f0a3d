/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trunks, the profiles they come with, and the routes that lead to them.
 */
#ifndef STORE_TRUNK_H
#define STORE_TRUNK_H

#include "store/store.h"

/* Of trunk profiles and application users: AUTHZ-1 */
struct store_boxes {
	bool presence_subscription;
	bool ood_refer;
	bool unsolicited_notification;
	bool replaces;
};

struct store_trunk_profile {
	int64_t id;
	char name[STORE_NAME_SIZE];
	enum store_mode mode;
	unsigned int incoming;		/* mask of enum store_transport */
	enum store_transport outgoing;
	uint16_t incoming_port;
	bool digest;
	uint32_t nonce_validity;
	bool application_authorization;
	struct store_boxes accept;
	bool transmit_security_status;
	bool allow_charging_header;
	char subjects[STORE_SUBJECTS_SIZE];	/* see store_subject_listed() */
};

struct store_destination {
	char host[STORE_HOST_SIZE];	/* address or name */
	uint16_t port;			/* 0: by NAPTR and SRV */
};

struct store_trunk {
	int64_t id;
	char name[STORE_NAME_SIZE];
	struct store_trunk_profile profile;
	struct store_destination destinations[STORE_MAX_DESTINATIONS];
	size_t destination_count;
	int64_t css;
	int64_t presence_group;
	bool srtp_allowed;
	bool srtp_required;
	bool secure_by_srtp_alone;	/* else by SRTP and TLS together */
	bool options_ping;
	int64_t sip_realm;
};

/* Has the space, comma, semicolon or colon separated list the name? */
bool store_subject_listed(const char *subjects, const char *name);

int store_trunk_get(struct store *store, int64_t id, struct store_trunk *trunk);
int store_trunk_by_name(struct store *store, const char *name,
			struct store_trunk *trunk);

/*
 * By address, local port, transport (one bit) and, with TLS, by one of the
 * certificate's names (ended by NULL; may be NULL else). @is_host, which may be
 * NULL, tells whether a destination's host name stands for the address; it
 * must not block.
 */
struct store_peer {
	const struct sockaddr *addr;
	uint16_t local_port;
	enum store_transport transport;
	const char *const *names;
	bool (*is_host)(void *ctx, const char *host,
			const struct sockaddr *addr);
	void *ctx;
};

int store_trunk_find(struct store *store, const struct store_peer *peer,
		     struct store_trunk *trunk);

typedef int (*store_trunk_fn)(void *ctx, const struct store_trunk *trunk);
/* Stops at the first that does not return 0, and returns that. */
int store_trunk_each(struct store *store, store_trunk_fn fn, void *ctx);

struct store_route {
	int64_t id;
	char pattern[STORE_NAME_SIZE];
	char called[STORE_TEXT_SIZE];	/* the number, stripped and prefixed */
	int64_t trunks[STORE_MAX_TRUNKS];	/* in order of preference */
	size_t trunk_count;
	bool block;
};

/* The pattern that matches the fewest numbers; then the css's order. */
int store_route_find(struct store *store, int64_t css, const char *number,
		     struct store_route *route);

#endif /* STORE_TRUNK_H */
