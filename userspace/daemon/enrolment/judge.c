// SPDX-License-Identifier: GPL-2.0
/*
 * Who a phone says it is, what it is to do, and whether it showed that.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "certificate-der.h"
#include "enrolment/internal.h"
#include "store/phone-settings.h"

/* The numbers of one are the other's: both stand in files and in the table. */
_Static_assert((int)STORE_CAPF_TROUBLESHOOT == (int)CAPF_FETCH &&
	       (int)STORE_CAPF_DELETE == (int)CAPF_DELETE &&
	       (int)STORE_CAPF_BY_MIC + 1 == (int)CAPF_BY_MIC_FIRST &&
	       (int)STORE_EC_PREFERRED == (int)CAPF_EC_PREFERRED,
	       "operations, modes and orders");

static bool is_shown(const struct capf_message *res, const uint8_t *der,
		     size_t len)
{
	return res->certificate.len == len &&
	       !memcmp(res->certificate.at, der, len);
}

/*
 * The last LSC issued is the one on record, or one whose arrival nobody heard
 * of: the phone shows which.
 */
static int find_lsc(struct visit *visit, const struct capf_message *res,
		    bool *recorded)
{
	static const enum store_device_cert kinds[] = {
		STORE_LSC_ISSUED, STORE_LSC
	};
	struct capf_device *device = &visit->device;
	int err = 0;

	for (size_t i = 0; i < 2 && !err && !*recorded; i++) {
		uint8_t *der;
		size_t len;

		err = store_device_cert(visit->all->config.store, visit->phone,
					kinds[i], &der, &len);
		if (!err && (kinds[i] == STORE_LSC || is_shown(res, der, len))) {
			device->has_lsc = true;
			*recorded = is_shown(res, der, len);
			visit->shows_issued = kinds[i] == STORE_LSC_ISSUED;
			err = EVP_Digest(der, len, device->lsc_id, NULL,
					 EVP_sha256(), NULL) ? 0 : -ENOMEM;
		}
		free(der);
		err = err == -ENOENT ? 0 : err;
	}
	return err;
}

static int find_mic(struct visit *visit)
{
	uint8_t *der;
	size_t len;
	int err = store_device_cert(visit->all->config.store, visit->phone,
				    STORE_MIC, &der, &len);

	visit->device.has_mic = !err;
	free(der);
	return err == -ENOENT ? 0 : err;
}

static int find_settings(struct visit *visit, const struct store_phone *phone)
{
	const struct store_phone_profile *profile = &phone->profile;
	struct store *store = visit->all->config.store;
	struct capf_device *device = &visit->device;
	struct store_phone_settings settings;
	int err = store_phone_settings(store, phone->id, &settings);

	if (err)
		return err;
	device->operation = (enum capf_operation)settings.capf_operation;
	device->completes_by = settings.capf_completes_by;
	store_phone_settings_clear(&settings);
	device->mode = (enum capf_mode)(profile->capf_mode + 1);
	device->order = (enum capf_key_order)profile->key_order;
	device->rsa_bits = profile->rsa_key_size;
	device->ec_bits = profile->ec_key_size;
	if (device->operation != CAPF_NONE && device->mode == CAPF_BY_STRING)
		err = store_capf_string(store, phone->id, device->string.text,
					&device->string.id);
	/* Without one it is refused; what cannot be read is none. */
	return err == -ENOKEY || err == -EBADMSG ? 0 : err;
}

/*
 * 0, -ENOENT. A name is one of a phone only as we write it: attempts are
 * counted by name, and would be again for each way to write it.
 */
static int find_device(struct visit *visit, const struct capf_message *res,
		       bool *recorded)
{
	struct store_phone phone;
	int err = store_phone_find(visit->all->config.store, res->name, &phone);

	if (!err && strcmp(phone.name, res->name))
		err = -ENOENT;
	if (err)
		return err;
	visit->phone = phone.id;
	strcpy(visit->name, phone.name);
	err = find_settings(visit, &phone);
	if (!err)
		err = find_lsc(visit, res, recorded);
	return err ? err : find_mic(visit);
}

/* A MIC among what was shown, which is good, as it was judged. */
static void keep_mic(struct visit *visit, const struct element_bytes *der,
		    const struct capf_trust *trust)
{
	X509 *cert = certificate_read(der->at, der->len);
	enum capf_cert_kind kind;
	const char *why;

	if (cert && !visit->mic &&
	    !capf_certificate_check(cert, trust, &kind, &why) &&
	    kind == CAPF_CERT_MIC) {
		visit->mic = malloc(der->len);
		if (visit->mic) {
			memcpy(visit->mic, der->at, der->len);
			visit->mic_len = der->len;
		}
	}
	X509_free(cert);
}

/*
 * Whoever shows that it is this phone takes its place: after a loss of power it
 * comes anew long before its last connection is given up. But what is being
 * signed or written down is not torn apart. False: the newer one is refused.
 */
static bool take_over(struct visit *visit)
{
	struct visit *other, *next;

	for (other = LIST_FIRST(&visit->all->visits); other; other = next) {
		next = LIST_NEXT(other, entry);
		if (other == visit || other->phone != visit->phone ||
		    !other->accepted || other->closed)
			continue;
		if (other->ticket || other->asked || other->again)
			return false;
		capf_session_refuse(other->session, CAPF_REASON_DECLINED,
				    CAPF_RESULT_NO_COMMUNICATION,
				    "the phone began anew");
	}
	return true;
}

static void accept_phone(struct visit *visit)
{
	const struct capf_device *device = &visit->device;
	const struct capf_order order = {
		.operation = device->operation,
		.keys = device->order,
		.rsa_bits = device->rsa_bits,
		.ec_bits = device->ec_bits,
	};

	if (device->operation != CAPF_NONE && !take_over(visit)) {
		capf_session_refuse(visit->session, CAPF_REASON_DECLINED,
				    CAPF_RESULT_NO_COMMUNICATION,
				    "another session of the phone is at work");
		return;
	}
	visit->accepted = device->operation != CAPF_NONE;
	net_conn_known(visit->conn);
	capf_session_accept(visit->session, &order, enrolment_now());
}

void visit_judge(void *arg, const struct capf_message *res)
{
	struct visit *visit = arg;
	struct enrolment *all = visit->all;
	struct capf_judgement judgement;
	struct capf_auth_policy policy;
	struct capf_trust trust;
	bool recorded = false, is_kept;
	int err = find_device(visit, res, &recorded);

	if (err == -ENOENT) {
		capf_session_refuse(visit->session, CAPF_REASON_UNKNOWN_DEVICE,
				    CAPF_RESULT_INVALID_CREDENTIALS,
				    "there is no such phone");
		return;
	}
	if (!err)
		err = anchors_trust(all, recorded, &trust);
	if (err) {
		capf_session_refuse(visit->session, CAPF_REASON_DECLINED,
				    CAPF_RESULT_NO_COMMUNICATION,
				    "the phone could not be looked up");
		return;
	}
	policy_auth(all, &policy);
	judgement = guesses_judge(visit, res, &trust, &policy, &is_kept);
	if (is_kept)
		return;
	if (judgement.result != CAPF_RESULT_PENDING &&
	    judgement.result != CAPF_RESULT_NONE) {
		capf_session_refuse(visit->session, CAPF_REASON_DECLINED,
				    judgement.result, judgement.why);
		return;
	}
	if (visit->device.operation != CAPF_NONE &&
	    visit->device.mode >= CAPF_BY_LSC_FIRST &&
	    !visit->device.has_mic && !anchors_trust(all, false, &trust)) {
		keep_mic(visit, &res->certificate, &trust);
		keep_mic(visit, &res->sudi.certificate, &trust);
	}
	accept_phone(visit);
}
