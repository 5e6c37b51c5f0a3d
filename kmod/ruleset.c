// SPDX-License-Identifier: GPL-2.0
/*
 * Rulesets: made ready whole, then published at once.
 *
 * Every change makes a new ruleset, so that packets meet the old rules or the
 * new ones and never a mix. Under un->lock, in process context.
 */
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include "event.h"
#include "hook.h"
#include "ruleset.h"

/*
 * Signalling is to be whole when it is judged: from the first rule on,
 * fragments are put together before the hooks.
 */
static int activate(struct ucsec_net *un)
{
	int err;

	if (un->acl.active)
		return 0;
	err = nf_defrag_ipv4_enable(un->net);
	if (err)
		return err;
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
	err = nf_defrag_ipv6_enable(un->net);
	if (err)
		goto err_defrag4;
#endif
	err = ucsec_hook_hold(un);
	if (err)
		goto err_defrag6;
	un->acl.active = true;
	return 0;

err_defrag6:
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
	nf_defrag_ipv6_disable(un->net);
err_defrag4:
#endif
	nf_defrag_ipv4_disable(un->net);
	return err;
}

static void deactivate(struct ucsec_net *un)
{
	if (!un->acl.active)
		return;
	un->acl.active = false;
	ucsec_hook_release(un);
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
	nf_defrag_ipv6_disable(un->net);
#endif
	nf_defrag_ipv4_disable(un->net);
}

static u32 port_bit(const struct ucsec_slot *slot)
{
	return slot->key & 1 ? UCSEC_PORT_STREAM : UCSEC_PORT_DATAGRAM;
}

/* The hook looks at ports that are marked so, and at no others. */
static void mark_ports(struct ucsec_net *un, const struct ucsec_ruleset *rules)
{
	u32 i;

	for (i = 0; i < rules->nslots; i++) {
		u32 *port = &un->ports[rules->slot[i].key >> 1];

		WRITE_ONCE(*port, *port | port_bit(&rules->slot[i]));
	}
}

/* Those of @old that @new has not: both are in order. */
static void unmark_ports(struct ucsec_net *un, const struct ucsec_ruleset *old,
			 const struct ucsec_ruleset *new)
{
	u32 i, at = 0, n = new ? new->nslots : 0;

	for (i = 0; i < old->nslots; i++) {
		const struct ucsec_slot *slot = &old->slot[i];
		u32 *port = &un->ports[slot->key >> 1];

		while (at < n && new->slot[at].key < slot->key)
			at++;
		if (at == n || new->slot[at].key != slot->key)
			WRITE_ONCE(*port, *port & ~port_bit(slot));
	}
}

static bool has_streams(const struct ucsec_ruleset *rules)
{
	u32 i;

	for (i = 0; rules && i < rules->nslots; i++)
		if (rules->slot[i].key & 1)
			return true;
	return false;
}

/*
 * The marks only say that a port may be in the rules: they are there before
 * rules that have it, and go after the last ones that had it.
 */
static void swap_rules(struct ucsec_net *un, struct ucsec_ruleset *new)
{
	struct ucsec_acl *acl = &un->acl;
	struct ucsec_ruleset *old = ucsec_ruleset(acl);

	if (new)
		mark_ports(un, new);
	rcu_assign_pointer(acl->rules, new);
	WRITE_ONCE(acl->streams, has_streams(new));
	acl->generation++;
	if (!old)
		return;
	unmark_ports(un, old, new);
	/* Packets under way may be judged by the old ones for a grace period. */
	queue_rcu_work(ucsec_wq, &old->free_work);
}

/* The table of sources, once a trunk asks for it; stays with the namespace. */
static int need_sources(struct ucsec_acl *acl, struct ucsec_trunk **trunk,
			u32 n)
{
	u32 i;

	for (i = 0; i < n && !acl->sources; i++) {
		if (!trunk[i]->rate[UCSEC_RATE_SOURCE].per_second)
			continue;
		acl->sources = ucsec_sources_new();
		if (!acl->sources)
			return -ENOMEM;
	}
	return 0;
}

int ucsec_ruleset_publish(struct ucsec_net *un, struct ucsec_trunk **trunk,
			  u32 n, struct ucsec_ruleset_fault *fault)
{
	struct ucsec_acl *acl = &un->acl;
	struct ucsec_ruleset *rules = NULL;
	int err;

	lockdep_assert_held(&un->lock);
	if (n || acl->params.nports) {
		err = need_sources(acl, trunk, n);
		if (err)
			return err;
		rules = ucsec_ruleset_build(acl, trunk, n, fault);
		if (IS_ERR(rules))
			return PTR_ERR(rules);
		err = activate(un);
		if (err) {
			ucsec_ruleset_free(rules, false);
			return err;
		}
	}
	swap_rules(un, rules);
	if (rules)
		ucsec_event_watch(un);
	else
		deactivate(un);
	return 0;
}

struct ucsec_trunk *ucsec_ruleset_find(struct ucsec_acl *acl, u32 id)
{
	const struct ucsec_ruleset *rules = ucsec_ruleset(acl);
	u32 from = 0, to = rules ? rules->ntrunks : 0, mid;

	while (from < to) {
		mid = from + (to - from) / 2;
		if (rules->trunk[mid]->id == id)
			return rules->trunk[mid];
		if (rules->trunk[mid]->id < id)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

void ucsec_ruleset_end(struct ucsec_net *un)
{
	lockdep_assert_held(&un->lock);
	swap_rules(un, NULL);
	deactivate(un);
}
