/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Compares what is declared with what the registry remembers and the kernel holds. Pure: no IPC, no globals, no logging; tests
 * feed it tables. The rule that it keeps: ours is only what the registry knows, with the same id, key and creator; everything
 * else is foreign, and in doubt nothing is destroyed.
 */

#include "daemon/plan/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/loss.h"
#include "common/plural.h"
#include "daemon/plan/advice.h"
#include "daemon/plan/decision.h"
#include "daemon/plan/owned.h"
#include "daemon/plan/shape.h"

/* Its key is not known, and the registry has none. True: nothing can be done about the channel. */
static bool is_without_key(struct decision *decision, const struct channel_spec *spec)
{
	if (spec->path == NULL || spec->key != 0)
		return false;
	plan_decide(decision, PLAN_KEEP, STATE_FAILED, NULL);
	plan_say(decision, "ftok(3) fails on %s: %s; kipcd creates the %s when it succeeds", spec->path,
		 channel_spec_file_error_to_string(spec->key_error), kipc_kind_to_string(spec->kind));
	return true;
}

/* The channel is active, as far as kipcd can tell. */
static void note_silent_file(struct decision *decision, const struct channel_spec *spec)
{
	struct plan_step *step = decision->step;

	if (step->state != STATE_ACTIVE || step->trouble != NULL || spec->key_error == 0 ||
	    channel_spec_file_is_gone(spec->key_error))
		return;
	if (asprintf(&step->trouble,
		     "ftok(3) fails on %s: %s; kipcd cannot tell whether programs that start now compute "
		     "0x%08x",
		     spec->path, channel_spec_file_error_to_string(spec->key_error),
		     (unsigned)spec->key) < 0) {
		step->trouble = NULL;
		decision->out_of_memory = true;
	}
}

/* A new set would let in a second holder beside the holders of the old one. */
static void lose_semaphore(struct decision *decision, const struct registry_entry *entry)
{
	plan_decide(decision, PLAN_KEEP, STATE_LOST, NULL);
	plan_say(decision,
		 "semaphore @%d was removed, and a process may still hold it: 'kipcctl recover %s' recreates "
		 "it",
		 entry->link.id, entry->name);
}

/* A new segment would stay empty while the users of the old one go on with that. */
static void lose_segment(struct decision *decision, const struct registry_entry *entry,
			 const struct kernel_object *remains)
{
	unsigned long long attached = remains->object.segment.attached;

	plan_decide(decision, PLAN_KEEP, STATE_LOST, remains);
	plan_say(decision,
		 "segment @%d was removed and is still attached %llu %s: stop its users, then run 'kipcctl "
		 "recover %s'",
		 entry->link.id, attached, plural(attached, "time", "times"), entry->name);
}

/* Whether the object was ours and is gone, and must not be recreated unasked. */
static bool is_lost(struct decision *decision, const struct channel_spec *spec,
		    const struct registry_entry *entry)
{
	const struct kernel_object *remains;

	if (entry == NULL || !entry->has_link || entry->has_intent || entry->link.is_begun ||
	    entry->link.observed || entry->link.kind != spec->kind || entry->link.key != spec->key)
		return false;
	if (spec->kind == KIPC_SEMAPHORE) {
		lose_semaphore(decision, entry);
		return true;
	}
	if (spec->kind == KIPC_QUEUE)
		return false;
	remains = kernel_view_find_id(decision->input->view, KIPC_SEGMENT, entry->link.id);
	if (remains == NULL || remains->object.cuid != entry->link.creator ||
	    !remains->object.segment.removed)
		return false;
	lose_segment(decision, entry, remains);
	return true;
}

static void plan_observed(struct decision *decision, const struct channel_spec *spec)
{
	const struct kernel_object *found =
		kernel_view_find_key(decision->input->view, spec->kind, spec->key);

	plan_decide(decision, PLAN_KEEP, found != NULL ? STATE_ACTIVE : STATE_ABSENT, found);
}

/* In doubt, nothing is altered. */
static void leave_alone(struct decision *decision, const struct kernel_object *unclear, bool is_half_made)
{
	plan_decide(decision, PLAN_KEEP, STATE_FAILED, unclear);
	plan_say(decision, "the kernel does not let kipcd look at %s @%d%s, so kipcd leaves it alone",
		 kipc_kind_to_string(unclear->object.kind), unclear->object.id,
		 is_half_made ? ", whose creation a crash interrupted" : "");
}

/* Nothing complete of ours is there: `half_made` may be (NULL: not), which lies under a link if `is_linked`. */
static void plan_missing(struct decision *decision, const struct channel_spec *spec,
			 const struct registry_entry *entry, const struct kernel_object *half_made,
			 bool is_linked)
{
	const struct kernel_object *found;
	char why[PLAN_WHY_MAX];

	/* Before it is linked, a ring has no layout. */
	if (half_made != NULL &&
	    !plan_shape_differs(spec, &half_made->object,
				is_linked ? entry->link.is_ring : spec->layout == LAYOUT_RING, why)) {
		plan_decide(decision, PLAN_CREATE, STATE_ACTIVE, half_made);
		plan_say(decision, "finish what a crash interrupted");
		return;
	}
	found = kernel_view_find_key(decision->input->view, spec->kind, spec->key);
	if (found != NULL && plan_is_handed_over(decision->input, spec, &found->object)) {
		plan_adopted(decision, spec, found);
	} else if (found != NULL && found != half_made && !plan_makes_way(decision, found)) {
		plan_decide(decision, PLAN_CONFLICT, STATE_CONFLICT, found);
		plan_advise_foreign(decision, found);
	} else if (!is_lost(decision, spec, entry)) {
		plan_decide(decision, PLAN_CREATE, STATE_ACTIVE, NULL);
	}
}

static void plan_declared(struct decision *decision, const struct channel_spec *spec,
			  const struct registry_entry *entry)
{
	const struct plan_input *input = decision->input;
	const struct kernel_object *found, *half_made;

	if (is_without_key(decision, spec))
		return;
	if (spec->manage == MANAGE_OBSERVE) {
		plan_observed(decision, spec);
		return;
	}
	if (input->is_removed_by_hand != NULL && input->is_removed_by_hand(spec->name, input->userdata)) {
		plan_decide(decision, PLAN_KEEP, STATE_ABSENT, NULL);
		plan_say(decision, "removed by hand: 'kipcctl reload' recreates it");
		return;
	}

	half_made = plan_half_made_object(input, entry);
	found = entry != NULL && entry->link.observed ? NULL : plan_owned_object(input, entry);
	if (found != NULL && found->is_unclear)
		leave_alone(decision, found, false);
	else if (found != NULL && found != half_made)
		plan_owned(decision, spec, found);
	else if (half_made != NULL && half_made->is_unclear)
		leave_alone(decision, half_made, true);
	else
		plan_missing(decision, spec, entry, half_made, found != NULL);
}

/* In the registry, and no longer declared. */
static void plan_dropped(struct decision *decision, const struct registry_entry *entry)
{
	const struct kernel_object *found;
	char loss[LOSS_MAX];

	found = entry->link.observed ? NULL : plan_owned_object(decision->input, entry);
	if (found == NULL || found == plan_half_made_object(decision->input, entry)) {
		plan_decide(decision, PLAN_REMOVE, STATE_ABSENT, NULL);
		plan_say(decision, entry->has_intent || entry->link.is_begun
					   ? "interrupted by a crash, and no longer declared"
				   : entry->link.observed ? "no longer observed"
							  : "gone, and no longer declared");
		return;
	}
	if (plan_goes_with_config(decision->input, entry, found)) {
		plan_decide(decision, PLAN_REMOVE, STATE_ABSENT, found);
		plan_say(decision, "no longer declared, lifetime = config, and empty");
		return;
	}
	plan_decide(decision, PLAN_RETAIN, STATE_RETAINED, found);
	decision->step->has_messages = plan_has_messages(found);
	if (decision->step->has_messages)
		plan_say(decision,
			 "no longer declared, but %s; once it is empty, 'kipcctl remove %s' removes it",
			 plan_loss(decision, found, loss), entry->name);
	else
		plan_say(decision, "no longer declared; 'kipcctl remove %s' removes it", entry->name);
}

/* What a crash interrupted, if the declaration has no use for it. */
static void note_leftover(struct decision *decision, const struct registry_entry *entry)
{
	const struct kernel_object *half_made = plan_half_made_object(decision->input, entry);
	const struct registry_entry *owner;
	struct plan_step *step = decision->step;

	if (half_made == NULL || (step->action == PLAN_CREATE && step->has_object))
		return;
	owner = plan_owner_of(decision, half_made);
	if (owner != NULL && owner != entry)
		return;
	step->keeps_intent = half_made->is_unclear;
	if (half_made->is_unclear)
		return;
	step->has_leftover = true;
	step->leftover = half_made->object;
}

/* Any object may be foreign, and have our key, id and uid by chance. */
static void plan_in_doubt(struct decision *decision, const struct registry_entry *entry)
{
	plan_decide(decision, PLAN_KEEP, STATE_FAILED, NULL);
	plan_say(decision, "%s", decision->input->doubt);
	decision->step->keeps_intent = entry != NULL && entry->has_intent;
}

static int plan_one(const struct plan_input *input, const struct registry_entry *const *owners,
		    struct plan *plan, const struct channel_spec *spec, const struct registry_entry *entry)
{
	struct plan_step *step = &plan->steps[plan->n_steps++];
	struct decision decision = { .input = input, .owners = owners, .step = step };

	*step = (struct plan_step){ .spec = spec, .entry = entry };
	memcpy(step->name, spec != NULL ? spec->name : entry->name, sizeof step->name);
	step->kind = spec != NULL ? spec->kind : entry->has_link ? entry->link.kind : entry->intent_kind;
	if (input->doubt != NULL)
		plan_in_doubt(&decision, entry);
	else if (spec != NULL)
		plan_declared(&decision, spec, entry);
	else
		plan_dropped(&decision, entry);
	if (input->doubt == NULL)
		note_leftover(&decision, entry);
	if (spec != NULL)
		note_silent_file(&decision, spec);
	return decision.out_of_memory ? -ENOMEM : 0;
}

/* If one name with messages is no longer declared, and one name of its kind is new, the channel may have been renamed. */
static int advise_on_new_name(struct plan *plan, enum kipc_kind kind, bool is_ring)
{
	struct plan_step *old = NULL, *new = NULL;
	size_t n_old = 0, n_new = 0;
	char *text;

	for (size_t i = 0; i < plan->n_steps; i++) {
		struct plan_step *step = &plan->steps[i];

		if (step->kind != kind)
			continue;
		if (step->action == PLAN_RETAIN && step->has_messages &&
		    step->entry->link.is_ring == is_ring) {
			old = step;
			n_old++;
		} else if (step->action == PLAN_CREATE && step->entry == NULL &&
			   (step->spec->layout == LAYOUT_RING) == is_ring) {
			new = step;
			n_new++;
		}
	}
	if (n_old != 1 || n_new != 1)
		return 0;
	if (asprintf(&text, "%s; if %s is its new name: 'kipcctl move %s %s'", old->detail, new->name,
		     old->name, new->name) < 0)
		return -ENOMEM;
	free(old->detail);
	old->detail = text;
	return 0;
}

int plan_make(const struct plan_input *input, struct plan *ret_plan)
{
	const struct config *config = input->config;
	const struct registry *registry = input->registry;
	const struct registry_entry **owners = plan_find_owners(input);
	struct plan plan = { 0 };
	size_t c = 0, e = 0;
	int r = 0;

	plan.steps = calloc(config->n_channels + registry->n_entries + 1, sizeof *plan.steps);
	if (plan.steps == NULL || owners == NULL)
		r = -ENOMEM;
	/* Both are sorted by name: one walk meets every name once. */
	while (r == 0 && (c < config->n_channels || e < registry->n_entries)) {
		int order;

		if (c == config->n_channels)
			order = 1;
		else if (e == registry->n_entries)
			order = -1;
		else
			order = strcmp(config->channels[c].name, registry->entries[e].name);
		r = plan_one(input, owners, &plan, order <= 0 ? &config->channels[c] : NULL,
			     order >= 0 ? &registry->entries[e] : NULL);
		c += order <= 0;
		e += order >= 0;
	}
	free(owners);
	if (r == 0)
		r = advise_on_new_name(&plan, KIPC_QUEUE, false);
	if (r == 0)
		r = advise_on_new_name(&plan, KIPC_SEGMENT, true);
	if (r < 0) {
		plan_done(&plan);
		return r;
	}
	*ret_plan = plan;
	return 0;
}

void plan_done(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		free(plan->steps[i].trouble);
		free(plan->steps[i].detail);
	}
	free(plan->steps);
	*plan = (struct plan){ 0 };
}
