// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that share a device. libxdp has one of its own there, which calls
 * the others by turns; we join it, and put none where we are alone: it costs
 * every frame something.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <xdp/libxdp.h>

#include "xdp.h"

static int say_nothing(enum libxdp_print_level level, const char *format,
		       va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static enum xdp_attach_mode mode_of(const struct xdp_state *state)
{
	return strcmp(state->mode, "generic") ? XDP_MODE_NATIVE : XDP_MODE_SKB;
}

/*
 * What is pinned below /sys/fs/bpf tells which ones they are: one at least, or it
 * is the wrong one of these file systems.
 */
int xdp_shared_find(struct xdp_state *state)
{
	struct xdp_multiprog *all;
	struct xdp_program *one;
	int err;

	libxdp_set_print(say_nothing);
	all = xdp_multiprog__get_from_ifindex((int)state->ifindex);
	err = (int)libxdp_get_error(all);
	if (err)
		return err;
	err = xdp_multiprog__program_count(all) ? 0 : -ENOENT;
	for (one = xdp_multiprog__next_prog(NULL, all); one && !err;
	     one = xdp_multiprog__next_prog(one, all)) {
		err = xdp_read_program(xdp_program__fd(one), state);
		state->id = xdp_program__id(one);
		if (state->ours)
			break;
	}
	xdp_multiprog__close(all);
	return err;
}

int xdp_shared_join(const struct xdp_state *state, struct bpf_object *object)
{
	struct xdp_program *program;
	int err;

	program = xdp_program__from_bpf_obj(object, "xdp");
	err = (int)libxdp_get_error(program);
	if (err)
		return err;
	err = xdp_program__attach(program, (int)state->ifindex, mode_of(state),
				  0);
	xdp_program__close(program);
	return err;
}

int xdp_shared_leave(const struct xdp_state *state)
{
	struct xdp_program *program = xdp_program__from_id(state->id);
	int err = (int)libxdp_get_error(program);

	if (err)
		return err;
	err = xdp_program__detach(program, (int)state->ifindex, mode_of(state),
				  0);
	xdp_program__close(program);
	return err;
}
