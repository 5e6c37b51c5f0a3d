// SPDX-License-Identifier: GPL-2.0
// Warns when loaded: shows that the virtual machine's runner notices.
#include <linux/module.h>

static int __init warn_init(void)
{
	WARN(1, "on purpose");
	return 0;
}
module_init(warn_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Warns when loaded");
