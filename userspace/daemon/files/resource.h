/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The admin API's part on what phones are served: /v1/file, /v1/firmware.
 */
#ifndef FILES_RESOURCE_H
#define FILES_RESOURCE_H

struct admin;
struct publisher;

/* @publisher outlives the requests; NULL: they are told that it is not there. */
struct files_resource {
	struct publisher *publisher;
};

int files_resource_add(struct files_resource *resource, struct admin *admin);

#endif /* FILES_RESOURCE_H */
