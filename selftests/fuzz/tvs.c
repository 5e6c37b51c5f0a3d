// SPDX-License-Identifier: GPL-2.0
/*
 * TVS messages from a stream; what was read is written, and read again. Questions
 * are looked up among a few certificates, of our own and in a store that is none.
 */
#include <openssl/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "identity.h"
#include "store/store.h"
#include "trust/keys.h"
#include "trust/tvs-lookup.h"
#include "trust/tvs-message.h"

enum { OWN = 2, STORED = 2, NODES = 1 };

static const char *const purposes[STORED] = { "phone-trust", "ipsec-trust" };
static X509 *certs[OWN + STORED + NODES];
static char *pems[STORED + NODES];
static struct trust_key own[OWN];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(struct element_bytes a, struct element_bytes b)
{
	return a.len == b.len && (!a.len || !memcmp(a.at, b.at, a.len));
}

/* Requests; a query that lacks what it may lack is not the same again. */
static void write_again(const struct tvs_message *m)
{
	static uint8_t buf[TVS_MESSAGE_MAX];
	struct tvs_message again;
	const char *why;
	int len = tvs_message_write(m, buf, sizeof(buf));

	if (m->command == TVS_QUERY_REQ && (!*m->issuer || !m->serial.len))
		return;
	if (len < 0)
		abort();
	if (tvs_message_read(buf, (size_t)len, &again, &why) != len ||
	    again.session != m->session || again.valid != m->valid ||
	    strcmp(again.device, m->device) ||
	    strcmp(again.subject, m->subject))
		abort();
	if (m->command == TVS_VERIFY_REQ &&
	    !same(again.certificate, m->certificate))
		abort();
	if (m->command == TVS_QUERY_REQ &&
	    (strcmp(again.issuer, m->issuer) ||
	     !same(again.serial, m->serial)))
		abort();
}

/*
 * Numbers 1 to 5: CallManager's, TFTP's, one that is trusted, one of no use,
 * another node's TFTP's.
 */
static void make_certs(void)
{
	for (int i = 0; i < OWN + STORED + NODES; i++) {
		unsigned char *der = NULL;
		int len;

		struct identity id;

		identity_make(&id, "O=Lab/CN=a", 0, i + 1);
		EVP_PKEY_free(id.key);
		certs[i] = id.cert;
		if (i >= OWN) {
			pems[i - OWN] = pem_of(certs[i]);
			continue;
		}
		len = i2d_X509(certs[i], &der);
		own[i].which.service = i ? KEYD_TFTP : KEYD_CALLMANAGER;
		own[i].cert = certs[i];
		own[i].count = 1;
		own[i].certs[0] = (struct trust_der){ der, (size_t)len };
	}
}

/* In place of the store's: whatever is asked for, all of them come. */
static int give_all(store_trusted_fn fn, void *ctx)
{
	for (int i = 0; i < STORED; i++)
		if (fn(ctx, purposes[i], pems[i]))
			abort();
	return 0;
}

int store_trusted_by_sha256(struct store *store, const uint8_t sha256[32],
			    store_trusted_fn fn, void *ctx)
{
	(void)store, (void)sha256;
	return give_all(fn, ctx);
}

int store_trusted_by_serial(struct store *store, const uint8_t *serial,
			    size_t len, store_trusted_fn fn, void *ctx)
{
	(void)store;
	if (!len || !serial || len > TVS_SERIAL_MAX)
		abort();
	return give_all(fn, ctx);
}

int store_node_each(struct store *store, const char *self, store_node_fn fn,
		    void *ctx)
{
	const struct store_node node = {
		.name = "cm2", .pem[STORE_NODE_TFTP] = pems[STORED],
	};

	(void)store, (void)self;
	return fn(ctx, &node);
}

/* What is vouched for is one of ours, and for a question that fits it. */
static void look_up(const struct tvs_message *request)
{
	static uint8_t buf[TVS_MESSAGE_MAX];
	const struct tvs_lookup lookup = { .own = own, .own_count = OWN,
					   .ttl = 60, .now = time(NULL) };
	struct tvs_message answer, again;
	struct tvs_found found;
	const char *why;
	int len;

	if (tvs_lookup(&lookup, request, &found))
		abort();
	if ((found.verdict == TVS_VOUCHED) != (found.der != NULL) ||
	    (found.der && (found.role_count != 1 || !found.ttl)))
		abort();
	if (found.der && request->command == TVS_VERIFY_REQ &&
	    (found.len != request->certificate.len ||
	     memcmp(found.der, request->certificate.at, found.len)))
		abort();
	if (found.der && request->command == TVS_QUERY_REQ &&
	    (request->serial.len != 1 || !request->serial.at[0] ||
	     request->serial.at[0] == 4 || request->serial.at[0] > 5))
		abort();
	tvs_found_answer(&found, request, &answer);
	len = tvs_message_write(&answer, buf, sizeof(buf));
	if (len <= 0 || tvs_message_read(buf, (size_t)len, &again, &why) != len ||
	    again.valid != answer.valid || again.session != request->session)
		abort();
	tvs_found_clear(&found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct tvs_message m;
	const char *why = "";
	size_t at = 0;
	int len;

	if (!certs[0])
		make_certs();
	memcpy(copy, data, size);
	while ((len = tvs_message_read(copy + at, size - at, &m, &why)) > 0) {
		if ((size_t)len > size - at || strlen(m.device) > 128 ||
		    m.serial.len > TVS_SERIAL_MAX)
			abort();
		if (m.command % 2) {
			write_again(&m);
			look_up(&m);
		}
		at += (size_t)len;
	}
	free(copy);
	return 0;
}
