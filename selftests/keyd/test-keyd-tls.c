// SPDX-License-Identifier: GPL-2.0
/*
 * What ucsec-keyd signs and unwraps for handshakes, judged by the openssl tool,
 * and what it must not sign.
 */
#include <errno.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "asker.h"
#include "tap.h"

static union keyd_buffer m;
static uint8_t content[4096];

/* By the key of CallManager; the signature into the file sig. */
static int sign(int fd, unsigned int kind, unsigned int scheme,
		unsigned int what, size_t len)
{
	FILE *file = fopen(in_folder("content"), "w");
	int err;

	fwrite(content, 1, len, file);
	fclose(file);
	memset(&m.m, 0, sizeof(m.m));
	m.m.tls_sign.key = key_of(KEYD_CALLMANAGER, kind);
	m.m.tls_sign.scheme = (uint16_t)scheme;
	m.m.tls_sign.content = (uint8_t)what;
	m.m.head.type = KEYD_TLS_SIGN;
	memcpy(keyd_tail_room(&m), content, len);
	err = ask(fd, &m, KEYD_TLS_SIGN, len);
	if (!err)
		keep("sig");
	return err;
}

static size_t tls13(const char *who, size_t hash)
{
	memset(content, ' ', 64);
	sprintf((char *)content + 64, "TLS 1.3, %s CertificateVerify", who);
	memset(content + 98, 0xa5, hash);
	return 98 + hash;
}

/* Randoms and the point of an ephemeral key that openssl made. */
static size_t tls12(unsigned int group, const char *curve, size_t point)
{
	FILE *file;
	size_t n;

	memset(content, 0x5a, 64);
	content[64] = 3;
	content[65] = 0;
	content[66] = (uint8_t)group;
	content[67] = (uint8_t)point;
	run("openssl genpkey -algorithm %s | openssl pkey -pubout -outform "
	    "DER | tail -c %zu >point", curve, point);
	file = fopen(in_folder("point"), "r");
	n = fread(content + 68, 1, point, file);
	fclose(file);
	return n == point ? 68 + point : 0;
}

static bool verifies(const char *key, const char *options)
{
	return run("openssl dgst %s -verify %s.pub -signature sig content",
		   options, key);
}

static bool no_tls(int err, const char *what)
{
	return ok(err == -EBADMSG && heard.m.reply.reason == KEYD_WHY_NOT_TLS,
		  "%s: %s", what, heard.m.reply.sentence);
}

static void check_schemes(int fd)
{
	static const struct {
		unsigned int scheme, kind;
		bool tls13;
		const char *options;
	} schemes[] = {
		{ 0x0804, KEYD_RSA, true, "-sha256 -sigopt "
		  "rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32" },
		{ 0x0805, KEYD_RSA, true, "-sha384 -sigopt "
		  "rsa_padding_mode:pss -sigopt rsa_pss_saltlen:48" },
		{ 0x0806, KEYD_RSA, true, "-sha512 -sigopt "
		  "rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64" },
		{ 0x0401, KEYD_RSA, false, "-sha256" },
		{ 0x0501, KEYD_RSA, false, "-sha384" },
		{ 0x0403, KEYD_EC, true, "-sha256" },
		{ 0x0503, KEYD_EC, false, "-sha384" },
		{ 0x0603, KEYD_EC, false, "-sha512" },
	};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		const char *key = schemes[i].kind == KEYD_RSA ? "rsa" : "ec";
		size_t len = tls13("server", 48);
		int err = sign(fd, schemes[i].kind, schemes[i].scheme,
			       KEYD_TLS13_SERVER, len);

		if (schemes[i].tls13)
			ok(!err && verifies(key, schemes[i].options),
			   "TLS 1.3, scheme %04x", schemes[i].scheme);
		else
			no_tls(err, "not of TLS 1.3");
		len = tls12(0x17, "EC -pkeyopt ec_paramgen_curve:P-256", 65);
		ok(!sign(fd, schemes[i].kind, schemes[i].scheme,
			 KEYD_TLS12_SERVER, len) &&
		   verifies(key, schemes[i].options), "TLS 1.2, scheme %04x",
		   schemes[i].scheme);
	}
	/* As files and lists are signed. */
	no_tls(sign(fd, KEYD_RSA, 0x0601, KEYD_TLS12_SERVER,
		    tls12(0x1d, "X25519", 32)), "PKCS #1 with SHA-512");
	no_tls(sign(fd, KEYD_RSA, 0x0201, KEYD_TLS12_SERVER,
		    tls12(0x1d, "X25519", 32)), "PKCS #1 with SHA-1");
	no_tls(sign(fd, KEYD_EC, 0x0804, KEYD_TLS13_SERVER,
		    tls13("server", 32)), "RSA's scheme, EC's key");
	no_tls(sign(fd, KEYD_RSA, 0x0403, KEYD_TLS13_SERVER,
		    tls13("server", 32)), "EC's scheme, RSA's key");
}

static void check_tls13(int fd)
{
	size_t len = tls13("client", 32);

	ok(!sign(fd, KEYD_RSA, 0x0804, KEYD_TLS13_CLIENT, len) &&
	   verifies("rsa", "-sha256 -sigopt rsa_padding_mode:pss"),
	   "a client of TLS 1.3");
	no_tls(sign(fd, KEYD_RSA, 0x0804, KEYD_TLS13_SERVER, len),
	       "a client's as a server's");
	for (size_t i = 0; i < 98; i++) {
		len = tls13("server", 32);
		content[i] ^= 0x20;
		if (sign(fd, KEYD_RSA, 0x0804, KEYD_TLS13_SERVER, len) !=
		    -EBADMSG)
			ok(false, "byte %zu", i);
	}
	ok(true, "each byte before the hash");
	for (len = 1; len < 300; len++)
		if (sign(fd, KEYD_RSA, 0x0804, KEYD_TLS13_SERVER, len) !=
		    (len == 130 || len == 146 ? 0 : -EBADMSG))
			ok(false, "length %zu", len);
		else
			tls13("server", 32);
	ok(true, "each length");
}

static void check_tls12(int fd)
{
	static const struct {
		unsigned int group;
		const char *curve;
		size_t point;
	} curves[] = {
		{ 0x17, "EC -pkeyopt ec_paramgen_curve:P-256", 65 },
		{ 0x18, "EC -pkeyopt ec_paramgen_curve:P-384", 97 },
		{ 0x19, "EC -pkeyopt ec_paramgen_curve:P-521", 133 },
		{ 0x1d, "X25519", 32 }, { 0x1e, "X448", 56 },
	};
	size_t len;

	for (int i = 0; i < 5; i++) {
		len = tls12(curves[i].group, curves[i].curve, curves[i].point);
		ok(!sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_SERVER, len) &&
		   verifies("rsa", "-sha256"), "group %02x", curves[i].group);
		if (sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_SERVER, len + 1) !=
		    -EBADMSG || sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_SERVER,
				     len - 1) != -EBADMSG)
			ok(false, "a byte more or less");
		content[len - 1] ^= 1;
		if (curves[i].point > 56)
			no_tls(sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_SERVER,
				    len), "beside the curve");
		content[len - 1] ^= 1;
		content[66] = 0x16;
		no_tls(sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_SERVER, len),
		       "another group");
		content[64] = 1;
		no_tls(sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_SERVER, len),
		       "an explicit curve");
	}
	no_tls(sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_SERVER, 64),
	       "randoms alone");
}

static size_t put_message(size_t at, uint8_t type, size_t len)
{
	content[at] = type;
	content[at + 1] = 0;
	content[at + 2] = (uint8_t)(len >> 8);
	content[at + 3] = (uint8_t)len;
	memset(content + at + 4, 3, len);
	return at + 4 + len;
}

static size_t transcript(const uint8_t *types)
{
	size_t at = 0;

	while (*types)
		at = put_message(at, *types++, 60);
	return at;
}

static void check_transcript(int fd)
{
	static const uint8_t whole[] = { 1, 2, 11, 22, 12, 13, 14, 11, 16, 0 },
		least[] = { 1, 2, 11, 13, 14, 11, 16, 0 },
		more[] = { 1, 2, 11, 13, 14, 11, 16, 20, 0 },
		less[] = { 1, 2, 11, 13, 14, 11, 0 },
		turned[] = { 2, 1, 11, 13, 14, 11, 16, 0 };
	size_t len = transcript(whole);

	ok(!sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_CLIENT, len) &&
	   verifies("rsa", "-sha256"), "a client of TLS 1.2");
	no_tls(sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_CLIENT, len - 1), "cut");
	content[4] = 2;
	no_tls(sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_CLIENT, len),
	       "another version");
	ok(!sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_CLIENT, transcript(least)),
	   "without what may be missing");
	no_tls(sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_CLIENT, transcript(more)),
	       "one message more");
	no_tls(sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_CLIENT, transcript(less)),
	       "one less");
	no_tls(sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_CLIENT,
		    transcript(turned)), "in another order");
}

/* What signatures of these keys are believed on elsewhere. */
static void check_others(int fd)
{
	static const char *const names[] = { "tbs", "ITL-sha1.tlv", "csr" };
	size_t len;

	run("openssl asn1parse -inform DER -in rsa.der -strparse 4 -noout "
	    "-out tbs; openssl req -new -newkey rsa:1024 -nodes -keyout k "
	    "-subj /CN=x -outform DER -out csr; printf "
	    "'\\001\\000\\002\\001\\002\\002\\000\\002\\001\\220' "
	    ">ITL-sha1.tlv; head -c 400 /dev/zero >>ITL-sha1.tlv");
	for (int i = 0; i < 3; i++) {
		len = attach(&m, KEYD_TLS_SIGN, names[i]);
		memcpy(content, keyd_tail(&m), len);
		for (unsigned int what = KEYD_TLS13_SERVER;
		     what <= KEYD_TLS12_CLIENT; what++)
			no_tls(sign(fd, KEYD_RSA, what <= KEYD_TLS13_CLIENT ?
				    0x0804 : 0x0401, what, len), names[i]);
	}
}

/* A point with the x that is there, in its place; false: x has none. */
static bool complete_point(void)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *point = EC_POINT_new(group);
	BIGNUM *x = BN_bin2bn(content + 69, 32, NULL);
	bool has = EC_POINT_set_compressed_coordinates(group, point, x, 0,
						       NULL) == 1 &&
		   EC_POINT_point2oct(group, point,
				      POINT_CONVERSION_UNCOMPRESSED,
				      content + 68, 65, NULL) == 65;

	BN_free(x);
	EC_POINT_free(point);
	EC_GROUP_free(group);
	return has;
}

/*
 * Randoms, parameters and a point of its curve that are, byte for byte, also
 * what a CA signs: the parameters hide in a date, the point in a public key.
 */
static void check_chimera(int fd)
{
	static const uint8_t pieces[] = {
		/* version 1; a long serial number */
		0x30, 0x81, 0x82, 0x02, 35,
	}, after[] = {
		/* ecdsa-with-SHA256, no issuer, validity with two dates */
		0x30, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2,
		0x30, 0, 0x30, 0x1e, 0x17, 0x0d,
	}, key[] = {
		/* no subject, a public key of Ed25519 */
		0x30, 0, 0x30, 0x2b, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70,
		3, 0x22, 0,
	};
	uint16_t turn = 0;

	memset(content, '1', 133);
	memcpy(content, pieces, sizeof(pieces));
	memcpy(content + 40, after, sizeof(after));
	memcpy(content + 64, (const uint8_t[]){ 3, 0, 0x17, 65, 4 }, 5);
	content[71] = 0x17;
	content[72] = 0x0d;
	memcpy(content + 86, key, sizeof(key));
	do
		memcpy(content + 75, &turn, sizeof(turn));
	while (!complete_point() && ++turn);
	no_tls(sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_SERVER, 133),
	       "a handshake that is a certificate");
	content[0] = 0x31;
	ok(!sign(fd, KEYD_RSA, 0x0401, KEYD_TLS12_SERVER, 133),
	   "the same without its first byte");
}

static int unwrap(int fd, const char *file, unsigned int version)
{
	size_t len = attach(&m, KEYD_TLS_UNWRAP, file);

	memset(&m.m.tls_unwrap, 0, sizeof(m.m.tls_unwrap));
	m.m.tls_unwrap.key = key_of(KEYD_CALLMANAGER, KEYD_RSA);
	m.m.tls_unwrap.version = (uint16_t)version;
	return ask(fd, &m, KEYD_TLS_UNWRAP, len);
}

/* Random ones, other ones each time: 48 bytes, and no error. */
static void rejects(int fd, const char *file, unsigned int version)
{
	uint8_t first[KEYD_PREMASTER_LEN];
	bool same = !unwrap(fd, file, version) &&
		    keyd_tail_len(&heard) == KEYD_PREMASTER_LEN;

	memcpy(first, keyd_tail(&heard), sizeof(first));
	keep("secret");
	ok(same && !unwrap(fd, file, version) &&
	   memcmp(first, keyd_tail(&heard), sizeof(first)) &&
	   run("! cmp -s secret premaster"), "%s: as if it were right", file);
}

static void check_unwrap(int fd)
{
	ok(run("(printf '\\003\\003'; head -c 46 /dev/urandom) >premaster && "
	       "encrypt() { openssl pkeyutl -encrypt -pubin -inkey rsa.pub "
	       "-in $1 -out $2 $3 $4; } && encrypt premaster right && "
	       "head -c 47 premaster >short && encrypt short is-short && "
	       "(printf '\\003\\002'; tail -c 46 premaster) >old && "
	       "encrypt old of-another-version && "
	       "(head -c 208 /dev/zero; cat premaster) >raw && "
	       "encrypt raw not-padded -pkeyopt rsa_padding_mode:none && "
	       "(printf '\\000\\002'; head -c 205 /dev/zero | tr '\\0' x; "
	       "printf x; cat premaster) >raw && encrypt raw without-zero "
	       "-pkeyopt rsa_padding_mode:none && "
	       "(printf '\\000\\001'; head -c 205 /dev/zero | tr '\\0' x; "
	       "printf '\\0'; cat premaster) >raw && encrypt raw "
	       "of-a-signature -pkeyopt rsa_padding_mode:none && "
	       "head -c 256 /dev/zero | tr '\\0' '\\377' >beyond-the-modulus "
	       "&& head -c 255 /dev/urandom >r && (printf '\\0'; cat r) "
	       ">random"), "secrets, right and wrong");
	ok(!unwrap(fd, "right", 0x0303) && keep("secret") &&
	   run("cmp secret premaster"), "the secret");
	rejects(fd, "is-short", 0x0303);
	rejects(fd, "of-another-version", 0x0303);
	rejects(fd, "right", 0x0302);
	rejects(fd, "not-padded", 0x0303);
	rejects(fd, "without-zero", 0x0303);
	rejects(fd, "of-a-signature", 0x0303);
	rejects(fd, "beyond-the-modulus", 0x0303);
	rejects(fd, "random", 0x0303);
	ok(!unwrap(fd, "right", 0x0303) && keep("secret") &&
	   run("cmp secret premaster"), "and the right one again");
}

int main(void)
{
	pid_t pid;
	int fd;

	make_folder("test-keyd-tls");
	pid = start_keyd();
	fd = dial();
	ok(sign(fd, KEYD_RSA, 0x0804, KEYD_TLS13_SERVER,
		tls13("server", 32)) == -ENOENT, "without a key: %s",
	   heard.m.reply.sentence);
	good_make(&m, KEYD_CALLMANAGER, KEYD_RSA, 2048, "cm");
	ok(!ask(fd, &m, KEYD_MAKE, 0) && keep("rsa.der"), "an RSA key");
	good_make(&m, KEYD_CALLMANAGER, KEYD_EC, 256, "cm");
	ok(!ask(fd, &m, KEYD_MAKE, 0) && keep("ec.der"), "an EC key");
	ok(run("for k in rsa ec; do openssl x509 -inform DER -in $k.der "
	       "-noout -pubkey >$k.pub || exit 1; done"), "their public ones");
	check_schemes(fd);
	check_tls13(fd);
	check_tls12(fd);
	check_transcript(fd);
	check_others(fd);
	check_chimera(fd);
	check_unwrap(fd);
	close(fd);
	ok(stop_keyd(pid, SIGTERM), "it ended when told, without a complaint");
	remove_folder();
	return tap_end();
}
