// SPDX-License-Identifier: GPL-2.0
/*
 * Clients of TLS, many at a time, that use the server's keys in each way.
 */
#include "tls-peers.h"

#include <event2/util.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "asker.h"

struct peer {
	SSL *ssl;
	bool up, served, over;
	int alert;			/* reason, 0: none */
};

static struct peer peers[PEERS_MAX];
static SSL_CTX *peer_ctx;
static struct net_addr server;

void make_peers(const struct net_addr *addr)
{
	server = *addr;
	peer_ctx = SSL_CTX_new(TLS_client_method());
	if (!peer_ctx ||
	    SSL_CTX_use_certificate_file(peer_ctx, in_folder("phone.pem"),
					 SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_use_PrivateKey_file(peer_ctx, in_folder("phone.key"),
					SSL_FILETYPE_PEM) != 1)
		abort();
}

int connect_to(const struct net_addr *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, &to->sa, net_addr_size(to)))
		abort();
	evutil_make_socket_nonblocking(fd);
	return fd;
}

/* Each fourth by another way to use the keys. */
void start_peers(unsigned int count)
{
	static const char *const suites[] = {
		"ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA",
		"ECDHE-ECDSA-AES128-GCM-SHA256",
	};

	for (unsigned int i = 0; i < count; i++) {
		struct peer *p = &peers[i];

		*p = (struct peer){ .ssl = SSL_new(peer_ctx) };
		if (i % 4 < 3) {
			SSL_set_cipher_list(p->ssl, suites[i % 4]);
			SSL_set_max_proto_version(p->ssl, TLS1_2_VERSION);
		}
		SSL_set_fd(p->ssl, connect_to(&server));
		SSL_set_connect_state(p->ssl);
	}
}

static void drive(struct peer *p)
{
	char buf[16];
	int n, err;

	if (p->over)
		return;
	ERR_clear_error();
	n = p->up ? SSL_read(p->ssl, buf, sizeof(buf)) : SSL_connect(p->ssl);
	if (n == 1 && !p->up) {
		p->up = true;
		n = SSL_write(p->ssl, "hello", 5);
	} else if (n > 0) {
		p->served = true;
	}
	err = SSL_get_error(p->ssl, n);
	if (n > 0 || err == SSL_ERROR_WANT_READ || err == SSL_ERROR_WANT_WRITE)
		return;
	p->over = true;
	n = ERR_GET_REASON(ERR_peek_error());
	p->alert = err == SSL_ERROR_SSL && n >= SSL_AD_REASON_OFFSET ? n : 0;
}

unsigned int count_served(unsigned int count)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < count; i++) {
		drive(&peers[i]);
		n += peers[i].served;
	}
	return n;
}

unsigned int count_alerts(unsigned int count)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < count; i++) {
		drive(&peers[i]);
		n += peers[i].over && !peers[i].served && peers[i].alert;
	}
	return n;
}

void hang_up_peers(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		shutdown(SSL_get_fd(peers[i].ssl), SHUT_RDWR);
}

void free_peers(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		close(SSL_get_fd(peers[i].ssl));
		SSL_free(peers[i].ssl);
	}
}

void end_peers_for_good(void)
{
	SSL_CTX_free(peer_ctx);
}
