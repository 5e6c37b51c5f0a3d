/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What calls, SIP and network have counted, as metrics.
 */
#ifndef SIGNALLING_METRICS_H
#define SIGNALLING_METRICS_H

struct call_system;
struct sip;

/* From here on asked there; NULL: they are 0. */
void signalling_metrics_read(struct call_system *calls, struct sip *sip);

#endif /* SIGNALLING_METRICS_H */
