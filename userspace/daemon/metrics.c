// SPDX-License-Identifier: GPL-2.0
/*
 * Counters and gauges in a table that never shrinks.
 */
#include "metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#define METRICS_MAX	512
#define FAMILIES_MAX	16

struct metric {
	const char *name, *help, *labels;
	bool counter;
	metrics_reader reader;
	void *ctx;
	_Atomic int64_t value;
};

/* Rows are added by the loop's thread alone; the last takes the rest. */
static struct metric metrics[METRICS_MAX + 1];
static size_t metric_count;
static struct {
	metrics_writer writer;
	void *ctx;
} families[FAMILIES_MAX];

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static struct metric *find(const char *name, const char *help,
			   const char *labels, bool counter)
{
	struct metric *m;

	for (m = metrics; m < metrics + metric_count; m++)
		if (!strcmp(m->name, name) && same_text(m->labels, labels))
			return m;
	if (metric_count == METRICS_MAX)
		return &metrics[METRICS_MAX];
	m->name = name;
	m->help = help;
	m->labels = labels;
	m->counter = counter;
	metric_count++;
	return m;
}

struct metric *metrics_counter(const char *name, const char *help,
			       const char *labels)
{
	return find(name, help, labels, true);
}

void metrics_gauge_read(const char *name, const char *help, const char *labels,
			metrics_reader reader, void *ctx)
{
	struct metric *m = find(name, help, labels, false);

	m->reader = reader;
	m->ctx = ctx;
}

void metrics_counter_read(const char *name, const char *help,
			  const char *labels, metrics_reader reader, void *ctx)
{
	struct metric *m = find(name, help, labels, true);

	m->reader = reader;
	m->ctx = ctx;
}

void metrics_family(metrics_writer writer, void *ctx)
{
	size_t i, place = FAMILIES_MAX;

	for (i = 0; i < FAMILIES_MAX; i++) {
		if (families[i].writer && families[i].ctx == ctx)
			families[i].writer = NULL;
		if (!families[i].writer)
			place = i;
	}
	if (!writer || place == FAMILIES_MAX)
		return;
	families[place].writer = writer;
	families[place].ctx = ctx;
}

void metrics_write_label(FILE *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			putc('\\', out);
		if (*value == '\n')
			fputs("\\n", out);
		else
			putc(*value, out);
	}
}

void metrics_add(struct metric *metric, int64_t count)
{
	atomic_fetch_add_explicit(&metric->value, count, memory_order_relaxed);
}

static int64_t value_of(const struct metric *metric)
{
	return metric->reader ? metric->reader(metric->ctx) :
		atomic_load_explicit(&metric->value, memory_order_relaxed);
}

static void write_one(FILE *out, const struct metric *m)
{
	fprintf(out, "%s%s%s%s%s %" PRId64 "\n", m->name,
		m->counter ? "_total" : "", m->labels ? "{" : "",
		m->labels ? m->labels : "", m->labels ? "}" : "",
		value_of(m));
}

/* A family stands together, whenever its members came. */
void metrics_write(FILE *out)
{
	for (size_t i = 0; i < metric_count; i++) {
		const struct metric *m = &metrics[i];
		bool told = false;

		for (size_t j = 0; j < i && !told; j++)
			told = !strcmp(metrics[j].name, m->name);
		if (told)
			continue;
		fprintf(out, "# TYPE %s %s\n# HELP %s %s\n", m->name,
			m->counter ? "counter" : "gauge", m->name, m->help);
		for (size_t j = i; j < metric_count; j++)
			if (!strcmp(metrics[j].name, m->name))
				write_one(out, &metrics[j]);
	}
	for (size_t i = 0; i < FAMILIES_MAX; i++)
		if (families[i].writer)
			families[i].writer(out, families[i].ctx);
	fputs("# EOF\n", out);
}
