// SPDX-License-Identifier: GPL-2.0
/*
 * Each LSC that was ever issued: request, device, key, certificate.
 *
 * One file that only grows, a record behind the other, each with a digest. A
 * record is on the disk before anybody hears of its certificate, so what a
 * killed keyd left behind at the end was never told, and is cut off. What is
 * wrong before the end is damage, and not ours to mend. To wait for the disk is
 * what an LSC costs most: those that were asked for together wait once.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyd/disk.h"

#define NAME		"lsc.journal"
#define MAGIC		0x6c736331u	/* "lsc1" */

enum { RECORDS_MAX = 262144 };

struct header {			/* integers big-endian */
	uint32_t magic;
	uint32_t len;		/* of the certificate behind it */
	struct keyd_lsc_record record;
	uint8_t spare[3];
};

_Static_assert(sizeof(struct header) == 156, "a header has no holes");

struct issued {
	struct keyd_lsc_record record;
	off_t at;		/* of the certificate */
	uint32_t len;
};

/* Trees of <search.h>: each entry is in both, or a newer one of its key. */
struct keyd_journal {
	int fd;
	off_t end;
	size_t count;
	bool dirty;		/* not all of it is on the disk */
	void *by_request, *by_key;
};

static int compare_requests(const void *a, const void *b)
{
	const struct issued *one = a, *other = b;

	return memcmp(one->record.request, other->record.request, KEYD_ID_LEN);
}

static int compare_keys(const void *a, const void *b)
{
	const struct issued *one = a, *other = b;

	return memcmp(one->record.spki, other->record.spki,
		      sizeof(one->record.spki));
}

static struct issued *find(void *const *tree, const struct issued *wanted,
			  int (*compare)(const void *, const void *))
{
	struct issued *const *found = tfind(wanted, tree, compare);

	return found ? *found : NULL;
}

/* The first device of a key stays its owner. */
static int remember(struct keyd_journal *journal,
		    const struct keyd_lsc_record *record, off_t at,
		    uint32_t len)
{
	struct issued *entry = calloc(1, sizeof(*entry)), **found;

	if (!entry)
		return -ENOMEM;
	*entry = (struct issued){ *record, at, len };
	found = tsearch(entry, &journal->by_request, compare_requests);
	if (!found || *found != entry) {
		free(entry);
		return found ? -EEXIST : -ENOMEM;
	}
	if (!tsearch(entry, &journal->by_key, compare_keys)) {
		tdelete(entry, &journal->by_request, compare_requests);
		free(entry);
		return -ENOMEM;
	}
	journal->count++;
	return 0;
}

enum { RECORD_MAX = sizeof(struct header) + KEYD_CERT_MAX +
		    SHA256_DIGEST_LENGTH };

/* Only zeros from there: room that was made and never written. */
static bool is_blank(int fd, off_t at)
{
	uint8_t bytes[4096];
	ssize_t n;

	while ((n = pread(fd, bytes, sizeof(bytes), at)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			if (bytes[i])
				return false;
		at += n;
	}
	return !n;
}

/* Its length; 0: the end, whole or not; -EBADMSG: damaged. */
static ssize_t read_record(struct keyd_journal *journal, off_t at, off_t size,
			   uint8_t *bytes)
{
	const struct header *header = (const void *)bytes;
	uint8_t sum[SHA256_DIGEST_LENGTH];
	ssize_t n = pread(journal->fd, bytes, RECORD_MAX, at);
	size_t len;

	if (n < 0)
		return -errno;
	if ((size_t)n < sizeof(*header))
		return 0;
	len = be32toh(header->len);
	if (be32toh(header->magic) != MAGIC || !len || len > KEYD_CERT_MAX)
		return is_blank(journal->fd, at) ? 0 : -EBADMSG;
	len += sizeof(*header);
	if ((size_t)n < len + sizeof(sum))
		return 0;
	SHA256(bytes, len, sum);
	len += sizeof(sum);
	if (memcmp(bytes + len - sizeof(sum), sum, sizeof(sum)))
		return at + (off_t)len == size ? 0 : -EBADMSG;
	return (ssize_t)len;
}

static int read_all(struct keyd_journal *journal)
{
	union {
		struct header header;
		uint8_t bytes[RECORD_MAX];
	} r;
	struct stat st;
	ssize_t n;
	int err;

	if (fstat(journal->fd, &st))
		return -errno;
	for (;;) {
		n = read_record(journal, journal->end, st.st_size, r.bytes);
		if (n <= 0)
			break;
		r.header.record.device[KEYD_TEXT - 1] = '\0';
		err = remember(journal, &r.header.record, journal->end +
			       (off_t)sizeof(r.header), be32toh(r.header.len));
		if (err)
			return err == -EEXIST ? -EBADMSG : err;
		journal->end += n;
	}
	if (n < 0 || journal->end == st.st_size)
		return (int)n;
	if (ftruncate(journal->fd, journal->end))
		return -errno;
	keyd_file_must_sync(journal->fd);
	return 0;
}

int keyd_journal_open(const struct keyd_dir *dir,
		      struct keyd_journal **out, off_t *at)
{
	struct keyd_journal *journal = calloc(1, sizeof(*journal));
	int err;

	*at = 0;
	if (!journal)
		return -ENOMEM;
	journal->fd = openat(dir->fd, NAME, O_RDWR | O_CREAT | O_CLOEXEC |
			     O_NOFOLLOW, 0600);
	if (journal->fd < 0) {
		err = -errno;
		free(journal);
		return err;
	}
	keyd_file_must_sync(dir->fd);
	err = read_all(journal);
	*at = journal->end;
	if (err) {
		keyd_journal_close(journal);
		return err;
	}
	*out = journal;
	return 0;
}

static void keep(void *entry)
{
	(void)entry;
}

void keyd_journal_close(struct keyd_journal *journal)
{
	if (!journal)
		return;
	tdestroy(journal->by_key, keep);
	tdestroy(journal->by_request, free);
	close(journal->fd);
	free(journal);
}

size_t keyd_journal_count(const struct keyd_journal *journal)
{
	return journal->count;
}

int keyd_journal_find(struct keyd_journal *journal, const uint8_t *request,
		      struct keyd_lsc_record *record, uint8_t **der,
		      size_t *len)
{
	struct issued wanted, *entry;

	memcpy(wanted.record.request, request, KEYD_ID_LEN);
	entry = find(&journal->by_request, &wanted, compare_requests);
	if (!entry)
		return -ENOENT;
	*record = entry->record;
	*len = entry->len;
	*der = OPENSSL_malloc(*len);
	if (!*der)
		return -ENOMEM;
	if (pread(journal->fd, *der, *len, entry->at) == (ssize_t)*len)
		return 0;
	OPENSSL_free(*der);
	*der = NULL;
	return -EIO;
}

const char *keyd_journal_owner(const struct keyd_journal *journal,
			       const uint8_t *spki)
{
	struct issued wanted, *entry;

	memcpy(wanted.record.spki, spki, sizeof(wanted.record.spki));
	entry = find(&journal->by_key, &wanted, compare_keys);
	return entry ? entry->record.device : NULL;
}

/* All of it, or the file ends where it did before. */
static int append(struct keyd_journal *journal, const uint8_t *bytes,
		  size_t len)
{
	ssize_t n = pwrite(journal->fd, bytes, len, journal->end);
	int err = n < 0 ? -errno : n == (ssize_t)len ? 0 : -ENOSPC;

	journal->dirty = true;
	if (err && ftruncate(journal->fd, journal->end))
		_exit(EXIT_FAILURE);
	return err;
}

void keyd_journal_sync(struct keyd_journal *journal)
{
	if (journal->dirty)
		keyd_file_must_sync(journal->fd);
	journal->dirty = false;
}

int keyd_journal_add(struct keyd_journal *journal,
		     const struct keyd_lsc_record *record, const uint8_t *der,
		     size_t len)
{
	union {
		struct header header;
		uint8_t bytes[RECORD_MAX];
	} r = { 0 };
	size_t all = sizeof(r.header) + len + SHA256_DIGEST_LENGTH;
	int err;

	if (!len || len > KEYD_CERT_MAX || journal->count >= RECORDS_MAX)
		return -EFBIG;
	r.header.magic = htobe32(MAGIC);
	r.header.len = htobe32((uint32_t)len);
	r.header.record = *record;
	memcpy(r.bytes + sizeof(r.header), der, len);
	SHA256(r.bytes, all - SHA256_DIGEST_LENGTH,
	       r.bytes + all - SHA256_DIGEST_LENGTH);
	err = append(journal, r.bytes, all);
	if (err)
		return err;
	/* It is issued now: not to know of it would be to issue it again. */
	if (remember(journal, record, journal->end +
		     (off_t)sizeof(r.header), (uint32_t)len))
		_exit(EXIT_FAILURE);
	journal->end += (off_t)all;
	return 0;
}
