// SPDX-License-Identifier: GPL-2.0
/*
 * No memory for a request: each of its allocations fails in turn, and it is
 * done wholly or not at all. What leaks is found when the module goes.
 */
#include "net.h"

enum { PORT = 7700, OTHER = 7720, SSRC = 0x6d656d01, LIMIT = 400, SIZE = 512 };

static int a, b;
static u32 id, other_id;
static u16 seq = 1;
/* The keys that stand, and those that a change brings. */
static struct ucsec_stream live, change;

/* What is to be as it was, or as it was to be. */
struct state {
	u32 streams;
	struct ucsec_stream stream;
	struct ucsec_params params;
};

static int count_one(const struct ucsec_stream *s, void *arg)
{
	(void)s;
	++*(u32 *)arg;
	return 0;
}

static void take_state(struct state *st)
{
	struct ucsec_stats all;
	u32 n = 0;

	memset(st, 0, sizeof(*st));
	st->stream = stream_get(id);
	/* Counters go on, and room made for a change may stay. */
	memset(&st->stream.stats, 0, sizeof(st->stream.stats));
	memset(st->stream.ssrcs, 0, sizeof(st->stream.ssrcs));
	st->stream.ssrc_count = 0;
	st->stream.memory = 0;
	if (ucsec_params_get(gw, &st->params) || ucsec_stats_get(gw, &all) ||
	    ucsec_stream_dump(gw, count_one, &n))
		die("state: %s", ucsec_error(gw)->sentence);
	st->streams = n;
	if (all.streams != n)
		ok(false, "%u streams counted, %u listed", all.streams, n);
}

/* A packet under the keys of @s comes through under the keys of @s. */
static bool passes(const struct ucsec_stream *s)
{
	struct oracle *seal = oracle_new(&s->rx, true);
	struct oracle *open_ = oracle_new(&s->tx, false);
	struct rtp rtp = { .ssrc = SSRC, .seq = seq++, .payload = 60 };
	u8 clear[SIZE], pkt[SIZE];
	int len = rtp_make(clear, &rtp), n;

	memcpy(pkt, clear, (size_t)len);
	n = oracle_seal(seal, pkt, len, 0, false);
	send_udp(a, AF_INET, PORT, pkt, (size_t)n);
	n = receive(b, pkt, sizeof(pkt), ARRIVAL_MS);
	if (n > 0)
		n = oracle_open(open_, pkt, n, false);
	oracle_free(seal);
	oracle_free(open_);
	return n == len && !memcmp(pkt, clear, (size_t)n);
}

static struct ucsec_stream other_spec(u16 port)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, port);

	s.have |= UCSEC_HAVE_RX | UCSEC_HAVE_COOKIE | UCSEC_HAVE_FROM |
		  UCSEC_HAVE_MAX_SSRCS;
	s.from = endpoint(HOST_A, AF_INET, 0);
	random_keys(&s.rx, UCSEC_SUITE_AEAD_AES_256_GCM, 4, 4);
	with_tx(&s, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_32);
	memcpy(s.cookie, "spare", s.cookie_len = 5);
	s.max_ssrcs = 16;
	return s;
}

static int do_new(void)
{
	struct ucsec_stream s = other_spec(OTHER);
	u32 new_id;

	return ucsec_stream_new(gw, &s, &new_id);
}

static int find_new(const struct ucsec_stream *s, void *arg)
{
	if (s->in.port == OTHER)
		*(u32 *)arg = s->id;
	return 0;
}

/* Word of its id may have been lost. */
static void undo_new(void)
{
	u32 found = 0;

	if (ucsec_stream_dump(gw, find_new, &found))
		die("dump: %s", ucsec_error(gw)->sentence);
	if (found)
		stream_del(found);
}

static int do_del(void)
{
	return ucsec_stream_del(gw, other_id);
}

static void undo_del(void)
{
	struct ucsec_stream s = other_spec(OTHER + 10);
	struct ucsec_stats all;

	ucsec_stats_get(gw, &all);
	if (all.streams < 2)
		other_id = stream_new(&s);
}

static int do_get(void)
{
	struct ucsec_stream s;

	return ucsec_stream_get(gw, id, &s);
}

static int do_dump(void)
{
	u32 n = 0;
	int err = ucsec_stream_dump(gw, count_one, &n);

	if (!err && n != 2)
		ok(false, "a dump of %u", n);
	return err;
}

static int do_stats(void)
{
	struct ucsec_stats s;

	return ucsec_stats_get(gw, &s);
}

static int do_params_get(void)
{
	struct ucsec_params p;

	return ucsec_params_get(gw, &p);
}

static struct ucsec_params params;

static int do_params(void)
{
	return ucsec_params_set(gw, &params);
}

static void undo_params(void)
{
	struct ucsec_params p = params;

	p.value[UCSEC_PARAM_WINDOW] = 128;
	p.value[UCSEC_PARAM_MAX_SSRCS] = 4;
	if (ucsec_params_set(gw, &p))
		die("params: %s", ucsec_error(gw)->sentence);
}

static int one_suite(const struct ucsec_suite_info *suite, void *arg)
{
	(void)suite;
	(void)arg;
	return 0;
}

static int do_suites(void)
{
	return ucsec_suite_dump(gw, one_suite, NULL);
}

static void nothing(void)
{
}

/* Allocations of the netlink core: what it refuses has no words. */
enum {
	CORES_OWN = 2,
};

static bool has_words(void)
{
	return strstr(ucsec_error(gw)->sentence, "no memory left");
}

/*
 * A request that was refused left all as it was. It may have been done, and
 * only word of it was lost: that is told by another error.
 */
static void in_turn(const char *what, int (*request)(void),
		    void (*undo)(void))
{
	struct state before, after, now;
	u32 n, done = 0, lost = 0, refused = 0, told = 0, halves = 0, odd = 0;
	bool hit = true;

	take_state(&before);
	if (request())
		die("%s: %s", what, ucsec_error(gw)->sentence);
	take_state(&after);
	undo();
	for (n = 1; hit && n < LIMIT; n++) {
		int err;

		fault_nth(n);
		err = request();
		told += err == -ENOMEM && has_words();
		hit = fault_hit();
		take_state(&now);
		if (!err)
			done++;
		else if (err == -ENOBUFS)
			lost++;
		else if (err == -ENOMEM)
			refused++;
		else
			odd++;
		if (memcmp(&now, err ? &before : &after, sizeof(now)) &&
		    (err != -ENOBUFS || memcmp(&now, &after, sizeof(now))))
			halves++;
		undo();
	}
	ok(n < LIMIT && !halves && !odd && refused + lost &&
	   refused - told <= CORES_OWN,
	   "%s: %u done, %u refused, %u of them in words, %u without word, "
	   "%u by halves, %u odd", what, done, refused, told, lost, halves,
	   odd);
}

/* Unlike all before. */
static void next_change(u32 n)
{
	change.have = UCSEC_HAVE_ID | UCSEC_HAVE_RX | UCSEC_HAVE_TX |
		      UCSEC_HAVE_DSCP | UCSEC_HAVE_COOKIE | UCSEC_HAVE_TO;
	change.id = id;
	change.to = live.to;
	random_keys(&change.rx, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80, 1, 0);
	random_keys(&change.tx, UCSEC_SUITE_AEAD_AES_128_GCM, 1, 0);
	change.dscp = (u8)(n % 60);
	change.cookie_len = (u32)snprintf((char *)change.cookie,
					  sizeof(change.cookie), "%u", n);
}

/* All of a change or none: the keys that stand are those that work. */
static void rekeys(void)
{
	u32 n, refused = 0, halves = 0, dumb = 0, changed = 0;
	bool hit = true;

	for (n = 1; hit && n < LIMIT; n++) {
		struct state before, now;
		int err;

		next_change(n);
		take_state(&before);
		fault_nth(n);
		err = ucsec_stream_set(gw, &change);
		hit = fault_hit();
		take_state(&now);
		if (now.stream.dscp == change.dscp) {
			live.rx = change.rx;
			live.tx = change.tx;
			changed++;
			halves += err && err != -ENOBUFS;
		} else {
			refused++;
			halves += !err || memcmp(&now, &before, sizeof(now));
		}
		dumb += !passes(&live);
	}
	ok(n < LIMIT && !halves && !dumb && refused && changed,
	   "new keys: %u set, %u refused, %u by halves, then %u packets lost",
	   changed, refused, halves, dumb);
}

static void set_up(void)
{
	struct ucsec_stream s = other_spec(OTHER + 10);

	live = stream_spec(AF_INET, AF_INET, PORT);
	with_rx(&live, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	with_tx(&live, UCSEC_SUITE_AEAD_AES_128_GCM);
	id = stream_new(&live);
	other_id = stream_new(&s);
	params.have = 1 << UCSEC_PARAM_WINDOW | 1 << UCSEC_PARAM_MAX_SSRCS;
	params.value[UCSEC_PARAM_WINDOW] = 1024;
	params.value[UCSEC_PARAM_MAX_SSRCS] = 9;
	undo_params();
}

int main(void)
{
	if (!fault_ready()) {
		printf("1..0 # SKIP this kernel cannot make memory fail\n");
		return 0;
	}
	stay();
	world_new();
	a = udp_socket(A, AF_INET, PORT);
	b = udp_socket(B, AF_INET, PORT);
	set_up();
	ok(passes(&live), "a packet passes");
	in_turn("new", do_new, undo_new);
	in_turn("del", do_del, undo_del);
	in_turn("get", do_get, nothing);
	in_turn("dump", do_dump, nothing);
	in_turn("stats", do_stats, nothing);
	in_turn("params", do_params_get, nothing);
	in_turn("params set", do_params, undo_params);
	in_turn("suites", do_suites, nothing);
	rekeys();
	ok(passes(&live), "in the end a packet passes");
	return tap_end();
}
