// SPDX-License-Identifier: GPL-2.0
/* ucsecctl xdp attach and detach: the XDP program onto devices and off. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "xdp.h"

/* The program, linked in: the tool works from wherever it lies. */
extern const char _binary_xdp_bpf_o_start[], _binary_xdp_bpf_o_end[];

static const struct mode {
	const char *name;
	uint32_t flags;
} modes[] = {
	{ "native", XDP_FLAGS_DRV_MODE },
	{ "generic", XDP_FLAGS_SKB_MODE },
};

static int say_nothing(enum libbpf_print_level level, const char *format,
		       va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static enum status fail_device(const char *device, const char *sentence,
			       int err)
{
	fprintf(stderr, "ucsecctl: %s: %s%s%s\n", device, sentence,
		err ? ": " : "", err ? strerror(err) : "");
	return STATUS_FAILED;
}

static enum status finish(const struct ctl *ctl)
{
	return ctl->json ? print_json(json_object()) : STATUS_OK;
}

static enum status find_device(const struct ctl *ctl, char **words,
			       struct xdp_state *state)
{
	int err;

	if (!words[0])
		return usage_error(ctl, "a device must be named", NULL);
	state->ifindex = if_nametoindex(words[0]);
	if (!state->ifindex)
		return fail(ctl, "there is no such device");
	err = xdp_query(state->ifindex, state);
	if (err)
		return fail_device(words[0], "cannot ask for its programs",
				   -err);
	return state->hidden ? fail_device(words[0], XDP_HIDDEN, 0) : STATUS_OK;
}

/* What the kernel would say in the verifier's words. */
static enum status check_module(const struct ctl *ctl)
{
	if (access("/sys/module/ucsec", F_OK))
		return fail(ctl, "the module ucsec is not loaded");
	if (access("/sys/kernel/btf/ucsec", F_OK))
		return fail(ctl, "the module was built without BTF, so it has no XDP");
	return STATUS_OK;
}

static struct bpf_object *open_program(void)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "ucsec");

	return bpf_object__open_mem(_binary_xdp_bpf_o_start,
				    (size_t)(_binary_xdp_bpf_o_end -
					     _binary_xdp_bpf_o_start), &opts);
}

/* The first of the modes that the device can, or the one that is wanted. */
static int attach_alone(const struct xdp_state *state,
			struct bpf_object *object, const char *wanted)
{
	int err = bpf_object__load(object), fd;

	if (err)
		return err;
	fd = bpf_program__fd(bpf_object__find_program_by_name(object,
							      "ucsec_xdp"));
	err = -EINVAL;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(wanted, "auto") && strcmp(wanted, modes[i].name))
			continue;
		err = bpf_xdp_attach((int)state->ifindex, fd, modes[i].flags |
				     XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
		if (!err || err == -EBUSY || err == -EPERM)
			return err;
	}
	return err;
}

static enum status attach(const char *device, const struct xdp_state *state,
			  const char *wanted)
{
	struct bpf_object *object = open_program();
	int err;

	if (!object)
		return fail_device(device, "cannot read the XDP program",
				   errno);
	err = state->shared ? xdp_shared_join(state, object) :
			      attach_alone(state, object, wanted);
	bpf_object__close(object);
	return err ? fail_device(device, "it does not take the program",
				 -err) : STATUS_OK;
}

/* May it be attached beside what is there? */
static enum status check_room(const char *device, const struct xdp_state *state,
			      const char *wanted)
{
	if (state->ours)
		return fail_device(device, "it is attached already", 0);
	if (state->shared && strcmp(wanted, "auto") &&
	    strcmp(wanted, state->mode)) {
		fprintf(stderr, "ucsecctl: %s: it has programs in %s mode, and "
			"no others beside them\n", device, state->mode);
		return STATUS_FAILED;
	}
	if (!state->id || state->shared)
		return STATUS_OK;
	fprintf(stderr, "ucsecctl: %s: another program is attached, without "
		"libxdp's dispatcher, so there is no room: %s\n", device,
		state->name[0] ? state->name : "without name");
	return STATUS_FAILED;
}

/* Takes the option out; NULL if it makes no sense. */
static const char *take_mode(char **words)
{
	char **to = words;
	const char *mode = "auto";

	for (; *words; words++) {
		if (!strcmp(*words, "--mode") && words[1])
			mode = *++words;
		else
			*to++ = *words;
	}
	*to = NULL;
	return !strcmp(mode, "auto") || !strcmp(mode, "native") ||
	       !strcmp(mode, "generic") ? mode : NULL;
}

static enum status finish_attach(const struct ctl *ctl, const char *device,
				 struct xdp_state *state)
{
	json_t *warnings;

	if (xdp_query(state->ifindex, state) || !state->ours)
		return fail_device(device, "the program is gone again", 0);
	warnings = xdp_warn(device, !strcmp(state->mode, "native"));
	if (ctl->json)
		return print_json(json_pack("{s:o}", "warnings", warnings));
	json_decref(warnings);
	return STATUS_OK;
}

enum status cmd_xdp_attach(struct ctl *ctl, char **words)
{
	const char *mode = take_mode(words);
	struct xdp_state state;
	enum status status;

	if (!mode)
		return value_error(ctl, "--mode", "native, generic or auto");
	libbpf_set_print(say_nothing);
	status = find_device(ctl, words, &state);
	if (!status)
		status = expect_none(ctl, words + 1);
	if (!status)
		status = check_module(ctl);
	if (!status)
		status = check_room(words[0], &state, mode);
	if (!status)
		status = attach(words[0], &state, mode);
	return status ? status : finish_attach(ctl, words[0], &state);
}

/* Only if it is still the one that was asked about. */
static int detach_alone(const struct xdp_state *state)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts);
	int err, fd = bpf_prog_get_fd_by_id(state->id);

	if (fd < 0)
		return -errno;
	opts.old_prog_fd = fd;
	err = bpf_xdp_detach((int)state->ifindex,
			     !strcmp(state->mode, "generic") ?
			     XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE, &opts);
	close(fd);
	return err;
}

enum status cmd_xdp_detach(struct ctl *ctl, char **words)
{
	struct xdp_state state;
	enum status status;
	int err;

	libbpf_set_print(say_nothing);
	status = find_device(ctl, words, &state);
	if (!status)
		status = expect_none(ctl, words + 1);
	if (status)
		return status;
	if (!state.ours)
		return fail_device(words[0], state.id ?
				   "the program that is attached is another" :
				   "nothing is attached", 0);
	err = state.shared ? xdp_shared_leave(&state) : detach_alone(&state);
	return err ? fail_device(words[0], "it keeps the program", -err) :
		     finish(ctl);
}
