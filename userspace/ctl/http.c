// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the daemon: HTTP over its Unix socket.
 */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

#define REPLY_MAX	(256 << 20)
#define CONNECT_MS	5000L
#define TIMEOUT_MS	120000L

struct reply {
	char *data;
	size_t len;
};

/* What is more than we take makes the transfer fail. */
static size_t on_data(char *data, size_t size, size_t count, void *arg)
{
	struct reply *reply = arg;
	size_t len = size * count;
	char *more;

	if (len > REPLY_MAX - reply->len)
		return 0;
	more = realloc(reply->data, reply->len + len + 1);
	if (!more)
		return 0;
	memcpy(more + reply->len, data, len);
	reply->data = more;
	reply->len += len;
	return len;
}

/* "phone SEP001122334455: profile: there is no profile x" */
static enum status fail_reply(const json_t *reply, long status)
{
	const json_t *error = json_object_get(reply, "error");
	static const char *const parts[] = { "object", "field", "reason" };

	fputs("ucsecctl: ", stderr);
	if (!error)
		fprintf(stderr, "ucsecd answers with status %ld", status);
	for (size_t i = 0; error && i < 3; i++) {
		const char *text = json_string_value(json_object_get(error,
								parts[i]));

		if (!text || !*text)
			continue;
		print_text(stderr, text);
		if (i < 2)
			fputs(": ", stderr);
	}
	putc('\n', stderr);
	return STATUS_FAILED;
}

static enum status judge(CURL *curl, struct reply *raw, json_t **reply)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	*reply = raw->len ? json_loadb(raw->data, raw->len, 0, NULL) : NULL;
	if (status >= 200 && status < 300 && *reply)
		return STATUS_OK;
	fail_reply(*reply, status);
	json_decref(*reply);
	*reply = NULL;
	return STATUS_FAILED;
}

static void prepare(CURL *curl, const struct ctl *ctl, const char *method,
		    const char *url, const char *text, struct reply *raw)
{
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, ctl->socket);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, raw);
	if (!text)
		return;
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)strlen(text));
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text);
}

enum status http_call(const struct ctl *ctl, const char *method,
		      const char *path, const json_t *body, json_t **reply)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	struct curl_slist *headers = NULL;
	CURL *curl = curl_easy_init();
	struct reply raw = { 0 };
	enum status status = STATUS_FAILED;
	char *url = NULL;
	CURLcode code;

	*reply = NULL;
	if (!curl || (body && !text) ||
	    asprintf(&url, "http://ucsecd%s", path) < 0) {
		fail(ctl, "out of memory");
		goto free;
	}
	prepare(curl, ctl, method, url, text, &raw);
	/* Large bodies go at once, nobody is asked first. */
	headers = curl_slist_append(NULL, "Expect:");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		status = judge(curl, &raw, reply);
	else
		fprintf(stderr, "ucsecctl: cannot speak with ucsecd at %s: "
			"%s\n", ctl->socket, curl_easy_strerror(code));
free:
	curl_slist_free_all(headers);
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	free(url);
	free(raw.data);
	curl_easy_cleanup(curl);
	return status;
}

/* A slash of the key stays one only where it separates its parts. */
char *http_path(const char *noun, const char *key, bool two_parts)
{
	const char *slash = two_parts ? strchr(key, '/') : NULL;
	char *first, *second, *path = NULL;
	CURL *curl = curl_easy_init();

	if (!curl)
		return NULL;
	first = curl_easy_escape(curl, key, slash ? slash - key : 0);
	second = slash ? curl_easy_escape(curl, slash + 1, 0) : NULL;
	if (!first || asprintf(&path, "/v1/%s/%s%s%s", noun, first,
			       second ? "/" : "", second ? second : "") < 0)
		path = NULL;
	curl_free(first);
	curl_free(second);
	curl_easy_cleanup(curl);
	return path;
}

enum status http_call_one(const struct ctl *ctl, const char *method,
			  const char *noun, const char *key,
			  const json_t *body, json_t **reply)
{
	char *path = http_path(noun, key, false);
	enum status status = STATUS_FAILED;

	if (path)
		status = http_call(ctl, method, path, body, reply);
	else
		fail(ctl, "out of memory");
	free(path);
	return status;
}
