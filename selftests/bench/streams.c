// SPDX-License-Identifier: GPL-2.0
/*
 * Makes very many streams in one namespace, or times their making.
 *
 * ucsecctl would start a hundred thousand times for what is one loop here.
 */
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucsec/ucsec.h>
#include <unistd.h>

enum {
	FIRST_PORT = 1024,
	PORTS = 32000, /* streams per address, each with its RTCP port */
	MAX_ROUNDS = 1000,
};

static void check(struct ucsec *handle, int err, const char *what)
{
	if (err)
		error(1, 0, "%s: %s", what, ucsec_error(handle)->sentence);
}

static void parse_endpoint(struct ucsec_endpoint *endpoint, const char *text)
{
	const char *why;

	if (ucsec_endpoint_parse(text, endpoint, &why))
		error(2, 0, "%s: %s", text, why);
}

static int parse_side(struct ucsec_crypto *crypto, char **argv)
{
	const char *why = "cannot be opened";
	int suite = ucsec_suite_parse(argv[1]);
	int fd = open(argv[3], O_RDONLY | O_CLOEXEC);

	if (suite < 0 || strcmp(argv[2], "key-file"))
		error(2, 0, "%s: unknown suite or no key-file", argv[1]);
	crypto->suite = (enum ucsec_suite)suite;
	if (fd < 0 || ucsec_keys_read(fd, crypto, &why))
		error(2, 0, "%s: %s", argv[3], why);
	close(fd);
	return 4;
}

/* The words of `ucsecctl stream add`, as far as the benchmark needs them. */
static void parse(struct ucsec_stream *stream, int argc, char **argv)
{
	int used = 2;

	for (int i = 0; i < argc; i += used) {
		const char *word = argv[i];
		int left = argc - i;

		used = 2;
		if (left >= 2 && !strcmp(word, "in")) {
			parse_endpoint(&stream->in, argv[i + 1]);
			stream->have |= UCSEC_HAVE_IN;
		} else if (left >= 2 && !strcmp(word, "out")) {
			parse_endpoint(&stream->out, argv[i + 1]);
			stream->have |= UCSEC_HAVE_OUT;
		} else if (left >= 2 && !strcmp(word, "to")) {
			parse_endpoint(&stream->to, argv[i + 1]);
			stream->have |= UCSEC_HAVE_TO;
		} else if (left >= 4 && !strcmp(word, "rx")) {
			used = parse_side(&stream->rx, argv + i);
			stream->have |= UCSEC_HAVE_RX;
		} else if (left >= 4 && !strcmp(word, "tx")) {
			used = parse_side(&stream->tx, argv + i);
			stream->have |= UCSEC_HAVE_TX;
		} else {
			error(2, 0, "what is '%s'?", word);
		}
	}
}

/* Stream number i listens at a port of its own, on an address of its own. */
static void place(struct ucsec_stream *stream, in_addr_t first, unsigned int i)
{
	stream->in.addr.addr4.s_addr = htonl(ntohl(first) + i / PORTS);
	stream->in.port = (uint16_t)(FIRST_PORT + i % PORTS * 2);
}

static void add(struct ucsec *handle, struct ucsec_stream *stream,
		unsigned int count)
{
	const in_addr_t first = stream->in.addr.addr4.s_addr;
	struct ucsec_params params = {
		.have = 1 << UCSEC_PARAM_MAX_STREAMS,
		.value[UCSEC_PARAM_MAX_STREAMS] = count + 1000,
	};
	uint32_t id;

	check(handle, ucsec_params_set(handle, &params), "limit of streams");
	for (unsigned int i = 0; i < count; i++) {
		place(stream, first, i);
		check(handle, ucsec_stream_new(handle, stream, &id), "new");
	}
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
static void time_life(struct ucsec *handle, const struct ucsec_stream *stream,
		      unsigned int rounds)
{
	static int64_t took[MAX_ROUNDS];
	int64_t start;
	uint32_t id;

	if (!rounds || rounds > MAX_ROUNDS)
		error(2, 0, "1 to %d rounds", MAX_ROUNDS);
	for (unsigned int i = 0; i < rounds; i++) {
		start = now();
		check(handle, ucsec_stream_new(handle, stream, &id), "new");
		check(handle, ucsec_stream_del(handle, id), "del");
		took[i] = now() - start;
	}
	qsort(took, rounds, sizeof(took[0]), compare);
	printf("%lld\n", (long long)took[rounds / 2]);
}

int main(int argc, char **argv)
{
	struct ucsec_stream stream = {
		/* The addresses of a hundred thousand need not be local. */
		.have = UCSEC_HAVE_FLAGS,
		.flags = UCSEC_F_FREEBIND,
		.flags_mask = UCSEC_F_FREEBIND,
	};
	struct ucsec *handle;
	unsigned int count;
	int err;

	if (argc < 4 || (strcmp(argv[1], "add") && strcmp(argv[1], "time"))) {
		fputs("usage: streams add|time COUNT WORDS...\n"
		      "  WORDS as for `ucsecctl stream add`; what add makes\n"
		      "  listens from ADDR on, whatever the port of \"in\"\n",
		      stderr);
		return 2;
	}
	count = (unsigned int)strtoul(argv[2], NULL, 10);
	parse(&stream, argc - 3, argv + 3);
	err = ucsec_open(&handle);
	if (err)
		error(1, -err, "module ucsec");
	if (!strcmp(argv[1], "add"))
		add(handle, &stream, count);
	else
		time_life(handle, &stream, count);
	ucsec_stream_wipe(&stream);
	ucsec_close(handle);
	return 0;
}
