/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keywords of "acl add" and "acl set" as a trunk in the making.
 */
#ifndef UCSEC_CTL_ACL_ARGS_H
#define UCSEC_CTL_ACL_ARGS_H

#include "ctl.h"

enum {	/* struct keyword: which command takes it */
	ON_ADD = 1,
	ON_SET = 2,
	ON_BOTH = ON_ADD | ON_SET,
};

/* What becomes of the prefixes given. */
enum prefix_use {
	PREFIX_REPLACE,
	PREFIX_ADD,
	PREFIX_DEL,
};

struct acl_args {
	struct ctl *ctl;
	int on;
	unsigned int line;		/* of a file; 0: the command line */
	struct ucsec_trunk trunk;	/* the prefixes are those below */
	uint32_t rates;			/* 1 << each kind that was named */
	struct ucsec_prefix *prefixes;
	size_t room;
	enum prefix_use use;
	bool prefixes_given;
	enum status said;		/* what was said of a file already */
	char sentence[128];		/* for what take() has to say */
};

void acl_args_init(struct acl_args *args, struct ctl *ctl, int on,
		   unsigned int line);
/* All keywords are understood, and what cannot be without is there. */
enum status acl_args_parse(struct acl_args *args, char **words);
void acl_args_free(struct acl_args *args);
/* With the usage of the command, or with the number of the line. */
enum status acl_args_wrong(const struct acl_args *args, const char *keyword,
			   const char *sentence);

/* acl-twice.c: tells the first two lines that have a prefix for one place. */
void acl_twice(const struct acl_args *lines, size_t count);

/* acl.c: "[cookie S]" and nothing more, for what begins so; len 0 without. */
enum status acl_cookie_parse(const struct ctl *ctl, char **words,
			     uint8_t *cookie, uint32_t *len);

#endif /* UCSEC_CTL_ACL_ARGS_H */
