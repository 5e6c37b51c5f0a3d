/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of ucsecctl share.
 */
#ifndef UCSEC_CTL_H
#define UCSEC_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <ucsec/ucsec.h>

enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,	/* refused by the kernel, or not possible */
	STATUS_USAGE = 2,
};

struct command;
struct store_field;
struct store_noun;

#define CTL_SOCKET	"/run/ucsec/admin.sock"

/* One run of the program. */
struct ctl {
	const struct command *command;
	struct ucsec *handle;	/* NULL until ctl_open() */
	bool json;
	bool stdin_taken;
	const char *socket;		/* of the daemon */
};

/* main.c: one row is a command, its dispatch, its usage and its help. */
struct command {
	const char *noun;
	const char *verb;	/* NULL: the noun alone */
	const char *usage;	/* what follows the command */
	const char *about;
	enum status (*run)(struct ctl *ctl, char **words);
	/* keywords; may be NULL */
	void (*help)(FILE *out, const struct command *command);
};

/* main.c: rows by number, NULL after the last */
const struct command *command_at(size_t i);
/* Takes the word out of the list wherever it stands. */
bool take_option(char **words, const char *option);
/* noun.c: rows made of the daemon's table */
const struct command *noun_command_at(size_t i);

/* report.c: words on standard error; they never quote a value */
enum status usage_error(const struct ctl *ctl, const char *sentence,
			const char *word);
enum status value_error(const struct ctl *ctl, const char *keyword,
			const char *sentence);
/* Words after those that the command takes: a usage error if there is one. */
enum status expect_none(const struct ctl *ctl, char **words);
/* The one word that names an object. */
enum status expect_name(const struct ctl *ctl, char **words);
enum status fail(const struct ctl *ctl, const char *sentence);
enum status fail_key(const char *side, const char *sentence);
enum status fail_request(const struct ctl *ctl);
enum status ctl_open(struct ctl *ctl);
void print_usage(FILE *out, const struct command *command);

/* values.c: values of keywords, and bytes as text */
int parse_u32(const char *text, uint32_t *value);
int parse_switch(const char *word);
int parse_cookie(const char *text, uint8_t *cookie, uint32_t *len);
#define COOKIE_TEXT_LEN	(4 * UCSEC_MAX_COOKIE_LEN + 1)
void format_cookie(const uint8_t *cookie, uint32_t len, char *text);
void print_cookie(const uint8_t *cookie, uint32_t len);
const char *reason_name(unsigned int reason, char *buf, size_t size);
const char *denial_name(unsigned int reason, char *buf, size_t size);
const char *bit_name(const char *name, int bit, char *buf, size_t size);

/* key-file.c */
enum status read_keys(struct ctl *ctl, const char *side, const char *file,
		      const struct ucsec_key *mki, struct ucsec_crypto *crypto);

/* json.c: the JSON contract of ucsecctl(8) */
json_t *json_of_stream(const struct ucsec_stream *stream);
json_t *json_of_stats(const struct ucsec_stats *stats, bool of_namespace);
json_t *json_of_suite(const struct ucsec_suite_info *suite);
json_t *json_of_params(const struct ucsec_params *params);
json_t *json_of_notice(const struct ucsec_notice *notice);
bool is_of_acl(const struct ucsec_notice *notice);
enum status print_json(json_t *json);
json_t *json_of_cookie(const uint8_t *cookie, uint32_t len, bool have);

/* json-acl.c: the same, of the trunk ACL */
json_t *json_of_trunk(const struct ucsec_trunk *trunk);
json_t *json_of_verdicts(const struct ucsec_verdicts *verdicts);
json_t *json_of_acl(const struct ucsec_acl *acl);
json_t *json_of_names(uint32_t bits, const char *(*name)(uint32_t bit));

/*
 * http.c: one request to the daemon. STATUS_OK and @reply, or what was wrong
 * has been said. @path from "/v1/" on, escaped.
 */
enum status http_call(const struct ctl *ctl, const char *method,
		      const char *path, const json_t *body, json_t **reply);
/* The same of an object. */
enum status http_call_one(const struct ctl *ctl, const char *method,
			  const char *noun, const char *key,
			  const json_t *body, json_t **reply);
/* The path of an object, to be freed. */
char *http_path(const char *noun, const char *key, bool two_parts);

/*
 * reply.c: what a daemon's reply becomes; each takes @reply. With --json it is
 * the reply as it came.
 */
enum status finish_change(const struct ctl *ctl, json_t *reply);
enum status finish_item(const struct ctl *ctl, json_t *reply);

/* fields.c: words of the command line into an object, or a usage error */
enum status parse_key(const struct ctl *ctl, const struct store_noun *noun,
		      const char *word, json_t *object);
enum status parse_fields(struct ctl *ctl, const struct store_noun *noun,
			 char **words, json_t *object);
void keyword_of(const struct store_field *field, char *word, size_t size);
bool is_typed_by_hand(const struct store_field *field);
json_t *parse_value(const struct store_field *field, const char *word);
/* A whole file, "-" is standard input; wipe and free it. */
enum status read_bytes(struct ctl *ctl, const char *keyword, const char *file,
		       uint8_t **data, size_t *len);
enum status read_text(struct ctl *ctl, const char *keyword, const char *file,
		      char **text);

/* table.c: what fits 80 columns */
void print_items(const struct store_noun *noun, const json_t *items);
void print_item(const json_t *item);
void print_columns(const char *const *names, const json_t *items);
void print_choice(FILE *out, int indent, const char *const *words);
void print_text(FILE *out, const char *text);	/* no control characters */

/* cert.c: a certificate into a file; NULL or "-" is standard output */
enum status write_pem(const struct ctl *ctl, const char *file, const char *pem,
		      bool der);

/* One file per noun. */
enum status cmd_param_list(struct ctl *ctl, char **words);
enum status cmd_param_show(struct ctl *ctl, char **words);
enum status cmd_param_set(struct ctl *ctl, char **words);
enum status cmd_param_del(struct ctl *ctl, char **words);
void help_param_set(FILE *out, const struct command *command);
enum status cmd_file_add(struct ctl *ctl, char **words);
enum status cmd_file_list(struct ctl *ctl, char **words);
enum status cmd_firmware_import(struct ctl *ctl, char **words);
enum status cmd_firmware_list(struct ctl *ctl, char **words);
enum status cmd_firmware_verify(struct ctl *ctl, char **words);
enum status cmd_import(struct ctl *ctl, char **words);
enum status cmd_export(struct ctl *ctl, char **words);
enum status cmd_schema(struct ctl *ctl, char **words);
enum status cmd_status(struct ctl *ctl, char **words);
enum status cmd_words(struct ctl *ctl, char **words);
enum status cmd_list_show(struct ctl *ctl, char **words);
enum status cmd_list_verify(struct ctl *ctl, char **words);
enum status cmd_list_update(struct ctl *ctl, char **words);
enum status cmd_list_mode(struct ctl *ctl, char **words);
enum status cmd_list_renew(struct ctl *ctl, char **words);
enum status cmd_list_rollback(struct ctl *ctl, char **words);
void help_list_renew(FILE *out, const struct command *command);
void help_list_verify(FILE *out, const struct command *command);
enum status cmd_token(struct ctl *ctl, char **words);
void help_token(FILE *out, const struct command *command);
enum status cmd_srst_fetch(struct ctl *ctl, char **words);
void help_srst_fetch(FILE *out, const struct command *command);
enum status cmd_capf_list(struct ctl *ctl, char **words);
enum status cmd_capf_show(struct ctl *ctl, char **words);
enum status cmd_capf_export(struct ctl *ctl, char **words);
enum status cmd_runtime_list(struct ctl *ctl, char **words);
enum status cmd_runtime_show(struct ctl *ctl, char **words);
enum status cmd_runtime_del(struct ctl *ctl, char **words);
void print_drops(const struct ucsec_stats *stats);
void print_stream(const struct ucsec_stream *stream);
enum status cmd_stream_add(struct ctl *ctl, char **words);
enum status cmd_stream_set(struct ctl *ctl, char **words);
enum status cmd_stream_show(struct ctl *ctl, char **words);
enum status cmd_stream_del(struct ctl *ctl, char **words);
enum status cmd_stream_flush(struct ctl *ctl, char **words);
enum status cmd_suites(struct ctl *ctl, char **words);
enum status cmd_stats(struct ctl *ctl, char **words);
enum status cmd_params(struct ctl *ctl, char **words);
enum status cmd_params_set(struct ctl *ctl, char **words);
enum status cmd_monitor(struct ctl *ctl, char **words);
enum status cmd_acl_add(struct ctl *ctl, char **words);
enum status cmd_acl_set(struct ctl *ctl, char **words);
enum status cmd_acl_del(struct ctl *ctl, char **words);
enum status cmd_acl_flush(struct ctl *ctl, char **words);
enum status cmd_acl_load(struct ctl *ctl, char **words);
enum status cmd_acl_show(struct ctl *ctl, char **words);
enum status cmd_acl_stats(struct ctl *ctl, char **words);
enum status cmd_acl_params(struct ctl *ctl, char **words);
enum status cmd_acl_test(struct ctl *ctl, char **words);
enum status cmd_xdp_attach(struct ctl *ctl, char **words);
enum status cmd_xdp_detach(struct ctl *ctl, char **words);
enum status cmd_xdp_show(struct ctl *ctl, char **words);
enum status cmd_cert_show(struct ctl *ctl, char **words);
enum status cmd_cert_fingerprint(struct ctl *ctl, char **words);
enum status cmd_cert_export(struct ctl *ctl, char **words);
enum status cmd_cert_upload(struct ctl *ctl, char **words);
enum status cmd_cert_change(struct ctl *ctl, char **words);
enum status cmd_cert_request(struct ctl *ctl, char **words);
enum status cmd_cert_followup(struct ctl *ctl, char **words);
void help_cert(FILE *out, const struct command *command);
void help_acl_add(FILE *out, const struct command *command);
void help_acl_set(FILE *out, const struct command *command);
void help_acl_params(FILE *out, const struct command *command);
void help_stream_add(FILE *out, const struct command *command);
void help_stream_set(FILE *out, const struct command *command);
void help_params_set(FILE *out, const struct command *command);

#endif /* UCSEC_CTL_H */
