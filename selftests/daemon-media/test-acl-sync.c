// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's ACL kept in step with a store, through the client and the server
 * of ucsec-mediad, in a kernel that is none.
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "acl/internal.h"
#include "env.h"
#include "fake-ucsec.h"
#include "log.h"
#include "tap.h"

static struct env env;
static struct acl *acl;
static struct call_mediad *mediad;
static char path[64], log_path[80];
static int control;
static pid_t server;

/* What SIP and the network would say. */
static struct {
	uint8_t last;		/* of "far.example" */
	size_t many;		/* addresses it has */
	bool pending, blind;
	uint32_t mark;
	unsigned int marks;
} world = { .last = 1, .many = 1 };

static size_t places(void *ctx, struct acl_place *list, size_t max)
{
	(void)ctx, (void)max;
	list[0] = (struct acl_place){ 5060, STORE_TCP };
	list[1] = (struct acl_place){ 5060, STORE_UDP };
	list[2] = (struct acl_place){ 5061, STORE_TLS };
	return 3;
}

static size_t addresses(void *ctx, const char *host, struct acl_address *list,
			size_t max)
{
	uint8_t last = strcmp(host, "far.example") ? (uint8_t)atoi(
		strrchr(host, '.') + 1) : world.last;
	size_t n = strcmp(host, "far.example") ? 1 : world.many;

	(void)ctx;
	for (size_t i = 0; i < n && i < max; i++) {
		memset(&list[i], 0, sizeof(list[i]));
		list[i].family = 4;
		memcpy(list[i].addr, (uint8_t[]){ 10, 0, (uint8_t)i, last },
		       4);
	}
	return n < max ? n : max;
}

static bool pending(void *ctx)
{
	(void)ctx;
	return world.pending;
}

static bool reads_marks(void *ctx)
{
	(void)ctx;
	return !world.blind;
}

static void set_mark(void *ctx, uint32_t mark)
{
	(void)ctx;
	world.mark = mark;
	world.marks++;
}

static void begin(void)
{
	static const struct acl_ops ops = {
		places, addresses, pending, reads_marks, set_mark,
	};

	acl = acl_new(&(struct acl_config){ env.base, env.store, &ops, NULL });
	mediad = call_mediad_new(env.base, path, &acl_mediad_ops, acl);
	acl_set_mediad(acl, mediad);
}

static void end(void)
{
	call_mediad_free(mediad);
	acl_free(acl);
}

static const char *state(void)
{
	static char text[32];
	json_t *shown = acl_show(acl);

	snprintf(text, sizeof(text), "%s", json_string_value(
		json_object_get(shown, "state")));
	json_decref(shown);
	return text;
}

static bool is(const char *wanted)
{
	return !strcmp(state(), wanted);
}

/* Out of step for longer than it takes to tell the kernel. */
static bool is_refused(void)
{
	json_t *seen = acl_show(acl);
	const char *why = json_string_value(json_object_get(seen, "reason"));
	bool refused = why && strcmp(why, "the kernel is being told");

	json_decref(seen);
	return refused;
}

/* Turns the loop for 20 s at most until the kernel has that. */
#define UNTIL(condition) ({						\
	time_t late = time(NULL) + 20;					\
									\
	while (!(condition) && time(NULL) < late) {			\
		struct timeval tv = { 0, 10000 };			\
									\
		event_base_loopexit(env.base, &tv);			\
		event_base_dispatch(env.base);				\
	}								\
	(bool)(condition);						\
})

static struct fake_trunk shown(uint32_t which)
{
	return fake_trunk_show(control, which);
}

static uint32_t id_at(uint32_t which)
{
	return shown(which).trunk.id;
}

static uint8_t last_of(uint32_t which)
{
	return ((uint8_t *)&shown(which).prefixes[0].addr.addr4)[3];
}

static int ask(enum store_verb verb, const char *noun, const char *key,
	       const char *text)
{
	json_t *body = text ? env_json(text) : NULL;
	int status = env_ask(&env, verb, noun, key, body, NULL);

	json_decref(body);
	return status;
}

static void param(const char *name, const char *value)
{
	char text[128];

	snprintf(text, sizeof(text), "{\"value\": %s}", value);
	if (ask(STORE_SET, "param", name, text) != 200)
		abort();
}

static void refuse(unsigned int times, int err)
{
	fake_ucsec_order(control, (struct fake_message){
		.order = FAKE_ACL_REFUSE, .stream = times, .event = err });
}

static bool logged(const char *text)
{
	static char log[65536];
	FILE *file = fopen(log_path, "r");
	size_t n = file ? fread(log, 1, sizeof(log) - 1, file) : 0;

	if (file)
		fclose(file);
	log[n] = '\0';
	return strstr(log, text);
}

static void test_start(void)
{
	struct ucsec_acl params;
	struct fake_trunk t;

	ok(env_add(&env, "profile", "{\"name\": \"p\", \"kind\": \"trunk\","
		   "\"device_security_mode\": \"nonsecure\","
		   "\"incoming_transport\": \"tcp+udp\","
		   "\"outgoing_transport\": \"udp\"}") == 200 &&
	   env_add(&env, "trunk", "{\"name\": \"near\", \"profile\": \"p\","
		   "\"destinations\": [{\"address\": \"10.0.0.7\"}]}") == 200,
	   "a trunk");
	world.pending = true;
	begin();
	ok(!is("in step") && !id_at(0), "names are waited for, nothing is said");
	world.pending = false;
	ok(UNTIL(is("in step")), "then it is in step");
	t = shown(0);
	ok(t.trunk.id && t.count == 1 && last_of(0) == 7 &&
	   t.trunk.ports[0] == 5060 && !t.trunk.boxes &&
	   t.trunk.denial == UCSEC_VERDICT_REJECT &&
	   t.trunk.unparsed == UCSEC_VERDICT_DROP &&
	   t.trunk.transports == (UCSEC_TRANSPORT_UDP | UCSEC_TRANSPORT_TCP),
	   "the kernel has the trunk");
	params = fake_acl_show(control);
	ok(params.unknown == UCSEC_UNKNOWN_COUNT && params.port_count == 2 &&
	   params.ports[0] == 5060 && params.ports[1] == 5061 &&
	   params.reject_rate == 100, "and our ports");
	ok(world.mark == UCSEC_ACL_MARK, "we know the mark");
}

static void test_changes(void)
{
	uint32_t id = id_at(0);
	unsigned int marks;

	ask(STORE_SET, "profile", "p",
	    "{\"accept_out_of_dialog_refer\": true}");
	ok(UNTIL(shown(0).trunk.boxes == UCSEC_BOX_OUT_OF_DIALOG_REFER),
	   "a box is ticked");
	ask(STORE_ADD, "trunk", NULL, "{\"name\": \"far\", \"profile\": \"p\","
	    "\"destinations\": [{\"address\": \"far.example\"}]}");
	ok(UNTIL(id_at(1)) && last_of(1) == 1 && id_at(0) == id,
	   "a trunk is added");
	UNTIL(is("in step"));
	marks = world.marks;
	ask(STORE_SET, "trunk", "far", "{\"name\": \"farther\"}");
	ask(STORE_SET, "param", "max_calls", "{\"value\": 77}");
	world.last = 2;
	ok(UNTIL((acl_changed(acl), last_of(1) == 2)),
	   "a name stands for another address, and again and again");
	ok(UNTIL(world.marks > marks) && world.marks == marks + 1,
	   "what changes nothing is not said");
	world.many = 60;
	acl_changed(acl);
	ok(UNTIL(shown(1).count == 60) &&
	   ((uint8_t *)&shown(1).prefixes[59].addr.addr4)[2] == 59,
	   "more addresses than go into a message");
	world.many = 1;
	ask(STORE_DEL, "trunk", "near", NULL);
	ok(UNTIL(!id_at(1)) && last_of(0) == 2, "a trunk is deleted");
	param("acl_line_prefixes", "\"10.1.0.0/16\"");
	ok(UNTIL(id_at(3)) && shown(1).trunk.kind == UCSEC_TRUNK_LINE &&
	   shown(1).prefixes[0].len == 16, "lines at each port and transport");
	ok(ask(STORE_SET, "param", "acl_line_prefixes",
	       "{\"value\": \"10.1.0.1/16\"}") == 400,
	   "a prefix with host bits is refused");
	param("acl_line_prefixes", "\"\"");
	param("acl_unknown", "\"drop\"");
	param("acl_denial", "\"drop\"");
	ok(UNTIL(fake_acl_show(control).unknown == UCSEC_UNKNOWN_DROP) &&
	   UNTIL(shown(0).trunk.denial == UCSEC_VERDICT_DROP && !id_at(1)),
	   "parameters");
	param("acl_denial", "\"reject\"");
	UNTIL(shown(0).trunk.denial == UCSEC_VERDICT_REJECT);
}

static void test_refusals(void)
{
	json_t *seen;

	UNTIL(is("in step"));
	refuse(1, -ENOSPC);
	world.last = 3;
	acl_changed(acl);
	ok(UNTIL(is_refused()) && last_of(0) == 2,
	   "what is refused leaves the old set in force");
	seen = acl_show(acl);
	ok(json_object_get(seen, "reason") && !json_object_get(seen, "since"),
	   "and it says why: %s", json_string_value(json_object_get(seen,
							"reason")));
	json_decref(seen);
	ok(UNTIL(is("in step")) && last_of(0) == 3, "it is tried again");
	refuse(1, -ENOSPC);
	world.last = 4;
	param("acl_unknown", "\"count\"");
	ok(UNTIL(is_refused()) && last_of(0) == 3 &&
	   fake_acl_show(control).unknown == UCSEC_UNKNOWN_COUNT,
	   "strangers are let in, though the set is refused");
	UNTIL(is("in step"));
	refuse(1, -ENOSPC);
	world.last = 3;
	param("acl_unknown", "\"drop\"");
	ok(UNTIL(is_refused()) &&
	   fake_acl_show(control).unknown == UCSEC_UNKNOWN_COUNT,
	   "and not shut out before it is in force");
	ok(UNTIL(is("in step")) && last_of(0) == 3 &&
	   fake_acl_show(control).unknown == UCSEC_UNKNOWN_DROP,
	   "but then");
	world.blind = true;
	acl_changed(acl);
	ok(UNTIL(shown(0).trunk.denial == UCSEC_VERDICT_DROP),
	   "who cannot read marks has nothing rejected");
	world.blind = false;
	acl_changed(acl);
	UNTIL(shown(0).trunk.denial == UCSEC_VERDICT_REJECT);
}

static void tell(uint32_t trunk, int event)
{
	fake_ucsec_order(control, (struct fake_message){
		.order = FAKE_TRUNK_EVENT, .stream = trunk, .event = event });
}

static void test_events(void)
{
	tell(id_at(0), UCSEC_EVENT_DENIAL_BURST);
	ok(UNTIL(logged("event=acl-denials trunk=farther count=4711")),
	   "a burst has a line in the security log");
	tell(id_at(0), UCSEC_EVENT_DENIAL_BURST_OVER);
	ok(UNTIL(logged("event=acl-denials-over trunk=farther")),
	   "and its end");
	tell(0, UCSEC_EVENT_DENIAL_BURST);
	ok(UNTIL(logged("event=acl-denials sources=unknown count=4711")),
	   "that of unknown sources, too");
}

static void restart_server(void)
{
	int status;

	kill(server, SIGKILL);
	waitpid(server, &status, 0);
	close(control);
	control = fake_ucsec_start(path, getuid(), &server);
}

static void set_unknown(enum ucsec_unknown unknown)
{
	fake_ucsec_order(control, (struct fake_message){
			 .order = FAKE_ACL_SET, .event = unknown });
}

static void test_losses(void)
{
	uint32_t id = id_at(0);

	restart_server();
	ok(UNTIL(id_at(0) == id) && fake_acl_show(control).port_count == 2,
	   "mediad is killed: all is there again, with the same id");
	UNTIL(is("in step"));
	fake_ucsec_order(control, (struct fake_message){
			 .order = FAKE_TRUNK_FLUSH });
	ok(UNTIL(id_at(0) == id), "somebody flushed it: it is put back");
	UNTIL(is("in step"));
	fake_ucsec_order(control, (struct fake_message){
			 .order = FAKE_TRUNK_SET, .stream = id,
			 .event = UCSEC_BOX_REPLACES_HEADER });
	ok(UNTIL(shown(0).trunk.boxes == UCSEC_BOX_OUT_OF_DIALOG_REFER),
	   "somebody changed it, and the numbers are the same: it is undone");
	UNTIL(is("in step"));
	set_unknown(UCSEC_UNKNOWN_PASS);
	ok(UNTIL(fake_acl_show(control).unknown == UCSEC_UNKNOWN_DROP),
	   "a parameter of ours, too");
	UNTIL(is("in step"));
	fake_ucsec_order(control, (struct fake_message){
			 .order = FAKE_UNLOAD, .stream = 2 });
	ok(UNTIL(!is("in step")), "the module is removed: it is noticed");
	/* Without its kernel the fake hears no order. */
	ok(UNTIL(is("in step")) && id_at(0) == id,
	   "loaded anew it is filled anew");
	end();
	ok(id_at(0) == id, "the daemon ends: the kernel goes on");
	fake_ucsec_order(control, (struct fake_message){
			 .order = FAKE_TRUNK_ADD, .stream = 9 });
	world.last = 4;
	begin();
	ok(UNTIL(last_of(0) == 4) && id_at(0) == id && id_at(1) == 1009,
	   "the next one replaces its set, beside others'");
}

static void test_off(void)
{
	UNTIL(is("in step"));
	param("acl", "false");
	ok(UNTIL(is("off")) && id_at(0) == 1009 && !id_at(1),
	   "off: ours are removed, others' stay");
	ok(!fake_acl_show(control).port_count && !world.mark &&
	   fake_acl_show(control).unknown == UCSEC_UNKNOWN_COUNT,
	   "nobody is unknown, and marks mean nothing");
	set_unknown(UCSEC_UNKNOWN_DROP);
	ok(UNTIL(acl->generation == fake_acl_show(control).generation) &&
	   fake_acl_show(control).unknown == UCSEC_UNKNOWN_DROP,
	   "what somebody sets then is left alone");
	param("acl", "true");
	ok(UNTIL(is("in step")) && id_at(1) == 1009 &&
	   world.mark == UCSEC_ACL_MARK, "on again");
}

int main(void)
{
	snprintf(path, sizeof(path), "/tmp/test-acl-sync-%d", (int)getpid());
	snprintf(log_path, sizeof(log_path), "%s.log", path);
	control = fake_ucsec_start(path, getuid(), &server);
	env_open(&env);
	log_security_open(log_path);
	test_start();
	test_changes();
	test_refusals();
	test_events();
	test_losses();
	test_off();
	end();
	env_close(&env);
	close(control);
	waitpid(server, NULL, 0);
	unlink(path);
	unlink(log_path);
	return tap_end();
}
