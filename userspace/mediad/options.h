/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command line of ucsec-mediad or ucsec-keyd.
 */
#ifndef MEDIAD_OPTIONS_H
#define MEDIAD_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct option_value {
	const char *name;
	const char **value;	/* stays as it is without the option */
};

enum { OPTIONS_MAX = 12 };

/* "--name value" of each; false: something else. --help ends the process. */
bool options_parse(int argc, char **argv, const struct option_value *options,
		   size_t count, void (*usage)(FILE *to));

struct identity {
	uid_t client;		/* whose processes may connect */
	uid_t uid;		/* whom to become, (uid_t)-1: nobody else */
	gid_t gid;
};

/* NULL, or the name that no user has; @run_as may be NULL. */
const char *options_identity(const char *user, const char *run_as,
			     struct identity *who);

#endif /* MEDIAD_OPTIONS_H */
