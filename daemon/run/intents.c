/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Called by reconcile.c around everything that makes objects; the file itself is store.c's. */

#include "daemon/run/intents.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/channel/store.h"

static struct store_intent intent_of(const struct channel *channel)
{
	return (struct store_intent){ channel->name, channel->intent_kind, channel->intent_key };
}

int intents_write(int channels_fd, const struct plan *plan, const bool *made, const struct channel *channels)
{
	struct store_intent *intents = calloc(plan->n_steps + 1, sizeof *intents);
	size_t n = 0;
	int r;

	if (intents == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		if (made[i])
			intents[n++] = (struct store_intent){ step->name, step->spec->kind, step->spec->key };
		else if (channels[i].has_intent)
			intents[n++] = intent_of(&channels[i]);
	}
	/* Without any, an old file stays until intents_drop(). */
	r = n == 0 ? 0 : store_write_intents(channels_fd, intents, n);
	free(intents);
	return r;
}

void intents_drop(int channels_fd, const struct channel *channels, size_t n_channels)
{
	struct store_intent *intents = calloc(n_channels + 1, sizeof *intents);
	size_t n = 0;

	if (intents == NULL)
		return;
	for (size_t i = 0; i < n_channels; i++)
		if (channels[i].has_intent)
			intents[n++] = intent_of(&channels[i]);
	(void)store_write_intents(channels_fd, intents, n);
	free(intents);
}
