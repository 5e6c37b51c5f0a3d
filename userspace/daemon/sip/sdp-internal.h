/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the files of the session description parser.
 */
#ifndef SIP_SDP_INTERNAL_H
#define SIP_SDP_INTERNAL_H

#include "sip/sdp.h"

/* sdp-field.c: fields and parts of them; false if it is not one, whole */

bool sip_span_is(struct sip_span span, const char *text);
/* Up to the next space, which is taken too; false if nothing is left. */
bool sip_span_word(struct sip_span *in, struct sip_span *word);
bool sip_span_number(struct sip_span in, uint64_t max, uint64_t *value);
bool sip_span_port(struct sip_span in, uint16_t *port);
/* "IN IP4 192.0.2.1": a unicast address, or 0.0.0.0 and :: for hold. */
const char *sip_sdp_addr_parse(struct sip_span in, struct call_addr *addr);
const char *sip_sdp_origin_parse(struct sip_span in, struct sip_sdp *sdp);
const char *sip_sdp_media_parse(struct sip_span in, struct sip_sdp_media *m);

/* sdp-attr.c */

bool sip_sdp_attr_passes(struct sip_span name);

#endif /* SIP_SDP_INTERNAL_H */
