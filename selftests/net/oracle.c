// SPDX-License-Identifier: GPL-2.0
/* libsrtp2 as the other end; cm.c where it differs from the RFCs. */
#include <srtp2/srtp.h>
#include "net.h"

struct oracle {
	struct ucsec_crypto config;
	bool outbound;
	srtp_t session;
	struct cm *cm;
};

static void quiet(srtp_event_data_t *data)
{
	(void)data;
}

static void crypto_policy(enum ucsec_suite suite, srtp_crypto_policy_t *rtp,
			  srtp_crypto_policy_t *rtcp)
{
	static void (*const set[])(srtp_crypto_policy_t *) = {
		[UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80] =
			srtp_crypto_policy_set_rtp_default,
		[UCSEC_SUITE_AES_CM_128_HMAC_SHA1_32] =
			srtp_crypto_policy_set_rtp_default,
		[UCSEC_SUITE_AES_256_CM_HMAC_SHA1_80] =
			srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80,
		[UCSEC_SUITE_AES_256_CM_HMAC_SHA1_32] =
			srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80,
		[UCSEC_SUITE_AEAD_AES_128_GCM] =
			srtp_crypto_policy_set_aes_gcm_128_16_auth,
		[UCSEC_SUITE_AEAD_AES_256_GCM] =
			srtp_crypto_policy_set_aes_gcm_256_16_auth,
		[UCSEC_SUITE_NULL_HMAC_SHA1_80] =
			srtp_crypto_policy_set_null_cipher_hmac_sha1_80,
		[UCSEC_SUITE_NULL_HMAC_SHA1_32] =
			srtp_crypto_policy_set_null_cipher_hmac_sha1_80,
	};

	set[suite](rtp);
	set[suite](rtcp);
	if (strstr(ucsec_suite_name(suite), "_SHA1_32"))
		rtp->auth_tag_len = 4;
}

struct policy {
	srtp_policy_t policy;
	srtp_master_key_t key[UCSEC_MAX_KEYS];
	srtp_master_key_t *keys[UCSEC_MAX_KEYS];
};

static void fill_policy(struct oracle *o, struct policy *p)
{
	u32 i;

	memset(p, 0, sizeof(*p));
	crypto_policy(o->config.suite, &p->policy.rtp, &p->policy.rtcp);
	for (i = 0; i < o->config.key_count; i++) {
		p->key[i].key = o->config.keys[i].material;
		p->key[i].mki_id = o->config.keys[i].mki;
		p->key[i].mki_size = o->config.keys[i].mki_len;
		p->keys[i] = &p->key[i];
	}
	p->policy.keys = p->keys;
	p->policy.num_master_keys = o->config.key_count;
	p->policy.window_size = 0x7fff;
	p->policy.allow_repeat_tx = 1;
}

static bool libsrtp_differs(const struct ucsec_crypto *c)
{
	const char *name = ucsec_suite_name(c->suite);

	return strstr(name, "192") ||
	       (strstr(name, "_32") && c->keys[0].mki_len);
}

struct oracle *oracle_new(const struct ucsec_crypto *c, bool outbound)
{
	struct oracle *o = calloc(1, sizeof(*o));
	static bool is_up;
	struct policy p;

	if (!o || (!is_up && (srtp_init() ||
			      srtp_install_event_handler(quiet))))
		die("libsrtp");
	is_up = true;
	o->config = *c;
	o->outbound = outbound;
	if (libsrtp_differs(c)) {
		o->cm = cm_new(c);
		return o;
	}
	fill_policy(o, &p);
	p.policy.ssrc.type = outbound ? ssrc_any_outbound : ssrc_any_inbound;
	if (srtp_create(&o->session, &p.policy))
		die("srtp_create, suite %d", c->suite);
	return o;
}

void oracle_free(struct oracle *o)
{
	if (o->cm)
		cm_free(o->cm);
	else
		srtp_dealloc(o->session);
	free(o);
}

void oracle_add(struct oracle *o, u32 ssrc, u32 roc)
{
	struct policy p;

	if (o->cm) {
		cm_set_roc(o->cm, ssrc, roc);
		return;
	}
	fill_policy(o, &p);
	p.policy.ssrc.type = ssrc_specific;
	p.policy.ssrc.value = ssrc;
	if (srtp_add_stream(o->session, &p.policy) ||
	    srtp_set_stream_roc(o->session, ssrc, roc))
		die("srtp_add_stream");
}

int oracle_seal(struct oracle *o, u8 *pkt, int len, u32 key, bool rtcp)
{
	unsigned int mki = o->config.keys[0].mki_len > 0;
	srtp_err_status_t status;

	if (o->cm)
		return cm_seal(o->cm, pkt, len, key, rtcp);
	status = rtcp ?
		srtp_protect_rtcp_mki(o->session, pkt, &len, mki, key) :
		srtp_protect_mki(o->session, pkt, &len, mki, key);
	return status ? -1 : len;
}

int oracle_open(struct oracle *o, u8 *pkt, int len, bool rtcp)
{
	unsigned int mki = o->config.keys[0].mki_len > 0;
	srtp_err_status_t status;

	if (o->cm)
		return cm_open(o->cm, pkt, len, rtcp);
	status = rtcp ?
		srtp_unprotect_rtcp_mki(o->session, pkt, &len, mki) :
		srtp_unprotect_mki(o->session, pkt, &len, mki);
	return status ? -1 : len;
}
