// SPDX-License-Identifier: GPL-2.0
// AUTH_RES judged: by string, by null string, by certificate.

#include <openssl/crypto.h>
#include <string.h>

#include "capf/auth.h"
#include "capf/signature.h"
#include "certificate-der.h"

static struct capf_judgement say(enum capf_result result, const char *why)
{
	return (struct capf_judgement){ result, why };
}

static bool sha2_is_required(const struct capf_message *res,
			     const struct capf_auth_policy *policy)
{
	return policy->sha2 == CAPF_SHA2_ALWAYS ||
	       (policy->sha2 == CAPF_SHA2_BY_VERSION && res->version >= 3);
}

/*
 * At least one, and all that are there. SHA-1 under the SHA-2 element's tag
 * would be a way around the rule. Returns a sentence, NULL if they are good.
 */
static const char *check_both(EVP_PKEY *key, const struct capf_signature *sha1,
			      const struct capf_signature *sha2,
			      struct element_bytes first,
			      struct element_bytes second, bool sha2_required)
{
	if (!sha1->bytes.len && !sha2->bytes.len)
		return "there is no signature";
	if (sha2_required && !sha2->bytes.len)
		return "there is no SHA-2 signature";
	if (sha2->bytes.len && sha2->hash == CAPF_SHA1)
		return "the SHA-2 signature is one with SHA-1";
	if (sha2->bytes.len &&
	    !capf_signature_is_good(key, sha2, first, second))
		return "the SHA-2 signature is not the device's";
	if (sha1->bytes.len &&
	    !capf_signature_is_good(key, sha1, first, second))
		return "the SHA-1 signature is not the device's";
	return NULL;
}

/* The factory certificate signs the session: a recorded one does not fit. */
static const char *check_sudi_signatures(X509 *cert,
					 const struct capf_message *res,
					 const struct capf_auth_policy *policy)
{
	uint32_t id = res->session;
	/* Little-endian, unlike all else: the phone signs it out of memory. */
	const uint8_t little[] = { id & 0xff, id >> 8 & 0xff, id >> 16 & 0xff,
				   id >> 24 };
	const uint8_t big[] = { little[3], little[2], little[1], little[0] };
	struct element_bytes session = { little, sizeof(little) };
	EVP_PKEY *key = X509_get0_pubkey(cert);
	const char *why;

	if (!key || !EVP_PKEY_is_a(key, "RSA"))
		return "the SUDI's key is not an RSA key";
	why = check_both(key, &res->sudi.sha1, &res->sudi.sha2, session,
			 res->sudi.certificate, sha2_is_required(res, policy));
	if (!why || !policy->sudi_big_endian_too)
		return why;
	session.at = big;
	return check_both(key, &res->sudi.sha1, &res->sudi.sha2, session,
			  res->sudi.certificate,
			  sha2_is_required(res, policy));
}

/* Where there is no MIC, clients are known to send their LSC for it. */
static struct capf_judgement check_sudi(const struct capf_message *res,
					const struct capf_trust *trust,
					const struct capf_auth_policy *policy)
{
	enum capf_cert_kind kind;
	const char *why = NULL;
	X509 *cert;

	if (!capf_has(res, CAPF_SUDI_DATA))
		return policy->sudi_required ?
			       say(CAPF_RESULT_INVALID_MIC, "there is no SUDI") :
			       say(CAPF_RESULT_PENDING, NULL);
	cert = certificate_read(res->sudi.certificate.at,
				res->sudi.certificate.len);
	if (!cert)
		return say(CAPF_RESULT_INVALID_MIC,
			   "the SUDI's certificate is none");
	if (!capf_certificate_names(cert, res->name))
		why = "the SUDI is another device's";
	else if (!capf_certificate_check(cert, trust, &kind, &why))
		why = check_sudi_signatures(cert, res, policy);
	X509_free(cert);
	return say(why ? CAPF_RESULT_INVALID_MIC : CAPF_RESULT_PENDING, why);
}

static enum capf_result invalid(enum capf_cert_kind kind)
{
	return kind == CAPF_CERT_LSC ? CAPF_RESULT_INVALID_LSC :
				       CAPF_RESULT_INVALID_MIC;
}

static enum capf_cert_kind first_choice(const struct capf_device *device)
{
	return device->mode == CAPF_BY_MIC_FIRST ? CAPF_CERT_MIC :
						   CAPF_CERT_LSC;
}

/* A device that has its first choice uses it; and only our last LSC is one. */
static struct capf_judgement check_choice(const struct capf_message *res,
					  const struct capf_device *device,
					  enum capf_cert_kind kind,
					  const struct capf_auth_policy *policy)
{
	bool lsc_first = first_choice(device) == CAPF_CERT_LSC;
	bool has_first = lsc_first ? device->has_lsc : device->has_mic;
	uint8_t id[CAPF_ID_LEN];

	if (kind != first_choice(device) && has_first &&
	    !policy->second_choice_too)
		return say(invalid(first_choice(device)),
			   lsc_first ? "the device has an LSC and shows its MIC" :
				       "the device has a MIC and shows its LSC");
	if (kind != CAPF_CERT_LSC)
		return say(CAPF_RESULT_PENDING, NULL);
	if (!device->has_lsc)
		return policy->unrecorded_lsc_too ?
			       say(CAPF_RESULT_PENDING, NULL) :
			       say(CAPF_RESULT_INVALID_LSC,
				   "there is no LSC on record for the device");
	if (!EVP_Digest(res->certificate.at, res->certificate.len, id, NULL,
			EVP_sha256(), NULL) ||
	    CRYPTO_memcmp(id, device->lsc_id, sizeof(id)))
		return say(CAPF_RESULT_INVALID_LSC,
			   "the LSC is not the last one issued to the device");
	return say(CAPF_RESULT_PENDING, NULL);
}

static struct capf_judgement check_certificate(
	X509 *cert, const struct capf_message *res,
	const struct capf_device *device, const struct capf_trust *trust,
	const struct capf_auth_policy *policy)
{
	const struct element_bytes name = { (const uint8_t *)res->name,
					    strlen(res->name) + 1 };
	EVP_PKEY *key = X509_get0_pubkey(cert);
	enum capf_cert_kind kind = first_choice(device);
	struct capf_judgement judgement;
	const char *why;

	if (!capf_certificate_names(cert, res->name))
		return say(CAPF_RESULT_INVALID_CREDENTIALS,
			   "the certificate is another device's");
	if (capf_certificate_check(cert, trust, &kind, &why))
		return say(invalid(kind), why);
	judgement = check_choice(res, device, kind, policy);
	if (judgement.result != CAPF_RESULT_PENDING)
		return judgement;
	why = key ? check_both(key, &res->sha1, &res->sha2, name,
			       res->certificate,
			       sha2_is_required(res, policy)) :
		    "the certificate has no key that can be used";
	return say(why ? CAPF_RESULT_INVALID_CREDENTIALS : CAPF_RESULT_PENDING,
		   why);
}

struct capf_judgement
capf_auth_by_certificate(const struct capf_message *res,
			 const struct capf_device *device,
			 const struct capf_trust *trust,
			 const struct capf_auth_policy *policy)
{
	enum capf_result result = invalid(first_choice(device));
	struct capf_judgement judgement;
	X509 *cert;

	if (!capf_has(res, CAPF_CERTIFICATE))
		return say(result, "the phone showed no certificate");
	cert = certificate_read(res->certificate.at, res->certificate.len);
	if (!cert)
		return say(result, "the certificate cannot be read");
	judgement = check_certificate(cert, res, device, trust, policy);
	X509_free(cert);
	if (judgement.result == CAPF_RESULT_PENDING)
		judgement = check_sudi(res, trust, policy);
	return judgement;
}

static struct capf_judgement by_string(const struct capf_message *res,
				       const struct capf_device *device,
				       struct capf_guard *guard,
				       int64_t seconds)
{
	static const char *const why[] = {
		[CAPF_GUESS_WRONG] = "the authentication string is wrong",
		[CAPF_GUESS_LOCKED] = "too many wrong authentication strings",
		[CAPF_GUESS_SPENT] = "the authentication string is used up",
		[CAPF_GUESS_UNSET] = "the device has no authentication string",
	};
	enum capf_guess guess = capf_guard_check(guard, res->name,
						 &device->string, res->password,
						 seconds);

	return guess == CAPF_GUESS_RIGHT ?
		       say(CAPF_RESULT_PENDING, NULL) :
		       say(CAPF_RESULT_INVALID_STRING, why[guess]);
}

struct capf_judgement capf_auth_judge(const struct capf_message *res,
				      const struct capf_device *device,
				      struct capf_guard *guard, int64_t seconds,
				      const struct capf_trust *trust,
				      const struct capf_auth_policy *policy)
{
	if (device->operation == CAPF_NONE)
		return say(CAPF_RESULT_NONE, NULL);
	if (device->completes_by && trust->now > device->completes_by)
		return say(CAPF_RESULT_LATE, "the phone came too late");
	switch (device->mode) {
	case CAPF_BY_STRING:
		return by_string(res, device, guard, seconds);
	case CAPF_BY_NULL_STRING:
		return say(CAPF_RESULT_PENDING, NULL);
	case CAPF_BY_LSC_FIRST:
	case CAPF_BY_MIC_FIRST:
		return capf_auth_by_certificate(res, device, trust, policy);
	}
	return say(CAPF_RESULT_INVALID_CREDENTIALS,
		   "the device has no authentication mode");
}
