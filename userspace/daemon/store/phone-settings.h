/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a phone's file says beyond its profile, with where each comes from.
 */
#ifndef STORE_PHONE_SETTINGS_H
#define STORE_PHONE_SETTINGS_H

#include "store/store.h"

enum store_hardening {
	STORE_GRATUITOUS_ARP,
	STORE_WEB_ACCESS,
	STORE_PC_VOICE_VLAN_ACCESS,
	STORE_SETTINGS_ACCESS,
	STORE_PC_PORT,
	STORE_SPAN_TO_PC_PORT,
	STORE_SSH_ACCESS,
	STORE_HTTPS_ONLY,
	STORE_TLS12_ONLY,
	STORE_HARDENING_COUNT,
};

enum store_setting {
	STORE_UNSET,		/* the phone's own default */
	STORE_ENABLED,
	STORE_DISABLED,
	STORE_RESTRICTED,	/* of settings access alone */
};

/* The first of these that says something is asked no further. */
enum store_origin {
	STORE_OF_NOBODY,
	STORE_OF_PHONE,
	STORE_OF_COMMON,	/* its common phone profile */
	STORE_OF_ENTERPRISE,
};

enum store_capf_operation {
	STORE_CAPF_NONE,
	STORE_CAPF_INSTALL,
	STORE_CAPF_DELETE,
	STORE_CAPF_TROUBLESHOOT,
};

struct store_srst {
	char name[STORE_NAME_SIZE];
	char address[STORE_HOST_SIZE];
	uint16_t port, sip_port;
	bool secure;
	char *pem;		/* NULL if there is none */
};

struct store_phone_settings {
	enum store_setting hardening[STORE_HARDENING_COUNT];
	enum store_origin origin[STORE_HARDENING_COUNT];
	char common[STORE_NAME_SIZE];	/* the profile's name, "" if none */
	char load[STORE_NAME_SIZE];	/* its own, or its model's; "" */
	enum store_origin srst_origin;
	struct store_srst srst;		/* unless that is STORE_OF_NOBODY */
	enum store_capf_operation capf_operation;
	int64_t capf_completes_by;	/* seconds since 1970; 0: never */
};

/* -ENOENT: there is no such phone. */
int store_phone_settings(struct store *store, int64_t phone,
			 struct store_phone_settings *settings);
void store_phone_settings_clear(struct store_phone_settings *settings);

/*
 * The digits to be typed there; -ENOKEY if there are none. Wipe after use. *id,
 * may be NULL, is another one each time that they are set, the same ones, too.
 */
#define STORE_CAPF_STRING_SIZE	11
int store_capf_string(struct store *store, int64_t phone,
		      char text[STORE_CAPF_STRING_SIZE], uint64_t *id);
/*
 * What its digest user answers with; -ENOKEY: it has none, or his password is
 * not kept. Wipe after use.
 */
int store_phone_password(struct store *store, int64_t phone,
			 char text[STORE_TEXT_SIZE]);

/* Firmware by model, for phones that are unknown; stops at the first not 0. */
typedef int (*store_load_fn)(void *ctx, const char *model, uint32_t model_id,
			     const char *load);
int store_load_each(struct store *store, store_load_fn fn, void *ctx);

#endif /* STORE_PHONE_SETTINGS_H */
