// SPDX-License-Identifier: GPL-2.0
/* CTL and ITL: made of records, and signed by a SAST among them. */
#include <errno.h>
#include <string.h>

#include "certificate-der.h"
#include "keyd/use.h"
#include "trust/list.h"

/* Certificates that were read; fewer than there should be if one is none. */
static size_t read_entries(const struct keyd_sign_list *request,
			   const uint8_t *tail, struct trust_entry *entries)
{
	static const uint8_t nowhere[4];

	for (size_t i = 0; i < request->count; i++) {
		const struct keyd_record *record = &request->records[i];

		entries[i].role = record->function;
		entries[i].dns = record->dns[0] ? record->dns : NULL;
		if (memcmp(record->addr, nowhere, sizeof(nowhere)))
			entries[i].ip = record->addr;
		if (!record->cert_len)
			continue;
		entries[i].cert = certificate_read(tail, record->cert_len);
		if (!entries[i].cert)
			return i;
		tail += record->cert_len;
	}
	return request->count;
}

static int build(const struct trust_signer *signer,
		 const struct keyd_sign_list *request, uint32_t time,
		 const struct trust_entry *entries, struct trust_bytes *file,
		 struct trust_fault *fault)
{
	const struct trust_plan plan = {
		.kind = request->kind == KEYD_CTL ? TRUST_CTL : TRUST_ITL,
		.time = time,
		.signer_version = request->signer_version,
		.max_sast = request->max_sast,
		.rollback = request->rollback,
		.entries = entries,
		.count = request->count,
	};

	return trust_list_build(&plan, signer, file, fault);
}

int keyd_list_sign(const struct trust_signer *signer,
		   const struct keyd_sign_list *request, uint32_t time,
		   const uint8_t *tail, struct trust_bytes *file,
		   enum keyd_reason *reason, const char **why)
{
	struct trust_entry entries[KEYD_RECORDS] = { 0 };
	struct trust_fault fault = { 0 };
	int err;

	if (read_entries(request, tail, entries) == request->count) {
		err = build(signer, request, time, entries, file, &fault);
		*reason = err == -EINVAL ? KEYD_WHY_NOT_FILE : KEYD_WHY_SYSTEM;
		*why = fault.why ? fault.why : "the list cannot be made";
	} else {
		err = -EKEYREJECTED;
		*reason = KEYD_WHY_NOT_CERTIFICATE;
		*why = "a record has no certificate, or more than one";
	}
	for (size_t i = 0; i < KEYD_RECORDS; i++)
		X509_free(entries[i].cert);
	return err;
}
