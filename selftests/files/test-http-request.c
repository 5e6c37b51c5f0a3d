// SPDX-License-Identifier: GPL-2.0
/*
 * Heads of requests for phones' files: each that is cut short waits, and what is
 * not exactly right is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "files/http-request.h"
#include "tap.h"

#define LINE	"GET /a.xml HTTP/1.1\r\n"

static const struct {
	const char *head;
	int status;
	bool last;
	const char *name;
} heads[] = {
	{ LINE "\r\n", 200, false, "a.xml" },
	{ LINE "Host: cm1:6970\r\nUser-Agent: x/1 (y)\r\n\r\n", 200, false,
	  "a.xml" },
	{ "HEAD /a/b_c-d.sgn HTTP/1.1\r\n\r\n", 200, false, "a/b_c-d.sgn" },
	{ "GET /a.xml HTTP/1.0\r\n\r\n", 200, true, "a.xml" },
	{ LINE "connection:  Keep-Alive \r\n\r\n", 200, false, "a.xml" },
	{ LINE "Connection: close\r\n\r\n", 200, true, "a.xml" },
	{ LINE "Connection: keep-alive, close\r\n\r\n", 200, true, "a.xml" },
	{ LINE "Content-Length: 0\r\n\r\n", 200, false, "a.xml" },
	{ LINE "Content-Length: 1\r\n\r\n", 400, true, NULL },
	{ LINE "content-length: 00\r\n\r\n", 400, true, NULL },
	{ LINE "Transfer-Encoding: chunked\r\n\r\n", 400, true, NULL },
	{ LINE "Transfer-Encoding : chunked\r\n\r\n", 400, true, NULL },
	{ LINE " folded\r\n\r\n", 400, true, NULL },
	{ LINE "no colon\r\n\r\n", 400, true, NULL },
	{ LINE ": no name\r\n\r\n", 400, true, NULL },
	{ LINE "a: b\nc: d\r\n\r\n", 400, true, NULL },
	{ LINE "a: b\rc\r\n\r\n", 400, true, NULL },
	{ LINE "a: \x1b[2J\r\n\r\n", 400, true, NULL },
	{ "\r\n\r\n", 400, true, NULL },
	{ "GET /a.xml\r\n\r\n", 400, true, NULL },
	{ "GET /a.xml HTTP/1.2\r\n\r\n", 400, true, NULL },
	{ "GET /a.xml HTTP/1.1 \r\n\r\n", 400, true, NULL },
	{ "GET  /a.xml HTTP/1.1\r\n\r\n", 400, true, NULL },
	{ "GET http://cm1/a.xml HTTP/1.1\r\n\r\n", 400, true, NULL },
	{ "POST /a.xml HTTP/1.1\r\n\r\n", 405, true, NULL },
	{ "get /a.xml HTTP/1.1\r\n\r\n", 405, true, NULL },
	{ "GET / HTTP/1.1\r\n\r\n", 404, false, NULL },
	{ "GET //a HTTP/1.1\r\n\r\n", 404, false, NULL },
	{ "GET /../a HTTP/1.1\r\n\r\n", 404, false, NULL },
	{ "GET /a/../b HTTP/1.1\r\n\r\n", 404, false, NULL },
	{ "GET /a/.b HTTP/1.1\r\n\r\n", 404, false, NULL },
	{ "GET /a/ HTTP/1.1\r\n\r\n", 404, false, NULL },
	{ "GET /a%2exml HTTP/1.1\r\n\r\n", 404, false, NULL },
	{ "GET /a.xml?b HTTP/1.1\r\n\r\n", 404, false, NULL },
	{ "GET /a\\b HTTP/1.1\r\n\r\n", 404, false, NULL },
	{ "GET /../a HTTP/1.1\r\nContent-Length: 1\r\n\r\n", 400, true, NULL },
};

/* A copy without a NUL, so that reading beyond it is seen. */
static size_t read_head(const char *head, size_t len,
			struct http_request *request)
{
	char *copy = malloc(len);
	size_t n;

	memcpy(copy, head, len);
	n = http_request_read(copy, len, request);
	free(copy);
	return n;
}

static void test_heads(void)
{
	struct http_request request;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		size_t len = strlen(heads[i].head), n = 0;

		for (size_t cut = 1; cut < len && !n; cut++)
			n = read_head(heads[i].head, cut, &request);
		ok(!n && read_head(heads[i].head, len, &request) == len &&
		   request.status == heads[i].status &&
		   request.last == heads[i].last &&
		   (!heads[i].name || !strcmp(request.name, heads[i].name)),
		   "head %zu: %d", i, heads[i].status);
	}
}

static void test_long(void)
{
	static char head[2 * HTTP_HEAD_MAX];
	struct http_request request;
	size_t len;

	memset(head, 'a', sizeof(head));
	memcpy(head, LINE, strlen(LINE));
	ok(!read_head(head, HTTP_HEAD_MAX - 1, &request), "it may end yet");
	ok(read_head(head, HTTP_HEAD_MAX, &request) && request.status == 431 &&
	   request.last, "it is too long");
	memcpy(head + HTTP_HEAD_MAX, "\r\n\r\n", 4);
	ok(read_head(head, HTTP_HEAD_MAX + 4, &request) &&
	   request.status == 431, "also if it ends at last");
	len = strlen(LINE "\r\n");
	memcpy(head, LINE "\r\n", len);
	ok(read_head(head, sizeof(head), &request) == len &&
	   request.status == 200, "what follows is of the next one");
	memcpy(head, "GET /", 5);
	memset(head + 5, 'a', 300);
	strcpy(head + 305, " HTTP/1.1\r\n\r\n");
	ok(read_head(head, strlen(head), &request) &&
	   request.status == 404, "a name that no file has");
}

int main(void)
{
	test_heads();
	test_long();
	return tap_end();
}
