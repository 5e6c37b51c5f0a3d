// SPDX-License-Identifier: GPL-2.0
/*
 * Events as they are due, once each; and whose packets a stream takes: from,
 * strict, latch, relatch, and what a pair learns.
 */
#include <poll.h>
#include <sys/wait.h>
#include "net.h"

enum { PORT = 6800, BACK = 6810, SSRC = 0x0e0e0e0e, SIZE = 512 };

static struct ucsec *ear;
static char heard[4096];	/* what came, a word each */

static void on_notice(const struct ucsec_notice *n, void *arg)
{
	size_t used = strlen(heard);
	char from[UCSEC_ENDPOINT_TEXT_LEN] = "";

	(void)arg;
	if (n->have & UCSEC_HAVE_LATCHED)
		ucsec_endpoint_format(&n->latched, from, sizeof(from));
	snprintf(heard + used, sizeof(heard) - used, "%s%s%s%s%.*s%s ",
		 ucsec_event_name(n->event), *from ? "=" : "", from,
		 n->cookie_len ? "@" : "", (int)n->cookie_len,
		 (const char *)n->cookie, n->count ? "+" : "");
}

/* Listens until it heard @want, and a moment longer: no more than that. */
static void expect(const char *want, int ms)
{
	struct pollfd p = { .fd = ucsec_event_fd(ear), .events = POLLIN };
	u64 end = now_ms() + (u64)ms;

	while (now_ms() < end && strcmp(heard, want)) {
		poll(&p, 1, 50);
		ucsec_event_dispatch(ear, on_notice, NULL);
	}
	ok(!strcmp(heard, want), "heard %s", *want ? want : "nothing");
	if (strcmp(heard, want))
		note("not: %s", heard);
	heard[0] = 0;
}

static int fd, sink;
static u32 id;
static u16 seq;

static void give(int from, int n)
{
	u8 pkt[SIZE];

	while (n--) {
		struct rtp rtp = { .ssrc = SSRC, .seq = seq++, .payload = 40 };

		send_udp(from, AF_INET, PORT, pkt,
			 (size_t)rtp_make(pkt, &rtp));
	}
}

static struct ucsec_stream named(const char *cookie)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT);

	s.have |= UCSEC_HAVE_COOKIE | UCSEC_HAVE_FROM;
	s.from = endpoint(HOST_A, AF_INET, 0);
	s.cookie_len = (u32)strlen(cookie);
	memcpy(s.cookie, cookie, s.cookie_len);
	return s;
}

static void latched_and_gone(void)
{
	struct ucsec_stream s = named("one");

	id = stream_new(&s);
	give(fd, 5);
	expect("latched=10.0.1.2:6800@one ", 3000);
	stream_del(id);
	expect("gone@one ", 3000);
}

static void no_media(u32 idle)
{
	struct ucsec_stream s = named("idle");

	s.have |= UCSEC_HAVE_IDLE;
	s.idle = idle;
	id = stream_new(&s);
	expect("no-media@idle ", 8000);
	expect("", 3500);	/* told once */
	give(fd, 1);
	expect("latched=10.0.1.2:6800@idle no-media@idle ", 9000);
	stream_del(id);
	expect("gone@idle ", 3000);
}

static void bursts(void)
{
	struct ucsec_stream s = named("b");
	struct oracle *seal;
	u8 pkt[SIZE];
	int len, i;

	with_rx(&s, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	seal = oracle_new(&s.rx, true);
	id = stream_new(&s);
	give(fd, 300);		/* not sealed at all */
	expect("auth-burst@b+ ", 5000);
	expect("", 1500);
	len = rtp_make(pkt, &(struct rtp){ .ssrc = SSRC, .seq = 9,
					   .payload = 40 });
	len = oracle_seal(seal, pkt, len, 0, false);
	for (i = 0; i < 300; i++)
		send_udp(fd, AF_INET, PORT, pkt, (size_t)len);
	expect("latched=10.0.1.2:6800@b replay-burst@b+ ", 5000);
	stream_del(id);
	expect("gone@b ", 3000);
	oracle_free(seal);
	drain(sink);
}

static void limits(void)
{
	struct ucsec_stream s = named("l");
	u8 pkt[SIZE];
	u32 i;

	with_tx(&s, UCSEC_SUITE_AEAD_AES_128_GCM);
	s.have |= UCSEC_HAVE_MAX_SSRCS;
	s.max_ssrcs = 2;
	s.ssrc_count = 1;
	s.ssrcs[0] = (struct ucsec_ssrc){ .have = UCSEC_SSRC_TX_ROC,
					  .ssrc = SSRC,
					  .tx_roc = 0xffffffff };
	id = stream_new(&s);
	give(fd, 1);
	expect("latched=10.0.1.2:6800@l key-near-end@l ", 5000);
	for (i = 0; i < 3; i++) {
		struct rtp rtp = { .ssrc = i, .seq = 1, .payload = 40 };

		send_udp(fd, AF_INET, PORT, pkt, (size_t)rtp_make(pkt, &rtp));
	}
	expect("ssrc-limit@l ", 5000);
	stream_del(id);
	expect("gone@l ", 3000);
	drain(sink);
}

/* Sends one from @from; was it taken, or refused as of a wrong source? */
static bool takes(int from)
{
	struct ucsec_stats before = stream_stats(id), s;

	give(from, 1);
	s = wait_rx(id, before.rx_packets + 1);
	if (s.rx_packets != before.rx_packets + 1 || !adds_up(&s))
		note("not counted once");
	drain(sink);
	return s.drops[UCSEC_DROP_SOURCE] == before.drops[UCSEC_DROP_SOURCE];
}

static void sources(void)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT), set;
	int other = udp_socket(A, AF_INET, PORT + 50);

	id = stream_new(&s);
	ok(takes(fd) && takes(other) &&
	   !(stream_get(id).have & UCSEC_HAVE_LATCHED),
	   "without from: anyone's, and nobody is learned");
	stream_del(id);

	s.have |= UCSEC_HAVE_FROM;
	s.from = endpoint(HOST_A, AF_INET, 0);
	id = stream_new(&s);
	ok(takes(fd) && takes(other), "from an address: any port of it");
	set = (struct ucsec_stream){ .have = UCSEC_HAVE_ID | UCSEC_HAVE_FROM,
				     .id = id,
				     .from = endpoint(HOST_B, AF_INET, 0) };
	ucsec_stream_set(gw, &set);
	ok(!takes(fd), "from another address: none");
	stream_del(id);

	s.from = endpoint(HOST_A, AF_INET, PORT);
	id = stream_new(&s);
	ok(takes(other) && !takes(fd) && takes(other),
	   "from a port that turns out another: that one, once");
	set.have = UCSEC_HAVE_ID | UCSEC_HAVE_RELATCH;
	set.id = id;
	ucsec_stream_set(gw, &set);
	ok(takes(fd) && !takes(other), "until it is told to forget it");
	stream_del(id);

	s.have |= UCSEC_HAVE_FLAGS;
	s.flags = s.flags_mask = UCSEC_F_STRICT;
	id = stream_new(&s);
	ok(!takes(other) && takes(fd), "strict: that port alone");
	stream_del(id);

	s = stream_spec(AF_INET, AF_INET, PORT);
	s.have |= UCSEC_HAVE_FLAGS;
	s.flags = s.flags_mask = UCSEC_F_LATCH;
	with_rx(&s, UCSEC_SUITE_AEAD_AES_128_GCM);
	id = stream_new(&s);
	ok(takes(other) && !(stream_get(id).have & UCSEC_HAVE_LATCHED),
	   "what is not authentic is not latched");
	stream_del(id);
	close(other);
}

/* What one learns of a, the other sends to. */
static void pair(void)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT), back;
	struct sockaddr_storage ss;
	int from_b = udp_socket(B, AF_INET, BACK);
	int other = udp_socket(A, AF_INET, PORT + 60);
	u8 pkt[SIZE];
	u32 back_id;
	int len;

	s.have |= UCSEC_HAVE_FROM;
	s.from = endpoint(HOST_A, AF_INET, 0);
	id = stream_new(&s);
	memset(&back, 0, sizeof(back));
	back.have = UCSEC_HAVE_IN | UCSEC_HAVE_OUT | UCSEC_HAVE_TO |
		    UCSEC_HAVE_PAIR;
	back.in = endpoint(HOST_GB, AF_INET, BACK);
	back.out = endpoint(HOST_GA, AF_INET, BACK);
	back.to = endpoint(HOST_A, AF_INET, 9);
	back.pair = id;
	back_id = stream_new(&back);
	give(other, 1);
	expect("latched=10.0.1.2:6860 ", 3000);
	len = rtp_make(pkt, &(struct rtp){ .ssrc = 1, .payload = 33 });
	address(HOST_GB, AF_INET, BACK, &ss);
	sendto(from_b, pkt, (size_t)len, 0, (void *)&ss,
	       sizeof(struct sockaddr_in));
	ok(receive(other, pkt, sizeof(pkt), ARRIVAL_MS) == len,
	   "the pair sends to where media came from");
	ok(stream_get(id).pair == back_id && stream_get(back_id).pair == id,
	   "each names the other");
	stream_del(id);
	ok(!(stream_get(back_id).have & UCSEC_HAVE_PAIR),
	   "and is alone when it is gone");
	stream_del(back_id);
	close(from_b);
	close(other);
}

static void say(int from, u16 port, bool rtcp)
{
	struct sockaddr_storage ss;
	socklen_t sslen = address(HOST_GB, AF_INET, port, &ss);
	u8 pkt[SIZE];
	int len;

	if (rtcp)
		len = rtcp_make(pkt, 1, 1);
	else
		len = rtp_make(pkt, &(struct rtp){ .ssrc = 1, .payload = 33 });
	sendto(from, pkt, (size_t)len, 0, (void *)&ss, sslen);
}

/* At the last port there is no room for RTCP behind it; it goes nowhere. */
static void last_port(void)
{
	struct ucsec_stream s = named("p"), back = { .have = UCSEC_HAVE_IN |
		UCSEC_HAVE_OUT | UCSEC_HAVE_TO | UCSEC_HAVE_PAIR };
	int from_b = udp_socket(B, AF_INET, BACK);
	int last = udp_socket(A, AF_INET, 65535);
	int wrapped = udp_socket(A, AF_INET, 2);
	int other = udp_socket(A, AF_INET, PORT + 70);
	int reports = udp_socket(A, AF_INET, PORT + 73);
	struct ucsec_stream relatch = { .have = UCSEC_HAVE_ID |
						UCSEC_HAVE_RELATCH };
	struct ucsec_stats stats;
	u8 pkt[SIZE];
	u32 back_id;

	id = relatch.id = stream_new(&s);
	back.in = endpoint(HOST_GB, AF_INET, BACK);
	back.out = endpoint(HOST_GA, AF_INET, BACK);
	back.to = endpoint(HOST_A, AF_INET, 9);
	back.to.have |= UCSEC_EP_RTCP_PORT;
	back.to.rtcp_port = 12;
	back.pair = id;
	back_id = stream_new(&back);
	give(last, 1);
	expect("latched=10.0.1.2:65535@p ", 3000);
	say(from_b, BACK, false);
	ok(receive(last, pkt, sizeof(pkt), ARRIVAL_MS) > 0,
	   "the pair sends to port 65535");
	say(from_b, BACK + 1, true);
	stats = wait_rx(back_id, 2);
	ok(stats.drops[UCSEC_DROP_ROUTE] == 1 && stats.tx_packets == 1 &&
	   receive(wrapped, pkt, sizeof(pkt), 200) < 0,
	   "RTCP three ports behind goes nowhere, not to port 2");
	ucsec_stream_set(gw, &relatch);
	give(other, 1);
	expect("latched=10.0.1.2:6870@p ", 3000);
	say(from_b, BACK + 1, true);
	ok(receive(reports, pkt, sizeof(pkt), ARRIVAL_MS) > 0,
	   "with another source it is three ports behind again");
	stream_del(id);
	stream_del(back_id);
	close(from_b);
	close(last);
	close(wrapped);
	close(other);
	close(reports);
	drain(sink);
	expect("gone@p gone ", 3000);
}

/* Beside our own ear another one is up. */
static bool monitor_listens(void)
{
	return !run(G, "awk '$2 == 16 && $4 !~ /^0+$/ { n++ } "
		       "END { exit n < 2 }' /proc/net/netlink");
}

static void golden(void)
{
	pid_t monitor = start(G, "exec timeout 30 ucsecctl monitor count 2 "
				 ">/run/golden-%d", (int)getpid());
	u64 end = now_ms() + 20000;
	int status;

	while (!monitor_listens() && now_ms() < end)
		usleep(50000);
	ok(now_ms() < end, "the monitor listens");
	must_run(G, "bash -c 'ucsecctl stream add in 10.0.1.1:%d "
		 "out 10.0.2.1:%d to 10.0.2.2:%d cookie g && "
		 "ucsecctl stream flush && ucsecctl stream add "
		 "in [fd00:1::1]:%d out 10.0.2.1:%d to 10.0.2.2:%d && "
		 "ucsecctl stream flush' >/dev/null", PORT, PORT, PORT, PORT,
		 PORT, PORT);
	waitpid(monitor, &status, 0);
	ok(!status &&
	   !run(G, "bash -c \"diff <(sed 's/stream [0-9]*/stream N/' "
		   "/run/golden-%d) "
		   "<(printf 'gone stream N in 10.0.1.1:%d cookie g\\n"
		   "gone stream N in [fd00:1::1]:%d\\n')\"", (int)getpid(),
		PORT, PORT),
	   "what the monitor prints");
}

int main(void)
{
	world_new();
	enter(G);
	if (ucsec_open(&ear) || ucsec_event_subscribe(ear))
		die("subscribe");
	enter(A);
	fd = udp_socket(A, AF_INET, PORT);
	sink = udp_socket(B, AF_INET, PORT);
	latched_and_gone();
	no_media(2);	/* above the interval of the watch */
	no_media(1);	/* no longer than it */
	bursts();
	limits();
	sources();
	ucsec_event_dispatch(ear, on_notice, NULL);
	usleep(200000);
	ucsec_event_dispatch(ear, on_notice, NULL);
	heard[0] = 0;
	pair();
	expect("gone gone ", 3000);
	last_port();
	golden();
	ucsec_close(ear);
	return tap_end();
}
