// SPDX-License-Identifier: GPL-2.0
/*
 * Trunks in, objects of the kernel's ACL out: rows of a table, and who of the
 * database's would have the same request.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acl/compile.h"
#include "mediad/request-check.h"
#include "tap.h"

enum { TRUNKS = 4 };

struct row {
	const char *what;
	struct {
		int64_t id;
		uint16_t port;
		unsigned int incoming, outgoing;
		const char *boxes;	/* of "prnx" */
		const char *hosts;	/* blanks between */
	} trunks[TRUNKS];
	const char *places;		/* "u5060 t5060 s5061" */
	const char *lines;
	const char *objects;		/* one a line */
};

#define CLEAR	(STORE_UDP | STORE_TCP)

static const struct row rows[] = {
	{ "nothing", {}, "u5060", "", "" },
	{ "a trunk", { { 1, 5060, CLEAR, STORE_UDP, "", "10.0.0.1" } },
	  "u5060 t5060 s5061", "", "1.0 trunk 5060 ut - 10.0.0.1/32\n" },
	{ "its boxes", { { 1, 5060, CLEAR, STORE_UDP, "prnx", "10.0.0.1" },
			 { 2, 5060, CLEAR, STORE_UDP, "p", "10.0.0.2" },
			 { 3, 5060, CLEAR, STORE_UDP, "rx", "10.0.0.3" } },
	  "u5060 t5060", "", "1.0 trunk 5060 ut prnx 10.0.0.1/32\n"
	  "2.0 trunk 5060 ut p 10.0.0.2/32\n"
	  "3.0 trunk 5060 ut rx 10.0.0.3/32\n" },
	{ "several destinations, one of them twice, IPv6",
	  { { 7, 5060, CLEAR, STORE_UDP, "",
	      "10.0.0.1 2001:db8::1 10.0.0.1 10.0.0.2" } },
	  "u5060 t5060", "", "7.0 trunk 5060 ut - 10.0.0.1/32 "
	  "10.0.0.2/32 2001:db8::1/128\n" },
	{ "names, with as many addresses as they have, or none",
	  { { 1, 5060, CLEAR, STORE_UDP, "", "two.example" },
	    { 2, 5060, CLEAR, STORE_UDP, "", "none.example" },
	    { 3, 5060, CLEAR, STORE_UDP, "", "none.example 10.0.0.9" } },
	  "u5060 t5060", "", "1.0 trunk 5060 ut - 10.9.0.1/32 "
	  "2001:db8:9::1/128\n3.0 trunk 5060 ut - 10.0.0.9/32\n" },
	{ "what a name stands for in another order is the same",
	  { { 1, 5060, CLEAR, STORE_UDP, "", "10.0.0.3 10.0.0.1 10.0.0.2" } },
	  "u5060", "", "1.0 trunk 5060 u - 10.0.0.1/32 10.0.0.2/32 "
	  "10.0.0.3/32\n" },
	{ "TLS", { { 1, 5061, STORE_TLS, STORE_TLS, "r", "10.0.0.1" } },
	  "u5060 s5061", "", "1.0 trunk 5061 s r 10.0.0.1/32\n" },
	{ "several by TLS from one address: their certificates tell",
	  { { 1, 5061, STORE_TLS, STORE_TLS, "r", "10.0.0.1" },
	    { 2, 5061, STORE_TLS, STORE_TLS, "", "10.0.0.1 10.0.0.2" } },
	  "s5061", "", "1.0 trunk 5061 s r 10.0.0.1/32\n"
	  "2.0 trunk 5061 s - 10.0.0.2/32\n" },
	{ "the same place twice: the first by id has it",
	  { { 4, 5060, CLEAR, STORE_UDP, "r", "10.0.0.1" },
	    { 5, 5060, CLEAR, STORE_TCP, "n", "10.0.0.1" } },
	  "u5060 t5060", "", "4.0 trunk 5060 ut r 10.0.0.1/32\n" },
	{ "a name that stands for another's address",
	  { { 4, 5060, CLEAR, STORE_UDP, "r", "10.9.0.1" },
	    { 5, 5060, CLEAR, STORE_UDP, "n", "two.example" } },
	  "u5060 t5060", "", "4.0 trunk 5060 ut r 10.9.0.1/32\n"
	  "5.0 trunk 5060 ut n 2001:db8:9::1/128\n" },
	{ "two ports of one address; answers come to the other, too",
	  { { 1, 5060, CLEAR, STORE_UDP, "r", "10.0.0.1" },
	    { 2, 5070, CLEAR, STORE_UDP, "n", "10.0.0.1" } },
	  "u5060 t5060 u5070 t5070", "",
	  "1.0 trunk 5060 ut r 10.0.0.1/32\n"
	  "2.0 trunk 5070 ut n 10.0.0.1/32\n" },
	{ "answers to our other port over UDP",
	  { { 1, 5060, CLEAR, STORE_UDP, "r", "10.0.0.1" },
	    { 2, 5070, CLEAR, STORE_TCP, "n", "10.0.0.2" } },
	  "u5060 t5060 u5070", "", "1.0 trunk 5060 ut r 10.0.0.1/32\n"
	  "2.0 trunk 5070 u n 10.0.0.2/32\n"
	  "1.3 trunk 5070 u prnx 10.0.0.1/32\n" },
	{ "a later trunk's own port goes before an earlier one's answers",
	  { { 1, 5060, CLEAR, STORE_UDP, "r", "10.0.0.1 10.0.0.2" },
	    { 2, 5070, CLEAR, STORE_TCP, "n", "10.0.0.2" } },
	  "u5060 u5070", "", "1.0 trunk 5060 u r 10.0.0.1/32 10.0.0.2/32\n"
	  "2.0 trunk 5070 u n 10.0.0.2/32\n"
	  "1.2 trunk 5070 u prnx 10.0.0.1/32\n" },
	{ "a port that we do not listen on is somebody else's",
	  { { 1, 5080, CLEAR, STORE_TCP, "", "10.0.0.1" },
	    { 2, 5061, CLEAR, STORE_TCP, "", "10.0.0.1" } },
	  "u5060 s5061", "", "" },
	{ "addresses that nobody sends from",
	  { { 1, 5060, CLEAR, STORE_UDP, "",
	      "0.0.0.0 :: ::ffff:10.0.0.1 10.0.0.1" } },
	  "u5060", "", "1.0 trunk 5060 u - 10.0.0.1/32\n" },
	{ "lines", {}, "u5060 t5060 u5060 s5061",
	  "10.1.0.0/16, 2001:db8::/32",
	  "0.1 line 5060 u - 10.1.0.0/16 2001:db8::/32\n"
	  "0.2 line 5060 t - 10.1.0.0/16 2001:db8::/32\n"
	  "0.3 line 5061 s - 10.1.0.0/16 2001:db8::/32\n" },
	{ "TCP and TLS by one port, which are one to the kernel",
	  { { 1, 5060, STORE_TLS, STORE_TLS, "", "10.2.0.1" } },
	  "u5060 t5060 s5060", "10.1.0.0/16 10.2.0.1",
	  "1.0 trunk 5060 s - 10.2.0.1/32\n"
	  "0.1 line 5060 u - 10.1.0.0/16 10.2.0.1/32\n"
	  "0.2 line 5060 t - 10.1.0.0/16\n" },
	{ "a prefix twice, one inside another, a trunk's address",
	  { { 1, 5060, CLEAR, STORE_UDP, "", "10.1.0.1" } },
	  "u5060 s5061", "10.1.0.0/16 10.1.0.0/16 10.1.0.0/24 10.1.0.1",
	  "1.0 trunk 5060 u - 10.1.0.1/32\n"
	  "0.1 line 5060 u - 10.1.0.0/16 10.1.0.0/24\n"
	  "0.2 line 5061 s - 10.1.0.0/16 10.1.0.0/24 10.1.0.1/32\n" },
};

static struct store_trunk trunks[TRUNKS];

static size_t set_address(struct acl_address *to, const char *text)
{
	memset(to, 0, sizeof(*to));
	to->family = strchr(text, ':') ? 6 : 4;
	return inet_pton(to->family == 6 ? AF_INET6 : AF_INET, text,
			 to->addr) == 1;
}

static size_t addresses(void *ctx, const char *host, struct acl_address *list,
			size_t max)
{
	(void)ctx, (void)max;
	if (!strcmp(host, "none.example"))
		return 0;
	if (!strcmp(host, "two.example"))
		return set_address(&list[0], "10.9.0.1") +
		       set_address(&list[1], "2001:db8:9::1");
	return set_address(&list[0], host);
}

static int each(void *ctx, store_trunk_fn fn, void *arg)
{
	int err = 0;

	(void)ctx;
	for (int i = 0; i < TRUNKS && trunks[i].id && !err; i++)
		err = fn(arg, &trunks[i]);
	return err;
}

static void make_trunks(const struct row *row)
{
	memset(trunks, 0, sizeof(trunks));
	for (int i = 0; i < TRUNKS && row->trunks[i].id; i++) {
		struct store_trunk *t = &trunks[i];
		const char *boxes = row->trunks[i].boxes;
		char hosts[256], *at, *save;

		t->id = row->trunks[i].id;
		t->profile.incoming_port = row->trunks[i].port;
		t->profile.incoming = row->trunks[i].incoming;
		t->profile.outgoing = row->trunks[i].outgoing;
		t->profile.accept = (struct store_boxes){
			strchr(boxes, 'p'), strchr(boxes, 'r'),
			strchr(boxes, 'n'), strchr(boxes, 'x') };
		strcpy(hosts, row->trunks[i].hosts);
		for (at = strtok_r(hosts, " ", &save); at;
		     at = strtok_r(NULL, " ", &save))
			strcpy(t->destinations[t->destination_count++].host,
			       at);
	}
}

static struct acl_input input_of(const struct row *row)
{
	struct acl_input input = {
		.policy = { .on = true, .denial = MEDIAD_REJECT,
			    .unparsed = MEDIAD_DROP,
			    .line_prefixes = row->lines },
		.addresses = addresses, .each = each,
	};
	char places[128], *at, *save;

	strcpy(places, row->places);
	for (at = strtok_r(places, " ", &save); at;
	     at = strtok_r(NULL, " ", &save)) {
		struct acl_place *place = &input.places[input.place_count++];

		place->transport = *at == 'u' ? STORE_UDP :
				   *at == 't' ? STORE_TCP : STORE_TLS;
		place->port = (uint16_t)atoi(at + 1);
	}
	return input;
}

static void write_prefix(FILE *out, const struct mediad_prefix *prefix)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(prefix->family == 6 ? AF_INET6 : AF_INET, prefix->addr,
		  text, sizeof(text));
	fprintf(out, " %s/%u", text, prefix->len);
}

/* As the rows have it. */
static const char *text_of(const struct acl_set *set)
{
	static char text[8192];
	FILE *out = fmemopen(text, sizeof(text), "w");

	for (size_t i = 0; i < set->object_count; i++) {
		const struct acl_object *object = &set->objects[i];
		const struct mediad_trunk *t = &object->trunk;
		uint8_t b = t->boxes;

		fprintf(out, "%lld.%u %s %u %s%s%s %s%s%s%s%s", (long long)
			acl_cookie_trunk(t->cookie), t->id & 63,
			t->kind == MEDIAD_LINE ? "line" : "trunk", t->ports[0],
			t->transports & MEDIAD_UDP ? "u" : "",
			t->transports & MEDIAD_TCP ? "t" : "",
			t->transports & MEDIAD_TLS ? "s" : "", b ? "" : "-",
			b & MEDIAD_PRESENCE_SUBSCRIPTION ? "p" : "",
			b & MEDIAD_OUT_OF_DIALOG_REFER ? "r" : "",
			b & MEDIAD_UNSOLICITED_NOTIFICATION ? "n" : "",
			b & MEDIAD_REPLACES_HEADER ? "x" : "");
		for (size_t j = 0; j < object->count; j++)
			write_prefix(out, &set->prefixes[object->first + j]);
		fprintf(out, "\n");
	}
	fclose(out);
	return set->object_count ? text : "";
}

/* What mediad takes, and the kernel: no id and no place twice. */
static bool is_sound(const struct acl_set *set)
{
	for (size_t i = 0; i < set->object_count; i++) {
		const struct acl_object *a = &set->objects[i];

		if (mediad_check_trunk(&a->trunk) || !a->count)
			return false;
		for (size_t j = 0; j < i; j++) {
			const struct acl_object *b = &set->objects[j];

			if (a->trunk.id == b->trunk.id)
				return false;
			if (a->trunk.ports[0] != b->trunk.ports[0] ||
			    !(a->trunk.transports & b->trunk.transports))
				continue;
			for (size_t k = 0; k < a->count * b->count; k++)
				if (!memcmp(&set->prefixes[a->first +
							   k / b->count],
					    &set->prefixes[b->first +
							   k % b->count],
					    sizeof(struct mediad_prefix)))
					return false;
		}
	}
	return true;
}

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *now = &rows[i];
		struct acl_input input;
		struct acl_set set, again;

		make_trunks(now);
		input = input_of(now);
		if (acl_compile(&input, &set) || acl_compile(&input, &again))
			abort();
		if (!ok(!strcmp(text_of(&set), now->objects) && is_sound(&set),
			"%s", now->what))
			printf("# got:\n%s", text_of(&set));
		if (!acl_set_equal(&set, &again))
			ok(false, "%s: the same again", now->what);
		acl_set_clear(&set);
		acl_set_clear(&again);
	}
}

static void test_policy(void)
{
	struct acl_input input;
	struct acl_set set;
	const struct mediad_trunk *t;

	make_trunks(&rows[1]);
	input = input_of(&rows[1]);
	input.policy.denial = MEDIAD_DROP;
	input.policy.unparsed = MEDIAD_REJECT;
	input.policy.trunk = (struct mediad_rate){ 400000, 20 };
	input.policy.source = (struct mediad_rate){ 7, 8 };
	input.policy.line_prefixes = "10.0.0.0/8";
	if (acl_compile(&input, &set))
		abort();
	t = &set.objects[0].trunk;
	ok(t->denial == MEDIAD_DROP && t->unparsed == MEDIAD_REJECT,
	   "what becomes of what is denied");
	ok(t->rates[MEDIAD_RATE_REQUESTS].per_second == 400000 &&
	   t->rates[MEDIAD_RATE_KEEPALIVES].burst == 20 &&
	   t->rates[MEDIAD_RATE_RESPONSES].per_second == 1000000 &&
	   t->rates[MEDIAD_RATE_RESPONSES].burst == 80 &&
	   t->rates[MEDIAD_RATE_SOURCE].per_second == 7, "rates of a trunk");
	t = &set.objects[1].trunk;
	ok(t->kind == MEDIAD_LINE && !t->rates[MEDIAD_RATE_REQUESTS].burst &&
	   t->rates[MEDIAD_RATE_SOURCE].burst == 8, "lines: of sources alone");
	acl_set_clear(&set);
	input.policy.on = false;
	ok(!acl_compile(&input, &set) && !set.object_count,
	   "off there is nothing");
	acl_set_clear(&set);
}

/* An object's counters go on for as long as its id is the same. */
static void test_ids(void)
{
	struct acl_input input;
	struct acl_set set;
	uint32_t id;

	make_trunks(&rows[2]);
	input = input_of(&rows[2]);
	if (acl_compile(&input, &set))
		abort();
	id = set.objects[2].trunk.id;
	acl_set_clear(&set);
	trunks[0] = trunks[2];
	trunks[0].destinations[0].host[0] = '8';
	trunks[1].id = 0;
	if (acl_compile(&input, &set))
		abort();
	ok(set.object_count == 1 && set.objects[0].trunk.id == id,
	   "a trunk keeps its id, whatever becomes of it and of others");
	acl_set_clear(&set);
	make_trunks(&rows[2]);
	trunks[1].id = 1 + (1 << 24);
	trunks[2].id = 2 + (1 << 24);
	if (acl_compile(&input, &set))
		abort();
	ok(set.object_count == 3 && is_sound(&set),
	   "ids of a database that has made very many trunks");
	acl_set_clear(&set);
}

int main(void)
{
	test_rows();
	test_policy();
	test_ids();
	return tap_end();
}
