// SPDX-License-Identifier: GPL-2.0
/*
 * SIG-4, CERT-3: what a phone may show over SIP, by what is on record of it.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "sip/conform.h"
#include "store/enrolment.h"
#include "tap.h"

static struct env env;
static struct store_phone phone;

static const char *shows(const char *der)
{
	const char *const none[] = { NULL };
	struct net_cert cert = { .cn = "", .subject = "", .sans = none };

	EVP_Digest(der, strlen(der), cert.sha256, NULL, EVP_sha256(), NULL);
	return sip_phone_fault(env.store, &phone, NET_ENCRYPTED, NET_TLS,
			       &cert) ?: "";
}

static void on_done(void *ctx, struct store_reply *reply)
{
	*(int *)ctx = reply->error.status ? reply->error.status : 200;
	store_reply_clear(reply);
}

static void keep(const char *lsc, const char *mic)
{
	const struct store_enrolment e = {
		.phone = phone.id, .remove_lsc = !lsc,
		.lsc = (const uint8_t *)lsc, .lsc_len = lsc ? strlen(lsc) : 0,
		.mic = (const uint8_t *)mic, .mic_len = strlen(mic),
	};
	int status = 0;

	if (store_enrolment_keep(env.store, &e, on_done, &status))
		abort();
	while (!status)
		event_base_loop(env.base, EVLOOP_ONCE);
}

static void set(const char *param, const char *value)
{
	json_t *body = json_pack("{ss}", "value", value);

	if (env_ask(&env, STORE_SET, NULL, param, body, NULL) != 200)
		abort();
	json_decref(body);
}

static void test_rules(void)
{
	static const struct {
		const char *rule, *other, *mic;
	} rules[] = {
		{ "lsc", "not its LSC", "shows its MIC" },
		{ "lsc-or-mic", "not its LSC", "" },
		{ "any", "", "" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const char *other, *mic;

		set("phone_certificate", rules[i].rule);
		other = shows("other");
		mic = shows("factory");
		ok(!*shows("second") &&
		   strstr(shows("first"), "replaced or deleted") &&
		   !*other == !*rules[i].other &&
		   strstr(other, rules[i].other) &&
		   !*mic == !*rules[i].mic && strstr(mic, rules[i].mic),
		   "%s: \"%s\", \"%s\"", rules[i].rule, other, mic);
	}
}

int main(void)
{
	json_t *sample = env_sample();

	env_open(&env);
	if (env_import(&env, sample, false, NULL) != 200 ||
	    store_phone_find(env.store, "SEP001122334455", &phone))
		abort();
	set("cluster_security_mode", "mixed");
	ok(!*shows("whatever"), "without an LSC its issuer vouches for it");
	keep("first", "factory");
	keep("second", "factory");
	test_rules();
	keep(NULL, "factory");
	ok(*shows("second") && *shows("first") && !*shows("factory"),
	   "once it is deleted, the MIC counts and no LSC that it had");
	ok(!sip_phone_fault(env.store, &phone, NET_ENCRYPTED, NET_TLS, NULL),
	   "who shows none is judged elsewhere");
	store_stop(env.store);
	json_decref(sample);
	env_close(&env);
	return tap_end();
}
