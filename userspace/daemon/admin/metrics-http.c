// SPDX-License-Identifier: GPL-2.0
/*
 * /metrics on a loopback address, for a scraper.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/admin.h"
#include "conf.h"
#include "metrics.h"

#define BACKLOG	16

struct metrics_http {
	struct evhttp *http;
};

static void on_metrics(struct evhttp_request *http, void *arg)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(http);
	size_t size = 0;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	(void)arg;
	if (!file) {
		evhttp_send_error(http, 500, NULL);
		return;
	}
	metrics_write(file);
	fclose(file);
	evhttp_add_header(evhttp_request_get_output_headers(http),
			  "Content-Type", "application/openmetrics-text; "
			  "version=1.0.0; charset=utf-8");
	evbuffer_add(out, text, size);
	free(text);
	evhttp_send_reply(http, 200, "OK", NULL);
}

static int listen_at(const struct conf_listen *at, char *why, size_t size)
{
	int one = 1, err;
	int fd = socket(at->addr.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC |
			SOCK_NONBLOCK, 0);

	if (fd < 0) {
		snprintf(why, size, "metrics: %s", strerror(errno));
		return -errno;
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!bind(fd, &at->addr.sa, at->len) && !listen(fd, BACKLOG))
		return fd;
	err = -errno;
	snprintf(why, size, "metrics: %s: %s", at->text, strerror(-err));
	close(fd);
	return err;
}

int metrics_http_open(struct metrics_http **out, struct event_base *base,
		      const struct conf *conf, char *why, size_t size)
{
	struct metrics_http *m;
	int fd;

	*out = NULL;
	if (!conf->have_metrics)
		return 0;
	fd = listen_at(&conf->metrics, why, size);
	if (fd < 0)
		return fd;
	m = calloc(1, sizeof(*m));
	if (m)
		m->http = evhttp_new(base);
	if (!m || !m->http || evhttp_accept_socket(m->http, fd)) {
		snprintf(why, size, "metrics: out of memory");
		metrics_http_close(m);
		close(fd);
		return -ENOMEM;
	}
	evhttp_set_max_body_size(m->http, 0);
	evhttp_set_max_headers_size(m->http, 8192);
	evhttp_set_timeout(m->http, 10);
	evhttp_set_allowed_methods(m->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_cb(m->http, "/metrics", on_metrics, m);
	*out = m;
	return 0;
}

void metrics_http_close(struct metrics_http *m)
{
	if (!m)
		return;
	if (m->http)
		evhttp_free(m->http);
	free(m);
}
