// SPDX-License-Identifier: GPL-2.0
/*
 * When the kernel's ACL is to be made anew: at the start, when the store or a name
 * says something else, when mediad came or the module was loaded, when somebody
 * else changed it. What could not be done is tried again, ever more seldom.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acl/internal.h"
#include "log.h"
#include "store/store.h"

enum {
	SOON_MS = 20,		/* several changes are one */
	WAIT_MS = 200,		/* for mediad, for names */
	PATIENCE_MS = 5000,	/* with both, after the start */
	CHECK_S = 5,
	RETRY_MS = 1000, RETRY_MAX_MS = 60000,
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* No later than it is to be already: changes that never end put nothing off. */
void acl_arm(struct acl *acl, unsigned int ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	int64_t due = now_ms() + ms;

	if (evtimer_pending(acl->timer, NULL) && acl->due <= due)
		return;
	acl->due = due;
	evtimer_add(acl->timer, &tv);
}

void acl_in_step(struct acl *acl)
{
	char trunks[16], prefixes[16];

	acl->failures = 0;
	acl->told[0] = '\0';
	snprintf(trunks, sizeof(trunks), "%zu", acl->set.object_count);
	snprintf(prefixes, sizeof(prefixes), "%zu", acl->set.prefix_count);
	log_event(acl->in_step ? LOG_LEVEL_INFO : LOG_LEVEL_NOTICE,
		  acl->policy.on ? "acl-in-step" : "acl-off", "trunks", trunks,
		  "prefixes", prefixes, NULL);
	if (!acl->in_step)
		acl->since = time(NULL);
	acl->in_step = true;
}

/* Told once, until it is another reason or was well in between. */
void acl_out_of_step(struct acl *acl, const char *why)
{
	bool same = !acl->in_step && acl->failures && !strcmp(acl->told, why);

	acl->in_step = false;
	acl->failures++;
	snprintf(acl->told, sizeof(acl->told), "%s", why);
	if (!same && store_param(acl->config.store, STORE_PARAM_ACL))
		log_event(LOG_LEVEL_WARNING, "acl-not-in-step", "reason",
			  acl->told, NULL);
}

static uint8_t verdict_of(struct store *store, enum store_param param)
{
	static const uint8_t verdicts[] = {
		[STORE_ACL_REJECT] = MEDIAD_REJECT,
		[STORE_ACL_DROP] = MEDIAD_DROP,
		[STORE_ACL_PASS] = MEDIAD_PASS,
	};

	return verdicts[store_param(store, param)];
}

static struct mediad_rate rate_of(struct store *store, enum store_param rate,
				  enum store_param burst)
{
	struct mediad_rate r = { store_param(store, rate), 0 };

	if (r.per_second)
		r.burst = store_param(store, burst);
	return r;
}

static struct acl_policy read_policy(const struct acl *acl)
{
	struct store *store = acl->config.store;
	struct acl_policy policy = {
		.on = store_param(store, STORE_PARAM_ACL),
		.denial = verdict_of(store, STORE_PARAM_ACL_DENIAL),
		.unparsed = verdict_of(store, STORE_PARAM_ACL_UNPARSED),
		.trunk = rate_of(store, STORE_PARAM_ACL_TRUNK_RATE,
				 STORE_PARAM_ACL_TRUNK_BURST),
		.source = rate_of(store, STORE_PARAM_ACL_SOURCE_RATE,
				  STORE_PARAM_ACL_SOURCE_BURST),
		.line_prefixes = store_param_text(store,
					STORE_PARAM_ACL_LINE_PREFIXES),
	};

	/* Who cannot see what is rejected must not be given it. */
	if (!acl->config.ops->reads_marks(acl->config.ctx)) {
		policy.denial = MEDIAD_DROP;
		if (policy.unparsed == MEDIAD_REJECT)
			policy.unparsed = MEDIAD_DROP;
	}
	return policy;
}

static bool has_port(const struct mediad_acl_params *params, uint16_t port)
{
	for (int i = 0; i < params->port_count; i++)
		if (params->ports[i] == port)
			return true;
	return false;
}

/* All we listen on; off, what the module has from the start. */
static struct mediad_acl_params read_params(const struct acl *acl,
					    const struct acl_input *input)
{
	static const uint8_t unknown[] = {
		[STORE_ACL_UNKNOWN_COUNT] = MEDIAD_UNKNOWN_COUNT,
		[STORE_ACL_UNKNOWN_PASS] = MEDIAD_UNKNOWN_PASS,
		[STORE_ACL_UNKNOWN_DROP] = MEDIAD_UNKNOWN_DROP,
	};
	struct store *store = acl->config.store;
	struct mediad_acl_params params = {
		.reject_rate = store_param(store, STORE_PARAM_ACL_REJECT_RATE),
		.reject_burst = store_param(store,
					    STORE_PARAM_ACL_REJECT_BURST),
		.unknown = MEDIAD_UNKNOWN_COUNT,
	};

	if (!input->policy.on)
		return params;
	params.unknown = unknown[store_param(store, STORE_PARAM_ACL_UNKNOWN)];
	for (size_t i = 0; i < input->place_count; i++)
		if (!has_port(&params, input->places[i].port) &&
		    params.port_count < MEDIAD_ACL_PORTS)
			params.ports[params.port_count++] =
				input->places[i].port;
	return params;
}

static size_t addresses(void *ctx, const char *host, struct acl_address *list,
			size_t max)
{
	const struct acl *acl = ctx;

	return acl->config.ops->addresses(acl->config.ctx, host, list, max);
}

static int each(void *ctx, store_trunk_fn fn, void *arg)
{
	const struct acl *acl = ctx;

	return store_trunk_each(acl->config.store, fn, arg);
}

/* Is there anything to be told? */
static bool compile(struct acl *acl, int *err)
{
	struct acl_input input = {
		.policy = read_policy(acl),
		.addresses = addresses, .ctx = acl, .each = each,
	};
	struct mediad_acl_params params;
	struct acl_set set;
	bool same;

	input.place_count = acl->config.ops->places(acl->config.ctx,
						    input.places, ACL_PLACES);
	acl_sort_places(&input);
	params = read_params(acl, &input);
	*err = acl_compile(&input, &set);
	if (*err) {
		acl_set_clear(&set);
		return false;
	}
	same = acl->in_step && acl_set_equal(&set, &acl->set) &&
	       !memcmp(&params, &acl->params, sizeof(params));
	acl_set_clear(&acl->set);
	acl->set = set;
	acl->policy = input.policy;
	acl->policy.line_prefixes = NULL;
	acl->params = params;
	return !same;
}

/* Names are looked up and mediad is connected to in the first moments. */
static bool must_wait(struct acl *acl)
{
	bool early = now_ms() - acl->started < PATIENCE_MS;

	if (acl->mediad && call_mediad_is_up(acl->mediad)) {
		if (!early || !acl->config.ops->pending(acl->config.ctx))
			return false;
	} else if (!early || !acl->mediad) {
		if (!acl->failures)
			acl_out_of_step(acl, acl->mediad ?
					"ucsec-mediad is not there" :
					"media is not anchored");
		return true;
	}
	acl_arm(acl, WAIT_MS);
	return true;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct acl *acl = arg;
	int err;

	(void)fd, (void)what;
	if (acl->running) {
		acl->again = true;
		return;
	}
	if (must_wait(acl))
		return;
	if (compile(acl, &err)) {
		acl_send(acl);
	} else if (err) {
		acl_out_of_step(acl, strerror(-err));
		acl_arm(acl, RETRY_MAX_MS);
	}
}

static unsigned int retry_ms(const struct acl *acl)
{
	unsigned int ms = RETRY_MS;

	for (unsigned int i = 1; i < acl->failures && ms < RETRY_MAX_MS; i++)
		ms *= 2;
	return ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS;
}

void acl_sent(struct acl *acl)
{
	acl->running = false;
	if (!acl->err) {
		acl->commits++;
		acl_in_step(acl);
		/* Off, marks are others' business. */
		acl->config.ops->set_mark(acl->config.ctx, acl->policy.on ?
					  acl->mark : 0);
		if (acl->again)
			acl_arm(acl, SOON_MS);
		return;
	}
	/* The next connection begins anew, and down() says why. */
	if (acl->err == -ECONNRESET || acl->err == -ETIMEDOUT)
		return;
	acl->refusals++;
	acl_out_of_step(acl, acl->why);
	acl_arm(acl, acl->again ? SOON_MS : retry_ms(acl));
}

static void on_state(void *arg, int err, const union mediad_message *m)
{
	struct acl *acl = arg;

	if (err || !m || acl->running || !acl->in_step)
		return;
	if (acl->policy.on && acl->mark != m->reply.mark)
		acl->config.ops->set_mark(acl->config.ctx, m->reply.mark);
	acl->mark = m->reply.mark;
	/* Off, others keep it, and nothing there is ours to be put back. */
	if (!acl->policy.on) {
		acl->generation = m->reply.generation;
		return;
	}
	/* A module that was loaded again counts from the beginning. */
	if (acl->generation == m->reply.generation &&
	    acl->trunks == m->reply.trunks &&
	    acl->prefixes == m->reply.prefixes)
		return;
	/* Perhaps trunks that are none of ours: then nothing changes by it. */
	acl->in_step = false;
	log_event(LOG_LEVEL_NOTICE, "acl-changed", "reason",
		  "somebody else has changed it", NULL);
	acl_arm(acl, SOON_MS);
}

/* Also how mediad learns that the module was removed: nothing else asks it. */
static void on_check(evutil_socket_t fd, short what, void *arg)
{
	union mediad_message m = { .head.type = MEDIAD_ACL_GET };
	struct acl *acl = arg;

	(void)fd, (void)what;
	if (acl->mediad && call_mediad_is_up(acl->mediad) && !acl->running)
		call_mediad_send(acl->mediad, &m, on_state, acl, NULL);
}

void acl_changed(void *arg)
{
	acl_arm(arg, SOON_MS);
}

static void on_change(void *ctx, const struct store_change *change)
{
	static const char *const nouns[] = { "*", "trunk", "profile", "param" };

	for (size_t i = 0; i < sizeof(nouns) / sizeof(*nouns); i++)
		if (!strcmp(change->noun, nouns[i]))
			acl_changed(ctx);
}

static void on_up(void *arg)
{
	struct acl *acl = arg;

	acl->in_step = false;
	acl_arm(acl, 0);
}

/* Each attempt that fails may end in another way: the first one is told. */
static void on_down(void *arg, const char *why)
{
	struct acl *acl = arg;

	if (acl->in_step || !acl->failures)
		acl_out_of_step(acl, why);
}

static void on_event(void *arg, const struct mediad_event *event)
{
	static struct store_trunk trunk;	/* too large for the stack */
	bool begins = event->kind == MEDIAD_DENIAL_BURST;
	struct acl *acl = arg;
	char count[24];
	int64_t id;

	if (!begins && event->kind != MEDIAD_DENIAL_BURST_OVER)
		return;
	acl->bursts += begins;
	id = event->stream ? acl_cookie_trunk(event->cookie) : 0;
	snprintf(count, sizeof(count), "%llu",
		 (unsigned long long)event->count);
	if (!id || store_trunk_get(acl->config.store, id, &trunk))
		trunk.name[0] = '\0';
	log_security(begins ? "acl-denials" : "acl-denials-over", "trunk",
		     trunk.name[0] ? trunk.name : NULL, "sources",
		     !event->stream ? "unknown" : !id ? "lines" : NULL,
		     "count", count, NULL);
}

const struct call_mediad_ops acl_mediad_ops = { on_up, on_down, on_event };

void acl_set_mediad(struct acl *acl, struct call_mediad *mediad)
{
	acl->mediad = mediad;
}

struct acl *acl_new(const struct acl_config *config)
{
	struct timeval pause = { CHECK_S, 0 };
	struct acl *acl = calloc(1, sizeof(*acl));

	if (!acl)
		return NULL;
	acl->config = *config;
	acl->started = now_ms();
	acl->timer = evtimer_new(config->base, on_timer, acl);
	acl->check = event_new(config->base, -1, EV_PERSIST, on_check, acl);
	if (!acl->timer || !acl->check || event_add(acl->check, &pause) ||
	    store_watch(config->store, on_change, acl)) {
		acl_free(acl);
		return NULL;
	}
	acl_arm(acl, 0);
	return acl;
}

void acl_free(struct acl *acl)
{
	if (!acl)
		return;
	store_unwatch(acl->config.store, on_change, acl);
	if (acl->timer)
		event_free(acl->timer);
	if (acl->check)
		event_free(acl->check);
	acl_set_clear(&acl->set);
	free(acl);
}
