// SPDX-License-Identifier: GPL-2.0
// A buffer in front of a page that faults.

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "guard.h"

enum { ROOM = 65536, PAGE = 4096 };

const uint8_t *guarded(const void *data, size_t len)
{
	static uint8_t *end;

	if (!end) {
		uint8_t *all = mmap(NULL, ROOM + PAGE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (all == MAP_FAILED ||
		    mprotect(all + ROOM, PAGE, PROT_NONE))
			abort();
		end = all + ROOM;
	}
	if (len > ROOM)
		abort();
	if (len)
		memcpy(end - len, data, len);
	return end - len;
}
