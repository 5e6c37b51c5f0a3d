// SPDX-License-Identifier: GPL-2.0
/*
 * media-side ADDR PORT TO PORT COUNT: one side of a call's media.
 *
 * Once given a byte it sends COUNT packets of RTP, fifty a second, and counts
 * those that come until for five seconds none did. Says "ready", in the end
 * which of the other side's COUNT it did not hear, how many it heard, and how
 * many of them twice.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { HEAD = 12, SIZE = HEAD + 160, MOST = 100000, REST_MS = 5000 };

static uint8_t heard[MOST];

static long long clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* What comes up to then; whether something did. */
static int hear(int fd, long long until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t packet[2048];
	long long wait;
	int any = 0;
	uint32_t number;

	for (;;) {
		wait = until - clock_ms();
		if (poll(&p, 1, wait > 0 ? (int)wait : 0) <= 0)
			return any;
		if (recv(fd, packet, sizeof(packet), 0) != SIZE)
			continue;
		memcpy(&number, packet + HEAD, sizeof(number));
		if (number < MOST && heard[number] < 255)
			heard[number]++;
		any = 1;
	}
}

static void send_one(int fd, const struct sockaddr_in *to, uint32_t number)
{
	uint8_t packet[SIZE] = { 0x80, 0, (uint8_t)(number >> 8),
				 (uint8_t)number };
	uint32_t stamp = htonl(number * 160);

	memcpy(packet + 4, &stamp, sizeof(stamp));
	packet[11] = 1;
	memcpy(packet + HEAD, &number, sizeof(number));
	if (sendto(fd, packet, sizeof(packet), 0, (const void *)to,
		   sizeof(*to)) != SIZE)
		perror("sendto");
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET }, to = at;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint32_t count, i, once = 0, twice = 0;
	long long start;

	setvbuf(stdin, NULL, _IONBF, 0);	/* the rest is for others */
	if (argc != 6 || inet_pton(AF_INET, argv[1], &at.sin_addr) != 1 ||
	    inet_pton(AF_INET, argv[3], &to.sin_addr) != 1 ||
	    atoi(argv[5]) < 1 || atoi(argv[5]) > MOST)
		return 2;
	at.sin_port = htons((uint16_t)atoi(argv[2]));
	to.sin_port = htons((uint16_t)atoi(argv[4]));
	count = (uint32_t)atoi(argv[5]);
	if (fd < 0 || bind(fd, (void *)&at, sizeof(at)))
		return 1;
	puts("ready");
	fflush(stdout);
	if (getchar() == EOF)
		return 1;
	start = clock_ms();
	for (i = 0; i < count; i++) {
		send_one(fd, &to, i);
		hear(fd, start + 20LL * (i + 1));
	}
	while (hear(fd, clock_ms() + REST_MS))
		;
	for (i = 0; i < count; i++) {
		once += heard[i] > 0;
		twice += heard[i] > 1;
		if (!heard[i])
			printf("no %u\n", i);
	}
	printf("%u of %u heard, %u twice\n", once, count, twice);
	return 0;
}
