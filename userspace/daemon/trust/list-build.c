// SPDX-License-Identifier: GPL-2.0
/*
 * Builds CTL and ITL.
 */
#include <errno.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "trust/dn.h"
#include "trust/list.h"
#include "trust/record.h"
#include "trust/tlv.h"
#include "trust/verify.h"

/* What a record borrows from its certificate while it is written. */
struct facts {
	char subject[TRUST_DN_SIZE], issuer[TRUST_DN_SIZE];
	uint8_t serial[TRUST_SERIAL_MAX];
	unsigned char *der;
};

static struct trust_span bits_of(const ASN1_BIT_STRING *bits)
{
	return (struct trust_span){ ASN1_STRING_get0_data(bits),
				    (size_t)ASN1_STRING_length(bits) };
}

static const char *check_key(const X509 *cert, struct trust_span bits)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);

	if (!key)
		return "a certificate's key cannot be read";
	if (EVP_PKEY_is_a(key, "RSA"))
		return NULL;
	if (!EVP_PKEY_is_a(key, "EC"))
		return "a certificate's key is neither RSA nor EC";
	return bits.len && bits.data[0] == 4 ? NULL :
		"a certificate's EC point is compressed";
}

static const char *describe(X509 *cert, enum trust_dialect dialect,
			    struct facts *facts, struct trust_record *record)
{
	const ASN1_BIT_STRING *signature;
	const char *why;
	int len;

	why = trust_dn_write(X509_get_subject_name(cert), dialect,
			     facts->subject);
	if (!why)
		why = trust_dn_write(X509_get_issuer_name(cert), dialect,
				     facts->issuer);
	if (why)
		return why;
	record->subject = facts->subject;
	record->issuer = facts->issuer;
	record->serial.data = facts->serial;
	record->serial.len = trust_cert_serial(cert, facts->serial);
	if (!record->serial.len)
		return "a serial number is negative or too long";
	record->key = bits_of(X509_get0_pubkey_bitstr(cert));
	X509_get0_signature(&signature, NULL, cert);
	record->signature = bits_of(signature);
	len = i2d_X509(cert, &facts->der);
	if (len < 0)
		return "a certificate cannot be written";
	record->certificate = (struct trust_span){ facts->der, (size_t)len };
	return check_key(cert, record->key);
}

static const char *put_entry(struct tlv_writer *w,
			     const struct trust_entry *entry,
			     enum trust_dialect dialect)
{
	struct trust_record record = { .role = entry->role, .dns = entry->dns };
	struct facts facts = { .der = NULL };
	size_t before = w->len;
	const char *why = NULL;

	if (entry->ip)
		record.ip = (struct trust_span){ entry->ip, 4 };
	if (entry->cert)
		why = describe(entry->cert, dialect, &facts, &record);
	if (!why)
		trust_record_write(w, &record, dialect);
	OPENSSL_free(facts.der);
	if (!why && w->too_long)
		why = w->size - before < UINT16_MAX ? "the list is too long" :
			"a record is longer than the format can say";
	return why;
}

static const char *check_entry(const struct trust_entry *entry)
{
	if (!entry->cert && entry->role == TRUST_SAST)
		return "a SAST has no certificate";
	if (!entry->cert && !entry->dns)
		return "a record without certificate has no DNS name";
	if (entry->dns && strlen(entry->dns) > 255)
		return "a DNS name is longer than 255 bytes";
	return NULL;
}

/* An ITL that has phones forget whom they trust is never made by mistake. */
static const char *check_rollback(const struct trust_plan *plan)
{
	bool keyless = plan->kind == TRUST_ITL;

	for (size_t i = 0; i < plan->count; i++) {
		uint16_t role = plan->entries[i].role;

		if (plan->entries[i].cert &&
		    (role == TRUST_TFTP || role == TRUST_CCM_TFTP ||
		     role == TRUST_TVS))
			keyless = false;
	}
	if (plan->rollback && !keyless)
		return "a rollback ITL has no key for TFTP and none for TVS";
	return keyless && !plan->rollback ?
		"the ITL has no key for TFTP and none for TVS" : NULL;
}

static const char *check_plan(const struct trust_plan *plan,
			      const struct trust_signer *signer)
{
	unsigned int sasts = 0, most = plan->max_sast ?: TRUST_MAX_SAST;
	bool by_sast = false;

	if (plan->count > TRUST_LIST_RECORDS)
		return "the list has more than 128 records";
	for (size_t i = 0; i < plan->count; i++) {
		const struct trust_entry *entry = &plan->entries[i];
		const char *why = check_entry(entry);

		if (why)
			return why;
		if (entry->role != TRUST_SAST)
			continue;
		sasts++;
		by_sast |= !X509_cmp(entry->cert, signer->cert);
	}
	if (sasts > most)
		return "the list has more SASTs than phones take";
	return by_sast ? check_rollback(plan) :
		"the signer is not a SAST of the list";
}

int trust_list_build(const struct trust_plan *plan,
		     const struct trust_signer *signer,
		     struct trust_bytes *file, struct trust_fault *fault)
{
	struct trust_header header = {
		.version = TRUST_VERSION_LIST,
		.signer_version = plan->signer_version,
		.name = plan->kind == TRUST_CTL ? "CTLFile.tlv" : "ITLFile.tlv",
		.time = plan->time,
	};
	struct tlv_writer w = { .size = TRUST_LIST_SIZE - UINT16_MAX };
	const char *why = check_plan(plan, signer);
	int err;

	*file = (struct trust_bytes){ 0 };
	memset(fault, 0, sizeof(*fault));
	if (why)
		return trust_cannot(fault, why);
	w.buf = malloc(w.size);
	if (!w.buf)
		return -ENOMEM;
	for (size_t i = 0; !why && i < plan->count; i++) {
		fault->record = (unsigned int)i + 1;
		why = put_entry(&w, &plan->entries[i], signer->dialect);
	}
	if (why) {
		err = trust_cannot(fault, why);
	} else {
		fault->record = 0;
		err = trust_sign(&header, signer,
				 (struct trust_span){ w.buf, w.len }, file,
				 fault);
	}
	free(w.buf);
	return err;
}
