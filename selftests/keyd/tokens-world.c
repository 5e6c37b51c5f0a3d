// SPDX-License-Identifier: GPL-2.0
/* Tokens of softhsm2, and what is asked of them. */
#include "tokens-world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OLD = 1700000000 };

union keyd_buffer m;
size_t list_len;
char serials[6][KEYD_TOKEN_SERIAL];

bool judge(const char *what)
{
	return run("bash -c '. \"$JUDGE\"; %s'", what);
}

/* With a key of that size, and a certificate of that or another one's. */
static bool make_token(int n, int bits, int cert_of)
{
	return run("openssl req -x509 -newkey rsa:%d -nodes -keyout t%d.pem "
		   "-out t%d.crt -days 30 -subj /O=Example/CN=token%d && "
		   "openssl x509 -in t%d.crt -outform DER -out t%d.der && "
		   "softhsm2-util --init-token --free --label token%d "
		   "--so-pin 99999999 --pin 1234%d && "
		   "ls -t hsm/tokens | head -1 >dir%d && "
		   "softhsm2-util --import t%d.pem --token token%d --label k "
		   "--id 01 --pin 1234%d && "
		   "$CERT_MAKER $SOFTHSM token%d 1234%d 01 t%d.der",
		   bits, n, n, n, n, n, n, n, n, n, n, n, n, n, cert_of);
}

void trick(const char *what)
{
	if (!run("printf '%%s' '%s' >hsm/trick", what))
		abort();
}

pid_t start_tokens(void)
{
	static char module[512], pins[128], files[128];
	const char *const options[] = {
		"--token-module", module, "--token-pins", pins,
		"--token-files", files, "--token-seconds", "3", NULL,
	};

	if (!realpath("build/san/selftests/keyd/token-trick.so", module))
		abort();
	strcpy(pins, in_folder("pins"));
	strcpy(files, in_folder("hsm"));
	return start_keyd_with(options);
}

size_t logins(void)
{
	FILE *file = fopen(in_folder("hsm/logins"), "r");
	size_t n = 0;

	while (file && fgetc(file) != EOF)
		n++;
	if (file)
		fclose(file);
	return n;
}

/* The one of that label in what was heard; false: there is none. */
static bool item_of(const char *label, struct keyd_token_item *item)
{
	const uint8_t *at = keyd_tail(&heard), *cert;
	size_t left = keyd_tail_len(&heard);

	while (!keyd_token_next(&at, &left, item, &cert))
		if (!strcmp(item->label, label))
			return true;
	memset(item, 0, sizeof(*item));
	return false;
}

unsigned int flags_of(int fd, const char *label)
{
	struct keyd_token_item item;

	memset(&m.m, 0, sizeof(m.m));
	return ask(fd, &m, KEYD_TOKEN_LIST, 0) || !item_of(label, &item) ?
		0xff : item.flags;
}

int order(int fd, unsigned int type, int n, unsigned int flags)
{
	memset(&m.m, 0, sizeof(m.m));
	strcpy(m.m.token.serial, serials[n]);
	m.m.token.flags = (uint8_t)flags;
	return ask(fd, &m, type, 0);
}

/* SASTs, by name of their certificates' files, then a record as phones want. */
void fill_ctl(int n, const char *first, const char *second,
		     unsigned int digest)
{
	static uint8_t tail[KEYD_MESSAGE_MAX];
	const char *const certs[] = { first, second, "itl.der" };
	struct keyd_sign_list *list = &m.m.list;

	memset(&m.m, 0, sizeof(m.m));
	if (n >= 0)
		strcpy(list->token, serials[n]);
	else
		list->key = key_of(KEYD_ITLRECOVERY, KEYD_RSA);
	list->kind = KEYD_CTL;
	list->digest = (uint8_t)digest;
	list->timestamp = OLD;
	list_len = 0;
	for (int i = 0; i < 3; i++) {
		struct keyd_record *record = &list->records[list->count];
		size_t size;

		if (!certs[i])
			continue;
		size = attach(&m, KEYD_SIGN_LIST, certs[i]);
		memcpy(tail + list_len, keyd_tail(&m), size);
		list_len += size;
		record->cert_len = (uint16_t)size;
		record->function = i == 2 ? 2 : 0;
		strcpy(record->dns, i == 2 ? "cm1.example.org" : "");
		list->count++;
	}
	m.m.head.type = KEYD_SIGN_LIST;
	memcpy(keyd_tail_room(&m), tail, list_len);
}

int sign_ctl(int fd, int n, const char *first, const char *second,
		    unsigned int digest)
{
	int err;

	fill_ctl(n, first, second, digest);
	err = ask(fd, &m, KEYD_SIGN_LIST, list_len);
	keep("signed");
	return err;
}

bool look_up_tokens(int fd, int count)
{
	struct keyd_token_item item;
	char label[24];

	for (int i = 0; i < count; i++) {
		snprintf(label, sizeof(label), "token%d", i);
		memset(&m.m, 0, sizeof(m.m));
		if (ask(fd, &m, KEYD_TOKEN_LIST, 0) || !item_of(label, &item))
			return false;
		strcpy(serials[i], item.serial);
	}
	good_make(&m, KEYD_ITLRECOVERY, KEYD_RSA, 2048, "ITLRecovery");
	if (ask(fd, &m, KEYD_MAKE, 0))
		return false;
	keep("itl.der");
	return run("openssl x509 -inform DER -in itl.der -out itl.pem && "
			   "printf '%s 12340\\n%s 12341\\n%s 99999\\n12344\\n' >pins",
		   serials[0], serials[1], serials[2]);
}

bool make_tokens(int count)
{
	static const struct {
		int bits, cert_of;
	} kinds[] = {
		{ 2048, 0 }, { 1024, 1 }, { 2048, 2 }, { 3072, 3 }, { 2048, 0 },
	};
	char path[512];
	bool good;

	if (!realpath("build/san/selftests/keyd/token-cert", path))
		return false;
	setenv("CERT_MAKER", path, 1);
	setenv("SOFTHSM", "/usr/lib/softhsm/libsofthsm2.so", 1);
	setenv("TOKEN_FOLDER", in_folder("hsm"), 1);
	setenv("SOFTHSM2_CONF", in_folder("hsm/softhsm2.conf"), 1);
	if (!name_judges())
		return false;
	good = run("mkdir -p hsm/tokens && "
		   "printf 'directories.tokendir = %s/hsm/tokens\n"
		   "objectstore.backend = file\nlog.level = ERROR\n' "
		   ">hsm/softhsm2.conf && echo x >pins && chmod 600 pins", folder);
	for (int i = 0; i < count && good; i++)
		good = make_token(i, kinds[i].bits, kinds[i].cert_of);
	return good;
}
