// SPDX-License-Identifier: GPL-2.0
/*
 * What fields must be to one another: refusals, warnings, what follows.
 */
#include <stdlib.h>
#include <string.h>

#include "steps.h"
#include "tap.h"

static struct env env;

static const struct step steps[] = {
	/* Modes and transports. */
	{ "add", "profile", "", "{'name':'p1','kind':'phone',"
	  "'device_security_mode':'encrypted','transport':'udp'}",
	  400, "transport", "is tls where" },
	{ "add", "profile", "", "{'name':'p1','kind':'phone',"
	  "'transport':'tls'}", 400, "transport", "is tls only" },
	{ "add", "profile", "", "{'name':'p1','kind':'phone',"
	  "'device_security_mode':'authenticated'}", 200, "", "" },
	{ "set", "profile", "p1", "{'transport':'tcp'}", 400, "transport", "" },
	{ "set", "profile", "p1", "{'device_security_mode':'nonsecure',"
	  "'digest':true}", 200, "", "neither integrity" },
	{ "set", "profile", "p1", "{'kind':'trunk'}", 400, "kind",
	  "cannot be changed" },
	{ "set", "profile", "p1", "{'incoming_port':5070}", 400,
	  "incoming_port", "no field of a phone" },
	{ "set", "profile", "p1", "{'application_authorization':true}", 400,
	  "application_authorization", "no field" },
	{ "add", "profile", "", "{'name':'s1','kind':'phone',"
	  "'protocol':'sccp','digest':true}", 400, "digest", "sip" },
	{ "add", "profile", "", "{'name':'s1','kind':'phone',"
	  "'protocol':'sccp','transport':'udp'}", 400, "transport", "SCCP" },
	{ "add", "profile", "", "{'name':'s1','kind':'phone',"
	  "'protocol':'sccp','device_security_mode':'encrypted'}", 200, "",
	  "" },
	/* Trunks: digest and authorisation, subjects and ports. */
	{ "add", "profile", "", "{'name':'t1','kind':'trunk',"
	  "'application_authorization':true}", 400,
	  "application_authorization", "needs digest" },
	{ "add", "profile", "", "{'name':'t1','kind':'trunk',"
	  "'application_authorization':true,'digest':true}", 200, "",
	  "neither integrity" },
	{ "set", "profile", "t1", "{'digest':false}", 400,
	  "application_authorization", "needs digest" },
	{ "add", "profile", "", "{'name':'t2','kind':'trunk',"
	  "'device_security_mode':'encrypted'}", 200, "", "no x509" },
	{ "set", "profile", "t2", "{'incoming_port':5060}", 409,
	  "incoming_port", "disagree" },
	{ "set", "profile", "t2", "{'incoming_transport':'tcp+udp'}", 400,
	  "incoming_transport", "is tls where" },
	{ "set", "profile", "t2", "{'x509_subject_name':'a.example b.example'}",
	  200, "", "" },
	{ "add", "profile", "", "{'name':'t3','kind':'trunk',"
	  "'device_security_mode':'authenticated',"
	  "'x509_subject_name':'x;B.example'}", 409, "x509_subject_name",
	  "listed on port 5061 by profile t2" },
	{ "add", "profile", "", "{'name':'t3','kind':'trunk',"
	  "'device_security_mode':'authenticated','incoming_port':5071,"
	  "'x509_subject_name':'x;b.example'}", 200, "", "" },
	{ "set", "profile", "t3", "{'incoming_port':5061}", 409,
	  "x509_subject_name", "b.example" },
	{ "set", "profile", "t3", "{'device_security_mode':'nonsecure'}",
	  200, "", "" },
	/* Phones, trunks, and what their profiles are. */
	{ "add", "phone", "", "{'name':'SEP000000000001','profile':'t1'}",
	  400, "profile", "trunks" },
	{ "add", "phone", "", "{'name':'SEP000000000001','profile':'s1'}",
	  400, "profile", "sccp" },
	{ "add", "phone", "", "{'name':'SEP000000000001','profile':'p1'}",
	  200, "", "no digest_user" },
	{ "set", "phone", "SEP000000000001", "{'srtp_required':true}", 200, "",
	  "every call is refused" },
	{ "set", "profile", "p1", "{'nonce_validity':60}", 200, "",
	  "" },
	{ "add", "trunk", "", "{'name':'k','profile':'p1','destinations':"
	  "[{'address':'192.0.2.1'}]}", 400, "profile", "phones" },
	{ "add", "trunk", "", "{'name':'k','profile':'t1','destinations':[]}",
	  400, "destinations", "" },
	{ "add", "trunk", "", "{'name':'k','profile':'t1','destinations':"
	  "[{'address':'192.0.2.1'}],'srtp_required':true}", 400,
	  "srtp_required", "needs srtp_allowed" },
	{ "add", "trunk", "", "{'name':'k','profile':'t1','destinations':"
	  "[{'address':'192.0.2.1'}],'srtp_allowed':true}", 200, "",
	  "has no effect" },
	{ "set", "trunk", "k", "{'destinations':[{'address':'192.0.2.300'}]}",
	  400, "destinations[0].address", "neither" },
	/* Routes. */
	{ "add", "route", "", "{'pattern':'9.X'}", 400, "trunk", "blocks" },
	{ "add", "route", "", "{'pattern':'9.X','trunk':['k'],'block':true}",
	  400, "block", "no trunks" },
	{ "add", "route", "", "{'pattern':'9X','trunk':['k'],"
	  "'strip_predot':true}", 400, "strip_predot", "dot" },
	{ "add", "route", "", "{'pattern':'9.X','trunk':['k'],"
	  "'strip_predot':true,'strip':1}", 400, "strip", "either" },
	{ "add", "route", "", "{'pattern':'9.X','trunk':['k']}", 200, "", "" },
	{ "add", "route", "", "{'pattern':'9.X','trunk':['k']}", 409,
	  "pattern", "already" },
	/* Predefined things. */
	{ "set", "profile", "Standard SIP Non-Secure Profile",
	  "{'description':'mine'}", 409, "", "predefined" },
	{ "del", "profile", "Standard SCCP Non-Secure Profile", NULL, 409, "",
	  "predefined" },
	{ "set", "cert", "CallManager", "{'name':'x'}", 404, "", "no cert" },
	/* Parameters. */
	{ "set", NULL, "tls_cipher_menu", "{'value':'strongest'}", 200, "",
	  "no phone in authenticated mode" },
	{ "set", NULL, "tls_cipher_menu", "{'value':'strongest'}", 200, "",
	  "" },
	{ "set", NULL, "cluster_security_mode", "{'value':'mixed'}", 200, "",
	  "authenticated mode can register" },
	{ "set", NULL, "auto_registration", "{'value':true}", 200, "",
	  "no effect" },
	{ "set", NULL, "auto_registration", "{'value':1}", 400, "value",
	  "true or false" },
	{ "set", NULL, "register_expires_min", "{'value':3600}", 200, "", "" },
	{ "set", NULL, "register_expires_default", "{'value':1800}", 400,
	  "value", "register_expires_min would be above" },
	{ "del", NULL, "register_expires_min", NULL, 200, "", "" },
	{ "set", NULL, "session_expires_min", "{'value':2000}", 400, "value",
	  "above session_expires" },
	{ "set", NULL, "auto_registration_first", "{'value':'2999'}", 200, "",
	  "" },
	{ "set", NULL, "auto_registration_last", "{'value':'2000'}", 400,
	  "value", "not above" },
	{ "set", NULL, "sip_station_realm", "{'value':'a\\\"b'}", 400, "value",
	  "not allowed" },
	{ "set", NULL, "sip_station_realm", "{'value':''}", 400, "value",
	  "empty" },
	{ "set", NULL, "nonsense", "{'value':1}", 404, "", "no param" },
	{ "set", NULL, "max_calls", "{}", 400, "value", "" },
	{ "set", NULL, "max_calls", "{'value':1,'x':2}", 400, "value", "" },
	/* Objects that are not there. */
	{ "set", "phone", "SEP00000000000F", "{}", 404, "", "there is no" },
	{ "del", "phone", "SEP00000000000F", NULL, 404, "", "there is no" },
	{ "set", "phone", "nonsense", "{}", 404, "", "there is no" },
	{ "del", "line", "2001/nowhere", NULL, 404, "", "there is no" },
};

static json_t *get(const char *noun, const char *key)
{
	struct store_error error = { 0 };

	return store_object_get(env.store, store_noun_find(noun), key, &error);
}

static bool has(const char *noun, const char *key, const char *field,
		const char *value)
{
	json_t *object = get(noun, key);
	const char *text = json_string_value(json_object_get(object, field));
	bool same = text && !strcmp(text, value);

	json_decref(object);
	return same;
}

static int set(const char *noun, const char *key, const char *text)
{
	json_t *body = steps_json(text);
	int status = env_ask(&env, STORE_SET, noun, key, body, NULL);

	json_decref(body);
	return status;
}

/* What follows from the mode when nothing else is said. */
static void test_derived(void)
{
	ok(has("profile", "p1", "transport", "tcp+udp") &&
	   has("profile", "s1", "transport", "tls"),
	   "the transport follows the mode");
	ok(has("profile", "t3", "incoming_transport", "tcp+udp") &&
	   has("profile", "t3", "outgoing_transport", "tcp"),
	   "so do a trunk's");
}

/* Renaming keeps what refers to it. */
static void test_rename(void)
{
	json_t *phone, *trunks;

	ok(set("profile", "p1", "{'name':'phones'}") == 200 &&
	   has("phone", "SEP000000000001", "profile", "phones"),
	   "a profile's new name is its phones'");
	ok(set("trunk", "k", "{'name':'k2'}") == 200, "a trunk's too");
	phone = get("route", "9.X");
	trunks = steps_json("['k2']");
	ok(json_equal(json_object_get(phone, "trunk"), trunks),
	   "in the route's list");
	json_decref(phone);
	json_decref(trunks);
	ok(env_add(&env, "partition", "{\"name\":\"in\"}") == 200 &&
	   env_add(&env, "line",
		   "{\"number\":\"2001\",\"partition\":\"in\"}") == 200 &&
	   set("phone", "SEP000000000001",
	       "{'lines':[{'number':'2001','partition':'in'}]}") == 200,
	   "a line on a phone");
	ok(set("line", "2001/in", "{'number':'3001','partition':null}") == 200,
	   "a line's new number");
	phone = get("phone", "sep000000000001");
	ok(!strcmp(json_string_value(json_object_get(json_array_get(
		json_object_get(phone, "lines"), 0), "number")), "3001"),
	   "is on the phone");
	json_decref(phone);
	ok(set("profile", "phones", "{'name':'t1'}") == 409,
	   "a name that is taken");
}

static void turn(const char *value, struct store_reply *reply)
{
	json_t *body = steps_json(value);

	store_reply_clear(reply);
	env_ask(&env, STORE_SET, NULL, "cluster_security_mode", body, reply);
	json_decref(body);
}

/* SIG-1: whose phones, and what of the services. */
static void test_mode(void)
{
	struct store_reply reply = { 0 };
	char text[96];

	ok(env_add(&env, "profile", "{\"name\":\"secret\",\"kind\":\"phone\","
		   "\"device_security_mode\":\"encrypted\"}") == 200, "a profile");
	for (int i = 0; i < 12; i++) {
		snprintf(text, sizeof(text), "{\"name\":\"SEPAA00000000%02d\","
			 "\"profile\":\"secret\"}", i);
		ok(env_add(&env, "phone", text) == 200, "phone %d of it", i);
		if (i)
			continue;
		turn("{'value':'nonsecure'}", &reply);
		ok(steps_warns(&reply, "1 phone of"), "one is one");
		turn("{'value':'mixed'}", &reply);
	}
	turn("{'value':'nonsecure'}", &reply);
	ok(steps_warns(&reply, "12 phones of"), "all are counted");
	ok(steps_warns(&reply, "must be reset: SEPAA0000000000, SEPAA0000000001, "),
	   "the phones are named");
	ok(steps_warns(&reply, ", SEPAA0000000009 and 2 more (ucsecctl"),
	   "ten of them");
	ok(!steps_warns(&reply, "SEP000000000001"), "none that is nonsecure anyway");
	ok(steps_warns(&reply, "no service restarts"), "and services");
	turn("{'value':'nonsecure'}", &reply);
	ok(steps_warns(&reply, ""), "nothing where nothing changes");
	store_reply_clear(&reply);
}

int main(void)
{
	env_open(&env);
	steps_run(&env, steps);
	test_derived();
	test_rename();
	test_mode();
	env_close(&env);
	return tap_end();
}
