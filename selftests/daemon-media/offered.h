/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One call between two legs, its offers and answers as texts.
 */
#ifndef OFFERED_H
#define OFFERED_H

#include <event2/event.h>
#include <stdbool.h>

#include "call/offer.h"

#define TOP(v) "v=0\r\no=- 1 " v " IN IP4 192.0.2.1\r\ns=-\r\n" \
	"c=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define KEY1 "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
#define KEY2 "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
#define GCM "MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZA=="
#define CM(tag, key) "a=crypto:" tag " AES_CM_128_HMAC_SHA1_80 inline:" key \
	"\r\n"
#define AVP "m=audio 4000 RTP/AVP 0 101\r\n"
#define SAVP "m=audio 4000 RTP/SAVP 0 101\r\n"
#define EVENTS "a=rtpmap:101 telephone-event/8000\r\n"
#define CM80 "AES_CM_128_HMAC_SHA1_80"

extern struct event_base *base;
extern struct call_media_system *media_system;

/* The call with its two legs, and the texts of the last round. */
extern struct offered {
	struct call_media *media;
	struct call_session *session;
	struct call_sdp_leg leg[2];
	struct call_verdict verdict;
	char offer[CALL_SDP_SIZE], answer[CALL_SDP_SIZE];
} call;

/* A leg that may have SRTP, and one that may not. */
extern const struct call_policy secure, plain;

/* The base, and media that needs no mediad. */
void offered_start(void);
void offered_stop(void);
void call_begin(const struct call_policy *a, const struct call_policy *b);
void call_end(void);
/*
 * The status that is told to who sent it, 0 if it went out to the other leg,
 * -1 if it could not even be told. In call.offer and call.answer is what went.
 */
int offer(enum call_leg from, const char *text);
int answer(enum call_leg from, const char *text);
/* What was agreed is in effect. */
bool settle(void);
/* The same for a provisional answer: more may come. */
void settle_early(void);
unsigned int count(const char *text, const char *part);
/* The key of the crypto line with that suite, "" if there is none; 4 at once. */
const char *key_of(const char *text, const char *suite);

#endif /* OFFERED_H */
