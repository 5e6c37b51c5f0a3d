/* SPDX-License-Identifier: GPL-2.0 */
/* XDP programs on devices: what both files of it share. */
#ifndef UCSEC_CTL_XDP_H
#define UCSEC_CTL_XDP_H

#include <linux/types.h>
#include <linux/ucsec-xdp.h>
#include "ctl.h"

/* What is attached to a device. */
struct xdp_state {
	uint32_t ifindex;
	uint32_t id;		/* of the program; 0: there is none */
	const char *mode;
	bool ours;
	char name[32];		/* of the program */
	uint64_t ways[__UCSEC_XDP_MAX];	/* if it is ours */
};

/* 0, or a negative errno. */
int xdp_query(uint32_t ifindex, struct xdp_state *state);

#endif /* UCSEC_CTL_XDP_H */
