// SPDX-License-Identifier: GPL-2.0
/*
 * ucsec-mediad and the trunk ACL of a kernel that is none: every field of its
 * requests wrong, sets that are not whole, descriptors, a module that goes.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "asker.h"
#include "fake-ucsec.h"
#include "tap.h"

static void good_trunk(union mediad_message *m, uint32_t id)
{
	struct mediad_trunk *t = &m->trunk;

	memset(m, 0, sizeof(*m));
	memcpy(t->cookie, MEDIAD_MAGIC, MEDIAD_MAGIC_LEN);
	t->cookie[20] = (uint8_t)id;
	t->id = id;
	t->kind = MEDIAD_TRUNK;
	t->transports = MEDIAD_UDP | MEDIAD_TLS;
	t->boxes = MEDIAD_OUT_OF_DIALOG_REFER | MEDIAD_REPLACES_HEADER;
	t->unparsed = MEDIAD_DROP;
	t->denial = MEDIAD_REJECT;
	t->port_count = 2;
	t->ports[0] = 5060;
	t->ports[1] = 5061;
	t->rates[MEDIAD_RATE_SOURCE] = (struct mediad_rate){ 10, 20 };
}

static void good_prefixes(union mediad_message *m, uint32_t id, uint8_t last)
{
	static const uint8_t v6[] = { 0x20, 1, 0xd, 0xb8 };

	memset(m, 0, sizeof(*m));
	m->prefixes.id = id;
	m->prefixes.count = 2;
	memcpy(m->prefixes.list[0].addr, (uint8_t[]){ 10, 1, 0, last }, 4);
	m->prefixes.list[0].family = 4;
	m->prefixes.list[0].len = 32;
	memcpy(m->prefixes.list[1].addr, v6, sizeof(v6));
	m->prefixes.list[1].addr[4] = last;
	m->prefixes.list[1].family = 6;
	m->prefixes.list[1].len = 40;
}

static void good_params(union mediad_message *m)
{
	memset(m, 0, sizeof(*m));
	m->acl_params = (struct mediad_acl_params){
		.unknown = MEDIAD_UNKNOWN_DROP, .reject_rate = 5,
		.reject_burst = 6, .port_count = 2, .ports = { 5060, 5061 },
	};
}

static const struct wrong {
	const char *what;
	size_t at, len;
	uint8_t byte;
} trunks[] = {
#define F(member, b) { #member, offsetof(union mediad_message, member), \
	sizeof(((union mediad_message *)0)->member), b }
	F(trunk.cookie[0], 'x'), F(trunk.cookie[7], 0), F(trunk.id, 0),
	F(trunk.kind, 0), F(trunk.kind, 3), F(trunk.kind, MEDIAD_LINE),
	F(trunk.transports, 0), F(trunk.transports, 8), F(trunk.boxes, 16),
	F(trunk.unparsed, 3), F(trunk.denial, 3), F(trunk.denial, 0),
	F(trunk.port_count, 0), F(trunk.port_count, 1),
	F(trunk.port_count, 3), F(trunk.port_count, 17),
	F(trunk.port_count, 255), F(trunk.ports[0], 0),
	F(trunk.ports[2], 1), F(trunk.ports[15], 1), F(trunk.spare[1], 1),
	F(trunk.rates[3].burst, 0), F(trunk.rates[3].per_second, 0),
	F(trunk.rates[0].burst, 1), F(trunk.rates[3].burst, 0xff),
	F(trunk.rates[3].per_second, 0xff),
}, prefixes[] = {
	F(prefixes.id, 0), F(prefixes.count, 0), F(prefixes.count, 0xff),
	F(prefixes.list[2].len, 1), F(prefixes.list[47].addr[3], 1),
	F(prefixes.list[0].family, 0), F(prefixes.list[0].family, 5),
	F(prefixes.list[0].len, 33), F(prefixes.list[0].len, 255),
	F(prefixes.list[0].len, 31), F(prefixes.list[0].len, 0),
	F(prefixes.list[0].addr[4], 1), F(prefixes.list[0].spare[0], 1),
	F(prefixes.list[1].len, 129), F(prefixes.list[1].len, 37),
	F(prefixes.list[1].addr[5], 1), F(prefixes.list[1].addr[15], 1),
	F(prefixes.list[1].spare[1], 1),
}, params[] = {
	F(acl_params.unknown, 3), F(acl_params.reject_rate, 0xff),
	F(acl_params.reject_burst, 0xff), F(acl_params.port_count, 1),
	F(acl_params.port_count, 3), F(acl_params.port_count, 17),
	F(acl_params.ports[1], 0), F(acl_params.ports[15], 9),
	F(acl_params.spare[0], 1),
#undef F
};

static void check_wrong(int fd, const struct wrong *w, unsigned int type)
{
	union mediad_message m, reply;

	if (type == MEDIAD_ACL_TRUNK)
		good_trunk(&m, 7);
	else if (type == MEDIAD_ACL_PREFIXES)
		good_prefixes(&m, 7, 1);
	else
		good_params(&m);
	memset((uint8_t *)&m + w->at, w->byte, w->len);
	ok(ask(fd, &m, type, &reply) == -EBADMSG && reply.reply.sentence[0],
	   "%s 0x%02x: %s", w->what, w->byte, reply.reply.sentence);
}

#define EACH(list, type) \
	do { \
		for (size_t i = 0; i < sizeof(list) / sizeof(*(list)); i++) \
			check_wrong(fd, &(list)[i], type); \
	} while (0)

static void check_fields(int fd)
{
	union mediad_message m, reply;

	EACH(trunks, MEDIAD_ACL_TRUNK);
	EACH(prefixes, MEDIAD_ACL_PREFIXES);
	EACH(params, MEDIAD_ACL_PARAMS);
	good_trunk(&m, 7);
	m.trunk.ports[1] = 5060;
	ok(ask(fd, &m, MEDIAD_ACL_TRUNK, &reply) == -EBADMSG, "%s",
	   reply.reply.sentence);
	ok(!fake_trunk_show(control, 0).trunk.id &&
	   !fake_acl_show(control).port_count, "the kernel has none of that");
}

/* A set of one trunk with prefixes; 0 or what COMMIT says. */
static int put_set(int fd, uint32_t id, uint8_t last)
{
	union mediad_message m = { 0 }, reply;
	int err = ask(fd, &m, MEDIAD_ACL_BEGIN, &reply);

	good_trunk(&m, id);
	err = err ? err : ask(fd, &m, MEDIAD_ACL_TRUNK, &reply);
	good_prefixes(&m, id, last);
	err = err ? err : ask(fd, &m, MEDIAD_ACL_PREFIXES, &reply);
	return err ? err : ask(fd, &m, MEDIAD_ACL_COMMIT, &reply);
}

static void check_set(int fd)
{
	union mediad_message m = { 0 }, reply;
	struct fake_trunk t;

	fake_ucsec_order(control, (struct fake_message){
			 .order = FAKE_TRUNK_ADD, .stream = 200 });
	ok(!put_set(fd, 7, 1), "a set");
	t = fake_trunk_show(control, 0);
	ok(t.trunk.id == 7 && t.trunk.kind == UCSEC_TRUNK_TRUNK &&
	   t.trunk.transports == (UCSEC_TRANSPORT_UDP | UCSEC_TRANSPORT_TLS) &&
	   t.trunk.boxes == (UCSEC_BOX_OUT_OF_DIALOG_REFER |
			     UCSEC_BOX_REPLACES_HEADER) &&
	   !(t.trunk.have & UCSEC_TR_METHODS) &&
	   t.trunk.unparsed == UCSEC_VERDICT_DROP &&
	   t.trunk.denial == UCSEC_VERDICT_REJECT &&
	   t.trunk.port_count == 2 && t.trunk.ports[1] == 5061 &&
	   t.trunk.rates[UCSEC_RATE_SOURCE].burst == 20 &&
	   !t.trunk.rates[UCSEC_RATE_REQUESTS].per_second &&
	   t.trunk.cookie_len == MEDIAD_COOKIE_LEN &&
	   t.trunk.cookie[20] == 7, "as the kernel has it");
	ok(t.count == 2 && t.prefixes[0].family == AF_INET &&
	   t.prefixes[0].addr.addr4.s_addr == htonl(0x0a010001) &&
	   t.prefixes[1].family == AF_INET6 && t.prefixes[1].len == 40 &&
	   t.prefixes[1].addr.addr6.s6_addr[4] == 1, "with its prefixes");
	ok(fake_trunk_show(control, 1).trunk.id == 1200,
	   "beside the trunk of others");
	ok(!ask(fd, &m, MEDIAD_ACL_GET, &reply) && reply.reply.trunks == 2 &&
	   reply.reply.prefixes == 3 && reply.reply.mark == UCSEC_ACL_MARK,
	   "GET tells of both, and the mark");
	ok(!put_set(fd, 8, 2) && fake_trunk_show(control, 0).trunk.id == 8 &&
	   fake_trunk_show(control, 1).trunk.id == 1200 &&
	   !fake_trunk_show(control, 2).trunk.id,
	   "the next set takes the place of ours alone");
	good_trunk(&m, 9);
	ask(fd, &m, MEDIAD_ACL_BEGIN, &reply);
	good_trunk(&m, 9);
	m.trunk.kind = MEDIAD_LINE;
	m.trunk.boxes = 0;
	ask(fd, &m, MEDIAD_ACL_TRUNK, &reply);
	good_prefixes(&m, 9, 3);
	ask(fd, &m, MEDIAD_ACL_PREFIXES, &reply);
	ok(!ask(fd, &m, MEDIAD_ACL_COMMIT, &reply) &&
	   fake_trunk_show(control, 0).trunk.kind == UCSEC_TRUNK_LINE &&
	   !(fake_trunk_show(control, 0).trunk.have & UCSEC_TR_BOXES),
	   "a line, about which no boxes are said");
	good_params(&m);
	ok(!ask(fd, &m, MEDIAD_ACL_PARAMS, &reply) &&
	   reply.reply.mark == UCSEC_ACL_MARK &&
	   fake_acl_show(control).unknown == UCSEC_UNKNOWN_DROP &&
	   fake_acl_show(control).port_count == 2 &&
	   fake_acl_show(control).reject_burst == 6, "PARAMS");
	ask(fd, &m, MEDIAD_ACL_BEGIN, &reply);
	ok(!ask(fd, &m, MEDIAD_ACL_COMMIT, &reply) &&
	   fake_trunk_show(control, 0).trunk.id == 1200,
	   "an empty set removes ours, and nobody else's");
}

/* Whatever was refused of it, it is not in force in part. */
static void check_broken_sets(int *fd)
{
	union mediad_message m = { 0 }, reply;

	ok(ask(*fd, &m, MEDIAD_ACL_COMMIT, &reply) == -ECANCELED,
	   "COMMIT of nothing: %s", reply.reply.sentence);
	good_trunk(&m, 7);
	ok(ask(*fd, &m, MEDIAD_ACL_TRUNK, &reply) == -ECANCELED,
	   "a trunk of nothing");
	put_set(*fd, 7, 1);
	ask(*fd, &m, MEDIAD_ACL_BEGIN, &reply);
	fake_ucsec_order(control, (struct fake_message){
		.order = FAKE_ACL_REFUSE, .stream = 1, .event = -ENOSPC });
	good_trunk(&m, 8);
	ok(ask(*fd, &m, MEDIAD_ACL_TRUNK, &reply) == -ENOSPC,
	   "the kernel takes no more: %s", reply.reply.sentence);
	good_trunk(&m, 9);
	ok(ask(*fd, &m, MEDIAD_ACL_TRUNK, &reply) == -ECANCELED &&
	   ask(*fd, &m, MEDIAD_ACL_COMMIT, &reply) == -ECANCELED &&
	   fake_trunk_show(control, 1).trunk.id == 1200 &&
	   fake_trunk_show(control, 0).trunk.id == 7,
	   "then the rest is not taken, and the old set goes on");
	ask(*fd, &m, MEDIAD_ACL_BEGIN, &reply);
	good_trunk(&m, 8);
	ask(*fd, &m, MEDIAD_ACL_TRUNK, &reply);
	ok(ask(*fd, &m, MEDIAD_ACL_COMMIT, &reply) == -EINVAL &&
	   fake_trunk_show(control, 0).trunk.id == 7,
	   "what the kernel refuses as a whole: %s", reply.reply.sentence);
	ok(ask(*fd, &m, MEDIAD_ACL_COMMIT, &reply) == -ECANCELED,
	   "it is no set any more");
	ask(*fd, &m, MEDIAD_ACL_BEGIN, &reply);
	close(*fd);
	*fd = dial();
	good_trunk(&m, 8);
	ok(ask(*fd, &m, MEDIAD_ACL_TRUNK, &reply) == -ECANCELED,
	   "a client's set ends with it");
}

/* Whatever request it comes with, none is ever held. */
static void check_descriptors(int fd)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } c = {
		.head = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	union mediad_message m = { 0 }, reply = { 0 };
	int ends[2], types[] = { MEDIAD_HELLO, MEDIAD_ACL_GET,
				 MEDIAD_ACL_COMMIT };
	struct iovec iov = { &m, 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = &c, .msg_controllen = sizeof(c) };
	bool refused = true;
	char byte;

	if (pipe(ends))
		abort();
	memcpy(CMSG_DATA(&c.head), &ends[1], sizeof(int));
	for (int i = 0; i < 3; i++) {
		mediad_seal(&m, (unsigned int)types[i], 7);
		iov.iov_len = m.head.len;
		refused &= sendmsg(fd, &msg, 0) > 0 && hear(fd, &reply) &&
			reply.reply.error == -EBADMSG;
	}
	ok(refused, "a request with a descriptor: %s", reply.reply.sentence);
	close(ends[1]);
	ok(!read(ends[0], &byte, 1), "nobody has it open");
	close(ends[0]);
	ok(!ask(fd, &m, MEDIAD_HELLO, &reply), "the next one is served");
}

static void order_event(uint32_t trunk, int event)
{
	fake_ucsec_order(control, (struct fake_message){
		.order = FAKE_TRUNK_EVENT, .stream = trunk, .event = event });
}

static void check_events(int fd)
{
	union mediad_message m;

	put_set(fd, 7, 1);
	order_event(1200, UCSEC_EVENT_DENIAL_BURST);
	order_event(7, UCSEC_EVENT_DENIAL_BURST);
	ok(hear(fd, &m) && m.head.type == MEDIAD_EVENT &&
	   m.event.kind == MEDIAD_DENIAL_BURST && m.event.stream == 7 &&
	   m.event.count == 4711 && m.event.cookie[20] == 7,
	   "a burst of denials of ours is told, of others' it is not");
	order_event(7, UCSEC_EVENT_DENIAL_BURST_OVER);
	ok(hear(fd, &m) && m.event.kind == MEDIAD_DENIAL_BURST_OVER,
	   "and its end");
	order_event(0, UCSEC_EVENT_DENIAL_BURST);
	ok(hear(fd, &m) && m.event.kind == MEDIAD_DENIAL_BURST &&
	   !m.event.stream, "and that of unknown sources");
}

static void check_reload(int fd)
{
	union mediad_message m = { 0 }, reply;
	int err = 1;

	fake_ucsec_order(control, (struct fake_message){
			 .order = FAKE_UNLOAD, .stream = 2 });
	ok(ask(fd, &m, MEDIAD_ACL_GET, &reply) == 1,
	   "the module is gone: it hangs up");
	close(fd);
	fd = dial();
	ok(ask(fd, &m, MEDIAD_HELLO, &reply) == 1,
	   "and serves nobody without it");
	close(fd);
	fd = dial();
	ok(!ask(fd, &m, MEDIAD_ACL_GET, &reply) && !reply.reply.trunks,
	   "loaded anew it is found, empty");
	err = put_set(fd, 9, 9);
	ok(!err && fake_trunk_show(control, 0).trunk.id == 9,
	   "and takes a set");
	close(fd);
}

int main(void)
{
	int fd;

	start_server("test-mediad-acl");
	fd = dial();
	check_fields(fd);
	check_set(fd);
	check_broken_sets(&fd);
	check_descriptors(fd);
	check_events(fd);
	check_reload(fd);
	ok(stop_server(), "the server ended when told, without a complaint");
	return tap_end();
}
