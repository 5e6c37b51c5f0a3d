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
	if (shelf_name_ends(name, ".cnf.xml") || shelf_name_ends(name, ".cnf.xml.sgn") ||
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
	shelf_drop(fw->shelf, &upload->change);
	memset(upload, 0, sizeof(*upload));
	upload->change.fd = -1;
	if (done)
		done(arg, err, why, NULL);
}

void firmware_upload_stop(struct firmware *fw)
{
	give_up(fw, -ESHUTDOWN, "the daemon stops");
}

/* The pin first: an image that nothing is known of would be nobody's. */
static int keep(struct firmware *fw, const struct firmware_image *image)
{
	struct upload *upload = &fw->upload;
	int err = shelf_settle(&upload->change);

	if (!err)
		err = firmware_pin_write(fw, image);
	if (err)
		return err;
	upload->change.data = (const uint8_t *)"";
	err = shelf_commit(fw->shelf, &upload->change);
	return err ? err : shelf_sync(fw->shelf);
}

static void on_checked(void *arg, const struct firmware_facts *facts)
{
	struct firmware *fw = arg;
	struct upload *upload = &fw->upload;
	struct loaded *old = firmware_loaded(fw, upload->change.name), *one;
	int err;

	upload->check = NULL;
	if (facts->err || facts->signature == FIRMWARE_FORGED) {
		give_up(fw, facts->err ?: -EBADMSG, facts->err ?
			strerror(-facts->err) : facts->why);
		return;
	}
	if (old && memcmp(old->image.sha256, facts->sha256,
			  sizeof(facts->sha256))) {
		give_up(fw, -EEXIST, "there is another of that name: delete "
			"it first, or give this one a name of its own");
		return;
	}
	/* Since its first piece came. */
	if (!old && shelf_shows(fw->shelf, upload->change.name)) {
		give_up(fw, -EEXIST, other);
		return;
	}
	one = old ?: calloc(1, sizeof(*one));
	if (!one) {
		give_up(fw, -ENOMEM, "no memory");
		return;
	}
	snprintf(one->image.name, sizeof(one->image.name), "%s",
		 upload->change.name);
	snprintf(one->image.signer, sizeof(one->image.signer), "%s",
		 facts->signer);
	memcpy(one->image.sha256, facts->sha256, sizeof(facts->sha256));
	one->image.size = upload->size;
	one->image.signature = facts->signature;
	err = keep(fw, &one->image);
	if (err && !old)
		free(one);
	if (err) {
		give_up(fw, err, strerror(-err));
		return;
	}
	upload->done(upload->arg, 0, NULL, &one->image);
	upload->done = NULL;
	give_up(fw, 0, NULL);
	if (old)
		firmware_verify(fw, old->image.name);
	else
		firmware_add(fw, one);
}

static X509 *signer_of(void *arg, const char *issuer, const uint8_t *serial,
		       size_t len)
{
	return firmware_signer(arg, issuer, serial, len);
}

static const char *begin(struct firmware *fw, const char *name, off_t size,
			 int *err)
{
	struct upload *upload = &fw->upload;
	const char *why = unfit(name);

	*err = why ? -EINVAL : 0;
	if (!why && !firmware_loaded(fw, name) && shelf_shows(fw->shelf, name)) {
		why = other;
		*err = -EEXIST;
	}
	if (why)
		return why;
	give_up(fw, -ECANCELED, "another upload took its place");
	snprintf(upload->change.name, sizeof(upload->change.name), "%s", name);
	upload->size = size;
	*err = shelf_begin(fw->shelf, &upload->change);
	return *err ? strerror(-*err) : NULL;
}

void firmware_upload(struct firmware *fw, const char *name, off_t size,
		     off_t at, const uint8_t *data, size_t len,
		     firmware_uploaded done, void *arg)
{
	struct upload *upload = &fw->upload;
	const char *why = NULL;
	int err = 0;

	if (upload->check) {
		done(arg, -EBUSY, "an image is being looked at", NULL);
		return;
	}
	if (!at)
		why = begin(fw, name, size, &err);
	if (!why && (upload->change.fd < 0 || upload->at != at ||
		     upload->size != size || (off_t)len > size - at ||
		     strcmp(upload->change.name, name))) {
		why = "it is not what comes next of an upload";
		err = -EINVAL;
	}
	if (!why) {
		err = shelf_append(&upload->change, data, len);
		why = err ? strerror(-err) : NULL;
	}
	if (why) {
		if (err != -EINVAL && err != -EEXIST)
			give_up(fw, err, why);
		done(arg, err, why, NULL);
		return;
	}
	upload->at += (off_t)len;
	if (upload->at < size) {
		done(arg, 0, NULL, NULL);
		return;
	}
	upload->done = done;
	upload->arg = arg;
	upload->check = firmware_check_new(fw->base, upload->change.fd, size,
					   signer_of, on_checked, fw);
	if (!upload->check)
		give_up(fw, -ENOMEM, "no memory");
}
