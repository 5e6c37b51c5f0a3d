// SPDX-License-Identifier: GPL-2.0
/*
 * A configuration against the host, and its media addresses against its use.
 */
#include "conf-check.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conf-listen.h"

struct check {
	conf_tell tell;
	void *ctx;
	int count;
};

__attribute__((format(printf, 2, 3)))
static void tell(struct check *check, const char *format, ...)
{
	char sentence[512];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	check->tell(check->ctx, sentence);
	check->count++;
}

/* It is made if it is not there: then its parent must be. */
static void check_state_dir(struct check *check, const char *path)
{
	char parent[CONF_PATH_SIZE];
	struct stat st;

	if (!stat(path, &st)) {
		if (!S_ISDIR(st.st_mode))
			tell(check, "state-directory: %s is no directory",
			     path);
		else if (st.st_mode & 07)
			tell(check, "state-directory: others may enter %s",
			     path);
		return;
	}
	/* Who asks may be somebody else than who starts it. */
	if (errno == EACCES)
		return;
	snprintf(parent, sizeof(parent), "%s", path);
	*strrchr(parent, '/') = '\0';
	if (errno != ENOENT || stat(*parent ? parent : "/", &st) ||
	    !S_ISDIR(st.st_mode))
		tell(check, "state-directory: %s cannot be made: %s", path,
		     strerror(errno));
}

int conf_check_host(const struct conf *conf, conf_tell fn, void *ctx)
{
	struct check check = { fn, ctx, 0 };

	if (conf->user[0] && !getpwnam(conf->user))
		tell(&check, "user: there is no user %s", conf->user);
	if (conf->admin_group[0] && !getgrnam(conf->admin_group))
		tell(&check, "group: there is no group %s", conf->admin_group);
	check_state_dir(&check, conf->state_dir);
	return check.count;
}

static bool has_address(const struct conf_media *media)
{
	return media->have_in || media->have_in6;
}

int conf_check_media(const struct conf *conf, conf_tell fn, void *ctx)
{
	struct check check = { fn, ctx, 0 };
	bool line = has_address(&conf->line), trunk = has_address(&conf->trunk);

	if (!conf->anchor)
		tell(&check, "anchor is no: media is not protected here");
	else if (!line && !trunk)
		tell(&check, "[media] has neither line-address nor "
		     "trunk-address: no call gets media");
	else if (!line)
		tell(&check, "[media] has no line-address: no call of a phone "
		     "gets media");
	else if (!trunk)
		tell(&check, "[media] has no trunk-address: no call of a trunk "
		     "gets media");
	return check.count;
}

static bool same_listen(const struct conf *a, const struct conf *b)
{
	if (a->listen_count != b->listen_count)
		return false;
	for (size_t i = 0; i < a->listen_count; i++)
		if (a->listen[i].transport != b->listen[i].transport ||
		    strcmp(a->listen[i].text, b->listen[i].text))
			return false;
	return true;
}

static bool same_address(const struct conf_media *a, const struct conf_media *b)
{
	return a->have_in == b->have_in && a->have_in6 == b->have_in6 &&
	       a->in.s_addr == b->in.s_addr &&
	       !memcmp(&a->in6, &b->in6, sizeof(a->in6));
}

static bool same_ports(const struct conf_media *a, const struct conf_media *b)
{
	return a->port_min == b->port_min && a->port_max == b->port_max;
}

/* log.level and log.security-log are what a running daemon takes up. */
char *conf_needs_restart(const struct conf *old, const struct conf *new,
			 char *names, size_t size)
{
	const struct {
		const char *name;
		bool same;
	} keys[] = {
		{ "node.name", !strcmp(old->node, new->node) },
		{ "node.state-directory",
		  !strcmp(old->state_dir, new->state_dir) },
		{ "node.key-file", !strcmp(old->key_file, new->key_file) },
		{ "node.user", !strcmp(old->user, new->user) },
		{ "listen", same_listen(old, new) },
		{ "media.anchor", old->anchor == new->anchor },
		{ "media.mediad-socket",
		  !strcmp(old->mediad_socket, new->mediad_socket) },
		{ "media.line-address", same_address(&old->line, &new->line) },
		{ "media.line-ports", same_ports(&old->line, &new->line) },
		{ "media.trunk-address",
		  same_address(&old->trunk, &new->trunk) },
		{ "media.trunk-ports", same_ports(&old->trunk, &new->trunk) },
		{ "trust.keyd-socket", !strcmp(old->trust.keyd_socket,
					       new->trust.keyd_socket) },
		{ "trust.files-directory", !strcmp(old->trust.files_dir,
						   new->trust.files_dir) },
		{ "trust.http", conf_trust_same_listen(&old->trust.http,
						       &new->trust.http) },
		{ "trust.tvs", conf_trust_same_listen(&old->trust.tvs,
						      &new->trust.tvs) },
		{ "trust.capf", conf_trust_same_listen(&old->trust.capf,
						       &new->trust.capf) },
		{ "admin.socket",
		  !strcmp(old->admin_socket, new->admin_socket) },
		{ "admin.group", !strcmp(old->admin_group, new->admin_group) },
		{ "admin.metrics", old->have_metrics == new->have_metrics &&
		  !strcmp(old->metrics.text, new->metrics.text) },
	};
	size_t len = 0;

	names[0] = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].same || len + strlen(keys[i].name) + 3 > size)
			continue;
		len += snprintf(names + len, size - len, "%s%s",
				len ? ", " : "", keys[i].name);
	}
	return names;
}
