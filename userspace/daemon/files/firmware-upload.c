// SPDX-License-Identifier: GPL-2.0
/*
 * Firmware on its way in: beside what is served until all of it was looked at.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/firmware-parts.h"

static const char other[] = "another file of that name is served";

static const char *unfit(const char *name)
{
	if (!shelf_name_fits(name))
		return SHELF_NAME_RULE;
	if (shelf_name_hinders(name))
		return "no folder is called like a file that is made";
	if (shelf_name_ends(name, ".cnf.xml") ||
	    shelf_name_ends(name, ".cnf.xml.sgn") ||
	    shelf_name_ends(name, ".enc.sgn") || shelf_name_ends(name, ".tlv"))
		return "that is the name of a device's file or of a list";
	return NULL;
}

static void give_up(struct firmware *fw, int err, const char *why)
{
	struct upload *upload = &fw->upload;
	firmware_uploaded done = upload->done;
	void *arg = upload->arg;

	firmware_check_free(upload->check);
	shelf_drop(&upload->change);
	memset(upload, 0, sizeof(*upload));
	upload->change.fd = -1;
	if (done)
		done(arg, err, why, NULL);
}

void firmware_upload_stop(struct firmware *fw)
{
	give_up(fw, -ESHUTDOWN, "the daemon stops");
}

static bool is_taken(const struct firmware *fw, const char *name)
{
	return fw->config.taken && fw->config.taken(fw->config.arg, name);
}

/* Its first pieces claim nothing: nobody may bring the last one. */
bool firmware_claims(const struct firmware *fw, const char *name)
{
	const struct upload *upload = &fw->upload;

	return firmware_loaded(fw, name) ||
		(upload->size && upload->at == upload->size &&
		 !strcmp(upload->change.name, name)) ||
		(upload->keeping &&
		 !strcmp(upload->keeping->one->image.name, name));
}

/* In place of the one that was there, if there was. */
static void add(struct firmware *fw, struct loaded *one)
{
	struct loaded *old = firmware_loaded(fw, one->image.name);

	if (!old) {
		firmware_add(fw, one);
		return;
	}
	one->image.state = old->image.state;
	memcpy(one->image.why, old->image.why, sizeof(one->image.why));
	old->image = one->image;
	free(one);
}

static void on_kept(struct shelf_job *job)
{
	struct firmware_errand *errand = job->arg;
	struct firmware *fw = errand->firmware;
	struct loaded *old = firmware_loaded(fw, errand->one->image.name);
	int err = job->err;

	fw->upload.keeping = NULL;
	errand->uploaded(errand->arg, err, err ? strerror(-err) : NULL,
			 err ? NULL : &errand->one->image);
	if (err)
		free(errand->one);
	else
		add(fw, errand->one);
	if (old)
		firmware_release(fw, old);
	firmware_errand_free(errand);
}

/* The pin first: an image that nothing is known of would be nobody's. */
static int keep(struct firmware *fw, struct loaded *old, struct loaded *one)
{
	struct firmware_errand *errand = firmware_errand(fw, one, on_kept);
	struct upload *upload = &fw->upload;

	if (errand)
		errand->pin = firmware_pin_text(&one->image);
	if (!errand || !errand->pin) {
		free(errand);
		return -ENOMEM;
	}
	errand->uploaded = upload->done;
	errand->arg = upload->arg;
	shelf_job_add(&errand->job, fw->pins, one->image.name,
		      (uint8_t *)errand->pin, strlen(errand->pin));
	shelf_job_take(&errand->job, &upload->change);
	upload->done = NULL;
	give_up(fw, 0, NULL);
	upload->keeping = errand;
	if (old)
		firmware_hold(fw, old);
	shelf_writer_submit(fw->config.writer, &errand->job);
	return 0;
}

static struct loaded *loaded_of(const struct upload *upload,
				const struct firmware_facts *facts)
{
	struct loaded *one = calloc(1, sizeof(*one));

	if (!one)
		return NULL;
	snprintf(one->image.name, sizeof(one->image.name), "%s",
		 upload->change.name);
	snprintf(one->image.signer, sizeof(one->image.signer), "%s",
		 facts->signer);
	memcpy(one->image.sha256, facts->sha256, sizeof(facts->sha256));
	one->image.size = upload->size;
	one->image.signature = facts->signature;
	return one;
}

/* NULL: it may be kept. */
static const char *refusal(const struct firmware *fw, const struct loaded *old,
			   const struct firmware_facts *facts, int *err)
{
	*err = facts->err;
	if (facts->err)
		return strerror(-facts->err);
	*err = -EBADMSG;
	if (facts->signature == FIRMWARE_FORGED)
		return facts->why;
	*err = -EBUSY;
	if (old && old->held)
		return "the one of that name is being removed";
	*err = -EEXIST;
	if (old && memcmp(old->image.sha256, facts->sha256,
			  sizeof(facts->sha256)))
		return "there is another of that name: delete it first, or "
			"give this one a name of its own";
	/* Since its first piece came. */
	if (is_taken(fw, fw->upload.change.name))
		return other;
	return NULL;
}

static void on_checked(void *arg, const struct firmware_facts *facts)
{
	struct firmware *fw = arg;
	struct upload *upload = &fw->upload;
	struct loaded *old = firmware_loaded(fw, upload->change.name), *one;
	const char *why;
	int err;

	upload->check = NULL;
	why = refusal(fw, old, facts, &err);
	if (why) {
		give_up(fw, err, why);
		return;
	}
	one = loaded_of(upload, facts);
	if (!one || keep(fw, old, one)) {
		free(one);
		give_up(fw, -ENOMEM, "no memory");
	}
}

static X509 *signer_of(void *arg, const char *issuer, const uint8_t *serial,
		       size_t len)
{
	return firmware_signer(arg, issuer, serial, len);
}

static int begin(struct firmware *fw, const char *name, off_t size,
		 const char **why)
{
	struct upload *upload = &fw->upload;

	*why = unfit(name);
	if (*why)
		return -EINVAL;
	if (is_taken(fw, name)) {
		*why = other;
		return -EEXIST;
	}
	give_up(fw, 0, NULL);
	snprintf(upload->change.name, sizeof(upload->change.name), "%s", name);
	upload->size = size;
	upload->change.shelf = fw->config.shelf;
	return 0;
}

static void look(struct firmware *fw)
{
	struct upload *upload = &fw->upload;

	upload->check = firmware_check_new(fw->config.base, upload->change.fd,
					   upload->size, signer_of, on_checked,
					   fw);
	if (!upload->check)
		give_up(fw, -ENOMEM, "no memory");
}

static void on_written(struct shelf_job *job)
{
	struct firmware_errand *errand = job->arg;
	struct firmware *fw = errand->firmware;
	struct upload *upload = &fw->upload;
	firmware_uploaded done = upload->done;

	if (upload->writing != errand) {
		shelf_drop(&errand->change);
	} else {
		upload->writing = NULL;
		upload->change = errand->change;
		if (job->err) {
			give_up(fw, job->err, strerror(-job->err));
		} else if (upload->at == upload->size) {
			look(fw);
		} else {
			upload->done = NULL;
			done(upload->arg, 0, NULL, NULL);
		}
	}
	firmware_errand_free(errand);
}

/* The descriptor is the thread's until that is done. */
static int write_piece(struct firmware *fw, const uint8_t *data, size_t len)
{
	struct firmware_errand *errand = firmware_errand(fw, NULL, on_written);
	struct upload *upload = &fw->upload;

	if (errand)
		errand->piece = malloc(len + 1);
	if (!errand || !errand->piece) {
		free(errand);
		return -ENOMEM;
	}
	memcpy(errand->piece, data, len);
	errand->change = upload->change;
	errand->change.data = errand->piece;
	errand->change.len = len;
	errand->job.onto = &errand->change;
	upload->change.fd = -1;
	upload->at += (off_t)len;
	upload->writing = errand;
	shelf_writer_submit(fw->config.writer, &errand->job);
	return 0;
}

void firmware_upload(struct firmware *fw, const char *name, off_t size,
		     off_t at, const uint8_t *data, size_t len,
		     firmware_uploaded done, void *arg)
{
	struct upload *upload = &fw->upload;
	const char *why = NULL;
	int err = 0;

	if (upload->writing || upload->check || upload->keeping) {
		done(arg, -EBUSY, upload->writing ? "a piece is being written" :
		     "an image is being looked at", NULL);
		return;
	}
	if (!at)
		err = begin(fw, name, size, &why);
	if (!err && (upload->at != at || upload->size != size ||
		     (off_t)len > size - at ||
		     strcmp(upload->change.name, name))) {
		why = "it is not what comes next of an upload";
		err = -EINVAL;
	}
	if (err) {
		done(arg, err, why, NULL);
		return;
	}
	upload->done = done;
	upload->arg = arg;
	if (write_piece(fw, data, len))
		give_up(fw, -ENOMEM, "no memory");
}
