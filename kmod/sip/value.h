/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The values that the scanner reads: each a range of bytes of one header, with
 * no control character in it but tabs and the CRLFs of folds.
 */
#ifndef UCSEC_SIP_VALUE_H
#define UCSEC_SIP_VALUE_H

/* Of a line of the head: *end can be read, and is its CR. */
struct ucsec_sip_text {
	const u8 *at, *end;
};

/* What a character may be part of (RFC 3261 section 25.1). */
enum {
	UCSEC_SIP_TOKEN = 1,
	UCSEC_SIP_URI = 2,		/* between angles */
	UCSEC_SIP_BARE_URI = 4,		/* without them (section 20) */
	UCSEC_SIP_SCHEME = 8,		/* of a URI, behind its first letter */
	/* A header within a URI may begin there, or a character be escaped. */
	UCSEC_SIP_MARK = 16,
	UCSEC_SIP_FIRST = 32,		/* letter of "Replaces" */
};

extern const u8 ucsec_sip_chars[256];

static inline bool ucsec_sip_is(u8 c, u8 part)
{
	return ucsec_sip_chars[c] & part;
}

static inline bool ucsec_sip_blank(u8 c)
{
	return c == ' ' || c == '\t';
}

/* All of them: false for what has not the one reading that all agree on. */

/* tag: there is one, of a token's characters, as a parameter of the header. */
bool ucsec_sip_value_to(struct ucsec_sip_text text, bool *tag);
bool ucsec_sip_value_event(struct ucsec_sip_text text, bool *presence);
bool ucsec_sip_value_refer_to(struct ucsec_sip_text text, bool *replaces);
bool ucsec_sip_value_cseq(struct ucsec_sip_text text,
			  struct ucsec_sip_text method);

#endif /* UCSEC_SIP_VALUE_H */
