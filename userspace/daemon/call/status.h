/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call's security status, STATUS-1 and STATUS-2: the lowest of its legs'.
 * Pure: facts in, level and reason out.
 */
#ifndef CALL_STATUS_H
#define CALL_STATUS_H

#include <stdbool.h>
#include <stddef.h>

/* Ordered: the lower one wins. */
enum call_security {
	CALL_NONSECURE,		/* no icon */
	CALL_AUTHENTICATED,	/* shield */
	CALL_ENCRYPTED,		/* lock */
};

/* What one leg proves. Strings are the caller's, and live as long as it needs. */
struct call_leg_facts {
	bool is_trunk;
	/* A device whose word on its own security can be taken. */
	bool is_trusted_type;
	/* How its signalling arrives: by the TLS session, not by its profile. */
	enum call_security signalling;
	/* Phones: what the profile of each device on the line asks for, lowest. */
	enum call_security line;
	bool is_shared_line;
	/* Trunks: whether the profile lets its calls count as secure. */
	enum call_security profile;
	/*
	 * Trunks: encrypted media counts without profile and signalling being
	 * so; media in clear never does.
	 */
	bool srtp_suffices;
	/*
	 * Trunks: what the far end said of its side. Taken only where profile and
	 * signalling are encrypted; then it can lower the status, never raise it.
	 */
	bool has_claim;
	enum call_security claim;
	/* All its media, in both directions. */
	bool is_media_encrypted;
	/* Why not, in words; NULL if there is none to tell. */
	const char *media_reason;
};

/* "encrypted", "authenticated" or "nonsecure". */
const char *call_security_name(enum call_security level);

/*
 * The level of one leg. If it is less than encrypted, @why gets the sentence
 * that says what keeps it there; else the empty string.
 */
enum call_security call_status_of_leg(const struct call_leg_facts *leg,
				      char *why, size_t size);

/* The lowest of @count legs; none at all is nonsecure. */
enum call_security call_status(const struct call_leg_facts *legs,
			       size_t count);

#endif /* CALL_STATUS_H */
