/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Becoming nobody in particular: main.c's own.
 */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H

#include <stddef.h>

struct conf;

/*
 * Makes the state directory (0700) if there is none and gives it to the user
 * the configuration names. While there still are privileges.
 */
int privilege_prepare(const struct conf *conf, char *why, size_t size);
/* Becomes that user, lays all capabilities down, for good. */
int privilege_drop(const struct conf *conf, char *why, size_t size);

#endif /* PRIVILEGE_H */
