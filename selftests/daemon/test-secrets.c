// SPDX-License-Identifier: GPL-2.0
/*
 * Credentials: what is kept of them, what leaves, and that no password does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "env.h"
#include "tap.h"

static struct env env;

static int set(const char *noun, const char *key, const char *text,
	       struct store_reply *reply)
{
	json_t *body = env_json(text);
	int status = env_ask(&env, STORE_SET, noun, key, body, reply);

	json_decref(body);
	return status;
}

static bool ha1_is(enum store_user_kind kind, const char *user,
		   const char *realm, enum store_algorithm algorithm,
		   const char *hex)
{
	uint8_t ha1[STORE_HA1_MAX];
	char text[65] = "";
	size_t len;

	if (store_ha1_find(env.store, kind, user, realm, algorithm, ha1, &len))
		return false;
	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", ha1[i]);
	return !strcmp(text, hex);
}

static int ha1_error(const char *user, const char *realm)
{
	uint8_t ha1[STORE_HA1_MAX];
	size_t len;

	return store_ha1_find(env.store, STORE_USER, user, realm, STORE_MD5,
			      ha1, &len);
}

/* openssl dgst of alice:ccmsipline:secret and alice:StandAloneCluster:secret */
#define ALICE_MD5 "0d6cb9dc0e49f65b3df9fadaac48e370"
#define ALICE_SHA256 \
	"6e6ba11654ea2a9460a1d1e300f341041259da827832835a0888a0cfc850319c"
#define ALICE_SHA512_256 \
	"6106ed87013cf136d7de1ab030ff74ebbce8b465fa85211a40c24f5f19bd5a2e"
#define ALICE_CLUSTER_MD5 "1b25f418d1df62fe240a2d73ed92730a"

static void test_users(void)
{
	struct store_reply reply;

	ok(env_add(&env, "user", "{\"name\":\"alice\",\"password\":\"secret\"}")
	   == 200, "a user with a password");
	ok(ha1_is(STORE_USER, "alice", "ccmsipline", STORE_MD5, ALICE_MD5),
	   "MD5");
	ok(ha1_is(STORE_USER, "alice", "ccmsipline", STORE_SHA256,
		  ALICE_SHA256), "SHA-256");
	ok(ha1_is(STORE_USER, "alice", "ccmsipline", STORE_SHA512_256,
		  ALICE_SHA512_256), "SHA-512-256");
	ok(ha1_is(STORE_USER, "alice", "StandAloneCluster", STORE_MD5,
		  ALICE_CLUSTER_MD5), "the cluster's realm");
	ok(ha1_error("alice", "elsewhere") == -ENOKEY &&
	   ha1_error("nobody", "ccmsipline") == -ENOENT &&
	   ha1_error("Alice", "ccmsipline") == -ENOENT,
	   "another realm, no such user, another case");
	ok(set("user", "alice", "{\"name\":\"alicia\"}", &reply) == 400 &&
	   !strcmp(reply.error.field, "password"),
	   "a new name needs the password");
	store_reply_clear(&reply);
	ok(set("user", "alice", "{\"display_name\":\"A\"}", NULL) == 200 &&
	   ha1_is(STORE_USER, "alice", "ccmsipline", STORE_MD5, ALICE_MD5),
	   "another field leaves it alone");
	ok(set("user", "alice", "{\"password\":\"a\",\"digest\":[]}", NULL) ==
	   400, "password and checksums at once");
	ok(set(NULL, "sip_station_realm", "{\"value\":\"other\"}", &reply) ==
	   200 && strstr(json_string_value(json_array_get(reply.warnings, 0)),
			 "passwords"), "a new realm warns of them");
	store_reply_clear(&reply);
	ok(ha1_error("alice", "other") == -ENOKEY &&
	   set("user", "alice", "{\"password\":\"secret\"}", NULL) == 200 &&
	   !ha1_error("alice", "other") &&
	   ha1_error("alice", "ccmsipline") == -ENOKEY,
	   "given again it is for the new realm, and that alone");
	ok(set("user", "alice", "{\"password\":null}", NULL) == 200 &&
	   ha1_error("alice", "other") == -ENOKEY, "and taken away");
}

static void test_realm(void)
{
	struct store_realm realm;
	struct store_reply reply;

	ok(env_add(&env, "sip-realm", "{\"realm\":\"far.example\","
		   "\"user\":\"us\",\"password\":\"tr\xc3\xbcnk secret\"}") ==
	   200, "credentials towards a trunk");
	ok(!store_realm_find(env.store, "far.example", &realm) &&
	   !strcmp(realm.password, "tr\xc3\xbcnk secret") &&
	   !strcmp(realm.user, "us"), "are read");
	ok(store_realm_find(env.store, "near.example", &realm) == -ENOENT,
	   "of that realm");
	ok(set("sip-realm", "far.example", "{\"realm\":\"new.example\"}",
	       NULL) == 200 &&
	   !store_realm_find(env.store, "new.example", &realm) &&
	   !strcmp(realm.password, "tr\xc3\xbcnk secret"),
	   "a new name keeps the password");
	ok(set("sip-realm", "new.example", "{\"password\":null}", &reply) ==
	   400 && !strcmp(reply.error.field, "password"),
	   "without a password it is nothing");
	store_reply_clear(&reply);
}

/* Sealed for one realm, it is nothing for another. */
static void test_bound(void)
{
	json_t *document = env_export(&env), *entry;
	struct store_reply reply;

	entry = json_array_get(json_object_get(document, "sip-realm"), 0);
	json_object_set_new(entry, "realm", json_string("moved.example"));
	ok(env_import(&env, document, false, &reply) == 400 &&
	   !strcmp(reply.error.field, "password_sealed"),
	   "a sealed password does not move to another realm");
	store_reply_clear(&reply);
	json_decref(document);
}

static bool contains(const char *path, const char *text)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	char *data;
	bool found;

	if (fd < 0 || fstat(fd, &st))
		return true;
	data = malloc(st.st_size + 1);
	found = read(fd, data, st.st_size) != st.st_size ||
		memmem(data, st.st_size, text, strlen(text));
	free(data);
	close(fd);
	return found;
}

static void test_files(void)
{
	static const char *const files[] = {
		"ucsec.db", "ucsec.db-wal", "runtime.db", "secret.key"
	};
	json_t *document = env_export(&env);
	char *text = json_dumps(document, 0), path[CONF_PATH_SIZE + 16];
	struct stat st;

	ok(!strstr(text, "nk secret") && !strstr(text, "\"secret\""),
	   "the export has no password");
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", env.conf.state_dir,
			 files[i]);
		ok(!contains(path, "nk secret") && !stat(path, &st) &&
		   (st.st_mode & 0777) == 0600, "%s has none, and is ours",
		   files[i]);
	}
	free(text);
	json_decref(document);
}

static void test_key_file(void)
{
	char moved[CONF_PATH_SIZE + 8];
	struct store_realm realm;
	struct store *other;
	char why[256];

	snprintf(moved, sizeof(moved), "%s.old", env.conf.key_file);
	store_close(env.store);
	chmod(env.conf.key_file, 0644);
	ok(store_open(&other, env.base, &env.conf, why, sizeof(why)) == -EPERM &&
	   strstr(why, "nobody else"), "a key others may read is refused");
	chmod(env.conf.key_file, 0600);
	if (truncate(env.conf.key_file, 31))
		abort();
	ok(store_open(&other, env.base, &env.conf, why, sizeof(why)) ==
	   -EBADMSG && strstr(why, "32 bytes"), "so is half a key");
	rename(env.conf.key_file, moved);
	ok(!store_open(&env.store, env.base, &env.conf, why, sizeof(why)) &&
	   store_realm_find(env.store, "new.example", &realm) == -EBADMSG,
	   "under another key the password is not there");
	ok(store_open(&other, env.base, &env.conf, why, sizeof(why)) ==
	   -EBUSY && strstr(why, "another ucsecd"),
	   "one daemon a state directory");
}

int main(void)
{
	env_open(&env);
	test_users();
	test_realm();
	test_bound();
	test_files();
	test_key_file();
	env_close(&env);
	return tap_end();
}
