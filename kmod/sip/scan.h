/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a SIP message over UDP is, as far as trunk ACLs ask (ACL-2).
 *
 * Pure: bytes and length in, facts out; no packet, lock, memory or log. The
 * module, the daemon and the tests build the same file. What a lenient parser
 * would take for a request that needs a box is never reported as one that does
 * not: where readings differ the message is UCSEC_SIP_UNPARSED.
 */
#ifndef UCSEC_SIP_SCAN_H
#define UCSEC_SIP_SCAN_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
#endif

/* The same numbers as enum ucsec_sip_class of the ABI. */
enum ucsec_sip_class_of {
	UCSEC_SIP_REQUEST = 0,
	UCSEC_SIP_RESPONSE = 1,
	UCSEC_SIP_KEEPALIVE = 2,	/* CRLFs or NULs alone, or nothing */
	UCSEC_SIP_STUN = 3,		/* RFC 8489 section 5 */
	UCSEC_SIP_UNPARSED = 5,
};

/* Bytes of a head that are read; a longer one is UCSEC_FAULT_LENGTH. */
#define UCSEC_SIP_HEAD_MAX	65507

struct ucsec_sip_facts {
	u8 class;		/* enum ucsec_sip_class */
	u8 fault;		/* enum ucsec_sip_fault; with UNPARSED */
	u8 needs;		/* enum ucsec_boxes; of a request */
	bool in_dialog;		/* To has a tag; of a request */
	bool presence;		/* Event: presence or presence.*; a request */
	bool replaces;		/* a Replaces header; of a request */
	bool refer_replaces;	/* Replaces within Refer-To; of a request */
	u16 method;		/* one of enum ucsec_methods; of a request */
};

/*
 * Reads no byte behind data + len, and 17 behind the head at most. Linear in the
 * head's length: a line is read twice where it is at fault, the values of To,
 * Event, Refer-To and CSeq three times more. Any context. Numbers are those of
 * the netlink ABI.
 */
void ucsec_sip_scan(const u8 *data, size_t len, struct ucsec_sip_facts *facts);

#endif /* UCSEC_SIP_SCAN_H */
