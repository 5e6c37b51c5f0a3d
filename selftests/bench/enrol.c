// SPDX-License-Identifier: GPL-2.0
/*
 * Phones that enrol by CAPF with a null string, and the bare cost of what keys
 * have to do for one.
 *
 * enrol --server HOST:PORT --count N     SEP000000000001 and so on, eight at a time
 * enrol --bare N
 *
 * A phone's key is a number like a modulus: nobody has its private part, and
 * CAPF does not ask for it. Nothing of the server's code is in here.
 */
#include <arpa/inet.h>
#include <err.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 8, MODULUS = 256, MESSAGE = 16 * 1024 };

enum { REASON = 1, SUCCESS = 1 };
enum { AUTH_RES = 2, KEY_RES = 4, STORE_RES = 10, END = 15 };

static struct sockaddr_in server;
static SSL_CTX *ctx;
static atomic_int next = 1, done;
static int count;

static double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* No prime below 2048 divides it. */
static void draw_modulus(uint8_t n[MODULUS])
{
	BN_ULONG p, d;
	BIGNUM *bn = BN_new();

again:
	RAND_bytes(n, MODULUS);
	n[0] |= 0xc0;
	n[MODULUS - 1] |= 1;
	BN_bin2bn(n, MODULUS, bn);
	for (p = 3; p < 2048; p += 2) {
		for (d = 3; d * d <= p && p % d; d += 2)
			;
		if (d * d > p && !BN_mod_word(bn, p))
			goto again;
	}
	BN_free(bn);
}

static size_t make_spki(uint8_t *to)
{
	static const uint8_t before[] = {
		0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86,
		0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03,
		0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82,
		0x01, 0x01, 0x00
	};
	static const uint8_t behind[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };

	memcpy(to, before, sizeof(before));
	draw_modulus(to + sizeof(before));
	memcpy(to + sizeof(before) + MODULUS, behind, sizeof(behind));
	return sizeof(before) + MODULUS + sizeof(behind);
}

static size_t put(uint8_t *to, uint8_t tag, const void *value, size_t len)
{
	to[0] = tag;
	to[1] = (uint8_t)(len >> 8);
	to[2] = (uint8_t)len;
	memcpy(to + 3, value, len);
	return len + 3;
}

/* 0 if it was sent and the answer has the opcode. */
static int say(SSL *ssl, uint8_t *heard, uint8_t opcode, const uint8_t *payload,
	       size_t len, uint8_t wanted)
{
	uint8_t message[1024] = { 0x55, opcode };

	memcpy(message + 2, heard + 2, 4);
	message[6] = (uint8_t)(len >> 8);
	message[7] = (uint8_t)len;
	memcpy(message + 8, payload, len);
	if (SSL_write(ssl, message, (int)len + 8) <= 0)
		return -1;
	return SSL_read(ssl, heard, MESSAGE) > 8 && heard[1] == wanted ? 0 : -1;
}

static int talk(SSL *ssl, int number, const uint8_t *spki, size_t spki_len)
{
	uint8_t heard[MESSAGE], out[512];
	char name[32];
	size_t len;

	snprintf(name, sizeof(name), "SEP%012X", (unsigned int)number);
	if (SSL_read(ssl, heard, sizeof(heard)) <= 8 || heard[1] != 1)
		return -1;
	len = put(out, 1, "\1", 1);
	len += put(out + len, 7, "\3", 1);
	len += put(out + len, 13, name, strlen(name) + 1);
	if (say(ssl, heard, AUTH_RES, out, len, 3))
		return -1;
	len = put(out, 9, spki, spki_len);
	if (say(ssl, heard, KEY_RES, out, len, 9))
		return -1;
	len = put(out, 1, "\1", 1);
	/* Sessions that were declined end, too. */
	return say(ssl, heard, STORE_RES, out, len, END) || heard[8] != REASON ||
	       heard[11] != SUCCESS;
}

static void enrol(int number)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	SSL *ssl = SSL_new(ctx);
	uint8_t spki[512];
	size_t len = make_spki(spki);

	if (!connect(fd, (struct sockaddr *)&server, sizeof(server)) &&
	    SSL_set_fd(ssl, fd) && SSL_connect(ssl) == 1 &&
	    !talk(ssl, number, spki, len))
		done++;
	SSL_free(ssl);
	close(fd);
}

static void *work(void *arg)
{
	int number;

	while ((number = next++) <= count)
		enrol(number);
	return arg;
}

static int come(void)
{
	pthread_t threads[WORKERS];
	double start = seconds(CLOCK_MONOTONIC);

	ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	for (int i = 0; i < WORKERS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			err(1, "thread");
	for (int i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	printf("{\"done\": %d, \"seconds\": %.3f}\n", done,
	       seconds(CLOCK_MONOTONIC) - start);
	return done != count;
}

static void sign(EVP_PKEY *key, int pad)
{
	static const uint8_t text[800];
	uint8_t signature[MODULUS];
	size_t len = sizeof(signature);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;

	if (EVP_DigestSignInit(md, &pctx, EVP_sha256(), NULL, key) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(pctx, pad) != 1 ||
	    EVP_DigestSign(md, signature, &len, text, sizeof(text)) != 1)
		errx(1, "no signature");
	EVP_MD_CTX_free(md);
}

static void agree(EVP_PKEY *other)
{
	EVP_PKEY *own = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	EVP_PKEY_CTX *pctx = EVP_PKEY_CTX_new(own, NULL);
	uint8_t secret[32];
	size_t len = sizeof(secret);

	if (EVP_PKEY_derive_init(pctx) != 1 ||
	    EVP_PKEY_derive_set_peer(pctx, other) != 1 ||
	    EVP_PKEY_derive(pctx, secret, &len) != 1)
		errx(1, "no secret");
	EVP_PKEY_CTX_free(pctx);
	EVP_PKEY_free(own);
}

/*
 * A handshake's agreement and signature, the signatures of the phone's LSC and of
 * its file, which is another one then. Nothing else wants a key: the phone shows
 * none of its own, and to read the one it made is no operation of it.
 */
static int bare(int rounds)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048);
	EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	double start, middle, end;

	sign(rsa, RSA_PKCS1_PSS_PADDING);
	start = seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < rounds; i++) {
		agree(other);
		sign(rsa, RSA_PKCS1_PSS_PADDING);
		sign(rsa, RSA_PKCS1_PADDING);
	}
	middle = seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < rounds; i++)
		sign(rsa, RSA_PKCS1_PADDING);
	end = seconds(CLOCK_PROCESS_CPUTIME_ID);
	printf("{\"microseconds\": %.1f, \"without_file\": %.1f}\n",
	       (end - start) * 1e6 / rounds, (middle - start) * 1e6 / rounds);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(other);
	return 0;
}

int main(int argc, char **argv)
{
	char *colon;

	if (argc == 3 && !strcmp(argv[1], "--bare"))
		return bare(atoi(argv[2]));
	if (argc != 5 || strcmp(argv[1], "--server") ||
	    strcmp(argv[3], "--count") || !(colon = strchr(argv[2], ':')))
		errx(2, "enrol --server HOST:PORT --count N | --bare N");
	*colon = '\0';
	server.sin_family = AF_INET;
	server.sin_addr.s_addr = inet_addr(argv[2]);
	server.sin_port = htons((uint16_t)atoi(colon + 1));
	count = atoi(argv[4]);
	return come();
}
