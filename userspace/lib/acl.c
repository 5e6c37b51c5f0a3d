// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The trunk ACL as a whole: replaced, parameters, and what it would say.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

struct answer {
	void *data;
	bool seen;
};

static int take_stage(const struct nlmsghdr *nlh, void *arg)
{
	struct answer *answer = arg;
	struct ucsec_trunk trunk;
	int err = ucsec_decode_trunk(nlh, &trunk);

	if (!err && trunk.have & UCSEC_TR_STAGE) {
		*(uint32_t *)answer->data = trunk.stage;
		answer->seen = true;
	}
	return err;
}

static int take_acl(const struct nlmsghdr *nlh, void *arg)
{
	struct answer *answer = arg;

	answer->seen = true;
	return ucsec_decode_acl(nlh, answer->data);
}

static int take_judgement(const struct nlmsghdr *nlh, void *arg)
{
	struct answer *answer = arg;

	answer->seen = true;
	return ucsec_decode_judgement(nlh, answer->data);
}

/* Sends what was encoded with this result, and wants an answer. */
static int finish(struct ucsec *handle, struct nl_msg *msg, int err,
		  ucsec_reply_fn fn, void *data)
{
	struct answer answer = { .data = data };

	if (err) {
		ucsec_msg_free(msg);
		return ucsec_error_set(handle, err, NULL);
	}
	err = ucsec_request(handle, msg, fn, &answer);
	if (!err && fn && !answer.seen)
		err = ucsec_error_set(handle, -EPROTO, NULL);
	return err;
}

int ucsec_acl_begin(struct ucsec *handle, const void *cookie, size_t len,
		    uint32_t *stage)
{
	struct nl_msg *msg = ucsec_msg_new(handle, UCSEC_CMD_ACL_BEGIN, 0);
	int err = 0;

	if (!msg)
		return ucsec_error_set(handle, -ENOMEM, NULL);
	if (len > UCSEC_MAX_COOKIE_LEN)
		err = -EINVAL;
	else if (len)
		err = ucsec_put(msg, UCSEC_A_TRUNK_COOKIE, cookie, len);
	return finish(handle, msg, err, take_stage, stage);
}

int ucsec_acl_commit(struct ucsec *handle, uint32_t stage)
{
	struct nl_msg *msg = ucsec_msg_new(handle, UCSEC_CMD_ACL_COMMIT, 0);

	if (!msg)
		return ucsec_error_set(handle, -ENOMEM, NULL);
	return finish(handle, msg,
		      ucsec_put_u32(msg, UCSEC_A_TRUNK_STAGE, stage), NULL,
		      NULL);
}

int ucsec_acl_replace(struct ucsec *handle, const void *cookie, size_t len,
		      const struct ucsec_trunk *trunks, size_t count,
		      size_t *at)
{
	struct ucsec_trunk trunk;
	uint32_t stage, id;
	int err;

	if (at)
		*at = count;
	err = ucsec_acl_begin(handle, cookie, len, &stage);
	for (size_t i = 0; !err && i < count; i++) {
		trunk = trunks[i];
		trunk.have |= UCSEC_TR_STAGE;
		trunk.stage = stage;
		err = ucsec_trunk_new(handle, &trunk, &id);
		if (err && at)
			*at = i;
	}
	return err ? err : ucsec_acl_commit(handle, stage);
}

int ucsec_acl_get(struct ucsec *handle, struct ucsec_acl *acl)
{
	struct nl_msg *msg = ucsec_msg_new(handle, UCSEC_CMD_ACL_GET, 0);

	if (!msg)
		return ucsec_error_set(handle, -ENOMEM, NULL);
	return finish(handle, msg, 0, take_acl, acl);
}

int ucsec_acl_set(struct ucsec *handle, const struct ucsec_acl *acl)
{
	struct nl_msg *msg = ucsec_msg_new(handle, UCSEC_CMD_ACL_SET, 0);

	if (!msg)
		return ucsec_error_set(handle, -ENOMEM, NULL);
	return finish(handle, msg, ucsec_encode_acl(msg, acl), NULL, NULL);
}

int ucsec_acl_test(struct ucsec *handle, const struct ucsec_trial *trial,
		   struct ucsec_judgement *judgement)
{
	struct nl_msg *msg;

	if (trial->payload_len > UCSEC_MAX_TRIAL)
		return ucsec_error_set(handle, -EMSGSIZE, NULL);
	msg = ucsec_msg_new_of(handle, UCSEC_CMD_ACL_TEST, 0,
			       UCSEC_TRIAL_ROOM + trial->payload_len);
	if (!msg)
		return ucsec_error_set(handle, -ENOMEM, NULL);
	return finish(handle, msg, ucsec_encode_trial(msg, trial),
		      take_judgement, judgement);
}
