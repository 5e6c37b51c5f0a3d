// SPDX-License-Identifier: GPL-2.0
/*
 * Editions of devices' files, out of the database.
 */
#include "files/edition.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificate-der.h"
#include "files/device-key.h"
#include "store/enrolment.h"
#include "store/store.h"
#include "trust/file.h"

#define PLAIN	".cnf.xml"
#define SIGNED	".cnf.xml.sgn"
#define SEALED	".cnf.xml.enc.sgn"

static void set_name(char to[SHELF_NAME_SIZE], const char *stem,
		     const char *end)
{
	snprintf(to, SHELF_NAME_SIZE, "%.200s%s", stem, end);
}

/* The text is the file's from here on. */
static struct edition_file *add(struct edition *edition, const char *stem,
				const char *end, enum edition_how how,
				struct sheet_text *text)
{
	struct edition_file *file = &edition->files[edition->count++];

	set_name(file->name, stem, end);
	file->how = how;
	file->content = (uint8_t *)text->bytes;
	file->len = text->len;
	memset(text, 0, sizeof(*text));
	return file;
}

static int add_copy(struct edition *edition, const char *name,
		    enum edition_how how, const struct edition_file *of)
{
	struct edition_file *file = &edition->files[edition->count];

	file->content = malloc(of->len + 1);
	if (!file->content)
		return -ENOMEM;
	snprintf(file->name, sizeof(file->name), "%s", name);
	file->how = how;
	file->len = of->len;
	memcpy(file->content, of->content, of->len);
	edition->count++;
	return 0;
}

void edition_gone(struct edition *edition, const char *name)
{
	snprintf(edition->gone[edition->gone_count++], SHELF_NAME_SIZE, "%s",
		 name);
}

static void gone_of(struct edition *edition, const char *stem, const char *end)
{
	set_name(edition->gone[edition->gone_count++], stem, end);
}

static int take_cert(struct edition *edition, struct store *store,
		     int64_t phone, enum store_device_cert kind)
{
	uint8_t *der;
	size_t len;
	int err = store_device_cert(store, phone, kind, &der, &len);

	if (err)
		return err;
	if (!device_key_fits(der, len)) {
		free(der);
		return -ENOENT;
	}
	edition->device_der = der;
	edition->device_len = len;
	return 0;
}

/* Its LSC, or else its MIC. 0 also if there is neither. */
static int find_device(struct edition *edition, struct store *store,
		       int64_t phone, char hash[TRUST_CERT_HASH_SIZE])
{
	int err = take_cert(edition, store, phone, STORE_LSC);

	hash[0] = '\0';
	if (err == -ENOENT)
		err = take_cert(edition, store, phone, STORE_MIC);
	if (err == -ENOENT)
		return 0;
	return err ? err : trust_cert_hash(edition->device_der,
					   edition->device_len, hash);
}

static int read_device(struct edition *edition)
{
	edition->device = certificate_read(edition->device_der,
					   edition->device_len);
	return edition->device ? 0 : -EBADMSG;
}

/*
 * The encrypted one first: as long as the short one beside it names another
 * certificate, no phone asks for it. Without a certificate that is all there is
 * for a phone, which then enrols.
 */
static int write_encrypted(struct edition *edition, const char *name,
			   const struct phone_document *document,
			   struct sheet_text *text)
{
	int err = 0;

	edition->encrypted = true;
	gone_of(edition, name, PLAIN);
	if (!edition->device_der)
		gone_of(edition, name, SEALED);
	else
		err = read_device(edition);
	if (!err && edition->device)
		err = phone_document_write(document, text);
	if (!err && edition->device)
		add(edition, name, SEALED, EDITION_SEALED, text);
	if (!err)
		err = phone_document_write_reduced(document, text);
	if (!err)
		add(edition, name, SIGNED, EDITION_SIGNED, text);
	return err;
}

/* A phone without a trust list asks for the one that is not signed. */
static int write_clear(struct edition *edition, const char *name,
		       const struct phone_document *document,
		       struct sheet_text *text)
{
	char plain[SHELF_NAME_SIZE];
	int err = phone_document_write(document, text);

	gone_of(edition, name, SEALED);
	if (err)
		return err;
	set_name(plain, name, PLAIN);
	return add_copy(edition, plain, EDITION_PLAIN,
			add(edition, name, SIGNED, EDITION_SIGNED, text));
}

static int refused(const struct sheet_text *text, int err, char *why,
		   size_t size)
{
	if (err == -EILSEQ)
		snprintf(why, size, "the text of <%s> is none that XML can "
			 "hold", text->refused);
	else
		snprintf(why, size, "%s", strerror(-err));
	return err;
}

int edition_phone(struct edition *edition, struct store *store,
		  const struct phone_site *site, const char *name, int64_t now,
		  char *why, size_t size)
{
	struct sheet_text text = { 0 };
	const struct phone_document *document;
	char hash[TRUST_CERT_HASH_SIZE];
	struct phone_source *source;
	struct store_phone phone;
	int err;

	memset(edition, 0, sizeof(*edition));
	err = store_phone_find(store, name, &phone);
	if (err == -ENOENT) {
		gone_of(edition, name, PLAIN);
		gone_of(edition, name, SIGNED);
		gone_of(edition, name, SEALED);
		return err;
	}
	if (!err)
		err = find_device(edition, store, phone.id, hash);
	if (!err)
		err = phone_source_new(&source, store, site, &phone, hash, now);
	if (err)
		return refused(&text, err, why, size);
	document = phone_source_document(source);
	edition->until = phone_source_until(source);
	err = document->encrypted ?
		write_encrypted(edition, name, document, &text) :
		write_clear(edition, name, document, &text);
	phone_source_free(source);
	return err ? refused(&text, err, why, size) : 0;
}

int edition_default(struct edition *edition, struct store *store,
		    const struct phone_site *site, char *why, size_t size)
{
	struct sheet_text text = { 0 };
	int err;

	memset(edition, 0, sizeof(*edition));
	err = phone_source_default(store, site, &text);
	if (!err)
		err = add_copy(edition, "XMLDefault" PLAIN, EDITION_PLAIN,
			       add(edition, "XMLDefault", SIGNED,
				   EDITION_SIGNED, &text));
	return err ? refused(&text, err, why, size) : 0;
}

int edition_static(struct edition *edition, const char *name, uint8_t *content,
		   size_t len)
{
	struct sheet_text text = { .bytes = (char *)content, .len = len };

	memset(edition, 0, sizeof(*edition));
	return add_copy(edition, name, EDITION_PLAIN,
			add(edition, name, ".sgn", EDITION_SIGNED, &text));
}

int edition_list(struct edition *edition, const char *name, const uint8_t *data,
		 size_t len)
{
	const struct edition_file list = {
		.content = (uint8_t *)data, .len = len,
	};

	memset(edition, 0, sizeof(*edition));
	return add_copy(edition, name, EDITION_PLAIN, &list);
}

void edition_clear(struct edition *edition)
{
	for (size_t i = 0; i < EDITION_FILES; i++) {
		struct edition_file *file = &edition->files[i];

		if (file->content)
			explicit_bzero(file->content, file->len);
		if (file->made)
			explicit_bzero(file->made, file->made_len);
		free(file->content);
		free(file->made);
	}
	X509_free(edition->device);
	free(edition->device_der);
	memset(edition, 0, sizeof(*edition));
}
