// SPDX-License-Identifier: GPL-2.0
// Phones that show a certificate: theirs, another's, old, revoked, replayed.

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "phone.h"
#include "server.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define SEP		"SEP001122334455"
#define DAY		86400

/* Made once: keys of RSA take time. */
static struct cert capf, makers, stranger, lsc, ec_lsc, uri_lsc, mic, other,
		   old_lsc, early_lsc, self, foreign, sha1_mic, no_sign;
static X509_STORE *lsc_store, *mic_store;
static X509 *revoked;

static bool is_revoked(void *arg, X509 *cert)
{
	(void)arg;
	return revoked && !X509_cmp(cert, revoked);
}

static X509_STORE *store_of(const struct cert *cert)
{
	X509_STORE *store = X509_STORE_new();

	if (!store || !X509_STORE_add_cert(store, cert->x509))
		abort();
	return store;
}

static void make(struct cert *cert, const char *cn, const struct cert *issuer,
		 int rsa_bits)
{
	cert_make(cert, &(struct cert_spec){ .cn = cn, .issuer = issuer,
		  .ca = !issuer, .rsa_bits = rsa_bits, .to_days = 30 });
}

static void make_all(void)
{
	X509V3_CTX ctx;
	X509_EXTENSION *usage;

	cert_make(&capf, &(struct cert_spec){ .cn = "CAPF-1", .ca = true,
		  .rsa_bits = 2048, .to_days = 90 });
	make(&makers, "Manufacturing CA", NULL, 2048);
	make(&stranger, "CAPF-1", NULL, 2048);
	make(&lsc, SEP, &capf, 2048);
	make(&ec_lsc, SEP, &capf, 0);
	make(&mic, "CP-8861-" SEP, &makers, 2048);
	make(&other, "SEP00000000AAAA", &capf, 2048);
	make(&foreign, SEP, &stranger, 2048);
	make(&no_sign, SEP, &capf, 2048);
	cert_make(&self, &(struct cert_spec){ .cn = SEP, .rsa_bits = 2048,
		  .to_days = 30 });
	cert_make(&uri_lsc, &(struct cert_spec){ .cn = "phone 7",
		  .san = "DNS:x,URI:" SEP, .issuer = &capf, .rsa_bits = 2048 });
	cert_make(&old_lsc, &(struct cert_spec){ .cn = SEP, .issuer = &capf,
		  .rsa_bits = 2048, .from_days = -9, .to_days = -1 });
	cert_make(&early_lsc, &(struct cert_spec){ .cn = SEP, .issuer = &capf,
		  .rsa_bits = 2048, .from_days = 2, .to_days = 9 });
	cert_make(&sha1_mic, &(struct cert_spec){ .cn = "CP-7961-" SEP,
		  .issuer = &makers, .rsa_bits = 2048, .sha1 = true,
		  .to_days = 30 });
	X509V3_set_ctx(&ctx, capf.x509, no_sign.x509, NULL, NULL, 0);
	usage = X509V3_EXT_conf_nid(NULL, &ctx, NID_key_usage,
				    "critical,keyEncipherment");
	X509_add_ext(no_sign.x509, usage, -1);
	X509_EXTENSION_free(usage);
	X509_sign(no_sign.x509, capf.key, EVP_sha256());
	lsc_store = store_of(&capf);
	mic_store = store_of(&makers);
}

static void set_lsc(struct capf_device *device, const struct cert *cert)
{
	device->has_lsc = cert != NULL;
	if (cert)
		X509_digest(cert->x509, EVP_sha256(), device->lsc_id, NULL);
}

/* What is known, who comes, what is made of it. */
struct row {
	const char *name;
	struct phone phone;
	enum capf_mode mode;
	const struct cert *known;	/* the LSC; NULL: the one it shows */
	bool no_lsc, has_mic;
	struct capf_auth_policy policy;
	enum capf_result result;	/* CAPF_RESULT_PENDING: let in */
	const char *why;
};

static struct capf_trust trust_now(void)
{
	return (struct capf_trust){ .lsc = lsc_store, .mic = mic_store,
		.is_revoked = is_revoked, .now = time(NULL),
		.security_level = 1 };
}

static struct capf_judgement judge(const struct row *row,
				   const struct capf_trust *trust)
{
	struct capf_device device = { .operation = CAPF_INSTALL,
		.mode = row->mode ?: CAPF_BY_LSC_FIRST,
		.has_mic = row->has_mic };
	struct phone phone = row->phone;
	struct capf_message m;
	static struct bytes in;
	const char *why = NULL;

	phone.name = phone.name ?: SEP;
	phone.version = phone.version ?: 3;
	phone.session = phone.session ?: 0x01020304;
	phone.other = &other;
	phone_auth_res(&phone, &in);
	if (!row->no_lsc)
		set_lsc(&device, row->known ?: phone.cert);
	if (capf_message_read(in.at, in.len, &m, &why)) {
		printf("# %s\n", why);
		abort();
	}
	return capf_auth_judge(&m, &device, NULL, 0, trust, &row->policy);
}

static void check(const struct row *row, const struct capf_trust *trust)
{
	struct capf_judgement judgement = judge(row, trust);

	if (!ok(judgement.result == row->result &&
		(!row->why || (judgement.why &&
			       strstr(judgement.why, row->why))),
		"%s: %s", row->name, judgement.why ?: "let in"))
		printf("# %s\n", capf_result_name(judgement.result));
}

#define IN		.result = CAPF_RESULT_PENDING
#define OUT(r, w)	.result = CAPF_RESULT_INVALID_##r, .why = w

static void check_rows(const struct row *rows, size_t count)
{
	struct capf_trust trust = trust_now();
	size_t i;

	for (i = 0; i < count; i++)
		check(&rows[i], &trust);
}

static void test_signatures(void)
{
	const struct row rows[] = {
		{ "RSA, both", { .cert = &lsc }, IN },
		{ "EC, both", { .cert = &ec_lsc }, IN },
		{ "SHA-512 alone", { .cert = &lsc, .sha1 = PHONE_ABSENT },
		  IN },
		{ "SHA-256 alone", { .cert = &lsc, .sha1 = PHONE_ABSENT,
		  .sha2_hash = 2 }, IN },
		{ "SHA-1 alone, version 2", { .cert = &lsc, .version = 2,
		  .sha2 = PHONE_ABSENT }, IN },
		{ "SHA-1 alone, version 3", { .cert = &lsc,
		  .sha2 = PHONE_ABSENT }, OUT(CREDENTIALS, "no SHA-2") },
		{ "SHA-1 alone, version 2, SHA-2 always", { .cert = &lsc,
		  .version = 2, .sha2 = PHONE_ABSENT },
		  .policy.sha2 = CAPF_SHA2_ALWAYS,
		  OUT(CREDENTIALS, "no SHA-2") },
		{ "SHA-1 alone, version 3, SHA-2 optional", { .cert = &lsc,
		  .sha2 = PHONE_ABSENT }, .policy.sha2 = CAPF_SHA2_OPTIONAL,
		  IN },
		{ "SHA-1 in the place of SHA-2", { .cert = &lsc,
		  .sha2_hash = 1 }, OUT(CREDENTIALS, "one with SHA-1") },
		{ "no signature", { .cert = &lsc, .sha1 = PHONE_ABSENT,
		  .sha2 = PHONE_ABSENT }, OUT(CREDENTIALS, "no signature") },
		{ "SHA-1 good, SHA-2 by another", { .cert = &lsc,
		  .sha2 = PHONE_OTHER_KEY }, OUT(CREDENTIALS, "SHA-2") },
		{ "SHA-2 good, SHA-1 by another", { .cert = &lsc,
		  .sha1 = PHONE_OTHER_KEY }, OUT(CREDENTIALS, "SHA-1") },
		{ "an optional one that is wrong", { .cert = &lsc,
		  .version = 2, .sha2 = PHONE_OTHER_TEXT },
		  .policy.sha2 = CAPF_SHA2_OPTIONAL,
		  OUT(CREDENTIALS, "SHA-2") },
		{ "SHA-2 over another text", { .cert = &lsc,
		  .sha2 = PHONE_OTHER_TEXT }, OUT(CREDENTIALS, "SHA-2") },
		{ "SHA-1 over another text", { .cert = &lsc,
		  .sha1 = PHONE_OTHER_TEXT }, OUT(CREDENTIALS, "SHA-1") },
		{ "EC over another text", { .cert = &ec_lsc,
		  .sha2 = PHONE_OTHER_TEXT }, OUT(CREDENTIALS, "SHA-2") },
		{ "SHA-2 with DigestInfo", { .cert = &lsc,
		  .sha2 = PHONE_DIGEST_INFO }, OUT(CREDENTIALS, "SHA-2") },
		{ "SHA-1 with DigestInfo", { .cert = &lsc,
		  .sha1 = PHONE_DIGEST_INFO }, OUT(CREDENTIALS, "SHA-1") },
		{ "SHA-2 with rubbish behind", { .cert = &lsc,
		  .sha2 = PHONE_SHORT_PAD }, OUT(CREDENTIALS, "SHA-2") },
		{ "SHA-1 with rubbish behind", { .cert = &lsc,
		  .sha1 = PHONE_SHORT_PAD }, OUT(CREDENTIALS, "SHA-1") },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void test_certificates(void)
{
	const struct row rows[] = {
		{ "named by a URI", { .cert = &uri_lsc }, IN },
		{ "none", { 0 }, OUT(LSC, "no certificate") },
		{ "none, MIC first", { 0 }, .mode = CAPF_BY_MIC_FIRST,
		  OUT(MIC, "no certificate") },
		{ "another device's", { .cert = &other },
		  OUT(CREDENTIALS, "another device's") },
		{ "of a name that begins the same", { .cert = &lsc,
		  .name = "SEP00112233445" "6" },
		  OUT(CREDENTIALS, "another device's") },
		{ "expired", { .cert = &old_lsc }, OUT(LSC, "expired") },
		{ "not yet valid", { .cert = &early_lsc },
		  OUT(LSC, "not yet valid") },
		{ "signed by itself", { .cert = &self }, OUT(LSC, NULL) },
		{ "by an authority of the same name", { .cert = &foreign },
		  OUT(LSC, NULL) },
		{ "the authority's own", { .cert = &capf, .name = "CAPF-1" },
		  OUT(LSC, "authority") },
		{ "not for signatures", { .cert = &no_sign },
		  OUT(LSC, "not for signatures") },
		{ "not the last one issued", { .cert = &lsc },
		  .known = &ec_lsc, OUT(LSC, "not the last") },
		{ "never issued here", { .cert = &lsc }, .no_lsc = true,
		  OUT(LSC, "no LSC on record") },
		{ "never issued here, allowed", { .cert = &lsc },
		  .no_lsc = true, .policy.unrecorded_lsc_too = true, IN },
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void test_choice(void)
{
	const struct row rows[] = {
		{ "MIC first, a MIC", { .cert = &mic }, IN,
		  .mode = CAPF_BY_MIC_FIRST },
		{ "MIC first, a MIC, and there is an LSC", { .cert = &mic },
		  IN, .mode = CAPF_BY_MIC_FIRST, .known = &lsc },
		{ "MIC first, an LSC, no MIC known", { .cert = &lsc }, IN,
		  .mode = CAPF_BY_MIC_FIRST },
		{ "MIC first, an LSC, a MIC known", { .cert = &lsc },
		  .mode = CAPF_BY_MIC_FIRST, .has_mic = true,
		  OUT(MIC, "shows its LSC") },
		{ "the same, allowed", { .cert = &lsc }, IN,
		  .mode = CAPF_BY_MIC_FIRST, .has_mic = true,
		  .policy.second_choice_too = true },
		{ "LSC first, a MIC, no LSC known", { .cert = &mic }, IN,
		  .no_lsc = true },
		{ "LSC first, a MIC, an LSC known", { .cert = &mic },
		  .known = &lsc, OUT(LSC, "shows its MIC") },
		{ "the same, allowed", { .cert = &mic }, IN, .known = &lsc,
		  .policy.second_choice_too = true },
		{ "a MIC with SHA-1", { .cert = &sha1_mic }, .no_lsc = true,
		  OUT(MIC, "too weak") },
	};
	struct capf_trust trust = trust_now();

	check_rows(rows, ARRAY_SIZE(rows));
	trust.security_level = 0;
	check(&(struct row){ "a MIC with SHA-1, allowed",
			     { .cert = &sha1_mic }, .no_lsc = true, IN },
	      &trust);
}

static void test_trust(void)
{
	struct capf_trust trust = trust_now();
	struct row row = { "revoked", { .cert = &lsc },
			   OUT(LSC, "certificate revoked") };

	revoked = lsc.x509;
	check(&row, &trust);
	revoked = capf.x509;
	row.name = "the authority revoked";
	check(&row, &trust);
	revoked = NULL;
	row = (struct row){ "in 31 days", { .cert = &lsc },
			    OUT(LSC, "expired") };
	trust.now += 31 * DAY;
	check(&row, &trust);
	trust.expired_too = true;
	row = (struct row){ "in 31 days, allowed", { .cert = &lsc }, IN };
	check(&row, &trust);
	row = (struct row){ "the authority expired", { .cert = &lsc },
			    OUT(LSC, "expired") };
	trust.now += 60 * DAY;
	check(&row, &trust);
	trust = trust_now();
	trust.mic = NULL;
	row = (struct row){ "no makers are trusted", { .cert = &mic },
			    .mode = CAPF_BY_MIC_FIRST, OUT(MIC, "") };
	check(&row, &trust);
	trust.lsc = NULL;
	row = (struct row){ "nobody is", { .cert = &lsc }, OUT(LSC, "") };
	check(&row, &trust);
}

static void test_sudi(void)
{
	const struct row rows[] = {
		{ "a SUDI", { .cert = &lsc, .sudi = &mic }, IN },
		{ "an LSC for it", { .cert = &lsc, .sudi = &lsc }, IN },
		{ "none, and it is required", { .cert = &lsc },
		  .policy.sudi_required = true, OUT(MIC, "no SUDI") },
		{ "an EC SUDI", { .cert = &lsc, .sudi = &ec_lsc },
		  OUT(MIC, "not an RSA key") },
		{ "another device's", { .cert = &lsc, .sudi = &other },
		  OUT(MIC, "another device's") },
		{ "a stranger's", { .cert = &lsc, .sudi = &foreign },
		  OUT(MIC, NULL) },
		{ "expired", { .cert = &lsc, .sudi = &old_lsc },
		  OUT(MIC, "expired") },
		{ "no signature", { .cert = &lsc, .sudi = &mic,
		  .sudi_sha1 = PHONE_ABSENT, .sudi_sha2 = PHONE_ABSENT },
		  OUT(MIC, "no signature") },
		{ "SHA-1 alone", { .cert = &lsc, .sudi = &mic,
		  .sudi_sha2 = PHONE_ABSENT }, OUT(MIC, "no SHA-2") },
		{ "SHA-1 alone, version 2", { .cert = &lsc, .sudi = &mic,
		  .version = 2, .sudi_sha2 = PHONE_ABSENT }, IN },
		{ "by another", { .cert = &lsc, .sudi = &mic,
		  .sudi_sha1 = PHONE_OTHER_KEY }, OUT(MIC, "SHA-1") },
		{ "of another session", { .cert = &lsc, .sudi = &mic,
		  .sudi_sha1 = PHONE_OTHER_SESSION,
		  .sudi_sha2 = PHONE_OTHER_SESSION }, OUT(MIC, "SHA-2") },
		{ "the session in big-endian", { .cert = &lsc, .sudi = &mic,
		  .sudi_sha1 = PHONE_OTHER_BYTE_ORDER,
		  .sudi_sha2 = PHONE_OTHER_BYTE_ORDER }, OUT(MIC, "SHA-2") },
		{ "the same, allowed", { .cert = &lsc, .sudi = &mic,
		  .sudi_sha1 = PHONE_OTHER_BYTE_ORDER,
		  .sudi_sha2 = PHONE_OTHER_BYTE_ORDER }, IN,
		  .policy.sudi_big_endian_too = true },
		{ "one in each order", { .cert = &lsc, .sudi = &mic,
		  .sudi_sha1 = PHONE_OTHER_BYTE_ORDER },
		  .policy.sudi_big_endian_too = true, OUT(MIC, "SHA-") },
		{ "DigestInfo", { .cert = &lsc, .sudi = &mic,
		  .sudi_sha2 = PHONE_DIGEST_INFO }, OUT(MIC, "SHA-2") },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct capf_trust trust = trust_now();

		check(&rows[i], &trust);
	}
}

/*
 * Each byte changed: what is not signed is the version, three bytes of the
 * certificate's prefix that nobody is sure of, and the tag by which the SUDI's
 * SHA-1 signature is known, beside a better one.
 */
static void test_bits(void)
{
	struct server *server = server_new();
	struct phone phone = { .name = SEP, .session = 7, .version = 3,
			       .cert = &lsc, .sudi = &mic };
	size_t i, let_in = 0;
	static struct bytes in;

	server->device.mode = CAPF_BY_LSC_FIRST;
	server->policy.sudi_required = true;
	server->trust = trust_now();
	set_lsc(&server->device, &lsc);
	phone_auth_res(&phone, &in);
	for (i = 0; i < in.len; i++) {
		in.at[i] ^= 1 << i % 8;
		server_start(server, 7);
		server_hears(server, &in);
		let_in += !server->closed && server->sends > 1;
		if (!server->closed && server->sends > 1)
			printf("# let in: byte %zu is %02x\n", i, in.at[i]);
		in.at[i] ^= 1 << i % 8;
	}
	ok(let_in == 5, "%zu bytes of %zu may be changed", let_in, in.len);
	server_free(server);
}

/* The same bytes in the next session, as they are and with its number. */
static void test_replay(void)
{
	struct server *server = server_new();
	struct phone phone = { .name = SEP, .session = 0x11223344,
			       .version = 3, .cert = &lsc, .sudi = &mic };
	static struct bytes in;

	server->device.mode = CAPF_BY_LSC_FIRST;
	set_lsc(&server->device, &lsc);
	server->trust = trust_now();
	phone_auth_res(&phone, &in);
	server_start(server, 0x11223344);
	server_hears(server, &in);
	ok(server->judged == 1 && !server->closed, "let in");
	server_hears(server, &in);
	server->read = server->sends - 1;
	ok(server_ended(server, 7, CAPF_RESULT_NO_COMMUNICATION),
	   "again in the same session: %s", server->why);
	server_start(server, 0x11223345);
	server_hears(server, &in);
	server->read = 1;
	ok(!server->judged &&
	   server_ended(server, 7, CAPF_RESULT_NO_COMMUNICATION),
	   "in the next: %s", server->why);
	server_start(server, 0x11223345);
	in.at[5]++;
	server_hears(server, &in);
	server->read = 1;
	ok(server->judged == 1 &&
	   server_ended(server, 7, CAPF_RESULT_INVALID_MIC),
	   "with its number: %s", server->why);
	server_free(server);
}

static void test_modes(void)
{
	struct server *server = server_new();
	struct phone phone = { .name = SEP, .session = 1, .version = 3,
			       .string = "4711" };
	struct capf_trust trust = trust_now();
	struct capf_device *device = &server->device;
	static struct bytes in;
	struct capf_message m;
	const char *why;

	phone_auth_res(&phone, &in);
	capf_message_read(in.at, in.len, &m, &why);
#define JUDGE() capf_auth_judge(&m, device, server->guard, 0, &trust, \
				&server->policy).result
	ok(JUDGE() == CAPF_RESULT_PENDING, "a null string");
	device->mode = CAPF_BY_STRING;
	ok(JUDGE() == CAPF_RESULT_INVALID_STRING, "no string was set");
	strcpy(device->string.text, "4712");
	ok(JUDGE() == CAPF_RESULT_INVALID_STRING, "another was");
	strcpy(device->string.text, "4711");
	ok(JUDGE() == CAPF_RESULT_PENDING, "this one");
	device->completes_by = trust.now;
	ok(JUDGE() == CAPF_RESULT_PENDING, "just in time");
	device->completes_by = trust.now - 1;
	ok(JUDGE() == CAPF_RESULT_LATE, "late");
	device->operation = CAPF_NONE;
	ok(JUDGE() == CAPF_RESULT_NONE, "nothing pending");
	device->operation = CAPF_INSTALL;
	device->completes_by = 0;
	device->mode = 0;
	ok(JUDGE() == CAPF_RESULT_INVALID_CREDENTIALS, "no mode");
	server_free(server);
}

static void free_all(void)
{
	struct cert *all[] = { &capf, &makers, &stranger, &lsc, &ec_lsc,
			       &uri_lsc, &mic, &other, &old_lsc, &early_lsc,
			       &self, &foreign, &sha1_mic, &no_sign };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		cert_free(all[i]);
	X509_STORE_free(lsc_store);
	X509_STORE_free(mic_store);
}

int main(void)
{
	make_all();
	test_signatures();
	test_certificates();
	test_choice();
	test_trust();
	test_sudi();
	test_bits();
	test_replay();
	test_modes();
	free_all();
	return tap_end();
}
