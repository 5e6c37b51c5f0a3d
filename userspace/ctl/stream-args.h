/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keywords of "stream add" and "stream set" as a request in the making.
 */
#ifndef UCSEC_CTL_STREAM_ARGS_H
#define UCSEC_CTL_STREAM_ARGS_H

#include "ctl.h"

enum {	/* struct keyword: which command takes it */
	ON_ADD = 1,
	ON_SET = 2,
	ON_BOTH = ON_ADD | ON_SET,
};

/* Protection as asked for; keys are read once all words are understood. */
struct side {
	const char *name;		/* "rx" or "tx" */
	struct ucsec_crypto *crypto;	/* of the stream */
	const char *file;
	struct ucsec_key mki;		/* holds no key, only its name */
	bool given;
};

struct stream_args {
	struct ctl *ctl;
	int on;
	struct ucsec_stream stream;
	struct side rx, tx;
	struct side *side;		/* what key-file and mki belong to */
	struct ucsec_endpoint *endpoint; /* what rtcp and dev belong to */
};

void stream_args_init(struct stream_args *args, struct ctl *ctl, int on);
enum status stream_args_parse(struct stream_args *args, char **words);

#endif /* UCSEC_CTL_STREAM_ARGS_H */
