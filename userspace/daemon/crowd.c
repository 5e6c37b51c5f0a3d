// SPDX-License-Identifier: GPL-2.0
/*
 * Who is connected by source, and the order in which the exposed go.
 */
#include "crowd.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "log.h"

enum {
	BUCKETS = 1024,
	LEVELS = 1024,		/* who has more than that is as busy as that */
	TELL_S = 60,
	LOOKS = 32,		/* for one who is silent; then it is anybody */
};

struct crowd_source {
	LIST_ENTRY(crowd_source) bucket;
	TAILQ_ENTRY(crowd_source) level;
	uint8_t key[9];
	unsigned int count, exposed;
	TAILQ_HEAD(, crowd_member) members;	/* exposed, silent ones first */
};

struct crowd {
	LIST_HEAD(, crowd_source) buckets[BUCKETS];
	/*
	 * Sources by how many are exposed of them; within one, whose member was
	 * heard last is the last. None above @busiest.
	 */
	TAILQ_HEAD(, crowd_source) levels[LEVELS];
	unsigned int busiest;
	unsigned int untold;
	time_t told;
};

/* A host of IPv6 has a /64 to itself: counting addresses would count nothing. */
static void key_of(const struct sockaddr *from, uint8_t key[9])
{
	memset(key, 0, 9);
	if (from->sa_family == AF_INET6) {
		key[0] = 6;
		memcpy(key + 1,
		       &((const struct sockaddr_in6 *)from)->sin6_addr, 8);
	} else {
		key[0] = 4;
		memcpy(key + 1, &((const struct sockaddr_in *)from)->sin_addr,
		       4);
	}
}

/* Chains are as long as sources are many: those are bounded by their owner. */
static unsigned int bucket_of(const uint8_t key[9])
{
	uint32_t hash = 2166136261u;

	for (int i = 0; i < 9; i++)
		hash = (hash ^ key[i]) * 16777619u;
	return (hash ^ hash >> 16) % BUCKETS;
}

struct crowd *crowd_new(void)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));

	for (int i = 0; crowd && i < LEVELS; i++)
		TAILQ_INIT(&crowd->levels[i]);
	return crowd;
}

void crowd_free(struct crowd *crowd)
{
	free(crowd);
}

static struct crowd_source *find_source(struct crowd *crowd,
					const struct sockaddr *from)
{
	struct crowd_source *source;
	unsigned int bucket;
	uint8_t key[9];

	key_of(from, key);
	bucket = bucket_of(key);
	LIST_FOREACH(source, &crowd->buckets[bucket], bucket)
		if (!memcmp(source->key, key, sizeof(key)))
			return source;
	source = calloc(1, sizeof(*source));
	if (!source)
		return NULL;
	memcpy(source->key, key, sizeof(key));
	TAILQ_INIT(&source->members);
	LIST_INSERT_HEAD(&crowd->buckets[bucket], source, bucket);
	TAILQ_INSERT_TAIL(&crowd->levels[0], source, level);
	return source;
}

static unsigned int level_of(const struct crowd_source *source)
{
	return source->exposed < LEVELS ? source->exposed : LEVELS - 1;
}

/* @by more of them are exposed, and one of them was heard if not less. */
static void move_source(struct crowd *crowd, struct crowd_source *source,
			int by)
{
	TAILQ_REMOVE(&crowd->levels[level_of(source)], source, level);
	source->exposed += by;
	TAILQ_INSERT_TAIL(&crowd->levels[level_of(source)], source, level);
	if (level_of(source) > crowd->busiest)
		crowd->busiest = level_of(source);
	while (crowd->busiest && TAILQ_EMPTY(&crowd->levels[crowd->busiest]))
		crowd->busiest--;
}

static void expose(struct crowd *crowd, struct crowd_member *member)
{
	TAILQ_INSERT_TAIL(&member->source->members, member, entry);
	move_source(crowd, member->source, 1);
}

static void hide(struct crowd *crowd, struct crowd_member *member)
{
	TAILQ_REMOVE(&member->source->members, member, entry);
	move_source(crowd, member->source, -1);
}

bool crowd_enter(struct crowd *crowd, struct crowd_member *member, int fd,
		 const struct sockaddr *from)
{
	member->source = find_source(crowd, from);
	if (!member->source)
		return false;
	member->source->count++;
	member->fd = fd;
	member->kept = false;
	expose(crowd, member);
	return true;
}

void crowd_leave(struct crowd *crowd, struct crowd_member *member)
{
	struct crowd_source *source = member->source;

	if (!source)
		return;
	if (!member->kept)
		hide(crowd, member);
	member->source = NULL;
	if (--source->count)
		return;
	TAILQ_REMOVE(&crowd->levels[0], source, level);
	LIST_REMOVE(source, bucket);
	free(source);
}

void crowd_keep(struct crowd *crowd, struct crowd_member *member, bool kept)
{
	if (!member->source || member->kept == kept)
		return;
	member->kept = kept;
	if (kept)
		hide(crowd, member);
	else
		expose(crowd, member);
}

void crowd_heard(struct crowd *crowd, struct crowd_member *member)
{
	struct crowd_source *source = member->source;

	if (!source || member->kept)
		return;
	TAILQ_REMOVE(&source->members, member, entry);
	TAILQ_INSERT_TAIL(&source->members, member, entry);
	move_source(crowd, source, 0);
}

static bool is_silent(const struct crowd_member *member)
{
	int unread;

	return ioctl(member->fd, FIONREAD, &unread) || unread <= 0;
}

struct crowd_member *crowd_pick(struct crowd *crowd,
				const struct crowd_member *newcomer, bool full,
				unsigned int per_source)
{
	const struct crowd_source *source = newcomer->source;
	bool own = source->count > per_source;
	struct crowd_member *member;

	if (!own && !full)
		return NULL;
	for (int i = 0; ; i++) {
		if (!own)
			source = TAILQ_FIRST(&crowd->levels[crowd->busiest]);
		member = TAILQ_FIRST(&source->members);
		if (i == LOOKS || is_silent(member))
			return member;
		crowd_heard(crowd, member);
	}
}

void crowd_tell(struct crowd *crowd, const char *peer, const char *local)
{
	struct timespec now;
	char count[16];

	clock_gettime(CLOCK_MONOTONIC, &now);
	crowd->untold++;
	if (crowd->told && now.tv_sec < crowd->told + TELL_S)
		return;
	snprintf(count, sizeof(count), "%u", crowd->untold);
	log_security("connections-shed", "local", local, "peer", peer, "count",
		     count, NULL);
	crowd->untold = 0;
	crowd->told = now.tv_sec;
}
