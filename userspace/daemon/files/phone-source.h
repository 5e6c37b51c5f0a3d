/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The facts of phones' documents, out of the database.
 */
#ifndef FILES_PHONE_SOURCE_H
#define FILES_PHONE_SOURCE_H

#include "files/phone-document.h"

struct conf;
struct store;
struct phone_source;

/* What all phones are told of this node; the others of the cluster follow. */
struct phone_site {
	struct phone_server server;
	struct phone_place tvs, capf;
};

/* @conf outlives it. */
void phone_site_init(struct phone_site *site, const struct conf *conf);

/*
 * @name in any case. @cert_hash: of the certificate that its document is
 * encrypted to, "" if none is known. @now, seconds since 1970, decides whether
 * an enrolment is due still. -ENOENT: no such phone. @site outlives it.
 */
int phone_source_new(struct phone_source **source, struct store *store,
		     const struct phone_site *site, const char *name,
		     const char *cert_hash, int64_t now);
void phone_source_free(struct phone_source *source);
/* Good as long as the source. Its .encrypted: the reduced one is needed, too. */
const struct phone_document *phone_source_document(const struct phone_source *s);

/*
 * When the document will be another one though nothing was changed: an
 * enrolment is given up. Seconds since 1970, 0: never.
 */
int64_t phone_source_until(const struct phone_source *s);

/* XMLDefault.cnf.xml, written. */
int phone_source_default(struct store *store, const struct phone_site *site,
			 struct sheet_text *text);

#endif /* FILES_PHONE_SOURCE_H */
