// SPDX-License-Identifier: GPL-2.0
/*
 * Migrations: what was released stays as it is, changes are added below.
 *
 * PRAGMA user_version counts the migrations a database has seen. Each is one
 * transaction together with its count.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/db.h"

/* Ids never come twice: what still names a deleted object finds nothing. */
#define ID	"id INTEGER PRIMARY KEY AUTOINCREMENT"
#define REF(noun)	"INTEGER REFERENCES \"" noun "\"(id)"
#define OWNER(noun)	"owner INTEGER NOT NULL REFERENCES \"" noun \
	"\"(id) ON DELETE CASCADE, position INTEGER NOT NULL"

static const char config_1[] =
	"CREATE TABLE partition (" ID ", name TEXT NOT NULL UNIQUE,"
	" description TEXT NOT NULL);"

	"CREATE TABLE css (" ID ", name TEXT NOT NULL UNIQUE,"
	" description TEXT NOT NULL);"
	"CREATE TABLE css_partitions (" OWNER("css") ","
	" target " REF("partition") " NOT NULL,"
	" PRIMARY KEY (owner, position)) WITHOUT ROWID;"
	"CREATE INDEX css_partitions_target ON css_partitions (target);"

	"CREATE TABLE presence_group (" ID ", name TEXT NOT NULL UNIQUE,"
	" description TEXT NOT NULL);"
	"CREATE TABLE presence_group_may_watch (" OWNER("presence_group") ","
	" target " REF("presence_group") " NOT NULL,"
	" PRIMARY KEY (owner, position)) WITHOUT ROWID;"
	"CREATE INDEX presence_group_may_watch_target"
	" ON presence_group_may_watch (target);"

	"CREATE TABLE profile (" ID ", name TEXT NOT NULL UNIQUE,"
	" kind TEXT NOT NULL, protocol TEXT, description TEXT NOT NULL,"
	" device_security_mode TEXT NOT NULL, transport TEXT,"
	" incoming_transport TEXT, outgoing_transport TEXT,"
	" incoming_port INTEGER, x509_subject_name TEXT,"
	" digest INTEGER NOT NULL, nonce_validity INTEGER NOT NULL,"
	" sip_phone_port INTEGER, exclude_digest_credentials INTEGER,"
	" tftp_encrypted_config INTEGER, application_authorization INTEGER,"
	" accept_presence_subscription INTEGER,"
	" accept_out_of_dialog_refer INTEGER,"
	" accept_unsolicited_notification INTEGER,"
	" accept_replaces_header INTEGER, transmit_security_status INTEGER,"
	" allow_charging_header INTEGER, predefined INTEGER NOT NULL);"
	"CREATE INDEX profile_incoming_port ON profile (incoming_port);"
	"INSERT INTO profile (name, kind, protocol, description,"
	" device_security_mode, transport, digest, nonce_validity,"
	" sip_phone_port, exclude_digest_credentials, tftp_encrypted_config,"
	" predefined) VALUES"
	" ('Standard SIP Non-Secure Profile', 'phone', 'sip', '',"
	" 'nonsecure', 'tcp+udp', 0, 600, 5060, 0, 0, 1),"
	" ('Standard SCCP Non-Secure Profile', 'phone', 'sccp', '',"
	" 'nonsecure', 'tcp', 0, 600, 5060, 0, 0, 1);"

	"CREATE TABLE sip_realm (" ID ", realm TEXT NOT NULL UNIQUE,"
	" user TEXT NOT NULL, password_sealed TEXT NOT NULL);"

	"CREATE TABLE user (" ID ", name TEXT NOT NULL UNIQUE,"
	" display_name TEXT NOT NULL, presence_group " REF("presence_group")
	");"
	"CREATE INDEX user_presence_group ON user (presence_group);"
	"CREATE TABLE user_digest (owner INTEGER NOT NULL"
	" REFERENCES user(id) ON DELETE CASCADE, realm TEXT NOT NULL,"
	" algorithm TEXT NOT NULL, ha1 BLOB NOT NULL,"
	" PRIMARY KEY (owner, realm, algorithm)) WITHOUT ROWID;"

	"CREATE TABLE appuser (" ID ", name TEXT NOT NULL UNIQUE,"
	" display_name TEXT NOT NULL, presence_group " REF("presence_group") ","
	" accept_presence_subscription INTEGER NOT NULL,"
	" accept_out_of_dialog_refer INTEGER NOT NULL,"
	" accept_unsolicited_notification INTEGER NOT NULL,"
	" accept_replaces_header INTEGER NOT NULL);"
	"CREATE INDEX appuser_presence_group ON appuser (presence_group);"
	"CREATE TABLE appuser_digest (owner INTEGER NOT NULL"
	" REFERENCES appuser(id) ON DELETE CASCADE, realm TEXT NOT NULL,"
	" algorithm TEXT NOT NULL, ha1 BLOB NOT NULL,"
	" PRIMARY KEY (owner, realm, algorithm)) WITHOUT ROWID;"

	"CREATE TABLE line (" ID ", number TEXT NOT NULL,"
	" partition " REF("partition") ", description TEXT NOT NULL,"
	" css " REF("css") ", presence_group " REF("presence_group") ","
	" no_answer_timeout INTEGER NOT NULL,"
	" voicemail_indicator INTEGER NOT NULL);"
	"CREATE UNIQUE INDEX line_key ON line (number, IFNULL(partition, 0));"
	"CREATE INDEX line_partition ON line (partition);"
	"CREATE INDEX line_css ON line (css);"
	"CREATE INDEX line_presence_group ON line (presence_group);"

	"CREATE TABLE trunk (" ID ", name TEXT NOT NULL UNIQUE,"
	" description TEXT NOT NULL, profile " REF("profile") " NOT NULL,"
	" css " REF("css") ", presence_group " REF("presence_group") ","
	" srtp_allowed INTEGER NOT NULL, srtp_required INTEGER NOT NULL,"
	" secure_when TEXT NOT NULL, options_ping INTEGER NOT NULL,"
	" sip_realm " REF("sip_realm") ");"
	"CREATE INDEX trunk_profile ON trunk (profile);"
	"CREATE INDEX trunk_css ON trunk (css);"
	"CREATE INDEX trunk_presence_group ON trunk (presence_group);"
	"CREATE INDEX trunk_sip_realm ON trunk (sip_realm);"
	"CREATE TABLE trunk_destinations (" OWNER("trunk") ","
	" address TEXT NOT NULL, port INTEGER NOT NULL,"
	" PRIMARY KEY (owner, position)) WITHOUT ROWID;"

	"CREATE TABLE route (" ID ", pattern TEXT NOT NULL,"
	" partition " REF("partition") ", description TEXT NOT NULL,"
	" strip INTEGER NOT NULL, strip_predot INTEGER NOT NULL,"
	" prefix TEXT NOT NULL, block INTEGER NOT NULL);"
	"CREATE UNIQUE INDEX route_key"
	" ON route (pattern, IFNULL(partition, 0));"
	"CREATE INDEX route_partition ON route (partition);"
	"CREATE TABLE route_trunk (" OWNER("route") ","
	" target " REF("trunk") " NOT NULL,"
	" PRIMARY KEY (owner, position)) WITHOUT ROWID;"
	"CREATE INDEX route_trunk_target ON route_trunk (target);"

	"CREATE TABLE phone (" ID ", name TEXT NOT NULL UNIQUE,"
	" description TEXT NOT NULL, model TEXT NOT NULL,"
	" protocol TEXT NOT NULL, profile " REF("profile") " NOT NULL,"
	" digest_user " REF("user") ", css " REF("css") ","
	" presence_group " REF("presence_group") ","
	" srtp_required INTEGER NOT NULL);"
	"CREATE INDEX phone_profile ON phone (profile);"
	"CREATE INDEX phone_digest_user ON phone (digest_user);"
	"CREATE INDEX phone_css ON phone (css);"
	"CREATE INDEX phone_presence_group ON phone (presence_group);"
	"CREATE TABLE phone_lines (" OWNER("phone") ","
	" line " REF("line") " NOT NULL, label TEXT NOT NULL,"
	" PRIMARY KEY (owner, position)) WITHOUT ROWID;"
	"CREATE INDEX phone_lines_line ON phone_lines (line);"

	"CREATE TABLE cert (" ID ", name TEXT NOT NULL UNIQUE,"
	" purpose TEXT NOT NULL, pem TEXT NOT NULL, subject TEXT NOT NULL,"
	" issuer TEXT NOT NULL, serial TEXT NOT NULL,"
	" not_before TEXT NOT NULL, not_after TEXT NOT NULL,"
	" fingerprint TEXT NOT NULL);"

	"CREATE TABLE param (name TEXT PRIMARY KEY, value TEXT NOT NULL)"
	" WITHOUT ROWID;";

/* As text, for those who say nothing: no value is no opinion. */
#define HARDENING \
	" gratuitous_arp TEXT, web_access TEXT, pc_voice_vlan_access TEXT," \
	" settings_access TEXT, pc_port TEXT, span_to_pc_port TEXT," \
	" ssh_access TEXT, https_only TEXT, tls12_only TEXT"
#define ADD(table, column)	"ALTER TABLE " table " ADD COLUMN " column ";"

/* Phone profiles whole, hardening, SRST, enrolment. */
static const char config_2[] =
	ADD("profile", "model TEXT")
	ADD("profile", "sip_oauth INTEGER")
	ADD("profile", "capf_authentication_mode TEXT")
	ADD("profile", "key_order TEXT")
	ADD("profile", "rsa_key_size INTEGER")
	ADD("profile", "ec_key_size INTEGER")
	"UPDATE profile SET model = '', sip_oauth = 0,"
	" capf_authentication_mode = 'authentication-string',"
	" key_order = 'rsa-only', rsa_key_size = 2048, ec_key_size = 256"
	" WHERE kind = 'phone';"

	/* One who has taken such a name keeps it. */
	"WITH both(model) AS (VALUES ('6901'), ('6911'), ('6921'), ('6941'),"
	" ('6945'), ('6961'), ('7906'), ('7911'), ('7931'), ('7940'), ('7941'),"
	" ('7942'), ('7945'), ('7960'), ('7961'), ('7962'), ('7965'), ('7970'),"
	" ('7971'), ('7975'), ('8941'), ('8945')),"
	" sip(model) AS (VALUES ('7811'), ('7821'), ('7832'), ('7841'),"
	" ('7861'), ('8811'), ('8821'), ('8831'), ('8832'), ('8841'), ('8845'),"
	" ('8851'), ('8861'), ('8865'), ('8961'), ('9951'), ('9971')),"
	" sccp(model) AS (VALUES ('7921'), ('7925'), ('7926'), ('7937')),"
	" known(model, protocol) AS (SELECT model, 'sip' FROM both UNION ALL"
	" SELECT model, 'sccp' FROM both UNION ALL SELECT model, 'sip' FROM sip"
	" UNION ALL SELECT model, 'sccp' FROM sccp)"
	"INSERT OR IGNORE INTO profile (name, kind, protocol, description,"
	" device_security_mode, transport, digest, nonce_validity,"
	" sip_phone_port, exclude_digest_credentials, tftp_encrypted_config,"
	" predefined, model, sip_oauth, capf_authentication_mode, key_order,"
	" rsa_key_size, ec_key_size) SELECT 'Cisco ' || model ||"
	" ' - Standard ' || upper(protocol) || ' Non-Secure Profile', 'phone',"
	" protocol, '', 'nonsecure',"
	" CASE protocol WHEN 'sip' THEN 'tcp+udp' ELSE 'tcp' END, 0, 600, 5060,"
	" 0, 0, 1, model, 0, 'authentication-string', 'rsa-only', 2048, 256"
	" FROM known ORDER BY model, protocol;"

	ADD("user", "password_sealed TEXT")
	ADD("user", "phone_file_password INTEGER NOT NULL DEFAULT 0")

	"CREATE TABLE srst (" ID ", name TEXT NOT NULL UNIQUE,"
	" address TEXT NOT NULL, port INTEGER NOT NULL,"
	" sip_port INTEGER NOT NULL, secure INTEGER NOT NULL, pem TEXT,"
	" subject TEXT, issuer TEXT, serial TEXT, not_before TEXT,"
	" not_after TEXT, fingerprint TEXT);"

	"CREATE TABLE common_phone_profile (" ID ", name TEXT NOT NULL UNIQUE,"
	" description TEXT NOT NULL," HARDENING ", srst " REF("srst") ");"
	"CREATE INDEX common_phone_profile_srst"
	" ON common_phone_profile (srst);"

	"CREATE TABLE enterprise_phone (" ID ", name TEXT NOT NULL UNIQUE,"
	HARDENING ", srst " REF("srst") ");"
	"INSERT INTO enterprise_phone (name) VALUES ('enterprise');"
	"CREATE TABLE enterprise_phone_loads (" OWNER("enterprise_phone") ","
	" model TEXT NOT NULL, model_id INTEGER NOT NULL, load TEXT NOT NULL,"
	" PRIMARY KEY (owner, position)) WITHOUT ROWID;"

	ADD("phone", "common_phone_profile " REF("common_phone_profile"))
	ADD("phone", "gratuitous_arp TEXT")
	ADD("phone", "web_access TEXT")
	ADD("phone", "pc_voice_vlan_access TEXT")
	ADD("phone", "settings_access TEXT")
	ADD("phone", "pc_port TEXT")
	ADD("phone", "span_to_pc_port TEXT")
	ADD("phone", "ssh_access TEXT")
	ADD("phone", "https_only TEXT")
	ADD("phone", "tls12_only TEXT")
	ADD("phone", "srst " REF("srst"))
	ADD("phone", "load TEXT NOT NULL DEFAULT ''")
	ADD("phone", "capf_operation TEXT NOT NULL DEFAULT 'none'")
	ADD("phone", "capf_completes_by TEXT")
	ADD("phone", "capf_auth_string_sealed TEXT")
	"CREATE INDEX phone_common_phone_profile"
	" ON phone (common_phone_profile);"
	"CREATE INDEX phone_srst ON phone (srst);";

/*
 * Certificates of phones and what became of their enrolments. "done" ones are
 * counted on: the last of them is never deleted, and no id comes twice.
 */
static const char config_3[] =
	"CREATE TABLE device_cert (phone INTEGER NOT NULL"
	" REFERENCES phone(id) ON DELETE CASCADE, kind TEXT NOT NULL,"
	" der BLOB NOT NULL, PRIMARY KEY (phone, kind)) WITHOUT ROWID;"
	"CREATE TABLE enrolment (" ID ", phone INTEGER NOT NULL"
	" REFERENCES phone(id) ON DELETE CASCADE, time INTEGER NOT NULL,"
	" result INTEGER NOT NULL, done INTEGER NOT NULL, why TEXT NOT NULL);"
	"CREATE INDEX enrolment_phone ON enrolment (phone, done, id);";

/* TVS looks for one among thousands. */
static const char config_4[] =
	"CREATE INDEX cert_serial ON cert (serial);"
	"CREATE INDEX cert_fingerprint ON cert (fingerprint);";

/* The other call servers of a cluster. */
static const char config_5[] =
	"CREATE TABLE node (" ID ", name TEXT NOT NULL UNIQUE,"
	" description TEXT NOT NULL, address TEXT,"
	" priority INTEGER NOT NULL, callmanager TEXT NOT NULL,"
	" callmanager_ecdsa TEXT, tftp TEXT, tvs TEXT);";

/* Those whose time may have passed, among all who enrolled long since. */
static const char config_6[] =
	"CREATE INDEX phone_capf_completes_by ON phone (capf_completes_by)"
	" WHERE capf_operation <> 'none' AND capf_completes_by IS NOT NULL;";

/* Wrong authentication strings, counted for the string that was set then. */
static const char config_7[] =
	"CREATE TABLE capf_guess (phone INTEGER PRIMARY KEY"
	" REFERENCES phone(id) ON DELETE CASCADE, sealed TEXT NOT NULL,"
	" in_row INTEGER NOT NULL, total INTEGER NOT NULL,"
	" until INTEGER NOT NULL);";

/*
 * Which certificate of a phone somebody shows, and which end soon; LSCs that
 * were replaced or deleted, whose issuer is trusted still, until they end.
 */
static const char config_8[] =
	ADD("device_cert", "sha256 BLOB")
	ADD("device_cert", "not_after INTEGER")
	"UPDATE device_cert SET sha256 = cert_sha256(der),"
	" not_after = cert_end(der);"
	"CREATE INDEX device_cert_not_after ON device_cert (kind, not_after);"
	"CREATE TABLE lsc_past (sha256 BLOB PRIMARY KEY,"
	" not_after INTEGER) WITHOUT ROWID;"
	"CREATE INDEX lsc_past_not_after ON lsc_past (not_after);"
	/* Another phone of that name is not the one that had them. */
	"CREATE TRIGGER phone_lsc_past BEFORE DELETE ON phone BEGIN"
	" INSERT OR REPLACE INTO lsc_past (sha256, not_after)"
	" SELECT sha256, not_after FROM device_cert WHERE phone = OLD.id"
	" AND kind IN ('lsc', 'issued'); END;";

static const char runtime_1[] =
	"CREATE TABLE registration (phone INTEGER NOT NULL,"
	" line INTEGER NOT NULL, contact TEXT NOT NULL,"
	" phone_name TEXT NOT NULL, number TEXT NOT NULL, path TEXT NOT NULL,"
	" call_id TEXT NOT NULL, cseq INTEGER NOT NULL,"
	" expires INTEGER NOT NULL, mode INTEGER NOT NULL,"
	" user_agent TEXT NOT NULL, options TEXT NOT NULL,"
	" PRIMARY KEY (phone, line, contact)) WITHOUT ROWID;"
	"CREATE INDEX registration_line ON registration (line);"
	"CREATE INDEX registration_expires ON registration (expires);"

	"CREATE TABLE call (id TEXT PRIMARY KEY, cookie BLOB NOT NULL,"
	" started INTEGER NOT NULL, caller TEXT NOT NULL,"
	" callee TEXT NOT NULL, blob BLOB NOT NULL);";

/* Who proved a registration by digest; of older ones nobody knows. */
static const char runtime_2[] =
	"ALTER TABLE registration ADD COLUMN user TEXT NOT NULL DEFAULT '';";

static const char *const config[] = {
	config_1, config_2, config_3, config_4, config_5,
	config_6, config_7, config_8
};
static const char *const runtime[] = { runtime_1, runtime_2 };

int db_migration_count(enum db_kind kind)
{
	return kind == DB_CONFIG ? sizeof(config) / sizeof(config[0]) :
		sizeof(runtime) / sizeof(runtime[0]);
}

static int get_version(struct db *db, int *version)
{
	sqlite3_stmt *stmt;
	int err = db_prepare(db, &stmt, "PRAGMA user_version");

	if (err)
		return err;
	err = db_step(db, stmt);
	if (err == 1)
		*version = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return err < 0 ? err : 0;
}

static int apply(struct db *db, const char *sql, int version)
{
	char set[48];
	int err = db_exec(db, "BEGIN IMMEDIATE");

	if (err)
		return err;
	snprintf(set, sizeof(set), "PRAGMA user_version=%d", version);
	err = db_exec(db, sql);
	if (!err)
		err = db_exec(db, set);
	if (!err)
		err = db_exec(db, "COMMIT");
	if (err)
		sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

int db_migrate_to(struct db *db, enum db_kind kind, int version, char *why,
		  size_t size)
{
	const char *const *list = kind == DB_CONFIG ? config : runtime;
	int now = 0, err = get_version(db, &now);

	if (!err && (now < 0 || now > db_migration_count(kind))) {
		snprintf(why, size, "the database is of version %d and this "
			 "program knows %d: it was made by a newer one", now,
			 db_migration_count(kind));
		return -EPROTONOSUPPORT;
	}
	for (; !err && now < version; now++)
		err = apply(db, list[now], now + 1);
	if (err)
		snprintf(why, size, "migration %d: %s", now, strerror(-err));
	return err;
}

int db_migrate(struct db *db, enum db_kind kind, char *why, size_t size)
{
	return db_migrate_to(db, kind, db_migration_count(kind), why, size);
}
