// SPDX-License-Identifier: GPL-2.0
/*
 * Measures what a packet costs on its way from a sender to a sink.
 *
 * Both ends are sockets of this one process in two network namespaces. With
 * one CPU everything between them runs inside send(), so the time around a
 * batch of them is the whole path's, the sink's queue included. Under
 * `-icount shift=0` a nanosecond of the guest is one instruction.
 *
 * Prints one JSON object, or fails: a packet lost or wrong makes the figure
 * void.
 */
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "flow.h"
#include "netns.h"
#include "seal.h"

enum { BATCH = 50, BATCHES = 400, WARM_UP = 2 };

struct options {
	const char *from_ns, *from, *to;
	const char *sink_ns, *sink;
	const char *host_ns, *host; /* the relay's or daemon's own socket */
	const char *system, *path, *metric, *note;
	struct side rx, tx;
	size_t payload;
	unsigned int streams;
	const char *relay; /* NULL, "libsrtp2" or "openssl" */
	bool forge;
};

struct rig {
	struct flow flow;
	int sender;
	int sink;
	int host; /* -1 where nothing listens on the gateway */
	bool forge;
	bool relay;
	srtp_t relay_srtp;
	struct seal *relay_seal;
	struct sockaddr_in relay_to;
	uint8_t packet[BATCH][FLOW_MAX_PACKET];
	int len[BATCH];
};

static int receive(int fd, uint8_t *packet)
{
	ssize_t len = recv(fd, packet, FLOW_MAX_PACKET, 0);

	if (len < 0 && errno != EAGAIN)
		error(1, errno, "recv");
	return (int)len;
}

/* The relay in userspace: what a daemon without a kernel module does. */
static void relay_batch(struct rig *rig)
{
	uint8_t packet[FLOW_MAX_PACKET];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	int len;

	for (int i = 0; i < BATCH; i++) {
		len = (int)recvfrom(rig->host, packet, sizeof(packet), 0,
				    (struct sockaddr *)&from, &from_len);
		if (len < 0)
			error(1, errno, "relay: recvfrom");
		if (rig->relay_seal)
			len = seal_packet(rig->relay_seal, packet, len);
		if (len < 0 || (rig->relay_srtp &&
				srtp_protect(rig->relay_srtp, packet, &len)))
			error(1, 0, "relay: cannot protect");
		if (sendto(rig->host, packet, (size_t)len, 0,
			   (struct sockaddr *)&rig->relay_to,
			   sizeof(rig->relay_to)) != len)
			error(1, errno, "relay: sendto");
	}
}

/* Returns the time that a batch took. */
static int64_t send_batch(struct rig *rig)
{
	int64_t start = clock_now();

	for (int i = 0; i < BATCH; i++)
		if (send(rig->sender, rig->packet[i], (size_t)rig->len[i], 0) !=
		    rig->len[i])
			error(1, errno, "send");
	if (rig->relay)
		relay_batch(rig);
	return clock_now() - start;
}

/* Every packet of the batch must be there, whole and in order. */
static void expect_all(struct rig *rig)
{
	uint8_t packet[FLOW_MAX_PACKET];
	int len, lost;

	for (int i = 0; i < BATCH; i++) {
		len = receive(rig->sink, packet);
		if (len < 0)
			error(1, 0, "%d of %d packets lost", BATCH - i, BATCH);
		lost = flow_check(&rig->flow, packet, len);
		if (lost < 0)
			error(1, 0, "packet %d of a batch is wrong", i);
		if (lost > 0)
			error(1, 0, "%d packets lost inside a batch", lost);
	}
	if (receive(rig->sink, packet) >= 0)
		error(1, 0, "more packets than were sent");
}

/* Nothing forged may arrive; the gateway's own socket may be handed it. */
static void expect_none(struct rig *rig)
{
	uint8_t packet[FLOW_MAX_PACKET];

	if (receive(rig->sink, packet) >= 0)
		error(1, 0, "a forged packet was forwarded");
	while (rig->host >= 0 && receive(rig->host, packet) >= 0)
		;
	flow_skip(&rig->flow);
}

static int64_t batch(struct rig *rig, bool forge)
{
	int64_t took;

	for (int i = 0; i < BATCH; i++) {
		rig->len[i] = flow_make(&rig->flow, rig->packet[i]);
		if (rig->len[i] < 0)
			error(1, 0, "cannot protect a packet");
		if (forge)
			rig->packet[i][rig->len[i] - 1] ^= 1;
	}
	took = send_batch(rig);
	if (forge)
		expect_none(rig);
	else
		expect_all(rig);
	return took;
}

/* Median instructions per packet; genuine packets must pass before and after */
static int64_t measure(struct rig *rig)
{
	static int64_t took[BATCHES];

	for (int i = 0; i < WARM_UP; i++)
		batch(rig, false);
	for (int i = 0; i < BATCHES; i++)
		took[i] = batch(rig, rig->forge);
	batch(rig, false);

	return clock_median(took, BATCHES) / BATCH;
}

static void relay_init(struct rig *rig, const struct options *opt)
{
	int err = endpoint_parse(&rig->relay_to, opt->sink);

	if (!strcmp(opt->relay, "libsrtp2")) {
		err = err ? err : session_new(&rig->relay_srtp, &opt->tx, true);
	} else if (!strcmp(opt->relay, "openssl") && opt->tx.suite) {
		rig->relay_seal = seal_new(&opt->tx);
		err = err || !rig->relay_seal ? -EINVAL : 0;
	} else {
		err = -EINVAL;
	}
	if (err)
		error(1, -err, "cannot set up the relay");
}

static void rig_init(struct rig *rig, const struct options *opt)
{
	rig->sink = netns_open(opt->sink_ns, opt->sink, NULL);
	rig->host = -1;
	if (opt->host)
		rig->host = netns_open(opt->host_ns, opt->host, NULL);
	rig->sender = netns_open(opt->from_ns, opt->from, opt->to);
	rig->forge = opt->forge;
	rig->relay = opt->relay != NULL;

	if (srtp_init() ||
	    flow_init(&rig->flow, &opt->rx, &opt->tx, opt->payload))
		error(1, 0, "libsrtp2 refuses the suites or the payload");
	if (opt->relay)
		relay_init(rig, opt);
}

static void print_suite(const char *name, const struct side *side)
{
	if (side->suite)
		printf("\"%s\": \"%s\", ", name, side->suite->name);
	else
		printf("\"%s\": null, ", name);
}

static void print_result(const struct options *opt, int64_t value)
{
	printf("{\"system\": \"%s\", \"path\": \"%s\", ", opt->system,
	       opt->path);
	print_suite("rx", &opt->rx);
	print_suite("tx", &opt->tx);
	printf("\"payload\": %zu, \"streams\": %u, ", opt->payload,
	       opt->streams);
	printf("\"metric\": \"%s\", \"value\": %lld, \"runs\": 1, ",
	       opt->metric, (long long)value);
	printf("\"note\": \"%s\"}\n", opt->note);
}

static const struct option long_options[] = {
	{"from", required_argument, NULL, 'f'},
	{"sink", required_argument, NULL, 's'},
	{"host", required_argument, NULL, 'h'},
	{"to", required_argument, NULL, 't'},
	{"rx", required_argument, NULL, 'r'},
	{"tx", required_argument, NULL, 'x'},
	{"payload", required_argument, NULL, 'p'},
	{"streams", required_argument, NULL, 'n'},
	{"forge", no_argument, NULL, 'F'},
	{"relay", required_argument, NULL, 'R'},
	{"system", required_argument, NULL, 'S'},
	{"path", required_argument, NULL, 'P'},
	{"note", required_argument, NULL, 'N'},
	{NULL, 0, NULL, 0},
};

static void usage(void)
{
	fputs("usage: traffic --system S --path P [--note TEXT]\n"
	      "  --from NS,ADDR:PORT   the sender\n"
	      "  --to ADDR:PORT        where it sends to\n"
	      "  --sink NS,ADDR:PORT   where packets must arrive\n"
	      "  [--host NS,ADDR:PORT] a socket of the gateway's own\n"
	      "  [--relay LIBRARY]     ... seals and forwards: libsrtp2, openssl\n"
	      "  [--rx SUITE,KEYFILE]  how the sender protects\n"
	      "  [--tx SUITE,KEYFILE]  how the sink expects it\n"
	      "  [--payload BYTES] [--streams N] [--forge]\n",
	      stderr);
	exit(2);
}

/* See pair_split(). */
static void split(char *text, const char **first, const char **second)
{
	if (pair_split(text, first, second))
		usage();
}

static void parse_side(struct side *side, char *text)
{
	const char *name, *file;
	int err;

	split(text, &name, &file);
	side->suite = suite_lookup(name);
	if (!side->suite)
		error(2, 0, "unknown suite %s", name);
	err = side_read_key(side, file);
	if (err)
		error(2, -err, "key file %s", file);
}

static void parse(struct options *opt, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'f':
			split(optarg, &opt->from_ns, &opt->from);
			break;
		case 's':
			split(optarg, &opt->sink_ns, &opt->sink);
			break;
		case 'h':
			split(optarg, &opt->host_ns, &opt->host);
			break;
		case 't':
			opt->to = optarg;
			break;
		case 'r':
			parse_side(&opt->rx, optarg);
			break;
		case 'x':
			parse_side(&opt->tx, optarg);
			break;
		case 'p':
			opt->payload = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			opt->streams = (unsigned int)atoi(optarg);
			break;
		case 'F':
			opt->forge = true;
			opt->metric = "instructions_per_forged_packet";
			break;
		case 'R':
			opt->relay = optarg;
			break;
		case 'S':
			opt->system = optarg;
			break;
		case 'P':
			opt->path = optarg;
			break;
		case 'N':
			opt->note = optarg;
			break;
		default:
			usage();
		}
	}
	if (optind != argc || !opt->from || !opt->to || !opt->sink ||
	    !opt->system || !opt->path || (opt->relay && !opt->host))
		usage();
}

int main(int argc, char **argv)
{
	struct options opt = {
		.payload = 160,
		.metric = "instructions_per_packet",
		.note = "",
	};
	static struct rig rig;

	parse(&opt, argc, argv);
	clock_check();
	rig_init(&rig, &opt);
	print_result(&opt, measure(&rig));
	flow_free(&rig.flow);
	return 0;
}
