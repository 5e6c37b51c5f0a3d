// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A request and its answer: acknowledged, single or a dump.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <netlink/genl/genl.h>

#include "internal.h"

/*
 * Twice the largest request there is, but for those of the trunk ACL, which
 * say what they need. Messages never grow: growing would leave a copy of keys
 * behind in freed memory.
 */
#define REQUEST_SIZE	8192

#define DUMP_ATTEMPTS	8

/* What one exchange is about. */
struct exchange {
	struct ucsec *handle;
	const struct nlmsghdr *request;
	ucsec_reply_fn fn;
	void *arg;
	int fn_err;
	bool done;
	bool interrupted;
};

/* Messages of a dump, one after the other, until it is known to be whole. */
struct snapshot {
	char *buf;
	size_t len, size;
};

/* With room for size bytes of attributes. */
struct nl_msg *ucsec_msg_new_of(struct ucsec *handle, uint8_t cmd, int flags,
				size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(size + NLMSG_HDRLEN +
					      GENL_HDRLEN);

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ,
			 ucsec_link_family(handle->link), 0,
			 NLM_F_REQUEST | flags, cmd, UCSEC_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

struct nl_msg *ucsec_msg_new(struct ucsec *handle, uint8_t cmd, int flags)
{
	return ucsec_msg_new_of(handle, cmd, flags, REQUEST_SIZE);
}

void ucsec_msg_free(struct nl_msg *msg)
{
	explicit_bzero(nlmsg_hdr(msg), nlmsg_get_max_size(msg));
	nlmsg_free(msg);
}

/* Returns the errno of the exchange once x->done, else 0. */
static int take_message(struct exchange *x, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq != x->request->nlmsg_seq)
		return 0;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		x->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		x->done = true;
		return ucsec_error_take(x->handle, nlh, x->request);
	case NLMSG_OVERRUN:
		x->done = true;
		return ucsec_error_set(x->handle, -ENOBUFS, NULL);
	}
	if (nlh->nlmsg_type != ucsec_link_family(x->handle->link) ||
	    nlmsg_datalen(nlh) < (int)GENL_HDRLEN)
		return 0;
	/* The answer is read to its end even if the reader has had enough. */
	if (x->fn && !x->fn_err)
		x->fn_err = x->fn(nlh, x->arg);
	return 0;
}

static int take_answer(struct exchange *x)
{
	const struct nlmsghdr *nlh;
	void *datagram;
	ssize_t len;
	int err, rem;

	do {
		len = ucsec_link_recv(x->handle->link, &datagram);
		if (len < 0)
			return ucsec_error_set(x->handle, len, NULL);
		rem = len;
		err = 0;
		for (nlh = datagram; !x->done && nlmsg_ok(nlh, rem);
		     nlh = nlmsg_next((struct nlmsghdr *)nlh, &rem))
			err = take_message(x, nlh);
		free(datagram);
	} while (!x->done);
	if (!err && x->fn_err)
		return ucsec_error_set(x->handle, x->fn_err, NULL);
	return err;
}

static int exchange(struct exchange *x, struct nl_msg *msg)
{
	int err;

	ucsec_error_set(x->handle, 0, NULL);
	x->request = nlmsg_hdr(msg);
	err = ucsec_link_send(x->handle->link, msg);
	if (err)
		ucsec_error_set(x->handle, err, NULL);
	else
		err = take_answer(x);
	ucsec_msg_free(msg);
	return err;
}

int ucsec_request(struct ucsec *handle, struct nl_msg *msg, ucsec_reply_fn fn,
		  void *arg)
{
	struct exchange x = { .handle = handle, .fn = fn, .arg = arg };

	return exchange(&x, msg);
}

static int keep(const struct nlmsghdr *nlh, void *arg)
{
	size_t need = NLMSG_ALIGN(nlh->nlmsg_len);
	struct snapshot *snap = arg;
	size_t size = snap->size;
	char *buf;

	if (snap->len + need > size) {
		size = (size ? 2 * size : 65536) + need;
		buf = realloc(snap->buf, size);
		if (!buf)
			return -ENOMEM;
		snap->buf = buf;
		snap->size = size;
	}
	memset(snap->buf + snap->len, 0, need);
	memcpy(snap->buf + snap->len, nlh, nlh->nlmsg_len);
	snap->len += need;
	return 0;
}

static int replay(const struct snapshot *snap, ucsec_reply_fn fn, void *arg)
{
	const struct nlmsghdr *nlh;
	int err;

	for (size_t pos = 0; pos < snap->len;
	     pos += NLMSG_ALIGN(nlh->nlmsg_len)) {
		nlh = (const void *)(snap->buf + pos);
		err = fn(nlh, arg);
		if (err)
			return err;
	}
	return 0;
}

static struct nl_msg *dump_msg(struct ucsec *handle, uint8_t cmd, uint32_t id)
{
	struct nl_msg *msg = ucsec_msg_new(handle, cmd, NLM_F_DUMP);

	if (msg && id && ucsec_put_u32(msg, UCSEC_A_TRUNK_ID, id)) {
		ucsec_msg_free(msg);
		return NULL;
	}
	return msg;
}

static int dump(struct ucsec *handle, uint8_t cmd, uint32_t id,
		ucsec_reply_fn fn, void *arg)
{
	struct snapshot snap = { 0 };
	struct exchange x;
	struct nl_msg *msg;
	int attempt = 0;
	int err;

	do {
		snap.len = 0;
		x = (struct exchange){
			.handle = handle, .fn = keep, .arg = &snap,
		};
		msg = dump_msg(handle, cmd, id);
		err = msg ? exchange(&x, msg) :
			ucsec_error_set(handle, -ENOMEM, NULL);
	} while (!err && x.interrupted && ++attempt < DUMP_ATTEMPTS);
	if (!err)
		err = replay(&snap, fn, arg);
	free(snap.buf);
	if (err < 0 && handle->error.code != err)
		ucsec_error_set(handle, err, NULL);
	if (err)
		return err;
	if (x.interrupted)
		return ucsec_error_set(handle, -EINTR,
				       cmd == UCSEC_CMD_TRUNK_GET ?
				       "trunks changed too fast for a "
				       "complete list" :
				       "streams came and went too fast for a "
				       "complete list");
	return 0;
}

int ucsec_dump(struct ucsec *handle, uint8_t cmd, ucsec_reply_fn fn, void *arg)
{
	return dump(handle, cmd, 0, fn, arg);
}

/* Of one trunk, or of all if id is 0. */
int ucsec_dump_trunks(struct ucsec *handle, uint32_t id, ucsec_reply_fn fn,
		      void *arg)
{
	return dump(handle, UCSEC_CMD_TRUNK_GET, id, fn, arg);
}
