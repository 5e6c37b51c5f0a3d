// SPDX-License-Identifier: GPL-2.0
/*
 * PROFILE-1, PROFILE-2, PROFILE-3, PROFILE-4, CAPF-2, CAPF-3: phones, their
 * profiles, what they share.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steps.h"
#include "store/phone-settings.h"
#include "tap.h"

#define GENERIC	"Standard SIP Non-Secure Profile"
#define OF_8845	"Cisco 8845 - Standard SIP Non-Secure Profile"

static struct env env;

static const struct step profiles[] = {
	/* Predefined ones, of each model and protocol. */
	{ "set", "profile", OF_8845, "{'description':'x'}", 409, "",
	  "predefined" },
	{ "set", "profile", "Cisco 7975 - Standard SCCP Non-Secure Profile",
	  "{'name':'x'}", 409, "", "predefined" },
	{ "del", "profile", OF_8845, NULL, 409, "", "predefined" },
	{ "del", "profile", "Cisco 8845 - Standard SCCP Non-Secure Profile",
	  NULL, 404, "", "there is no" },
	/* Fields of PROFILE-1. */
	{ "add", "profile", "", "{'name':'o','kind':'phone',"
	  "'sip_oauth':true}", 400, "sip_oauth", "encrypted" },
	{ "add", "profile", "", "{'name':'o','kind':'phone','sip_oauth':true,"
	  "'device_security_mode':'authenticated'}", 400, "sip_oauth",
	  "encrypted" },
	{ "add", "profile", "", "{'name':'o','kind':'phone','sip_oauth':true,"
	  "'device_security_mode':'encrypted','digest':true}", 400,
	  "sip_oauth", "in place of digest" },
	{ "add", "profile", "", "{'name':'o','kind':'phone','sip_oauth':true,"
	  "'device_security_mode':'encrypted','tftp_encrypted_config':true}",
	  400, "sip_oauth", "tftp_encrypted_config" },
	{ "add", "profile", "", "{'name':'o','kind':'phone','sip_oauth':true,"
	  "'device_security_mode':'encrypted'}", 200, "", "" },
	{ "add", "profile", "", "{'name':'s','kind':'phone',"
	  "'protocol':'sccp','device_security_mode':'encrypted',"
	  "'sip_oauth':true}", 400, "sip_oauth", "sip" },
	{ "add", "profile", "", "{'name':'t','kind':'trunk','key_order':"
	  "'ec-only'}", 400, "key_order", "no field of a trunk" },
	{ "add", "profile", "", "{'name':'k','kind':'phone',"
	  "'rsa_key_size':2047}", 400, "rsa_key_size", "no such keys" },
	{ "add", "profile", "", "{'name':'k','kind':'phone',"
	  "'ec_key_size':257}", 400, "ec_key_size", "no such keys" },
	{ "add", "profile", "", "{'name':'k','kind':'phone',"
	  "'rsa_key_size':1024}", 200, "", "1024 bits are refused" },
	{ "set", "profile", "k", "{'rsa_key_size':512}", 200, "", "512 bits" },
	{ "set", "profile", "k", "{'key_order':'ec-only'}", 200, "", "" },
	{ "set", "profile", "k", "{'tftp_encrypted_config':true}", 200, "",
	  "cannot be encrypted" },
	{ "set", "profile", "k", "{'description':'50%'}", 400, "description",
	  "not allowed" },
	/* Model and protocol fit. */
	{ "add", "phone", "", "{'name':'SEP000000000001','model':'7841',"
	  "'profile':'" OF_8845 "'}", 400, "profile", "of model 8845" },
	{ "add", "phone", "", "{'name':'SEP000000000001',"
	  "'profile':'" OF_8845 "'}", 400, "profile", "none that is known" },
	{ "add", "phone", "", "{'name':'SEP000000000001','model':'8845',"
	  "'profile':'Cisco 7975 - Standard SCCP Non-Secure Profile'}", 400,
	  "profile", "sccp" },
	{ "add", "phone", "", "{'name':'SEP000000000001','model':'8845',"
	  "'profile':'" OF_8845 "'}", 200, "", "" },
	{ "set", "phone", "SEP000000000001", "{'model':'7841'}", 400,
	  "profile", "of model 8845" },
	{ "set", "phone", "SEP000000000001", "{'protocol':'sccp','profile':"
	  "'Standard SCCP Non-Secure Profile'}", 200, "",
	  "a 8845 is not known to speak sccp" },
	{ "set", "phone", "SEP000000000001", "{'protocol':'sip','profile':"
	  "'" GENERIC "','model':'0815'}", 200, "", "" },
	{ "add", "profile", "", "{'name':'m','kind':'phone'}", 200, "", "" },
	{ "set", "phone", "SEP000000000001", "{'profile':'m'}", 200, "", "" },
	{ "set", "profile", "m", "{'model':'8845'}", 409, "model",
	  "SEP000000000001" },
	{ "set", "profile", "m", "{'model':'0815'}", 200, "",
	  "" },
	/* In use, and renamed. */
	{ "del", "profile", "m", NULL, 409, "",
	  "is used by phone SEP000000000001" },
	{ "set", "profile", "m", "{'name':'n'}", 200, "", "" },
	{ "del", "profile", "n", NULL, 409, "",
	  "is used by phone SEP000000000001" },
	/* What there is one of. */
	{ "add", "enterprise-phone", "", "{'name':'enterprise'}", 409, "name",
	  "there already" },
	{ "add", "enterprise-phone", "", "{'name':'second'}", 400, "name",
	  "one alone" },
	{ "set", "enterprise-phone", "enterprise", "{'name':'second'}", 400,
	  "name", "one alone" },
	{ "del", "enterprise-phone", "enterprise", NULL, 409, "",
	  "cannot be deleted" },
	{ "set", "enterprise-phone", "enterprise", "{'loads':["
	  "{'model':'8845','model_id':1,'load':'a'},"
	  "{'model':'7841','model_id':1,'load':'b'}]}", 400, "loads[1]",
	  "has one" },
	{ "set", "enterprise-phone", "enterprise", "{'loads':["
	  "{'model':'8845','model_id':1,'load':'a'},"
	  "{'model':'8845','model_id':2,'load':'b'}]}", 400, "loads[1]",
	  "has one" },
	/* Survival. */
	{ "add", "srst", "", "{'name':'r','address':'192.0.2.9',"
	  "'secure':true}", 400, "secure", "certificate" },
	{ "add", "srst", "", "{'name':'r','address':'192.0.2.9',"
	  "'pem':'x'}", 400, "pem", "no certificate" },
	{ "add", "srst", "", "{'name':'r','address':'192.0.2.9'}", 200, "",
	  "" },
	{ "set", "phone", "SEP000000000001", "{'srst':'r'}", 200, "", "" },
	{ "del", "srst", "r", NULL, 409, "", "phone SEP000000000001" },
	/* Enrolment. */
	{ "set", "phone", "SEP000000000001", "{'capf_auth_string':'123'}",
	  400, "capf_auth_string", "4 to 10" },
	{ "set", "phone", "SEP000000000001", "{'capf_auth_string':'12345a'}",
	  400, "capf_auth_string", "not allowed" },
	{ "set", "phone", "SEP000000000001",
	  "{'capf_completes_by':'2030-02-30T00:00:00Z'}", 400,
	  "capf_completes_by", "is written" },
	{ "set", "phone", "SEP000000000001",
	  "{'capf_completes_by':'2030-02-03 00:00:00Z'}", 400,
	  "capf_completes_by", "not allowed" },
	{ "set", "phone", "SEP000000000001",
	  "{'capf_completes_by':'2020-02-03T00:00:00Z'}", 200, "", "" },
	{ "set", "phone", "SEP000000000001", "{'capf_operation':'install',"
	  "'capf_auth_string':'0042'}", 200, "", "has passed" },
	{ "set", "phone", "SEP000000000001", "{'capf_completes_by':null}",
	  200, "", "" },
	/* Passwords for files: kept where that was asked for. */
	{ "add", "user", "", "{'name':'u','phone_file_password':true}", 400,
	  "phone_file_password", "needs the password" },
	{ "add", "user", "", "{'name':'u','password':'p'}", 200, "", "" },
	{ "set", "user", "u", "{'phone_file_password':true}", 400,
	  "phone_file_password", "needs the password" },
	{ "set", "user", "u", "{'phone_file_password':true,'password':'p2'}",
	  200, "", "" },
	{ "set", "user", "u", "{'display_name':'U'}", 200, "", "" },
	{ "set", "user", "u", "{'digest':[]}", 400, "phone_file_password",
	  "needs the password" },
	{ "set", "user", "u", "{'password':null}", 400,
	  "phone_file_password", "needs the password" },
	{ "set", "user", "u", "{'name':'v'}", 400, "password", "new name" },
	{ "set", "phone", "SEP000000000001", "{'digest_user':'u'}", 200, "",
	  "" },
};

static char *text_of(const char *noun, const char *key, const char *field)
{
	struct store_error error = { 0 };
	json_t *object = store_object_get(env.store, store_noun_find(noun),
					  key, &error);
	const char *text = json_string_value(json_object_get(object, field));
	char *copy = strdup(text ? text : "");

	json_decref(object);
	return copy;
}

static bool has(const char *noun, const char *key, const char *field,
		const char *wanted)
{
	char *text = text_of(noun, key, field);
	bool same = !strcmp(text, wanted);

	free(text);
	return same;
}

static size_t count_profiles(void)
{
	struct store_error error = { 0 };
	json_t *list = store_object_list(env.store, store_noun_find("profile"),
					 &error);
	size_t count = json_array_size(list);

	json_decref(list);
	return count;
}

static bool set(const char *noun, const char *key, const char *text,
		struct store_reply *reply)
{
	json_t *body = steps_json(text);
	int status = env_ask(&env, STORE_SET, noun, key, body, reply);

	json_decref(body);
	return status == 200;
}

static const char phone[] = "SEP000000000001";

/* Said of a phone, kept in a profile: one that there is, or a new one. */
static void test_choice(void)
{
	size_t count = count_profiles();
	struct store_reply reply;
	struct store_phone p;

	set("phone", phone, "{'profile':'" GENERIC "','model':'8845'}", NULL);
	ok(set("phone", phone, "{'key_order':'rsa-only'}", NULL) &&
	   has("phone", phone, "profile", GENERIC) &&
	   count_profiles() == count, "what its profile has changes nothing");
	ok(set("phone", phone, "{'key_order':'ec-preferred',"
	       "'rsa_key_size':3072}", &reply) &&
	   steps_warns(&reply, "made for these settings") &&
	   has("phone", phone, "profile", GENERIC " CAPF 1") &&
	   count_profiles() == count + 1, "a profile is made for it");
	store_reply_clear(&reply);
	ok(!store_phone_find(env.store, phone, &p) &&
	   p.profile.key_order == STORE_EC_PREFERRED &&
	   p.profile.rsa_key_size == 3072 && p.profile.ec_key_size == 256 &&
	   p.profile.capf_mode == STORE_CAPF_BY_STRING, "that has them");
	ok(set("profile", GENERIC " CAPF 1", "{'description':'mine'}", NULL),
	   "and can be changed, as it is not predefined");
	set("phone", phone, "{'profile':'" GENERIC "'}", NULL);
	ok(set("phone", phone, "{'key_order':'ec-preferred',"
	       "'rsa_key_size':3072}", &reply) &&
	   steps_warns(&reply, "which has these settings") &&
	   has("phone", phone, "profile", GENERIC " CAPF 1") &&
	   count_profiles() == count + 1, "it is taken the next time");
	store_reply_clear(&reply);
	ok(set("phone", phone, "{'key_order':'rsa-only','rsa_key_size':2048}",
	       NULL) && has("phone", phone, "profile", GENERIC),
	   "so is a predefined one that matches");
	ok(!set("phone", phone, "{'rsa_key_size':2047}", &reply) &&
	   !strcmp(reply.error.field, "rsa_key_size") &&
	   strstr(reply.error.object, phone) &&
	   has("phone", phone, "profile", GENERIC) &&
	   count_profiles() == count + 1, "what is no size makes none");
	store_reply_clear(&reply);
	set("phone", phone, "{'capf_authentication_mode':'null-string'}", NULL);
	ok(has("phone", phone, "profile", GENERIC " CAPF 2"),
	   "names are counted up");
}

static bool string_is(const char *wanted)
{
	char text[STORE_CAPF_STRING_SIZE] = "";
	struct store_phone p;

	return !store_phone_find(env.store, phone, &p) &&
		!store_capf_string(env.store, p.id, text, NULL) &&
		!strcmp(text, wanted);
}

/* The digits in the warning are those that are kept. */
static void test_string(void)
{
	char text[STORE_CAPF_STRING_SIZE] = "", again[sizeof(text)] = "";
	struct store_reply reply;
	uint64_t id = 0, other = 0;
	struct store_phone p;
	json_t *document;
	char *all;

	store_phone_find(env.store, phone, &p);
	ok(string_is("0042"), "the string that was given");
	set("phone", phone, "{'description':'x'}", NULL);
	ok(string_is("0042"), "stays");
	store_capf_string(env.store, p.id, text, &id);
	set("phone", phone, "{'description':'y'}", NULL);
	store_capf_string(env.store, p.id, text, &other);
	ok(id && id == other, "with what is counted of it");
	set("phone", phone, "{'capf_auth_string':'0042'}", NULL);
	store_capf_string(env.store, p.id, text, &other);
	ok(string_is("0042") && id != other, "not where it is set again");
	ok(set("phone", phone, "{'name':'SEP0000000000FF'}", NULL) &&
	   !store_capf_string(env.store, p.id, text, NULL) && !strcmp(text, "0042"),
	   "under another name, too");
	set("phone", "SEP0000000000FF", "{'name':'SEP000000000001'}", NULL);
	ok(set("phone", phone, "{'capf_auth_string':null}", NULL) &&
	   store_capf_string(env.store, p.id, text, NULL) == -ENOKEY,
	   "taken away, where the null string does, none is made up");
	ok(set("phone", phone, "{'profile':'" GENERIC "'}", &reply) &&
	   !store_capf_string(env.store, p.id, text, NULL) &&
	   strlen(text) == 10 && strspn(text, "0123456789") == 10 &&
	   steps_warns(&reply, text), "where one is asked for it is, and told");
	store_reply_clear(&reply);
	ok(set("phone", phone, "{'capf_auth_string':null}", NULL) &&
	   !store_capf_string(env.store, p.id, again, NULL) && strcmp(text, again),
	   "another one the next time");
	document = env_export(&env);
	all = json_dumps(document, 0);
	ok(!strstr(all, again), "the export has it sealed alone");
	ok(env_import(&env, document, false, &reply) == 200 &&
	   !json_array_size(reply.result) && string_is(again),
	   "which comes in again");
	store_reply_clear(&reply);
	free(all);
	json_decref(document);
}

static void test_password(void)
{
	char text[STORE_TEXT_SIZE] = "";
	struct store_error error = { 0 };
	struct store_phone p;
	json_t *user;

	store_phone_find(env.store, phone, &p);
	ok(!store_phone_password(env.store, p.id, text) &&
	   !strcmp(text, "p2"), "the digest user's password, for the file");
	user = store_object_get(env.store, store_noun_find("user"), "u",
				&error);
	ok(user && !json_object_get(user, "password_sealed") &&
	   !json_object_get(user, "password"), "nobody is shown it");
	json_decref(user);
	ok(set("user", "u", "{'name':'w','password':'p3'}", NULL) &&
	   !store_phone_password(env.store, p.id, text) &&
	   !strcmp(text, "p3"), "under another name the new one");
	ok(set("user", "w", "{'phone_file_password':false}", NULL) &&
	   store_phone_password(env.store, p.id, text) == -ENOKEY,
	   "no longer, then it is gone");
}

/* The nearest that says something; web_access stands for all nine. */
static const struct {
	const char *of_phone, *of_common, *of_enterprise;
	enum store_setting value;
	enum store_origin origin;
} levels[] = {
	{ "null", "null", "null", STORE_UNSET, STORE_OF_NOBODY },
	{ "null", "null", "'enabled'", STORE_ENABLED, STORE_OF_ENTERPRISE },
	{ "null", "'disabled'", "'enabled'", STORE_DISABLED, STORE_OF_COMMON },
	{ "null", "'disabled'", "null", STORE_DISABLED, STORE_OF_COMMON },
	{ "'enabled'", "'disabled'", "'disabled'", STORE_ENABLED,
	  STORE_OF_PHONE },
	{ "'disabled'", "null", "null", STORE_DISABLED, STORE_OF_PHONE },
};

static const char *const names[STORE_HARDENING_COUNT] = {
	"gratuitous_arp", "web_access", "pc_voice_vlan_access",
	"settings_access", "pc_port", "span_to_pc_port", "ssh_access",
	"https_only", "tls12_only"
};

static void set_level(const char *noun, const char *key, int field,
		      const char *value)
{
	char body[96];

	snprintf(body, sizeof(body), "{'%s':%s}", names[field], value);
	if (!set(noun, key, body, NULL))
		abort();
}

static bool is_level(size_t level, int field)
{
	struct store_phone_settings s;
	struct store_phone p;
	bool good;

	set_level("phone", phone, field, levels[level].of_phone);
	set_level("common-phone-profile", "c", field, levels[level].of_common);
	set_level("enterprise-phone", "enterprise", field,
		  levels[level].of_enterprise);
	store_phone_find(env.store, phone, &p);
	good = !store_phone_settings(env.store, p.id, &s) &&
		s.hardening[field] == levels[level].value &&
		s.origin[field] == levels[level].origin;
	for (int i = field + 1; i < STORE_HARDENING_COUNT; i++)
		good = good && s.origin[i] == STORE_OF_NOBODY;
	store_phone_settings_clear(&s);
	return good;
}

static void test_levels(void)
{
	struct store_error error = { 0 };
	json_t *shown, *wanted;

	env_add(&env, "common-phone-profile", "{\"name\":\"c\"}");
	set("phone", phone, "{'common_phone_profile':'c','srst':null}", NULL);
	for (int f = 0; f < STORE_HARDENING_COUNT; f++)
		for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
			ok(is_level(i, f), "%s: level %zu", names[f], i);
	set("common-phone-profile", "c",
	    "{'settings_access':'restricted','srst':'r'}", NULL);
	set("phone", phone, "{'settings_access':null}", NULL);
	shown = store_phone_settings_json(env.store, "sep000000000001",
					  &error);
	wanted = steps_json("{'setting':'settings_access','value':'restricted',"
			    "'origin':'common-phone-profile','name':'c'}");
	ok(json_equal(json_array_get(shown, STORE_SETTINGS_ACCESS), wanted),
	   "it is told who said so");
	json_decref(wanted);
	wanted = steps_json("{'setting':'srst','value':'r',"
			    "'origin':'common-phone-profile','name':'c'}");
	ok(json_equal(json_array_get(shown, STORE_HARDENING_COUNT), wanted),
	   "the gateway comes the same way");
	json_decref(wanted);
	json_decref(shown);
	ok(!store_phone_settings_json(env.store, "SEP0000000000EE", &error) &&
	   error.status == 404, "of no phone there is nothing to tell");
}

/* An import lists no predefined ones and may leave out what there is one of. */
static void test_import(void)
{
	json_t *document = steps_json("{'version':1,'enterprise-phone':[]}");
	struct store_reply reply;

	ok(env_import(&env, document, false, &reply) == 200 &&
	   !json_array_size(reply.result), "what is not listed stays");
	store_reply_clear(&reply);
	json_decref(document);
	document = steps_json("{'version':1,'enterprise-phone':["
			      "{'name':'enterprise','pc_port':'disabled'}]}");
	ok(env_import(&env, document, false, &reply) == 200 &&
	   json_array_size(reply.result) == 1 &&
	   has("enterprise-phone", "enterprise", "pc_port", "disabled") &&
	   has("enterprise-phone", "enterprise", "web_access", ""),
	   "what is listed becomes as it says");
	store_reply_clear(&reply);
	json_decref(document);
}

/* Digits that nobody will be able to use are not told. */
static void test_dry_run(void)
{
	json_t *document = steps_json("{'version':1,'phone':[{'name':"
		"'SEP0000000000DD','profile':'" GENERIC "',"
		"'capf_operation':'install'}]}");
	struct store_reply reply;

	ok(env_import(&env, document, true, &reply) == 200 &&
	   steps_warns(&reply, "will be made up") &&
	   !steps_warns(&reply, "string is"), "a dry run tells no string");
	store_reply_clear(&reply);
	ok(env_import(&env, document, false, &reply) == 200 &&
	   steps_warns(&reply, "SEP0000000000DD: its authentication string is"),
	   "an import does");
	store_reply_clear(&reply);
	json_decref(document);
}

int main(void)
{
	env_open(&env);
	steps_run(&env, profiles);
	test_choice();
	test_string();
	test_password();
	test_levels();
	test_import();
	test_dry_run();
	env_close(&env);
	return tap_end();
}
