// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-1, TRUST-6: CTL and ITL as a real ucsec-keyd signs them, given to phones
 * through a folder of the test's own: what is in them, when they are made anew,
 * and that no phone is locked out by it.
 */
#include "trust/lists.h"

#include <errno.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "certs.h"
#include "lists-world.h"
#include "files/publisher.h"
#include "tap.h"
#include "trust/keyd-client.h"
#include "trust/keys.h"
#include "trust/rules.h"
#include "trust/tokens.h"

static void check_first(void)
{
	const struct trust_list *list;

	ok(!settled() && roles_are(ITL, ALL) && access(in_folder(CTL), F_OK),
	   "an ITL by itself, and no CTL where there is none to take back");
	list = read_file(ITL);
	ok(list && !strcmp(list->records[1].dns, "cm1.example.org") &&
	   !memcmp(list->records[1].ip.data, "\xc0\x00\x02\x07", 4) &&
	   !list->records[0].dns, "the servers have our name and address");
	ok(list && list->header.digest == TRUST_SHA512 &&
	   list->header.signer_version == 0x0100, "SHA-512, signer 1.0");
	ok(signed_by(ITL, key_at(KEYD_ITLRECOVERY, KEYD_CURRENT)) &&
	   has_cert(ITL, TRUST_TVS, key_at(KEYD_TVS, KEYD_CURRENT)) &&
	   has_cert(ITL, TRUST_CAPF, key_at(KEYD_CAPF, KEYD_CURRENT)) &&
	   has_cert(ITL, TRUST_TFTP, key_at(KEYD_TFTP, KEYD_CURRENT)),
	   "ITLRecovery signs it, each service has its role");
	ok(!status_of(TRUST_ITL).stale && !status_of(TRUST_ITL).why[0] &&
	   !status_of(TRUST_CTL).stale, "and all is well");
	ok(phone_takes("old", "ITL=" ITL), "a phone takes it");
	puts_done = 0;
	ok(!update() && !puts_done, "what is so already is not signed again");
	lists_close(lists);
	open_lists();
	ok(!settled() && !puts_done, "nor by the next daemon");
}

static void check_mode(void)
{
	ok(!switch_to(true) && roles_are(CTL, "0 2 2 3 4") &&
	   status_of(TRUST_CTL).mixed, "a CTL for mixed mode");
	ok(phone_takes("old", "CTL=" CTL " ITL=" ITL),
	   "a phone with an ITL alone takes the first CTL");
	lists_settle(lists);
	ok(!settled() && roles_are(CTL, "0 (2) 4") &&
	   !status_of(TRUST_CTL).mixed,
	   "the store knows nothing of it: it is taken back");
	ok(phone_takes("old", "CTL=" CTL), "which the phone takes");
	ok(!switch_to(true) && set("cluster_security_mode", "\"mixed\""),
	   "once more, and the store says so, too");
	lists_settle(lists);
	ok(!settled() && roles_are(CTL, "0 2 2 3 4") &&
	   !status_of(TRUST_CTL).stale, "it stays");
	ok(set("cluster_security_mode", "\"nonsecure\"") && !settled() &&
	   roles_are(CTL, "0 (2) 4"), "a mode by any other way is followed");
	ok(set("cluster_security_mode", "\"mixed\"") && !settled() &&
	   roles_are(CTL, "0 2 2 3 4"), "both ways");
	ok(phone_takes("old", "CTL=" CTL), "and taken");
}

/* What keyd is signing as the mode changes is of the mode before. */
static void check_crossing(void)
{
	struct told first = { 0 };

	told = (struct told){ 0 };
	lists_switch(lists, false, told_done, &first);
	event_base_loop(env.base, EVLOOP_ONCE);
	lists_switch(lists, true, told_done, &told);
	ok(ENV_WAIT(&env, told.done) && first.done && !first.err && !told.err &&
	   roles_are(CTL, "0 2 2 3 4"),
	   "a mode that changes as a CTL is signed: %s", first.why);
	lists_settle(lists);
	settled();
}

static void check_stale(void)
{
	ok(change_key(KEYD_REGENERATE, KEYD_CALLMANAGER, KEYD_CURRENT) &&
	   !settled() &&
	   has_cert(ITL, TRUST_CCM_TFTP,
		    key_at(KEYD_CALLMANAGER, KEYD_CURRENT)),
	   "the ITL follows a certificate");
	ok(!has_cert(CTL, TRUST_CCM_TFTP,
		     key_at(KEYD_CALLMANAGER, KEYD_CURRENT)) &&
	   status_of(TRUST_CTL).stale &&
	   strstr(status_of(TRUST_CTL).why, "certificate"),
	   "the CTL waits for an administrator, and says so: %s",
	   status_of(TRUST_CTL).why);
	ok(!update() && !status_of(TRUST_CTL).stale &&
	   has_cert(CTL, TRUST_CCM_TFTP,
		    key_at(KEYD_CALLMANAGER, KEYD_CURRENT)),
	   "who asks for it");
	ok(phone_takes("old", "CTL=" CTL " ITL=" ITL), "the phone takes both");
}

static void check_params(void)
{
	const struct trust_list *list;

	ok(set("phone_file_digest", "\"sha-1\"") &&
	   set("trust_file_dialect", "\"certutils\"") &&
	   set("list_signer_version", "\"1.1\"") && !settled() &&
	   (list = read_file(ITL)) && list->header.digest == TRUST_SHA1 &&
	   list->header.signer_version == 0x0101 &&
	   strchr(list->records[0].subject, ','), "parameters of lists");
	ok(phone_takes("old", "ITL=" ITL) && phone_takes("new", "ITL=" ITL),
	   "which phones take");
	ok(set("phone_file_digest", "\"sha-512\"") &&
	   set("trust_file_dialect", "\"cucm\"") &&
	   set("list_signer_version", "\"1.0\"") && !settled() && !update() &&
	   (list = read_file(ITL)) && strchr(list->records[0].subject, ';'),
	   "and back");
}

static void check_rollback(void)
{
	ok(set("itl_rollback", "true") && !settled() && roles_are(ITL, "0 4") &&
	   trust_list_is_rollback(read_file(ITL)),
	   "an ITL that lets phones go");
	ok(phone_takes("only-itl", "ITL=" ITL), "is taken");
	ok(set("itl_rollback", "false") && !settled() && roles_are(ITL, ALL),
	   "and ends");
}

static void check_renewal(void)
{
	const struct trust_key *next;
	char why[256] = "";

	ok(lists_may_promote(lists, why, sizeof(why)) == -EPERM &&
	   strstr(why, "no next key"), "no next key: %s", why);
	ok(change_key(KEYD_MAKE, KEYD_ITLRECOVERY, KEYD_NEXT) && !settled() &&
	   roles_are(ITL, ALL), "made, but not announced");
	ok(lists_may_promote(lists, why, sizeof(why)) == -EPERM &&
	   strstr(why, "no list with the next key"), "refused: %s", why);
	ok(copy(ITL, "itl-0") && copy(CTL, "ctl-0") &&
	   phone_takes("late", "CTL=ctl-0 ITL=itl-0"), "a phone of before");
	ok(set("itl_renewal", "true") && !settled() &&
	   roles_are(ITL, "0 0 2 2 3 4 21") && roles_are(CTL, "0 2 2 3 4"),
	   "announced in the ITL");
	ok(lists_may_promote(lists, why, sizeof(why)) == -EPERM &&
	   strstr(why, "no list with"), "a phone may go by the CTL alone");
	ok(!update() && roles_are(CTL, "0 0 2 2 3 4"), "in the CTL, too");
	ok(lists_may_promote(lists, why, sizeof(why)) == -EPERM &&
	   strstr(why, "have until 20") && strstr(why, "itl_renewal_wait"),
	   "phones get time: %s", why);
	ok(set("itl_renewal_wait", "0") &&
	   !lists_may_promote(lists, why, sizeof(why)), "when it is over");
	ok(copy(ITL, "itl-1") && copy(CTL, "ctl-1") &&
	   phone_takes("old", "CTL=ctl-1 ITL=itl-1") &&
	   phone_takes("fresh", "CTL=ctl-1 ITL=itl-1"),
	   "phones take what the old key signed");
	next = key_at(KEYD_ITLRECOVERY, KEYD_NEXT);
	ok(signed_by(ITL, key_at(KEYD_ITLRECOVERY, KEYD_CURRENT)) &&
	   has_cert(ITL, TRUST_SAST, next) && has_cert(CTL, TRUST_SAST, next),
	   "the old one signs, the next one is beside it");
	ok(change_key(KEYD_PROMOTE, KEYD_ITLRECOVERY, KEYD_NEXT) &&
	   ENV_WAIT(&env, !store_param(env.store, STORE_PARAM_ITL_RENEWAL)) &&
	   !settled() && roles_are(ITL, ALL) &&
	   signed_by(ITL, key_at(KEYD_ITLRECOVERY, KEYD_CURRENT)),
	   "the next one signs, and the place beside it is free");
	ok(phone_takes("old", "ITL=" ITL), "phones that heard of it take that");
	ok(phone_takes("fresh", "CTL=ctl-1 ITL=" ITL),
	   "with the CTL of before, too");
	ok(!update() && phone_takes("old", "CTL=" CTL " ITL=" ITL) &&
	   phone_takes("fresh", "CTL=" CTL " ITL=" ITL), "and the CTL");
	ok(!phone_takes("late", "ITL=" ITL),
	   "who never heard of it would not: that is what the time is for");
	ok(phone_takes("late", "CTL=ctl-1 ITL=itl-1 CTL=" CTL " ITL=" ITL),
	   "in the right order it does, too");
	set("itl_renewal_wait", "168");
}

static json_t *certificate(const char *name)
{
	struct cert cert;
	json_t *body;

	cert_make(&cert, &(struct cert_spec){ .cn = name, .rsa_bits = 2048 });
	body = json_pack("{ssssss}", "name", name, "purpose",
			 "phone-sast-trust", "pem", cert.pem);
	cert_free(&cert);
	return body;
}

static void check_migration(void)
{
	json_t *one = certificate("other-ITLRecovery");
	json_t *two = certificate("other-CallManager");

	ok(env_ask(&env, STORE_ADD, "cert", NULL, one, NULL) == 200 &&
	   !settled() && roles_are(ITL, "0 0 2 2 3 4 21"),
	   "another cluster's signer is a SAST of ours");
	ok(env_ask(&env, STORE_ADD, "cert", NULL, two, NULL) == 409,
	   "there is no room for another");
	ok(!set("itl_renewal", "true"), "nor for a renewal");
	ok(!update() && roles_are(CTL, "0 0 2 2 3 4") &&
	   phone_takes("old", "CTL=" CTL " ITL=" ITL), "phones take it");
	ok(set("max_sast_records", "3") &&
	   env_ask(&env, STORE_ADD, "cert", NULL, two, NULL) == 200 &&
	   !settled() && roles_are(ITL, "0 0 0 2 2 3 4 21") &&
	   !status_of(TRUST_ITL).stale, "three where the parameter says so");
	ok(env_ask(&env, STORE_DEL, "cert", "other-ITLRecovery", NULL, NULL) ==
	   200 && env_ask(&env, STORE_DEL, "cert", "other-CallManager", NULL,
			  NULL) == 200 && set("max_sast_records", "2") &&
	   !update() && roles_are(ITL, ALL), "and back");
	json_decref(one);
	json_decref(two);
}

/* As far as it goes without one: see test-token. */
static void check_tokens(void)
{
	const struct trust_key *signer = key_at(KEYD_ITLRECOVERY,
						KEYD_CURRENT);
	const struct trust_key *second = key_at(KEYD_TOMCAT, KEYD_CURRENT);

	choice = (struct tokens_choice){ .count = 2, .sasts = {
		{ signer->certs[0].data, signer->certs[0].len },
		{ second->certs[0].data, second->certs[0].len } } };
	ok(set("ctl_signer", "\"token\"") && !settled() && !refreshed &&
	   status_of(TRUST_CTL).stale && roles_are(CTL, "0 2 2 3 4"),
	   "another signer of the CTL waits for an administrator");
	ok(!update() && refreshed == 1 && roles_are(CTL, "0 0 2 2 3 4") &&
	   has_cert(CTL, TRUST_SAST, second) && roles_are(ITL, ALL),
	   "then the SASTs are those that were chosen, in the CTL alone");
	no_choice = "no token is there";
	ok(update() == -ENOKEY && !strcmp(told.why, no_choice) &&
	   !strcmp(status_of(TRUST_CTL).why, no_choice) &&
	   roles_are(CTL, "0 0 2 2 3 4"), "nobody can sign: %s", told.why);
	no_choice = NULL;
	choice.count = 0;
	ok(set("ctl_signer", "\"itlrecovery\"") && !update() &&
	   roles_are(CTL, "0 2 2 3 4"), "and back");
}

/* Somebody has another key made, or keyd comes back without its own ones. */
static void check_signer(void)
{
	ok(copy(ITL, "itl-2") &&
	   change_key(KEYD_REGENERATE, KEYD_ITLRECOVERY, KEYD_CURRENT) &&
	   settled() == -EPERM && strstr(told.why, "ctl update"),
	   "a signer that no phone knows does not sign by itself: %s",
	   told.why);
	ok(run("cmp " ITL " itl-2") && status_of(TRUST_ITL).stale &&
	   !strcmp(status_of(TRUST_ITL).why, told.why),
	   "what phones believe stays, and the status says so");
	ok(!update() && !settled() &&
	   signed_by(ITL, key_at(KEYD_ITLRECOVERY, KEYD_CURRENT)) &&
	   signed_by(CTL, key_at(KEYD_ITLRECOVERY, KEYD_CURRENT)) &&
	   !status_of(TRUST_ITL).why[0], "who asks for it");
}

static void check_faults(void)
{
	put_err = -ENOSPC;
	ok(set("list_signer_version", "\"none\"") && settled() == -EIO &&
	   strstr(told.why, "No space") && status_of(TRUST_ITL).stale &&
	   strstr(status_of(TRUST_ITL).why, "No space") &&
	   read_file(ITL)->header.signer_version == 0x0100,
	   "a full disk is told, and the old list stays: %s", told.why);
	put_err = 0;
	ok(!settled() && !status_of(TRUST_ITL).why[0] &&
	   !read_file(ITL)->header.signer_version, "it goes on by itself");
	ok(run("printf x | dd of=" ITL " bs=1 seek=900 conv=notrunc") &&
	   status_of(TRUST_ITL).stale && !settled() && roles_are(ITL, ALL),
	   "a list that somebody changed is made anew");
	ok(run("printf x >" CTL) && !settled() && roles_are(CTL, "0 2 2 3 4"),
	   "a CTL that is none, too");
	stop_keyd(keyd, SIGKILL);
	ok(ENV_WAIT(&env, !keyd_client_is_up(trust_keys_client(keys))) &&
	   set("list_signer_version", "\"1.0\"") && update() == -ENOTCONN &&
	   strstr(told.why, "ucsec-keyd is not there"), "without keyd: %s",
	   told.why);
	keyd = start_keyd();
	ok(ENV_WAIT(&env, keyd_client_is_up(trust_keys_client(keys)) &&
		      read_file(ITL)->header.signer_version == 0x0100),
	   "when it is back the list is made");
	/* What waits when the daemon stops is told. */
	told = (struct told){ 0 };
	lists_update(lists, told_done, &told);
	lists_close(lists);
	lists = NULL;
	ok(told.done && told.err == -ESHUTDOWN, "at the end: %s", told.why);
}

int main(void)
{
	char why[256] = "";

	if (!getcwd(root, sizeof(root)))
		return 1;
	make_folder("lists");
	keyd = start_keyd();
	env_open(&env);
	strcpy(env.conf.node, "cm1.example.org");
	snprintf(env.conf.trust.keyd_socket,
		 sizeof(env.conf.trust.keyd_socket), "%.100s",
		 in_folder("sock"));
	env.conf.line.have_in = true;
	memcpy(&env.conf.line.in, "\xc0\x00\x02\x07", 4);
	if (trust_keys_open(&keys, env.base, &env.conf, why, sizeof(why))) {
		printf("# %s\n", why);
		return 1;
	}
	open_lists();
	check_first();
	check_mode();
	check_crossing();
	check_stale();
	check_params();
	check_rollback();
	check_renewal();
	check_migration();
	check_tokens();
	check_signer();
	check_faults();
	read_file(NULL);
	read_file(NULL);
	trust_keys_close(keys);
	env_close(&env);
	stop_keyd(keyd, SIGTERM);
	remove_folder();
	return tap_end();
}
