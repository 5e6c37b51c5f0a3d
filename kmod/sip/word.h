/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Eight bytes of text at once, little endian: the first is the lowest.
 *
 * Of a result only the lowest bit says something, that of the first byte that
 * stands out: carries and borrows go upwards.
 */
#ifndef UCSEC_SIP_WORD_H
#define UCSEC_SIP_WORD_H

#define UCSEC_SIP_REPEAT(byte)	((u64)0x0101010101010101 * (byte))

/* The first below that character, or DEL, or not ASCII. */
static __always_inline u64 ucsec_sip_seem_below(u64 bytes, u8 least)
{
	return ((bytes - UCSEC_SIP_REPEAT(least)) |
		(bytes + UCSEC_SIP_REPEAT(1))) & UCSEC_SIP_REPEAT(0x80);
}

/* The first that is no letter: what is above z carries, what below a borrows. */
static __always_inline u64 ucsec_sip_no_letters(u64 bytes)
{
	bytes |= UCSEC_SIP_REPEAT(0x20);
	return ((bytes - UCSEC_SIP_REPEAT('a')) |
		(bytes + UCSEC_SIP_REPEAT(0x7f - 'z'))) & UCSEC_SIP_REPEAT(0x80);
}

/* Of the byte that stands out; there is one. */
static __always_inline u32 ucsec_sip_index(u64 found)
{
	return (u32)__ffs64(found) / 8;
}

#endif /* UCSEC_SIP_WORD_H */
