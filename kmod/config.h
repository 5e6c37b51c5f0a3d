/* SPDX-License-Identifier: GPL-2.0 */
/* What a request asks for, once its form was checked. */
#ifndef UCSEC_CONFIG_H
#define UCSEC_CONFIG_H

#include <linux/in6.h>
#include "keys.h"

struct nlattr;

/* IPv4 addresses are kept v4-mapped; @family tells. AF_UNSPEC: none. */
struct ucsec_endpoint {
	struct in6_addr addr;
	int ifindex;
	__be16 port;
	__be16 rtcp_port;	/* port + 1 unless given; 0 after 65535 */
	u16 family;
	bool rtcp_given;
};

struct ucsec_ssrc_config {
	u32 ssrc;
	u32 rx_roc;
	u32 tx_roc;
};

/* A request, checked for its form. The have bits are 1 << UCSEC_A_STREAM_x. */
struct ucsec_stream_config {
	struct nlattr **attrs;	/* of the request, for its faults */
	u64 have;
	u32 id;
	struct ucsec_endpoint in, from, out, to;
	struct ucsec_keys_config rx, tx;
	u32 flags, flags_mask;
	u32 window;
	u32 max_ssrcs;
	u32 nssrcs;
	struct ucsec_ssrc_config ssrc[UCSEC_MAX_SSRCS];
	u32 pair;
	u32 idle;
	u8 dscp;
	u8 cookie_len;
	u8 cookie[UCSEC_MAX_COOKIE_LEN];
};

#define UCSEC_HAVE(cfg, attr)	((cfg)->have & BIT_ULL(UCSEC_A_STREAM_##attr))

#endif /* UCSEC_CONFIG_H */
