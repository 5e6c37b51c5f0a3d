/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules by which Debian's tftpd-hpa finds what phones ask for.
 */
#ifndef FILES_TFTP_MAP_H
#define FILES_TFTP_MAP_H

#include "files/shelf.h"

#define TFTP_MAP_NAME	"tftpd.map"

/* Into that directory, which need not be the served one. */
int tftp_map_write(struct shelf *shelf);

#endif /* FILES_TFTP_MAP_H */
