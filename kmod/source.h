/* SPDX-License-Identifier: GPL-2.0 */
/* Whose packets a stream takes. */
#ifndef UCSEC_SOURCE_H
#define UCSEC_SOURCE_H

#include <linux/in6.h>
#include <linux/types.h>

struct ucsec_packet;
struct ucsec_path;
struct ucsec_stream;

/* Packet path, under RCU. */
bool ucsec_source_accepts(struct ucsec_stream *stream,
			  const struct ucsec_path *path,
			  const struct in6_addr *addr, __be16 port, bool rtcp);
/* After a packet was accepted. */
void ucsec_source_learn(struct ucsec_stream *stream,
			const struct ucsec_path *path,
			const struct ucsec_packet *pkt);
void ucsec_source_forget(struct ucsec_stream *stream);

#endif /* UCSEC_SOURCE_H */
