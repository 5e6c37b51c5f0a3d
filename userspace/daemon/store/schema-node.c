// SPDX-License-Identifier: GPL-2.0
/*
 * The table's other call servers of the cluster.
 */
#include "store/schema-macro.h"
#include "store/schema-text.h"
#include "store/schema.h"

/* What the process for keys takes as one is 8192 bytes of DER. */
#define PEM(field, what) \
	{ .name = field, .min = 1, .max = 10240, .allowed = PEM_CHARS, \
	  .flags = STORE_FROM_FILE, .about = what }

const struct store_field store_node_fields[] = {
	/* As long as a record of a list may have it. */
	{ .name = "name", .flags = STORE_KEY | STORE_REQUIRED, .min = 1,
	  .max = 64, .allowed = LETTERS DIGITS ".-",
	  .check = store_host_check,
	  .about = "host name that phones reach it by" },
	TEXT("description", 128, "for people"),
	{ .name = "address", .min = 7, .max = 15, .allowed = DIGITS ".",
	  .check = store_host_check,
	  .about = "its IPv4 address, for records of lists" },
	INT("priority", 1, 99, "1",
	    "whom phones try after this node: least first, then by name"),
	{ .name = "callmanager", .min = 1, .max = 10240,
	  .flags = STORE_REQUIRED | STORE_FROM_FILE, .allowed = PEM_CHARS,
	  .about = "its CallManager certificate in PEM" },
	PEM("callmanager_ecdsa", "its CallManager-ECDSA certificate"),
	PEM("tftp", "the certificate its files are signed by, if another"),
	PEM("tvs", "its TVS certificate; null: phones ask no TVS there"),
	END
};
