// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Streams: made, changed, removed and reported.
 */
#include <errno.h>
#include <string.h>
#include <netlink/attr.h>

#include "internal.h"

struct dump {
	ucsec_stream_fn fn;
	void *arg;
};

/* Says 0 for no answer at all, which a caller must not take for success. */
struct answer {
	struct ucsec_stream *stream;
	bool seen;
};

static int take_stream(const struct nlmsghdr *nlh, void *arg)
{
	struct answer *answer = arg;

	answer->seen = true;
	return ucsec_decode_stream(nlh, answer->stream);
}

static int hand_on(const struct nlmsghdr *nlh, void *arg)
{
	struct dump *dump = arg;
	struct ucsec_stream stream;
	int err = ucsec_decode_stream(nlh, &stream);

	return err ? err : dump->fn(&stream, dump->arg);
}

static int send_stream(struct ucsec *handle, uint8_t cmd,
		       const struct ucsec_stream *stream, ucsec_reply_fn fn,
		       void *arg)
{
	struct nl_msg *msg = ucsec_msg_new(handle, cmd, 0);
	int err;

	if (!msg)
		return ucsec_error_set(handle, -ENOMEM, NULL);
	err = ucsec_encode_stream(msg, stream);
	if (err) {
		ucsec_msg_free(msg);
		return ucsec_error_set(handle, err, NULL);
	}
	return ucsec_request(handle, msg, fn, arg);
}

int ucsec_stream_new(struct ucsec *handle, const struct ucsec_stream *stream,
		     uint32_t *id)
{
	struct ucsec_stream reply = { 0 };
	struct answer answer = { .stream = &reply };
	int err;

	err = send_stream(handle, UCSEC_CMD_STREAM_NEW, stream, take_stream,
			  &answer);
	if (err)
		return err;
	if (!(reply.have & UCSEC_HAVE_ID))
		return ucsec_error_set(handle, -EPROTO, NULL);
	*id = reply.id;
	return 0;
}

int ucsec_stream_set(struct ucsec *handle, const struct ucsec_stream *stream)
{
	return send_stream(handle, UCSEC_CMD_STREAM_SET, stream, NULL, NULL);
}

int ucsec_stream_del(struct ucsec *handle, uint32_t id)
{
	struct ucsec_stream stream = { .have = UCSEC_HAVE_ID, .id = id };

	return send_stream(handle, UCSEC_CMD_STREAM_DEL, &stream, NULL, NULL);
}

int ucsec_stream_get(struct ucsec *handle, uint32_t id,
		     struct ucsec_stream *stream)
{
	struct ucsec_stream request = { .have = UCSEC_HAVE_ID, .id = id };
	struct answer answer = { .stream = stream };
	int err;

	err = send_stream(handle, UCSEC_CMD_STREAM_GET, &request, take_stream,
			  &answer);
	if (!err && !answer.seen)
		err = ucsec_error_set(handle, -EPROTO, NULL);
	return err;
}

int ucsec_stream_flush(struct ucsec *handle)
{
	struct ucsec_stream stream = { 0 };

	return send_stream(handle, UCSEC_CMD_STREAM_FLUSH, &stream, NULL, NULL);
}

int ucsec_stream_dump(struct ucsec *handle, ucsec_stream_fn fn, void *arg)
{
	struct dump dump = { .fn = fn, .arg = arg };

	return ucsec_dump(handle, UCSEC_CMD_STREAM_GET, hand_on, &dump);
}

void ucsec_crypto_wipe(struct ucsec_crypto *crypto)
{
	explicit_bzero(crypto->keys, sizeof(crypto->keys));
	crypto->key_count = 0;
}

void ucsec_stream_wipe(struct ucsec_stream *stream)
{
	ucsec_crypto_wipe(&stream->rx);
	ucsec_crypto_wipe(&stream->tx);
}
