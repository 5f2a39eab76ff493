/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_DECISION_H
#define KIPC_DAEMON_PLAN_DECISION_H

/* The decision on one channel while plan.c makes it: the facts, the owners of the objects, and the step so far. */

#include "daemon/plan/step.h"

struct decision {
	const struct plan_input *input;
	const struct registry_entry *const *owners; /* by index into input->view->objects; NULL: not ours */
	struct plan_step *step;
	bool out_of_memory;
};

/* Sets the step's action, state and object (NULL: none). */
void plan_decide(struct decision *decision, enum plan_action action, enum channel_state state,
		 const struct kernel_object *found);

/* Sets the step's sentence. */
void plan_say(struct decision *decision, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The object of a registry entry, if it still exists and is ours. */
const struct kernel_object *plan_owned_object(const struct plan_input *input,
					      const struct registry_entry *entry);

/* The object that a kipcd was creating for this entry when it was killed. */
const struct kernel_object *plan_half_made_object(const struct plan_input *input,
						  const struct registry_entry *entry);

/* The entry that owns each of the kernel's objects, for decision::owners; the caller frees it. NULL: no memory. */
const struct registry_entry **plan_find_owners(const struct plan_input *input);

const struct registry_entry *plan_owner_of(const struct decision *decision,
					   const struct kernel_object *found);

/* No longer declared, with lifetime = config, and nothing would be lost. */
bool plan_goes_with_config(const struct plan_input *input, const struct registry_entry *entry,
			   const struct kernel_object *found);

/* Whether this plan removes the object, which happens before anything is created. */
bool plan_makes_way(const struct decision *decision, const struct kernel_object *found);

/* Whether the object is the one that `kipcctl adopt` names, and kipcd owns it by now. */
bool plan_is_handed_over(const struct plan_input *input, const struct channel_spec *spec,
			 const struct kipc_object *object);

bool plan_has_messages(const struct kernel_object *found);

#endif
