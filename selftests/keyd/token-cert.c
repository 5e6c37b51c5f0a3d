// SPDX-License-Identifier: GPL-2.0
/*
 * Puts a certificate into a token: token-cert MODULE LABEL PIN ID FILE.der; the
 * tools of Debian's softhsm2 put keys there alone.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CK_FUNCTION_LIST *p11;

static bool load(const char *path)
{
	CK_RV (*get)(CK_FUNCTION_LIST **list);
	void *module = dlopen(path, RTLD_NOW);

	*(void **)&get = module ? dlsym(module, "C_GetFunctionList") : NULL;
	return get && !get(&p11) && !p11->C_Initialize(NULL);
}

static bool find(const char *label, CK_SLOT_ID *slot)
{
	CK_SLOT_ID slots[32];
	CK_ULONG count = 32;

	if (p11->C_GetSlotList(CK_TRUE, slots, &count))
		return false;
	for (CK_ULONG i = 0; i < count; i++) {
		CK_TOKEN_INFO info;
		char text[33] = "";

		if (p11->C_GetTokenInfo(slots[i], &info))
			continue;
		memcpy(text, info.label, 32);
		*slot = slots[i];
		if (!strncmp(text, label, strlen(label)) &&
		    strspn(text + strlen(label), " ") ==
		    32 - strlen(label))
			return true;
	}
	return false;
}

static bool put(CK_SESSION_HANDLE session, CK_BYTE id, const char *file)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_BYTE der[8192];
	FILE *in = fopen(file, "r");
	size_t len = in ? fread(der, 1, sizeof(der), in) : 0;
	CK_ATTRIBUTE template[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_CERTIFICATE_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_PRIVATE, &no, sizeof(no) },
		{ CKA_ID, &id, 1 }, { CKA_SUBJECT, &id, 1 },
		{ CKA_VALUE, der, len },
	};
	CK_OBJECT_HANDLE object;

	if (in)
		fclose(in);
	return len && !p11->C_CreateObject(session, template, 7, &object);
}

int main(int argc, char **argv)
{
	CK_SESSION_HANDLE session;
	CK_SLOT_ID slot;

	if (argc != 6 || !load(argv[1]) || !find(argv[2], &slot) ||
	    p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
			       NULL, &session) ||
	    p11->C_Login(session, CKU_USER, (CK_UTF8CHAR *)argv[3],
			 strlen(argv[3])) ||
	    !put(session, (CK_BYTE)strtoul(argv[4], NULL, 16), argv[5]))
		return EXIT_FAILURE;
	return p11->C_Finalize(NULL) ? EXIT_FAILURE : EXIT_SUCCESS;
}
