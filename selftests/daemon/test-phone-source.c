// SPDX-License-Identifier: GPL-2.0
/*
 * PROFILE-1, PROFILE-3, PROFILE-4: phones' documents as the database has them:
 * settings, modes, enrolment.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "files/phone-source.h"
#include "steps.h"
#include "tap.h"

#define HASH	"0123456789abcdef0123456789abcdef"
#define NOW	1800000000	/* 2027-01-15T08:00:00Z */

static struct env env;
static struct phone_site site;
static char *document, *reduced;

static void set(const char *noun, const char *key, const char *text)
{
	json_t *body = steps_json(text);
	struct store_reply reply;

	if (env_ask(&env, STORE_SET, noun, key, body, &reply) != 200) {
		printf("# %s %s: %s\n", text, reply.error.field,
		       reply.error.reason);
		abort();
	}
	store_reply_clear(&reply);
	json_decref(body);
}

static void keep(char **to, struct sheet_text *text)
{
	free(*to);
	*to = strndup(text->bytes ? text->bytes : "", text->len);
	sheet_text_clear(text);
}

/* Reads the phone again; the two documents. */
static void look_at(const char *name, int64_t now)
{
	struct phone_source *source;
	struct sheet_text text;

	if (phone_source_new(&source, env.store, &site, name, HASH, now) ||
	    phone_document_write(phone_source_document(source), &text))
		abort();
	keep(&document, &text);
	if (phone_document_write_reduced(phone_source_document(source), &text))
		abort();
	keep(&reduced, &text);
	phone_source_free(source);
}

static void look(void)
{
	look_at("sep001122334455", NOW);
}

static bool says(const char *element, const char *value)
{
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "<%s>%s</%s>", element, value,
		 element);
	return strstr(document, wanted) != NULL;
}

static bool lacks(const char *element)
{
	char tag[64];

	snprintf(tag, sizeof(tag), "<%s>", element);
	return !strstr(document, tag);
}

static void test_sample(void)
{
	look();
	ok(says("deviceProtocol", "SIP") && says("deviceSecurityMode", "3") &&
	   says("transportLayerProtocol", "3"), "an encrypted phone");
	ok(says("phoneLabel", "desk") && says("voipControlPort", "5060") &&
	   says("name", "2001") && says("featureLabel", "me") &&
	   says("displayName", "Alice") && says("name", "112"), "its lines");
	ok(strstr(document, "<line button=\"2\" lineIndex=\"2\">"), "in order");
	ok(says("loadInformation", "sip8845_65.12-8-1"), "its own load");
	ok(says("processNodeName", "cm1") && says("sipPort", "5070") &&
	   says("securedSipPort", "5071") && says("ethernetPhonePort", "2000"),
	   "where it registers");
	ok(says("address", "cm1") && says("port", "2445"), "TVS");
	ok(says("capfAuthMode", "1") && says("phonePort", "3804"),
	   "an enrolment that is due");
	ok(says("encrConfig", "true") && says("certHash", HASH) &&
	   strstr(reduced, "<encrConfig>true</encrConfig></device>") &&
	   strstr(reduced, HASH) && strstr(reduced, ">3804<"), "encrypted");
	ok(says("ipAddr1", "198.51.100.1") && says("port1", "2443") &&
	   says("sipPort1", "5061") && says("isSecure", "true"),
	   "its gateway");
	ok(lacks("authName") && lacks("authPassword"),
	   "digest credentials are left out as its profile says");
}

/* What each value is in the phone's language. */
static const struct {
	const char *field, *value, *element, *wanted;
} values[] = {
	{ "pc_port", "enabled", "pcPort", "0" },
	{ "pc_port", "disabled", "pcPort", "1" },
	{ "gratuitous_arp", "enabled", "garp", "0" },
	{ "gratuitous_arp", "disabled", "garp", "1" },
	{ "pc_voice_vlan_access", "enabled", "voiceVlanAccess", "0" },
	{ "pc_voice_vlan_access", "disabled", "voiceVlanAccess", "1" },
	{ "span_to_pc_port", "enabled", "spanToPCPort", "0" },
	{ "span_to_pc_port", "disabled", "spanToPCPort", "1" },
	{ "web_access", "enabled", "webAccess", "0" },
	{ "web_access", "disabled", "webAccess", "1" },
	{ "ssh_access", "enabled", "sshAccess", "0" },
	{ "ssh_access", "disabled", "sshAccess", "1" },
	{ "settings_access", "disabled", "settingsAccess", "0" },
	{ "settings_access", "enabled", "settingsAccess", "1" },
	{ "settings_access", "restricted", "settingsAccess", "2" },
	{ "https_only", "disabled", "webProtocol", "0" },
	{ "https_only", "enabled", "webProtocol", "1" },
	{ "tls12_only", "disabled", "tls12Only", "0" },
	{ "tls12_only", "enabled", "tls12Only", "1" },
};

static const char phone[] = "SEP001122334455";

static void test_hardening(void)
{
	char body[96];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		snprintf(body, sizeof(body), "{'%s':'%s'}", values[i].field,
			 values[i].value);
		set("phone", phone, body);
		look();
		ok(says(values[i].element, values[i].wanted), "%s %s: %s %s",
		   values[i].field, values[i].value, values[i].element,
		   values[i].wanted);
	}
	set("phone", phone, "{'web_access':null}");
	look();
	ok(says("webAccess", "1"), "what it does not say its profile does");
	set("common-phone-profile", "lobby", "{'web_access':null}");
	look();
	ok(says("webAccess", "0"), "or all phones do");
	set("enterprise-phone", "enterprise", "{'web_access':null}");
	look();
	ok(lacks("webAccess") && says("pcPort", "1"),
	   "what nobody says is left out");
}

static void test_doubtful(void)
{
	set("phone", phone, "{'pc_voice_vlan_access':'disabled'}");
	set(NULL, "phone_file_voice_vlan", "{'value':'zero-disables'}");
	look();
	ok(says("voiceVlanAccess", "0"), "the other way round");
	set(NULL, "phone_file_voice_vlan", "{'value':'omit'}");
	look();
	ok(lacks("voiceVlanAccess"), "or not at all");
	ok(lacks("srstCertificate"), "nobody knows the element: left out");
	set(NULL, "phone_file_srst_certificate", "{'value':'srstCertificate'}");
	look();
	ok(strstr(document, "<srstCertificate>MIIBoDCCAUWgAwIBAgIUO9l5rQ6z") &&
	   strstr(document, "GfaYf</srstCertificate>"),
	   "unless it is named: then the certificate without line ends");
}

static void test_security(void)
{
	set(NULL, "cluster_security_mode", "{'value':'nonsecure'}");
	look();
	ok(says("deviceSecurityMode", "1") &&
	   says("transportLayerProtocol", "4") && says("encrConfig", "false"),
	   "in a nonsecure cluster nothing secure has effect");
	set(NULL, "cluster_security_mode", "{'value':'mixed'}");
	set("profile", "phones.example.org",
	    "{'device_security_mode':'authenticated'}");
	look();
	ok(says("deviceSecurityMode", "2") &&
	   says("transportLayerProtocol", "3"), "authenticated");
	set("profile", "phones.example.org",
	    "{'device_security_mode':'nonsecure','transport':'udp',"
	    "'tftp_encrypted_config':false}");
	look();
	ok(says("deviceSecurityMode", "1") &&
	   says("transportLayerProtocol", "2") && says("encrConfig", "false"),
	   "nonsecure over UDP");
	set("profile", "phones.example.org", "{'transport':'tcp'}");
	look();
	ok(says("transportLayerProtocol", "1"), "over TCP");
	set("profile", "phones.example.org",
	    "{'device_security_mode':'encrypted','digest':false,"
	    "'sip_oauth':true}");
	look();
	ok(says("sipOAuthMode", "1"), "with tokens");
	set("profile", "phones.example.org", "{'sip_oauth':false}");
}

static void test_capf(void)
{
	static const char *const modes[] = {
		"authentication-string", "null-string",
		"existing-certificate-lsc", "existing-certificate-mic"
	};
	char body[96], wanted[12];

	for (int i = 0; i < 4; i++) {
		snprintf(body, sizeof(body),
			 "{'capf_authentication_mode':'%s'}", modes[i]);
		set("profile", "phones.example.org", body);
		snprintf(wanted, sizeof(wanted), "%d", i + 1);
		look();
		ok(says("capfAuthMode", wanted), "%s", modes[i]);
	}
	set("phone", phone, "{'capf_completes_by':'2027-01-15T08:00:00Z'}");
	look_at(phone, NOW - 1);
	ok(says("capfAuthMode", "4"), "a second before its time is over");
	look();
	ok(says("capfAuthMode", "0"), "and then");
	set("phone", phone,
	    "{'capf_operation':'none','capf_completes_by':null}");
	look();
	ok(says("capfAuthMode", "0"), "nothing to do");
}

static void test_credentials(void)
{
	set("profile", "phones.example.org",
	    "{'digest':true,'exclude_digest_credentials':false}");
	look();
	ok(says("authName", "alice") && lacks("authPassword"),
	   "a password that is not kept is not told");
	set("phone", phone, "{'digest_user':'carol'}");
	look();
	ok(says("authName", "carol") && says("authPassword", "looking glass"),
	   "one that is kept is");
	set("profile", "phones.example.org",
	    "{'exclude_digest_credentials':true}");
	look();
	ok(lacks("authName") && lacks("authPassword"), "unless excluded");
	set("profile", "phones.example.org",
	    "{'digest':false,'exclude_digest_credentials':false}");
	look();
	ok(lacks("authName"), "nobody asks for them without digest");
}

static void test_load(void)
{
	struct sheet_text text;
	struct phone_source *source;

	set("phone", phone, "{'load':null}");
	look();
	ok(says("loadInformation", "sip8845_65.14-1-1"), "its model's load");
	set("phone", phone, "{'srst':null}");
	look();
	ok(says("ipAddr1", "srst.example.org") && says("isSecure", "false"),
	   "its common profile's gateway");
	ok(!phone_source_default(env.store, &site, &text), "of the unknown");
	keep(&document, &text);
	ok(says("loadInformation36224", "sip8845_65.14-1-1") &&
	   says("processNodeName", "cm1"), "loads by model");
	ok(phone_source_new(&source, env.store, &site, "SEP000000000000",
			    HASH, NOW) == -ENOENT, "no such phone");
}

static void test_sccp(void)
{
	if (env_add(&env, "phone", "{\"name\":\"SEP0000000000AA\","
		    "\"protocol\":\"sccp\",\"profile\":"
		    "\"Standard SCCP Non-Secure Profile\","
		    "\"lines\":[{\"number\":\"112\"}]}") != 200)
		abort();
	look_at("SEP0000000000AA", NOW);
	ok(says("deviceProtocol", "SCCP") && lacks("sipProfile") &&
	   says("transportLayerProtocol", "1") && says("certHash", HASH),
	   "an SCCP phone");
}

static bool has(const char *text)
{
	return strstr(document, text);
}

#define MEMBER(n, node) \
	"<member priority=\"" n "\"><callManager><ports>" \
	"<ethernetPhonePort>2000</ethernetPhonePort><sipPort>5070</sipPort>" \
	"<securedSipPort>5071</securedSipPort></ports><processNodeName>" node \
	"</processNodeName></callManager></member>"
#define VOUCHER(n, node) \
	"<member priority=\"" n "\"><port>2445</port><address>" node \
	"</address></member>"

/* After this node in their order; ours is none of the others. */
static void test_nodes(void)
{
	struct sheet_text text;
	json_t *all = env_export(&env), *node;

	look();
	ok(has(MEMBER("0", "cm1") MEMBER("1", "cm2.example.org")
	       "</members>") && has(VOUCHER("0", "cm1")
				    VOUCHER("1", "cm2.example.org")
				    "</members>"), "two nodes: %s", document);
	node = json_array_get(json_object_get(all, "node"), 0);
	json_object_set_new(node, "name", json_string("cm3"));
	json_object_set_new(node, "priority", json_integer(1));
	json_object_set_new(node, "tvs", json_null());
	if (env_ask(&env, STORE_ADD, "node", NULL, node, NULL) != 200)
		abort();
	look();
	ok(has(MEMBER("0", "cm1") MEMBER("1", "cm3")
	       MEMBER("2", "cm2.example.org") "</members>") &&
	   has(VOUCHER("1", "cm2.example.org") "</members>"),
	   "by priority; one without TVS is not asked");
	ok(!phone_source_default(env.store, &site, &text), "of the unknown");
	keep(&document, &text);
	ok(has(MEMBER("1", "cm3") MEMBER("2", "cm2.example.org")) &&
	   has(VOUCHER("1", "cm2.example.org")), "as all others");
	set("node", "cm3", "{'name':'CM1'}");
	json_decref(all);
	look();
	ok(has(MEMBER("0", "cm1") MEMBER("1", "cm2.example.org")
	       "</members>"), "our own entry says nothing new");
}

int main(void)
{
	struct store_reply reply;
	json_t *sample;

	env_open(&env);
	strcpy(env.conf.node, "cm1");
	env.conf.listen_count = 2;
	env.conf.listen[0].transport = CONF_UDP;
	env.conf.listen[0].addr.in.sin_family = AF_INET;
	env.conf.listen[0].addr.in.sin_port = htons(5070);
	env.conf.listen[1].transport = CONF_TLS;
	env.conf.listen[1].addr.in6.sin6_family = AF_INET6;
	env.conf.listen[1].addr.in6.sin6_port = htons(5071);
	phone_site_init(&site, &env.conf);
	sample = env_sample();
	ok(env_import(&env, sample, false, &reply) == 200, "the sample");
	store_reply_clear(&reply);
	test_sample();
	test_hardening();
	test_doubtful();
	test_security();
	test_capf();
	test_credentials();
	test_load();
	test_sccp();
	test_nodes();
	json_decref(sample);
	free(document);
	free(reduced);
	env_close(&env);
	return tap_end();
}
