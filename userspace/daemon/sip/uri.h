/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers as text: those of telephones as URIs, those of headers as numbers. */
#ifndef SIP_URI_H
#define SIP_URI_H

#include "store/store.h"

enum { SIP_URI_SIZE = 3 * STORE_TEXT_SIZE + STORE_HOST_SIZE + 16 };

/* sip:number@host, with what a user part may not have escaped. */
void sip_uri_of(char buf[SIP_URI_SIZE], const char *number, const char *host);
/* A header's number, up to a parameter; UINT32_MAX if there is none. */
uint32_t sip_uint(const char *text);

#endif /* SIP_URI_H */
