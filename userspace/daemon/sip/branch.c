// SPDX-License-Identifier: GPL-2.0
// Our Via: a branch that nobody guesses and that we know again.

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "sip/internal.h"

/*
 * z9hG4bK, 64 random bits, and a keyed hash of them: a stranger cannot answer
 * what he did not see, and we recognise our own without a table.
 */
static void write_branch(const struct sip *sip, uint64_t random, char *buf,
			 size_t size)
{
	snprintf(buf, size, "z9hG4bK%016llx.%016llx",
		 (unsigned long long)random, (unsigned long long)
		 sip_hash(sip->secret, &random, sizeof(random)));
}

void sip_branch_new(const struct sip *sip, char *buf, size_t size)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = (uint64_t)(uintptr_t)buf ^ sip->secret[0];
	write_branch(sip, random, buf, size);
}

bool sip_branch_is_ours(const struct sip *sip, struct sip_text branch)
{
	char copy[SIP_BRANCH_SIZE], want[SIP_BRANCH_SIZE];
	unsigned long long random;

	if (branch.len >= sizeof(copy))
		return false;
	memcpy(copy, branch.at, branch.len);
	copy[branch.len] = '\0';
	if (sscanf(copy, "z9hG4bK%16llx.", &random) != 1)
		return false;
	write_branch(sip, random, want, sizeof(want));
	return !strcmp(copy, want);
}

int sip_branch_set(osip_message_t *msg, const struct net_conn *conn,
		   const char *branch, bool replace)
{
	const struct net_peer *peer = net_conn_peer(conn);
	char host[NET_ADDR_LEN + 8], text[256];
	osip_via_t *via;

	if (replace) {
		via = osip_list_get(&msg->vias, 0);
		osip_list_remove(&msg->vias, 0);
		osip_via_free(via);
	}
	snprintf(text, sizeof(text), "SIP/2.0/%s %s;rport;branch=%s",
		 net_transport_name(peer->transport),
		 sip_sent_by(conn, host, sizeof(host)), branch);
	if (osip_via_init(&via))
		return -ENOMEM;
	if (osip_via_parse(via, text) ||
	    osip_list_add(&msg->vias, via, 0) < 0) {
		osip_via_free(via);
		return -ENOMEM;
	}
	return 0;
}
