/* SPDX-License-Identifier: GPL-2.0 */
/* Events of streams, told from process context. */
#ifndef UCSEC_EVENT_H
#define UCSEC_EVENT_H

#include "ucsec.h"

struct ucsec_stream;

enum ucsec_pending {
	UCSEC_PENDING_LATCHED,
	UCSEC_PENDING_SSRC_LIMIT,
};

void ucsec_event_init(struct ucsec_net *un);
void ucsec_event_exit(struct ucsec_net *un);
/* Any context. */
void ucsec_event_pend(struct ucsec_stream *stream, enum ucsec_pending what);
/* Under un->lock: starts the watch of a namespace that got a stream or rules. */
void ucsec_event_watch(struct ucsec_net *un);
/* Under un->lock. */
void ucsec_event_gone(struct ucsec_stream *stream);

/* notify.c: builds and multicasts; under un->lock. */
void ucsec_notify_stream(struct ucsec_stream *stream, enum ucsec_event event,
			 u64 count);
/* @trunk NULL: of unknown sources. */
void ucsec_notify_acl(struct ucsec_net *un, const struct ucsec_trunk *trunk,
		      enum ucsec_event event, u64 count);

#endif /* UCSEC_EVENT_H */
