/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of signed files; private to trust/.
 */
#ifndef TRUST_FILE_NAME_H
#define TRUST_FILE_NAME_H

#include <stdbool.h>

/* NULL, or why it is not the name of such a file. */
const char *trust_file_name_unfit(const char *name, bool sealed);

#endif /* TRUST_FILE_NAME_H */
