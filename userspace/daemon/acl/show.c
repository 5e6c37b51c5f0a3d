// SPDX-License-Identifier: GPL-2.0
/*
 * How it stands with the kernel's ACL, for administrators.
 */
#include <string.h>

#include "acl/internal.h"
#include "metrics.h"
#include "store/store.h"

static const char *state_of(const struct acl *acl)
{
	bool on = store_param(acl->config.store, STORE_PARAM_ACL);

	/* In a moment: the kernel has not all of it yet. */
	if (!acl->in_step || acl->running || acl->policy.on != on)
		return "not in step";
	return on ? "in step" : "off";
}

json_t *acl_show(const struct acl *acl)
{
	const char *state = state_of(acl), *reason = NULL;
	bool well = strcmp(state, "not in step") != 0;

	if (!well)
		reason = acl->told[0] ? acl->told : "the kernel is being told";
	return json_pack("{ss so* sI sI ss*}", "state", state,
			 "since", well ? json_integer(acl->since) : NULL,
			 "trunks", (json_int_t)acl->set.object_count,
			 "prefixes", (json_int_t)acl->set.prefix_count,
			 "reason", reason);
}

void acl_write(FILE *out, void *arg)
{
	static const char *const help[] = {
		"# TYPE ucsec_acl_in_step gauge\n# HELP ucsec_acl_in_step "
		"whether the kernel's trunk ACL is as the configuration says\n",
		"# TYPE ucsec_acl_trunks gauge\n# HELP ucsec_acl_trunks "
		"objects in it that are ours\n",
		"# TYPE ucsec_acl_prefixes gauge\n# HELP ucsec_acl_prefixes "
		"prefixes of these\n",
		"# TYPE ucsec_acl_sets counter\n# HELP ucsec_acl_sets "
		"sets of trunks given to the kernel\n",
		"# TYPE ucsec_acl_bursts counter\n# HELP ucsec_acl_bursts "
		"bursts of denials that the kernel told of\n",
	};
	const struct acl *acl = arg;

	fprintf(out, "%sucsec_acl_in_step %d\n", help[0], acl->in_step);
	fprintf(out, "%sucsec_acl_trunks %zu\n", help[1],
		acl->set.object_count);
	fprintf(out, "%sucsec_acl_prefixes %zu\n", help[2],
		acl->set.prefix_count);
	fprintf(out, "%sucsec_acl_sets_total{result=\"done\"} %llu\n"
		"ucsec_acl_sets_total{result=\"refused\"} %llu\n", help[3],
		(unsigned long long)acl->commits,
		(unsigned long long)acl->refusals);
	fprintf(out, "%sucsec_acl_bursts_total %llu\n", help[4],
		(unsigned long long)acl->bursts);
}
