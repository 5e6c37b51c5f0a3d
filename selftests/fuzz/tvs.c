// SPDX-License-Identifier: GPL-2.0
/*
 * TVS messages from a stream; what was read is written, and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trust/tvs-message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(struct element_bytes a, struct element_bytes b)
{
	return a.len == b.len && (!a.len || !memcmp(a.at, b.at, a.len));
}

/* Requests; a query that lacks what it may lack is not the same again. */
static void write_again(const struct tvs_message *m)
{
	static uint8_t buf[TVS_MESSAGE_MAX];
	struct tvs_message again;
	const char *why;
	int len = tvs_message_write(m, buf, sizeof(buf));

	if (m->command == TVS_QUERY_REQ && (!*m->issuer || !m->serial.len))
		return;
	if (len < 0)
		abort();
	if (tvs_message_read(buf, (size_t)len, &again, &why) != len ||
	    again.session != m->session || again.valid != m->valid ||
	    strcmp(again.device, m->device) ||
	    strcmp(again.subject, m->subject))
		abort();
	if (m->command == TVS_VERIFY_REQ &&
	    !same(again.certificate, m->certificate))
		abort();
	if (m->command == TVS_QUERY_REQ &&
	    (strcmp(again.issuer, m->issuer) ||
	     !same(again.serial, m->serial)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct tvs_message m;
	const char *why = "";
	size_t at = 0;
	int len;

	memcpy(copy, data, size);
	while ((len = tvs_message_read(copy + at, size - at, &m, &why)) > 0) {
		if ((size_t)len > size - at || strlen(m.device) > 128 ||
		    m.serial.len > TVS_SERIAL_MAX)
			abort();
		if (m.command % 2)
			write_again(&m);
		at += (size_t)len;
	}
	free(copy);
	return 0;
}
