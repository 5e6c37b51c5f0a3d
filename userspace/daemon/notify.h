/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling the service manager, where there is one.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

/* "READY=1"; nothing happens where NOTIFY_SOCKET is not set. */
void notify(const char *state);

#endif /* NOTIFY_H */
