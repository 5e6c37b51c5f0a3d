// SPDX-License-Identifier: GPL-2.0
/* udp-once ADDR PORT: says "bound", prints the first datagram, ends. */
#include "net.h"

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	char text[2048];
	ssize_t n;
	int fd;

	if (argc != 3 || inet_pton(AF_INET, argv[1], &at.sin_addr) != 1)
		return 2;
	at.sin_port = htons((u16)atoi(argv[2]));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (void *)&at, sizeof(at)))
		return 1;
	puts("bound");
	fflush(stdout);
	n = recv(fd, text, sizeof(text), 0);
	if (n > 0)
		printf("%.*s\n", (int)n, text);
	return n <= 0;
}
