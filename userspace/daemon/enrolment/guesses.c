// SPDX-License-Identifier: GPL-2.0
/*
 * Wrong authentication strings: on the disk before the phone hears of them, so
 * that nobody gains tries by a daemon that is killed.
 */
#include <openssl/crypto.h>
#include <time.h>

#include "enrolment/internal.h"

/* The guard's clock begins anew with the machine. */
static struct store_guesses to_calendar(const struct capf_guard_count *count)
{
	int64_t left = count->until - enrolment_now();

	return (struct store_guesses){
		.row = count->row,
		.total = count->total,
		.until = left > 0 ? time(NULL) + left : 0,
	};
}

/* A clock that was set back locks nobody for longer than a lock lasts. */
static int recall(void *ctx, int64_t phone, const char *name,
		  const struct store_guesses *guesses)
{
	struct enrolment *all = ctx;
	int64_t lock = store_param(all->config.store, STORE_PARAM_CAPF_LOCK);
	int64_t left = guesses->until - time(NULL);
	struct capf_guard_count count = {
		.row = guesses->row,
		.total = guesses->total,
	};
	struct capf_string string = { 0 };

	if (left > 0)
		count.until = enrolment_now() + (left < lock ? left : lock);
	if (!store_capf_string(all->config.store, phone, string.text,
			       &string.id))
		capf_guard_recall(all->guard, name, &string, &count,
				  enrolment_now());
	OPENSSL_cleanse(&string, sizeof(string));
	return 0;
}

int guesses_recall(struct enrolment *all)
{
	return store_guesses_each(all->config.store, recall, all);
}

struct capf_judgement guesses_judge(struct visit *visit,
				    const struct capf_message *res,
				    const struct capf_trust *trust,
				    const struct capf_auth_policy *policy,
				    bool *is_kept)
{
	struct capf_guard *guard = visit->all->guard;
	const struct capf_string *string = &visit->device.string;
	struct capf_guard_count before = { 0 }, after = { 0 };
	bool had = capf_guard_count(guard, visit->name, string, &before);
	struct capf_judgement judgement = capf_auth_judge(res, &visit->device,
		guard, enrolment_now(), trust, policy);
	bool has = capf_guard_count(guard, visit->name, string, &after);
	struct store_guesses guesses = { 0 };

	*is_kept = false;
	if (has)
		guesses = to_calendar(&after);
	if (had && !has)
		visit_keep_guesses(visit, &guesses, NULL);
	else if (has && (!had || after.total != before.total))
		*is_kept = !visit_keep_guesses(visit, &guesses, &judgement);
	return judgement;
}
