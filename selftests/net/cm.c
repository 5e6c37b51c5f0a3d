// SPDX-License-Identifier: GPL-2.0
/*
 * AES-CM and NULL with HMAC-SHA1, written from RFC 3711 and 6188 over OpenSSL.
 *
 * For what libsrtp2 does otherwise than the RFCs say: it derives the keys of
 * AES-192 with AES-256, and looks for the MKI of SRTCP in the wrong place if
 * the tag of SRTP is short.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "net.h"

enum { SALT = 14, RTCP_TAG = 10, STATES = 64 };

struct session {
	u8 cipher[32], auth[20], salt[SALT];
};

struct state {
	bool used, started;
	u32 ssrc;
	u64 top;
	u32 rtcp;
};

struct cm {
	struct ucsec_crypto config;
	int key_len, tag_len;
	bool null;
	struct session rtp[UCSEC_MAX_KEYS], rtcp[UCSEC_MAX_KEYS];
	struct state state[STATES];
};

static void ctr(const u8 *key, int key_len, const u8 iv[16], u8 *data, int len)
{
	const EVP_CIPHER *cipher = key_len == 16 ? EVP_aes_128_ctr() :
				   key_len == 24 ? EVP_aes_192_ctr() :
						   EVP_aes_256_ctr();
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	if (!EVP_EncryptInit_ex(ctx, cipher, NULL, key, iv) ||
	    !EVP_EncryptUpdate(ctx, data, &n, data, len))
		die("OpenSSL");
	EVP_CIPHER_CTX_free(ctx);
}

static void derive(const struct cm *cm, const u8 *material, u8 label, u8 *out,
		   int len)
{
	u8 iv[16] = { 0 };

	memcpy(iv, material + cm->key_len, SALT);
	iv[7] ^= label;
	memset(out, 0, (size_t)len);
	ctr(material, cm->key_len, iv, out, len);
}

static void derive_session(const struct cm *cm, const u8 *material, u8 label,
			   struct session *s)
{
	derive(cm, material, label, s->cipher, cm->key_len);
	derive(cm, material, label + 1, s->auth, sizeof(s->auth));
	derive(cm, material, label + 2, s->salt, SALT);
}

struct cm *cm_new(const struct ucsec_crypto *c)
{
	struct cm *cm = calloc(1, sizeof(*cm));
	const char *name = ucsec_suite_name(c->suite);
	u32 i;

	if (!cm)
		abort();
	cm->config = *c;
	cm->key_len = (int)ucsec_suite_material_len(c->suite) - SALT;
	cm->tag_len = strstr(name, "_32") ? 4 : 10;
	cm->null = !strncmp(name, "NULL", 4);
	for (i = 0; i < c->key_count; i++) {
		derive_session(cm, c->keys[i].material, 0, &cm->rtp[i]);
		derive_session(cm, c->keys[i].material, 3, &cm->rtcp[i]);
	}
	return cm;
}

void cm_free(struct cm *cm)
{
	free(cm);
}

static struct state *state_of(struct cm *cm, u32 ssrc)
{
	struct state *s;

	for (s = cm->state; s < cm->state + STATES; s++) {
		if (s->used && s->ssrc == ssrc)
			return s;
		if (!s->used) {
			s->used = true;
			s->ssrc = ssrc;
			return s;
		}
	}
	die("too many SSRCs");
}

void cm_set_roc(struct cm *cm, u32 ssrc, u32 roc)
{
	state_of(cm, ssrc)->top = (u64)roc << 16;
}

/* The index nearest to the highest one so far. */
static u64 estimate(const struct state *s, u16 seq)
{
	u64 index = (s->top & ~0xffffULL) | seq;

	if (!s->started)
		return index;
	if (index > s->top + 0x8000 && index > 0xffff)
		return index - 0x10000;
	if (index + 0x8000 < s->top)
		return index + 0x10000;
	return index;
}

static void advance(struct state *s, u64 index)
{
	if (!s->started || index > s->top)
		s->top = index;
	s->started = true;
}

static void apply(const struct cm *cm, const struct session *s, u32 ssrc,
		  u64 index, u8 *data, int len)
{
	u8 iv[16] = { 0 };
	int i;

	if (cm->null || len <= 0)
		return;
	memcpy(iv, s->salt, SALT);
	for (i = 0; i < 4; i++)
		iv[4 + i] ^= (u8)(ssrc >> (24 - 8 * i));
	for (i = 0; i < 6; i++)
		iv[8 + i] ^= (u8)(index >> (40 - 8 * i));
	ctr(s->cipher, cm->key_len, iv, data, len);
}

/* @roc is appended if there is one; @data has room behind it. */
static void tag(const struct session *s, u8 *data, int len, const u32 *roc,
		u8 out[20])
{
	u8 kept[4];
	unsigned int n;

	memcpy(kept, data + len, 4);
	if (roc)
		put32(data + len, *roc);
	HMAC(EVP_sha1(), s->auth, sizeof(s->auth), data,
	     (size_t)(len + (roc ? 4 : 0)), out, &n);
	memcpy(data + len, kept, 4);
}

int cm_seal(struct cm *cm, u8 *pkt, int len, u32 key, bool rtcp)
{
	struct state *s = state_of(cm, rtcp ? get32(pkt + 4) : rtp_ssrc(pkt));
	const struct ucsec_key *k = &cm->config.keys[key];
	int head = rtcp ? 8 : rtp_header_len(pkt);
	int tag_len = rtcp ? RTCP_TAG : cm->tag_len;
	u64 index = rtcp ? s->rtcp : estimate(s, rtp_seq(pkt));
	u32 roc = (u32)(index >> 16);
	u8 mac[20];

	apply(cm, rtcp ? &cm->rtcp[key] : &cm->rtp[key], s->ssrc, index,
	      pkt + head, len - head);
	if (rtcp) {
		s->rtcp++;
		put32(pkt + len, (u32)index | (cm->null ? 0 : 1U << 31));
		len += 4;
	} else {
		advance(s, index);
	}
	tag(rtcp ? &cm->rtcp[key] : &cm->rtp[key], pkt, len,
	    rtcp ? NULL : &roc, mac);
	memcpy(pkt + len, k->mki, k->mki_len);
	memcpy(pkt + len + k->mki_len, mac, (size_t)tag_len);
	return len + k->mki_len + tag_len;
}

static int find_key(const struct cm *cm, const u8 *pkt, int len, int tag_len)
{
	int mki_len = cm->config.keys[0].mki_len;
	u32 i;

	for (i = 0; i < cm->config.key_count; i++)
		if (len >= mki_len + tag_len &&
		    !memcmp(pkt + len - tag_len - mki_len,
			    cm->config.keys[i].mki, (size_t)mki_len))
			return (int)i;
	return -1;
}

/* Checks the tag at @index, then decrypts; the length without trailer. */
static int open_at(struct cm *cm, u8 *pkt, int len, bool rtcp, u64 index)
{
	int tag_len = rtcp ? RTCP_TAG : cm->tag_len;
	int key = find_key(cm, pkt, len, tag_len);
	int body = len - tag_len - cm->config.keys[0].mki_len;
	u32 ssrc = rtcp ? get32(pkt + 4) : rtp_ssrc(pkt);
	int head = rtcp ? 8 : rtp_header_len(pkt);
	u32 roc = (u32)(index >> 16);
	const struct session *s;
	u8 mac[20], got[20];

	if (key < 0 || body < head)
		return -1;
	s = rtcp ? &cm->rtcp[key] : &cm->rtp[key];
	memcpy(got, pkt + len - tag_len, (size_t)tag_len);
	tag(s, pkt, body, rtcp ? NULL : &roc, mac);
	if (memcmp(mac, got, (size_t)tag_len))
		return -1;
	if (rtcp) {
		body -= 4;
		if (!(pkt[body] & 0x80))
			return body;
	}
	apply(cm, s, ssrc, index, pkt + head, body - head);
	return body;
}

int cm_open_at(struct cm *cm, u8 *pkt, int len, u32 roc)
{
	return open_at(cm, pkt, len, false, (u64)roc << 16 | rtp_seq(pkt));
}

int cm_open(struct cm *cm, u8 *pkt, int len, bool rtcp)
{
	int trailer = RTCP_TAG + cm->config.keys[0].mki_len + 4;
	struct state *s;
	u64 index;

	if (rtcp) {
		if (len < 8 + trailer)
			return -1;
		index = get32(pkt + len - trailer) & 0x7fffffff;
		return open_at(cm, pkt, len, true, index);
	}
	s = state_of(cm, rtp_ssrc(pkt));
	index = estimate(s, rtp_seq(pkt));
	len = open_at(cm, pkt, len, false, index);
	if (len >= 0)
		advance(s, index);
	return len;
}
