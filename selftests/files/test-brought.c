// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-2, TRUST-5: what is brought: static files and firmware, under whose
 * names, and that it is served as it was brought.
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files/firmware.h"
#include "files/publisher-parts.h"
#include "tap.h"
#include "world.h"

#define PHONE	"SEP001122334455"
#define ITL	"ITLFile.tlv"
#define PLAIN	".cnf.xml"
#define SIGNED	".cnf.xml.sgn"

enum { BIG = 90000 };		/* bytes that nothing else asks for */

static struct world w;
static bool scarce;		/* is memory, for what is big */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
	return scarce && count * size > BIG ? NULL : __real_calloc(count, size);
}

static int find_static(void *arg, const char *name, off_t size, bool served)
{
	(void)size;
	(void)served;
	return !strcmp(name, arg);
}

/* A name that can be brought is one that the next start finds. */
static void test_deep(void)
{
	char deep[] = "1/2/3/4/5/6/7/8/list.xml";

	ok(!world_bring(&w, deep, "x"), "a file in eight folders");
	ok(world_bring(&w, "1/2/3/4/5/6/7/8/9/list.xml", "x") == -EINVAL &&
	   strstr(w.why, "eight folders"), "in nine it is refused");
	world_settle(&w);
	world_unpublish(&w);
	world_publish(&w);
	world_settle(&w);
	ok(publisher_static_each(w.publisher, find_static, deep) == 1 &&
	   world_says(&w, "1/2/3/4/5/6/7/8/list.xml.sgn", NULL, "x"),
	   "it is there after the next start");
}

static void on_image(void *arg, int err, const char *why,
		     const struct firmware_image *image)
{
	int *told = arg;

	(void)why;
	(void)image;
	*told = err ? err : 1;
}

/* Until it is looked at. */
static enum firmware_state state_of(const char *name)
{
	const struct firmware_image *image;

	do {
		event_base_loop(w.env.base, EVLOOP_ONCE);
		image = firmware_find(publisher_firmware(w.publisher), name);
	} while (!image || image->state == FIRMWARE_CHECKING);
	return image->state;
}

/* The old one is being looked at when the new one takes its place. */
static void test_replaced(void)
{
	static uint8_t data[1024 * 1024];
	struct firmware *fw = publisher_firmware(w.publisher);
	char path[512];
	int told = 0;

	memset(data, 'f', sizeof(data));
	firmware_upload(fw, "image.bin", sizeof(data), 0, data, sizeof(data),
			on_image, &told);
	ok(state_of("image.bin") == FIRMWARE_SERVED, "an image is served");
	/* It takes longer to read than the new one. */
	snprintf(path, sizeof(path), "%s/image.bin",
		 w.env.conf.trust.files_dir);
	ok(!truncate(path, 256 << 20), "it grows");
	told = 0;
	firmware_upload(fw, "image.bin", sizeof(data), 0, data, sizeof(data),
			on_image, &told);
	firmware_look(fw);
	while (!told)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	for (int i = 0; i < 50; i++)
		event_base_loop(w.env.base, EVLOOP_NONBLOCK);
	ok(told == 1 && state_of("image.bin") == FIRMWARE_SERVED &&
	   world_has(&w, "image.bin"), "brought again, it is");
}

/* Two files of one name, and the second one's first byte came first. */
static void test_same_name(void)
{
	static const uint8_t data[] = "firmware";
	struct firmware *fw = publisher_firmware(w.publisher);
	int told = 0;

	firmware_upload(fw, "both", sizeof(data), 0, data, 1, on_image, &told);
	while (!told)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	if (told != 1 || world_bring(&w, "both", "fir"))
		abort();
	world_settle(&w);
	told = 0;
	firmware_upload(fw, "both", sizeof(data), 1, data + 1,
			sizeof(data) - 1, on_image, &told);
	while (!told)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	ok(told == -EEXIST && world_says(&w, "both.sgn", NULL, "fir"),
	   "an image does not take a static file's name");
}

static void on_brought(void *arg, int err, const char *why)
{
	(void)why;
	*(int *)arg = err;
}

/* Nothing of either is served yet: who came first has the name. */
static void test_same_time(void)
{
	static const uint8_t data[] = "firmware";
	struct firmware *fw = publisher_firmware(w.publisher);
	int image = 0, file = 1;

	firmware_upload(fw, "first.sgn", sizeof(data), 0, data, sizeof(data),
			on_image, &image);
	publisher_static_put(w.publisher, "first", data, 3, on_brought, &file);
	while (!image)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	ok(image == 1 && file == -EINVAL, "no file's .sgn is an image on its "
	   "way");
	file = 1;
	image = 0;
	publisher_static_put(w.publisher, "second", data, 3, on_brought, &file);
	firmware_upload(fw, "second.sgn", sizeof(data), 0, data, sizeof(data),
			on_image, &image);
	while (file == 1)
		event_base_loop(w.env.base, EVLOOP_ONCE);
	world_settle(&w);
	ok(image == -EEXIST && !file && world_says(&w, "second.sgn", NULL, "fir"),
	   "no image is the .sgn of a file on its way");
}

static bool has_folder(const char *shelf, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s/%s", w.env.conf.state_dir, shelf,
		 name);
	return !access(path, F_OK);
}

/* Folders go with the last file in them. */
static void test_folders(void)
{
	ok(!world_bring(&w, "de/rings/a.xml", "x") &&
	   !world_bring(&w, "de/b.xml", "x"), "files in folders");
	world_settle(&w);
	ok(!world_take_back(&w, "de/rings/a.xml"), "one is taken back");
	world_settle(&w);
	ok(!has_folder("files", "de/rings") && has_folder("files", "de") &&
	   !has_folder("static-files", "de/rings") &&
	   has_folder("static-files", "de"), "its folder, no other");
	ok(!world_take_back(&w, "de/b.xml"), "the other");
	world_settle(&w);
	ok(!has_folder("files", "de") && !has_folder("static-files", "de"),
	   "nothing is left of it");
}

static int bring(const char *name)
{
	return world_bring(&w, name, "x");
}

static void run_until(time_t end)
{
	struct timeval tv = { .tv_usec = 20000 };

	while (time(NULL) < end) {
		event_base_loopexit(w.env.base, &tv);
		event_base_dispatch(w.env.base);
	}
}

/* No file in a folder of its name hinders a device's, or a list. */
static void test_hindered(void)
{
	char path[512];

	ok(bring(PHONE SIGNED "/x") == -EINVAL && bring(PHONE PLAIN "/x") == -EINVAL &&
	   bring("CTLFile.tlv/x") == -EINVAL &&
	   bring("a/tones.sgn/x") == -EINVAL && !bring("a/b.sgnx/c.tlv.x"),
	   "no folder is called like a file that is made");
	snprintf(path, sizeof(path), "%s/tones", w.env.conf.trust.files_dir);
	ok(!mkdir(path, 0755) && !bring("tones"), "one stands in the way");
	/* Tried after one, three and seven seconds. */
	run_until(time(NULL) + 5);
	world_add(&w, "phone", "{'name':'SEP0000000000CC',"
		  "'profile':'Standard SIP Non-Secure Profile'}");
	run_until(time(NULL) + 1);
	ok(world_says(&w, "SEP0000000000CC" SIGNED, NULL, "<device>") &&
	   world_status(&w).pending == 1, "of which no phone hears");
	ok(!rmdir(path), "it goes");
	world_settle(&w);
	ok(world_has(&w, "tones") && world_has(&w, "tones.sgn"),
	   "and what was brought is there");
}

/* What HTTP gives under that name; NULL: nothing. */
static const char *served(const char *name)
{
	static char text[4096];
	off_t size;
	int fd = publisher_file(w.publisher, name, &size);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n == size ? text : NULL;
}

static bool is_served(const char *name, const char *text)
{
	const char *there = served(name);

	return there && !strcmp(there, text);
}

/* A round over all that is shown, and what follows of it. */
static void look_around(void)
{
	publisher_look(w.publisher);
	for (int i = 0; i < 20; i++)
		event_base_loop(w.env.base, EVLOOP_NONBLOCK);
	world_settle(&w);
}

/* Nobody signs it: what was put there is what is served. */
static void test_changed(void)
{
	const char phone[] = PHONE PLAIN;
	uint64_t before;
	char path[512];

	ok(!bring("rings/one.xml"), "a static file");
	world_settle(&w);
	before = world_status(&w).signed_files;
	world_write(&w, "rings/one.xml", "evil", 4);
	ok(!served("rings/one.xml"), "changed on the disk: not served");
	world_settle(&w);
	ok(is_served("rings/one.xml", "x"), "what was brought is");
	world_write(&w, "rings/one.xml", "evil", 4);
	world_write(&w, phone, "evil", 4);
	snprintf(path, sizeof(path), "%s/rings/one.xml.sgn",
		 w.env.conf.trust.files_dir);
	ok(!chmod(path, 0600), "touched, not changed");
	look_around();
	ok(is_served("rings/one.xml", "x") && served("rings/one.xml.sgn") &&
	   strstr(served(phone), "<device>"), "TFTP: a round finds all of it");
	ok(world_status(&w).signed_files == before, "nothing is signed anew");
	unlink(path);
	look_around();
	ok(world_says(&w, "rings/one.xml.sgn", NULL, "x"),
	   "what was deleted comes back");
}

/* The loop has not heard yet that it is on the disk. */
static void test_fresh(void)
{
	world_set(&w, "phone", PHONE, "{'load':'fresh'}");
	for (int i = 0; i < 500 &&
	     !world_says(&w, PHONE SIGNED, NULL, ">fresh<"); i++) {
		event_base_loop(w.env.base, EVLOOP_NONBLOCK);
		usleep(20000);
	}
	ok(world_status(&w).pending == 1 && served(PHONE SIGNED),
	   "what was just written is served");
	world_settle(&w);
}

/* While keyd is asked, and while the disk is waited for. */
static void test_busy(void)
{
	uint64_t before = world_status(&w).signed_files;

	kill(w.keyd, SIGSTOP);
	world_set(&w, "phone", PHONE, "{'load':'busy'}");
	for (int i = 0; i < 20; i++)
		event_base_loop(w.env.base, EVLOOP_NONBLOCK);
	ok(world_status(&w).pending == 1 && served(PHONE PLAIN),
	   "the one before is served while keyd is asked");
	world_write(&w, PHONE PLAIN, "evil", 4);
	ok(!served(PHONE PLAIN) && !served(PHONE PLAIN),
	   "changed on the disk meanwhile: not served");
	kill(w.keyd, SIGCONT);
	world_settle(&w);
	ok(strstr(served(PHONE PLAIN), ">busy<") &&
	   world_status(&w).signed_files == before + 1,
	   "the new one is, signed once");
	world_set(&w, "phone", PHONE, "{'load':'late'}");
	for (int i = 0; i < 500 &&
	     !world_says(&w, PHONE SIGNED, NULL, ">late<"); i++) {
		event_base_loop(w.env.base, EVLOOP_NONBLOCK);
		usleep(20000);
	}
	world_write(&w, PHONE SIGNED, "evil", 4);
	ok(world_status(&w).pending == 1 && !served(PHONE SIGNED),
	   "what was just written, and changed at once: not served");
	world_settle(&w);
	ok(world_says(&w, PHONE SIGNED, NULL, ">late<"), "it is mended");
}

/* Who made it need not be there: what was put is what is written again. */
static void test_list(void)
{
	uint8_t *data = NULL;
	size_t len = 0;

	ok(!world_put(&w, ITL, "one") && !world_put(&w, ITL, "list") &&
	   is_served(ITL, "list"), "a list");
	world_settle(&w);
	world_write(&w, ITL, "evil", 4);
	ok(!served(ITL) && !served("ITLSEP001122334455.tlv"),
	   "changed on the disk: not served");
	ok(!publisher_get(w.publisher, ITL, &data, &len) && len == 4 &&
	   !memcmp(data, "list", 4), "nor taken for what was put");
	free(data);
	world_settle(&w);
	ok(is_served(ITL, "list"), "it is written again");
	world_write(&w, ITL, "evil", 4);
	look_around();
	ok(is_served(ITL, "list"), "TFTP: a round finds it");
	world_write(&w, ITL, "evil", 4);
	ok(!served(ITL) && !world_put(&w, ITL, "next"),
	   "another one comes meanwhile");
	world_settle(&w);
	ok(is_served(ITL, "next"), "and is not undone");
	world_unpublish(&w);
	world_publish(&w);
	ok(is_served(ITL, "next"), "the next daemon has it at once");
	world_settle(&w);
	world_write(&w, ITL, "evil", 4);
	look_around();
	ok(is_served(ITL, "next"), "and writes it again, too");
}

static void test_scarce(void)
{
	static char text[BIG + 1];

	memset(text, 'x', BIG);
	scarce = true;
	ok(world_bring(&w, "big.xml", text) == -ENOMEM, "%s", w.why);
	scarce = false;
	world_settle(&w);
	ok(!publisher_find_static(w.publisher, "big.xml"),
	   "nothing is left of what could not be brought");
}

int main(void)
{
	world_open(&w, "brought");
	world_add(&w, "phone", "{'name':'" PHONE "',"
		  "'profile':'Standard SIP Non-Secure Profile'}");
	world_publish(&w);
	world_settle(&w);
	test_deep();
	test_replaced();
	test_same_name();
	test_same_time();
	test_folders();
	test_hindered();
	test_changed();
	test_fresh();
	test_busy();
	test_list();
	test_scarce();
	world_close(&w);
	return tap_end();
}
