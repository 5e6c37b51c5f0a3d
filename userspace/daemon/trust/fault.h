/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the readers, builders and verifiers of the phones' files share.
 */
#ifndef TRUST_FAULT_H
#define TRUST_FAULT_H

#include <stddef.h>
#include <stdint.h>

/* Why a file is refused. The sentence never quotes the file. */
struct trust_fault {
	const char *why;
	size_t offset;		/* in the file; 0: the whole of it */
	unsigned int record;	/* of a list, from 1; 0: its header */
};

/* Bytes of somebody else's. */
struct trust_span {
	const uint8_t *data;
	size_t len;
};

/* One allocation, given back with trust_bytes_free(). */
struct trust_bytes {
	uint8_t *data;
	size_t len;
};

#endif /* TRUST_FAULT_H */
