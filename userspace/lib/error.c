// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Why a request failed: the kernel's sentence, and the attribute to blame.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <netlink/attr.h>

#include "internal.h"

const struct ucsec_error *ucsec_error(const struct ucsec *handle)
{
	return &handle->error;
}

int ucsec_error_set(struct ucsec *handle, int err, const char *sentence)
{
	struct ucsec_error *error = &handle->error;

	memset(error, 0, sizeof(*error));
	error->code = err;
	if (err)
		snprintf(error->sentence, sizeof(error->sentence), "%s",
			 sentence ? sentence : strerror(-err));
	return err;
}

/*
 * Where the extended acknowledgement starts: behind the errno of a DONE,
 * behind the errno and the request, or its header alone if capped, of an
 * ERROR. 0 if there is none.
 */
static size_t extack_offset(const struct nlmsghdr *reply)
{
	const struct nlmsgerr *body = nlmsg_data(reply);
	size_t offset = sizeof(int);

	if (!(reply->nlmsg_flags & NLM_F_ACK_TLVS))
		return 0;
	if (reply->nlmsg_type == NLMSG_DONE)
		return offset;
	if (nlmsg_datalen(reply) < (int)sizeof(*body))
		return 0;
	offset = sizeof(*body);
	if (!(reply->nlmsg_flags & NLM_F_CAPPED)) {
		if (body->msg.nlmsg_len < sizeof(body->msg) ||
		    body->msg.nlmsg_len > (size_t)nlmsg_datalen(reply))
			return 0;
		offset += NLMSG_ALIGN(body->msg.nlmsg_len - sizeof(body->msg));
	}
	return offset;
}

/* Of many prefixes, which one? Bits behind its length are shown as they are. */
static void take_value(struct ucsec_error *error, size_t offset,
		       const struct nlmsghdr *request)
{
	const struct nlattr *nla = ucsec_attr_prefix(request, offset);
	struct ucsec_prefix prefix;

	if (nla && !ucsec_decode_prefix(nla, &prefix))
		ucsec_prefix_format(&prefix, error->value,
				    sizeof(error->value));
}

static void take_attribute(struct ucsec_error *error, struct nlattr **tb,
			   const struct nlmsghdr *request)
{
	size_t nest = 0;

	if (tb[NLMSGERR_ATTR_MISS_TYPE]) {
		if (tb[NLMSGERR_ATTR_MISS_NEST])
			nest = nla_get_u32(tb[NLMSGERR_ATTR_MISS_NEST]);
		error->missing = true;
		ucsec_attr_missing(request, nest,
				   nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE]),
				   error->attribute, sizeof(error->attribute));
	} else if (tb[NLMSGERR_ATTR_OFFS]) {
		ucsec_attr_name(request, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]),
				error->attribute, sizeof(error->attribute));
		take_value(error, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]),
			   request);
	}
}

/* Takes an ERROR or DONE, capped, cut short or complete; returns its errno. */
int ucsec_error_take(struct ucsec *handle, const struct nlmsghdr *reply,
		     const struct nlmsghdr *request)
{
	struct nla_policy policy[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_OFFS] = { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_TYPE] = { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_NEST] = { .type = NLA_U32 },
	};
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
	struct ucsec_error *error = &handle->error;
	size_t offset;
	int err;

	if (nlmsg_datalen(reply) < (int)sizeof(err))
		return ucsec_error_set(handle, reply->nlmsg_type == NLMSG_DONE ?
				       0 : -EPROTO, NULL);
	memcpy(&err, nlmsg_data(reply), sizeof(err));
	if (err > 0 || err < -4095)
		err = -EPROTO;
	ucsec_error_set(handle, err, NULL);
	offset = extack_offset(reply);
	if (!err || !offset || offset >= (size_t)nlmsg_datalen(reply))
		return err;
	if (nla_parse(tb, NLMSGERR_ATTR_MAX,
		      (struct nlattr *)((char *)nlmsg_data(reply) + offset),
		      nlmsg_datalen(reply) - offset, policy))
		return err;
	if (tb[NLMSGERR_ATTR_MSG] && nla_len(tb[NLMSGERR_ATTR_MSG]) > 0)
		snprintf(error->sentence, sizeof(error->sentence), "%.*s",
			 nla_len(tb[NLMSGERR_ATTR_MSG]),
			 (const char *)nla_data(tb[NLMSGERR_ATTR_MSG]));
	take_attribute(error, tb, request);
	return err;
}
