/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose keys there are, and what each of them may be used for.
 */
#ifndef KEYD_SERVICE_H
#define KEYD_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

enum keyd_service {
	KEYD_CALLMANAGER = 1,
	KEYD_CAPF,
	KEYD_TVS,
	KEYD_ITLRECOVERY,
	KEYD_TFTP,
	KEYD_TOMCAT,
	KEYD_IPSEC,
	KEYD_SERVICE_END,
};

enum keyd_kind {
	KEYD_RSA = 1,
	KEYD_EC,
	KEYD_KIND_END,
};

enum keyd_slot {
	KEYD_CURRENT,
	KEYD_NEXT,	/* is made and published before it takes over */
	KEYD_SLOT_END,
};

enum keyd_use {
	KEYD_USE_TLS_SERVER = 1 << 0,
	KEYD_USE_TLS_CLIENT = 1 << 1,
	KEYD_USE_CA = 1 << 2,		/* issues LSCs */
	KEYD_USE_FILES = 1 << 3,	/* signs files of phones */
	KEYD_USE_LISTS = 1 << 4,	/* signs CTL and ITL, nothing else */
	KEYD_USE_IPSEC = 1 << 5,
};

/* As in names of files and in what is shown; NULL if there is none. */
const char *keyd_service_name(unsigned int service);
const char *keyd_kind_name(unsigned int kind);
/* Of enum keyd_use; 0 if there is no such service. */
unsigned int keyd_service_uses(unsigned int service);
/* May it have a key of that kind and size? */
bool keyd_service_has(unsigned int service, unsigned int kind,
		      unsigned int bits);
/* Of any size? */
bool keyd_service_has_kind(unsigned int service, unsigned int kind);

#endif /* KEYD_SERVICE_H */
