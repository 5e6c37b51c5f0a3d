// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a published list says what it should: by its own bytes, so that
 * nothing else need be remembered, and whatever happened to it is seen.
 */
#include <string.h>

#include "trust/lists-plan.h"
#include "trust/record.h"
#include "trust/rules.h"

static bool same_bytes(struct trust_span a, struct trust_span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ?: "", b ?: "");
}

static const char *differ_record(const struct lists_record *want,
				 const struct trust_record *is)
{
	struct trust_span ip = { want->ip, want->has_ip ? 4 : 0 };

	if (want->role != is->role || !same_bytes(want->cert, is->certificate))
		return "a certificate or its role has changed";
	return same_text(want->dns, is->dns) && same_bytes(ip, is->ip) ? NULL :
		"a name or address has changed";
}

/*
 * By what stands behind the signer's subject: the role, or with the free tools
 * the issuer. Names of one part alone are the same in both.
 */
static bool is_dialect(const uint8_t *end, const struct trust_record *record,
		       enum trust_dialect dialect)
{
	const uint8_t *at = (const uint8_t *)record->subject;

	if (!at)
		return false;
	at += strlen(record->subject) + 1;
	return at < end && *at == (dialect == TRUST_CUCM ? TRUST_R_ROLE :
				   TRUST_R_ISSUER);
}

const char *lists_differ(const struct lists_plan *plan, const uint8_t *file,
			 size_t len, const struct trust_list *list)
{
	const struct trust_record *signer = trust_list_signer(list);
	struct trust_fault fault;
	const char *why = NULL;

	if (trust_list_verify(file, len, list, plan->max_sast, &fault))
		return "it does not verify";
	if (!same_bytes(signer->certificate, plan->records[0].cert))
		return "its signer is another one now";
	if (list->header.digest != plan->digest ||
	    list->header.signer_version != plan->signer_version ||
	    !is_dialect(file + len, signer, plan->dialect))
		return "a parameter of lists has changed";
	if (list->count != plan->count)
		return "records have come or gone";
	for (size_t i = 0; i < plan->count && !why; i++)
		why = differ_record(&plan->records[i], &list->records[i]);
	return why;
}

bool lists_is_mixed(const struct trust_list *list)
{
	for (unsigned int i = 0; i < list->count; i++)
		if ((list->records[i].role == TRUST_CCM_TFTP ||
		     list->records[i].role == TRUST_CCM) &&
		    list->records[i].certificate.len)
			return true;
	return false;
}

bool lists_has_sast(const struct trust_list *list, struct trust_span cert)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (list->records[i].role == TRUST_SAST &&
		    same_bytes(list->records[i].certificate, cert))
			return true;
	return false;
}
