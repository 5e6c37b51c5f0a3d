// SPDX-License-Identifier: GPL-2.0
/*
 * Who signs the next CTL: whatever tokens come and go, a phone that took each
 * list believes the next one.
 */
#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "trust/tokens.h"

enum { COUNT = 4, CERT_LEN = 8 };

static const uint8_t recovery[CERT_LEN] = "recovery";
static struct token list[COUNT];
static struct trust_list held;
static struct tokens_choice choice;
static const char *why;

static struct trust_span cert_of(int n)
{
	return n < 0 ? (struct trust_span){ recovery, CERT_LEN } :
		(struct trust_span){ list[n].cert, CERT_LEN };
}

/* P present, R registered, b both, - neither. */
static void set_tokens(const char *flags)
{
	memset(list, 0, sizeof(list));
	for (int i = 0; i < COUNT; i++) {
		struct keyd_token_item *item = &list[i].item;

		snprintf(item->serial, sizeof(item->serial), "S%d", i);
		snprintf((char *)list[i].cert, sizeof(list[i].cert),
			 "cert of%d", i);
		item->cert_len = CERT_LEN;
		if (strchr("Pb", flags[i]))
			item->flags |= KEYD_TOKEN_PRESENT;
		if (strchr("Rb", flags[i]))
			item->flags |= KEYD_TOKEN_REGISTERED;
	}
}

/* -1 is itlrecovery, -2 nothing. */
static void hold(int first, int second)
{
	memset(&held, 0, sizeof(held));
	for (int i = 0; i < 2; i++) {
		int n = i ? second : first;

		if (n >= -1)
			held.records[held.count++].certificate = cert_of(n);
	}
	held.records[held.count].role = TRUST_CCM_TFTP;
	held.records[held.count++].certificate = cert_of(3);
}

static struct tokens_known known(bool by_token)
{
	return (struct tokens_known){
		.by_token = by_token, .recovery = { recovery, CERT_LEN },
		.list = list, .count = COUNT,
	};
}

static bool choose(bool by_token, bool first)
{
	const struct tokens_known all = known(by_token);

	why = NULL;
	return tokens_choose(&all, first ? NULL : &held, &choice, &why);
}

static bool may_remove(int n, bool first)
{
	const struct tokens_known all = known(false);

	why = NULL;
	return tokens_may_remove(&all, first ? NULL : &held, &list[n], &why);
}

static bool is(int first, int second, bool step)
{
	char serial[KEYD_TOKEN_SERIAL] = "";

	if (first >= 0)
		memcpy(serial, list[first].item.serial, sizeof(serial));
	if (strcmp(choice.token, serial) || choice.step != step)
		return false;
	if (first == -1 && second == -2)
		return !choice.count;
	return choice.count == 2 &&
	       !memcmp(choice.sasts[0].data, cert_of(first).data, CERT_LEN) &&
	       !memcmp(choice.sasts[1].data, cert_of(second).data, CERT_LEN);
}

static const struct {
	const char *name, *tokens;
	int held[2];	/* -3: no CTL */
	bool by_token;
	int wanted[2];	/* -3: none can */
	bool step;
} rows[] = {
	{ "no tokens", "----", { -3 }, false, { -1, -2 }, false },
	{ "tokens nobody asked for", "bb--", { -1, -2 }, false, { -1, -2 },
	  false },
	{ "one token alone", "b---", { -1, -2 }, true, { -3 }, false },
	{ "two, one not registered", "bP--", { -1, -2 }, true, { -3 }, false },
	{ "the step to tokens", "bb--", { -1, -2 }, true, { -1, 0 }, true },
	{ "the same without a CTL", "bb--", { -3 }, true, { -1, 0 }, true },
	{ "with one in a safe", "Rb--", { -1, -2 }, true, { -1, 1 }, true },
	{ "with all in safes", "RR--", { -1, -2 }, true, { -3 }, false },
	{ "after the step", "bb--", { -1, 0 }, true, { 0, 1 }, false },
	{ "after it, with the other token", "Rb--", { -1, 0 }, true,
	  { -1, 1 }, true },
	{ "as it goes on", "bb--", { 0, 1 }, true, { 0, 1 }, false },
	{ "the first one in a safe", "Rb--", { 0, 1 }, true, { 1, 0 }, false },
	{ "both in safes", "RR--", { 0, 1 }, true, { -3 }, false },
	{ "a third one waits", "bbb-", { 0, 1 }, true, { 0, 1 }, false },
	{ "the first one was removed", "-bb-", { 0, 1 }, true, { 1, 2 },
	  false },
	{ "the first one is new", "bb--", { 1, 2 }, true, { 1, 0 }, false },
	{ "all that phones know were removed", "--bb", { 0, 1 }, true, { -3 },
	  false },
	{ "the step back", "bb--", { 0, 1 }, false, { 0, -1 }, true },
	{ "by the other one", "Rb--", { 0, 1 }, false, { 1, -1 }, true },
	{ "by none", "RR--", { 0, 1 }, false, { -3 }, false },
	{ "after the step back", "bb--", { 0, -1 }, false, { -1, -2 }, false },
	{ "a CTL of others", "bb--", { -2, -2 }, false, { -1, -2 }, false },
	{ "a server's key is no SAST", "b--b", { -1, -2 }, true, { -1, 0 },
	  true },
};

static void check_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool can, first = rows[i].held[0] == -3;

		set_tokens(rows[i].tokens);
		hold(rows[i].held[0], rows[i].held[1]);
		can = choose(rows[i].by_token, first);
		ok(rows[i].wanted[0] == -3 ? !can && why : can &&
		   is(rows[i].wanted[0], rows[i].wanted[1], rows[i].step),
		   "%s%s%s", rows[i].name, why ? ": " : "", why ? why : "");
	}
}

static uint32_t draw(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

static bool knows(struct trust_span cert)
{
	for (unsigned int i = 0; i < held.count; i++)
		if (!held.records[i].role &&
		    !memcmp(held.records[i].certificate.data, cert.data,
			    CERT_LEN))
			return true;
	return false;
}

/* A phone's list is always the last one; the administrator does anything. */
static void check_walk(void)
{
	uint32_t seed = 1;
	bool believed = true;
	unsigned int lists = 0, by_tokens = 0;

	hold(-1, -2);
	for (int i = 0; i < 100000; i++) {
		char flags[COUNT + 1] = "";

		for (int n = 0; n < COUNT; n++)
			flags[n] = "-PRb"[draw(&seed) % 4];
		set_tokens(flags);
		if (!choose(draw(&seed) & 1, false))
			continue;
		/* Whoever knows neither is not ours to convince. */
		if (!choice.count && !knows(cert_of(-1)))
			continue;
		lists++;
		by_tokens += !!choice.token[0];
		believed &= knows(choice.count ? choice.sasts[0] :
				  cert_of(-1));
		memset(&held, 0, sizeof(held));
		for (size_t n = 0; n < choice.count; n++)
			held.records[held.count++].certificate =
				choice.sasts[n];
		if (!choice.count)
			hold(-1, -2);
	}
	ok(believed && lists > 1000 && by_tokens > 100,
	   "a phone believes each of %u lists, %u by tokens", lists, by_tokens);
}

static const struct {
	const char *name, *tokens;
	int held[2];	/* -3: no CTL */
	int removed;
	bool may;
} removals[] = {
	{ "removed without a CTL", "bb--", { -3 }, 0, true },
	{ "where ITLRecovery signs", "bb--", { -1, -2 }, 0, true },
	{ "in the step to tokens", "bb--", { -1, 0 }, 0, true },
	{ "in the step back", "bb--", { 0, -1 }, 0, true },
	{ "one of two that sign", "bb--", { 0, 1 }, 1, false },
	{ "one of two, of which phones know one", "bR--", { 0, -2 }, 1, false },
	{ "one of three", "bRR-", { 0, 1 }, 0, true },
	{ "one that phones do not know", "bRR-", { 0, 1 }, 2, true },
	{ "the only one that phones know", "bRR-", { 0, 3 }, 0, false },
	{ "where phones know none", "bb--", { 2, 3 }, 0, true },
	{ "a CTL of others", "bb--", { -2, -2 }, 0, true },
};

static void check_removals(void)
{
	for (size_t i = 0; i < sizeof(removals) / sizeof(*removals); i++) {
		bool may;

		set_tokens(removals[i].tokens);
		hold(removals[i].held[0], removals[i].held[1]);
		may = may_remove(removals[i].removed,
				 removals[i].held[0] == -3);
		ok(may == removals[i].may && !why == may, "%s%s%s",
		   removals[i].name, why ? ": " : "", why ? why : "");
	}
}

/* Whatever may go goes: itlrecovery or a token with another one can sign. */
static void check_all_removed(void)
{
	static const int lists[][2] = { { 0, 1 }, { 1, 3 }, { 2, -1 } };
	unsigned int gone = 0;
	uint32_t seed = 1;
	bool good = true;

	for (int i = 0; i < 1000; i++) {
		int left = COUNT, believed = 0;

		set_tokens("bbbb");
		hold(lists[i % 3][0], lists[i % 3][1]);
		for (int k = 0; k < 4 * COUNT; k++) {
			int n = (int)(draw(&seed) % COUNT);
			struct keyd_token_item *item = &list[n].item;

			if (!(item->flags & KEYD_TOKEN_REGISTERED) ||
			    !may_remove(n, false))
				continue;
			item->flags = KEYD_TOKEN_PRESENT;
			left--;
			gone++;
		}
		for (int n = 0; n < COUNT; n++)
			believed += list[n].item.flags & KEYD_TOKEN_REGISTERED &&
				knows(cert_of(n));
		good &= knows(cert_of(-1)) || (left >= 2 && believed);
	}
	ok(good && gone > 2000, "whatever goes (%u), phones believe somebody",
	   gone);
}

int main(void)
{
	check_removals();
	check_all_removed();
	check_rows();
	check_walk();
	return tap_end();
}
