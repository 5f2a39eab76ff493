/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A growing array, filled by reconcile.c and rename.c, and sent to clients by the bus room. */

#include "daemon/run/steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void steps_done(struct steps *steps)
{
	for (size_t i = 0; i < steps->n_items; i++)
		free(steps->items[i].detail);
	free(steps->items);
	*steps = (struct steps){ 0 };
}

int steps_add(struct steps *steps, const char *name, enum kipc_kind kind, enum plan_action action,
	      enum channel_state state, const char *detail)
{
	struct step *step, *grown;

	/* The array grows by doubling: it is full whenever its length is a power of two. */
	if ((steps->n_items & (steps->n_items - 1)) == 0) {
		grown = reallocarray(steps->items, steps->n_items == 0 ? 1 : steps->n_items * 2,
				     sizeof *grown);
		if (grown == NULL)
			return -ENOMEM;
		steps->items = grown;
	}
	step = &steps->items[steps->n_items];
	*step = (struct step){ .kind = kind, .action = action, .state = state };
	memcpy(step->name, name, sizeof step->name);
	if (detail != NULL && (step->detail = strdup(detail)) == NULL)
		return -ENOMEM;
	steps->n_items++;
	return 0;
}
