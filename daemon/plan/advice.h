/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_ADVICE_H
#define KIPC_DAEMON_PLAN_ADVICE_H

/*
 * What a step that cannot be taken tells the user: why, what would be lost, and the commands that resolve it. Each of these sets
 * the sentence of the step; `found` is the channel's own object, `why` begins the sentence.
 */

#include "common/loss.h"
#include "daemon/plan/decision.h"

/* What a removal of the object would lose: "it holds 3 messages (120 bytes)". Returns buffer. */
char *plan_loss(const struct decision *decision, const struct kernel_object *found,
		char buffer[static LOSS_MAX]);

/* Something else has the declared key, and the channel has no object. */
void plan_advise_foreign(struct decision *decision, const struct kernel_object *foreign);

/* A new object is required, and this one is not empty. */
void plan_advise_stale(struct decision *decision, const struct channel_spec *spec,
		       const struct kernel_object *found, const char *why);

/* Another channel of kipcd, or a name that is no longer declared, has the declared key. */
void plan_advise_blocked(struct decision *decision, const struct kernel_object *in_the_way);

/* The same, and the messages of both belong into one channel. */
void plan_advise_joining(struct decision *decision, const struct registry_entry *owner, key_t key);

/* A foreign object has the declared key, and the channel has an object under another key. */
void plan_advise_take_over(struct decision *decision, const struct kernel_object *found,
			   const struct kernel_object *foreign, const char *why);

#endif
