/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Pure; called by plan.c. What is not empty is never recreated: the channel is stale, and its sentence says what to do. */

#include "daemon/plan/owned.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/plan/advice.h"
#include "daemon/plan/shape.h"

static void describe_changes(struct decision *decision, const struct channel_spec *spec,
			     const struct kipc_object *object)
{
	struct plan_step *step = decision->step;

	free(step->detail);
	step->detail = plan_shape_changes_to_string(spec, object, decision->input->view, step->changes);
	decision->out_of_memory |= step->detail == NULL;
}

/* Given to a third user, an object that kipcd did not create would have neither kipcd's owner nor its creator. */
static bool keeps_owner(struct decision *decision, const struct channel_spec *spec, enum plan_action action,
			const struct kernel_object *found)
{
	if (spec->owner == decision->input->uid)
		return false;
	plan_decide(decision, action, STATE_STALE, found);
	plan_say(decision,
		 "it was adopted, and kipcd would lose its rights to it for good by giving it to uid %u: "
		 "remove "
		 "the line 'owner'",
		 (unsigned)spec->owner);
	return true;
}

void plan_adopted(struct decision *decision, const struct channel_spec *spec,
		  const struct kernel_object *found)
{
	const struct adopting *adopting = decision->input->adopting;
	const struct kipc_object *object = &found->object;
	struct plan_step *step = decision->step;
	char why[PLAN_WHY_MAX], *changes;

	step->is_ring = adopting->is_ring;
	if (object->cuid != decision->input->uid && keeps_owner(decision, spec, PLAN_ADOPT, found))
		return;
	step->changes = plan_shape_changes(spec, object, decision->input->view);
	if (plan_shape_differs(spec, object, adopting->is_ring, why) ||
	    (adopting->is_ring && plan_shape_is_for_other_messages(spec, adopting->max_message, why))) {
		plan_decide(decision, PLAN_ADOPT, STATE_STALE, found);
		plan_say(decision,
			 "%s requires a new %s: empty it and run 'kipcctl reload', remove it with --force, "
			 "or declare it as it is",
			 why, kipc_kind_to_string(object->kind));
		return;
	}
	plan_decide(decision, PLAN_ADOPT, STATE_ACTIVE, found);
	if (step->changes != 0)
		describe_changes(decision, spec, object);
	changes = step->detail;
	step->detail = NULL;
	plan_say(decision, "@%d, created by uid %u%s%s", object->id, (unsigned)object->cuid,
		 changes != NULL ? "; " : "", changes != NULL ? changes : "");
	free(changes);
}

static void decide_stale(struct decision *decision, const struct channel_spec *spec,
			 const struct kernel_object *found, const char *why)
{
	plan_decide(decision, PLAN_KEEP, STATE_STALE, found);
	plan_advise_stale(decision, spec, found, why);
}

/* The object is empty, but another object of ours has its new key. */
static void decide_blocked(struct decision *decision, const struct kernel_object *found,
			   const struct kernel_object *in_the_way)
{
	plan_decide(decision, PLAN_KEEP, STATE_STALE, found);
	plan_advise_blocked(decision, in_the_way);
}

/* Whether the new key belongs to a name that is no longer declared, and both have messages: these belong together. */
static bool is_joined(struct decision *decision, const struct channel_spec *spec,
		      const struct kernel_object *found, const struct kernel_object *in_the_way)
{
	const struct registry_entry *owner = plan_owner_of(decision, in_the_way);

	if (owner == NULL || config_find(decision->input->config, owner->name) != NULL ||
	    !plan_has_messages(found) || plan_goes_with_config(decision->input, owner, in_the_way))
		return false;
	plan_decide(decision, PLAN_KEEP, STATE_STALE, found);
	plan_advise_joining(decision, owner, spec->key);
	return true;
}

/* A foreign object has the declared key, and ours has another. */
static void decide_taken(struct decision *decision, const struct channel_spec *spec,
			 const struct kernel_object *found, const struct kernel_object *foreign)
{
	const struct kipc_object *object = &foreign->object;
	char why[PLAN_WHY_MAX];

	if (plan_is_handed_over(decision->input, spec, object) && found->is_empty) {
		plan_adopted(decision, spec, foreign);
		decision->step->has_former = true;
		decision->step->former = found->object;
		return;
	}
	snprintf(why, sizeof why, "its key 0x%08x belongs to %s @%d, created by uid %u, not by kipcd",
		 (unsigned)object->key, kipc_kind_to_string(object->kind), object->id,
		 (unsigned)object->cuid);
	plan_decide(decision, PLAN_CONFLICT, STATE_CONFLICT, foreign);
	plan_advise_take_over(decision, found, foreign, why);
}

/* The file of the key was replaced, and the object stays for now. `why` says so; foreign: what has the new key, or NULL. */
static void keep_other_file(struct decision *decision, const struct channel_spec *spec,
			    const struct kernel_object *found, const struct kernel_object *foreign,
			    const char *why)
{
	char *that_key;

	plan_decide(decision, PLAN_KEEP, STATE_STALE, found);
	if (foreign != NULL) {
		plan_advise_take_over(decision, found, foreign, why);
	} else if (found->is_empty) {
		plan_say(decision, "%s: it is empty, and 'kipcctl reload' recreates it with the other key",
			 why);
	} else if (asprintf(&that_key, "%s; that key", why) >= 0) {
		plan_advise_stale(decision, spec, found, that_key);
		free(that_key);
	} else {
		decision->out_of_memory = true;
	}
}

/*
 * Running programs still have the old key, so the object stays as it is, under its name, until a reload finds it empty or a human
 * moves its contents.
 */
static void decide_other_file(struct decision *decision, const struct channel_spec *spec,
			      const struct kernel_object *found)
{
	const struct kernel_object *other =
		kernel_view_find_key(decision->input->view, spec->kind, spec->key);
	bool is_foreign = other != NULL && plan_owner_of(decision, other) == NULL;
	char *why;

	if (is_foreign && plan_is_handed_over(decision->input, spec, &other->object)) {
		decide_taken(decision, spec, found, other);
		return;
	}
	if (asprintf(&why, "%s was replaced: programs that start now compute 0x%08x, but this %s has 0x%08x",
		     spec->path, (unsigned)spec->key, kipc_kind_to_string(spec->kind),
		     (unsigned)found->object.key) < 0) {
		decision->out_of_memory = true;
		return;
	}
	if (other != NULL && !is_foreign && !plan_makes_way(decision, other)) {
		decide_blocked(decision, found, other);
	} else if (decision->input->is_reload && found->is_empty && !is_foreign) {
		plan_decide(decision, PLAN_RECREATE, STATE_ACTIVE, found);
		plan_say(decision, "%s", why);
	} else {
		keep_other_file(decision, spec, found, is_foreign ? other : NULL, why);
	}
	free(why);
}

/* Only a new object can be as declared. */
static void decide_new(struct decision *decision, const struct channel_spec *spec,
		       const struct kernel_object *found, const char *why)
{
	const struct kernel_object *in_the_way =
		kernel_view_find_key(decision->input->view, spec->kind, spec->key);
	bool is_blocked = in_the_way != NULL && in_the_way != found && !plan_makes_way(decision, in_the_way);

	if (is_blocked && plan_owner_of(decision, in_the_way) == NULL) {
		decide_taken(decision, spec, found, in_the_way);
	} else if (is_blocked && found->is_empty) {
		decide_blocked(decision, found, in_the_way);
	} else if (found->is_empty) {
		plan_decide(decision, PLAN_RECREATE, STATE_ACTIVE, found);
		plan_say(decision, "%s", why);
	} else if (in_the_way == NULL || in_the_way == found ||
		   !is_joined(decision, spec, found, in_the_way)) {
		decide_stale(decision, spec, found, why);
	}
}

/* Whether the file of the key is gone, so that programs that start now cannot compute it. */
static bool has_lost_file(struct decision *decision, const struct channel_spec *spec,
			  const struct kernel_object *found)
{
	if (spec->path == NULL || !channel_spec_file_is_gone(spec->key_error))
		return false;
	plan_decide(decision, PLAN_KEEP, STATE_STALE, found);
	plan_say(decision,
		 "ftok(3) fails on %s: %s; programs that start now get no key, and running ones still use "
		 "0x%08x: restore the file (a new file yields another key), or set key to a number",
		 spec->path, strerror(-spec->key_error), (unsigned)found->object.key);
	return true;
}

void plan_owned(struct decision *decision, const struct channel_spec *spec, const struct kernel_object *found)
{
	char why[PLAN_WHY_MAX];

	if (decision->step->entry->link.adopted && keeps_owner(decision, spec, PLAN_KEEP, found))
		return;
	if (channel_spec_has_other_file(spec, found->object.key)) {
		decide_other_file(decision, spec, found);
		return;
	}
	if (plan_shape_requires_new(spec, found, decision->step->entry->link.is_ring, why)) {
		decide_new(decision, spec, found, why);
		return;
	}
	if (has_lost_file(decision, spec, found))
		return;
	decision->step->changes = plan_shape_changes(spec, &found->object, decision->input->view);
	if (decision->step->changes != 0) {
		plan_decide(decision, PLAN_ALTER, STATE_ACTIVE, found);
		describe_changes(decision, spec, &found->object);
	} else {
		plan_decide(decision, decision->input->is_start ? PLAN_RESUME : PLAN_KEEP, STATE_ACTIVE,
			    found);
	}
	if (found->ring != NULL)
		decision->step->trouble = kernel_ring_trouble(found->ring, spec->name);
}
