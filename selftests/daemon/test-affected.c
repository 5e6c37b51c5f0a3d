// SPDX-License-Identifier: GPL-2.0
/*
 * PROFILE-2, PROFILE-3: who must be told of a change, and by which command.
 */
#include <errno.h>
#include <string.h>

#include "steps.h"
#include "store/affected.h"
#include "tap.h"

static struct env env;

static const struct {
	const char *noun, *key, *body;
	int phones;		/* 0: no offer */
	const char *command;
} rows[] = {
	/* A profile's phones, whatever changes of it. */
	{ "profile", "p", "{'nonce_validity':60}", 2,
	  "ucsecctl profile apply p" },
	{ "profile", "p", "{'nonce_validity':60}", 0, "" },
	{ "profile", "two words", "{'digest':true}", 1,
	  "ucsecctl profile apply 'two words'" },
	{ "profile", "p", "{'name':'q'}", 2, "ucsecctl profile apply q" },
	{ "profile", "nobody", "{'digest':true}", 0, "" },
	{ "profile", "trunks", "{'digest':true}", 0, "" },
	/* Hardening, on each level. */
	{ "phone", "SEP000000000001", "{'web_access':'disabled'}", 1,
	  "ucsecctl phone apply SEP000000000001" },
	{ "common-phone-profile", "c", "{'pc_port':'disabled'}", 2,
	  "ucsecctl common-phone-profile apply c" },
	{ "common-phone-profile", "c", "{'description':'x'}", 0, "" },
	{ "enterprise-phone", "enterprise", "{'ssh_access':'disabled'}", 3,
	  "ucsecctl enterprise-phone apply" },
	/* A phone's own, as far as it is in its file. */
	{ "phone", "SEP000000000001", "{'description':'x'}", 1,
	  "ucsecctl phone apply SEP000000000001" },
	{ "phone", "SEP000000000001", "{'css':'css'}", 0, "" },
	{ "phone", "SEP000000000001", "{'capf_auth_string':'4711'}", 0, "" },
	{ "phone", "SEP000000000001", "{'rsa_key_size':4096}", 1,
	  "ucsecctl phone apply SEP000000000001" },
	/* The gateway that it has, that its common profile has, that all have. */
	{ "srst", "own", "{'sip_port':5070}", 1, "ucsecctl srst apply own" },
	{ "srst", "common", "{'sip_port':5070}", 1,
	  "ucsecctl srst apply common" },
	{ "srst", "all", "{'sip_port':5070}", 1, "ucsecctl srst apply all" },
	{ "srst", "spare", "{'sip_port':5070}", 0, "" },
	/* Lines and users. */
	{ "line", "2001", "{'number':'2002'}", 1, "ucsecctl phone apply all" },
	{ "line", "2002", "{'no_answer_timeout':5}", 0, "" },
	{ "user", "u", "{'password':'x'}", 1, "ucsecctl phone apply all" },
	{ "user", "u", "{'display_name':'U'}", 0, "" },
	{ "partition", "house", "{'description':'x'}", 0, "" },
};

/* Its own gateway, its common profile's, everybody's. */
static const char house[] = "{'version':1,"
	"'partition':[{'name':'house'}],'css':[{'name':'css'}],"
	"'profile':[{'name':'p','kind':'phone'},"
	"{'name':'two words','kind':'phone'},{'name':'nobody','kind':'phone'},"
	"{'name':'trunks','kind':'trunk'}],"
	"'user':[{'name':'u','password':'p'}],'line':[{'number':'2001'}],"
	"'srst':[{'name':'own','address':'192.0.2.1'},"
	"{'name':'common','address':'192.0.2.2'},"
	"{'name':'all','address':'192.0.2.3'},"
	"{'name':'spare','address':'192.0.2.4'}],"
	"'common-phone-profile':[{'name':'c','srst':'common'}],"
	"'enterprise-phone':[{'name':'enterprise','srst':'all'}],"
	"'phone':[{'name':'SEP000000000001','profile':'p','srst':'own',"
	"'common_phone_profile':'c','lines':[{'number':'2001'}]},"
	"{'name':'SEP000000000002','profile':'p',"
	"'common_phone_profile':'c','digest_user':'u'},"
	"{'name':'SEP000000000003','profile':'two words'}]}";

static void test_offers(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *body = steps_json(rows[i].body), *offer;
		struct store_reply reply = { 0 };
		const char *command;
		json_int_t phones;
		int status = env_ask(&env, STORE_SET, rows[i].noun,
				     rows[i].key, body, &reply);

		offer = reply.offer;
		phones = json_integer_value(json_object_get(offer, "phones"));
		command = json_string_value(json_object_get(offer, "command"));
		ok(status == 200 && phones == rows[i].phones &&
		   !offer == !rows[i].phones &&
		   (!offer || !strcmp(command, rows[i].command)),
		   "%s %s %s: %d phones", rows[i].noun, rows[i].key,
		   rows[i].body, rows[i].phones);
		if (status != 200 || (offer && strcmp(command,
						      rows[i].command)))
			printf("# %d %s %s\n", status, reply.error.reason,
			       command ? command : "");
		store_reply_clear(&reply);
		json_decref(body);
	}
}

static int note(void *ctx, int64_t id, const char *name)
{
	char *text = ctx;

	strcat(text, name + strlen(name) - 1);
	return id > 0 ? 0 : -EINVAL;
}

/* Those who are told by the command are those who were counted. */
static void test_each(void)
{
	static const struct {
		const char *noun, *key, *phones;
		int err;
	} list[] = {
		{ "profile", "q", "2", 0 },
		{ "profile", "two words", "3", 0 },
		{ "profile", "nobody", "", 0 },
		{ "profile", "p", "", -ENOENT },
		{ "common-phone-profile", "c", "12", 0 },
		{ "enterprise-phone", "enterprise", "123", 0 },
		{ "phone", "sep000000000003", "3", 0 },
		{ "srst", "common", "2", 0 },
		{ "srst", "all", "3", 0 },
		{ "line", "2002", "1", 0 },
		{ "trunk", "x", "", -EOPNOTSUPP },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		char text[16] = "";
		int err = store_affected_each(env.store,
					      store_noun_find(list[i].noun),
					      list[i].key, note, text);

		ok(err == list[i].err && !strcmp(text, list[i].phones),
		   "%s %s: phones %s", list[i].noun, list[i].key, text);
	}
}

/* Adding and deleting tell nobody; an import tells once. */
static void test_others(void)
{
	json_t *document = env_export(&env), *phone;
	struct store_reply reply = { 0 };

	ok(env_ask(&env, STORE_DEL, "profile", "nobody", NULL, &reply) == 200 &&
	   !reply.offer, "what is deleted nobody has");
	store_reply_clear(&reply);
	ok(env_import(&env, document, false, &reply) == 200 &&
	   !steps_warns(&reply, "phone apply all"),
	   "an import that changes no phone");
	store_reply_clear(&reply);
	phone = json_array_get(json_object_get(document, "phone"), 0);
	json_object_set_new(phone, "description", json_string("y"));
	ok(env_import(&env, document, false, &reply) == 200 &&
	   steps_warns(&reply, "ucsecctl phone apply all"),
	   "one that does");
	store_reply_clear(&reply);
	json_decref(document);
}

int main(void)
{
	json_t *document = steps_json(house);

	env_open(&env);
	if (env_import(&env, document, false, NULL) != 200)
		return 1;
	json_decref(document);
	test_offers();
	test_each();
	test_others();
	env_close(&env);
	return tap_end();
}
