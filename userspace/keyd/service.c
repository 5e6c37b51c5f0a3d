// SPDX-License-Identifier: GPL-2.0
/* Whose keys there are, and what each of them may be used for. */
#include "keyd/service.h"

#include <stddef.h>

/*
 * The header of a signed file names the signer's modulus by an index that knows
 * 1024, 2048 and 4096 bits: who signs files or lists has no 3072, and a list is
 * signed by RSA only. 1024 is for phones that know nothing longer.
 */
static const struct service {
	const char *name;
	unsigned int uses;
	uint16_t rsa[4];	/* sizes, ended by 0 */
	bool ec;
} services[KEYD_SERVICE_END] = {
	[KEYD_CALLMANAGER] = { "callmanager", KEYD_USE_TLS_SERVER |
			       KEYD_USE_TLS_CLIENT | KEYD_USE_FILES,
			       { 2048, 4096 }, true },
	[KEYD_CAPF] = { "capf", KEYD_USE_TLS_SERVER | KEYD_USE_CA,
			{ 2048, 3072, 4096 }, true },
	[KEYD_TVS] = { "tvs", KEYD_USE_TLS_SERVER, { 2048, 3072, 4096 }, true },
	[KEYD_ITLRECOVERY] = { "itlrecovery", KEYD_USE_LISTS,
			       { 1024, 2048, 4096 }, false },
	[KEYD_TFTP] = { "tftp", KEYD_USE_FILES, { 1024, 2048, 4096 }, false },
	[KEYD_TOMCAT] = { "tomcat", KEYD_USE_TLS_SERVER, { 2048, 3072, 4096 },
			  true },
	[KEYD_IPSEC] = { "ipsec", KEYD_USE_IPSEC, { 2048, 3072, 4096 }, true },
};

static bool is_service(unsigned int service)
{
	return service && service < KEYD_SERVICE_END;
}

const char *keyd_service_name(unsigned int service)
{
	return is_service(service) ? services[service].name : NULL;
}

const char *keyd_kind_name(unsigned int kind)
{
	return kind == KEYD_RSA ? "rsa" : kind == KEYD_EC ? "ec" : NULL;
}

unsigned int keyd_service_uses(unsigned int service)
{
	return is_service(service) ? services[service].uses : 0;
}

bool keyd_service_has(unsigned int service, unsigned int kind,
		      unsigned int bits)
{
	if (!keyd_service_has_kind(service, kind))
		return false;
	if (kind == KEYD_EC)
		return bits == 256 || bits == 384 || bits == 521;
	for (const uint16_t *size = services[service].rsa; *size; size++)
		if (*size == bits)
			return true;
	return false;
}

bool keyd_service_has_kind(unsigned int service, unsigned int kind)
{
	return is_service(service) && (kind == KEYD_RSA ||
		(kind == KEYD_EC && services[service].ec));
}
