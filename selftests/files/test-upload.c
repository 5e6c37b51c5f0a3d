// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-5: pieces of an image on their way to the disk: written beside the loop,
 * in order, and told when there is no room for them.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/firmware.h"
#include "tap.h"
#include "world.h"

static struct world w;
static atomic_bool full;		/* is the disk */
static atomic_uint written;		/* by the loop, to files */

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	struct stat st;

	if (fd <= STDERR_FILENO || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return __real_write(fd, data, len);
	written += gettid() == getpid();
	if (!full)
		return __real_write(fd, data, len);
	errno = ENOSPC;
	return -1;
}

static void on_piece(void *arg, int err, const char *why,
		     const struct firmware_image *image)
{
	(void)why;
	(void)image;
	*(int *)arg = err;
}

/* One of the four bytes of an image. What it was told at once, 1: nothing. */
static int bring(off_t at, int *told)
{
	*told = 1;
	firmware_upload(publisher_firmware(w.publisher), "image", 4, at,
			(const uint8_t *)"abcd" + at, 1, on_piece, told);
	return *told;
}

static int wait_for(const int *told)
{
	while (*told == 1)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	return *told;
}

static int bring_and_wait(off_t at)
{
	int told;

	bring(at, &told);
	return wait_for(&told);
}

static void test_order(void)
{
	int one, other;

	ok(bring(0, &one) == 1 && bring(1, &other) == -EBUSY && !wait_for(&one),
	   "a piece is refused while another is written");
	ok(bring_and_wait(2) == -EINVAL, "and what is not the next one");
	ok(!bring_and_wait(1) && !bring_and_wait(2), "each in its turn");
	ok(bring(3, &one) == 1 &&
	   firmware_claims(publisher_firmware(w.publisher), "image"),
	   "with the last one the name is taken");
	ok(!wait_for(&one) && world_has(&w, "image"), "and the image is there");
}

static void test_loop(void)
{
	written = 0;
	for (off_t at = 0; at < 3; at++)
		bring_and_wait(at);
	ok(!bring_and_wait(3) && !written, "the loop has written nothing");
}

static void test_full(void)
{
	bring_and_wait(0);
	full = true;
	ok(bring_and_wait(1) == -ENOSPC, "a full disk is told");
	full = false;
	ok(bring_and_wait(1) == -EINVAL, "what was there is forgotten");
	ok(!bring_and_wait(0), "there is room again");
}

static void test_end(void)
{
	int told;

	bring(1, &told);
	world_unpublish(&w);
	ok(told != 1, "an end in the middle of a piece");
	world_publish(&w);
	bring_and_wait(0);
	bring_and_wait(1);
	bring_and_wait(2);
	bring(3, &told);
	world_unpublish(&w);
	ok(told == -ESHUTDOWN, "and of the last one");
}

int main(void)
{
	world_open(&w, "upload");
	world_publish(&w);
	test_order();
	test_loop();
	test_full();
	test_end();
	world_close(&w);
	return tap_end();
}
