// SPDX-License-Identifier: GPL-2.0
/*
 * What is asked of phones, out of the system parameters.
 */
#include "enrolment/internal.h"
#include "store/param.h"

static unsigned int param(const struct enrolment *all, enum store_param which)
{
	return store_param(all->config.store, which);
}

/*
 * What we owe the session is not the phone's time: it is bounded by keyd and by
 * the disk.
 */
static void set_times(const struct enrolment *all, struct capf_times *times)
{
	unsigned int answer = param(all, STORE_PARAM_CAPF_ANSWER_TIMEOUT);

	*times = capf_times_default;
	times->auth = answer;
	times->store = times->remove = times->fetch = 2 * answer;
	times->key = param(all, STORE_PARAM_CAPF_KEY_TIMEOUT);
	times->key_total = 2 * times->key;
}

void policy_session(const struct enrolment *all, struct capf_config *config)
{
	set_times(all, &config->times);
	config->keys = capf_key_policy_default;
	config->keys.security_level =
		(int)param(all, STORE_PARAM_CAPF_KEY_SECURITY_LEVEL);
	config->no_auth_type = param(all, STORE_PARAM_CAPF_NO_AUTH_TYPE);
	config->auth_type = (uint8_t)param(all, STORE_PARAM_CAPF_AUTH_TYPE);
	config->no_rsa_backup = !param(all, STORE_PARAM_CAPF_RSA_BACKUP);
}

void policy_auth(const struct enrolment *all, struct capf_auth_policy *policy)
{
	*policy = (struct capf_auth_policy){
		.sha2 = (enum capf_sha2_rule)param(all, STORE_PARAM_CAPF_SHA2),
		.sudi_required = param(all, STORE_PARAM_CAPF_SUDI_REQUIRED),
		.sudi_big_endian_too =
			param(all, STORE_PARAM_CAPF_SUDI_BIG_ENDIAN),
		.second_choice_too = param(all, STORE_PARAM_CAPF_SECOND_CHOICE),
		.unrecorded_lsc_too =
			param(all, STORE_PARAM_CAPF_UNRECORDED_LSC),
	};
}

void policy_guard(const struct enrolment *all, struct capf_guard_limits *limits)
{
	*limits = capf_guard_limits_default;
	limits->attempts = param(all, STORE_PARAM_CAPF_ATTEMPTS);
	limits->lock = param(all, STORE_PARAM_CAPF_LOCK);
	limits->total = param(all, STORE_PARAM_CAPF_ATTEMPTS_TOTAL);
	/* One for each phone that there may be; who is not one has none. */
	limits->devices = 1000000;
}

void policy_net(void *arg, struct net_limits *limits)
{
	const struct enrolment *all = arg;

	*limits = (struct net_limits){
		.conns = param(all, STORE_PARAM_CAPF_SESSIONS),
		.conns_per_source =
			param(all, STORE_PARAM_CAPF_SESSIONS_PER_SOURCE),
		.handshakes_per_source =
			param(all, STORE_PARAM_CAPF_SESSIONS_PER_SOURCE),
		.handshake_ms = 1000 * param(all,
					     STORE_PARAM_HANDSHAKE_TIMEOUT),
		.idle_ms = 1000 * param(all, STORE_PARAM_IDLE_TIMEOUT),
		.message_bytes = CAPF_HEADER + CAPF_PAYLOAD_MAX,
		.queued_bytes = 4 * CAPF_WRITE_MAX,
	};
}
