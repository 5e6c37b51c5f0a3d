// SPDX-License-Identifier: GPL-2.0
/*
 * Trust lists in the JSON contract of ucsecctl(8).
 */
#include <stdlib.h>
#include <string.h>

#include "list-file.h"

json_t *json_of_text(const char *text)
{
	json_t *json = text ? json_string(text) : json_null();
	char *copy;

	if (json)
		return json;
	/* Not UTF-8: what it may have been cannot be known. */
	copy = strdup(text);
	for (char *c = copy; c && *c; c++)
		if (*c & 0x80)
			*c = '?';
	json = json_string(copy ?: "");
	free(copy);
	return json;
}

static json_t *json_of_hex(struct trust_span bytes)
{
	char text[LIST_HEX_SIZE];

	if (!bytes.data)
		return json_null();
	format_hex(bytes, text);
	return json_string(text);
}

static json_t *json_of_digest(const char *name, struct trust_span bytes)
{
	char text[LIST_HEX_SIZE];

	format_digest(name, bytes, text);
	return text[0] && bytes.data ? json_string(text) : json_null();
}

static json_t *json_of_version(uint16_t version)
{
	char text[12];

	snprintf(text, sizeof(text), "%u.%u", version >> 8, version & 0xff);
	return version ? json_string(text) : json_null();
}

static json_t *json_of_address(struct trust_span ip)
{
	return ip.data ? json_sprintf("%u.%u.%u.%u", ip.data[0], ip.data[1],
				      ip.data[2], ip.data[3]) : json_null();
}

static json_t *json_of_record(const struct list_file *file,
			      const struct trust_record *r)
{
	bool signer = r == trust_list_signer(&file->list);
	struct list_cert cert;

	list_cert_read(r, &cert);
	return json_pack("{s:s?,s:i,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
			 "role", trust_role_name(r->role),
			 "function", (int)r->role,
			 "signer", signer,
			 "dns", json_of_text(r->dns),
			 "address", json_of_address(r->ip),
			 "subject", json_of_text(r->subject),
			 "issuer", json_of_text(r->issuer),
			 "serial", json_of_hex(r->serial),
			 "key", json_of_text(cert.there ? cert.key : NULL),
			 "expires", json_of_text(cert.there ? cert.expires :
						 NULL),
			 "expired", cert.there ? json_boolean(cert.expired) :
						 json_null(),
			 "fingerprint", json_of_digest("SHA1",
						       r->certificate));
}

json_t *json_of_list(const struct list_file *file, const char *why)
{
	const struct trust_span all = { file->bytes.data, file->bytes.len };
	const struct trust_header *h = &file->list.header;
	json_t *records = json_array();

	for (unsigned int i = 0; i < file->list.count; i++)
		json_array_append_new(records,
				      json_of_record(file,
						     &file->list.records[i]));
	return json_pack("{s:s?,s:o,s:o,s:o,s:I,s:o,s:o,s:I,s:o,s:o,s:o,"
			 "s:s?,s:i,s:b,s:s?,s:b,s:o,s:O?}",
			 "list", !file->kind_known ? NULL :
			 file->kind == TRUST_CTL ? "ctl" : "itl",
			 "name", json_of_text(h->name),
			 "version", json_of_version(h->version),
			 "signer_version", json_of_version(h->signer_version),
			 "size", (json_int_t)all.len,
			 "md5", json_of_digest("MD5", all),
			 "sha1", json_of_digest("SHA1", all),
			 "made", (json_int_t)h->time,
			 "subject", json_of_text(h->subject),
			 "issuer", json_of_text(h->issuer),
			 "serial", json_of_hex(h->serial),
			 "digest", trust_digest_name(h->digest),
			 "bits", (int)(8 * trust_modulus_size(h->modulus)),
			 "verifies", !why,
			 "why", why,
			 "rollback", trust_list_is_rollback(&file->list),
			 "records", records,
			 "published", file->published);
}
