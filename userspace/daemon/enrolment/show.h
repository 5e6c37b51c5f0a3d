/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Phones' certificates as JSON.
 */
#ifndef ENROLMENT_SHOW_H
#define ENROLMENT_SHOW_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* @kind: "lsc", "mic" ... NULL without memory. */
json_t *certificate_json(const char *kind, const uint8_t *der, size_t len);

#endif /* ENROLMENT_SHOW_H */
