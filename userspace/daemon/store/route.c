// SPDX-License-Identifier: GPL-2.0
/*
 * Route patterns: the one that matches the fewest numbers wins.
 *
 * How many numbers of the dialled length a pattern matches is a product: one
 * for a digit, ten for an X, the size of a set, ten for every digit that "!"
 * takes. Its logarithm is a sum, kept in whole thousandths.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/private.h"

struct element {
	uint16_t digits;	/* bits: 0 to 9, then * # + */
	uint16_t weight;
	bool rest;		/* "!": one or more of them */
};

#define MAX_ELEMENTS	64

struct pattern {
	int64_t id;
	int64_t partition;
	char text[STORE_NAME_SIZE];
	struct element elements[MAX_ELEMENTS];
	size_t count;
	size_t dot;		/* elements before it */
	unsigned int strip;
	bool strip_predot;
	char prefix[STORE_NUMBER_SIZE];
	bool block;
	int64_t trunks[STORE_MAX_TRUNKS];
	size_t trunk_count;
};

struct route_cache {
	struct pattern *list;
	size_t count;
	size_t at;		/* whose trunks are being read */
};

static const char digits[] = "0123456789*#+";

#define ANY_DIGIT	0x3ff

/* 1000 * log10 of the number of digits */
static const uint16_t weights[] = {
	0, 0, 301, 477, 602, 699, 778, 845, 903, 954, 1000, 1041, 1079, 1114
};

static uint16_t digit_bit(char c)
{
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? 1u << (found - digits) : 0;
}

/* store_pattern_check() has seen it: it is well-formed. */
static const char *read_set(const char *c, uint16_t *set)
{
	bool not = *++c == '^';

	*set = 0;
	for (c += not; *c && *c != ']'; c++) {
		char last = c[1] == '-' && c[2] ? c[2] : *c;

		for (char digit = *c; digit <= last; digit++)
			*set |= digit_bit(digit);
		if (last != *c || c[1] == '-')
			c += 2;
	}
	if (not)
		*set = ~*set & ANY_DIGIT;
	return *c ? c : c - 1;
}

static void compile(struct pattern *p)
{
	p->count = p->dot = 0;
	for (const char *c = p->text; *c && p->count < MAX_ELEMENTS; c++) {
		struct element *e = &p->elements[p->count];

		memset(e, 0, sizeof(*e));
		if (*c == '.') {
			p->dot = p->count;
			continue;
		}
		if (*c == '[')
			c = read_set(c, &e->digits);
		else if (*c == 'X' || *c == '!')
			e->digits = ANY_DIGIT;
		else
			e->digits = digit_bit(*c);
		e->rest = *c == '!';
		e->weight = weights[__builtin_popcount(e->digits)];
		p->count++;
	}
}

/*
 * The weight of the match, or -1. @predot: digits before the dot. "!" is mostly
 * last; elsewhere what follows it is tried at every length, which is bounded by
 * the numbers' length for each "!".
 */
static int match(const struct pattern *p, size_t at, const char *number,
		 size_t used, size_t *predot, unsigned int *budget)
{
	const struct element *e = &p->elements[at];
	int rest, weight = 0;

	if (!*budget)
		return -1;
	--*budget;
	if (at == p->dot)
		*predot = used;
	if (at == p->count)
		return number[used] ? -1 : 0;
	if (!(digit_bit(number[used]) & e->digits))
		return -1;
	if (!e->rest) {
		rest = match(p, at + 1, number, used + 1, predot, budget);
		return rest < 0 ? -1 : rest + e->weight;
	}
	do {
		weight += e->weight;
		used++;
		rest = match(p, at + 1, number, used, predot, budget);
		if (rest >= 0)
			return rest + weight + 1;	/* a tie goes to X */
	} while (digit_bit(number[used]) & e->digits);
	return -1;
}

static int read_pattern(sqlite3_stmt *stmt, void *ctx)
{
	struct route_cache *cache = ctx;
	struct pattern *p = reallocarray(cache->list, cache->count + 1,
					 sizeof(*p));

	if (!p)
		return -ENOMEM;
	cache->list = p;
	p += cache->count++;
	memset(p, 0, sizeof(*p));
	p->id = sqlite3_column_int64(stmt, 0);
	p->partition = sqlite3_column_int64(stmt, 1);
	db_copy(p->text, sizeof(p->text), stmt, 2);
	p->strip = sqlite3_column_int(stmt, 3);
	p->strip_predot = sqlite3_column_int(stmt, 4);
	db_copy(p->prefix, sizeof(p->prefix), stmt, 5);
	p->block = sqlite3_column_int(stmt, 6);
	compile(p);
	return 0;
}

/* Rows come in the order of the list: @cache->at only goes on. */
static int read_trunk(sqlite3_stmt *stmt, void *ctx)
{
	struct route_cache *cache = ctx;
	int64_t id = sqlite3_column_int64(stmt, 0);
	struct pattern *p;

	while (cache->at < cache->count && cache->list[cache->at].id < id)
		cache->at++;
	p = &cache->list[cache->at];
	if (cache->at < cache->count && p->id == id &&
	    p->trunk_count < STORE_MAX_TRUNKS)
		p->trunks[p->trunk_count++] = sqlite3_column_int64(stmt, 1);
	return 0;
}

static int read_all(struct db *db, struct route_cache *cache)
{
	int err = db_each(db, "SELECT id, partition, pattern, strip,"
			  " strip_predot, prefix, block FROM route"
			  " ORDER BY id", read_pattern, cache);

	return err ? err : db_each(db, "SELECT owner, target FROM route_trunk"
				   " ORDER BY owner, position", read_trunk,
				   cache);
}

void routes_forget(struct store *store)
{
	if (!store->routes)
		return;
	free(store->routes->list);
	free(store->routes);
	store->routes = NULL;
}

static int load(struct store *store)
{
	int err;

	if (store->routes)
		return 0;
	store->routes = calloc(1, sizeof(*store->routes));
	if (!store->routes)
		return -ENOMEM;
	err = read_all(&store->config, store->routes);
	if (err)
		routes_forget(store);
	return err;
}

/* 0 is first; a route in no partition comes after all of the css. */
static int rank(int64_t partition, const int64_t *ids, size_t count)
{
	if (!partition)
		return count;
	for (size_t i = 0; i < count; i++)
		if (ids[i] == partition)
			return i;
	return -1;
}

static void give(const struct pattern *p, const char *number, size_t predot,
		 struct store_route *route)
{
	size_t strip = p->strip_predot ? predot : p->strip;
	size_t len = strlen(number);

	memset(route, 0, sizeof(*route));
	route->id = p->id;
	strcpy(route->pattern, p->text);
	snprintf(route->called, sizeof(route->called), "%s%s", p->prefix,
		 number + (strip < len ? strip : len));
	memcpy(route->trunks, p->trunks, sizeof(p->trunks));
	route->trunk_count = p->trunk_count;
	route->block = p->block;
}

/* Longer than any number there is; what is more would only cost time. */
#define NUMBER_MAX	64
#define STEPS_MAX	10000

int store_route_find(struct store *store, int64_t css, const char *number,
		     struct store_route *route)
{
	int best = -1, best_rank = 0, weight, place, err = load(store);
	size_t best_predot = 0, predot, count;
	const struct pattern *found = NULL;
	int64_t ids[CSS_MAX];

	if (err)
		return err;
	if (strlen(number) > NUMBER_MAX)
		return -ENOENT;
	err = css_partitions(store, css, ids, &count);
	if (err)
		return err;
	for (size_t i = 0; i < store->routes->count; i++) {
		const struct pattern *p = &store->routes->list[i];
		unsigned int budget = STEPS_MAX;

		if (!(p->elements[0].digits & digit_bit(number[0])))
			continue;
		place = rank(p->partition, ids, count);
		if (place < 0)
			continue;
		predot = 0;
		weight = match(p, 0, number, 0, &predot, &budget);
		if (weight < 0 || (found && (weight > best ||
		    (weight == best && place >= best_rank))))
			continue;
		found = p;
		best = weight;
		best_rank = place;
		best_predot = predot;
	}
	if (!found)
		return -ENOENT;
	give(found, number, best_predot, route);
	return 0;
}
