// SPDX-License-Identifier: GPL-2.0
/*
 * TRUST-1, TRUST-2: what a phone takes that holds these lists, row by row.
 */
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "tap.h"
#include "trust/file.h"
#include "trust/rules.h"

enum who { SAST, NEXT, CCM, TVS, OTHER, EVIL, WHO };
static struct identity ids[WHO];

/* A list in memory, judged and held. */
struct made {
	struct trust_bytes file;
	struct trust_list list;
};

enum { NONE, A, AB, B, BC, ROLLBACK, NO_TVS, FORGED,
       LISTS };

static const struct {
	enum trust_kind kind;
	enum who signer, sasts[3];	/* OTHER: no more */
	bool bare, tvs;
} recipes[LISTS] = {
	[A] = { TRUST_CTL, SAST, { SAST, OTHER, OTHER }, false, true },
	[AB] = { TRUST_CTL, SAST, { SAST, NEXT, OTHER }, false, true },
	[B] = { TRUST_CTL, NEXT, { NEXT, OTHER, OTHER }, false, true },
	[BC] = { TRUST_CTL, NEXT, { SAST, NEXT, OTHER }, false, true },
	[ROLLBACK] = { TRUST_ITL, SAST, { SAST, OTHER, OTHER }, true, false },
	[NO_TVS] = { TRUST_CTL, SAST, { SAST, OTHER, OTHER }, false, false },
	/* The name and number of SAST, and a key of its own. */
	[FORGED] = { TRUST_CTL, EVIL, { EVIL, OTHER, OTHER }, false, true },
};

static struct made made[2][LISTS];
static struct trust_fault fault;

static void make(struct made *m, int recipe, enum trust_kind kind)
{
	struct trust_signer signer;
	struct trust_entry entries[8] = { 0 };
	struct trust_plan plan = {
		.kind = kind, .entries = entries,
		.rollback = recipes[recipe].bare,
	};

	if (recipes[recipe].bare)
		plan.kind = TRUST_ITL;
	for (int i = 0; i < 3 && recipes[recipe].sasts[i] != OTHER; i++)
		entries[plan.count++].cert =
			ids[recipes[recipe].sasts[i]].cert;
	entries[plan.count].role = TRUST_CCM_TFTP;
	entries[plan.count].dns = "cm1";
	if (!recipes[recipe].bare)
		entries[plan.count].cert = ids[CCM].cert;
	plan.count++;
	if (recipes[recipe].tvs) {
		entries[plan.count].role = TRUST_TVS;
		entries[plan.count++].cert = ids[TVS].cert;
	}
	signer = signer_of(&ids[recipes[recipe].signer], TRUST_SHA512);
	if (trust_list_build(&plan, &signer, &m->file, &fault) ||
	    trust_list_read(m->file.data, m->file.len, &m->list, &fault))
		abort();
}

static const char *const verdicts[] = {
	[TRUST_REFUSED] = "refused", [TRUST_FIRST_USE] = "first use",
	[TRUST_BY_CTL] = "by CTL", [TRUST_BY_ITL] = "by ITL",
	[TRUST_AFTER_ROLLBACK] = "after rollback", [TRUST_ASK_TVS] = "ask TVS",
};

/* A list of that kind to a phone that holds these. */
static const struct {
	const char *what;
	int recipe;
	enum trust_kind kind;
	int ctl, itl;
	enum trust_verdict verdict;
} rows[] = {
	{ "a first CTL", A, TRUST_CTL, NONE, NONE, TRUST_FIRST_USE },
	{ "a first ITL", A, TRUST_ITL, NONE, NONE, TRUST_FIRST_USE },
	{ "a CTL by the same SAST", AB, TRUST_CTL, A, NONE, TRUST_BY_CTL },
	{ "a CTL by another", B, TRUST_CTL, A, NONE, TRUST_ASK_TVS },
	{ "by another, no TVS held", B, TRUST_CTL, NO_TVS, NONE,
	  TRUST_REFUSED },
	{ "by the second SAST held", B, TRUST_CTL, AB, NONE, TRUST_BY_CTL },
	{ "by a SAST of the new list alone", BC, TRUST_CTL, A, NONE,
	  TRUST_ASK_TVS },
	{ "by the name and number, another key", FORGED, TRUST_CTL, A, NONE,
	  TRUST_REFUSED },
	{ "a CTL, by the ITL", AB, TRUST_CTL, NONE, A, TRUST_BY_ITL },
	{ "an ITL, by the CTL first", A, TRUST_ITL, A, A, TRUST_BY_CTL },
	{ "an ITL, by the ITL then", B, TRUST_ITL, A, AB, TRUST_BY_ITL },
	{ "an ITL of neither", B, TRUST_ITL, A, A, TRUST_ASK_TVS },
	{ "forged against the CTL, ITL of neither", FORGED, TRUST_ITL, A, B,
	  TRUST_REFUSED },
	{ "a rollback ITL", ROLLBACK, TRUST_ITL, NONE, A, TRUST_BY_ITL },
	{ "any ITL after it", B, TRUST_ITL, NONE, ROLLBACK,
	  TRUST_AFTER_ROLLBACK },
	{ "forged ITL after it", FORGED, TRUST_ITL, NONE, ROLLBACK,
	  TRUST_AFTER_ROLLBACK },
	{ "but no CTL", B, TRUST_CTL, NONE, ROLLBACK, TRUST_REFUSED },
	{ "no CTL by a SAST of before", B, TRUST_CTL, A, ROLLBACK,
	  TRUST_ASK_TVS },
	{ "a rollback ITL by a stranger", ROLLBACK, TRUST_ITL, NONE, B,
	  TRUST_ASK_TVS },
};

static struct trust_held held_of(int ctl, int itl)
{
	return (struct trust_held){
		ctl == NONE ? NULL : &made[TRUST_CTL][ctl].list,
		itl == NONE ? NULL : &made[TRUST_ITL][itl].list,
	};
}

static void test_lists(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct made *m = &made[rows[i].kind][rows[i].recipe];
		struct trust_held held = held_of(rows[i].ctl, rows[i].itl);
		enum trust_verdict v;

		v = trust_list_judge(m->file.data, m->file.len, &m->list,
				     &held, 0, &fault);
		ok(v == rows[i].verdict, "%s: %s", rows[i].what, verdicts[v]);
	}
}

/* Lists no builder makes: SASTs too many, or the signer none of them. */
static void test_sasts(void)
{
	const struct trust_held none = { NULL, NULL };
	struct made *m = &made[TRUST_CTL][AB];
	struct trust_list list = m->list;
	enum trust_verdict v;

	list.records[2].role = TRUST_SAST;
	v = trust_list_judge(m->file.data, m->file.len, &list, &none, 0,
			     &fault);
	ok(v == TRUST_REFUSED, "three SASTs: %s", fault.why);
	v = trust_list_judge(m->file.data, m->file.len, &list, &none, 3,
			     &fault);
	ok(v == TRUST_FIRST_USE, "where more are allowed");
	list = m->list;
	list.records[0].role = TRUST_CCM;
	v = trust_list_judge(m->file.data, m->file.len, &list, &none, 0,
			     &fault);
	ok(v == TRUST_REFUSED, "the signer no SAST: %s", fault.why);
	list = m->list;
	list.header.name = "SEP1.cnf.xml.sgn";
	v = trust_list_judge(m->file.data, m->file.len, &list, &none, 0,
			     &fault);
	ok(v == TRUST_REFUSED, "a signed file for a list: %s", fault.why);
	list = m->list;
	list.records[2].serial = list.records[1].serial;
	v = trust_list_judge(m->file.data, m->file.len, &list, &none, 0,
			     &fault);
	ok(v == TRUST_REFUSED, "another's number in a record: %s", fault.why);
	list = m->list;
	list.records[2].key = list.records[1].key;
	v = trust_list_judge(m->file.data, m->file.len, &list, &none, 0,
			     &fault);
	ok(v == TRUST_REFUSED, "another's key in a record: %s", fault.why);
	list = m->list;
	list.records[0].certificate = (struct trust_span){ 0 };
	v = trust_list_judge(m->file.data, m->file.len, &list, &none, 0,
			     &fault);
	ok(v == TRUST_FIRST_USE, "a key without certificate, as of old");
}

static enum trust_verdict judge_file(enum who signer, int ctl, int itl,
				     const char *name)
{
	struct trust_signer s = signer_of(&ids[signer], TRUST_SHA1);
	struct trust_content content = { "SEP1.cnf.xml.sgn", 1, { 0 } };
	struct trust_held held = held_of(ctl, itl);
	enum trust_verdict v;
	struct trust_header h;
	struct trust_bytes f;
	struct trust_span body;

	if (trust_file_sign(&content, &s, &f, &fault) ||
	    trust_file_read(f.data, f.len, &h, &body, &fault))
		abort();
	v = trust_file_judge(f.data, f.len, &h, name, &held, &fault);
	trust_bytes_free(&f);
	return v;
}

static const struct {
	const char *what;
	enum who signer;
	int ctl, itl;
	const char *name;
	enum trust_verdict verdict;
} files[] = {
	{ "by the CTL's TFTP", CCM, A, NONE, "SEP1.cnf.xml.sgn", TRUST_BY_CTL },
	{ "by the ITL's", CCM, NONE, A, "SEP1.cnf.xml.sgn", TRUST_BY_ITL },
	{ "another phone's file", CCM, A, NONE, "SEP2.cnf.xml.sgn",
	  TRUST_REFUSED },
	{ "by a SAST that is no TFTP", SAST, A, A, "SEP1.cnf.xml.sgn",
	  TRUST_ASK_TVS },
	{ "by a TVS", TVS, A, A, "SEP1.cnf.xml.sgn", TRUST_ASK_TVS },
	{ "the same without TVS", SAST, NO_TVS, NONE, "SEP1.cnf.xml.sgn",
	  TRUST_REFUSED },
	{ "by nobody's key", OTHER, A, A, "SEP1.cnf.xml.sgn", TRUST_REFUSED },
	{ "to a phone without lists", CCM, NONE, NONE, "SEP1.cnf.xml.sgn",
	  TRUST_REFUSED },
	{ "after a rollback", NEXT, NONE, ROLLBACK, "SEP1.cnf.xml.sgn",
	  TRUST_AFTER_ROLLBACK },
	{ "after a rollback, by another's name", NEXT, NONE, ROLLBACK,
	  "SEP2.cnf.xml.sgn", TRUST_REFUSED },
};

static void test_files(void)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		enum trust_verdict v = judge_file(files[i].signer,
						  files[i].ctl, files[i].itl,
						  files[i].name);

		ok(v == files[i].verdict, "a file %s: %s", files[i].what,
		   verdicts[v]);
	}
}

int main(void)
{
	static const int lists[] = { A, AB, B, BC, ROLLBACK, NO_TVS, FORGED };

	identity_make(&ids[SAST], "O=Lab/CN=sast", 2048, 1);
	identity_make(&ids[NEXT], "O=Lab/CN=next", 2048, 2);
	identity_make(&ids[CCM], "O=Lab/CN=cm1", 2048, 3);
	identity_make(&ids[TVS], "O=Lab/CN=tvs", 2048, 4);
	/* As CCM is called, and as SAST. */
	identity_make(&ids[OTHER], "O=Lab/CN=cm1", 2048, 3);
	identity_make(&ids[EVIL], "O=Lab/CN=sast", 2048, 1);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		make(&made[TRUST_CTL][lists[i]], lists[i], TRUST_CTL);
		make(&made[TRUST_ITL][lists[i]], lists[i], TRUST_ITL);
	}
	test_lists();
	test_sasts();
	test_files();
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		trust_bytes_free(&made[TRUST_CTL][lists[i]].file);
		trust_bytes_free(&made[TRUST_ITL][lists[i]].file);
	}
	for (int i = 0; i < WHO; i++)
		identity_free(&ids[i]);
	return tap_end();
}
