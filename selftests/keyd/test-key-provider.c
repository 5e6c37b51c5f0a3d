// SPDX-License-Identifier: GPL-2.0
/*
 * TLS of the daemon's net/ with keys that are in ucsec-keyd: handshakes with
 * the openssl tool, many at once while keyd is stopped, and after its death.
 */
#include "trust/key-provider.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asker.h"
#include "net/net.h"
#include "tap.h"
#include "tls-peers.h"
#include "trust/keyd-client.h"

enum {
	MANY = PEERS_MAX,
	PATIENCE_MS = 120000,	/* no end by time but where it is looked for */
};

static struct event_base *base;
static struct keyd_client *client;
static struct key_provider *provider;
static struct net *net;
static struct net_addr tls_addr, legacy_addr, tcp_addr;
static unsigned int ups;
static pid_t keyd;
static unsigned int asked;		/* of keyd, by handshakes */
static bool is_deadly;			/* what is asked */
static char *ca_pem;
static EVP_PKEY *keys[KEYD_KIND_END];
static X509 *certs[KEYD_KIND_END];
static char *pems[KEYD_KIND_END];

static void on_up(void *arg)
{
	(void)arg;
	ups++;
	key_provider_up(provider);
}

static const struct keyd_client_ops keyd_ops = { .up = on_up };

int __real_keyd_client_send(struct keyd_client *to, unsigned int type,
			    union keyd_buffer *request, size_t tail,
			    keyd_client_fn fn, void *arg, uint32_t *id);
int __wrap_keyd_client_send(struct keyd_client *to, unsigned int type,
			    union keyd_buffer *request, size_t tail,
			    keyd_client_fn fn, void *arg, uint32_t *id);

int __wrap_keyd_client_send(struct keyd_client *to, unsigned int type,
			    union keyd_buffer *request, size_t tail,
			    keyd_client_fn fn, void *arg, uint32_t *id)
{
	int err;

	asked++;
	if (is_deadly)
		kill(keyd, SIGSTOP);
	err = __real_keyd_client_send(to, type, request, tail, fn, arg, id);
	if (is_deadly)
		kill(keyd, SIGKILL);
	/* Not there yet is not asked. */
	asked -= err != 0;
	return err;
}

/* Answers, and closes. */
static ssize_t on_received(void *arg, struct net_conn *conn,
			   const uint8_t *data, size_t len)
{
	(void)arg;
	(void)data;
	net_conn_send(conn, "served\n", 7);
	net_conn_close(conn);
	return (ssize_t)len;
}

static void on_closed(void *arg, struct net_conn *conn, int err)
{
	(void)arg;
	(void)conn;
	(void)err;
}

static const struct net_ops ops = {
	.received = on_received,
	.closed = on_closed,
};

/* A turn of the loop that ends by itself. */
static void turn(void)
{
	struct timeval tv = { 0, 5000 };

	event_base_loopexit(base, &tv);
	event_base_dispatch(base);
}

#define wait_until(condition) ({				\
	bool is;						\
								\
	for (int left = 6000; !(is = (condition)) && left; left--)	\
		turn();						\
	is;							\
})

static char *read_text(const char *name)
{
	FILE *file = fopen(in_folder(name), "r");
	char *text = calloc(1, 65536);

	if (!text || !file || !fread(text, 1, 65535, file))
		abort();
	fclose(file);
	return text;
}

static void make_key(int fd, unsigned int kind, unsigned int bits,
		     const char *name)
{
	static union keyd_buffer m;
	char file[16];
	BIO *bio;

	good_make(&m, KEYD_CALLMANAGER, kind, bits, name);
	snprintf(file, sizeof(file), "%s.der", name);
	if (ask(fd, &m, KEYD_MAKE, 0) || !keep(file) ||
	    !run("openssl x509 -inform DER -in %s -out %s.pem", file, name))
		abort();
	snprintf(file, sizeof(file), "%s.pem", name);
	pems[kind] = read_text(file);
	bio = BIO_new_mem_buf(pems[kind], -1);
	certs[kind] = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
}

static void make_keys(void)
{
	int fd = dial();

	make_key(fd, KEYD_RSA, 2048, "rsa");
	make_key(fd, KEYD_EC, 256, "ec");
	close(fd);
	if (!run("openssl req -x509 -newkey rsa:2048 -nodes -keyout phone.key "
		 "-subj /CN=SEP001122334455 -days 2 -out phone.pem && "
		 "cat phone.pem phone.key >phone.both"))
		abort();
	ca_pem = read_text("phone.pem");
}

static bool set_keys(void)
{
	const char *trusted[] = { ca_pem, NULL };
	struct net_tls tls = {
		.cert_pem = pems[KEYD_RSA], .key = keys[KEYD_RSA],
		.ecdsa_cert_pem = pems[KEYD_EC], .ecdsa_key = keys[KEYD_EC],
		.trusted_pem = trusted, .menu = NET_MENU_ALL,
		.authenticated = true,
	};
	char why[128] = "";
	bool good = !net_tls_set(net, &tls, why, sizeof(why));

	return ok(good, "pairs of certificate and key: %s", why);
}

static void check_keys(void)
{
	struct keyd_which rsa = key_of(KEYD_CALLMANAGER, KEYD_RSA),
			  ec = key_of(KEYD_CALLMANAGER, KEYD_EC);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t sig[1024], *der = NULL;
	size_t len = sizeof(sig);

	keys[KEYD_RSA] = key_provider_key(provider, &rsa, certs[KEYD_RSA]);
	keys[KEYD_EC] = key_provider_key(provider, &ec, certs[KEYD_EC]);
	ok(keys[KEYD_RSA] && keys[KEYD_EC], "keys of keyd");
	ok(!key_provider_key(provider, &rsa, certs[KEYD_EC]) &&
	   !key_provider_key(provider, &ec, certs[KEYD_RSA]),
	   "none of another kind");
	ok(X509_check_private_key(certs[KEYD_RSA], keys[KEYD_RSA]) == 1 &&
	   X509_check_private_key(certs[KEYD_EC], keys[KEYD_EC]) == 1 &&
	   !X509_check_private_key(certs[KEYD_EC], keys[KEYD_RSA]),
	   "each is its certificate's");
	ok(EVP_PKEY_eq(keys[KEYD_RSA], keys[KEYD_RSA]) == 1 &&
	   i2d_PrivateKey(keys[KEYD_RSA], &der) <= 0 && !der,
	   "no private part leaves");
	ok(EVP_DigestSignInit_ex(md, NULL, "SHA256", NULL, NULL,
				 keys[KEYD_RSA], NULL) == 1 &&
	   EVP_DigestSign(md, sig, &len, (const uint8_t *)"x", 1) != 1 &&
	   strstr(ERR_reason_error_string(ERR_peek_last_error()), "job"),
	   "without a job it refuses");
	EVP_MD_CTX_reset(md);
	ok(EVP_DigestSignInit_ex(md, NULL, "SHA512", NULL, NULL,
				 keys[KEYD_RSA], NULL) != 1 ||
	   EVP_DigestSign(md, NULL, &len, (const uint8_t *)"x", 1) != 1,
	   "nothing by PKCS #1 with SHA-512");
	EVP_MD_CTX_reset(md);
	ok(EVP_DigestSignInit_ex(md, NULL, "SHA1", NULL, NULL,
				 keys[KEYD_RSA], NULL) != 1,
	   "nothing by SHA-1");
	EVP_MD_CTX_free(md);
	ERR_clear_error();
}

/* The openssl tool in the background; @input is a FIFO, or nothing to read. */
static pid_t tool(const char *input, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static pid_t tool(const char *input, const char *format, ...)
{
	char command[1024];
	va_list args;
	pid_t pid;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	unlink(in_folder("out"));
	pid = fork();
	if (!pid) {
		if (chdir(folder) || !freopen("out", "a", stdout) ||
		    !freopen("out", "a", stderr) ||
		    !freopen(input, "r+", stdin))
			_exit(126);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	return pid;
}

/* Our side's loop goes on meanwhile. */
static bool tool_ended_well(pid_t pid)
{
	int status = -1;

	return wait_until(waitpid(pid, &status, WNOHANG) == pid) && !status;
}

static bool s_client(const struct net_addr *to, const char *options)
{
	pid_t pid = tool("/dev/null", "echo hello | timeout 60 openssl s_client "
			 "-connect 127.0.0.1:%u -ign_eof -cert phone.pem "
			 "-key phone.key %s", net_addr_port(to), options);

	return tool_ended_well(pid) && run("grep -q served out");
}

static void check_tool(void)
{
	static const struct {
		const char *name, *options;
		bool good;
	} rows[] = {
		{ "TLS 1.3, RSA-PSS", "-tls1_3 -sigalgs rsa_pss_rsae_sha256 "
		  "-CAfile rsa.pem -verify_return_error", true },
		{ "TLS 1.3, RSA-PSS with SHA-384",
		  "-tls1_3 -sigalgs rsa_pss_rsae_sha384", true },
		{ "TLS 1.3, ECDSA", "-tls1_3 -sigalgs ecdsa_secp256r1_sha256 "
		  "-client_sigalgs rsa_pss_rsae_sha256 -CAfile ec.pem -verify_return_error", true },
		{ "TLS 1.2, RSA-PSS", "-tls1_2 -cipher ECDHE-RSA-AES256-GCM-"
		  "SHA384 -sigalgs rsa_pss_rsae_sha512", true },
		{ "TLS 1.2, RSA with SHA-256", "-tls1_2 -cipher ECDHE-RSA-"
		  "AES128-GCM-SHA256 -sigalgs RSA+SHA256", true },
		{ "TLS 1.2, RSA with SHA-384", "-tls1_2 -cipher ECDHE-RSA-"
		  "AES128-GCM-SHA256 -sigalgs RSA+SHA384:RSA+SHA256", true },
		{ "TLS 1.2, ECDSA with P-384's point", "-tls1_2 -groups P-384:P-256 "
		  "-cipher ECDHE-ECDSA-AES128-GCM-SHA256", true },
		{ "TLS 1.2, RSA key exchange", "-tls1_2 -cipher AES128-SHA",
		  true },
		{ "TLS 1.2, RSA with SHA-512 alone", "-tls1_2 -cipher "
		  "ECDHE-RSA-AES128-GCM-SHA256 -sigalgs RSA+SHA512", false },
		{ "TLS 1.2, RSA with SHA-1 alone", "-tls1_2 -cipher "
		  "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0 -sigalgs RSA+SHA1",
		  false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ok(s_client(&tls_addr, rows[i].options) == rows[i].good &&
		   (rows[i].good || run("grep -q 'handshake failure' out")),
		   "%s: %s", rows[i].name,
		   rows[i].good ? "served" : "refused by an alert");
	ok(s_client(&legacy_addr, "-tls1 -cipher AES128-SHA:@SECLEVEL=0"),
	   "TLS 1.0, RSA key exchange, where it is admitted");
	ok(s_client(&legacy_addr, "-tls1_2 -cipher AES128-SHA:@SECLEVEL=0 "
		    "-client_sigalgs RSA+SHA1"),
	   "there a client may sign by SHA-1");
}

/* We are the client: to the openssl tool, which wants a certificate. */
static void check_outgoing(const char *name, const char *options)
{
	struct net_target target = { .transport = NET_TLS, .identity = "t",
				     .class = NET_ENCRYPTED };
	struct net_conn *conn = NULL;
	struct net_addr probe;
	unsigned int before = asked;
	pid_t pid;
	int fd;

	/* A port that was free just now. */
	net_addr_parse(&probe, "127.0.0.1", 0);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, &probe.sa, net_addr_size(&probe)) ||
	    getsockname(fd, &probe.sa, &(socklen_t){ sizeof(probe) }))
		abort();
	close(fd);
	pid = tool("fifo", "exec timeout 60 openssl s_server -accept "
		   "127.0.0.1:%u -naccept 1 -cert phone.pem -key phone.key "
		   "-CAfile both.pem -Verify 1 -verify_return_error %s",
		   net_addr_port(&probe), options);
	target.addr = probe;
	wait_until(run("grep -q ACCEPT out"));
	if (net_connect(net, &target, &conn))
		abort();
	net_conn_send(conn, "outgoing\n", 9);
	ok(wait_until(run("grep -q outgoing out")) && asked == before + 1,
	   "to another: %s", name);
	net_conn_close(conn);
	net_conn_put(conn);
	ok(tool_ended_well(pid), "which ends");
}

static void end_peers(unsigned int count)
{
	free_peers(count);
	wait_until(!net_counters(net)->conns_now);
}

/* All of them have begun, and each of them waits for keyd. */
static bool wait_for_questions(unsigned int count)
{
	unsigned int wanted = asked + count;

	start_peers(count);
	return wait_until((count_served(count), asked >= wanted)) &&
	       net_counters(net)->handshakes_now == count;
}

/* Others, in the same loop: without TLS, one after the other. */
static bool others_are_served(void)
{
	for (int i = 0; i < 20; i++) {
		int fd = connect_to(&tcp_addr);
		char buf[16];
		bool good = write(fd, "hello", 5) == 5 &&
			    wait_until(read(fd, buf, sizeof(buf)) == 7);

		close(fd);
		if (!good)
			return false;
	}
	return true;
}

static void check_stopped(void)
{
	struct net_limits limits = { .handshakes_per_source = 2 * MANY,
				     .handshake_ms = 500 };
	const struct net_counters *counters = net_counters(net);
	uint64_t failures;

	kill(keyd, SIGSTOP);
	ok(wait_for_questions(MANY), "%d handshakes wait for a stopped keyd",
	   MANY);
	ok(others_are_served() && !count_served(MANY) &&
	   counters->handshakes_now == MANY, "others are served");
	kill(keyd, SIGCONT);
	ok(wait_until(count_served(MANY) == MANY), "all finish when it goes on");
	end_peers(MANY);

	net_limit(net, &limits);
	failures = counters->handshake_failures;
	kill(keyd, SIGSTOP);
	start_peers(MANY / 2);
	ok(wait_until(count_alerts(MANY / 2) == MANY / 2) &&
	   counters->handshake_failures == failures + MANY / 2,
	   "else their time is up, which an alert says");
	end_peers(MANY / 2);
	kill(keyd, SIGCONT);
	limits.handshake_ms = PATIENCE_MS;
	net_limit(net, &limits);
	start_peers(MANY);
	ok(wait_until(count_served(MANY) == MANY), "then there are new ones");
	end_peers(MANY);
}

/* Others wait for their turn, and no peer is to blame for keyd's time. */
static void check_patience(void)
{
	struct net_limits limits = { .handshakes = MANY / 2,
				     .handshakes_per_source = 2 * MANY,
				     .handshake_ms = PATIENCE_MS };
	const struct net_counters *counters = net_counters(net);

	net_limit(net, &limits);
	kill(keyd, SIGSTOP);
	start_peers(MANY);
	/* More than who says nothing has. */
	for (int i = 0; i < 500; i++) {
		count_served(MANY);
		turn();
	}
	ok(counters->handshakes_now == MANY / 2 && !counters->shed,
	   "%d wait for keyd and as many for their turn", MANY / 2);
	kill(keyd, SIGCONT);
	ok(wait_until(count_served(MANY) == MANY) && !counters->shed,
	   "all of them are served");
	end_peers(MANY);
	limits.handshakes = 0;
	net_limit(net, &limits);
}

/* How many are in the middle of a handshake, once nothing more happens. */
static bool all_wait(unsigned int count)
{
	for (int i = 0; i < 20; i++) {
		turn();
		if (count_served(count) || count_alerts(count))
			return false;
	}
	return net_counters(net)->handshakes_now == count;
}

static void check_killed(void)
{
	struct net_limits limits = { .handshakes_per_source = 2 * MANY,
				     .handshake_ms = 500 };
	unsigned int before;

	kill(keyd, SIGSTOP);
	ok(wait_for_questions(20), "some wait");
	before = asked;
	stop_keyd(keyd, SIGKILL);
	ok(all_wait(20) && others_are_served(), "keyd killed: they wait on");
	keyd = start_keyd();
	ok(wait_until(count_served(20) == 20) && ups == 2 &&
	   asked == before + 20, "it comes back: each asks again");
	end_peers(20);

	stop_keyd(keyd, SIGKILL);
	net_limit(net, &limits);
	start_peers(4);
	ok(wait_until(count_alerts(4) == 4), "it stays away: an alert for each");
	end_peers(4);
	limits.handshake_ms = PATIENCE_MS;
	net_limit(net, &limits);
	start_peers(20);
	ok(all_wait(20), "new ones wait for it, too");
	keyd = start_keyd();
	ok(wait_until(count_served(20) == 20) && ups == 3, "and are served");
	end_peers(20);
}

/* What kills keyd does so twice, and never again. */
static void check_deadly(void)
{
	asked = 0;
	is_deadly = true;
	start_peers(1);
	ok(wait_until((count_alerts(1), asked == 1)), "a question kills keyd");
	stop_keyd(keyd, SIGKILL);
	keyd = start_keyd();
	ok(wait_until((count_alerts(1), asked == 2)), "asked again, too");
	stop_keyd(keyd, SIGKILL);
	is_deadly = false;
	keyd = start_keyd();
	ok(wait_until(ups == 5 && count_alerts(1) == 1) && asked == 2,
	   "then it is refused");
	end_peers(1);
}

/* The peer goes, or all of our side does: what paused is freed. */
static void check_end(void)
{
	kill(keyd, SIGSTOP);
	ok(wait_for_questions(8), "some wait");
	hang_up_peers(4);
	turn();
	net_free(net);
	ok(wait_until(count_alerts(8) == 4), "net ends: an alert for who is left");
	free_peers(8);
	kill(keyd, SIGCONT);
	for (int i = 0; i < 20; i++)
		turn();
}

static void start_net(void)
{
	const struct net_limits limits = { .handshakes_per_source = 2 * MANY,
					   .handshake_ms = PATIENCE_MS };

	base = event_base_new();
	client = keyd_client_new(base, in_folder("sock"), &keyd_ops, NULL);
	keyd_client_set_timeout(client, PATIENCE_MS);
	provider = key_provider_new(client);
	net = net_new(base, &limits, &ops, NULL);
	net_addr_parse(&tls_addr, "127.0.0.1", 0);
	legacy_addr = tls_addr;
	tcp_addr = tls_addr;
	ok(provider && wait_until(ups == 1), "keyd is there");
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	make_folder("test-key-provider");
	keyd = start_keyd();
	make_keys();
	start_net();
	check_keys();
	if (!set_keys() || net_listen(net, NET_TLS, false, &tls_addr) ||
	    net_listen(net, NET_TLS, true, &legacy_addr) ||
	    net_listen(net, NET_TCP, false, &tcp_addr))
		abort();
	check_tool();
	run("mkfifo fifo; cat rsa.pem ec.pem >both.pem");
	check_outgoing("TLS 1.3", "-tls1_3");
	check_outgoing("TLS 1.2, RSA", "-tls1_2 -client_sigalgs "
		       "RSA+SHA512:RSA+SHA256");
	check_outgoing("TLS 1.2, EC", "-tls1_2 -client_sigalgs ECDSA+SHA256");
	make_peers(&tls_addr);
	check_stopped();
	check_patience();
	check_killed();
	check_deadly();
	check_end();
	for (int kind = KEYD_RSA; kind <= KEYD_EC; kind++) {
		EVP_PKEY_free(keys[kind]);
		X509_free(certs[kind]);
		free(pems[kind]);
	}
	free(ca_pem);
	end_peers_for_good();
	key_provider_free(provider);
	keyd_client_free(client);
	event_base_free(base);
	ok(stop_keyd(keyd, SIGTERM), "it ended when told, without a complaint");
	remove_folder();
	return tap_end();
}
