// SPDX-License-Identifier: GPL-2.0
/*
 * The yardstick of what a dropped datagram costs: a hook at the place of ours
 * that drops whatever arrives by UDP for one port, and knows nothing else.
 *
 * In all namespaces that there are when it is loaded.
 */
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/net_namespace.h>

static ushort port = 5060;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "whose datagrams are dropped");

static unsigned int drop(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	const struct udphdr *udp;
	struct udphdr buf;

	if (ip->protocol != IPPROTO_UDP)
		return NF_ACCEPT;
	udp = skb_header_pointer(skb, ip->ihl * 4, sizeof(buf), &buf);
	if (!udp || udp->dest != htons(port))
		return NF_ACCEPT;
	return NF_DROP;
}

static const struct nf_hook_ops ops = {
	.hook = drop,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_PRE_ROUTING,
	.priority = NF_IP_PRI_CONNTRACK - 1,
};

static int __net_init drop_init(struct net *net)
{
	return nf_register_net_hook(net, &ops);
}

static void __net_exit drop_exit(struct net *net)
{
	nf_unregister_net_hook(net, &ops);
}

static struct pernet_operations drop_net_ops = {
	.init = drop_init,
	.exit = drop_exit,
};

static int __init drop_mod_init(void)
{
	return register_pernet_subsys(&drop_net_ops);
}

static void __exit drop_mod_exit(void)
{
	unregister_pernet_subsys(&drop_net_ops);
}

module_init(drop_mod_init);
module_exit(drop_mod_exit);
MODULE_DESCRIPTION("Drops the datagrams of a port, for the benchmark of ucsec");
MODULE_LICENSE("GPL");
