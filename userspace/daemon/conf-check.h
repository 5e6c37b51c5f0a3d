/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a configuration without faults still does not fit: this host, or itself.
 */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include <stddef.h>

struct conf;

typedef void (*conf_tell)(void *ctx, const char *sentence);

/* What keeps the daemon from starting here: user, group, state directory. */
int conf_check_host(const struct conf *conf, conf_tell tell, void *ctx);
/* It starts, and cannot do all that it is for. The number of sentences. */
int conf_check_media(const struct conf *conf, conf_tell tell, void *ctx);

/*
 * Names what @new says otherwise than @old and only a restart takes up:
 * "listen, node.name". Returns names, "" if there is nothing.
 */
char *conf_needs_restart(const struct conf *old, const struct conf *new,
			 char *names, size_t size);

#endif /* CONF_CHECK_H */
