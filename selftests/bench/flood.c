// SPDX-License-Identifier: GPL-2.0
/*
 * flood TO:PORT FIRST SOURCES PACKETS [PER-SECOND [METHOD [SIZE]]]
 *
 * SIP requests over UDP from forged addresses: FIRST and those behind it, in
 * turn. As fast as they go, or so many a second. Prints how many were sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "clock.h"
#include "message.h"
#include "netns.h"

struct packet {
	struct iphdr ip;
	struct udphdr udp;
	uint8_t data[MESSAGE_MAX];
};

struct flood {
	struct sockaddr_in to;
	uint32_t first, sources, packets, rate;
	const char *method;
	size_t size;
};

static uint32_t number(const char *text, uint32_t least)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n < least || n > UINT32_MAX)
		error(2, 0, "'%s' is no number that is taken", text);
	return (uint32_t)n;
}

/* No checksum: IPv4's is written by the kernel, and UDP's may be absent. */
static size_t make(const struct flood *f, struct packet *p, uint32_t i)
{
	size_t len = sizeof(p->udp) + f->size;

	p->ip.saddr = htonl(f->first + i % f->sources);
	p->udp.source = htons((uint16_t)(1024 + i % 60000));
	p->udp.len = htons((uint16_t)len);
	if (message_make(p->data, f->size, f->method, i) < 0)
		error(2, 0, "no %s of %zu bytes", f->method, f->size);
	return sizeof(p->ip) + len;
}

/* Until the i-th is due. */
static void pace(const struct flood *f, int64_t start, uint32_t i)
{
	int64_t at = start + 1000000000LL * i / f->rate;
	struct timespec t = { .tv_sec = at / 1000000000LL,
			      .tv_nsec = at % 1000000000LL };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) ==
	       EINTR)
		;
}

static uint32_t run(const struct flood *f, int fd)
{
	struct packet p = {
		.ip = { .version = 4, .ihl = 5, .ttl = 64,
			.protocol = IPPROTO_UDP,
			.daddr = f->to.sin_addr.s_addr },
		.udp.dest = f->to.sin_port,
	};
	int64_t start = clock_now();
	uint32_t sent = 0;

	for (uint32_t i = 0; i < f->packets; i++) {
		size_t len = make(f, &p, i);

		/* A timer for each would be the flood's own brake. */
		if (f->rate && i % 16 == 0)
			pace(f, start, i);
		if (sendto(fd, &p, len, 0, (const struct sockaddr *)&f->to,
			   sizeof(f->to)) == (ssize_t)len)
			sent++;
		else if (errno != ENOBUFS)
			error(1, errno, "sendto");
	}
	return sent;
}

int main(int argc, char **argv)
{
	struct flood f = { .method = "INVITE", .size = 600 };
	struct in_addr first;
	int fd;

	if (argc < 5 || argc > 8 || endpoint_parse(&f.to, argv[1]) ||
	    inet_pton(AF_INET, argv[2], &first) != 1)
		error(2, 0, "flood TO:PORT FIRST SOURCES PACKETS "
			    "[PER-SECOND [METHOD [SIZE]]]");
	f.first = ntohl(first.s_addr);
	f.sources = number(argv[3], 1);
	f.packets = number(argv[4], 1);
	if (argc > 5)
		f.rate = number(argv[5], 0);
	if (argc > 6)
		f.method = argv[6];
	if (argc > 7)
		f.size = number(argv[7], MESSAGE_MIN);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		error(1, errno, "socket");
	printf("%u\n", run(&f, fd));
	return 0;
}
