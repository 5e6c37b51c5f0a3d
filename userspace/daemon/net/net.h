/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes and who sent them: listeners, connections, TLS policy, resolver.
 *
 * All of it runs on one event loop and is for that loop's thread alone; only
 * the resolver's look-ups block, in workers that see copies. Calls never call
 * back before they return: every call-back comes from the loop.
 */
#ifndef NET_H
#define NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct event_base;
struct net;
struct net_conn;

/* addr.c */

struct net_addr {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
};

enum { NET_ADDR_LEN = 46 + 16 };	/* address, % and interface */

/* A numeric address without brackets, or with both. Errors: -EINVAL. */
int net_addr_parse(struct net_addr *addr, const char *text, uint16_t port);
/* Both return their buffer; host has no brackets, full has them and a port. */
const char *net_addr_host(const struct net_addr *addr, char *buf, size_t size);
const char *net_addr_full(const struct net_addr *addr, char *buf, size_t size);
uint16_t net_addr_port(const struct net_addr *addr);
void net_addr_set_port(struct net_addr *addr, uint16_t port);
socklen_t net_addr_size(const struct net_addr *addr);
bool net_addr_same_host(const struct net_addr *a, const struct net_addr *b);
bool net_addr_equal(const struct net_addr *a, const struct net_addr *b);

/* net.c: the whole */

enum net_transport { NET_ANY, NET_UDP, NET_TCP, NET_TLS };

/* What the transport proved. Never derived from anything but the handshake. */
enum net_class { NET_CLEAR, NET_AUTHENTICATED, NET_ENCRYPTED };

const char *net_transport_name(enum net_transport transport);	/* "UDP" */

struct net_ops {
	/*
	 * All bytes that have arrived by a stream and were not consumed yet,
	 * or one datagram. Returns how many are done with; what a datagram
	 * has left is dropped. A negative errno closes the connection. The
	 * bytes are only valid during the call. A stream that has unconsumed
	 * bytes must have some of them consumed within message_seconds.
	 */
	ssize_t (*received)(void *arg, struct net_conn *conn,
			    const uint8_t *data, size_t len);
	/*
	 * The connection, or the attempt at it, has ended: 0 by the peer's
	 * close or ours, else -errno (-ETIMEDOUT, -ECONNREFUSED, -EPROTO for
	 * TLS...). Once per stream, not for datagrams.
	 */
	void (*closed)(void *arg, struct net_conn *conn, int err);
	/*
	 * NULL, or for protocols in which who was connected to speaks first: a
	 * TLS handshake is through.
	 */
	void (*opened)(void *arg, struct net_conn *conn);
};

struct net_limits {			/* 0 takes the default */
	unsigned int conns;		/* 32768 streams in all */
	unsigned int conns_per_source;	/* 512 from one address */
	unsigned int handshakes;	/* 256 at a time, then others wait */
	unsigned int handshakes_per_source;	/* 32 */
	size_t message_bytes;		/* 64 KiB unconsumed */
	size_t queued_bytes;		/* 256 KiB unsent, then it is closed */
	size_t held_bytes;		/* 256 MiB of both, of all streams */
	unsigned int handshake_ms;	/* 10000, connecting included */
	unsigned int message_ms;	/* 10000 */
	unsigned int idle_ms;		/* 900000 without a byte, held by none */
};

struct net_counters {
	uint64_t accepted, refused_limit, handshakes, handshake_failures;
	uint64_t closed_idle, closed_slow, closed_queue, closed_size;
	uint64_t closed_held;		/* as all streams held too much */
	uint64_t shed;			/* to make room for others */
	uint64_t conns_now, handshakes_now, held_now;
};

/* Neither base nor arg is taken over. NULL without memory. */
struct net *net_new(struct event_base *base, const struct net_limits *limits,
		    const struct net_ops *ops, void *arg);
/* Others from now on; what is open stays so, if there were fewer allowed. */
void net_limit(struct net *net, const struct net_limits *limits);
/*
 * Closes everything, telling each stream's end; connections that others still
 * hold stay valid for net_conn_put and answer -ESHUTDOWN to net_conn_send.
 */
void net_free(struct net *net);
const struct net_counters *net_counters(const struct net *net);

/*
 * Port 0 takes a free one, which *addr then tells. IPv6 sockets are IPv6
 * only. legacy admits TLS 1.0 (phones of the 7900 series) on this listener.
 * Errors: -errno of socket and bind; -ENOKEY for TLS without net_tls_set.
 */
int net_listen(struct net *net, enum net_transport transport, bool legacy,
	       struct net_addr *addr);
/* Port and transport of each listener; returns how many were set, max at most. */
struct net_place {
	uint16_t port;
	enum net_transport transport;
};

size_t net_places(const struct net *net, struct net_place *places, size_t max);

/*
 * Datagrams whose mark has all these bits were rejected by the kernel's trunk ACL,
 * which passed them up to be told so. 0: whatever the mark is, it is not the ACL's.
 * Takes effect with the next datagram.
 */
void net_set_mark(struct net *net, uint32_t mark);
/* Can marks be read by all sockets for datagrams there are? */
bool net_reads_marks(const struct net *net);

/* conn.c: one peer by one transport */

/*
 * Constant from the first call-back until the last put. A datagram has one of
 * its own, which answers where it came from.
 */
struct net_peer {
	struct net_addr remote, local;
	enum net_transport transport;
	enum net_class class;
	bool outgoing;			/* we connected */
	bool rejected;			/* the kernel says so, see net_set_mark() */
	const struct net_cert *cert;	/* verified; NULL if there is none */
	const char *cipher;		/* TLS only */
};

struct net_cert {
	const char *cn;			/* last CN of the subject or "" */
	const char *subject;		/* RFC 2253 */
	/* DNS names, and URIs: those have a colon. Ended by NULL. */
	const char *const *sans;
	uint8_t sha256[32];		/* of the DER */
};

struct net_conn *net_conn_get(struct net_conn *conn);
void net_conn_put(struct net_conn *conn);	/* NULL is allowed */
const struct net_peer *net_conn_peer(const struct net_conn *conn);
bool net_conn_is_open(const struct net_conn *conn);
/* Not only about to be; what is sent to it has a way to go. */
bool net_conn_is_connected(const struct net_conn *conn);

/*
 * Takes a copy. Before the handshake is through, and while the peer reads
 * slowly, it waits in the connection's bounded queue. Errors: -ESHUTDOWN closed,
 * -ENOBUFS the queue is full (the connection closes), -EMSGSIZE a datagram too
 * long, or its socket's errno.
 */
int net_conn_send(struct net_conn *conn, const void *data, size_t len);
/*
 * While anybody holds it, being silent is no reason to close it: a phone that is
 * registered by it has nothing to say until it is called. Each hold is let go of
 * once, before its reference is put; datagrams know none.
 */
void net_conn_hold(struct net_conn *conn);
void net_conn_release(struct net_conn *conn);	/* NULL is allowed */
/* What came by it was somebody's: it never has to go to make room for another. */
void net_conn_known(struct net_conn *conn);
/* What is queued still leaves for a while; closed() follows from the loop. */
void net_conn_close(struct net_conn *conn);

/*
 * By which the peer can reach us anew: an outgoing stream's own port is nobody's
 * ear, so it is our listener's of that transport.
 */
uint16_t net_conn_listen_port(const struct net_conn *conn);

/* One slot for the user of net_ops; net does not look at it. */
void net_conn_set_data(struct net_conn *conn, void *data);
void *net_conn_data(const struct net_conn *conn);

/*
 * To whom we connect. TLS: identity names whose policy this is (a trunk);
 * connections are only shared within it, and only while open. The peer's
 * certificate must bear one of names (CN or SAN; all trusted if NULL).
 */
struct net_target {
	struct net_addr addr;
	enum net_transport transport;
	struct net_addr local;		/* family 0: any; UDP: which listener */
	const char *identity;
	enum net_class class;		/* authenticated: only NULL offered */
	const char *const *names;	/* ended by NULL, copied */
};

/* The target's identity if we connected a stream to it, else NULL. */
const char *net_conn_identity(const struct net_conn *conn);

/*
 * A reference to an open or opening connection. What it is sent waits until
 * it is through; closed() tells if it never is. Errors: -errno.
 */
int net_connect(struct net *net, const struct net_target *target,
		struct net_conn **conn);

/* tls.c: policy (SIG-2, SIG-3, SIG-4) */

enum net_menu { NET_MENU_STRONGEST, NET_MENU_MEDIUM, NET_MENU_ALL };

struct net_tls {
	const char *cert_pem;		/* ours and what is between it and a root */
	const char *key_pem;
	const char *ecdsa_cert_pem;	/* beside an RSA pair, or NULL */
	const char *ecdsa_key_pem;
	/*
	 * In place of the PEM keys, whose place is NULL then, and counted: keys
	 * that make a handshake wait for somebody else (SSL_MODE_ASYNC) and
	 * that do not sign by PKCS #1 with SHA-512 or SHA-1.
	 */
	struct evp_pkey_st *key, *ecdsa_key;
	const char *const *trusted_pem;	/* ended by NULL */
	enum net_menu menu;
	bool ecdsa_preferred;		/* of both, where the peer takes both */
	/*
	 * Who connects to us is asked for no certificate, and its peer has
	 * none: how it shows who it is, is another protocol's matter.
	 */
	bool anonymous;
	/* Some profile is Authenticated. Has no effect unless NET_MENU_ALL. */
	bool authenticated;
};

/*
 * For handshakes from now on; connections that exist stay, for net_review() to
 * judge. Errors: -EINVAL with a sentence in why; what was set before stays then.
 */
int net_tls_set(struct net *net, const struct net_tls *tls, char *why,
		size_t size);
/* review.c: what became of those that exist */

/*
 * Calls fn for each stream, from the loop and a few at a time; for those that
 * are still under way once they are open. fn may close it. Called anew before
 * it is through, it goes over all of them once more.
 */
typedef void net_review_fn(void *arg, struct net_conn *conn);
void net_review(struct net *net, net_review_fn *fn, void *arg);
/*
 * Its handshake as it was: would it be good by the latest net_tls_set()? NULL,
 * or why not. NULL for what has no TLS.
 */
const char *net_conn_fault(const struct net_conn *conn);

/* cert.c: does it have this name? CN or SAN, DNS names and hosts of URIs by RFC 5922. */
bool net_cert_has_name(const struct net_cert *cert, const char *name);

/* resolve.c: RFC 3263 */

struct net_query {
	const char *host;		/* name or numeric */
	uint16_t port;			/* 0: not given, so NAPTR and SRV */
	enum net_transport transport;	/* NET_ANY: not given */
	bool secure;			/* sips: TLS only */
};

struct net_hop {
	struct net_addr addr;		/* with the port */
	enum net_transport transport;
};

enum { NET_HOPS_MAX = 16 };

struct net_lookup;
/* In the order to be tried. err: -ENOENT no such name, -EAGAIN no answer. */
typedef void net_resolved_fn(void *arg, int err, const struct net_hop *hops,
			     size_t n);
/* NULL without memory or with too many look-ups under way. */
struct net_lookup *net_resolve(struct net *net, const struct net_query *query,
			       net_resolved_fn *fn, void *arg);
/* Not after fn was called. */
void net_resolve_cancel(struct net_lookup *lookup);
/* Another name server than the system's: for tests. NULL: the system's. */
void net_resolve_server(struct net *net, const struct net_addr *server);

#endif /* NET_H */
