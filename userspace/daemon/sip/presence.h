/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who watches whom: subscriptions to the state of lines, and messages waiting.
 *
 * Takes over SUBSCRIBE and NOTIFY of the base. Events: presence (RFC 3856),
 * dialog (RFC 4235), message-summary (RFC 3842). Subscriptions do not survive
 * a restart: their owners subscribe again (RFC 6665 section 4.1.2.2).
 */
#ifndef SIP_PRESENCE_H
#define SIP_PRESENCE_H

#include "call/call.h"
#include "sip/dialog.h"

struct sip_presence;

struct sip_presence_config {
	struct event_base *base;
	struct sip *sip;
	struct store *store;
	const char *domain;		/* host in the URIs of our numbers */
	unsigned int second_ms;		/* 0: 1000 */
	unsigned int max;		/* subscriptions; 0: 32768 */
	unsigned int max_of_peer;	/* of one phone or trunk; 0: 512 */
	/* call_line_state(), with its system as @arg. */
	enum call_line_state (*line_state)(void *arg, int64_t line);
	void *arg;
};

struct sip_presence *sip_presence_new(const struct sip_presence_config *config);
/* Before the base; says nothing to the watchers. */
void sip_presence_free(struct sip_presence *presence);

/*
 * Calls or registrations of the line may have changed: those who watch it are
 * told if so. Without it they learn it some seconds later.
 */
void sip_presence_changed(struct sip_presence *presence, int64_t line);

size_t sip_presence_count(const struct sip_presence *presence);

#endif /* SIP_PRESENCE_H */
