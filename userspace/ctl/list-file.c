// SPDX-License-Identifier: GPL-2.0
/*
 * A CTL or ITL in a file: read, and the facts that both outputs show.
 */
#include "list-file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "trust/verify.h"

void print_fault(FILE *out, const struct trust_fault *fault)
{
	fputs(fault->why, out);
	if (fault->record && fault->offset)
		fprintf(out, " (record %u, byte %zu)", fault->record,
			fault->offset);
	else if (fault->record)
		fprintf(out, " (record %u)", fault->record);
	else if (fault->offset)
		fprintf(out, " (byte %zu)", fault->offset);
}

/* One byte more than a list may have: then it is no list. */
static int read_all(const char *path, struct trust_bytes *bytes)
{
	const size_t room = TRUST_LIST_SIZE + 1;
	ssize_t n = 0;
	int fd, err;

	fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) :
		STDIN_FILENO;
	if (fd < 0)
		return errno;
	bytes->data = malloc(room);
	while (bytes->data && bytes->len < room &&
	       (n = read(fd, bytes->data + bytes->len, room - bytes->len)) > 0)
		bytes->len += (size_t)n;
	err = !bytes->data ? ENOMEM : n < 0 ? errno : 0;
	if (fd != STDIN_FILENO)
		close(fd);
	return err;
}

enum status list_file_read(struct list_file *file)
{
	if (!trust_list_read(file->bytes.data, file->bytes.len, &file->list,
			     &file->fault)) {
		file->kind_known = trust_list_kind(&file->list, &file->kind);
		return STATUS_OK;
	}
	fputs("ucsecctl: not a trust list: ", stderr);
	print_fault(stderr, &file->fault);
	putc('\n', stderr);
	return STATUS_FAILED;
}

enum status list_file_open(struct ctl *ctl, const char *path,
			   struct list_file **to)
{
	struct list_file *file;
	int err;

	if (!strcmp(path, "-") && ctl->stdin_taken)
		return usage_error(ctl, "standard input is one file alone",
				   NULL);
	ctl->stdin_taken |= !strcmp(path, "-");
	file = calloc(1, sizeof(*file));
	if (!file)
		return fail(ctl, strerror(ENOMEM));
	err = read_all(path, &file->bytes);
	if (err) {
		fail(ctl, strerror(err));
	} else if (list_file_read(file) == STATUS_OK) {
		*to = file;
		return STATUS_OK;
	}
	list_file_close(file);
	return STATUS_FAILED;
}

void list_file_close(struct list_file *file)
{
	if (!file)
		return;
	trust_bytes_free(&file->bytes);
	json_decref(file->published);
	free(file);
}

enum status list_file_expect(const struct ctl *ctl,
			     const struct list_file *file)
{
	bool wants_itl = !strcmp(ctl->command->noun, "itl");

	if (!file->kind_known || (file->kind == TRUST_ITL) == wants_itl)
		return STATUS_OK;
	return fail(ctl, wants_itl ? "it is a CTL, for ucsecctl ctl" :
		    "it is an ITL, for ucsecctl itl");
}

static void put_hex(const uint8_t *data, size_t len, const char *format,
		    char text[LIST_HEX_SIZE])
{
	text[0] = '\0';
	for (size_t i = 0; i < len && i < TRUST_SERIAL_MAX; i++)
		snprintf(text + 2 * i, 3, format, data[i]);
}

void format_hex(struct trust_span bytes, char text[LIST_HEX_SIZE])
{
	put_hex(bytes.data, bytes.len, "%02X", text);
}

void format_digest(const char *name, struct trust_span bytes,
		   char text[LIST_HEX_SIZE])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t len = 0;

	/* Not there where only approved algorithms are: then it is empty. */
	if (!EVP_Q_digest(NULL, name, NULL, bytes.data, bytes.len, digest,
			  &len))
		len = 0;
	put_hex(digest, len, "%02x", text);
}

void list_cert_read(const struct trust_record *record, struct list_cert *shown)
{
	X509 *cert = trust_record_cert(record);
	EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
	struct tm tm;

	*shown = (struct list_cert){ .there = cert };
	if (key)
		snprintf(shown->key, sizeof(shown->key), "%.20s %d",
			 EVP_PKEY_get0_type_name(key) ?: "?",
			 EVP_PKEY_get_bits(key));
	if (cert && ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm)) {
		strftime(shown->expires, sizeof(shown->expires), "%FT%TZ",
			 &tm);
		shown->expired = X509_cmp_current_time(
			X509_get0_notAfter(cert)) < 0;
	}
	X509_free(cert);
}
