/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libucsec: talk to ucsec.ko about the streams and trunks of a network
 * namespace.
 *
 * Conventions. Functions return 0 or a negative errno unless declared
 * otherwise. All numbers, ports included, are in host byte order; addresses
 * are struct in_addr and in6_addr as everywhere. The caller owns every
 * structure it passes; strings that are returned are constants. A handle
 * belongs to one thread at a time. Structures that held keys are to be wiped
 * with ucsec_stream_wipe() or ucsec_crypto_wipe(); the library wipes its own
 * copies. "have" says which members count; in what the library fills it says
 * which members the kernel reported.
 */
#ifndef UCSEC_UCSEC_H
#define UCSEC_UCSEC_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers of the kernel's ABI; scripts/check-abi holds them in step. */
#ifndef _UAPI_LINUX_UCSEC_H

#define UCSEC_MAX_KEYS		8
#define UCSEC_MAX_MKI_LEN	16
#define UCSEC_MAX_KEY_LEN	46
#define UCSEC_MAX_COOKIE_LEN	32
#define UCSEC_MAX_SSRCS		16
#define UCSEC_MIN_WINDOW	64
#define UCSEC_MAX_WINDOW	32768
#define UCSEC_MAX_TRUNK_PORTS	16
#define UCSEC_MAX_ACL_PORTS	16
#define UCSEC_MAX_RATE		1000000
#define UCSEC_MAX_TRIAL		65507
#define UCSEC_ACL_MARK		0x20000000

/* Protection, named as in SDES. */
enum ucsec_suite {
	UCSEC_SUITE_UNSPEC = 0,
	UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80 = 1,
	UCSEC_SUITE_AES_CM_128_HMAC_SHA1_32 = 2,
	UCSEC_SUITE_AES_192_CM_HMAC_SHA1_80 = 3,
	UCSEC_SUITE_AES_192_CM_HMAC_SHA1_32 = 4,
	UCSEC_SUITE_AES_256_CM_HMAC_SHA1_80 = 5,
	UCSEC_SUITE_AES_256_CM_HMAC_SHA1_32 = 6,
	UCSEC_SUITE_AEAD_AES_128_GCM = 7,
	UCSEC_SUITE_AEAD_AES_256_GCM = 8,
	UCSEC_SUITE_NULL_HMAC_SHA1_80 = 9,
	UCSEC_SUITE_NULL_HMAC_SHA1_32 = 10,
};

/* Switches of a stream, see struct ucsec_stream. */
enum ucsec_stream_flags {
	UCSEC_F_RX_RTCP_MUX = 1,
	UCSEC_F_TX_RTCP_MUX = 2,
	UCSEC_F_STRICT = 4,
	UCSEC_F_LATCH = 8,
	UCSEC_F_ROC_RESET = 16,
	UCSEC_F_FREEBIND = 32,
	UCSEC_F_HAND_UP = 64,
};

/* Why a packet went no further; ucsec_drop_about() has the sentences. */
enum ucsec_drop {
	UCSEC_DROP_NONE = 0,
	UCSEC_DROP_NOMEM = 1,
	UCSEC_DROP_MALFORMED = 2,
	UCSEC_DROP_CSUM = 3,
	UCSEC_DROP_FRAGMENT = 4,
	UCSEC_DROP_OPTIONS = 5,
	UCSEC_DROP_SOURCE = 6,
	UCSEC_DROP_POLICY = 7,
	UCSEC_DROP_NOT_RTP = 8,
	UCSEC_DROP_SSRC_LIMIT = 9,
	UCSEC_DROP_MKI = 10,
	UCSEC_DROP_REPLAY = 11,
	UCSEC_DROP_AUTH = 12,
	UCSEC_DROP_TX_REPLAY = 13,
	UCSEC_DROP_KEY_EXPIRED = 14,
	UCSEC_DROP_CRYPTO = 15,
	UCSEC_DROP_ROUTE = 16,
	UCSEC_DROP_TTL = 17,
	UCSEC_DROP_SEND = 18,
};

/* What a notice tells; ucsec_event_about() has the sentences. */
enum ucsec_event {
	UCSEC_EVENT_UNSPEC = 0,
	UCSEC_EVENT_GONE = 1,
	UCSEC_EVENT_NO_MEDIA = 2,
	UCSEC_EVENT_LATCHED = 3,
	UCSEC_EVENT_AUTH_BURST = 4,
	UCSEC_EVENT_REPLAY_BURST = 5,
	UCSEC_EVENT_KEY_NEAR_END = 6,
	UCSEC_EVENT_SSRC_LIMIT = 7,
	UCSEC_EVENT_DENIAL_BURST = 8,
	UCSEC_EVENT_DENIAL_BURST_OVER = 9,
};

/* What the peers of a trunk are: systems, or phones. */
enum ucsec_trunk_kind {
	UCSEC_TRUNK_UNSPEC = 0,
	UCSEC_TRUNK_TRUNK = 1,
	UCSEC_TRUNK_LINE = 2,
};

/* What becomes of a message. */
enum ucsec_verdict {
	UCSEC_VERDICT_PASS = 0,
	UCSEC_VERDICT_DROP = 1,
	UCSEC_VERDICT_REJECT = 2,
};

/* What becomes of signalling from an address of no trunk. */
enum ucsec_unknown {
	UCSEC_UNKNOWN_PASS = 0,
	UCSEC_UNKNOWN_COUNT = 1,
	UCSEC_UNKNOWN_DROP = 2,
};

/* How signalling is carried; bits. */
enum ucsec_transports {
	UCSEC_TRANSPORT_UDP = 1,
	UCSEC_TRANSPORT_TCP = 2,
	UCSEC_TRANSPORT_TLS = 4,
};

/* Methods of SIP requests; bits. */
enum ucsec_methods {
	UCSEC_METHOD_INVITE = 1,
	UCSEC_METHOD_ACK = 2,
	UCSEC_METHOD_BYE = 4,
	UCSEC_METHOD_CANCEL = 8,
	UCSEC_METHOD_OPTIONS = 16,
	UCSEC_METHOD_REGISTER = 32,
	UCSEC_METHOD_PRACK = 64,
	UCSEC_METHOD_UPDATE = 128,
	UCSEC_METHOD_INFO = 256,
	UCSEC_METHOD_MESSAGE = 512,
	UCSEC_METHOD_PUBLISH = 1024,
	UCSEC_METHOD_SUBSCRIBE = 2048,
	UCSEC_METHOD_NOTIFY = 4096,
	UCSEC_METHOD_REFER = 8192,
	UCSEC_METHOD_OTHER = 16384,
};

/* Facts of a request that a trunk accepts or does not; bits. */
enum ucsec_boxes {
	UCSEC_BOX_PRESENCE_SUBSCRIPTION = 1,
	UCSEC_BOX_OUT_OF_DIALOG_REFER = 2,
	UCSEC_BOX_UNSOLICITED_NOTIFICATION = 4,
	UCSEC_BOX_REPLACES_HEADER = 8,
};

/* What a rate counts; index of ucsec_trunk.rates. */
enum ucsec_rate_kind {
	UCSEC_RATE_REQUESTS = 0,
	UCSEC_RATE_RESPONSES = 1,
	UCSEC_RATE_KEEPALIVES = 2,
	UCSEC_RATE_SOURCE = 3,
};

/* What a message on a signalling port is. */
enum ucsec_sip_class {
	UCSEC_CLASS_REQUEST = 0,
	UCSEC_CLASS_RESPONSE = 1,
	UCSEC_CLASS_KEEPALIVE = 2,
	UCSEC_CLASS_STUN = 3,
	UCSEC_CLASS_CONNECT = 4,
	UCSEC_CLASS_UNPARSED = 5,
};

/* Why a message could not be parsed; ucsec_fault_about() tells. */
enum ucsec_sip_fault {
	UCSEC_FAULT_NONE = 0,
	UCSEC_FAULT_START_LINE = 1,
	UCSEC_FAULT_HEADER = 2,
	UCSEC_FAULT_CONTROL = 3,
	UCSEC_FAULT_REPEATED = 4,
	UCSEC_FAULT_NO_TO = 5,
	UCSEC_FAULT_TO = 6,
	UCSEC_FAULT_EVENT = 7,
	UCSEC_FAULT_REFER_TO = 8,
	UCSEC_FAULT_NO_END = 9,
	UCSEC_FAULT_LENGTH = 10,
};

/* Why a message did not pass; ucsec_denial_about() has the sentences. */
enum ucsec_denial {
	UCSEC_DENIAL_NONE = 0,
	UCSEC_DENIAL_SOURCE = 1,
	UCSEC_DENIAL_METHOD = 2,
	UCSEC_DENIAL_PRESENCE = 3,
	UCSEC_DENIAL_REFER = 4,
	UCSEC_DENIAL_NOTIFICATION = 5,
	UCSEC_DENIAL_REPLACES = 6,
	UCSEC_DENIAL_UNPARSED = 7,
	UCSEC_DENIAL_RATE = 8,
	UCSEC_DENIAL_SOURCE_RATE = 9,
	UCSEC_DENIAL_REJECT_RATE = 10,
	UCSEC_DENIAL_NOMEM = 11,
};

#endif /* _UAPI_LINUX_UCSEC_H */

/* Limits and defaults of a namespace; index of ucsec_params.value. */
enum ucsec_param {
	UCSEC_PARAM_MAX_STREAMS = 1,
	UCSEC_PARAM_WINDOW = 2,
	UCSEC_PARAM_MAX_SSRCS = 3,
	UCSEC_PARAM_REKEY_OVERLAP = 4,	/* milliseconds */
	UCSEC_PARAM_REKEY_GRACE = 5,	/* milliseconds */
	UCSEC_PARAM_IDLE = 6,		/* seconds, 0 never */
	UCSEC_PARAM_AUTH_BURST = 7,	/* per second */
	UCSEC_PARAM_REPLAY_BURST = 8,	/* per second */
	UCSEC_PARAM_COUNT		/* one more than the last */
};

/* Room for reasons: more than this library knows may be reported. */
#define UCSEC_DROP_ROOM		64

/* ucsec_endpoint.have; an address is there if family is not AF_UNSPEC */
enum {
	UCSEC_EP_PORT = 1 << 0,
	UCSEC_EP_RTCP_PORT = 1 << 1,
	UCSEC_EP_IFINDEX = 1 << 2,
};

struct ucsec_endpoint {
	uint32_t have;
	int family;		/* AF_UNSPEC, AF_INET or AF_INET6 */
	union {
		struct in_addr addr4;
		struct in6_addr addr6;
	} addr;
	uint16_t port;		/* of RTP */
	uint16_t rtcp_port;	/* absent: port + 1, or port with RTCP mux */
	uint32_t ifindex;
};

/* A master key followed by its master salt, and its MKI if it has one. */
struct ucsec_key {
	uint8_t material[UCSEC_MAX_KEY_LEN];
	uint8_t mki[UCSEC_MAX_MKI_LEN];
	uint8_t material_len;	/* bytes */
	uint8_t mki_len;	/* bytes, 0: no MKI */
};

/* One side of a stream. The kernel reports how many keys, never a key. */
struct ucsec_crypto {
	enum ucsec_suite suite;
	uint32_t key_count;
	uint32_t mki_len;	/* reported only */
	struct ucsec_key keys[UCSEC_MAX_KEYS];
};

enum {	/* ucsec_ssrc.have */
	UCSEC_SSRC_RX_ROC = 1 << 0,
	UCSEC_SSRC_TX_ROC = 1 << 1,
	UCSEC_SSRC_RX_SEQ = 1 << 2,
	UCSEC_SSRC_TX_SEQ = 1 << 3,
	UCSEC_SSRC_OUT = 1 << 4,
	UCSEC_SSRC_RX_RTCP = 1 << 5,
	UCSEC_SSRC_TX_RTCP = 1 << 6,
};

struct ucsec_ssrc {
	uint32_t have;
	uint32_t ssrc;
	uint32_t rx_roc, tx_roc;	/* the only ones a request carries */
	uint32_t out_ssrc;
	uint32_t rx_rtcp_index, tx_rtcp_index;
	uint16_t rx_seq, tx_seq;
};

/*
 * Counters since creation: rx_packets is the sum of tx_packets, up_packets
 * and all drops. drops[] is indexed by enum ucsec_drop; drops[0] collects
 * reasons beyond UCSEC_DROP_ROOM. The last three are of a namespace only.
 */
struct ucsec_stats {
	uint64_t rx_packets, rx_bytes;	/* bytes of UDP payload */
	uint64_t tx_packets, tx_bytes;
	uint64_t up_packets, rtcp_packets;
	uint64_t restarts;
	uint64_t drops[UCSEC_DROP_ROOM];
	uint64_t events_sent, events_lost;
	uint32_t streams;
};

enum {	/* ucsec_stream.have */
	UCSEC_HAVE_ID = 1 << 0,
	UCSEC_HAVE_IN = 1 << 1,
	UCSEC_HAVE_FROM = 1 << 2,
	UCSEC_HAVE_OUT = 1 << 3,
	UCSEC_HAVE_TO = 1 << 4,
	UCSEC_HAVE_RX = 1 << 5,
	UCSEC_HAVE_TX = 1 << 6,
	UCSEC_HAVE_FLAGS = 1 << 7,
	UCSEC_HAVE_WINDOW = 1 << 8,
	UCSEC_HAVE_MAX_SSRCS = 1 << 9,
	UCSEC_HAVE_COOKIE = 1 << 10,
	UCSEC_HAVE_PAIR = 1 << 11,
	UCSEC_HAVE_DSCP = 1 << 12,
	UCSEC_HAVE_IDLE = 1 << 13,
	UCSEC_HAVE_RELATCH = 1 << 14,	/* request: forget the latched source */
	UCSEC_HAVE_LATCHED = 1 << 15,	/* reported only, as the next two */
	UCSEC_HAVE_STATS = 1 << 16,
	UCSEC_HAVE_MEMORY = 1 << 17,
	UCSEC_HAVE_TRUNK = 1 << 18,	/* of a notice, as the next one */
	UCSEC_HAVE_VERDICTS = 1 << 19,
};

/* One direction of one media flow; members as in ucsecctl(8). */
struct ucsec_stream {
	uint32_t have;
	uint32_t id;
	struct ucsec_endpoint in, from, out, to, latched;
	struct ucsec_crypto rx, tx;	/* absent: plain RTP */
	uint32_t flags;			/* enum ucsec_stream_flags */
	uint32_t flags_mask;		/* which of them a request changes */
	uint32_t window;		/* packets */
	uint32_t max_ssrcs;
	uint32_t ssrc_count;
	struct ucsec_ssrc ssrcs[UCSEC_MAX_SSRCS];
	uint8_t cookie[UCSEC_MAX_COOKIE_LEN];
	uint32_t cookie_len;		/* bytes */
	uint32_t pair;			/* id; 0 in a request ends a pairing */
	uint32_t idle;			/* seconds */
	uint8_t dscp;
	uint32_t memory;		/* bytes */
	struct ucsec_stats stats;
};

/* A suite that the kernel serves; lengths in bytes, drivers may be "". */
struct ucsec_suite_info {
	enum ucsec_suite suite;
	uint32_t key_len, salt_len, tag_len, rtcp_tag_len;
	char name[64];
	char cipher_driver[128], auth_driver[128];
};

struct ucsec_params {
	uint32_t have;			/* bit 1 << enum ucsec_param */
	uint32_t value[UCSEC_PARAM_COUNT];
};

/* Addresses of one family that begin alike; no bits behind len. */
struct ucsec_prefix {
	int family;		/* AF_INET or AF_INET6 */
	union {
		struct in_addr addr4;
		struct in6_addr addr6;
	} addr;
	uint8_t len;		/* bits that count */
};

/* A token bucket; per_second 0: no limit. */
struct ucsec_rate {
	uint32_t per_second;	/* in the long run */
	uint32_t burst;		/* at once after a pause */
};

/* Room for kinds of rates and reasons that this library does not know. */
#define UCSEC_RATE_ROOM		8
#define UCSEC_DENIAL_ROOM	32

/*
 * Counters since creation. passed, dropped and rejected add up to what was
 * judged; the six classes are of what was looked at, which neither unknown
 * sources nor what is above a rate need be. denials[] is indexed by enum
 * ucsec_denial; denials[0] collects reasons beyond UCSEC_DENIAL_ROOM.
 */
struct ucsec_verdicts {
	uint64_t requests, responses, keepalives, stun, connects, unparsed;
	uint64_t passed, dropped, rejected;
	uint64_t denials[UCSEC_DENIAL_ROOM];
};

enum {	/* ucsec_trunk.have; prefixes and rates of a request by their own */
	UCSEC_TR_ID = 1 << 0,
	UCSEC_TR_KIND = 1 << 1,
	UCSEC_TR_PORTS = 1 << 2,
	UCSEC_TR_TRANSPORTS = 1 << 3,
	UCSEC_TR_METHODS = 1 << 4,
	UCSEC_TR_BOXES = 1 << 5,
	UCSEC_TR_UNPARSED = 1 << 6,
	UCSEC_TR_DENIAL = 1 << 7,
	UCSEC_TR_RATES = 1 << 8,
	UCSEC_TR_COOKIE = 1 << 9,
	UCSEC_TR_STAGE = 1 << 10,	/* request only */
	UCSEC_TR_VERDICTS = 1 << 11,	/* reported only */
};

/*
 * A set of peers, and what they may send; members as in ucsecctl(8). The
 * prefixes belong to who made the array: to the caller in a request, to the
 * library, until the callback returns, in a dump.
 */
struct ucsec_trunk {
	uint32_t have;
	uint32_t id;			/* absent from new: the lowest free */
	enum ucsec_trunk_kind kind;
	const struct ucsec_prefix *prefixes;
	size_t prefix_count;		/* 0 in a set: they stay */
	uint16_t ports[UCSEC_MAX_TRUNK_PORTS];
	uint32_t port_count;
	uint32_t transports;		/* enum ucsec_transports */
	uint32_t methods;		/* enum ucsec_methods, allowed */
	uint32_t boxes;			/* enum ucsec_boxes, accepted */
	enum ucsec_verdict unparsed;	/* of what cannot be parsed */
	enum ucsec_verdict denial;	/* of denied requests */
	struct ucsec_rate rates[UCSEC_RATE_ROOM];	/* enum ucsec_rate_kind;
						   all 0: no limits */
	uint8_t cookie[UCSEC_MAX_COOKIE_LEN];
	uint32_t cookie_len;		/* bytes */
	uint32_t stage;			/* from ucsec_acl_begin() */
	struct ucsec_verdicts verdicts;
};

enum {	/* ucsec_acl.have */
	UCSEC_ACL_UNKNOWN = 1 << 0,
	UCSEC_ACL_PORTS = 1 << 1,
	UCSEC_ACL_MARK_BITS = 1 << 2,
	UCSEC_ACL_REJECT_RATE = 1 << 3,
	UCSEC_ACL_REJECT_BURST = 1 << 4,
	UCSEC_ACL_MAX_TRUNKS = 1 << 5,
	UCSEC_ACL_MAX_PREFIXES = 1 << 6,
	UCSEC_ACL_DENIAL_BURST = 1 << 7,
	UCSEC_ACL_STATE = 1 << 8,	/* reported only: the rest */
};

/* Parameters and state of the trunk ACL of a namespace. */
struct ucsec_acl {
	uint32_t have;
	enum ucsec_unknown unknown;
	uint16_t ports[UCSEC_MAX_ACL_PORTS];	/* beside those of trunks */
	uint32_t port_count;
	uint32_t mark;			/* bits of what is to be rejected */
	uint32_t reject_rate, reject_burst;
	uint32_t max_trunks, max_prefixes;
	uint32_t denial_burst;		/* denials a second that make one */
	uint32_t trunks, prefixes;	/* in force */
	uint32_t sources;		/* room of the table of sources */
	uint32_t generation;		/* one more with each change */
	struct ucsec_verdicts verdicts;	/* of unknown sources */
};

/* A message on trial; the source's port has no meaning. */
struct ucsec_trial {
	struct ucsec_endpoint from, to;	/* to with its port */
	uint32_t transport;		/* one; 0 is UDP */
	const void *payload;		/* a datagram */
	size_t payload_len;		/* up to UCSEC_MAX_TRIAL */
};

enum {	/* ucsec_judgement.have */
	UCSEC_JUDGED_REQUEST = 1 << 0,	/* method, needs, in_dialog */
	UCSEC_JUDGED_FAULT = 1 << 1,
	UCSEC_JUDGED_TRUNK = 1 << 2,
	UCSEC_JUDGED_COOKIE = 1 << 3,
};

struct ucsec_judgement {
	uint32_t have;
	enum ucsec_verdict verdict;
	enum ucsec_denial reason;
	enum ucsec_sip_class sip_class;
	uint32_t method;		/* one of enum ucsec_methods */
	uint32_t needs;			/* enum ucsec_boxes */
	bool in_dialog;
	enum ucsec_sip_fault fault;
	uint32_t trunk;			/* absent: the source is unknown */
	uint8_t cookie[UCSEC_MAX_COOKIE_LEN];	/* of the trunk */
	uint32_t cookie_len;
};

/*
 * An event; have uses UCSEC_HAVE_ID, _IN, _COOKIE, _LATCHED and, of bursts of
 * denials, _TRUNK (absent: of unknown sources), _COOKIE, _VERDICTS.
 */
struct ucsec_notice {
	uint32_t have;
	enum ucsec_event event;
	uint32_t id;
	struct ucsec_endpoint in, latched;
	uint8_t cookie[UCSEC_MAX_COOKIE_LEN];
	uint32_t cookie_len;
	uint64_t count;			/* of bursts, see ucsec_event_about() */
	uint32_t trunk;			/* id */
	struct ucsec_verdicts verdicts;	/* now */
};

/* Why the last call on a handle failed. */
struct ucsec_error {
	int code;		/* negative errno, 0 after success */
	bool missing;		/* the attribute is missing, not wrong */
	char attribute[64];	/* as "rx.key.material", "" if none */
	char sentence[192];	/* the kernel's, else that of the errno */
	char value[52];		/* the prefix to blame, "" if none */
};

struct ucsec;

/*
 * Opens a handle on the network namespace of the caller. -ENOENT: the module
 * is not loaded. A handle stays with its namespace; close takes NULL.
 */
int ucsec_open(struct ucsec **handle);
void ucsec_close(struct ucsec *handle);

/* Valid until the next call on the handle; never holds key material. */
const struct ucsec_error *ucsec_error(const struct ucsec *handle);

/*
 * Streams. All but the reports need CAP_NET_ADMIN, and so do they as they
 * show who talks to whom. -EMSGSIZE, -EINVAL: a member is out of the
 * structure's own bounds; all else is the kernel's refusal, see uapi header.
 */
int ucsec_stream_new(struct ucsec *handle, const struct ucsec_stream *stream,
		     uint32_t *id);
int ucsec_stream_set(struct ucsec *handle, const struct ucsec_stream *stream);
int ucsec_stream_del(struct ucsec *handle, uint32_t id);
int ucsec_stream_get(struct ucsec *handle, uint32_t id,
		     struct ucsec_stream *stream);
int ucsec_stream_flush(struct ucsec *handle);

/*
 * Dumps collect a consistent list first, repeating what changes interrupted,
 * then call back once for each; what a callback returns other than 0 ends the
 * dump and is returned. The callback may use the handle. -EINTR: changes were
 * faster than eight attempts; the last list, which may lack or repeat some,
 * was delivered.
 */
typedef int (*ucsec_stream_fn)(const struct ucsec_stream *stream, void *arg);
typedef int (*ucsec_suite_fn)(const struct ucsec_suite_info *suite, void *arg);
int ucsec_stream_dump(struct ucsec *handle, ucsec_stream_fn fn, void *arg);
int ucsec_suite_dump(struct ucsec *handle, ucsec_suite_fn fn, void *arg);

/*
 * Trunks. Of the prefixes that hold an address, for a local port and
 * transport, the longest one counts. new, set and the calls for prefixes are
 * all or nothing however many prefixes there are, as they go in one message
 * (-EMSGSIZE, -ENOBUFS: the socket may not send one as large). With
 * UCSEC_TR_STAGE, which is for new and prefix_new, a trunk goes into a staged
 * set in as many messages as it takes. set: what is absent stays; prefixes,
 * ports and rates are replaced as a whole, and by at least one. flush: all of
 * them, or those whose cookie begins with the one given.
 */
int ucsec_trunk_new(struct ucsec *handle, const struct ucsec_trunk *trunk,
		    uint32_t *id);
int ucsec_trunk_set(struct ucsec *handle, const struct ucsec_trunk *trunk);
int ucsec_trunk_del(struct ucsec *handle, uint32_t id);
int ucsec_trunk_flush(struct ucsec *handle, const void *cookie, size_t len);
/* stage 0: of a trunk in force. */
int ucsec_prefix_new(struct ucsec *handle, uint32_t id, uint32_t stage,
		     const struct ucsec_prefix *prefixes, size_t count);
int ucsec_prefix_del(struct ucsec *handle, uint32_t id,
		     const struct ucsec_prefix *prefixes, size_t count);

/* A dump as those of streams, of one trunk (-ENOENT: there is none) or id 0. */
typedef int (*ucsec_trunk_fn)(const struct ucsec_trunk *trunk, void *arg);
int ucsec_trunk_dump(struct ucsec *handle, uint32_t id, ucsec_trunk_fn fn,
		     void *arg);

/*
 * A whole set at once: begin, make trunks with the stage it gives, commit. The
 * set replaces all trunks, or those whose cookie begins with the one given.
 * -ESTALE: somebody began another one since. replace does the three for an
 * array; *at, if at is not NULL, becomes the index of the trunk that was
 * refused, or count. What was begun and not committed has no effect and is
 * discarded by the next begin.
 */
int ucsec_acl_begin(struct ucsec *handle, const void *cookie, size_t len,
		    uint32_t *stage);
int ucsec_acl_commit(struct ucsec *handle, uint32_t stage);
int ucsec_acl_replace(struct ucsec *handle, const void *cookie, size_t len,
		      const struct ucsec_trunk *trunks, size_t count,
		      size_t *at);

/* Parameters; set changes what it has. No port at all is port_count 0. */
int ucsec_acl_get(struct ucsec *handle, struct ucsec_acl *acl);
int ucsec_acl_set(struct ucsec *handle, const struct ucsec_acl *acl);

/*
 * What would become of a message and why; nothing is counted or sent. -ENOENT:
 * the port is none of signalling; -EADDRNOTAVAIL: the destination is none of
 * the namespace. The ACL looks at neither, so they pass.
 */
int ucsec_acl_test(struct ucsec *handle, const struct ucsec_trial *trial,
		   struct ucsec_judgement *judgement);

/* The namespace: counters, limits and defaults; set changes what it has. */
int ucsec_stats_get(struct ucsec *handle, struct ucsec_stats *stats);
int ucsec_params_get(struct ucsec *handle, struct ucsec_params *params);
int ucsec_params_set(struct ucsec *handle, const struct ucsec_params *params);

/*
 * Events. After subscribe, poll the descriptor for reading and dispatch,
 * which never blocks: it calls back for each waiting event and returns how
 * many those were. -ENOBUFS: the socket overran and events were lost; go on
 * dispatching, and dump to learn the state. ucsec_event_lost() counts that.
 */
typedef void (*ucsec_event_fn)(const struct ucsec_notice *notice, void *arg);
int ucsec_event_subscribe(struct ucsec *handle);
int ucsec_event_fd(const struct ucsec *handle);
int ucsec_event_dispatch(struct ucsec *handle, ucsec_event_fn fn, void *arg);
uint64_t ucsec_event_lost(const struct ucsec *handle);

/*
 * Names. To text: NULL for what this library does not know; _about gives a
 * sentence. To number: -EINVAL if there is no such name. Flags are one bit.
 */
const char *ucsec_suite_name(enum ucsec_suite suite);
const char *ucsec_drop_name(enum ucsec_drop drop);
const char *ucsec_drop_about(enum ucsec_drop drop);
const char *ucsec_event_name(enum ucsec_event event);
const char *ucsec_event_about(enum ucsec_event event);
const char *ucsec_flag_name(uint32_t flag);
const char *ucsec_param_name(enum ucsec_param param);
int ucsec_suite_parse(const char *name);
int ucsec_flag_parse(const char *name);
int ucsec_param_parse(const char *name);

/* Of the trunk ACL; methods as in SIP, and parsed in any case. */
const char *ucsec_trunk_kind_name(enum ucsec_trunk_kind kind);
const char *ucsec_verdict_name(enum ucsec_verdict verdict);
const char *ucsec_unknown_name(enum ucsec_unknown unknown);
const char *ucsec_transport_name(uint32_t transport);
const char *ucsec_method_name(uint32_t method);
const char *ucsec_box_name(uint32_t box);
const char *ucsec_box_about(uint32_t box);
const char *ucsec_rate_name(enum ucsec_rate_kind kind);
const char *ucsec_class_name(enum ucsec_sip_class sip_class);
const char *ucsec_fault_name(enum ucsec_sip_fault fault);
const char *ucsec_fault_about(enum ucsec_sip_fault fault);
const char *ucsec_denial_name(enum ucsec_denial denial);
const char *ucsec_denial_about(enum ucsec_denial denial);
int ucsec_trunk_kind_parse(const char *name);
int ucsec_verdict_parse(const char *name);
int ucsec_unknown_parse(const char *name);
int ucsec_transport_parse(const char *name);
int ucsec_method_parse(const char *name);
int ucsec_box_parse(const char *name);
int ucsec_rate_parse(const char *name);

/* Bytes of master key and master salt together, 0 if unknown. */
size_t ucsec_suite_material_len(enum ucsec_suite suite);

/*
 * Parsers. On -EINVAL (and -ENODEV: no such interface) *why, if why is not
 * NULL, is a constant sentence that quotes nothing of the input.
 *
 * An endpoint is ADDR, ADDR:PORT, [ADDR6], [ADDR6]:PORT or
 * [ADDR6%IFNAME]:PORT. Format writes the same; it needs
 * UCSEC_ENDPOINT_TEXT_LEN bytes and returns -ENOSPC if it has less.
 */
#define UCSEC_ENDPOINT_TEXT_LEN	72
int ucsec_endpoint_parse(const char *text, struct ucsec_endpoint *endpoint,
			 const char **why);
int ucsec_endpoint_format(const struct ucsec_endpoint *endpoint, char *text,
			  size_t size);

/*
 * A prefix is ADDR, one address, or ADDR/LEN, IPv6 without brackets. -ERANGE:
 * bits are set behind LEN; prefix then has them cleared. Format needs
 * UCSEC_PREFIX_TEXT_LEN bytes and returns -ENOSPC if it has less.
 */
#define UCSEC_PREFIX_TEXT_LEN	52
int ucsec_prefix_parse(const char *text, struct ucsec_prefix *prefix,
		       const char **why);
int ucsec_prefix_format(const struct ucsec_prefix *prefix, char *text,
			size_t size);

/* An MKI as an even number of hexadecimal digits. */
int ucsec_mki_parse(const char *text, struct ucsec_key *key, const char **why);

/*
 * The content of a key file: lines of "[inline:]BASE64[|LIFETIME][|MKI:LEN]"
 * as in SDES, empty lines and lines starting with #. The suite must be set in
 * crypto; each key must have exactly its length. Several keys need an MKI
 * each. read takes at most 4096 bytes up to end of file and, beyond the
 * above, fails with -EFBIG or what read(2) says. On failure no key is left
 * in crypto.
 */
int ucsec_keys_parse(const char *text, size_t len, struct ucsec_crypto *crypto,
		     const char **why);
int ucsec_keys_read(int fd, struct ucsec_crypto *crypto, const char **why);

/* Forget all key material, beyond what a compiler might optimise away. */
void ucsec_crypto_wipe(struct ucsec_crypto *crypto);
void ucsec_stream_wipe(struct ucsec_stream *stream);

#ifdef __cplusplus
}
#endif
#endif /* UCSEC_UCSEC_H */
