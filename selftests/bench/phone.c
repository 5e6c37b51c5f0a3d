// SPDX-License-Identifier: GPL-2.0
// One phone's way: TCP, TLS, asked for its password, registered.

#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "phone.h"

static void settle(struct phone *phone, enum phone_state state)
{
	phone->all->under_way -= phone->state < PHONE_UP;
	phone->state = state;
}

void phone_fail(struct phone *phone, const char *why)
{
	settle(phone, PHONE_FAILED);
	phone->why = why;
	phone_close(phone);
}

/* Each has an address of its own, as where they stand on desks. */
static int bind_own(const struct phone *phone)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f0a0000u + phone->number),
	};
	int on = 1;

	setsockopt(phone->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return bind(phone->fd, (struct sockaddr *)&own, sizeof(own));
}

static int prepare_tls(struct phone *phone)
{
	X509 *cert = phone_cert(phone);
	int ok;

	phone->ssl = SSL_new(phone->all->ctx);
	ok = cert && phone->ssl &&
	     SSL_use_certificate(phone->ssl, cert) == 1 &&
	     SSL_use_PrivateKey(phone->ssl, phone->all->key) == 1 &&
	     SSL_set_fd(phone->ssl, phone->fd) == 1;
	X509_free(cert);
	if (ok)
		SSL_set_connect_state(phone->ssl);
	return ok ? 0 : -1;
}

static int watch(struct phone *phone, int how, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = phone };

	return epoll_ctl(phone->all->epoll, how, phone->fd, &event);
}

void phone_start(struct phone *phone)
{
	const struct sockaddr_in *server = &phone->all->server;

	phone->all->under_way++;
	phone->state = PHONE_CONNECTING;
	phone->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			   0);
	phone->in = calloc(1, PHONE_TEXT);
	if (phone->fd < 0 || !phone->in || bind_own(phone) ||
	    prepare_tls(phone) ||
	    (connect(phone->fd, (const struct sockaddr *)server,
		     sizeof(*server)) && errno != EINPROGRESS) ||
	    watch(phone, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT))
		phone_fail(phone, "cannot begin");
}

void phone_close(struct phone *phone)
{
	if (phone->ssl && phone->state == PHONE_UP)
		SSL_shutdown(phone->ssl);
	SSL_free(phone->ssl);
	phone->ssl = NULL;
	if (phone->fd >= 0)
		close(phone->fd);
	phone->fd = -1;
	free(phone->in);
	phone->in = NULL;
}

static void come_up(struct phone *phone)
{
	settle(phone, PHONE_UP);
	free(phone->in);
	phone->in = NULL;
}

/* It is little and the connection new: there is room for it. */
static void ask(struct phone *phone, const char *challenge)
{
	char text[PHONE_TEXT];
	int len;

	if (phone_register(phone, challenge, text, sizeof(text))) {
		phone_fail(phone, "challenge not understood");
		return;
	}
	len = (int)strlen(text);
	phone->state = challenge ? PHONE_PROVING : PHONE_ASKING;
	phone->len = 0;
	phone->in[0] = '\0';
	if (SSL_write(phone->ssl, text, len) != len)
		phone_fail(phone, "cannot send");
}

static void handshake(struct phone *phone)
{
	int n = SSL_do_handshake(phone->ssl);

	if (n != 1) {
		n = SSL_get_error(phone->ssl, n);
		if (n == SSL_ERROR_WANT_READ)
			watch(phone, EPOLL_CTL_MOD, EPOLLIN);
		else if (n != SSL_ERROR_WANT_WRITE)
			phone_fail(phone, "handshake");
		return;
	}
	watch(phone, EPOLL_CTL_MOD, EPOLLIN);
	if (phone->all->bare)
		come_up(phone);
	else
		ask(phone, NULL);
}

static void take_response(struct phone *phone)
{
	int status = phone_status(phone->in);

	if (!status)
		return;
	if (status == 401 && phone->state == PHONE_ASKING)
		ask(phone, phone->in);
	else if (status == 200 && phone->state == PHONE_PROVING)
		come_up(phone);
	else
		phone_fail(phone, status == 401 ? "401 again" :
			    status == 403 ? "403" :
			    status == 503 ? "503" : "another response");
}

/* Who is up reads what it is told and forgets it. */
static void receive(struct phone *phone)
{
	char scratch[PHONE_TEXT];
	char *to = phone->in ? phone->in + phone->len : scratch;
	size_t room = PHONE_TEXT - 1 - (phone->in ? phone->len : 0);
	int n = SSL_read(phone->ssl, to, (int)room);

	if (n <= 0) {
		n = SSL_get_error(phone->ssl, n);
		if (n != SSL_ERROR_WANT_READ && n != SSL_ERROR_WANT_WRITE)
			phone_fail(phone, "the server closed");
		return;
	}
	if (!phone->in)
		return;
	phone->len += (size_t)n;
	phone->in[phone->len] = '\0';
	take_response(phone);
}

void phone_event(struct phone *phone)
{
	socklen_t len = sizeof(int);
	int err = 0;

	ERR_clear_error();
	if (phone->state == PHONE_CONNECTING) {
		getsockopt(phone->fd, SOL_SOCKET, SO_ERROR, &err, &len);
		if (err) {
			phone_fail(phone, strerror(err));
			return;
		}
		phone->state = PHONE_HANDSHAKE;
	}
	if (phone->state == PHONE_HANDSHAKE)
		handshake(phone);
	else if (phone->state < PHONE_FAILED)
		receive(phone);
}
