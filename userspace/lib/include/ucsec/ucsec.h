/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libucsec: talk to ucsec.ko about the streams of a network namespace.
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

/* An event; have uses UCSEC_HAVE_ID, _IN, _COOKIE, _LATCHED. */
struct ucsec_notice {
	uint32_t have;
	enum ucsec_event event;
	uint32_t id;
	struct ucsec_endpoint in, latched;
	uint8_t cookie[UCSEC_MAX_COOKIE_LEN];
	uint32_t cookie_len;
	uint64_t count;			/* failures in a second, of bursts */
};

/* Why the last call on a handle failed. */
struct ucsec_error {
	int code;		/* negative errno, 0 after success */
	bool missing;		/* the attribute is missing, not wrong */
	char attribute[64];	/* as "rx.key.material", "" if none */
	char sentence[192];	/* the kernel's, else that of the errno */
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
