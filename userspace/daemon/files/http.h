/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Phones' files over HTTP, port 6970: by exact names, to anybody.
 */
#ifndef FILES_HTTP_H
#define FILES_HTTP_H

#include <stddef.h>

struct conf_service;
struct event_base;
struct files_http;
struct publisher;

/* 0 takes the default. */
struct files_http_limits {
	unsigned int conns;		/* 1024 */
	unsigned int conns_per_source;	/* 64: phones behind one address */
	unsigned int head_seconds;	/* 10, to ask for something */
	/* 30 to take it, and one more for each 16 KiB. */
	unsigned int body_seconds;
};

/* Listens from here on. @why gets a sentence. 0 or -errno. */
int files_http_open(struct files_http **http, struct event_base *base,
		    struct publisher *publisher,
		    const struct conf_service *listen,
		    const struct files_http_limits *limits, char *why,
		    size_t size);
void files_http_close(struct files_http *http);
/* Connections there are. */
size_t files_http_count(const struct files_http *http);

#endif /* FILES_HTTP_H */
