/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All keys of one side of a stream: immutable, published by RCU, wiped and
 * freed in process context a grace period after they were replaced.
 */
#ifndef UCSEC_KEYS_H
#define UCSEC_KEYS_H

#include <linux/workqueue.h>
#include <uapi/linux/ucsec.h>
#include "srtp/internal.h"
#include "srtp/srtp.h"

/* One side as a request gives it; the material is the caller's to wipe. */
struct ucsec_keys_config {
	bool present;
	u32 suite;		/* enum ucsec_suite; unspec keeps the old one */
	u32 nkeys;
	u32 mki_len;
	struct {
		u8 material[UCSEC_MAX_KEY_LEN];
		u8 mki[UCSEC_MAX_MKI_LEN];
	} key[UCSEC_MAX_KEYS];
};

struct ucsec_keys {
	struct rcu_work free_work;
	u64 fingerprint;	/* of the first master key */
	u32 suite;
	struct ucsec_srtp_keyset set;	/* last: flexible */
};

/* ERR_PTR on failure. Process context. */
struct ucsec_keys *ucsec_keys_new(const struct ucsec_keys_config *cfg);
/* Frees keys that were never published. */
void ucsec_keys_free(struct ucsec_keys *keys);
/* Frees keys that packets may still be using; NULL is fine. */
void ucsec_keys_retire(struct ucsec_keys *keys);
/* Of the master key of a known suite. */
u64 ucsec_keys_fingerprint(const struct ucsec_keys_config *cfg);
/* Bytes allocated. */
u32 ucsec_keys_memory(const struct ucsec_keys *keys);

#endif /* UCSEC_KEYS_H */
