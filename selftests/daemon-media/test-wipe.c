// SPDX-License-Identifier: GPL-2.0
/*
 * Keys are forgotten: no block of memory that is given back holds one, neither
 * as bytes nor as text. free() is wrapped and looks.
 */
#include <event2/event.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "call/offer.h"
#include "tap.h"

#define TOP(v) "v=0\r\no=- 1 " v " IN IP4 192.0.2.1\r\ns=-\r\n" \
	"c=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define KEY1 "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
#define KEY2 "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
#define LINE(port, tag, key) "m=audio " port " RTP/SAVP 0\r\na=crypto:" tag \
	" AES_CM_128_HMAC_SHA1_80 inline:" key "\r\n"

void __real_free(void *ptr);
void __wrap_free(void *ptr);

enum { NEEDLES = 128, PART = 12 };

/* Twelve bytes of a key are as bad as all. */
static struct {
	char bytes[PART];
} needles[NEEDLES];

static unsigned int needle_count, freed, leaks;

static void look_for(const void *bytes)
{
	if (needle_count < NEEDLES)
		memcpy(needles[needle_count++].bytes, bytes, PART);
}

void __wrap_free(void *ptr)
{
	size_t size = ptr ? malloc_usable_size(ptr) : 0;

	freed++;
	for (unsigned int i = 0; i < needle_count; i++)
		leaks += size && memmem(ptr, size, needles[i].bytes, PART);
	__real_free(ptr);
}

static void look_for_key(const char *text, size_t len)
{
	struct call_sdp_crypto c;

	if (!call_sdp_crypto_parse(text, len, &c)) {
		look_for(c.crypto.keys[0].material);
		look_for(memmem(text, len, "inline:", 7) + 7);
	}
}

/* Those of a description that we wrote. */
static void look_for_keys(const char *text)
{
	while ((text = strstr(text, "a=crypto:"))) {
		text += strlen("a=crypto:");
		look_for_key(text, strcspn(text, "\r"));
	}
}

static void on_applied(void *arg, int err, const char *why)
{
	(void)why;
	*(int *)arg = err ? err : 1;
}

static char out[CALL_SDP_SIZE];

static void say(ssize_t n)
{
	out[n > 0 ? n : 0] = '\0';
	look_for_keys(out);
}

static void round_of(struct call_session *session, struct call_media *media,
		     struct event_base *base, const char *offer,
		     const char *answer, bool commit)
{
	struct call_verdict verdict;
	uint32_t lines;
	int done = 0;

	call_offer_receive(session, CALL_LEG_A, offer, strlen(offer), &lines,
			  &verdict);
	say(call_offer_send(session, CALL_LEG_B, out, sizeof(out) - 1,
			   &verdict));
	call_answer_receive(session, CALL_LEG_B, answer, strlen(answer),
			   &verdict);
	if (!verdict.status) {
		say(call_answer_send(session, CALL_LEG_A, out, sizeof(out) - 1,
				    &verdict));
		call_media_apply(media, on_applied, &done);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	if (commit)
		call_offer_commit(session);
	else
		call_offer_abort(session);
}

int main(void)
{
	static const struct call_media_conf conf;
	static const uint8_t id[CALL_MEDIA_ID_LEN];
	static const char line[] = "1 AES_CM_128_HMAC_SHA1_80 inline:";
	struct call_sdp_leg a = { .policy = { .class = CALL_CLASS_ENCRYPTED,
					 .srtp_allowed = true } }, b = a;
	struct event_base *base = event_base_new();
	struct call_media_system *system = call_media_system_new(base, &conf,
								 NULL);
	struct call_media *media = call_media_new(system, id, NULL, NULL);
	struct call_session *session = call_session_new(media, &a, &b);
	struct call_sdp *sdp;
	const char *why;
	unsigned int at;
	char *probe = malloc(100), text[128];

	snprintf(text, sizeof(text), "%s%s", line, KEY1);
	look_for_key(text, strlen(text));
	snprintf(text, sizeof(text), "%s%s", line, KEY2);
	look_for_key(text, strlen(text));
	strcpy(probe, "xx" KEY1);
	/* By its name: a compiler drops stores before free(). */
	__wrap_free(probe);
	ok(leaks == 1, "a key that is left behind is seen");
	leaks = 0;

	round_of(session, media, base, TOP("1") LINE("4000", "1", KEY1),
		 TOP("1") LINE("5000", "4", KEY2), true);
	round_of(session, media, base, TOP("2") LINE("4000", "1", KEY2),
		 TOP("2") LINE("5000", "4", KEY1), true);
	round_of(session, media, base, TOP("3") LINE("4002", "1", KEY1),
		 TOP("3") LINE("5000", "9", KEY2), false);
	round_of(session, media, base, TOP("4") LINE("4004", "1", KEY1),
		 TOP("4") LINE("5002", "4", KEY2), true);
	call_session_free(session);
	call_media_free(media);
	ok(needle_count > 40 && freed > 20 && !leaks,
	   "%u blocks, %u keys looked for, %u found", freed, needle_count / 2,
	   leaks);
	/* Refused half-way: the key line was read, or was not. */
	at = (unsigned int)call_sdp_parse(TOP("1") LINE("4000", "1", KEY1) "x=",
		strlen(TOP("1") LINE("4000", "1", KEY1) "x="), &sdp, &why,
		&at);
	at |= (unsigned int)call_sdp_parse("x=\r\n" LINE("4000", "1", KEY1),
		strlen("x=\r\n" LINE("4000", "1", KEY1)), &sdp, &why, &at);
	ok(at && !leaks, "nor is one left of what was refused");
	call_media_system_free(system);
	event_base_free(base);
	return tap_end();
}
