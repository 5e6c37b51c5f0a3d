// SPDX-License-Identifier: GPL-2.0
/*
 * The phones' documents, byte for byte, and with texts that would break them.
 *
 * selftests/daemon/documents/ has what is expected; each was read, element by
 * element, beside the protocol's description.
 */
#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/phone-document.h"
#include "tap.h"

#define DIR	"selftests/daemon/documents/"

static const struct phone_server servers[] = {
	{ "cm1.example.org", 2000, 5060, 5061, 0 },
	{ "192.0.2.11", 2001, 5062, 5063, 5090 },
};
static const struct phone_place tvs[] = {
	{ "cm1.example.org", 2445 }, { "192.0.2.11", 2446 },
};
static const struct phone_place capf[] = {
	{ "192.0.2.10", 3804 }, { "b", 1 }, { "c", 2 }, { "d", 3 },
	{ "e", 4 }, { "beyond what phones read", 5 },
};
static const struct phone_srst srst = {
	.name = "branch", .address = "198.51.100.1", .sccp_port = 2443,
	.sip_port = 5061, .secure = true,
	.certificate_element = "certificate", .certificate = "TUlJQg==",
};
static const struct phone_line lines[] = {
	{ 1, "2001", "Alice", "Alice \xc3\x84rger", "alice", "wonderland" },
	{ 3, "112", "", NULL, NULL, NULL },
};

static const struct phone_document plain = {
	.description = "desk", .ip_address_mode = PHONE_OMIT,
	.servers = servers, .server_count = 1, .tvs = tvs, .tvs_count = 1,
	.capf = capf, .capf_count = 1, .lines = lines, .line_count = 2,
	.sip_phone_port = 5060, .vendor = { -1, -1, -1, -1, -1, -1, -1, -1, -1 },
	.security = PHONE_NONSECURE, .transport = PHONE_TCP_UDP,
	.tls_resumption = 3600,
};

/* Phones of every kind, each a change of the plain one. */
static struct phone_document document_of(const char *name)
{
	struct phone_document doc = plain;

	if (strstr(name, "sccp"))
		doc.sccp = true;
	if (strstr(name, "sccp-nonsecure"))
		doc.transport = PHONE_TCP;
	if (strstr(name, "authenticated")) {
		doc.security = PHONE_AUTHENTICATED;
		doc.transport = PHONE_TLS;
	}
	if (strstr(name, "encrypted")) {
		doc.security = PHONE_ENCRYPTED;
		doc.transport = PHONE_TLS;
	}
	if (strstr(name, "capf"))
		doc.capf_mode = PHONE_CAPF_BY_STRING;
	if (!strstr(name, "full"))
		return doc;
	doc.server_count = doc.tvs_count = 2;
	doc.capf_count = 6;
	doc.capf_mode = PHONE_CAPF_BY_MIC;
	doc.srst = &srst;
	doc.ip_address_mode = 2;
	doc.load = "sip8845_65.14-1-1";
	doc.ssh_user = "admin";
	doc.ssh_password = "a<b";
	doc.cert_hash = "0123456789abcdef0123456789abcdef";
	doc.encrypted = true;
	for (int i = 0; i < PHONE_VENDOR_COUNT; i++)
		doc.vendor[i] = i % 3;
	return doc;
}

static const char *const documents[] = {
	"sip-nonsecure", "sip-authenticated-capf", "sip-encrypted",
	"sip-encrypted-full", "sccp-nonsecure", "sccp-authenticated",
	"sccp-encrypted-capf",
};

static bool is_file(const char *name, const struct sheet_text *text)
{
	char path[128], data[SHEET_MAX];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), DIR "%s.cnf.xml", name);
	/* For a new document: look at it before it is committed. */
	if (getenv("WRITE_DOCUMENTS")) {
		file = fopen(path, "w");
		fwrite(text->bytes, 1, text->len, file);
		fclose(file);
	}
	file = fopen(path, "r");
	len = file ? fread(data, 1, sizeof(data), file) : 0;
	if (file)
		fclose(file);
	return file && len == text->len && !memcmp(data, text->bytes, len);
}

static void test_bytes(void)
{
	struct sheet_text text, again;

	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct phone_document doc = document_of(documents[i]);

		ok(!phone_document_write(&doc, &text) &&
		   is_file(documents[i], &text), "%s", documents[i]);
		ok(!phone_document_write(&doc, &again) &&
		   again.len == text.len &&
		   !memcmp(again.bytes, text.bytes, text.len),
		   "%s: the same again", documents[i]);
		sheet_text_clear(&text);
		sheet_text_clear(&again);
	}
}

static bool contains(const struct sheet_text *text, const char *word)
{
	return memmem(text->bytes, text->len, word, strlen(word));
}

/* 5.3: what is served in clear has nothing of what is encrypted. */
static void test_reduced(void)
{
	struct phone_document doc = document_of("sip-encrypted-full");
	struct sheet_text text;

	ok(!phone_document_write_reduced(&doc, &text) &&
	   is_file("sip-encrypted-full-reduced", &text), "the reduced one");
	ok(!contains(&text, "2001") && !contains(&text, "alice") &&
	   !contains(&text, "wonderland") && !contains(&text, "a&lt;b") &&
	   !contains(&text, "vendorConfig"), "tells nothing");
	sheet_text_clear(&text);
	doc.load = "";
	doc.ip_address_mode = PHONE_OMIT;
	doc.cert_hash = NULL;
	ok(!phone_document_write_reduced(&doc, &text) &&
	   !contains(&text, "loadInformation") &&
	   contains(&text, "<certHash></certHash>"), "or even less");
	sheet_text_clear(&text);
}

static void test_default(void)
{
	static const struct phone_load loads[] = {
		{ 36224, "sip8845_65.14-1-1" }, { 7, "P<7>" },
	};
	struct phone_default facts = {
		.servers = servers, .server_count = 2, .tvs = tvs,
		.tvs_count = 1, .loads = loads, .load_count = 2,
	};
	struct sheet_text text;

	ok(!phone_default_write(&facts, &text) && is_file("default", &text),
	   "of phones that nobody knows");
	sheet_text_clear(&text);
}

static char *stamp_of(const struct phone_document *doc)
{
	struct sheet_text text;
	char *start, *stamp = NULL;

	if (!phone_document_write(doc, &text)) {
		start = memmem(text.bytes, text.len, "<versionStamp>", 14);
		stamp = start ? strndup(start + 14, 32) : NULL;
	}
	sheet_text_clear(&text);
	return stamp;
}

static void test_stamp(void)
{
	struct phone_document doc = plain;
	char *before = stamp_of(&doc), *after;

	ok(before && strlen(before) == 32 &&
	   strspn(before, "0123456789abcdef") == 32, "the stamp is a hash");
	doc.vendor[PHONE_TLS12_ONLY] = 1;
	after = stamp_of(&doc);
	ok(after && strcmp(before, after), "of the content");
	free(before);
	free(after);
}

/* Every place for a text: how it is set, and where it is read again. */
static struct phone_server server;
static struct phone_place place;
static struct phone_srst gateway;
static struct phone_line line;

static const struct {
	const char *path;
	size_t offset;
	void *of;	/* NULL: of the document */
} places[] = {
#define OF_DOC(m)	offsetof(struct phone_document, m), NULL
	{ "sshUserId", OF_DOC(ssh_user) },
	{ "sshPassword", OF_DOC(ssh_password) },
	{ "sipProfile/phoneLabel", OF_DOC(description) },
	{ "loadInformation", OF_DOC(load) },
	{ "certHash", OF_DOC(cert_hash) },
	{ "devicePool/callManagerGroup/members/member/callManager/"
	  "processNodeName", offsetof(struct phone_server, node), &server },
	{ "TVS/members/member/address", offsetof(struct phone_place, address),
	  &place },
	{ "devicePool/srstInfo/name", offsetof(struct phone_srst, name),
	  &gateway },
	{ "devicePool/srstInfo/ipAddr1",
	  offsetof(struct phone_srst, address), &gateway },
	{ "devicePool/srstInfo/certificate",
	  offsetof(struct phone_srst, certificate), &gateway },
	{ "sipProfile/sipLines/line/name",
	  offsetof(struct phone_line, number), &line },
	{ "sipProfile/sipLines/line/featureLabel",
	  offsetof(struct phone_line, label), &line },
	{ "sipProfile/sipLines/line/displayName",
	  offsetof(struct phone_line, display_name), &line },
	{ "sipProfile/sipLines/line/authName",
	  offsetof(struct phone_line, auth_name), &line },
	{ "sipProfile/sipLines/line/authPassword",
	  offsetof(struct phone_line, auth_password), &line },
};

static struct phone_document document_with(size_t at, const char *text)
{
	struct phone_document doc = plain;
	char *of = places[at].of;

	server = servers[0];
	place = tvs[0];
	gateway = srst;
	line = lines[0];
	doc.servers = &server;
	doc.tvs = &place;
	doc.srst = &gateway;
	doc.lines = &line;
	doc.line_count = 1;
	of = of ? of : (char *)&doc;
	*(const char **)(of + places[at].offset) = text;
	return doc;
}

/* What another parser than the writer's makes of it. */
static bool reads_back(const struct sheet_text *text, const char *path,
		       const char *wanted)
{
	char file[] = "/tmp/ucsec-document-XXXXXX", query[160];
	int fd = mkstemp(file), status;
	char command[512];
	xmlDocPtr xml;
	xmlXPathContextPtr context;
	xmlXPathObjectPtr found;
	bool same;

	if (write(fd, text->bytes, text->len) != (ssize_t)text->len)
		abort();
	close(fd);
	snprintf(command, sizeof(command), "xmllint --noout %s", file);
	status = system(command);
	unlink(file);
	xml = xmlReadMemory(text->bytes, text->len, NULL, NULL,
			    XML_PARSE_NONET | XML_PARSE_HUGE);
	if (!xml)
		return false;
	context = xmlXPathNewContext(xml);
	snprintf(query, sizeof(query), "string(/device/%s)", path);
	found = xmlXPathEvalExpression(BAD_CAST query, context);
	same = found && !strcmp((const char *)found->stringval, wanted);
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	xmlFreeDoc(xml);
	return !status && same;
}

static const char *const hostile[] = {
	"& < > \" '", "</name></device><device>", "&amp;&lt;&#0;", "]]>",
	"<![CDATA[x]]>", "<!-- x --", "<?xml?>", "&x;", "a\tb\nc\rd\r\n",
	"  blanks  ", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xc2\x85",
	"%s%n%x", "",
};

static void test_hostile(void)
{
	static char many[20001];
	struct sheet_text text;

	memset(many, '<', sizeof(many) - 1);
	memset(many, 'x', sizeof(many) - 2001);
	for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
		bool good = true;

		for (size_t h = 0; h < sizeof(hostile) / sizeof(hostile[0]);
		     h++) {
			struct phone_document doc = document_with(p,
								  hostile[h]);

			if (phone_document_write(&doc, &text) ||
			    !reads_back(&text, places[p].path, hostile[h])) {
				printf("# hostile %zu\n", h);
				good = false;
			}
			sheet_text_clear(&text);
		}
		ok(good, "%s: read as it was written", places[p].path);
		struct phone_document doc = document_with(p, many);

		ok(!phone_document_write(&doc, &text) &&
		   reads_back(&text, places[p].path, many),
		   "%s: 20,000 bytes", places[p].path);
		sheet_text_clear(&text);
	}
}

static const char *last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* XML has no way to say these: nothing is written, and the place told. */
static void test_refused(void)
{
	static const char *const bytes[] = {
		"\x80", "\xff", "a\xc3", "\xc3(", "\xc0\xaf", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xef\xbf\xbe", "\xef\xbf\xbf", "\xe2\x82",
	};
	size_t count = sizeof(bytes) / sizeof(bytes[0]);
	struct sheet_text text;

	for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
		bool good = true;

		for (size_t b = 1; b < 0x20 + count; b++) {
			char control[] = { 'a', b, 0 };
			const char *bad = b < 0x20 ? control :
				bytes[b - 0x20];
			struct phone_document doc = document_with(p, bad);
			int err = phone_document_write(&doc, &text);

			if (b < 0x20 && strchr("\t\n\r", b)) {
				sheet_text_clear(&text);
				continue;
			}
			if (err != -EILSEQ || text.bytes || text.len ||
			    strcmp(text.refused, last_of(places[p].path))) {
				printf("# %zu: %d %s\n", b, err, text.refused);
				good = false;
			}
			sheet_text_clear(&text);
		}
		ok(good, "%s: what XML cannot hold", places[p].path);
	}
}

static void test_long(void)
{
	char *many = malloc(2 * SHEET_MAX);
	struct phone_document doc;
	struct sheet_text text;

	memset(many, 'x', 2 * SHEET_MAX);
	many[2 * SHEET_MAX - 1] = '\0';
	doc = document_with(0, many);
	ok(phone_document_write(&doc, &text) == -E2BIG && !text.bytes,
	   "one text that is too long");
	many[SHEET_MAX / 5] = '\0';
	memset(many, '&', SHEET_MAX / 5);
	doc = document_with(0, many);
	ok(phone_document_write(&doc, &text) == -E2BIG && !text.bytes,
	   "or grows to be, as it is escaped");
	many[SHEET_MAX / 5 - 1000] = '\0';
	ok(!phone_document_write(&doc, &text) && text.len <= SHEET_MAX,
	   "less is not");
	sheet_text_clear(&text);
	free(many);
}

/* The last byte that there is room for is the stamp's. */
static void test_full(void)
{
	char *many = calloc(1, SHEET_MAX);
	struct phone_document doc = document_with(0, "x");
	struct sheet_text text;
	size_t room;

	if (phone_document_write(&doc, &text))
		abort();
	room = SHEET_MAX - text.len;
	sheet_text_clear(&text);
	memset(many, 'x', 1 + room);
	doc = document_with(0, many);
	ok(!phone_document_write(&doc, &text) && text.len == SHEET_MAX,
	   "as long as may be");
	sheet_text_clear(&text);
	many[1 + room] = 'x';
	ok(phone_document_write(&doc, &text) == -E2BIG && !text.bytes,
	   "one more is too long, though it would do without its stamp");
	free(many);
}

int main(void)
{
	sheet_wipe_memory();
	test_bytes();
	test_reduced();
	test_default();
	test_stamp();
	test_hostile();
	test_refused();
	test_long();
	test_full();
	xmlCleanupParser();
	return tap_end();
}
