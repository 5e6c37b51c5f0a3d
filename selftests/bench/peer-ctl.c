// SPDX-License-Identifier: GPL-2.0
/*
 * Sets up streams in the peer's kernel module, as its daemon would.
 *
 * The arguments are those of `ucsecctl stream add`, so that one script can
 * drive both.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "flow.h"
#include "netns.h"
#include "xt_RTPENGINE.h" /* the peer's own, from its package */

enum { MAX_ROUNDS = 1000 };

struct stream {
	struct sockaddr_in in, out, to;
	struct side rx, tx;
	unsigned int count; /* that many, on consecutive ports of "in" */
};

static struct re_address address(const struct sockaddr_in *from)
{
	struct re_address to;

	/* The peer compares addresses with memcmp(), padding included. */
	memset(&to, 0, sizeof(to));
	to.family = AF_INET;
	to.u.ipv4 = from->sin_addr.s_addr;
	to.port = ntohs(from->sin_port);
	return to;
}

static void set_crypto(struct rtpengine_srtp *srtp, const struct side *side)
{
	const struct suite *suite = side->suite;

	srtp->cipher = REC_NULL;
	srtp->hmac = REH_NULL;
	if (!suite)
		return;
	srtp->cipher = REC_AES_CM_128;
	if (suite->aead)
		srtp->cipher = suite->key_len == 16 ? REC_AEAD_AES_GCM_128 :
						      REC_AEAD_AES_GCM_256;
	else
		srtp->hmac = REH_HMAC_SHA1;
	memcpy(srtp->master_key, side->key, suite->key_len);
	memcpy(srtp->master_salt, side->key + suite->key_len, suite->salt_len);
	srtp->master_key_len = (unsigned int)suite->key_len;
	srtp->master_salt_len = (unsigned int)suite->salt_len;
	srtp->session_key_len = (unsigned int)suite->key_len;
	srtp->session_salt_len = (unsigned int)suite->salt_len;
	/* The tag of an AEAD is part of the cipher for the peer. */
	srtp->auth_tag_len = suite->aead ? 0 : (unsigned int)suite->tag_len;
}

static void send_message(int fd, const struct rtpengine_message *message)
{
	if (write(fd, message, sizeof(*message)) != sizeof(*message))
		error(1, errno, "the peer refuses the command");
}

/* What its daemon sets for plain audio: one payload type, SSRC known. */
static void add_target(int fd, const struct stream *stream)
{
	struct rtpengine_message message = {.cmd = REMG_ADD_TARGET};
	struct rtpengine_target_info *target = &message.u.target;

	target->local = address(&stream->in);
	target->num_destinations = 1;
	target->src_mismatch = MSM_IGNORE;
	set_crypto(&target->decrypt, &stream->rx);
	target->ssrc[0] = htonl(FLOW_SSRC);
	target->num_payload_types = 1;
	target->payload_types[0].pt_num = 0;
	target->payload_types[0].clock_rate = 8000;
	target->rtp = 1;
	target->rtp_only = 1;
	target->track_ssrc = 1;
	target->rtp_stats = 1;
	send_message(fd, &message);
}

static void add_destination(int fd, const struct stream *stream)
{
	struct rtpengine_message message = {.cmd = REMG_ADD_DESTINATION};
	struct rtpengine_destination_info *to = &message.u.destination;

	to->local = address(&stream->in);
	to->num = 0;
	to->output.src_addr = address(&stream->out);
	to->output.dst_addr = address(&stream->to);
	set_crypto(&to->output.encrypt, &stream->tx);
	send_message(fd, &message);
}

static int parse_side(struct side *side, char **argv)
{
	int err;

	side->suite = suite_lookup(argv[1]);
	if (!side->suite || strcmp(argv[2], "key-file"))
		error(2, 0, "%s: unknown suite or no key-file", argv[1]);
	err = side_read_key(side, argv[3]);
	if (err)
		error(2, -err, "key file %s", argv[3]);
	return 4;
}

static void parse(struct stream *stream, int argc, char **argv)
{
	int used = 2;

	for (int i = 0; i < argc; i += used) {
		const char *word = argv[i];
		int left = argc - i, err = 0;

		used = 2;
		if (left >= 2 && !strcmp(word, "in"))
			err = endpoint_parse(&stream->in, argv[i + 1]);
		else if (left >= 2 && !strcmp(word, "out"))
			err = endpoint_parse(&stream->out, argv[i + 1]);
		else if (left >= 2 && !strcmp(word, "to"))
			err = endpoint_parse(&stream->to, argv[i + 1]);
		else if (left >= 4 && !strcmp(word, "rx"))
			used = parse_side(&stream->rx, argv + i);
		else if (left >= 4 && !strcmp(word, "tx"))
			used = parse_side(&stream->tx, argv + i);
		else if (left >= 2 && !strcmp(word, "count"))
			stream->count = (unsigned int)atoi(argv[i + 1]);
		else
			err = -EINVAL;
		if (err)
			error(2, -err, "%s", word);
	}
}

static int open_control(const char *table)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/rtpengine/%s/control", table);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		error(1, errno, "%s", path);
	return fd;
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Prints the median of what creating and deleting the stream takes. */
static void time_life(const char *table, const struct stream *stream)
{
	struct rtpengine_message del = {.cmd = REMG_DEL_TARGET};
	static int64_t took[MAX_ROUNDS];
	int fd = open_control(table);
	int64_t start;

	if (!stream->count || stream->count > MAX_ROUNDS)
		error(2, 0, "1 to %d rounds", MAX_ROUNDS);
	del.u.target.local = address(&stream->in);
	for (unsigned int i = 0; i < stream->count; i++) {
		start = now();
		add_target(fd, stream);
		add_destination(fd, stream);
		send_message(fd, &del);
		took[i] = now() - start;
	}
	close(fd);
	qsort(took, stream->count, sizeof(took[0]), compare);
	printf("%lld\n", (long long)took[stream->count / 2]);
}

static void control_tables(const char *verb, const char *table)
{
	int fd = open("/proc/rtpengine/control", O_WRONLY | O_CLOEXEC);
	char line[20];
	int len = snprintf(line, sizeof(line), "%s %s\n", verb, table);

	if (fd < 0 || write(fd, line, (size_t)len) != len)
		error(1, errno, "%s table %s", verb, table);
	close(fd);
}

static void add_streams(const char *table, struct stream *stream)
{
	const uint16_t first = ntohs(stream->in.sin_port);
	int fd = open_control(table);

	for (unsigned int i = 0; i < stream->count; i++) {
		stream->in.sin_port = htons((uint16_t)(first + i));
		add_target(fd, stream);
		add_destination(fd, stream);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	struct stream stream = {.count = 1};

	if (argc == 3 && (!strcmp(argv[1], "add") || !strcmp(argv[1], "del"))) {
		control_tables(argv[1], argv[2]);
		return 0;
	}
	if (argc > 4 && !strcmp(argv[1], "stream")) {
		parse(&stream, argc - 3, argv + 3);
		add_streams(argv[2], &stream);
		return 0;
	}
	if (argc > 4 && !strcmp(argv[1], "time")) {
		parse(&stream, argc - 3, argv + 3);
		time_life(argv[2], &stream);
		return 0;
	}
	fputs("usage: peer-ctl add|del TABLE\n"
	      "       peer-ctl stream|time TABLE in A:P out A:P to A:P\n"
	      "                     [rx SUITE key-file F] [tx SUITE key-file F]\n"
	      "                     [count N]\n",
	      stderr);
	return 2;
}
