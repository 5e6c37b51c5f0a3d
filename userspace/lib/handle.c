// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The handle: one socket for requests, and one for events once subscribed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

int ucsec_open(struct ucsec **handle)
{
	struct ucsec *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	err = ucsec_link_open(&new->link);
	if (err) {
		free(new);
		return err;
	}
	*handle = new;
	return 0;
}

void ucsec_close(struct ucsec *handle)
{
	if (!handle)
		return;
	ucsec_link_close(handle->events);
	ucsec_link_close(handle->link);
	free(handle);
}
