// SPDX-License-Identifier: GPL-2.0
/*
 * Becoming nobody in particular: what strangers send is read without a
 * capability.
 */
#include "privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"

static int find_user(const struct conf *conf, struct passwd **user, char *why,
		     size_t size)
{
	*user = NULL;
	if (!conf->user[0] || geteuid())
		return 0;
	*user = getpwnam(conf->user);
	if (*user)
		return 0;
	snprintf(why, size, "there is no user %s", conf->user);
	return -ENOENT;
}

/* Keys lie there: it must be ours, and no one else's. */
static int check_dir(const struct conf *conf, char *why, size_t size)
{
	struct stat st;

	if (stat(conf->state_dir, &st)) {
		snprintf(why, size, "%s: %s", conf->state_dir,
			 strerror(errno));
		return -errno;
	}
	if (!S_ISDIR(st.st_mode)) {
		snprintf(why, size, "%s: not a directory", conf->state_dir);
		return -ENOTDIR;
	}
	if (st.st_mode & 07) {
		snprintf(why, size, "%s: others may enter the state directory",
			 conf->state_dir);
		return -EPERM;
	}
	return 0;
}

int privilege_prepare(const struct conf *conf, char *why, size_t size)
{
	struct passwd *user;
	int err = find_user(conf, &user, why, size);

	if (err)
		return err;
	if (!mkdir(conf->state_dir, 0700)) {
		log_event(LOG_LEVEL_NOTICE, "state-directory-made", "path",
			  conf->state_dir, NULL);
		if (user && chown(conf->state_dir, user->pw_uid,
				  user->pw_gid)) {
			snprintf(why, size, "%s: %s", conf->state_dir,
				 strerror(errno));
			return -errno;
		}
	} else if (errno != EEXIST) {
		snprintf(why, size, "%s: %s", conf->state_dir,
			 strerror(errno));
		return -errno;
	}
	return check_dir(conf, why, size);
}

#define GROUPS_MAX	64

/* The admin group too: the socket is given to it later, by its member. */
static int set_groups(const struct conf *conf, const struct passwd *user)
{
	const struct group *admin = conf->admin_group[0] ?
		getgrnam(conf->admin_group) : NULL;
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX - 1;

	if (!user)
		count = getgroups(count, groups);
	else if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
		return -E2BIG;
	if (count < 0)
		return -errno;
	if (admin)
		groups[count++] = admin->gr_gid;
	return setgroups(count, groups) ? -errno : 0;
}

int privilege_drop(const struct conf *conf, char *why, size_t size)
{
	struct passwd *user;
	int err = find_user(conf, &user, why, size);

	if (err)
		return err;
	if (!geteuid())
		err = set_groups(conf, user);
	if (err) {
		snprintf(why, size, "groups: %s", strerror(-err));
		return err;
	}
	capng_clear(CAPNG_SELECT_ALL);
	if (user && capng_change_id(user->pw_uid, user->pw_gid,
				    CAPNG_CLEAR_BOUNDING)) {
		snprintf(why, size, "cannot become %s", conf->user);
		return -EPERM;
	}
	/* Bounding and ambient sets are root's to change. */
	if (capng_apply(geteuid() || user ? CAPNG_SELECT_CAPS :
			CAPNG_SELECT_ALL) || capng_get_caps_process() ||
	    capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE) {
		snprintf(why, size, "cannot lay the capabilities down");
		return -EPERM;
	}
	/* No core with keys in it, no program that brings rights back. */
	if (prctl(PR_SET_DUMPABLE, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		snprintf(why, size, "prctl: %s", strerror(errno));
		return -errno;
	}
	return 0;
}
