/* SPDX-License-Identifier: GPL-2.0 */
/* Frames put before the attached program, without a wire. */
#ifndef UCSEC_XDP_FRAME_H
#define UCSEC_XDP_FRAME_H

#include <linux/bpf.h>
#include <linux/ucsec-xdp.h>
#include "../net/net.h"

/* A frame from a to the gateway; what is 0 is what is right. */
struct frame {
	int family;
	u16 sport, dport;
	const u8 *data;
	int len;
	u16 vlan;
	u8 ttl, tos;
	u8 options;		/* IPv4: bytes of them, of 4 */
	u16 fragment;		/* IPv4: the field as it is */
	const char *source;	/* IPv6: another one */
	bool bad_csum, no_csum, bad_head, other_host;
	bool other_type;	/* that of the other family */
};

enum { FRAME_PORT = 6000, FRAME_MAX = 4096 };

/* RTP in the clear, one after the other; its length. */
extern u8 clear[2048];
int next_rtp(u32 payload);

/* Length of the frame; its addresses are asked for first. */
void frame_init(void);
int frame_make(u8 *out, const struct frame *f);

/*
 * What the program says of the frame, which becomes what it made of it; *len
 * as well. The device is one of the gateway's.
 */
int frame_run(const char *dev, u8 *frame, int *len);
/* How many went this way so far. */
u64 frame_ways(const char *dev, enum ucsec_xdp_way way);

/*
 * Up it goes as it came, counted by the program under @way alone. By default it
 * is the next RTP, of IPv4, to the port above.
 */
void try_up(struct frame f, enum ucsec_xdp_way way, const char *name);

struct sent {
	int family;
	u16 sport, dport, vlan;
	u8 ttl, tos;
	const u8 *data;
	int len;
};

/* False if it is not to b in every byte that is checked; says which. */
bool frame_read(const u8 *frame, int len, struct sent *sent);

#endif /* UCSEC_XDP_FRAME_H */
