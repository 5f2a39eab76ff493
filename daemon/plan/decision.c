/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Pure; used by plan.c and advice.c. */

#include "daemon/plan/decision.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/plan/link.h"

void plan_decide(struct decision *decision, enum plan_action action, enum channel_state state,
		 const struct kernel_object *found)
{
	struct plan_step *step = decision->step;

	step->action = action;
	step->state = state;
	step->has_object = found != NULL;
	if (found == NULL)
		return;
	step->object = found->object;
	step->is_used = found->values != NULL && !found->is_empty;
}

void plan_say(struct decision *decision, const char *format, ...)
{
	va_list arguments;

	free(decision->step->detail);
	va_start(arguments, format);
	if (vasprintf(&decision->step->detail, format, arguments) < 0) {
		decision->step->detail = NULL;
		decision->out_of_memory = true;
	}
	va_end(arguments);
}

const struct kernel_object *plan_owned_object(const struct plan_input *input,
					      const struct registry_entry *entry)
{
	const struct kernel_object *found;

	if (entry == NULL || !entry->has_link)
		return NULL;
	found = kernel_view_find_id(input->view, entry->link.kind, entry->link.id);
	return found != NULL && link_owns(&entry->link, &found->object, input->uid) ? found : NULL;
}

/* Created by us, and closed to everybody else; an interrupted removal takes away even more rights. */
static bool is_closed(const struct plan_input *input, const struct kipc_object *object)
{
	return object->cuid == input->uid && (object->mode & ~0600U) == 0;
}

/* Never used, not even by its creator: what kipcd does between creating and linking an object leaves no trace in it. */
static bool is_untouched(const struct kernel_object *found)
{
	const struct kipc_object *object = &found->object;
	unsigned short values = 0;

	switch (object->kind) {
	case KIPC_QUEUE:
		return found->is_empty && object->queue.stime == 0 && object->queue.rtime == 0;
	case KIPC_SEGMENT:
		return object->segment.atime == 0 && object->segment.attached == 0;
	case KIPC_SEMAPHORE:
		for (size_t i = 0; found->values != NULL && i < object->semaphore.semaphores; i++)
			values |= found->values[i];
		return found->is_empty && found->values != NULL && values == 0 &&
		       object->semaphore.otime == 0;
	}
	return false;
}

/* Once it is linked, the link says so. Before, it is the untouched and closed object of our uid on the key that an intent names. */
const struct kernel_object *plan_half_made_object(const struct plan_input *input,
						  const struct registry_entry *entry)
{
	const struct kernel_object *found, *owned;

	if (entry == NULL || (!entry->has_intent && !(entry->has_link && entry->link.is_begun)))
		return NULL;
	owned = plan_owned_object(input, entry);
	if (owned != NULL && entry->link.is_begun && is_closed(input, &owned->object))
		return owned;
	if (!entry->has_intent)
		return NULL;
	found = kernel_view_find_key(input->view, entry->intent_kind, entry->intent_key);
	if (found == NULL || found == owned || !is_closed(input, &found->object))
		return NULL;
	return found->is_unclear || is_untouched(found) ? found : NULL;
}

const struct registry_entry **plan_find_owners(const struct plan_input *input)
{
	const struct registry_entry **owners = calloc(input->view->n_objects + 1, sizeof *owners);

	for (size_t i = 0; owners != NULL && i < input->registry->n_entries; i++) {
		const struct registry_entry *entry = &input->registry->entries[i];
		const struct kernel_object *found = plan_owned_object(input, entry);

		if (found != NULL && !entry->link.observed)
			owners[found - input->view->objects] = entry;
	}
	return owners;
}

const struct registry_entry *plan_owner_of(const struct decision *decision, const struct kernel_object *found)
{
	const struct kernel_view *view = decision->input->view;

	assert(found >= view->objects && found < view->objects + view->n_objects);
	return decision->owners[found - view->objects];
}

/* The registry remembers the declared lifetime. Setting a section aside for a mistake is no wish to remove its object. */
bool plan_goes_with_config(const struct plan_input *input, const struct registry_entry *entry,
			   const struct kernel_object *found)
{
	const struct config_aside *aside = config_aside_of(input->config, entry->name);

	return strcmp(entry->link.lifetime, lifetime_words[LIFETIME_CONFIG]) == 0 && found->is_empty &&
	       (aside == NULL || !aside->declares);
}

/*
 * It is no longer declared, or it is empty and its channel gets another key, whose object makes way in turn, and so on until a
 * key is free or the circle closes.
 */
bool plan_makes_way(const struct decision *decision, const struct kernel_object *first)
{
	const struct plan_input *input = decision->input;
	const struct kernel_object *found = first;

	for (size_t n = 0; n <= input->view->n_objects; n++) {
		const struct registry_entry *owner = plan_owner_of(decision, found);
		const struct channel_spec *spec;
		const struct kernel_object *next;

		if (owner == NULL)
			return false;
		spec = config_find(input->config, owner->name);
		if (spec == NULL)
			return plan_goes_with_config(input, owner, found);
		if (spec->manage == MANAGE_OBSERVE || !found->is_empty || spec->kind != found->object.kind ||
		    spec->key == found->object.key ||
		    (!input->is_reload && channel_spec_has_other_file(spec, found->object.key)))
			return false;
		next = kernel_view_find_key(input->view, spec->kind, spec->key);
		if (next == NULL || next == first)
			return true;
		found = next;
	}
	return false;
}

bool plan_is_handed_over(const struct plan_input *input, const struct channel_spec *spec,
			 const struct kipc_object *object)
{
	return input->adopting != NULL && strcmp(input->adopting->name, spec->name) == 0 &&
	       input->adopting->kind == object->kind && input->adopting->id == object->id &&
	       (object->uid == input->uid || object->cuid == input->uid);
}

bool plan_has_messages(const struct kernel_object *found)
{
	if (found->object.kind == KIPC_QUEUE)
		return found->object.queue.messages > 0;
	return found->ring != NULL && found->ring->is_laid_out && found->ring->stat.messages > 0;
}
