// SPDX-License-Identifier: GPL-2.0
/* A protocol that only takes notes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fake.h"

struct fake fake;

__attribute__((format(printf, 2, 3)))
static void note(const struct fake_party *p, const char *format, ...)
{
	size_t len = strlen(fake.transcript);
	va_list args;

	assert_false(p->is_gone);
	len += snprintf(fake.transcript + len, sizeof(fake.transcript) - len,
			"%s ", p->name);
	assert_true(len < sizeof(fake.transcript));
	va_start(args, format);
	len += vsnprintf(fake.transcript + len, sizeof(fake.transcript) - len,
			 format, args);
	va_end(args);
	assert_true(len + 1 < sizeof(fake.transcript));
	strcat(fake.transcript, "\n");
}

static void keep(struct fake_party *p, const char *sdp, size_t len)
{
	assert_true(len < sizeof(p->sdp));
	memcpy(p->sdp, sdp, len);
	p->sdp[len] = '\0';
}

static int on_offer(struct call_party *party, const char *sdp, size_t len)
{
	struct fake_party *p = (struct fake_party *)party;

	note(p, "offer");
	keep(p, sdp, len);
	return 0;
}

static int on_solicit(struct call_party *party)
{
	struct fake_party *p = (struct fake_party *)party;

	note(p, "solicit");
	if (fake.unreachable && !strcmp(p->name, fake.unreachable))
		return -EHOSTUNREACH;
	return fake.solicit_error;
}

static int on_alert(struct call_party *party, int status, const char *sdp,
		    size_t len)
{
	struct fake_party *p = (struct fake_party *)party;

	note(p, "alert %d%s", status, sdp ? " sdp" : "");
	if (sdp)
		keep(p, sdp, len);
	return 0;
}

static int on_answer(struct call_party *party, const char *sdp, size_t len)
{
	struct fake_party *p = (struct fake_party *)party;

	note(p, "answer");
	keep(p, sdp, len);
	party->is_connected = true;
	return 0;
}

static void on_refuse(struct call_party *party, const struct call_cause *cause)
{
	note((struct fake_party *)party, "refuse %d", cause->status);
}

static void on_hangup(struct call_party *party, const struct call_cause *cause)
{
	struct fake_party *p = (struct fake_party *)party;

	note(p, "hangup %d%s%s", cause ? cause->status : 0,
	     cause && cause->why ? " " : "",
	     cause && cause->why ? cause->why : "");
	p->is_gone = true;
}

static int on_info(struct call_party *party, const struct call_info *info)
{
	struct fake_party *p = (struct fake_party *)party;

	note(p, "info %.*s", (int)info->len, info->body);
	p->token = info->token;
	return 0;
}

static void on_info_done(struct call_party *party, uint32_t token, int status)
{
	note((struct fake_party *)party, "info %u %d", token, status);
}

static void on_security(struct call_party *party, enum call_security status)
{
	note((struct fake_party *)party, "%s", call_security_name(status));
}

static void on_transferring(struct call_party *party, int status,
			    const char *reason)
{
	(void)reason;
	note((struct fake_party *)party, "transferring %d", status);
}

static json_t *on_save(const struct call_party *party)
{
	return json_string(((const struct fake_party *)party)->name);
}

static const struct call_party_ops ops = {
	.offer = on_offer,
	.solicit = on_solicit,
	.alert = on_alert,
	.answer = on_answer,
	.refuse = on_refuse,
	.hangup = on_hangup,
	.info = on_info,
	.info_done = on_info_done,
	.security = on_security,
	.transferring = on_transferring,
	.save = on_save,
};

static int reach(void *arg, const struct call_target *target,
		 struct call_party **parties, size_t max);
static const struct call_protocol protocol = {
	.name = "fake", .reach = reach,
};

static struct fake_party *new_party(const char *name, bool is_trunk,
				    int64_t device, int64_t line)
{
	struct fake_party *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->party = (struct call_party){
		.ops = &ops, .protocol = &protocol, .is_trunk = is_trunk,
		.device = device, .line = line, .family = AF_INET,
		.signalling = STORE_ENCRYPTED, .is_trusted_type = true,
		.shows_security = true,
	};
	p->party.leg.policy = (struct call_policy){
		.class = CALL_CLASS_ENCRYPTED, .srtp_allowed = true,
	};
	p->party.leg.addr.family = AF_INET;
	snprintf(p->party.name, sizeof(p->party.name), "%s", name);
	p->next = fake.parties;
	fake.parties = p;
	return p;
}

/* Phone 4 is registered nowhere. */
static int reach(void *arg, const struct call_target *target,
		 struct call_party **parties, size_t max)
{
	struct fake_party *p;
	char name[16];

	(void)arg;
	assert_true(max > 0);
	if (!target->is_trunk && target->device == 4)
		return 0;
	snprintf(name, sizeof(name), "%c%d", target->is_trunk ? 't' : 'p',
		 (int)target->device);
	p = new_party(name, target->is_trunk, target->device, target->line);
	p->has_next = target->has_next;
	parties[0] = &p->party;
	return 1;
}

struct fake_party *fake_caller(const char *name)
{
	return new_party(name, *name == 't', 1, *name == 't' ? 0 : FAKE_LINE);
}

struct fake_party *fake_find(const char *name)
{
	struct fake_party *p;

	for (p = fake.parties; p; p = p->next)
		if (!strcmp(p->name, name))
			return p;
	fail_msg("%s was not reached", name);
	return NULL;
}

void fake_run(void)
{
	int i;

	for (i = 0; i < 5; i++)
		event_base_loop(fake.base, EVLOOP_NONBLOCK);
}

void fake_expect(const char *expected)
{
	fake_run();
	assert_string_equal(fake.transcript, expected);
	fake.transcript[0] = '\0';
}

#define SUITE "AES_CM_128_HMAC_SHA1_80"

static const char *describe(const char *name, bool secure, unsigned int tag)
{
	static char text[1024];
	unsigned int host = (unsigned char)name[strlen(name) - 1];
	char crypto[128] = "";

	if (secure)
		snprintf(crypto, sizeof(crypto), "a=crypto:%u " SUITE
			 " inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\r\n",
			 tag);
	snprintf(text, sizeof(text),
		 "v=0\r\no=%s 1 1 IN IP4 192.0.2.%u\r\ns=-\r\n"
		 "c=IN IP4 192.0.2.%u\r\nt=0 0\r\n"
		 "m=audio 4000 RTP/%s 0\r\na=rtpmap:0 PCMU/8000\r\n%s",
		 name, host, host,
		 secure ? "SAVP" : "AVP", crypto);
	return text;
}

const char *fake_sdp(const char *name, bool secure)
{
	return describe(name, secure, 1);
}

/* Takes the suite by the tag that the offer has for it. */
const char *fake_answer(const struct fake_party *p, bool secure)
{
	const char *line = strstr(p->sdp, " " SUITE);
	unsigned int tag = 0;

	if (secure) {
		assert_non_null(line);
		while (line > p->sdp && line[-1] != ':')
			line--;
		tag = strtoul(line, NULL, 10);
	}
	return describe(p->name, secure, tag);
}

void fake_offers(struct fake_party *p, bool secure)
{
	const char *sdp = fake_sdp(p->name, secure);

	call_offered(&p->party, sdp, strlen(sdp));
}

void fake_offered(struct fake_party *p)
{
	p->party.is_connected = true;
	fake_offers(p, true);
}

void fake_answers_by(struct fake_party *p, bool secure)
{
	const char *sdp = fake_answer(p, secure);

	p->party.is_connected = true;
	call_answered(&p->party, sdp, strlen(sdp));
}

void fake_answers(struct fake_party *p)
{
	fake_answers_by(p, true);
}

void fake_refuses(struct fake_party *p, int status)
{
	struct call_cause cause = { .status = status };

	call_refused(&p->party, &cause);
}

void fake_goes(struct fake_party *p, int status)
{
	struct call_cause cause = { .status = status };

	p->is_gone = true;
	call_gone(&p->party, &cause);
}

void fake_gone(struct fake_party *p)
{
	fake_goes(p, 0);
}

struct fake_party *fake_calls(const char *name, const char *number,
			      bool secure)
{
	struct fake_party *p = fake_caller(name);
	const char *sdp = fake_sdp(name, secure);

	call_setup(fake.system, &p->party, number, sdp, strlen(sdp));
	return p;
}

struct fake_party *fake_talk(const char *name, const char *number,
			     const char *callee)
{
	struct fake_party *p = fake_calls(name, number, true);

	fake_run();
	fake_answers(fake_find(callee));
	fake_run();
	assert_true(p->party.is_connected);
	fake.transcript[0] = '\0';
	return p;
}

static void on_line(void *arg, int64_t line)
{
	static const char *const names[] = { "idle", "rings", "busy" };
	size_t len = strlen(fake.lines);

	(void)arg;
	snprintf(fake.lines + len, sizeof(fake.lines) - len, "%d %s\n",
		 (int)line, names[call_line_state(fake.system, line)]);
}

int fake_setup(void **state)
{
	struct call_media_conf conf = { .anchored = false };
	struct call_system_config config = {};
	int i;

	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake_records = 0;
	fake_store_fails = false;
	fake_line_error = 0;
	fake_no_answer = 30;
	fake_trunk = (struct store_trunk){
		.profile.mode = STORE_ENCRYPTED,
	};
	for (i = 0; i < 5; i++)
		fake_mode[i] = STORE_ENCRYPTED;
	fake.base = event_base_new();
	fake.media = call_media_system_new(fake.base, &conf, NULL);
	config.base = fake.base;
	config.media = fake.media;
	config.line_changed = on_line;
	fake.system = call_system_new(&config);
	assert_non_null(fake.system);
	return call_protocol_add(fake.system, &protocol);
}

int fake_teardown(void **state)
{
	struct fake_party *p;

	(void)state;
	call_system_free(fake.system);
	call_media_system_free(fake.media);
	event_base_free(fake.base);
	while ((p = fake.parties)) {
		fake.parties = p->next;
		free(p);
	}
	return 0;
}
