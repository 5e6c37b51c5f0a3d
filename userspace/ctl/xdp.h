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
	bool shared;		/* by libxdp's dispatcher */
	bool hidden;		/* behind it: they cannot be read */
	char name[32];		/* of the program */
	uint64_t ways[__UCSEC_XDP_MAX];	/* if it is ours */
};

#define XDP_HIDDEN	"libxdp's dispatcher is attached, but the BPF file " \
			"system that tells its programs is not there"

/* 0, or a negative errno. */
int xdp_query(uint32_t ifindex, struct xdp_state *state);
/* Whether it is ours, its name and counters, from an open one. */
int xdp_read_program(int fd, struct xdp_state *state);

/* xdp-shared.c: where libxdp's dispatcher is; 0, or a negative errno */
struct bpf_object;
/* Ours among the others. */
int xdp_shared_find(struct xdp_state *state);
/* The object is opened and not loaded. */
int xdp_shared_join(const struct xdp_state *state, struct bpf_object *object);
int xdp_shared_leave(const struct xdp_state *state);

/* xdp-advice.c: on standard error; an array of the sentences, to be freed. */
json_t *xdp_warn(const char *device, bool native);

#endif /* UCSEC_CTL_XDP_H */
