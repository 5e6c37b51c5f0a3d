/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SEP<MAC>.cnf.xml and XMLDefault.cnf.xml, from plain facts.
 *
 * No clock, no database: the same facts give the same bytes, and the version
 * stamp is a hash of them. Strings are borrowed; NULL is as good as empty.
 */
#ifndef FILES_PHONE_DOCUMENT_H
#define FILES_PHONE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files/sheet.h"

/* One that phones register with. */
struct phone_server {
	const char *node;
	uint16_t sccp_port, sip_port, sips_port;
	uint16_t oauth_port;		/* 0: none */
};

/* Where TVS or CAPF listens. */
struct phone_place {
	const char *address;
	uint16_t port;
};

struct phone_line {
	unsigned int button;
	const char *number, *label, *display_name;
	const char *auth_name, *auth_password;	/* NULL: left out */
};

struct phone_srst {
	const char *name, *address;
	uint16_t sccp_port, sip_port;
	bool secure;
	/* The element for the certificate in base64; NULL: left out. */
	const char *certificate_element, *certificate;
};

/* Elements of vendorConfig, in the order they have there. */
enum phone_vendor {
	PHONE_PC_PORT,
	PHONE_SETTINGS_ACCESS,
	PHONE_GARP,
	PHONE_VOICE_VLAN_ACCESS,
	PHONE_WEB_ACCESS,
	PHONE_SPAN_TO_PC_PORT,
	PHONE_SSH_ACCESS,
	PHONE_WEB_PROTOCOL,
	PHONE_TLS12_ONLY,
	PHONE_VENDOR_COUNT,
};

enum { PHONE_OMIT = -1 };	/* the element is left out */

/* The values are the phones' own: protocol notes, 7.2. */
enum phone_security {
	PHONE_NONSECURE = 1,
	PHONE_AUTHENTICATED,
	PHONE_ENCRYPTED,
};

enum phone_transport {
	PHONE_TCP = 1,
	PHONE_UDP,
	PHONE_TLS,
	PHONE_TCP_UDP,
};

enum phone_capf {
	PHONE_CAPF_NONE,
	PHONE_CAPF_BY_STRING,
	PHONE_CAPF_BY_NULL_STRING,
	PHONE_CAPF_BY_LSC,
	PHONE_CAPF_BY_MIC,
};

#define PHONE_CAPF_MAX	5	/* entries of the list that phones read */

struct phone_document {
	bool sccp;
	const char *description;
	const char *load;		/* empty: what it has */
	int ip_address_mode;		/* 0 IPv4, 1 IPv6, 2 both; PHONE_OMIT */
	const char *ssh_user, *ssh_password;
	const struct phone_server *servers;
	size_t server_count;
	const struct phone_place *tvs, *capf;
	size_t tvs_count, capf_count;
	const struct phone_srst *srst;	/* NULL: none */
	const struct phone_line *lines;	/* SIP phones have them in it */
	size_t line_count;
	uint16_t sip_phone_port;
	int vendor[PHONE_VENDOR_COUNT];	/* value, or PHONE_OMIT */
	enum phone_security security;
	enum phone_transport transport;
	bool sip_oauth;
	enum phone_capf capf_mode;
	const char *cert_hash;		/* of who can decrypt it */
	bool encrypted;
	unsigned int tls_resumption;	/* seconds */
};

int phone_document_write(const struct phone_document *document,
			 struct sheet_text *text);
/*
 * What a phone is served in clear whose document is encrypted: nothing but how
 * it gets that (5.3 of the protocol notes).
 */
int phone_document_write_reduced(const struct phone_document *document,
				 struct sheet_text *text);

struct phone_load {
	uint32_t model_id;
	const char *load;
};

/* For phones that nobody knows. */
struct phone_default {
	const struct phone_server *servers;
	size_t server_count;
	const struct phone_place *tvs;
	size_t tvs_count;
	const struct phone_load *loads;
	size_t load_count;
};

int phone_default_write(const struct phone_default *facts,
			struct sheet_text *text);

#endif /* FILES_PHONE_DOCUMENT_H */
