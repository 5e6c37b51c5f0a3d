// SPDX-License-Identifier: GPL-2.0
/*
 * The HTTP server of the admin API: who may, what it asks, who answers.
 */
#include "admin/admin.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "admin/peer.h"
#include "admin/resources.h"
#include "conf.h"
#include "log.h"
#include "metrics.h"
#include "wipe.h"

#define BODY_MAX	(64 << 20)	/* 10,000 phones are 17 */
#define HEADERS_MAX	(16 << 10)
#define TIMEOUT_S	60
#define PREFIX		"/v1/"

struct resource {
	char path[48];
	admin_handler handler;
	void *ctx;
};

struct pending {
	struct admin_request request;	/* first: what handlers see */
	struct admin *admin;
	struct evhttp_request *http;	/* NULL: its connection has gone */
	struct pending *next, **link;
	char *rest;
	char *query;
};

struct admin {
	const struct conf *conf;
	struct evhttp *http;
	struct resource *resources;
	size_t resource_count;
	struct pending *pending;
	bool ready;
	struct resources own;
	struct metric *served, *refused;
};

static struct pending *pending_of(struct admin_request *request)
{
	return (struct pending *)request;
}

static void on_close(struct evhttp_connection *connection, void *arg)
{
	struct pending *p = arg;

	(void)connection;
	p->http = NULL;
}

static void pending_free(struct pending *p)
{
	*p->link = p->next;
	if (p->next)
		p->next->link = p->link;
	json_decref(p->request.body);
	free(p->rest);
	free(p->query);
	free(p);
}

static const char *status_text(int status)
{
	switch (status) {
	case 200: return "OK";
	case 201: return "Created";
	case 400: return "Bad Request";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 409: return "Conflict";
	case 413: return "Content Too Large";
	case 503: return "Service Unavailable";
	case 507: return "Insufficient Storage";
	default: return "Internal Server Error";
	}
}

static void send_json(struct evhttp_request *http, int status, json_t *body)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : strdup("{}");
	struct evkeyvalq *headers = evhttp_request_get_output_headers(http);
	struct evbuffer *out = evhttp_request_get_output_buffer(http);

	evhttp_add_header(headers, "Content-Type", "application/json");
	evhttp_add_header(headers, "Cache-Control", "no-store");
	if (text)
		evbuffer_add_printf(out, "%s\n", text);
	free(text);
	evhttp_send_reply(http, text ? status : 500, status_text(status), NULL);
}

void admin_reply(struct admin_request *request, int status, json_t *body)
{
	struct pending *p = pending_of(request);
	struct evhttp_connection *connection;

	metrics_add(status < 400 ? p->admin->served : p->admin->refused, 1);
	if (p->http) {
		connection = evhttp_request_get_connection(p->http);
		evhttp_connection_set_closecb(connection, NULL, NULL);
		send_json(p->http, status, body);
	}
	json_decref(body);
	pending_free(p);
}

static json_t *error_json(const struct store_error *error)
{
	return json_pack("{s{ssssss}}", "error", "reason", error->reason,
			 "object", error->object, "field", error->field);
}

void admin_refuse(struct admin_request *request,
		  const struct store_error *error)
{
	admin_reply(request, error->status, error_json(error));
}

void admin_refuse_text(struct admin_request *request, int status,
		       const char *format, ...)
{
	struct store_error error = { .status = status };
	va_list args;

	va_start(args, format);
	vsnprintf(error.reason, sizeof(error.reason), format, args);
	va_end(args);
	admin_refuse(request, &error);
}

void admin_refuse_method(struct admin_request *request, const char *allowed)
{
	struct pending *p = pending_of(request);

	if (p->http)
		evhttp_add_header(evhttp_request_get_output_headers(p->http),
				  "Allow", allowed);
	admin_refuse_text(request, 405, "only %s is possible here", allowed);
}

void admin_security(const struct admin_request *request, const char *verb,
		    const char *object, const char *fields,
		    const char *refused)
{
	char uid[24];

	snprintf(uid, sizeof(uid), "%ld", request->uid);
	log_security(refused ? "admin-refused" : "admin", "uid", uid, "verb",
		     verb, "object", object, "fields", fields, "reason",
		     refused, NULL);
}

int admin_resource_add(struct admin *admin, const char *path,
		       admin_handler handler, void *ctx)
{
	struct resource *more;

	for (size_t i = 0; i < admin->resource_count; i++) {
		if (strcmp(admin->resources[i].path, path))
			continue;
		admin->resources[i].handler = handler;
		admin->resources[i].ctx = ctx;
		return 0;
	}
	more = reallocarray(admin->resources, admin->resource_count + 1,
			    sizeof(*more));
	if (!more)
		return -ENOMEM;
	admin->resources = more;
	more += admin->resource_count++;
	snprintf(more->path, sizeof(more->path), "%s", path);
	more->handler = handler;
	more->ctx = ctx;
	return 0;
}

void admin_ready(struct admin *admin)
{
	admin->ready = true;
}

void admin_action_set(struct admin *admin, admin_action action, void *ctx)
{
	admin->own.action = action;
	admin->own.action_ctx = ctx;
}

int admin_adorn(struct admin *admin, const char *noun, admin_adorner adorn,
		void *ctx)
{
	return resources_adorn(&admin->own, noun, adorn, ctx);
}

int admin_adorn_list(struct admin *admin, const char *noun,
		     admin_adorner adorn, void *ctx)
{
	return resources_adorn_list(&admin->own, noun, adorn, ctx);
}

/* The longest path that is all of @path or ends before a slash of it. */
static const struct resource *find_resource(const struct admin *admin,
					    const char *path, size_t *used)
{
	const struct resource *found = NULL;

	*used = 0;
	for (size_t i = 0; i < admin->resource_count; i++) {
		const struct resource *r = &admin->resources[i];
		size_t len = strlen(r->path);

		if (strncmp(path, r->path, len) || len < *used ||
		    (path[len] && path[len] != '/'))
			continue;
		found = r;
		*used = len;
	}
	return found;
}

static const char *method_text(enum evhttp_cmd_type method)
{
	switch (method) {
	case EVHTTP_REQ_GET: return "GET";
	case EVHTTP_REQ_POST: return "POST";
	case EVHTTP_REQ_PATCH: return "PATCH";
	case EVHTTP_REQ_DELETE: return "DELETE";
	default: return "";
	}
}

/*
 * Out of the buffer in one piece, and wiped there: the body may hold passwords.
 * evbuffer_pullup() would leave copies of the pieces behind.
 */
static char *take_body(struct evbuffer *in, size_t len)
{
	int count = evbuffer_peek(in, -1, NULL, NULL, 0);
	struct evbuffer_iovec *pieces = calloc(count, sizeof(*pieces));
	char *text = malloc(len);
	size_t at = 0;

	if (!pieces || !text) {
		free(pieces);
		free(text);
		return NULL;
	}
	evbuffer_peek(in, -1, NULL, pieces, count);
	for (int i = 0; i < count; i++) {
		memcpy(text + at, pieces[i].iov_base, pieces[i].iov_len);
		explicit_bzero(pieces[i].iov_base, pieces[i].iov_len);
		at += pieces[i].iov_len;
	}
	evbuffer_drain(in, len);
	free(pieces);
	return text;
}

static int read_body(struct pending *p)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(p->http);
	size_t len = evbuffer_get_length(in);
	json_error_t error;
	char *text;

	if (!len)
		return 0;
	text = take_body(in, len);
	if (!text) {
		admin_refuse_text(&p->request, 500, "out of memory");
		return -ENOMEM;
	}
	p->request.body = json_loadb(text, len, JSON_REJECT_DUPLICATES,
				     &error);
	explicit_bzero(text, len);
	free(text);
	if (p->request.body)
		return 0;
	/* Not error.text: it quotes what stands there. */
	admin_refuse_text(&p->request, 400, "the body is no JSON, in line %d, "
			  "column %d", error.line, error.column);
	return -EINVAL;
}

/* %00 would end what we take for the whole. */
static char *decode(const char *text)
{
	size_t len;
	char *decoded = evhttp_uridecode(text, 0, &len);

	if (decoded && strlen(decoded) == len)
		return decoded;
	free(decoded);
	return NULL;
}

/*
 * While keys are made not all of what there is has been added: a change would
 * pass those by who have a say in it.
 */
static bool is_too_early(struct pending *p, const char *path)
{
	if (p->admin->ready || !strcmp(path, PREFIX "status"))
		return false;
	admin_refuse_text(&p->request, 503, "ucsecd is starting, and waits "
			  "for its keys: ask again in a moment");
	return true;
}

static void dispatch(struct pending *p, const char *path)
{
	const struct resource *resource = NULL;
	size_t used;

	if (is_too_early(p, path))
		return;
	if (!strncmp(path, PREFIX, strlen(PREFIX))) {
		path += strlen(PREFIX);
		resource = find_resource(p->admin, path, &used);
	}
	if (!resource) {
		admin_refuse_text(&p->request, 404, "there is no such "
				  "resource");
		return;
	}
	path += used;
	p->rest = decode(*path ? path + 1 : path);
	if (!p->rest) {
		admin_refuse_text(&p->request, 400, "the path is no text");
		return;
	}
	p->request.rest = p->rest;
	if (read_body(p))
		return;
	resource->handler(resource->ctx, &p->request);
}

static void refuse_peer(struct evhttp_request *http, long uid, long pid)
{
	struct store_error error = {
		.reason = "only root and members of the admin group may",
	};
	char uid_text[24], pid_text[24];
	json_t *body = error_json(&error);

	snprintf(uid_text, sizeof(uid_text), "%ld", uid);
	snprintf(pid_text, sizeof(pid_text), "%ld", pid);
	log_security("admin-refused", "uid", uid_text, "pid", pid_text,
		     "reason", "not allowed on the admin socket", NULL);
	evhttp_add_header(evhttp_request_get_output_headers(http),
			  "Connection", "close");
	send_json(http, 403, body);
	json_decref(body);
}

static void on_request(struct evhttp_request *http, void *arg)
{
	struct evhttp_connection *connection =
		evhttp_request_get_connection(http);
	struct bufferevent *bev =
		evhttp_connection_get_bufferevent(connection);
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(http);
	struct admin *admin = arg;
	struct pending *p;
	long uid, pid;

	if (!peer_is_allowed(bufferevent_getfd(bev), admin->conf, &uid, &pid)) {
		metrics_add(admin->refused, 1);
		refuse_peer(http, uid, pid);
		return;
	}
	p = calloc(1, sizeof(*p));
	if (!p) {
		evhttp_send_error(http, 500, NULL);
		return;
	}
	p->admin = admin;
	p->http = http;
	p->next = admin->pending;
	p->link = &admin->pending;
	if (p->next)
		p->next->link = &p->next;
	admin->pending = p;
	evhttp_connection_set_closecb(connection, on_close, p);
	p->query = strdup(evhttp_uri_get_query(uri) ?: "");
	p->request.method = method_text(evhttp_request_get_command(http));
	p->request.rest = "";
	p->request.query = p->query ?: "";
	p->request.uid = uid;
	dispatch(p, evhttp_uri_get_path(uri) ?: "");
}

static int start_http(struct admin *admin, struct event_base *base, int fd)
{
	admin->http = evhttp_new(base);
	if (!admin->http)
		return -ENOMEM;
	evhttp_set_max_body_size(admin->http, BODY_MAX);
	evhttp_set_max_headers_size(admin->http, HEADERS_MAX);
	evhttp_set_timeout(admin->http, TIMEOUT_S);
	evhttp_set_allowed_methods(admin->http, EVHTTP_REQ_GET |
				   EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
				   EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE);
	evhttp_set_gencb(admin->http, on_request, admin);
	return evhttp_accept_socket(admin->http, fd) ? -ENOMEM : 0;
}

int admin_open(struct admin **out, struct event_base *base,
	       struct store *store, const struct conf *conf, char *why,
	       size_t size)
{
	struct admin *admin = calloc(1, sizeof(*admin));
	int fd, err;

	if (!admin)
		return -ENOMEM;
	/*
	 * All of jansson's memory: passwords come in as JSON, and it copies
	 * them as it likes.
	 */
	json_set_alloc_funcs(malloc, wipe_free);
	admin->conf = conf;
	admin->own.admin = admin;
	admin->own.store = store;
	admin->own.conf = conf;
	admin->own.started = time(NULL);
	admin->served = metrics_counter("ucsec_admin_requests",
					"Requests of administrators",
					"result=\"done\"");
	admin->refused = metrics_counter("ucsec_admin_requests",
					 "Requests of administrators",
					 "result=\"refused\"");
	fd = peer_listen(conf, why, size);
	if (fd < 0) {
		free(admin);
		return fd;
	}
	err = resources_add(&admin->own);
	if (!err)
		err = resources_add_runtime(&admin->own);
	if (!err)
		err = start_http(admin, base, fd);
	if (err) {
		snprintf(why, size, "admin: %s", strerror(-err));
		close(fd);
		admin_close(admin);
		return err;
	}
	*out = admin;
	return 0;
}

/* Nobody answers any more: store_stop() and the other folders went before. */
void admin_close(struct admin *admin)
{
	if (!admin)
		return;
	while (admin->pending)
		admin_refuse_text(&admin->pending->request, 503,
				  "the daemon stops");
	if (admin->http)
		evhttp_free(admin->http);
	unlink(admin->conf->admin_socket);
	free(admin->resources);
	free(admin);
}
