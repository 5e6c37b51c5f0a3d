// SPDX-License-Identifier: GPL-2.0
/*
 * Security profiles: modes, transports, ports, what needs what.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/change.h"
#include "store/store.h"

/* Said in this request? Then it stays; else it may follow the mode. */
static bool is_said(const struct change *c, const char *field)
{
	json_t *value = json_object_get(c->given, field);

	return value && !json_is_null(value);
}

static void set_text(struct change *c, const char *field, const char *value)
{
	json_object_set_new(c->next, field, json_string(value));
}

/* The transport that goes with the mode, unless one was asked for. */
static int fit_transport(struct change *c, const char *field, bool secure,
			 const char *clear)
{
	const char *value = member_text(c->next, field);

	if (!value || (!is_said(c, field) &&
		       secure != !strcmp(value, "tls")))
		set_text(c, field, secure ? "tls" : clear);
	if (secure == member_is(c->next, field, "tls"))
		return 0;
	return store_refuse(c->error, 400, field, secure ?
			    "is tls where device_security_mode is not "
			    "nonsecure" :
			    "is tls only where device_security_mode is "
			    "authenticated or encrypted");
}

static void fit_port(struct change *c, bool secure)
{
	long port = member_int(c->next, "incoming_port");

	if (port && (is_said(c, "incoming_port") ||
		     port != (secure ? 5060 : 5061)))
		return;
	json_object_set_new(c->next, "incoming_port",
			    json_integer(secure ? 5061 : 5060));
}

/* SCCP has neither digest nor a choice of transport. */
static int rules_sccp(struct change *c)
{
	static const char *const sip_only[] = {
		"digest", "exclude_digest_credentials", "sip_oauth", NULL
	};

	for (int i = 0; sip_only[i]; i++)
		if (member_true(c->next, sip_only[i]))
			return store_refuse(c->error, 400, sip_only[i],
					    "is for sip profiles alone");
	if (strstr(member_text(c->next, "transport"), "udp"))
		return store_refuse(c->error, 400, "transport",
				    "SCCP phones come over tcp or tls");
	return 0;
}

/* SIG-7: a token is good only where nobody else can read it. */
static int rules_oauth(struct change *c)
{
	if (!member_true(c->next, "sip_oauth"))
		return 0;
	if (!member_is(c->next, "device_security_mode", "encrypted"))
		return store_refuse(c->error, 400, "sip_oauth",
				    "needs device_security_mode encrypted");
	if (member_true(c->next, "digest"))
		return store_refuse(c->error, 400, "sip_oauth",
				    "stands in place of digest: one of the "
				    "two");
	if (member_true(c->next, "tftp_encrypted_config"))
		return store_refuse(c->error, 400, "sip_oauth",
				    "does not go with tftp_encrypted_config");
	return 0;
}

static int check_size(struct change *c, const char *field, const int *sizes)
{
	long size = member_int(c->next, field);

	while (*sizes && *sizes != size)
		sizes++;
	if (*sizes)
		return 0;
	return store_refuse(c->error, 400, field, "there are no such keys");
}

/* CAPF-3: what OpenSSL would refuse a peer is said by name. */
static int rules_keys(struct change *c)
{
	static const int rsa[] = { 512, 1024, 2048, 3072, 4096, 0 };
	static const int ec[] = { 256, 384, 521, 0 };
	int err = check_size(c, "rsa_key_size", rsa);

	if (!err)
		err = check_size(c, "ec_key_size", ec);
	if (err)
		return err;
	if (!member_is(c->next, "key_order", "ec-only") &&
	    member_int(c->next, "rsa_key_size") < 2048)
		store_warn(c->warnings, "RSA keys of %ld bits are refused by "
			   "OpenSSL's present policy: phones that have one "
			   "cannot connect",
			   member_int(c->next, "rsa_key_size"));
	if (member_is(c->next, "key_order", "ec-only") &&
	    member_true(c->next, "tftp_encrypted_config"))
		store_warn(c->warnings, "tftp_encrypted_config needs an RSA "
			   "key in the phone: with an EC one its file cannot "
			   "be encrypted");
	return 0;
}

/* Those that have it must fit what it becomes. */
static int check_model(struct change *c)
{
	const char *model = member_text(c->next, "model");
	sqlite3_stmt *stmt;
	int err;

	if (!c->now || !model || !*model)
		return 0;
	err = db_prepare(c->db, &stmt, "SELECT name, model FROM phone WHERE"
			 " profile = ?1 AND model <> ?2 ORDER BY name");
	if (err)
		return store_fail(c->error, err);
	sqlite3_bind_int64(stmt, 1, c->id);
	sqlite3_bind_text(stmt, 2, model, -1, SQLITE_STATIC);
	err = db_step(c->db, stmt);
	if (err == 1)
		err = store_refuse(c->error, 409, "model", "phone %s has this "
				   "profile and is of model \"%s\"",
				   (const char *)sqlite3_column_text(stmt, 0),
				   (const char *)sqlite3_column_text(stmt, 1));
	else if (err)
		store_fail(c->error, err);
	sqlite3_finalize(stmt);
	return err;
}

static int rules_of_phones(struct change *c, bool secure)
{
	bool sccp = member_is(c->next, "protocol", "sccp");
	int err = fit_transport(c, "transport", secure,
				sccp ? "tcp" : "tcp+udp");

	if (!err && sccp)
		err = rules_sccp(c);
	if (!err)
		err = rules_oauth(c);
	if (!err)
		err = rules_keys(c);
	if (!err)
		err = check_model(c);
	if (!err && member_true(c->next, "tftp_encrypted_config") && !secure)
		store_warn(c->warnings, "tftp_encrypted_config protects the "
			   "phone's file alone: its signalling is clear");
	return err;
}

static int rules_of_trunks(struct change *c, bool secure)
{
	const char *subjects = member_text(c->next, "x509_subject_name");
	int err = fit_transport(c, "incoming_transport", secure, "tcp+udp");

	if (!err)
		err = fit_transport(c, "outgoing_transport", secure, "tcp");
	if (err)
		return err;
	fit_port(c, secure);
	if (member_true(c->next, "application_authorization") &&
	    !member_true(c->next, "digest"))
		return store_refuse(c->error, 400, "application_authorization",
				    "needs digest: without it nobody knows "
				    "which application user asks");
	if (secure && !subjects[strspn(subjects, " ,;:")])
		store_warn(c->warnings, "no x509_subject_name: no peer's "
			   "certificate is accepted");
	return 0;
}

int rules_profile(struct change *c)
{
	bool secure = !member_is(c->next, "device_security_mode", "nonsecure");
	int err;

	if (member_is(c->next, "kind", "phone"))
		err = rules_of_phones(c, secure);
	else
		err = rules_of_trunks(c, secure);
	if (err)
		return err;
	if (member_true(c->next, "digest") && !secure)
		store_warn(c->warnings, "digest without TLS: digest alone "
			   "gives neither integrity nor confidentiality");
	return 0;
}

/* Of all trunk profiles, in the order of their ports. */
struct listener {
	char name[STORE_NAME_SIZE];
	int port;
	bool tls;
	char *subjects;
};

static const char separators[] = " ,;:";

/* The first name of @a that @b lists, too. */
static bool share_name(const char *a, const char *b, char *name, size_t size)
{
	while (*(a += strspn(a, separators))) {
		size_t len = strcspn(a, separators);

		snprintf(name, size, "%.*s", (int)len, a);
		if (len < size && store_subject_listed(b, name))
			return true;
		a += len;
	}
	return false;
}

static int compare(const struct listener *a, const struct listener *b,
		   struct store_error *error)
{
	char name[256];

	if (a->port != b->port)
		return 0;
	if (a->tls != b->tls)
		return store_refuse(error, 409, "incoming_port", "port %d is "
				    "for TLS or for TCP and UDP: profiles %s "
				    "and %s disagree", a->port, a->name,
				    b->name);
	if (a->tls && share_name(a->subjects, b->subjects, name, sizeof(name)))
		return store_refuse(error, 409, "x509_subject_name", "%s is "
				    "listed on port %d by profile %s and by %s",
				    name, a->port, a->name, b->name);
	return 0;
}

struct listeners {
	struct listener *list;
	size_t count;
};

static int add_listener(sqlite3_stmt *stmt, void *ctx)
{
	const char *subjects = (const char *)sqlite3_column_text(stmt, 3);
	struct listeners *all = ctx;
	struct listener *l = reallocarray(all->list, all->count + 1,
					  sizeof(*l));

	if (!l)
		return -ENOMEM;
	all->list = l;
	l += all->count;
	db_copy(l->name, sizeof(l->name), stmt, 0);
	l->port = sqlite3_column_int(stmt, 1);
	l->tls = sqlite3_column_int(stmt, 2);
	l->subjects = strdup(subjects ? subjects : "");
	if (!l->subjects)
		return -ENOMEM;
	all->count++;
	return 0;
}

/* Only what shares a port can disagree. */
int rules_after(struct db *db, struct store_error *error)
{
	struct listeners all = { 0 };
	int err = db_each(db, "SELECT name, incoming_port,"
			  " incoming_transport = 'tls', x509_subject_name FROM"
			  " profile WHERE kind = 'trunk' ORDER BY"
			  " incoming_port", add_listener, &all);

	if (err)
		store_fail(error, err);
	for (size_t i = 0; i < all.count && !err; i++)
		for (size_t j = i + 1; j < all.count && !err &&
		     all.list[j].port == all.list[i].port; j++)
			err = compare(&all.list[i], &all.list[j], error);
	for (size_t i = 0; i < all.count; i++)
		free(all.list[i].subjects);
	free(all.list);
	return err;
}
