// SPDX-License-Identifier: GPL-2.0
/*
 * The same prefix twice in a file for "acl load": which lines have it. The kernel,
 * which refuses such a file as a whole, knows trunks and no lines.
 */
#include <stdlib.h>
#include <string.h>

#include "acl-args.h"

struct claim {
	const struct ucsec_prefix *prefix;
	const struct acl_args *line;
};

static int compare_prefixes(const struct ucsec_prefix *a,
			    const struct ucsec_prefix *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(&a->addr, &b->addr, a->family == AF_INET ?
		      sizeof(a->addr.addr4) : sizeof(a->addr.addr6));
}

static int compare(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;
	int order = compare_prefixes(a->prefix, b->prefix);

	return order ? order : a->line->line < b->line->line ? -1 :
	       a->line->line > b->line->line;
}

static bool have_port(const struct ucsec_trunk *a, const struct ucsec_trunk *b)
{
	for (uint32_t i = 0; i < a->port_count; i++)
		for (uint32_t j = 0; j < b->port_count; j++)
			if (a->ports[i] == b->ports[j])
				return true;
	return false;
}

/* TCP and TLS are one to the kernel. */
static bool meet(const struct ucsec_trunk *a, const struct ucsec_trunk *b)
{
	const uint32_t streams = UCSEC_TRANSPORT_TCP | UCSEC_TRANSPORT_TLS;
	bool both = a->transports & b->transports & UCSEC_TRANSPORT_UDP ||
		    (a->transports & streams && b->transports & streams);

	return both && have_port(a, b);
}

static bool tell(const struct claim *a, const struct claim *b)
{
	char text[UCSEC_PREFIX_TEXT_LEN];

	/* One line that has it twice was refused when it was read. */
	if (!meet(&a->line->trunk, &b->line->trunk) ||
	    ucsec_prefix_format(a->prefix, text, sizeof(text)))
		return false;
	fprintf(stderr, "ucsecctl: lines %u and %u both have %s\n",
		a->line->line, b->line->line, text);
	return true;
}

static size_t gather(const struct acl_args *lines, size_t count,
		     struct claim *claims)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct ucsec_trunk *trunk = &lines[i].trunk;

		for (size_t j = 0; j < trunk->prefix_count; j++) {
			if (claims)
				claims[n] = (struct claim){
					&trunk->prefixes[j], &lines[i] };
			n++;
		}
	}
	return n;
}

void acl_twice(const struct acl_args *lines, size_t count)
{
	size_t n = gather(lines, count, NULL);
	struct claim *claims = calloc(n + 1, sizeof(*claims));

	if (!claims)
		return;
	gather(lines, count, claims);
	qsort(claims, n, sizeof(*claims), compare);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n && !compare_prefixes(
			     claims[i].prefix, claims[j].prefix); j++)
			if (tell(&claims[i], &claims[j]))
				goto out;
out:
	free(claims);
}
