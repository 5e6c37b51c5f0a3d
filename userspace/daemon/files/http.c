// SPDX-License-Identifier: GPL-2.0
/*
 * The HTTP server of phones' files: connections, their limits and their ends.
 */
#include "files/http.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "crowd.h"
#include "files/http-request.h"
#include "files/publisher.h"
#include "log.h"
#include "metrics.h"
#include "refusal.h"

enum {
	BACKLOG = 1024,
	SLOWEST = 16384,	/* bytes a second that are patience enough */
	/* Who takes his answer slower is not kept where there is no room. */
	LOOK_S = 2,
	GOODBYE_S = 2,
	STATUSES = 5,
};

struct conn {
	struct files_http *http;
	struct bufferevent *bev;
	struct event *deadline;
	struct crowd_member place;
	char peer[INET6_ADDRSTRLEN];
	time_t due;		/* his time is up */
	size_t left;		/* of the answer, at the last look */
	bool answering;		/* what was asked for is on its way */
	bool last;
	bool closed;		/* his side */
	bool ending;		/* we have said all that we say */
	LIST_ENTRY(conn) link;
};

struct files_http {
	struct event_base *base;
	struct publisher *publisher;
	struct files_http_limits limits;
	struct evconnlistener *listeners[CONF_MAX_SERVICE_LISTEN];
	struct event *again;
	LIST_HEAD(conns, conn) conns;
	struct crowd *crowd;
	unsigned int count;
	struct metric *answers[STATUSES], *refused, *shed, *slow;
};

static const int statuses[STATUSES] = { 200, 400, 404, 405, 431 };

static void conn_free(struct conn *c)
{
	LIST_REMOVE(c, link);
	crowd_leave(c->http->crowd, &c->place);
	c->http->count--;
	if (c->bev)
		bufferevent_free(c->bev);
	if (c->deadline)
		event_free(c->deadline);
	free(c);
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void set_timer(struct conn *c, time_t seconds)
{
	struct timeval tv = { .tv_sec = seconds };

	event_add(c->deadline, &tv);
}

/* What the kernel took of us comes in lumps: what he has taken counts. */
static size_t left_of(const struct conn *c)
{
	int unsent = 0;

	if (ioctl(bufferevent_getfd(c->bev), SIOCOUTQ, &unsent) || unsent < 0)
		unsent = 0;
	return evbuffer_get_length(bufferevent_get_output(c->bev)) +
		(size_t)unsent;
}

static void look_again(struct conn *c, size_t left)
{
	time_t time_left = c->due - now();

	c->left = left;
	set_timer(c, time_left < LOOK_S ? time_left : LOOK_S);
}

static void set_deadline(struct conn *c, size_t bytes)
{
	const struct files_http_limits *limits = &c->http->limits;

	if (!bytes) {
		set_timer(c, limits->head_seconds);
		return;
	}
	c->due = now() + limits->body_seconds + (time_t)(bytes / SLOWEST);
	look_again(c, left_of(c));
}

/* Who asks for much and takes nothing is as good as silent. */
static void look(struct conn *c)
{
	size_t left = left_of(c);

	crowd_keep(c->http->crowd, &c->place,
		   c->left >= left + (size_t)LOOK_S * SLOWEST);
	look_again(c, left);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	(void)what;
	if (c->answering && !c->ending && now() < c->due) {
		look(c);
		return;
	}
	if (c->answering && !c->ending)
		metrics_add(c->http->slow, 1);
	conn_free(c);
}

static void count(struct files_http *http, int status)
{
	for (int i = 0; i < STATUSES; i++)
		if (statuses[i] == status)
			metrics_add(http->answers[i], 1);
}

/* Nobody knows what phones want to hear: protocol notes, 4.2. */
static const char *type_of(const char *name)
{
	return shelf_name_ends(name, ".xml") ? "text/xml" :
		"application/octet-stream";
}

/* Takes @fd, -1 without a content. */
static void answer(struct conn *c, const struct http_request *request, int fd,
		   off_t size)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);

	c->answering = true;
	crowd_keep(c->http->crowd, &c->place, true);
	c->last = request->last;
	count(c->http, request->status);
	evbuffer_add_printf(out, "HTTP/1.1 %d %s\r\nContent-Length: %lld\r\n",
			    request->status, http_status_text(request->status),
			    (long long)size);
	if (fd >= 0)
		evbuffer_add_printf(out, "Content-Type: %s\r\n",
				    type_of(request->name));
	if (request->status == 405)
		evbuffer_add_printf(out, "Allow: GET, HEAD\r\n");
	evbuffer_add_printf(out, "Connection: %s\r\n\r\n",
			    c->last ? "close" : "keep-alive");
	if (fd >= 0 && (request->head || !size ||
			evbuffer_add_file(out, fd, 0, size))) {
		close(fd);
		if (!request->head && size)
			c->last = true;
	}
	set_deadline(c, (size_t)size + 1);
}

static void take_request(struct conn *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	size_t len = evbuffer_get_length(in);
	struct http_request request;
	off_t size = 0;
	int fd = -1;

	if (len > HTTP_HEAD_MAX)
		len = HTTP_HEAD_MAX;
	if (!len)
		return;
	len = http_request_read((char *)evbuffer_pullup(in, (ssize_t)len), len,
				&request);
	if (!len)
		return;
	evbuffer_drain(in, len);
	if (request.status == 200) {
		fd = publisher_file(c->http->publisher, request.name, &size);
		if (fd < 0) {
			request.status = 404;
			size = 0;
		}
	}
	answer(c, &request, fd, size);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;

	if (c->ending)
		evbuffer_drain(bufferevent_get_input(bev), SIZE_MAX);
	else if (!c->answering)
		take_request(c);
}

/*
 * A close with bytes of his unread would be a reset, which takes from him what
 * he has not read yet.
 */
static void say_goodbye(struct conn *c)
{
	struct timeval tv = { .tv_sec = GOODBYE_S };

	c->ending = true;
	shutdown(bufferevent_getfd(c->bev), SHUT_WR);
	event_add(c->deadline, &tv);
	on_read(c->bev, c);
}

/* All of it has left. */
static void on_written(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;

	(void)bev;
	if (!c->answering || c->ending)
		return;
	if (c->closed) {
		conn_free(c);
		return;
	}
	if (c->last) {
		say_goodbye(c);
		return;
	}
	c->answering = false;
	crowd_keep(c->http->crowd, &c->place, false);
	set_deadline(c, 0);
	take_request(c);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct conn *c = arg;

	(void)bev;
	/* One who has asked and closed his side still gets it. */
	if (what & BEV_EVENT_EOF && c->answering && !c->ending)
		c->last = c->closed = true;
	else if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		conn_free(c);
}

static void refuse(struct conn *c)
{
	metrics_add(c->http->refused, 1);
	if (refusal_admit(c->peer))
		log_security("connection-refused", "source", c->peer, "service",
			     "files", "reason", "too many connections", NULL);
}

static bool make_room(struct conn *c)
{
	const struct files_http_limits *limits = &c->http->limits;
	struct crowd_member *who = crowd_pick(c->http->crowd, &c->place,
					      c->http->count > limits->conns,
					      limits->conns_per_source);
	struct conn *other;

	if (!who)
		return true;
	if (who == &c->place) {
		refuse(c);
		return false;
	}
	other = (struct conn *)((char *)who - offsetof(struct conn, place));
	metrics_add(c->http->shed, 1);
	crowd_tell(c->http->crowd, other->peer, "files");
	conn_free(other);
	return true;
}

static void set_peer(struct conn *c, const struct sockaddr *sa)
{
	inet_ntop(sa->sa_family, sa->sa_family == AF_INET6 ?
		  (const void *)&((const struct sockaddr_in6 *)sa)->sin6_addr :
		  &((const struct sockaddr_in *)sa)->sin_addr, c->peer,
		  sizeof(c->peer));
}

static bool conn_open(struct conn *c, int fd)
{
	c->deadline = evtimer_new(c->http->base, on_deadline, c);
	c->bev = bufferevent_socket_new(c->http->base, fd,
					BEV_OPT_CLOSE_ON_FREE);
	if (!c->bev)
		close(fd);
	if (!c->bev || !c->deadline)
		return false;
	set_deadline(c, 0);
	bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
	bufferevent_setwatermark(c->bev, EV_READ, 0, HTTP_HEAD_MAX);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	return true;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
		      struct sockaddr *sa, int len, void *arg)
{
	struct files_http *http = arg;
	struct conn *c = calloc(1, sizeof(*c));

	(void)listener;
	(void)len;
	if (!c) {
		close(fd);
		return;
	}
	c->http = http;
	set_peer(c, sa);
	http->count++;
	LIST_INSERT_HEAD(&http->conns, c, link);
	if (!crowd_enter(http->crowd, &c->place, fd, sa) || !make_room(c)) {
		close(fd);
		conn_free(c);
	} else if (!conn_open(c, fd)) {
		conn_free(c);
	}
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct files_http *http = arg;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < CONF_MAX_SERVICE_LISTEN; i++)
		if (http->listeners[i])
			evconnlistener_enable(http->listeners[i]);
}

/* Out of descriptors, most likely: the next one is tried a second later. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct files_http *http = arg;
	struct timeval second = { .tv_sec = 1 };

	log_event(LOG_LEVEL_ERROR, "accept", "service", "files", "reason",
		  strerror(errno), NULL);
	evconnlistener_disable(listener);
	event_add(http->again, &second);
}

static int listen_at(struct files_http *http, size_t i,
		     const struct conf_listen *at, char *why, size_t size)
{
	unsigned int flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
		LEV_OPT_REUSEABLE;

	/* IPv4 has a socket of its own. */
	if (at->addr.sa.sa_family == AF_INET6)
		flags |= LEV_OPT_BIND_IPV6ONLY;
	http->listeners[i] = evconnlistener_new_bind(http->base, on_accept,
		http, flags, BACKLOG, &at->addr.sa, (int)at->len);
	if (!http->listeners[i]) {
		snprintf(why, size, "http %s: %s", at->text, strerror(errno));
		return errno ? -errno : -EIO;
	}
	evconnlistener_set_error_cb(http->listeners[i], on_accept_error);
	return 0;
}

static void open_metrics(struct files_http *http)
{
	static const char *const labels[STATUSES] = {
		"status=\"200\"", "status=\"400\"", "status=\"404\"",
		"status=\"405\"", "status=\"431\"",
	};

	for (int i = 0; i < STATUSES; i++)
		http->answers[i] = metrics_counter("ucsec_files_requests",
			"Requests for phones' files over HTTP", labels[i]);
	http->refused = metrics_counter("ucsec_files_connections_refused",
		"Connections beyond a limit", NULL);
	http->shed = metrics_counter("ucsec_files_shed",
		"Connections that had asked for nothing, ended to make room",
		NULL);
	http->slow = metrics_counter("ucsec_files_slow",
		"Connections closed as their peer took nothing", NULL);
}

static void set_limits(struct files_http *http,
		       const struct files_http_limits *limits)
{
	if (limits)
		http->limits = *limits;
	http->limits.conns = http->limits.conns ?: 1024;
	http->limits.conns_per_source = http->limits.conns_per_source ?: 64;
	http->limits.head_seconds = http->limits.head_seconds ?: 10;
	http->limits.body_seconds = http->limits.body_seconds ?: 30;
}

int files_http_open(struct files_http **out, struct event_base *base,
		    struct publisher *publisher,
		    const struct conf_service *listen,
		    const struct files_http_limits *limits, char *why,
		    size_t size)
{
	struct files_http *http = calloc(1, sizeof(*http));
	int err = 0;

	*out = NULL;
	if (!http) {
		snprintf(why, size, "out of memory");
		return -ENOMEM;
	}
	http->base = base;
	http->publisher = publisher;
	LIST_INIT(&http->conns);
	set_limits(http, limits);
	open_metrics(http);
	http->again = evtimer_new(base, on_again, http);
	http->crowd = crowd_new();
	if (!http->again || !http->crowd) {
		snprintf(why, size, "out of memory");
		err = -ENOMEM;
	}
	for (size_t i = 0; i < listen->count && !err; i++)
		err = listen_at(http, i, &listen->listen[i], why, size);
	if (err) {
		files_http_close(http);
		return err;
	}
	*out = http;
	return 0;
}

void files_http_close(struct files_http *http)
{
	if (!http)
		return;
	for (size_t i = 0; i < CONF_MAX_SERVICE_LISTEN; i++)
		if (http->listeners[i])
			evconnlistener_free(http->listeners[i]);
	if (http->again)
		event_free(http->again);
	while (!LIST_EMPTY(&http->conns))
		conn_free(LIST_FIRST(&http->conns));
	crowd_free(http->crowd);
	free(http);
}

size_t files_http_count(const struct files_http *http)
{
	return http->count;
}
