/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the admin API's part share; private to resource*.c.
 */
#ifndef FILES_RESOURCE_PARTS_H
#define FILES_RESOURCE_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "admin/admin.h"
#include "files/resource.h"

/* Of base64, to be freed; NULL: it is none, or there is no memory. */
uint8_t *resource_decode(const char *text, size_t *len);
/* Refuses it, and says so in the security log. @noun and @name are its object. */
void resource_refuse(struct admin_request *request, int status,
		     const char *noun, const char *name, const char *field,
		     const char *why);
void resource_told(struct admin_request *request, const char *noun,
		   const char *name);

/* resource-firmware.c */
void resource_on_firmware(void *ctx, struct admin_request *request);

#endif /* FILES_RESOURCE_PARTS_H */
