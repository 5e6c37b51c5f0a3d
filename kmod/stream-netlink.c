// SPDX-License-Identifier: GPL-2.0
/* Requests about streams: parse, check, call objects; knows no packets. */
#include <net/sock.h>
#include "attr.h"
#include "fill.h"
#include "netlink.h"

/* The stream a request names; NULL and the sentence if there is none. */
static struct ucsec_stream *find_stream(struct genl_info *info)
{
	struct nlattr *id = info->attrs[UCSEC_A_STREAM_ID];
	struct ucsec_stream *stream;

	if (!id) {
		NL_SET_ERR_MSG(info->extack, "which stream?");
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, UCSEC_A_STREAM_ID);
		return ERR_PTR(-EINVAL);
	}
	stream = ucsec_stream_find(info->user_ptr[0], nla_get_u32(id));
	if (stream)
		return stream;
	NL_SET_ERR_MSG_ATTR(info->extack, id, "no such stream");
	return ERR_PTR(-ENOENT);
}

/* A parsed request, with keys in it. */
struct request {
	struct ucsec_stream_config cfg;
	struct nlattr *tb[UCSEC_A_STREAM_MAX + 1];
};

static int stream_new(struct genl_info *info, struct request *r)
{
	struct ucsec_net *un = info->user_ptr[0];
	struct ucsec_stream *stream;
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = ucsec_attr_stream_new(info, r->tb, &r->cfg);
	if (err)
		return err;
	/* First, so that no stream is made whose id cannot be told. */
	msg = ucsec_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	stream = ucsec_stream_new(un, &r->cfg, info->extack);
	if (IS_ERR(stream))
		return ucsec_nl_reply_send(info, msg, hdr, PTR_ERR(stream));
	err = nla_put_u32(msg, UCSEC_A_STREAM_ID, stream->id);
	err = ucsec_nl_reply_send(info, msg, hdr, err);
	if (err)
		ucsec_stream_remove(stream);
	return err;
}

static int stream_set(struct genl_info *info, struct request *r)
{
	struct ucsec_stream *stream;
	int err;

	err = ucsec_attr_stream_set(info, r->tb, &r->cfg);
	if (err)
		return err;
	stream = ucsec_stream_find(info->user_ptr[0], r->cfg.id);
	if (!stream) {
		NL_SET_ERR_MSG_ATTR(info->extack, r->tb[UCSEC_A_STREAM_ID],
				    "no such stream");
		return -ENOENT;
	}
	return ucsec_stream_set(stream, &r->cfg, info->extack);
}

static int with_request(struct genl_info *info,
			int (*handle)(struct genl_info *, struct request *))
{
	struct request *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int err = -ENOMEM;

	if (r)
		err = handle(info, r);
	kfree_sensitive(r);
	/* What lacks memory further down has no words of its own. */
	return err == -ENOMEM ? ucsec_nl_no_memory(info) : err;
}

int ucsec_nl_stream_new_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return with_request(info, stream_new);
}

int ucsec_nl_stream_set_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return with_request(info, stream_set);
}

int ucsec_nl_stream_del_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	struct ucsec_stream *stream = find_stream(info);

	if (IS_ERR(stream))
		return PTR_ERR(stream);
	ucsec_stream_remove(stream);
	return 0;
}

int ucsec_nl_stream_flush_doit(struct sk_buff *skb,
				      struct genl_info *info)
{
	ucsec_stream_flush(info->user_ptr[0]);
	return 0;
}

int ucsec_nl_stream_get_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	struct ucsec_stream *stream = find_stream(info);
	struct sk_buff *msg;
	void *hdr;

	if (IS_ERR(stream))
		return PTR_ERR(stream);
	msg = ucsec_nl_reply_new(info, &hdr);
	if (!msg)
		return -ENOMEM;
	return ucsec_nl_reply_send(info, msg, hdr, ucsec_fill_stream(msg, stream));
}

static int dump_stream(struct sk_buff *skb, struct netlink_callback *cb,
		       struct ucsec_stream *stream)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &ucsec_netlink_family, NLM_F_MULTI,
			  UCSEC_CMD_STREAM_GET);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	err = ucsec_fill_stream(skb, stream);
	if (err) {
		genlmsg_cancel(skb, hdr);
		return err;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int ucsec_nl_stream_get_dumpit(struct sk_buff *skb,
				      struct netlink_callback *cb)
{
	struct ucsec_net *un = ucsec_net(sock_net(cb->skb->sk));
	struct ucsec_stream *stream;
	int id = cb->args[0];
	int err = 0;

	mutex_lock(&un->lock);
	cb->seq = un->generation;
	idr_for_each_entry_continue(&un->ids, stream, id) {
		err = dump_stream(skb, cb, stream);
		if (err)
			break;
	}
	/* A full message goes on where it stopped. */
	cb->args[0] = id;
	mutex_unlock(&un->lock);
	return skb->len ?: err;
}
