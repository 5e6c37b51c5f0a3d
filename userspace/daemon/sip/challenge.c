// SPDX-License-Identifier: GPL-2.0
// Digest as client: answers to trunks' challenges (DIGEST-2).

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"
#include "sip/credentials.h"
#include "sip/internal.h"

struct answer {
	const osip_www_authenticate_t *challenge;
	enum store_algorithm algorithm;
	bool qop;
	struct sip_credentials credentials;
	struct store_realm realm;
};

/* Without quotes; -EBADMSG if it does not fit or could break out of ours. */
static int unquote(const char *text, char *to, size_t size)
{
	size_t len;

	if (!text)
		return -EBADMSG;
	len = strlen(text);
	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		text++;
		len -= 2;
	}
	if (len >= size || memchr(text, '"', len) || memchr(text, '\\', len) ||
	    memchr(text, '\r', len) || memchr(text, '\n', len))
		return -EBADMSG;
	memcpy(to, text, len);
	to[len] = '\0';
	return 0;
}

static bool offers_auth(const char *options)
{
	const char *at = options;

	for (;;) {
		at += strspn(at, "\", \t");
		if (!*at)
			return false;
		if (strcspn(at, "\", \t") == 4 && !strncasecmp(at, "auth", 4))
			return true;
		at += strcspn(at, "\", \t");
	}
}

/*
 * Can we answer this one, and better than the one that we have? A trunk that
 * has a realm of its own is not told what another's password makes of its
 * nonce, though it may ask in that one's name.
 */
static bool consider(struct sip *sip, struct answer *answer, int64_t only,
		     const osip_www_authenticate_t *challenge)
{
	char name[32] = "", realm[STORE_TEXT_SIZE];
	struct store_realm found;
	enum store_algorithm algorithm;
	bool better;

	if (!challenge->auth_type || strcasecmp(challenge->auth_type, "Digest"))
		return false;
	if ((challenge->algorithm &&
	     unquote(challenge->algorithm, name, sizeof(name))) ||
	    sip_algorithm_of(name, &algorithm) ||
	    unquote(challenge->realm, realm, sizeof(realm)))
		return false;
	if (challenge->qop_options && !offers_auth(challenge->qop_options))
		return false;
	if (answer->challenge && algorithm <= answer->algorithm)
		return false;
	better = !store_realm_find(sip->store, realm, &found) &&
		 (!only || found.id == only);
	if (better) {
		answer->challenge = challenge;
		answer->algorithm = algorithm;
		answer->qop = challenge->qop_options;
		answer->realm = found;
	}
	explicit_bzero(&found, sizeof(found));
	return better;
}

static bool is_stale(const osip_www_authenticate_t *challenge)
{
	char text[16];

	return challenge->stale &&
	       !unquote(challenge->stale, text, sizeof(text)) &&
	       !strcasecmp(text, "true");
}

static int fill(struct answer *answer, const osip_message_t *request,
		const char *uri)
{
	struct sip_credentials *c = &answer->credentials;
	uint8_t ha1[STORE_HA1_MAX];
	size_t len;

	if (unquote(answer->challenge->nonce, c->nonce, sizeof(c->nonce)) ||
	    strlen(uri) >= sizeof(c->uri))
		return -EBADMSG;
	strcpy(c->uri, uri);
	if (answer->qop) {
		strcpy(c->qop, "auth");
		strcpy(c->nc, "00000001");
		sip_new_tag(c->cnonce, sizeof(c->cnonce));
	}
	len = sip_digest_ha1(answer->algorithm, answer->realm.user,
			     answer->realm.realm, answer->realm.password, ha1);
	sip_digest_response(answer->algorithm, ha1, len,
			    (struct sip_text){ request->sip_method,
					       strlen(request->sip_method) },
			    c, c->response);
	explicit_bzero(ha1, sizeof(ha1));
	return len ? 0 : -EIO;
}

static int write_header(const struct answer *answer, osip_message_t *request,
			bool proxy)
{
	const struct sip_credentials *c = &answer->credentials;
	char text[2048], opaque[160] = "", qop[320] = "", value[128];

	if (answer->challenge->opaque &&
	    !unquote(answer->challenge->opaque, value, sizeof(value)))
		snprintf(opaque, sizeof(opaque), ",opaque=\"%s\"", value);
	if (answer->qop)
		snprintf(qop, sizeof(qop), ",cnonce=\"%s\",qop=auth,nc=%s",
			 c->cnonce, c->nc);
	snprintf(text, sizeof(text), "Digest username=\"%s\",realm=\"%s\","
		 "nonce=\"%s\",uri=\"%s\",response=\"%s\",algorithm=%s%s%s",
		 answer->realm.user, answer->realm.realm, c->nonce, c->uri,
		 c->response, sip_algorithm_name(answer->algorithm), qop,
		 opaque);
	return (proxy ? osip_message_set_proxy_authorization(request, text) :
			osip_message_set_authorization(request, text)) ?
		-ENOMEM : 0;
}

/* One answer at a time: what we said to an older challenge goes. */
static void drop_old(osip_message_t *request, bool proxy)
{
	osip_list_t *list = proxy ? &request->proxy_authorizations :
				    &request->authorizations;
	osip_authorization_t *old;

	while ((old = osip_list_get(list, 0))) {
		osip_list_remove(list, 0);
		osip_authorization_free(old);
	}
}

static int raise_cseq(osip_message_t *request)
{
	char text[16];

	snprintf(text, sizeof(text), "%lu",
		 strtoul(request->cseq->number, NULL, 10) + 1);
	osip_free(request->cseq->number);
	request->cseq->number = osip_strdup(text);
	return request->cseq->number ? 0 : -ENOMEM;
}

/* Once per nonce: a second time only for one that was right, but stale. */
int sip_challenge_answer(struct sip *sip, osip_message_t *request,
			 const osip_message_t *response, unsigned int before,
			 int64_t realm)
{
	bool proxy = response->status_code == 407;
	const osip_list_t *list = proxy ? &response->proxy_authenticates :
					  &response->www_authenticates;
	struct answer answer = { 0 };
	osip_list_iterator_t it;
	osip_www_authenticate_t *challenge;
	char *uri = NULL;
	int err = -ENOENT;

	for (challenge = osip_list_get_first(list, &it);
	     osip_list_iterator_has_elem(it);
	     challenge = osip_list_get_next(&it))
		consider(sip, &answer, realm, challenge);
	if (!answer.challenge) {
		log_event(LOG_LEVEL_NOTICE, "trunk-challenge-unanswered",
			  "reason", "no credentials for this realm", NULL);
		return err;
	}
	if (!before || is_stale(answer.challenge))
		err = osip_uri_to_str(request->req_uri, &uri) ? -ENOMEM :
		      fill(&answer, request, uri);
	if (!err) {
		drop_old(request, proxy);
		err = write_header(&answer, request, proxy) ?:
		      raise_cseq(request);
	}
	osip_free(uri);
	explicit_bzero(&answer, sizeof(answer));
	return err;
}
