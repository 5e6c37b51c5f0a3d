// SPDX-License-Identifier: GPL-2.0
/*
 * A store, the real ucsec-keyd and the directory that phones are served from.
 */
#include "world.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "asker.h"
#include "store/enrolment.h"
#include "trust/file.h"
#include "trust/keyd-client.h"
#include "trust/verify.h"

static void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	abort();
}

void world_open(struct world *w, const char *test)
{
	char why[256];

	memset(w, 0, sizeof(*w));
	make_folder(test);
	mkdir(in_folder("state"), 0700);
	w->keyd = start_keyd();
	close(dial());
	env_open(&w->env);
	strcpy(w->env.conf.node, "cm1");
	snprintf(w->env.conf.trust.keyd_socket,
		 sizeof(w->env.conf.trust.keyd_socket), "%s",
		 in_folder("sock"));
	snprintf(w->env.conf.trust.files_dir,
		 sizeof(w->env.conf.trust.files_dir), "%.200s/files",
		 w->env.conf.state_dir);
	if (trust_keys_open(&w->keys, w->env.base, &w->env.conf, why,
			    sizeof(why)))
		die("trust_keys_open", why);
}

void world_close(struct world *w)
{
	if (w->publisher)
		world_unpublish(w);
	trust_keys_close(w->keys);
	env_close(&w->env);
	stop_keyd(w->keyd, SIGKILL);
	remove_folder();
}

void world_publish(struct world *w)
{
	const struct publisher_config config = {
		.base = w->env.base, .store = w->env.store, .keys = w->keys,
		.conf = &w->env.conf,
	};
	char why[256];

	if (publisher_open(&w->publisher, &config, why, sizeof(why)))
		die("publisher_open", why);
}

void world_unpublish(struct world *w)
{
	publisher_close(w->publisher);
	w->publisher = NULL;
}

struct publisher_status world_status(struct world *w)
{
	struct publisher_status status;

	publisher_status(w->publisher, &status);
	return status;
}

void world_settle(struct world *w)
{
	while (world_status(w).pending)
		event_base_loop(w->env.base, EVLOOP_ONCE);
}

void world_fail(struct world *w)
{
	while (!world_status(w).why[0])
		event_base_loop(w->env.base, EVLOOP_ONCE);
}

static json_t *json_of(const char *text)
{
	char copy[1024];

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	return env_json(copy);
}

static void ask_store(struct world *w, enum store_verb verb, const char *noun,
		      const char *key, const char *text)
{
	json_t *body = text ? json_of(text) : NULL;
	struct store_reply reply;

	if (env_ask(&w->env, verb, noun, key, body, &reply) != 200)
		die(text ? text : key, reply.error.reason);
	store_reply_clear(&reply);
	json_decref(body);
}

void world_set(struct world *w, const char *noun, const char *key,
	       const char *text)
{
	ask_store(w, STORE_SET, noun, key, text);
}

void world_add(struct world *w, const char *noun, const char *text)
{
	ask_store(w, STORE_ADD, noun, NULL, text);
}

void world_del(struct world *w, const char *noun, const char *key)
{
	ask_store(w, STORE_DEL, noun, key, NULL);
}

void world_add_phones(struct world *w, unsigned int count, const char *profile)
{
	json_t *phones = json_array(), *document;
	struct store_reply reply;
	char name[16];

	for (unsigned int i = 1; i <= count; i++) {
		snprintf(name, sizeof(name), "SEP%012X", i);
		json_array_append_new(phones, json_pack("{ssss}", "name", name,
							"profile", profile));
	}
	document = env_export(&w->env);
	json_object_set_new(document, "phone", phones);
	if (env_import(&w->env, document, false, &reply) != 200)
		die("import", reply.error.reason);
	store_reply_clear(&reply);
	json_decref(document);
}

static void on_kept(void *ctx, struct store_reply *reply)
{
	bool *done = ctx;

	if (reply->error.status)
		die("enrolment", reply->error.reason);
	store_reply_clear(reply);
	*done = true;
}

void world_enrol(struct world *w, const char *name, const char *kind)
{
	struct store_phone phone;
	uint8_t der[4096];
	struct store_enrolment enrolment = { .when = time(NULL), .lsc = der };
	bool done = false;
	char path[80];
	FILE *file;

	if (!run("openssl req -x509 -newkey %s -nodes -keyout %s.key "
		 "-subj /CN=%s -days 2 -outform DER -out %s.der", kind, name,
		 name, name))
		die("openssl", name);
	snprintf(path, sizeof(path), "%s.der", name);
	file = fopen(in_folder(path), "r");
	enrolment.lsc_len = fread(der, 1, sizeof(der), file);
	fclose(file);
	if (store_phone_find(w->env.store, name, &phone))
		die("no such phone", name);
	enrolment.phone = phone.id;
	if (store_enrolment_keep(w->env.store, &enrolment, on_kept, &done))
		die("store_enrolment_keep", name);
	while (!done)
		event_base_loop(w->env.base, EVLOOP_ONCE);
}

static void on_renewed(void *arg, int err, const union keyd_buffer *answer)
{
	bool *done = arg;

	if (err)
		die("REGENERATE", answer->m.reply.sentence);
	*done = true;
}

void world_renew(struct world *w)
{
	static union keyd_buffer m;
	uint8_t before[32];
	bool done = false;

	memcpy(before, trust_keys_find(w->keys, KEYD_TFTP, KEYD_RSA,
				       KEYD_CURRENT)->sha256, sizeof(before));
	good_make(&m, KEYD_TFTP, KEYD_RSA, 2048, "another");
	if (keyd_client_send(trust_keys_client(w->keys), KEYD_REGENERATE, &m,
			     0, on_renewed, &done, NULL))
		die("REGENERATE", "not sent");
	while (!done)
		event_base_loop(w->env.base, EVLOOP_ONCE);
	trust_keys_refresh(w->keys);
	while (!memcmp(before, trust_keys_find(w->keys, KEYD_TFTP, KEYD_RSA,
					       KEYD_CURRENT)->sha256, 32))
		event_base_loop(w->env.base, EVLOOP_ONCE);
}

static const char *path_of(struct world *w, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", w->env.conf.trust.files_dir,
		 name);
	return path;
}

char *world_read(struct world *w, const char *name, size_t *len)
{
	FILE *file = fopen(path_of(w, name), "r");
	char *data;

	if (!file)
		return NULL;
	data = calloc(1, 256 * 1024);
	*len = fread(data, 1, 256 * 1024 - 1, file);
	fclose(file);
	return data;
}

bool world_has(struct world *w, const char *name)
{
	return !access(path_of(w, name), F_OK);
}

void world_write(struct world *w, const char *name, const char *data,
		 size_t len)
{
	FILE *file = fopen(path_of(w, name), "w");

	if (!file || fwrite(data, 1, len, file) != len || fclose(file))
		die("write", name);
}

size_t world_count(struct world *w)
{
	DIR *dir = opendir(w->env.conf.trust.files_dir);
	struct dirent *entry;
	size_t count = 0;

	while ((entry = readdir(dir)))
		count += entry->d_type == DT_REG;
	closedir(dir);
	return count;
}

static void on_told(void *arg, int err, const char *why)
{
	struct world *w = arg;

	snprintf(w->why, sizeof(w->why), "%s", why ? why : "");
	w->told = err;
}

static int wait_told(struct world *w)
{
	while (w->told == 1)
		event_base_loop(w->env.base, EVLOOP_ONCE);
	return w->told;
}

int world_bring(struct world *w, const char *name, const char *text)
{
	w->told = 1;
	publisher_static_put(w->publisher, name, (const uint8_t *)text,
			     strlen(text), on_told, w);
	return wait_told(w);
}

int world_take_back(struct world *w, const char *name)
{
	w->told = 1;
	publisher_static_remove(w->publisher, name, on_told, w);
	return wait_told(w);
}

int world_put(struct world *w, const char *name, const char *text)
{
	w->told = 1;
	publisher_put(w->publisher, name, (const uint8_t *)text, strlen(text),
		      on_told, w);
	return wait_told(w);
}

X509 *world_signer(struct world *w)
{
	return trust_keys_find(w->keys, KEYD_TFTP, KEYD_RSA,
			       KEYD_CURRENT)->cert;
}

char *world_open_signed(struct world *w, const char *name, X509 *signer,
			bool *sealed)
{
	struct trust_header header;
	struct trust_fault fault;
	struct trust_span body;
	size_t len;
	char *data = world_read(w, name, &len), *text = NULL;

	if (!data)
		return NULL;
	if (!trust_file_read((uint8_t *)data, len, &header, &body, &fault) &&
	    !strcmp(header.name, name) &&
	    !trust_verify((uint8_t *)data, len, &header,
			  X509_get0_pubkey(signer), &fault)) {
		text = strndup((const char *)body.data, body.len);
		*sealed = header.sealed;
	}
	free(data);
	return text;
}

bool world_says(struct world *w, const char *name, X509 *signer,
		const char *word)
{
	bool sealed = false;
	char *text = world_open_signed(w, name, signer ? signer :
				       world_signer(w), &sealed);
	bool is = text && !sealed && strstr(text, word);

	free(text);
	return is;
}
