// SPDX-License-Identifier: GPL-2.0
/* Which lines are in calls: counted as they come and go, told when it changes. */
#include <stdlib.h>
#include "call/internal.h"

/* A line in at least one call. */
struct call_line {
	struct call_line *next;
	int64_t id;
	unsigned int count[CALL_LINE_BUSY + 1];	/* of legs, by state */
};

static struct call_line **find(struct call_line *const *lines, int64_t id)
{
	struct call_line **at =
		(struct call_line **)&lines[(uint64_t)id % CALL_LINES_BUCKETS];

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

enum call_line_state call_line_state(const struct call_system *system,
				     int64_t id)
{
	const struct call_line *line = *find(system->lines, id);

	if (!line)
		return CALL_LINE_IDLE;
	return line->count[CALL_LINE_BUSY] ? CALL_LINE_BUSY : CALL_LINE_RINGS;
}

static void count(struct call_system *system, int64_t id,
		  enum call_line_state *was, enum call_line_state now)
{
	enum call_line_state before = call_line_state(system, id);
	struct call_line **at = find(system->lines, id), *line = *at;

	if (!line)
		line = *at = calloc(1, sizeof(*line));
	/* Without memory nobody learns of it. */
	if (!line)
		return;
	line->id = id;
	if (*was)
		line->count[*was]--;
	if (now)
		line->count[now]++;
	*was = now;
	if (!line->count[CALL_LINE_RINGS] && !line->count[CALL_LINE_BUSY]) {
		*at = line->next;
		free(line);
	}
	if (call_line_state(system, id) != before &&
	    system->config.line_changed)
		system->config.line_changed(system->config.arg, id);
}

void call_line_count(struct call_bridge *bridge, bool is_there)
{
	const struct call *call = bridge->call;
	const struct call_party *party;
	enum call_line_state state;
	int i;

	for (i = 0; i < 2; i++) {
		party = bridge->party[i];
		/* Whoever calls is busy from the start. */
		state = !is_there ? CALL_LINE_IDLE :
			call->is_up || i == CALL_LEG_A ? CALL_LINE_BUSY :
			CALL_LINE_RINGS;
		if (bridge->line_state[i] == state)
			continue;
		if (!bridge->line_state[i])
			bridge->line[i] = party->is_trunk ? 0 : party->line;
		if (bridge->line[i])
			count(call->system, bridge->line[i],
			      &bridge->line_state[i], state);
	}
}
