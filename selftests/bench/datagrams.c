// SPDX-License-Identifier: GPL-2.0
/*
 * Measures what a SIP request over UDP costs from its sender to the socket of
 * the gateway that it is for, or to where it is dropped.
 *
 * Both ends are sockets of this process, as in traffic: with one CPU the time
 * around a batch of send() is the whole path's. Prints one JSON object, or
 * fails: a datagram with another fate than was said makes the figure void.
 */
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "message.h"
#include "netns.h"

enum { BATCH = 50, BATCHES = 400, WARM_UP = 2 };

struct options {
	const char *from_ns, *from, *to_ns, *to;
	const char *system, *path, *note, *method;
	size_t size;
	unsigned int prefixes;
	bool dropped;
};

struct rig {
	int sender, sink;
	bool dropped;
	size_t size;
	uint8_t message[MESSAGE_MAX];
};

/* Every one of the batch arrived as it was sent; or none, if so wanted. */
static void check_fate(const struct rig *rig)
{
	uint8_t got[MESSAGE_MAX + 1];
	ssize_t len;
	int i;

	for (i = 0; i < (rig->dropped ? 0 : BATCH); i++) {
		len = recv(rig->sink, got, sizeof(got), 0);
		if (len < 0)
			error(1, errno, "%d of %d lost", BATCH - i, BATCH);
		if ((size_t)len != rig->size ||
		    memcmp(got, rig->message, rig->size))
			error(1, 0, "another datagram arrived");
	}
	if (recv(rig->sink, got, sizeof(got), 0) >= 0)
		error(1, 0, "more arrived than may");
	if (errno != EAGAIN)
		error(1, errno, "recv");
}

static int64_t batch(const struct rig *rig)
{
	int64_t start = clock_now(), took;

	for (int i = 0; i < BATCH; i++)
		if (send(rig->sender, rig->message, rig->size, 0) !=
		    (ssize_t)rig->size)
			error(1, errno, "send");
	took = clock_now() - start;
	check_fate(rig);
	return took;
}

/* Median instructions of one. */
static int64_t measure(const struct rig *rig)
{
	static int64_t took[BATCHES];

	for (int i = 0; i < WARM_UP; i++)
		batch(rig);
	for (int i = 0; i < BATCHES; i++)
		took[i] = batch(rig);
	return clock_median(took, BATCHES) / BATCH;
}

static void rig_init(struct rig *rig, const struct options *opt)
{
	rig->sink = netns_open(opt->to_ns, opt->to, NULL);
	rig->sender = netns_open(opt->from_ns, opt->from, opt->to);
	rig->dropped = opt->dropped;
	rig->size = opt->size;
	if (message_make(rig->message, rig->size, opt->method, 1) < 0)
		error(2, 0, "no %s of %zu bytes", opt->method, opt->size);
}

static void print_result(const struct options *opt, int64_t value)
{
	printf("{\"system\": \"%s\", \"path\": \"%s\", ", opt->system,
	       opt->path);
	printf("\"rx\": null, \"tx\": null, \"payload\": %zu, ", opt->size);
	printf("\"streams\": %u, \"metric\": \"instructions_per_packet\", ",
	       opt->prefixes);
	printf("\"value\": %lld, \"runs\": 1, \"note\": \"%s\"}\n",
	       (long long)value, opt->note);
}

static const struct option long_options[] = {
	{"from", required_argument, NULL, 'f'},
	{"to", required_argument, NULL, 't'},
	{"method", required_argument, NULL, 'm'},
	{"size", required_argument, NULL, 's'},
	{"prefixes", required_argument, NULL, 'n'},
	{"dropped", no_argument, NULL, 'd'},
	{"system", required_argument, NULL, 'S'},
	{"path", required_argument, NULL, 'P'},
	{"note", required_argument, NULL, 'N'},
	{NULL, 0, NULL, 0},
};

static void usage(void)
{
	fputs("usage: datagrams --system S --path P [--note TEXT]\n"
	      "  --from NS,ADDR:PORT  the sender\n"
	      "  --to NS,ADDR:PORT    the gateway's socket\n"
	      "  [--method INVITE] [--size 600] what is sent\n"
	      "  [--dropped]          nothing may arrive; else all must\n"
	      "  [--prefixes N]       how many there are\n",
	      stderr);
	exit(2);
}

/* See pair_split(). */
static void split(char *text, const char **first, const char **second)
{
	if (pair_split(text, first, second))
		usage();
}

static void parse(struct options *opt, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'f':
			split(optarg, &opt->from_ns, &opt->from);
			break;
		case 't':
			split(optarg, &opt->to_ns, &opt->to);
			break;
		case 'm':
			opt->method = optarg;
			break;
		case 's':
			opt->size = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			opt->prefixes = (unsigned int)atoi(optarg);
			break;
		case 'd':
			opt->dropped = true;
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
	if (optind != argc || !opt->from || !opt->to || !opt->system ||
	    !opt->path)
		usage();
}

int main(int argc, char **argv)
{
	struct options opt = { .size = 600, .method = "INVITE", .note = "" };
	static struct rig rig;

	parse(&opt, argc, argv);
	clock_check();
	rig_init(&rig, &opt);
	print_result(&opt, measure(&rig));
	return 0;
}
