// SPDX-License-Identifier: GPL-2.0
/*
 * Key files: where keys come from, for they never are on the command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

static int open_key_file(struct ctl *ctl, const char *file)
{
	int fd;

	if (!strcmp(file, "-")) {
		ctl->stdin_taken = true;
		return STDIN_FILENO;
	}
	fd = open(file, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Said, not refused: the file may lie on a file system without modes. */
static void warn_if_open_to_others(int fd, const char *side)
{
	struct stat st;

	if (!fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    st.st_mode & (S_IRGRP | S_IROTH))
		fprintf(stderr, "ucsecctl: warning: key file of %s: "
			"others may read it\n", side);
}

static enum status apply_mki(const char *side, const struct ucsec_key *mki,
			     struct ucsec_crypto *crypto)
{
	struct ucsec_key *key = &crypto->keys[0];

	if (!mki->mki_len)
		return STATUS_OK;
	if (crypto->key_count != 1)
		return fail_key(side, "mki is for a single key");
	if (key->mki_len)
		return fail_key(side, "has an MKI, and so has the command");
	memcpy(key->mki, mki->mki, mki->mki_len);
	key->mki_len = mki->mki_len;
	return STATUS_OK;
}

/* The suite must be set in crypto. The caller wipes crypto in any case. */
enum status read_keys(struct ctl *ctl, const char *side, const char *file,
		      const struct ucsec_key *mki, struct ucsec_crypto *crypto)
{
	const char *why = NULL;
	int fd, err;

	fd = open_key_file(ctl, file);
	if (fd < 0)
		return fail_key(side, strerror(-fd));
	warn_if_open_to_others(fd, side);
	err = ucsec_keys_read(fd, crypto, &why);
	if (fd != STDIN_FILENO)
		close(fd);
	if (err)
		return fail_key(side, why ? why : strerror(-err));
	return apply_mki(side, mki, crypto);
}
