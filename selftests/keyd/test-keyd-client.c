// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's end of the socket to ucsec-keyd: with the real one, which is
 * killed and comes back, and with one that is silent or talks nonsense.
 */
#include "trust/keyd-client.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"

static struct event_base *base;
static union keyd_buffer m;
static unsigned int ups, downs;
static char why_down[128];

static void on_up(void *arg)
{
	(void)arg;
	ups++;
}

static void on_down(void *arg, const char *why)
{
	(void)arg;
	downs++;
	strncpy(why_down, why, sizeof(why_down) - 1);
}

static const struct keyd_client_ops ops = { on_up, on_down };

/* What came of a request: how often, its last error, in which order. */
struct told {
	unsigned int items, replies, turn;
	int err;
	size_t tail;
};

static unsigned int turns;

static void on_told(void *arg, int err, const union keyd_buffer *answer)
{
	struct told *told = arg;

	if (answer && answer->m.head.type == KEYD_ITEM) {
		told->items++;
		return;
	}
	told->replies++;
	told->turn = ++turns;
	told->err = err;
	told->tail = answer ? keyd_tail_len(answer) : 0;
}

/* Until a count is reached; false: 30 s went by. */
static bool wait_for(const unsigned int *count, unsigned int wanted)
{
	for (int i = 0; i < 3000 && *count < wanted; i++) {
		struct timeval tv = { 0, 10000 };

		event_base_loopexit(base, &tv);
		event_base_dispatch(base);
	}
	return *count >= wanted;
}

static void check_requests(struct keyd_client *client)
{
	struct told list = { 0 }, make = { 0 }, again = { 0 }, slow = { 0 },
		    quick = { 0 }, file = { 0 }, forgotten = { 0 };
	uint32_t id;

	good_make(&m, KEYD_TVS, KEYD_EC, 256, "tvs");
	ok(!keyd_client_send(client, KEYD_MAKE, &m, 0, on_told, &make, NULL) &&
	   wait_for(&make.replies, 1) && !make.err && make.tail > 300,
	   "MAKE: a certificate");
	ok(!keyd_client_send(client, KEYD_MAKE, &m, 0, on_told, &again,
			     NULL) && wait_for(&again.replies, 1) &&
	   again.err == -EEXIST, "again: its error");
	ok(!keyd_client_send(client, KEYD_LIST, &m, 0, on_told, &list, NULL) &&
	   wait_for(&list.replies, 1) && list.items == 1, "LIST: an item");
	good_make(&m, KEYD_TVS, KEYD_RSA, 4096, "tvs");
	keyd_client_send(client, KEYD_MAKE, &m, 0, on_told, &slow, NULL);
	keyd_client_send(client, KEYD_HELLO, &m, 0, on_told, &forgotten, &id);
	keyd_client_forget(client, id);
	keyd_client_send(client, KEYD_HELLO, &m, 0, on_told, &quick, NULL);
	ok(wait_for(&slow.replies, 1) && !slow.err && quick.replies == 1 &&
	   quick.turn < slow.turn, "answers overtake a key that is made");
	ok(!forgotten.replies, "what is forgotten is not told");
	memset(&m.m, 0, sizeof(m.m));
	m.m.file.key = key_of(KEYD_TFTP, KEYD_RSA);
	m.m.file.kind = KEYD_FILE_PLAIN;
	m.m.file.digest = KEYD_TLV_SHA1;
	strcpy(m.m.file.name, "x");
	ok(!keyd_client_send(client, KEYD_SIGN_FILE, &m, KEYD_FILE_MAX,
			     on_told, &file, NULL) &&
	   wait_for(&file.replies, 1) && file.err == -ENOENT,
	   "a file of 96 KiB goes there");
	ok(keyd_client_send(client, KEYD_SIGN_FILE, &m, KEYD_FILE_MAX + 1,
			    on_told, &file, NULL) == -EINVAL &&
	   keyd_client_send(client, KEYD_SIGN_FILE, &m, KEYD_MESSAGE_MAX,
			    on_told, &file, NULL) == -EINVAL &&
	   keyd_client_send(client, 63, &m, 0, on_told, &file, NULL) ==
	   -EINVAL, "what keyd would refuse does not leave");
}

/* Many at once: more than the socket holds, and more than there may be. */
static void check_many(struct keyd_client *client)
{
	struct told told = { 0 };
	unsigned int sent = 0;

	while (!keyd_client_send(client, KEYD_HELLO, &m, 0, on_told, &told,
				 NULL))
		sent++;
	ok(sent == 4096, "%u at once, then no more", sent);
	ok(wait_for(&told.replies, sent) && !told.err, "all are answered");
}

static void check_death(struct keyd_client *client, pid_t *pid)
{
	struct told making = { 0 }, next = { 0 };

	good_make(&m, KEYD_CAPF, KEYD_RSA, 4096, "capf");
	keyd_client_send(client, KEYD_MAKE, &m, 0, on_told, &making, NULL);
	keyd_client_send(client, KEYD_HELLO, &m, 0, on_told, &next, NULL);
	wait_for(&next.replies, 1);
	stop_keyd(*pid, SIGKILL);
	ok(wait_for(&downs, 1) && making.err == -ECONNRESET &&
	   !keyd_client_is_up(client), "killed: who waits is told: %s",
	   why_down);
	ok(keyd_client_send(client, KEYD_HELLO, &m, 0, on_told, &next, NULL) ==
	   -ENOTCONN, "who asks is refused");
	*pid = start_keyd();
	ok(wait_for(&ups, 2) && keyd_client_is_up(client), "it comes back");
	next.replies = 0;
	ok(!keyd_client_send(client, KEYD_LIST, &m, 0, on_told, &next, NULL) &&
	   wait_for(&next.replies, 1) && next.items == 2, "with its keys");
}

static struct {
	const void *what;
	size_t len;			/* 0: nothing */
} lie;

/* One that greets and then lies. */
static void play_liar(int fd, union keyd_buffer *request)
{
	if (request->m.head.type == KEYD_HELLO) {
		fake_reply(request);
		send(fd, request, request->m.head.len, 0);
	} else if (lie.len) {
		send(fd, lie.what, lie.len, 0);
	}
}

static void check_liar(const char *name, const void *what, size_t len,
		       int wanted)
{
	struct keyd_client *client;
	struct told told = { 0 };
	unsigned int up = ups + 1, down = downs + 1;
	pid_t pid;

	lie.what = what;
	lie.len = len;
	pid = start_fake(in_folder("sock"), play_liar);
	client = keyd_client_new(base, in_folder("sock"), &ops, NULL);
	keyd_client_set_timeout(client, 300);
	ok(wait_for(&ups, up) && !keyd_client_send(client, KEYD_LIST, &m, 0,
						   on_told, &told, NULL) &&
	   wait_for(&downs, down) && told.err == wanted, "%s: %s", name,
	   why_down);
	keyd_client_free(client);
	waitpid(pid, NULL, 0);
}

static void check_liars(void)
{
	static union keyd_buffer wrong;

	check_liar("it says nothing", NULL, 0, -ETIMEDOUT);
	check_liar("it says something", "nonsense", 8, -ECONNRESET);
	keyd_seal(&wrong, KEYD_REPLY, 77, 0);
	check_liar("it answers what nobody asked", &wrong, wrong.m.head.len,
		   -ECONNRESET);
	keyd_seal(&wrong, KEYD_HELLO, 2, 0);
	check_liar("it asks", &wrong, wrong.m.head.len, -ECONNRESET);
	keyd_seal(&wrong, KEYD_REPLY, 2, 0);
	wrong.m.head.protocol++;
	check_liar("it is of another version", &wrong, wrong.m.head.len,
		   -EPROTO);
	ok(strstr(why_down, "one release"), "which is told");
}

/* As an older or newer one greets, and is greeted. */
static void play_stranger(int fd, union keyd_buffer *request)
{
	fake_reply(request);
	request->m.head.protocol--;
	send(fd, request, request->m.head.len, 0);
}

static void check_stranger(void)
{
	unsigned int up = ups, down = downs + 1;
	pid_t pid = start_fake(in_folder("sock"), play_stranger);
	struct keyd_client *client = keyd_client_new(base, in_folder("sock"),
						     &ops, NULL);

	ok(wait_for(&downs, down) && ups == up &&
	   strstr(why_down, "ucsec-keyd is of another version"),
	   "one of another version is not spoken to: %s", why_down);
	keyd_client_free(client);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	struct keyd_client *client;
	pid_t pid;

	make_folder("test-keyd-client");
	base = event_base_new();
	client = keyd_client_new(base, in_folder("sock"), &ops, NULL);
	ok(client && keyd_client_send(client, KEYD_HELLO, &m, 0, NULL, NULL,
				      NULL) == -ENOTCONN, "nobody is there");
	pid = start_keyd();
	ok(wait_for(&ups, 1), "it is found when it comes");
	check_requests(client);
	check_many(client);
	check_death(client, &pid);
	keyd_client_free(client);
	ok(stop_keyd(pid, SIGTERM), "it ended when told, without a complaint");
	check_liars();
	check_stranger();
	event_base_free(base);
	remove_folder();
	return tap_end();
}
