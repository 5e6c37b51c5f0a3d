// SPDX-License-Identifier: GPL-2.0
/* ucsec-mediad: opens what it needs, gives up the rest, serves. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "mediad/listener.h"
#include "mediad/mediad.h"
#include "mediad/options.h"

enum { EXIT_USAGE = 2 };

struct options {
	const char *socket, *user, *run_as;
};

static void usage(FILE *to)
{
	fputs("usage: ucsec-mediad --user NAME [--socket PATH] "
	      "[--run-as NAME]\n"
	      "  --user    whose processes may connect\n"
	      "  --socket  where to listen; without it systemd passes one\n"
	      "  --run-as  whom to become, keeping CAP_NET_ADMIN alone\n", to);
}

static void complain(const char *what, const char *why)
{
	fprintf(stderr, "ucsec-mediad: %s: %s\n", what, why);
}

static bool parse(int argc, char **argv, struct options *o)
{
	const struct option_value values[] = {
		{ "socket", &o->socket }, { "user", &o->user },
		{ "run-as", &o->run_as },
	};

	return options_parse(argc, argv, values,
			     sizeof(values) / sizeof(*values), usage) &&
	       o->user;
}

/* Two sockets for each pair of ports: as many as we may. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static const char *about_kernel(int err)
{
	if (err == -ENOENT)
		return "the module ucsec is not loaded";
	if (err == -EPERM)
		return "CAP_NET_ADMIN is missing";
	return strerror(-err);
}

static int set_up(const struct options *o, struct mediad_server *server)
{
	struct identity who;
	const char *why = options_identity(o->user, o->run_as, &who);
	int err;

	if (why) {
		complain(why, "no such user");
		return -ENOENT;
	}
	server->uid = who.client;
	server->listener = listener_get(o->socket, server->uid, &why);
	if (server->listener < 0) {
		complain(o->socket ? o->socket : "socket", why);
		return -ENOTSOCK;
	}
	raise_limit();
	err = mediad_sandbox_capabilities(who.uid, who.gid, &why);
	if (err) {
		complain("privileges", why);
		return err;
	}
	err = mediad_kernel_open(&server->kernel);
	if (err) {
		complain("kernel", about_kernel(err));
		return err;
	}
	server->ports = mediad_ports_new();
	if (!server->ports)
		return -ENOMEM;
	err = mediad_sandbox_filter(&why);
	if (err)
		complain("privileges", why);
	return err;
}

int main(int argc, char **argv)
{
	struct mediad_server server = { .listener = -1 };
	struct options o = { 0 };
	unsigned int failed;
	int err;

	if (!parse(argc, argv, &o)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (set_up(&o, &server))
		return EXIT_FAILURE;
	failed = mediad_server_adopt(&server);
	if (failed)
		fprintf(stderr, "ucsec-mediad: ports of %u running streams "
			"could not be reserved again\n", failed);
	fprintf(stderr, "ucsec-mediad: ready, %u pairs of ports adopted\n",
		mediad_ports_count(server.ports));
	err = mediad_server_run(&server);
	complain("ended", strerror(-err));
	return EXIT_FAILURE;
}
