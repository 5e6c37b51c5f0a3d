// SPDX-License-Identifier: GPL-2.0
/*
 * One device's files: made, compared with what is there, signed, written.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "files/edition.h"
#include "files/publisher-parts.h"
#include "files/signed-file.h"
#include "log.h"
#include "metrics.h"
#include "trust/keyd-client.h"
#include "trust/keys.h"

struct ask {
	struct work *work;
	struct edition_file *file;
	uint32_t id;		/* of the request, 0: answered */
};

struct work {
	struct publisher *publisher;
	struct item *item;
	struct edition edition;
	bool exists;		/* there is something to be served */
	struct ask asks[EDITION_FILES];
	unsigned int waiting;	/* for that many answers */
	bool sending;		/* more will be asked */
	int err;
	char why[PUBLISHER_WHY_SIZE];
	bool refused;		/* until something changes */
	struct shelf_job job;
	LIST_ENTRY(work) link;
};

static const struct trust_key *signer_of(const struct publisher *p)
{
	return trust_keys_find(p->config.keys, KEYD_TFTP, KEYD_RSA,
			       KEYD_CURRENT);
}

static enum trust_digest digest_of(const struct publisher *p)
{
	return store_param(p->config.store, STORE_PARAM_PHONE_FILE_DIGEST) ==
		STORE_FILE_SHA1 ? TRUST_SHA1 : TRUST_SHA512;
}

static void end(struct work *work)
{
	struct publisher *p = work->publisher;
	struct item *item = work->item;

	if (work->err) {
		publisher_delay(p, item, work->why);
	} else {
		if (!work->refused)
			publisher_mended(p, item);
		item->until = work->edition.until;
		publisher_idle(p, item, work->exists);
	}
	p->busy--;
	LIST_REMOVE(work, link);
	edition_clear(&work->edition);
	free(work);
	publisher_kick(p);
}

/* It was to be clear, and is not any more: it waits to be made anew. */
static bool is_overtaken(const struct work *work)
{
	return work->item->sealed && !work->edition.encrypted;
}

static void show_all(struct work *work)
{
	struct publisher *p = work->publisher;
	const struct edition *edition = &work->edition;
	const struct shelf_change *written = work->job.changes;

	for (size_t i = 0; i < edition->count; i++) {
		const struct edition_file *file = &edition->files[i];

		if (shelf_show(p->shelf, file->name, file->good ?
			       &file->print : &written++->print))
			publisher_failed_all(p, work->item->name,
					     "no memory");
	}
	for (size_t i = 0; i < edition->gone_count; i++)
		shelf_hide(p->shelf, edition->gone[i]);
}

/*
 * The disk's faults; with any other, a folder where a file shall be for one, the
 * others have nothing to wait for.
 */
static bool concerns_all(int err)
{
	return err == -ENOSPC || err == -EDQUOT || err == -EROFS ||
		err == -EIO || err == -ENOMEM || err == -EMFILE ||
		err == -ENFILE;
}

static void on_written(struct shelf_job *job)
{
	struct work *work = job->arg;
	struct publisher *p = work->publisher;
	unsigned int count = 0;
	int err = job->err;

	if (work->item->job == job)
		work->item->job = NULL;
	if (err) {
		work->err = err;
		snprintf(work->why, sizeof(work->why), "writing: %s",
			 strerror(-err));
		if (concerns_all(err)) {
			p->stalled = true;
			strcpy(p->stalled_why, work->why);
		}
		end(work);
		return;
	}
	for (size_t i = 0; i < work->edition.count; i++)
		count += work->edition.files[i].made != NULL;
	p->status.signed_files += count;
	metrics_add(p->signed_metric, count);
	if (is_overtaken(work))
		publisher_uncover(p, work->item->name);
	else
		show_all(work);
	end(work);
}

static void write_all(struct work *work)
{
	struct publisher *p = work->publisher;
	struct edition *edition = &work->edition;
	struct shelf_print print;

	for (size_t i = 0; i < edition->count; i++) {
		struct edition_file *file = &edition->files[i];

		if (file->made)
			shelf_job_add(&work->job, p->shelf, file->name,
				      file->made, file->made_len);
		else if (!file->good)
			shelf_job_add(&work->job, p->shelf, file->name,
				      file->content, file->len);
	}
	for (size_t i = 0; i < edition->gone_count; i++) {
		int fd = shelf_file(p->shelf, edition->gone[i], &print);

		if (fd >= 0)
			close(fd);
		if (fd != -ENOENT)
			shelf_job_add(&work->job, p->shelf, edition->gone[i],
				      NULL, 0);
	}
	if (!work->job.count) {
		show_all(work);
		end(work);
		return;
	}
	work->job.done = on_written;
	work->job.arg = work;
	work->item->job = &work->job;
	shelf_writer_submit(p->writer, &work->job);
}

static void fail(struct work *work, int err, const char *why)
{
	if (work->err)
		return;
	work->err = err;
	snprintf(work->why, sizeof(work->why), "%s", why);
}

static void proceed(struct work *work)
{
	if (work->waiting || work->sending)
		return;
	if (work->err || is_overtaken(work))
		end(work);
	else
		write_all(work);
}

static struct signed_wish wish_of(const struct publisher *p,
				  const struct trust_key *signer,
				  const struct edition *edition,
				  const struct edition_file *file)
{
	return (struct signed_wish){
		.name = file->name,
		.signer = signer->cert,
		.digest = digest_of(p),
		.dialect = TRUST_CUCM,
		.content = file->content,
		.len = file->len,
		.device = file->how == EDITION_SEALED ? edition->device : NULL,
	};
}

/* What came is looked at like what lay on the disk: keys change meanwhile. */
static void take(struct work *work, struct edition_file *file,
		 const union keyd_buffer *answer)
{
	const struct trust_key *signer = signer_of(work->publisher);
	size_t len = keyd_tail_len(answer);
	struct signed_wish wish;

	if (!signer) {
		fail(work, -ENOKEY, "TFTP has no key");
		return;
	}
	wish = wish_of(work->publisher, signer, &work->edition, file);
	if (!signed_file_good(keyd_tail(answer), len, &wish)) {
		fail(work, -EAGAIN, "it was signed by another key");
		return;
	}
	file->made = malloc(len);
	if (!file->made) {
		fail(work, -ENOMEM, "no memory");
		return;
	}
	memcpy(file->made, keyd_tail(answer), len);
	file->made_len = len;
}

static void on_signed(void *arg, int err, const union keyd_buffer *answer)
{
	struct ask *ask = arg;
	struct work *work = ask->work;

	ask->id = 0;
	work->waiting--;
	if (!err)
		take(work, ask->file, answer);
	else
		fail(work, err, answer && answer->m.reply.sentence[0] ?
		     answer->m.reply.sentence : strerror(-err));
	proceed(work);
}

static int ask(struct work *work, const struct trust_key *signer,
	       struct ask *one)
{
	struct publisher *p = work->publisher;
	const struct edition *edition = &work->edition;
	struct edition_file *file = one->file;
	struct keyd_sign_file *request = &p->request.m.file;
	bool sealed = file->how == EDITION_SEALED;
	size_t device = sealed ? edition->device_len : 0;
	uint8_t *tail;
	int err;

	memset(&p->request.m, 0, sizeof(p->request.m));
	if (file->len + device > KEYD_FILE_MAX)
		return -EFBIG;
	request->key = signer->which;
	request->kind = sealed ? KEYD_FILE_ENCRYPTED : KEYD_FILE_PLAIN;
	request->digest = digest_of(p) == TRUST_SHA1 ? KEYD_TLV_SHA1 :
		KEYD_TLV_SHA512;
	request->dialect = KEYD_CUCM;
	request->timestamp = (uint32_t)time(NULL);
	request->device_len = (uint32_t)device;
	snprintf(request->name, sizeof(request->name), "%s", file->name);
	/* Where the tail begins depends on the type. */
	p->request.m.head.type = KEYD_SIGN_FILE;
	tail = keyd_tail_room(&p->request);
	if (device)
		memcpy(tail, edition->device_der, device);
	memcpy(tail + device, file->content, file->len);
	err = keyd_client_send(trust_keys_client(p->config.keys),
			       KEYD_SIGN_FILE, &p->request,
			       device + file->len, on_signed, one, &one->id);
	explicit_bzero(tail, device + file->len);
	return err;
}

static void ask_all(struct work *work, const struct trust_key *signer)
{
	int err;

	work->sending = true;
	for (size_t i = 0; i < work->edition.count && !work->err; i++) {
		struct edition_file *file = &work->edition.files[i];

		if (file->good || file->how == EDITION_PLAIN)
			continue;
		work->asks[i] = (struct ask){ .work = work, .file = file };
		err = ask(work, signer, &work->asks[i]);
		if (err == -ENOTCONN)
			fail(work, err, "ucsec-keyd is not there");
		else if (err)
			fail(work, err, strerror(-err));
		else
			work->waiting++;
	}
	work->sending = false;
	proceed(work);
}

static bool is_there(struct publisher *p, const struct edition *edition,
		     struct edition_file *file, const struct trust_key *signer)
{
	struct signed_wish wish;
	uint8_t *data;
	size_t len;
	bool good;

	if (shelf_load(p->shelf, file->name, KEYD_MESSAGE_MAX, &data, &len,
		       &file->print))
		return false;
	if (file->how == EDITION_PLAIN) {
		good = len == file->len && !memcmp(data, file->content, len);
	} else {
		wish = wish_of(p, signer, edition, file);
		good = signed_file_good(data, len, &wish);
	}
	explicit_bzero(data, len);
	free(data);
	return good;
}

/* By somebody else: it was shown. */
static void tell_changed(const struct edition_file *file)
{
	if (file->good)
		return;
	log_event(LOG_LEVEL_WARNING, "file-changed", "name", file->name, "note",
		  "it was changed on the disk, and is written anew", NULL);
	log_security("file-changed", "name", file->name, NULL);
}

void publisher_work_changed(struct publisher *p, const struct item *item,
			    const char *name)
{
	struct work *work;

	LIST_FOREACH(work, &p->works, link) {
		if (work->item != item)
			continue;
		for (size_t i = 0; i < work->edition.count; i++)
			if (!strcmp(work->edition.files[i].name, name))
				tell_changed(&work->edition.files[i]);
	}
}

/* How many of them are to be signed. */
static unsigned int look(struct work *work, const struct trust_key *signer)
{
	struct publisher *p = work->publisher;
	unsigned int count = 0, unchanged = 0;

	for (size_t i = 0; i < work->edition.count; i++) {
		struct edition_file *file = &work->edition.files[i];

		if (file->how == EDITION_PLAIN) {
			file->good = is_there(p, &work->edition, file, NULL);
			if (work->item->changed)
				tell_changed(file);
			continue;
		}
		file->good = signer && is_there(p, &work->edition, file,
						signer);
		if (signer && work->item->changed)
			tell_changed(file);
		count += !file->good;
		unchanged += file->good;
	}
	work->item->changed = false;
	p->status.unchanged += unchanged;
	metrics_add(p->unchanged_metric, unchanged);
	return count;
}

static int make_static(struct work *work, const char *name)
{
	struct publisher *p = work->publisher;
	uint8_t *content;
	size_t len;
	int err = shelf_load(p->sources, name, KEYD_FILE_MAX, &content, &len,
			     NULL);

	if (!err)
		return edition_static(&work->edition, name, content, len);
	snprintf(work->why, sizeof(work->why), "%s", strerror(-err));
	edition_gone(&work->edition, name);
	snprintf(work->edition.gone[work->edition.gone_count++],
		 SHELF_NAME_SIZE, "%.200s.sgn", name);
	return err;
}

/* The next one is on its way: this one would come after it. */
static int make_list(struct work *work, const struct item *item)
{
	if (item->awaited)
		return 0;
	return !item->held ? -ENOENT :
		edition_list(&work->edition, item->name, item->held->data,
			     item->held->len);
}

static int make(struct work *work)
{
	struct publisher *p = work->publisher;
	const char *name = work->item->name;

	switch (work->item->kind) {
	case ITEM_PHONE:
		return edition_phone(&work->edition, p->config.store, &p->site,
				     name, time(NULL), work->why,
				     sizeof(work->why));
	case ITEM_DEFAULT:
		return edition_default(&work->edition, p->config.store,
				       &p->site, work->why, sizeof(work->why));
	case ITEM_STATIC:
		return make_static(work, name);
	case ITEM_LIST:
		return make_list(work, work->item);
	}
	return -ENOENT;
}

/* A document that cannot be written is so until something changes. */
static void refuse(struct work *work, int err)
{
	struct publisher *p = work->publisher;

	if (err != -EILSEQ && err != -E2BIG) {
		work->err = err;
	} else {
		publisher_failed(p, work->item, work->why);
		work->exists = true;
		work->refused = true;
	}
	end(work);
}

void publisher_work(struct publisher *p, struct item *item)
{
	const struct trust_key *signer = signer_of(p);
	struct work *work = calloc(1, sizeof(*work));
	int err;

	if (!work) {
		publisher_delay(p, item, "no memory");
		return;
	}
	work->publisher = p;
	work->item = item;
	item->state = ITEM_BUSY;
	item->sealed = false;
	LIST_INSERT_HEAD(&p->works, work, link);
	p->busy++;
	err = make(work);
	work->exists = !err;
	if (work->edition.encrypted && publisher_uncover(p, item->name)) {
		err = -EIO;
		snprintf(work->why, sizeof(work->why),
			 "what is in clear cannot be removed");
	}
	if (err && err != -ENOENT) {
		refuse(work, err);
		return;
	}
	if (!look(work, signer)) {
		write_all(work);
		return;
	}
	if (!signer || p->stalled) {
		fail(work, -EAGAIN, signer ? p->stalled_why : "TFTP has no key");
		end(work);
		return;
	}
	ask_all(work, signer);
}

void publisher_works_forget(struct publisher *p)
{
	struct work *work, *next;

	for (work = LIST_FIRST(&p->works); work; work = next) {
		next = LIST_NEXT(work, link);
		for (size_t i = 0; i < EDITION_FILES; i++)
			if (work->asks[i].id)
				keyd_client_forget(trust_keys_client(
					p->config.keys), work->asks[i].id);
		LIST_REMOVE(work, link);
		edition_clear(&work->edition);
		free(work);
	}
}
