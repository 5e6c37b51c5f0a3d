// SPDX-License-Identifier: GPL-2.0
/* ucsec-keyd: opens what it needs, gives up the rest, serves. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keyd/keyd.h"
#include "mediad/listener.h"
#include "mediad/options.h"

enum {
	EXIT_USAGE = 2,
	PATH_SIZE = 4096,
	SECURE_HEAP = 1 << 20,	/* locked, between pages that nobody may touch */
	SECURE_UNIT = 32,
};

struct options {
	const char *socket, *user, *run_as, *state, *secret;
	struct keyd_token_options token;
};

static void usage(FILE *to)
{
	fputs("usage: ucsec-keyd --user NAME [--socket PATH] [--run-as NAME]\n"
	      "                  [--state PATH] [--secret PATH]\n"
	      "                  [--token-module PATH [--token-pins PATH]\n"
	      "                   [--token-files PATH] [--token-seconds N]]\n"
	      "  --user    whose processes may connect\n"
	      "  --socket  where to listen; without it systemd passes one\n"
	      "  --run-as  whom to become\n"
	      "  --state   the directory of keys, /var/lib/ucsec-keyd\n"
	      "  --secret  the file that they are sealed with, secret in it\n"
	      "  --token-module   PKCS #11 of the security tokens\n"
	      "  --token-pins     a file of lines, \"SERIAL PIN\" or \"PIN\"\n"
	      "  --token-files    where the module keeps files of its own\n"
	      "  --token-seconds  how long one may take to sign, 30\n",
	      to);
}

static void complain(const char *what, const char *why)
{
	fprintf(stderr, "ucsec-keyd: %s: %s\n", what, why);
}

static bool parse(int argc, char **argv, struct options *o)
{
	const struct option_value values[] = {
		{ "socket", &o->socket }, { "user", &o->user },
		{ "run-as", &o->run_as }, { "state", &o->state },
		{ "secret", &o->secret },
		{ "token-module", &o->token.module },
		{ "token-pins", &o->token.pins },
		{ "token-files", &o->token.files },
		{ "token-seconds", &o->token.seconds },
	};

	o->state = "/var/lib/ucsec-keyd";
	o->token.seconds = "30";
	return options_parse(argc, argv, values,
			     sizeof(values) / sizeof(*values), usage) &&
	       o->user;
}

/* Ours alone, and of one keyd at a time. */
static const char *open_state(const char *path, const struct identity *who,
			      int *fd)
{
	uid_t owner = who->uid == (uid_t)-1 ? geteuid() : who->uid;
	struct stat st;

	if (!mkdir(path, 0700) && who->uid != (uid_t)-1 &&
	    chown(path, who->uid, who->gid))
		return strerror(errno);
	/* systemd may have put a link there; whose it is, is asked below. */
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st))
		return strerror(errno);
	if (st.st_uid != owner || st.st_mode & 077)
		return "the directory of keys must be ours, and no one else's";
	return flock(*fd, LOCK_EX | LOCK_NB) ?
		"another keyd uses this directory" : NULL;
}

static int load_secret(const struct options *o, const struct identity *who,
		       uint8_t *secret)
{
	char path[PATH_SIZE], why[PATH_SIZE + 64];
	bool made;
	int err;

	if (snprintf(path, sizeof(path), "%s%s", o->secret ? o->secret :
		     o->state, o->secret ? "" : "/secret") >=
	    (int)sizeof(path)) {
		complain(o->state, "path is too long");
		return -ENAMETOOLONG;
	}
	err = seal_key_load(path, secret, &made, why, sizeof(why));
	if (err) {
		complain("secret", why);
		return err;
	}
	if (made && who->uid != (uid_t)-1 && chown(path, who->uid, who->gid)) {
		complain(path, strerror(errno));
		return -errno;
	}
	return 0;
}

/* Before there is a key in memory. */
static void keep_memory(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	/* Even gmtime_r() reads the zone from a file, the first time. */
	tzset();
	/* Nothing of a library's configuration or modules comes from files. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
			    OPENSSL_INIT_ADD_ALL_CIPHERS |
			    OPENSSL_INIT_ADD_ALL_DIGESTS |
			    OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL);
	CRYPTO_secure_malloc_init(SECURE_HEAP, SECURE_UNIT);
}

static int confine(int dir_fd, const struct identity *who)
{
	const char *why;

	if (keyd_sandbox_files(dir_fd, &why))
		complain("files", "not confined: no Landlock, no right to "
			 "change the root");
	if (!keyd_sandbox_identity(who->uid, who->gid, &why))
		return 0;
	complain("privileges", why);
	return -EPERM;
}

/* 0: no such time. */
static unsigned int token_seconds(const struct keyd_token_options *o)
{
	char *end;
	unsigned long n = strtoul(o->seconds, &end, 10);

	return *end || n > 600 ? 0 : (unsigned int)n;
}

/* Without them all else goes on. */
static void prepare_tokens(const struct keyd_token_options *o,
			   const struct identity *who,
			   struct keyd_state *state, int *fd)
{
	const char *why = NULL;

	*fd = -1;
	state->no_tokens = "keyd was started without a module for tokens";
	if (!o->module)
		return;
	state->no_tokens = "the tokens could not be prepared when keyd "
			   "started";
	why = token_seconds(o) ? keyd_token_start(o, who->uid, who->gid, fd) :
		"it takes 1 to 600 seconds";
	if (!why && o->pins)
		why = keyd_pins_read(o->pins, &state->pins);
	if (!why)
		return;
	complain(o->module, why);
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int start(struct keyd_state *state, int token_fd, unsigned int seconds)
{
	char sentence[256];
	const char *why;
	int err = keyd_state_load(state, sentence, sizeof(sentence));

	if (err) {
		complain("state", sentence);
		return err;
	}
	state->generator = keyd_generator_new();
	if (token_fd >= 0)
		state->token_thread = keyd_token_thread_new(token_fd, seconds);
	if (!state->generator || (token_fd >= 0 && !state->token_thread)) {
		complain("thread", strerror(errno));
		return -ENOMEM;
	}
	err = keyd_sandbox_filter(state->dir.fd, &why);
	if (err)
		complain("privileges", why);
	return err;
}

static int set_up(const struct options *o, struct keyd_server *server)
{
	struct keyd_dir *dir = &server->state->dir;
	struct identity who;
	const char *why = options_identity(o->user, o->run_as, &who);
	int err, token_fd;

	if (why) {
		complain(why, "no such user");
		return -ENOENT;
	}
	why = open_state(o->state, &who, &dir->fd);
	if (why) {
		complain(o->state, why);
		return -EPERM;
	}
	keep_memory();
	prepare_tokens(&o->token, &who, server->state, &token_fd);
	err = load_secret(o, &who, dir->secret);
	if (err)
		return err;
	server->uid = who.client;
	server->listener = listener_get(o->socket, who.client, &why);
	if (server->listener < 0) {
		complain(o->socket ? o->socket : "socket", why);
		return -ENOTSOCK;
	}
	err = confine(dir->fd, &who);
	return err ? err : start(server->state, token_fd,
				 token_seconds(&o->token));
}

int main(int argc, char **argv)
{
	static struct keyd_state state;
	struct keyd_server server = { .listener = -1, .state = &state };
	struct options o = { 0 };
	int err;

	if (!parse(argc, argv, &o)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (set_up(&o, &server))
		return EXIT_FAILURE;
	fprintf(stderr, "ucsec-keyd: ready, %zu certificate%s of phones\n",
		keyd_journal_count(state.journal),
		keyd_journal_count(state.journal) == 1 ? "" : "s");
	err = keyd_server_run(&server);
	complain("ended", strerror(-err));
	return EXIT_FAILURE;
}
