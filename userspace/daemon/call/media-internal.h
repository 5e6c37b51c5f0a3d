/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the files of a call's media.
 */
#ifndef CALL_MEDIA_INTERNAL_H
#define CALL_MEDIA_INTERNAL_H

#include <sys/queue.h>
#include "call/media.h"
#include "call/mediad.h"
#include "call/ports.h"

enum { LEGS = 2, MEDIA_BUCKETS = 1024, PRINT_LEN = 32 };

/* What is agreed on one leg of one line. */
struct media_side {
	struct call_local local;
	struct call_addr addr;	/* the peer's; AF_UNSPEC: never told */
	uint16_t port, rtcp_port;
	bool mux, sends, receives;
	bool reserved;		/* mediad holds the local ports */
	bool ending;		/* our key nears its end */
	const struct call_suite *rx, *tx;
	uint8_t rx_print[PRINT_LEN];	/* the peer's keys, as a digest */
	struct call_key key;	/* ours; len 0 after a restart */
};

/* What is being negotiated: made by the first stage, wiped at the end. */
struct media_stage {
	bool off;
	bool has_peer[LEGS], has_own[LEGS];
	struct call_peer peer[LEGS];
	const struct call_suite *own[LEGS];
	/* Our keys as told to the leg, by rank of the suite; len 0: none. */
	struct call_key given[LEGS][CALL_SUITES];
};

struct media_line {
	bool active, video;
	struct media_side side[LEGS];
	uint32_t stream[LEGS];	/* kernel ids by sending leg, 0: none */
	bool seen[LEGS];	/* in mediad's list */
	struct media_stage *stage;
};

enum media_job_kind { JOB_NONE, JOB_RESERVE, JOB_APPLY };

/* One piece of work at a time, one request at a time. */
struct media_job {
	enum media_job_kind kind;
	struct event *tick;	/* begins and ends it from the loop */
	call_media_done_fn done;
	void *arg;
	uint32_t lines, request;	/* request: 0, or to be forgotten */
	unsigned int line, leg, tries;
	int phase, err;
	char why[MEDIAD_SENTENCE_LEN];
};

struct media_query;

struct call_media {
	LIST_ENTRY(call_media) node;
	struct call_media_system *system;
	uint8_t id[CALL_MEDIA_ID_LEN];
	call_media_event_fn fn;
	void *arg;
	enum call_realm realm[LEGS];
	int family[LEGS];
	struct media_line *lines[CALL_LINES];
	struct media_job job;
	bool watch_due;		/* as soon as no job is under way */
	LIST_HEAD(, media_query) queries;
};

struct call_media_system {
	struct event_base *base;
	struct call_media_conf conf;
	struct call_mediad *mediad;
	struct call_ports *ports[CALL_REALMS][2];
	bool swept;		/* restores are over: what is unknown goes */
	LIST_HEAD(media_list, call_media) medias[MEDIA_BUCKETS];
};

/* media.c */

struct media_line *media_line_get(struct call_media *media, unsigned int line);
/* The side as it will be if the stage is agreed. */
void media_side_next(const struct media_line *line, enum call_leg leg,
		     struct media_side *next);
void media_stage_wipe(struct media_line *line);

/* media-stream.c: what a line wants of the kernel */

void media_cookie(const struct call_media *media, unsigned int line,
		  enum call_leg from, uint8_t cookie[MEDIAD_COOKIE_LEN]);
/* Must the stream of what @from sends be made anew? */
bool media_stream_must_go(const struct media_line *line, enum call_leg from);
/*
 * 1: the request, NEW or SET, is to be sent; 0: nothing to do. Errors: -EINVAL
 * something was not staged, -EKEYREJECTED our key has been in use.
 */
int media_stream_request(const struct call_media *media, unsigned int line,
			 enum call_leg from, union mediad_message *request);
/*
 * The stream as it is, without keys: the kernel begins to wait for media anew.
 * False: there is none.
 */
bool media_stream_again(const struct call_media *media, unsigned int line,
			enum call_leg from, union mediad_message *request);
void media_ports_request(const struct call_local *local,
			 union mediad_message *request);
void media_endpoint_set(struct mediad_endpoint *ep,
			const struct call_addr *addr, uint16_t port,
			uint16_t rtcp_port);

/* media-job.c */

void media_job_cancel(struct call_media *media);
void media_stream_del(struct call_media *media, unsigned int line,
		      enum call_leg from, call_mediad_fn fn, void *arg,
		      uint32_t *request);
void media_ports_release(struct call_media *media, struct media_side *side,
			 enum call_leg leg);
struct call_ports *media_ports(const struct call_media *media,
			       enum call_leg leg);

/* media-query.c */

void media_queries_cancel(struct call_media *media);

/* media-system.c */

struct media_list *media_bucket(struct call_media_system *system,
				const uint8_t *id);
/* After a job: what had to wait for its end. */
void media_watch_later(struct call_media *media);

#endif /* CALL_MEDIA_INTERNAL_H */
