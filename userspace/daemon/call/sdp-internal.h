/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the files of the session description parser.
 */
#ifndef CALL_SDP_INTERNAL_H
#define CALL_SDP_INTERNAL_H

#include "call/sdp.h"

/* sdp-field.c: fields and parts of them; false if it is not one, whole */

bool call_span_is(struct call_span span, const char *text);
/* Up to the next space, which is taken too; false if nothing is left. */
bool call_span_word(struct call_span *in, struct call_span *word);
bool call_span_number(struct call_span in, uint64_t max, uint64_t *value);
bool call_span_port(struct call_span in, uint16_t *port);
/* "IN IP4 192.0.2.1": a unicast address, or 0.0.0.0 and :: for hold. */
const char *call_sdp_addr_parse(struct call_span in, struct call_addr *addr);
const char *call_sdp_origin_parse(struct call_span in, struct call_sdp *sdp);
const char *call_sdp_media_parse(struct call_span in, struct call_sdp_media *m);

/* sdp-attr.c */

bool call_sdp_attr_passes(struct call_span name);

#endif /* CALL_SDP_INTERNAL_H */
