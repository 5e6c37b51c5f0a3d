/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A SIP base on loopback and strangers' sockets that talk to it.
 */
#ifndef WIRE_H
#define WIRE_H

#include "env.h"
#include "sip/sip.h"

struct wire {
	struct env env;
	struct sip *sip;
	struct net_addr addr;		/* UDP and TCP */
};

/* T1 is 5 ms; transactions 0: the default. */
void wire_open(struct wire *wire, unsigned int transactions);
void wire_restart(struct wire *wire);	/* the base, on the same store */
void wire_close(struct wire *wire);

/*
 * A trunk that comes from host to our port, with these fields; "" is UDP to it
 * and no ping.
 */
void wire_add_trunk(struct wire *wire, const char *name, const char *host,
		    uint16_t port, const char *profile_fields,
		    const char *trunk_fields);
void wire_set_param(struct wire *wire, const char *name, const char *value);
int64_t wire_trunk(struct wire *wire, const char *name);

/* A socket on host, connected to the base. */
int wire_dial(struct wire *wire, const char *host, int type, uint16_t *port);
/* printf(); "\n" becomes CRLF. */
void wire_put(int fd, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Turns the loop until something came; with its CRs, ended by NUL. */
size_t wire_get(struct wire *wire, int fd, char *buf, size_t size);
/* Nothing may come any more: turns the loop until it has nothing to do. */
bool wire_is_quiet(struct wire *wire, int fd);
int wire_status(const char *message);	/* 0: no response */
/* The value of a header, up to its CRLF; "" if it is missing. */
const char *wire_header(const char *message, const char *name);

/* From 1 at ucsec to 5551 at a trunk, for sip_send(). */
osip_message_t *wire_request(const char *method, const char *call_id);
/* Is it a request of that method? */
bool wire_is(const char *message, const char *method);
/* Answers @request; @more are header lines, or "". */
void wire_answer(int fd, const char *request, int status, const char *tag,
		 const char *more);

#define WIRE_WAIT(wire, condition)					\
	do {								\
		while (!(condition))					\
			event_base_loop((wire)->env.base, EVLOOP_ONCE);	\
	} while (0)

#endif /* WIRE_H */
