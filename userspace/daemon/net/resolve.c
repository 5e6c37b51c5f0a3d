// SPDX-License-Identifier: GPL-2.0
// Look-ups for the loop: a few workers that may block, and a bounded cache.

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "net/dns.h"
#include "net/internal.h"

enum {
	WORKERS = 4,
	LOOKUPS_MAX = 1024,		/* under way */
	CACHE_MAX = 512,
	NEGATIVE_SECONDS = 30,
	HOST_MAX = 256,
};

/*
 * Belongs to the loop, but between queue and done to one worker, which reads
 * the query and writes the result. fn is the loop's throughout.
 */
struct net_lookup {
	STAILQ_ENTRY(net_lookup) entry;
	char host[HOST_MAX];
	struct net_query query;		/* its host is the one above */
	struct net_addr server;
	int err;
	struct net_found found;
	net_resolved_fn *fn;		/* NULL: cancelled */
	void *arg;
	bool keep;			/* a worker's, so worth caching */
};

struct answer {
	TAILQ_ENTRY(answer) entry;
	char host[HOST_MAX];
	struct net_query query;
	int64_t until;			/* net_now() */
	int err;
	size_t n;
	struct net_hop hops[];
};

STAILQ_HEAD(lookups, net_lookup);

struct net_resolver {
	struct net_addr server;
	unsigned int under_way;
	TAILQ_HEAD(answers, answer) cache;	/* newest first */
	unsigned int cached;
	struct event wake;
	int fd;				/* counts what is done */
	pthread_t workers[WORKERS];
	unsigned int started;
	pthread_mutex_t mutex;		/* over what follows */
	pthread_cond_t work;
	struct lookups queue, done;
	bool stop;
};

static bool same_query(const struct net_query *a, const struct net_query *b)
{
	return a->port == b->port && a->transport == b->transport &&
	       a->secure == b->secure && !strcasecmp(a->host, b->host);
}

static void drop_answer(struct net_resolver *resolver, struct answer *answer)
{
	TAILQ_REMOVE(&resolver->cache, answer, entry);
	resolver->cached--;
	free(answer);
}

static struct answer *find_answer(struct net_resolver *resolver,
				  const struct net_query *query)
{
	struct answer *answer, *next;
	int64_t now = net_now();

	for (answer = TAILQ_FIRST(&resolver->cache); answer; answer = next) {
		next = TAILQ_NEXT(answer, entry);
		if (answer->until <= now)
			drop_answer(resolver, answer);
		else if (same_query(&answer->query, query))
			return answer;
	}
	return NULL;
}

static void keep_answer(struct net_resolver *resolver,
			const struct net_lookup *lookup)
{
	size_t size = lookup->found.n * sizeof(struct net_hop);
	uint32_t ttl = lookup->err ? NEGATIVE_SECONDS : lookup->found.ttl;
	struct answer *answer;

	/* That no server answered now says nothing about the next time. */
	if (!lookup->keep || (lookup->err && lookup->err != -ENOENT))
		return;
	answer = calloc(1, sizeof(*answer) + size);
	if (!answer)
		return;
	strcpy(answer->host, lookup->host);
	answer->query = lookup->query;
	answer->query.host = answer->host;
	answer->until = net_now() + ttl * 1000LL;
	answer->err = lookup->err;
	answer->n = lookup->found.n;
	memcpy(answer->hops, lookup->found.hops, size);
	TAILQ_INSERT_HEAD(&resolver->cache, answer, entry);
	if (++resolver->cached > CACHE_MAX)
		drop_answer(resolver, TAILQ_LAST(&resolver->cache, answers));
}

static void *work(void *arg)
{
	struct net_resolver *resolver = arg;
	struct net_lookup *lookup;
	uint64_t one = 1;

	pthread_mutex_lock(&resolver->mutex);
	for (;;) {
		while (!resolver->stop && STAILQ_EMPTY(&resolver->queue))
			pthread_cond_wait(&resolver->work, &resolver->mutex);
		if (resolver->stop)
			break;
		lookup = STAILQ_FIRST(&resolver->queue);
		STAILQ_REMOVE_HEAD(&resolver->queue, entry);
		pthread_mutex_unlock(&resolver->mutex);
		lookup->err = net_dns_lookup(&lookup->query, &lookup->server,
					     &lookup->found);
		pthread_mutex_lock(&resolver->mutex);
		STAILQ_INSERT_TAIL(&resolver->done, lookup, entry);
		if (write(resolver->fd, &one, sizeof(one)) != sizeof(one))
			break;
	}
	pthread_mutex_unlock(&resolver->mutex);
	return NULL;
}

static void on_done(evutil_socket_t fd, short what, void *arg)
{
	struct net_resolver *resolver = arg;
	struct net_lookup *lookup;
	struct lookups done;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) != sizeof(count))
		return;
	STAILQ_INIT(&done);
	pthread_mutex_lock(&resolver->mutex);
	STAILQ_CONCAT(&done, &resolver->done);
	pthread_mutex_unlock(&resolver->mutex);
	while ((lookup = STAILQ_FIRST(&done))) {
		STAILQ_REMOVE_HEAD(&done, entry);
		resolver->under_way--;
		keep_answer(resolver, lookup);
		if (lookup->fn)
			lookup->fn(lookup->arg, lookup->err,
				   lookup->found.hops, lookup->found.n);
		free(lookup);
	}
}

static struct net_resolver *resolver_new(struct net *net)
{
	struct net_resolver *resolver = calloc(1, sizeof(*resolver));

	if (!resolver)
		return NULL;
	resolver->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (resolver->fd < 0) {
		free(resolver);
		return NULL;
	}
	TAILQ_INIT(&resolver->cache);
	STAILQ_INIT(&resolver->queue);
	STAILQ_INIT(&resolver->done);
	pthread_mutex_init(&resolver->mutex, NULL);
	pthread_cond_init(&resolver->work, NULL);
	event_assign(&resolver->wake, net->base, resolver->fd,
		     EV_READ | EV_PERSIST, on_done, resolver);
	event_add(&resolver->wake, NULL);
	while (resolver->started < WORKERS &&
	       !pthread_create(&resolver->workers[resolver->started], NULL,
			       work, resolver))
		resolver->started++;
	return resolver;
}

static struct net_resolver *resolver_of(struct net *net)
{
	if (!net->resolver)
		net->resolver = resolver_new(net);
	return net->resolver;
}

static void drop_lookups(struct lookups *list)
{
	struct net_lookup *lookup;

	while ((lookup = STAILQ_FIRST(list))) {
		STAILQ_REMOVE_HEAD(list, entry);
		free(lookup);
	}
}

/* Waits for look-ups that a worker is at: some seconds at worst. */
void net_resolver_free(struct net_resolver *resolver)
{
	struct answer *answer;
	unsigned int i;

	if (!resolver)
		return;
	pthread_mutex_lock(&resolver->mutex);
	resolver->stop = true;
	pthread_cond_broadcast(&resolver->work);
	pthread_mutex_unlock(&resolver->mutex);
	for (i = 0; i < resolver->started; i++)
		pthread_join(resolver->workers[i], NULL);
	drop_lookups(&resolver->queue);
	drop_lookups(&resolver->done);
	while ((answer = TAILQ_FIRST(&resolver->cache)))
		drop_answer(resolver, answer);
	event_del(&resolver->wake);
	close(resolver->fd);
	pthread_mutex_destroy(&resolver->mutex);
	pthread_cond_destroy(&resolver->work);
	free(resolver);
}

void net_resolve_server(struct net *net, const struct net_addr *server)
{
	struct net_resolver *resolver = resolver_of(net);
	struct answer *answer;

	if (!resolver)
		return;
	memset(&resolver->server, 0, sizeof(resolver->server));
	if (server)
		resolver->server = *server;
	while ((answer = TAILQ_FIRST(&resolver->cache)))
		drop_answer(resolver, answer);
}

/* RFC 3263 sections 4.1 and 4.2: a numeric host needs no server. */
static bool answer_numeric(struct net_lookup *lookup)
{
	const struct net_query *query = &lookup->query;
	struct net_hop *hop = &lookup->found.hops[0];

	hop->transport = query->transport != NET_ANY ? query->transport :
			 query->secure ? NET_TLS : NET_UDP;
	if (net_addr_parse(&hop->addr, query->host, query->port ?:
			   hop->transport == NET_TLS ? 5061 : 5060))
		return false;
	lookup->found.n = 1;
	return true;
}

static bool answer_cached(struct net_resolver *resolver,
			  struct net_lookup *lookup)
{
	struct answer *answer = find_answer(resolver, &lookup->query);

	if (!answer)
		return false;
	lookup->err = answer->err;
	lookup->found.n = answer->n;
	memcpy(lookup->found.hops, answer->hops,
	       answer->n * sizeof(struct net_hop));
	return true;
}

struct net_lookup *net_resolve(struct net *net, const struct net_query *query,
			       net_resolved_fn *fn, void *arg)
{
	struct net_resolver *resolver = resolver_of(net);
	struct net_lookup *lookup;
	uint64_t one = 1;
	bool known;

	if (!resolver || !resolver->started ||
	    resolver->under_way >= LOOKUPS_MAX ||
	    strlen(query->host) >= HOST_MAX)
		return NULL;
	lookup = calloc(1, sizeof(*lookup));
	if (!lookup)
		return NULL;
	strcpy(lookup->host, query->host);
	lookup->query = *query;
	lookup->query.host = lookup->host;
	lookup->server = resolver->server;
	lookup->fn = fn;
	lookup->arg = arg;
	resolver->under_way++;
	known = answer_numeric(lookup) || answer_cached(resolver, lookup);
	lookup->keep = !known;
	pthread_mutex_lock(&resolver->mutex);
	if (known) {
		STAILQ_INSERT_TAIL(&resolver->done, lookup, entry);
		if (write(resolver->fd, &one, sizeof(one)) != sizeof(one))
			known = false;	/* only after 2^64 look-ups */
	} else {
		STAILQ_INSERT_TAIL(&resolver->queue, lookup, entry);
		pthread_cond_signal(&resolver->work);
	}
	pthread_mutex_unlock(&resolver->mutex);
	return lookup;
}

void net_resolve_cancel(struct net_lookup *lookup)
{
	if (lookup)
		lookup->fn = NULL;
}
