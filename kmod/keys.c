// SPDX-License-Identifier: GPL-2.0
/* Key sets: derived once, read by packets under RCU, wiped when freed. */
#include <linux/slab.h>
#include <linux/siphash.h>
#include <linux/net.h>
#include "keys.h"
#include "ucsec.h"

/*
 * Tells a sending key that came before from a new one without keeping it.
 * The secret makes the fingerprint worthless to whoever reads memory later.
 */
u64 ucsec_keys_fingerprint(const struct ucsec_keys_config *cfg)
{
	const struct ucsec_srtp_suite *suite = ucsec_srtp_suite(cfg->suite);
	static siphash_key_t secret __read_mostly;

	net_get_random_once(&secret, sizeof(secret));
	return siphash(cfg->key[0].material, suite->key_len, &secret);
}

struct ucsec_keys *ucsec_keys_new(const struct ucsec_keys_config *cfg)
{
	const struct ucsec_srtp_suite *suite = ucsec_srtp_suite(cfg->suite);
	struct ucsec_keys *keys;
	u32 i;
	int err;

	if (!suite)
		return ERR_PTR(-EOPNOTSUPP);
	keys = kzalloc(struct_size(keys, set.key, cfg->nkeys), GFP_KERNEL);
	if (!keys)
		return ERR_PTR(-ENOMEM);
	ucsec_object_created(UCSEC_OBJECT_KEYS);
	keys->suite = cfg->suite;
	keys->fingerprint = ucsec_keys_fingerprint(cfg);
	keys->set.suite = suite;
	keys->set.mki_len = cfg->mki_len;
	for (i = 0; i < cfg->nkeys; i++) {
		struct ucsec_srtp_key *key = &keys->set.key[i];

		err = ucsec_srtp_key_init(key, suite, cfg->key[i].material);
		if (err)
			goto err_keys;
		/* Counts only keys that free must undo. */
		keys->set.nkeys = i + 1;
		memcpy(key->mki, cfg->key[i].mki, sizeof(key->mki));
	}
	return keys;

err_keys:
	ucsec_keys_free(keys);
	return ERR_PTR(err);
}

void ucsec_keys_free(struct ucsec_keys *keys)
{
	u32 i;

	for (i = 0; i < keys->set.nkeys; i++)
		ucsec_srtp_key_exit(&keys->set.key[i]);
	kfree_sensitive(keys);
	ucsec_object_destroyed(UCSEC_OBJECT_KEYS);
}

static void free_work(struct work_struct *work)
{
	struct ucsec_keys *keys = container_of(to_rcu_work(work),
					       struct ucsec_keys, free_work);

	ucsec_keys_free(keys);
}

void ucsec_keys_retire(struct ucsec_keys *keys)
{
	if (!keys)
		return;
	/*
	 * A packet found the keys under RCU and is done with them when the
	 * grace period ends; ciphers are then freed where sleeping is allowed.
	 */
	INIT_RCU_WORK(&keys->free_work, free_work);
	queue_rcu_work(ucsec_wq, &keys->free_work);
}

u32 ucsec_keys_memory(const struct ucsec_keys *keys)
{
	u32 i, bytes;

	if (!keys)
		return 0;
	bytes = ksize(keys);
	for (i = 0; i < keys->set.nkeys; i++)
		bytes += ucsec_crypto_session_memory(&keys->set.key[i].rtp) +
			 ucsec_crypto_session_memory(&keys->set.key[i].rtcp);
	return bytes;
}
