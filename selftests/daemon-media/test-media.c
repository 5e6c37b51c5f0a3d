// SPDX-License-Identifier: GPL-2.0
/*
 * A call's media through the client and the server of ucsec-mediad into a
 * kernel that is none, which refuses a sending key it has ever seen.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "call/media.h"
#include "call/mediad.h"
#include "fake-ucsec.h"
#include "tap.h"

void __real_free(void *ptr);
void __wrap_free(void *ptr);

static unsigned int leaks;

/* The peers' keys are one byte, 9 to 12, over and over. */
void __wrap_free(void *ptr)
{
	size_t size = ptr ? malloc_usable_size(ptr) : 0;
	uint8_t run[16];

	for (uint8_t byte = 9; byte <= 12; byte++) {
		memset(run, byte, sizeof(run));
		leaks += size && memmem(ptr, size, run, sizeof(run));
	}
	__real_free(ptr);
}

static struct event_base *base;
static struct call_mediad *mediad;
static struct call_media_system *media_system;
static struct call_media_conf conf;
static char path[64];
static int control;
static pid_t server;

static struct {
	unsigned int ups, downs, dones, events, counters, ends;
	int err;
	char why[200];
	enum call_media_event event;
	enum call_leg from;
	unsigned int line;
	uint64_t count, packets;
} seen;

static void on_up(void *arg)
{
	(void)arg;
	seen.ups++;
}

static void on_down(void *arg, const char *why)
{
	(void)arg;
	(void)why;
	seen.downs++;
}

static const struct call_mediad_ops ops = { .up = on_up, .down = on_down };

static void on_done(void *arg, int err, const char *why)
{
	(void)arg;
	seen.dones++;
	seen.err = err;
	snprintf(seen.why, sizeof(seen.why), "%s", why ? why : "");
}

static void on_event(void *arg, unsigned int line, enum call_leg from,
		     enum call_media_event event, uint64_t count)
{
	(void)arg;
	seen.events++;
	seen.line = line;
	seen.from = from;
	seen.event = event;
	seen.count = count;
}

static void on_counters(void *arg, int err, unsigned int line,
			enum call_leg from,
			const struct call_counters *counters)
{
	(void)arg;
	(void)err;
	(void)from;
	if (line == CALL_LINES) {
		seen.ends++;
		return;
	}
	seen.counters++;
	seen.packets += counters->rx_packets;
}

static void too_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	*(bool *)arg = true;
}

/* Runs the loop until the counter has reached that; false after 20 s. */
static bool until(const unsigned int *counter, unsigned int value)
{
	struct timeval tv = { 20, 0 };
	bool late = false;
	struct event *timer = evtimer_new(base, too_late, &late);

	event_add(timer, &tv);
	while (*counter < value && !late)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(timer);
	return *counter >= value;
}

static struct fake_message ask(enum fake_order order, uint32_t stream,
			       int event)
{
	return fake_ucsec_order(control, (struct fake_message){
		.order = order, .stream = stream, .event = event });
}

static int reserve(struct call_media *media, uint32_t lines)
{
	unsigned int before = seen.dones;

	if (call_media_reserve(media, lines, on_done, NULL))
		return 1;
	if (seen.dones != before)
		return 2;	/* it must not come so early */
	return until(&seen.dones, before + 1) ? seen.err : 3;
}

static int apply(struct call_media *media)
{
	unsigned int before = seen.dones;

	if (call_media_apply(media, on_done, NULL))
		return 1;
	return until(&seen.dones, before + 1) ? seen.err : 3;
}

/* Until the kernel has that many streams; false after 20 s. */
static bool until_streams(unsigned int count)
{
	time_t end = time(NULL) + 20;

	while (ask(FAKE_COUNT, 0, 0).count != count) {
		if (time(NULL) > end)
			return false;
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	return true;
}

static const struct call_suite *suite(const char *name)
{
	return call_suite_find(name, strlen(name));
}

static struct call_peer peer(const char *host, uint16_t port,
			     const char *name, uint8_t key)
{
	struct call_peer p = {
		.port = port, .sends = true, .receives = true,
	};

	p.addr.family = strchr(host, ':') ? AF_INET6 : AF_INET;
	inet_pton(p.addr.family, host, &p.addr.v6);
	if (!name)
		return p;
	p.rx.suite = suite(name);
	p.rx.key_count = 1;
	p.rx.keys[0].len = p.rx.suite->key_len + p.rx.suite->salt_len;
	memset(p.rx.keys[0].material, key, p.rx.keys[0].len);
	return p;
}

/* One side of a round: what the peer said, and our key if it is SRTP. */
static struct call_key stage(struct call_media *media, unsigned int line,
			     enum call_leg leg, struct call_peer p)
{
	struct call_key key = { 0 };

	call_media_stage_peer(media, line, leg, &p);
	if (p.rx.suite)
		call_media_own_key(media, line, leg, p.rx.suite, &key);
	call_media_stage_own(media, line, leg, p.rx.suite);
	return key;
}

#define CM80 "AES_CM_128_HMAC_SHA1_80"
#define GCM "AEAD_AES_256_GCM"

/* The stream that comes in at that port. */
static struct ucsec_stream stream_at(uint16_t port)
{
	struct ucsec_stream s = { 0 };

	for (uint32_t id = 1; id < 200; id++) {
		s = fake_ucsec_show(control, id);
		if (s.id && s.in.port == port)
			return s;
	}
	memset(&s, 0, sizeof(s));
	return s;
}

static void start(void)
{
	struct call_range *range;

	base = event_base_new();
	snprintf(path, sizeof(path), "/tmp/test-media-%d", (int)getpid());
	control = fake_ucsec_start(path, getuid(), &server);
	conf.anchored = true;
	conf.latch = true;
	conf.dscp_audio = 46;
	conf.idle = 30;
	for (int realm = 0; realm < CALL_REALMS; realm++) {
		range = &conf.ranges[realm][0];
		range->addr.family = AF_INET;
		/* An address of our own: the test may run twice at a time. */
		range->addr.v4.s_addr = htonl(0x7f000001 |
			((uint32_t)getpid() & 0x3fffff) << 1);
		range->first = (uint16_t)(28000 + 100 * realm);
		range->last = (uint16_t)(range->first + 21);
	}
	mediad = call_mediad_new(base, path, &ops, NULL);
	media_system = call_media_system_new(base, &conf, mediad);
	call_media_system_sweep(media_system);
	ok(until(&seen.ups, 1), "connected");
}

static struct call_media *call_new(uint8_t id)
{
	uint8_t bytes[CALL_MEDIA_ID_LEN] = { id };
	struct call_media *media = call_media_new(media_system, bytes,
						  on_event, NULL);

	call_media_set_leg(media, CALL_LEG_A, CALL_REALM_LINE, AF_INET);
	call_media_set_leg(media, CALL_LEG_B, CALL_REALM_TRUNK, AF_INET);
	return media;
}

static void check_streams(struct call_media *media)
{
	const struct call_local *a, *b;
	struct call_key kb;
	struct ucsec_stream ab, ba;

	ok(!reserve(media, 1), "ports: %s", seen.why);
	a = call_media_local(media, 0, CALL_LEG_A);
	b = call_media_local(media, 0, CALL_LEG_B);
	ok(a->port >= 28000 && a->port < 28022 && !(a->port & 1) &&
	   a->rtcp_port == a->port + 1 && b->port >= 28100,
	   "of each leg's range: %u %u", a->port, b->port);
	stage(media, 0, CALL_LEG_A, peer("192.0.2.1", 4000, NULL, 0));
	kb = stage(media, 0, CALL_LEG_B, peer("198.51.100.1", 5000, CM80, 9));
	ok(!apply(media), "plain A, SRTP B: %s", seen.why);
	ab = stream_at(a->port);
	ba = stream_at(b->port);
	ok(ab.id && ba.id && ab.out.port == b->port &&
	   ba.out.port == a->port && ab.to.port == 5000 &&
	   ba.to.port == 4000 && ab.pair == ba.id && ba.pair == ab.id,
	   "two streams, each other's pair");
	ok(!(ab.have & UCSEC_HAVE_RX) && ab.have & UCSEC_HAVE_TX &&
	   !memcmp(ab.tx.keys[0].material, kb.material, kb.len) &&
	   ba.have & UCSEC_HAVE_RX && !(ba.have & UCSEC_HAVE_TX) &&
	   ba.rx.keys[0].material[0] == 9, "keys where they belong");
	ok(ab.have & UCSEC_HAVE_FROM && ab.from.port == 4000 &&
	   !(ab.flags & UCSEC_F_LATCH) && !(ba.have & UCSEC_HAVE_FROM) &&
	   ba.flags & UCSEC_F_LATCH, "plain is bound to its address, SRTP to "
	   "its key");
	ok(ab.idle == 30 && ab.dscp == 46 && ab.flags & UCSEC_F_ROC_RESET,
	   "idle time, DSCP, ROC");
}

static void check_changes(struct call_media *media)
{
	uint16_t a = call_media_local(media, 0, CALL_LEG_A)->port;
	uint16_t b = call_media_local(media, 0, CALL_LEG_B)->port;
	struct fake_message before = ask(FAKE_COUNT, 0, 0);
	struct call_peer pa = peer("192.0.2.1", 4000, NULL, 0);
	struct call_peer pb = peer("198.51.100.1", 5000, CM80, 9);
	struct call_key k1, k2;
	struct ucsec_stream old = stream_at(a), s;

	stage(media, 0, CALL_LEG_A, pa);
	k1 = stage(media, 0, CALL_LEG_B, pb);
	ok(!apply(media) && ask(FAKE_COUNT, 0, 0).requests == before.requests,
	   "nothing new: nothing asked");
	pa.sends = false;
	pa.addr.family = AF_UNSPEC;
	stage(media, 0, CALL_LEG_A, pa);
	k2 = stage(media, 0, CALL_LEG_B, pb);
	ok(!apply(media) && call_key_equal(&k1, &k2) &&
	   stream_at(a).idle == 0 && stream_at(b).idle == 30 &&
	   stream_at(b).to.port == 4000, "hold: same key, no idle time");
	pa = peer("192.0.2.1", 4400, NULL, 0);
	pb = peer("198.51.100.1", 5000, CM80, 10);
	stage(media, 0, CALL_LEG_A, pa);
	stage(media, 0, CALL_LEG_B, pb);
	s = stream_at(b);
	ok(!apply(media) && stream_at(b).id == s.id &&
	   stream_at(b).rx.keys[0].material[0] == 10 &&
	   stream_at(b).to.port == 4400, "new key of B, new port of A");
	pa = peer("192.0.2.1", 4400, GCM, 1);
	stage(media, 0, CALL_LEG_A, pa);
	k2 = stage(media, 0, CALL_LEG_B, pb);
	ok(!apply(media), "A becomes SRTP: %s", seen.why);
	s = stream_at(a);
	ok(s.id != old.id && s.have & UCSEC_HAVE_RX &&
	   !call_key_equal(&k1, &k2) && stream_at(b).pair == s.id,
	   "a stream made anew, with a fresh key, paired again");
	pa.rtcp_mux = true;
	pb.rtcp_port = 5555;
	stage(media, 0, CALL_LEG_A, pa);
	stage(media, 0, CALL_LEG_B, pb);
	ok(!apply(media) && stream_at(a).id != s.id &&
	   stream_at(a).flags & UCSEC_F_RX_RTCP_MUX &&
	   stream_at(a).to.rtcp_port == 5555 &&
	   stream_at(b).flags & UCSEC_F_TX_RTCP_MUX,
	   "A multiplexes RTCP: made anew: %s", seen.why);
	ok(!ask(FAKE_COUNT, 0, 0).reused, "no sending key came twice");
}

/* The first request has left, its answer cannot come: the server stands. */
static void begin_apply(struct call_media *media)
{
	int status;

	kill(server, SIGSTOP);
	waitpid(server, &status, WUNTRACED);
	call_media_apply(media, on_done, NULL);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static void check_refusals(struct call_media *media)
{
	struct call_media *second = call_new(2);
	struct call_peer pa = peer("192.0.2.1", 4600, GCM, 2);
	unsigned int dones;

	/* Its stream must go, but B was not told another key. */
	stage(media, 0, CALL_LEG_A, pa);
	ok(apply(media) == -EKEYREJECTED, "half a round: %s", seen.why);
	call_media_rollback(media);
	pa.rtcp_mux = true;
	stage(media, 0, CALL_LEG_A, pa);
	stage(media, 0, CALL_LEG_B, peer("198.51.100.1", 5000, CM80, 10));
	ok(!apply(media), "a whole one: %s", seen.why);
	pa.port = 4700;
	ask(FAKE_REFUSE, 1, -EOPNOTSUPP);
	stage(media, 0, CALL_LEG_A, pa);
	ok(call_media_apply(media, on_done, NULL) == 0 &&
	   call_media_apply(media, on_done, NULL) == -EBUSY,
	   "one job at a time");
	until(&seen.dones, seen.dones + 1);
	ok(seen.err == -EOPNOTSUPP && !strcmp(seen.why, "the test says no"),
	   "the kernel's refusal arrives: %s", seen.why);
	call_media_rollback(media);
	ok(reserve(second, 0xffff) == -ENOSPC, "too many lines: %s", seen.why);
	call_media_free(second);
	second = call_new(3);
	call_media_set_leg(second, CALL_LEG_A, CALL_REALM_LINE, AF_INET6);
	ok(reserve(second, 1) == -EADDRNOTAVAIL, "no IPv6: %s", seen.why);
	call_media_free(second);
	second = call_new(4);
	ok(!reserve(second, 0x3), "what was given back is there again");
	stage(second, 0, CALL_LEG_A, peer("192.0.2.1", 4000, NULL, 0));
	stage(second, 0, CALL_LEG_B, peer("192.0.2.2", 4000, CM80, 3));
	begin_apply(second);
	call_media_free(second);
	kill(server, SIGCONT);
	ok(until_streams(2),
	   "a call that ends while it begins leaves nothing");
	second = call_new(5);
	reserve(second, 1);
	stage(second, 0, CALL_LEG_A, peer("192.0.2.1", 4000, NULL, 0));
	stage(second, 0, CALL_LEG_B, peer("192.0.2.2", 4000, CM80, 3));
	dones = seen.dones;
	begin_apply(second);
	call_media_rollback(second);
	kill(server, SIGCONT);
	ok(until_streams(4) && seen.dones == dones,
	   "a rollback amid it: it goes on and tells nobody");
	while (reserve(second, 1) == 1)
		event_base_loop(base, EVLOOP_NONBLOCK);
	call_media_free(second);
	ok(until_streams(2), "and can be ended");
}

static void check_events(struct call_media *media)
{
	uint16_t a = call_media_local(media, 0, CALL_LEG_A)->port;
	uint16_t b = call_media_local(media, 0, CALL_LEG_B)->port;
	struct call_peer pa = peer("192.0.2.1", 4400, GCM, 1);
	struct call_key k1, k2;
	uint32_t lost;

	ask(FAKE_EVENT, stream_at(a).id, UCSEC_EVENT_AUTH_BURST);
	ok(until(&seen.events, 1) && seen.event == CALL_MEDIA_FORGED &&
	   seen.from == CALL_LEG_A && seen.count == 77, "%s",
	   call_media_event_about(seen.event));
	k1 = stage(media, 0, CALL_LEG_B, peer("198.51.100.1", 5000, CM80, 10));
	call_media_rollback(media);
	ask(FAKE_EVENT, stream_at(a).id, UCSEC_EVENT_KEY_NEAR_END);
	ok(until(&seen.events, 2) && seen.event == CALL_MEDIA_KEY_ENDS, "%s",
	   call_media_event_about(seen.event));
	k2 = stage(media, 0, CALL_LEG_B, peer("198.51.100.1", 5000, CM80, 10));
	ok(!call_key_equal(&k1, &k2), "then B gets a fresh key");
	pa.rtcp_mux = true;
	stage(media, 0, CALL_LEG_A, pa);
	ok(!apply(media) && !memcmp(stream_at(a).tx.keys[0].material,
				    k2.material, k2.len), "which is applied");
	lost = stream_at(b).id;
	ask(FAKE_LOSE, lost, 0);
	ok(until(&seen.events, 3) && seen.event == CALL_MEDIA_LOST &&
	   seen.from == CALL_LEG_B, "%s", call_media_event_about(seen.event));
	stage(media, 0, CALL_LEG_A, peer("192.0.2.1", 4400, GCM, 4));
	stage(media, 0, CALL_LEG_B, peer("198.51.100.1", 5000, CM80, 10));
	ok(!apply(media) && stream_at(b).id && stream_at(b).id != lost,
	   "the next round brings it back: %s", seen.why);
	ok(!ask(FAKE_COUNT, 0, 0).reused, "no sending key came twice");
	seen.packets = 0;
	call_media_query(media, on_counters, NULL);
	ok(until(&seen.ends, 1) && seen.counters == 2 &&
	   seen.packets == stream_at(a).id + stream_at(b).id,
	   "counters of both streams");
}

/* Until the kernel has been asked that often to change a stream. */
static bool until_requests(unsigned int count)
{
	time_t end = time(NULL) + 20;

	while (ask(FAKE_COUNT, 0, 0).requests < count) {
		if (time(NULL) > end)
			return false;
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	return true;
}

/* Another idle time is for the streams that there are, too. */
static void check_idle(struct call_media *media)
{
	uint16_t a = call_media_local(media, 0, CALL_LEG_A)->port;
	unsigned int before = ask(FAKE_COUNT, 0, 0).requests;
	struct ucsec_stream old = stream_at(a), new;
	unsigned int dones;

	call_media_system_set_idle(media_system, conf.idle);
	call_media_system_set_idle(media_system, 60);
	ok(until_requests(before + 2), "both streams are told");
	new = stream_at(a);
	ok(old.idle == 30 && new.idle == 60, "of another idle time: %u",
	   new.idle);
	ok(!memcmp(&old.tx, &new.tx, sizeof(old.tx)) &&
	   !memcmp(&old.rx, &new.rx, sizeof(old.rx)) &&
	   !memcmp(&old.from, &new.from, sizeof(old.from)) &&
	   !memcmp(&old.to, &new.to, sizeof(old.to)) &&
	   old.flags == new.flags && old.pair == new.pair &&
	   ask(FAKE_COUNT, 0, 0).requests == before + 2 &&
	   !ask(FAKE_COUNT, 0, 0).reused, "and of nothing else");
	/* Amid a job it comes after it. */
	dones = seen.dones;
	stage(media, 0, CALL_LEG_A, peer("192.0.2.1", 4400, GCM, 12));
	begin_apply(media);
	call_media_system_set_idle(media_system, conf.idle);
	kill(server, SIGCONT);
	ok(until(&seen.dones, dones + 1) && !seen.err &&
	   until_requests(before + 5) && stream_at(a).idle == 30,
	   "also when a round is under way: %u", stream_at(a).idle);
}

/* kill -9 of the daemon: another system reads the text and adopts. */
static void check_restart(struct call_media **media)
{
	uint16_t a = call_media_local(*media, 0, CALL_LEG_A)->port;
	uint16_t b = call_media_local(*media, 0, CALL_LEG_B)->port;
	struct ucsec_stream before = stream_at(a), after;
	struct call_media *orphan = call_new(9);
	char *text = call_media_save(*media), *again;
	struct call_side_state state;
	uint8_t other;

	reserve(orphan, 1);
	stage(orphan, 0, CALL_LEG_A, peer("192.0.2.1", 4000, NULL, 0));
	stage(orphan, 0, CALL_LEG_B, peer("192.0.2.2", 4000, NULL, 0));
	ok(!apply(orphan) && ask(FAKE_COUNT, 0, 0).count == 4,
	   "a second call");
	ask(FAKE_ADD, 0, 0);
	call_media_leave(*media);
	call_media_leave(orphan);
	call_media_system_free(media_system);
	call_mediad_free(mediad);

	mediad = call_mediad_new(base, path, &ops, NULL);
	media_system = call_media_system_new(base, &conf, mediad);
	ok(!call_media_restore(media_system, text, on_event, NULL, media),
	   "restored: %s", text);
	again = call_media_save(*media);
	ok(again && !strcmp(text, again), "the same as before");
	ok(call_media_restore(media_system, text, on_event, NULL, &orphan) ==
	   -EINVAL, "not twice: its ports are taken");
	for (other = 0; text[other] && other < 200; other++) {
		char *cut = strndup(text, other);

		if (!call_media_restore(media_system, cut, NULL, NULL,
					&orphan))
			ok(false, "restored from %s", cut);
		free(cut);
	}
	seen.events = 0;
	call_media_system_sweep(media_system);
	until(&seen.ups, 2);
	ok(until_streams(3), "three streams are left");
	after = stream_at(a);
	ok(after.id == before.id && stream_at(b).id && !seen.events &&
	   !memcmp(&before.tx, &after.tx, sizeof(after.tx)),
	   "streams are adopted untouched, the orphan's are gone, a "
	   "stranger's stays");
	call_media_state(*media, 0, CALL_LEG_A, &state);
	ok(state.active && state.rx == suite(GCM) && state.port == 4400,
	   "what runs is known");
	stage(*media, 0, CALL_LEG_A, peer("192.0.2.1", 4400, GCM, 5));
	stage(*media, 0, CALL_LEG_B, peer("198.51.100.1", 5000, CM80, 11));
	ok(!apply(*media), "applied: %s", seen.why);
	after = stream_at(a);
	ok(after.id == before.id &&
	   memcmp(&before.tx, &after.tx, sizeof(before.tx)) &&
	   !ask(FAKE_COUNT, 0, 0).reused,
	   "the next round rekeys the streams in place: %s", seen.why);
	free(text);
	free(again);
}

/* mediad hangs, then dies, and the kernel with it; then it is back. */
static void check_crash(struct call_media *media)
{
	unsigned int ups = seen.ups, downs = seen.downs, events = seen.events;
	struct call_media *second = call_new(7);
	unsigned int requests;

	call_mediad_set_timeout(mediad, 200);
	kill(server, SIGSTOP);
	ok(reserve(second, 1) == -ETIMEDOUT && seen.downs == downs + 1,
	   "a mediad that hangs is left: %s", seen.why);
	ok(reserve(second, 1) == -ECONNREFUSED, "meanwhile: %s", seen.why);
	call_mediad_set_timeout(mediad, 5000);
	kill(server, SIGCONT);
	requests = ask(FAKE_COUNT, 0, 0).requests;
	ok(until(&seen.ups, ups + 1), "and found again");
	ok(until_requests(requests + 2),
	   "a pause that began meanwhile will be told: waiting begins anew");
	ok(!reserve(second, 1) && seen.events == events,
	   "as if nothing had been: %s", seen.why);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	close(control);
	control = fake_ucsec_start(path, getuid(), &server);
	ok(until(&seen.ups, ups + 2) && until(&seen.events, events + 2) &&
	   seen.event == CALL_MEDIA_LOST, "streams that are gone are told");
	stage(media, 0, CALL_LEG_A, peer("192.0.2.1", 4400, GCM, 6));
	stage(media, 0, CALL_LEG_B, peer("198.51.100.1", 5000, CM80, 12));
	ok(!apply(media) && ask(FAKE_COUNT, 0, 0).count == 2,
	   "and made again: %s", seen.why);
	call_media_free(second);
}

int main(void)
{
	struct call_media *media;
	int status;

	start();
	media = call_new(1);
	check_streams(media);
	check_changes(media);
	check_refusals(media);
	check_events(media);
	check_idle(media);
	check_restart(&media);
	check_crash(media);
	call_media_stage_off(media, 0);
	ok(!apply(media) && !ask(FAKE_COUNT, 0, 0).count &&
	   !call_media_local(media, 0, CALL_LEG_A)->port,
	   "a line that is off keeps nothing");
	call_media_free(media);
	call_media_system_free(media_system);
	call_mediad_free(mediad);
	event_base_free(base);
	close(control);
	waitpid(server, &status, 0);
	unlink(path);
	ok(WIFEXITED(status) && !WEXITSTATUS(status), "the server ended well");
	ok(!leaks, "no memory was given back with a key in it");
	return tap_end();
}
