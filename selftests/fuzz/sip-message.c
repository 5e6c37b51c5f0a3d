// SPDX-License-Identifier: GPL-2.0
/*
 * A SIP message from its frame to its facts, as a datagram and as a stream.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sip/internal.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	sip_parser_start();
	return 0;
}

static void look_at(const char *data, const struct sip_frame *frame)
{
	struct sip_outline outline;
	struct sip_fault fault;
	struct authz_facts facts;
	struct sip_via via;
	osip_message_t *msg, *clone;
	char *bytes;
	size_t len;

	if (!sip_strict(data, frame, &outline, &fault)) {
		if (!fault.status || !fault.reason)
			abort();
		return;
	}
	if (!sip_via_scan(outline.via, &via))
		abort();
	if (sip_parse(data + frame->skip, frame->head + frame->body, &msg))
		return;
	if (!sip_check_parsed(msg)) {
		if (outline.request) {
			/* Two readers, one method. */
			if (strlen(msg->sip_method) != outline.method.len ||
			    memcmp(msg->sip_method, outline.method.at,
				   outline.method.len))
				abort();
			sip_facts_parsed(msg, &facts);
		}
		if (!sip_to_bytes(msg, &bytes, &len))
			osip_free(bytes);
		if (!osip_message_clone(msg, &clone))
			osip_message_free(clone);
	}
	osip_message_free(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	struct sip_frame frame;
	struct sip_progress progress = { 0 };
	size_t used = 0;

	memcpy(copy, data, size);
	if (sip_frame_datagram(copy, size, &frame) == 1) {
		if (frame.skip + frame.head + frame.body > size)
			abort();
		look_at(copy, &frame);
	}
	while (sip_frame_stream(copy + used, size - used, &progress,
				&frame) == 1) {
		look_at(copy + used, &frame);
		used += frame.skip + frame.head + frame.body;
		if (used > size)
			abort();
	}
	free(copy);
	return 0;
}
