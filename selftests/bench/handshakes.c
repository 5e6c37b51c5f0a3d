// SPDX-License-Identifier: GPL-2.0
/*
 * The peer of the benchmark's phones: OpenSSL's handshakes and nothing else.
 *
 * handshakes ADDRESS PORT CERT KEY CA
 *
 * The policy is ucsecd's: the same suites, groups and signatures, the
 * certificate of whoever comes verified against CA, no session resumed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIGNATURES "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:" \
	"rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:" \
	"RSA+SHA256:RSA+SHA384:RSA+SHA512"

enum { EVENTS = 64, BACKLOG = 1024 };

static SSL_CTX *make_context(char **argv)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_security_level(ctx, 2);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
			    SSL_OP_NO_COMPRESSION |
			    SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER |
			   SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	if (SSL_CTX_set_num_tickets(ctx, 0) &&
	    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) &&
	    SSL_CTX_set_cipher_list(ctx, "ECDHE-RSA-AES256-GCM-SHA384") &&
	    SSL_CTX_set1_sigalgs_list(ctx, SIGNATURES) &&
	    SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384:P-521") &&
	    SSL_CTX_use_certificate_chain_file(ctx, argv[3]) == 1 &&
	    SSL_CTX_use_PrivateKey_file(ctx, argv[4], SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_load_verify_locations(ctx, argv[5], NULL) == 1)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

static int listen_on(const char *host, const char *port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = inet_addr(host),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(fd, BACKLOG))
		error(1, errno, "%s port %s", host, port);
	return fd;
}

static void end(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	SSL_free(ssl);
	close(fd);
}

static void take(SSL_CTX *ctx, int epoll, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	SSL *ssl = fd < 0 ? NULL : SSL_new(ctx);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = ssl };
	int on = 1;

	if (!ssl) {
		if (fd >= 0)
			close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	SSL_set_fd(ssl, fd);
	SSL_set_accept_state(ssl);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		end(ssl);
}

/* The handshake, then nothing until the peer's end. */
static void serve(SSL *ssl)
{
	char scratch[512];
	int n;

	ERR_clear_error();
	n = SSL_read(ssl, scratch, sizeof(scratch));
	if (n > 0)
		return;
	n = SSL_get_error(ssl, n);
	if (n != SSL_ERROR_WANT_READ && n != SSL_ERROR_WANT_WRITE)
		end(ssl);
}

int main(int argc, char **argv)
{
	struct epoll_event events[EVENTS], event = { .events = EPOLLIN };
	struct rlimit limit;
	int epoll, listener, n, i;
	SSL_CTX *ctx;

	if (argc != 6) {
		fputs("usage: handshakes ADDRESS PORT CERT KEY CA\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	ctx = make_context(argv);
	if (!ctx)
		error(1, 0, "certificate, key or authority cannot be used");
	epoll = epoll_create1(EPOLL_CLOEXEC);
	listener = listen_on(argv[1], argv[2]);
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event))
		error(1, errno, "epoll");
	puts("ready");
	fflush(stdout);
	for (;;) {
		n = epoll_wait(epoll, events, EVENTS, -1);
		for (i = 0; i < n; i++) {
			if (events[i].data.ptr)
				serve(events[i].data.ptr);
			else
				take(ctx, epoll, listener);
		}
	}
}
