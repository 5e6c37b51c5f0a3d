/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ucsecd asks of ucsec-mediad, over a Unix SOCK_SEQPACKET socket.
 *
 * One packet is one message: a head and the payload of its type, always whole
 * and of fixed size. Integers and ports are in host byte order, addresses in
 * network byte order; spare bytes are zero and checked. Neither side trusts
 * the other: mediad_check() refuses what is not exactly right. Each request
 * gets one MEDIAD_REPLY with its id; LIST gets MEDIAD_ITEMs with its id before.
 * Events come unasked, with id 0. Replies, items and events carry no key.
 *
 * mediad touches only streams whose cookie begins with MEDIAD_MAGIC: it looks
 * at the stream before it changes or removes it, and a request names the whole
 * cookie besides the id. No request comes with descriptors.
 */
#ifndef MEDIAD_REQUEST_H
#define MEDIAD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mediad/request-acl.h"

#define MEDIAD_PROTOCOL		0x75630003u	/* "uc", version 3 */
#define MEDIAD_MAGIC		"ucsecd\0\1"	/* without its last NUL */

enum {
	MEDIAD_MAGIC_LEN = 8,
	MEDIAD_COOKIE_LEN = 32,		/* magic, then the daemon's own */
	MEDIAD_KEYS = 8,
	MEDIAD_KEY_LEN = 46,
	MEDIAD_MKI_LEN = 16,
	MEDIAD_SUITE_LEN = 40,
	MEDIAD_SENTENCE_LEN = 192,
};

enum mediad_type {
	MEDIAD_HELLO = 1,	/* head only: is a mediad there, and alive? */
	MEDIAD_RESERVE,		/* struct mediad_ports */
	MEDIAD_RELEASE,		/* struct mediad_ports */
	MEDIAD_NEW,		/* struct mediad_stream; reply has the id */
	MEDIAD_SET,		/* struct mediad_stream */
	MEDIAD_DEL,		/* struct mediad_which */
	MEDIAD_GET,		/* struct mediad_which; one MEDIAD_ITEM */
	MEDIAD_LIST,		/* struct mediad_which, a prefix of cookies */
	MEDIAD_FLUSH,		/* struct mediad_which, a prefix of cookies */
	MEDIAD_SWEEP,		/* head only, see below */
	MEDIAD_ACL_BEGIN,	/* head only: an empty set, see request-acl.h */
	MEDIAD_ACL_TRUNK,	/* struct mediad_trunk */
	MEDIAD_ACL_PREFIXES,	/* struct mediad_prefixes */
	MEDIAD_ACL_COMMIT,	/* head only; reply has what is in force */
	MEDIAD_ACL_PARAMS,	/* struct mediad_acl_params; reply has the mark */
	MEDIAD_ACL_GET,		/* head only; reply has all of these */
	MEDIAD_REPLY = 64,	/* struct mediad_reply */
	MEDIAD_ITEM,		/* struct mediad_item */
	MEDIAD_EVENT,		/* struct mediad_event */
};

struct mediad_head {
	uint32_t protocol;	/* MEDIAD_PROTOCOL */
	uint32_t len;		/* of the whole message, bytes */
	uint32_t id;		/* of the request, not 0 */
	uint16_t type;
	uint16_t spare;
};

struct mediad_endpoint {
	uint8_t addr[16];	/* the first 4 bytes if family is 4 */
	uint16_t port, rtcp_port;	/* rtcp_port 0: port + 1, or mux */
	uint8_t family;		/* 4, 6; 0: none, all else is zero then */
	uint8_t spare[3];
};

/*
 * Both ports are bound, so that nobody else gets them, by sockets that accept
 * no packet: the module takes media before sockets see it, and whatever gets
 * past it dies there. -EADDRINUSE: one of them is another's. -EALREADY: ours
 * already. RELEASE of what is not reserved: -ENOENT. Reservations outlive the
 * connection: who comes next reserves all that it knows, which -EALREADY makes
 * its own, and with SWEEP gives back those that it did not name.
 */
struct mediad_ports {
	struct mediad_endpoint at;	/* rtcp_port named */
};

struct mediad_key {
	uint8_t material[MEDIAD_KEY_LEN];
	uint8_t mki[MEDIAD_MKI_LEN];
	uint8_t len, mki_len;
};

/* suite "" is plain RTP, in SET: this side stays as it is. */
struct mediad_crypto {
	char suite[MEDIAD_SUITE_LEN];	/* as in SDES, NUL-terminated */
	uint32_t key_count;
	struct mediad_key keys[MEDIAD_KEYS];
};

enum {	/* mediad_stream.flags */
	MEDIAD_RX_MUX = 1 << 0,
	MEDIAD_TX_MUX = 1 << 1,
	MEDIAD_STRICT = 1 << 2,
	MEDIAD_LATCH = 1 << 3,
	MEDIAD_ROC_RESET = 1 << 4,
	MEDIAD_RELATCH = 1 << 5,	/* SET only: forget the latched source */
	MEDIAD_ALL_FLAGS = (1 << 6) - 1,
};

/*
 * SET changes from, to, flags, dscp, idle, pair, and the keys of the sides
 * that name a suite; in and out are given again and must be the stream's own.
 */
struct mediad_stream {
	uint8_t cookie[MEDIAD_COOKIE_LEN];
	uint32_t stream;	/* id; 0 with NEW */
	uint32_t pair;		/* id of the other direction, 0: none */
	uint32_t idle;		/* seconds, 0: never */
	uint16_t flags;
	uint8_t dscp;
	uint8_t spare;
	struct mediad_endpoint in, from, out, to;	/* from may be none */
	struct mediad_crypto rx, tx;	/* tx: one key at most */
};

/* DEL, GET: one stream, whole cookie. LIST, FLUSH: stream 0, any prefix. */
struct mediad_which {
	uint8_t cookie[MEDIAD_COOKIE_LEN];	/* beyond the length: zero */
	uint32_t cookie_len;	/* at least MEDIAD_MAGIC_LEN */
	uint32_t stream;
};

struct mediad_reply {
	int32_t error;		/* 0 or -errno */
	uint32_t stream;	/* of NEW, else 0 */
	uint32_t trunks, prefixes;	/* in force, whoever's; of ACL_*, else 0 */
	uint32_t mark;		/* bits that a rejected datagram has; the same */
	uint32_t generation;	/* one more with each change, whoever's; the same */
	char sentence[MEDIAD_SENTENCE_LEN];	/* why, NUL-terminated */
};

struct mediad_item {
	uint8_t cookie[MEDIAD_COOKIE_LEN];
	uint32_t stream, pair, idle;
	uint16_t flags;
	uint8_t dscp, spare;
	struct mediad_endpoint in, from, out, to, latched;
	char rx_suite[MEDIAD_SUITE_LEN], tx_suite[MEDIAD_SUITE_LEN];
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes, rtcp_packets;
	uint64_t drops, drop_auth, drop_replay, drop_source;
};

enum mediad_event_kind {
	MEDIAD_GONE = 1,
	MEDIAD_NO_MEDIA,
	MEDIAD_LATCHED,
	MEDIAD_AUTH_BURST,
	MEDIAD_REPLAY_BURST,
	MEDIAD_KEY_NEAR_END,
	MEDIAD_SSRC_LIMIT,
	MEDIAD_EVENTS_LOST,	/* no cookie: list, to learn the state */
	MEDIAD_DENIAL_BURST,	/* of a trunk; without cookie: of no trunk */
	MEDIAD_DENIAL_BURST_OVER,
};

struct mediad_event {
	uint8_t cookie[MEDIAD_COOKIE_LEN];
	uint32_t stream;	/* or trunk, 0: none */
	uint32_t kind;		/* enum mediad_event_kind */
	uint64_t count;
	struct mediad_endpoint latched;
};

union mediad_message {
	struct mediad_head head;
	struct {
		struct mediad_head bytes_of_head;
		union {
			struct mediad_ports ports;
			struct mediad_stream stream;
			struct mediad_which which;
			struct mediad_trunk trunk;
			struct mediad_prefixes prefixes;
			struct mediad_acl_params acl_params;
			struct mediad_reply reply;
			struct mediad_item item;
			struct mediad_event event;
		};
	};
};

/* Bytes of a whole message of that type, 0 if there is no such type. */
size_t mediad_size(unsigned int type);
/*
 * Is it, byte for byte, a message that may be sent? from_daemon: a request,
 * else an answer. Returns NULL, or what is wrong as a constant sentence.
 */
const char *mediad_check(const union mediad_message *message, size_t len,
			 bool from_daemon);
/* Fills in the head of a message whose type is set. */
void mediad_seal(union mediad_message *message, unsigned int type,
		 uint32_t id);

#endif /* MEDIAD_REQUEST_H */
