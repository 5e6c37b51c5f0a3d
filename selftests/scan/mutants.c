// SPDX-License-Identifier: GPL-2.0
/*
 * mutants COUNT SEED: requests that aim at parsers, each a line of its number,
 * the class, method, needs and dialog that the scanner finds, and its bytes in
 * hexadecimal. The number, 8 digits, is their end as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "mutate.h"
#include "scan.h"

int main(int argc, char *argv[])
{
	unsigned long count, i;
	struct mutator m = { 0 };

	if (argc != 3) {
		fprintf(stderr, "usage: mutants COUNT SEED\n");
		return 2;
	}
	count = strtoul(argv[1], NULL, 0);
	m.x = strtoul(argv[2], NULL, 0);
	for (i = 0; i < count; i++) {
		struct ucsec_sip_facts f;
		size_t at;

		mutate(&m);
		m.len += (size_t)sprintf(m.bytes + m.len, "%08lu", i);
		ucsec_sip_scan(guarded(m.bytes, m.len), m.len, &f);
		printf("%08lu %u %u %u %u ", i, f.class, f.method, f.needs,
		       f.in_dialog);
		for (at = 0; at < m.len; at++)
			printf("%02x", (unsigned char)m.bytes[at]);
		putchar('\n');
	}
	return 0;
}
