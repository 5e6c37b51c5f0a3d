/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * Netlink ABI of ucsec.ko: streams of in-kernel SRTP.
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

	/* private: */
	__UCSEC_EVENT_MAX,
	UCSEC_EVENT_MAX = (__UCSEC_EVENT_MAX - 1)
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

	__UCSEC_CMD_MAX,
	UCSEC_CMD_MAX = (__UCSEC_CMD_MAX - 1)
};
#endif /* _UAPI_LINUX_UCSEC_H */
