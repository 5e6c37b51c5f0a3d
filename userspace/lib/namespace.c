// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a namespace has besides streams: suites, counters, limits.
 */
#include <errno.h>

#include "internal.h"

struct dump {
	ucsec_suite_fn fn;
	void *arg;
};

struct answer {
	void *data;
	bool seen;
};

static int take_suite(const struct nlmsghdr *nlh, void *arg)
{
	struct dump *dump = arg;
	struct ucsec_suite_info suite;
	int err = ucsec_decode_suite(nlh, &suite);

	return err ? err : dump->fn(&suite, dump->arg);
}

static int take_stats(const struct nlmsghdr *nlh, void *arg)
{
	struct answer *answer = arg;

	answer->seen = true;
	return ucsec_decode_stats(nlh, answer->data);
}

static int take_params(const struct nlmsghdr *nlh, void *arg)
{
	struct answer *answer = arg;

	answer->seen = true;
	return ucsec_decode_params(nlh, answer->data);
}

static int get(struct ucsec *handle, uint8_t cmd, ucsec_reply_fn fn, void *data)
{
	struct nl_msg *msg = ucsec_msg_new(handle, cmd, 0);
	struct answer answer = { .data = data };
	int err;

	if (!msg)
		return ucsec_error_set(handle, -ENOMEM, NULL);
	err = ucsec_request(handle, msg, fn, &answer);
	if (!err && !answer.seen)
		err = ucsec_error_set(handle, -EPROTO, NULL);
	return err;
}

int ucsec_suite_dump(struct ucsec *handle, ucsec_suite_fn fn, void *arg)
{
	struct dump dump = { .fn = fn, .arg = arg };

	return ucsec_dump(handle, UCSEC_CMD_SUITE_GET, take_suite, &dump);
}

int ucsec_stats_get(struct ucsec *handle, struct ucsec_stats *stats)
{
	return get(handle, UCSEC_CMD_STATS_GET, take_stats, stats);
}

int ucsec_params_get(struct ucsec *handle, struct ucsec_params *params)
{
	return get(handle, UCSEC_CMD_PARAM_GET, take_params, params);
}

int ucsec_params_set(struct ucsec *handle, const struct ucsec_params *params)
{
	struct nl_msg *msg = ucsec_msg_new(handle, UCSEC_CMD_PARAM_SET, 0);
	int err;

	if (!msg)
		return ucsec_error_set(handle, -ENOMEM, NULL);
	err = ucsec_encode_params(msg, params);
	if (err) {
		ucsec_msg_free(msg);
		return ucsec_error_set(handle, err, NULL);
	}
	return ucsec_request(handle, msg, NULL, NULL);
}
