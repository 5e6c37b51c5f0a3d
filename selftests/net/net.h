/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the module share: a small world of three namespaces,
 * streams in its gateway, packets of every shape, and two other SRTPs.
 *
 *	  a                   g                   b
 *	10.0.1.2 -------- 10.0.1.1
 *	fd00:1::2   wa    fd00:1::1
 *	                    10.0.2.1 -------- 10.0.2.2
 *	                   fd00:2::1    wb    fd00:2::2
 */
#ifndef UCSEC_NET_H
#define UCSEC_NET_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <ucsec/ucsec.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define MAX_PACKET	65536

/* tap.c */

bool ok(bool passed, const char *name, ...)
	__attribute__((format(printf, 2, 3)));
void note(const char *text, ...) __attribute__((format(printf, 1, 2)));
/* Prints what broke the test itself, not the module, and ends it. */
void die(const char *text, ...)
	__attribute__((format(printf, 1, 2), noreturn));
/* Prints the plan; the exit status of main. */
int tap_end(void);

u32 random_u32(void);
u32 random_below(u32 n);
void random_fill(void *data, size_t len);
u64 now_ms(void);

/* world.c */

enum place { A, G, B, PLACES };
enum host { HOST_A, HOST_GA, HOST_GB, HOST_B };

/* Namespaces, links, addresses, and a handle on the module of the gateway. */
void world_new(void);
extern struct ucsec *gw;
const char *world_name(enum place place);
/* The calling thread goes there. */
void enter(enum place place);
/* A shell command in a namespace; its exit status. */
int run(enum place place, const char *command, ...)
	__attribute__((format(printf, 2, 3)));
void must_run(enum place place, const char *command, ...)
	__attribute__((format(printf, 2, 3)));
/* A shell command that goes on; killed by stop or at the end. */
pid_t start(enum place place, const char *command, ...)
	__attribute__((format(printf, 2, 3)));
void stop(pid_t pid);
socklen_t address(enum host host, int family, u16 port,
		  struct sockaddr_storage *out);
struct ucsec_endpoint endpoint(enum host host, int family, u16 port);
/* A UDP socket, bound; by default the hosts are those of a and b. */
int udp_socket(enum place place, int family, u16 port);
int udp_socket_at(enum place place, enum host host, int family, u16 port);
/* To the gateway's side that faces a. */
void send_udp(int fd, int family, u16 port, const void *data, size_t len);
/* Length; -1 if nothing came in time. */
int receive(int fd, void *data, size_t size, int timeout_ms);
/* For what has to come: only a test that fails waits so long. */
#define ARRIVAL_MS	10000
/* How many are waiting; takes them away. */
u32 drain(int fd);
/* Sees all that passes a device, from the network header on. */
int tap_at(enum place place, const char *dev);
/* A device of the gateway whose wire is the descriptor; -1: there is none. */
int tun_new(const char *dev, int flags);
/* From now on the caller runs on one processor: veth reorders otherwise. */
void stay(void);

/* fault.c */

/* False if this kernel cannot make memory fail. */
bool fault_ready(void);
/* The @n-th allocation from now on that this thread asks for fails. */
void fault_nth(u32 n);
/* Did it? Nothing more is going to fail. */
bool fault_hit(void);
/* So many of all allocations that cannot wait, whoever asks; 0: none. */
void fault_random(u32 percent);

/* stream.c */

void random_keys(struct ucsec_crypto *c, enum ucsec_suite suite, u32 n,
		 u8 mki_len);
/* From a to b through @port on all hosts: plain, to be amended. */
struct ucsec_stream stream_spec(int family_in, int family_out, u16 port);
struct ucsec_stream *with_rx(struct ucsec_stream *s, enum ucsec_suite suite);
struct ucsec_stream *with_tx(struct ucsec_stream *s, enum ucsec_suite suite);
u32 stream_new(const struct ucsec_stream *s);
void stream_del(u32 id);
struct ucsec_stream stream_get(u32 id);
struct ucsec_stats stream_stats(u32 id);
u64 drops_total(const struct ucsec_stats *s);
/* Every packet that came went exactly one way. */
bool adds_up(const struct ucsec_stats *s);
/* Waits until as many packets reached the stream. */
struct ucsec_stats wait_rx(u32 id, u64 packets);

/* rtp.c */

struct rtp {
	u32 ssrc;
	u16 seq;
	u32 timestamp;
	u8 pt;
	bool marker;
	u8 csrcs;
	bool extension;
	u8 extension_words;
	u8 padding;		/* bytes, 0: none */
	u32 payload;		/* bytes */
	u64 seed;		/* of what the payload is made */
};

/* Length of the packet. */
int rtp_make(u8 *pkt, const struct rtp *rtp);
/* A sender report with a block on @about, then SDES. */
int rtcp_make(u8 *pkt, u32 ssrc, u32 about);
u16 rtp_seq(const u8 *pkt);
u32 rtp_ssrc(const u8 *pkt);
u32 get32(const u8 *p);
void put32(u8 *p, u32 v);
void put16(u8 *p, u16 v);
int rtp_header_len(const u8 *pkt);

/* oracle.c: libsrtp2, and cm.c where libsrtp2 knows no better */

struct oracle;
struct oracle *oracle_new(const struct ucsec_crypto *c, bool outbound);
void oracle_free(struct oracle *o);
/* An SSRC that starts with a ROC of its own. */
void oracle_add(struct oracle *o, u32 ssrc, u32 roc);
/* New length, or -1 if it refuses. */
int oracle_seal(struct oracle *o, u8 *pkt, int len, u32 key, bool rtcp);
int oracle_open(struct oracle *o, u8 *pkt, int len, bool rtcp);

/* cm.c: AES-CM and NULL with HMAC-SHA1, written from RFC 3711 and 6188 */

struct cm;
struct cm *cm_new(const struct ucsec_crypto *c);
void cm_free(struct cm *cm);
void cm_set_roc(struct cm *cm, u32 ssrc, u32 roc);
int cm_seal(struct cm *cm, u8 *pkt, int len, u32 key, bool rtcp);
int cm_open(struct cm *cm, u8 *pkt, int len, bool rtcp);
/* With the ROC given instead of estimated; no replay check. */
int cm_open_at(struct cm *cm, u8 *pkt, int len, u32 roc);

/* raw.c: packets that no UDP socket would send, from a to the gateway */

struct raw {
	int family;
	u16 sport, dport;
	const u8 *data;
	int len;
	int udp_len;		/* 0: what is right */
	int cut;		/* bytes missing at the end of the IP packet */
	bool bad_csum, no_csum;
	u8 options;		/* IPv4: bytes of options, of 4 */
	bool extended;		/* IPv6: with a header of type ext */
	u8 ext;
	u16 fragment;		/* bytes per fragment, 0: whole */
	bool only_first;	/* send only the first fragment */
	u8 ttl;			/* 0: 64 */
	u8 tos;
	struct in_addr src;	/* 0: that of a */
};

void raw_send(const struct raw *raw);

#endif /* UCSEC_NET_H */
