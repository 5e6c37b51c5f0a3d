// SPDX-License-Identifier: GPL-2.0
/*
 * Admission: everything a well-formed request can be refused for, checked
 * before anything is allocated. Under un->lock.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/netlink.h>
#include <net/route.h>
#include "admission.h"

static bool is_local(struct net *net, const struct ucsec_endpoint *ep)
{
	struct net_device *dev = NULL;
	bool local;

	rcu_read_lock();
	if (ep->ifindex)
		dev = dev_get_by_index_rcu(net, ep->ifindex);
	if (ep->family == AF_INET) {
		local = inet_addr_type_dev_table(net, dev,
						 ep->addr.s6_addr32[3]) ==
			RTN_LOCAL;
	} else {
		bool scoped = ipv6_addr_type(&ep->addr) &
			      IPV6_ADDR_LINKLOCAL;

		local = ipv6_chk_addr(net, &ep->addr, scoped ? dev : NULL, 0);
	}
	rcu_read_unlock();
	return local;
}

static int check_device(struct net *net, const struct ucsec_endpoint *ep,
			struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	if (!ep->ifindex)
		return 0;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ep->ifindex);
	rcu_read_unlock();
	if (dev)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "no such interface");
	return -ENODEV;
}

static int check_local(struct ucsec_net *un,
		       const struct ucsec_stream_config *cfg,
		       struct netlink_ext_ack *extack)
{
	int err;

	err = check_device(un->net, &cfg->in, cfg->attrs[UCSEC_A_STREAM_IN],
			   extack);
	if (!err)
		err = check_device(un->net, &cfg->out,
				   cfg->attrs[UCSEC_A_STREAM_OUT], extack);
	if (err || (cfg->flags & UCSEC_F_FREEBIND))
		return err;
	if (!is_local(un->net, &cfg->in)) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_IN],
				    "\"in\" is not an address of this namespace");
		return -EADDRNOTAVAIL;
	}
	if (!is_local(un->net, &cfg->out)) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_OUT],
				    "\"out\" is not an address of this namespace");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static bool is_loopback(const struct ucsec_endpoint *ep)
{
	if (ep->family == AF_INET)
		return ipv4_is_loopback(ep->addr.s6_addr32[3]);
	return ipv6_addr_loopback(&ep->addr);
}

/*
 * A spoofed source must not turn media against services of the gateway, or
 * multiply it.
 */
bool ucsec_admission_far(const struct ucsec_stream *stream,
			 const struct ucsec_endpoint *to)
{
	if (is_loopback(to))
		return is_loopback(&stream->out);
	if (to->family == AF_INET) {
		struct net_device *dev;
		unsigned int type;

		/* Where the way out is in a VRF, so are its addresses. */
		rcu_read_lock();
		dev = dev_get_by_index_rcu(stream->un->net,
					   stream->out.ifindex);
		type = inet_addr_type_dev_table(stream->un->net, dev,
						to->addr.s6_addr32[3]);
		rcu_read_unlock();
		return type == RTN_UNICAST;
	}
	return (ipv6_addr_type(&to->addr) & IPV6_ADDR_UNICAST) &&
	       !ipv6_chk_addr(stream->un->net, &to->addr, NULL, 0);
}

static int check_families(const struct ucsec_stream_config *cfg, u16 in,
			  u16 out, struct netlink_ext_ack *extack)
{
	if (UCSEC_HAVE(cfg, FROM) && cfg->from.family != in) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_FROM],
				    "\"from\" is not of the family of \"in\"");
		return -EAFNOSUPPORT;
	}
	if (UCSEC_HAVE(cfg, TO) && cfg->to.family != out) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_TO],
				    "\"to\" is not of the family of \"out\"");
		return -EAFNOSUPPORT;
	}
	return 0;
}

static int check_source(const struct ucsec_stream_config *cfg, u32 flags,
			const struct ucsec_endpoint *from, bool rx_protected,
			struct netlink_ext_ack *extack)
{
	if ((flags & UCSEC_F_STRICT) && !from->port) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_FLAGS],
			"strict needs \"from\" with address and port");
		return -EINVAL;
	}
	if ((flags & UCSEC_F_LATCH) && !rx_protected &&
	    from->family == AF_UNSPEC) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_FLAGS],
			"latch needs protected media or \"from\"");
		return -EINVAL;
	}
	return 0;
}

/* Where RTCP has ports of its own, 65535 leaves it none by default. */
static int check_rtcp_ports(const struct ucsec_stream_config *cfg, u32 flags,
			    struct netlink_ext_ack *extack)
{
	const struct {
		const struct ucsec_endpoint *ep;
		u32 flag;
		int type;
	} rows[] = {
		{ &cfg->in, UCSEC_F_RX_RTCP_MUX, UCSEC_A_STREAM_IN },
		{ &cfg->out, UCSEC_F_TX_RTCP_MUX, UCSEC_A_STREAM_OUT },
		{ &cfg->to, UCSEC_F_TX_RTCP_MUX, UCSEC_A_STREAM_TO },
		/* Last: its ports matter only where they are strict. */
		{ &cfg->from, UCSEC_F_RX_RTCP_MUX, UCSEC_A_STREAM_FROM },
	};
	int i, n = ARRAY_SIZE(rows) - !(flags & UCSEC_F_STRICT);

	for (i = 0; i < n; i++) {
		const struct ucsec_endpoint *ep = rows[i].ep;

		if (!cfg->attrs[rows[i].type])
			continue;
		if ((flags & rows[i].flag) && ep->rtcp_given) {
			NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[rows[i].type],
				"with rtcp-mux there is no RTCP port");
			return -EINVAL;
		}
		if (!(flags & rows[i].flag) && !ep->rtcp_port) {
			NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[rows[i].type],
				"port 65535 leaves no port for RTCP");
			return -ERANGE;
		}
	}
	return 0;
}

/* Media for this host itself makes sense only from this host. */
static int check_destination(const struct ucsec_stream_config *cfg,
			     const struct ucsec_endpoint *out,
			     const struct ucsec_endpoint *in,
			     struct netlink_ext_ack *extack)
{
	if (!UCSEC_HAVE(cfg, TO))
		return 0;
	if (is_loopback(&cfg->to) && !is_loopback(out)) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_TO],
				    "a loopback destination from another address");
		return -EINVAL;
	}
	if (cfg->to.family == in->family && cfg->to.port == in->port &&
	    ipv6_addr_equal(&cfg->to.addr, &in->addr)) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_TO],
				    "a stream must not send to itself");
		return -ELOOP;
	}
	return 0;
}

static int check_pair(struct ucsec_net *un,
		      const struct ucsec_stream *self,
		      const struct ucsec_stream_config *cfg,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attr = cfg->attrs[UCSEC_A_STREAM_PAIR];
	struct ucsec_stream *pair, *other;

	if (!UCSEC_HAVE(cfg, PAIR) || !cfg->pair)
		return 0;
	pair = ucsec_stream_find(un, cfg->pair);
	if (!pair) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "no stream to pair with");
		return -ENOENT;
	}
	if (pair == self) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a stream is not its own pair");
		return -EINVAL;
	}
	other = rcu_dereference_protected(pair->pair,
					  lockdep_is_held(&un->lock));
	if (other && other != self) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the other stream is paired already");
		return -EBUSY;
	}
	return 0;
}

static int check_suite(const struct ucsec_keys_config *keys,
		       struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!keys->present || ucsec_srtp_suite(keys->suite))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "unknown suite");
	return -EOPNOTSUPP;
}

static bool is_taken(struct ucsec_net *un, const struct ucsec_endpoint *in,
		     bool rtcp)
{
	struct ucsec_entry_key key;
	bool taken;

	ucsec_entry_key_set(&key, in, rtcp);
	rcu_read_lock();
	taken = ucsec_stream_lookup_rcu(un, &key);
	rcu_read_unlock();
	return taken;
}

int ucsec_admission_new(struct ucsec_net *un,
			const struct ucsec_stream_config *cfg,
			struct netlink_ext_ack *extack)
{
	int err;

	if (un->nstreams >= un->params.max_streams) {
		NL_SET_ERR_MSG(extack, "the namespace has its limit of streams");
		return -ENOSPC;
	}
	err = check_families(cfg, cfg->in.family, cfg->out.family, extack);
	if (!err)
		err = check_source(cfg, cfg->flags, &cfg->from,
				   cfg->rx.present, extack);
	if (!err)
		err = check_rtcp_ports(cfg, cfg->flags, extack);
	if (!err)
		err = check_destination(cfg, &cfg->out, &cfg->in, extack);
	if (!err)
		err = check_local(un, cfg, extack);
	if (!err)
		err = check_pair(un, NULL, cfg, extack);
	if (!err)
		err = check_suite(&cfg->rx, cfg->attrs[UCSEC_A_STREAM_RX],
				  extack);
	if (!err)
		err = check_suite(&cfg->tx, cfg->attrs[UCSEC_A_STREAM_TX],
				  extack);
	if (err)
		return err;
	if (cfg->nssrcs > (cfg->max_ssrcs ?: un->params.max_ssrcs)) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_SSRC],
				    "more SSRCs than the stream may have");
		return -ERANGE;
	}
	if (is_taken(un, &cfg->in, false) ||
	    (!(cfg->flags & UCSEC_F_RX_RTCP_MUX) &&
	     is_taken(un, &cfg->in, true))) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_IN],
				    "another stream has that address and port");
		return -EADDRINUSE;
	}
	return 0;
}

static bool was_tx_key(struct ucsec_stream *stream, u64 fingerprint)
{
	const struct ucsec_keys *cur;
	u32 i;

	cur = rcu_dereference_protected(stream->tx,
				lockdep_is_held(&stream->un->lock));
	if (cur->fingerprint == fingerprint)
		return true;
	for (i = 0; i < stream->nformer_tx; i++)
		if (stream->former_tx[i] == fingerprint)
			return true;
	return false;
}

static int check_rekey(struct ucsec_stream *stream,
		       const struct ucsec_stream_config *cfg,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *rx = cfg->attrs[UCSEC_A_STREAM_RX];
	struct nlattr *tx = cfg->attrs[UCSEC_A_STREAM_TX];
	int err;

	if ((rx && !stream->rx_protected) || (tx && !stream->tx_protected)) {
		NL_SET_ERR_MSG_ATTR(extack, rx && !stream->rx_protected ? rx : tx,
				    "that side of the stream is plain");
		return -EINVAL;
	}
	err = check_suite(&cfg->rx, rx, extack);
	if (!err)
		err = check_suite(&cfg->tx, tx, extack);
	if (err)
		return err;
	if (tx && was_tx_key(stream, ucsec_keys_fingerprint(&cfg->tx))) {
		NL_SET_ERR_MSG_ATTR(extack, tx,
				    "the stream sent under that key before");
		return -EKEYREJECTED;
	}
	/* The former ones and the current one. */
	if (tx && stream->nformer_tx + 1 == UCSEC_LIMIT_TX_KEYS) {
		NL_SET_ERR_MSG_ATTR(extack, tx,
				    "the stream had its limit of sending keys");
		return -ENOSPC;
	}
	return 0;
}

int ucsec_admission_set(struct ucsec_stream *stream,
			const struct ucsec_stream_config *cfg,
			struct netlink_ext_ack *extack)
{
	const struct ucsec_path *path = ucsec_stream_path(stream);
	u32 flags = (path->flags & ~cfg->flags_mask) |
		    (cfg->flags & cfg->flags_mask);
	const struct ucsec_endpoint *from =
		UCSEC_HAVE(cfg, FROM) ? &cfg->from : &path->from;
	const struct ucsec_endpoint *to =
		UCSEC_HAVE(cfg, TO) ? &cfg->to : &path->to;
	int err;

	err = check_rekey(stream, cfg, extack);
	if (!err)
		err = check_families(cfg, stream->in.family,
				     stream->out.family, extack);
	if (!err)
		err = check_rtcp_ports(cfg, flags, extack);
	if (!err)
		err = check_destination(cfg, &stream->out, &stream->in,
					extack);
	if (!err)
		err = check_pair(stream->un, stream, cfg, extack);
	if (err)
		return err;
	if ((flags ^ path->flags) & (UCSEC_F_RX_RTCP_MUX | UCSEC_F_FREEBIND)) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_FLAGS],
				    "rx-rtcp-mux and freebind stay as created");
		return -EINVAL;
	}
	if (((flags ^ path->flags) & UCSEC_F_TX_RTCP_MUX) &&
	    !(flags & UCSEC_F_TX_RTCP_MUX) &&
	    (!stream->out.rtcp_port || !to->rtcp_port)) {
		NL_SET_ERR_MSG_ATTR(extack, cfg->attrs[UCSEC_A_STREAM_FLAGS],
				    "without tx-rtcp-mux RTCP needs a port");
		return -ERANGE;
	}
	return check_source(cfg, flags, from, stream->rx_protected, extack);
}
