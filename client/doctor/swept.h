/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DOCTOR_SWEPT_H
#define KIPC_CLIENT_DOCTOR_SWEPT_H

/* What sweep did with an object, and why. */

#include "client/facts/view.h"

/* In the order of swept_words. */
enum swept_fate {
	SWEPT_REMOVED = 0,
	SWEPT_WOULD_BE_REMOVED,
	SWEPT_LEFT,
	SWEPT_FAILED,
	N_SWEPT_FATES,
};

/* "removed", "would be removed"… */
extern const char *const swept_words[];

/* What became of one object. */
struct swept {
	char address[VIEW_ADDRESS_MAX];
	struct kipc_object object;
	int64_t last_used;
	bool is_creator_gone;
	enum swept_fate fate;
	const char *because; /* it was left, as a word for scripts; NULL: it was not */
	char *reason, *evidence;
};

void swept_done(struct swept *swept);

/* As a line of text. */
void swept_print(const struct swept *swept);

/* All of them as a JSON array. -ENOMEM. */
int swept_print_json(const struct invocation *invocation, const struct swept *items, size_t n_items);

#endif
