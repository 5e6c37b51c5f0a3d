// SPDX-License-Identifier: GPL-2.0
/*
 * Endpoints and MKIs: what is taken is written back and taken again.
 */
#include <stdlib.h>
#include <string.h>

#include <ucsec/ucsec.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_endpoint(const char *text)
{
	struct ucsec_endpoint ep, again;
	char back[UCSEC_ENDPOINT_TEXT_LEN];

	if (ucsec_endpoint_parse(text, &ep, NULL))
		return;
	expect(!(ep.have & UCSEC_EP_PORT) || ep.port);
	expect(!ucsec_endpoint_format(&ep, back, sizeof(back)));
	/* An address of another scope does not show its interface. */
	if (ep.have & UCSEC_EP_IFINDEX && !strchr(back, '%'))
		return;
	expect(!ucsec_endpoint_parse(back, &again, NULL));
	expect(ep.have == again.have && ep.family == again.family &&
	       ep.port == again.port && ep.ifindex == again.ifindex);
	expect(!memcmp(&ep.addr, &again.addr, ep.family == AF_INET ? 4 : 16));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ucsec_key key = { .mki_len = 0 };
	char *text = malloc(size + 1);

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_endpoint(text);
	if (!ucsec_mki_parse(text, &key, NULL))
		expect(key.mki_len == strlen(text) / 2);
	free(text);
	return 0;
}
