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
	return err ? fail_device(words[0], "cannot ask for its programs",
				 -err) : STATUS_OK;
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

static enum status load(struct bpf_object **object)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "ucsec");
	int err;

	*object = bpf_object__open_mem(_binary_xdp_bpf_o_start,
				       (size_t)(_binary_xdp_bpf_o_end -
						_binary_xdp_bpf_o_start),
				       &opts);
	if (!*object) {
		fprintf(stderr, "ucsecctl: cannot read the XDP program: %s\n",
			strerror(errno));
		return STATUS_FAILED;
	}
	err = bpf_object__load(*object);
	if (!err)
		return STATUS_OK;
	bpf_object__close(*object);
	fprintf(stderr, "ucsecctl: the kernel does not take the XDP program: %s\n",
		strerror(-err));
	return STATUS_FAILED;
}

/* The first of the modes that the device can, or the one that is wanted. */
static int attach(uint32_t ifindex, int fd, const char *wanted)
{
	int err = -EINVAL;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(wanted, "auto") && strcmp(wanted, modes[i].name))
			continue;
		err = bpf_xdp_attach((int)ifindex, fd, modes[i].flags |
				     XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
		if (!err || err == -EBUSY || err == -EPERM)
			return err;
	}
	return err;
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

enum status cmd_xdp_attach(struct ctl *ctl, char **words)
{
	const char *mode = take_mode(words);
	struct bpf_object *object;
	struct xdp_state state;
	enum status status;
	int err;

	if (!mode)
		return value_error(ctl, "--mode", "native, generic or auto");
	libbpf_set_print(say_nothing);
	status = find_device(ctl, words, &state);
	if (!status)
		status = expect_none(ctl, words + 1);
	if (!status)
		status = check_module(ctl);
	if (status)
		return status;
	if (state.ours)
		return fail_device(words[0], "it is attached already", 0);
	if (state.id) {
		fprintf(stderr, "ucsecctl: %s: another program is attached, and "
			"a device has room for one: %s\n", words[0],
			state.name[0] ? state.name : "without name");
		return STATUS_FAILED;
	}
	status = load(&object);
	if (status)
		return status;
	err = attach(state.ifindex, bpf_program__fd(
		     bpf_object__find_program_by_name(object, "ucsec_xdp")),
		     mode);
	bpf_object__close(object);
	return err ? fail_device(words[0], "it does not take the program",
				 -err) : finish(ctl);
}

enum status cmd_xdp_detach(struct ctl *ctl, char **words)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts);
	struct xdp_state state;
	enum status status;
	int err, fd;

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
	/* Only if it is still the one that was asked about. */
	fd = bpf_prog_get_fd_by_id(state.id);
	if (fd < 0)
		return fail_device(words[0], "the program is gone", errno);
	opts.old_prog_fd = fd;
	err = bpf_xdp_detach((int)state.ifindex,
			     !strcmp(state.mode, "generic") ?
			     XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE, &opts);
	close(fd);
	return err ? fail_device(words[0], "it keeps the program", -err) :
		     finish(ctl);
}
