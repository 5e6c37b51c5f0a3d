// SPDX-License-Identifier: GPL-2.0
/*
 * PKCS #11, as much of it as there is to a signature: tokens, certificates, a
 * login, a key, C_Sign.
 *
 * Not by libp11: it keeps the PIN and logs in again by itself, and what C_Login
 * said decides here whether that PIN is ever tried again.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <string.h>

#include "keyd/token/token.h"

enum { SLOTS_MAX = 32, OBJECTS_MAX = 16, ID_MAX = 64 };

static CK_FUNCTION_LIST *p11;
static volatile uint32_t *pin_is;	/* enum token_pin */

static void fail(struct token_answer *answer, enum token_trouble trouble,
		 const char *why, CK_RV rv)
{
	answer->trouble = trouble;
	if (rv)
		snprintf(answer->why, sizeof(answer->why), "%s (PKCS #11 "
			 "error 0x%lx)", why, rv);
	else
		snprintf(answer->why, sizeof(answer->why), "%s", why);
}

/* Padded with spaces, without NUL; what cannot be shown is a question mark. */
static void copy_text(char *to, const CK_UTF8CHAR *from, size_t len)
{
	while (len && (from[len - 1] == ' ' || !from[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? (char)from[i] :
			'?';
	to[len] = 0;
}

static bool load(const char *path, struct token_answer *answer)
{
	CK_RV (*get)(CK_FUNCTION_LIST **list);
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	CK_RV rv;

	*(void **)&get = module ? dlsym(module, "C_GetFunctionList") : NULL;
	if (!get) {
		fail(answer, TOKEN_BROKEN, module ? "the module of the tokens "
		     "is none of PKCS #11" : "the module of the tokens cannot "
		     "be loaded", 0);
		return false;
	}
	rv = get(&p11);
	if (!rv)
		rv = p11->C_Initialize(NULL);
	if (rv)
		fail(answer, TOKEN_BROKEN,
		     "the module of the tokens does not start", rv);
	return !rv;
}

/* Slots with a token that somebody set up. */
static size_t find_slots(CK_SLOT_ID *slots, struct token_answer *answer)
{
	CK_ULONG count = SLOTS_MAX;
	CK_RV rv = p11->C_GetSlotList(CK_TRUE, slots, &count);
	size_t good = 0;

	if (rv) {
		fail(answer, TOKEN_BROKEN, "the module of the tokens does not "
		     "tell which there are", rv);
		return 0;
	}
	for (CK_ULONG i = 0; i < count; i++) {
		CK_TOKEN_INFO info;

		if (!p11->C_GetTokenInfo(slots[i], &info) &&
		    info.flags & CKF_TOKEN_INITIALIZED)
			slots[good++] = slots[i];
	}
	return good;
}

static CK_ULONG find(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template,
		     CK_ULONG len, CK_OBJECT_HANDLE *objects)
{
	CK_ULONG count = 0;

	if (p11->C_FindObjectsInit(session, template, len))
		return 0;
	if (p11->C_FindObjects(session, objects, OBJECTS_MAX, &count))
		count = 0;
	p11->C_FindObjectsFinal(session);
	return count;
}

static size_t find_certs(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *certs)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	CK_ATTRIBUTE template[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_CERTIFICATE_TYPE, &type, sizeof(type) },
	};

	return find(session, template, 2, certs);
}

/* 0: it has no value, or one that is too long. */
static size_t read_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
			 CK_ATTRIBUTE_TYPE type, void *data, size_t size)
{
	CK_ATTRIBUTE value = { type, data, size };

	return !p11->C_GetAttributeValue(session, object, &value, 1) &&
	       value.ulValueLen <= size ? value.ulValueLen : 0;
}

static bool show_one(CK_SLOT_ID slot, struct token_shown *shown)
{
	CK_OBJECT_HANDLE certs[OBJECTS_MAX];
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO info;
	size_t count;

	if (p11->C_GetTokenInfo(slot, &info))
		return false;
	copy_text(shown->label, info.label, sizeof(info.label));
	copy_text(shown->serial, info.serialNumber, sizeof(info.serialNumber));
	if (info.flags & (CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY))
		shown->flags |= KEYD_TOKEN_LOCKED;
	if (!shown->serial[0] ||
	    p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session))
		return false;
	count = find_certs(session, certs);
	if (count > 1)
		shown->flags |= KEYD_TOKEN_SEVERAL;
	if (count)
		shown->cert_len = (uint16_t)read_value(session, certs[0],
			CKA_VALUE, shown->cert, sizeof(shown->cert));
	p11->C_CloseSession(session);
	return true;
}

static void show(struct token_answer *answer)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	size_t count = find_slots(slots, answer);

	for (size_t i = 0; i < count && answer->count < KEYD_TOKENS; i++) {
		struct token_shown *shown = &answer->shown[answer->count];

		if (show_one(slots[i], shown))
			answer->count++;
		else
			memset(shown, 0, sizeof(*shown));
	}
}

/* A token may stand there twice: that is no one's to choose from. */
static bool find_slot(const char *serial, CK_SLOT_ID *slot,
		      CK_TOKEN_INFO *info, struct token_answer *answer)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	size_t count = find_slots(slots, answer), found = 0;

	for (size_t i = 0; i < count; i++) {
		char text[KEYD_TOKEN_SERIAL];
		CK_TOKEN_INFO one;

		if (p11->C_GetTokenInfo(slots[i], &one))
			continue;
		copy_text(text, one.serialNumber, sizeof(one.serialNumber));
		if (strcmp(text, serial))
			continue;
		*slot = slots[i];
		*info = one;
		found++;
	}
	if (!answer->trouble && found != 1)
		fail(answer, found ? TOKEN_BROKEN : TOKEN_GONE, found ?
		     "there are two tokens of that serial number" :
		     "the token is not there: it was pulled out", 0);
	return found == 1;
}

/* Once, and never where one wrong PIN would lock the token. */
static bool login(CK_SESSION_HANDLE session, const CK_TOKEN_INFO *info,
		  const char *pin, struct token_answer *answer)
{
	const char *why = NULL;
	CK_RV rv;

	if (!(info->flags & CKF_LOGIN_REQUIRED))
		return true;
	if (info->flags & CKF_USER_PIN_LOCKED)
		why = "the token's PIN is locked";
	else if (info->flags & CKF_USER_PIN_FINAL_TRY)
		why = "the token has one try left: it is not used up here";
	if (why) {
		fail(answer, TOKEN_BROKEN, why, 0);
		return false;
	}
	if (!pin[0]) {
		fail(answer, TOKEN_BROKEN, "there is no PIN for the token", 0);
		return false;
	}
	*pin_is = TOKEN_PIN_ASKED;
	rv = p11->C_Login(session, CKU_USER, (CK_UTF8CHAR *)pin, strlen(pin));
	if (!rv)
		*pin_is = TOKEN_PIN_TAKEN;
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID ||
	    rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_LOCKED)
		fail(answer, TOKEN_BAD_PIN, "the token refuses the PIN", rv);
	else if (rv)
		fail(answer, TOKEN_BROKEN, "the token does not let us in", rv);
	return !rv;
}

/* The key with the id of the certificate that is meant. */
static bool find_key(CK_SESSION_HANDLE session, const struct token_ask *ask,
		     CK_OBJECT_HANDLE *key)
{
	CK_OBJECT_HANDLE certs[OBJECTS_MAX], keys[OBJECTS_MAX];
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = CKK_RSA;
	uint8_t id[ID_MAX], cert[KEYD_TOKEN_CERT_MAX];
	size_t count = find_certs(session, certs), len = 0;

	for (size_t i = 0; i < count && !len; i++)
		if (read_value(session, certs[i], CKA_VALUE, cert,
			       sizeof(cert)) == ask->cert_len &&
		    !memcmp(cert, ask->cert, ask->cert_len))
			len = read_value(session, certs[i], CKA_ID, id,
					 sizeof(id));
	if (!len || find(session, (CK_ATTRIBUTE[]){
			{ CKA_CLASS, &class, sizeof(class) },
			{ CKA_KEY_TYPE, &type, sizeof(type) },
			{ CKA_ID, id, len } }, 3, keys) != 1)
		return false;
	*key = keys[0];
	return true;
}

static void sign_in(CK_SESSION_HANDLE session, const CK_TOKEN_INFO *info,
		    const struct token_ask *ask, struct token_answer *answer)
{
	CK_MECHANISM mechanism = { CKM_RSA_PKCS, NULL, 0 };
	CK_ULONG len = sizeof(answer->signature);
	CK_OBJECT_HANDLE key;
	CK_RV rv;

	if (!login(session, info, ask->pin, answer))
		return;
	if (!find_key(session, ask, &key)) {
		fail(answer, TOKEN_BROKEN, "the token has not the key of its "
		     "certificate, by the same id", 0);
		return;
	}
	rv = p11->C_SignInit(session, &mechanism, key);
	if (!rv)
		rv = p11->C_Sign(session, (CK_BYTE *)ask->info, ask->info_len,
				 answer->signature, &len);
	if (rv == CKR_DEVICE_REMOVED || rv == CKR_TOKEN_NOT_PRESENT)
		fail(answer, TOKEN_GONE,
		     "the token was pulled out while it signed", rv);
	else if (rv)
		fail(answer, TOKEN_BROKEN, "the token does not sign", rv);
	else
		answer->signature_len = (uint32_t)len;
	p11->C_Logout(session);
}

static void sign(const struct token_ask *ask, struct token_answer *answer)
{
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO info = { 0 };
	CK_SLOT_ID slot = 0;
	CK_RV rv;

	if (!find_slot(ask->serial, &slot, &info, answer))
		return;
	rv = p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL,
				&session);
	if (rv) {
		fail(answer, TOKEN_BROKEN, "no session with the token", rv);
		return;
	}
	sign_in(session, &info, ask, answer);
	p11->C_CloseSession(session);
}

void token_module_answer(const char *path, const struct token_ask *ask,
			 struct token_answer *answer, volatile uint32_t *pin)
{
	pin_is = pin;
	if (!load(path, answer))
		return;
	if (ask->what == TOKEN_SHOW)
		show(answer);
	else
		sign(ask, answer);
}

void token_module_end(void)
{
	if (p11)
		p11->C_Finalize(NULL);
}
