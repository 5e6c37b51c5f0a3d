/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket of ucsec-mediad or ucsec-keyd: passed by systemd, or made.
 */
#ifndef MEDIAD_LISTENER_H
#define MEDIAD_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

/* Non-blocking, SOCK_SEQPACKET; -1: there is none of that kind. */
int listener_passed(void);
/* Its path belongs to @uid, who alone may connect; -1 with errno. */
int listener_open(const char *path, uid_t uid);

/* Of the two the one that there is without @path or with it; -1 and a sentence. */
int listener_get(const char *path, uid_t uid, const char **why);
/* A process of that user which connected; -1: nobody, or somebody else. */
int listener_accept(int listener, uid_t uid);
/*
 * The next packet as recv() tells, its whole length also if it is too long. No
 * descriptors are taken; *had_some says that there were any.
 */
ssize_t listener_receive(int fd, void *packet, size_t size, bool *had_some);

#endif /* MEDIAD_LISTENER_H */
