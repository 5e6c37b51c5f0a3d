// SPDX-License-Identifier: GPL-2.0
/*
 * Events: what packets noticed, told from process context; and a watch that
 * looks at every stream once a second. Both make at most one notification of
 * a kind per stream and second, whatever an attacker sends.
 */
#include <net/net_namespace.h>
#include "admission.h"

#define WATCH_INTERVAL	HZ
/* Without many denials, after which a burst of them is over. */
#define CALM_SECONDS	5
/* Told this many packets before the last: at 50 a second, 16 days. */
#define RTP_MARGIN	(1ULL << 26)
#define RTCP_MARGIN	(1U << 20)

void ucsec_event_pend(struct ucsec_stream *stream, enum ucsec_pending what)
{
	struct ucsec_net *un = stream->un;

	if (test_and_set_bit(what, &stream->pending))
		return;
	/*
	 * Nothing is queued for a stream that is gone: after the flush of a
	 * namespace its work stays cancelled.
	 */
	spin_lock_bh(&un->pending_lock);
	if (!stream->dead && list_empty(&stream->pending_node)) {
		list_add_tail(&stream->pending_node, &un->pending);
		queue_work(ucsec_wq, &un->event_work);
	}
	spin_unlock_bh(&un->pending_lock);
}

/*
 * Symmetric RTP: what a stream learned about the far end is where its pair
 * sends to. RTCP keeps its distance from RTP unless it is multiplexed.
 */
static void redirect_pair(struct ucsec_stream *stream)
{
	struct ucsec_stream *pair;
	struct ucsec_path *path;
	struct ucsec_endpoint src;
	bool is_latched;
	int rtcp;

	pair = rcu_dereference_protected(stream->pair,
				lockdep_is_held(&stream->un->lock));
	if (!pair || pair->out.family != stream->in.family)
		return;
	spin_lock_bh(&stream->lock);
	is_latched = stream->is_latched;
	src = stream->latched;
	spin_unlock_bh(&stream->lock);
	if (!is_latched || !ucsec_admission_far(pair, &src))
		return;
	path = ucsec_stream_path(pair);
	if (ipv6_addr_equal(&path->to.addr, &src.addr) &&
	    path->to.port == src.port)
		return;
	path = ucsec_path_new(path);
	if (!path)
		return;
	path->to.addr = src.addr;
	path->to.port = src.port;
	/* No such port, then RTCP has nowhere to go, and is counted so. */
	rtcp = ntohs(src.port) + path->rtcp_distance;
	path->to.rtcp_port = rtcp > 0 && rtcp <= U16_MAX ? htons(rtcp) : 0;
	ucsec_stream_redirect(pair, path);
}

static struct ucsec_stream *next_pending(struct ucsec_net *un)
{
	struct ucsec_stream *stream;

	spin_lock_bh(&un->pending_lock);
	stream = list_first_entry_or_null(&un->pending, struct ucsec_stream,
					  pending_node);
	if (stream)
		list_del_init(&stream->pending_node);
	spin_unlock_bh(&un->pending_lock);
	return stream;
}

static void event_work(struct work_struct *work)
{
	struct ucsec_net *un = container_of(work, struct ucsec_net,
					    event_work);
	struct ucsec_stream *stream;

	/* Removal takes the lock too: what is on the list is alive. */
	mutex_lock(&un->lock);
	while ((stream = next_pending(un))) {
		if (test_and_clear_bit(UCSEC_PENDING_LATCHED,
				       &stream->pending)) {
			redirect_pair(stream);
			ucsec_notify_stream(stream, UCSEC_EVENT_LATCHED, 0);
		}
		/* Told by the watch, once a second. */
		cond_resched();
	}
	mutex_unlock(&un->lock);
}

static void watch_idle(struct ucsec_stream *stream)
{
	unsigned long last = READ_ONCE(stream->last_media);
	bool idle = stream->idle &&
		    time_after(jiffies, last + stream->idle * HZ);

	/* Once for each pause, also if all between two was missed. */
	if (idle && (!stream->idle_told || stream->idle_since != last))
		ucsec_notify_stream(stream, UCSEC_EVENT_NO_MEDIA, 0);
	stream->idle_told = idle;
	stream->idle_since = last;
}

static void watch_burst(struct ucsec_stream *stream, enum ucsec_drop reason,
			u64 *seen, u32 limit, enum ucsec_event event)
{
	u64 now = atomic64_read(&stream->drop[reason]);

	if (now - *seen >= limit)
		ucsec_notify_stream(stream, event, now - *seen);
	*seen = now;
}

static void watch_keys(struct ucsec_stream *stream)
{
	bool near = false;
	u32 i;

	ucsec_stream_expire_keys(stream);
	if (stream->end_told)
		return;
	spin_lock_bh(&stream->lock);
	for (i = 0; i < stream->max_ssrcs && stream->ssrc[i].used; i++) {
		const struct ucsec_ssrc *s = &stream->ssrc[i];

		near |= s->tx.top > UCSEC_SRTP_INDEX_MAX - RTP_MARGIN ||
			s->rx.top > UCSEC_SRTP_INDEX_MAX - RTP_MARGIN ||
			s->tx_rtcp > UCSEC_SRTP_RTCP_INDEX_MAX - RTCP_MARGIN ||
			s->rx_rtcp.top > UCSEC_SRTP_RTCP_INDEX_MAX -
					 RTCP_MARGIN;
	}
	spin_unlock_bh(&stream->lock);
	if (near)
		ucsec_notify_stream(stream, UCSEC_EVENT_KEY_NEAR_END, 0);
	stream->end_told = near;
}

/*
 * Denials of a trunk, or of unknown sources. One word when a burst begins, one
 * when it is over, with the total, however many come between.
 */
static void watch_denials(struct ucsec_net *un,
			  const struct ucsec_trunk *trunk,
			  struct ucsec_account *account)
{
	u64 now = ucsec_account_denials(account);
	bool many = now - account->denials_seen >= un->acl.params.denial_burst;

	if (many && !account->in_burst) {
		account->in_burst = true;
		account->burst_began = account->denials_seen;
		ucsec_notify_acl(un, trunk, UCSEC_EVENT_DENIAL_BURST,
				 now - account->burst_began);
	}
	account->calm = many ? 0 : account->calm + 1;
	if (account->in_burst && account->calm >= CALM_SECONDS) {
		account->in_burst = false;
		ucsec_notify_acl(un, trunk, UCSEC_EVENT_DENIAL_BURST_OVER,
				 now - account->burst_began);
	}
	if (!account->in_burst)
		account->calm = 0;
	account->denials_seen = now;
}

static void watch_acl(struct ucsec_net *un)
{
	const struct ucsec_ruleset *rules = ucsec_ruleset(&un->acl);
	u32 i;

	if (!rules)
		return;
	watch_denials(un, NULL, un->acl.unknown);
	for (i = 0; i < rules->ntrunks; i++) {
		watch_denials(un, rules->trunk[i], rules->trunk[i]->account);
		cond_resched();
	}
}

static void watch_work(struct work_struct *work)
{
	struct ucsec_net *un = container_of(to_delayed_work(work),
					    struct ucsec_net, watch_work);
	struct ucsec_stream *stream;
	int id;

	mutex_lock(&un->lock);
	idr_for_each_entry(&un->ids, stream, id) {
		watch_idle(stream);
		watch_keys(stream);
		watch_burst(stream, UCSEC_DROP_AUTH, &stream->auth_seen,
			    un->params.auth_burst, UCSEC_EVENT_AUTH_BURST);
		watch_burst(stream, UCSEC_DROP_REPLAY, &stream->replay_seen,
			    un->params.replay_burst,
			    UCSEC_EVENT_REPLAY_BURST);
		if (test_and_clear_bit(UCSEC_PENDING_SSRC_LIMIT,
				       &stream->pending))
			ucsec_notify_stream(stream, UCSEC_EVENT_SSRC_LIMIT,
					     0);
		cond_resched();
	}
	watch_acl(un);
	if (un->nstreams || un->acl.active)
		queue_delayed_work(ucsec_wq, &un->watch_work, WATCH_INTERVAL);
	mutex_unlock(&un->lock);
}

void ucsec_event_gone(struct ucsec_stream *stream)
{
	ucsec_notify_stream(stream, UCSEC_EVENT_GONE, 0);
}

void ucsec_event_watch(struct ucsec_net *un)
{
	queue_delayed_work(ucsec_wq, &un->watch_work, WATCH_INTERVAL);
}

void ucsec_event_init(struct ucsec_net *un)
{
	spin_lock_init(&un->pending_lock);
	INIT_LIST_HEAD(&un->pending);
	INIT_WORK(&un->event_work, event_work);
	INIT_DELAYED_WORK(&un->watch_work, watch_work);
}

/* The streams are gone, so nothing queues either work again. */
void ucsec_event_exit(struct ucsec_net *un)
{
	cancel_work_sync(&un->event_work);
	cancel_delayed_work_sync(&un->watch_work);
}
