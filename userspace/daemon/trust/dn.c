// SPDX-License-Identifier: GPL-2.0
/*
 * Distinguished names as the phones' files have them.
 */
#include "trust/dn.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define MAX_PARTS	32

/* In the order of CUCM's own lists, whatever a certificate's is. */
static int rank(int nid)
{
	static const int order[] = {
		NID_commonName, NID_organizationalUnitName,
		NID_organizationName, NID_localityName,
		NID_stateOrProvinceName, NID_countryName,
	};
	const int count = sizeof(order) / sizeof(*order);

	for (int i = 0; i < count; i++)
		if (order[i] == nid)
			return i;
	return count;
}

/*
 * The order of the parts: as they stand, or by rank; those of one rank from
 * the last, for certificates begin with what is least specific.
 */
static int sort_parts(const X509_NAME *name, enum trust_dialect dialect,
		      const X509_NAME_ENTRY **parts)
{
	int count = X509_NAME_entry_count(name), ranks[MAX_PARTS];

	if (count > MAX_PARTS)
		return -1;
	for (int i = 0; i < count; i++) {
		bool cucm = dialect == TRUST_CUCM;
		const X509_NAME_ENTRY *part;
		int at = i, r;

		part = X509_NAME_get_entry(name, cucm ? count - 1 - i : i);
		r = cucm ? rank(OBJ_obj2nid(X509_NAME_ENTRY_get_object(part)))
			 : 0;
		for (; at && ranks[at - 1] > r; at--) {
			ranks[at] = ranks[at - 1];
			parts[at] = parts[at - 1];
		}
		ranks[at] = r;
		parts[at] = part;
	}
	return count;
}

static const char *append(const X509_NAME_ENTRY *part, char separator,
			  char *text, size_t *len)
{
	const ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(part);
	int nid = OBJ_obj2nid(object), value_len, n;
	const char *why = NULL;
	unsigned char *value;
	char type[80];

	if (nid == NID_undef)
		OBJ_obj2txt(type, sizeof(type), object, 1);
	else
		snprintf(type, sizeof(type), "%s", OBJ_nid2sn(nid));
	value_len = ASN1_STRING_to_UTF8(&value, X509_NAME_ENTRY_get_data(part));
	if (value_len < 0)
		return "a name in a certificate cannot be read";
	for (int i = 0; i < value_len; i++)
		if (value[i] < ' ' || value[i] == 0x7f || value[i] == ';')
			why = "a name in a certificate has a semicolon or a "
			      "control character";
	if (!why) {
		n = snprintf(text + *len, TRUST_DN_SIZE - *len, "%.*s%s=%.*s",
			     *len ? 1 : 0, &separator, type, value_len, value);
		*len += (size_t)n;
		if (*len >= TRUST_DN_SIZE)
			why = "a name in a certificate is too long";
	}
	OPENSSL_free(value);
	return why;
}

const char *trust_dn_write(const X509_NAME *name, enum trust_dialect dialect,
			   char text[TRUST_DN_SIZE])
{
	const X509_NAME_ENTRY *parts[MAX_PARTS];
	int count = sort_parts(name, dialect, parts);
	const char *why = NULL;
	size_t len = 0;

	if (count < 0)
		return "a name in a certificate has too many parts";
	text[0] = '\0';
	for (int i = 0; !why && i < count; i++)
		why = append(parts[i], dialect == TRUST_CUCM ? ';' : ',', text,
			     &len);
	return why;
}

/* One part as it is compared: the attribute in capitals, no spaces around. */
struct part {
	const char *type, *value;
	size_t type_len, value_len;
};

static size_t trimmed(const char **text, size_t len)
{
	size_t lead = strspn(*text, " ");

	lead = lead < len ? lead : len;
	*text += lead;
	len -= lead;
	while (len && (*text)[len - 1] == ' ')
		len--;
	return len;
}

static bool next_part(const char **text, struct part *part)
{
	const char *at, *equals;
	size_t len;

	*text += strspn(*text, ",; ");
	at = *text;
	len = strcspn(at, ",;");
	*text += len;
	equals = memchr(at, '=', len);
	part->type = at;
	part->type_len = equals ? (size_t)(equals - at) : 0;
	part->value = equals ? equals + 1 : at;
	part->value_len = (size_t)(at + len - part->value);
	part->type_len = trimmed(&part->type, part->type_len);
	part->value_len = trimmed(&part->value, part->value_len);
	return len;
}

static char capital(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static int compare(const struct part *a, const struct part *b)
{
	size_t len = a->type_len < b->type_len ? a->type_len : b->type_len;
	int d = 0;

	for (size_t i = 0; !d && i < len; i++)
		d = capital(a->type[i]) - capital(b->type[i]);
	if (!d)
		d = (a->type_len > b->type_len) - (a->type_len < b->type_len);
	if (d)
		return d;
	len = a->value_len < b->value_len ? a->value_len : b->value_len;
	d = memcmp(a->value, b->value, len);
	return d ? d : (a->value_len > b->value_len) -
		(a->value_len < b->value_len);
}

static size_t write_part(const struct part *part, char *to)
{
	char *at = to;

	for (size_t i = 0; i < part->type_len; i++)
		*at++ = capital(part->type[i]);
	*at++ = '=';
	memcpy(at, part->value, part->value_len);
	at += part->value_len;
	*at++ = ';';
	return (size_t)(at - to);
}

/* Without its backslashes. */
static bool unescape(const char *name, char text[TRUST_DN_SIZE])
{
	size_t len = 0;

	for (; *name; name++) {
		if (*name == '\\')
			continue;
		if (len == TRUST_DN_SIZE - 1)
			return false;
		text[len++] = *name;
	}
	text[len] = '\0';
	return true;
}

bool trust_dn_key(const char *name, char key[TRUST_DN_SIZE])
{
	struct part parts[MAX_PARTS], part;
	size_t count = 0, len = 0, at;
	char text[TRUST_DN_SIZE];
	const char *rest = text;

	if (!unescape(name, text))
		return false;
	while (next_part(&rest, &part)) {
		if (count == MAX_PARTS)
			return false;
		for (at = count++; at && compare(&parts[at - 1], &part) > 0;
		     at--)
			parts[at] = parts[at - 1];
		parts[at] = part;
	}
	for (size_t i = 0; i < count; i++) {
		if (len + parts[i].type_len + parts[i].value_len + 3 >
		    TRUST_DN_SIZE)
			return false;
		len += write_part(&parts[i], key + len);
	}
	key[len] = '\0';
	return true;
}

bool trust_dn_equal(const char *a, const char *b)
{
	char one[TRUST_DN_SIZE], other[TRUST_DN_SIZE];

	if (!strcmp(a, b))
		return true;
	return trust_dn_key(a, one) && trust_dn_key(b, other) &&
		!strcmp(one, other);
}
