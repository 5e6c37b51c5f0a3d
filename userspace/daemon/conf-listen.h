/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses and port ranges as ucsecd.conf writes them; conf.c's own.
 *
 * Each returns NULL or the sentence that says what is wrong.
 */
#ifndef CONF_LISTEN_H
#define CONF_LISTEN_H

#include "conf.h"

const char *conf_listen_parse(const char *text, struct conf_listen *listen);
const char *conf_media_address_parse(const char *text,
				     struct conf_media *media);
const char *conf_media_ports_parse(const char *text, struct conf_media *media);
bool conf_listen_is_loopback(const struct conf_listen *listen);

/* conf-trust.c: the keys of [trust], and what holds without them. */
const char *conf_trust_keyd_parse(struct conf *conf, const char *value);
const char *conf_trust_files_parse(struct conf *conf, const char *value);
const char *conf_trust_http_parse(struct conf *conf, const char *value);
const char *conf_trust_tvs_parse(struct conf *conf, const char *value);
const char *conf_trust_capf_parse(struct conf *conf, const char *value);
/* After the last line; NULL, or what does not fit. */
const char *conf_trust_complete(struct conf *conf);
bool conf_trust_same_listen(const struct conf_service *a,
			    const struct conf_service *b);

/*
 * False, and @why, where @media's ports meet the sysctl ip_local_port_range
 * (@range) and ip_local_reserved_ports (@reserved) does not cover them.
 */
bool conf_ports_are_ours(const struct conf_media *media, const char *range,
			 const char *reserved, char *why, size_t size);

#endif /* CONF_LISTEN_H */
