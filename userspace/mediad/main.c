// SPDX-License-Identifier: GPL-2.0
/* ucsec-mediad: opens what it needs, gives up the rest, serves. */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "mediad/listener.h"
#include "mediad/mediad.h"

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
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "user", required_argument, NULL, 'u' },
		{ "run-as", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 's':
			o->socket = optarg;
			break;
		case 'u':
			o->user = optarg;
			break;
		case 'r':
			o->run_as = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		default:
			return false;
		}
	}
	return o->user && optind == argc;
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
	const struct passwd *pw = getpwnam(o->user);
	uid_t run_as = (uid_t)-1;
	gid_t group = (gid_t)-1;
	const char *why;
	int err;

	if (!pw) {
		complain(o->user, "no such user");
		return -ENOENT;
	}
	server->uid = pw->pw_uid;
	if (o->run_as) {
		pw = getpwnam(o->run_as);
		if (!pw) {
			complain(o->run_as, "no such user");
			return -ENOENT;
		}
		run_as = pw->pw_uid;
		group = pw->pw_gid;
	}
	server->listener = o->socket ? listener_open(o->socket, server->uid) :
				       listener_passed();
	if (server->listener < 0) {
		complain(o->socket ? o->socket : "socket", o->socket ?
			 strerror(errno) : "none of the right kind was passed");
		return -ENOTSOCK;
	}
	raise_limit();
	err = mediad_sandbox_capabilities(run_as, group, &why);
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
