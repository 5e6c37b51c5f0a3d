// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing and opening of SRTP packets.
 *
 *   CM, NULL   header | payload | MKI | tag     RFC 3711 section 3.1
 *   GCM        header | payload | tag | MKI     RFC 7714 section 8.2
 *
 * CM authenticates the packet up to the MKI, and the ROC, which is not sent.
 */
#include "internal.h"
#include "srtp.h"

void ucsec_srtp_iv(const struct ucsec_crypto_session *s, u32 ssrc, u64 index,
		   u8 iv[UCSEC_CRYPTO_BLOCK])
{
	if (s->type == UCSEC_CRYPTO_GCM) {
		put_unaligned_be32(get_unaligned_be32(s->salt) ^ ssrc >> 16,
				   iv);
		put_unaligned_be64(get_unaligned_be64(s->salt + 4) ^
				   (u64)ssrc << 48 ^ index, iv + 4);
		return;
	}
	put_unaligned_be64(get_unaligned_be64(s->salt) ^ ssrc, iv);
	put_unaligned_be64((get_unaligned_be64(s->salt + 6) ^ index) << 16,
			   iv + 8);
}

/*
 * The tag of @len bytes at @pkt and of the ROC, which for this is put behind
 * them, where MKI and tag (4 bytes at least) are or will be.
 */
static int compute_tag(const struct ucsec_crypto_session *s, u8 *pkt, u32 len,
		       u64 index, u8 tag[UCSEC_CRYPTO_MAC])
{
	put_unaligned_be32((u32)(index >> 16), pkt + len);
	return ucsec_crypto_mac(s, pkt, len + 4, tag);
}

int ucsec_srtp_protect(const struct ucsec_srtp_keyset *ks, u8 *pkt, u32 *len,
		       u32 cap, const struct ucsec_srtp_hdr *hdr, u64 index)
{
	const struct ucsec_crypto_session *s = &ks->key[0].rtp;
	u32 tag_len = ks->suite->tag_len, text_len = *len - hdr->hdr_len;
	u8 iv[UCSEC_CRYPTO_BLOCK], tag[UCSEC_CRYPTO_MAC];
	u8 *end = pkt + *len;
	int err = 0;

	if (index > UCSEC_SRTP_INDEX_MAX)
		return -EKEYEXPIRED;
	if (*len < hdr->hdr_len)
		return -EINVAL;
	if (cap < *len || cap - *len < tag_len + ks->mki_len)
		return -ENOSPC;

	ucsec_srtp_iv(s, hdr->ssrc, index, iv);
	if (s->type == UCSEC_CRYPTO_GCM) {
		err = ucsec_crypto_gcm_seal(s, iv, pkt, hdr->hdr_len, text_len);
		if (err)
			return err;
		memcpy(end + tag_len, ks->key[0].mki, ks->mki_len);
		goto out;
	}

	if (s->type == UCSEC_CRYPTO_CTR && text_len)
		err = ucsec_crypto_ctr(s, iv, pkt + hdr->hdr_len, text_len);
	if (!err)
		err = compute_tag(s, pkt, *len, index, tag);
	if (err)
		return err;
	memcpy(end, ks->key[0].mki, ks->mki_len);
	memcpy(end + ks->mki_len, tag, tag_len);
out:
	*len += tag_len + ks->mki_len;
	return 0;
}

const struct ucsec_srtp_key *
ucsec_srtp_find_key(const struct ucsec_srtp_keyset *ks, const u8 *pkt, u32 len,
		    bool rtcp)
{
	u32 tag_len = rtcp ? ks->suite->rtcp_tag_len : ks->suite->tag_len;
	u32 i, behind = ks->mki_len;	/* from the MKI to the packet's end */

	if (!ks->mki_len)
		return &ks->key[0];
	if (ks->suite->cipher != UCSEC_CRYPTO_GCM)
		behind += tag_len;
	if (len < behind)
		return NULL;
	for (i = 0; i < ks->nkeys; i++)
		if (!memcmp(pkt + len - behind, ks->key[i].mki, ks->mki_len))
			return &ks->key[i];
	return NULL;
}

static int verify(const struct ucsec_srtp_keyset *ks,
		  const struct ucsec_crypto_session *s, u8 *pkt, u32 len,
		  u64 index)
{
	u8 tag[UCSEC_CRYPTO_MAC], saved[4];
	int err;

	memcpy(saved, pkt + len, sizeof(saved));
	err = compute_tag(s, pkt, len, index, tag);
	memcpy(pkt + len, saved, sizeof(saved));
	if (err)
		return err;
	return crypto_memneq(tag, pkt + len + ks->mki_len,
			     ks->suite->tag_len) ? -EBADMSG : 0;
}

int ucsec_srtp_unprotect(const struct ucsec_srtp_keyset *ks,
			 const struct ucsec_srtp_key *key, u8 *pkt, u32 *len,
			 const struct ucsec_srtp_hdr *hdr, u64 index,
			 bool keep)
{
	const struct ucsec_crypto_session *s = &key->rtp;
	u32 clear_len, trailer = ks->suite->tag_len + ks->mki_len;
	u8 iv[UCSEC_CRYPTO_BLOCK], *text = pkt + hdr->hdr_len;
	int err;

	if (index > UCSEC_SRTP_INDEX_MAX)
		return -EKEYEXPIRED;
	if (*len < trailer || *len - trailer < hdr->hdr_len)
		return -EINVAL;
	clear_len = *len - trailer;

	ucsec_srtp_iv(s, hdr->ssrc, index, iv);
	if (s->type == UCSEC_CRYPTO_GCM) {
		if (keep)
			err = ucsec_srtp_soft_gcm(s, iv, pkt, hdr->hdr_len,
						  NULL, 0, text,
						  clear_len - hdr->hdr_len,
						  pkt + clear_len, false);
		else
			err = ucsec_crypto_gcm_open(s, iv, pkt, hdr->hdr_len,
						    clear_len - hdr->hdr_len);
	} else {
		err = verify(ks, s, pkt, clear_len, index);
		if (!err && s->type == UCSEC_CRYPTO_CTR &&
		    clear_len > hdr->hdr_len)
			err = ucsec_crypto_ctr(s, iv, text,
					       clear_len - hdr->hdr_len);
	}
	if (!err)
		*len = clear_len;
	return err;
}
