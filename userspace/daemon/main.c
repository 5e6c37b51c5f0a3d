// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecd: options, start and stop in order, the loop in between.
 */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "admin/admin.h"
#include "conf-check.h"
#include "conf.h"
#include "files/sheet.h"
#include "log.h"
#include "metrics.h"
#include "notify.h"
#include "privilege.h"
#include "provision.h"
#include "reset.h"
#include "signalling.h"
#include "srst-fetch.h"
#include "store/store.h"
#include "trust/certificates.h"
#include "trust/expiry.h"
#include "trust/lists-admin.h"
#include "trust/lists.h"
#include "trust/trust.h"
#include "wipe.h"

enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
};

enum { LAST_ROUNDS = 100 };	/* of the loop, when stopping */

struct daemon {
	struct conf conf;
	const char *conf_path;
	struct event_base *base;
	struct event *term, *interrupt, *hangup;
	struct store *store;
	struct trust *trust;
	struct admin *admin;
	struct expiry *expiry;
	struct signalling *signalling;
	struct certificates *certificates;
	struct metrics_http *metrics;
	struct provision provision;
	struct srst_fetch *srst_fetch;
	bool stopping;
	char why[512];
};

struct option_row {
	struct option option;
	const char *argument;
	const char *about;
};

static const struct option_row options[] = {
	{ { "config", required_argument, NULL, 'c' }, "FILE",
	  "read FILE instead of " CONF_PATH },
	{ { "check-config", optional_argument, NULL, 'k' }, "[=FILE]",
	  "print every fault of the file and end" },
	{ { "foreground", no_argument, NULL, 'f' }, NULL,
	  "stay in the foreground, which it always does" },
	{ { "help", no_argument, NULL, 'h' }, NULL, "print this" },
	{ { "version", no_argument, NULL, 'v' }, NULL, "print the version" },
};

#define OPTION_COUNT	(sizeof(options) / sizeof(options[0]))

static void print_help(FILE *out)
{
	char name[40];

	fputs("usage: ucsecd [--config FILE]\n"
	      "       ucsecd --check-config [FILE]\n\n", out);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &options[i];

		snprintf(name, sizeof(name), "--%s%s%s", row->option.name,
			 row->argument && row->argument[0] != '[' ? " " : "",
			 row->argument ? row->argument : "");
		fprintf(out, "  %-24s %s\n", name, row->about);
	}
}

static void print_fault(void *path, const char *sentence)
{
	printf("%s: %s\n", (const char *)path, sentence);
}

static void print_warning(void *path, const char *sentence)
{
	printf("%s: warning: %s\n", (const char *)path, sentence);
}

static void log_warning(void *ctx, const char *sentence)
{
	(void)ctx;
	log_event(LOG_LEVEL_WARNING, "configuration", "reason", sentence,
		  NULL);
}

static enum status check_config(const char *path)
{
	struct conf conf;
	int faults = conf_read(&conf, path, stdout);

	if (faults >= 0) {
		faults += conf_check_host(&conf, print_fault, (void *)path);
		conf_check_media(&conf, print_warning, (void *)path);
	}
	if (!faults)
		printf("%s: no faults\n", path);
	return faults ? STATUS_FAILED : STATUS_OK;
}

/* 0: go on. Otherwise the status plus one is the end. */
static int parse_options(int argc, char **argv, const char **conf_path)
{
	struct option list[OPTION_COUNT + 1] = { 0 };
	const char *check = NULL;
	int option;

	for (size_t i = 0; i < OPTION_COUNT; i++)
		list[i] = options[i].option;
	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		switch (option) {
		case 'c':
			*conf_path = optarg;
			break;
		case 'k':
			check = optarg ? optarg : "";
			break;
		case 'f':
			break;
		case 'h':
			print_help(stdout);
			return STATUS_OK + 1;
		case 'v':
			puts("ucsecd " UCSEC_VERSION);
			return STATUS_OK + 1;
		default:
			print_help(stderr);
			return STATUS_USAGE + 1;
		}
	}
	if (check && !*check && optind < argc)
		check = argv[optind++];
	if (optind < argc) {
		fprintf(stderr, "ucsecd: nothing but options is expected\n");
		print_help(stderr);
		return STATUS_USAGE + 1;
	}
	if (check)
		return check_config(*check ? check : *conf_path) + 1;
	return 0;
}

static void on_stop(evutil_socket_t signal, short what, void *arg)
{
	struct daemon *d = arg;

	(void)what;
	log_event(LOG_LEVEL_NOTICE, "stopping", "signal",
		  strsignal(signal), NULL);
	d->stopping = true;
	notify("STOPPING=1");
	event_base_loopbreak(d->base);
}

static void open_security_log(const struct conf *conf)
{
	int err;

	if (!conf->security_log[0])
		return;
	err = log_security_open(conf->security_log);
	if (err)
		log_event(LOG_LEVEL_ERROR, "security-log", "path",
			  conf->security_log, "reason", strerror(-err), NULL);
}

/* What the file may change while it runs; the rest needs a restart. */
static void on_hangup(evutil_socket_t signal, short what, void *arg)
{
	struct daemon *d = arg;
	struct conf conf;
	char names[512];

	(void)signal;
	(void)what;
	notify("RELOADING=1");
	if (conf_read(&conf, d->conf_path, stderr)) {
		log_event(LOG_LEVEL_ERROR, "reload", "reason",
			  "the configuration has faults, the old one stays",
			  NULL);
	} else {
		log_set_level(conf.log_level);
		memcpy(d->conf.security_log, conf.security_log,
		       sizeof(conf.security_log));
		d->conf.log_level = conf.log_level;
		if (*conf_needs_restart(&d->conf, &conf, names, sizeof(names)))
			log_event(LOG_LEVEL_WARNING, "restart-needed", "for",
				  names, NULL);
	}
	open_security_log(&d->conf);
	store_reload(d->store);
	if (trust_reload(d->trust, names, sizeof(names)))
		log_event(LOG_LEVEL_ERROR, "reload", "reason", names, NULL);
	log_event(LOG_LEVEL_NOTICE, "reloaded", NULL);
	notify("READY=1");
}

static int start_loop(struct daemon *d)
{
	d->base = event_base_new();
	if (!d->base)
		return -ENOMEM;
	d->term = evsignal_new(d->base, SIGTERM, on_stop, d);
	d->interrupt = evsignal_new(d->base, SIGINT, on_stop, d);
	d->hangup = evsignal_new(d->base, SIGHUP, on_hangup, d);
	if (!d->term || !d->interrupt || !d->hangup ||
	    event_add(d->term, NULL) || event_add(d->interrupt, NULL) ||
	    event_add(d->hangup, NULL))
		return -ENOMEM;
	/* Peers that close while we write are told of by EPIPE. */
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

static void stop_loop(struct daemon *d)
{
	struct event *signals[] = { d->term, d->interrupt, d->hangup };

	for (size_t i = 0; i < 3; i++)
		if (signals[i])
			event_free(signals[i]);
	if (d->base)
		event_base_free(d->base);
	libevent_global_shutdown();
}

static int start_store(struct daemon *d)
{
	return store_open(&d->store, d->base, &d->conf, d->why,
			  sizeof(d->why));
}

static void stop_store(struct daemon *d)
{
	store_close(d->store);
}

static int start_trust(struct daemon *d)
{
	return trust_open(&d->trust, d->store, &d->conf, d->why,
			  sizeof(d->why));
}

static void stop_trust(struct daemon *d)
{
	trust_close(d->trust);
}

static int start_admin(struct daemon *d)
{
	return admin_open(&d->admin, d->base, d->store, &d->conf, d->why,
			  sizeof(d->why));
}

/* What was accepted is done and answered before the socket goes. */
static void stop_admin(struct daemon *d)
{
	store_stop(d->store);
	/* Answers take a few rounds; who goes on asking does not prolong it. */
	for (int i = 0; i < LAST_ROUNDS; i++)
		event_base_loop(d->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	admin_close(d->admin);
}

static int start_metrics(struct daemon *d)
{
	return metrics_http_open(&d->metrics, d->base, &d->conf, d->why,
				 sizeof(d->why));
}

static void stop_metrics(struct daemon *d)
{
	metrics_http_close(d->metrics);
}

static int start_srst_fetch(struct daemon *d)
{
	return srst_fetch_open(&d->srst_fetch, d->base, d->store, d->admin);
}

static void stop_srst_fetch(struct daemon *d)
{
	srst_fetch_close(d->srst_fetch);
}

static int start_provision(struct daemon *d)
{
	d->provision = (struct provision){
		.base = d->base, .store = d->store, .trust = d->trust,
		.admin = d->admin, .conf = &d->conf,
	};
	return provision_open(&d->provision, d->why, sizeof(d->why));
}

static void stop_provision(struct daemon *d)
{
	provision_close(&d->provision);
}

static int start_expiry(struct daemon *d)
{
	return expiry_open(&d->expiry, d->base, d->store, d->admin, d->why,
			   sizeof(d->why));
}

static void stop_expiry(struct daemon *d)
{
	expiry_close(d->expiry);
}

static int start_signalling(struct daemon *d)
{
	return signalling_open(&d->signalling, d->base, d->store, d->trust,
			       d->admin, &d->conf, d->why, sizeof(d->why));
}

static void stop_signalling(struct daemon *d)
{
	signalling_close(d->signalling);
}

static json_t *reset_phones(void *arg)
{
	struct daemon *d = arg;

	return reset_all(signalling_reset(d->signalling));
}

static void publish_lists(void *arg, followup_done done, void *done_arg)
{
	struct daemon *d = arg;

	lists_update(d->provision.lists, done, done_arg);
}

static int may_promote(void *arg, char *why, size_t size)
{
	struct daemon *d = arg;

	return lists_may_promote(d->provision.lists, why, size);
}

static int may_renew(void *arg, char *why, size_t size)
{
	struct daemon *d = arg;

	return certificates_may_renew(d->certificates, why, size);
}

/* Its follow-ups reset phones: after the signalling. */
static int start_certificates(struct daemon *d)
{
	struct certificates_config config = {
		.base = d->base, .store = d->store, .admin = d->admin,
		.conf = &d->conf, .keys = d->provision.keys, .publish = publish_lists,
		.reset = reset_phones, .may_promote = may_promote, .arg = d,
	};
	int err = certificates_open(&d->certificates, &config, d->why,
				    sizeof(d->why));

	if (!err && d->provision.lists_admin)
		lists_admin_guard(d->provision.lists_admin, may_renew, d);
	return err;
}

static void stop_certificates(struct daemon *d)
{
	if (d->provision.lists_admin)
		lists_admin_guard(d->provision.lists_admin, NULL, NULL);
	certificates_close(d->certificates);
}

/* In this order; stopped in the other: the network comes last, goes first. */
static const struct {
	const char *name;
	int (*start)(struct daemon *d);
	void (*stop)(struct daemon *d);
} stages[] = {
	{ "loop", start_loop, stop_loop },
	{ "store", start_store, stop_store },
	{ "trust", start_trust, stop_trust },
	{ "admin", start_admin, stop_admin },
	{ "metrics", start_metrics, stop_metrics },
	{ "srst-fetch", start_srst_fetch, stop_srst_fetch },
	{ "expiry", start_expiry, stop_expiry },
	{ "provision", start_provision, stop_provision },
	{ "signalling", start_signalling, stop_signalling },
	{ "certificates", start_certificates, stop_certificates },
};

#define STAGE_COUNT	(sizeof(stages) / sizeof(stages[0]))

static enum status fail(struct daemon *d, const char *what, int err)
{
	log_event(LOG_LEVEL_ERROR, "start-failed", "stage", what, "reason",
		  d->why[0] ? d->why : strerror(-err), NULL);
	return STATUS_FAILED;
}

static enum status run(struct daemon *d)
{
	enum status status = STATUS_OK;
	size_t started = 0;
	int err;

	for (; started < STAGE_COUNT; started++) {
		err = stages[started].start(d);
		if (!err)
			continue;
		/* Who was told to stop while it started has not failed. */
		if (!d->stopping)
			status = fail(d, stages[started].name, err);
		/* These free what they have of their own. */
		started += stages[started].start == start_loop ||
			   stages[started].start == start_provision;
		break;
	}
	if (started == STAGE_COUNT && !d->stopping) {
		admin_ready(d->admin);
		log_event(LOG_LEVEL_NOTICE, "started", "version",
			  UCSEC_VERSION, "node", d->conf.node, NULL);
		notify("READY=1");
		event_base_dispatch(d->base);
	}
	while (started--)
		stages[started].stop(d);
	log_event(LOG_LEVEL_NOTICE, "stopped", NULL);
	return status;
}

/* One for each phone: a shell allows a thousand, unless it is asked. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct daemon d = { .conf_path = CONF_PATH };
	int end, err;

	wipe_libraries();
	sheet_wipe_memory();
	end = parse_options(argc, argv, &d.conf_path);
	if (end)
		return end - 1;
	if (conf_read(&d.conf, d.conf_path, stderr)) {
		fprintf(stderr, "ucsecd: the configuration has faults\n");
		return STATUS_FAILED;
	}
	log_set_level(d.conf.log_level);
	raise_descriptors();
	err = privilege_prepare(&d.conf, d.why, sizeof(d.why));
	if (!err)
		err = privilege_drop(&d.conf, d.why, sizeof(d.why));
	if (err)
		return fail(&d, "privileges", err);
	open_security_log(&d.conf);
	conf_check_media(&d.conf, log_warning, NULL);
	return run(&d);
}
