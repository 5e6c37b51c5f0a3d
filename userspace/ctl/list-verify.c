// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecctl ctl verify, itl verify: whether phones take a trust list.
 */
#include <string.h>

#include "list-file.h"

#define AGAINST	"--against"

/* What a phone holds, at most one of a kind. */
struct against {
	struct list_file *files[2];
	struct trust_held held;
};

static const char *const names[] = {
	[TRUST_REFUSED] = "refused",
	[TRUST_FIRST_USE] = "first-use",
	[TRUST_BY_CTL] = "by-ctl",
	[TRUST_BY_ITL] = "by-itl",
	[TRUST_AFTER_ROLLBACK] = "after-rollback",
	[TRUST_ASK_TVS] = "ask-tvs",
};

static const char *const sentences[] = {
	[TRUST_FIRST_USE] = "a phone without lists takes it",
	[TRUST_BY_CTL] = "signed by a SAST of the CTL held",
	[TRUST_BY_ITL] = "signed by a SAST of the ITL held",
	[TRUST_AFTER_ROLLBACK] = "the rollback ITL held takes any ITL",
};

static enum status hold(struct ctl *ctl, const char *path,
			struct against *against)
{
	struct list_file *file;
	enum status status = list_file_open(ctl, path, &file);

	if (status != STATUS_OK)
		return status;
	if (!file->kind_known)
		status = fail(ctl, AGAINST ": the name in a file is not that "
			      "of a list");
	else if (against->files[file->kind])
		status = usage_error(ctl, AGAINST " takes one CTL and one ITL",
				     NULL);
	if (status != STATUS_OK) {
		list_file_close(file);
		return status;
	}
	against->files[file->kind] = file;
	if (file->kind == TRUST_CTL)
		against->held.ctl = &file->list;
	else
		against->held.itl = &file->list;
	return STATUS_OK;
}

static enum status hold_all(struct ctl *ctl, char **words,
			    struct against *against)
{
	enum status status = STATUS_OK;

	if (!words[0])
		return STATUS_OK;
	if (strcmp(words[0], AGAINST))
		return usage_error(ctl, "only " AGAINST " may follow",
				   words[0]);
	if (!words[1])
		return usage_error(ctl, AGAINST ": a file is missing", NULL);
	while (status == STATUS_OK && *++words)
		status = hold(ctl, *words, against);
	return status;
}

static enum status print_verdict(const struct ctl *ctl,
				 const struct list_file *file,
				 enum trust_verdict verdict)
{
	bool taken = verdict != TRUST_REFUSED && verdict != TRUST_ASK_TVS;
	enum status status = STATUS_OK;

	if (ctl->json)
		status = print_json(json_pack(
			"{s:b,s:s,s:s?,s:o,s:o}", "verifies", taken,
			"verdict", names[verdict],
			"why", taken ? NULL : file->fault.why,
			"record", !taken && file->fault.record ?
			json_integer(file->fault.record) : json_null(),
			"offset", !taken && file->fault.offset ?
			json_integer((json_int_t)file->fault.offset) :
			json_null()));
	else if (taken)
		printf("verifies: %s\n", sentences[verdict]);
	if (taken)
		return status;
	fputs("ucsecctl: does not verify: ", stderr);
	print_fault(stderr, &file->fault);
	fputs(verdict == TRUST_ASK_TVS ? "; a phone asks its TVS\n" : "\n",
	      stderr);
	return STATUS_FAILED;
}

enum status cmd_list_verify(struct ctl *ctl, char **words)
{
	struct against against = { 0 };
	struct list_file *file = NULL;
	enum trust_verdict verdict;
	enum status status = STATUS_OK;

	if (words[0] && strcmp(words[0], AGAINST))
		status = list_file_open(ctl, *words++, &file);
	if (status == STATUS_OK && file)
		status = list_file_expect(ctl, file);
	if (status == STATUS_OK)
		status = hold_all(ctl, words, &against);
	if (status == STATUS_OK && !file)
		status = list_file_fetch(ctl, &file);
	if (status == STATUS_OK) {
		verdict = trust_list_judge(file->bytes.data, file->bytes.len,
					   &file->list, &against.held,
					   file->max_sast,
					   &file->fault);
		status = print_verdict(ctl, file, verdict);
	}
	list_file_close(file);
	list_file_close(against.files[TRUST_CTL]);
	list_file_close(against.files[TRUST_ITL]);
	return status;
}

void help_list_verify(FILE *out, const struct command *command)
{
	(void)command;
	fputs("\noptions:\n"
	      "  " AGAINST "           the CTL, the ITL or both that a phone "
	      "holds; without\n"
	      "                      it holds none, and takes the first list "
	      "that is signed\n"
	      "                      by a SAST of its own\n", out);
}
