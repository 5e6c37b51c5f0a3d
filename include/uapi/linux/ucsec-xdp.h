/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What the module tells the XDP program of a frame. Of one version of both: it
 * may change with any other.
 */
#ifndef _UAPI_LINUX_UCSEC_XDP_H
#define _UAPI_LINUX_UCSEC_XDP_H

/*
 * The way that a frame went. What goes up goes on to the netfilter hook, which
 * does all that XDP does and more; untouched and, but for these, uncounted.
 */
enum ucsec_xdp_way {
	UCSEC_XDP_NONE,		/* not decided */
	UCSEC_XDP_OTHER,	/* up: of no media port */
	UCSEC_XDP_REDIRECT,	/* out by another device */
	UCSEC_XDP_TX,		/* out by the device it came by */
	UCSEC_XDP_DROP,		/* refused, and counted by the stream */
	UCSEC_XDP_DENIED,	/* signalling, by the trunk ACL; likewise */
	UCSEC_XDP_UP_FORM,	/* options, fragments, lengths, hop limit */
	UCSEC_XDP_UP_CSUM,	/* checksum wrong, or not complete yet */
	UCSEC_XDP_UP_LINK,	/* not to the device, or it is a port of one */
	UCSEC_XDP_UP_NO_STREAM,	/* a media port of other addresses */
	UCSEC_XDP_UP_SIGNALLING,	/* the ACL lets it pass, or rejects it */
	UCSEC_XDP_UP_NOT_RTP,
	UCSEC_XDP_UP_POLICY,	/* IPsec has a say */
	UCSEC_XDP_UP_ROUTE,
	UCSEC_XDP_UP_MTU,
	UCSEC_XDP_UP_DEVICE,	/* the way out takes no frames from XDP */
	UCSEC_XDP_UP_NEIGHBOUR,	/* its link address is not known */
	UCSEC_XDP_UP_ROOM,

	__UCSEC_XDP_MAX
};

#endif /* _UAPI_LINUX_UCSEC_XDP_H */
