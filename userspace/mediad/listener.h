/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket of ucsec-mediad or ucsec-keyd: passed by systemd, or made.
 */
#ifndef MEDIAD_LISTENER_H
#define MEDIAD_LISTENER_H

#include <sys/types.h>

/* Non-blocking, SOCK_SEQPACKET; -1: there is none of that kind. */
int listener_passed(void);
/* Its path belongs to @uid, who alone may connect; -1 with errno. */
int listener_open(const char *path, uid_t uid);

#endif /* MEDIAD_LISTENER_H */
