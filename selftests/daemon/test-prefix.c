// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of prefixes, as the parameter acl_line_prefixes has them.
 */
#include <errno.h>
#include <string.h>

#include "store/prefix.h"
#include "tap.h"

static const char *check(const char *text)
{
	static char copy[2048];

	strcpy(copy, text);
	return store_prefixes_check(copy);
}

static void test_good(void)
{
	static const char *const lists[] = {
		"", " ", "10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "::/0",
		"2001:db8::/32", "2001:db8::1", "10.0.0.0/8,192.0.2.0/24",
		"10.0.0.0/8, 2001:db8::/127 , 192.0.2.1/32,", "128.0.0.0/1",
		"10.0.0.254/31",
	};
	const char *list = " 10.1.0.0/16,2001:db8:8000::/33 192.0.2.7", *why;
	struct store_prefix p;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		ok(!check(lists[i]), "\"%s\"", lists[i]);
	ok(store_prefix_next(&list, &p, &why) == 1 && p.family == 4 &&
	   p.len == 16 && p.addr[0] == 10 && p.addr[1] == 1, "the first");
	ok(store_prefix_next(&list, &p, &why) == 1 && p.family == 6 &&
	   p.len == 33 && p.addr[0] == 0x20 && p.addr[4] == 0x80,
	   "the second");
	ok(store_prefix_next(&list, &p, &why) == 1 && p.family == 4 &&
	   p.len == 32 && p.addr[3] == 7, "an address alone");
	ok(!store_prefix_next(&list, &p, &why) && !why, "and no more");
}

static void test_bad(void)
{
	static const char *const lists[] = {
		"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08",
		"10.0.0.0/8 x", "10.0.0/8", "10.0.0.1/8", "10.0.0.1/31",
		"128.0.0.0/0", "2001:db8::/129", "2001:db8::1/64",
		"2001:db8::/32/4", "::ffff:10.0.0.1", "::ffff:0:0/96", "/8",
		"10.0.0.0/8,,10.0.0.1/8", "phones", "10.0.0.0/1e",
		"1000:1000:1000:1000:1000:1000:1000:1000:1000:1000:1000:1000",
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		ok(check(lists[i]), "\"%s\": %s", lists[i],
		   check(lists[i]) ?: "taken");
}

int main(void)
{
	test_good();
	test_bad();
	return tap_end();
}
