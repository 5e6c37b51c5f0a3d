/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A CTL or ITL in a file, for ucsecctl ctl and itl.
 */
#ifndef CTL_LIST_FILE_H
#define CTL_LIST_FILE_H

#include "ctl.h"
#include "trust/list.h"
#include "trust/rules.h"

struct list_file {
	struct trust_bytes bytes;
	struct trust_list list;		/* points into bytes */
	struct trust_fault fault;
	enum trust_kind kind;
	bool kind_known;
	unsigned int max_sast;		/* 0: as phones take it */
	json_t *published;		/* what the daemon says of it, or NULL */
};

/*
 * STATUS_OK and the file, to be closed; else what is wrong has been said.
 * "-" is standard input.
 */
enum status list_file_open(struct ctl *ctl, const char *path,
			   struct list_file **file);
void list_file_close(struct list_file *file);
/* Its bytes are there: STATUS_OK, or why they are no list has been said. */
enum status list_file_read(struct list_file *file);
/* list-published.c: the one that phones are given now. */
enum status list_file_fetch(struct ctl *ctl, struct list_file **file);
/* The command's noun is that of the list, or STATUS_FAILED has been said. */
enum status list_file_expect(const struct ctl *ctl,
			     const struct list_file *file);
/* " (record 3, byte 1905)", as far as it is known. */
void print_fault(FILE *out, const struct trust_fault *fault);
/* Hexadecimal digits, in capitals as certificates are shown. */
#define LIST_HEX_SIZE	(2 * TRUST_SERIAL_MAX + 1)
void format_hex(struct trust_span bytes, char text[LIST_HEX_SIZE]);
/* The file's or a certificate's digest, in small letters: "MD5", "SHA1". */
void format_digest(const char *name, struct trust_span bytes,
		   char text[LIST_HEX_SIZE]);

/* What of a record's certificate is shown, beside the record's own words. */
struct list_cert {
	bool there;
	char key[32];		/* "RSA 2048" */
	char expires[24];	/* "2030-01-31T12:00:00Z" */
	bool expired;
};
void list_cert_read(const struct trust_record *record, struct list_cert *cert);

/* json-list.c; @why NULL: it verifies */
json_t *json_of_list(const struct list_file *file, const char *why);
/* A file's text, whatever its bytes are. */
json_t *json_of_text(const char *text);

#endif /* CTL_LIST_FILE_H */
