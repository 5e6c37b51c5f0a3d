/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ucsecd asks of ucsec-mediad about the trunk ACL; see request.h.
 *
 * A set of trunks is said whole, between BEGIN and COMMIT, and then replaces the
 * trunks whose cookie has MEDIAD_MAGIC: those of others are neither looked at nor
 * touched. Once a message of a set was refused, so are the others and COMMIT,
 * with -ECANCELED: a set is in force whole or not at all.
 */
#ifndef MEDIAD_REQUEST_ACL_H
#define MEDIAD_REQUEST_ACL_H

#include <stdint.h>

enum {
	MEDIAD_ACL_PORTS = 16,
	MEDIAD_PREFIXES = 48,		/* of one message */
	MEDIAD_RATE_MOST = 1000000,
};

enum mediad_trunk_kind { MEDIAD_TRUNK = 1, MEDIAD_LINE };
enum mediad_verdict { MEDIAD_PASS, MEDIAD_DROP, MEDIAD_REJECT };
enum mediad_unknown {
	MEDIAD_UNKNOWN_PASS, MEDIAD_UNKNOWN_COUNT, MEDIAD_UNKNOWN_DROP,
};

enum {	/* mediad_trunk.transports */
	MEDIAD_UDP = 1 << 0,
	MEDIAD_TCP = 1 << 1,
	MEDIAD_TLS = 1 << 2,
	MEDIAD_ALL_TRANSPORTS = (1 << 3) - 1,
};

enum {	/* mediad_trunk.boxes */
	MEDIAD_PRESENCE_SUBSCRIPTION = 1 << 0,
	MEDIAD_OUT_OF_DIALOG_REFER = 1 << 1,
	MEDIAD_UNSOLICITED_NOTIFICATION = 1 << 2,
	MEDIAD_REPLACES_HEADER = 1 << 3,
	MEDIAD_ALL_BOXES = (1 << 4) - 1,
};

enum {	/* index of mediad_trunk.rates */
	MEDIAD_RATE_REQUESTS,
	MEDIAD_RATE_RESPONSES,
	MEDIAD_RATE_KEEPALIVES,
	MEDIAD_RATE_SOURCE,
	MEDIAD_RATES,
};

struct mediad_rate {	/* both 0: no limit */
	uint32_t per_second, burst;
};

/* ACL_TRUNK: a trunk of the set; its prefixes follow in ACL_PREFIXES. */
struct mediad_trunk {
	uint8_t cookie[32];	/* MEDIAD_COOKIE_LEN; magic, then the daemon's */
	uint32_t id;		/* not 0 */
	uint8_t kind;		/* enum mediad_trunk_kind; a line has no boxes */
	uint8_t transports, boxes;
	uint8_t unparsed, denial;	/* enum mediad_verdict; denial: no pass */
	uint8_t port_count;
	uint16_t ports[MEDIAD_ACL_PORTS];	/* beyond the count: zero */
	uint8_t spare[2];
	struct mediad_rate rates[MEDIAD_RATES];
};

struct mediad_prefix {
	uint8_t addr[16];	/* the first 4 bytes if family is 4 */
	uint8_t family, len;	/* no bits behind len */
	uint8_t spare[2];
};

/* ACL_PREFIXES: of the trunk with that id, named before in the same set. */
struct mediad_prefixes {
	uint32_t id;
	uint32_t count;		/* at least 1 */
	struct mediad_prefix list[MEDIAD_PREFIXES];	/* beyond: zero */
};

/* ACL_PARAMS: of the whole namespace. */
struct mediad_acl_params {
	uint32_t reject_rate, reject_burst;
	uint8_t unknown;	/* enum mediad_unknown */
	uint8_t port_count;	/* may be 0: none beside those of trunks */
	uint16_t ports[MEDIAD_ACL_PORTS];
	uint8_t spare[2];
};

#endif /* MEDIAD_REQUEST_ACL_H */
