// SPDX-License-Identifier: GPL-2.0
/*
 * Certificates that an administrator brings: up to two files, one behind the
 * other, as an import takes them.
 */
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "trust/certificate-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

/* A copy of its own: what is read behind its end is seen. */
static int read_file(struct certificate_file *file, const uint8_t *data,
		     size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	char why[160] = "";
	int err;

	if (len)
		memcpy(copy, data, len);
	err = certificate_file_read(file, copy, len, why, sizeof(why));
	must(!err == !why[0]);
	free(copy);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct certificate_file file = { 0 }, again = { 0 };
	size_t first = size > 2 ? (size_t)data[0] << 8 | data[1] : 0;
	int err;

	if (size <= 2)
		return 0;
	data += 2;
	size -= 2;
	if (first > size)
		first = size;
	err = read_file(&file, data, first);
	if (!err && first < size)
		err = read_file(&file, data + first, size - first);
	must(file.count <= KEYD_CHAIN && (err || file.count));
	/* What was taken is taken again, in DER. */
	for (size_t i = 0; i < file.count; i++) {
		unsigned char *der = NULL;
		int len = i2d_X509(file.certs[i], &der);

		must(len > 0 && len <= KEYD_CERT_MAX);
		must(!read_file(&again, der, (size_t)len));
		OPENSSL_free(der);
	}
	must(again.count == file.count);
	certificate_file_clear(&again);
	certificate_file_clear(&file);
	return 0;
}
