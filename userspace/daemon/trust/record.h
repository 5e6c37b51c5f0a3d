/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One record of a list; private to trust/.
 */
#ifndef TRUST_RECORD_H
#define TRUST_RECORD_H

#include "trust/list.h"

struct tlv_reader;
struct tlv_writer;

/* Tags of records. */
enum trust_record_tag {
	TRUST_R_LENGTH = 1,
	TRUST_R_DNS,
	TRUST_R_SUBJECT,
	TRUST_R_ROLE,
	TRUST_R_ISSUER,
	TRUST_R_SERIAL,
	TRUST_R_KEY,
	TRUST_R_SIGNATURE,
	TRUST_R_CERTIFICATE,
	TRUST_R_IP,
	TRUST_R_HASH,
	TRUST_R_HASH_ALGORITHM,
};

int trust_record_read(struct tlv_reader *r, struct trust_record *record);
void trust_record_write(struct tlv_writer *w, const struct trust_record *record,
			enum trust_dialect dialect);

#endif /* TRUST_RECORD_H */
