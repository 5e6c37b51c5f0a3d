// SPDX-License-Identifier: GPL-2.0
/*
 * A set on its way to the kernel: begin, trunks and their prefixes, commit; and the
 * parameters. Strangers are dropped only once the known ones are there, and no
 * longer dropped before these change, also where the set is then refused.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "acl/internal.h"

/* Unanswered at a time: calls' requests go by the same socket. */
enum { WINDOW = 32 };

enum { PHASE_BEGIN, PHASE_TRUNK, PHASE_PREFIXES, PHASE_COMMIT, PHASE_PARAMS,
       PHASE_END };

static void pump(struct acl *acl);

static void on_answer(void *arg, int err, const union mediad_message *m)
{
	struct acl *acl = arg;

	acl->unanswered--;
	if (err && !acl->err) {
		acl->err = err;
		snprintf(acl->why, sizeof(acl->why), "%s",
			 m && m->reply.sentence[0] ? m->reply.sentence :
			 strerror(-err));
	}
	if (!err && m && acl->phase == PHASE_END && !acl->unanswered) {
		acl->trunks = m->reply.trunks;
		acl->prefixes = m->reply.prefixes;
		acl->mark = m->reply.mark;
		acl->generation = m->reply.generation;
	}
	pump(acl);
}

static void fill_prefixes(struct acl *acl, const struct acl_object *object,
			  struct mediad_prefixes *to)
{
	size_t left = object->count - acl->prefix;

	to->id = object->trunk.id;
	to->count = left < MEDIAD_PREFIXES ? (uint32_t)left : MEDIAD_PREFIXES;
	memcpy(to->list, acl->set.prefixes + object->first + acl->prefix,
	       to->count * sizeof(*to->list));
	acl->prefix += to->count;
}

static void next_trunk(struct acl *acl)
{
	acl->prefix = 0;
	acl->phase = acl->object < acl->set.object_count ? PHASE_TRUNK :
							   PHASE_COMMIT;
}

static bool params_first(const struct acl *acl)
{
	return acl->params.unknown != MEDIAD_UNKNOWN_DROP;
}

static void next_message(struct acl *acl, union mediad_message *m)
{
	const struct acl_object *object = acl->set.objects + acl->object;

	memset(m, 0, sizeof(*m));
	switch (acl->phase) {
	case PHASE_BEGIN:
		m->head.type = MEDIAD_ACL_BEGIN;
		next_trunk(acl);
		break;
	case PHASE_TRUNK:
		m->head.type = MEDIAD_ACL_TRUNK;
		m->trunk = object->trunk;
		acl->phase = PHASE_PREFIXES;
		break;
	case PHASE_PREFIXES:
		m->head.type = MEDIAD_ACL_PREFIXES;
		fill_prefixes(acl, object, &m->prefixes);
		if (acl->prefix < object->count)
			break;
		acl->object++;
		next_trunk(acl);
		break;
	case PHASE_COMMIT:
		m->head.type = MEDIAD_ACL_COMMIT;
		acl->phase = params_first(acl) ? PHASE_END : PHASE_PARAMS;
		break;
	default:
		m->head.type = MEDIAD_ACL_PARAMS;
		m->acl_params = acl->params;
		acl->phase = params_first(acl) ? PHASE_BEGIN : PHASE_END;
	}
}

static void pump(struct acl *acl)
{
	union mediad_message m;
	int err;

	while (!acl->err && acl->phase != PHASE_END &&
	       acl->unanswered < WINDOW) {
		/* Who drops strangers does so for a set that is in force. */
		if (acl->phase == PHASE_PARAMS && acl->unanswered)
			return;
		next_message(acl, &m);
		err = call_mediad_send(acl->mediad, &m, on_answer, acl, NULL);
		if (err) {
			acl->err = err;
			snprintf(acl->why, sizeof(acl->why), "%s",
				 strerror(-err));
		} else {
			acl->unanswered++;
		}
	}
	if (acl->running && !acl->unanswered)
		acl_sent(acl);
}

void acl_send(struct acl *acl)
{
	acl->running = true;
	acl->again = false;
	acl->err = 0;
	acl->phase = params_first(acl) ? PHASE_PARAMS : PHASE_BEGIN;
	acl->object = 0;
	acl->prefix = 0;
	pump(acl);
}
