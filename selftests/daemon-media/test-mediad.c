// SPDX-License-Identifier: GPL-2.0
/*
 * The server of ucsec-mediad before a kernel that is none: every field of every
 * request wrong, in turn; heads and lengths; strangers' streams.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "asker.h"
#include "fake-ucsec.h"
#include "tap.h"

static unsigned int kernel_requests(void)
{
	return fake_ucsec_order(control, (struct fake_message){
				.order = FAKE_COUNT }).requests;
}

/* Each way in which a NEW or SET can be wrong. */
static const struct wrong {
	const char *what;
	size_t at, len;
	uint8_t byte;
} wrongs[] = {
#define S(member, b) { #member, offsetof(union mediad_message, stream.member), \
	sizeof(((union mediad_message *)0)->stream.member), b }
#define B(member, index, b) { #member, offsetof(union mediad_message, \
	stream.member) + (index), 1, b }
	B(cookie, 0, 'x'), B(cookie, 7, 0), S(stream, 9), B(flags, 0, 0xff),
	B(flags, 1, 1), B(flags, 0, MEDIAD_RELATCH), S(dscp, 64), S(spare, 1),
	B(in, 23, 1), S(in, 0), S(in.port, 0), S(in.family, 5),
	B(in, 4, 1), S(out, 0), S(out.port, 0), S(out.family, 6),
	S(to, 0), S(to.port, 0), S(to.family, 0), B(to, 21, 1),
	S(from.family, 6), S(from.family, 0), B(from, 22, 1),
	S(rx.suite, 'A'), B(rx.suite, 0, 0), B(rx.suite, 1, 7),
	B(rx.suite, 39, 1), S(rx.key_count, 0), B(rx.key_count, 0, 9),
	S(rx.key_count, 0xff), B(rx.key_count, 0, 2), S(rx.keys[0].len, 0),
	S(rx.keys[0].len, 47), S(rx.keys[0].len, 29),
	S(rx.keys[0].mki_len, 17), B(rx.keys[0].mki, 0, 1),
	B(rx.keys[7].material, 3, 1), B(tx.key_count, 0, 2),
	S(tx.key_count, 0), B(tx.suite, 0, 0), S(tx.keys[0].len, 255),
	B(tx.keys[1].material, 0, 1),
#undef S
#undef B
};

static void check_fields(int fd)
{
	union mediad_message m, reply;
	unsigned int before = kernel_requests();

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		const struct wrong *w = &wrongs[i];

		good_stream(&m, 6000, 1);
		memset((uint8_t *)&m + w->at, w->byte, w->len);
		ok(ask(fd, &m, MEDIAD_NEW, &reply) == -EBADMSG &&
		   reply.reply.sentence[0], "%s: %s", w->what,
		   reply.reply.sentence);
	}
	good_stream(&m, 6000, 1);
	ok(ask(fd, &m, MEDIAD_SET, &reply) == -EBADMSG, "SET without id: %s",
	   reply.reply.sentence);
	memset(&m, 0, sizeof(m));
	ok(ask(fd, &m, MEDIAD_DEL, &reply) == -EBADMSG, "DEL of nothing: %s",
	   reply.reply.sentence);
	memcpy(m.which.cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	m.which.cookie_len = MEDIAD_MAGIC_LEN - 1;
	ok(ask(fd, &m, MEDIAD_FLUSH, &reply) == -EBADMSG,
	   "FLUSH beyond the magic: %s", reply.reply.sentence);
	m.which.cookie_len = MEDIAD_COOKIE_LEN + 1;
	ok(ask(fd, &m, MEDIAD_LIST, &reply) == -EBADMSG, "LIST: %s",
	   reply.reply.sentence);
	m.which.cookie_len = MEDIAD_COOKIE_LEN;
	m.which.stream = 3;
	ok(ask(fd, &m, MEDIAD_LIST, &reply) == -EBADMSG, "LIST with id: %s",
	   reply.reply.sentence);
	memset(&m, 0, sizeof(m));
	ok(ask(fd, &m, MEDIAD_RESERVE, &reply) == -EBADMSG, "RESERVE: %s",
	   reply.reply.sentence);
	set_endpoint(&m.ports.at, 1, 6000);
	ok(ask(fd, &m, MEDIAD_RESERVE, &reply) == -EBADMSG, "no RTCP: %s",
	   reply.reply.sentence);
	ok(kernel_requests() == before, "nothing of that reached the kernel");
}

/* Heads and lengths: named if it can be, else the connection ends. */
static void check_heads(void)
{
	union mediad_message m, reply;
	static uint8_t big[sizeof(m) + 100];
	int fd = dial();

	good_stream(&m, 6000, 1);
	mediad_seal(&m, MEDIAD_NEW, 7);
	ok(ask_raw(fd, &m, m.head.len - 1, &reply) == -EBADMSG, "short: %s",
	   reply.reply.sentence);
	ok(ask_raw(fd, &m, m.head.len + 8 < sizeof(m) ? m.head.len + 8 :
		   m.head.len - 8, &reply) == -EBADMSG, "long: %s",
	   reply.reply.sentence);
	memcpy(big, &m, sizeof(m));
	ok(ask_raw(fd, big, sizeof(big), &reply) == -EBADMSG, "huge: %s",
	   reply.reply.sentence);
	m.head.len--;
	ok(ask_raw(fd, &m, m.head.len + 1, &reply) == -EBADMSG,
	   "lies of its length: %s", reply.reply.sentence);
	mediad_seal(&m, MEDIAD_NEW, 7);
	m.head.spare = 1;
	ok(ask_raw(fd, &m, m.head.len, &reply) == -EBADMSG, "spare: %s",
	   reply.reply.sentence);
	for (unsigned int type = 0; type < 70; type++) {
		if (type >= MEDIAD_HELLO && type <= MEDIAD_ACL_GET)
			continue;
		mediad_seal(&m, type, 7);
		m.head.len = sizeof(m);
		if (ask_raw(fd, &m, sizeof(m), &reply) != -EBADMSG)
			ok(false, "type %u: %d", type, reply.reply.error);
	}
	ok(true, "unknown types, and answers as requests");
	mediad_seal(&m, MEDIAD_HELLO, 0);
	ok(ask_raw(fd, &m, m.head.len, &reply) == 1, "no id: it hangs up");
	close(fd);
	fd = dial();
	mediad_seal(&m, MEDIAD_HELLO, 1);
	m.head.protocol++;
	ok(ask_raw(fd, &m, m.head.len, &reply) == 1,
	   "another version: it hangs up");
	close(fd);
	fd = dial();
	ok(ask_raw(fd, "x", 1, &reply) == 1, "one byte: it hangs up");
	close(fd);
}

/* What somebody else's socket receives, or sends as, no stream can have. */
static void check_unreserved(int fd)
{
	union mediad_message m, reply;
	unsigned int before = kernel_requests();

	good_stream(&m, 6010, 9);
	ok(ask(fd, &m, MEDIAD_NEW, &reply) == -EACCES, "neither port: %s",
	   reply.reply.sentence);
	set_endpoint(&m.ports.at, 1, 6010);
	m.ports.at.rtcp_port = 6011;
	ok(!ask(fd, &m, MEDIAD_RESERVE, &reply), "RESERVE");
	good_stream(&m, 6010, 9);
	ok(ask(fd, &m, MEDIAD_NEW, &reply) == -EACCES, "not the other: %s",
	   reply.reply.sentence);
	good_stream(&m, 6010, 9);
	m.stream.out = m.stream.in;
	m.stream.in.port = 6011;
	ok(ask(fd, &m, MEDIAD_NEW, &reply) == -EACCES, "RTCP's for RTP: %s",
	   reply.reply.sentence);
	ok(kernel_requests() == before, "nothing of that reached the kernel");
}

/* NEW and SET; @return the stream there is now. */
static uint32_t check_streams(int fd)
{
	union mediad_message m, reply;
	struct ucsec_stream s;
	uint32_t id;

	ok(!reserve_stream(fd, 6000) && !reserve_stream(fd, 6002), "RESERVE");
	good_stream(&m, 6000, 1);
	m.stream.idle = 30;
	m.stream.flags = MEDIAD_LATCH | MEDIAD_TX_MUX;
	ok(!ask(fd, &m, MEDIAD_NEW, &reply) && reply.reply.stream, "NEW");
	id = reply.reply.stream;
	s = fake_ucsec_show(control, id);
	ok(s.in.port == 6000 && s.to.port == 4000 && s.idle == 30 &&
	   s.dscp == 46 && s.rx.suite == UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80 &&
	   s.rx.keys[0].material_len == KEY_LEN &&
	   s.rx.keys[0].material[29] == 1 && s.tx.keys[0].material[0] == 101 &&
	   s.flags == (UCSEC_F_LATCH | UCSEC_F_TX_RTCP_MUX) &&
	   s.cookie_len == MEDIAD_COOKIE_LEN, "as the kernel has it");
	good_stream(&m, 6002, 2);
	strcpy(m.stream.rx.suite, "NO_SUCH_SUITE");
	memset(m.stream.rx.suite + 13, 0, sizeof(m.stream.rx.suite) - 13);
	ok(ask(fd, &m, MEDIAD_NEW, &reply) == -EOPNOTSUPP, "unknown suite: %s",
	   reply.reply.sentence);
	good_stream(&m, 6000, 3);
	ok(ask(fd, &m, MEDIAD_NEW, &reply) == -EADDRINUSE &&
	   !strcmp(reply.reply.sentence, "port is taken"),
	   "the kernel's sentence: %s", reply.reply.sentence);

	good_stream(&m, 6000, 1);
	m.stream.stream = id;
	memset(&m.stream.rx, 0, sizeof(m.stream.rx));
	memset(&m.stream.tx, 0, sizeof(m.stream.tx));
	m.stream.to.port = 4444;
	ok(!ask(fd, &m, MEDIAD_SET, &reply) &&
	   fake_ucsec_show(control, id).to.port == 4444, "SET");
	m.stream.cookie[20] ^= 1;
	ok(ask(fd, &m, MEDIAD_SET, &reply) == -ENOENT,
	   "SET under another cookie");
	m.stream.cookie[20] ^= 1;
	m.stream.in.port = 6004;
	ok(ask(fd, &m, MEDIAD_SET, &reply) == -EADDRNOTAVAIL,
	   "SET of another port");
	return id;
}

/* Streams that somebody else made are not there for us. */
static void check_strangers(int fd, uint32_t id)
{
	union mediad_message m, reply;
	uint32_t stranger;

	stranger = fake_ucsec_order(control, (struct fake_message){
				    .order = FAKE_ADD }).stream;
	good_stream(&m, 6000, 1);
	m.stream.stream = stranger;
	ok(ask(fd, &m, MEDIAD_SET, &reply) == -ENOENT, "SET of a stranger's");
	memset(&m, 0, sizeof(m));
	memcpy(m.which.cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	m.which.cookie[MEDIAD_MAGIC_LEN] = 1;
	m.which.cookie_len = MEDIAD_COOKIE_LEN;
	m.which.stream = stranger;
	ok(ask(fd, &m, MEDIAD_DEL, &reply) == -ENOENT, "DEL of a stranger's");
	ok(ask(fd, &m, MEDIAD_GET, &reply) == -ENOENT, "GET of a stranger's");
	m.which.stream = id;
	ok(!ask(fd, &m, MEDIAD_GET, &reply) && reply.head.type == MEDIAD_ITEM &&
	   reply.item.stream == id && reply.item.rx_packets == id &&
	   !strcmp(reply.item.tx_suite, "AES_CM_128_HMAC_SHA1_80") &&
	   hear(fd, &reply) && !reply.reply.error, "GET");
	m.which.stream = 0;
	m.which.cookie_len = MEDIAD_MAGIC_LEN;
	memset(m.which.cookie + MEDIAD_MAGIC_LEN, 0, 24);
	ok(!ask(fd, &m, MEDIAD_LIST, &reply) &&
	   reply.head.type == MEDIAD_ITEM && reply.item.stream == id &&
	   hear(fd, &reply) && reply.head.type == MEDIAD_REPLY,
	   "LIST has ours alone");
	fake_ucsec_order(control, (struct fake_message){ .order = FAKE_EVENT,
			 .stream = stranger, .event = UCSEC_EVENT_LATCHED });
	fake_ucsec_order(control, (struct fake_message){ .order = FAKE_EVENT,
			 .stream = id, .event = UCSEC_EVENT_AUTH_BURST });
	ok(hear(fd, &reply) && reply.head.type == MEDIAD_EVENT &&
	   reply.event.stream == id && reply.event.count == 77 &&
	   reply.event.kind == MEDIAD_AUTH_BURST,
	   "events of ours alone are told");
	ok(!ask(fd, &m, MEDIAD_FLUSH, &reply) &&
	   !fake_ucsec_show(control, id).id &&
	   fake_ucsec_show(control, stranger).id, "FLUSH spares strangers");
}

int main(void)
{
	int fd;

	start_server("test-mediad");
	fd = dial();
	check_fields(fd);
	check_unreserved(fd);
	check_strangers(fd, check_streams(fd));
	close(fd);
	check_heads();
	ok(stop_server(), "the server ended when told, without a complaint");
	return tap_end();
}
