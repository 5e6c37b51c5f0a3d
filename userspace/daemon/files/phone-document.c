// SPDX-License-Identifier: GPL-2.0
/*
 * SEP<MAC>.cnf.xml and XMLDefault.cnf.xml, from plain facts.
 *
 * Elements stand in the order of protocol notes 7.1: most phones do not mind,
 * and some may.
 */
#include "files/phone-document.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAMP_BYTES	16

static void put_servers(struct sheet *s, const struct phone_server *servers,
			size_t count)
{
	sheet_begin(s, "callManagerGroup");
	sheet_begin(s, "members");
	for (size_t i = 0; i < count; i++) {
		sheet_begin(s, "member");
		sheet_attribute_number(s, "priority", i);
		sheet_begin(s, "callManager");
		sheet_begin(s, "ports");
		sheet_put_number(s, "ethernetPhonePort", servers[i].sccp_port);
		sheet_put_number(s, "sipPort", servers[i].sip_port);
		sheet_put_number(s, "securedSipPort", servers[i].sips_port);
		if (servers[i].oauth_port)
			sheet_put_number(s, "sipOAuthPort",
					 servers[i].oauth_port);
		sheet_end(s);
		sheet_put(s, "processNodeName", servers[i].node);
		sheet_end(s);
		sheet_end(s);
	}
	sheet_end(s);
	sheet_end(s);
}

static void put_tvs(struct sheet *s, const struct phone_place *tvs,
		    size_t count)
{
	if (!count)
		return;
	sheet_begin(s, "TVS");
	sheet_begin(s, "members");
	for (size_t i = 0; i < count; i++) {
		sheet_begin(s, "member");
		sheet_attribute_number(s, "priority", i);
		sheet_put_number(s, "port", tvs[i].port);
		sheet_put(s, "address", tvs[i].address);
		sheet_end(s);
	}
	sheet_end(s);
	sheet_end(s);
}

static void put_srst(struct sheet *s, const struct phone_srst *srst)
{
	sheet_begin(s, "srstInfo");
	sheet_put(s, "name", srst ? srst->name : "Disable");
	sheet_put(s, "srstOption", srst ? "Enable" : "Disable");
	sheet_put_bool(s, "userModifiable", false);
	if (srst) {
		sheet_put(s, "ipAddr1", srst->address);
		sheet_put_number(s, "port1", srst->sccp_port);
		sheet_put(s, "sipIpAddr1", srst->address);
		sheet_put_number(s, "sipPort1", srst->sip_port);
	}
	sheet_put_bool(s, "isSecure", srst && srst->secure);
	if (srst && srst->certificate_element && srst->certificate)
		sheet_put(s, srst->certificate_element, srst->certificate);
	sheet_end(s);
}

static void put_line(struct sheet *s, const struct phone_line *line,
		     unsigned int index)
{
	sheet_begin(s, "line");
	sheet_attribute_number(s, "button", line->button);
	sheet_attribute_number(s, "lineIndex", index);
	sheet_put_number(s, "featureID", 9);	/* a line */
	sheet_put(s, "featureLabel", line->label);
	sheet_put(s, "proxy", "USECALLMANAGER");
	sheet_put(s, "name", line->number);
	sheet_put(s, "displayName", line->display_name);
	if (line->auth_name)
		sheet_put(s, "authName", line->auth_name);
	if (line->auth_password)
		sheet_put(s, "authPassword", line->auth_password);
	sheet_end(s);
}

static void put_sip_profile(struct sheet *s, const struct phone_document *doc)
{
	sheet_begin(s, "sipProfile");
	sheet_begin(s, "sipProxies");
	sheet_put_bool(s, "registerWithProxy", true);
	sheet_end(s);
	sheet_put(s, "phoneLabel", doc->description);
	sheet_put_number(s, "voipControlPort", doc->sip_phone_port);
	sheet_begin(s, "sipLines");
	for (size_t i = 0; i < doc->line_count; i++)
		put_line(s, &doc->lines[i], i + 1);
	sheet_end(s);
	sheet_end(s);
}

/* Levels are resolved already: one has the values, the others are empty. */
static void put_vendor(struct sheet *s, const int vendor[PHONE_VENDOR_COUNT])
{
	static const char *const elements[PHONE_VENDOR_COUNT] = {
		[PHONE_PC_PORT] = "pcPort",
		[PHONE_SETTINGS_ACCESS] = "settingsAccess",
		[PHONE_GARP] = "garp",
		[PHONE_VOICE_VLAN_ACCESS] = "voiceVlanAccess",
		[PHONE_WEB_ACCESS] = "webAccess",
		[PHONE_SPAN_TO_PC_PORT] = "spanToPCPort",
		[PHONE_SSH_ACCESS] = "sshAccess",
		[PHONE_WEB_PROTOCOL] = "webProtocol",
		[PHONE_TLS12_ONLY] = "tls12Only",
	};

	sheet_begin(s, "vendorConfig");
	for (int i = 0; i < PHONE_VENDOR_COUNT; i++)
		if (vendor[i] != PHONE_OMIT)
			sheet_put_number(s, elements[i], vendor[i]);
	sheet_end(s);
	sheet_put(s, "commonConfig", "");
	sheet_put(s, "enterpriseConfig", "");
}

/* How the phone gets a certificate, and with which it reads its document. */
static void put_trust(struct sheet *s, const struct phone_document *doc)
{
	sheet_put_number(s, "capfAuthMode", doc->capf_mode);
	sheet_begin(s, "capfList");
	for (size_t i = 0; i < doc->capf_count && i < PHONE_CAPF_MAX; i++) {
		sheet_begin(s, "capf");
		sheet_put_number(s, "phonePort", doc->capf[i].port);
		sheet_put(s, "processNodeName", doc->capf[i].address);
		sheet_end(s);
	}
	sheet_end(s);
	sheet_put(s, "certHash", doc->cert_hash);
	sheet_put_bool(s, "encrConfig", doc->encrypted);
}

static int write_unstamped(const struct phone_document *doc,
			   struct sheet_text *text)
{
	struct sheet sheet, *s = &sheet;

	sheet_open(s, "device");
	sheet_put_bool(s, "fullConfig", true);
	sheet_put(s, "deviceProtocol", doc->sccp ? "SCCP" : "SIP");
	sheet_put(s, "sshUserId", doc->ssh_user);
	sheet_put(s, "sshPassword", doc->ssh_password);
	if (doc->ip_address_mode != PHONE_OMIT)
		sheet_put_number(s, "ipAddressMode", doc->ip_address_mode);
	sheet_begin(s, "devicePool");
	put_servers(s, doc->servers, doc->server_count);
	put_srst(s, doc->srst);
	sheet_end(s);
	put_tvs(s, doc->tvs, doc->tvs_count);
	if (!doc->sccp)
		put_sip_profile(s, doc);
	sheet_put(s, "loadInformation", doc->load);
	put_vendor(s, doc->vendor);
	sheet_put(s, "versionStamp", NULL);
	sheet_put_number(s, "deviceSecurityMode", doc->security);
	sheet_put_number(s, "transportLayerProtocol", doc->transport);
	if (!doc->sccp)
		sheet_put_number(s, "sipOAuthMode", doc->sip_oauth);
	put_trust(s, doc);
	sheet_put_number(s, "TLSResumptionTimer", doc->tls_resumption);
	sheet_begin(s, "phoneServices");
	sheet_attribute(s, "useHTTPS", "true");
	sheet_end(s);
	return sheet_close(s, text);
}

static int make_stamp(const struct sheet_text *text,
		      char stamp[2 * STAMP_BYTES + 1])
{
	unsigned char sum[EVP_MAX_MD_SIZE];

	if (EVP_Digest(text->bytes, text->len, sum, NULL, EVP_sha256(),
		       NULL) != 1)
		return -EIO;
	for (int i = 0; i < STAMP_BYTES; i++)
		sprintf(stamp + 2 * i, "%02x", sum[i]);
	return 0;
}

/* The stamp is of the text without one. Values have no "<" of their own in XML. */
static int put_stamp(struct sheet_text *text,
		     const char stamp[2 * STAMP_BYTES + 1])
{
	static const char element[] = "<versionStamp>";
	const char *found = memmem(text->bytes, text->len, element,
				   strlen(element));
	struct sheet_text with = { .len = text->len + 2 * STAMP_BYTES };
	size_t at;

	if (!found)
		return -EINVAL;
	if (with.len > SHEET_MAX)
		return -E2BIG;
	at = (size_t)(found - text->bytes) + strlen(element);
	with.bytes = malloc(with.len);
	if (!with.bytes)
		return -ENOMEM;
	memcpy(with.bytes, text->bytes, at);
	memcpy(with.bytes + at, stamp, 2 * STAMP_BYTES);
	memcpy(with.bytes + at + 2 * STAMP_BYTES, text->bytes + at,
	       text->len - at);
	sheet_text_clear(text);
	*text = with;
	return 0;
}

int phone_document_write(const struct phone_document *doc,
			 struct sheet_text *text)
{
	char stamp[2 * STAMP_BYTES + 1];
	int err = write_unstamped(doc, text);

	if (err)
		return err;
	err = make_stamp(text, stamp);
	if (!err)
		err = put_stamp(text, stamp);
	if (err)
		sheet_text_clear(text);
	return err;
}

int phone_document_write_reduced(const struct phone_document *doc,
				 struct sheet_text *text)
{
	struct sheet sheet, *s = &sheet;

	sheet_open(s, "device");
	sheet_put_bool(s, "fullConfig", false);
	if (doc->ip_address_mode != PHONE_OMIT)
		sheet_put_number(s, "ipAddressMode", doc->ip_address_mode);
	if (doc->load && *doc->load)
		sheet_put(s, "loadInformation", doc->load);
	put_trust(s, doc);
	return sheet_close(s, text);
}

int phone_default_write(const struct phone_default *facts,
			struct sheet_text *text)
{
	struct sheet sheet, *s = &sheet;
	char name[48];

	sheet_open(s, "Default");
	put_servers(s, facts->servers, facts->server_count);
	put_tvs(s, facts->tvs, facts->tvs_count);
	for (size_t i = 0; i < facts->load_count; i++) {
		snprintf(name, sizeof(name), "loadInformation%u",
			 facts->loads[i].model_id);
		sheet_put(s, name, facts->loads[i].load);
	}
	return sheet_close(s, text);
}
