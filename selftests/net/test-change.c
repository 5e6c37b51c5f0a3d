// SPDX-License-Identifier: GPL-2.0
/*
 * Streams are rekeyed, redirected, made and removed while a sender works as
 * fast as it can: nobody loses a packet, nobody gets one twice.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include "net.h"

enum { PORT = 6600, SINK2 = 6610, OTHER = 6700, SSRC = 0x77777777,
       PAYLOAD = 120, SIZE = 512, NUMBERS = 60000 /* no wrap: the other end starts at ROC 0 */ };

static struct ucsec_stream spec;
static struct oracle *seal;		/* the sender's; swapped by rekeys */
static struct ucsec_crypto *next_keys;	/* for the sender to take up */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static atomic_bool stopping;
static atomic_uint sent, rekeyed;
static int a, b, b2;
static u32 id, base, index_;
/* Of the sender's keys those that it takes in turn. */
static atomic_uint oldest_key, newest_key;

/* What the receiver has seen: by the number in the payload. */
static u8 *seen;
static u32 twice;

/* RTP with its own number in the clear text. */
static int numbered(u8 *pkt, u32 number)
{
	struct rtp rtp = { .ssrc = SSRC, .seq = (u16)number,
			   .payload = PAYLOAD };
	int len = rtp_make(pkt, &rtp);

	put32(pkt + 12, number);
	return len;
}

/* Under the lock, as all of a packet's way to the socket. */
static void take_up_keys(void)
{
	struct oracle *old = seal;

	if (!next_keys)
		return;
	seal = oracle_new(next_keys, true);
	oracle_add(seal, SSRC, index_ >> 16);
	oracle_free(old);
	next_keys = NULL;
	rekeyed++;
}

static void send_next(void)
{
	u32 oldest = oldest_key, live = newest_key - oldest + 1;
	u8 pkt[SIZE];
	int len;

	len = numbered(pkt, index_);
	if (seal)
		len = oracle_seal(seal, pkt, len, oldest + index_ % live,
				  false);
	send_udp(a, AF_INET, PORT, pkt, (size_t)len);
	index_++;
	sent++;
}

static void *sender(void *arg)
{
	(void)arg;
	stay();
	enter(A);
	while (!stopping && index_ < NUMBERS - 1) {
		pthread_mutex_lock(&lock);
		take_up_keys();
		send_next();
		pthread_mutex_unlock(&lock);
		/* The receiver shares the processors. */
		if (sent % 16 == 0)
			usleep(2000);
	}
	return NULL;
}

/* The stream of @spec is made, and packets come from number @from on. */
static void launch(u32 from)
{
	id = stream_new(&spec);
	memset(seen, 0, NUMBERS);
	twice = sent = rekeyed = 0;
	base = index_ = from;
	stopping = false;
	pthread_create(&thread, NULL, sender, NULL);
}

static void open_stream(bool rx, bool tx, u32 flags)
{
	spec = stream_spec(AF_INET, AF_INET, PORT);
	if (rx)
		with_rx(&spec, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	if (tx)
		with_tx(&spec, UCSEC_SUITE_AEAD_AES_128_GCM);
	if (flags) {
		spec.have |= UCSEC_HAVE_FLAGS;
		spec.flags = spec.flags_mask = flags;
	}
	seal = rx ? oracle_new(&spec.rx, true) : NULL;
	launch(0);
}

static void note_number(u32 number)
{
	if (number < NUMBERS) {
		twice += seen[number];
		seen[number] = 1;
	}
}

/* Takes what is there; returns how many were opened by one of the keys. */
static u32 collect(int fd, struct oracle *const *keys, u32 nkeys)
{
	u8 pkt[SIZE], try[SIZE];
	u32 n = 0, i;
	int len, m;

	while ((len = (int)recv(fd, pkt, sizeof(pkt), MSG_DONTWAIT)) > 0) {
		if (!nkeys) {
			note_number(get32(pkt + 12));
			n++;
			continue;
		}
		for (i = nkeys; i-- > 0;) {
			memcpy(try, pkt, (size_t)len);
			m = oracle_open(keys[i], try, len, false);
			if (m < 0)
				continue;
			note_number(get32(try + 12));
			n++;
			break;
		}
	}
	return n;
}

/* For a while, and as long as it takes to see some packets. */
static void work(u32 ms, int fd, struct oracle *const *keys, u32 nkeys)
{
	u32 least = sent + 40;
	u64 end = now_ms() + ms;

	while (now_ms() < end || (sent < least && index_ < NUMBERS - 1)) {
		collect(fd, keys, nkeys);
		usleep(1000);
	}
}

static void close_stream(void)
{
	stream_del(id);
	if (seal)
		oracle_free(seal);
	seal = NULL;
}

/* The sender ends; every number came once. */
static void finish(const char *what, struct oracle *const *keys, u32 nkeys)
{
	struct ucsec_stats s;
	u32 i, lost = 0;

	stopping = true;
	pthread_join(thread, NULL);
	s = wait_rx(id, sent);
	usleep(50000);
	collect(b, keys, nkeys);
	collect(b2, keys, nkeys);
	for (i = base; i < index_; i++)
		lost += !seen[i];
	ok(!lost && !twice && sent > 200 && adds_up(&s),
	   "%s: of %u packets %u lost, %u twice, %llu dropped", what, sent,
	   lost, twice, (unsigned long long)drops_total(&s));
	close_stream();
}

static void set(struct ucsec_stream *change)
{
	change->id = id;
	change->have |= UCSEC_HAVE_ID;
	if (ucsec_stream_set(gw, change))
		die("stream_set: %s", ucsec_error(gw)->sentence);
}

/* The gateway first; its old keys are good until the sender follows. */
static void rekey_rx(void)
{
	struct ucsec_stream change;
	struct ucsec_crypto keys;
	u32 i, before;

	open_stream(true, false, 0);
	work(200, b, NULL, 0);
	for (i = 0; i < 6; i++) {
		memset(&change, 0, sizeof(change));
		change.have = UCSEC_HAVE_RX;
		random_keys(&change.rx, i % 2 ?
			    UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80 :
			    UCSEC_SUITE_AEAD_AES_128_GCM, 1, 0);
		keys = change.rx;
		before = rekeyed;
		set(&change);
		work(60, b, NULL, 0);
		pthread_mutex_lock(&lock);
		next_keys = &keys;
		pthread_mutex_unlock(&lock);
		while (rekeyed == before)
			work(20, b, NULL, 0);
		work(100, b, NULL, 0);
	}
	finish("receiving keys changed 6 times", NULL, 0);
}

static void rekey_tx(void)
{
	struct ucsec_stream change;
	struct oracle *keys[11];
	u32 i, n = 0;

	open_stream(false, true, 0);
	keys[n++] = oracle_new(&spec.tx, false);
	for (i = 0; i < 10; i++) {
		memset(&change, 0, sizeof(change));
		change.have = UCSEC_HAVE_TX;
		random_keys(&change.tx, (enum ucsec_suite)(1 + i % 8), 1, 0);
		keys[n++] = oracle_new(&change.tx, false);
		set(&change);
		work(40, b, keys, n);
	}
	finish("sending keys changed 10 times", keys, n);
	while (n)
		oracle_free(keys[--n]);
}

/* @n of the keys of @all, from @from on. */
static struct ucsec_crypto some_keys(const struct ucsec_crypto *all, u32 from,
				     u32 n)
{
	struct ucsec_crypto some = *all;

	memmove(some.keys, &all->keys[from], n * sizeof(some.keys[0]));
	some.key_count = n;
	return some;
}

static void set_overlap(u32 ms)
{
	struct ucsec_params p = { .have = 1 << UCSEC_PARAM_REKEY_OVERLAP };

	p.value[UCSEC_PARAM_REKEY_OVERLAP] = ms;
	if (ucsec_params_set(gw, &p))
		die("params: %s", ucsec_error(gw)->sentence);
}

/*
 * A key joins the one in use, packets of both come by turns, the old one goes.
 * No overlap helps: MKIs alone tell which is whose.
 */
static void rekey_rx_by_mki(void)
{
	struct ucsec_stream change = { .have = UCSEC_HAVE_RX };
	struct ucsec_crypto all;
	u32 i;

	set_overlap(0);
	random_keys(&all, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80, 6, 4);
	spec = stream_spec(AF_INET, AF_INET, PORT);
	spec.have |= UCSEC_HAVE_RX;
	spec.rx = some_keys(&all, 0, 1);
	seal = oracle_new(&all, true);
	launch(0);
	for (i = 1; i < all.key_count; i++) {
		work(60, b, NULL, 0);
		change.rx = some_keys(&all, i - 1, 2);
		set(&change);
		newest_key = i;
		work(150, b, NULL, 0);
		pthread_mutex_lock(&lock);
		oldest_key = i;
		wait_rx(id, sent);
		pthread_mutex_unlock(&lock);
		change.rx = some_keys(&all, i, 1);
		set(&change);
	}
	work(60, b, NULL, 0);
	finish("5 receiving keys joined and left by MKI", NULL, 0);
	oldest_key = newest_key = 0;
	set_overlap(2000);
}

static void rekey_tx_by_mki(void)
{
	struct ucsec_stream change = { .have = UCSEC_HAVE_TX };
	struct ucsec_crypto all;
	struct oracle *open_;
	u32 i;

	random_keys(&all, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80, 6, 4);
	spec = stream_spec(AF_INET, AF_INET, PORT);
	spec.have |= UCSEC_HAVE_TX;
	spec.tx = some_keys(&all, 0, 1);
	open_ = oracle_new(&all, false);
	launch(0);
	for (i = 1; i < all.key_count; i++) {
		work(60, b, &open_, 1);
		change.tx = some_keys(&all, i, 1);
		set(&change);
	}
	work(60, b, &open_, 1);
	finish("sending keys changed 5 times, told by MKI", &open_, 1);
	oracle_free(open_);
}

enum { ROC = 5, LATE = 35000 /* beyond the half of a round */ };

static void want_reset(u32 have)
{
	spec.have |= UCSEC_HAVE_FLAGS;
	spec.flags = spec.flags_mask = UCSEC_F_ROC_RESET;
	spec.ssrc_count = 1;
	spec.ssrcs[0] = (struct ucsec_ssrc){ .have = have, .ssrc = SSRC,
					     .rx_roc = ROC, .tx_roc = ROC };
}

/*
 * From a ROC that was given to 0 with each key. The old keys go at once, so
 * the sender holds its breath until the gateway has the new ones.
 */
static void reset_rx(void)
{
	struct ucsec_stream change = { .have = UCSEC_HAVE_RX };
	struct ucsec_crypto keys;
	u32 i;

	spec = stream_spec(AF_INET, AF_INET, PORT);
	with_rx(&spec, UCSEC_SUITE_AEAD_AES_128_GCM);
	want_reset(UCSEC_SSRC_RX_ROC);
	seal = oracle_new(&spec.rx, true);
	oracle_add(seal, SSRC, ROC);
	launch(LATE);
	for (i = 0; i < 5; i++) {
		work(100, b, NULL, 0);
		random_keys(&change.rx, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80, 1,
			    0);
		keys = change.rx;
		pthread_mutex_lock(&lock);
		wait_rx(id, sent);
		set(&change);
		next_keys = &keys;
		pthread_mutex_unlock(&lock);
		while (rekeyed == i)
			work(20, b, NULL, 0);
	}
	work(100, b, NULL, 0);
	finish("receiving keys and ROC changed 5 times", NULL, 0);
}

static void reset_tx(void)
{
	struct ucsec_stream change = { .have = UCSEC_HAVE_TX };
	struct oracle *keys[6];
	u32 i, n = 0;

	spec = stream_spec(AF_INET, AF_INET, PORT);
	with_tx(&spec, UCSEC_SUITE_AEAD_AES_256_GCM);
	want_reset(UCSEC_SSRC_TX_ROC);
	keys[n] = oracle_new(&spec.tx, false);
	oracle_add(keys[n++], SSRC, ROC);
	launch(LATE);
	for (i = 0; i < 5; i++) {
		work(60, b, keys, n);
		random_keys(&change.tx, (enum ucsec_suite)(1 + i % 8), 1, 0);
		keys[n++] = oracle_new(&change.tx, false);
		set(&change);
	}
	work(60, b, keys, n);
	finish("sending keys and ROC changed 5 times", keys, n);
	while (n)
		oracle_free(keys[--n]);
}

static void redirect(void)
{
	struct ucsec_stream change;
	u32 i, here = 0, there = 0;

	open_stream(true, false, 0);
	for (i = 0; i < 100; i++) {
		memset(&change, 0, sizeof(change));
		change.have = UCSEC_HAVE_TO;
		change.to = endpoint(HOST_B, AF_INET, i % 2 ? PORT : SINK2);
		set(&change);
		usleep(3000);
		here += collect(b, NULL, 0);
		there += collect(b2, NULL, 0);
	}
	note("%u here, %u there", here, there);
	finish("redirected 100 times", NULL, 0);
}

static void others_come_and_go(void)
{
	struct ucsec_stream other = stream_spec(AF_INET, AF_INET, OTHER);
	u32 i, ids[50];

	with_rx(&other, UCSEC_SUITE_AEAD_AES_256_GCM);
	with_tx(&other, UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80);
	open_stream(true, false, 0);
	for (i = 0; i < 1000; i++) {
		other.in.port = (u16)(OTHER + 2 * (i % 50));
		if (i >= 50)
			stream_del(ids[i % 50]);
		ids[i % 50] = stream_new(&other);
		collect(b, NULL, 0);
	}
	for (i = 0; i < 50; i++)
		stream_del(ids[i]);
	finish("1000 others came and went", NULL, 0);
}

/* Itself: removed and made again while packets come. */
static void comes_and_goes(void)
{
	u32 i, got = 0;

	open_stream(false, false, 0);
	for (i = 0; i < 200; i++) {
		got += collect(b, NULL, 0);
		stream_del(id);
		id = stream_new(&spec);
	}
	stopping = true;
	pthread_join(thread, NULL);
	usleep(50000);
	got += collect(b, NULL, 0);
	ok(got && got <= sent && !twice,
	   "removed and made 200 times: %u of %u forwarded, %u twice", got,
	   sent, twice);
	close_stream();
}

/* A sending key that was in use is never taken again. */
static void former_keys(void)
{
	struct ucsec_stream change = { .have = UCSEC_HAVE_TX };
	struct ucsec_crypto first;
	u32 i;

	spec = stream_spec(AF_INET, AF_INET, PORT);
	with_tx(&spec, UCSEC_SUITE_AEAD_AES_128_GCM);
	spec.have |= UCSEC_HAVE_FLAGS;
	spec.flags = spec.flags_mask = UCSEC_F_ROC_RESET;
	first = spec.tx;
	id = stream_new(&spec);
	for (i = 0; i < 12; i++) {
		random_keys(&change.tx, UCSEC_SUITE_AEAD_AES_128_GCM, 1, 0);
		set(&change);
	}
	change.tx = first;
	ok(ucsec_stream_set(gw, &change) == -EKEYREJECTED,
	   "the first sending key, again after twelve others, is refused");
	stream_del(id);
}

int main(void)
{
	world_new();
	seen = calloc(NUMBERS, 1);
	a = udp_socket(A, AF_INET, PORT);
	b = udp_socket(B, AF_INET, PORT);
	b2 = udp_socket(B, AF_INET, SINK2);
	former_keys();
	rekey_rx();
	rekey_tx();
	rekey_rx_by_mki();
	rekey_tx_by_mki();
	reset_rx();
	reset_tx();
	redirect();
	others_come_and_go();
	comes_and_goes();
	return tap_end();
}
