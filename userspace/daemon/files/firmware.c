// SPDX-License-Identifier: GPL-2.0
/*
 * Which firmware there is, and that it is still what was imported.
 */
#include "files/firmware.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/firmware-parts.h"
#include "log.h"
#include "store/store.h"
#include "trust/dn.h"
#include "trust/verify.h"

struct search {
	const char *issuer;
	const uint8_t *serial;
	size_t len;
	X509 *found;
};

static int match(void *ctx, const char *name, const char *pem)
{
	struct search *search = ctx;
	uint8_t serial[TRUST_SERIAL_MAX];
	char issuer[TRUST_DN_SIZE];
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	(void)name;
	BIO_free(bio);
	ERR_clear_error();
	if (cert && trust_cert_serial(cert, serial) == search->len &&
	    !memcmp(serial, search->serial, search->len) &&
	    !trust_dn_write(X509_get_issuer_name(cert), TRUST_CUCM, issuer) &&
	    trust_dn_equal(issuer, search->issuer)) {
		search->found = cert;
		return 1;
	}
	X509_free(cert);
	return 0;
}

X509 *firmware_signer(struct firmware *fw, const char *issuer,
		      const uint8_t *serial, size_t len)
{
	struct search search = { issuer, serial, len, NULL };

	/* As certificates' are told: without zeros in front. */
	while (search.len > 1 && !*search.serial) {
		search.serial++;
		search.len--;
	}
	store_cert_each_of(fw->config.store, "firmware-trust", match, &search);
	return search.found;
}

struct loaded *firmware_loaded(const struct firmware *fw, const char *name)
{
	struct loaded *one;

	LIST_FOREACH(one, &fw->images, link)
		if (!strcmp(one->image.name, name))
			return one;
	return NULL;
}

const struct firmware_image *firmware_find(const struct firmware *fw,
					   const char *name)
{
	const struct loaded *one = firmware_loaded(fw, name);

	return one ? &one->image : NULL;
}

int firmware_each(const struct firmware *fw, firmware_fn fn, void *arg)
{
	struct loaded *one;
	int err = 0;

	LIST_FOREACH(one, &fw->images, link)
		if (!err)
			err = fn(arg, &one->image);
	return err;
}

struct firmware_errand *firmware_errand(struct firmware *fw, struct loaded *one,
					void (*done)(struct shelf_job *job))
{
	struct firmware_errand *errand = calloc(1, sizeof(*errand));

	if (!errand)
		return NULL;
	errand->firmware = fw;
	errand->one = one;
	errand->job.done = done;
	errand->job.arg = errand;
	return errand;
}

void firmware_errand_free(struct firmware_errand *errand)
{
	free(errand->pin);
	free(errand->piece);
	free(errand);
}

static void set_refused(struct loaded *one, const char *why)
{
	struct firmware_image *image = &one->image;

	/* The same once more is no news. */
	if (image->state == FIRMWARE_REFUSED && !strcmp(image->why, why))
		return;
	image->state = FIRMWARE_REFUSED;
	snprintf(image->why, sizeof(image->why), "%s", why);
	log_event(LOG_LEVEL_ERROR, "firmware-refused", "name", image->name,
		  "reason", why, NULL);
	log_security("firmware-refused", "name", image->name, "reason", why,
		     NULL);
}

static void on_refused(struct shelf_job *job)
{
	struct firmware_errand *errand = job->arg;

	if (job->err)
		log_event(LOG_LEVEL_ERROR, "firmware-left", "name",
			  errand->one->image.name, "reason",
			  strerror(-job->err), "note", "TFTP's server finds it "
			  "still: remove it by hand", NULL);
	set_refused(errand->one, errand->why);
	firmware_release(errand->firmware, errand->one);
	firmware_errand_free(errand);
}

/* Told when it has gone from where TFTP's server finds it, too. */
static void refuse(struct firmware *fw, struct loaded *one, const char *why)
{
	struct firmware_errand *errand = firmware_errand(fw, one, on_refused);

	shelf_hide(fw->config.shelf, one->image.name);
	if (!errand) {
		set_refused(one, why);
		return;
	}
	snprintf(errand->why, sizeof(errand->why), "%s", why);
	shelf_job_add(&errand->job, fw->config.shelf, one->image.name, NULL, 0);
	one->held = true;
	shelf_writer_submit(fw->config.writer, &errand->job);
}

static void check_next(struct firmware *fw);

static void on_checked(void *arg, const struct firmware_facts *facts)
{
	struct firmware *fw = arg;
	struct loaded *one = fw->checked;
	struct firmware_image *image = &one->image;

	fw->check = NULL;
	fw->checked = NULL;
	if (facts->err)
		refuse(fw, one, strerror(-facts->err));
	else if (memcmp(facts->sha256, image->sha256, sizeof(image->sha256)))
		refuse(fw, one, "it is not what was imported");
	else if (facts->signature == FIRMWARE_FORGED)
		refuse(fw, one, facts->why);
	else if (shelf_show(fw->config.shelf, image->name, &one->print))
		refuse(fw, one, "no memory");
	else
		image->state = FIRMWARE_SERVED;
	if (image->state == FIRMWARE_SERVED) {
		image->signature = facts->signature;
		image->why[0] = '\0';
	}
	check_next(fw);
}

static X509 *signer_of(void *arg, const char *issuer, const uint8_t *serial,
		       size_t len)
{
	return firmware_signer(arg, issuer, serial, len);
}

/* What it is from now on is known when it was read; what it was before, too. */
static void check(struct firmware *fw, struct loaded *one)
{
	int fd = shelf_file(fw->config.shelf, one->image.name, &one->print);

	one->due = false;
	if (fd < 0) {
		refuse(fw, one, fd == -ENOENT ? "it is gone" : strerror(-fd));
		return;
	}
	fw->checked = one;
	fw->check = firmware_check_new(fw->config.base, fd, one->print.size,
				       signer_of, on_checked, fw);
	close(fd);
	if (!fw->check) {
		fw->checked = NULL;
		refuse(fw, one, "no memory");
	}
}

static void check_next(struct firmware *fw)
{
	struct loaded *one;

	LIST_FOREACH(one, &fw->images, link) {
		if (fw->check)
			return;
		if (one->due && !one->held)
			check(fw, one);
	}
}

static void want_check(struct firmware *fw, struct loaded *one)
{
	one->due = true;
	/* What it finds is of a file that may have been replaced. */
	if (fw->checked == one) {
		firmware_check_free(fw->check);
		fw->check = NULL;
		fw->checked = NULL;
	}
	if (one->image.state == FIRMWARE_SERVED) {
		one->image.state = FIRMWARE_CHECKING;
		shelf_hide(fw->config.shelf, one->image.name);
	}
}

void firmware_hold(struct firmware *fw, struct loaded *one)
{
	want_check(fw, one);
	one->held = true;
}

void firmware_release(struct firmware *fw, struct loaded *one)
{
	one->held = false;
	check_next(fw);
}

int firmware_verify(struct firmware *fw, const char *name)
{
	struct loaded *one, *found = NULL;

	LIST_FOREACH(one, &fw->images, link) {
		if (name && strcmp(name, one->image.name))
			continue;
		found = one;
		want_check(fw, one);
	}
	check_next(fw);
	return found || !name ? 0 : -ENOENT;
}

bool firmware_changed(struct firmware *fw, const char *name)
{
	struct loaded *one = firmware_loaded(fw, name);

	if (!one)
		return false;
	want_check(fw, one);
	check_next(fw);
	return true;
}

/* One that was refused may have been put back. */
void firmware_look(struct firmware *fw)
{
	struct shelf_print print;
	struct loaded *one;

	LIST_FOREACH(one, &fw->images, link) {
		int fd = shelf_file(fw->config.shelf, one->image.name, &print);
		bool same = fd >= 0 && shelf_print_same(&print, &one->print);

		if (fd >= 0)
			close(fd);
		if (!same && (fd >= 0 || one->image.state == FIRMWARE_SERVED))
			want_check(fw, one);
	}
	check_next(fw);
}

void firmware_add(struct firmware *fw, struct loaded *one)
{
	LIST_INSERT_HEAD(&fw->images, one, link);
	one->image.state = FIRMWARE_CHECKING;
	one->due = true;
	check_next(fw);
}

static void on_removed(struct shelf_job *job)
{
	struct firmware_errand *errand = job->arg;
	struct firmware *fw = errand->firmware;
	int err = job->err;

	if (err) {
		firmware_release(fw, errand->one);
	} else {
		LIST_REMOVE(errand->one, link);
		free(errand->one);
		check_next(fw);
	}
	errand->removed(errand->arg, err);
	firmware_errand_free(errand);
}

/* The pin last: if this is all that happens, it is told that it is gone. */
void firmware_remove(struct firmware *fw, const char *name,
		     firmware_removed done, void *arg)
{
	struct loaded *one = firmware_loaded(fw, name);
	struct firmware_errand *errand;

	if (!one || one->held) {
		done(arg, one ? -EBUSY : -ENOENT);
		return;
	}
	errand = firmware_errand(fw, one, on_removed);
	if (!errand) {
		done(arg, -ENOMEM);
		return;
	}
	errand->removed = done;
	errand->arg = arg;
	firmware_hold(fw, one);
	shelf_job_add(&errand->job, fw->config.shelf, name, NULL, 0);
	shelf_job_add(&errand->job, fw->pins, name, NULL, 0);
	shelf_writer_submit(fw->config.writer, &errand->job);
}

int firmware_open(struct firmware **out, const struct firmware_config *config,
		  const char *state, char *why, size_t size)
{
	struct firmware *fw = calloc(1, sizeof(*fw));
	int err;

	*out = NULL;
	if (!fw)
		return -ENOMEM;
	fw->config = *config;
	fw->upload.change.fd = -1;
	LIST_INIT(&fw->images);
	err = shelf_open(&fw->pins, state, why, size);
	if (!err)
		err = firmware_pins_read(fw);
	if (err) {
		snprintf(why, size, "%s: %s", state, strerror(-err));
		firmware_close(fw);
		return err;
	}
	firmware_verify(fw, NULL);
	*out = fw;
	return 0;
}

void firmware_close(struct firmware *fw)
{
	struct loaded *one;

	if (!fw)
		return;
	firmware_upload_stop(fw);
	firmware_check_free(fw->check);
	while ((one = LIST_FIRST(&fw->images))) {
		LIST_REMOVE(one, link);
		free(one);
	}
	shelf_close(fw->pins);
	free(fw);
}
