/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of call/ share. */
#ifndef CALL_INTERNAL_H
#define CALL_INTERNAL_H

#include <event2/event.h>
#include <sys/queue.h>

#include "call/call.h"
#include "log.h"

enum {
	CALL_TARGETS_MAX = 16,	/* phones of a line, trunks of a route */
	CALL_LINES_BUCKETS = 1024,
	CALL_NAME_SIZE = 2 * CALL_MEDIA_ID_LEN + 1,
};

/*
 * One round of offer and answer over a bridge. @from offers, its other leg
 * answers. With nobody's offer at hand, @from is solicited for one first.
 */
enum call_round_state {
	CALL_ROUND_IDLE,
	CALL_ROUND_SOLICITED,	/* @from was asked for an offer */
	CALL_ROUND_RESERVING,	/* it made one; ports are on their way */
	CALL_ROUND_OFFERED,	/* the other leg has it */
	CALL_ROUND_APPLYING,	/* it answered; the kernel is being told */
};

struct call_round {
	enum call_round_state state;
	enum call_leg from;
	bool asked;		/* the other leg wants an offer and waits */
	bool is_early;		/* the answer at hand is a provisional one */
	int alert_status;	/* ... with this status */
	char *answer;		/* for @from; has keys, wiped */
	size_t answer_len;
	/*
	 * In a transfer, @from's: if it fails, who was asked for it in a call
	 * that goes on speaks there with it. Has keys, wiped.
	 */
	char *offer;
	size_t offer_len;
};

/* Offers that follow the first before anybody has picked up. */
struct call_early {
	bool is_open;		/* one was made: the first round is over */
	bool is_answered;	/* picked up, during another round */
	char *answer;		/* for the caller's 2xx; has keys, wiped */
	size_t answer_len;
};

/* A leg's pause in sending, as the kernel tells it. */
struct call_silence {
	bool told;		/* and not counted yet */
	bool is_silent;
	uint64_t packets;	/* what it had sent then */
};

/*
 * Two parties with the media between them. A call that rings at several places
 * has one for each, all with the caller as party A; the first that is answered
 * stays.
 */
struct call_bridge {
	struct call *call;
	struct call_bridge *next;
	struct call_party *party[2];
	struct call_media *media;
	struct call_session *session;
	struct call_round round;
	struct call_early early;
	int64_t line[2];		/* of its parties, as counted */
	enum call_line_state line_state[2];
	struct call_silence silence[2];	/* of the first line */
	struct call_query *query;	/* waits for counters; may be NULL */
};

/* A change of partners under way: blind or attended transfer, Replaces. */
struct call_transfer {
	struct call_party *by;		/* who wanted it; NULL: Replaces */
	struct call_party *kept;	/* goes on, with someone new */
	struct call *from;		/* what it leaves; NULL: gone already */
	struct call_party *replaced;	/* leaves its call when it is done */
};

/* Who has begun calls that are still there; device.c */
struct call_device {
	LIST_ENTRY(call_device) entry;
	bool is_trunk;
	int64_t id;
	unsigned int calls, early;
	int64_t told;		/* when the security log last heard, */
	unsigned int untold;	/* and refusals since */
};

enum { CALL_DEVICE_BUCKETS = 4096 };

struct call {
	struct call_system *system;
	struct call *next, **prev;
	uint8_t id[CALL_MEDIA_ID_LEN];
	char name[CALL_NAME_SIZE];
	char number[STORE_NUMBER_SIZE + STORE_TEXT_SIZE];	/* as called */
	struct call_party *caller;
	struct call_device *device;	/* whose call it is, for the limits */
	bool is_early;			/* counted as such by its device */
	struct call_bridge *bridges;
	/* The caller's first offer, for each place it goes to; has keys. */
	char *offer;
	size_t offer_len;
	struct call_target *targets;	/* as many as there are */
	size_t target_count, target_next;
	size_t untried;			/* places that are still to be tried */
	bool is_parallel;	/* all targets at once: a line's phones */
	struct call_transfer transfer;
	struct call_cause failure;	/* the best so far */
	char failure_reason[64], failure_text[160];
	struct event *no_answer;
	const struct call_cause *due;	/* constant; what no_answer tells */
	bool is_due;			/* by call_end_later(): nothing stops it */
	bool is_taken;		/* by someone asked: no_answer runs for him */
	int64_t started, answered;	/* seconds since 1970; 0: not yet */
	bool is_up;			/* one bridge, both connected */
	bool is_ending;
	bool is_recorded;		/* in the database */
	enum call_security security;	/* as it was shown last, */
	bool is_shown;			/* ... if it was */
};

struct call_system {
	struct call_system_config config;
	const struct call_protocol *protocols[2];
	size_t protocol_count;
	struct call *calls;
	unsigned int transfers;		/* calls with one under way */
	struct call_line *lines[CALL_LINES_BUCKETS];	/* in calls, by id */
	struct call_asked *asked;	/* INFOs under way */
	uint32_t info_token;
	LIST_HEAD(, call_device) devices[CALL_DEVICE_BUCKETS];
	struct call_counters_total counters;
};

/* call.c */
struct call *call_new(struct call_system *system, struct call_party *caller,
		      const char *number);
/* Ends every party that is left, with the cause. Frees the call. */
void call_end(struct call *call, const struct call_cause *cause);
/* From the loop: where the call's media may not go at once. */
void call_end_later(struct call *call, const struct call_cause *cause);
/* Without a word to anyone; media too. */
void call_free(struct call *call);
struct call *call_by_name(struct call_system *system, const char *name);
/* The bridge of a place did not work out: the next one, or the end. */
void call_bridge_failed(struct call_bridge *bridge,
			const struct call_cause *cause);
/* A place was answered: the others stop ringing. */
void call_bridge_won(struct call_bridge *bridge);
/* Both are connected and agree. 0, or -errno: it could not be recorded. */
int call_bridge_up(struct call_bridge *bridge);
/* Tells the parties their status if it is another one now. */
void call_show_security(struct call *call);
void call_send_targets(struct call *call);
/* Someone has it: the time begins in which he may answer. */
void call_taken(struct call *call);
void call_log(const struct call *call, enum log_level level, const char *event,
	      const char *why);
/* For the security log: what @party asked for is refused, and not by a peer. */
void call_log_refused(const struct call_party *party, const char *number,
		      const struct call_cause *cause);

/* device.c: how many calls a device has begun */
/* NULL, or why it may begin none now. */
const struct call_cause *call_device_limit(struct call_system *system,
					   const struct call_party *party);
/* 0 or -ENOMEM. A transfer's call counts for who began the one it is of. */
int call_device_take(struct call *call, const struct call_party *caller);
void call_device_answered(struct call *call);
void call_device_give(struct call *call);

/* bridge.c */
struct call_bridge *call_bridge_new(struct call *call, struct call_party *a,
				    struct call_party *b);
/* Its parties live on and belong to no bridge if this was theirs. */
void call_bridge_free(struct call_bridge *bridge);
struct call_party *call_other_party(const struct call_party *party);
void call_party_attach(struct call_party *party, struct call_bridge *bridge,
		       enum call_leg side);

/* round.c */
/* @party's offer goes to the other leg; @sdp NULL: it wants one. */
void call_round_begin(struct call_bridge *bridge, enum call_leg from,
		      const char *sdp, size_t len);
/* Nobody has an offer: @from is asked for one. 0 or -errno. */
int call_round_solicit(struct call_bridge *bridge, enum call_leg from);
void call_round_answered(struct call_bridge *bridge, enum call_leg from,
			 const char *sdp, size_t len, int alert_status);
void call_round_refused(struct call_bridge *bridge, enum call_leg from,
			const struct call_cause *cause);
void call_round_abort(struct call_bridge *bridge);
/*
 * @party is back in its bridge from @lost, one that came to nothing: what was
 * begun with it there goes on here, between those who speak again.
 */
void call_round_return(struct call_party *party,
		       const struct call_bridge *lost,
		       const struct call_cause *cause);

/* early.c */
/* May another offer be made while it rings? */
bool call_early_open(struct call_bridge *bridge);
/* Is that the 2xx of a call whose first round was over? The call is up then. */
bool call_early_answered(struct call_bridge *bridge, enum call_leg from);
/* A round is over: is there a 2xx that waited for it? May end the call. */
void call_early_go_on(struct call_bridge *bridge);
void call_early_forget(struct call_bridge *bridge);

/* route.c */
/* The calling search space that the party's calls have. */
int64_t call_css_of(struct call_system *system, const struct call_party *party);
/* Fills in targets. 0, or the status with its cause. */
int call_route(struct call *call, int64_t css, const char *number,
	       struct call_cause *cause);

/* transfer.c */
/* Both legs of the new bridge are agreed: the old calls may go. */
void call_transfer_done(struct call *call);
/* It failed: who stays goes on where he was. Frees the new call. */
void call_transfer_failed(struct call *call, const struct call_cause *cause);
/*
 * A party is gone and @call, which it was in, is about to end: a transfer that
 * hangs on it takes over who is to stay, or ends too.
 */
void call_transfer_lost(struct call_system *system, struct call_party *party,
			struct call *call);
/* @call is about to end with all its parties: no transfer may hang on it. */
void call_transfer_left(struct call *call, const struct call_cause *cause);

/* line.c */
/* The bridge is there, or its call is up now; or it goes. */
void call_line_count(struct call_bridge *bridge, bool is_there);

/* info.c */
/* A party goes: who waits for it is answered, whom it waits for is not heard. */
void call_info_left(struct call_system *system, const struct call_party *party);
/* Without a word to anyone. */
void call_info_forget(struct call_system *system);

/* alarm.c: what the kernel tells of a bridge's media */
void call_alarm(void *arg, unsigned int line, enum call_leg from,
		enum call_media_event event, uint64_t count);

/* record.c */
int call_record(struct call *call);
void call_forget(struct call *call);

/* show.c */
/* The bridge goes: who waits for its counters gets none. */
void call_query_cancel(struct call_bridge *bridge);
void call_leg_facts_of(const struct call_party *party,
		       struct call_leg_facts *facts);

#endif /* CALL_INTERNAL_H */
