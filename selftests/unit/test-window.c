// SPDX-License-Identifier: GPL-2.0
/*
 * Packet indices: tables of what is expected, and a model to compare with.
 */
#include "tap.h"

enum { MAX_WINDOW = 32768 };

#define SEEN	-EALREADY
#define ENDED	-EKEYEXPIRED

static u64 bits[MAX_WINDOW / 64];

/* Commits @index, or from it on @n of them, each as @want says. */
struct step {
	u64 index;
	int want;
	u32 n;
};

/*
 * @w is the window, so that one table serves all sizes: W - 1 places back is
 * the last one in it.
 */
static void run_table(u32 size, u64 base)
{
	const u64 w = size;
	const struct step steps[] = {
		/*  1 */ { 0, 0, 1 },
		/*  2 */ { 0, SEEN, 1 },
		/*  3 */ { 1, 0, 1 },
		/*  4 */ { 1, SEEN, 1 },
		/*  5 */ { 9, 0, 1 },
		/*  6 */ { 8, 0, 1 },
		/*  7 */ { 7, 0, 1 },
		/*  8 */ { 7, SEEN, 1 },
		/*  9 */ { 2, 0, 5 },			/* 2..6 */
		/* 10 */ { 2, SEEN, 8 },
		/* 11 */ { w, 0, 1 },			/* 0 falls out */
		/* 12 */ { 0, SEEN, 1 },
		/* 13 */ { w - 1, 0, 1 },
		/* 14 */ { w - 1, SEEN, 2 },
		/* 15 */ { 10, 0, (u32)w - 11 },	/* all between */
		/* 16 */ { 1, SEEN, (u32)w },		/* the window is full */
		/* 17 */ { w + 1, 0, 1 },
		/* 18 */ { 3 * w, 0, 1 },		/* a leap out of it */
		/* 19 */ { 2 * w, SEEN, 1 },		/* just too old */
		/* 20 */ { 2 * w + 1, 0, (u32)w - 1 },	/* the whole rest */
		/* 21 */ { 2 * w + 1, SEEN, (u32)w },
		/* 22 */ { 4 * w, 0, 1 },		/* exactly a window */
		/* 23 */ { 3 * w, SEEN, 1 },
		/* 24 */ { 3 * w + 1, 0, (u32)w - 1 },
		/* 25 */ { 5 * w - 1, 0, 1 },		/* one less */
		/* 26 */ { 4 * w, SEEN, 1 },		/* last one in it */
		/* 27 */ { 4 * w - 1, SEEN, 1 },
		/* 28 */ { 4 * w + 1, 0, (u32)w - 2 },
		/* 29 */ { 5 * w + 63, 0, 1 },		/* by 64 */
		/* 30 */ { 5 * w, 0, 63 },
		/* 31 */ { 5 * w - 1, SEEN, 65 },
		/* 32 */ { 100 * w + 37, 0, 1 },	/* far */
		/* 33 */ { 99 * w + 38, 0, (u32)w - 1 },
		/* 34 */ { 99 * w + 37, SEEN, 1 },
		/* 35 */ { 0, SEEN, 1 },
	};
	struct ucsec_srtp_window win = { .top = base };
	u32 i, j, n = sizeof(steps) / sizeof(steps[0]);

	memset(bits, 0x5a, sizeof(bits));	/* of no account at the start */
	for (i = 0; i < n; i++)
		for (j = 0; j < steps[i].n; j++) {
			u64 index = base + steps[i].index + j;
			int check = ucsec_srtp_window_check(&win, bits, size,
							    index);
			int commit = ucsec_srtp_window_commit(&win, bits, size,
							      index);

			if (check == steps[i].want && commit == check)
				continue;
			tap_note("step %u, index base + %llu: %d and %d", i + 1,
				 (unsigned long long)steps[i].index + j, check,
				 commit);
			tap_ok(false, "window %u from %llu", size,
			       (unsigned long long)base);
			return;
		}
	tap_ok(true, "window %u from %llu", size, (unsigned long long)base);
}

static void test_end(void)
{
	struct ucsec_srtp_window win = { .top = UCSEC_SRTP_INDEX_MAX - 0xffff };
	u64 last = UCSEC_SRTP_INDEX_MAX, index;

	tap_ok(ucsec_srtp_window_check(&win, bits, 64, last + 1) == ENDED &&
	       ucsec_srtp_window_commit(&win, bits, 64, last + 1) == ENDED &&
	       ucsec_srtp_window_check(&win, bits, 64, ~0ULL) == ENDED &&
	       !win.started, "an index of 49 bits has no key");
	tap_ok(!ucsec_srtp_window_reserve(&win, bits, 64, 0xfff0, &index) &&
	       index == last - 15 &&
	       ucsec_srtp_window_reserve(&win, bits, 64, 3, &index) == ENDED &&
	       !ucsec_srtp_window_reserve(&win, bits, 64, 0xffff, &index) &&
	       index == last &&
	       ucsec_srtp_window_reserve(&win, bits, 64, 0, &index) == ENDED &&
	       win.top == last, "the last ROC does not wrap");
}

static const struct {
	u64 top;
	bool started;
	u16 seq;
	u64 want;
	const char *what;
} estimates[] = {
	{ 0, false, 0, 0, "first packet" },
	{ 0, false, 65535, 65535, "first packet, highest SEQ" },
	{ 7ULL << 16, false, 65535, 7ULL << 16 | 65535, "first, ROC given" },
	{ 7ULL << 16, false, 3, 7ULL << 16 | 3, "first, ROC given, low SEQ" },
	{ 0xffffffffULL << 16, false, 9, 0xffffffffULL << 16 | 9, "last ROC" },
	{ 65535, true, 0, 65536, "wrap" },
	{ 65535, true, 32766, 65536 + 32766, "wrap, far ahead" },
	{ 65535, true, 32767, 32767, "half a turn is no wrap" },
	{ 65536, true, 65535, 65535, "back over the wrap" },
	{ 65536 + 32767, true, 65535, 65536 + 65535, "half a turn ahead" },
	{ 65536, true, 32768, 65536 + 32768, "half a turn from 0" },
	{ 65536, true, 32769, 32769, "more than half: the ROC before" },
	{ 0, true, 65535, 65535, "nothing is before ROC 0" },
	{ 5, true, 40000, 40000, "nothing is before ROC 0, 40000" },
	{ 32768, true, 0, 0, "from the middle, back to 0" },
	{ 32769, true, 0, 65536, "from past the middle, ahead" },
	{ (9ULL << 16) + 100, true, 101, (9ULL << 16) + 101, "the next one" },
	{ UCSEC_SRTP_INDEX_MAX, true, 0, UCSEC_SRTP_INDEX_MAX + 1, "the end" },
};

static void test_estimate(void)
{
	struct ucsec_srtp_window w;
	size_t i;
	u64 got;

	for (i = 0; i < sizeof(estimates) / sizeof(estimates[0]); i++) {
		w.top = estimates[i].top;
		w.started = estimates[i].started;
		got = ucsec_srtp_window_estimate(&w, estimates[i].seq);
		tap_ok(got == estimates[i].want, "estimate %zu: %s", i + 1,
		       estimates[i].what);
	}
}

/* The closest of the three, RFC 3711 section 3.3.1, spelt out. */
static u64 closest(u64 top, u16 seq)
{
	u64 best = (top & ~0xffffULL) | seq, other;
	u64 gap = best > top ? best - top : top - best;
	int side;

	for (side = -1; side <= 1; side += 2) {
		other = ((top & ~0xffffULL) | seq) + (u64)(side * 65536LL);
		if (other > UCSEC_SRTP_INDEX_MAX + 65536)
			continue;	/* before ROC 0 */
		if ((other > top ? other - top : top - other) < gap)
			return other;
	}
	return best;
}

static void test_closest(void)
{
	static const u64 rocs[] = { 0, 1, 2, 0x7fffffff, 0xffffffff };
	struct ucsec_srtp_window w = { .started = true };
	struct lcg rng = { 3 };
	u32 i, n, bad = 0;
	u16 seq;

	for (i = 0; i < sizeof(rocs) / sizeof(rocs[0]); i++)
		for (n = 0; n < 200000; n++) {
			w.top = rocs[i] << 16 | (u16)lcg_next(&rng);
			seq = (u16)lcg_next(&rng);
			/* half of them about half a turn away */
			if (n & 1)
				seq = (u16)(w.top + 32768 + n / 2 % 5 - 2);
			bad += ucsec_srtp_window_estimate(&w, seq) !=
			       closest(w.top, seq);
		}
	tap_ok(!bad, "1,000,000 estimates are the closest of the three");
}

enum { MODEL = 1 << 24 };

/* One byte per index: what was committed; @top is the highest. */
struct model {
	u8 *seen;
	u64 top;
	bool started;
};

static int model_verdict(const struct model *m, u32 size, u64 index)
{
	if (m->started && index + size <= m->top)
		return SEEN;
	return m->seen[index] ? SEEN : 0;
}

/* Mostly ahead by little, with late ones, repeats and leaps. */
static u64 walk(struct lcg *rng, u64 top, u32 size)
{
	u64 index = top;

	switch (lcg_below(rng, 16)) {
	case 0:
		index += lcg_below(rng, 3 * size);
		break;
	case 1: case 2: case 3:
		index -= lcg_below(rng, 2 * size);
		break;
	case 4: case 5: case 6: case 7:
		index -= lcg_below(rng, 20);
		break;
	default:
		index += lcg_below(rng, 4);
		break;
	}
	return index < MODEL ? index : lcg_below(rng, size);
}

static void test_against_model(u32 size)
{
	struct model m = { .seen = calloc(1, MODEL) };
	struct ucsec_srtp_window w = { .top = 0 };
	struct lcg rng = { size };
	u32 n, bad = 0, accepted = 0;

	memset(bits, 0xff, sizeof(bits));
	for (n = 0; n < 1000000 && !bad; n++) {
		u64 index = walk(&rng, m.top, size);
		int want = model_verdict(&m, size, index);

		bad += ucsec_srtp_window_check(&w, bits, size, index) != want;
		bad += ucsec_srtp_window_commit(&w, bits, size, index) != want;
		if (want)
			continue;
		accepted++;
		m.seen[index] = 1;
		m.started = true;
		if (index > m.top)
			m.top = index;
		bad += w.top != m.top;
	}
	tap_ok(!bad && accepted > 20000 && accepted < 900000,
	       "window %u as the model in 1,000,000 steps, %u accepted", size,
	       accepted);
	free(m.seen);
}

/* Whatever is asked for, no index is given twice, nor one leaps over 2^15. */
static void test_reserve_model(u32 size)
{
	u8 *given = calloc(1, MODEL);
	struct ucsec_srtp_window w = { .top = 0 };
	struct lcg rng = { size + 1 };
	u32 n, twice = 0, leaps = 0, granted = 0;
	u64 index, before;
	u16 seq;

	for (n = 0; n < 1000000 && w.top < MODEL - 70000; n++) {
		bool started = w.started;

		/* Leaps are rare, or they would use the model up. */
		switch (lcg_below(&rng, 8192)) {
		case 0:
			seq = (u16)lcg_next(&rng);
			break;
		case 1:
			seq = (u16)(w.top + 0x7ff0 + lcg_below(&rng, 32));
			break;
		case 2 ... 2000:
			seq = (u16)(w.top - lcg_below(&rng, size + 9));
			break;
		default:
			seq = (u16)(w.top + lcg_below(&rng, 3));
			break;
		}
		before = w.top;
		if (ucsec_srtp_window_reserve(&w, bits, size, seq, &index))
			continue;
		granted++;
		twice += given[index];
		given[index] = 1;
		leaps += started && index > before && index - before > 0x8000;
		leaps += (u16)index != seq;
	}
	tap_ok(!twice && !leaps && n == 1000000,
	       "window %u: %u of %u reserved, none twice", size, granted, n);
	free(given);
}

static void test_reserve(void)
{
	struct ucsec_srtp_window w = { .top = 5ULL << 16 };
	u64 i;

	tap_ok(!ucsec_srtp_window_reserve(&w, bits, 128, 60000, &i) &&
	       i == (5ULL << 16 | 60000), "first reservation is in its ROC");
	tap_ok(ucsec_srtp_window_reserve(&w, bits, 128, 60000, &i) == SEEN,
	       "a repeated SEQ gets no index");
	tap_ok(!ucsec_srtp_window_reserve(&w, bits, 128, 5, &i) &&
	       i == (6ULL << 16 | 5), "reservation over the wrap");
	tap_ok(!ucsec_srtp_window_reserve(&w, bits, 128, 65535, &i) &&
	       i == (5ULL << 16 | 65535), "a late one back over the wrap");
	tap_ok(ucsec_srtp_window_reserve(&w, bits, 128, 60001, &i) == SEEN,
	       "too late for the window");

	w = (struct ucsec_srtp_window){ .top = 0 };
	tap_ok(!ucsec_srtp_window_reserve(&w, bits, 128, 10, &i) &&
	       ucsec_srtp_window_reserve(&w, bits, 128, 10 + 0x8001, &i) ==
	       SEEN && w.top == 10, "a leap of more than 2^15 is refused");
	tap_ok(!ucsec_srtp_window_reserve(&w, bits, 128, 10 + 0x8000, &i) &&
	       i == 10 + 0x8000, "a leap of 2^15 is not");
}

static void test_rtcp(void)
{
	struct ucsec_srtp_rtcp_window w = { .top = 0 };
	struct model m = { .seen = calloc(1, MODEL) };
	struct lcg rng = { 77 };
	u32 n, bad = 0;

	for (n = 0; n < 1000000 && !bad; n++) {
		u32 index = (u32)walk(&rng, m.top, UCSEC_SRTP_RTCP_WINDOW);
		int want = model_verdict(&m, UCSEC_SRTP_RTCP_WINDOW, index);

		bad += ucsec_srtp_rtcp_window_check(&w, index) != want;
		bad += ucsec_srtp_rtcp_window_commit(&w, index) != want;
		if (want)
			continue;
		m.seen[index] = 1;
		m.started = true;
		if (index > m.top)
			m.top = index;
		bad += w.top != m.top;
	}
	tap_ok(!bad, "SRTCP window as the model in 1,000,000 steps");
	free(m.seen);

	tap_ok(!ucsec_srtp_rtcp_window_commit(&w, UCSEC_SRTP_RTCP_INDEX_MAX) &&
	       ucsec_srtp_rtcp_window_commit(&w, UCSEC_SRTP_RTCP_INDEX_MAX) ==
	       SEEN &&
	       ucsec_srtp_rtcp_window_commit(&w, UCSEC_SRTP_RTCP_INDEX_MAX + 1)
	       == ENDED && w.top == UCSEC_SRTP_RTCP_INDEX_MAX,
	       "SRTCP indices end at 2^31 - 1");
}

int main(void)
{
	static const u32 sizes[] = { 64, 128, 192, 1024, 32768 };
	static const u64 bases[] = { 0, 65536 - 40, (1ULL << 32) - 100,
				     0xfffeULL << 32 };
	size_t i, j;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (j = 0; j < sizeof(bases) / sizeof(bases[0]); j++)
			run_table(sizes[i], bases[j]);
	test_end();
	test_estimate();
	test_closest();
	test_reserve();
	test_rtcp();
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		test_against_model(sizes[i]);
		test_reserve_model(sizes[i]);
	}
	return tap_done();
}
