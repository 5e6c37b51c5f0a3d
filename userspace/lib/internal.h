/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of libucsec share and nobody else sees.
 */
#ifndef UCSEC_INTERNAL_H
#define UCSEC_INTERNAL_H

#include <linux/ucsec.h>
#include <linux/netlink.h>
#include <sys/types.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <ucsec/ucsec.h>

struct ucsec_link;

struct ucsec {
	struct ucsec_link *link;	/* requests */
	struct ucsec_link *events;	/* NULL until subscribed */
	uint64_t overruns;
	struct ucsec_error error;
};

/*
 * link.c: the socket. The only file that enters the kernel; unit tests and
 * fuzzers link a double in its place. recv hands over one datagram from the
 * kernel in malloced memory and returns its length.
 */
int ucsec_link_open(struct ucsec_link **link);
void ucsec_link_close(struct ucsec_link *link);
int ucsec_link_family(const struct ucsec_link *link);
int ucsec_link_fd(const struct ucsec_link *link);
int ucsec_link_join(struct ucsec_link *link);
int ucsec_link_send(struct ucsec_link *link, struct nl_msg *msg);
ssize_t ucsec_link_recv(struct ucsec_link *link, void **datagram);

/* request.c: a request and its answer; ucsec_request() consumes msg. */
typedef int (*ucsec_reply_fn)(const struct nlmsghdr *nlh, void *arg);
struct nl_msg *ucsec_msg_new(struct ucsec *handle, uint8_t cmd, int flags);
struct nl_msg *ucsec_msg_new_of(struct ucsec *handle, uint8_t cmd, int flags,
				size_t size);
void ucsec_msg_free(struct nl_msg *msg);
int ucsec_request(struct ucsec *handle, struct nl_msg *msg, ucsec_reply_fn fn,
		  void *arg);
int ucsec_dump(struct ucsec *handle, uint8_t cmd, ucsec_reply_fn fn, void *arg);
int ucsec_dump_trunks(struct ucsec *handle, uint32_t id, ucsec_reply_fn fn,
		      void *arg);

/* error.c: why a request failed */
int ucsec_error_set(struct ucsec *handle, int err, const char *sentence);
int ucsec_error_take(struct ucsec *handle, const struct nlmsghdr *reply,
		     const struct nlmsghdr *request);

/* put.c: single attributes; 0 or -EMSGSIZE */
int ucsec_put(struct nl_msg *msg, int type, const void *data, int len);
int ucsec_put_u32(struct nl_msg *msg, int type, uint32_t value);
int ucsec_put_be16(struct nl_msg *msg, int type, uint16_t value);
struct nlattr *ucsec_nest(struct nl_msg *msg, int type);
int ucsec_unnest(struct nl_msg *msg, struct nlattr *start);

/*
 * encode*.c, decode*.c: structures to attributes and back. Prefixes of a trunk
 * are encoded and decoded apart from it.
 */
int ucsec_encode_stream(struct nl_msg *msg, const struct ucsec_stream *stream);
int ucsec_encode_params(struct nl_msg *msg, const struct ucsec_params *params);
int ucsec_decode_stream(const struct nlmsghdr *nlh,
			struct ucsec_stream *stream);
int ucsec_decode_notice(const struct nlmsghdr *nlh,
			struct ucsec_notice *notice);
int ucsec_decode_stats(const struct nlmsghdr *nlh, struct ucsec_stats *stats);
int ucsec_decode_suite(const struct nlmsghdr *nlh,
		       struct ucsec_suite_info *suite);
int ucsec_decode_params(const struct nlmsghdr *nlh,
			struct ucsec_params *params);

#define UCSEC_PREFIX_ROOM	32	/* bytes of the largest encoded one */
#define UCSEC_TRIAL_ROOM	128	/* of a trial without its payload */
int ucsec_encode_trunk(struct nl_msg *msg, const struct ucsec_trunk *trunk);
int ucsec_encode_prefixes(struct nl_msg *msg,
			  const struct ucsec_prefix *prefixes, size_t count);
int ucsec_encode_acl(struct nl_msg *msg, const struct ucsec_acl *acl);
int ucsec_encode_trial(struct nl_msg *msg, const struct ucsec_trial *trial);
int ucsec_decode_trunk(const struct nlmsghdr *nlh, struct ucsec_trunk *trunk);
/* How many, without an array to put them into. */
ssize_t ucsec_decode_prefixes(const struct nlmsghdr *nlh,
			      struct ucsec_prefix *prefixes);
int ucsec_decode_prefix(const struct nlattr *nla, struct ucsec_prefix *prefix);
int ucsec_decode_acl_notice(const struct nlmsghdr *nlh,
			    struct ucsec_notice *notice);
int ucsec_decode_acl(const struct nlmsghdr *nlh, struct ucsec_acl *acl);
int ucsec_decode_judgement(const struct nlmsghdr *nlh,
			   struct ucsec_judgement *judgement);

int ucsec_get_stats(const struct nlattr *head, int len,
		    struct ucsec_stats *stats);

/* get.c: single attributes; _bit for members that a have bit tells of */
void ucsec_get_u32(const struct nlattr *nla, uint32_t *value);
void ucsec_get_u64(const struct nlattr *nla, uint64_t *value);
void ucsec_get_u32_bit(const struct nlattr *nla, uint32_t *value,
		       uint32_t *have, uint32_t bit);
void ucsec_get_u16_bit(const struct nlattr *nla, uint16_t *value,
		       uint32_t *have, uint32_t bit);
void ucsec_get_cookie(const struct nlattr *nla, uint8_t *cookie,
		      uint32_t *len, uint32_t *have, uint32_t bit);
void ucsec_get_string(const struct nlattr *nla, char *text, size_t size);
int ucsec_parse_nest(struct nlattr **tb, int max, const struct nlattr *nla,
		     const struct nla_policy *policy);
int ucsec_parse_message(struct nlattr **tb, int max,
			const struct nlmsghdr *nlh,
			const struct nla_policy *policy);

/* attr.c: dotted names of the attributes of a request */
void ucsec_attr_name(const struct nlmsghdr *request, size_t offset,
		     char *name, size_t size);
const struct nlattr *ucsec_attr_prefix(const struct nlmsghdr *request,
				       size_t offset);
void ucsec_attr_missing(const struct nlmsghdr *request, size_t nest_offset,
			unsigned int type, char *name, size_t size);

/*
 * base64.c: bytes, or -EINVAL; time and memory access depend on the length
 * of the text only.
 */
ssize_t ucsec_base64_decode(const char *text, size_t len, uint8_t *out,
			    size_t size);

#endif /* UCSEC_INTERNAL_H */
