// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the heads of requests for phones' files.
 */
#include "files/http-request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct span {
	const char *at;
	size_t len;
};

static bool is(struct span span, const char *text)
{
	return span.len == strlen(text) && !memcmp(span.at, text, span.len);
}

static bool is_word(struct span span, const char *text)
{
	return span.len == strlen(text) &&
		!strncasecmp(span.at, text, span.len);
}

/* Up to @end, which is stepped over; false: it is not there. */
static bool cut(struct span *rest, const char *end, struct span *part)
{
	const char *found = memmem(rest->at, rest->len, end, strlen(end));

	if (!found)
		return false;
	*part = (struct span){ rest->at, (size_t)(found - rest->at) };
	rest->len -= part->len + strlen(end);
	rest->at = found + strlen(end);
	return true;
}

static int read_method(struct span method, struct http_request *request)
{
	request->head = is(method, "HEAD");
	return request->head || is(method, "GET") ? 200 : 405;
}

/* A name that is not exactly one of ours is nobody's: nothing is decoded. */
static int read_target(struct span target, struct http_request *request)
{
	if (!target.len || target.at[0] != '/')
		return 400;
	if (target.len > sizeof(request->name))
		return 404;
	snprintf(request->name, sizeof(request->name), "%.*s",
		 (int)target.len - 1, target.at + 1);
	return shelf_name_fits(request->name) ? 200 : 404;
}

static int read_line(struct span line, struct http_request *request)
{
	struct span method, target;
	int status;

	if (!cut(&line, " ", &method) || !cut(&line, " ", &target))
		return 400;
	if (is(line, "HTTP/1.0"))
		request->last = true;
	else if (!is(line, "HTTP/1.1"))
		return 400;
	status = read_method(method, request);
	return status == 200 ? read_target(target, request) : status;
}

static struct span trim(struct span value)
{
	while (value.len && (*value.at == ' ' || *value.at == '\t')) {
		value.at++;
		value.len--;
	}
	while (value.len && (value.at[value.len - 1] == ' ' ||
			     value.at[value.len - 1] == '\t'))
		value.len--;
	return value;
}

/* Nobody has to read a body, or to guess where it ends. */
static int read_header(struct span line, struct http_request *request)
{
	struct span name, value;

	if (!cut(&line, ":", &name) || !name.len ||
	    memchr(name.at, ' ', name.len) || memchr(name.at, '\t', name.len))
		return 400;
	value = trim(line);
	if (is_word(name, "Transfer-Encoding") ||
	    (is_word(name, "Content-Length") && !is(value, "0")))
		return 400;
	/* Of several words: to close is never wrong. */
	if (is_word(name, "Connection") && !is_word(value, "keep-alive"))
		request->last = true;
	return 200;
}

/* Lines end as they should, and nothing else is in them but text. */
static bool is_text(struct span head)
{
	for (size_t i = 0; i < head.len; i++) {
		unsigned char c = (unsigned char)head.at[i];

		if (c == '\r' && i + 1 < head.len && head.at[i + 1] == '\n')
			i++;
		else if (c < ' ' && c != '\t')
			return false;
	}
	return true;
}

static int read_head(struct span head, struct http_request *request)
{
	int status = 400, found = 404;
	struct span line;

	if (!is_text(head) || !cut(&head, "\r\n", &line))
		return 400;
	found = read_line(line, request);
	if (found == 400)
		return 400;
	while (cut(&head, "\r\n", &line)) {
		status = read_header(line, request);
		if (status != 200)
			return status;
	}
	return found;
}

size_t http_request_read(const char *data, size_t len,
			 struct http_request *request)
{
	const char *end = memmem(data, len, "\r\n\r\n", 4);
	size_t head = end ? (size_t)(end - data) + 4 : 0;

	memset(request, 0, sizeof(*request));
	if (!end && len < HTTP_HEAD_MAX)
		return 0;
	if (!end || head > HTTP_HEAD_MAX) {
		request->status = 431;
		head = len;
	} else {
		request->status = read_head((struct span){ data, head - 2 },
					    request);
	}
	/* One who asks for what is not there may ask for something else. */
	if (request->status != 200 && request->status != 404)
		request->last = true;
	return head;
}

const char *http_status_text(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 431:
		return "Request Header Fields Too Large";
	default:
		return "Bad Request";
	}
}
