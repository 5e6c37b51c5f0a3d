// SPDX-License-Identifier: GPL-2.0
/*
 * One call between two legs, as what offers and answers are given to.
 */
#include "offered.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct event_base *base;
struct call_media_system *media_system;
struct offered call;

const struct call_policy secure = {
	.class = CALL_CLASS_ENCRYPTED, .srtp_allowed = true,
};
const struct call_policy plain;

void offered_start(void)
{
	static const struct call_media_conf conf;

	base = event_base_new();
	media_system = call_media_system_new(base, &conf, NULL);
}

void offered_stop(void)
{
	call_media_system_free(media_system);
	event_base_free(base);
}

void call_begin(const struct call_policy *a, const struct call_policy *b)
{
	static const uint8_t id[CALL_MEDIA_ID_LEN] = { 1 };

	memset(&call, 0, sizeof(call));
	call.leg[0].policy = *a;
	call.leg[1].policy = *b;
	call.media = call_media_new(media_system, id, NULL, NULL);
	call.session = call_session_new(call.media, &call.leg[0], &call.leg[1]);
}

void call_end(void)
{
	call_session_free(call.session);
	call_media_free(call.media);
}

int offer(enum call_leg from, const char *text)
{
	uint32_t lines;
	ssize_t n;

	call.offer[0] = '\0';
	if (call_offer_receive(call.session, from, text, strlen(text), &lines,
			      &call.verdict))
		return -1;
	if (call.verdict.status)
		return call.verdict.status;
	n = call_offer_send(call.session, call_other_leg(from), call.offer,
			   sizeof(call.offer) - 1, &call.verdict);
	if (n == -EPERM)
		return call.verdict.status;
	if (n < 0)
		return -1;
	call.offer[n] = '\0';
	return 0;
}

int answer(enum call_leg from, const char *text)
{
	ssize_t n;

	call.answer[0] = '\0';
	if (call_answer_receive(call.session, from, text, strlen(text),
			       &call.verdict))
		return -1;
	if (call.verdict.status)
		return call.verdict.status;
	n = call_answer_send(call.session, call_other_leg(from), call.answer,
			    sizeof(call.answer) - 1, &call.verdict);
	if (n < 0)
		return -1;
	call.answer[n] = '\0';
	return 0;
}

static int applied;

static void on_applied(void *arg, int err, const char *why)
{
	(void)arg;
	(void)why;
	applied = err ? err : 1;
}

bool settle(void)
{
	applied = 0;
	if (call_media_apply(call.media, on_applied, NULL))
		return false;
	event_base_loop(base, EVLOOP_NONBLOCK);
	call_offer_commit(call.session);
	return applied == 1;
}

void settle_early(void)
{
	call_media_apply(call.media, on_applied, NULL);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

unsigned int count(const char *text, const char *part)
{
	unsigned int n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

const char *key_of(const char *text, const char *suite)
{
	static char keys[4][80];
	static int turn;
	char *key = keys[turn++ % 4], needle[80];
	const char *at;

	snprintf(needle, sizeof(needle), " %s inline:", suite);
	at = strstr(text, needle);
	key[0] = '\0';
	if (at)
		sscanf(at + strlen(needle), "%79[^\r]", key);
	return key;
}
