// SPDX-License-Identifier: GPL-2.0
/*
 * Reads CTL and ITL.
 */
#include "trust/list.h"

#include <errno.h>
#include <string.h>

#include "trust/record.h"
#include "trust/tlv.h"

int trust_list_read(const uint8_t *file, size_t len, struct trust_list *list,
		    struct trust_fault *fault)
{
	struct tlv_reader r = { file, file, file + len, fault };
	int err;

	list->count = 0;
	err = trust_header_read(file, len, &list->header, fault);
	if (err)
		return err;
	if (list->header.sealed)
		return tlv_refuse(&r, "it is an encrypted file, not a list");
	if (len > TRUST_LIST_SIZE)
		return tlv_refuse(&r, "it is larger than any list");
	r.at = file + list->header.length;
	while (!err && r.at < r.end) {
		fault->record = list->count + 1;
		if (list->count == TRUST_LIST_RECORDS)
			return tlv_refuse(&r, "it has too many records");
		err = trust_record_read(&r, &list->records[list->count]);
		list->count += !err;
	}
	if (!err)
		fault->record = 0;
	return err;
}

/* A .sgn by the same key can never pass for a list: its name tells. */
bool trust_list_kind(const struct trust_list *list, enum trust_kind *kind)
{
	const char *name = list->header.name, *end = strrchr(name, '.');

	if (!end || strcmp(end, ".tlv"))
		return false;
	*kind = name[0] == 'C' ? TRUST_CTL : TRUST_ITL;
	return !strncmp(name, "CTL", 3) || !strncmp(name, "ITL", 3);
}

const char *trust_role_name(uint16_t role)
{
	switch (role) {
	case TRUST_SAST:		return "SAST";
	case TRUST_CCM:			return "CCM";
	case TRUST_CCM_TFTP:		return "CCM+TFTP";
	case TRUST_TFTP:		return "TFTP";
	case TRUST_CAPF:		return "CAPF";
	case TRUST_APPLICATION:		return "application server";
	case TRUST_TVS:			return "TVS";
	default:			return NULL;
	}
}

static struct trust_span magnitude(struct trust_span serial)
{
	while (serial.len && !*serial.data) {
		serial.data++;
		serial.len--;
	}
	return serial;
}

bool trust_serial_equal(struct trust_span a, struct trust_span b)
{
	a = magnitude(a);
	b = magnitude(b);
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}
