// SPDX-License-Identifier: GPL-2.0
/*
 * Writes a few inputs for each fuzz target: seeds DIRECTORY TARGET.
 */
#include "packets.h"

static void write_file(const char *dir, u32 n, const u8 *data, u32 len)
{
	char name[4096];
	FILE *f;

	snprintf(name, sizeof(name), "%s/seed-%u", dir, n);
	f = fopen(name, "w");
	if (!f || fwrite(data, 1, len, f) != len || fclose(f)) {
		perror(name);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	struct lcg rng = { 5 };
	u8 buf[MAX_PACKET];
	u32 i, len;

	if (argc != 3)
		return 2;
	for (i = 0; i < 40; i++) {
		buf[0] = (u8)i;
		buf[1] = (u8)(i / 10);
		buf[2] = (u8)i;
		if (!strcmp(argv[2], "stream")) {
			len = 30 + 20 * i;
			lcg_fill(&rng, buf + 2, len);
		} else if (i & 1) {
			len = 3 + make_rtcp(&rng, buf + 3, 7, 8);
		} else {
			len = 3 + make_rtp(&rng, buf + 3, 7, (u16)i, 4 * i);
		}
		write_file(argv[1], i, buf, len);
	}
	return 0;
}
