/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libsrtp2 as the other implementation.
 */
#ifndef UCSEC_UNIT_PEER_H
#define UCSEC_UNIT_PEER_H

#include "flow.h"

enum { PEER_KEYS = 4 };

struct peer_config {
	u32 suite;
	u8 nkeys;
	u8 mki_len;
	u32 window;
	bool outbound;
	bool rtcp_clear;	/* SRTCP is not encrypted, E = 0 */
	u8 nssrcs;		/* 0: any */
	u32 ssrcs[FLOW_SSRCS];
	u32 roc;		/* of the given SSRCs, at the start */
};

struct peer;

void peer_init(void);
void peer_shutdown(void);

struct peer *peer_new(const struct peer_config *config, const u8 *material);
void peer_free(struct peer *p);
/* New keys, same indices. libsrtp forgets what its windows had seen. */
void peer_rekey(struct peer *p, const u8 *material);
/* The ROC an SSRC not yet heard starts with; rekeying loses it. */
void peer_set_roc(struct peer *p, u32 ssrc, u32 roc);
u32 peer_roc(struct peer *p, u32 ssrc);

enum verdict peer_send(struct peer *p, u8 *pkt, u32 *len, u32 key, bool rtcp);
enum verdict peer_receive(struct peer *p, u8 *pkt, u32 *len, bool rtcp);

/*
 * With AES-192 libsrtp 2.5 derives session keys by AES-256: as if the master
 * key had 32 bytes, 8 of them the salt's, and the salt were filled up with
 * zeros. RFC 6188 section 3 asks for AES-192, which the published vectors
 * prove. To compare all the rest, this gives a set libsrtp's session keys.
 */
void peer_keys_192(struct ucsec_srtp_keyset *ks, const u8 *material);

#endif /* UCSEC_UNIT_PEER_H */
