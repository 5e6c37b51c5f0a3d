// SPDX-License-Identifier: GPL-2.0
/* An answer of nobody's: it agrees to each line and lets nothing flow. */
#include <errno.h>
#include <string.h>

#include "call/sdp.h"

enum { DISCARD = 9 };	/* the port; 0 would refuse the line for good */

ssize_t call_sdp_hold(const char *offer, size_t len, char *buf, size_t size)
{
	struct call_sdp *sdp;
	unsigned int line, i;
	const char *why;
	ssize_t n = -EPROTONOSUPPORT;
	int family, err;

	err = call_sdp_parse(offer, len, &sdp, &why, &line);
	if (err)
		return err;
	for (i = 0; i < sdp->media_count; i++) {
		struct call_sdp_media *m = &sdp->media[i];

		/* It has no keys to give, so it may not be asked for some. */
		if (m->port && call_sdp_proto_secure(m->proto))
			goto out;
		family = m->addr.family == AF_INET6 ? AF_INET6 : AF_INET;
		m->addr = (struct call_addr){ .family = family };
		m->port = m->port ? DISCARD : 0;
		m->rtcp_port = 0;
		m->direction = 0;
	}
	sdp->addr = (struct call_addr){};
	n = call_sdp_write(sdp, buf, size);
out:
	call_sdp_free(sdp);
	return n;
}
