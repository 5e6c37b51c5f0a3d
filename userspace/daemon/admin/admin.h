/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The admin API: HTTP and JSON on a Unix socket, for root, ourselves and the
 * members of one group.
 *
 * Other folders add what they know (/v1/call, a phone's reset) as resources.
 */
#ifndef ADMIN_H
#define ADMIN_H

#include <jansson.h>
#include <stddef.h>

#include "store/object.h"

struct admin;
struct conf;
struct event_base;
struct store;

/* @why gets a sentence. Listens from here on. */
int admin_open(struct admin **admin, struct event_base *base,
	       struct store *store, const struct conf *conf, char *why,
	       size_t size);
/* All has been added; until then only the status is told. */
void admin_ready(struct admin *admin);
/* After store_stop() and the other folders: what still waits gets a 503. */
void admin_close(struct admin *admin);

/* One request; the handler answers it once, now or later. */
struct admin_request {
	const char *method;	/* "GET" "POST" "PATCH" "DELETE" */
	const char *rest;	/* after the resource's path, decoded, or "" */
	const char *query;	/* "dry_run=1", or "" */
	json_t *body;		/* NULL: there is none */
	long uid;		/* who asks */
};

typedef void (*admin_handler)(void *ctx, struct admin_request *request);

/*
 * What is under "/v1/" @path and has no longer path of its own. The later one
 * replaces the one that was there. 0 or -ENOMEM.
 */
int admin_resource_add(struct admin *admin, const char *path,
		       admin_handler handler, void *ctx);

/*
 * POST /v1/NOUN/KEY/ACTION of phones and what they share: rest is KEY/ACTION; and
 * DELETE /v1/registration/KEY. Until there is one that is a 405.
 */
typedef void (*admin_action)(void *ctx, const char *noun,
			     struct admin_request *request);
void admin_action_set(struct admin *admin, admin_action action, void *ctx);

/*
 * Adds to what GET shows of one object of @noun, or of the "status", what only the
 * loop knows; NULL: no more. Several may add to the status, each with a @ctx of
 * its own. 0, -ENOENT or -ENOSPC.
 */
typedef void (*admin_adorner)(void *ctx, json_t *item);
int admin_adorn(struct admin *admin, const char *noun, admin_adorner adorn,
		void *ctx);
/* The same of the reply that lists all objects of the noun, as "warnings". */
int admin_adorn_list(struct admin *admin, const char *noun,
		     admin_adorner adorn, void *ctx);

/* @body is taken over; NULL: {}. The request is gone after each of these. */
void admin_reply(struct admin_request *request, int status, json_t *body);
void admin_refuse(struct admin_request *request,
		  const struct store_error *error);
__attribute__((format(printf, 3, 4)))
void admin_refuse_text(struct admin_request *request, int status,
		       const char *format, ...);
/* 405 with what there is: "GET, POST". */
void admin_refuse_method(struct admin_request *request, const char *allowed);

/*
 * Of what was changed: who, what, and whether it was refused. @fields: names
 * alone, may be NULL.
 */
void admin_security(const struct admin_request *request, const char *verb,
		    const char *object, const char *fields,
		    const char *refused);

/* metrics-http.c: shows metrics.h's on conf's loopback address, if it has one */
struct metrics_http;
int metrics_http_open(struct metrics_http **http, struct event_base *base,
		      const struct conf *conf, char *why, size_t size);
void metrics_http_close(struct metrics_http *http);

#endif /* ADMIN_H */
