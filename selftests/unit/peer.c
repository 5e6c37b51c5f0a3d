// SPDX-License-Identifier: GPL-2.0
/*
 * libsrtp2 as the other implementation.
 */
#include <srtp2/srtp.h>

#include "peer.h"
#include "crypto-openssl.h"
#include "ucsec.h"

struct peer {
	struct peer_config config;
	srtp_t session;
};

/* All that libsrtp reads while a session is made. */
struct policies {
	srtp_policy_t policy[FLOW_SSRCS];
	srtp_master_key_t key[PEER_KEYS];
	srtp_master_key_t *keys[PEER_KEYS];
	u8 material[PEER_KEYS][UCSEC_MAX_KEY_LEN];
	u8 mki[PEER_KEYS][UCSEC_SRTP_MKI_MAX];
};

static void quiet(srtp_event_data_t *data)
{
	(void)data;
}

void peer_init(void)
{
	if (srtp_init() || srtp_install_event_handler(quiet))
		abort();
}

void peer_shutdown(void)
{
	srtp_shutdown();
}

/* NULL has no policy with the short tag in libsrtp; services select it. */
static void crypto_policies(u32 suite, srtp_crypto_policy_t *rtp,
			    srtp_crypto_policy_t *rtcp)
{
	static void (*const set[])(srtp_crypto_policy_t *) = {
		[UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80] =
			srtp_crypto_policy_set_rtp_default,
		[UCSEC_SUITE_AES_CM_128_HMAC_SHA1_32] =
			srtp_crypto_policy_set_rtp_default,
		[UCSEC_SUITE_AES_192_CM_HMAC_SHA1_80] =
			srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80,
		[UCSEC_SUITE_AES_192_CM_HMAC_SHA1_32] =
			srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80,
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
	if (rtp->auth_tag_len == 10)
		rtp->auth_tag_len = ucsec_srtp_suite(suite)->tag_len;
}

static void fill_policies(const struct peer_config *c, struct policies *all,
			  const u8 *material)
{
	const struct ucsec_srtp_suite *suite = ucsec_srtp_suite(c->suite);
	u32 i, n = c->nssrcs ? c->nssrcs : 1;
	u32 key_len = suite->key_len + suite->salt_len;

	memset(all, 0, sizeof(*all));
	for (i = 0; i < c->nkeys; i++) {
		memcpy(all->material[i], material + i * key_len, key_len);
		memset(all->mki[i], 0xa0 + (u8)i, c->mki_len);
		all->key[i].key = all->material[i];
		all->key[i].mki_id = all->mki[i];
		all->key[i].mki_size = c->mki_len;
		all->keys[i] = &all->key[i];
	}
	for (i = 0; i < n; i++) {
		srtp_policy_t *p = &all->policy[i];

		crypto_policies(c->suite, &p->rtp, &p->rtcp);
		if (c->rtcp_clear)
			p->rtcp.sec_serv = sec_serv_auth;
		p->ssrc.type = ssrc_specific;
		p->ssrc.value = c->ssrcs[i];
		if (!c->nssrcs)
			p->ssrc.type = c->outbound ? ssrc_any_outbound :
						     ssrc_any_inbound;
		p->window_size = c->window;
		p->keys = all->keys;
		p->num_master_keys = c->nkeys;
		p->next = i + 1 < n ? &all->policy[i + 1] : NULL;
	}
}

struct peer *peer_new(const struct peer_config *config, const u8 *material)
{
	struct peer *p = calloc(1, sizeof(*p));
	struct policies all;
	u32 i;

	p->config = *config;
	fill_policies(config, &all, material);
	if (srtp_create(&p->session, all.policy))
		abort();
	for (i = 0; i < config->nssrcs; i++)
		peer_set_roc(p, config->ssrcs[i], config->roc);
	return p;
}

void peer_free(struct peer *p)
{
	if (p)
		srtp_dealloc(p->session);
	free(p);
}

void peer_rekey(struct peer *p, const u8 *material)
{
	struct policies all;

	fill_policies(&p->config, &all, material);
	if (srtp_update(p->session, all.policy))
		abort();
}

void peer_set_roc(struct peer *p, u32 ssrc, u32 roc)
{
	if (srtp_set_stream_roc(p->session, ssrc, roc))
		abort();
}

u32 peer_roc(struct peer *p, u32 ssrc)
{
	u32 roc;

	if (srtp_get_stream_roc(p->session, ssrc, &roc))
		abort();
	return roc;
}

static enum verdict verdict_of(srtp_err_status_t status)
{
	switch (status) {
	case srtp_err_status_ok:
		return VERDICT_OK;
	case srtp_err_status_bad_param:
	case srtp_err_status_parse_err:
		return VERDICT_PARSE;
	case srtp_err_status_bad_mki:
		return VERDICT_MKI;
	case srtp_err_status_replay_fail:
	case srtp_err_status_replay_old:
		return VERDICT_REPLAY;
	case srtp_err_status_auth_fail:
	case srtp_err_status_cipher_fail:	/* GCM, of any wrong tag */
		return VERDICT_AUTH;
	case srtp_err_status_cant_check:
		return VERDICT_EFLAG;
	case srtp_err_status_no_ctx:
		return VERDICT_NO_SSRC;
	default:
		return VERDICT_OTHER;
	}
}

enum verdict peer_send(struct peer *p, u8 *pkt, u32 *len, u32 key, bool rtcp)
{
	unsigned int mki = p->config.mki_len > 0;
	srtp_err_status_t status;
	int n = (int)*len;

	status = rtcp ? srtp_protect_rtcp_mki(p->session, pkt, &n, mki, key) :
			srtp_protect_mki(p->session, pkt, &n, mki, key);
	*len = (u32)n;
	return verdict_of(status);
}

enum verdict peer_receive(struct peer *p, u8 *pkt, u32 *len, bool rtcp)
{
	unsigned int mki = p->config.mki_len > 0;
	srtp_err_status_t status;
	int n = (int)*len;

	status = rtcp ? srtp_unprotect_rtcp_mki(p->session, pkt, &n, mki) :
			srtp_unprotect_mki(p->session, pkt, &n, mki);
	*len = (u32)n;
	return verdict_of(status);
}

void peer_keys_192(struct ucsec_srtp_keyset *ks, const u8 *material)
{
	const struct ucsec_srtp_suite *as_256 =
		ucsec_srtp_suite(UCSEC_SUITE_AES_256_CM_HMAC_SHA1_80);
	u8 i, padded[UCSEC_MAX_KEY_LEN];

	for (i = 0; i < ks->nkeys; i++) {
		struct ucsec_srtp_key *key = &ks->key[i];

		memset(padded, 0, sizeof(padded));
		memcpy(padded, material + i * 38, 38);
		ucsec_srtp_key_exit(key);
		if (ucsec_srtp_key_init(key, as_256, padded))
			abort();
		key->rtp.key_len = 24;
		key->rtcp.key_len = 24;
		ucsec_test_rekey(&key->rtp);
	}
}
