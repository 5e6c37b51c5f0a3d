// SPDX-License-Identifier: GPL-2.0
/*
 * What the programs on TLS with keyd's keys have in common.
 */
#include "key-world.h"

#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asker.h"
#include "trust/key-provider.h"
#include "trust/keyd-client.h"

struct key_world kw;

static void on_up(void *arg)
{
	(void)arg;
	kw.ups++;
	key_provider_up(kw.provider);
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

	kw.asked++;
	if (kw.is_deadly)
		kill(kw.keyd, SIGSTOP);
	err = __real_keyd_client_send(to, type, request, tail, fn, arg, id);
	if (kw.is_deadly)
		kill(kw.keyd, SIGKILL);
	/* Not there yet is not asked. */
	kw.asked -= err != 0;
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

void turn(void)
{
	struct timeval tv = { 0, 5000 };

	event_base_loopexit(kw.base, &tv);
	event_base_dispatch(kw.base);
}

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
	kw.pems[kind] = read_text(file);
	bio = BIO_new_mem_buf(kw.pems[kind], -1);
	kw.certs[kind] = PEM_read_bio_X509(bio, NULL, NULL, NULL);
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
	kw.ca_pem = read_text("phone.pem");
}

static void take_key(enum keyd_kind kind)
{
	struct keyd_which which = key_of(KEYD_CALLMANAGER, kind);

	kw.keys[kind] = key_provider_key(kw.provider, &which, kw.certs[kind]);
}

static void set_keys(void)
{
	const char *trusted[] = { kw.ca_pem, NULL };
	struct net_tls tls = {
		.cert_pem = kw.pems[KEYD_RSA], .key = kw.keys[KEYD_RSA],
		.ecdsa_cert_pem = kw.pems[KEYD_EC],
		.ecdsa_key = kw.keys[KEYD_EC],
		.trusted_pem = trusted, .menu = NET_MENU_ALL,
		.authenticated = true,
	};
	char why[128] = "";

	if (!net_tls_set(kw.net, &tls, why, sizeof(why)))
		return;
	fprintf(stderr, "pairs of certificate and key: %s\n", why);
	abort();
}

static void start_net(void)
{
	const struct net_limits limits = { .handshakes_per_source = 2 * MANY,
					   .handshake_ms = PATIENCE_MS };

	kw.base = event_base_new();
	kw.client = keyd_client_new(kw.base, in_folder("sock"), &keyd_ops,
				    NULL);
	keyd_client_set_timeout(kw.client, PATIENCE_MS);
	kw.provider = key_provider_new(kw.client);
	kw.net = net_new(kw.base, &limits, &ops, NULL);
	if (!kw.provider || !wait_until(kw.ups == 1))
		abort();
}

void key_world_open(const char *test)
{
	signal(SIGPIPE, SIG_IGN);
	make_folder(test);
	kw.keyd = start_keyd();
	make_keys();
	start_net();
	take_key(KEYD_RSA);
	take_key(KEYD_EC);
	net_addr_parse(&kw.tls, "127.0.0.1", 0);
	kw.legacy = kw.tls;
	kw.tcp = kw.tls;
	set_keys();
	if (net_listen(kw.net, NET_TLS, false, &kw.tls) ||
	    net_listen(kw.net, NET_TLS, true, &kw.legacy) ||
	    net_listen(kw.net, NET_TCP, false, &kw.tcp))
		abort();
}

bool key_world_close(void)
{
	bool good;

	for (int kind = KEYD_RSA; kind <= KEYD_EC; kind++) {
		EVP_PKEY_free(kw.keys[kind]);
		X509_free(kw.certs[kind]);
		free(kw.pems[kind]);
	}
	free(kw.ca_pem);
	key_provider_free(kw.provider);
	keyd_client_free(kw.client);
	event_base_free(kw.base);
	good = stop_keyd(kw.keyd, SIGTERM);
	remove_folder();
	return good;
}
