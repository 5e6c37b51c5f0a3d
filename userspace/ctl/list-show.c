// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl ctl show, itl show: what is in a trust list, in 80 columns.
 */
#include <string.h>
#include <time.h>

#include "list-file.h"

#define COLUMNS	80
#define LABEL	13

/* A long name goes on in the next line, behind a separator where it can. */
static void print_row(const char *label, const char *text)
{
	const size_t room = COLUMNS - LABEL - 2;
	size_t len = strlen(text), n;

	printf("  %-*s", LABEL, label);
	for (; len > room; text += n, len -= n) {
		for (n = room; n && !strchr(";, ", text[n - 1]); n--)
			;
		n = n ?: room;
		for (size_t i = 0; i < n; i++)
			putchar((unsigned char)text[i] < ' ' ||
				text[i] == 0x7f ? '?' : text[i]);
		printf("\n  %*s", LABEL, "");
	}
	print_text(stdout, text);
	putchar('\n');
}

static void print_if(const char *label, const char *text)
{
	if (text && *text)
		print_row(label, text);
}

static void print_serial(struct trust_span serial)
{
	char text[LIST_HEX_SIZE];

	format_hex(serial, text);
	print_if("serial", text);
}

static void print_time(uint32_t seconds)
{
	time_t when = seconds;
	struct tm tm;
	char text[32];

	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%F %T UTC", &tm);
	print_row("made", text);
}

static void print_signature(const struct trust_header *h)
{
	const char *digest = trust_digest_name(h->digest);
	char text[64];

	snprintf(text, sizeof(text), "%s, %s %zu", digest ?: "unknown digest",
		 h->algorithm ? "unknown algorithm," : "RSA",
		 8 * trust_modulus_size(h->modulus));
	print_row("signed with", text);
}

static void print_size(const struct list_file *file)
{
	const struct trust_header *h = &file->list.header;
	char text[LIST_HEX_SIZE];

	print_row("name", h->name);
	snprintf(text, sizeof(text), "%u.%u", h->version >> 8,
		 h->version & 0xff);
	if (h->signer_version)
		snprintf(text, sizeof(text), "%u.%u, signer version %u.%u",
			 h->version >> 8, h->version & 0xff,
			 h->signer_version >> 8, h->signer_version & 0xff);
	print_row("version", text);
	snprintf(text, sizeof(text), "%zu bytes, %u record%s", file->bytes.len,
		 file->list.count, file->list.count == 1 ? "" : "s");
	print_row("size", text);
}

static void print_header(const struct list_file *file)
{
	const struct trust_span all = { file->bytes.data, file->bytes.len };
	const struct trust_header *h = &file->list.header;
	char text[LIST_HEX_SIZE];

	puts(!file->kind_known ? "list" : file->kind == TRUST_CTL ? "CTL" :
	     "ITL");
	print_size(file);
	format_digest("MD5", all, text);
	print_if("MD5", text);
	format_digest("SHA1", all, text);
	print_row("SHA-1", text);
	print_time(h->time);
	print_row("signer", h->subject);
	print_row("issuer", h->issuer);
	print_serial(h->serial);
	print_signature(h);
}

static void print_ip(struct trust_span ip)
{
	char text[20];

	if (!ip.data)
		return;
	snprintf(text, sizeof(text), "%u.%u.%u.%u", ip.data[0], ip.data[1],
		 ip.data[2], ip.data[3]);
	print_row("address", text);
}

static void print_cert(const struct trust_record *record)
{
	struct list_cert cert;
	char text[LIST_HEX_SIZE];

	list_cert_read(record, &cert);
	if (cert.there) {
		print_row("key", cert.key);
		snprintf(text, sizeof(text), "%s%s", cert.expires,
			 cert.expired ? ", expired" : "");
		print_row("expires", text);
		format_digest("SHA1", record->certificate, text);
		print_row("fingerprint", text);
	} else {
		print_row("certificate", !record->certificate.data ?
			  record->key.data ? "none, the key alone" : "none" :
			  "cannot be read");
	}
}

static void print_record(const struct list_file *file, unsigned int number)
{
	const struct trust_record *r = &file->list.records[number - 1];
	const char *role = trust_role_name(r->role);
	char text[48];

	printf("\nrecord %u\n", number);
	snprintf(text, sizeof(text), "%s%s", role ?: "unknown",
		 r == trust_list_signer(&file->list) ?
		 ", the signer of this list" : "");
	if (!role)
		snprintf(text, sizeof(text), "unknown, %u", r->role);
	print_row("role", text);
	print_if("DNS name", r->dns);
	print_ip(r->ip);
	print_if("subject", r->subject);
	print_if("issuer", r->issuer);
	print_serial(r->serial);
	print_cert(r);
}

static void print_verdict(const struct list_file *file, bool verifies)
{
	if (trust_list_is_rollback(&file->list))
		print_row("rollback", "phones that hold it take unsigned files "
			  "and any next ITL");
	if (verifies) {
		print_row("signature", "verifies");
		return;
	}
	printf("  %-*sdoes not verify:\n  %*s", LABEL, "signature", LABEL, "");
	print_fault(stdout, &file->fault);
	putchar('\n');
}

/* Of the one that phones are given: is it what they should be given? */
static void print_published(const struct list_file *file)
{
	const char *why = json_string_value(
		json_object_get(file->published, "why"));
	const char *renewal = json_string_value(
		json_object_get(file->published, "renewal"));
	const char *ready = json_string_value(
		json_object_get(file->published, "renewal_ready"));
	char text[160];

	if (!file->published)
		return;
	snprintf(text, sizeof(text), why && *why ? "out of date: %s" :
		 "up to date", why);
	print_row("published", text);
	if (!renewal || !strcmp(renewal, "none"))
		return;
	snprintf(text, sizeof(text), ready ? "%s, ready %s" : "%s", renewal,
		 ready);
	print_row("renewal", text);
}

static enum status show(struct ctl *ctl, struct list_file *file)
{
	bool verifies = !trust_list_verify(file->bytes.data, file->bytes.len,
					   &file->list, file->max_sast,
					   &file->fault);
	enum status status = STATUS_OK;

	if (ctl->json) {
		status = print_json(json_of_list(file, verifies ? NULL :
						 file->fault.why));
	} else {
		print_header(file);
		print_verdict(file, verifies);
		print_published(file);
		for (unsigned int i = 1; i <= file->list.count; i++)
			print_record(file, i);
	}
	return verifies ? status : fail(ctl, "the list does not verify");
}

enum status cmd_list_show(struct ctl *ctl, char **words)
{
	enum status status;
	struct list_file *file = NULL;

	status = words[0] ? expect_none(ctl, words + 1) : STATUS_OK;
	if (status == STATUS_OK)
		status = words[0] ? list_file_open(ctl, words[0], &file) :
			list_file_fetch(ctl, &file);
	if (status == STATUS_OK)
		status = list_file_expect(ctl, file);
	if (status == STATUS_OK)
		status = show(ctl, file);
	list_file_close(file);
	return status;
}
