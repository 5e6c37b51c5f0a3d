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

/* The next part without the spaces around it; 0: no more. */
static size_t next_part(const char **text, const char **part)
{
	size_t len;

	*text += strspn(*text, ",; ");
	*part = *text;
	len = strcspn(*text, ",;");
	*text += len;
	while (len && (*part)[len - 1] == ' ')
		len--;
	return len;
}

/* How often the part stands in the name. */
static unsigned int count_part(const char *name, const char *part, size_t len)
{
	unsigned int found = 0;
	const char *other;
	size_t n;

	while ((n = next_part(&name, &other)))
		found += n == len && !memcmp(part, other, len);
	return found;
}

static bool has_all(const char *a, const char *b)
{
	const char *whole = a, *part;
	unsigned int parts = 0;
	size_t len;

	while ((len = next_part(&a, &part)))
		/* A stranger's name shall not cost the square of 64 KiB. */
		if (++parts > MAX_PARTS || count_part(b, part, len) !=
		    count_part(whole, part, len))
			return false;
	return true;
}

bool trust_dn_equal(const char *a, const char *b)
{
	return !strcmp(a, b) || (has_all(a, b) && has_all(b, a));
}
