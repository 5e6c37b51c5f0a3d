// SPDX-License-Identifier: GPL-2.0
/*
 * A trunk ACL in memory in place of the module's, with its rules for sets: no
 * empty trunk, no id and no place of a prefix twice, all or nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fake-ucsec.h"
#include "mediad/mediad.h"

enum { TRUNKS = 64 };

struct table {
	struct fake_trunk list[TRUNKS];
	unsigned int count;
};

static struct table force, staged;
static uint8_t begun[UCSEC_MAX_COOKIE_LEN];
static size_t begun_len;
static uint32_t stage;
static struct ucsec_acl acl = {
	.unknown = UCSEC_UNKNOWN_COUNT, .mark = UCSEC_ACL_MARK,
};
static unsigned int refusals;
static int refusal;
static unsigned int unloaded;

bool fake_trunks_loaded(void)
{
	return !unloaded || !--unloaded;
}

static int refused(void)
{
	if (unloaded)
		return -ENOENT;
	if (!refusals)
		return 0;
	refusals--;
	return refusal;
}

static struct fake_trunk *find(struct table *table, uint32_t id)
{
	for (unsigned int i = 0; i < table->count; i++)
		if (table->list[i].trunk.id == id)
			return &table->list[i];
	return NULL;
}

int ucsec_acl_begin(struct ucsec *handle, const void *cookie, size_t len,
		    uint32_t *token)
{
	int err = refused();

	(void)handle;
	if (err)
		return err;
	memcpy(begun, cookie, len);
	begun_len = len;
	staged.count = 0;
	*token = ++stage;
	return 0;
}

int ucsec_trunk_new(struct ucsec *handle, const struct ucsec_trunk *trunk,
		    uint32_t *id)
{
	int err = refused();

	(void)handle;
	if (err)
		return err;
	if (!(trunk->have & UCSEC_TR_STAGE) || trunk->stage != stage)
		return -ESTALE;
	if (find(&staged, trunk->id))
		return -EEXIST;
	if (staged.count == TRUNKS)
		return -ENOSPC;
	staged.list[staged.count++] = (struct fake_trunk){ .trunk = *trunk };
	*id = trunk->id;
	return 0;
}

int ucsec_prefix_new(struct ucsec *handle, uint32_t id, uint32_t token,
		     const struct ucsec_prefix *prefixes, size_t count)
{
	struct fake_trunk *trunk = find(&staged, id);
	int err = refused();

	(void)handle;
	if (err)
		return err;
	if (token != stage)
		return -ESTALE;
	if (!trunk)
		return -ENOENT;
	if (trunk->count + count > FAKE_PREFIXES)
		return -ENOSPC;
	memcpy(trunk->prefixes + trunk->count, prefixes,
	       count * sizeof(*prefixes));
	trunk->count += (uint32_t)count;
	return 0;
}

static bool same_place(const struct fake_trunk *a, const struct fake_trunk *b)
{
	if (a->trunk.ports[0] != b->trunk.ports[0] ||
	    !(a->trunk.transports & b->trunk.transports))
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		for (uint32_t j = 0; j < b->count; j++)
			if (!memcmp(&a->prefixes[i], &b->prefixes[j],
				    sizeof(*a->prefixes)))
				return true;
	return false;
}

static int check(const struct table *table)
{
	for (unsigned int i = 0; i < table->count; i++) {
		if (!table->list[i].count)
			return -EINVAL;
		for (unsigned int j = 0; j < i; j++)
			if (table->list[i].trunk.id == table->list[j].trunk.id ||
			    same_place(&table->list[i], &table->list[j]))
				return -EEXIST;
	}
	return 0;
}

int ucsec_acl_commit(struct ucsec *handle, uint32_t token)
{
	static struct table next;
	int err = refused();

	(void)handle;
	if (err)
		return err;
	if (token != stage)
		return -ESTALE;
	next = staged;
	for (unsigned int i = 0; i < force.count; i++)
		if (memcmp(force.list[i].trunk.cookie, begun, begun_len) &&
		    next.count < TRUNKS)
			next.list[next.count++] = force.list[i];
	err = check(&next);
	if (!err) {
		force = next;
		acl.generation++;
	}
	return err;
}

int ucsec_acl_get(struct ucsec *handle, struct ucsec_acl *to)
{
	(void)handle;
	if (unloaded)
		return -ENOENT;
	acl.trunks = force.count;
	acl.prefixes = 0;
	for (unsigned int i = 0; i < force.count; i++)
		acl.prefixes += force.list[i].count;
	*to = acl;
	return 0;
}

int ucsec_acl_set(struct ucsec *handle, const struct ucsec_acl *from)
{
	(void)handle;
	if (unloaded)
		return -ENOENT;
	acl.unknown = from->unknown;
	memcpy(acl.ports, from->ports, sizeof(acl.ports));
	acl.port_count = from->port_count;
	acl.reject_rate = from->reject_rate;
	acl.reject_burst = from->reject_burst;
	acl.generation++;
	return 0;
}

static void add(uint8_t last)
{
	struct fake_trunk *trunk = &force.list[force.count++];

	memset(trunk, 0, sizeof(*trunk));
	trunk->trunk.id = 1000u + last;
	memcpy(trunk->trunk.cookie, "other", 5);
	trunk->trunk.cookie_len = 5;
	trunk->trunk.ports[0] = 5060;
	trunk->trunk.port_count = 1;
	trunk->trunk.transports = UCSEC_TRANSPORT_UDP;
	trunk->prefixes[0].family = AF_INET;
	trunk->prefixes[0].addr.addr4.s_addr = htonl(0x0a000000u | last);
	trunk->prefixes[0].len = 32;
	trunk->count = 1;
}

static void tell(const struct fake_message *m, ucsec_event_fn fn, void *arg)
{
	struct fake_trunk *trunk = find(&force, m->stream);
	struct ucsec_notice notice = {
		.event = (enum ucsec_event)m->event, .count = 4711,
	};

	if (trunk) {
		notice.have = UCSEC_HAVE_TRUNK | UCSEC_HAVE_COOKIE;
		notice.trunk = m->stream;
		notice.cookie_len = trunk->trunk.cookie_len;
		memcpy(notice.cookie, trunk->trunk.cookie,
		       sizeof(notice.cookie));
	}
	fn(&notice, arg);
}

int fake_trunks_obey(int control, struct fake_message *m, ucsec_event_fn fn,
		     void *arg)
{
	static const struct fake_trunk none;

	switch (m->order) {
	case FAKE_TRUNK_SHOW:
		return send(control, m->stream < force.count ?
			    &force.list[m->stream] : &none, sizeof(none), 0) <
			0;
	case FAKE_ACL_SHOW:
		return send(control, &acl, sizeof(acl), 0) < 0;
	case FAKE_TRUNK_ADD:
		add((uint8_t)m->stream);
		acl.generation++;
		break;
	case FAKE_TRUNK_SET:
		find(&force, m->stream)->trunk.boxes = (uint32_t)m->event;
		acl.generation++;
		break;
	case FAKE_ACL_SET:
		acl.unknown = (enum ucsec_unknown)m->event;
		acl.generation++;
		break;
	case FAKE_TRUNK_FLUSH:
		force.count = 0;
		acl.generation++;
		break;
	case FAKE_TRUNK_EVENT:
		tell(m, fn, arg);
		break;
	case FAKE_ACL_REFUSE:
		refusals = m->stream;
		refusal = m->event;
		break;
	case FAKE_UNLOAD:
		unloaded = m->stream;
		force.count = 0;
		acl = (struct ucsec_acl){ .mark = UCSEC_ACL_MARK };
		break;
	default:
		return -1;
	}
	m->count = force.count;
	return send(control, m, sizeof(*m), 0) < 0;
}

struct fake_trunk fake_trunk_show(int fd, uint32_t which)
{
	struct fake_message order = { .order = FAKE_TRUNK_SHOW,
				      .stream = which };
	struct fake_trunk trunk;

	if (send(fd, &order, sizeof(order), 0) != sizeof(order) ||
	    recv(fd, &trunk, sizeof(trunk), 0) != sizeof(trunk))
		abort();
	return trunk;
}

struct ucsec_acl fake_acl_show(int fd)
{
	struct fake_message order = { .order = FAKE_ACL_SHOW };
	struct ucsec_acl state;

	if (send(fd, &order, sizeof(order), 0) != sizeof(order) ||
	    recv(fd, &state, sizeof(state), 0) != sizeof(state))
		abort();
	return state;
}
