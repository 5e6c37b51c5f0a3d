/* SPDX-License-Identifier: GPL-2.0 */
/* Admission of streams and of changes to them. Under un->lock. */
#ifndef UCSEC_ADMISSION_H
#define UCSEC_ADMISSION_H

#include "stream.h"

int ucsec_admission_new(struct ucsec_net *un,
			const struct ucsec_stream_config *cfg,
			struct netlink_ext_ack *extack);
int ucsec_admission_set(struct ucsec_stream *stream,
			const struct ucsec_stream_config *cfg,
			struct netlink_ext_ack *extack);
/* Is a source that @stream is to send to that of another host? */
bool ucsec_admission_far(const struct ucsec_stream *stream,
			 const struct ucsec_endpoint *to);

#endif /* UCSEC_ADMISSION_H */
