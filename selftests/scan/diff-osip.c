// SPDX-License-Identifier: GPL-2.0
/*
 * ACL-2: what libosip2 reads as a request that needs a box, or as one of another
 * method, is never one to the scanner that needs less.
 *
 * diff-osip [COUNT [SEED]]
 */
#include <stdlib.h>
#include <string.h>
#include <uapi/linux/ucsec.h>

#include "guard.h"
#include "mutate.h"
#include "scan.h"
#include "sip/internal.h"
#include "tap.h"

struct counts {
	unsigned long requests, unparsed, other;	/* the scanner's */
	unsigned long parsed, needing;			/* libosip2's */
	unsigned long less, method, class;		/* failures */
	unsigned long more, refused;	/* needs more than; libosip2 parses it */
};

/* The boxes of AUTHZ-1. */
static unsigned int needs_of(const struct authz_facts *facts)
{
	unsigned int needs = facts->replaces || facts->refer_replaces ?
			     UCSEC_BOX_REPLACES_HEADER : 0;

	if (facts->in_dialog)
		return needs;
	if (facts->method == AUTHZ_SUBSCRIBE && facts->presence)
		needs |= UCSEC_BOX_PRESENCE_SUBSCRIPTION;
	if (facts->method == AUTHZ_REFER)
		needs |= UCSEC_BOX_OUT_OF_DIALOG_REFER;
	if (facts->method == AUTHZ_NOTIFY)
		needs |= UCSEC_BOX_UNSOLICITED_NOTIFICATION;
	return needs;
}

/* False: libosip2 sees no request. */
static bool ask_osip(const struct mutator *m, struct authz_facts *facts)
{
	osip_message_t *msg;
	bool request;

	if (sip_parse(m->bytes, m->len, &msg))
		return false;
	request = MSG_IS_REQUEST(msg) && msg->sip_method;
	if (request)
		sip_facts_parsed(msg, facts);
	osip_message_free(msg);
	return request;
}

static void show(const struct mutator *m, const struct ucsec_sip_facts *f,
		 const struct authz_facts *facts)
{
	size_t i;

	printf("# scanner: class %u fault %u method %u needs %u; libosip2: "
	       "method %d needs %u\n# ", f->class, f->fault, f->method,
	       f->needs, facts->method, needs_of(facts));
	for (i = 0; i < m->len; i++) {
		unsigned char c = (unsigned char)m->bytes[i];

		if (c < ' ' || c > '~')
			printf("\\x%02x%s", c, c == '\n' ? "\n#   " : "");
		else
			putchar(c);
	}
	putchar('\n');
}

static void compare(const struct mutator *m, struct counts *n)
{
	struct authz_facts facts = { 0 };
	struct ucsec_sip_facts f;
	unsigned long before = n->less + n->method + n->class;
	bool parsed = ask_osip(m, &facts);
	unsigned int needs = parsed ? needs_of(&facts) : 0;

	ucsec_sip_scan(guarded(m->bytes, m->len), m->len, &f);
	n->parsed += parsed;
	n->needing += needs != 0;
	if (f.class == UCSEC_SIP_UNPARSED) {
		n->unparsed++;
		n->refused += parsed;
		return;
	}
	if (f.class != UCSEC_SIP_REQUEST) {
		n->other++;
		n->class += parsed;
	} else {
		n->requests++;
		n->less += (needs & ~f.needs) != 0;
		n->method += parsed && f.method != 1u << facts.method;
		n->more += parsed && (f.needs & ~needs);
	}
	if (before != n->less + n->method + n->class && before < 5)
		show(m, &f, &facts);
}

int main(int argc, char *argv[])
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000000, i;
	struct mutator m = { .x = argc > 2 ? strtoul(argv[2], NULL, 0) : 4 };
	struct counts n = { 0 };

	sip_parser_start();
	for (i = 0; i < count; i++) {
		mutate(&m);
		compare(&m, &n);
	}
	ok(!n.less, "%lu need less here than in libosip2", n.less);
	ok(!n.method, "%lu are of another method there", n.method);
	ok(!n.class, "%lu that are no requests here are there", n.class);
	printf("# %lu messages; libosip2 parses %lu, of which %lu need a box\n"
	       "# the scanner parses %lu; %lu it does not, %lu are no requests\n"
	       "# %lu need more here, %lu it refuses and libosip2 parses\n",
	       count, n.parsed, n.needing, n.requests, n.unparsed, n.other,
	       n.more, n.refused);
	/* Else it would prove little: both have to read most of them. */
	ok(n.requests > count / 4 && n.parsed > count / 4 &&
	   n.needing > count / 8, "most are requests, many need a box");
	return tap_end();
}
