/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests: attributes to configurations. Checks the form; what depends on
 * the state of the namespace is admission's.
 */
#ifndef UCSEC_ATTR_H
#define UCSEC_ATTR_H

#include <net/genetlink.h>
#include "stream.h"

/*
 * Parses the request of @info against its real policy into @cfg, with the
 * top-level attributes in @tb (UCSEC_A_STREAM_MAX + 1). @cfg then holds keys:
 * the caller wipes it.
 */
int ucsec_attr_stream_new(struct genl_info *info, struct nlattr **tb,
			  struct ucsec_stream_config *cfg);
int ucsec_attr_stream_set(struct genl_info *info, struct nlattr **tb,
			  struct ucsec_stream_config *cfg);

#endif /* UCSEC_ATTR_H */
