// SPDX-License-Identifier: GPL-2.0
/* The module: brought up from the bottom, netlink last, and taken down back. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <net/genetlink.h>
#include "ucsec.h"
#include "xdp.h"

static int __init ucsec_mod_init(void)
{
	int err;

	err = ucsec_crypto_init();
	if (err)
		return err;
	err = ucsec_netns_init();
	if (err)
		goto err_crypto;
	ucsec_xdp_init();
	/* Last, so that no request finds a half-built module. */
	err = ucsec_netlink_init();
	if (err)
		goto err_netns;
	pr_info("version " UCSEC_VERSION ", ciphers %s, %s\n",
		ucsec_crypto_cipher_driver(UCSEC_SUITE_AEAD_AES_128_GCM),
		ucsec_crypto_cipher_driver(UCSEC_SUITE_AES_CM_128_HMAC_SHA1_80));
	return 0;

err_netns:
	ucsec_netns_exit();
err_crypto:
	ucsec_crypto_exit();
	return err;
}

static void __exit ucsec_mod_exit(void)
{
	ucsec_netlink_exit();
	ucsec_netns_exit();
	ucsec_crypto_exit();
}

module_init(ucsec_mod_init);
module_exit(ucsec_mod_exit);

MODULE_DESCRIPTION("Secure voice: SRTP streams and trunk ACLs in the kernel");
MODULE_LICENSE("GPL");
MODULE_VERSION(UCSEC_VERSION);
MODULE_ALIAS_GENL_FAMILY(UCSEC_FAMILY_NAME);
