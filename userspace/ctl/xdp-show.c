// SPDX-License-Identifier: GPL-2.0
/* ucsecctl xdp show: which devices have the program, and where frames went. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xdp.h"

static const char *const up_names[__UCSEC_XDP_MAX] = {
	[UCSEC_XDP_UP_FORM] = "form",
	[UCSEC_XDP_UP_CSUM] = "csum",
	[UCSEC_XDP_UP_LINK] = "link",
	[UCSEC_XDP_UP_NO_STREAM] = "no-stream",
	[UCSEC_XDP_UP_SIGNALLING] = "signalling",
	[UCSEC_XDP_UP_NOT_RTP] = "not-rtp",
	[UCSEC_XDP_UP_POLICY] = "policy",
	[UCSEC_XDP_UP_ROUTE] = "route",
	[UCSEC_XDP_UP_MTU] = "mtu",
	[UCSEC_XDP_UP_DEVICE] = "device",
	[UCSEC_XDP_UP_NEIGHBOUR] = "neighbour",
	[UCSEC_XDP_UP_ROOM] = "room",
};

/* Of the program of another version there may be fewer. */
static int read_ways(int fd, uint32_t n, uint64_t ways[__UCSEC_XDP_MAX])
{
	int cpu, cpus = libbpf_num_possible_cpus();
	uint64_t *values;
	uint32_t way;
	int err = 0;

	if (cpus < 0)
		return cpus;
	values = calloc((size_t)cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (way = 0; way < __UCSEC_XDP_MAX && way < n && !err; way++) {
		err = bpf_map_lookup_elem(fd, &way, values);
		for (cpu = 0; cpu < cpus && !err; cpu++)
			ways[way] += values[cpu];
	}
	free(values);
	return err;
}

/*
 * Anybody's program may have the name of ours: it is ours if its map is, too,
 * and only then does a value have the size that there is room for.
 */
static int query_map(int fd, struct xdp_state *state)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	state->ours = !strcmp(info.name, "ucsec_ways") &&
		      info.type == BPF_MAP_TYPE_PERCPU_ARRAY &&
		      info.value_size == sizeof(uint64_t);
	return state->ours ? read_ways(fd, info.max_entries, state->ways) : 0;
}

/* The map is found by the program: nothing has to be pinned. */
int xdp_read_program(int fd, struct xdp_state *state)
{
	uint32_t map_id = 0, len = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {
		.nr_map_ids = 1,
		.map_ids = (uintptr_t)&map_id,
	};
	int map, err;

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	snprintf(state->name, sizeof(state->name), "%s", info.name);
	if (strcmp(info.name, "ucsec_xdp") || !map_id)
		return 0;
	map = bpf_map_get_fd_by_id(map_id);
	if (map < 0)
		return -errno;
	err = query_map(map, state);
	close(map);
	return err;
}

int xdp_query(uint32_t ifindex, struct xdp_state *state)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);
	int err, fd;

	*state = (struct xdp_state){ .ifindex = ifindex };
	err = bpf_xdp_query((int)ifindex, 0, &opts);
	if (err)
		return err;
	state->id = opts.drv_prog_id ? opts.drv_prog_id : opts.hw_prog_id;
	state->mode = "native";
	if (!state->id) {
		state->id = opts.skb_prog_id;
		state->mode = "generic";
	}
	if (!state->id)
		return 0;
	fd = bpf_prog_get_fd_by_id(state->id);
	if (fd < 0)
		return -errno;
	err = xdp_read_program(fd, state);
	close(fd);
	state->shared = !strcmp(state->name, "xdp_dispatcher");
	if (!err && state->shared)
		state->hidden = xdp_shared_find(state);
	return err;
}

static json_t *json_of_xdp(const struct xdp_state *s, const char *name)
{
	json_t *up = json_object(), *xdp;
	uint32_t way;

	for (way = 0; way < __UCSEC_XDP_MAX; way++)
		if (up_names[way])
			json_object_set_new(up, up_names[way],
				json_integer((json_int_t)s->ways[way]));
	xdp = json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:o}",
			"device", name, "mode", s->mode, "shared", s->shared,
			"redirected", (json_int_t)s->ways[UCSEC_XDP_REDIRECT],
			"returned", (json_int_t)s->ways[UCSEC_XDP_TX],
			"dropped", (json_int_t)s->ways[UCSEC_XDP_DROP],
			"denied", (json_int_t)s->ways[UCSEC_XDP_DENIED],
			"other", (json_int_t)s->ways[UCSEC_XDP_OTHER],
			"up", up);
	return xdp;
}

static void print_xdp(const struct xdp_state *s, const char *name)
{
	const char *separator = "";
	uint32_t way;

	printf("%s\n", name);
	printf("  %-10s %s%s\n", "mode", s->mode,
	       s->shared ? ", shared with other programs" : "");
	printf("  %-10s %" PRIu64 " redirected, %" PRIu64 " returned\n", "sent",
	       s->ways[UCSEC_XDP_REDIRECT], s->ways[UCSEC_XDP_TX]);
	printf("  %-10s %" PRIu64 "\n", "dropped", s->ways[UCSEC_XDP_DROP]);
	printf("  %-10s %" PRIu64 "\n", "denied", s->ways[UCSEC_XDP_DENIED]);
	printf("  %-10s", "up");
	for (way = 0; way < __UCSEC_XDP_MAX; way++) {
		if (!up_names[way] || !s->ways[way])
			continue;
		printf("%s %" PRIu64 " %s", separator, s->ways[way],
		       up_names[way]);
		separator = ",";
	}
	printf("%s\n", *separator ? "" : " 0");
	printf("  %-10s %" PRIu64 "\n", "other", s->ways[UCSEC_XDP_OTHER]);
}

/* Not an error if the device went in the meantime. */
static int show(const struct if_nameindex *dev, json_t *array)
{
	struct xdp_state state;
	int err = xdp_query(dev->if_index, &state);

	if (err == -ENODEV)
		return 0;
	if (!err && state.hidden)
		fprintf(stderr, "ucsecctl: %s: " XDP_HIDDEN "\n",
			dev->if_name);
	if (err || !state.ours)
		return err;
	if (array)
		json_array_append_new(array, json_of_xdp(&state, dev->if_name));
	else
		print_xdp(&state, dev->if_name);
	return 0;
}

enum status cmd_xdp_show(struct ctl *ctl, char **words)
{
	struct if_nameindex *devs, *dev;
	bool found = !words[0];
	json_t *array;
	int err = 0;

	if (words[0] && expect_none(ctl, words + 1))
		return STATUS_USAGE;
	devs = if_nameindex();
	if (!devs)
		return fail(ctl, "cannot list the devices");
	array = ctl->json ? json_array() : NULL;
	for (dev = devs; dev->if_index && !err; dev++) {
		if (words[0] && strcmp(words[0], dev->if_name))
			continue;
		found = true;
		err = show(dev, array);
	}
	if_freenameindex(devs);
	if (err || !found) {
		json_decref(array);
		fprintf(stderr, "ucsecctl: %s%s\n", err ? "cannot read programs: " :
			"there is no such device", err ? strerror(-err) : "");
		return STATUS_FAILED;
	}
	return array ? print_json(array) : STATUS_OK;
}
