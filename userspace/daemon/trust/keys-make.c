// SPDX-License-Identifier: GPL-2.0
/*
 * The start with ucsec-keyd: connect, and make the keys that it has not.
 */
#include <errno.h>
#include <event2/event.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "trust/keyd-client.h"
#include "trust/keys-parts.h"
#include "trust/own.h"

enum {
	YEAR = 365,
	REACH_S = 10,		/* until there is something to connect to */
	OPEN_S = 120,		/* until all keys are there */
	BUSY_MS = 200,
};

/*
 * Names differ as a whole: who trusts several and finds an issuer by name finds
 * the right one. Phones know signers of lists for as long as they are in use.
 */
static const struct wanted {
	enum keyd_service service;
	enum keyd_kind kind;
	uint16_t bits, days;
	const char *ou;
} wanted[] = {
	{ KEYD_CALLMANAGER, KEYD_RSA, 2048, 5 * YEAR, "" },
	{ KEYD_CALLMANAGER, KEYD_EC, 256, 5 * YEAR, "ECDSA" },
	{ KEYD_CAPF, KEYD_RSA, 2048, 5 * YEAR, "CAPF" },
	{ KEYD_TVS, KEYD_RSA, 2048, 5 * YEAR, "TVS" },
	{ KEYD_ITLRECOVERY, KEYD_RSA, 2048, 20 * YEAR, "ITLRecovery" },
	{ KEYD_TFTP, KEYD_RSA, 2048, 5 * YEAR, "TFTP" },
	{ KEYD_TOMCAT, KEYD_RSA, 2048, 5 * YEAR, "tomcat" },
	{ KEYD_IPSEC, KEYD_RSA, 2048, 5 * YEAR, "ipsec" },
};

static void add_name(struct keyd_names *names, enum keyd_name_kind kind,
		     const char *text)
{
	struct keyd_name *name = &names->list[names->count++];

	name->kind = (uint8_t)kind;
	snprintf(name->text, sizeof(name->text), "%s", text);
}

static int describe(struct keyd_make *make, const struct wanted *one,
		    const struct conf *conf)
{
	char address[OWN_ADDRESS_SIZE];
	uint32_t random;

	memset(make, 0, sizeof(*make));
	make->key.service = (uint8_t)one->service;
	make->key.kind = (uint8_t)one->kind;
	make->bits = one->bits;
	make->days = one->days;
	if (RAND_bytes((uint8_t *)&random, sizeof(random)) != 1)
		return -EIO;
	/* One text alone: behind it there are zeros. */
	if (one->service == KEYD_CAPF)
		snprintf(make->subject.cn, sizeof(make->subject.cn),
			 "CAPF-%08x", random);
	else
		snprintf(make->subject.cn, sizeof(make->subject.cn), "%s",
			 conf->node);
	snprintf(make->subject.ou, sizeof(make->subject.ou), "%s", one->ou);
	add_name(&make->names, KEYD_DNS, conf->node);
	for (size_t i = 0; i < conf->listen_count &&
	     make->names.count < KEYD_NAMES; i++)
		if (own_address(conf, i, address))
			add_name(&make->names, KEYD_IP, address);
	return 0;
}

int trust_keys_describe(const struct trust_keys *keys,
			const struct keyd_which *which, struct keyd_make *make)
{
	const struct trust_key *current = trust_keys_find(keys, which->service,
							  which->kind,
							  KEYD_CURRENT);
	int err = -ENOENT;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (wanted[i].service == which->service &&
		    wanted[i].kind == which->kind)
			err = describe(make, &wanted[i], keys->conf);
	if (err)
		return err;
	make->key = *which;
	if (current)
		make->bits = current->bits;
	return 0;
}

static void fail(struct key_opening *o, int err, const char *why)
{
	o->err = err;
	o->done = true;
	snprintf(o->why, o->size, "%s", why);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	trust_keys_refresh(arg);
}

static void log_made(const struct key_opening *o)
{
	log_event(LOG_LEVEL_NOTICE, "certificate-made", "service",
		  keyd_service_name(o->making.service), "kind",
		  keyd_kind_name(o->making.kind), "subject", o->cn, "note",
		  "self-signed, give it to phones and peers", NULL);
}

/* Each is looked for anew: what was done of it LIST tells. */
static void on_made(void *arg, int err, const union keyd_buffer *answer)
{
	struct timeval busy = { 0, BUSY_MS * 1000 };
	struct trust_keys *keys = arg;

	if (!keys->opening)
		return;
	if (!err)
		log_made(keys->opening);
	/* The next connection asks. */
	if (err == -ECONNRESET || err == -ETIMEDOUT)
		return;
	/* With a key that somebody wanted who has gone since. */
	if (err == -EBUSY)
		evtimer_add(keys->opening->again, &busy);
	else if (err && err != -EEXIST)
		fail(keys->opening, err, answer ? answer->m.reply.sentence :
						  strerror(-err));
	else
		trust_keys_refresh(keys);
}

static void make_one(struct trust_keys *keys, const struct wanted *one)
{
	struct keyd_make *make = &keys->request.m.make;
	struct key_opening *o = keys->opening;
	int err = describe(make, one, keys->conf);

	o->making = make->key;
	memcpy(o->cn, make->subject.cn, sizeof(o->cn));
	if (!err)
		err = keyd_client_send(keys->client, KEYD_MAKE, &keys->request,
				       0, on_made, keys, NULL);
	if (err && err != -ENOTCONN)
		fail(o, err, strerror(-err));
}

void trust_keys_make(struct trust_keys *keys)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (trust_keys_find(keys, wanted[i].service, wanted[i].kind,
				    KEYD_CURRENT))
			continue;
		make_one(keys, &wanted[i]);
		return;
	}
	keys->opening->done = true;
}

/* Is anybody there at all? Beside the client, which tries and does not tell. */
static int reach(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0), err = 0;

	if (fd < 0)
		return -errno;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) &&
	    errno != EAGAIN)
		err = -errno;
	close(fd);
	return err;
}

static void on_patience(evutil_socket_t fd, short what, void *arg)
{
	struct timeval rest = { OPEN_S - REACH_S, 0 };
	struct trust_keys *keys = arg;
	struct key_opening *o = keys->opening;
	const char *path = keys->conf->trust.keyd_socket;
	int err = o->connected ? 0 : reach(path);

	(void)fd;
	(void)what;
	if (!err && !o->is_last) {
		o->is_last = true;
		evtimer_add(o->patience, &rest);
		return;
	}
	o->err = -ETIMEDOUT;
	o->done = true;
	if (err)
		snprintf(o->why, o->size, "ucsec-keyd at %s: %s", path,
			 strerror(-err));
	else if (!o->connected)
		snprintf(o->why, o->size, "ucsec-keyd at %s does not answer",
			 path);
	else
		snprintf(o->why, o->size, "ucsec-keyd makes no keys");
}

static int wait_for_all(struct trust_keys *keys, struct key_opening *o)
{
	struct timeval reach_time = { REACH_S, 0 };

	o->patience = evtimer_new(keys->base, on_patience, keys);
	o->again = evtimer_new(keys->base, on_again, keys);
	if (!o->patience || !o->again ||
	    evtimer_add(o->patience, &reach_time))
		return -ENOMEM;
	while (!o->done) {
		if (event_base_loop(keys->base, EVLOOP_ONCE) < 0)
			return -EIO;
		if (!o->done && event_base_got_break(keys->base)) {
			snprintf(o->why, o->size, "stopped meanwhile");
			return -ECANCELED;
		}
	}
	return o->err;
}

int trust_keys_open(struct trust_keys **out, struct event_base *base,
		    const struct conf *conf, char *why, size_t size)
{
	struct key_opening opening = { .why = why, .size = size };
	struct trust_keys *keys = calloc(1, sizeof(*keys));
	int err = keys ? 0 : -ENOMEM;

	if (size)
		why[0] = '\0';
	if (!err) {
		keys->base = base;
		keys->conf = conf;
		keys->opening = &opening;
		err = trust_keys_connect(keys, conf->trust.keyd_socket);
	}
	if (!err)
		err = wait_for_all(keys, &opening);
	if (opening.patience)
		event_free(opening.patience);
	if (opening.again)
		event_free(opening.again);
	if (err) {
		trust_keys_close(keys);
		return err;
	}
	keys->opening = NULL;
	*out = keys;
	return 0;
}
