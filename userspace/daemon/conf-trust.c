// SPDX-License-Identifier: GPL-2.0
/*
 * The section [trust] of ucsecd.conf.
 */
#include "conf-listen.h"

#include <string.h>

static const char *set_path(char *to, size_t size, const char *value)
{
	if (value[0] != '/')
		return "a path starts with /";
	if (strlen(value) >= size)
		return size == CONF_SOCKET_SIZE ?
			"a socket's path of at most 107 bytes" :
			"a path of at most 255 bytes";
	strcpy(to, value);
	return NULL;
}

const char *conf_trust_keyd_parse(struct conf *conf, const char *value)
{
	return set_path(conf->trust.keyd_socket,
			sizeof(conf->trust.keyd_socket), value);
}

const char *conf_trust_files_parse(struct conf *conf, const char *value)
{
	return set_path(conf->trust.files_dir, sizeof(conf->trust.files_dir),
			value);
}

static const char *add(struct conf_service *service, const char *value)
{
	struct conf_listen *listen = &service->listen[service->count];
	const char *why;

	if (service->count == CONF_MAX_SERVICE_LISTEN)
		return "more than 4 addresses";
	memset(listen, 0, sizeof(*listen));
	listen->transport = CONF_TCP;
	why = conf_listen_parse(value, listen);
	if (why)
		return why;
	for (size_t i = 0; i < service->count; i++)
		if (service->listen[i].len == listen->len &&
		    !memcmp(&service->listen[i].addr, &listen->addr,
			    listen->len))
			return "this address is given already";
	service->count++;
	return NULL;
}

const char *conf_trust_http_parse(struct conf *conf, const char *value)
{
	return add(&conf->trust.http, value);
}

const char *conf_trust_tvs_parse(struct conf *conf, const char *value)
{
	return add(&conf->trust.tvs, value);
}

const char *conf_trust_capf_parse(struct conf *conf, const char *value)
{
	return add(&conf->trust.capf, value);
}

/* The ports phones expect, as for signalling on all addresses. */
static void add_defaults(struct conf_service *service, const char *in,
			 const char *in6)
{
	if (service->count)
		return;
	add(service, in);
	add(service, in6);
}

const char *conf_trust_complete(struct conf *conf)
{
	struct conf_trust *trust = &conf->trust;

	if (!trust->keyd_socket[0])
		return trust->files_dir[0] || trust->http.count ||
			trust->tvs.count || trust->capf.count ?
			"needs keyd-socket beside it" : NULL;
	if (!trust->files_dir[0]) {
		if (strlen(conf->state_dir) + sizeof("/files") >
		    CONF_PATH_SIZE)
			return "files-directory: too long a path";
		strcpy(trust->files_dir, conf->state_dir);
		strcat(trust->files_dir, "/files");
	}
	add_defaults(&trust->http, "0.0.0.0:6970", "[::]:6970");
	add_defaults(&trust->tvs, "0.0.0.0:2445", "[::]:2445");
	add_defaults(&trust->capf, "0.0.0.0:3804", "[::]:3804");
	return NULL;
}

bool conf_trust_same_listen(const struct conf_service *a,
			    const struct conf_service *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->listen[i].text, b->listen[i].text))
			return false;
	return true;
}
