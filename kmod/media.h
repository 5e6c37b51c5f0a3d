/* SPDX-License-Identifier: GPL-2.0 */
/* The road of a packet between arrival and departure. */
#ifndef UCSEC_MEDIA_H
#define UCSEC_MEDIA_H

#include "stream.h"

struct ucsec_packet {
	u8 *data;		/* UDP payload */
	u32 len;
	u32 cap;		/* bytes from @data that may be written */
	struct in6_addr saddr;
	__be16 sport;
	bool rtcp_port;		/* arrived on the RTCP port */
	bool rtcp;		/* is RTCP; set by the road */
	bool may_latch;		/* its source may be learned; likewise */
	u32 rx_epoch;		/* of the keys it was judged by; likewise */
};

/* Drop reason, or UCSEC_DROP_NONE if the packet may leave. Under RCU. */
enum ucsec_drop ucsec_media_process(struct ucsec_stream *stream,
				    const struct ucsec_path *path,
				    struct ucsec_packet *pkt);

#endif /* UCSEC_MEDIA_H */
