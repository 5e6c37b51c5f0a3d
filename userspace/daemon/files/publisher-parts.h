/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the publisher share; private to publisher*.c.
 *
 * publisher.c knows whose files are to be looked at, publisher-sweep.c puts many
 * of them there, publisher-work.c does one device's, publisher-change.c knows
 * whom a change concerns, publisher-uncover.c what must not be clear any more,
 * publisher-round.c what was changed on the disk, publisher-fault.c what failed;
 * publisher-static.c has what is brought, and lists.
 */
#ifndef FILES_PUBLISHER_PARTS_H
#define FILES_PUBLISHER_PARTS_H

#include <event2/event.h>
#include <openssl/types.h>
#include <sys/queue.h>

#include "files/firmware.h"
#include "files/phone-source.h"
#include "files/publisher.h"
#include "files/shelf-writer.h"
#include "keyd/request.h"
#include "store/store.h"

#define PUBLISHER_DEFAULT	"XMLDefault"

enum item_kind {
	ITEM_PHONE,		/* also one that is no more, for its files */
	ITEM_DEFAULT,
	ITEM_STATIC,
	ITEM_LIST,
};

enum item_state {
	ITEM_IDLE,
	ITEM_QUEUED,
	ITEM_BUSY,
	ITEM_LATER,		/* for what failed and may work another time */
};

/* A list as it was put: who made it may not be there to make it again. */
struct held {
	size_t len;
	uint8_t data[];
};

/*
 * By name, not by phone: what is written under one name is written by one work
 * after the other, whoever has that name.
 */
struct item {
	enum item_kind kind;
	enum item_state state;
	bool again;		/* it changed while it was busy */
	bool unseen;		/* is anything in clear that must not be? */
	struct fault *fault;	/* NULL: it is as it should be, or not known */
	const struct shelf_job *job;	/* that the writer has; NULL: none */
	struct held *held;	/* of a list, NULL: none was put yet */
	unsigned int awaited;	/* puts of its source that are under way */
	unsigned int sweep;	/* the last that queued it */
	bool changed;		/* on the disk, by somebody else */
	bool sealed;		/* not since its work began: nothing must */
	int64_t until;		/* then it changes; 0: never */
	TAILQ_ENTRY(item) link;	/* of queue or later */
	TAILQ_ENTRY(item) all_link;
	TAILQ_ENTRY(item) unseen_link;
	char name[STORE_NAME_SIZE * 4];
};

TAILQ_HEAD(items, item);
TAILQ_HEAD(searches, search);
TAILQ_HEAD(faults, fault);
LIST_HEAD(works, work);

struct publisher {
	struct publisher_config config;
	struct phone_site site;
	struct shelf *shelf, *sources;
	struct shelf_writer *writer;
	struct firmware *firmware;
	void *tree;			/* of items */
	struct items all;		/* swept longest ago first */
	unsigned int sweep;
	struct searches searches;	/* for phones, in the database */
	struct items queue, later, unseen;
	struct works works;
	unsigned int busy;		/* works under way */
	struct event *pump, *retry, *clock;
	unsigned int pause;		/* seconds to the next retry */
	bool stalled;			/* until then nothing is signed */
	char stalled_why[PUBLISHER_WHY_SIZE];
	struct faults faults;
	uint8_t signer[32];		/* SHA-256 of TFTP's certificate */
	struct publisher_status status;
	uint64_t told;			/* signed files, in the log */
	struct metric *signed_metric, *unchanged_metric, *failed_metric;
	union keyd_buffer request;
};

/* publisher.c */
/* NULL: it is nobody's. */
struct item *publisher_find(struct publisher *p, enum item_kind kind,
			    const char *name);
/* NULL without memory: that is logged, and the next start finds it. */
struct item *publisher_item(struct publisher *p, enum item_kind kind,
			      const char *name);
void publisher_queue(struct publisher *p, struct item *item);
void publisher_phone(struct publisher *p, int64_t phone);
/* It may work later; @why is for the status. */
void publisher_delay(struct publisher *p, struct item *item,
		     const char *why);
/* Its work has ended. */
void publisher_idle(struct publisher *p, struct item *item, bool exists);
void publisher_kick(struct publisher *p);

/* publisher-static.c */
/* Those that are there are what was put there. */
void publisher_lists_recall(struct publisher *p);

/* publisher-work.c */
/* The item is queued no more; it is idle, later or busy when this returns. */
void publisher_work(struct publisher *p, struct item *item);
/* Somebody changed that file of a busy item: told if it is about to be another. */
void publisher_work_changed(struct publisher *p, const struct item *item,
			    const char *name);
/* Nothing comes back to those under way. */
void publisher_works_forget(struct publisher *p);

/* publisher-uncover.c */
/*
 * Takes the whole document in clear away, signed or not, whether or not there
 * is anything in its place yet.
 */
int publisher_uncover(struct publisher *p, const char *name);
/* It is looked at before any item's work begins. */
void publisher_look_later(struct publisher *p, struct item *item);
/* One step; false: there is none. */
bool publisher_look_next(struct publisher *p);

/* publisher-fault.c */
void publisher_failed(struct publisher *p, struct item *item, const char *why);
void publisher_mended(struct publisher *p, struct item *item);
/* Nobody knows whom it concerns: told each time. */
void publisher_failed_all(struct publisher *p, const char *what,
			  const char *why);
void publisher_faults_forget(struct publisher *p);

/* publisher-sweep.c */
/*
 * These are queued from the loop, some of them a turn, before any work begins:
 * all names that are known; the phones of a profile, or with 0 all.
 */
void publisher_all(struct publisher *p);
void publisher_search(struct publisher *p, int64_t profile);
bool publisher_sweep_next(struct publisher *p);
bool publisher_sweeps(const struct publisher *p);
void publisher_searches_forget(struct publisher *p);

/* publisher-round.c */
/* Whose that is, as it was brought or signed; NULL: nobody's. */
struct item *publisher_find_static(struct publisher *p, const char *name);
/* The next of a round, as publisher_look_next(). */
bool publisher_round_next(struct publisher *p);

/* publisher-change.c */
/* Of a name under which a device's document is served, or would be. */
bool publisher_stem(const char *name, char stem[STORE_NAME_SIZE]);
void publisher_on_change(void *ctx, const struct store_change *change);
/* At the start: also those that went while nobody looked. */
void publisher_look_for_all(struct publisher *p);

#endif /* FILES_PUBLISHER_PARTS_H */
