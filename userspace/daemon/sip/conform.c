// SPDX-License-Identifier: GPL-2.0
// Class and transport against the profile (SIG-1, SIG-2).

#include "sip/conform.h"
#include "sip/identify.h"
#include "store/enrolment.h"

const char sip_not_judged[] = "its certificate could not be looked up";

static const char *class_fault(enum store_mode mode, enum net_class class)
{
	static const enum net_class wanted[] = {
		[STORE_NONSECURE] = NET_CLEAR,
		[STORE_AUTHENTICATED] = NET_AUTHENTICATED,
		[STORE_ENCRYPTED] = NET_ENCRYPTED,
	};

	if (class == wanted[mode])
		return NULL;
	if (class == NET_AUTHENTICATED)
		return "signalling is authenticated only, not the profile's";
	return class == NET_CLEAR ? "signalling is clear, not the profile's" :
				    "signalling is encrypted, not the profile's";
}

const char *sip_trunk_fault(const struct store_trunk *trunk,
			    enum net_class class)
{
	return class_fault(trunk->profile.mode, class);
}

/* In a nonsecure cluster all phones are (SIG-1). */
static enum store_mode mode_of(const struct store *store,
			       const struct store_phone_profile *profile)
{
	return store_param(store, STORE_PARAM_CLUSTER_SECURITY_MODE) ==
	       STORE_CLUSTER_MIXED ? profile->mode : STORE_NONSECURE;
}

const char *sip_profile_fault(const struct store *store,
			      const struct store_phone_profile *profile,
			      enum net_class class)
{
	return class_fault(mode_of(store, profile), class);
}

/*
 * The handshake proved its issuer and its dates. Whether it is the phone's still,
 * what came of its enrolments tells: where both exist, the LSC counts (CERT-3).
 */
static const char *certificate_fault(struct store *store,
				     const struct store_phone *phone,
				     const struct net_cert *cert)
{
	uint32_t may = store_param(store, STORE_PARAM_PHONE_CERTIFICATE);
	enum store_shown shown;

	if (store_shown_cert(store, phone->id, cert->sha256, &shown))
		return sip_not_judged;
	switch (shown) {
	case STORE_SHOWN_LSC:
	case STORE_SHOWN_NO_LSC:
		return NULL;
	case STORE_SHOWN_PAST:
		return "its certificate is an LSC that was replaced or deleted";
	case STORE_SHOWN_MIC:
		return may == STORE_CERTIFICATE_LSC ?
			"it shows its MIC, and has an LSC" : NULL;
	case STORE_SHOWN_OTHER:
		break;
	}
	return may == STORE_CERTIFICATE_ANY ? NULL :
		"its certificate is not its LSC on record";
}

const char *sip_phone_fault(struct store *store,
			    const struct store_phone *phone,
			    enum net_class class, enum net_transport transport,
			    const struct net_cert *cert)
{
	enum store_mode mode = mode_of(store, &phone->profile);
	const char *fault = class_fault(mode, class);

	if (fault)
		return fault;
	if (phone->protocol != STORE_SIP)
		return "the phone's protocol is not SIP";
	if (mode == STORE_NONSECURE && phone->profile.mode == STORE_NONSECURE &&
	    !(phone->profile.transports & sip_store_transport(transport)))
		return "transport is not the profile's";
	return mode != STORE_NONSECURE && cert ?
		certificate_fault(store, phone, cert) : NULL;
}
