// SPDX-License-Identifier: GPL-2.0
/* Reliable provisional responses and PRACK, RFC 3262, both roles. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "sip/party-files.h"

/* To know an answer again, not against anyone. Never 0. */
static uint64_t digest(const char *text, size_t len)
{
	uint64_t hash = 14695981039346656037u;

	while (len--)
		hash = (hash ^ (unsigned char)*text++) * 1099511628211u;
	return hash | 1;
}

void sip_party_forget_reliable(struct sip_party *p)
{
	sip_party_timer_stop(p, SIP_TIMER_RELIABLE);
	if (!p->reliable)
		return;
	sip_party_wipe(&p->reliable->sdp);
	sip_party_wipe(&p->reliable->next_sdp);
	sip_party_wipe(&p->reliable->answer);
	free(p->reliable);
	p->reliable = NULL;
}

static int send_once(struct sip_party *p)
{
	struct sip_reliable *r = p->reliable;
	osip_message_t *response = sip_response_new(p->uas, r->status, NULL);
	char rseq[16];

	if (!response)
		return -ENOMEM;
	snprintf(rseq, sizeof(rseq), "%u", r->rseq);
	if (osip_message_set_header(response, "Require", "100rel") ||
	    osip_message_set_header(response, "RSeq", rseq) ||
	    osip_message_set_allow(response, "INVITE, ACK, BYE, CANCEL, "
				   "OPTIONS, PRACK, UPDATE, INFO, REFER") ||
	    sip_party_contact(response, p->uas) ||
	    (r->sdp.at && sip_party_set_body(response, "application/sdp",
					     r->sdp.at, r->sdp.len))) {
		osip_message_free(response);
		return -ENOMEM;
	}
	return sip_respond(p->uas, response);
}

static int send_first(struct sip_party *p)
{
	struct sip_reliable *r = p->reliable;

	r->rseq++;
	r->is_open = true;
	r->waited_ms = 0;
	r->wait_ms = p->all->config.t1_ms;
	sip_party_timer(p, SIP_TIMER_RELIABLE, r->wait_ms);
	return send_once(p);
}

int sip_party_alert_reliably(struct sip_party *p, int status, const char *sdp,
			     size_t len)
{
	struct sip_reliable *r = p->reliable;

	if (!r) {
		r = calloc(1, sizeof(*r));
		if (!r)
			return -ENOMEM;
		/* Between 1 and 2^31 - 1, and room behind it: section 3. */
		if (getrandom(&r->rseq, sizeof(r->rseq), 0) !=
		    sizeof(r->rseq))
			r->rseq = 1;
		r->rseq = (r->rseq & 0x3fffffff) | 1;
		p->reliable = r;
	}
	if (r->is_open) {
		/* The next may not leave before this one's PRACK: section 3. */
		r->next_status = status;
		return sdp ? sip_party_keep(&r->next_sdp, sdp, len) : 0;
	}
	/* Once it has an answer it may not get another: section 5. */
	if (r->said)
		sdp = NULL;
	if (sip_party_keep(&r->sdp, sdp, len))
		return -ENOMEM;
	r->status = status;
	return send_first(p);
}

int sip_party_answer_waits(struct sip_party *p, const char *sdp, size_t len)
{
	struct sip_reliable *r = p->reliable;

	if (!r || !r->is_open || !r->sdp.at)
		return 0;
	if (sip_party_keep(&r->answer, sdp, len))
		return -ENOMEM;
	r->is_answered = true;
	return 1;
}

bool sip_party_has_said(const struct sip_party *p, const char *sdp, size_t len)
{
	return p->reliable && p->reliable->said &&
	       p->reliable->said == digest(sdp, len);
}

void sip_party_reliable_timer(struct sip_party *p)
{
	unsigned int most = 64 * p->all->config.t1_ms;
	struct sip_reliable *r = p->reliable;

	if (p->phase != SIP_PARTY_CALLED || !p->uas || !r || !r->is_open)
		return;
	r->waited_ms += r->wait_ms;
	/* After 64 * T1 its INVITE fails: section 3. */
	if (r->waited_ms >= most) {
		sip_party_give_up(p, 504, "no PRACK came");
		return;
	}
	r->wait_ms *= 2;
	if (r->wait_ms > most - r->waited_ms)
		r->wait_ms = most - r->waited_ms;
	sip_party_timer(p, SIP_TIMER_RELIABLE, r->wait_ms);
	send_once(p);
}

/* What waited behind the response that now has its PRACK. */
static void go_on(struct sip_party *p)
{
	struct sip_reliable *r = p->reliable;
	struct sip_kept answer;

	if (r->is_answered) {
		answer = r->answer;
		r->answer = (struct sip_kept){};
		r->is_answered = false;
		if (sip_party_accept(p, answer.at, answer.len))
			sip_party_give_up(p, 500, "the 200 could not be sent");
		sip_party_wipe(&answer);
		sip_party_go_on(p);
		return;
	}
	if (!r->next_status)
		return;
	r->status = r->next_status;
	sip_party_wipe(&r->sdp);
	if (!r->said)
		r->sdp = r->next_sdp;
	else
		sip_party_wipe(&r->next_sdp);
	r->next_sdp = (struct sip_kept){};
	r->next_status = 0;
	send_first(p);
}

/* RAck: the response's number, the INVITE's, and its method: section 7.2. */
static bool is_for(const struct sip_party *p, const osip_message_t *prack)
{
	const char *value = sip_header(prack, "RAck");
	unsigned int rseq, cseq;
	char method[16];

	return value && p->reliable && p->reliable->is_open && p->uas &&
	       sscanf(value, "%10u %10u %15s", &rseq, &cseq, method) == 3 &&
	       rseq == p->reliable->rseq &&
	       cseq == sip_uint(p->uas->msg->cseq->number) &&
	       !strcmp(method, "INVITE");
}

void sip_party_pracked(void *arg, struct sip_request *req)
{
	struct sip_party *p = sip_party_asked(arg, req);
	struct sip_reliable *r;
	const char *sdp;
	size_t len;

	if (!p)
		return;
	if (p->phase != SIP_PARTY_CALLED || !is_for(p, req->msg)) {
		sip_reply(req, 481, NULL, NULL);
		return;
	}
	r = p->reliable;
	r->is_open = false;
	sip_party_timer_stop(p, SIP_TIMER_RELIABLE);
	if (r->sdp.at)
		r->said = digest(r->sdp.at, r->sdp.len);
	if (sip_party_body(req->msg, &sdp, &len))
		sip_reply(req, 488, NULL, NULL);
	else if (!sdp)
		sip_reply(req, 200, NULL, NULL);
	else if (sip_party_early_may(p, req))
		sip_party_early_offered(p, req, sdp, len);
	else
		/* Its first offer is still open: no room for another. */
		sip_reply(req, 488, NULL, NULL);
	if (p->phase == SIP_PARTY_CALLED && p->reliable)
		go_on(p);
}

bool sip_party_prack(struct sip_party *p, struct sip_fork *fork,
		     const osip_message_t *response)
{
	uint32_t rseq = sip_uint(sip_header(response, "RSeq"));
	osip_message_t *prack;
	char rack[64];

	if (!sip_header_has(response, "Require", "100rel"))
		return true;
	/* In order, without gaps; repeated ones were seen: section 4. */
	if (rseq == UINT32_MAX || !rseq || !fork ||
	    (fork->rseq && rseq != fork->rseq + 1))
		return false;
	snprintf(rack, sizeof(rack), "%u %s INVITE", rseq,
		 response->cseq->number);
	prack = sip_dialog_request(fork->dialog, "PRACK");
	if (!prack)
		return false;
	if (osip_message_set_header(prack, "RAck", rack)) {
		osip_message_free(prack);
		return false;
	}
	fork->rseq = rseq;
	sip_party_send(p, fork->dialog, prack, NULL, 0);
	return true;
}
