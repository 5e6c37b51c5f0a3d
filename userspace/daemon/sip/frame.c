// SPDX-License-Identifier: GPL-2.0
// Where a message ends (RFC 3261 sections 7.5 and 18.3).

#include <errno.h>
#include <string.h>

#include "sip/head.h"

static size_t skip_crlf(const char *data, size_t len)
{
	size_t n = 0;

	while (n + 1 < len && data[n] == '\r' && data[n + 1] == '\n')
		n += 2;
	return n;
}

/* Behind the empty line, or 0. */
static size_t find_head_end(const char *data, size_t len, size_t from)
{
	const char *at;

	if (from >= len)
		return 0;
	at = memmem(data + from, len - from, "\r\n\r\n", 4);
	return at ? (size_t)(at - data) + 4 : 0;
}

/*
 * One Content-Length and nothing but digits in it: a second one, even the same,
 * would let us and what is behind us disagree on where the next message begins.
 * -ENODATA if there is none.
 */
static int find_length(const char *head, size_t len, uint64_t *length)
{
	const char *at = head, *end = head + len;
	struct sip_line line;
	bool found = false;
	int err;

	at = memchr(at, '\n', len);
	if (!at)
		return -EBADMSG;
	at++;
	while ((err = sip_head_next(&at, end, &line)) == 1) {
		if (line.id != SIP_H_CONTENT_LENGTH)
			continue;
		if (found)
			return -EBADMSG;
		found = true;
		err = sip_head_number(line.value, SIP_MESSAGE_MAX, length);
		if (err)
			return err == -ERANGE ? -EMSGSIZE : err;
	}
	if (err)
		return err;
	return found ? 0 : -ENODATA;
}

/* Bytes may come one by one: none of them has the head read once more. */
int sip_frame_stream(const char *data, size_t len,
		     struct sip_progress *progress, struct sip_frame *frame)
{
	uint64_t body = 0;
	int err;

	memset(frame, 0, sizeof(*frame));
	frame->skip = skip_crlf(data, len);
	data += frame->skip;
	len -= frame->skip;
	if (frame->skip)
		*progress = (struct sip_progress){ 0 };
	if (len < progress->whole)
		return 0;
	frame->head = find_head_end(data, len, progress->seen);
	if (!frame->head) {
		/* The four bytes may be split at any of them. */
		progress->seen = len > 3 ? len - 3 : 0;
		return len >= SIP_MESSAGE_MAX ? -EMSGSIZE : 0;
	}
	err = find_length(data, frame->head, &body);
	if (err)
		return err == -EMSGSIZE ? err : -EBADMSG;
	frame->body = (size_t)body;
	if (frame->head + frame->body > SIP_MESSAGE_MAX)
		return -EMSGSIZE;
	if (len - frame->head < frame->body) {
		/* It is found again at once; the head is not searched twice. */
		progress->seen = frame->head - 4;
		progress->whole = frame->head + frame->body;
		return 0;
	}
	*progress = (struct sip_progress){ 0 };
	return 1;
}

int sip_frame_datagram(const char *data, size_t len, struct sip_frame *frame)
{
	uint64_t body = 0;
	int err;

	memset(frame, 0, sizeof(*frame));
	frame->skip = skip_crlf(data, len);
	data += frame->skip;
	len -= frame->skip;
	if (!len)
		return 0;
	frame->head = find_head_end(data, len, 0);
	if (!frame->head)
		return -EBADMSG;
	err = find_length(data, frame->head, &body);
	if (err == -ENODATA)
		body = len - frame->head;
	else if (err)
		return -EBADMSG;
	if (body > len - frame->head)
		return -EBADMSG;
	frame->body = (size_t)body;
	return 1;
}
