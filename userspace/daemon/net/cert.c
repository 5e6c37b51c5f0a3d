// SPDX-License-Identifier: GPL-2.0
// A certificate's names: whose it says it is, and whether that is who we mean.

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/internal.h"

enum {
	SANS_MAX = 32,
	NAME_MAX_LEN = 255,		/* of a DNS name or URI we look at */
};

struct names {
	char *subject;
	char *cn;
	char *sans[SANS_MAX + 1];
	size_t n;
};

/* A NUL inside would end the name early for strcmp: no such name counts. */
static char *text_of(const ASN1_STRING *string)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, string);
	char *copy = NULL;

	if (len > 0 && len <= NAME_MAX_LEN && !memchr(utf8, 0, (size_t)len))
		copy = strndup((char *)utf8, (size_t)len);
	OPENSSL_free(utf8);
	return copy;
}

static char *last_cn(const X509_NAME *subject)
{
	int i, last = -1;

	while ((i = X509_NAME_get_index_by_NID(subject, NID_commonName,
					       last)) >= 0)
		last = i;
	if (last < 0)
		return NULL;
	return text_of(X509_NAME_ENTRY_get_data(
		X509_NAME_get_entry(subject, last)));
}

static char *subject_text(const X509_NAME *subject)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *copy = NULL;
	long len;

	if (!bio)
		return NULL;
	if (X509_NAME_print_ex(bio, subject, 0, XN_FLAG_RFC2253) >= 0) {
		len = BIO_get_mem_data(bio, &data);
		copy = strndup(data, len > 0 ? (size_t)len : 0);
	}
	BIO_free(bio);
	return copy;
}

static void read_sans(X509 *x509, struct names *names)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL,
					      NULL);
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(all) && names->n < SANS_MAX; i++) {
		GENERAL_NAME *name = sk_GENERAL_NAME_value(all, i);
		char *text = NULL;

		if (name->type == GEN_DNS)
			text = text_of(name->d.dNSName);
		else if (name->type == GEN_URI)
			text = text_of(name->d.uniformResourceIdentifier);
		/* By the colon a URI is told from a DNS name: keep to that. */
		if (text && !strchr(text, ':') == (name->type == GEN_DNS))
			names->sans[names->n++] = text;
		else
			free(text);
	}
	GENERAL_NAMES_free(all);
}

/* All in one piece: pointers, then texts. */
static struct net_cert *pack(const struct names *names)
{
	size_t bytes = strlen(names->subject) + strlen(names->cn) + 2, i;
	struct net_cert *cert;
	const char **sans;
	char *text;

	for (i = 0; i < names->n; i++)
		bytes += strlen(names->sans[i]) + 1;
	cert = calloc(1, sizeof(*cert) + (names->n + 1) * sizeof(char *) +
		      bytes);
	if (!cert)
		return NULL;
	sans = (const char **)(cert + 1);
	text = (char *)(sans + names->n + 1);
	cert->sans = sans;
	cert->subject = text;
	text = stpcpy(text, names->subject) + 1;
	cert->cn = text;
	text = stpcpy(text, names->cn) + 1;
	for (i = 0; i < names->n; i++) {
		sans[i] = text;
		text = stpcpy(text, names->sans[i]) + 1;
	}
	return cert;
}

struct net_cert *net_cert_new(X509 *x509)
{
	const X509_NAME *subject = X509_get_subject_name(x509);
	struct names names = { 0 };
	struct net_cert *cert = NULL;
	unsigned int len = sizeof(cert->sha256);
	size_t i;

	names.subject = subject_text(subject);
	names.cn = last_cn(subject) ?: strdup("");
	read_sans(x509, &names);
	if (names.subject && names.cn)
		cert = pack(&names);
	if (cert && !X509_digest(x509, EVP_sha256(), cert->sha256, &len)) {
		free(cert);
		cert = NULL;
	}
	free(names.subject);
	free(names.cn);
	for (i = 0; i < names.n; i++)
		free(names.sans[i]);
	return cert;
}

/*
 * RFC 5922 section 7.1: of a URI only the host counts, and one with a user
 * part names a user, not a host. No wildcards (section 7.2).
 */
static bool san_is(const char *san, const char *name)
{
	const char *host;
	size_t len;

	if (!strncasecmp(san, "sip:", 4) || !strncasecmp(san, "sips:", 5)) {
		host = strchr(san, ':') + 1;
		if (strchr(host, '@'))
			return false;
		len = strcspn(host, ":;?/");
		return len == strlen(name) && !strncasecmp(host, name, len);
	}
	return !strcasecmp(san, name);
}

bool net_cert_has_name(const struct net_cert *cert, const char *name)
{
	size_t i;

	if (!*name)
		return false;
	for (i = 0; cert->sans[i]; i++) {
		if (san_is(cert->sans[i], name))
			return true;
	}
	return !strcasecmp(cert->cn, name);
}
