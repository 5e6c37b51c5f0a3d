// SPDX-License-Identifier: GPL-2.0
/*
 * The facts of phones' documents, out of the database.
 */
#include "files/phone-source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "store/phone-settings.h"
#include "store/store.h"

/* What phones are told of what listens nowhere here; SCCP never does. */
#define SCCP_PORT	2000
#define TVS_PORT	2445
#define CAPF_PORT	3804
#define TLS_RESUMPTION	3600	/* as the original has it */

/* This node, then the others in their order. */
struct cluster {
	struct phone_server servers[1 + STORE_NODES_MAX];
	struct phone_place tvs[1 + STORE_NODES_MAX];
	size_t count, tvs_count;
	char names[1 + STORE_NODES_MAX][STORE_NAME_SIZE];
};

struct phone_source {
	struct cluster cluster;
	struct store_phone phone;
	struct store_phone_settings settings;
	struct store_buttons buttons;
	struct store_line *store_lines;
	struct phone_line *lines;
	struct phone_srst srst;
	char *certificate;		/* base64 alone, of the SRST gateway */
	char certificate_element[SHEET_NAME_SIZE];
	char password[STORE_TEXT_SIZE];
	char cert_hash[SHEET_NAME_SIZE];
	int64_t until;
	struct phone_document document;
};

static uint16_t port(const struct conf_listen *listen)
{
	return ntohs(listen->addr.sa.sa_family == AF_INET6 ?
		     listen->addr.in6.sin6_port : listen->addr.in.sin_port);
}

static uint16_t port_of(const struct conf *conf, enum conf_transport transport,
			uint16_t other)
{
	for (size_t i = 0; i < conf->listen_count; i++)
		if (conf->listen[i].transport == transport)
			return port(&conf->listen[i]);
	return other;
}

static uint16_t port_of_service(const struct conf_service *service,
				uint16_t other)
{
	return service->count ? port(&service->listen[0]) : other;
}

void phone_site_init(struct phone_site *site, const struct conf *conf)
{
	*site = (struct phone_site){
		.server = {
			.node = conf->node,
			.sccp_port = SCCP_PORT,
			.sip_port = port_of(conf, CONF_UDP,
					    port_of(conf, CONF_TCP, 5060)),
			.sips_port = port_of(conf, CONF_TLS, 5061),
		},
		.tvs = { conf->node,
			 port_of_service(&conf->trust.tvs, TVS_PORT) },
		.capf = { conf->node,
			  port_of_service(&conf->trust.capf, CAPF_PORT) },
	};
}

/* Nodes of one cluster listen on the same ports. */
static int add_node(void *ctx, const struct store_node *node)
{
	struct cluster *cluster = ctx;
	size_t at = cluster->count;
	char *name = cluster->names[at];

	if (at > STORE_NODES_MAX)
		return -E2BIG;
	snprintf(name, STORE_NAME_SIZE, "%s", node->name);
	cluster->servers[at] = cluster->servers[0];
	cluster->servers[at].node = name;
	cluster->count++;
	if (!node->pem[STORE_NODE_TVS])
		return 0;
	cluster->tvs[cluster->tvs_count] = cluster->tvs[0];
	cluster->tvs[cluster->tvs_count++].address = name;
	return 0;
}

static int fill_cluster(struct store *store, const struct phone_site *site,
			struct cluster *cluster)
{
	cluster->servers[0] = site->server;
	cluster->tvs[0] = site->tvs;
	cluster->count = cluster->tvs_count = 1;
	return store_node_each(store, site->server.node, add_node, cluster);
}

/* Most elements say "disabled" by 1. */
static int plain(enum store_setting setting)
{
	return setting == STORE_UNSET ? PHONE_OMIT : setting == STORE_DISABLED;
}

static int reverse(enum store_setting setting)
{
	return setting == STORE_UNSET ? PHONE_OMIT : setting == STORE_ENABLED;
}

static int settings_access(enum store_setting setting)
{
	switch (setting) {
	case STORE_ENABLED:
		return 1;
	case STORE_DISABLED:
		return 0;
	case STORE_RESTRICTED:
		return 2;
	default:
		return PHONE_OMIT;
	}
}

/* Sources do not agree what its 0 is: protocol notes, 7.3. */
static int voice_vlan(struct store *store, enum store_setting setting)
{
	switch (store_param(store, STORE_PARAM_PHONE_FILE_VOICE_VLAN)) {
	case STORE_VOICE_VLAN_ZERO_ENABLES:
		return plain(setting);
	case STORE_VOICE_VLAN_ZERO_DISABLES:
		return reverse(setting);
	default:
		return PHONE_OMIT;
	}
}

static void fill_vendor(struct store *store, struct phone_source *s)
{
	const enum store_setting *set = s->settings.hardening;
	int *vendor = s->document.vendor;

	vendor[PHONE_PC_PORT] = plain(set[STORE_PC_PORT]);
	vendor[PHONE_SETTINGS_ACCESS] =
		settings_access(set[STORE_SETTINGS_ACCESS]);
	vendor[PHONE_GARP] = plain(set[STORE_GRATUITOUS_ARP]);
	vendor[PHONE_VOICE_VLAN_ACCESS] =
		voice_vlan(store, set[STORE_PC_VOICE_VLAN_ACCESS]);
	vendor[PHONE_WEB_ACCESS] = plain(set[STORE_WEB_ACCESS]);
	vendor[PHONE_SPAN_TO_PC_PORT] = plain(set[STORE_SPAN_TO_PC_PORT]);
	vendor[PHONE_SSH_ACCESS] = plain(set[STORE_SSH_ACCESS]);
	vendor[PHONE_WEB_PROTOCOL] = reverse(set[STORE_HTTPS_ONLY]);
	vendor[PHONE_TLS12_ONLY] = reverse(set[STORE_TLS12_ONLY]);
}

/* SIG-1: in a nonsecure cluster what is secure of a profile has no effect. */
static void fill_security(struct store *store, struct phone_source *s)
{
	const struct store_phone_profile *profile = &s->phone.profile;
	bool mixed = store_param(store, STORE_PARAM_CLUSTER_SECURITY_MODE) ==
		STORE_CLUSTER_MIXED;
	unsigned int transports = profile->transports;
	struct phone_document *doc = &s->document;

	if (!mixed && transports & STORE_TLS)
		transports = doc->sccp ? STORE_TCP : STORE_TCP | STORE_UDP;
	doc->security = mixed ? PHONE_NONSECURE + (profile->mode -
						   STORE_NONSECURE) :
		PHONE_NONSECURE;
	doc->transport = transports == STORE_TLS ? PHONE_TLS :
		transports == STORE_TCP ? PHONE_TCP :
		transports == STORE_UDP ? PHONE_UDP : PHONE_TCP_UDP;
	doc->encrypted = mixed && profile->tftp_encrypted_config;
	doc->sip_oauth = mixed && profile->sip_oauth;
}

static void fill_capf(struct phone_source *s, int64_t now)
{
	static const enum phone_capf modes[] = {
		[STORE_CAPF_BY_STRING] = PHONE_CAPF_BY_STRING,
		[STORE_CAPF_BY_NULL_STRING] = PHONE_CAPF_BY_NULL_STRING,
		[STORE_CAPF_BY_LSC] = PHONE_CAPF_BY_LSC,
		[STORE_CAPF_BY_MIC] = PHONE_CAPF_BY_MIC,
	};
	int64_t until = s->settings.capf_completes_by;
	bool due = s->settings.capf_operation != STORE_CAPF_NONE &&
		(!until || now < until);

	s->document.capf_mode = due ? modes[s->phone.profile.capf_mode] :
		PHONE_CAPF_NONE;
	s->until = due ? until : 0;
}

/* The lines between PEM's first and last, without their ends. */
static int copy_base64(const char *pem, char **out)
{
	const char *start = strstr(pem, "-----\n"), *end;
	char *to;

	if (start)
		start += strlen("-----\n");
	end = start ? strstr(start, "-----END") : NULL;
	if (!end)
		return -EBADMSG;
	*out = to = malloc(end - start + 1);
	if (!to)
		return -ENOMEM;
	for (; start < end; start++)
		if (*start != '\n' && *start != '\r')
			*to++ = *start;
	*to = '\0';
	return 0;
}

static int fill_srst(struct store *store, struct phone_source *s)
{
	const struct store_srst *srst = &s->settings.srst;
	const char *element = store_param_text(store,
				STORE_PARAM_PHONE_FILE_SRST_CERTIFICATE);

	if (!s->settings.srst_origin)
		return 0;
	s->srst = (struct phone_srst){
		.name = srst->name,
		.address = srst->address,
		.sccp_port = srst->port,
		.sip_port = srst->sip_port,
		.secure = srst->secure,
	};
	s->document.srst = &s->srst;
	if (!*element || !srst->pem)
		return 0;
	snprintf(s->certificate_element, sizeof(s->certificate_element), "%s",
		 element);
	s->srst.certificate_element = s->certificate_element;
	s->srst.certificate = NULL;
	if (copy_base64(srst->pem, &s->certificate))
		return -EBADMSG;
	s->srst.certificate = s->certificate;
	return 0;
}

/* Digest credentials: with the profile's leave, of what is kept of them. */
static int fill_credentials(struct store *store, struct phone_source *s)
{
	const struct store_phone_profile *profile = &s->phone.profile;
	const char *password = s->password;
	int err;

	if (!profile->digest || profile->exclude_digest_credentials ||
	    !s->phone.digest_user)
		return 0;
	err = store_phone_password(store, s->phone.id, s->password);
	if (err && err != -ENOKEY)
		return err;
	for (size_t i = 0; i < s->buttons.count; i++) {
		s->lines[i].auth_name = s->phone.digest_user_name;
		s->lines[i].auth_password = err ? NULL : password;
	}
	return 0;
}

static int fill_lines(struct store *store, struct phone_source *s)
{
	size_t count = s->buttons.count;
	int err = 0;

	s->store_lines = calloc(count + 1, sizeof(*s->store_lines));
	s->lines = calloc(count + 1, sizeof(*s->lines));
	if (!s->store_lines || !s->lines)
		return -ENOMEM;
	for (size_t i = 0; i < count && !err; i++) {
		err = store_line_get(store, s->buttons.list[i].line,
				     &s->store_lines[i]);
		s->lines[i] = (struct phone_line){
			.button = s->buttons.list[i].position,
			.number = s->buttons.list[i].number,
			.label = s->buttons.list[i].label,
			.display_name = s->store_lines[i].description,
		};
	}
	s->document.lines = s->lines;
	s->document.line_count = count;
	return err ? err : fill_credentials(store, s);
}

static void fill_plain(struct phone_source *s, const struct phone_site *site)
{
	struct phone_document *doc = &s->document;

	doc->sccp = s->phone.protocol == STORE_SCCP;
	doc->description = s->phone.description;
	doc->load = s->settings.load;
	doc->ip_address_mode = PHONE_OMIT;
	doc->servers = s->cluster.servers;
	doc->server_count = s->cluster.count;
	doc->tvs = s->cluster.tvs;
	doc->tvs_count = s->cluster.tvs_count;
	doc->capf = &site->capf;
	doc->capf_count = 1;
	doc->sip_phone_port = s->phone.profile.sip_phone_port;
	doc->cert_hash = s->cert_hash;
	doc->tls_resumption = TLS_RESUMPTION;
}

static int fill(struct store *store, struct phone_source *s,
		const struct phone_site *site, int64_t now)
{
	int err = store_phone_settings(store, s->phone.id, &s->settings);

	if (!err)
		err = store_phone_lines(store, s->phone.id, &s->buttons);
	if (!err)
		err = fill_cluster(store, site, &s->cluster);
	if (err)
		return err;
	fill_plain(s, site);
	fill_vendor(store, s);
	fill_security(store, s);
	fill_capf(s, now);
	err = fill_srst(store, s);
	return err ? err : fill_lines(store, s);
}

int phone_source_new(struct phone_source **out, struct store *store,
		     const struct phone_site *site,
		     const struct store_phone *phone, const char *cert_hash,
		     int64_t now)
{
	struct phone_source *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	snprintf(s->cert_hash, sizeof(s->cert_hash), "%s", cert_hash);
	s->phone = *phone;
	err = fill(store, s, site, now);
	if (err)
		phone_source_free(s);
	else
		*out = s;
	return err;
}

void phone_source_free(struct phone_source *s)
{
	if (!s)
		return;
	store_phone_settings_clear(&s->settings);
	store_buttons_clear(&s->buttons);
	free(s->store_lines);
	free(s->lines);
	free(s->certificate);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

const struct phone_document *phone_source_document(const struct phone_source *s)
{
	return &s->document;
}

int64_t phone_source_until(const struct phone_source *s)
{
	return s->until;
}

struct loads {
	struct phone_load *list;
	char (*names)[STORE_NAME_SIZE];
	size_t count;
};

static int add_load(void *ctx, const char *model, uint32_t model_id,
		    const char *load)
{
	struct loads *loads = ctx;
	size_t count = loads->count + 1;
	void *list = reallocarray(loads->list, count, sizeof(*loads->list));
	void *names;

	(void)model;
	if (!list)
		return -ENOMEM;
	loads->list = list;
	names = reallocarray(loads->names, count, sizeof(*loads->names));
	if (!names)
		return -ENOMEM;
	loads->names = names;
	snprintf(loads->names[loads->count], STORE_NAME_SIZE, "%s", load);
	loads->list[loads->count++].model_id = model_id;
	return 0;
}

int phone_source_default(struct store *store, const struct phone_site *site,
			 struct sheet_text *text)
{
	struct cluster cluster = { .count = 0 };
	struct phone_default facts = {
		.servers = cluster.servers, .tvs = cluster.tvs,
	};
	struct loads loads = { 0 };
	int err = store_load_each(store, add_load, &loads);

	if (!err)
		err = fill_cluster(store, site, &cluster);
	facts.server_count = cluster.count;
	facts.tvs_count = cluster.tvs_count;
	memset(text, 0, sizeof(*text));
	for (size_t i = 0; i < loads.count; i++)
		loads.list[i].load = loads.names[i];
	facts.loads = loads.list;
	facts.load_count = loads.count;
	if (!err)
		err = phone_default_write(&facts, text);
	free(loads.list);
	free(loads.names);
	return err;
}
