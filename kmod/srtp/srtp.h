/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pure SRTP (RFC 3711, 6188, 7714): bytes in, bytes out. No skb, no lock, no
 * allocation, no logging. The caller brings packets as pointer, length and
 * capacity, holds the lock that a comment asks for, and keeps the order
 * estimate, check, authenticate, commit.
 *
 * Errors: -EINVAL the packet is malformed, -ENOKEY its MKI is unknown,
 * -EBADMSG its tag is wrong, -EALREADY its index was seen or is too old,
 * -EKEYEXPIRED the key may protect no more, -ENOSPC the capacity is too small;
 * any other comes from the cipher.
 */
#ifndef UCSEC_SRTP_H
#define UCSEC_SRTP_H

#include "crypto.h"

enum {
	UCSEC_SRTP_RTP_MIN	= 12,	/* bytes of the fixed RTP header */
	UCSEC_SRTP_RTCP_MIN	= 8,	/* bytes up to the sender's SSRC */
	UCSEC_SRTP_MKI_MAX	= 16,
	UCSEC_SRTP_TAG_MAX	= 16,
	UCSEC_SRTP_TRAILER_MAX	= 4 + UCSEC_SRTP_MKI_MAX + UCSEC_SRTP_TAG_MAX,
	UCSEC_SRTP_RTCP_WINDOW	= 128,
};

#define UCSEC_SRTP_INDEX_MAX		((1ULL << 48) - 1)
#define UCSEC_SRTP_RTCP_INDEX_MAX	((1U << 31) - 1)

/* suite.c */

struct ucsec_srtp_suite {
	const char *name;	/* as in SDES */
	u8 cipher;		/* enum ucsec_crypto_cipher */
	u8 key_len;		/* master and session key, bytes */
	u8 salt_len;
	u8 tag_len;
	u8 rtcp_tag_len;
};

/* @id is enum ucsec_suite of the ABI. NULL if there is none such. */
const struct ucsec_srtp_suite *ucsec_srtp_suite(u32 id);

/* kdf.c */

struct ucsec_srtp_key {
	struct ucsec_crypto_session rtp;
	struct ucsec_crypto_session rtcp;
	u8 mki[UCSEC_SRTP_MKI_MAX];
};

/* All keys of one side of a stream. Immutable once set up. */
struct ucsec_srtp_keyset {
	const struct ucsec_srtp_suite *suite;
	u8 nkeys;
	u8 mki_len;		/* 0: no MKI, and nkeys is 1 */
	struct ucsec_srtp_key key[];
};

/* Derives the session keys from key_len + salt_len bytes of @material. */
int ucsec_srtp_key_init(struct ucsec_srtp_key *key,
			const struct ucsec_srtp_suite *suite,
			const u8 *material);
void ucsec_srtp_key_exit(struct ucsec_srtp_key *key);

/* rtp.c */

struct ucsec_srtp_hdr {
	u32 ssrc;
	u32 timestamp;
	u32 hdr_len;		/* with CSRCs and extension: the GCM AAD */
	u16 seq;
	bool padding;
};

/* Demultiplexing by the first bytes, RFC 7983 and RFC 5761 section 4. */
bool ucsec_srtp_is_rtp_or_rtcp(const u8 *pkt, u32 len);
bool ucsec_srtp_is_rtcp(const u8 *pkt, u32 len);

/* Bounds only; @pkt may be protected. */
int ucsec_srtp_rtp_parse(const u8 *pkt, u32 len, struct ucsec_srtp_hdr *hdr);
/* Of clear text: does the padding fit the payload? */
int ucsec_srtp_rtp_check_padding(const u8 *pkt, u32 len,
				 const struct ucsec_srtp_hdr *hdr);
void ucsec_srtp_rtp_set_ssrc(u8 *pkt, u32 ssrc);

/* index.c: all under the stream's index lock */

/*
 * A window of packet indices (ROC << 16 | SEQ). @top is the highest index
 * committed, or ROC << 16 before the first packet. The bitmap of @size bits is
 * the caller's; bit i % size tells whether index i of the last @size was seen.
 */
struct ucsec_srtp_window {
	u64 top;
	bool started;
};

/* RFC 3711 section 3.3.1 and appendix A; changes nothing. */
u64 ucsec_srtp_window_estimate(const struct ucsec_srtp_window *w, u16 seq);
int ucsec_srtp_window_check(const struct ucsec_srtp_window *w, const u64 *bits,
			    u32 size, u64 index);
/* Checks again and marks @index as seen. */
int ucsec_srtp_window_commit(struct ucsec_srtp_window *w, u64 *bits, u32 size,
			     u64 index);
/*
 * The sending side: estimates, refuses an advance of more than 2^15 once
 * started, commits. No index is ever given twice.
 */
int ucsec_srtp_window_reserve(struct ucsec_srtp_window *w, u64 *bits, u32 size,
			      u16 seq, u64 *index);

/* SRTCP indices are explicit, so there is nothing to estimate. */
struct ucsec_srtp_rtcp_window {
	u64 bits[UCSEC_SRTP_RTCP_WINDOW / 64];
	u32 top;
};

int ucsec_srtp_rtcp_window_check(const struct ucsec_srtp_rtcp_window *w,
				 u32 index);
int ucsec_srtp_rtcp_window_commit(struct ucsec_srtp_rtcp_window *w, u32 index);

/* protect.c */

/*
 * The first counter block of CTR, RFC 3711 section 4.1.1, or the 12 bytes of
 * GCM, RFC 7714 sections 8.1 and 9.1, for an SRTP or SRTCP @index.
 */
void ucsec_srtp_iv(const struct ucsec_crypto_session *s, u32 ssrc, u64 index,
		   u8 iv[UCSEC_CRYPTO_BLOCK]);

/*
 * Seals in place; *@len grows by tag and MKI, within @cap. @index must be
 * reserved, @hdr be the packet's own.
 */
int ucsec_srtp_protect(const struct ucsec_srtp_keyset *ks, u8 *pkt, u32 *len,
		       u32 cap, const struct ucsec_srtp_hdr *hdr, u64 index);
/* The key that the packet names by its MKI, or the only one. */
const struct ucsec_srtp_key *
ucsec_srtp_find_key(const struct ucsec_srtp_keyset *ks, const u8 *pkt, u32 len,
		    bool rtcp);
/*
 * Verifies, then decrypts in place; *@len shrinks by tag and MKI.
 * @keep: on -EBADMSG the packet must be as it was, because another key is
 * going to be tried. GCM then takes the portable code, which verifies before
 * it decrypts; without @keep the payload is lost on -EBADMSG.
 */
int ucsec_srtp_unprotect(const struct ucsec_srtp_keyset *ks,
			 const struct ucsec_srtp_key *key, u8 *pkt, u32 *len,
			 const struct ucsec_srtp_hdr *hdr, u64 index,
			 bool keep);

/* rtcp.c */

struct ucsec_srtp_rtcp_hdr {
	u32 ssrc;		/* of the sender of the first packet */
	u32 index;		/* SRTCP index; 0 for plain RTCP */
	bool encrypted;		/* the E flag */
};

/* Bounds of a plain compound packet. */
int ucsec_srtp_rtcp_parse(const u8 *pkt, u32 len,
			  struct ucsec_srtp_rtcp_hdr *hdr);
/* Bounds of an SRTCP packet under @ks; nothing is authenticated yet. */
int ucsec_srtp_srtcp_parse(const struct ucsec_srtp_keyset *ks, const u8 *pkt,
			   u32 len, struct ucsec_srtp_rtcp_hdr *hdr);
/*
 * Rewrites SSRC @from to @to wherever the compound packet names its sender or
 * a source it reports on: headers, report blocks, SDES chunks, BYE, feedback.
 * Of clear text that ucsec_srtp_rtcp_parse accepted.
 */
void ucsec_srtp_rtcp_set_ssrc(u8 *pkt, u32 len, u32 from, u32 to);
int ucsec_srtp_protect_rtcp(const struct ucsec_srtp_keyset *ks, u8 *pkt,
			    u32 *len, u32 cap, u32 index);
/* Leaves the packet as it was on -EBADMSG, always. */
int ucsec_srtp_unprotect_rtcp(const struct ucsec_srtp_keyset *ks,
			      const struct ucsec_srtp_key *key, u8 *pkt,
			      u32 *len, const struct ucsec_srtp_rtcp_hdr *hdr);

/* soft.c: the portable ciphers, used by crypto.c where no SIMD may be used */

int ucsec_srtp_soft_ctr(const struct ucsec_crypto_session *s,
			const u8 iv[UCSEC_CRYPTO_BLOCK], u8 *data, u32 len);
/* @aad2 follows the AAD proper; SRTCP needs it, RFC 7714 section 9.2. */
int ucsec_srtp_soft_gcm(const struct ucsec_crypto_session *s,
			const u8 iv[UCSEC_CRYPTO_GCM_IV], const u8 *aad,
			u32 aad_len, const u8 *aad2, u32 aad2_len, u8 *data,
			u32 len, u8 *tag, bool seal);

#endif /* UCSEC_SRTP_H */
