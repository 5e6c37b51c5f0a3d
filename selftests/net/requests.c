// SPDX-License-Identifier: GPL-2.0
/*
 * requests THREADS MS [NAMESPACE]: requests of every kind, and media, in this
 * namespace or by sockets opened in that file's. Prints how many were done,
 * and ends while others are under way.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>
#include "net.h"

enum { PORTS = 24, THREADS = 32, BASE = 20000 };

struct worker {
	struct ucsec *handle;
	int media;
	unsigned int seed;
	u32 last;		/* id of what it made last */
};

static atomic_uint done, started;

static struct ucsec_endpoint at(u16 port)
{
	return (struct ucsec_endpoint){
		.family = AF_INET,
		.have = UCSEC_EP_PORT,
		.addr.addr4.s_addr = htonl(INADDR_LOOPBACK),
		.port = port,
	};
}

static u32 pick(struct worker *w, u32 n)
{
	return (u32)rand_r(&w->seed) % n;
}

static void keys(struct worker *w, struct ucsec_crypto *c)
{
	u32 i;

	memset(c, 0, sizeof(*c));
	c->suite = UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80;
	c->key_count = 1;
	c->keys[0].material_len = 30;
	for (i = 0; i < 30; i++)
		c->keys[0].material[i] = (u8)pick(w, 256);
}

static int make(struct worker *w)
{
	struct ucsec_stream s = {
		.have = UCSEC_HAVE_IN | UCSEC_HAVE_OUT | UCSEC_HAVE_TO |
			UCSEC_HAVE_TX | UCSEC_HAVE_IDLE,
		.in = at((u16)(BASE + 2 * pick(w, PORTS))),
		.out = at(BASE - 2),
		.to = at(9),
		.idle = 1,
	};

	keys(w, &s.tx);
	if (w->last && pick(w, 2)) {
		s.have |= UCSEC_HAVE_PAIR;
		s.pair = w->last;
	}
	return ucsec_stream_new(w->handle, &s, &w->last);
}

static int alter(struct worker *w)
{
	struct ucsec_stream s = {
		.have = UCSEC_HAVE_ID | UCSEC_HAVE_TX | UCSEC_HAVE_TO,
		.id = w->last,
		.to = at((u16)(9 + 2 * pick(w, 2))),
	};

	keys(w, &s.tx);
	return ucsec_stream_set(w->handle, &s);
}

static int ignore(const struct ucsec_stream *s, void *arg)
{
	(void)s;
	(void)arg;
	return 0;
}

static int request(struct worker *w)
{
	struct ucsec_stream s;
	struct ucsec_stats stats;

	switch (pick(w, 12)) {
	case 0:
	case 1:
		return alter(w);
	case 2:
		return ucsec_stream_del(w->handle, w->last);
	case 3:
		return ucsec_stream_get(w->handle, w->last, &s);
	case 4:
		return ucsec_stream_dump(w->handle, ignore, NULL);
	case 5:
		return ucsec_stats_get(w->handle, &stats);
	case 6:
		return pick(w, 8) ? 0 : ucsec_stream_flush(w->handle);
	default:
		return make(w);
	}
}

static void *work(void *arg)
{
	static const u8 rtp[172] = { 0x80 };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct worker *w = arg;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	started++;
	for (;;) {
		done += !request(w);
		sin.sin_port = htons((u16)(BASE + 2 * pick(w, PORTS)));
		sendto(w->media, rtp, sizeof(rtp), MSG_DONTWAIT, (void *)&sin,
		       sizeof(sin));
	}
	return NULL;
}

/* Sockets stay where they were opened, whoever goes. */
static bool open_sockets(struct worker *w, u32 n, const char *namespace)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there = namespace ? open(namespace, O_RDONLY | O_CLOEXEC) : home;
	bool all = true;
	u32 i;

	if (home < 0 || there < 0 || setns(there, CLONE_NEWNET))
		return false;
	for (i = 0; i < n; i++) {
		w[i].seed = (unsigned int)getpid() * 131 + i;
		w[i].media = socket(AF_INET, SOCK_DGRAM, 0);
		all = all && w[i].media >= 0 && !ucsec_open(&w[i].handle);
	}
	if (setns(home, CLONE_NEWNET))
		return false;
	close(there);
	return all;
}

int main(int argc, char **argv)
{
	static struct worker workers[THREADS];
	u32 n = argc > 2 ? (u32)atoi(argv[1]) : 0, i;
	pthread_t thread;

	if (!n || n > THREADS ||
	    !open_sockets(workers, n, argc > 3 ? argv[3] : NULL))
		return 2;
	for (i = 0; i < n; i++)
		if (pthread_create(&thread, NULL, work, &workers[i]))
			return 2;
	while (started < n || !done)
		sched_yield();
	printf("started\n");
	fflush(stdout);
	usleep((useconds_t)atoi(argv[2]) * 1000);
	printf("%u\n", done);
	fflush(stdout);
	_exit(0);
}
