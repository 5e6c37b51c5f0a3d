/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of ucsec-mediad by hand: requests as bytes, one answer to each.
 */
#ifndef ASKER_H
#define ASKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mediad/request.h"

#define KEY_LEN		30

/* Of the server, and the socket to the streams behind it. */
extern char server_path[64];
extern int control;

/* A server for us, named after the test. */
void start_server(const char *test);
/* Did it end when told, without a complaint? */
bool stop_server(void);
/* A new connection to it. */
int dial(void);
/* The next message, waited for; false if the server hung up. */
bool hear(int fd, union mediad_message *m);
/* What it answers: its error, 0 also for an item, 1 if it hung up. */
int ask_raw(int fd, const void *data, size_t len, union mediad_message *reply);
int ask(int fd, union mediad_message *m, unsigned int type,
	union mediad_message *reply);
/* An address of our own: the test may run twice at a time. */
uint32_t own_host(void);
/* @host 1 is ours, others are of 127.0.0.0/8; @port in host byte order. */
void set_endpoint(struct mediad_endpoint *ep, uint32_t host, uint16_t port);
/* Both pairs of ports of good_stream(); 0 or the error. */
int reserve_stream(int fd, uint16_t port);
/* A stream with crypto on both sides, and a cookie of that key byte. */
void good_stream(union mediad_message *m, uint16_t port, uint8_t key);

#endif /* ASKER_H */
