// SPDX-License-Identifier: GPL-2.0
// AUTHZ-2: every box, method and digest state, against the rule told otherwise.

#include <stdio.h>
#include <string.h>

#include "authz/authz.h"
#include "tap.h"

/* The requests that boxes are about, by the box that they need; -1: none. */
static const struct {
	const char *name;
	struct authz_facts facts;
	int box;
} requests[] = {
	{ "INVITE", { .method = AUTHZ_INVITE }, -1 },
	{ "re-INVITE", { .method = AUTHZ_INVITE, .in_dialog = true }, -1 },
	{ "INVITE with Replaces", { .method = AUTHZ_INVITE,
	  .replaces = true }, 3 },
	{ "presence SUBSCRIBE", { .method = AUTHZ_SUBSCRIBE,
	  .presence = true }, 0 },
	{ "presence SUBSCRIBE again", { .method = AUTHZ_SUBSCRIBE,
	  .presence = true, .in_dialog = true }, -1 },
	{ "dialog SUBSCRIBE", { .method = AUTHZ_SUBSCRIBE }, -1 },
	{ "REFER", { .method = AUTHZ_REFER }, 1 },
	{ "REFER in a dialog", { .method = AUTHZ_REFER,
	  .in_dialog = true }, -1 },
	{ "REFER in a dialog to Replaces", { .method = AUTHZ_REFER,
	  .in_dialog = true, .refer_replaces = true }, 3 },
	{ "NOTIFY", { .method = AUTHZ_NOTIFY }, 2 },
	{ "NOTIFY of ours", { .method = AUTHZ_NOTIFY,
	  .subscribed = true }, -1 },
	{ "NOTIFY in a dialog", { .method = AUTHZ_NOTIFY,
	  .in_dialog = true }, -1 },
	{ "OPTIONS", { .method = AUTHZ_OPTIONS }, -1 },
	{ "MESSAGE", { .method = AUTHZ_MESSAGE }, -1 },
	{ "PUBLISH with Replaces", { .method = AUTHZ_PUBLISH,
	  .replaces = true }, 3 },
	{ "ACK", { .method = AUTHZ_ACK }, -1 },
	{ "CANCEL", { .method = AUTHZ_CANCEL }, -1 },
	{ "BYE", { .method = AUTHZ_BYE, .in_dialog = true }, -1 },
};

static struct authz_boxes boxes_of(unsigned int bits)
{
	return (struct authz_boxes){ bits & 1, bits & 2, bits & 4, bits & 8 };
}

static int status_of(enum authz_digest digest)
{
	switch (digest) {
	case AUTHZ_DIGEST_OFF:
	case AUTHZ_DIGEST_RIGHT:
		return 0;
	case AUTHZ_DIGEST_LOCKED:
		return 403;
	default:
		return 401;
	}
}

/* user: 16 is "no application user" */
static int expected(size_t r, unsigned int trunk, bool application,
		    enum authz_digest digest, unsigned int user)
{
	int box = requests[r].box;
	enum authz_method method = requests[r].facts.method;

	if (box >= 0 && !(trunk >> box & 1))
		return 403;
	if (method == AUTHZ_ACK || method == AUTHZ_CANCEL)
		return 0;
	if (status_of(digest))
		return status_of(digest);
	if (application && box >= 0 &&
	    (digest != AUTHZ_DIGEST_RIGHT || user == 16 || !(user >> box & 1)))
		return 403;
	return 0;
}

int main(void)
{
	size_t r;

	for (r = 0; r < sizeof(requests) / sizeof(requests[0]); r++) {
		unsigned int n = 0, wrong = 0, trunk, user, app, digest;

		for (trunk = 0; trunk < 16; trunk++)
		for (app = 0; app < 2; app++)
		for (digest = 0; digest <= AUTHZ_DIGEST_RIGHT; digest++)
		for (user = 0; user <= 16; user++) {
			struct authz_trunk t = { boxes_of(trunk), app };
			struct authz_boxes u = boxes_of(user);
			struct authz_verdict got = authz_trunk_check(
				&requests[r].facts, &t, digest,
				user == 16 ? NULL : &u);

			n++;
			wrong += got.status != expected(r, trunk, app, digest,
							user) ||
				 !got.status != !got.reason ||
				 (got.stale && digest != AUTHZ_DIGEST_STALE);
		}
		ok(!wrong, "%s: %u rows", requests[r].name, n);
	}
	ok(authz_method_of("REFER") == AUTHZ_REFER &&
	   authz_method_of("refer") == AUTHZ_METHOD_OTHER &&
	   authz_method_of("") == AUTHZ_METHOD_OTHER, "methods have case");
	return tap_end();
}
