// SPDX-License-Identifier: GPL-2.0
/*
 * P-Charging-Vector (RFC 7315 section 4.6): from trunk to trunk, if the profiles
 * of both have the box (AUTHZ-1). It names networks and their bills: nobody else
 * gets to see it, and nobody else's is believed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sip/party-files.h"

enum { VECTOR_SIZE = 512 };

static bool is_allowed(const struct sip_party *p)
{
	static struct store_trunk trunk;	/* too large for the stack */

	return p->party.is_trunk &&
	       !store_trunk_get(p->all->config.store, p->party.device,
				&trunk) &&
	       trunk.profile.allow_charging_header;
}

/* Folded ones are not worth the trouble; others may not end the line. */
static bool is_sane(const char *value)
{
	const unsigned char *at = (const unsigned char *)value;

	while (*at >= ' ' && *at != 0x7f)
		at++;
	return !*at && at - (const unsigned char *)value < VECTOR_SIZE;
}

/* Whether it may have one is asked when it goes on: who it is comes later. */
void sip_party_take_charging(struct sip_party *p, const osip_message_t *msg)
{
	const char *value = sip_header(msg, "P-Charging-Vector");

	if (!value || !is_sane(value))
		return;
	free(p->charging);
	/* Without memory the bill lacks a line; the call goes on. */
	p->charging = strdup(value);
}

int sip_party_charge(struct sip_party *p, osip_message_t *msg)
{
	const struct sip_parties_config *config = &p->all->config;
	const struct call_party *party = config->other ?
					 config->other(&p->party) : NULL;
	const struct sip_party *other;

	if (!party || party->ops != &sip_party_ops)
		return 0;
	other = (const struct sip_party *)party;
	if (!other->charging || !is_allowed(p) || !is_allowed(other))
		return 0;
	return osip_message_set_header(msg, "P-Charging-Vector",
				       other->charging) ? -ENOMEM : 0;
}
