/* SPDX-License-Identifier: GPL-2.0 */
/* Functions for XDP programs. */
#ifndef UCSEC_XDP_H
#define UCSEC_XDP_H

#include <linux/types.h>
#include <uapi/linux/ucsec-xdp.h>

struct ucsec_frame;
struct xdp_md;

/* Says in the kernel's log if there is no XDP, which is no error. */
void ucsec_xdp_init(void);

/*
 * The whole way of a datagram whose network header is at @offset. Above 0: it is
 * to leave by the other device of that index; else enum ucsec_xdp_way, negated.
 * Pointers to packet data must be read again.
 */
int ucsec_xdp_datagram(struct xdp_md *ctx, u32 offset);

/* xdp-signalling.c: DENIED, or why it goes up. */
enum ucsec_xdp_way ucsec_xdp_signalling(const struct ucsec_frame *f);

#endif /* UCSEC_XDP_H */
