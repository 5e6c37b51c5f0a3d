// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecd.conf, read with libinih: every fault is named with its line.
 *
 * The library gives its handler no line numbers; the reader that feeds it
 * counts them, and catches what the library would only tell the first of.
 */
#include "conf-listen.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

struct reading {
	struct conf *conf;
	const char *path;
	FILE *file;
	FILE *faults;
	int line;
	int fault_count;
	unsigned int seen[64];	/* first line of each row of the table */
};

struct key {
	const char *section;
	const char *name;
	bool repeated;
	const char *(*parse)(struct conf *conf, const char *value);
};

__attribute__((format(printf, 3, 4)))
static void fault(struct reading *r, int line, const char *format, ...)
{
	va_list args;

	r->fault_count++;
	if (!r->faults)
		return;
	fprintf(r->faults, "%s:%d: ", r->path, line);
	va_start(args, format);
	vfprintf(r->faults, format, args);
	va_end(args);
	putc('\n', r->faults);
}

static bool is_host_name(const char *text, size_t size)
{
	size_t len = strlen(text);

	return len && len < size && isalnum((unsigned char)text[0]) &&
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
		       "VWXYZ0123456789.-") == len;
}

static const char *set_path(char *to, const char *value)
{
	if (value[0] != '/')
		return "a path starts with /";
	if (strlen(value) >= CONF_PATH_SIZE)
		return "a path of at most 255 bytes";
	strcpy(to, value);
	return NULL;
}

static const char *set_account(char *to, const char *value)
{
	if (!*value || strlen(value) > 32 ||
	    strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_-") !=
	    strlen(value))
		return "a name of 1 to 32 small letters, digits, - and _";
	strcpy(to, value);
	return NULL;
}

static const char *parse_node(struct conf *conf, const char *value)
{
	if (!is_host_name(value, sizeof(conf->node)))
		return "a host name of 1 to 63 letters, digits, dots and dashes";
	strcpy(conf->node, value);
	return NULL;
}

static const char *parse_state_dir(struct conf *conf, const char *value)
{
	return set_path(conf->state_dir, value);
}

static const char *parse_key_file(struct conf *conf, const char *value)
{
	return set_path(conf->key_file, value);
}

static const char *parse_user(struct conf *conf, const char *value)
{
	return set_account(conf->user, value);
}

static const char *parse_log_level(struct conf *conf, const char *value)
{
	if (log_level_parse(value, &conf->log_level))
		return "error, warning, notice, info or debug";
	return NULL;
}

static const char *parse_security_log(struct conf *conf, const char *value)
{
	return set_path(conf->security_log, value);
}

static const char *add_listen(struct conf *conf, enum conf_transport transport,
			      const char *value)
{
	struct conf_listen *listen = &conf->listen[conf->listen_count];
	const char *why;

	if (conf->listen_count == CONF_MAX_LISTEN)
		return "more than 16 listen addresses";
	memset(listen, 0, sizeof(*listen));
	listen->transport = transport;
	why = conf_listen_parse(value, listen);
	if (why)
		return why;
	for (size_t i = 0; i < conf->listen_count; i++) {
		const struct conf_listen *other = &conf->listen[i];

		/* UDP has port numbers of its own, the others share them. */
		if ((other->transport == CONF_UDP) == (transport == CONF_UDP) &&
		    other->len == listen->len &&
		    !memcmp(&other->addr, &listen->addr, listen->len))
			return "this address is listened on already";
	}
	conf->listen_count++;
	return NULL;
}

static const char *parse_udp(struct conf *conf, const char *value)
{
	return add_listen(conf, CONF_UDP, value);
}

static const char *parse_tcp(struct conf *conf, const char *value)
{
	return add_listen(conf, CONF_TCP, value);
}

static const char *parse_tls(struct conf *conf, const char *value)
{
	return add_listen(conf, CONF_TLS, value);
}

static const char *parse_legacy_tls(struct conf *conf, const char *value)
{
	if (!strcmp(value, "off"))
		return NULL;
	return add_listen(conf, CONF_LEGACY_TLS, value);
}

static const char *parse_line_address(struct conf *conf, const char *value)
{
	return conf_media_address_parse(value, &conf->line);
}

static const char *parse_line_ports(struct conf *conf, const char *value)
{
	return conf_media_ports_parse(value, &conf->line);
}

static const char *parse_trunk_address(struct conf *conf, const char *value)
{
	return conf_media_address_parse(value, &conf->trunk);
}

static const char *parse_trunk_ports(struct conf *conf, const char *value)
{
	return conf_media_ports_parse(value, &conf->trunk);
}

static const char *parse_admin_socket(struct conf *conf, const char *value)
{
	if (strlen(value) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return "a socket's path of at most 107 bytes";
	return set_path(conf->admin_socket, value);
}

static const char *parse_admin_group(struct conf *conf, const char *value)
{
	return set_account(conf->admin_group, value);
}

static const char *parse_metrics(struct conf *conf, const char *value)
{
	const char *why = conf_listen_parse(value, &conf->metrics);

	if (why)
		return why;
	if (!conf_listen_is_loopback(&conf->metrics))
		return "metrics are for this host alone: a loopback address";
	conf->have_metrics = true;
	return NULL;
}

static const char *parse_anchor(struct conf *conf, const char *value)
{
	conf->anchor = !strcmp(value, "yes");
	return conf->anchor || !strcmp(value, "no") ? NULL : "yes or no";
}

static const char *parse_mediad_socket(struct conf *conf, const char *value)
{
	return set_path(conf->mediad_socket, value);
}

static const struct key keys[] = {
	{ "node", "name", false, parse_node },
	{ "node", "state-directory", false, parse_state_dir },
	{ "node", "key-file", false, parse_key_file },
	{ "node", "user", false, parse_user },
	{ "log", "level", false, parse_log_level },
	{ "log", "security-log", false, parse_security_log },
	{ "listen", "udp", true, parse_udp },
	{ "listen", "tcp", true, parse_tcp },
	{ "listen", "tls", true, parse_tls },
	{ "listen", "legacy-tls", true, parse_legacy_tls },
	{ "media", "anchor", false, parse_anchor },
	{ "media", "mediad-socket", false, parse_mediad_socket },
	{ "media", "line-address", true, parse_line_address },
	{ "media", "line-ports", false, parse_line_ports },
	{ "media", "trunk-address", true, parse_trunk_address },
	{ "media", "trunk-ports", false, parse_trunk_ports },
	{ "trust", "keyd-socket", false, conf_trust_keyd_parse },
	{ "trust", "files-directory", false, conf_trust_files_parse },
	{ "trust", "http", true, conf_trust_http_parse },
	{ "trust", "tvs", true, conf_trust_tvs_parse },
	{ "trust", "capf", true, conf_trust_capf_parse },
	{ "admin", "socket", false, parse_admin_socket },
	{ "admin", "group", false, parse_admin_group },
	{ "admin", "metrics", false, parse_metrics },
};

#define KEY_COUNT	(sizeof(keys) / sizeof(keys[0]))

static int key_line(const struct reading *r, const char *name)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (!strcmp(keys[i].name, name))
			return r->seen[i];
	return 0;
}

static bool is_section(const char *name)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (!strcmp(keys[i].section, name))
			return true;
	return false;
}

static void take_value(struct reading *r, size_t i, const char *value)
{
	const char *why;

	if (r->seen[i] && !keys[i].repeated) {
		fault(r, r->line, "%s: given already in line %u", keys[i].name,
		      r->seen[i]);
		return;
	}
	if (!r->seen[i])
		r->seen[i] = r->line;
	why = keys[i].parse(r->conf, value);
	if (why)
		fault(r, r->line, "%s: %s", keys[i].name, why);
}

/* 1: the library has no use for our verdict, faults are told already. */
static int on_value(void *user, const char *section, const char *name,
		    const char *value)
{
	struct reading *r = user;

	if (!*section)
		fault(r, r->line, "a key before the first [SECTION]");
	if (!is_section(section))
		return 1;	/* told at its head */
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].section, section) ||
		    strcmp(keys[i].name, name))
			continue;
		take_value(r, i, value);
		return 1;
	}
	fault(r, r->line, "no such key in section [%s]", section);
	return 1;
}

/* What the library would skip or tell without a line; false: keep it away. */
static bool check_line(struct reading *r, char *text, size_t size)
{
	char *start = text + strspn(text, " \t");
	size_t len = strlen(text);
	char *end;

	if (len && text[len - 1] != '\n' && !feof(r->file)) {
		fault(r, r->line, "longer than %zu bytes", size - 2);
		for (int c = 0; c != '\n' && c != EOF;)
			c = getc(r->file);
		return false;
	}
	start[strcspn(start, "\r\n")] = '\0';
	if (!*start || *start == '#' || *start == ';')
		return true;
	if (start != text) {
		/* The library would append it to the value before. */
		memmove(text, start, strlen(start) + 1);
		start = text;
	}
	if (*start != '[') {
		if (strpbrk(start, "=:"))
			return true;
		fault(r, r->line, "neither [SECTION] nor KEY = VALUE");
		return false;
	}
	end = strchr(start, ']');
	if (!end) {
		fault(r, r->line, "a section's name ends with ]");
		return false;
	}
	*end = '\0';
	if (!is_section(start + 1))
		fault(r, r->line, "no such section");
	*end = ']';
	return true;
}

static char *read_line(char *text, int size, void *stream)
{
	struct reading *r = stream;

	if (!fgets(text, size, r->file))
		return NULL;
	r->line++;
	if (!check_line(r, text, size))
		text[0] = '\0';
	return text;
}

static void set_defaults(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	if (gethostname(conf->node, sizeof(conf->node) - 1) ||
	    !is_host_name(conf->node, sizeof(conf->node)))
		strcpy(conf->node, "ucsec");
	strcpy(conf->state_dir, "/var/lib/ucsec");
	strcpy(conf->admin_socket, "/run/ucsec/admin.sock");
	conf->anchor = true;
	strcpy(conf->mediad_socket, "/run/ucsec-mediad.sock");
	conf->log_level = LOG_LEVEL_NOTICE;
	conf->line.port_min = 16384;
	conf->line.port_max = 24575;
	conf->trunk.port_min = 24576;
	conf->trunk.port_max = 32767;
}

static void read_sysctl(const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
}

static void check_media(struct reading *r)
{
	const struct conf *conf = r->conf;
	char range[32], reserved[4096], why[256];
	int line = key_line(r, "line-ports");
	int trunk = key_line(r, "trunk-ports");

	read_sysctl("ip_local_port_range", range, sizeof(range));
	read_sysctl("ip_local_reserved_ports", reserved, sizeof(reserved));
	if (!conf_ports_are_ours(&conf->line, range, reserved, why,
				 sizeof(why)))
		fault(r, line, "line-ports: %s", why);
	if (!conf_ports_are_ours(&conf->trunk, range, reserved, why,
				 sizeof(why)))
		fault(r, trunk, "trunk-ports: %s", why);
	if (conf->line.port_min <= conf->trunk.port_max &&
	    conf->trunk.port_min <= conf->line.port_max)
		fault(r, trunk > line ? trunk : line,
		      "line-ports and trunk-ports overlap");
}

static void complete(struct reading *r)
{
	static const char *const everywhere[] = { "0.0.0.0", "[::]" };
	struct conf *conf = r->conf;
	char text[CONF_ADDRESS_SIZE];
	const char *why;

	if (!conf->key_file[0] &&
	    snprintf(conf->key_file, sizeof(conf->key_file), "%s/secret.key",
		     conf->state_dir) >= CONF_PATH_SIZE)
		fault(r, key_line(r, "state-directory"),
		      "state-directory: too long a path");
	why = conf_trust_complete(conf);
	if (why)
		fault(r, r->line, "[trust] %s", why);
	if (conf->listen_count || r->fault_count)
		return;
	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "%s:5060", everywhere[i]);
		add_listen(conf, CONF_UDP, text);
		add_listen(conf, CONF_TCP, text);
		snprintf(text, sizeof(text), "%s:5061", everywhere[i]);
		add_listen(conf, CONF_TLS, text);
	}
}

int conf_read(struct conf *conf, const char *path, FILE *faults)
{
	struct reading r = { .conf = conf, .path = path, .faults = faults };
	int err;

	_Static_assert(KEY_COUNT <= sizeof(r.seen) / sizeof(r.seen[0]),
		       "a line for each key");
	set_defaults(conf);
	r.file = fopen(path, "re");
	if (!r.file) {
		err = -errno;
		if (faults)
			fprintf(faults, "%s: %s\n", path, strerror(-err));
		return err;
	}
	ini_parse_stream(read_line, &r, on_value, &r);
	if (ferror(r.file))
		fault(&r, r.line, "cannot be read further");
	fclose(r.file);
	check_media(&r);
	complete(&r);
	return r.fault_count;
}
