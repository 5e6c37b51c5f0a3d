// SPDX-License-Identifier: GPL-2.0
/*
 * Who a new certificate or a request to a CA is for: as the certificate that is
 * there says, unless the request says otherwise.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "trust/certificates-parts.h"

static const struct part {
	const char *member;
	int nid;
	size_t offset, size;
} parts[] = {
#define PART(field, number) \
	{ #field, number, offsetof(struct keyd_subject, field), \
	  sizeof(((struct keyd_subject *)0)->field) }
	PART(cn, NID_commonName),
	PART(ou, NID_organizationalUnitName),
	PART(o, NID_organizationName),
	PART(l, NID_localityName),
	PART(st, NID_stateOrProvinceName),
	PART(c, NID_countryName),
#undef PART
};

/* What does not fit is left out: the request can say it in another way. */
static void take_part(const X509_NAME *name, const struct part *part, char *to)
{
	char text[KEYD_TEXT + 1] = "";
	int len = X509_NAME_get_text_by_NID(name, part->nid, text,
					    sizeof(text));

	/* Behind the text there are zeros. */
	if (len > 0 && (size_t)len < part->size && strlen(text) == (size_t)len)
		memcpy(to, text, (size_t)len);
}

static bool add_name(struct keyd_names *names, enum keyd_name_kind kind,
		     const char *text, size_t len)
{
	struct keyd_name *name = &names->list[names->count];

	if (names->count == KEYD_NAMES || len >= sizeof(name->text))
		return false;
	name->kind = (uint8_t)kind;
	memcpy(name->text, text, len);
	names->count++;
	return true;
}

static void take_name(struct keyd_names *names, const GENERAL_NAME *name)
{
	char text[INET6_ADDRSTRLEN];
	const ASN1_STRING *value;
	int type, len;

	value = GENERAL_NAME_get0_value(name, &type);
	if (type == GEN_DNS)
		add_name(names, KEYD_DNS,
			 (const char *)ASN1_STRING_get0_data(value),
			 (size_t)ASN1_STRING_length(value));
	if (type != GEN_IPADD)
		return;
	len = ASN1_STRING_length(value);
	if ((len == 4 || len == 16) &&
	    inet_ntop(len == 4 ? AF_INET : AF_INET6,
		      ASN1_STRING_get0_data(value), text, sizeof(text)))
		add_name(names, KEYD_IP, text, strlen(text));
}

static void take_names(const X509 *cert, struct keyd_names *names)
{
	GENERAL_NAMES *list = X509_get_ext_d2i(cert, NID_subject_alt_name,
					       NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(list); i++)
		take_name(names, sk_GENERAL_NAME_value(list, i));
	GENERAL_NAMES_free(list);
}

/* "DNS:cm1.example.org", "IP:192.0.2.1" */
static bool read_names(const json_t *list, struct keyd_names *names)
{
	const json_t *entry;
	const char *text;
	size_t i;

	memset(names, 0, sizeof(*names));
	json_array_foreach(list, i, entry) {
		enum keyd_name_kind kind;

		text = json_string_value(entry);
		if (text && !strncmp(text, "DNS:", 4))
			kind = KEYD_DNS;
		else if (text && !strncmp(text, "IP:", 3))
			kind = KEYD_IP;
		else
			return false;
		text = strchr(text, ':') + 1;
		if (!add_name(names, kind, text, strlen(text)))
			return false;
	}
	return json_is_array(list);
}

/* LSCs name their issuer: each key of CAPF's has a name of its own. */
static int name_capf(struct keyd_subject *subject)
{
	uint32_t random;

	if (RAND_bytes((uint8_t *)&random, sizeof(random)) != 1)
		return -EIO;
	memset(subject->cn, 0, sizeof(subject->cn));
	snprintf(subject->cn, sizeof(subject->cn), "CAPF-%08x", random);
	return 0;
}

static int override(const json_t *body, struct keyd_subject *subject,
		    const char **field, char *why, size_t size)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const json_t *value = json_object_get(body, parts[i].member);
		const char *text = json_string_value(value);
		char *to = (char *)subject + parts[i].offset;

		if (!value)
			continue;
		if (!text || strlen(text) >= parts[i].size) {
			*field = parts[i].member;
			snprintf(why, size, "is a text of at most %zu "
				 "characters", parts[i].size - 1);
			return -EINVAL;
		}
		memset(to, 0, parts[i].size);
		memcpy(to, text, strlen(text));
	}
	return 0;
}

int fill_subject(const struct trust_key *like, const struct keyd_which *which,
		 bool is_new, const json_t *body, struct keyd_subject *subject,
		 struct keyd_names *names, const char **field, char *why,
		 size_t size)
{
	const X509_NAME *name = X509_get_subject_name(like->cert);
	const json_t *given = json_object_get(body, "names");
	int err;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		take_part(name, &parts[i],
			  (char *)subject + parts[i].offset);
	take_names(like->cert, names);
	/* The other kind's name as a whole must be another one. */
	if (like->which.kind != which->kind && which->kind == KEYD_EC &&
	    strlen(subject->ou) + sizeof("-ECDSA") <= sizeof(subject->ou))
		strcat(subject->ou, subject->ou[0] ? "-ECDSA" : "ECDSA");
	err = is_new && which->service == KEYD_CAPF ? name_capf(subject) : 0;
	if (!err)
		err = override(body, subject, field, why, size);
	if (!err && given && !read_names(given, names)) {
		*field = "names";
		snprintf(why, size, "is a list of at most %d, each DNS:NAME or "
			 "IP:ADDRESS", KEYD_NAMES);
		err = -EINVAL;
	}
	return err;
}
