/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters and gauges, for all; admin/metrics-http.c shows them.
 *
 * Labels are written in the source ("transport=\"tls\"") or are names that an
 * administrator gave, never made of what strangers say: that bounds them. Asking
 * again for the same name and labels gives the same metric. Any thread may count.
 */
#ifndef METRICS_H
#define METRICS_H

#include <stdint.h>
#include <stdio.h>

struct metric;

/* @name without "_total"; never NULL: what finds no room counts unseen. */
struct metric *metrics_counter(const char *name, const char *help,
			       const char *labels);
/* A gauge that is asked on the loop when it is shown. */
typedef int64_t (*metrics_reader)(void *ctx);
void metrics_gauge_read(const char *name, const char *help, const char *labels,
			metrics_reader reader, void *ctx);
/* The same for what only grows. */
void metrics_counter_read(const char *name, const char *help,
			  const char *labels, metrics_reader reader, void *ctx);

/*
 * A whole family, written by @writer when it is asked for, with its TYPE and
 * HELP: where labels come and go. One for a context; NULL takes it away.
 */
typedef void (*metrics_writer)(FILE *out, void *ctx);
void metrics_family(metrics_writer writer, void *ctx);
/* A label's value, escaped. */
void metrics_write_label(FILE *out, const char *value);

void metrics_add(struct metric *metric, int64_t count);

/* All of them as OpenMetrics text. */
void metrics_write(FILE *out);

#endif /* METRICS_H */
