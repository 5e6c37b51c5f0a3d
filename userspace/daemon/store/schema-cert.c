// SPDX-License-Identifier: GPL-2.0
/*
 * The table's part on certificates: what they are for, what our own are called.
 */
#include <string.h>

#include "store/schema-macro.h"
#include "store/schema-text.h"
#include "store/schema.h"

#define ECDSA	"-ECDSA"

static const char *const purposes[] = {
	"callmanager-trust", "capf-trust", "phone-trust", "phone-sast-trust",
	"capf-revoked", "tvs-trust", "tomcat-trust", "ipsec-trust", "firmware-trust",
	"callmanager", "capf", "tvs", "itlrecovery", "tftp", "tomcat", "ipsec",
	NULL
};

/* As administrators know them. */
static const struct {
	const char *purpose, *name;
} own[] = {
	{ "callmanager", "CallManager" },
	{ "capf", "CAPF" },
	{ "tvs", "TVS" },
	{ "itlrecovery", "ITLRecovery" },
	{ "tftp", "TFTP" },
	{ "tomcat", "tomcat" },
	{ "ipsec", "ipsec" },
};

#define OWN_COUNT	(sizeof(own) / sizeof(own[0]))

bool store_cert_is_own(const char *purpose)
{
	return store_cert_own_name(purpose);
}

const char *store_cert_own_name(const char *purpose)
{
	for (size_t i = 0; purpose && i < OWN_COUNT; i++)
		if (!strcmp(own[i].purpose, purpose))
			return own[i].name;
	return NULL;
}

const char *store_cert_own_purpose(const char *name)
{
	for (size_t i = 0; name && i < OWN_COUNT; i++) {
		size_t len = strlen(own[i].name);

		if (!strncmp(own[i].name, name, len) &&
		    (!name[len] || !strcmp(name + len, ECDSA)))
			return own[i].purpose;
	}
	return NULL;
}

/* In RFC 2253's form, where the parts stand in any order. */
bool store_cert_is_mic_root(const char *subject)
{
	static const char *const names[] = {
		"Cisco Manufacturing CA", "Cisco Root CA", "CAP-RTP-",
		"ACT2 SUDI CA",
	};

	for (const char *part = subject; part; part = strchr(part, ',')) {
		part += *part == ',';
		if (strncmp(part, "CN=", 3))
			continue;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (!strncmp(part + 3, names[i], strlen(names[i])))
				return true;
	}
	return false;
}

const struct store_field store_cert_fields[] = {
	NAME("name of the entry"),
	{ .name = "purpose", .type = STORE_TYPE_ENUM, .words = purposes,
	  .flags = STORE_FIXED, .initial = "callmanager-trust",
	  .about = "what it is trusted for; without -trust: our own" },
	{ .name = "pem", .min = 1, .max = 16384,
	  .flags = STORE_REQUIRED | STORE_FIXED | STORE_FROM_FILE,
	  .allowed = PEM_CHARS,
	  .about = "the certificate in PEM" },
	CERTIFICATE_FACTS,
	END
};
