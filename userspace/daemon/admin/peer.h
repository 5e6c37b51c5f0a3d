/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The admin socket and who is at its other end; private to admin/.
 */
#ifndef ADMIN_PEER_H
#define ADMIN_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "conf.h"

/* A listening descriptor, or -errno and @why. */
int peer_listen(const struct conf *conf, char *why, size_t size);
/* @uid and @pid are told either way; -1 if they cannot be known. */
bool peer_is_allowed(int fd, const struct conf *conf, long *uid, long *pid);

#endif /* ADMIN_PEER_H */
