/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of ucsec-keyd by hand: requests as bytes, one answer to each.
 */
#ifndef ASKER_H
#define ASKER_H

#include <sys/types.h>

#include "keyd/request.h"

/* A folder of this test's own, with state/ and sock in it. */
extern char folder[64];
/* Of the last message that was heard. */
extern union keyd_buffer heard;

void make_folder(const char *test);
void remove_folder(void);
/* The real one, under the sanitizers, in the folder; its pid. */
pid_t start_keyd(void);
/* More of its command line, ended by NULL. */
pid_t start_keyd_with(const char *const *options);
/* That serves somebody else, that becomes somebody else. */
pid_t start_keyd_for(const char *user);
pid_t start_keyd_as(const char *user);
/* It ends by itself, within 20 s, with status 1. */
bool refuses_to_start(void);
/* Ends it by a signal; true if it had not ended by itself. */
bool stop_keyd(pid_t pid, int signal);
/*
 * One in its place, at @path, for the first who comes: @play answers each request,
 * by what fake_reply() has left of it or as it likes.
 */
typedef void fake_fn(int fd, union keyd_buffer *m);
pid_t start_fake(const char *path, fake_fn *play);
/* The request becomes a reply to it that says that all is well. */
void fake_reply(union keyd_buffer *m);
/* A new connection, waited for. */
int dial(void);
/* The next message; false if keyd hung up or sent what is none. */
bool hear(int fd);
/* Its error, 0 also for an item, 1 if it hung up. */
int ask_raw(int fd, const void *data, size_t len);
/* With a tail of that length, which is in its place. */
int ask(int fd, union keyd_buffer *m, unsigned int type, size_t tail);
/* The answer's tail into a file of the folder; its whole path, static. */
const char *keep(const char *name);
const char *in_folder(const char *name);
/* A command of the shell, in the folder: did it succeed? */
bool run(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* For those commands: $JUDGE, and $READER, the phone's reader of lists. */
bool name_judges(void);
/* A file of the folder as the tail; its length. */
size_t attach(union keyd_buffer *m, unsigned int type, const char *name);

struct keyd_which key_of(unsigned int service, unsigned int kind);
/* MAKE as it should be, sealed by ask(). */
void good_make(union keyd_buffer *m, unsigned int service, unsigned int kind,
	       unsigned int bits, const char *cn);
/* SIGN_LSC of the request that begins with that byte. */
void good_lsc(union keyd_buffer *m, uint8_t request, const char *device);

#endif /* ASKER_H */
