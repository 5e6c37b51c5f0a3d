// SPDX-License-Identifier: GPL-2.0
/*
 * Lists as the daemon makes them with a real ucsec-keyd: where they go, who may
 * sign, and what is in them.
 */
#include "lists-world.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "files/publisher.h"
#include "trust/keyd-client.h"
#include "trust/rules.h"

struct env env;
struct trust_keys *keys;
struct lists *lists;
pid_t keyd;
union keyd_buffer m;
unsigned int puts_done;
int put_err;		/* what the disk says */
char root[4096];

/* The publisher: two files in the folder. */

static struct {
	publisher_done done;
	void *arg;
} put;

static void put_done(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	put.done(put.arg, put_err, put_err ? strerror(-put_err) : NULL);
	(void)arg;
}

/* It is there at once, and told later, as the disk does. */
void publisher_put(struct publisher *publisher, const char *name,
		   const uint8_t *data, size_t len, publisher_done done,
		   void *arg)
{
	struct timeval now = { 0 };
	FILE *file;

	(void)publisher;
	put.done = done;
	put.arg = arg;
	event_base_once(env.base, -1, EV_TIMEOUT, put_done, NULL, &now);
	if (put_err)
		return;
	puts_done++;
	file = fopen(in_folder(name), "w");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file))
		abort();
}

int publisher_get(struct publisher *publisher, const char *name,
		  uint8_t **data, size_t *len)
{
	FILE *file = fopen(in_folder(name), "r");

	(void)publisher;
	*data = NULL;
	if (!file)
		return -ENOENT;
	*data = malloc(TRUST_LIST_SIZE);
	*len = fread(*data, 1, TRUST_LIST_SIZE, file);
	fclose(file);
	return 0;
}

/* The tokens: who may sign is said here. */

struct tokens_choice choice;
const char *no_choice;
unsigned int refreshed;

bool tokens_signer(const struct tokens *tokens, const struct trust_list *held,
		   struct tokens_choice *to, const char **why)
{
	(void)tokens;
	(void)held;
	*to = choice;
	if (no_choice)
		*why = no_choice;
	return !no_choice;
}

void tokens_refresh(struct tokens *tokens, tokens_fn fn, void *arg)
{
	(void)tokens;
	refreshed++;
	fn(arg, 0, "");
}

/* A list of the folder, read; what was read before is gone. */
const struct trust_list *read_file(const char *name)
{
	static struct trust_list list[2];
	static uint8_t *data[2];
	static unsigned int at;
	struct trust_fault fault;
	size_t len;

	at = !at;
	free(data[at]);
	data[at] = NULL;
	if (!name || publisher_get(NULL, name, &data[at], &len) ||
	    trust_list_read(data[at], len, &list[at], &fault) ||
	    trust_list_verify(data[at], len, &list[at], KEYD_SAST_MAX, &fault))
		return NULL;
	return &list[at];
}

/* "0 2 2 3 4 21": roles, those without a certificate in brackets. */
bool roles_are(const char *name, const char *wanted)
{
	const struct trust_list *list = read_file(name);
	char text[256] = "";
	size_t len = 0;

	for (unsigned int i = 0; list && i < list->count; i++) {
		bool bare = !list->records[i].certificate.data;

		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%s%s%u%s", i ? " " : "", bare ? "(" : "",
			list->records[i].role, bare ? ")" : "");
	}
	if (strcmp(text, wanted))
		printf("# %s: %s\n", name, text);
	return !strcmp(text, wanted);
}

const struct trust_key *key_at(enum keyd_service service,
				      enum keyd_slot slot)
{
	return trust_keys_find(keys, service, KEYD_RSA, slot);
}

bool has_cert(const char *name, uint16_t role, const struct trust_key *key)
{
	const struct trust_list *list = read_file(name);

	for (unsigned int i = 0; list && i < list->count; i++) {
		const struct trust_record *r = &list->records[i];

		if (r->role == role && r->certificate.len == key->certs[0].len &&
		    !memcmp(r->certificate.data, key->certs[0].data,
			    key->certs[0].len))
			return true;
	}
	return false;
}

bool signed_by(const char *name, const struct trust_key *key)
{
	const struct trust_list *list = read_file(name);
	const struct trust_record *r = list ? trust_list_signer(list) : NULL;

	return r && r->certificate.len == key->certs[0].len &&
		!memcmp(r->certificate.data, key->certs[0].data,
			key->certs[0].len);
}

void told_done(void *arg, int err, const char *why)
{
	struct told *outcome = arg;

	outcome->done = true;
	outcome->err = err;
	snprintf(outcome->why, sizeof(outcome->why), "%s", why);
}

struct told told;

int update(void)
{
	told = (struct told){ 0 };
	lists_update(lists, told_done, &told);
	return ENV_WAIT(&env, told.done) ? told.err : -ETIMEDOUT;
}

/* What follows by itself is done. */
int settled(void)
{
	told = (struct told){ 0 };
	lists_follow(lists, told_done, &told);
	return ENV_WAIT(&env, told.done) ? told.err : -ETIMEDOUT;
}

int switch_to(bool mixed)
{
	told = (struct told){ 0 };
	lists_switch(lists, mixed, told_done, &told);
	return ENV_WAIT(&env, told.done) ? told.err : -ETIMEDOUT;
}

bool set(const char *param, const char *value)
{
	json_t *body = json_pack("{so}", "value", json_loads(value,
						JSON_DECODE_ANY, NULL));
	int status = env_ask(&env, STORE_SET, NULL, param, body, NULL);

	json_decref(body);
	return status == 200;
}

struct lists_status status_of(enum trust_kind kind)
{
	struct lists_status status;

	lists_status(lists, kind, &status, NULL, NULL);
	return status;
}

static int asked_err;
static bool asked;

static void on_asked(void *arg, int err, const union keyd_buffer *answer)
{
	(void)arg;
	(void)answer;
	asked = true;
	asked_err = err;
}

/* Of keyd, and until the daemon knows what there is now. */
bool change_key(unsigned int type, enum keyd_service service,
		       enum keyd_slot slot)
{
	const struct keyd_which which = {
		.service = (uint8_t)service, .kind = KEYD_RSA,
		.slot = (uint8_t)slot,
	};
	const struct trust_key *key;
	uint8_t before[32] = { 0 };

	key = key_at(service, type == KEYD_PROMOTE ? KEYD_CURRENT : slot);
	if (key)
		memcpy(before, key->sha256, 32);
	memset(&m.m, 0, sizeof(m.m));
	if (type == KEYD_PROMOTE)
		m.m.which = which;
	else if (trust_keys_describe(keys, &which, &m.m.make))
		return false;
	asked = false;
	if (keyd_client_send(trust_keys_client(keys), type, &m, 0, on_asked,
			     NULL, NULL) || !ENV_WAIT(&env, asked) || asked_err)
		return false;
	trust_keys_refresh(keys);
	return ENV_WAIT(&env, (key = key_at(service, type == KEYD_PROMOTE ?
					KEYD_CURRENT : slot)) &&
			  memcmp(key->sha256, before, 32));
}

/* The real judge: a phone that knows nothing of this code. */
bool phone_takes(const char *flash, const char *files)
{
	return run("%s/selftests/phone/accept %s %s", root, flash, files);
}

bool copy(const char *from, const char *to)
{
	return run("cp %s %s", from, to);
}

void open_lists(void)
{
	const struct lists_config config = {
		.base = env.base, .store = env.store, .keys = keys,
		.tokens = (struct tokens *)&choice, .conf = &env.conf,
	};
	char why[256] = "";

	if (lists_open(&lists, &config, why, sizeof(why)))
		abort();
}
