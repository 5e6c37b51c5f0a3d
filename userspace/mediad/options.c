// SPDX-License-Identifier: GPL-2.0
/* The command line of ucsec-mediad or ucsec-keyd. */
#include "mediad/options.h"

#include <getopt.h>
#include <pwd.h>
#include <stdlib.h>

bool options_parse(int argc, char **argv, const struct option_value *options,
		   size_t count, void (*usage)(FILE *to))
{
	struct option longs[OPTIONS_MAX + 2] = {
		{ "help", no_argument, NULL, 0 },
	};
	int c;

	if (count > OPTIONS_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		longs[i + 1] = (struct option){ options[i].name,
						required_argument, NULL,
						(int)i + 1 };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (!c) {
			usage(stdout);
			exit(EXIT_SUCCESS);
		}
		if (c > (int)count)	/* '?' */
			return false;
		*options[c - 1].value = optarg;
	}
	return optind == argc;
}

const char *options_identity(const char *user, const char *run_as,
			     struct identity *who)
{
	const struct passwd *pw = getpwnam(user);

	*who = (struct identity){ .uid = (uid_t)-1, .gid = (gid_t)-1 };
	if (!pw)
		return user;
	who->client = pw->pw_uid;
	if (!run_as)
		return NULL;
	pw = getpwnam(run_as);
	if (!pw)
		return run_as;
	who->uid = pw->pw_uid;
	who->gid = pw->pw_gid;
	return NULL;
}
