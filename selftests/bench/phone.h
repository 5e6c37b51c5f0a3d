/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One phone of the many that the benchmark registers: its certificate, its
 * connection, its two REGISTERs.
 */
#ifndef BENCH_PHONE_H
#define BENCH_PHONE_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

/* What all of them share. */
struct phones {
	struct sockaddr_in server;
	char host[INET_ADDRSTRLEN];
	bool bare;		/* TLS alone: the peer speaks no SIP */
	int epoll;
	size_t under_way;	/* started, neither up nor failed */
	SSL_CTX *ctx;
	EVP_PKEY *key, *ca_key;	/* one key serves every phone */
	X509 *ca;
};

enum phone_state {
	PHONE_CONNECTING,
	PHONE_HANDSHAKE,
	PHONE_ASKING,		/* without credentials */
	PHONE_PROVING,		/* with them */
	PHONE_UP,
	PHONE_FAILED,
};

struct phone {
	struct phones *all;
	unsigned int number;	/* its names, its address, its line */
	enum phone_state state;
	int fd;
	SSL *ssl;
	char *in;		/* of a response; none when it is up */
	size_t len;
	const char *why;	/* it failed */
};

/* phone.c */

void phone_start(struct phone *phone);
void phone_fail(struct phone *phone, const char *why);
/* Something arrived, or there is room; looks what has become of it. */
void phone_event(struct phone *phone);
void phone_close(struct phone *phone);

/* phone-sip.c: texts, which are cut where they do not fit */

enum { PHONE_TEXT = 4096 };

/* challenge: the 401 that is answered, or NULL. -1 if it makes no sense. */
int phone_register(const struct phone *phone, const char *challenge,
		   char *text, size_t size);
/* Of the response that is complete in text, else 0. */
int phone_status(const char *text);

/* phone-cert.c */

/* From DIR/phone-ca.pem, phone-ca.key, phone.key; -1 if they are not there. */
int phones_read_keys(struct phones *all, const char *dir);
/* Signed for this phone alone; NULL without memory. */
X509 *phone_cert(const struct phone *phone);
/* "SEP" and twelve digits */
void phone_name(const struct phone *phone, char name[16]);

#endif /* BENCH_PHONE_H */
