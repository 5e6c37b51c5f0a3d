// SPDX-License-Identifier: GPL-2.0
/*
 * Handshakes with keys of a ucsec-keyd that is stopped, away or killed by them:
 * they wait, others do not.
 */
#include <signal.h>
#include <unistd.h>

#include "asker.h"
#include "key-world.h"
#include "tap.h"

static void end_peers(unsigned int count)
{
	free_peers(count);
	wait_until(!net_counters(kw.net)->conns_now);
}

/* All of them have begun, and each of them waits for keyd. */
static bool wait_for_questions(unsigned int count)
{
	unsigned int wanted = kw.asked + count;

	start_peers(count);
	return wait_until((count_served(count), kw.asked >= wanted)) &&
	       net_counters(kw.net)->handshakes_now == count;
}

/* Others, in the same loop: without TLS, one after the other. */
static bool others_are_served(void)
{
	for (int i = 0; i < 20; i++) {
		int fd = connect_to(&kw.tcp);
		char buf[16];
		bool good = write(fd, "hello", 5) == 5 &&
			    wait_until(read(fd, buf, sizeof(buf)) == 7);

		close(fd);
		if (!good)
			return false;
	}
	return true;
}

static void check_stopped(void)
{
	struct net_limits limits = { .handshakes_per_source = 2 * MANY,
				     .handshake_ms = 500 };
	const struct net_counters *counters = net_counters(kw.net);
	uint64_t failures;

	kill(kw.keyd, SIGSTOP);
	ok(wait_for_questions(MANY), "%d handshakes wait for a stopped keyd",
	   MANY);
	ok(others_are_served() && !count_served(MANY) &&
	   counters->handshakes_now == MANY, "others are served");
	kill(kw.keyd, SIGCONT);
	ok(wait_until(count_served(MANY) == MANY), "all finish when it goes on");
	end_peers(MANY);

	net_limit(kw.net, &limits);
	failures = counters->handshake_failures;
	kill(kw.keyd, SIGSTOP);
	start_peers(MANY / 2);
	ok(wait_until(count_alerts(MANY / 2) == MANY / 2) &&
	   counters->handshake_failures == failures + MANY / 2,
	   "else their time is up, which an alert says");
	end_peers(MANY / 2);
	kill(kw.keyd, SIGCONT);
	limits.handshake_ms = PATIENCE_MS;
	net_limit(kw.net, &limits);
	start_peers(MANY);
	ok(wait_until(count_served(MANY) == MANY), "then there are new ones");
	end_peers(MANY);
}

/* Others wait for their turn, and no peer is to blame for keyd's time. */
static void check_patience(void)
{
	struct net_limits limits = { .handshakes = MANY / 2,
				     .handshakes_per_source = 2 * MANY,
				     .handshake_ms = PATIENCE_MS };
	const struct net_counters *counters = net_counters(kw.net);

	net_limit(kw.net, &limits);
	kill(kw.keyd, SIGSTOP);
	start_peers(MANY);
	/* More than who says nothing has. */
	for (int i = 0; i < 500; i++) {
		count_served(MANY);
		turn();
	}
	ok(counters->handshakes_now == MANY / 2 && !counters->shed,
	   "%d wait for keyd and as many for their turn", MANY / 2);
	kill(kw.keyd, SIGCONT);
	ok(wait_until(count_served(MANY) == MANY) && !counters->shed,
	   "all of them are served");
	end_peers(MANY);
	limits.handshakes = 0;
	net_limit(kw.net, &limits);
}

/* How many are in the middle of a handshake, once nothing more happens. */
static bool all_wait(unsigned int count)
{
	for (int i = 0; i < 20; i++) {
		turn();
		if (count_served(count) || count_alerts(count))
			return false;
	}
	return net_counters(kw.net)->handshakes_now == count;
}

static void check_killed(void)
{
	struct net_limits limits = { .handshakes_per_source = 2 * MANY,
				     .handshake_ms = 500 };
	unsigned int before;

	kill(kw.keyd, SIGSTOP);
	ok(wait_for_questions(20), "some wait");
	before = kw.asked;
	stop_keyd(kw.keyd, SIGKILL);
	ok(all_wait(20) && others_are_served(), "keyd killed: they wait on");
	kw.keyd = start_keyd();
	ok(wait_until(count_served(20) == 20) && kw.ups == 2 &&
	   kw.asked == before + 20, "it comes back: each asks again");
	end_peers(20);

	stop_keyd(kw.keyd, SIGKILL);
	net_limit(kw.net, &limits);
	start_peers(4);
	ok(wait_until(count_alerts(4) == 4), "it stays away: an alert for each");
	end_peers(4);
	limits.handshake_ms = PATIENCE_MS;
	net_limit(kw.net, &limits);
	start_peers(20);
	ok(all_wait(20), "new ones wait for it, too");
	kw.keyd = start_keyd();
	ok(wait_until(count_served(20) == 20) && kw.ups == 3, "and are served");
	end_peers(20);
}

/* What kills keyd does so twice, and never again. */
static void check_deadly(void)
{
	kw.asked = 0;
	kw.is_deadly = true;
	start_peers(1);
	ok(wait_until((count_alerts(1), kw.asked == 1)), "a question kills keyd");
	stop_keyd(kw.keyd, SIGKILL);
	kw.keyd = start_keyd();
	ok(wait_until((count_alerts(1), kw.asked == 2)), "asked again, too");
	stop_keyd(kw.keyd, SIGKILL);
	kw.is_deadly = false;
	kw.keyd = start_keyd();
	ok(wait_until(kw.ups == 5 && count_alerts(1) == 1) && kw.asked == 2,
	   "then it is refused");
	end_peers(1);
}

/* The peer goes, or all of our side does: what paused is freed. */
static void check_end(void)
{
	kill(kw.keyd, SIGSTOP);
	ok(wait_for_questions(8), "some wait");
	hang_up_peers(4);
	turn();
	net_free(kw.net);
	ok(wait_until(count_alerts(8) == 4), "net ends: an alert for who is left");
	free_peers(8);
	kill(kw.keyd, SIGCONT);
	for (int i = 0; i < 20; i++)
		turn();
}


int main(void)
{
	key_world_open("test-keyd-away");
	make_peers(&kw.tls);
	check_stopped();
	check_patience();
	check_killed();
	check_deadly();
	check_end();
	end_peers_for_good();
	ok(key_world_close(), "keyd ended when told, without a complaint");
	return tap_end();
}
