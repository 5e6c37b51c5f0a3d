// SPDX-License-Identifier: GPL-2.0
/*
 * TLS of the daemon's net/ with keys that are in ucsec-keyd: handshakes with
 * the openssl tool.
 */
#include "trust/key-provider.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asker.h"
#include "key-world.h"
#include "tap.h"

static void check_keys(void)
{
	struct keyd_which rsa = key_of(KEYD_CALLMANAGER, KEYD_RSA),
			  ec = key_of(KEYD_CALLMANAGER, KEYD_EC);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t sig[1024], *der = NULL;
	size_t len = sizeof(sig);

	ok(kw.keys[KEYD_RSA] && kw.keys[KEYD_EC], "keys of keyd");
	ok(!key_provider_key(kw.provider, &rsa, kw.certs[KEYD_EC]) &&
	   !key_provider_key(kw.provider, &ec, kw.certs[KEYD_RSA]),
	   "none of another kind");
	ok(X509_check_private_key(kw.certs[KEYD_RSA], kw.keys[KEYD_RSA]) == 1 &&
	   X509_check_private_key(kw.certs[KEYD_EC], kw.keys[KEYD_EC]) == 1 &&
	   !X509_check_private_key(kw.certs[KEYD_EC], kw.keys[KEYD_RSA]),
	   "each is its certificate's");
	ok(EVP_PKEY_eq(kw.keys[KEYD_RSA], kw.keys[KEYD_RSA]) == 1 &&
	   i2d_PrivateKey(kw.keys[KEYD_RSA], &der) <= 0 && !der,
	   "no private part leaves");
	ok(EVP_DigestSignInit_ex(md, NULL, "SHA256", NULL, NULL,
				 kw.keys[KEYD_RSA], NULL) == 1 &&
	   EVP_DigestSign(md, sig, &len, (const uint8_t *)"x", 1) != 1 &&
	   strstr(ERR_reason_error_string(ERR_peek_last_error()), "job"),
	   "without a job it refuses");
	EVP_MD_CTX_reset(md);
	ok(EVP_DigestSignInit_ex(md, NULL, "SHA512", NULL, NULL,
				 kw.keys[KEYD_RSA], NULL) != 1 ||
	   EVP_DigestSign(md, NULL, &len, (const uint8_t *)"x", 1) != 1,
	   "nothing by PKCS #1 with SHA-512");
	EVP_MD_CTX_reset(md);
	ok(EVP_DigestSignInit_ex(md, NULL, "SHA1", NULL, NULL,
				 kw.keys[KEYD_RSA], NULL) != 1,
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
		ok(s_client(&kw.tls, rows[i].options) == rows[i].good &&
		   (rows[i].good || run("grep -q 'handshake failure' out")),
		   "%s: %s", rows[i].name,
		   rows[i].good ? "served" : "refused by an alert");
	ok(s_client(&kw.legacy, "-tls1 -cipher AES128-SHA:@SECLEVEL=0"),
	   "TLS 1.0, RSA key exchange, where it is admitted");
	ok(s_client(&kw.legacy, "-tls1_2 -cipher AES128-SHA:@SECLEVEL=0 "
		    "-client_sigalgs RSA+SHA1"),
	   "there a kw.client may sign by SHA-1");
}

/* We are the kw.client: to the openssl tool, which wants a certificate. */
static void check_outgoing(const char *name, const char *options)
{
	struct net_target target = { .transport = NET_TLS, .identity = "t",
				     .class = NET_ENCRYPTED };
	struct net_conn *conn = NULL;
	struct net_addr probe;
	unsigned int before = kw.asked;
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
	if (net_connect(kw.net, &target, &conn))
		abort();
	net_conn_send(conn, "outgoing\n", 9);
	ok(wait_until(run("grep -q outgoing out")) && kw.asked == before + 1,
	   "to another: %s", name);
	net_conn_close(conn);
	net_conn_put(conn);
	ok(tool_ended_well(pid), "which ends");
}

int main(void)
{
	key_world_open("test-key-provider");
	check_keys();
	check_tool();
	run("mkfifo fifo; cat rsa.pem ec.pem >both.pem");
	check_outgoing("TLS 1.3", "-tls1_3");
	check_outgoing("TLS 1.2, RSA", "-tls1_2 -client_sigalgs "
		       "RSA+SHA512:RSA+SHA256");
	check_outgoing("TLS 1.2, EC", "-tls1_2 -client_sigalgs ECDSA+SHA256");
	net_free(kw.net);
	ok(key_world_close(), "keyd ended when told, without a complaint");
	return tap_end();
}
