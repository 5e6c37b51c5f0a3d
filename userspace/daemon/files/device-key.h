/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is to be known of a device's certificate before anything is encrypted.
 */
#ifndef FILES_DEVICE_KEY_H
#define FILES_DEVICE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Can the device decrypt what is encrypted for it? With an EC key it cannot. */
bool device_key_fits(const uint8_t *der, size_t len);

#endif /* FILES_DEVICE_KEY_H */
