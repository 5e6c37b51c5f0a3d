// SPDX-License-Identifier: GPL-2.0
/*
 * INFO between two parties: whoever asked gets the answer, whomever he speaks
 * with by the time that it comes.
 */
#include <errno.h>
#include <stdlib.h>
#include "call/internal.h"

/* One that was passed on and has no answer yet. */
struct call_asked {
	struct call_asked *next;
	struct call_party *from, *to;
	uint32_t token;			/* ours, told to @to */
	uint32_t theirs;		/* of @from */
};

static int pass_on(struct call_party *from, struct call_party *to,
		   const struct call_info *info)
{
	struct call_system *system = from->call->system;
	struct call_asked *asked = calloc(1, sizeof(*asked));
	struct call_info told = *info;
	int err;

	if (!asked)
		return -ENOMEM;
	if (!++system->info_token)
		system->info_token = 1;
	*asked = (struct call_asked){
		.next = system->asked, .from = from, .to = to,
		.token = system->info_token, .theirs = info->token,
	};
	told.token = asked->token;
	err = to->ops->info(to, &told);
	if (err)
		free(asked);
	else
		system->asked = asked;
	return err;
}

int call_info(struct call_party *party, const struct call_info *info)
{
	struct call_party *other = call_other_party(party);

	if (!other || !party->call->is_up || !other->ops->info)
		return 488;
	return pass_on(party, other, info) ? 503 : 0;
}

void call_info_done(struct call_party *party, uint32_t token, int status)
{
	struct call_asked **link, *asked;

	if (!party->call)
		return;
	link = &party->call->system->asked;
	while (*link && ((*link)->to != party || (*link)->token != token))
		link = &(*link)->next;
	asked = *link;
	if (!asked)
		return;
	*link = asked->next;
	asked->from->ops->info_done(asked->from, asked->theirs, status);
	free(asked);
}

void call_info_left(struct call_system *system, const struct call_party *party)
{
	struct call_asked **link = &system->asked, *asked;

	while ((asked = *link)) {
		if (asked->from != party && asked->to != party) {
			link = &asked->next;
			continue;
		}
		*link = asked->next;
		if (asked->from != party)
			asked->from->ops->info_done(asked->from, asked->theirs,
						    503);
		free(asked);
	}
}

void call_info_forget(struct call_system *system)
{
	struct call_asked *asked;

	while ((asked = system->asked)) {
		system->asked = asked->next;
		free(asked);
	}
}
