// SPDX-License-Identifier: GPL-2.0
/*
 * Trunks as objects of the kernel's ACL.
 *
 * A trunk is one object: the addresses of its destinations, the incoming port of
 * its profile, those of the profile's incoming transports that we listen for
 * there, the profile's four boxes, every method. The database gives a request to
 * the first trunk by id that has its address, port and transport, so the first
 * trunk has the address here too, and the boxes are those that authz/ will look
 * at. Trunks over TLS are told apart by their certificates, which the kernel does
 * not see, nor any request of theirs: the first one stands for all.
 *
 * Over UDP we send by whichever socket there is, and answers come back to it:
 * for each further UDP port an object of its own lets them in, where no trunk has
 * the address there itself. Requests there are none of the trunk's for us, but a
 * phone's, say, behind the same address: it has every box, and authz/ decides.
 *
 * Lines are one object for each port and transport: an address that is a trunk's
 * at one port may be a phone's at another.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acl/compile.h"
#include "store/prefix.h"

enum {
	ID_BASE = 0x40000000,	/* beyond those that are given by hand */
	PART_BITS = 6,
	ID_BITS = 24,		/* of a trunk in the database */
	COOKIE_ID = MEDIAD_MAGIC_LEN, COOKIE_PART = COOKIE_ID + 8,
};

struct compiler {
	const struct acl_input *input;
	struct acl_set *set;
	struct acl_claims *claims;
};

int64_t acl_cookie_trunk(const uint8_t *cookie)
{
	uint64_t id = 0;

	for (int i = 0; i < 8; i++)
		id = id << 8 | cookie[COOKIE_ID + i];
	return (int64_t)id;
}

static void set_cookie(uint8_t *cookie, int64_t trunk, unsigned int part)
{
	memcpy(cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	for (int i = 0; i < 8; i++)
		cookie[COOKIE_ID + i] = (uint8_t)((uint64_t)trunk >>
						  (56 - 8 * i));
	cookie[COOKIE_PART] = (uint8_t)part;
}

static bool has_id(const struct acl_set *set, uint32_t id)
{
	for (size_t i = 0; i < set->object_count; i++)
		if (set->objects[i].trunk.id == id)
			return true;
	return false;
}

/*
 * The same as long as the trunk lives, so that counters and buckets go on. Ids of
 * the database are never used twice: behind so many, one may fall on another's.
 */
static uint32_t id_of(const struct acl_set *set, int64_t trunk,
		      unsigned int part)
{
	uint64_t number = (uint64_t)trunk;
	uint32_t id;

	do {
		id = ID_BASE + (uint32_t)((number++ % (1u << ID_BITS)) <<
					  PART_BITS) + part;
	} while ((uint64_t)trunk >> ID_BITS && has_id(set, id));
	return id;
}

static int grow(void **list, size_t *room, size_t count, size_t size)
{
	size_t more = *room ? 2 * *room : 16;
	void *grown;

	if (count < *room)
		return 0;
	grown = reallocarray(*list, more, size);
	if (!grown)
		return -ENOMEM;
	*list = grown;
	*room = more;
	return 0;
}

static struct acl_object *object_new(struct compiler *c, int64_t trunk,
				     unsigned int part, uint16_t port,
				     unsigned int transports)
{
	const struct acl_policy *policy = &c->input->policy;
	struct acl_set *set = c->set;
	struct acl_object *object;

	if (grow((void **)&set->objects, &set->object_room, set->object_count,
		 sizeof(*set->objects)))
		return NULL;
	object = &set->objects[set->object_count];
	memset(object, 0, sizeof(*object));
	object->first = set->prefix_count;
	object->trunk.id = id_of(set, trunk, part);
	set_cookie(object->trunk.cookie, trunk, part);
	object->trunk.kind = trunk ? MEDIAD_TRUNK : MEDIAD_LINE;
	object->trunk.transports = (transports & STORE_UDP ? MEDIAD_UDP : 0) |
				   (transports & STORE_TCP ? MEDIAD_TCP : 0) |
				   (transports & STORE_TLS ? MEDIAD_TLS : 0);
	object->trunk.denial = policy->denial;
	object->trunk.unparsed = policy->unparsed;
	object->trunk.port_count = 1;
	object->trunk.ports[0] = port;
	object->trunk.rates[MEDIAD_RATE_SOURCE] = policy->source;
	set->object_count++;
	return object;
}

static struct mediad_rate times(struct mediad_rate rate, unsigned int factor)
{
	rate.per_second *= factor;
	rate.burst *= factor;
	if (rate.per_second > MEDIAD_RATE_MOST)
		rate.per_second = MEDIAD_RATE_MOST;
	if (rate.burst > MEDIAD_RATE_MOST)
		rate.burst = MEDIAD_RATE_MOST;
	return rate;
}

static uint8_t boxes_of(const struct store_boxes *accept)
{
	return (accept->presence_subscription ?
		MEDIAD_PRESENCE_SUBSCRIPTION : 0) |
	       (accept->ood_refer ? MEDIAD_OUT_OF_DIALOG_REFER : 0) |
	       (accept->unsolicited_notification ?
		MEDIAD_UNSOLICITED_NOTIFICATION : 0) |
	       (accept->replaces ? MEDIAD_REPLACES_HEADER : 0);
}

static void fill_rates(const struct acl_policy *policy,
		       struct mediad_trunk *trunk)
{
	trunk->rates[MEDIAD_RATE_REQUESTS] = policy->trunk;
	trunk->rates[MEDIAD_RATE_KEEPALIVES] = policy->trunk;
	/* A request of ours may have some provisional ones. */
	trunk->rates[MEDIAD_RATE_RESPONSES] = times(policy->trunk, 4);
}

static int add_prefix(struct compiler *c, const struct mediad_prefix *prefix)
{
	struct acl_set *set = c->set;

	if (grow((void **)&set->prefixes, &set->prefix_room, set->prefix_count,
		 sizeof(*set->prefixes)))
		return -ENOMEM;
	set->prefixes[set->prefix_count++] = *prefix;
	return 0;
}

/* For all of the transports or none: trunks of a port share all or none. */
static int claim(struct compiler *c, const struct mediad_prefix *prefix,
		 uint16_t port, unsigned int transports)
{
	static const enum store_transport all[] = {
		STORE_UDP, STORE_TCP, STORE_TLS,
	};
	int got = 1;

	for (int i = 0; i < 3; i++) {
		struct acl_place place = { port, all[i] };

		if (transports & all[i] &&
		    acl_is_claimed(c->claims, prefix, &place))
			return 0;
	}
	for (int i = 0; i < 3 && got == 1; i++) {
		struct acl_place place = { port, all[i] };

		if (transports & all[i])
			got = acl_claim(c->claims, prefix, &place);
	}
	return got < 0 ? got : add_prefix(c, prefix);
}

/* What the kernel refuses in a prefix, and none can come from. */
static bool is_source(const struct acl_address *address)
{
	static const uint8_t none[16], mapped[12] = { [10] = 0xff,
						      [11] = 0xff };

	if (!memcmp(address->addr, none, address->family == 4 ? 4 : 16))
		return false;
	return address->family == 4 || memcmp(address->addr, mapped, 12);
}

static int claim_addresses(struct compiler *c, const struct store_trunk *trunk,
			   uint16_t port, unsigned int transports)
{
	struct acl_address list[ACL_ADDRESSES];
	int err = 0;

	for (size_t i = 0; i < trunk->destination_count; i++) {
		size_t n = c->input->addresses(c->input->ctx,
					       trunk->destinations[i].host,
					       list, ACL_ADDRESSES);

		for (size_t j = 0; j < n && !err; j++) {
			struct mediad_prefix prefix = {
				.family = list[j].family,
				.len = list[j].family == 4 ? 32 : 128,
			};

			memcpy(prefix.addr, list[j].addr,
			       list[j].family == 4 ? 4 : 16);
			if (is_source(&list[j]))
				err = claim(c, &prefix, port, transports);
		}
	}
	return err;
}

static int compare_prefixes(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct mediad_prefix));
}

/*
 * The kernel knows no set without a prefix. In order: name servers turn the
 * addresses of a name round, and the same ones are the same set.
 */
static void object_end(struct compiler *c, size_t before)
{
	struct acl_set *set = c->set;
	struct acl_object *object = &set->objects[before];

	if (set->object_count == before)
		return;
	object->count = set->prefix_count - object->first;
	if (object->count)
		qsort(set->prefixes + object->first, object->count,
		      sizeof(*set->prefixes), compare_prefixes);
	else
		set->object_count = before;
}

/* Part 0 is its own port, the others let answers in. */
static int add_trunk(struct compiler *c, const struct store_trunk *trunk,
		     unsigned int part, uint16_t port, unsigned int transports)
{
	size_t before = c->set->object_count;
	struct acl_object *object = object_new(c, trunk->id, part, port,
					       transports);
	int err;

	if (!object)
		return -ENOMEM;
	fill_rates(&c->input->policy, &object->trunk);
	object->trunk.boxes = part ? MEDIAD_ALL_BOXES :
				     boxes_of(&trunk->profile.accept);
	err = claim_addresses(c, trunk, port, transports);
	object_end(c, before);
	return err;
}

static int add_own(void *arg, const struct store_trunk *trunk)
{
	uint16_t port = trunk->profile.incoming_port;
	struct compiler *c = arg;
	unsigned int transports = 0;

	for (size_t i = 0; i < c->input->place_count; i++)
		if (c->input->places[i].port == port)
			transports |= c->input->places[i].transport;
	transports &= trunk->profile.incoming;
	return transports ? add_trunk(c, trunk, 0, port, transports) : 0;
}

static int add_answers(void *arg, const struct store_trunk *trunk)
{
	struct compiler *c = arg;
	int err = 0;

	for (size_t i = 0; i < c->input->place_count && !err; i++) {
		const struct acl_place *place = &c->input->places[i];

		if (place->transport == STORE_UDP &&
		    trunk->profile.outgoing == STORE_UDP &&
		    place->port != trunk->profile.incoming_port)
			err = add_trunk(c, trunk, (unsigned int)i + 1,
					place->port, STORE_UDP);
	}
	return err;
}

static int add_lines(struct compiler *c)
{
	int err = 0;

	for (size_t i = 0; i < c->input->place_count && !err; i++) {
		const struct acl_place *place = &c->input->places[i];
		const char *list = c->input->policy.line_prefixes, *why;
		size_t before = c->set->object_count;
		struct store_prefix prefix;

		if (!object_new(c, 0, (unsigned int)i + 1, place->port,
				place->transport))
			return -ENOMEM;
		while (!err && store_prefix_next(&list, &prefix, &why) == 1) {
			struct mediad_prefix p = { .family = prefix.family,
						   .len = prefix.len };

			memcpy(p.addr, prefix.addr, sizeof(p.addr));
			err = claim(c, &p, place->port, place->transport);
		}
		object_end(c, before);
	}
	return err;
}

static int compare_places(const void *left, const void *right)
{
	const struct acl_place *a = left, *b = right;

	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return (int)a->transport - (int)b->transport;
}

/* Sorted, each once: a place's index is part of ids, and listeners' order is not. */
void acl_sort_places(struct acl_input *input)
{
	size_t n = 0;

	qsort(input->places, input->place_count, sizeof(*input->places),
	      compare_places);
	for (size_t i = 0; i < input->place_count; i++)
		if (!n || compare_places(&input->places[n - 1],
					 &input->places[i]))
			input->places[n++] = input->places[i];
	input->place_count = n;
}

int acl_compile(const struct acl_input *given, struct acl_set *set)
{
	struct acl_input input = *given;
	struct compiler c = { .input = &input, .set = set };
	int err;

	memset(set, 0, sizeof(*set));
	if (!input.policy.on)
		return 0;
	acl_sort_places(&input);
	c.claims = acl_claims_new();
	if (!c.claims)
		return -ENOMEM;
	err = input.each(input.ctx, add_own, &c);
	if (!err)
		err = input.each(input.ctx, add_answers, &c);
	if (!err)
		err = add_lines(&c);
	acl_claims_free(c.claims);
	return err;
}

void acl_set_clear(struct acl_set *set)
{
	free(set->objects);
	free(set->prefixes);
	memset(set, 0, sizeof(*set));
}

bool acl_set_equal(const struct acl_set *a, const struct acl_set *b)
{
	return a->object_count == b->object_count &&
	       a->prefix_count == b->prefix_count &&
	       (!a->object_count ||
		!memcmp(a->objects, b->objects,
			a->object_count * sizeof(*a->objects))) &&
	       (!a->prefix_count ||
		!memcmp(a->prefixes, b->prefixes,
			a->prefix_count * sizeof(*a->prefixes)));
}
