// SPDX-License-Identifier: GPL-2.0
/*
 * Writes lists and files, and what others need to verify and decrypt them with:
 * write-files DIRECTORY.
 */
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity.h"
#include "trust/file.h"

#define CLEAR	"<device>\n  <fullConfig>true</fullConfig>\n</device>\n"

static struct identity sast, spare, big, ccm, ec, device;
static struct trust_fault fault;

static FILE *create(const char *name)
{
	FILE *file = fopen(name, "we");

	if (!file)
		abort();
	return file;
}

static void put_bytes(const char *name, int err, struct trust_bytes *bytes)
{
	FILE *file = create(name);

	if (err) {
		fprintf(stderr, "%s: %s\n", name, fault.why);
		exit(1);
	}
	fwrite(bytes->data, 1, bytes->len, file);
	trust_bytes_free(bytes);
	fclose(file);
}

static void put_cert(const char *name, const struct identity *id)
{
	FILE *file = create(name);

	PEM_write_X509(file, id->cert);
	fclose(file);
}

static void put_list(const char *name, enum trust_kind kind,
		     const struct identity *signer, enum trust_digest digest,
		     const struct identity *second, bool keys)
{
	static const uint8_t ip[] = { 192, 0, 2, 1 };
	struct trust_entry entries[4] = {
		{ TRUST_SAST, signer->cert, NULL, NULL },
		{ TRUST_CCM_TFTP, keys ? ccm.cert : NULL, "cm1.example", ip },
	};
	struct trust_plan plan = {
		.kind = kind, .time = 1700000000, .signer_version = 0x0101,
		.entries = entries, .count = 2,
		.rollback = kind == TRUST_ITL && !keys,
	};
	struct trust_signer by = signer_of(signer, digest);
	struct trust_bytes bytes;

	if (second)
		entries[plan.count++] = (struct trust_entry){
			TRUST_SAST, second->cert, NULL, NULL };
	if (keys)
		entries[plan.count++] = (struct trust_entry){
			TRUST_CCM_TFTP, ec.cert, "cm1.example", ip };
	put_bytes(name, trust_list_build(&plan, &by, &bytes, &fault), &bytes);
}

static void put_files(enum trust_digest digest, const char *suffix)
{
	struct trust_signer by = signer_of(&ccm, digest);
	struct trust_content content = {
		"SEP001122334455.cnf.xml.sgn", 1700000000,
		{ (const uint8_t *)CLEAR, sizeof(CLEAR) - 1 },
	};
	struct trust_bytes bytes;
	char name[64];

	snprintf(name, sizeof(name), "%s.sgn", suffix);
	put_bytes(name, trust_file_sign(&content, &by, &bytes, &fault), &bytes);
	content.name = "SEP001122334455.cnf.xml.enc.sgn";
	snprintf(name, sizeof(name), "%s.enc.sgn", suffix);
	put_bytes(name, trust_file_seal(&content, &by, device.cert, &bytes,
					&fault), &bytes);
}

static void put_keys(void)
{
	FILE *file;

	put_cert("sast.pem", &sast);
	put_cert("big.pem", &big);
	put_cert("ccm.pem", &ccm);
	file = create("device.key");
	PEM_write_PrivateKey(file, device.key, NULL, NULL, 0, NULL, NULL);
	fclose(file);
	file = create("clear");
	fputs(CLEAR, file);
	fclose(file);
}

int main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1]))
		return 2;
	identity_make(&sast, "O=Lab/CN=sast", 2048, 1);
	identity_make(&spare, "O=Lab/CN=spare", 2048, 2);
	identity_make(&big, "O=Lab/CN=big", 4096, 3);
	identity_make(&ccm, "C=DE/ST=Brandenburg/L=Potsdam/O=A rather long "
		      "name of some company/OU=Voice/CN=cm1.example", 2048, 4);
	identity_make(&ec, "O=Lab/CN=cm1.example", 0, 5);
	identity_make(&device, "CN=SEP001122334455", 2048, 6);
	put_keys();
	put_list("ctl.tlv", TRUST_CTL, &sast, TRUST_SHA512, NULL, true);
	put_list("ctl-both.tlv", TRUST_CTL, &sast, TRUST_SHA1, &spare, true);
	put_list("ctl-next.tlv", TRUST_CTL, &spare, TRUST_SHA1, NULL, true);
	put_list("ctl-bare.tlv", TRUST_CTL, &sast, TRUST_SHA1, NULL, false);
	put_list("itl.tlv", TRUST_ITL, &big, TRUST_SHA1, NULL, true);
	put_list("itl-rollback.tlv", TRUST_ITL, &big, TRUST_SHA512, NULL,
		 false);
	put_files(TRUST_SHA1, "sha1");
	put_files(TRUST_SHA512, "sha512");
	identity_free(&sast);
	identity_free(&spare);
	identity_free(&big);
	identity_free(&ccm);
	identity_free(&ec);
	identity_free(&device);
	return 0;
}
