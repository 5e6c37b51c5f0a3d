// SPDX-License-Identifier: GPL-2.0
/*
 * The trunk ACL: the daemon's set of trunks and its parameters as calls of
 * libucsec. A set replaces the trunks whose cookie has the daemon's magic.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mediad/mediad.h"

static int begin(struct mediad_kernel *kernel)
{
	kernel->stage = 0;
	return ucsec_acl_begin(kernel->requests, MEDIAD_MAGIC,
			       MEDIAD_MAGIC_LEN, &kernel->stage);
}

/* Numbers of the kernel's are none of the daemon's business. */
static uint32_t bits(uint32_t from, const uint32_t *to, unsigned int count)
{
	uint32_t all = 0;

	for (unsigned int i = 0; i < count; i++)
		if (from & 1u << i)
			all |= to[i];
	return all;
}

static enum ucsec_verdict verdict_of(uint8_t verdict)
{
	return verdict == MEDIAD_REJECT ? UCSEC_VERDICT_REJECT :
	       verdict == MEDIAD_DROP ? UCSEC_VERDICT_DROP :
	       UCSEC_VERDICT_PASS;
}

static void fill_rates(const struct mediad_trunk *from, struct ucsec_trunk *to)
{
	static const enum ucsec_rate_kind kinds[MEDIAD_RATES] = {
		[MEDIAD_RATE_REQUESTS] = UCSEC_RATE_REQUESTS,
		[MEDIAD_RATE_RESPONSES] = UCSEC_RATE_RESPONSES,
		[MEDIAD_RATE_KEEPALIVES] = UCSEC_RATE_KEEPALIVES,
		[MEDIAD_RATE_SOURCE] = UCSEC_RATE_SOURCE,
	};

	to->have |= UCSEC_TR_RATES;
	for (int i = 0; i < MEDIAD_RATES; i++) {
		to->rates[kinds[i]].per_second = from->rates[i].per_second;
		to->rates[kinds[i]].burst = from->rates[i].burst;
	}
}

static int trunk_new(struct mediad_kernel *kernel,
		     const struct mediad_trunk *from)
{
	static const uint32_t transports[] = {
		UCSEC_TRANSPORT_UDP, UCSEC_TRANSPORT_TCP, UCSEC_TRANSPORT_TLS,
	};
	static const uint32_t boxes[] = {
		UCSEC_BOX_PRESENCE_SUBSCRIPTION, UCSEC_BOX_OUT_OF_DIALOG_REFER,
		UCSEC_BOX_UNSOLICITED_NOTIFICATION, UCSEC_BOX_REPLACES_HEADER,
	};
	struct ucsec_trunk to = {
		.have = UCSEC_TR_ID | UCSEC_TR_KIND | UCSEC_TR_PORTS |
			UCSEC_TR_TRANSPORTS | UCSEC_TR_UNPARSED |
			UCSEC_TR_DENIAL | UCSEC_TR_COOKIE | UCSEC_TR_STAGE,
		.id = from->id,
		.kind = from->kind == MEDIAD_LINE ? UCSEC_TRUNK_LINE :
						    UCSEC_TRUNK_TRUNK,
		.port_count = from->port_count,
		.transports = bits(from->transports, transports, 3),
		.unparsed = verdict_of(from->unparsed),
		.denial = verdict_of(from->denial),
		.cookie_len = MEDIAD_COOKIE_LEN,
		.stage = kernel->stage,
	};
	uint32_t id;

	/* A line has none; all methods are allowed where none is said. */
	if (from->kind == MEDIAD_TRUNK) {
		to.have |= UCSEC_TR_BOXES;
		to.boxes = bits(from->boxes, boxes, 4);
	}
	memcpy(to.ports, from->ports, sizeof(from->ports));
	memcpy(to.cookie, from->cookie, MEDIAD_COOKIE_LEN);
	fill_rates(from, &to);
	return ucsec_trunk_new(kernel->requests, &to, &id);
}

static int prefixes_new(struct mediad_kernel *kernel,
			const struct mediad_prefixes *from)
{
	struct ucsec_prefix to[MEDIAD_PREFIXES];

	memset(to, 0, sizeof(to));
	for (uint32_t i = 0; i < from->count; i++) {
		const struct mediad_prefix *prefix = &from->list[i];

		to[i].family = prefix->family == 6 ? AF_INET6 : AF_INET;
		to[i].len = prefix->len;
		memcpy(&to[i].addr, prefix->addr, prefix->family == 6 ?
		       sizeof(to[i].addr.addr6) : sizeof(to[i].addr.addr4));
	}
	return ucsec_prefix_new(kernel->requests, from->id, kernel->stage, to,
				from->count);
}

/* Not from a set that lacks what was refused. */
static int commit(struct mediad_kernel *kernel)
{
	uint32_t stage = kernel->stage;

	kernel->stage = 0;
	return ucsec_acl_commit(kernel->requests, stage);
}

static int set_params(struct mediad_kernel *kernel,
		      const struct mediad_acl_params *from)
{
	static const enum ucsec_unknown unknown[] = {
		[MEDIAD_UNKNOWN_PASS] = UCSEC_UNKNOWN_PASS,
		[MEDIAD_UNKNOWN_COUNT] = UCSEC_UNKNOWN_COUNT,
		[MEDIAD_UNKNOWN_DROP] = UCSEC_UNKNOWN_DROP,
	};
	struct ucsec_acl to = {
		.have = UCSEC_ACL_UNKNOWN | UCSEC_ACL_PORTS |
			UCSEC_ACL_REJECT_RATE | UCSEC_ACL_REJECT_BURST,
		.unknown = unknown[from->unknown],
		.port_count = from->port_count,
		.reject_rate = from->reject_rate,
		.reject_burst = from->reject_burst,
	};

	memcpy(to.ports, from->ports, sizeof(from->ports));
	return ucsec_acl_set(kernel->requests, &to);
}

static int tell_state(struct mediad_kernel *kernel, struct mediad_reply *reply)
{
	struct ucsec_acl acl;
	int err = ucsec_acl_get(kernel->requests, &acl);

	if (err)
		return err;
	reply->trunks = acl.trunks;
	reply->prefixes = acl.prefixes;
	reply->mark = acl.mark;
	reply->generation = acl.generation;
	return 0;
}

/*
 * With the state that it leaves. Of the generations it is told which one it made:
 * one that somebody else made at the same time is a later one.
 */
static int change(struct mediad_kernel *kernel,
		  const union mediad_message *request,
		  struct mediad_reply *reply)
{
	uint32_t before;
	int err = tell_state(kernel, reply);

	before = reply->generation;
	if (!err)
		err = request->head.type == MEDIAD_ACL_COMMIT ?
			commit(kernel) :
			set_params(kernel, &request->acl_params);
	if (!err)
		err = tell_state(kernel, reply);
	reply->generation = before + 1;
	return err;
}

static int handle(struct mediad_kernel *kernel,
		  const union mediad_message *request,
		  struct mediad_reply *reply)
{
	switch (request->head.type) {
	case MEDIAD_ACL_BEGIN:
		return begin(kernel);
	case MEDIAD_ACL_TRUNK:
		return trunk_new(kernel, &request->trunk);
	case MEDIAD_ACL_PREFIXES:
		return prefixes_new(kernel, &request->prefixes);
	case MEDIAD_ACL_COMMIT:
	case MEDIAD_ACL_PARAMS:
		return change(kernel, request, reply);
	default:
		return tell_state(kernel, reply);
	}
}

void mediad_acl_handle(struct mediad_kernel *kernel,
		       const union mediad_message *request,
		       struct mediad_reply *reply)
{
	unsigned int type = request->head.type;
	bool of_set = type == MEDIAD_ACL_TRUNK || type == MEDIAD_ACL_PREFIXES;
	int err;

	if ((of_set || type == MEDIAD_ACL_COMMIT) && !kernel->stage) {
		reply->error = -ECANCELED;
		strcpy(reply->sentence, "a set of trunks that was not begun, "
		       "or that lacks what was refused");
		return;
	}
	err = handle(kernel, request, reply);
	if (err && of_set)
		kernel->stage = 0;
	reply->error = err;
	if (err)
		mediad_kernel_explain(kernel, err, reply);
}

void mediad_acl_forget(struct mediad_kernel *kernel)
{
	kernel->stage = 0;
}
