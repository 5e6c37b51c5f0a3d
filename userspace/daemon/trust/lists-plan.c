// SPDX-License-Identifier: GPL-2.0
/*
 * What should be in a CTL and an ITL: whom phones are told to trust.
 */
#include "trust/lists-plan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "trust/keys.h"
#include "trust/tokens.h"

static struct lists_record *add(struct lists_plan *plan, uint16_t role,
				struct trust_span cert)
{
	struct lists_record *record;

	if (plan->count == KEYD_RECORDS)
		return NULL;
	record = &plan->records[plan->count++];
	record->role = role;
	record->cert = cert;
	return record;
}

static struct trust_span cert_of(const struct trust_key *key)
{
	return (struct trust_span){ key->certs[0].data, key->certs[0].len };
}

/* Services without a key of that kind are left out. */
static struct lists_record *add_service(struct lists_plan *plan,
					uint16_t role,
					const struct trust_keys *keys,
					enum keyd_service service,
					enum keyd_kind kind)
{
	const struct trust_key *key = trust_keys_find(keys, service, kind,
						      KEYD_CURRENT);

	return key ? add(plan, role, cert_of(key)) : NULL;
}

static bool same_bytes(struct trust_span a, struct trust_span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

static bool has_record(const struct lists_plan *plan, uint16_t role,
		       struct trust_span cert)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->records[i].role == role &&
		    same_bytes(plan->records[i].cert, cert))
			return true;
	return false;
}

/* The store lets nothing in that is no certificate, or has two of them. */
static int read_import(const char *pem, struct trust_span *span)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	unsigned char *der = NULL;
	int len = cert ? i2d_X509(cert, &der) : -1;

	X509_free(cert);
	BIO_free(bio);
	ERR_clear_error();
	*span = (struct trust_span){ der, len > 0 ? (size_t)len : 0 };
	return len > 0 ? 0 : -ENOMEM;
}

/* *record is NULL if there is one that says it. */
static int add_given(struct lists_plan *plan, uint16_t role, const char *pem,
		     struct lists_record **record)
{
	struct trust_span span;
	int err = read_import(pem, &span);

	*record = NULL;
	if (err)
		return err;
	if (!has_record(plan, role, span))
		*record = add(plan, role, span);
	if (!*record) {
		err = plan->count == KEYD_RECORDS ? -E2BIG : 0;
		OPENSSL_free((void *)span.data);
		return err;
	}
	plan->imports[plan->import_count++] = (uint8_t *)span.data;
	return 0;
}

/* Of the other clusters, whose phones come here, or where ours go to. */
static int add_import(void *ctx, const char *name, const char *pem)
{
	struct lists_plan *plan = ctx;
	struct lists_record *record;

	(void)name;
	return plan->import_count == KEYD_SAST_MAX ? 0 :
		add_given(plan, TRUST_SAST, pem, &record);
}

/* The signer first; then the one that will sign, and those of other clusters. */
static int add_sasts(struct lists_plan *plan, struct store *store,
		     const struct trust_keys *keys, const char **why)
{
	const struct trust_key *next;
	int err;

	if (!add_service(plan, TRUST_SAST, keys, KEYD_ITLRECOVERY, KEYD_RSA)) {
		*why = "there is no ITLRecovery key";
		return -ENOENT;
	}
	next = trust_keys_find(keys, KEYD_ITLRECOVERY, KEYD_RSA, KEYD_NEXT);
	if (next && store_param(store, STORE_PARAM_ITL_RENEWAL))
		add(plan, TRUST_SAST, cert_of(next));
	err = store_cert_each_of(store, "phone-sast-trust", add_import, plan);
	if (err)
		*why = "the certificates of purpose phone-sast-trust cannot "
			"be read";
	return err;
}

/* A CTL's may be tokens, which no other has room beside. */
static int choose_sasts(struct lists_plan *plan,
			const struct lists_config *from,
			const struct trust_list *held, const char **why)
{
	struct tokens_choice choice = { .count = 0 };

	if (plan->kind == TRUST_CTL && from->tokens &&
	    !tokens_signer(from->tokens, held, &choice, why))
		return -ENOKEY;
	memcpy(plan->token, choice.token, sizeof(plan->token));
	if (!plan->token[0])
		plan->signer = (struct keyd_which){
			.service = KEYD_ITLRECOVERY, .kind = KEYD_RSA,
			.slot = KEYD_CURRENT };
	if (!choice.count)
		return add_sasts(plan, from->store, from->keys, why);
	for (size_t i = 0; i < choice.count; i++)
		add(plan, TRUST_SAST, choice.sasts[i]);
	return 0;
}

/* Of the first address of our own that is one: phones cannot use 0.0.0.0. */
static bool take_address(const struct conf_listen *listen, size_t count,
			 uint8_t ip[4])
{
	for (size_t i = 0; i < count; i++) {
		const struct in_addr *addr = &listen[i].addr.in.sin_addr;
		uint32_t number = ntohl(addr->s_addr);

		if (listen[i].addr.sa.sa_family != AF_INET ||
		    number == INADDR_ANY || number >> 24 == 127)
			continue;
		memcpy(ip, addr, 4);
		return true;
	}
	return false;
}

static void name_node(const struct conf *conf, struct lists_record *record)
{
	if (!record)
		return;
	record->dns = conf->node;
	record->has_ip = take_address(conf->listen, conf->listen_count,
				      record->ip) ||
		take_address(conf->trust.http.listen, conf->trust.http.count,
			     record->ip);
	if (!record->has_ip && conf->line.have_in) {
		memcpy(record->ip, &conf->line.in, 4);
		record->has_ip = true;
	}
}

static void add_servers(struct lists_plan *plan, const struct trust_keys *keys,
			const struct conf *conf)
{
	name_node(conf, add_service(plan, TRUST_CCM_TFTP, keys,
				    KEYD_CALLMANAGER, KEYD_RSA));
	name_node(conf, add_service(plan, TRUST_CCM_TFTP, keys,
				    KEYD_CALLMANAGER, KEYD_EC));
	add_service(plan, TRUST_TFTP, keys, KEYD_TFTP, KEYD_RSA);
}

static void name_other(struct lists_plan *plan, struct lists_record *record,
		       const struct store_node *node)
{
	char *name = plan->nodes[plan->node_count];

	if (!record)
		return;
	snprintf(name, STORE_NAME_SIZE, "%s", node->name);
	record->dns = name;
	record->has_ip = node->address &&
		inet_pton(AF_INET, node->address, record->ip) == 1;
}

/* Only the servers of files and calls have a name there, as ours. */
static int add_node(void *ctx, const struct store_node *node)
{
	static const uint16_t roles[STORE_NODE_CERTS] = {
		[STORE_NODE_CALLMANAGER] = TRUST_CCM_TFTP,
		[STORE_NODE_CALLMANAGER_EC] = TRUST_CCM_TFTP,
		[STORE_NODE_TFTP] = TRUST_TFTP,
		[STORE_NODE_TVS] = TRUST_TVS,
	};
	struct lists_plan *plan = ctx;
	struct lists_record *record;
	int err = 0;

	if (plan->node_count == STORE_NODES_MAX)
		return -E2BIG;
	for (int i = 0; i < STORE_NODE_CERTS && !err; i++) {
		if (!node->pem[i] ||
		    (roles[i] == TRUST_TVS && plan->kind == TRUST_CTL))
			continue;
		err = add_given(plan, roles[i], node->pem[i], &record);
		if (roles[i] == TRUST_CCM_TFTP)
			name_other(plan, record, node);
	}
	plan->node_count++;
	return err;
}

static void read_params(struct lists_plan *plan, const struct store *store)
{
	static const uint16_t versions[] = {
		[STORE_SIGNER_VERSION_NONE] = 0,
		[STORE_SIGNER_VERSION_1_0] = 0x0100,
		[STORE_SIGNER_VERSION_1_1] = 0x0101,
	};

	plan->digest = store_param(store, STORE_PARAM_PHONE_FILE_DIGEST) ==
		STORE_FILE_SHA1 ? TRUST_SHA1 : TRUST_SHA512;
	plan->dialect = store_param(store, STORE_PARAM_TRUST_FILE_DIALECT);
	plan->signer_version = versions[store_param(store,
					STORE_PARAM_LIST_SIGNER_VERSION)];
	plan->max_sast = (uint8_t)store_param(store,
					      STORE_PARAM_MAX_SAST_RECORDS);
	plan->rollback = plan->kind == TRUST_ITL &&
		store_param(store, STORE_PARAM_ITL_ROLLBACK);
}

int lists_plan(struct lists_plan *plan, enum trust_kind kind, bool mixed,
	       const struct lists_config *from, const struct trust_list *held,
	       const char **why)
{
	static const struct trust_span none;
	bool bare = kind == TRUST_CTL && !mixed;
	int err;

	memset(plan, 0, sizeof(*plan));
	plan->kind = kind;
	read_params(plan, from->store);
	err = choose_sasts(plan, from, held, why);
	if (err)
		return err;
	/* With neither key nor role for files, phones go on unsigned. */
	if (bare)
		name_node(from->conf, add(plan, TRUST_CCM_TFTP, none));
	else if (!plan->rollback)
		add_servers(plan, from->keys, from->conf);
	add_service(plan, TRUST_CAPF, from->keys, KEYD_CAPF, KEYD_RSA);
	if (kind == TRUST_ITL && !plan->rollback)
		add_service(plan, TRUST_TVS, from->keys, KEYD_TVS, KEYD_RSA);
	if (bare || plan->rollback)
		return 0;
	err = store_node_each(from->store, from->conf->node, add_node, plan);
	if (err)
		*why = "the nodes of the cluster cannot be read, or are too "
			"many for a list";
	return err;
}

void lists_plan_clear(struct lists_plan *plan)
{
	for (size_t i = 0; i < plan->import_count; i++)
		OPENSSL_free(plan->imports[i]);
	memset(plan, 0, sizeof(*plan));
}

size_t lists_plan_request(const struct lists_plan *plan, uint32_t now,
			  union keyd_buffer *request)
{
	struct keyd_sign_list *list = &request->m.list;
	size_t tail = 0;
	uint8_t *to;

	memset(&request->m, 0, sizeof(request->m));
	request->m.head.type = KEYD_SIGN_LIST;
	list->key = plan->signer;
	memcpy(list->token, plan->token, sizeof(list->token));
	list->kind = plan->kind == TRUST_CTL ? KEYD_CTL : KEYD_ITL;
	list->digest = (uint8_t)plan->digest;
	list->dialect = plan->dialect == TRUST_CUCM ? KEYD_CUCM :
		KEYD_CERTUTILS;
	list->rollback = plan->rollback;
	list->signer_version = plan->signer_version;
	list->max_sast = plan->max_sast;
	list->timestamp = now;
	list->count = (uint32_t)plan->count;
	to = keyd_tail_room(request);
	for (size_t i = 0; i < plan->count; i++) {
		const struct lists_record *from = &plan->records[i];
		struct keyd_record *record = &list->records[i];

		if (from->cert.len > KEYD_CERT_MAX ||
		    tail + from->cert.len > KEYD_LIST_MAX ||
		    (from->dns && strlen(from->dns) >= sizeof(record->dns)))
			return 0;
		record->function = from->role;
		record->cert_len = (uint16_t)from->cert.len;
		if (from->has_ip)
			memcpy(record->addr, from->ip, 4);
		if (from->dns)
			strcpy(record->dns, from->dns);
		if (from->cert.len)
			memcpy(to + tail, from->cert.data, from->cert.len);
		tail += from->cert.len;
	}
	return tail;
}
