// SPDX-License-Identifier: GPL-2.0
/*
 * Looks for a certificate among our own and the trusted ones.
 *
 * Both are public: our own are shown in each handshake, trusted ones are no
 * secret. What a stranger sent is hashed and compared, never parsed.
 */
#include "trust/tvs-lookup.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"
#include "trust/dn.h"
#include "trust/keys.h"
#include "trust/list.h"
#include "trust/verify.h"

#define NO_ROLE		(-1)

static const struct {
	enum keyd_service service;
	enum trust_role role;
} own_roles[] = {
	{ KEYD_CALLMANAGER, TRUST_CCM_TFTP },
	{ KEYD_CAPF, TRUST_CAPF },
	{ KEYD_TVS, TRUST_TVS },
	{ KEYD_ITLRECOVERY, TRUST_SAST },
	{ KEYD_TFTP, TRUST_TFTP },
	{ KEYD_TOMCAT, TRUST_APPLICATION },
};

/*
 * Not CAPF's: whom that trusts are other clusters' issuers, who shall not enrol
 * our phones. Not CallManager's unless somebody wants it: among them are peers of
 * trunks, who could pass for a call server then.
 */
static const struct {
	const char *purpose;
	enum trust_role role;
} trusted_roles[] = {
	{ "phone-sast-trust", TRUST_SAST },
	{ "phone-trust", TRUST_APPLICATION },
	{ "tomcat-trust", TRUST_APPLICATION },
};

/* Certificates of the cluster's other nodes stand beside ours in lists. */
static const enum trust_role node_roles[STORE_NODE_CERTS] = {
	[STORE_NODE_CALLMANAGER] = TRUST_CCM_TFTP,
	[STORE_NODE_CALLMANAGER_EC] = TRUST_CCM_TFTP,
	[STORE_NODE_TFTP] = TRUST_TFTP,
	[STORE_NODE_TVS] = TRUST_TVS,
};

/* One look-up under way. */
struct search {
	const struct tvs_lookup *lookup;
	const struct tvs_message *request;
	struct tvs_found *found;
	int64_t not_after;
};

static int role_of_service(enum keyd_service service)
{
	for (size_t i = 0; i < sizeof(own_roles) / sizeof(own_roles[0]); i++)
		if (own_roles[i].service == service)
			return own_roles[i].role;
	return NO_ROLE;
}

static int role_of_purpose(const struct tvs_lookup *lookup, const char *purpose)
{
	const size_t count = sizeof(trusted_roles) / sizeof(trusted_roles[0]);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(trusted_roles[i].purpose, purpose))
			return trusted_roles[i].role;
	return lookup->callmanager_trust &&
		!strcmp(purpose, "callmanager-trust") ? TRUST_CCM : NO_ROLE;
}

static bool has_name(const X509_NAME *name, const char *wanted)
{
	char text[TRUST_DN_SIZE];

	return !trust_dn_write(name, TRUST_CUCM, text) &&
		trust_dn_equal(text, wanted);
}

static bool is_asked_for(const struct search *s, const X509 *cert,
			 struct trust_span der)
{
	const struct tvs_message *request = s->request;
	struct trust_span serial = { request->serial.at, request->serial.len };
	uint8_t bytes[TRUST_SERIAL_MAX];
	struct trust_span its = { bytes, 0 };

	if (request->command == TVS_VERIFY_REQ)
		return der.len == request->certificate.len &&
			!memcmp(der.data, request->certificate.at, der.len);
	its.len = trust_cert_serial(cert, bytes);
	if (!serial.len || !its.len || !trust_serial_equal(serial, its))
		return false;
	return *request->issuer ?
		has_name(X509_get_issuer_name(cert), request->issuer) :
		has_name(X509_get_subject_name(cert), request->subject);
}

static int64_t seconds_of(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) ? timegm(&tm) : 0;
}

/* Rising, each once. */
static void add_role(struct tvs_found *found, uint8_t role)
{
	size_t at = found->role_count;

	if (memchr(found->roles, role, at) || at == sizeof(found->roles))
		return;
	for (; at && found->roles[at - 1] > role; at--)
		found->roles[at] = found->roles[at - 1];
	found->roles[at] = role;
	found->role_count++;
}

/* The same certificate may stand in several places, for several roles. */
static int take(struct search *s, const X509 *cert, struct trust_span der,
		int role)
{
	const time_t now = s->lookup->now;
	struct tvs_found *found = s->found;

	if (found->der && (found->len != der.len ||
			   memcmp(found->der, der.data, der.len)))
		return 0;
	if (now < seconds_of(X509_get0_notBefore(cert)) ||
	    now >= seconds_of(X509_get0_notAfter(cert))) {
		found->verdict = TVS_OUTDATED;
		return 0;
	}
	if (role == NO_ROLE) {
		if (!found->der)
			found->verdict = TVS_NO_ROLE;
		return 0;
	}
	if (!found->der) {
		found->der = malloc(der.len);
		if (!found->der)
			return -ENOMEM;
		memcpy(found->der, der.data, der.len);
		found->len = der.len;
	}
	s->not_after = seconds_of(X509_get0_notAfter(cert));
	found->verdict = TVS_VOUCHED;
	add_role(found, (uint8_t)role);
	return 0;
}

static int look_at_own(struct search *s)
{
	int err = 0;

	for (size_t i = 0; !err && i < s->lookup->own_count; i++) {
		const struct trust_key *key = &s->lookup->own[i];
		struct trust_span der;

		if (!key->count || !key->cert)
			continue;
		der = (struct trust_span){ key->certs[0].data,
					   key->certs[0].len };
		if (is_asked_for(s, key->cert, der))
			err = take(s, key->cert, der,
				   role_of_service(key->which.service));
	}
	return err;
}

static int look_at_pem(struct search *s, const char *pem, int role)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	char *kind = NULL, *header = NULL;
	unsigned char *bytes = NULL;
	const unsigned char *at;
	X509 *cert = NULL;
	long len = 0;
	int err = 0;

	/* The store lets nothing else in. */
	if (bio && PEM_read_bio(bio, &kind, &header, &bytes, &len)) {
		at = bytes;
		cert = d2i_X509(NULL, &at, len);
	}
	if (cert) {
		struct trust_span der = { bytes, (size_t)len };

		if (is_asked_for(s, cert, der))
			err = take(s, cert, der, role);
	}
	X509_free(cert);
	OPENSSL_free(kind);
	OPENSSL_free(header);
	OPENSSL_free(bytes);
	BIO_free(bio);
	ERR_clear_error();
	return err;
}

static int look_at_trusted(void *ctx, const char *purpose, const char *pem)
{
	struct search *s = ctx;

	return look_at_pem(s, pem, role_of_purpose(s->lookup, purpose));
}

/* There are few of them: no index is needed. */
static int look_at_node(void *ctx, const struct store_node *node)
{
	int err = 0;

	for (int i = 0; i < STORE_NODE_CERTS && !err; i++)
		if (node->pem[i])
			err = look_at_pem(ctx, node->pem[i],
					  (int)node_roles[i]);
	return err;
}

static int search_store(struct search *s)
{
	const struct tvs_message *request = s->request;
	uint8_t sha256[32];

	if (request->command == TVS_QUERY_REQ)
		return request->serial.len ?
			store_trusted_by_serial(s->lookup->store,
						request->serial.at,
						request->serial.len,
						look_at_trusted, s) : 0;
	if (!EVP_Digest(request->certificate.at, request->certificate.len,
			sha256, NULL, EVP_sha256(), NULL))
		return -ENOMEM;
	return store_trusted_by_sha256(s->lookup->store, sha256,
				       look_at_trusted, s);
}

static uint32_t ttl_of(const struct search *s)
{
	int64_t left = s->not_after - s->lookup->now;

	return left < s->lookup->ttl ? (uint32_t)left : s->lookup->ttl;
}

int tvs_lookup(const struct tvs_lookup *lookup,
	       const struct tvs_message *request, struct tvs_found *found)
{
	struct search s = { lookup, request, found, 0 };
	int err;

	*found = (struct tvs_found){ .verdict = TVS_UNKNOWN };
	err = look_at_own(&s);
	if (!err)
		err = store_node_each(lookup->store, NULL, look_at_node, &s);
	if (!err)
		err = search_store(&s);
	if (err)
		tvs_found_clear(found);
	else if (found->der)
		found->ttl = ttl_of(&s);
	return err;
}

void tvs_found_clear(struct tvs_found *found)
{
	free(found->der);
	*found = (struct tvs_found){ .verdict = TVS_UNKNOWN };
}

void tvs_found_answer(const struct tvs_found *found,
		      const struct tvs_message *request,
		      struct tvs_message *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->command = request->command + 1;
	answer->session = request->session;
	answer->valid = found->verdict == TVS_VOUCHED;
	answer->certificate = (struct element_bytes){ found->der, found->len };
	answer->roles = (struct element_bytes){ found->roles,
						found->role_count };
	answer->ttl = found->ttl;
}
