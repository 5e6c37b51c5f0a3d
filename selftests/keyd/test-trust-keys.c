// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's keys in a real ucsec-keyd: made at the start, watched, lost with
 * keyd and back with the next one; and TLS for phones that lives on them.
 */
#include "trust/keys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../daemon/env.h"
#include "asker.h"
#include "phone-service.h"
#include "tap.h"
#include "trust/keyd-client.h"
#include "trust/trust.h"

static struct env env;
static struct conf conf;
static struct trust_keys *keys;
static pid_t keyd;
static unsigned int ups, downs;
static union keyd_buffer m;

static void watcher(void *arg, bool up)
{
	(void)arg;
	if (up)
		ups++;
	else
		downs++;
}

/* Goes while it is told; what was is still there then. */
struct leaver {
	const struct trust_key *old;
	bool old_is_whole;
	unsigned int told;
};

static void leaving(void *arg, bool up)
{
	struct leaver *leaver = arg;

	(void)up;
	leaver->told++;
	leaver->old_is_whole = leaver->old->count == 1 &&
		X509_get0_pubkey(leaver->old->cert) &&
		leaver->old != trust_keys_find(keys, KEYD_TVS, KEYD_RSA,
					       KEYD_CURRENT);
	trust_keys_unwatch(keys, leaving, leaver);
}

static const struct trust_key *current(enum keyd_service service,
				       enum keyd_kind kind)
{
	return trust_keys_find(keys, service, kind, KEYD_CURRENT);
}

static bool name_is(const struct trust_key *key, int nid, const char *wanted)
{
	char text[80] = "";

	X509_NAME_get_text_by_NID(X509_get_subject_name(key->cert), nid, text,
				  sizeof(text));
	return !strcmp(text, wanted);
}

static bool has_address(const struct trust_key *key, const char *address)
{
	return X509_check_ip_asc(key->cert, address, 0) == 1;
}

static int days_of(const struct trust_key *key)
{
	return (int)((key->not_after - key->not_before) / 86400);
}

static void check_nobody(void)
{
	char why[256] = "";

	ok(trust_keys_open(&keys, env.base, &conf, why, sizeof(why)) ==
	   -ETIMEDOUT && strstr(why, "No such file") &&
	   strstr(why, conf.trust.keyd_socket), "without keyd: %s", why);
}

/* One that greets, and makes no keys. */
static void play_refuser(int fd, union keyd_buffer *request)
{
	bool makes = request->m.head.type == KEYD_MAKE;

	fake_reply(request);
	if (makes) {
		request->m.reply.error = -ENOSPC;
		request->m.reply.reason = KEYD_WHY_SYSTEM;
		strcpy(request->m.reply.sentence, "the disk is full");
	}
	send(fd, request, request->m.head.len, 0);
}

static void check_refused(void)
{
	pid_t pid = start_fake(conf.trust.keyd_socket, play_refuser);
	char why[256] = "";

	ok(trust_keys_open(&keys, env.base, &conf, why, sizeof(why)) ==
	   -ENOSPC && !strcmp(why, "the disk is full"),
	   "keyd makes none: %s", why);
	stop_keyd(pid, SIGKILL);
}

static void check_open(void)
{
	char why[256] = "";
	size_t count;

	ok(!trust_keys_open(&keys, env.base, &conf, why, sizeof(why)),
	   "opened: %s", why);
	trust_keys_all(keys, &count);
	ok(count == 8 && current(KEYD_CALLMANAGER, KEYD_EC),
	   "%zu keys were made", count);
	for (int i = KEYD_CALLMANAGER; i < KEYD_SERVICE_END; i++)
		ok(current(i, KEYD_RSA) && current(i, KEYD_RSA)->self_signed &&
		   current(i, KEYD_RSA)->bits == 2048, "RSA 2048 of %s",
		   keyd_service_name(i));
}

static void check_names(void)
{
	const struct trust_key *rsa = current(KEYD_CALLMANAGER, KEYD_RSA),
		*ec = current(KEYD_CALLMANAGER, KEYD_EC),
		*capf = current(KEYD_CAPF, KEYD_RSA);
	char cn[80] = "";
	size_t count;

	ok(name_is(rsa, NID_commonName, "cm1.example.org") &&
	   name_is(rsa, NID_organizationalUnitName, "") &&
	   X509_check_host(rsa->cert, "cm1.example.org", 0, 0, NULL) == 1,
	   "CallManager's names");
	ok(has_address(rsa, "192.0.2.7") && has_address(ec, "2001:db8::7") &&
	   !has_address(rsa, "0.0.0.0"), "and the addresses it listens at");
	ok(name_is(ec, NID_organizationalUnitName, "ECDSA") &&
	   EVP_PKEY_get_bits(X509_get0_pubkey(ec->cert)) == 256,
	   "the second pair is EC");
	X509_NAME_get_text_by_NID(X509_get_subject_name(capf->cert),
				  NID_commonName, cn, sizeof(cn));
	ok(strlen(cn) == 13 && !strncmp(cn, "CAPF-", 5) &&
	   strspn(cn + 5, "0123456789abcdef") == 8 &&
	   X509_check_ca(capf->cert) == 1, "CAPF is a CA of its own: %s", cn);
	ok(days_of(current(KEYD_ITLRECOVERY, KEYD_RSA)) > 19 * 365 &&
	   days_of(rsa) < 6 * 365, "who signs lists is known longest");
	trust_keys_all(keys, &count);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct trust_key *all = trust_keys_all(keys,
								     &count);

			if (!X509_NAME_cmp(X509_get_subject_name(all[i].cert),
					   X509_get_subject_name(all[j].cert)))
				ok(false, "%zu and %zu have one name", i, j);
		}
}

static void check_pem(void)
{
	char *pem = trust_keys_pem(keys, KEYD_TVS, KEYD_RSA);
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	EVP_PKEY *key = trust_keys_pkey(keys, KEYD_TVS, KEYD_RSA);
	uint8_t sha256[32];

	ok(cert && key && X509_check_private_key(cert, key) == 1 &&
	   X509_digest(cert, EVP_sha256(), sha256, NULL) == 1 &&
	   !memcmp(sha256, current(KEYD_TVS, KEYD_RSA)->sha256, 32),
	   "certificate as PEM and its key");
	ok(!trust_keys_pem(keys, KEYD_TVS, KEYD_EC) &&
	   !trust_keys_pkey(keys, KEYD_TVS, KEYD_EC) &&
	   !trust_keys_find(keys, KEYD_TVS, KEYD_RSA, KEYD_NEXT),
	   "none of what is not there");
	EVP_PKEY_free(key);
	X509_free(cert);
	BIO_free(bio);
	free(pem);
}

static void on_done(void *arg, int err, const union keyd_buffer *answer)
{
	(void)answer;
	*(int *)arg = err;
}

static int ask_keyd(unsigned int type)
{
	int err = 1;

	if (keyd_client_send(trust_keys_client(keys), type, &m, 0, on_done,
			     &err, NULL))
		abort();
	ENV_WAIT(&env, err != 1);
	return err;
}

static void check_watch(void)
{
	struct leaver leaver = { .old = current(KEYD_TVS, KEYD_RSA) };
	uint8_t before[32];

	trust_keys_watch(keys, leaving, &leaver);
	trust_keys_watch(keys, watcher, NULL);
	memcpy(before, leaver.old->sha256, 32);
	trust_keys_refresh(keys);
	trust_keys_refresh(keys);
	for (int i = 0; i < 20; i++)
		env_turn(&env);
	ok(!ups && !leaver.told, "nothing new, nothing told");
	good_make(&m, KEYD_TVS, KEYD_RSA, 2048, "tvs-again");
	ok(!ask_keyd(KEYD_REGENERATE), "a key made anew");
	trust_keys_refresh(keys);
	ok(ENV_WAIT(&env, ups == 1) && leaver.told == 1 &&
	   memcmp(before, current(KEYD_TVS, KEYD_RSA)->sha256, 32) &&
	   name_is(current(KEYD_TVS, KEYD_RSA), NID_commonName, "tvs-again"),
	   "is told once, and in place");
	ok(leaver.old_is_whole, "what was is good until then");
	good_make(&m, KEYD_ITLRECOVERY, KEYD_RSA, 2048, "next");
	m.m.make.key.slot = KEYD_NEXT;
	ok(!ask_keyd(KEYD_MAKE), "a next key");
	trust_keys_refresh(keys);
	ok(ENV_WAIT(&env, ups == 2) && trust_keys_find(keys, KEYD_ITLRECOVERY,
						   KEYD_RSA, KEYD_NEXT) &&
	   !name_is(current(KEYD_ITLRECOVERY, KEYD_RSA), NID_commonName,
		    "next") && leaver.told == 1,
	   "is beside the current one; who has gone is not told");
}

/*
 * What the database shows of them
 */

static sqlite3 *other;

static bool other_does(const char *what)
{
	return sqlite3_exec(other, what, NULL, NULL, NULL) == SQLITE_OK;
}

/* While somebody else has the database, and until the queue is full. */
static void fill_queue(void *arg, bool up)
{
	struct store_request set = {
		.verb = STORE_SET, .key = "tls_cipher_menu",
	};
	unsigned int *filled = arg;
	int err = 0;

	trust_keys_unwatch(keys, fill_queue, arg);
	if (!up || !other_does("BEGIN IMMEDIATE"))
		return;
	for (; !err; ++*filled) {
		set.body = env_json("{\"value\": \"all\"}");
		err = store_submit(env.store, &set, NULL, NULL);
	}
	*filled = err == -EAGAIN ? *filled : 0;
}

static bool is_shown(const struct trust_key *key)
{
	struct store_error ignored = { 0 };
	json_t *shown = store_object_get(env.store, store_noun_find("cert"),
					 "TVS", &ignored);
	const char *pem = json_string_value(json_object_get(shown, "pem"));
	char *now = trust_key_pem(key);
	bool same = pem && now && !strcmp(pem, now);

	free(now);
	json_decref(shown);
	return same;
}

static void check_shown(void)
{
	char path[CONF_PATH_SIZE + 16], why[256] = "";
	unsigned int filled = 0;
	struct trust *trust;

	snprintf(path, sizeof(path), "%.200s/ucsec.db", env.conf.state_dir);
	if (sqlite3_open_v2(path, &other, SQLITE_OPEN_READWRITE, NULL))
		abort();
	trust_keys_watch(keys, fill_queue, &filled);
	ok(!trust_open(&trust, env.store, &conf, why, sizeof(why)) &&
	   !trust_use_keys(trust, keys, why, sizeof(why)) &&
	   ENV_WAIT(&env, is_shown(current(KEYD_TVS, KEYD_RSA))),
	   "the database shows them: %s", why);
	good_make(&m, KEYD_TVS, KEYD_RSA, 2048, "tvs-shown");
	ok(!ask_keyd(KEYD_REGENERATE), "one is made anew");
	trust_keys_refresh(keys);
	ok(ENV_WAIT(&env, filled) && !is_shown(current(KEYD_TVS, KEYD_RSA)),
	   "while as many changes wait as may");
	ok(other_does("ROLLBACK") &&
	   ENV_WAIT(&env, is_shown(current(KEYD_TVS, KEYD_RSA))),
	   "it is shown when there is room again");
	trust_use_keys(trust, NULL, NULL, 0);
	trust_close(trust);
	sqlite3_close(other);
}

/*
 * A service for phones
 */

static struct phone_service *service;
static struct net_addr place;
static unsigned int closed;

static ssize_t on_received(void *arg, struct net_conn *conn,
			   const uint8_t *data, size_t len)
{
	(void)data;
	net_conn_send(conn, arg, strlen(arg));
	return (ssize_t)len;
}

static void on_closed(void *arg, struct net_conn *conn, int err)
{
	(void)arg, (void)conn, (void)err;
	closed++;
}

/* The certificate that a phone without one is shown; NULL: no handshake. */
static X509 *talk(SSL_CTX *ctx, const char *suites, bool *served)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), n = -1;
	SSL *ssl = SSL_new(ctx);
	X509 *cert = NULL;
	char buf[16];

	*served = false;
	if (fd < 0 || !ssl || connect(fd, &place.sa, net_addr_size(&place)))
		abort();
	if (suites) {
		SSL_set_cipher_list(ssl, suites);
		SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
	}
	evutil_make_socket_nonblocking(fd);
	SSL_set_fd(ssl, fd);
	ENV_WAIT(&env, (n = SSL_connect(ssl)) == 1 ||
		   SSL_get_error(ssl, n) == SSL_ERROR_SSL ||
		   SSL_get_error(ssl, n) == SSL_ERROR_SYSCALL);
	if (n == 1 && SSL_write(ssl, "hello", 5) == 5) {
		cert = SSL_get1_peer_certificate(ssl);
		*served = ENV_WAIT(&env, (n = SSL_read(ssl, buf, 16)) > 0 ||
				     SSL_get_error(ssl, n) !=
				     SSL_ERROR_WANT_READ) && n == 6;
	}
	SSL_free(ssl);
	close(fd);
	return cert;
}

static bool shows(const char *suites, const struct trust_key *key)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	bool served;
	X509 *cert = talk(ctx, suites, &served);
	bool same = cert && key && !X509_cmp(cert, key->cert);

	X509_free(cert);
	SSL_CTX_free(ctx);
	return key ? served && same : !cert;
}

static void set_limits(void *arg, struct net_limits *limits)
{
	(void)arg;
	limits->handshakes = 1;
}

static void open_service(void)
{
	static const struct net_ops ops = {
		.received = on_received, .closed = on_closed,
	};
	static char said[] = "served";
	static struct conf_service listen = { .count = 1 };
	struct phone_service_config config = {
		.base = env.base, .store = env.store, .keys = keys,
		.service = KEYD_TVS, .listen = &listen,
		.limits = set_limits, .ops = &ops, .arg = said,
	};
	struct net_place places[2];
	char why[256] = "";

	listen.listen[0].len = sizeof(struct sockaddr_in);
	listen.listen[0].addr.in.sin_family = AF_INET;
	listen.listen[0].addr.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ok(!phone_service_open(&service, &config, why, sizeof(why)) &&
	   net_places(phone_service_net(service), places, 2) == 1 &&
	   places[0].transport == NET_TLS, "a service listens: %s", why);
	net_addr_parse(&place, "127.0.0.1", places[0].port);
	config.service = KEYD_SERVICE_END;
	ok(phone_service_open(&(struct phone_service *){ NULL }, &config, why,
			      sizeof(why)) == -ENOKEY && strstr(why, "no usable"),
	   "one without a key does not");
}

static void check_service(void)
{
	json_t *body = env_json("{\"value\": \"strongest\"}");

	open_service();
	ok(shows(NULL, current(KEYD_TVS, KEYD_RSA)),
	   "a phone without a certificate is served");
	ok(shows("AES128-SHA", current(KEYD_TVS, KEYD_RSA)),
	   "by RSA key exchange, as the menu has it");
	ok(env_ask(&env, STORE_SET, "param", "tls_cipher_menu", body, NULL) ==
	   200 && shows("AES128-SHA", NULL), "until it has it no more");
	json_decref(body);
	good_make(&m, KEYD_TVS, KEYD_EC, 256, "tvs-ec");
	ask_keyd(KEYD_MAKE);
	trust_keys_refresh(keys);
	ENV_WAIT(&env, current(KEYD_TVS, KEYD_EC));
	ok(shows("ECDHE-ECDSA-AES256-GCM-SHA384", current(KEYD_TVS, KEYD_EC)),
	   "an EC key is taken up");
	good_make(&m, KEYD_TVS, KEYD_RSA, 2048, "tvs-third");
	ask_keyd(KEYD_REGENERATE);
	trust_keys_refresh(keys);
	ENV_WAIT(&env, name_is(current(KEYD_TVS, KEYD_RSA), NID_commonName,
			   "tvs-third"));
	ok(shows("ECDHE-RSA-AES256-GCM-SHA384", current(KEYD_TVS, KEYD_RSA)),
	   "a new certificate is shown from then on");
}

static void check_lost(void)
{
	unsigned int before = ups;
	size_t count, again;

	trust_keys_all(keys, &count);
	stop_keyd(keyd, SIGKILL);
	ok(ENV_WAIT(&env, downs == 1), "keyd killed: told");
	ok(current(KEYD_TVS, KEYD_RSA) && shows(NULL, NULL),
	   "what it had is known, handshakes fail");
	trust_keys_refresh(keys);
	keyd = start_keyd();
	ok(ENV_WAIT(&env, ups == before + 1), "it comes back: told");
	trust_keys_all(keys, &again);
	ok(count == again && shows(NULL, current(KEYD_TVS, KEYD_RSA)),
	   "with its keys, and phones are served");
}

static void set_listen(struct conf_listen *listen, const char *address)
{
	if (inet_pton(AF_INET, address, &listen->addr.in.sin_addr) == 1) {
		listen->addr.in.sin_family = AF_INET;
	} else {
		listen->addr.in6.sin6_family = AF_INET6;
		inet_pton(AF_INET6, address, &listen->addr.in6.sin6_addr);
	}
}

static void set_up(void)
{
	static const char *const addresses[] = {
		"0.0.0.0", "192.0.2.7", "2001:db8::7", "192.0.2.7", "::",
	};

	make_folder("test-trust-keys");
	env_open(&env);
	log_set_level(LOG_LEVEL_ERROR);
	strcpy(conf.node, "cm1.example.org");
	strcpy(conf.trust.keyd_socket, in_folder("sock"));
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++)
		set_listen(&conf.listen[conf.listen_count++], addresses[i]);
}

int main(void)
{
	char why[256];

	signal(SIGPIPE, SIG_IGN);
	set_up();
	check_nobody();
	check_refused();
	keyd = start_keyd();
	check_open();
	check_names();
	check_pem();
	check_watch();
	check_shown();
	check_service();
	check_lost();
	phone_service_close(service);
	trust_keys_close(keys);
	ok(!trust_keys_open(&keys, env.base, &conf, why, sizeof(why)),
	   "the next one finds them");
	ok(current(KEYD_TVS, KEYD_EC) && name_is(current(KEYD_TVS, KEYD_RSA),
						 NID_commonName, "tvs-third"),
	   "and makes none anew");
	trust_keys_close(keys);
	env_close(&env);
	ok(stop_keyd(keyd, SIGTERM), "keyd ran to the end");
	remove_folder();
	return tap_end();
}
