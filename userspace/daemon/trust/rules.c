// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a phone that holds these lists takes this file.
 */
#include "trust/rules.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "trust/dn.h"
#include "trust/file-name.h"
#include "trust/verify.h"

static int refuse(struct trust_fault *fault, const char *why)
{
	fault->why = why;
	return -EBADMSG;
}

static bool is_sast(uint16_t role)
{
	return role == TRUST_SAST;
}

static bool is_tftp(uint16_t role)
{
	return role == TRUST_TFTP || role == TRUST_CCM_TFTP;
}

static bool is_tvs(uint16_t role)
{
	return role == TRUST_TVS;
}

static bool has_key(const struct trust_record *record)
{
	return record->certificate.data || record->key.data;
}

static bool has_key_of(const struct trust_list *list, bool (*role)(uint16_t))
{
	for (unsigned int i = 0; list && i < list->count; i++)
		if (role(list->records[i].role) && has_key(&list->records[i]))
			return true;
	return false;
}

/* Names may repeat, serial numbers of one issuer may not. */
static const struct trust_record *
find(const struct trust_list *list, const struct trust_header *header,
     bool (*role)(uint16_t))
{
	for (unsigned int i = 0; list && i < list->count; i++) {
		const struct trust_record *r = &list->records[i];

		if (role(r->role) && r->issuer && r->serial.data &&
		    has_key(r) &&
		    trust_serial_equal(r->serial, header->serial) &&
		    trust_dn_equal(r->issuer, header->issuer))
			return r;
	}
	return NULL;
}

const struct trust_record *trust_list_signer(const struct trust_list *list)
{
	return find(list, &list->header, is_sast);
}

bool trust_list_is_rollback(const struct trust_list *list)
{
	enum trust_kind kind;

	return trust_list_kind(list, &kind) && kind == TRUST_ITL &&
		!has_key_of(list, is_tftp) && !has_key_of(list, is_tvs);
}

static int verify_by(const struct trust_record *record, const uint8_t *file,
		     size_t len, const struct trust_header *header,
		     struct trust_fault *fault)
{
	EVP_PKEY *key = trust_record_key(record, fault);
	int err = key ? trust_verify(file, len, header, key, fault) : -EBADMSG;

	EVP_PKEY_free(key);
	return err;
}

int trust_list_verify(const uint8_t *file, size_t len,
		      const struct trust_list *list, unsigned int max_sast,
		      struct trust_fault *fault)
{
	const struct trust_record *signer = trust_list_signer(list);
	unsigned int sasts = 0;
	enum trust_kind kind;
	EVP_PKEY *key;

	memset(fault, 0, sizeof(*fault));
	if (!trust_list_kind(list, &kind))
		return refuse(fault, "the name in it is not that of a list");
	for (unsigned int i = 0; i < list->count; i++)
		sasts += list->records[i].role == TRUST_SAST;
	if (sasts > (max_sast ?: TRUST_MAX_SAST))
		return refuse(fault, "it has more SASTs than phones take");
	if (!signer)
		return refuse(fault, "its signer is none of its SASTs");
	if (verify_by(signer, file, len, &list->header, fault))
		return -EBADMSG;
	/* What a record says must be so of those, too, that sign nothing. */
	for (unsigned int i = 0; i < list->count; i++) {
		if (!list->records[i].certificate.data)
			continue;
		fault->record = i + 1;
		key = trust_record_key(&list->records[i], fault);
		if (!key)
			return -EBADMSG;
		EVP_PKEY_free(key);
	}
	fault->record = 0;
	return 0;
}

static bool same_key(const struct trust_record *a, const struct trust_record *b)
{
	struct trust_fault ignored;
	EVP_PKEY *of_a = trust_record_key(a, &ignored);
	EVP_PKEY *of_b = trust_record_key(b, &ignored);
	bool same = of_a && of_b && EVP_PKEY_eq(of_a, of_b) == 1;

	EVP_PKEY_free(of_a);
	EVP_PKEY_free(of_b);
	return same;
}

/* Nobody of the phone's own lists vouches: somebody may whom they name. */
static enum trust_verdict unknown(const struct trust_held *held,
				  const char *why, struct trust_fault *fault)
{
	refuse(fault, why);
	return has_key_of(held->ctl, is_tvs) || has_key_of(held->itl, is_tvs) ?
		TRUST_ASK_TVS : TRUST_REFUSED;
}

/* First the CTL, then the ITL, as phones do; NULL: neither has the signer. */
static const struct trust_record *
next_of(const struct trust_held *held, unsigned int turn,
	const struct trust_header *header, bool (*role)(uint16_t))
{
	return find(turn ? held->itl : held->ctl, header, role);
}

enum trust_verdict trust_list_judge(const uint8_t *file, size_t len,
				    const struct trust_list *list,
				    const struct trust_held *held,
				    unsigned int max_sast,
				    struct trust_fault *fault)
{
	static const enum trust_verdict by[] = { TRUST_BY_CTL, TRUST_BY_ITL };
	const struct trust_record *record;
	bool is_named = false;
	enum trust_kind kind;

	if (trust_list_verify(file, len, list, max_sast, fault))
		return TRUST_REFUSED;
	if (!held->ctl && !held->itl)
		return TRUST_FIRST_USE;
	for (unsigned int turn = 0; turn < 2; turn++) {
		record = next_of(held, turn, &list->header, is_sast);
		if (record && same_key(record, trust_list_signer(list)))
			return by[turn];
		is_named |= record != NULL;
	}
	/* What it has the phone forget is the trust in ITLs, not in the CTL. */
	if (held->itl && trust_list_is_rollback(held->itl) &&
	    trust_list_kind(list, &kind) && kind == TRUST_ITL)
		return TRUST_AFTER_ROLLBACK;
	/* The name is theirs and the key is not: nobody needs to be asked. */
	if (is_named) {
		refuse(fault, "its signer's key is not that of the list held");
		return TRUST_REFUSED;
	}
	return unknown(held, "its signer is no SAST of the lists held", fault);
}

enum trust_verdict trust_file_judge(const uint8_t *file, size_t len,
				    const struct trust_header *header,
				    const char *name,
				    const struct trust_held *held,
				    struct trust_fault *fault)
{
	static const enum trust_verdict by[] = { TRUST_BY_CTL, TRUST_BY_ITL };
	const char *why = trust_file_name_unfit(header->name, header->sealed);
	const struct trust_record *record;
	bool is_named = false;

	memset(fault, 0, sizeof(*fault));
	/* Else one phone's file would do for another. */
	if (!why && strcmp(header->name, name))
		why = "the name in it is not the one asked for";
	if (!why && !held->ctl && !held->itl)
		why = "no list is held to verify it with";
	if (why) {
		refuse(fault, why);
		return TRUST_REFUSED;
	}
	for (unsigned int turn = 0; turn < 2; turn++) {
		record = next_of(held, turn, header, is_tftp);
		if (record && !verify_by(record, file, len, header, fault))
			return by[turn];
		is_named |= record != NULL;
	}
	if (held->itl && trust_list_is_rollback(held->itl))
		return TRUST_AFTER_ROLLBACK;
	return is_named ? TRUST_REFUSED :
		unknown(held, "its signer has no TFTP role in the lists held",
			fault);
}
