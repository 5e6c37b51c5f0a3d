// SPDX-License-Identifier: GPL-2.0
/* Times of what is signed: a phone that saw one takes none before it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keyd/use.h"

#define NAME	"times"

enum {
	MAGIC = 0x756b7401,	/* "ukt", version 1 */
	EARLY = 24 * 3600,	/* a clock of the other process may be fast */
};

int keyd_times_load(const struct keyd_dir *dir, struct keyd_times *times)
{
	uint8_t *data;
	size_t len;
	int err = keyd_file_read(dir, NAME, sizeof(*times), &data, &len);

	*times = (struct keyd_times){ .magic = MAGIC };
	if (err == -ENOENT)
		return 0;
	if (err)
		return err == -EFBIG ? -EBADMSG : err;
	if (len == sizeof(*times))
		memcpy(times, data, len);
	free(data);
	return len == sizeof(*times) && times->magic == MAGIC ? 0 : -EBADMSG;
}

/*
 * Whoever could have any time signed would have the last one signed, and there
 * would be none after it. What a fast clock had signed can be used again until
 * time is there.
 */
int keyd_times_next(const struct keyd_times *times, enum keyd_time_kind kind,
		    uint32_t *time_of)
{
	uint32_t last = times->last[kind];

	if (*time_of < last)
		*time_of = last;
	return *time_of == last || (time_t)*time_of <= time(NULL) + EARLY ?
		0 : -ERANGE;
}

/* At most once in a second, as long as it is asked for what the clock says. */
int keyd_times_keep(const struct keyd_dir *dir, struct keyd_times *times,
		    enum keyd_time_kind kind, uint32_t time_of)
{
	struct keyd_times next = *times;
	int err;

	if (time_of == times->last[kind])
		return 0;
	next.last[kind] = time_of;
	err = keyd_file_write(dir, NAME, &next, sizeof(next));
	if (!err)
		*times = next;
	return err;
}
