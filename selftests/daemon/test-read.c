// SPDX-License-Identifier: GPL-2.0
/*
 * The typed reads: what the signalling gets is what the administrator said.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "tap.h"

static struct env env;

static int64_t id_of_css(const char *name)
{
	struct store_line line;
	char body[160];
	int64_t css;

	/* A line that uses it tells its number. */
	snprintf(body, sizeof(body), "{\"number\":\"9999\",\"css\":\"%s\"}",
		 name);
	env_add(&env, "line", body);
	css = store_line_by_name(env.store, "9999", NULL, &line) ? -1 :
		line.css;
	env_ask(&env, STORE_DEL, "line", "9999", NULL, NULL);
	return css;
}

static void test_profile(void)
{
	struct store_phone_profile profile;

	ok(!store_profile_find(env.store, "phones.example.org", &profile) &&
	   profile.mode == STORE_ENCRYPTED && profile.digest,
	   "a profile by a shared certificate's name");
	ok(store_profile_find(env.store, "peer", &profile) == -ENOENT &&
	   store_profile_find(env.store, "x", &profile) == -ENOENT,
	   "a trunk's is none of phones");
}

static void test_phone(void)
{
	struct store_buttons buttons;
	struct store_phone phone, same;

	ok(!store_phone_find(env.store, "sep001122334455", &phone) &&
	   !strcmp(phone.name, "SEP001122334455"), "a phone in small letters");
	ok(phone.protocol == STORE_SIP &&
	   phone.profile.mode == STORE_ENCRYPTED &&
	   phone.profile.transports == STORE_TLS && phone.profile.digest &&
	   phone.profile.nonce_validity == 300 &&
	   !strcmp(phone.profile.name, "phones.example.org"), "its profile");
	ok(!strcmp(phone.digest_user_name, "alice") && phone.digest_user &&
	   phone.css && phone.presence_group && phone.srtp_required,
	   "its user, css, group");
	ok(!store_phone_get(env.store, phone.id, &same) &&
	   !strcmp(same.name, phone.name), "the same by its id");
	ok(store_phone_find(env.store, "SEP000000000000", &same) == -ENOENT &&
	   store_phone_get(env.store, 12345, &same) == -ENOENT &&
	   store_phone_find(env.store, "", &same) == -ENOENT, "no such phone");
	ok(!store_phone_lines(env.store, phone.id, &buttons) &&
	   buttons.count == 2 && !strcmp(buttons.list[0].number, "2001") &&
	   !strcmp(buttons.list[0].label, "me") &&
	   buttons.list[1].position == 2, "its buttons in order");
	store_buttons_clear(&buttons);
	ok(!store_phone_lines(env.store, 12345, &buttons) && !buttons.count,
	   "no buttons");
}

static void test_line(void)
{
	int64_t all = id_of_css("all");
	struct store_buttons buttons;
	struct store_line line;

	ok(!store_line_by_name(env.store, "2001", "internal", &line) &&
	   line.no_answer_timeout == 10 && line.voicemail_indicator &&
	   !strcmp(line.partition_name, "internal"), "a line by its name");
	ok(!store_line_by_name(env.store, "2002", "internal", &line) &&
	   line.no_answer_timeout == 20, "the parameter's time");
	ok(store_line_by_name(env.store, "2001", NULL, &line) == -ENOENT &&
	   store_line_by_name(env.store, "112", "nowhere", &line) == -ENOENT &&
	   !store_line_by_name(env.store, "112", "", &line),
	   "a partition that is not there is not none");
	ok(!store_line_find(env.store, all, "2001", &line) &&
	   !store_line_find(env.store, all, "112", &line) &&
	   !store_line_find(env.store, 0, "112", &line) &&
	   store_line_find(env.store, 0, "2001", &line) == -ENOENT &&
	   store_line_find(env.store, all, "2003", &line) == -ENOENT,
	   "what a css reaches");
	env_add(&env, "line", "{\"number\":\"112\",\"partition\":\"external\"}");
	ok(!store_line_find(env.store, all, "112", &line) &&
	   !strcmp(line.partition_name, "external"),
	   "a partition of the css comes before none");
	env_add(&env, "line", "{\"number\":\"112\",\"partition\":\"internal\"}");
	ok(!store_line_find(env.store, all, "112", &line) &&
	   !strcmp(line.partition_name, "internal"), "in its order");
	store_line_by_name(env.store, "2001", "internal", &line);
	ok(!store_line_phones(env.store, line.id, &buttons) &&
	   buttons.count == 1 &&
	   !strcmp(buttons.list[0].phone_name, "SEP001122334455"),
	   "the phones of a line");
	store_buttons_clear(&buttons);
}

static const struct {
	const char *pattern, *partition, *more;
} routes[] = {
	{ "9.!", "external", ",\"strip_predot\":true,\"prefix\":\"+\"" },
	{ "9.1X", "external", ",\"strip_predot\":true" },
	{ "9.1[0-4]", "internal", "" },
	{ "9.12", "external", ",\"strip\":1" },
	{ "9.12", "internal", ",\"strip\":2,\"prefix\":\"00\"" },
	{ "8[^1-9]X", "external", "" },
	{ "7[13-5*]", "external", "" },
	{ "+49!", "external", "" },
	{ "6!7", "external", "" },
	{ "66!", "external", "" },
	{ "*8X", "hidden", "" },
	{ "5XXX", NULL, "" },
	{ "5XXX", "internal", "" },
	{ "4.XX.", NULL, NULL },
};

/* From css "all": internal, then external; never hidden. */
static const struct {
	const char *number, *pattern, *called;
} dialled[] = {
	{ "95551234", "9.!", "+5551234" },
	{ "9", NULL, NULL },
	{ "915", "9.1X", "15" },
	{ "913", "9.1[0-4]", "913" },
	{ "912", "9.12", "002" },
	{ "9123", "9.!", "+123" },
	{ "805", "8[^1-9]X", "805" },
	{ "8*5", NULL, NULL },
	{ "815", NULL, NULL },
	{ "71", "7[13-5*]", "71" },
	{ "72", NULL, NULL },
	{ "74", "7[13-5*]", "74" },
	{ "7*", "7[13-5*]", "7*" },
	{ "+4930", "+49!", "+4930" },
	{ "4930", NULL, NULL },
	{ "6117", "6!7", "6117" },
	{ "67", NULL, NULL },
	{ "6617", "6!7", "6617" },
	{ "6618", "66!", "6618" },
	{ "*81", NULL, NULL },
	{ "5123", "5XXX", "5123" },
	{ "", NULL, NULL },
	{ "9a", NULL, NULL },
	{ "95551234;x", NULL, NULL },
};

static void add_routes(void)
{
	char body[256];

	env_add(&env, "partition", "{\"name\":\"hidden\"}");
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		snprintf(body, sizeof(body), "{\"pattern\":\"%s\","
			 "\"trunk\":[\"provider\"],\"partition\":%s%s%s%s}",
			 routes[i].pattern, routes[i].partition ? "\"" : "",
			 routes[i].partition ? routes[i].partition : "null",
			 routes[i].partition ? "\"" : "",
			 routes[i].more ? routes[i].more : "");
		if (!routes[i].more)
			ok(env_add(&env, "route", body) == 400, "two dots");
		else if (env_add(&env, "route", body) != 200)
			ok(false, "route %s", routes[i].pattern);
	}
}

static void test_routes(void)
{
	int64_t all = id_of_css("all");
	struct store_route route;
	char longest[200];
	int err;

	add_routes();
	for (size_t i = 0; i < sizeof(dialled) / sizeof(dialled[0]); i++) {
		err = store_route_find(env.store, all, dialled[i].number,
				       &route);
		if (!dialled[i].pattern)
			ok(err == -ENOENT, "'%s' goes nowhere",
			   dialled[i].number);
		else if (!ok(!err && !strcmp(route.pattern,
					     dialled[i].pattern) &&
			     !strcmp(route.called, dialled[i].called) &&
			     route.trunk_count == 1, "'%s' by %s",
			     dialled[i].number, dialled[i].pattern))
			printf("# %d %s %s\n", err, route.pattern,
			       route.called);
	}
	ok(!store_route_find(env.store, all, "01901", &route) && route.block,
	   "a blocked number");
	ok(store_route_find(env.store, 0, "912", &route) == -ENOENT &&
	   !store_route_find(env.store, 0, "5123", &route),
	   "without a css only what is in no partition");
	memset(longest, '9', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ok(store_route_find(env.store, all, longest, &route) == -ENOENT,
	   "no number is that long");
}

/* A pattern whose every way is tried must not hold the loop. */
static void test_greedy(void)
{
	struct store_route route;

	env_add(&env, "route", "{\"pattern\":\"3!!!!!!!!!!!!!!!!!!!!!!!!!!!!4\","
		"\"trunk\":[\"provider\"]}");
	ok(store_route_find(env.store, 0, "3555555555555555555555555555555555"
			    "55555555555555555555", &route) == -ENOENT,
	   "a pattern of many ! ends");
}

static void test_trunk(void)
{
	static const char *const names[] = { "x", "SBC2.example.org", NULL };
	static const char *const others[] = { "sbc3.example.org", NULL };
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct store_peer peer = {
		.addr = (const struct sockaddr *)&in,
		.local_port = 5061,
		.transport = STORE_TLS,
		.names = names,
	};
	struct store_trunk trunk, same;

	inet_pton(AF_INET, "192.0.2.10", &in.sin_addr);
	inet_pton(AF_INET6, "::ffff:192.0.2.10", &in6.sin6_addr);
	ok(!store_trunk_find(env.store, &peer, &trunk) &&
	   !strcmp(trunk.name, "provider"), "a trunk by its peer");
	ok(trunk.profile.application_authorization &&
	   trunk.profile.accept.ood_refer && trunk.profile.accept.replaces &&
	   !trunk.profile.accept.unsolicited_notification &&
	   trunk.profile.outgoing == STORE_TLS && trunk.srtp_allowed &&
	   trunk.destination_count == 2 && trunk.destinations[0].port == 5061 &&
	   trunk.sip_realm && !trunk.secure_by_srtp_alone, "what it says");
	ok(!store_trunk_get(env.store, trunk.id, &same) &&
	   !store_trunk_by_name(env.store, "provider", &same) &&
	   store_trunk_by_name(env.store, "x", &same) == -ENOENT,
	   "by id and name");
	peer.addr = (const struct sockaddr *)&in6;
	ok(!store_trunk_find(env.store, &peer, &trunk), "as a mapped address");
	ok(env_add(&env, "trunk", "{\"name\": \"mapped\","
		   "\"profile\": \"peer\", \"destinations\":"
		   "[{\"address\": \"::ffff:ffff:ffff\"}]}") == 200 &&
	   !store_trunk_by_name(env.store, "mapped", &same) &&
	   !strcmp(same.destinations[0].host, "255.255.255.255"),
	   "what is written as one is an IPv4 address");
	peer.addr = (const struct sockaddr *)&in;
	peer.names = others;
	ok(store_trunk_find(env.store, &peer, &trunk) == -ENOENT,
	   "another certificate");
	peer.names = NULL;
	ok(store_trunk_find(env.store, &peer, &trunk) == -ENOENT,
	   "no certificate");
	peer.names = names;
	peer.local_port = 5060;
	ok(store_trunk_find(env.store, &peer, &trunk) == -ENOENT,
	   "another port");
	peer.local_port = 5061;
	peer.transport = STORE_TCP;
	ok(store_trunk_find(env.store, &peer, &trunk) == -ENOENT,
	   "another transport");
	peer.transport = STORE_TLS;
	inet_pton(AF_INET, "192.0.2.11", &in.sin_addr);
	ok(store_trunk_find(env.store, &peer, &trunk) == -ENOENT,
	   "another address");
}

static bool is_sbc(void *ctx, const char *host, const struct sockaddr *addr)
{
	(void)addr;
	++*(int *)ctx;
	return !strcmp(host, "sbc.example.org");
}

static void test_trunk_host(void)
{
	static const char *const names[] = { "sbc.example.org", NULL };
	struct sockaddr_in in = { .sin_family = AF_INET };
	int asked = 0;
	struct store_peer peer = {
		.addr = (const struct sockaddr *)&in,
		.local_port = 5061,
		.transport = STORE_TLS,
		.names = names,
		.is_host = is_sbc,
		.ctx = &asked,
	};
	struct store_trunk trunk;

	ok(!store_trunk_find(env.store, &peer, &trunk) && asked == 2,
	   "a trunk by its host name");
	ok(store_subject_listed("a, b;c:d e", "e") &&
	   store_subject_listed("a, b;c:d e", "c") &&
	   !store_subject_listed("a, bc", "b") &&
	   !store_subject_listed("", "") && !store_subject_listed(",,", ""),
	   "lists of subjects");
}

static void test_users(void)
{
	struct store_phone phone;
	struct store_user user;
	struct store_user guest;

	ok(!store_user_find(env.store, STORE_APPUSER, "sbc", &user) &&
	   user.accept.presence_subscription && !user.accept.ood_refer,
	   "an application user's boxes");
	ok(!store_user_find(env.store, STORE_USER, "alice", &user) &&
	   !strcmp(user.display_name, "Alice \xc3\x84rger"), "an end user");
	ok(store_user_find(env.store, STORE_USER, "sbc", &user) == -ENOENT,
	   "are not one another");
	store_phone_find(env.store, "SEP001122334455", &phone);
	store_user_find(env.store, STORE_APPUSER, "sbc", &guest);
	ok(store_may_watch(env.store, phone.presence_group,
			   guest.presence_group) == 1, "staff watches guests");
	ok(store_may_watch(env.store, guest.presence_group,
			   phone.presence_group) == 0, "but not they staff");
	ok(store_may_watch(env.store, 0, 0) == 1 &&
	   store_may_watch(env.store, 0, guest.presence_group) == 0 &&
	   store_may_watch(env.store, guest.presence_group, 0) == 0,
	   "no group is a group");
}

static int changes;
static char last[128];

static void on_change(void *ctx, const struct store_change *change)
{
	(void)ctx;
	changes++;
	snprintf(last, sizeof(last), "%s %s %s", change->verb, change->noun,
		 change->key);
}

static void test_params(void)
{
	json_t *value = env_json("{\"value\":\"medium\"}");

	ok(store_param(env.store, STORE_PARAM_CLUSTER_SECURITY_MODE) ==
	   STORE_CLUSTER_MIXED &&
	   store_param(env.store, STORE_PARAM_NO_ANSWER_TIMEOUT) == 20 &&
	   !strcmp(store_param_text(env.store, STORE_PARAM_CLUSTER_ID),
		   "Test Cluster") &&
	   store_param(env.store, STORE_PARAM_MAX_FORWARDS) == 70,
	   "parameters and defaults");
	store_watch(env.store, on_change, NULL);
	env_ask(&env, STORE_SET, NULL, "srtp_cipher_menu", value, NULL);
	ok(store_param(env.store, STORE_PARAM_SRTP_CIPHER_MENU) ==
	   STORE_MENU_MEDIUM && changes == 1 &&
	   !strcmp(last, "set param srtp_cipher_menu"), "a change is told");
	env_add(&env, "partition", "{\"name\":\"told\"}");
	ok(changes == 2 && !strcmp(last, "add partition told"), "of objects");
	env_add(&env, "partition", "{\"name\":\"told\"}");
	ok(changes == 2, "a refusal is not");
	env_restart(&env);
	ok(store_param(env.store, STORE_PARAM_SRTP_CIPHER_MENU) ==
	   STORE_MENU_MEDIUM, "and stays");
	json_decref(value);
}

int main(void)
{
	json_t *sample = env_sample();

	env_open(&env);
	ok(env_import(&env, sample, false, NULL) == 200, "the sample");
	test_profile();
	test_phone();
	test_line();
	test_routes();
	test_greedy();
	test_trunk();
	test_trunk_host();
	test_users();
	test_params();
	json_decref(sample);
	env_close(&env);
	return tap_end();
}
