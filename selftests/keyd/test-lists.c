// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-1, TRUST-6: CTL and ITL as a real ucsec-keyd signs them, given to phones
 * through a folder of the test's own: what is in them, when they are made anew,
 * and that no phone is locked out by it.
 */
#include "trust/lists.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../daemon/env.h"
#include "asker.h"
#include "files/publisher.h"
#include "tap.h"
#include "trust/keyd-client.h"
#include "trust/keys.h"
#include "trust/rules.h"
#include "trust/tokens.h"

static struct env env;
static struct trust_keys *keys;
static struct lists *lists;
static pid_t keyd;
static union keyd_buffer m;
static unsigned int puts_done;
static int put_err;		/* what the disk says */
static char root[4096];

/* The publisher: two files in the folder. */

int publisher_put(struct publisher *publisher, const char *name,
		  const uint8_t *data, size_t len)
{
	FILE *file;

	(void)publisher;
	if (put_err)
		return put_err;
	puts_done++;
	file = fopen(in_folder(name), "w");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file))
		abort();
	return 0;
}

int publisher_get(struct publisher *publisher, const char *name,
		  uint8_t **data, size_t *len)
{
	FILE *file = fopen(in_folder(name), "r");

	(void)publisher;
	*data = NULL;
	if (!file)
		return -ENOENT;
	*data = malloc(TRUST_LIST_SIZE);
	*len = fread(*data, 1, TRUST_LIST_SIZE, file);
	fclose(file);
	return 0;
}

/* The tokens: who may sign is said here. */

static struct tokens_choice choice;
static const char *no_choice;
static unsigned int refreshed;

bool tokens_signer(const struct tokens *tokens, const struct trust_list *held,
		   struct tokens_choice *to, const char **why)
{
	(void)tokens;
	(void)held;
	*to = choice;
	if (no_choice)
		*why = no_choice;
	return !no_choice;
}

void tokens_refresh(struct tokens *tokens, tokens_fn fn, void *arg)
{
	(void)tokens;
	refreshed++;
	fn(arg, 0, "");
}

static void turn(void)
{
	struct timeval tv = { 0, 5000 };

	event_base_loopexit(env.base, &tv);
	event_base_dispatch(env.base);
}

#define wait_until(condition) ({				\
	bool is;						\
								\
	for (int left = 6000; !(is = (condition)) && left; left--)	\
		turn();						\
	is;							\
})

/* A list of the folder, read; what was read before is gone. */
static const struct trust_list *read_file(const char *name)
{
	static struct trust_list list[2];
	static uint8_t *data[2];
	static unsigned int at;
	struct trust_fault fault;
	size_t len;

	at = !at;
	free(data[at]);
	data[at] = NULL;
	if (!name || publisher_get(NULL, name, &data[at], &len) ||
	    trust_list_read(data[at], len, &list[at], &fault) ||
	    trust_list_verify(data[at], len, &list[at], KEYD_SAST_MAX, &fault))
		return NULL;
	return &list[at];
}

/* "0 2 2 3 4 21": roles, those without a certificate in brackets. */
static bool roles_are(const char *name, const char *wanted)
{
	const struct trust_list *list = read_file(name);
	char text[256] = "";
	size_t len = 0;

	for (unsigned int i = 0; list && i < list->count; i++) {
		bool bare = !list->records[i].certificate.data;

		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%s%s%u%s", i ? " " : "", bare ? "(" : "",
			list->records[i].role, bare ? ")" : "");
	}
	if (strcmp(text, wanted))
		printf("# %s: %s\n", name, text);
	return !strcmp(text, wanted);
}

#define CTL	"CTLFile.tlv"
#define ITL	"ITLFile.tlv"
#define ALL	"0 2 2 3 4 21"

static const struct trust_key *key_at(enum keyd_service service,
				      enum keyd_slot slot)
{
	return trust_keys_find(keys, service, KEYD_RSA, slot);
}

static bool has_cert(const char *name, uint16_t role, const struct trust_key *key)
{
	const struct trust_list *list = read_file(name);

	for (unsigned int i = 0; list && i < list->count; i++) {
		const struct trust_record *r = &list->records[i];

		if (r->role == role && r->certificate.len == key->certs[0].len &&
		    !memcmp(r->certificate.data, key->certs[0].data,
			    key->certs[0].len))
			return true;
	}
	return false;
}

static bool signed_by(const char *name, const struct trust_key *key)
{
	const struct trust_list *list = read_file(name);
	const struct trust_record *r = list ? trust_list_signer(list) : NULL;

	return r && r->certificate.len == key->certs[0].len &&
		!memcmp(r->certificate.data, key->certs[0].data,
			key->certs[0].len);
}

struct told {
	bool done;
	int err;
	char why[160];
};

static void on_done(void *arg, int err, const char *why)
{
	struct told *told = arg;

	told->done = true;
	told->err = err;
	snprintf(told->why, sizeof(told->why), "%s", why);
}

static struct told told;

static int update(void)
{
	told = (struct told){ 0 };
	lists_update(lists, on_done, &told);
	return wait_until(told.done) ? told.err : -ETIMEDOUT;
}

/* What follows by itself is done. */
static int settled(void)
{
	told = (struct told){ 0 };
	lists_follow(lists, on_done, &told);
	return wait_until(told.done) ? told.err : -ETIMEDOUT;
}

static int switch_to(bool mixed)
{
	told = (struct told){ 0 };
	lists_switch(lists, mixed, on_done, &told);
	return wait_until(told.done) ? told.err : -ETIMEDOUT;
}

static bool set(const char *param, const char *value)
{
	json_t *body = json_pack("{so}", "value", json_loads(value,
						JSON_DECODE_ANY, NULL));
	int status = env_ask(&env, STORE_SET, NULL, param, body, NULL);

	json_decref(body);
	return status == 200;
}

static struct lists_status status_of(enum trust_kind kind)
{
	struct lists_status status;

	lists_status(lists, kind, &status, NULL, NULL);
	return status;
}

static int asked_err;
static bool asked;

static void on_asked(void *arg, int err, const union keyd_buffer *answer)
{
	(void)arg;
	(void)answer;
	asked = true;
	asked_err = err;
}

/* Of keyd, and until the daemon knows what there is now. */
static bool change_key(unsigned int type, enum keyd_service service,
		       enum keyd_slot slot)
{
	const struct keyd_which which = {
		.service = (uint8_t)service, .kind = KEYD_RSA,
		.slot = (uint8_t)slot,
	};
	const struct trust_key *key;
	uint8_t before[32] = { 0 };

	key = key_at(service, type == KEYD_PROMOTE ? KEYD_CURRENT : slot);
	if (key)
		memcpy(before, key->sha256, 32);
	memset(&m.m, 0, sizeof(m.m));
	if (type == KEYD_PROMOTE)
		m.m.which = which;
	else if (trust_keys_describe(keys, &which, &m.m.make))
		return false;
	asked = false;
	if (keyd_client_send(trust_keys_client(keys), type, &m, 0, on_asked,
			     NULL, NULL) || !wait_until(asked) || asked_err)
		return false;
	trust_keys_refresh(keys);
	return wait_until((key = key_at(service, type == KEYD_PROMOTE ?
					KEYD_CURRENT : slot)) &&
			  memcmp(key->sha256, before, 32));
}

/* The real judge: a phone that knows nothing of this code. */
static bool phone_takes(const char *flash, const char *files)
{
	return run("%s/selftests/phone/accept %s %s", root, flash, files);
}

static bool copy(const char *from, const char *to)
{
	return run("cp %s %s", from, to);
}

static void open_lists(void)
{
	const struct lists_config config = {
		.base = env.base, .store = env.store, .keys = keys,
		.tokens = (struct tokens *)&choice, .conf = &env.conf,
	};
	char why[256] = "";

	if (lists_open(&lists, &config, why, sizeof(why)))
		abort();
}

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
	lists_switch(lists, false, on_done, &first);
	event_base_loop(env.base, EVLOOP_ONCE);
	lists_switch(lists, true, on_done, &told);
	ok(wait_until(told.done) && first.done && !first.err && !told.err &&
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
	   wait_until(!store_param(env.store, STORE_PARAM_ITL_RENEWAL)) &&
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
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *cert = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	json_t *body;
	char *pem;
	long len;

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 77);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN",
				   MBSTRING_ASC, (const unsigned char *)name,
				   -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(cert));
	X509_set_pubkey(cert, key);
	X509_sign(cert, key, EVP_sha256());
	PEM_write_bio_X509(bio, cert);
	len = BIO_get_mem_data(bio, &pem);
	body = json_pack("{ssssss%}", "name", name, "purpose",
			 "phone-sast-trust", "pem", pem, (size_t)len);
	BIO_free(bio);
	X509_free(cert);
	EVP_PKEY_free(key);
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
	ok(wait_until(!keyd_client_is_up(trust_keys_client(keys))) &&
	   set("list_signer_version", "\"1.0\"") && update() == -ENOTCONN &&
	   strstr(told.why, "ucsec-keyd is not there"), "without keyd: %s",
	   told.why);
	keyd = start_keyd();
	ok(wait_until(keyd_client_is_up(trust_keys_client(keys)) &&
		      read_file(ITL)->header.signer_version == 0x0100),
	   "when it is back the list is made");
	/* What waits when the daemon stops is told. */
	told = (struct told){ 0 };
	lists_update(lists, on_done, &told);
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
	check_faults();
	read_file(NULL);
	read_file(NULL);
	trust_keys_close(keys);
	env_close(&env);
	stop_keyd(keyd, SIGTERM);
	remove_folder();
	return tap_end();
}
