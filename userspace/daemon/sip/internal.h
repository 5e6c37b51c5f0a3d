/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of sip/'s base share.
 */
#ifndef SIP_INTERNAL_H
#define SIP_INTERNAL_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/queue.h>

#include "sip/head.h"
#include "sip/sip.h"

/* message.c; parsed messages and bytes are the caller's to free */
void sip_parser_start(void);
int sip_parse(const char *data, size_t len, osip_message_t **msg);
int sip_check_parsed(const osip_message_t *msg);
int sip_to_bytes(osip_message_t *msg, char **data, size_t *len);
const char *sip_sent_by(const struct net_conn *conn, uint16_t port, char *buf,
			size_t size);

#endif /* SIP_INTERNAL_H */
