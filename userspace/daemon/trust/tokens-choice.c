// SPDX-License-Identifier: GPL-2.0
/*
 * Who signs the next CTL. A phone believes it by a SAST of the one that it has,
 * and takes two SASTs at most: so whoever is to sign from now on is a SAST of
 * the list before.
 */
#include <string.h>

#include "trust/tokens.h"

static bool same(struct trust_span a, struct trust_span b)
{
	return a.len && a.len == b.len && !memcmp(a.data, b.data, a.len);
}

static bool holds(const struct trust_list *held, struct trust_span cert)
{
	for (unsigned int i = 0; i < held->count; i++)
		if (held->records[i].role == TRUST_SAST &&
		    same(held->records[i].certificate, cert))
			return true;
	return false;
}

static struct trust_span cert_of(const struct token *token)
{
	return (struct trust_span){ token->cert, token->item.cert_len };
}

enum { WANTS_PRESENT = 1, WANTS_HELD = 2 };

/* The first that was registered, and is not @but. */
static const struct token *find(const struct tokens_known *known,
				const struct trust_list *held,
				unsigned int wants, const struct token *but)
{
	for (size_t i = 0; i < known->count; i++) {
		const struct token *token = &known->list[i];
		unsigned int flags = token->item.flags;

		if (token == but || !(flags & KEYD_TOKEN_REGISTERED))
			continue;
		if (wants & WANTS_PRESENT && !(flags & KEYD_TOKEN_PRESENT))
			continue;
		if (wants & WANTS_HELD && (!held ||
					   !holds(held, cert_of(token))))
			continue;
		return token;
	}
	return NULL;
}

static void choose(struct tokens_choice *choice, const struct token *signer,
		   struct trust_span first, struct trust_span second)
{
	if (signer)
		memcpy(choice->token, signer->item.serial,
		       sizeof(choice->token));
	choice->sasts[0] = first;
	choice->sasts[1] = second;
	choice->count = second.len ? 2 : 1;
}

/*
 * The second one stays whom phones know already, also where it lies in a safe:
 * it is there for the day on which the first one is lost.
 */
static bool by_token(const struct tokens_known *known,
		     const struct trust_list *held, bool knows_recovery,
		     struct tokens_choice *choice, const char **why)
{
	const struct token *signer, *second;

	if (!find(known, held, 0, find(known, held, 0, NULL))) {
		*why = "fewer than two security tokens are registered";
		return false;
	}
	signer = find(known, held, WANTS_PRESENT | WANTS_HELD, NULL);
	if (signer) {
		second = find(known, held, WANTS_HELD, signer);
		second = second ? second : find(known, held, WANTS_PRESENT,
						signer);
		second = second ? second : find(known, held, 0, signer);
		choose(choice, signer, cert_of(signer), cert_of(second));
		return true;
	}
	if (!knows_recovery) {
		*why = "none of the security tokens that phones know is there";
		return false;
	}
	second = find(known, held, WANTS_PRESENT, NULL);
	if (!second) {
		*why = "none of the registered security tokens is there";
		return false;
	}
	choose(choice, NULL, known->recovery, cert_of(second));
	choice->step = true;
	return true;
}

bool tokens_choose(const struct tokens_known *known,
		   const struct trust_list *held, struct tokens_choice *choice,
		   const char **why)
{
	/* Who has no CTL has an ITL, which itlrecovery signed, or nothing. */
	bool knows_recovery = !held || holds(held, known->recovery);
	const struct token *signer;

	memset(choice, 0, sizeof(*choice));
	if (known->by_token)
		return by_token(known, held, knows_recovery, choice, why);
	if (knows_recovery)
		return true;
	signer = find(known, held, WANTS_PRESENT | WANTS_HELD, NULL);
	if (!signer) {
		/* Not a list of ours, or one before a key was made anew. */
		if (!find(known, held, WANTS_HELD, NULL))
			return true;
		*why = "phones know security tokens alone, and none of those "
		       "is there";
		return false;
	}
	choose(choice, signer, cert_of(signer), known->recovery);
	choice->step = true;
	return true;
}

bool tokens_is_sast(const struct trust_list *held, const struct token *token)
{
	return held && holds(held, cert_of(token));
}

bool tokens_may_remove(const struct tokens_known *known,
		       const struct trust_list *held,
		       const struct token *token, const char **why)
{
	size_t left = 0;

	for (size_t i = 0; i < known->count; i++)
		left += &known->list[i] != token &&
			known->list[i].item.flags & KEYD_TOKEN_REGISTERED;
	/* Phones believe itlrecovery, or none of the tokens anyway. */
	if (!held || holds(held, known->recovery) ||
	    !find(known, held, WANTS_HELD, NULL))
		return true;
	/* One alone does not sign, also not the step to itlrecovery. */
	if (left < KEYD_TOKENS_NEEDED)
		*why = "two tokens have to be left while tokens sign the CTL";
	else if (!find(known, held, WANTS_HELD, token))
		*why = "phones know no other token: the CTL has to have "
		       "another one first";
	else
		return true;
	return false;
}
