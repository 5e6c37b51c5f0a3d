/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * Netlink ABI of ucsec.ko: streams of in-kernel SRTP, and the trunk ACL.
 *
 * Documentation/netlink/specs/ucsec.yaml is the source of truth; a test holds
 * this header, the kernel's policies and the specification together.
 *
 * Generic netlink family "ucsec", version 1, per network namespace: a request
 * acts on the namespace in which its socket was opened. Every command but
 * SUITE_GET needs CAP_NET_ADMIN in the initial user namespace (the module
 * parameter unprivileged_userns=1 accepts it in the user namespace that owns
 * the network namespace). Joining the multicast group "events" needs it in the
 * user namespace that owns the network namespace.
 * A refusal carries an errno, a sentence (NLMSGERR_ATTR_MSG) and, where one is
 * to blame, the attribute (NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_MISS_TYPE).
 * Ports and IPv4 addresses are in network byte order, all else in host order.
 * Unknown attributes are refused.
 *
 * UCSEC_CMD_STREAM_NEW          request                         reply: ID
 *   UCSEC_A_STREAM_IN           nest, required: where media arrives
 *     UCSEC_A_ENDPOINT_ADDR4      be32    } exactly one
 *     UCSEC_A_ENDPOINT_ADDR6      16 bytes}
 *     UCSEC_A_ENDPOINT_PORT       be16, required, not 0
 *     UCSEC_A_ENDPOINT_RTCP_PORT  be16, PORT + 1 if absent; refused with mux
 *     UCSEC_A_ENDPOINT_IFINDEX    u32, required for link-local IPv6
 *   UCSEC_A_STREAM_OUT          nest, required: source of what leaves; same
 *                               contents
 *   UCSEC_A_STREAM_TO           nest, required: destination; same contents,
 *                               no IFINDEX; same family as OUT
 *   UCSEC_A_STREAM_FROM         nest: whose media is accepted; ADDR, and PORT
 *                               if it matters; same family as IN
 *   UCSEC_A_STREAM_RX           nest: protection of what arrives; absent means
 *                               plain RTP
 *     UCSEC_A_CRYPTO_SUITE        u32, enum ucsec_suite, required
 *     UCSEC_A_CRYPTO_KEY          nest, 1..UCSEC_MAX_KEYS times
 *       UCSEC_A_KEY_MATERIAL        master key and salt, as long as the suite
 *                                   says; required
 *       UCSEC_A_KEY_MKI             1..UCSEC_MAX_MKI_LEN bytes; required if
 *                                   there are several keys, all of one length
 *   UCSEC_A_STREAM_TX           nest: protection of what leaves; as RX, with
 *                               exactly one key
 *   UCSEC_A_STREAM_FLAGS        nla_bitfield32 of enum ucsec_stream_flags
 *   UCSEC_A_STREAM_WINDOW       u32, multiple of 64
 *   UCSEC_A_STREAM_MAX_SSRCS    u32, 1..UCSEC_MAX_SSRCS
 *   UCSEC_A_STREAM_SSRC         nest, up to MAX_SSRCS times: initial ROC
 *     UCSEC_A_SSRC_SSRC           u32, required
 *     UCSEC_A_SSRC_RX_ROC         u32
 *     UCSEC_A_SSRC_TX_ROC         u32
 *   UCSEC_A_STREAM_COOKIE       1..UCSEC_MAX_COOKIE_LEN bytes
 *   UCSEC_A_STREAM_PAIR         u32, id of the stream of the other direction;
 *                               that one is paired with the new one as well
 *   UCSEC_A_STREAM_DSCP         u8, 0..63
 *   UCSEC_A_STREAM_IDLE         u32, seconds
 *
 *   EADDRINUSE      another stream has that "in" address and port
 *   EADDRNOTAVAIL   "in" or "out" is not an address of this namespace
 *   ENOSPC          the namespace has its limit of streams
 *   EOPNOTSUPP      the kernel serves no such suite (ERANGE: nor knows it)
 *   EINVAL, ERANGE  as the sentence says
 *
 * UCSEC_CMD_STREAM_SET          request
 *   UCSEC_A_STREAM_ID           u32, required
 *   FROM TO RX TX FLAGS COOKIE PAIR DSCP IDLE as above; what is absent stays.
 *                               PAIR 0 ends a pairing.
 *   UCSEC_A_STREAM_RELATCH      flag: forget the latched source
 *
 *   All or nothing. RX and TX replace all keys of their side; the suite may
 *   change, but a plain side stays plain and a protected one protected. After
 *   a new RX without MKI the old keys are tried for the overlap of
 *   UCSEC_A_PARAMS_REKEY_OVERLAP. The sending index goes on, so a nonce is
 *   never used twice; EKEYREJECTED refuses a sending key that the stream had
 *   before, ENOSPC the one after the 4096th.
 *
 * UCSEC_CMD_STREAM_DEL          request: UCSEC_A_STREAM_ID
 * UCSEC_CMD_STREAM_FLUSH        request, empty: removes all streams
 * UCSEC_CMD_STREAM_GET          request: UCSEC_A_STREAM_ID, or a dump of all
 *   reply: all of STREAM_NEW but key material and MKIs (RX and TX hold
 *   UCSEC_A_CRYPTO_SUITE, _KEYS and _MKI_LEN), and UCSEC_A_STREAM_LATCHED,
 *   _STATS (UCSEC_A_STATS_*), _MEMORY and the state of every SSRC.
 *
 * UCSEC_CMD_SUITE_GET           dump: UCSEC_A_SUITES_*
 * UCSEC_CMD_STATS_GET           request, empty; reply: UCSEC_A_STATS_*
 * UCSEC_CMD_PARAM_GET           request, empty; reply: UCSEC_A_PARAMS_*
 * UCSEC_CMD_PARAM_SET           request: UCSEC_A_PARAMS_*, what is absent stays
 *
 * UCSEC_CMD_STREAM_NTF          to the group "events"
 *   UCSEC_A_STREAM_EVENT        u32, enum ucsec_event
 *   UCSEC_A_STREAM_ID, _IN, _COOKIE; _LATCHED with UCSEC_EVENT_LATCHED;
 *   _COUNT with the bursts
 *
 * UCSEC_CMD_TRUNK_NEW           request                         reply: ID
 *   UCSEC_A_TRUNK_ID            u32, not 0; the lowest free one if absent
 *   UCSEC_A_TRUNK_KIND          u32, enum ucsec_trunk_kind, required
 *   UCSEC_A_TRUNK_PREFIX        nest, any number: whose signalling it is
 *     UCSEC_A_PREFIX_ADDR4        be32    } exactly one; no bits behind LEN
 *     UCSEC_A_PREFIX_ADDR6        16 bytes}
 *     UCSEC_A_PREFIX_LEN          u8, required
 *   UCSEC_A_TRUNK_PORT          be16, 1..UCSEC_MAX_TRUNK_PORTS times: local
 *                               signalling ports
 *   UCSEC_A_TRUNK_TRANSPORTS    u32 of enum ucsec_transports, required
 *   UCSEC_A_TRUNK_METHODS       u32 of enum ucsec_methods: allowed ones; all
 *                               if absent; refused for a line
 *   UCSEC_A_TRUNK_BOXES         u32 of enum ucsec_boxes: accepted; none if
 *                               absent; refused for a line
 *   UCSEC_A_TRUNK_UNPARSED      u32, enum ucsec_verdict: what cannot be
 *                               parsed; drop if absent
 *   UCSEC_A_TRUNK_DENIAL        u32, enum ucsec_verdict but pass: what the
 *                               method list denies; drop if absent
 *   UCSEC_A_TRUNK_RATE          nest, once for each kind of rate; no limit
 *                               where absent; a SET replaces all of them
 *                               by those it names, a kind with 0 and 0
 *                               among them: no limit
 *     UCSEC_A_RATE_KIND           u32, enum ucsec_rate_kind, required
 *     UCSEC_A_RATE_PER_SECOND     u32, 0..UCSEC_MAX_RATE, required
 *     UCSEC_A_RATE_BURST          u32, the same; both 0 or neither
 *   UCSEC_A_TRUNK_COOKIE        1..UCSEC_MAX_COOKIE_LEN bytes
 *   UCSEC_A_TRUNK_STAGE         u32 of ACL_BEGIN: into the staged set, where
 *                               prefixes may follow; else in force at once,
 *                               and with one prefix at least
 *
 *   Of the prefixes that hold an address for a local port and transport the
 *   longest one counts. The same prefix twice for a port and transport:
 *   EEXIST. ENOSPC: more trunks or prefixes than may be.
 *
 * UCSEC_CMD_TRUNK_SET           request
 *   UCSEC_A_TRUNK_ID            u32, required
 *   PREFIX PORT TRANSPORTS METHODS BOXES UNPARSED DENIAL RATE COOKIE as above;
 *                               what is absent stays. PREFIX, PORT and RATE
 *                               replace all of theirs.
 *
 * UCSEC_CMD_TRUNK_DEL           request: UCSEC_A_TRUNK_ID
 * UCSEC_CMD_TRUNK_FLUSH         request: removes all trunks, or those whose
 *                               cookie begins with UCSEC_A_TRUNK_COOKIE, and
 *                               a staged set that was begun for such alone
 * UCSEC_CMD_TRUNK_GET           dump of all, or of UCSEC_A_TRUNK_ID
 *   reply: all of TRUNK_NEW, UCSEC_A_TRUNK_PREFIXES (how many) and _VERDICTS
 *   (UCSEC_A_VERDICTS_*). A trunk whose prefixes do not fit one message goes
 *   on in the next ones, which hold its ID and PREFIX alone.
 * UCSEC_CMD_PREFIX_NEW          request: UCSEC_A_TRUNK_ID, _PREFIX (any
 *                               number), and _STAGE for a staged trunk
 * UCSEC_CMD_PREFIX_DEL          request: UCSEC_A_TRUNK_ID, _PREFIX (any
 *                               number); the last one of a trunk stays
 *
 * UCSEC_CMD_ACL_BEGIN           request                         reply: STAGE
 *   UCSEC_A_TRUNK_COOKIE        the set is to replace the trunks whose cookie
 *                               begins so; all of them if absent
 *   Begins an empty staged set and discards one that was begun before.
 * UCSEC_CMD_ACL_COMMIT          request: UCSEC_A_TRUNK_STAGE
 *   Puts the staged set in force, whole or not at all. Counters and buckets
 *   of trunks that keep their id go on. ESTALE: another one was begun since.
 *
 * UCSEC_CMD_ACL_GET             request, empty; reply: UCSEC_A_ACL_*
 * UCSEC_CMD_ACL_SET             request: UCSEC_A_ACL_*, what is absent stays
 *   UCSEC_A_ACL_UNKNOWN         u32, enum ucsec_unknown: signalling from an
 *                               address of no trunk; count by default
 *   UCSEC_A_ACL_PORT            be16, up to UCSEC_MAX_ACL_PORTS: ports of
 *                               signalling beside those of trunks, where
 *                               UNKNOWN holds too; one 0 removes them all
 *   UCSEC_A_ACL_MARK            u32, not 0: bits set in the mark of what is to be
 *                               rejected, and cleared in that of all other
 *                               signalling; default UCSEC_ACL_MARK
 *   UCSEC_A_ACL_REJECT_RATE     u32, 0..UCSEC_MAX_RATE: rejected ones passed
 *   UCSEC_A_ACL_REJECT_BURST    up in a second, and at once; those above are
 *                               dropped
 *   UCSEC_A_ACL_MAX_TRUNKS      u32
 *   UCSEC_A_ACL_MAX_PREFIXES    u32
 *   UCSEC_A_ACL_DENIAL_BURST    u32: denials of a trunk in a second that make
 *                               a burst
 *   reply of ACL_GET beside them: _TRUNKS, _PREFIXES (in force), _SOURCES
 *   (room of the table of sources), _VERDICTS (of unknown sources),
 *   _GENERATION (u32; one more with each change of trunks and parameters,
 *   whoever makes it, so that one who knows it knows what has changed since)
 *
 * UCSEC_CMD_ACL_TEST            request                        reply: verdict
 *   UCSEC_A_TRIAL_SADDR4        be32    } exactly one
 *   UCSEC_A_TRIAL_SADDR6        16 bytes}
 *   UCSEC_A_TRIAL_DADDR4        be32    } exactly one, of the same family
 *   UCSEC_A_TRIAL_DADDR6        16 bytes}
 *   UCSEC_A_TRIAL_DPORT         be16, required
 *   UCSEC_A_TRIAL_TRANSPORT     u32 of enum ucsec_transports, one; UDP if
 *                               absent
 *   UCSEC_A_TRIAL_PAYLOAD       0..UCSEC_MAX_TRIAL bytes, a datagram
 *   reply: _VERDICT (enum ucsec_verdict), _REASON (enum ucsec_denial), _CLASS
 *   (enum ucsec_sip_class); _METHOD (one of enum ucsec_methods), _NEEDS (of
 *   enum ucsec_boxes) and _IN_DIALOG (flag) with a request; _FAULT (enum
 *   ucsec_sip_fault) with what cannot be parsed; _TRUNK and _COOKIE if the
 *   source is known. Changes no counter and no bucket; says what the buckets
 *   would let through now. ENOENT: DPORT is none of signalling; EADDRNOTAVAIL:
 *   DADDR is none of this namespace. Both mean that the hook passes it.
 *
 * UCSEC_CMD_ACL_NTF             to the group "events"
 *   UCSEC_A_TRUNK_EVENT         u32, enum ucsec_event
 *   UCSEC_A_TRUNK_ID, _COOKIE   absent: of unknown sources
 *   UCSEC_A_TRUNK_COUNT         u64, denials of the burst up to now
 *   UCSEC_A_TRUNK_VERDICTS      the counters now
 */
#ifndef _UAPI_LINUX_UCSEC_H
#define _UAPI_LINUX_UCSEC_H

#define UCSEC_FAMILY_NAME	"ucsec"
#define UCSEC_FAMILY_VERSION	1
#define UCSEC_MCGRP_EVENTS	"events"

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

enum ucsec_suite {
	UCSEC_SUITE_UNSPEC,
	UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80,
	UCSEC_SUITE_AES_CM_128_HMAC_SHA1_32,
	UCSEC_SUITE_AES_192_CM_HMAC_SHA1_80,
	UCSEC_SUITE_AES_192_CM_HMAC_SHA1_32,
	UCSEC_SUITE_AES_256_CM_HMAC_SHA1_80,
	UCSEC_SUITE_AES_256_CM_HMAC_SHA1_32,
	UCSEC_SUITE_AEAD_AES_128_GCM,
	UCSEC_SUITE_AEAD_AES_256_GCM,
	UCSEC_SUITE_NULL_HMAC_SHA1_80,
	UCSEC_SUITE_NULL_HMAC_SHA1_32,

	/* private: */
	__UCSEC_SUITE_MAX,
	UCSEC_SUITE_MAX = (__UCSEC_SUITE_MAX - 1)
};

enum ucsec_stream_flags {
	UCSEC_F_RX_RTCP_MUX = 1,
	UCSEC_F_TX_RTCP_MUX = 2,
	UCSEC_F_STRICT = 4,
	UCSEC_F_LATCH = 8,
	UCSEC_F_ROC_RESET = 16,
	UCSEC_F_FREEBIND = 32,
	UCSEC_F_HAND_UP = 64,
};

enum ucsec_drop {
	UCSEC_DROP_NONE,
	UCSEC_DROP_NOMEM,
	UCSEC_DROP_MALFORMED,
	UCSEC_DROP_CSUM,
	UCSEC_DROP_FRAGMENT,
	UCSEC_DROP_OPTIONS,
	UCSEC_DROP_SOURCE,
	UCSEC_DROP_POLICY,
	UCSEC_DROP_NOT_RTP,
	UCSEC_DROP_SSRC_LIMIT,
	UCSEC_DROP_MKI,
	UCSEC_DROP_REPLAY,
	UCSEC_DROP_AUTH,
	UCSEC_DROP_TX_REPLAY,
	UCSEC_DROP_KEY_EXPIRED,
	UCSEC_DROP_CRYPTO,
	UCSEC_DROP_ROUTE,
	UCSEC_DROP_TTL,
	UCSEC_DROP_SEND,

	/* private: */
	__UCSEC_DROP_MAX,
	UCSEC_DROP_MAX = (__UCSEC_DROP_MAX - 1)
};

enum ucsec_event {
	UCSEC_EVENT_UNSPEC,
	UCSEC_EVENT_GONE,
	UCSEC_EVENT_NO_MEDIA,
	UCSEC_EVENT_LATCHED,
	UCSEC_EVENT_AUTH_BURST,
	UCSEC_EVENT_REPLAY_BURST,
	UCSEC_EVENT_KEY_NEAR_END,
	UCSEC_EVENT_SSRC_LIMIT,
	UCSEC_EVENT_DENIAL_BURST,
	UCSEC_EVENT_DENIAL_BURST_OVER,

	/* private: */
	__UCSEC_EVENT_MAX,
	UCSEC_EVENT_MAX = (__UCSEC_EVENT_MAX - 1)
};

enum ucsec_trunk_kind {
	UCSEC_TRUNK_UNSPEC,
	UCSEC_TRUNK_TRUNK,
	UCSEC_TRUNK_LINE,

	/* private: */
	__UCSEC_TRUNK_MAX,
	UCSEC_TRUNK_MAX = (__UCSEC_TRUNK_MAX - 1)
};

enum ucsec_verdict {
	UCSEC_VERDICT_PASS,
	UCSEC_VERDICT_DROP,
	UCSEC_VERDICT_REJECT,

	/* private: */
	__UCSEC_VERDICT_MAX,
	UCSEC_VERDICT_MAX = (__UCSEC_VERDICT_MAX - 1)
};

enum ucsec_unknown {
	UCSEC_UNKNOWN_PASS,
	UCSEC_UNKNOWN_COUNT,
	UCSEC_UNKNOWN_DROP,

	/* private: */
	__UCSEC_UNKNOWN_MAX,
	UCSEC_UNKNOWN_MAX = (__UCSEC_UNKNOWN_MAX - 1)
};

enum ucsec_transports {
	UCSEC_TRANSPORT_UDP = 1,
	UCSEC_TRANSPORT_TCP = 2,
	UCSEC_TRANSPORT_TLS = 4,
};

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

enum ucsec_boxes {
	UCSEC_BOX_PRESENCE_SUBSCRIPTION = 1,
	UCSEC_BOX_OUT_OF_DIALOG_REFER = 2,
	UCSEC_BOX_UNSOLICITED_NOTIFICATION = 4,
	UCSEC_BOX_REPLACES_HEADER = 8,
};

enum ucsec_rate_kind {
	UCSEC_RATE_REQUESTS,
	UCSEC_RATE_RESPONSES,
	UCSEC_RATE_KEEPALIVES,
	UCSEC_RATE_SOURCE,

	/* private: */
	__UCSEC_RATE_MAX,
	UCSEC_RATE_MAX = (__UCSEC_RATE_MAX - 1)
};

enum ucsec_sip_class {
	UCSEC_CLASS_REQUEST,
	UCSEC_CLASS_RESPONSE,
	UCSEC_CLASS_KEEPALIVE,
	UCSEC_CLASS_STUN,
	UCSEC_CLASS_CONNECT,
	UCSEC_CLASS_UNPARSED,

	/* private: */
	__UCSEC_CLASS_MAX,
	UCSEC_CLASS_MAX = (__UCSEC_CLASS_MAX - 1)
};

enum ucsec_sip_fault {
	UCSEC_FAULT_NONE,
	UCSEC_FAULT_START_LINE,
	UCSEC_FAULT_HEADER,
	UCSEC_FAULT_CONTROL,
	UCSEC_FAULT_REPEATED,
	UCSEC_FAULT_NO_TO,
	UCSEC_FAULT_TO,
	UCSEC_FAULT_EVENT,
	UCSEC_FAULT_REFER_TO,
	UCSEC_FAULT_NO_END,
	UCSEC_FAULT_LENGTH,

	/* private: */
	__UCSEC_FAULT_MAX,
	UCSEC_FAULT_MAX = (__UCSEC_FAULT_MAX - 1)
};

enum ucsec_denial {
	UCSEC_DENIAL_NONE,
	UCSEC_DENIAL_SOURCE,
	UCSEC_DENIAL_METHOD,
	UCSEC_DENIAL_PRESENCE,
	UCSEC_DENIAL_REFER,
	UCSEC_DENIAL_NOTIFICATION,
	UCSEC_DENIAL_REPLACES,
	UCSEC_DENIAL_UNPARSED,
	UCSEC_DENIAL_RATE,
	UCSEC_DENIAL_SOURCE_RATE,
	UCSEC_DENIAL_REJECT_RATE,
	UCSEC_DENIAL_NOMEM,

	/* private: */
	__UCSEC_DENIAL_MAX,
	UCSEC_DENIAL_MAX = (__UCSEC_DENIAL_MAX - 1)
};

enum {
	UCSEC_A_ENDPOINT_ADDR4 = 1,
	UCSEC_A_ENDPOINT_ADDR6,
	UCSEC_A_ENDPOINT_PORT,
	UCSEC_A_ENDPOINT_RTCP_PORT,
	UCSEC_A_ENDPOINT_IFINDEX,

	__UCSEC_A_ENDPOINT_MAX,
	UCSEC_A_ENDPOINT_MAX = (__UCSEC_A_ENDPOINT_MAX - 1)
};

enum {
	UCSEC_A_KEY_MATERIAL = 1,
	UCSEC_A_KEY_MKI,

	__UCSEC_A_KEY_MAX,
	UCSEC_A_KEY_MAX = (__UCSEC_A_KEY_MAX - 1)
};

enum {
	UCSEC_A_CRYPTO_SUITE = 1,
	UCSEC_A_CRYPTO_KEY,
	UCSEC_A_CRYPTO_KEYS,
	UCSEC_A_CRYPTO_MKI_LEN,

	__UCSEC_A_CRYPTO_MAX,
	UCSEC_A_CRYPTO_MAX = (__UCSEC_A_CRYPTO_MAX - 1)
};

enum {
	UCSEC_A_SSRC_SSRC = 1,
	UCSEC_A_SSRC_RX_ROC,
	UCSEC_A_SSRC_TX_ROC,
	UCSEC_A_SSRC_RX_SEQ,
	UCSEC_A_SSRC_TX_SEQ,
	UCSEC_A_SSRC_OUT_SSRC,
	UCSEC_A_SSRC_RX_RTCP_INDEX,
	UCSEC_A_SSRC_TX_RTCP_INDEX,

	__UCSEC_A_SSRC_MAX,
	UCSEC_A_SSRC_MAX = (__UCSEC_A_SSRC_MAX - 1)
};

enum {
	UCSEC_A_DROPS_REASON = 1,
	UCSEC_A_DROPS_PACKETS,

	__UCSEC_A_DROPS_MAX,
	UCSEC_A_DROPS_MAX = (__UCSEC_A_DROPS_MAX - 1)
};

enum {
	UCSEC_A_STATS_PAD = 1,
	UCSEC_A_STATS_RX_PACKETS,
	UCSEC_A_STATS_RX_BYTES,
	UCSEC_A_STATS_TX_PACKETS,
	UCSEC_A_STATS_TX_BYTES,
	UCSEC_A_STATS_UP_PACKETS,
	UCSEC_A_STATS_RTCP_PACKETS,
	UCSEC_A_STATS_RESTARTS,
	UCSEC_A_STATS_DROPS,
	UCSEC_A_STATS_STREAMS,
	UCSEC_A_STATS_EVENTS_SENT,
	UCSEC_A_STATS_EVENTS_LOST,

	__UCSEC_A_STATS_MAX,
	UCSEC_A_STATS_MAX = (__UCSEC_A_STATS_MAX - 1)
};

enum {
	UCSEC_A_STREAM_PAD = 1,
	UCSEC_A_STREAM_ID,
	UCSEC_A_STREAM_IN,
	UCSEC_A_STREAM_FROM,
	UCSEC_A_STREAM_OUT,
	UCSEC_A_STREAM_TO,
	UCSEC_A_STREAM_RX,
	UCSEC_A_STREAM_TX,
	UCSEC_A_STREAM_FLAGS,
	UCSEC_A_STREAM_WINDOW,
	UCSEC_A_STREAM_MAX_SSRCS,
	UCSEC_A_STREAM_SSRC,
	UCSEC_A_STREAM_COOKIE,
	UCSEC_A_STREAM_PAIR,
	UCSEC_A_STREAM_DSCP,
	UCSEC_A_STREAM_IDLE,
	UCSEC_A_STREAM_RELATCH,
	UCSEC_A_STREAM_LATCHED,
	UCSEC_A_STREAM_STATS,
	UCSEC_A_STREAM_MEMORY,
	UCSEC_A_STREAM_EVENT,
	UCSEC_A_STREAM_COUNT,

	__UCSEC_A_STREAM_MAX,
	UCSEC_A_STREAM_MAX = (__UCSEC_A_STREAM_MAX - 1)
};

enum {
	UCSEC_A_SUITES_SUITE = 1,
	UCSEC_A_SUITES_NAME,
	UCSEC_A_SUITES_KEY_LEN,
	UCSEC_A_SUITES_SALT_LEN,
	UCSEC_A_SUITES_TAG_LEN,
	UCSEC_A_SUITES_RTCP_TAG_LEN,
	UCSEC_A_SUITES_CIPHER_DRIVER,
	UCSEC_A_SUITES_AUTH_DRIVER,

	__UCSEC_A_SUITES_MAX,
	UCSEC_A_SUITES_MAX = (__UCSEC_A_SUITES_MAX - 1)
};

enum {
	UCSEC_A_PARAMS_MAX_STREAMS = 1,
	UCSEC_A_PARAMS_WINDOW,
	UCSEC_A_PARAMS_MAX_SSRCS,
	UCSEC_A_PARAMS_REKEY_OVERLAP,
	UCSEC_A_PARAMS_REKEY_GRACE,
	UCSEC_A_PARAMS_IDLE,
	UCSEC_A_PARAMS_AUTH_BURST,
	UCSEC_A_PARAMS_REPLAY_BURST,

	__UCSEC_A_PARAMS_MAX,
	UCSEC_A_PARAMS_MAX = (__UCSEC_A_PARAMS_MAX - 1)
};

enum {
	UCSEC_A_PREFIX_ADDR4 = 1,
	UCSEC_A_PREFIX_ADDR6,
	UCSEC_A_PREFIX_LEN,

	__UCSEC_A_PREFIX_MAX,
	UCSEC_A_PREFIX_MAX = (__UCSEC_A_PREFIX_MAX - 1)
};

enum {
	UCSEC_A_RATE_KIND = 1,
	UCSEC_A_RATE_PER_SECOND,
	UCSEC_A_RATE_BURST,

	__UCSEC_A_RATE_MAX,
	UCSEC_A_RATE_MAX = (__UCSEC_A_RATE_MAX - 1)
};

enum {
	UCSEC_A_DENIALS_REASON = 1,
	UCSEC_A_DENIALS_PACKETS,

	__UCSEC_A_DENIALS_MAX,
	UCSEC_A_DENIALS_MAX = (__UCSEC_A_DENIALS_MAX - 1)
};

enum {
	UCSEC_A_VERDICTS_PAD = 1,
	UCSEC_A_VERDICTS_REQUESTS,
	UCSEC_A_VERDICTS_RESPONSES,
	UCSEC_A_VERDICTS_KEEPALIVES,
	UCSEC_A_VERDICTS_STUN,
	UCSEC_A_VERDICTS_CONNECTS,
	UCSEC_A_VERDICTS_UNPARSED,
	UCSEC_A_VERDICTS_PASSED,
	UCSEC_A_VERDICTS_DROPPED,
	UCSEC_A_VERDICTS_REJECTED,
	UCSEC_A_VERDICTS_DENIALS,

	__UCSEC_A_VERDICTS_MAX,
	UCSEC_A_VERDICTS_MAX = (__UCSEC_A_VERDICTS_MAX - 1)
};

enum {
	UCSEC_A_TRUNK_PAD = 1,
	UCSEC_A_TRUNK_ID,
	UCSEC_A_TRUNK_KIND,
	UCSEC_A_TRUNK_PREFIX,
	UCSEC_A_TRUNK_PORT,
	UCSEC_A_TRUNK_TRANSPORTS,
	UCSEC_A_TRUNK_METHODS,
	UCSEC_A_TRUNK_BOXES,
	UCSEC_A_TRUNK_UNPARSED,
	UCSEC_A_TRUNK_DENIAL,
	UCSEC_A_TRUNK_RATE,
	UCSEC_A_TRUNK_COOKIE,
	UCSEC_A_TRUNK_STAGE,
	UCSEC_A_TRUNK_PREFIXES,
	UCSEC_A_TRUNK_VERDICTS,
	UCSEC_A_TRUNK_EVENT,
	UCSEC_A_TRUNK_COUNT,

	__UCSEC_A_TRUNK_MAX,
	UCSEC_A_TRUNK_MAX = (__UCSEC_A_TRUNK_MAX - 1)
};

enum {
	UCSEC_A_ACL_UNKNOWN = 1,
	UCSEC_A_ACL_PORT,
	UCSEC_A_ACL_MARK,
	UCSEC_A_ACL_REJECT_RATE,
	UCSEC_A_ACL_REJECT_BURST,
	UCSEC_A_ACL_MAX_TRUNKS,
	UCSEC_A_ACL_MAX_PREFIXES,
	UCSEC_A_ACL_DENIAL_BURST,
	UCSEC_A_ACL_TRUNKS,
	UCSEC_A_ACL_PREFIXES,
	UCSEC_A_ACL_SOURCES,
	UCSEC_A_ACL_VERDICTS,
	UCSEC_A_ACL_GENERATION,

	__UCSEC_A_ACL_MAX,
	UCSEC_A_ACL_MAX = (__UCSEC_A_ACL_MAX - 1)
};

enum {
	UCSEC_A_TRIAL_SADDR4 = 1,
	UCSEC_A_TRIAL_SADDR6,
	UCSEC_A_TRIAL_DADDR4,
	UCSEC_A_TRIAL_DADDR6,
	UCSEC_A_TRIAL_DPORT,
	UCSEC_A_TRIAL_TRANSPORT,
	UCSEC_A_TRIAL_PAYLOAD,
	UCSEC_A_TRIAL_VERDICT,
	UCSEC_A_TRIAL_REASON,
	UCSEC_A_TRIAL_CLASS,
	UCSEC_A_TRIAL_METHOD,
	UCSEC_A_TRIAL_NEEDS,
	UCSEC_A_TRIAL_IN_DIALOG,
	UCSEC_A_TRIAL_FAULT,
	UCSEC_A_TRIAL_TRUNK,
	UCSEC_A_TRIAL_COOKIE,

	__UCSEC_A_TRIAL_MAX,
	UCSEC_A_TRIAL_MAX = (__UCSEC_A_TRIAL_MAX - 1)
};

enum {
	UCSEC_CMD_STREAM_NEW = 1,
	UCSEC_CMD_STREAM_SET,
	UCSEC_CMD_STREAM_DEL,
	UCSEC_CMD_STREAM_GET,
	UCSEC_CMD_STREAM_FLUSH,
	UCSEC_CMD_SUITE_GET,
	UCSEC_CMD_STATS_GET,
	UCSEC_CMD_PARAM_GET,
	UCSEC_CMD_PARAM_SET,
	UCSEC_CMD_STREAM_NTF,
	UCSEC_CMD_TRUNK_NEW,
	UCSEC_CMD_TRUNK_SET,
	UCSEC_CMD_TRUNK_DEL,
	UCSEC_CMD_TRUNK_GET,
	UCSEC_CMD_TRUNK_FLUSH,
	UCSEC_CMD_PREFIX_NEW,
	UCSEC_CMD_PREFIX_DEL,
	UCSEC_CMD_ACL_BEGIN,
	UCSEC_CMD_ACL_COMMIT,
	UCSEC_CMD_ACL_GET,
	UCSEC_CMD_ACL_SET,
	UCSEC_CMD_ACL_TEST,
	UCSEC_CMD_ACL_NTF,

	__UCSEC_CMD_MAX,
	UCSEC_CMD_MAX = (__UCSEC_CMD_MAX - 1)
};
#endif /* _UAPI_LINUX_UCSEC_H */
