// SPDX-License-Identifier: GPL-2.0
/*
 * Lengths and counts are the sender's word: tables of lies, and every
 * truncation. Packets end where their memory does, so ASan sees an overread.
 */
#include "packets.h"
#include "ucsec.h"

static struct lcg rng = { 11 };

static const struct {
	const char *what, *pkt;
	int want;
	u32 hdr_len;
	int padding;		/* what the check of clear text says */
} rtp_table[] = {
	{ "nothing", "", -EINVAL, 0, 0 },
	{ "one byte", "80", -EINVAL, 0, 0 },
	{ "11 bytes", "8000 0001 00000000 000000", -EINVAL, 0, 0 },
	{ "header alone", "8000 0001 00000000 00000000", 0, 12, 0 },
	{ "version 0", "0000 0001 00000000 00000000", -EINVAL, 0, 0 },
	{ "version 1", "4000 0001 00000000 00000000", -EINVAL, 0, 0 },
	{ "version 3", "c000 0001 00000000 00000000", -EINVAL, 0, 0 },
	{ "a CSRC", "8100 0001 00000000 00000000 00000001", 0, 16, 0 },
	{ "a CSRC too much", "8200 0001 00000000 00000000 00000001",
	  -EINVAL, 0, 0 },
	{ "15 CSRCs, none there", "8f00 0001 00000000 00000000",
	  -EINVAL, 0, 0 },
	{ "empty extension", "9000 0001 00000000 00000000 bede0000",
	  0, 16, 0 },
	{ "extension of a word",
	  "9000 0001 00000000 00000000 bede0001 00000000", 0, 20, 0 },
	{ "extension a word too long",
	  "9000 0001 00000000 00000000 bede0002 00000000", -EINVAL, 0, 0 },
	{ "extension of 65535 words",
	  "9000 0001 00000000 00000000 bedeffff 00000000", -EINVAL, 0, 0 },
	{ "extension without its length",
	  "9000 0001 00000000 00000000 bede00", -EINVAL, 0, 0 },
	{ "extension missing", "9000 0001 00000000 00000000", -EINVAL, 0, 0 },
	{ "CSRC and extension",
	  "9100 0001 00000000 00000000 00000001 bede0000 ff", 0, 20, 0 },
	{ "padding of one", "a000 0001 00000000 00000000 aabb01", 0, 12, 0 },
	{ "padding is all", "a000 0001 00000000 00000000 aabb03", 0, 12, 0 },
	{ "padding of more than all", "a000 0001 00000000 00000000 aabb04",
	  0, 12, -EINVAL },
	{ "padding of 0", "a000 0001 00000000 00000000 aabb00",
	  0, 12, -EINVAL },
	{ "padding of 255", "a000 0001 00000000 00000000 aabbff",
	  0, 12, -EINVAL },
	{ "padding without payload", "a000 0001 00000000 00000004",
	  0, 12, -EINVAL },
	{ "padding into the CSRC", "a100 0001 00000000 00000000 00000001 02",
	  0, 16, -EINVAL },
};

static void test_rtp_table(void)
{
	struct ucsec_srtp_hdr hdr;
	u8 buf[64], *pkt;
	size_t i;
	int got;
	u32 len;

	for (i = 0; i < sizeof(rtp_table) / sizeof(rtp_table[0]); i++) {
		len = hex(rtp_table[i].pkt, buf, sizeof(buf));
		pkt = exact_copy(buf, len);
		got = ucsec_srtp_rtp_parse(pkt, len, &hdr);
		tap_ok(got == rtp_table[i].want &&
		       (got || (hdr.hdr_len == rtp_table[i].hdr_len &&
				ucsec_srtp_rtp_check_padding(pkt, len, &hdr) ==
				rtp_table[i].padding)),
		       "RTP: %s", rtp_table[i].what);
		free(pkt);
	}
}

static void test_rtp_fields(void)
{
	struct ucsec_srtp_hdr hdr;
	u8 pkt[16];
	u32 len = hex("a0e0 1234 89abcdef fedcba98 00000001", pkt, 16);

	tap_ok(!ucsec_srtp_rtp_parse(pkt, len, &hdr) && hdr.seq == 0x1234 &&
	       hdr.timestamp == 0x89abcdef && hdr.ssrc == 0xfedcba98 &&
	       hdr.padding, "RTP: fields");
	ucsec_srtp_rtp_set_ssrc(pkt, 0x01020304);
	tap_ok(equals_hex(pkt, len, "a0e0 1234 89abcdef 01020304 00000001"),
	       "RTP: SSRC set");
}

static const struct {
	const char *pkt;
	bool rtp_or_rtcp, rtcp;
} demux_table[] = {
	{ "", false, false },
	{ "80", true, false },
	{ "7f00", false, false },	/* DTLS, TURN, STUN are below */
	{ "8000", true, false },
	{ "bfff", true, false },
	{ "c000", false, false },
	{ "80bf", true, false },
	{ "80c0", true, true },
	{ "80c8", true, true },
	{ "80df", true, true },
	{ "80e0", true, false },
};

static void test_demux(void)
{
	u8 buf[2], *pkt;
	size_t i;
	u32 len, bad = 0;

	for (i = 0; i < sizeof(demux_table) / sizeof(demux_table[0]); i++) {
		len = hex(demux_table[i].pkt, buf, sizeof(buf));
		pkt = exact_copy(buf, len);
		bad += ucsec_srtp_is_rtp_or_rtcp(pkt, len) !=
		       demux_table[i].rtp_or_rtcp;
		bad += ucsec_srtp_is_rtcp(pkt, len) != demux_table[i].rtcp;
		free(pkt);
	}
	tap_ok(!bad, "demultiplexing by the first two bytes");
}

static const struct {
	const char *what, *pkt;
	int want;
} rtcp_table[] = {
	{ "nothing", "", -EINVAL },
	{ "7 bytes", "80c90001 000000", -EINVAL },
	{ "empty RR", "80c90001 00000007", 0 },
	{ "BYE without SSRC alone", "80cb0000", -EINVAL },
	{ "a word that says two", "80c90001", -EINVAL },
	{ "feedback alone, RFC 5506", "81ce0002 00000007 00000008", 0 },
	{ "version 1", "40c90001 00000007", -EINVAL },
	{ "version 3", "c0c90001 00000007", -EINVAL },
	{ "type 191", "80bf0001 00000007", -EINVAL },
	{ "type 192", "80c00001 00000007", 0 },
	{ "type 223", "80df0001 00000007", 0 },
	{ "type 224", "80e00001 00000007", -EINVAL },
	{ "length a word short", "80c90000 00000007", -EINVAL },
	{ "length a word long", "80c90002 00000007", -EINVAL },
	{ "length 65535", "80c9ffff 00000007", -EINVAL },
	{ "a byte over", "80c90001 00000007 80", -EINVAL },
	{ "three bytes over", "80c90001 00000007 80cb00", -EINVAL },
	{ "then BYE", "80c90001 00000007 80cb0000", 0 },
	{ "then BYE of another version", "80c90001 00000007 40cb0000",
	  -EINVAL },
	{ "then no RTCP", "80c90001 00000007 80000000", -EINVAL },
	{ "then one that is too long", "80c90001 00000007 80cb0001",
	  -EINVAL },
	{ "padded", "a0c90002 00000007 00000004", 0 },
	{ "padded by 0", "a0c90002 00000007 00000000", -EINVAL },
	{ "padded by 3", "a0c90002 00000007 00000003", -EINVAL },
	{ "padded into the SSRC", "a0c90002 00000007 00000008", -EINVAL },
	{ "padded by the SSRC", "a0c90001 00000004", -EINVAL },
	{ "padded by 252", "a0c90002 00000007 000000fc", -EINVAL },
	{ "padded, not the last",
	  "a0c90002 00000007 00000004 80cb0000", -EINVAL },
	{ "padded, not the last, which ends in 4",
	  "a0c90002 00000007 00000004 81cb0001 00000004", -EINVAL },
	{ "second one padded", "80c90001 00000007 a0cb0001 00000004", 0 },
	{ "second one padded into its header",
	  "80c90001 00000007 a0cb0001 00000008", -EINVAL },
};

static void test_rtcp_table(void)
{
	struct ucsec_srtp_rtcp_hdr hdr;
	u8 buf[64], *pkt;
	size_t i;
	u32 len;

	for (i = 0; i < sizeof(rtcp_table) / sizeof(rtcp_table[0]); i++) {
		len = hex(rtcp_table[i].pkt, buf, sizeof(buf));
		pkt = exact_copy(buf, len);
		tap_ok(ucsec_srtp_rtcp_parse(pkt, len, &hdr) ==
		       rtcp_table[i].want, "RTCP: %s", rtcp_table[i].what);
		free(pkt);
	}
}

/* 00000007 becomes 000000aa; 00000008 stays, and so does what is no SSRC. */
static const struct {
	const char *what, *before, *after;
} ssrc_table[] = {
	{ "sender report",
	  "82c80012 00000007 00000007 00000007 00000007 00000007 00000007"
	  "00000007 00000007 00000007 00000007 00000007 00000007"
	  "00000008 00000007 00000007 00000007 00000007 00000007",
	  "82c80012 000000aa 00000007 00000007 00000007 00000007 00000007"
	  "000000aa 00000007 00000007 00000007 00000007 00000007"
	  "00000008 00000007 00000007 00000007 00000007 00000007" },
	{ "receiver report", "81c90007 00000008 00000007 00000007 00000007"
	  "00000007 00000007 00000007",
	  "81c90007 00000008 000000aa 00000007 00000007 00000007 00000007"
	  "00000007" },
	{ "report with an extension", "80c90002 00000007 00000007",
	  "80c90002 000000aa 00000007" },
	{ "report of blocks that are not there", "9fc90002 00000007 00000007",
	  "9fc90002 000000aa 00000007" },
	{ "goodbye", "82cb0003 00000008 00000007 00000007",
	  "82cb0003 00000008 000000aa 00000007" },
	{ "application", "80cc0003 00000007 41424344 00000007",
	  "80cc0003 000000aa 41424344 00000007" },
	{ "feedback", "81cd0003 00000007 00000007 00000007",
	  "81cd0003 000000aa 000000aa 00000007" },
	{ "intra request", "84ce0006 00000007 00000000 00000007 00000007"
	  "00000008 00000007",
	  "84ce0006 000000aa 00000000 000000aa 00000007 00000008 00000007" },
	{ "rate limit", "83cd0004 00000008 00000000 00000007 00000007",
	  "83cd0004 00000008 00000000 000000aa 00000007" },
	{ "extended report", "80cf0003 00000007 00000007 00000007",
	  "80cf0003 000000aa 00000007 00000007" },
	{ "description, aligned end",
	  "82ca0005 00000007 01020000 00000000 00000007 00000000",
	  "82ca0005 000000aa 01020000 00000000 000000aa 00000000" },
	{ "description, two items",
	  "81ca0005 00000007 01040000 00070201 61000000 00000007",
	  "81ca0005 000000aa 01040000 00070201 61000000 00000007" },
	{ "description, item over the end",
	  "82ca0003 00000007 01ff0000 00000007",
	  "82ca0003 000000aa 01ff0000 00000007" },
	{ "description, no end of items",
	  "82ca0002 00000007 01020000",
	  "82ca0002 000000aa 01020000" },
	{ "description, chunk of zeros",
	  "83ca0003 00000007 00000000 00000007",
	  "83ca0003 000000aa 00000000 000000aa" },
	{ "compound", "80c90001 00000007 81ca0003 00000007 01010000 00000000"
	  "81cb0001 00000007",
	  "80c90001 000000aa 81ca0003 000000aa 01010000 00000000"
	  "81cb0001 000000aa" },
	{ "not in the padding", "a2cb0003 00000008 00000007 00000004",
	  "a2cb0003 00000008 000000aa 00000004" },
	{ "another type", "80c00002 00000007 00000007",
	  "80c00002 00000007 00000007" },
};

static void test_ssrc_table(void)
{
	struct ucsec_srtp_rtcp_hdr hdr;
	u8 buf[128], *pkt;
	size_t i;
	u32 len;

	for (i = 0; i < sizeof(ssrc_table) / sizeof(ssrc_table[0]); i++) {
		len = hex(ssrc_table[i].before, buf, sizeof(buf));
		pkt = exact_copy(buf, len);
		tap_ok(!ucsec_srtp_rtcp_parse(pkt, len, &hdr) &&
		       (ucsec_srtp_rtcp_set_ssrc(pkt, len, 7, 0xaa), true) &&
		       equals_hex(pkt, len, ssrc_table[i].after),
		       "RTCP SSRC: %s", ssrc_table[i].what);
		free(pkt);
	}
}

/* Whatever the parser lets through, the walk stays inside it. */
static void test_ssrc_walk(void)
{
	struct ucsec_srtp_rtcp_hdr hdr;
	u32 i, j, len, walked = 0;
	u8 buf[MAX_CLEAR], *pkt;

	for (i = 0; i < 200000; i++) {
		len = make_rtcp(&rng, buf, 7, 8);
		for (j = lcg_below(&rng, 4); j; j--)
			buf[lcg_below(&rng, len)] = (u8)lcg_next(&rng);
		if (lcg_below(&rng, 2))
			buf[lcg_below(&rng, len) & ~3U] ^=
				(u8)lcg_below(&rng, 64);
		pkt = exact_copy(buf, len);
		if (!ucsec_srtp_rtcp_parse(pkt, len, &hdr)) {
			ucsec_srtp_rtcp_set_ssrc(pkt, len, 7, 0xaa);
			walked++;
		}
		free(pkt);
	}
	tap_ok(walked > 50000, "RTCP SSRC: %u mutated compounds walked",
	       walked);
}

static void test_clear_truncated(void)
{
	struct ucsec_srtp_rtcp_hdr rtcp_hdr;
	struct ucsec_srtp_hdr hdr;
	u8 buf[MAX_CLEAR], *pkt;
	u32 len, cut, i, bad = 0, ends = 0;

	for (i = 0; i < 100; i++) {
		len = make_rtp(&rng, buf, 7, 8, 20);
		if (ucsec_srtp_rtp_parse(buf, len, &hdr))
			abort();
		for (cut = 0; cut < len; cut++) {
			struct ucsec_srtp_hdr h;

			pkt = exact_copy(buf, cut);
			bad += !ucsec_srtp_rtp_parse(pkt, cut, &h) !=
			       (cut >= hdr.hdr_len);
			free(pkt);
		}
	}
	tap_ok(!bad, "RTP: truncations, accepted from the header on");

	/* A compound cut between two packets is one. */
	for (i = 0; i < 100; i++) {
		len = make_rtcp(&rng, buf, 7, 8);
		for (cut = 0; cut < len; cut++) {
			u32 end = 0;

			while (end < cut)
				end += 4 + 4 * get_unaligned_be16(buf + end +
								  2);
			pkt = exact_copy(buf, cut);
			bad += !ucsec_srtp_rtcp_parse(pkt, cut, &rtcp_hdr) !=
			       (cut && end == cut);
			ends += cut && end == cut;
			free(pkt);
		}
	}
	tap_ok(!bad && ends, "RTCP: truncations, accepted between packets");
}

static bool refused(int err)
{
	return err == -EINVAL || err == -ENOKEY || err == -EBADMSG;
}

/* The MKI of what is left may be no key's; the packet is then not touched. */
static int open_rtp(const struct ucsec_srtp_keyset *ks, u8 *pkt, u32 *len,
		    bool keep)
{
	const struct ucsec_srtp_key *key;
	struct ucsec_srtp_hdr hdr;
	int err = ucsec_srtp_rtp_parse(pkt, *len, &hdr);

	if (err)
		return err;
	key = ucsec_srtp_find_key(ks, pkt, *len, false);
	return key ? ucsec_srtp_unprotect(ks, key, pkt, len, &hdr, hdr.seq,
					  keep) : -ENOKEY;
}

static int open_rtcp(const struct ucsec_srtp_keyset *ks, u8 *pkt, u32 *len)
{
	const struct ucsec_srtp_key *key;
	struct ucsec_srtp_rtcp_hdr hdr;
	int err = ucsec_srtp_srtcp_parse(ks, pkt, *len, &hdr);

	if (err)
		return err;
	key = ucsec_srtp_find_key(ks, pkt, *len, true);
	return key ? ucsec_srtp_unprotect_rtcp(ks, key, pkt, len, &hdr) :
		     -ENOKEY;
}

/* Also with the wrong key forced upon it, so that lengths are all there is. */
static u32 try_truncated(const struct ucsec_srtp_keyset *ks, const u8 *sealed,
			 u32 cut, bool rtcp)
{
	struct ucsec_srtp_rtcp_hdr rtcp_hdr;
	struct ucsec_srtp_hdr hdr;
	u32 len, bad = 0;
	u8 *pkt;
	int keep;

	for (keep = 0; keep < 2; keep++) {
		pkt = exact_copy(sealed, cut);
		len = cut;
		bad += !refused(rtcp ? open_rtcp(ks, pkt, &len) :
				       open_rtp(ks, pkt, &len, keep));
		bad += len != cut;
		if (!rtcp && !ucsec_srtp_rtp_parse(pkt, cut, &hdr))
			bad += !refused(ucsec_srtp_unprotect(ks, &ks->key[0],
							     pkt, &len, &hdr,
							     hdr.seq, keep));
		if (rtcp && !ucsec_srtp_srtcp_parse(ks, pkt, cut, &rtcp_hdr))
			bad += !refused(ucsec_srtp_unprotect_rtcp(ks,
						&ks->key[0], pkt, &len,
						&rtcp_hdr));
		free(pkt);
	}
	return bad;
}

static void test_sealed_truncated(u32 suite)
{
	u8 material[2 * UCSEC_MAX_KEY_LEN], buf[MAX_PACKET];
	struct ucsec_srtp_keyset *ks;
	struct ucsec_srtp_hdr hdr;
	u32 mki, i, len, cut, bad = 0;

	lcg_fill(&rng, material, sizeof(material));
	for (mki = 0; mki <= UCSEC_MAX_MKI_LEN; mki += 4) {
		ks = keyset_new(suite, material, mki ? 2 : 1, (u8)mki);
		for (i = 0; i < 6; i++) {
			len = make_rtp(&rng, buf, 7, 9, 10 * i);
			if (ucsec_srtp_rtp_parse(buf, len, &hdr) ||
			    ucsec_srtp_protect(ks, buf, &len, sizeof(buf),
					       &hdr, hdr.seq))
				abort();
			for (cut = 0; cut < len; cut++)
				bad += try_truncated(ks, buf, cut, false);
			len = make_rtcp(&rng, buf, 7, 8);
			if (ucsec_srtp_protect_rtcp(ks, buf, &len, sizeof(buf),
						    i))
				abort();
			for (cut = 0; cut < len; cut++)
				bad += try_truncated(ks, buf, cut, true);
		}
		keyset_free(ks);
	}
	tap_ok(!bad, "%s: every truncation is refused",
	       ucsec_srtp_suite(suite)->name);
}

/* In memory of exactly the capacity that is told. */
static int seal_within(const struct ucsec_srtp_keyset *ks, const u8 *clear,
		       u32 clear_len, u32 cap, bool rtcp, u32 *len)
{
	struct ucsec_srtp_hdr hdr;
	u8 *pkt = malloc(cap);
	int err;

	memcpy(pkt, clear, clear_len);
	*len = clear_len;
	if (rtcp)
		err = ucsec_srtp_protect_rtcp(ks, pkt, len, cap, 3);
	else if (ucsec_srtp_rtp_parse(pkt, *len, &hdr))
		abort();
	else
		err = ucsec_srtp_protect(ks, pkt, len, cap, &hdr, 3);
	free(pkt);
	return err;
}

static void test_capacity(u32 suite)
{
	const struct ucsec_srtp_suite *s = ucsec_srtp_suite(suite);
	u8 material[UCSEC_MAX_KEY_LEN], clear[MAX_CLEAR];
	u32 mki, room, need, len, clear_len, bad = 0;
	struct ucsec_srtp_keyset *ks;
	int rtcp;

	lcg_fill(&rng, material, sizeof(material));
	for (mki = 0; mki <= UCSEC_MAX_MKI_LEN; mki++) {
		ks = keyset_new(suite, material, 1, (u8)mki);
		for (rtcp = 0; rtcp < 2; rtcp++) {
			clear_len = rtcp ? make_rtcp(&rng, clear, 7, 8) :
				    make_rtp(&rng, clear, 7, 9, 33);
			need = mki + (rtcp ? s->rtcp_tag_len + 4u :
					     s->tag_len);
			for (room = 0; room < need; room++)
				bad += seal_within(ks, clear, clear_len,
						   clear_len + room, rtcp,
						   &len) != -ENOSPC ||
				       len != clear_len;
			bad += need > UCSEC_SRTP_TRAILER_MAX;
			bad += seal_within(ks, clear, clear_len,
					   clear_len + need, rtcp, &len) ||
			       len != clear_len + need;
		}
		keyset_free(ks);
	}
	tap_ok(!bad, "%s: sealed within the capacity, or not at all", s->name);
}

int main(void)
{
	u32 suite;

	test_rtp_table();
	test_rtp_fields();
	test_demux();
	test_rtcp_table();
	test_ssrc_table();
	test_ssrc_walk();
	test_clear_truncated();
	for (suite = 1; suite <= UCSEC_SUITE_MAX; suite++) {
		test_sealed_truncated(suite);
		test_capacity(suite);
	}
	return tap_done();
}
