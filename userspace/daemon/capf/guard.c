// SPDX-License-Identifier: GPL-2.0
// Guesses at authentication strings: counted by device, locked out, used once.

#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "capf/guard.h"
#include "capf/message.h"

const struct capf_guard_limits capf_guard_limits_default = {
	.attempts = 3, .lock = 900, .total = 12, .devices = 4096,
};

struct entry {
	char device[CAPF_NAME_SIZE];
	uint64_t set;			/* id of what the counts are for */
	unsigned int row, total;	/* wrong guesses */
	bool spent;
	int64_t until, last;
};

struct capf_guard {
	struct capf_guard_limits limits;
	size_t count, size;
	struct entry *entries;
};

struct capf_guard *capf_guard_new(const struct capf_guard_limits *limits)
{
	struct capf_guard *guard = calloc(1, sizeof(*guard));

	if (guard)
		guard->limits = *limits;
	return guard;
}

void capf_guard_free(struct capf_guard *guard)
{
	if (!guard)
		return;
	free(guard->entries);
	free(guard);
}

void capf_guard_limit(struct capf_guard *guard,
		      const struct capf_guard_limits *limits)
{
	guard->limits = *limits;
}

/* Both are padded to the same size, so that neither's length shows. */
static bool is_same(const char *set, const char *said)
{
	char a[CAPF_PASSWORD_SIZE] = { 0 }, b[CAPF_PASSWORD_SIZE] = { 0 };
	bool same;

	memcpy(a, set, strnlen(set, sizeof(a)));
	memcpy(b, said, strnlen(said, sizeof(b)));
	same = !CRYPTO_memcmp(a, b, sizeof(a));
	explicit_bzero(a, sizeof(a));
	explicit_bzero(b, sizeof(b));
	return same;
}

bool capf_guard_count(const struct capf_guard *guard, const char *device,
		      const struct capf_string *set,
		      struct capf_guard_count *count)
{
	size_t i;

	for (i = 0; i < guard->count; i++) {
		const struct entry *entry = &guard->entries[i];

		if (strcmp(entry->device, device))
			continue;
		*count = (struct capf_guard_count){ entry->row, entry->total,
						    entry->until };
		return entry->total && entry->set == set->id;
	}
	return false;
}

static void reset(struct entry *entry, const char *device,
		  const struct capf_string *set)
{
	memset(entry, 0, sizeof(*entry));
	strncpy(entry->device, device, sizeof(entry->device) - 1);
	entry->set = set->id;
}

/* Counts of an earlier string say nothing about this one. */
static struct entry *find(struct capf_guard *guard, const char *device,
			  const struct capf_string *set)
{
	size_t i;

	for (i = 0; i < guard->count; i++) {
		struct entry *entry = &guard->entries[i];

		if (strcmp(entry->device, device))
			continue;
		if (entry->set != set->id)
			reset(entry, device, set);
		return entry;
	}
	return NULL;
}

static bool grow(struct capf_guard *guard)
{
	size_t size = guard->size ? 2 * guard->size : 16;
	struct entry *entries;

	if (size > guard->limits.devices)
		size = guard->limits.devices;
	if (size <= guard->size)
		return false;
	entries = reallocarray(guard->entries, size, sizeof(*entries));
	if (!entries)
		return false;
	guard->entries = entries;
	guard->size = size;
	return true;
}

/*
 * A spent string that was forgotten is unset in the store long since; counts
 * of guesses must not be flooded out by others.
 */
static struct entry *oldest_spent(struct capf_guard *guard)
{
	struct entry *oldest = NULL;
	size_t i;

	for (i = 0; i < guard->count; i++) {
		struct entry *entry = &guard->entries[i];

		if (entry->spent && (!oldest || entry->last < oldest->last))
			oldest = entry;
	}
	return oldest;
}

static struct entry *obtain(struct capf_guard *guard, const char *device,
			    const struct capf_string *set)
{
	struct entry *entry = find(guard, device, set);

	if (entry)
		return entry;
	if (guard->count < guard->size || grow(guard))
		entry = &guard->entries[guard->count++];
	else
		entry = oldest_spent(guard);
	if (entry)
		reset(entry, device, set);
	return entry;
}

static void forget(struct capf_guard *guard, struct entry *entry)
{
	struct entry *last = &guard->entries[--guard->count];

	*entry = *last;
}

static void count_wrong(struct capf_guard *guard, struct entry *entry,
			int64_t now)
{
	entry->total++;
	if (++entry->row < guard->limits.attempts)
		return;
	entry->row = 0;
	entry->until = now + guard->limits.lock;
}

enum capf_guess capf_guard_check(struct capf_guard *guard, const char *device,
				 const struct capf_string *set,
				 const char *said, int64_t now)
{
	struct entry *entry;

	if (!*set->text)
		return CAPF_GUESS_UNSET;
	entry = obtain(guard, device, set);
	if (!entry)
		return CAPF_GUESS_LOCKED;
	entry->last = now;
	if (entry->spent || entry->total >= guard->limits.total)
		return CAPF_GUESS_SPENT;
	if (now < entry->until)
		return CAPF_GUESS_LOCKED;
	if (!is_same(set->text, said)) {
		count_wrong(guard, entry, now);
		return CAPF_GUESS_WRONG;
	}
	forget(guard, entry);
	return CAPF_GUESS_RIGHT;
}

void capf_guard_recall(struct capf_guard *guard, const char *device,
		       const struct capf_string *set,
		       const struct capf_guard_count *count, int64_t now)
{
	struct entry *entry = *set->text ? obtain(guard, device, set) : NULL;

	if (!entry)
		return;
	entry->row = count->row;
	entry->total = count->total;
	entry->until = count->until;
	entry->last = now;
}

void capf_guard_spend(struct capf_guard *guard, const char *device,
		      const struct capf_string *set, int64_t now)
{
	struct entry *entry = *set->text ? obtain(guard, device, set) : NULL;

	if (!entry)
		return;
	entry->spent = true;
	entry->last = now;
}
