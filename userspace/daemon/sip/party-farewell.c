// SPDX-License-Identifier: GPL-2.0
/*
 * A BYE for a phone that has no connection now: after a restart of ours phones
 * come back one by one, and one whose call ended meanwhile would go on with it.
 */
#include <errno.h>

#include "sip/party-files.h"

enum {
	EVERY_SECONDS = 5,
	TRIES = 120,		/* ten minutes: phones come back sooner */
	PARTIES_MAX = 1000,	/* that wait at a time: each holds a dialog */
};

static void wait(struct sip_party *p)
{
	sip_party_timer(p, SIP_TIMER_FAREWELL,
			EVERY_SECONDS * p->all->config.second_ms);
}

void sip_party_farewell(struct sip_party *p)
{
	if (p->farewells || p->party.is_trunk ||
	    p->all->farewells >= PARTIES_MAX)
		return;
	p->farewells = TRIES;
	p->all->farewells++;
	wait(p);
}

void sip_party_forget_farewell(struct sip_party *p)
{
	if (!p->farewells)
		return;
	p->farewells = 0;
	p->all->farewells--;
}

void sip_party_farewell_timer(struct sip_party *p)
{
	osip_message_t *bye;

	if (!p->farewells)
		return;
	bye = sip_dialog_request(p->dialog, "BYE");
	if (bye && sip_party_send(p, p->dialog, bye, NULL, 0) == -ENOTCONN &&
	    p->farewells > 1) {
		p->farewells--;
		wait(p);
		return;
	}
	sip_party_forget_farewell(p);
	sip_party_settle(p);
}
