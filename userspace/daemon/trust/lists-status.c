// SPDX-License-Identifier: GPL-2.0
/*
 * What phones are given now, whether it is out of date, and whether ITLRecovery's
 * next key may take over.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/store.h"
#include "trust/keys.h"
#include "trust/lists-parts.h"
#include "trust/rules.h"

static void judge(struct lists *lists, enum trust_kind kind, bool mixed,
		  const uint8_t *data, size_t len,
		  const struct trust_list *list, struct lists_status *status)
{
	const char *why = NULL, *differ = NULL;
	struct lists_plan plan;
	int err = lists_plan(&plan, kind, mixed, &lists->config, list, &why);

	if (!err)
		differ = lists_differ(&plan, data, len, list);
	lists_plan_clear(&plan);
	status->stale = differ;
	if (differ)
		why = differ;
	/* That it could not be made says more. */
	if (why && !status->why[0])
		snprintf(status->why, sizeof(status->why), "%s", why);
}

void lists_status(struct lists *lists, enum trust_kind kind,
		  struct lists_status *status, uint8_t **data, size_t *len)
{
	struct trust_list *list = calloc(1, sizeof(*list));
	bool mixed = lists_mode(lists);
	uint8_t *bytes = NULL;
	size_t size = 0;
	int err = list ? lists_read(lists, kind, &bytes, &size, list) :
		-ENOMEM;

	memset(status, 0, sizeof(*status));
	status->there = bytes;
	snprintf(status->why, sizeof(status->why), "%s", lists->why[kind]);
	if (!err) {
		status->mixed = lists_is_mixed(list);
		judge(lists, kind, mixed, bytes, size, list, status);
	} else if (kind == TRUST_ITL || mixed || err != -ENOENT) {
		status->stale = true;
		if (!status->why[0])
			snprintf(status->why, sizeof(status->why), "%s",
				 err == -ENOENT ? "there is none yet" :
				 err == -EBADMSG ? "it is damaged" :
				 strerror(-err));
	}
	free(list);
	if (data) {
		*data = bytes;
		*len = size;
	} else {
		free(bytes);
	}
}

static struct trust_span cert_of(const struct trust_key *key)
{
	return (struct trust_span){ key->certs[0].data, key->certs[0].len };
}

/*
 * When phones were given this list, if it has the next key: its time, which
 * starts anew when it is signed again. 0: it has not; -ENOENT: there is none, or
 * one of tokens, by which phones do not believe ITLRecovery anyway.
 */
static int64_t told_at(struct lists *lists, enum trust_kind kind,
		       const struct trust_key *next)
{
	const struct trust_key *now = trust_keys_find(lists->config.keys,
			KEYD_ITLRECOVERY, KEYD_RSA, KEYD_CURRENT);
	struct trust_list *list = calloc(1, sizeof(*list));
	struct trust_fault fault;
	uint8_t *data = NULL;
	int64_t when = 0;
	size_t len;
	int err = list ? lists_read(lists, kind, &data, &len, list) : -ENOMEM;

	if (!err && kind == TRUST_CTL && now &&
	    !lists_has_sast(list, cert_of(now)))
		when = -ENOENT;
	else if (!err && lists_has_sast(list, cert_of(next)) &&
		 !trust_list_verify(data, len, list, KEYD_SAST_MAX, &fault))
		when = list->header.time;
	free(data);
	free(list);
	return err == -ENOENT ? err : when;
}

static const struct trust_key *next_key(struct lists *lists)
{
	return trust_keys_find(lists->config.keys, KEYD_ITLRECOVERY, KEYD_RSA,
			       KEYD_NEXT);
}

int64_t lists_promotion_time(struct lists *lists)
{
	const struct trust_key *next = next_key(lists);
	int64_t itl, ctl;

	if (!next)
		return 0;
	itl = told_at(lists, TRUST_ITL, next);
	ctl = told_at(lists, TRUST_CTL, next);
	/* Who has a CTL may believe by that alone. */
	if (itl <= 0 || !ctl)
		return 0;
	return (itl > ctl ? itl : ctl) + 3600 *
		(int64_t)store_param(lists->config.store,
				     STORE_PARAM_ITL_RENEWAL_WAIT);
}

int lists_may_promote(struct lists *lists, char *why, size_t size)
{
	int64_t when = lists_promotion_time(lists);
	time_t at = (time_t)when;
	char text[32] = "";
	struct tm tm;

	if (!next_key(lists)) {
		snprintf(why, size, "ITLRecovery has no next key: itl renew "
			 "start makes one");
		return -EPERM;
	}
	if (!when) {
		snprintf(why, size, "phones have been given no list with the "
			 "next key, and would believe none that it signs: itl "
			 "renew start comes first");
		return -EPERM;
	}
	if (when <= (int64_t)time(NULL))
		return 0;
	if (gmtime_r(&at, &tm))
		strftime(text, sizeof(text), "%FT%TZ", &tm);
	snprintf(why, size, "phones have until %s to fetch the lists with the "
		 "next key, or believe none that it signs (itl_renewal_wait); "
		 "reset them", text);
	return -EPERM;
}
