// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the rules of in.tftpd --map-file.
 *
 * They say the same as publisher_file() does for HTTP: exact names, none with a
 * part that begins with a dot, one list for all devices, and nobody writes.
 */
#include "files/tftp-map.h"

#include <string.h>

static const char rules[] =
	"# Written by ucsecd; for in.tftpd --secure DIRECTORY --map-file THIS\n"
	"aP .*\n"
	"r ^/+\n"
	"a (^|/)\\.\n"
	"re ^(CTL|ITL)SEP[0-9A-F]{12}\\.tlv$ \\1File.tlv\n";

int tftp_map_write(struct shelf *shelf)
{
	return shelf_put(shelf, TFTP_MAP_NAME, (const uint8_t *)rules,
			 strlen(rules));
}
