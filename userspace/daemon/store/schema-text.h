/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Formats of texts beyond length and characters; for schema.c.
 *
 * Each returns NULL or the sentence that says what is wrong.
 */
#ifndef STORE_SCHEMA_TEXT_H
#define STORE_SCHEMA_TEXT_H

const char *store_name_check(char *text);	/* no blank at either end */
const char *store_device_check(char *text);	/* SEP and MAC, to capitals */
const char *store_prefix_check(char *text);	/* "+" in front alone */
const char *store_number_check(char *text);	/* and not by itself */
const char *store_host_check(char *text);	/* address or DNS name */
const char *store_time_check(char *text);	/* 2030-01-31T17:00:00Z */
const char *store_single_check(char *text);	/* STORE_SINGLE */

#endif /* STORE_SCHEMA_TEXT_H */
