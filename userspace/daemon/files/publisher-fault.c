// SPDX-License-Identifier: GPL-2.0
/*
 * Why files are not what they should be: kept until they are, and told once,
 * however many devices it concerns and however often it is tried.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/publisher-parts.h"
#include "log.h"
#include "metrics.h"

struct fault {
	char why[PUBLISHER_WHY_SIZE];
	char name[SHELF_NAME_SIZE];	/* of the first it concerned */
	size_t count;			/* items that have it */
	TAILQ_ENTRY(fault) link;
};

static void tell(const char *name, const char *why)
{
	log_event(LOG_LEVEL_ERROR, "files-failed", "name", name, "reason", why,
		  NULL);
}

static struct fault *find(struct publisher *p, const char *why)
{
	struct fault *fault;

	TAILQ_FOREACH(fault, &p->faults, link)
		if (!strncmp(fault->why, why, sizeof(fault->why) - 1))
			return fault;
	return NULL;
}

static struct fault *add(struct publisher *p, const char *name, const char *why)
{
	struct fault *fault = calloc(1, sizeof(*fault));

	tell(name, why);
	if (!fault)
		return NULL;
	snprintf(fault->why, sizeof(fault->why), "%s", why);
	snprintf(fault->name, sizeof(fault->name), "%.200s", name);
	TAILQ_INSERT_HEAD(&p->faults, fault, link);
	return fault;
}

void publisher_failed(struct publisher *p, struct item *item, const char *why)
{
	struct fault *fault = find(p, why);

	metrics_add(p->failed_metric, 1);
	if (fault && fault == item->fault)
		return;
	publisher_mended(p, item);
	/* It may have been the last one that had it. */
	item->fault = find(p, why) ?: add(p, item->name, why);
	if (item->fault)
		item->fault->count++;
}

void publisher_mended(struct publisher *p, struct item *item)
{
	struct fault *fault = item->fault;

	item->fault = NULL;
	if (!fault || --fault->count)
		return;
	TAILQ_REMOVE(&p->faults, fault, link);
	free(fault);
}

void publisher_failed_all(struct publisher *p, const char *what,
			  const char *why)
{
	metrics_add(p->failed_metric, 1);
	tell(what, why);
}

int publisher_fault_each(const struct publisher *p, publisher_fault_fn fn,
			 void *arg)
{
	const struct fault *fault;
	int err = 0;

	TAILQ_FOREACH(fault, &p->faults, link) {
		err = fn(arg, fault->name, fault->why, fault->count);
		if (err)
			break;
	}
	return err;
}

void publisher_faults_forget(struct publisher *p)
{
	struct fault *fault;

	while ((fault = TAILQ_FIRST(&p->faults))) {
		TAILQ_REMOVE(&p->faults, fault, link);
		free(fault);
	}
}
