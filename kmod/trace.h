/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: why a packet of a media port went no further. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ucsec

#if !defined(UCSEC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define UCSEC_TRACE_H

#include <linux/tracepoint.h>
#include <uapi/linux/ucsec.h>

#define UCSEC_TRACE_DROPS				\
	EM(UCSEC_DROP_NOMEM, "nomem")			\
	EM(UCSEC_DROP_MALFORMED, "malformed")		\
	EM(UCSEC_DROP_CSUM, "csum")			\
	EM(UCSEC_DROP_FRAGMENT, "fragment")		\
	EM(UCSEC_DROP_OPTIONS, "options")		\
	EM(UCSEC_DROP_SOURCE, "source")			\
	EM(UCSEC_DROP_POLICY, "policy")			\
	EM(UCSEC_DROP_NOT_RTP, "not-rtp")		\
	EM(UCSEC_DROP_SSRC_LIMIT, "ssrc-limit")		\
	EM(UCSEC_DROP_MKI, "mki")			\
	EM(UCSEC_DROP_REPLAY, "replay")			\
	EM(UCSEC_DROP_AUTH, "auth")			\
	EM(UCSEC_DROP_TX_REPLAY, "tx-replay")		\
	EM(UCSEC_DROP_KEY_EXPIRED, "key-expired")	\
	EM(UCSEC_DROP_CRYPTO, "crypto")			\
	EM(UCSEC_DROP_ROUTE, "route")			\
	EM(UCSEC_DROP_TTL, "ttl")			\
	EMe(UCSEC_DROP_SEND, "send")

#undef EM
#undef EMe
#define EM(a, b)	TRACE_DEFINE_ENUM(a);
#define EMe(a, b)	TRACE_DEFINE_ENUM(a);
UCSEC_TRACE_DROPS
#undef EM
#undef EMe
#define EM(a, b)	{ a, b },
#define EMe(a, b)	{ a, b }

TRACE_EVENT(ucsec_drop,
	TP_PROTO(u32 id, u32 reason, u32 len),
	TP_ARGS(id, reason, len),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, reason)
		__field(u32, len)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->reason = reason;
		__entry->len = len;
	),
	TP_printk("stream=%u reason=%s len=%u", __entry->id,
		  __print_symbolic(__entry->reason, UCSEC_TRACE_DROPS),
		  __entry->len)
);

#endif /* UCSEC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
