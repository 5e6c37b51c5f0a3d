// SPDX-License-Identifier: GPL-2.0
/*
 * A certificate that somebody shows for a phone, beside those on record.
 */
#include <errno.h>
#include <string.h>

#include "store/enrolment.h"
#include "store/private.h"

int store_shown_cert(struct store *store, int64_t phone,
		     const uint8_t sha256[32], enum store_shown *shown)
{
	sqlite3_stmt *stmt = store_stmt(store, STMT_SHOWN, "SELECT"
		" EXISTS(SELECT 1 FROM device_cert WHERE phone = ?1 AND"
		" kind IN ('lsc', 'issued') AND sha256 = ?2),"
		" EXISTS(SELECT 1 FROM lsc_past WHERE sha256 = ?2),"
		" NOT EXISTS(SELECT 1 FROM device_cert WHERE phone = ?1 AND"
		" kind = 'lsc'),"
		" EXISTS(SELECT 1 FROM device_cert WHERE phone = ?1 AND"
		" kind = 'mic' AND sha256 = ?2)");
	static const enum store_shown columns[] = {
		STORE_SHOWN_LSC, STORE_SHOWN_PAST, STORE_SHOWN_NO_LSC,
		STORE_SHOWN_MIC,
	};
	int err;

	if (!stmt)
		return -EIO;
	sqlite3_bind_int64(stmt, 1, phone);
	sqlite3_bind_blob(stmt, 2, sha256, 32, SQLITE_TRANSIENT);
	err = store_row(store, stmt);
	*shown = STORE_SHOWN_OTHER;
	for (int i = 0; i < 4 && !err && *shown == STORE_SHOWN_OTHER; i++)
		if (sqlite3_column_int(stmt, i))
			*shown = columns[i];
	sqlite3_reset(stmt);
	return err;
}
