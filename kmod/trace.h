/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: why a packet of media or signalling went no further. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ucsec

#if !defined(UCSEC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define UCSEC_TRACE_H

#include <asm/unaligned.h>
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

#define UCSEC_TRACE_DENIALS				\
	EM(UCSEC_DENIAL_SOURCE, "source")		\
	EM(UCSEC_DENIAL_METHOD, "method")		\
	EM(UCSEC_DENIAL_PRESENCE, "presence")		\
	EM(UCSEC_DENIAL_REFER, "refer")			\
	EM(UCSEC_DENIAL_NOTIFICATION, "notification")	\
	EM(UCSEC_DENIAL_REPLACES, "replaces")		\
	EM(UCSEC_DENIAL_UNPARSED, "unparsed")		\
	EM(UCSEC_DENIAL_RATE, "rate")			\
	EM(UCSEC_DENIAL_SOURCE_RATE, "source-rate")	\
	EM(UCSEC_DENIAL_REJECT_RATE, "reject-rate")	\
	EMe(UCSEC_DENIAL_NOMEM, "nomem")

#undef EM
#undef EMe
#define EM(a, b)	TRACE_DEFINE_ENUM(a);
#define EMe(a, b)	TRACE_DEFINE_ENUM(a);
UCSEC_TRACE_DROPS
UCSEC_TRACE_DENIALS
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

/* @trunk 0: of an unknown source. IPv4 addresses are shown v4-mapped. */
TRACE_EVENT(ucsec_denial,
	TP_PROTO(u32 trunk, u32 reason, u32 len, bool v6, u64 hi, u64 lo),
	TP_ARGS(trunk, reason, len, v6, hi, lo),
	TP_STRUCT__entry(
		__field(u32, trunk)
		__field(u32, reason)
		__field(u32, len)
		__array(u8, source, 16)
	),
	TP_fast_assign(
		__entry->trunk = trunk;
		__entry->reason = reason;
		__entry->len = len;
		put_unaligned_be64(v6 ? hi : 0, __entry->source);
		put_unaligned_be64(v6 ? lo : 0xffff00000000ULL | hi >> 32,
				   __entry->source + 8);
	),
	TP_printk("trunk=%u reason=%s len=%u source=%pI6c", __entry->trunk,
		  __print_symbolic(__entry->reason, UCSEC_TRACE_DENIALS),
		  __entry->len, __entry->source)
);

#endif /* UCSEC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
