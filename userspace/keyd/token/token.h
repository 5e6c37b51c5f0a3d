/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ucsec-keyd-token: has the PKCS #11 module that ucsec-keyd must not have, as it
 * opens files and devices, and is nobody's here.
 *
 * Each question gets a process of its own, which loads the module anew: one that
 * crashes or hangs is gone with it, and a token that was put back is found.
 */
#ifndef KEYD_TOKEN_TOKEN_H
#define KEYD_TOKEN_TOKEN_H

#include "keyd/token-link.h"

/*
 * module.c: in the worker; what it leaves open ends with it. *@pin tells how far
 * it came with the PIN, at any time: the worker may end in the midst of it.
 */
void token_module_answer(const char *path, const struct token_ask *ask,
			 struct token_answer *answer, volatile uint32_t *pin);
/* Once its answer is told: it cannot spoil that any more. */
void token_module_end(void);

/* walls.c: for this process and all its workers; a sentence, or NULL */
const char *token_walls(const char *module, const char *files);
/* For a worker alone, whom its parent has to end; the same. */
const char *token_walls_worker(void);

#endif /* KEYD_TOKEN_TOKEN_H */
