// SPDX-License-Identifier: GPL-2.0
/* A party's surroundings, for its tests. */
#include <errno.h>

#include "world.h"
#include "call/call.h"
#include "call/sdp.h"
#include "log.h"
#include "refusal.h"

struct world *world;

static void note(const char *format, ...)
{
	size_t used = strlen(world->events);
	va_list args;

	va_start(args, format);
	vsnprintf(world->events + used, sizeof(world->events) - used, format,
		  args);
	va_end(args);
}

static void tell(struct call_party *party, const char *event)
{
	world->party = party;
	if (world->on_event)
		world->on_event(world, party, event);
}

static const char *text(const char *sdp, size_t len)
{
	static char buf[64];

	snprintf(buf, sizeof(buf), "%.*s", sdp ? (int)len : 1,
		 sdp ? sdp : "-");
	return buf;
}

void call_setup(struct call_system *system, struct call_party *party,
		const char *number, const char *sdp, size_t len)
{
	(void)system;
	note("setup %s>%s %s\n", party->number, number, text(sdp, len));
	tell(party, "setup");
}

void call_setup_replacing(struct call_system *system, struct call_party *party,
			  struct call_party *replaced, const char *sdp,
			  size_t len)
{
	(void)system;
	note("replace %s %s\n", replaced->name, text(sdp, len));
	tell(party, "replace");
}

void call_trying(struct call_party *party)
{
	(void)party;
	world->trying++;
}

void call_alerting(struct call_party *party, int status, const char *sdp,
		   size_t len)
{
	note("alerting %d %s\n", status, text(sdp, len));
	tell(party, "alerting");
}

void call_offered(struct call_party *party, const char *sdp, size_t len)
{
	note("offered %s\n", text(sdp, len));
	tell(party, "offered");
}

void call_answered(struct call_party *party, const char *sdp, size_t len)
{
	note("answered %s\n", text(sdp, len));
	tell(party, "answered");
}

void call_refused(struct call_party *party, const struct call_cause *cause)
{
	snprintf(world->text, sizeof(world->text), "%s",
		 cause->text ? cause->text : "");
	note("refused %d\n", cause->status);
	tell(party, "refused");
}

void call_early_refused(struct call_party *party,
			const struct call_cause *cause)
{
	note("early-refused %d\n", cause->status);
	tell(party, "early-refused");
}

void call_gone(struct call_party *party, const struct call_cause *cause)
{
	note("gone %d%s%s\n", cause->status, cause->why ? " " : "",
	     cause->why ? cause->why : "");
	tell(party, "gone");
}

int call_info(struct call_party *party, const struct call_info *info)
{
	note("info %s %.*s\n", info->type, (int)info->len, info->body);
	tell(party, "info");
	return world->info_status;
}

void call_info_done(struct call_party *party, uint32_t token, int status)
{
	note("info-done %u %d\n", token, status);
	tell(party, "info-done");
}

int call_transfer(struct call_party *party, const char *number,
		  struct call_party *replaced)
{
	note("transfer %s %s\n", number, replaced ? replaced->name : "-");
	tell(party, "transfer");
	return world->transfer_status;
}

int call_may_reach(struct call_system *system, const struct call_party *party,
		   const char *number)
{
	(void)system, (void)party;
	return world->unreachable && !strcmp(number, world->unreachable) ?
	       404 : 0;
}

ssize_t call_sdp_hold(const char *offer, size_t len, char *buf, size_t size)
{
	return snprintf(buf, size, "held %.*s", (int)len, offer);
}

void call_party_changed(struct call_party *party)
{
	note("changed\n");
	tell(party, "changed");
}

void log_security(const char *event, ...)
{
	note("security %s\n", event);
}

int store_phone_get(struct store *store, int64_t id, struct store_phone *phone)
{
	(void)store;
	memset(phone, 0, sizeof(*phone));
	if (id < 1 || id > 9)
		return -ENOENT;
	phone->id = id;
	snprintf(phone->name, sizeof(phone->name), "SEP%03d", (int)id);
	strcpy(phone->model, world->model);
	phone->profile.mode = world->phone_mode;
	return 0;
}

int store_line_get(struct store *store, int64_t id, struct store_line *line)
{
	(void)store;
	memset(line, 0, sizeof(*line));
	line->id = id;
	snprintf(line->number, sizeof(line->number), "%d", (int)id);
	snprintf(line->description, sizeof(line->description), "Line %d",
		 (int)id);
	return 0;
}

int store_trunk_get(struct store *store, int64_t id, struct store_trunk *trunk)
{
	(void)store;
	memset(trunk, 0, sizeof(*trunk));
	trunk->id = id;
	strcpy(trunk->name, "carrier");
	strcpy(trunk->destinations[0].host, "carrier.example");
	trunk->destination_count = 1;
	trunk->srtp_allowed = true;
	trunk->profile.mode = STORE_ENCRYPTED;
	trunk->profile.transmit_security_status = world->transmits_status;
	return id == 7 ? 0 : -ENOENT;
}

uint32_t store_param(const struct store *store, enum store_param param)
{
	(void)store;
	switch (param) {
	case STORE_PARAM_SESSION_EXPIRES:
		return world->session_expires;
	case STORE_PARAM_SESSION_EXPIRES_MIN:
		return world->min_se;
	case STORE_PARAM_MAX_FORWARDS:
		return 70;
	default:
		return 0;
	}
}

int store_registration_by_phone(struct store *store, int64_t phone,
				struct store_registrations *found)
{
	struct store_registration *list = calloc(1, sizeof(*list));

	(void)store, (void)phone;
	strcpy(list->contact, "sip:1001@10.0.0.1:5060");
	snprintf(list->options, sizeof(list->options), "%s", world->options);
	found->list = list;
	found->count = 1;
	return 0;
}

void store_registrations_clear(struct store_registrations *found)
{
	free(found->list);
}

static const struct call_party *other(const struct call_party *party)
{
	(void)party;
	return &world->other;
}

static ssize_t describe(struct call_party *party, char *buf, size_t size)
{
	(void)party;
	return snprintf(buf, size, "%s", world->described);
}

int world_set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct sip_parties_config config = {
		.domain = "ucsec.example", .t1_ms = T1, .second_ms = 2,
		.other = other, .describe = describe,
	};

	world = w;
	w->model = "8845";
	w->options = "";
	w->phone_mode = STORE_ENCRYPTED;
	strcpy(w->described, "again");
	strcpy(w->other.number, "3000");
	w->other.is_screened = true;
	strcpy(w->other.display, "Other \"One\"");
	w->base = event_base_new();
	w->sip = base_new();
	config.base = w->base;
	config.sip = w->sip;
	w->parties = sip_parties_new(&config);
	assert_non_null(w->parties);
	w->conn = base_conn(NET_ENCRYPTED);
	base_bind(w->sip, 1, 1001, "sip:1001@10.0.0.1:5060", w->conn);
	base_bind(w->sip, 1, 1002, "sip:1002@10.0.0.1:5060", w->conn);
	base_bind(w->sip, 2, 1001, "sip:1001@10.0.0.2:5060", w->conn);
	base_peer(w->sip, SIP_PEER_PHONE, 1, w->conn, NET_ENCRYPTED);
	*state = w;
	return 0;
}

int world_tear_down(void **state)
{
	struct world *w = *state;

	sip_parties_free(w->parties);
	base_free(w->sip);
	net_conn_put(w->conn);
	event_base_free(w->base);
	free(w);
	return 0;
}

void world_turn(struct world *w)
{
	event_base_loop(w->base, EVLOOP_NONBLOCK);
}

static void late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	*(bool *)arg = true;
}

struct sent *world_wait(struct world *w)
{
	struct timeval two = { 2, 0 };
	bool is_late = false;
	struct event *timer = evtimer_new(w->base, late, &is_late);
	struct sent *sent;

	evtimer_add(timer, &two);
	while (!(sent = base_next(w->sip)) && !is_late)
		event_base_loop(w->base, EVLOOP_ONCE);
	event_free(timer);
	return sent;
}

void expect_events(struct world *w, const char *events)
{
	assert_string_equal(w->events, events);
	w->events[0] = '\0';
}

static struct sent *check(struct sent *sent, const char *what)
{
	char is[64];

	if (!sent)
		print_error("nothing was sent, not %s\n", what);
	assert_non_null(sent);
	if (MSG_IS_RESPONSE(sent->msg))
		snprintf(is, sizeof(is), "%d %s", sent->msg->status_code,
			 sent->msg->cseq->method);
	else
		snprintf(is, sizeof(is), "%s", sent->msg->sip_method);
	if (strcmp(is, what))
		print_error("%s\n", sent->text);
	assert_string_equal(is, what);
	return sent;
}

struct sent *expect_sent(struct world *w, const char *what)
{
	return check(base_next(w->sip), what);
}

struct sent *expect_later(struct world *w, const char *what)
{
	return check(world_wait(w), what);
}

void expect_nothing(struct world *w)
{
	struct sent *sent = base_next(w->sip);

	if (sent)
		print_error("%s\n", sent->text);
	assert_null(sent);
}

void expect_gone(struct world *w)
{
	world_turn(w);
	assert_int_equal(sip_parties_count(w->parties), 0);
}

void expect_line(const struct sent *sent, const char *part)
{
	if (!strstr(sent->text, part))
		print_error("no %s in\n%s\n", part, sent->text);
	assert_non_null(strstr(sent->text, part));
}

void expect_no_line(const struct sent *sent, const char *part)
{
	if (strstr(sent->text, part))
		print_error("%s in\n%s\n", part, sent->text);
	assert_null(strstr(sent->text, part));
}

const char *value_of(const struct sent *sent, const char *name)
{
	const char *value = sip_header(sent->msg, name);

	return value ? value : "";
}

struct sip_request *call_in(struct world *w, const char *headers,
			    const char *sdp)
{
	return base_receive(w->sip, "INVITE sip:2000@h SIP/2.0\n"
		"Via: SIP/2.0/TLS h;branch=z9hG4bK1\n"
		"From: \"Me\" <sip:1001@p>;tag=peer\nTo: <sip:2000@h>\n"
		"Call-ID: in@p\nCSeq: 100 INVITE\nMax-Forwards: 30\n"
		"Contact: <sip:1001@10.0.0.1>\n"
		"Allow: INVITE, ACK, BYE, CANCEL, UPDATE\n"
		"%s%sContent-Length: %zu\n\n%s", headers,
		sdp && !strstr(headers, "Content-Type") ?
		"Content-Type: application/sdp\n" : "",
		sdp ? strlen(sdp) : 0, sdp ? sdp : "");
}

struct sip_request *ask(struct world *w, const struct sip_request *invite,
			const char *method, int cseq, const char *headers,
			const char *sdp)
{
	return base_receive(w->sip, "%s sip:2000@h SIP/2.0\n"
		"Via: SIP/2.0/TLS h;branch=z9hG4bK%d\n"
		"From: <sip:1001@p>;tag=peer\nTo: <sip:2000@h>;tag=%s\n"
		"Call-ID: in@p\nCSeq: %d %s\nContact: <sip:1001@10.0.0.1>\n"
		"%s%sContent-Length: %zu\n\n%s", method, cseq, invite->to_tag,
		cseq, method, headers,
		sdp && !strstr(headers, "Content-Type") ?
		"Content-Type: application/sdp\n" : "",
		sdp ? strlen(sdp) : 0, sdp ? sdp : "");
}

struct sip_request *ask_back(struct world *w, const struct sent *invite,
			     const char *tag, const char *method, int cseq,
			     const char *headers, const char *sdp)
{
	return base_receive(w->sip, "%s sip:x@h SIP/2.0\n"
		"Via: SIP/2.0/TLS h;branch=z9hG4bK%d\n"
		"From: <sip:1001@p>;tag=%s\nTo: <sip:3000@h>;tag=%s\n"
		"Call-ID: %s\nCSeq: %d %s\nContact: <sip:1001@10.0.0.1>\n"
		"%s%sContent-Length: %zu\n\n%s", method, cseq, tag,
		sip_from_tag(invite->msg), invite->msg->call_id->number, cseq,
		method, headers, sdp ? "Content-Type: application/sdp\n" : "",
		sdp ? strlen(sdp) : 0, sdp ? sdp : "");
}

struct call_party *call_out(struct world *w, bool trunk)
{
	const struct call_protocol *protocol = sip_parties_protocol(w->parties);
	struct call_target target = {
		.is_trunk = trunk, .device = trunk ? 7 : 1, .line = 1001,
		.number = "0049 1",
	};
	struct call_party *parties[4];

	assert_int_equal(protocol->reach(protocol->arg, &target, parties, 4),
			 1);
	return parties[0];
}

struct sent *call_out_offer(struct world *w, bool trunk,
			    struct call_party **party)
{
	*party = call_out(w, trunk);
	OP(*party, offer, TEXT("offer"));
	return expect_sent(w, "INVITE");
}

struct call_party *called_us(struct world *w, const char *headers,
				    struct sip_request **invite)
{
	*invite = call_in(w, headers, "offer");
	expect_sent(w, "100 INVITE");
	OP(w->party, answer, TEXT("answer"));
	expect_sent(w, "200 INVITE");
	base_ack(*invite, NULL);
	w->events[0] = '\0';
	return w->party;
}

struct call_party *was_called(struct world *w, const char *headers,
				     struct sent **invite)
{
	struct call_party *party = call_out(w, false);

	OP(party, offer, TEXT("offer"));
	*invite = expect_sent(w, "INVITE");
	base_answer(*invite, 200, "t", headers, "answer");
	expect_sent(w, "ACK");
	w->events[0] = '\0';
	return party;
}

/* Up to its 200 and ACK. */
struct sip_request *set_up_call(struct world *w)
{
	struct sip_request *invite = call_in(w, "", "offer");

	assert_int_equal(OP(w->party, alert, 180, NULL, 0), 0);
	assert_int_equal(OP(w->party, answer, TEXT("answer")), 0);
	base_ack(invite, NULL);
	expect_events(w, "setup 1001>2000 offer\n");
	expect_sent(w, "100 INVITE");
	expect_sent(w, "180 INVITE");
	expect_sent(w, "200 INVITE");
	return invite;
}
