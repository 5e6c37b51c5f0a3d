/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The requests that phones' files are asked for by: GET and HEAD of HTTP/1.0 and
 * 1.1, without a body. Everything else is refused.
 */
#ifndef FILES_HTTP_REQUEST_H
#define FILES_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "files/shelf.h"

#define HTTP_HEAD_MAX	4096

struct http_request {
	int status;		/* 200: it may be answered; else why not */
	bool head;		/* without the content */
	bool last;		/* the connection ends after it */
	char name[SHELF_NAME_SIZE];	/* without the first slash */
};

/*
 * Bytes of the first head in @data, 0 if it is not whole yet. What is refused
 * is .last.
 */
size_t http_request_read(const char *data, size_t len,
			 struct http_request *request);
const char *http_status_text(int status);

#endif /* FILES_HTTP_REQUEST_H */
