// SPDX-License-Identifier: GPL-2.0
/*
 * Very many phones in one process: each comes over mutual TLS with a
 * certificate of its own, registers with digest and stays.
 *
 * Says on standard output how many are up, how many failed and how long it
 * took, as JSON; then waits for the end of standard input and says how many
 * were lost meanwhile.
 */
#include <arpa/inet.h>
#include <error.h>
#include <getopt.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "phone.h"

enum {
	EVENTS = 64,
	WINDOW = 64,			/* that are on their way at once */
	PATIENCE_MS = 30000,		/* without any progress */
	WHYS_MAX = 5,			/* that are told */
};

static const char usage[] =
	"usage: phones --server ADDRESS:PORT --keys DIR [--first N] "
	"[--count N] [--bare]\n";

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int parse_server(struct phones *all, char *text)
{
	char *colon = strrchr(text, ':');

	if (!colon)
		return -1;
	*colon = '\0';
	all->server.sin_family = AF_INET;
	all->server.sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, text, &all->server.sin_addr) != 1)
		return -1;
	snprintf(all->host, sizeof(all->host), "%s", text);
	return 0;
}

/*
 * TLS 1.2 with what desk phones offer first. The server's certificate is its
 * own: who it is has been looked at elsewhere.
 */
static int make_context(struct phones *all)
{
	all->ctx = SSL_CTX_new(TLS_client_method());
	if (!all->ctx)
		return -1;
	SSL_CTX_set_mode(all->ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(all->ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_verify(all->ctx, SSL_VERIFY_NONE, NULL);
	return SSL_CTX_set_max_proto_version(all->ctx, TLS1_2_VERSION) &&
	       SSL_CTX_set_cipher_list(all->ctx,
				       "ECDHE-RSA-AES256-GCM-SHA384") ? 0 : -1;
}

static size_t count(const struct phone *phones, size_t n,
		    enum phone_state state)
{
	size_t i, found = 0;

	for (i = 0; i < n; i++)
		found += phones[i].state == state;
	return found;
}

/* One round of events; false if there was none, or standard input ended. */
static bool turn(struct phones *all, int wait_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(all->epoll, events, EVENTS, wait_ms), i;
	bool ended = false;
	char byte;

	for (i = 0; i < n; i++) {
		if (events[i].data.ptr)
			phone_event(events[i].data.ptr);
		else
			ended = read(STDIN_FILENO, &byte, 1) <= 0;
	}
	return n > 0 && !ended;
}

static void bring_up(struct phones *all, struct phone *phones, size_t n)
{
	size_t begun = 0, i;

	while (begun < n || all->under_way) {
		for (; begun < n && all->under_way < WINDOW; begun++)
			phone_start(&phones[begun]);
		if (all->under_way && !turn(all, PATIENCE_MS))
			break;
	}
	for (i = 0; all->under_way && i < n; i++) {
		if (phones[i].state < PHONE_UP && i < begun)
			phone_fail(&phones[i], "no progress");
	}
}

static void report(const struct phone *phones, size_t n, double took)
{
	size_t i, told = 0;

	for (i = 0; i < n && told < WHYS_MAX; i++) {
		if (phones[i].state == PHONE_FAILED) {
			fprintf(stderr, "phones: %u: %s\n", phones[i].number,
				phones[i].why);
			told++;
		}
	}
	printf("{\"up\": %zu, \"failed\": %zu, \"seconds\": %.3f}\n",
	       count(phones, n, PHONE_UP), n - count(phones, n, PHONE_UP),
	       took);
	fflush(stdout);
}

/* What the server says meanwhile is read, and its end noticed. */
static void stay(struct phones *all, const struct phone *phones, size_t n)
{
	size_t before = count(phones, n, PHONE_UP);
	struct epoll_event event = { .events = EPOLLIN };

	if (epoll_ctl(all->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event))
		error(1, 0, "standard input is no pipe");
	while (turn(all, -1))
		;
	printf("{\"lost\": %zu}\n", before - count(phones, n, PHONE_UP));
	fflush(stdout);
}

static void raise_limit(size_t n)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max < n + 32)
		error(1, 0, "%zu phones need as many descriptors", n);
}

static size_t parse(struct phones *all, int argc, char **argv,
		    unsigned int *first)
{
	static const struct option options[] = {
		{ "server", required_argument, NULL, 's' },
		{ "keys", required_argument, NULL, 'k' },
		{ "first", required_argument, NULL, 'f' },
		{ "count", required_argument, NULL, 'c' },
		{ "bare", no_argument, NULL, 'b' },
		{ 0 },
	};
	size_t n = 1;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's' && parse_server(all, optarg))
			error(2, 0, "%s: no address and port", optarg);
		else if (option == 'k' && phones_read_keys(all, optarg))
			error(1, 0, "%s: no keys", optarg);
		else if (option == 'f')
			*first = (unsigned int)atoi(optarg);
		else if (option == 'c')
			n = (size_t)atoi(optarg);
		else if (option == 'b')
			all->bare = true;
		else if (option == '?')
			return 0;
	}
	return all->server.sin_port && all->key && optind == argc ? n : 0;
}

int main(int argc, char **argv)
{
	struct phones all = { 0 };
	unsigned int first = 1;
	size_t n = parse(&all, argc, argv, &first), i;
	struct phone *phones;
	double begin;

	if (!n) {
		fputs(usage, stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	raise_limit(n);
	phones = calloc(n, sizeof(*phones));
	all.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!phones || all.epoll < 0 || make_context(&all))
		error(1, 0, "cannot begin");
	for (i = 0; i < n; i++)
		phones[i] = (struct phone){ .all = &all, .fd = -1,
					    .number = first + (unsigned int)i };
	begin = seconds();
	bring_up(&all, phones, n);
	report(phones, n, seconds() - begin);
	stay(&all, phones, n);
	for (i = 0; i < n; i++)
		phone_close(&phones[i]);
	free(phones);
	SSL_CTX_free(all.ctx);
	EVP_PKEY_free(all.key);
	EVP_PKEY_free(all.ca_key);
	X509_free(all.ca);
	close(all.epoll);
	return 0;
}
