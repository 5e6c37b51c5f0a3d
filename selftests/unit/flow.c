// SPDX-License-Identifier: GPL-2.0
/*
 * One side of a stream as the module keeps it.
 */
#include "flow.h"

const char *const verdict_names[] = {
	"accepted", "malformed", "unknown MKI", "replayed", "forged",
	"expired", "wrong E flag", "unknown SSRC", "error",
};

static enum verdict verdict_of(struct flow *f, int err)
{
	f->error = err;
	switch (err) {
	case 0:
		return VERDICT_OK;
	case -EINVAL:
		return VERDICT_PARSE;
	case -ENOKEY:
		return VERDICT_MKI;
	case -EALREADY:
		return VERDICT_REPLAY;
	case -EBADMSG:
		return VERDICT_AUTH;
	case -EKEYEXPIRED:
		return VERDICT_EXPIRED;
	case -ENOENT:
		return VERDICT_NO_SSRC;
	}
	return VERDICT_OTHER;
}

struct flow_ssrc *flow_find(struct flow *f, u32 ssrc)
{
	int i;

	for (i = 0; i < FLOW_SSRCS; i++)
		if (f->ssrcs[i].used && f->ssrcs[i].ssrc == ssrc)
			return &f->ssrcs[i];
	return NULL;
}

struct flow_ssrc *flow_add(struct flow *f, u32 ssrc, u32 roc)
{
	struct flow_ssrc *s;

	for (s = f->ssrcs; s < f->ssrcs + FLOW_SSRCS; s++)
		if (!s->used) {
			memset(s, 0, sizeof(*s));
			s->used = true;
			s->ssrc = ssrc;
			s->win.top = (u64)roc << 16;
			s->next_rtcp = 1;
			return s;
		}
	return NULL;
}

/* With @fresh an SSRC that is new stands for itself until authenticated. */
static struct flow_ssrc *find_or_new(struct flow *f, u32 ssrc,
				     struct flow_ssrc *fresh)
{
	struct flow_ssrc *s = flow_find(f, ssrc);

	if (s || f->fixed)
		return s;
	fresh->win = (struct ucsec_srtp_window){ .top = 0 };
	memset(&fresh->rtcp, 0, sizeof(fresh->rtcp));
	return fresh;
}

static int send_rtp(struct flow *f, u8 *pkt, u32 *len, u32 cap)
{
	struct ucsec_srtp_hdr hdr;
	struct flow_ssrc *s;
	u64 index;
	int err;

	err = ucsec_srtp_rtp_parse(pkt, *len, &hdr);
	if (err)
		return err;
	s = flow_find(f, hdr.ssrc);
	if (!s && !f->fixed)
		s = flow_add(f, hdr.ssrc, 0);
	if (!s)
		return -ENOENT;
	err = ucsec_srtp_window_reserve(&s->win, s->bits, f->size, hdr.seq,
					&index);
	if (err)
		return err;
	return ucsec_srtp_protect(f->keys, pkt, len, cap, &hdr, index);
}

static int send_rtcp(struct flow *f, u8 *pkt, u32 *len, u32 cap)
{
	struct ucsec_srtp_rtcp_hdr hdr;
	struct flow_ssrc *s;
	int err;

	err = ucsec_srtp_rtcp_parse(pkt, *len, &hdr);
	if (err)
		return err;
	s = flow_find(f, hdr.ssrc);
	if (!s && !f->fixed)
		s = flow_add(f, hdr.ssrc, 0);
	if (!s)
		return -ENOENT;
	return ucsec_srtp_protect_rtcp(f->keys, pkt, len, cap, s->next_rtcp++);
}

static int open_rtp(struct flow *f, u8 *pkt, u32 *len,
		    const struct ucsec_srtp_hdr *hdr, u64 index)
{
	const struct ucsec_srtp_key *key;
	int err;

	key = ucsec_srtp_find_key(f->keys, pkt, *len, false);
	if (!key)
		return -ENOKEY;
	err = ucsec_srtp_unprotect(f->keys, key, pkt, len, hdr, index,
				   f->old);
	if (err == -EBADMSG && f->old)
		err = ucsec_srtp_unprotect(f->old, &f->old->key[0], pkt, len,
					   hdr, index, false);
	return err;
}

static int receive_rtp(struct flow *f, u8 *pkt, u32 *len)
{
	static struct flow_ssrc fresh;
	struct ucsec_srtp_hdr hdr;
	struct flow_ssrc *s;
	u64 index;
	int err;

	err = ucsec_srtp_rtp_parse(pkt, *len, &hdr);
	if (err)
		return err;
	s = find_or_new(f, hdr.ssrc, &fresh);
	if (!s)
		return -ENOENT;
	index = ucsec_srtp_window_estimate(&s->win, hdr.seq);
	err = ucsec_srtp_window_check(&s->win, s->bits, f->size, index);
	if (!err)
		err = open_rtp(f, pkt, len, &hdr, index);
	if (err)
		return err;
	if (s == &fresh)
		s = flow_add(f, hdr.ssrc, 0);
	if (!s)
		return -ENOENT;
	return ucsec_srtp_window_commit(&s->win, s->bits, f->size, index);
}

static int receive_rtcp(struct flow *f, u8 *pkt, u32 *len)
{
	static struct flow_ssrc fresh;
	const struct ucsec_srtp_key *key;
	struct ucsec_srtp_rtcp_hdr hdr;
	struct flow_ssrc *s;
	int err;

	err = ucsec_srtp_srtcp_parse(f->keys, pkt, *len, &hdr);
	if (err)
		return err;
	s = find_or_new(f, hdr.ssrc, &fresh);
	if (!s)
		return -ENOENT;
	key = ucsec_srtp_find_key(f->keys, pkt, *len, true);
	if (!key)
		return -ENOKEY;
	err = ucsec_srtp_rtcp_window_check(&s->rtcp, hdr.index);
	if (err)
		return err;
	err = ucsec_srtp_unprotect_rtcp(f->keys, key, pkt, len, &hdr);
	if (err == -EBADMSG && f->old)
		err = ucsec_srtp_unprotect_rtcp(f->old, &f->old->key[0], pkt,
						len, &hdr);
	if (err)
		return err;
	if (s == &fresh)
		s = flow_add(f, hdr.ssrc, 0);
	if (!s)
		return -ENOENT;
	return ucsec_srtp_rtcp_window_commit(&s->rtcp, hdr.index);
}

enum verdict flow_send(struct flow *f, u8 *pkt, u32 *len, u32 cap, bool rtcp)
{
	return verdict_of(f, rtcp ? send_rtcp(f, pkt, len, cap) :
				    send_rtp(f, pkt, len, cap));
}

enum verdict flow_receive(struct flow *f, u8 *pkt, u32 *len, bool rtcp)
{
	return verdict_of(f, rtcp ? receive_rtcp(f, pkt, len) :
				    receive_rtp(f, pkt, len));
}
