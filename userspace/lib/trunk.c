// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Trunks and their prefixes: made, changed, removed and reported.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Bytes of all attributes of a trunk but its prefixes, with room to spare. */
#define TRUNK_ROOM	1024

/*
 * Prefixes in one message of a staged set: what any socket may send. Nothing
 * of the set is in force before it is whole, so it need not come at once.
 */
#define PREFIX_CHUNK	1024

/* Of one call: more than a namespace may have of them, and no overflow. */
#define TRUNK_PREFIX_MAX (1u << 22)

/* A trunk in the making: its prefixes come in several messages. */
struct dump {
	ucsec_trunk_fn fn;
	void *arg;
	struct ucsec_trunk trunk;
	struct ucsec_prefix *prefixes;
	size_t room;
	bool pending;
	size_t delivered;
};

struct answer {
	uint32_t id;
	bool seen;
};

static int send_trunk(struct ucsec *handle, uint8_t cmd,
		      const struct ucsec_trunk *trunk, size_t prefix_count,
		      ucsec_reply_fn fn, void *arg)
{
	struct nl_msg *msg;
	int err;

	if (prefix_count > TRUNK_PREFIX_MAX)
		return ucsec_error_set(handle, -EMSGSIZE, NULL);
	msg = ucsec_msg_new_of(handle, cmd, 0, TRUNK_ROOM +
			       prefix_count * UCSEC_PREFIX_ROOM);
	if (!msg)
		return ucsec_error_set(handle, -ENOMEM, NULL);
	err = ucsec_encode_trunk(msg, trunk);
	if (!err)
		err = ucsec_encode_prefixes(msg, trunk->prefixes, prefix_count);
	if (err) {
		ucsec_msg_free(msg);
		return ucsec_error_set(handle, err, NULL);
	}
	return ucsec_request(handle, msg, fn, arg);
}

static int take_id(const struct nlmsghdr *nlh, void *arg)
{
	struct answer *answer = arg;
	struct ucsec_trunk trunk;
	int err = ucsec_decode_trunk(nlh, &trunk);

	if (!err && trunk.have & UCSEC_TR_ID) {
		answer->id = trunk.id;
		answer->seen = true;
	}
	return err;
}

int ucsec_trunk_new(struct ucsec *handle, const struct ucsec_trunk *trunk,
		    uint32_t *id)
{
	size_t first = trunk->prefix_count;
	struct answer answer = { 0 };
	int err;

	if (trunk->have & UCSEC_TR_STAGE && first > PREFIX_CHUNK)
		first = PREFIX_CHUNK;
	err = send_trunk(handle, UCSEC_CMD_TRUNK_NEW, trunk, first, take_id,
			 &answer);
	if (!err && !answer.seen)
		err = ucsec_error_set(handle, -EPROTO, NULL);
	if (err)
		return err;
	*id = answer.id;
	if (first == trunk->prefix_count)
		return 0;
	return ucsec_prefix_new(handle, answer.id, trunk->stage,
				trunk->prefixes + first,
				trunk->prefix_count - first);
}

/* A list that is to become empty would look like one that stays. */
int ucsec_trunk_set(struct ucsec *handle, const struct ucsec_trunk *trunk)
{
	if (trunk->have & UCSEC_TR_PORTS && !trunk->port_count)
		return ucsec_error_set(handle, -EINVAL, NULL);
	return send_trunk(handle, UCSEC_CMD_TRUNK_SET, trunk,
			  trunk->prefix_count, NULL, NULL);
}

int ucsec_trunk_del(struct ucsec *handle, uint32_t id)
{
	struct ucsec_trunk trunk = { .have = UCSEC_TR_ID, .id = id };

	return send_trunk(handle, UCSEC_CMD_TRUNK_DEL, &trunk, 0, NULL, NULL);
}

int ucsec_trunk_flush(struct ucsec *handle, const void *cookie, size_t len)
{
	struct ucsec_trunk trunk = { 0 };

	if (len > UCSEC_MAX_COOKIE_LEN)
		return ucsec_error_set(handle, -EINVAL, NULL);
	if (len) {
		trunk.have = UCSEC_TR_COOKIE;
		trunk.cookie_len = len;
		memcpy(trunk.cookie, cookie, len);
	}
	return send_trunk(handle, UCSEC_CMD_TRUNK_FLUSH, &trunk, 0, NULL, NULL);
}

int ucsec_prefix_new(struct ucsec *handle, uint32_t id, uint32_t stage,
		     const struct ucsec_prefix *prefixes, size_t count)
{
	struct ucsec_trunk trunk = {
		.have = UCSEC_TR_ID | (stage ? UCSEC_TR_STAGE : 0),
		.id = id, .stage = stage,
	};
	size_t chunk = stage ? PREFIX_CHUNK : count;
	int err;

	do {
		if (chunk > count)
			chunk = count;
		trunk.prefixes = prefixes;
		err = send_trunk(handle, UCSEC_CMD_PREFIX_NEW, &trunk, chunk,
				 NULL, NULL);
		prefixes += chunk;
		count -= chunk;
	} while (!err && count);
	return err;
}

int ucsec_prefix_del(struct ucsec *handle, uint32_t id,
		     const struct ucsec_prefix *prefixes, size_t count)
{
	struct ucsec_trunk trunk = {
		.have = UCSEC_TR_ID, .id = id, .prefixes = prefixes,
	};

	return send_trunk(handle, UCSEC_CMD_PREFIX_DEL, &trunk, count, NULL,
			  NULL);
}

static int add_prefixes(struct dump *dump, const struct nlmsghdr *nlh)
{
	ssize_t count = ucsec_decode_prefixes(nlh, NULL);
	size_t room = dump->room;
	size_t need = dump->trunk.prefix_count + count;
	struct ucsec_prefix *more;

	if (need > room) {
		room = need + need / 2;
		more = realloc(dump->prefixes, room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		dump->prefixes = more;
		dump->room = room;
	}
	if (!count)
		return 0;
	count = ucsec_decode_prefixes(nlh, dump->prefixes +
				      dump->trunk.prefix_count);
	if (count < 0)
		return count;
	dump->trunk.prefix_count = need;
	dump->trunk.prefixes = dump->prefixes;
	return 0;
}

static int deliver(struct dump *dump)
{
	if (!dump->pending)
		return 0;
	dump->pending = false;
	dump->delivered++;
	return dump->fn(&dump->trunk, dump->arg);
}

/* A message without a kind goes on with the prefixes of the one before it. */
static int take_trunk(const struct nlmsghdr *nlh, void *arg)
{
	struct dump *dump = arg;
	struct ucsec_trunk trunk;
	int err;

	err = ucsec_decode_trunk(nlh, &trunk);
	if (err || !(trunk.have & UCSEC_TR_ID))
		return -EPROTO;
	if (trunk.have & UCSEC_TR_KIND) {
		err = deliver(dump);
		if (err)
			return err;
		dump->trunk = trunk;
		dump->pending = true;
	} else if (!dump->pending || trunk.id != dump->trunk.id) {
		return -EPROTO;
	}
	return add_prefixes(dump, nlh);
}

int ucsec_trunk_dump(struct ucsec *handle, uint32_t id, ucsec_trunk_fn fn,
		     void *arg)
{
	struct dump dump = { .fn = fn, .arg = arg };
	struct ucsec_error error;
	int err, last = 0;

	err = ucsec_dump_trunks(handle, id, take_trunk, &dump);
	if (!err || err == -EINTR) {
		error = handle->error;
		last = deliver(&dump);
		handle->error = error;	/* the callback may use the handle */
	}
	free(dump.prefixes);
	if (last)
		return last < 0 ? ucsec_error_set(handle, last, NULL) : last;
	if (!err && id && !dump.delivered)
		return ucsec_error_set(handle, -ENOENT, "no such trunk");
	return err;
}
