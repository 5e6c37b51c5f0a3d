// SPDX-License-Identifier: GPL-2.0
/*
 * load SECONDS: calls in both directions while XDP comes and goes, keys change
 * and streams are made and removed.
 *
 * a sends RTP and RTCP, which leave the gateway as SRTP; b sends them back as
 * they came, and the gateway opens them again with the same keys. So a sees what
 * was lost, changed or overtaken on the way there and back. Every so often b
 * sends a forged one first. One more stream, of packets that b keeps, is removed
 * and made anew. a and b have a processor each, where the machine has two.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include "frame.h"

/* Few enough on the way for any queue: then whatever is lost is a fault. */
enum { FLOWS = 5, CALLS = 2, WINDOW = 8, PORT = 6800, CHURN = 4,
       FORGE = 61, SIZE = 512, STALL_MS = 3000 };

static struct flow {
	const char *name;
	int family;
	u16 port;
	bool rtcp;
	int a, b;
	atomic_uint sent, back;	/* back: the next number that a waits for */
	u32 came;		/* the next one that b waits for */
	atomic_uint echoed, forged;
	u32 heard, late, odd, stalls;
	u64 heard_at;
} flows[FLOWS] = {
	{ .name = "RTP of IPv4", .family = AF_INET, .port = PORT },
	{ .name = "RTCP of IPv4", .family = AF_INET, .port = PORT + 1,
	  .rtcp = true },
	{ .name = "RTP of IPv6", .family = AF_INET6, .port = PORT + 2 },
	{ .name = "RTCP of IPv6", .family = AF_INET6, .port = PORT + 3,
	  .rtcp = true },
	{ .name = "the stream that goes", .family = AF_INET, .port = PORT + 4 },
};

static struct call {
	struct ucsec_stream seal, open;
} calls[CALLS];

static atomic_bool over, deaf;
static u32 b_late;

/* To a processor, where the tool that attaches goes first. */
static void settle(long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("processor %ld", cpu);
	setpriority(PRIO_PROCESS, 0, 10);
}

static int make(const struct flow *f, u32 number, u8 *pkt)
{
	u32 ssrc = 0x10000 + f->port;

	if (f->rtcp)
		return rtcp_make(pkt, ssrc, number);
	return rtp_make(pkt, &(struct rtp){ .ssrc = ssrc, .seq = (u16)number,
			.timestamp = number, .payload = number % 200,
			.seed = number });
}

static void send_next(struct flow *f)
{
	u8 pkt[SIZE];
	int len = make(f, f->sent, pkt);

	send_udp(f->a, f->family, f->port, pkt, (size_t)len);
	f->sent++;
}

/* What comes back is what was sent, one after the other. */
static void hear(struct flow *f)
{
	u8 pkt[SIZE], want[SIZE];
	u32 number;
	int len;

	while ((len = (int)recv(f->a, pkt, sizeof(pkt), MSG_DONTWAIT)) > 0) {
		f->heard++;
		f->heard_at = now_ms();
		number = get32(pkt + (f->rtcp ? 28 : 4));
		if (len != make(f, number, want) ||
		    memcmp(pkt, want, (size_t)len))
			f->odd++;
		else if ((int32_t)(number - f->back) < 0)
			f->late++;
		else
			f->back = number + 1;
	}
}

static void wait_any(bool a)
{
	struct pollfd p[FLOWS];
	int i;

	for (i = 0; i < FLOWS; i++)
		p[i] = (struct pollfd){ .fd = a ? flows[i].a : flows[i].b,
					.events = POLLIN };
	poll(p, FLOWS, 20);
}

/* What has not come back for so long is lost; the others are to go on. */
static void give_up(struct flow *f)
{
	if (f->sent - f->back < WINDOW || now_ms() - f->heard_at < STALL_MS)
		return;
	f->stalls++;
	f->back = f->sent;
	f->heard_at = now_ms();
}

static void *caller(void *arg)
{
	struct flow *f;

	(void)arg;
	settle(0);
	for (f = flows; f < flows + FLOWS; f++)
		f->heard_at = now_ms();
	while (!deaf) {
		for (f = flows; f < flows + FLOWS; f++) {
			while (!over && f->sent - f->back < WINDOW)
				send_next(f);
			hear(f);
			give_up(f);
		}
		wait_any(true);
	}
	return NULL;
}

static void forge(struct flow *f, const u8 *pkt, int len)
{
	struct sockaddr_storage to;
	socklen_t to_len = address(HOST_GB, f->family, f->port, &to);
	u8 forged[SIZE];

	memcpy(forged, pkt, (size_t)len);
	forged[len / 2] ^= 1;
	if (sendto(f->b, forged, (size_t)len, 0, (void *)&to, to_len) == len)
		f->forged++;
}

/* The numbers of RTP are in the clear. */
static void watch(struct flow *f, const u8 *pkt)
{
	u32 number;

	if (f->rtcp)
		return;
	number = get32(pkt + 4);
	if ((int32_t)(number - f->came) < 0)
		b_late++;
	else
		f->came = number + 1;
}

static void echo(struct flow *f)
{
	struct sockaddr_storage to;
	socklen_t to_len = address(HOST_GB, f->family, f->port, &to);
	u8 pkt[SIZE];
	int len;

	while ((len = (int)recv(f->b, pkt, sizeof(pkt), MSG_DONTWAIT)) > 0) {
		watch(f, pkt);
		f->echoed++;
		if (f == &flows[CHURN]) {
			f->back = f->came;
			continue;
		}
		if (f->echoed % FORGE == 0)
			forge(f, pkt, len);
		if (sendto(f->b, pkt, (size_t)len, 0, (void *)&to, to_len) < 0)
			note("echo: %s", strerror(errno));
	}
}

static void *callee(void *arg)
{
	struct flow *f;

	(void)arg;
	settle(sysconf(_SC_NPROCESSORS_ONLN) - 1);
	while (!deaf) {
		for (f = flows; f < flows + FLOWS; f++)
			echo(f);
		wait_any(false);
	}
	return NULL;
}

/* From b to a, of what the gateway makes of the other one. */
static void open_calls(void)
{
	u32 i;

	for (i = 0; i < CALLS; i++) {
		struct ucsec_stream *seal = &calls[i].seal;
		struct ucsec_stream *open = &calls[i].open;
		int family = flows[2 * i].family;
		u16 port = flows[2 * i].port;

		*seal = *open = stream_spec(family, family, port);
		with_tx(seal, UCSEC_SUITE_AEAD_AES_128_GCM);
		open->in = endpoint(HOST_GB, family, port);
		open->out = endpoint(HOST_GA, family, port);
		open->to = endpoint(HOST_A, family, port);
		open->have |= UCSEC_HAVE_RX;
		open->rx = seal->tx;
		seal->id = stream_new(seal);
		open->id = stream_new(open);
	}
}

/* The receiver first: its old keys are good until the sender follows. */
static void rekey(struct call *call, enum ucsec_suite suite)
{
	struct ucsec_stream rx = { .have = UCSEC_HAVE_ID | UCSEC_HAVE_RX,
				   .id = call->open.id };
	struct ucsec_stream tx = { .have = UCSEC_HAVE_ID | UCSEC_HAVE_TX,
				   .id = call->seal.id };

	random_keys(&rx.rx, suite, 1, 0);
	tx.tx = rx.rx;
	if (ucsec_stream_set(gw, &rx) || ucsec_stream_set(gw, &tx))
		die("rekey: %s", ucsec_error(gw)->sentence);
}

static u32 churn_new(enum ucsec_suite suite)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET,
					    flows[CHURN].port);

	return stream_new(with_tx(&s, suite));
}

/* So many more packets, or long enough. */
static void let_pass(u32 packets)
{
	u32 start = flows[0].sent;
	u64 end = now_ms() + STALL_MS;

	while (flows[0].sent - start < packets && now_ms() < end)
		usleep(1000);
}

static u64 round_of(u32 round, const char *mode)
{
	enum ucsec_suite suite = 1 + round % 8;
	u32 i, id = churn_new(suite);
	u64 by_xdp = 0;

	must_run(G, "ucsecctl xdp attach wa --mode %s", mode);
	let_pass(40);
	must_run(G, "ucsecctl xdp attach wb --mode %s", mode);
	for (i = 0; i < CALLS; i++)
		rekey(&calls[i], suite);
	let_pass(80);
	stream_del(id);
	let_pass(20);
	by_xdp += frame_ways("wa", UCSEC_XDP_REDIRECT);
	by_xdp += frame_ways("wb", UCSEC_XDP_REDIRECT);
	must_run(G, "ucsecctl xdp detach w%c", round % 2 ? 'a' : 'b');
	let_pass(20);
	must_run(G, "ucsecctl xdp detach w%c", round % 2 ? 'b' : 'a');
	return by_xdp;
}

static void judge_flow(struct flow *f)
{
	u32 lost = f->sent - f->heard;

	ok(f->sent > 100 && !lost && !f->late && !f->odd,
	   "%s: nothing is lost, changed or overtaken", f->name);
	note("%u sent, %u lost, %u late, %u changed, %u stalls", f->sent, lost,
	     f->late, f->odd, f->stalls);
}

/* RTP and RTCP of one call. */
static void judge_call(u32 n)
{
	struct flow *rtp = &flows[2 * n], *rtcp = &flows[2 * n + 1];
	u32 sent = rtp->sent + rtcp->sent, forged = rtp->forged + rtcp->forged;
	struct ucsec_stats s = wait_rx(calls[n].seal.id, sent);
	struct ucsec_stats o = wait_rx(calls[n].open.id, sent + forged);
	u32 i;

	ok(s.rx_packets == sent && s.tx_packets == sent,
	   "IPv%d: what was sent was sealed", n ? 6 : 4);
	ok(o.rx_packets == sent + forged && o.tx_packets == sent &&
	   drops_total(&o) == forged,
	   "IPv%d: it was opened, what was forged refused", n ? 6 : 4);
	note("sealed %llu of %llu, opened %llu of %llu, refused %llu of %u",
	     (unsigned long long)s.tx_packets, (unsigned long long)s.rx_packets,
	     (unsigned long long)o.tx_packets, (unsigned long long)o.rx_packets,
	     (unsigned long long)drops_total(&o), forged);
	for (i = 0; i < UCSEC_DROP_ROOM; i++)
		if (o.drops[i])
			note("%llu for reason %u",
			     (unsigned long long)o.drops[i], i);
}

/* All streams there ever were: what they sent arrived. */
static void judge_all(void)
{
	u64 arrived = flows[CHURN].echoed;
	struct ucsec_stats s;
	u32 i;

	for (i = 0; i < CHURN; i++)
		arrived += flows[i].echoed + flows[i].heard;
	if (ucsec_stats_get(gw, &s))
		die("stats: %s", ucsec_error(gw)->sentence);
	ok(adds_up(&s) && s.tx_packets == arrived,
	   "all that was sent on arrived, removed streams' as well");
	note("%llu sent on, %llu arrived", (unsigned long long)s.tx_packets,
	     (unsigned long long)arrived);
	ok(flows[CHURN].echoed > 100 && !b_late,
	   "b saw nothing out of order");
	note("%u late, %u of %u of the stream that goes", b_late,
	     flows[CHURN].echoed, flows[CHURN].sent);
}

/* Until nothing more comes. */
static void quiesce(void)
{
	u32 i, total, last = 0;
	int still = 0;

	while (still < 10) {
		usleep(100000);
		for (i = total = 0; i < FLOWS; i++)
			total += flows[i].back + flows[i].echoed;
		still = total == last ? still + 1 : 0;
		last = total;
	}
}

int main(int argc, char **argv)
{
	int seconds = argc == 2 ? atoi(argv[1]) : 0;
	pthread_t threads[2];
	u64 end, by_xdp = 0;
	u32 i, rounds = 0;

	if (seconds < 1)
		die("usage: load SECONDS");
	world_new();
	/* Where veth polls only for a program it forgets what waits at its end. */
	must_run(G, "ethtool -K wa gro on >/dev/null");
	must_run(G, "ethtool -K wb gro on >/dev/null");
	must_run(A, "ethtool -K wa tx off gro on >/dev/null");
	must_run(B, "ethtool -K wb tx off gro on >/dev/null");
	for (i = 0; i < FLOWS; i++) {
		flows[i].a = udp_socket(A, flows[i].family, flows[i].port);
		flows[i].b = udp_socket(B, flows[i].family, flows[i].port);
	}
	open_calls();
	pthread_create(&threads[0], NULL, caller, NULL);
	pthread_create(&threads[1], NULL, callee, NULL);
	for (end = now_ms() + 1000 * (u64)seconds; now_ms() < end; rounds++)
		by_xdp += round_of(rounds, rounds % 2 ? "generic" : "native");
	over = true;
	quiesce();
	deaf = true;
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	ok(by_xdp > 100, "XDP came and went, and took part");
	note("%u times, %llu frames by XDP", rounds, (unsigned long long)by_xdp);
	for (i = 0; i < CHURN; i++)
		judge_flow(&flows[i]);
	for (i = 0; i < CALLS; i++)
		judge_call(i);
	judge_all();
	return tap_end();
}
