/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The media of one call: ports of our own, keys of our own, kernel streams.
 *
 * A call has two legs and up to CALL_LINES lines (SDP's m-lines). A line has
 * a side per leg. What was negotiated is staged with call_media_stage_*() and
 * becomes kernel streams with call_media_apply(), or is forgotten with
 * call_media_rollback(). All of it runs on the event loop's thread; call-backs
 * never come before the function that asked has returned, and none comes after
 * call_media_free(). A media may be freed in its done call-backs, but not in
 * those of events and counters.
 *
 * Keys: each key of ours protects one kernel stream. Whether a leg may be told
 * its present key again is decided here, see call_media_own_key().
 */
#ifndef CALL_MEDIA_H
#define CALL_MEDIA_H

#include <netinet/in.h>
#include "call/suite.h"

struct event_base;
struct call_mediad;
struct call_media;
struct call_media_system;

enum call_leg { CALL_LEG_A, CALL_LEG_B };
static inline enum call_leg call_other_leg(enum call_leg leg)
{
	return leg == CALL_LEG_A ? CALL_LEG_B : CALL_LEG_A;
}

enum { CALL_LINES = 16, CALL_MEDIA_ID_LEN = 16, CALL_REALMS = 2 };

/* Which addresses and ports a leg gets. */
enum call_realm { CALL_REALM_LINE, CALL_REALM_TRUNK };

struct call_addr {
	int family;		/* AF_UNSPEC: none */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

struct call_range {		/* absent: family is AF_UNSPEC */
	struct call_addr addr;
	uint16_t first, last;	/* RTP on even ports, RTCP on the next */
};

struct call_media_conf {
	bool anchored;		/* false: tests; SDP addresses pass through */
	struct call_range ranges[CALL_REALMS][2];	/* [][0] v4, [][1] v6 */
	uint8_t dscp_audio, dscp_video;
	uint32_t idle;		/* seconds without media until an event */
	bool latch;		/* after NAT: accept another source port or
				 * host, for good from its first authentic
				 * packet on; false: as signalled only */
	bool keep_roc;		/* new keys do not zero the ROC */
};

enum call_media_event {
	CALL_MEDIA_SILENT,	/* no media for the idle time */
	CALL_MEDIA_LATCHED,
	CALL_MEDIA_FORGED,	/* burst of authentication failures */
	CALL_MEDIA_REPLAYED,	/* burst of replays */
	CALL_MEDIA_KEY_ENDS,	/* re-offer, with fresh keys */
	CALL_MEDIA_SSRCS,	/* out of SSRC states */
	CALL_MEDIA_LOST,	/* the kernel has the stream no more */
};

/* A sentence for logs and alarms. */
const char *call_media_event_about(enum call_media_event event);

/* The event is about what leg @from sends on @line. */
typedef void (*call_media_event_fn)(void *arg, unsigned int line,
				    enum call_leg from,
				    enum call_media_event event,
				    uint64_t count);
/* err 0, or -errno with a constant or short-lived sentence. */
typedef void (*call_media_done_fn)(void *arg, int err, const char *why);

/* One for the daemon. mediad may be NULL if nothing is anchored. */
struct call_media_system *
call_media_system_new(struct event_base *base,
		      const struct call_media_conf *conf,
		      struct call_mediad *mediad);
void call_media_system_free(struct call_media_system *system);
/* Another idle time, for streams that there are and for those to come. */
void call_media_system_set_idle(struct call_media_system *system,
				uint32_t seconds);
/*
 * After a restart, once every call_media_restore() was called and mediad is
 * there: streams and ports of no call are removed.
 */
int call_media_system_sweep(struct call_media_system *system);

/* id is the call's, 16 random bytes; it is part of the streams' cookies. */
struct call_media *call_media_new(struct call_media_system *system,
				  const uint8_t id[CALL_MEDIA_ID_LEN],
				  call_media_event_fn fn, void *arg);
bool call_media_is_anchored(const struct call_media *media);
/* Removes streams, gives ports back; unanswered call-backs never come. */
void call_media_free(struct call_media *media);
/* As call_media_free() but all stays in the kernel, for the next daemon. */
void call_media_leave(struct call_media *media);

/* Before ports are reserved: where the leg is. family AF_INET or AF_INET6. */
void call_media_set_leg(struct call_media *media, enum call_leg leg,
			enum call_realm realm, int family);

/*
 * Can the leg's media be of that family? It is then, unless ports of another
 * were reserved or there are no addresses of it.
 */
bool call_media_take_family(struct call_media *media, enum call_leg leg,
			    int family);

/*
 * Ports on both sides of each line whose bit is set; what is reserved stays.
 * Errors to done: -EADDRNOTAVAIL no range for the realm and family, -ENOSPC
 * the range is used up, -ECONNREFUSED no mediad.
 */
int call_media_reserve(struct call_media *media, uint32_t lines,
		       call_media_done_fn done, void *arg);

struct call_local {		/* port 0: not reserved */
	struct call_addr addr;
	uint16_t port, rtcp_port;
};
const struct call_local *call_media_local(const struct call_media *media,
					  unsigned int line,
					  enum call_leg leg);

/* What a leg's peer said: where it receives and how it protects. */
struct call_peer {
	struct call_addr addr;	/* AF_UNSPEC: on hold, stays as it was */
	uint16_t port, rtcp_port;	/* rtcp_port 0: port + 1, or mux */
	bool rtcp_mux;
	bool sends, receives;	/* the direction, seen from the peer */
	bool video;		/* DSCP */
	struct call_crypto rx;	/* what the peer sends with */
};

/* stage: the peer's side; off: the line is refused or disabled (port 0). */
int call_media_stage_peer(struct call_media *media, unsigned int line,
			  enum call_leg leg, const struct call_peer *peer);
void call_media_stage_off(struct call_media *media, unsigned int line);

/*
 * The key we send to @leg with if @suite is agreed. The present one if the
 * stream goes on under it with the same suite, peer address and protection
 * (RFC 4568: unchanged keys go on); else a fresh one, the same until apply or
 * rollback. Ask after the other leg's peer was staged where that is known.
 */
int call_media_own_key(struct call_media *media, unsigned int line,
		       enum call_leg leg, const struct call_suite *suite,
		       struct call_key *key);
/* Which of them it became; NULL: plain. The others are wiped by apply. */
int call_media_stage_own(struct call_media *media, unsigned int line,
			 enum call_leg leg, const struct call_suite *suite);

/*
 * rollback: forgets what was staged, and no done comes of what is under way,
 * though an apply goes on to its end; -EBUSY until then.
 *
 * apply: makes the kernel what was staged. Only one at a time, -EBUSY else. After
 * an error the streams are in an undefined state: end the call.
 */
int call_media_apply(struct call_media *media, call_media_done_fn done,
		     void *arg);
void call_media_rollback(struct call_media *media);
/* Does @key protect what we send anywhere in this call? (Reflected keys.) */
bool call_media_is_own_key(const struct call_media *media,
			   const struct call_key *key);

/* What the kernel runs on the side of @leg; for STATUS and call show. */
struct call_side_state {
	bool active;
	const struct call_suite *rx, *tx;	/* NULL: plain */
	struct call_local local;
	struct call_addr addr;
	uint16_t port;
};
void call_media_state(const struct call_media *media, unsigned int line,
		      enum call_leg leg, struct call_side_state *state);

/* Counters of what leg @from sends. latched: family AF_UNSPEC if it is not. */
struct call_counters {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	uint64_t drops, drop_auth, drop_replay, drop_source, rtcp_packets;
	struct call_addr latched;
	uint16_t latched_port;
};
typedef void (*call_counters_fn)(void *arg, int err, unsigned int line,
				 enum call_leg from,
				 const struct call_counters *counters);
/* One call-back per stream, then one with line CALL_LINES and no counters. */
int call_media_query(struct call_media *media, call_counters_fn fn, void *arg);

/*
 * For the database: everything but keys, as one line of text; the caller frees.
 * A restored media adopts its streams and ports when mediad lists them; what
 * is missing there is told as CALL_MEDIA_LOST. It has no keys: the next offer
 * or answer brings fresh ones. Errors: -EINVAL, -ENOMEM.
 */
char *call_media_save(const struct call_media *media);
int call_media_restore(struct call_media_system *system, const char *text,
		       call_media_event_fn fn, void *arg,
		       struct call_media **media);

#endif /* CALL_MEDIA_H */
