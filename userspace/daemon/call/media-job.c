// SPDX-License-Identifier: GPL-2.0
/*
 * Reserving ports and applying what was staged: one request to mediad after
 * the other, in an order that never leaves two streams on one port.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "call/media-internal.h"

/* How often a port may turn out to be another program's. */
enum { TRIES = 64 };

enum apply_phase { PHASE_DEL, PHASE_PUT, PHASE_DONE };

static void step(struct call_media *media);

static void finish(struct call_media *media, int err, const char *why)
{
	struct media_job *job = &media->job;
	call_media_done_fn done = job->done;

	job->kind = JOB_NONE;
	media_watch_later(media);
	/* Last: the call may end in there. */
	if (done)
		done(job->arg, err, why);
}

struct call_ports *media_ports(const struct call_media *media,
			       enum call_leg leg)
{
	return media->system->ports[media->realm[leg]]
				   [media->family[leg] == AF_INET6];
}

void media_ports_release(struct call_media *media, struct media_side *side,
			 enum call_leg leg)
{
	union mediad_message request = { 0 };
	struct call_ports *ports = media_ports(media, leg);

	if (!side->local.port)
		return;
	request.head.type = MEDIAD_RELEASE;
	media_ports_request(&side->local, &request);
	if (media->system->mediad)
		call_mediad_send(media->system->mediad, &request, NULL, NULL,
				 NULL);
	if (ports)
		call_ports_give(ports, side->local.port);
	memset(&side->local, 0, sizeof(side->local));
	side->reserved = false;
}

void media_stream_del(struct call_media *media, unsigned int line,
		      enum call_leg from, call_mediad_fn fn, void *arg,
		      uint32_t *id)
{
	struct media_line *l = media->lines[line];
	union mediad_message request = { 0 };

	request.head.type = MEDIAD_DEL;
	media_cookie(media, line, from, request.which.cookie);
	request.which.cookie_len = MEDIAD_COOKIE_LEN;
	request.which.stream = l->stream[from];
	/* Now, so that the kernel's notice of its end is no surprise. */
	l->stream[from] = 0;
	call_mediad_send(media->system->mediad, &request, fn, arg, id);
}

static void take_sentence(struct media_job *job, int err,
			  const union mediad_message *reply)
{
	snprintf(job->why, sizeof(job->why), "%s", reply &&
		 reply->reply.sentence[0] ? reply->reply.sentence :
		 strerror(-err));
}

static void reserved(void *arg, int err, const union mediad_message *reply)
{
	struct call_media *media = arg;
	struct media_job *job = &media->job;
	struct media_side *side = &media->lines[job->line]->side[job->leg];
	struct call_ports *ports = media_ports(media,
					       (enum call_leg)job->leg);

	job->request = 0;
	if (!err) {
		side->reserved = true;
		step(media);
		return;
	}
	call_ports_give(ports, side->local.port);
	memset(&side->local, 0, sizeof(side->local));
	/*
	 * Somebody else's port, such as a resolver's, or one that mediad holds
	 * for a call of a daemon before us: the next one.
	 */
	if ((err == -EADDRINUSE || err == -EALREADY) && ++job->tries < TRIES) {
		step(media);
		return;
	}
	take_sentence(job, err, reply);
	finish(media, err, job->why);
}

static int reserve_one(struct call_media *media, struct media_side *side,
		       enum call_leg leg)
{
	const struct call_media_conf *conf = &media->system->conf;
	struct call_ports *ports = media_ports(media, leg);
	union mediad_message request = { 0 };
	uint16_t port;

	if (!ports)
		return -EADDRNOTAVAIL;
	port = call_ports_take(ports);
	if (!port)
		return -ENOSPC;
	side->local.addr = conf->ranges[media->realm[leg]]
		[media->family[leg] == AF_INET6].addr;
	side->local.port = port;
	side->local.rtcp_port = port + 1;
	request.head.type = MEDIAD_RESERVE;
	media_ports_request(&side->local, &request);
	return call_mediad_send(media->system->mediad, &request, reserved,
				media, &media->job.request);
}

static const char *about_reserve(int err)
{
	switch (err) {
	case -EADDRNOTAVAIL:
		return "no media addresses of that family are configured";
	case -ENOSPC:
		return "all media ports of the range are taken";
	case -ENOTCONN:
		return "ucsec-mediad is not there";
	}
	return strerror(-err);
}

/* The next side that needs ports; the job ends when there is none. */
static void step_reserve(struct call_media *media)
{
	struct media_job *job = &media->job;
	int err;

	for (job->line = 0; job->line < CALL_LINES; job->line++) {
		if (!(job->lines & 1u << job->line))
			continue;
		for (job->leg = 0; job->leg < LEGS; job->leg++) {
			struct media_line *l = media_line_get(media,
							      job->line);

			if (!l) {
				finish(media, -ENOMEM, "no memory");
				return;
			}
			if (l->side[job->leg].reserved)
				continue;
			err = reserve_one(media, &l->side[job->leg],
					  (enum call_leg)job->leg);
			if (!err)
				return;
			if (l->side[job->leg].local.port)
				media_ports_release(media, &l->side[job->leg],
						    (enum call_leg)job->leg);
			finish(media, err == -ENOTCONN ? -ECONNREFUSED : err,
			       about_reserve(err));
			return;
		}
	}
	finish(media, 0, NULL);
}

static void applied(void *arg, int err, const union mediad_message *reply)
{
	struct call_media *media = arg;
	struct media_job *job = &media->job;

	job->request = 0;
	/* What is to be removed may be gone. */
	if (err && !(job->phase == PHASE_DEL && err == -ENOENT)) {
		take_sentence(job, err, reply);
		finish(media, err, job->why);
		return;
	}
	if (job->phase == PHASE_PUT && reply && reply->reply.stream)
		media->lines[job->line]->stream[job->leg] =
			reply->reply.stream;
	if (job->phase == PHASE_PUT)
		media->lines[job->line]->seen[job->leg] = true;
	job->leg++;
	step(media);
}

/* What was staged is what is agreed; a line that is off keeps nothing. */
static void agree(struct call_media *media, struct media_line *l)
{
	struct media_side next[LEGS];
	bool off = l->stage->off;

	for (int leg = 0; leg < LEGS; leg++)
		media_side_next(l, (enum call_leg)leg, &next[leg]);
	l->video = l->stage->peer[CALL_LEG_A].video;
	l->active = !off;
	for (int leg = 0; leg < LEGS; leg++) {
		l->side[leg] = next[leg];
		if (!off)
			continue;
		media_ports_release(media, &l->side[leg], (enum call_leg)leg);
		explicit_bzero(&l->side[leg], sizeof(l->side[leg]));
	}
	explicit_bzero(next, sizeof(next));
	media_stage_wipe(l);
}

static bool del_one(struct call_media *media)
{
	struct media_job *job = &media->job;
	struct media_line *l = media->lines[job->line];
	enum call_leg from = (enum call_leg)job->leg;

	if (!l->stream[from] || !media_stream_must_go(l, from))
		return false;
	media_stream_del(media, job->line, from, applied, media,
			 &job->request);
	return true;
}

/* true: wait for the answer. */
static bool put_one(struct call_media *media, int *err)
{
	struct media_job *job = &media->job;
	union mediad_message request = { 0 };
	int ret;

	ret = media_stream_request(media, job->line, (enum call_leg)job->leg,
				   &request);
	if (ret == 1)
		ret = call_mediad_send(media->system->mediad, &request,
				       applied, media, &job->request) ?: 1;
	explicit_bzero(&request, sizeof(request));
	*err = ret < 0 ? ret : 0;
	return ret == 1;
}

static void step_apply(struct call_media *media)
{
	struct media_job *job = &media->job;
	bool anchored = media->system->conf.anchored;
	int err = 0;

	for (; anchored && job->phase < PHASE_DONE; job->phase++) {
		for (; job->line < CALL_LINES; job->line++) {
			struct media_line *l = media->lines[job->line];

			for (; l && l->stage && job->leg < LEGS; job->leg++) {
				if (job->phase == PHASE_DEL ? del_one(media) :
				    put_one(media, &err))
					return;
				if (!err)
					continue;
				finish(media, err, err == -EKEYREJECTED ?
				       "our key has been in use" :
				       strerror(-err));
				return;
			}
			job->leg = 0;
		}
		job->line = 0;
	}
	for (unsigned int i = 0; i < CALL_LINES; i++)
		if (media->lines[i] && media->lines[i]->stage)
			agree(media, media->lines[i]);
	finish(media, 0, NULL);
}

static void step(struct call_media *media)
{
	if (media->job.err)
		finish(media, media->job.err, media->job.why);
	else if (media->job.kind == JOB_APPLY)
		step_apply(media);
	else if (media->system->conf.anchored)
		step_reserve(media);
	else
		finish(media, 0, NULL);
}

static void tick(evutil_socket_t fd, short what, void *arg)
{
	struct call_media *media = arg;

	(void)fd;
	(void)what;
	if (media->job.kind != JOB_NONE)
		step(media);
}

static int begin(struct call_media *media, enum media_job_kind kind,
		 uint32_t lines, call_media_done_fn done, void *arg)
{
	struct media_job *job = &media->job;
	struct event *event = job->tick;

	if (job->kind != JOB_NONE)
		return -EBUSY;
	if (!event)
		event = event_new(media->system->base, -1, 0, tick, media);
	if (!event)
		return -ENOMEM;
	memset(job, 0, sizeof(*job));
	job->tick = event;
	job->kind = kind;
	job->lines = lines & ((1u << CALL_LINES) - 1);
	job->done = done;
	job->arg = arg;
	if (media->system->conf.anchored && !media->system->mediad) {
		job->err = -ECONNREFUSED;
		take_sentence(job, job->err, NULL);
	}
	/* From the loop, never from here. */
	event_active(event, EV_TIMEOUT, 0);
	return 0;
}

int call_media_reserve(struct call_media *media, uint32_t lines,
		       call_media_done_fn done, void *arg)
{
	return begin(media, JOB_RESERVE, lines, done, arg);
}

int call_media_apply(struct call_media *media, call_media_done_fn done,
		     void *arg)
{
	return begin(media, JOB_APPLY, 0, done, arg);
}

void media_job_cancel(struct call_media *media)
{
	struct media_job *job = &media->job;

	if (job->kind == JOB_NONE)
		return;
	if (job->request)
		call_mediad_forget(media->system->mediad, job->request);
	event_del(job->tick);
	job->kind = JOB_NONE;
}
