// SPDX-License-Identifier: GPL-2.0
/* Requests to use a key, as far as their form tells. */
#include <string.h>

#include "keyd/request-check.h"

static const char *check_use(const struct keyd_which *key, unsigned int use)
{
	const char *why = keyd_check_which(key);

	if (why)
		return why;
	return keyd_service_uses(key->service) & use ? NULL :
		"the service's key is not for that";
}

/* Handshakes are done by what the other side was shown: the current one. */
static const char *check_tls(const struct keyd_which *key, unsigned int use)
{
	const char *why = check_use(key, use);

	return why ? why : key->slot == KEYD_CURRENT ? NULL :
		"the next key does no handshakes";
}

static const char *check_tls_sign(const struct keyd_tls_sign *sign,
				  size_t tail)
{
	bool client = sign->content == KEYD_TLS13_CLIENT ||
		      sign->content == KEYD_TLS12_CLIENT;
	const char *why = check_tls(&sign->key, client ? KEYD_USE_TLS_CLIENT :
				    KEYD_USE_TLS_SERVER);

	if (why)
		return why;
	if (sign->spare)
		return "spare bytes are not zero";
	if (sign->content < KEYD_TLS13_SERVER ||
	    sign->content > KEYD_TLS12_CLIENT)
		return "unknown content of a handshake";
	return tail && tail <= KEYD_TRANSCRIPT_MAX ? NULL :
		"length of what is to be signed is out of bounds";
}

static const char *check_unwrap(const struct keyd_tls_unwrap *unwrap,
				size_t tail)
{
	const char *why = check_tls(&unwrap->key, KEYD_USE_TLS_SERVER);

	if (why)
		return why;
	if (unwrap->spare || unwrap->key.kind != KEYD_RSA)
		return "only an RSA key unwraps";
	if (unwrap->version < 0x0301 || unwrap->version > 0x0303)
		return "version is none of TLS";
	return tail == 256 || tail == 384 || tail == 512 ? NULL :
		"an encrypted secret is as long as a modulus";
}

static const char *check_lsc(const struct keyd_sign_lsc *lsc, size_t tail)
{
	const char *why = check_use(&lsc->key, KEYD_USE_CA);

	if (why)
		return why;
	if (!keyd_is_zero(lsc->spare, sizeof(lsc->spare)) ||
	    lsc->flags & ~KEYD_LSC_ALL_FLAGS)
		return "unknown flags, or spare bytes are not zero";
	if (lsc->key.slot != KEYD_CURRENT)
		return "the next key signs no LSC";
	if (keyd_is_zero(lsc->request, sizeof(lsc->request)))
		return "the request for an LSC has no id";
	if (!keyd_is_word(lsc->device, sizeof(lsc->device)))
		return "device has no name, or none that a device may have";
	if (lsc->profile != KEYD_LSC_PHONE &&
	    lsc->profile != KEYD_LSC_APPLICATION)
		return "unknown profile";
	if (!lsc->days || lsc->days > KEYD_LSC_DAYS_MAX)
		return "days are out of bounds";
	return tail && tail <= KEYD_SPKI_MAX ? NULL :
		"length of the public key is out of bounds";
}

static const char *check_signer(const struct keyd_which *key, unsigned int use)
{
	const char *why = check_use(key, use);

	if (why)
		return why;
	if (key->kind != KEYD_RSA)
		return "files and lists are signed by RSA alone";
	return key->slot == KEYD_CURRENT ? NULL :
		"the next key signs no file and no list";
}

static const char *check_form(uint8_t digest, uint8_t dialect)
{
	if (dialect != KEYD_CUCM && dialect != KEYD_CERTUTILS)
		return "unknown dialect";
	return digest == KEYD_TLV_SHA1 || digest == KEYD_TLV_SHA512 ? NULL :
		"unknown digest";
}

/* Words with a slash between; none is hidden, or leads out of the folder. */
static bool is_path(const char *name)
{
	char word[KEYD_FILE_NAME];
	bool begins = true;

	if (!keyd_is_string(name, KEYD_FILE_NAME))
		return false;
	memcpy(word, name, KEYD_FILE_NAME);
	for (char *at = word; *at; at++) {
		if (begins && (*at == '/' || *at == '.'))
			return false;
		begins = *at == '/';
		if (begins)
			*at = '_';
	}
	return !begins && keyd_is_word(word, KEYD_FILE_NAME);
}

static const char *check_file(const struct keyd_sign_file *file, size_t tail)
{
	const char *why = check_signer(&file->key, KEYD_USE_FILES);

	why = why ? why : check_form(file->digest, file->dialect);
	if (why)
		return why;
	if (file->spare)
		return "spare bytes are not zero";
	if (!is_path(file->name))
		return "the file has no name, or none that a file may have";
	if (file->kind != KEYD_FILE_PLAIN && file->kind != KEYD_FILE_ENCRYPTED)
		return "unknown kind of file";
	if (!file->device_len != (file->kind == KEYD_FILE_PLAIN) ||
	    file->device_len > KEYD_CERT_MAX)
		return "length of the device's certificate is out of bounds";
	return tail >= file->device_len &&
	       tail - file->device_len <= KEYD_FILE_MAX ? NULL :
		"length of the file is out of bounds";
}

static const char *check_record(const struct keyd_record *record)
{
	if (!keyd_is_zero(record->spare, sizeof(record->spare)) ||
	    record->cert_len > KEYD_CERT_MAX || record->function > 255)
		return "a record is not right";
	return !record->dns[0] ? keyd_is_zero(record->dns,
			sizeof(record->dns)) ? NULL :
			"a record's name is not right" :
		keyd_is_word(record->dns, sizeof(record->dns)) ? NULL :
			"a record's name is not right";
}

/* A key or a token, and not both. */
static const char *check_list_signer(const struct keyd_sign_list *list)
{
	if (!keyd_is_zero(list->token_spare, sizeof(list->token_spare)))
		return "spare bytes are not zero";
	if (keyd_is_zero(list->token, sizeof(list->token)))
		return check_signer(&list->key, KEYD_USE_LISTS);
	if (!keyd_is_zero(&list->key, sizeof(list->key)))
		return "a list is signed by a key or a token, not by both";
	return list->kind == KEYD_CTL ? keyd_check_serial(list->token) :
		"a token signs the CTL alone";
}

static const char *check_list(const struct keyd_sign_list *list, size_t tail)
{
	const char *why = check_list_signer(list);
	size_t sum = 0;

	why = why ? why : check_form(list->digest, list->dialect);
	if (why)
		return why;
	if (list->spare || list->rollback > 1)
		return "a flag is neither 0 nor 1, or spare bytes are not zero";
	if (list->signer_version && list->signer_version != 0x0100 &&
	    list->signer_version != 0x0101)
		return "unknown version of the signer";
	if (list->max_sast == 1 || list->max_sast > KEYD_SAST_MAX)
		return "count of SASTs is out of bounds";
	if (list->kind != KEYD_CTL && list->kind != KEYD_ITL)
		return "unknown kind of list";
	if (!list->count || list->count > KEYD_RECORDS)
		return "count of records is out of bounds";
	for (uint32_t i = 0; i < list->count && !why; i++) {
		why = check_record(&list->records[i]);
		sum += list->records[i].cert_len;
	}
	if (why)
		return why;
	if (!keyd_is_zero(list->records + list->count,
			  (KEYD_RECORDS - list->count) *
			  sizeof(*list->records)))
		return "records beyond their count are not zero";
	return sum == tail && tail <= KEYD_LIST_MAX ? NULL :
		"certificates are not as long as the tail";
}

const char *keyd_check_sign(const union keyd_buffer *message, size_t tail)
{
	const struct keyd_message *m = &message->m;

	switch (m->head.type) {
	case KEYD_TLS_SIGN:
		return check_tls_sign(&m->tls_sign, tail);
	case KEYD_TLS_UNWRAP:
		return check_unwrap(&m->tls_unwrap, tail);
	case KEYD_SIGN_LSC:
		return check_lsc(&m->lsc, tail);
	case KEYD_SIGN_FILE:
		return check_file(&m->file, tail);
	case KEYD_SIGN_LIST:
		return check_list(&m->list, tail);
	}
	return NULL;
}
