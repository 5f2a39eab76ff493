/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Comparing what is declared with what the registry remembers and the kernel holds. Pure: no IPC, no globals, no
 * logging; tests feed it tables. The rule that it keeps: ours is only what the registry knows, with the same id, key
 * and creator; everything else is foreign, and in doubt nothing is destroyed.
 */

#include "daemon/plan/plan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/loss.h"
#include "daemon/plan/link.h"
#include "daemon/plan/shape.h"

const char *const plan_action_words[] = {
	[PLAN_KEEP] = "keep",
	[PLAN_RESUME] = "resume",
	[PLAN_CREATE] = "create",
	[PLAN_ALTER] = "alter",
	[PLAN_RECREATE] = "recreate",
	[PLAN_RETAIN] = "retain",
	[PLAN_REMOVE] = "remove",
	[PLAN_ADOPT] = "adopt",
	[PLAN_RENAME] = "rename",
	[PLAN_CONFLICT] = "conflict",
	NULL,
};

const char *const channel_state_words[] = {
	[STATE_ACTIVE] = "active",     [STATE_ABSENT] = "absent",
	[STATE_CONFLICT] = "conflict", [STATE_STALE] = "stale",
	[STATE_FAILED] = "failed",     [STATE_LOST] = "lost",
	[STATE_RETAINED] = "retained", NULL,
};

/* -- one channel ------------------------------------------------------------------------------------------ */

/* All that one decision is made from. */
struct context {
	const struct plan_input *input;
	const struct registry_entry *const *owners; /* by index into input->view->objects; NULL: not ours */
	struct plan_step *step;
	bool out_of_memory;
};

static void say(struct context *context, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct context *context, const char *format, ...)
{
	va_list arguments;

	free(context->step->detail);
	va_start(arguments, format);
	if (vasprintf(&context->step->detail, format, arguments) < 0) {
		context->step->detail = NULL;
		context->out_of_memory = true;
	}
	va_end(arguments);
}

static void describe_changes(struct context *context, const struct channel_spec *spec,
			     const struct kipc_object *object)
{
	free(context->step->detail);
	context->step->detail =
		plan_changes_to_string(spec, object, context->input->view, context->step->changes);
	context->out_of_memory |= context->step->detail == NULL;
}

static void decide(struct context *context, enum plan_action action, enum channel_state state,
		   const struct kernel_object *found)
{
	context->step->action = action;
	context->step->state = state;
	context->step->has_object = found != NULL;
	if (found == NULL)
		return;
	context->step->object = found->object;
	context->step->is_used = found->values != NULL && !found->is_empty;
}

/* The object that the registry means by this entry, if it still is that one, and ours. */
static const struct kernel_object *owned_object(const struct plan_input *input,
						const struct registry_entry *entry)
{
	const struct kernel_object *found;

	if (entry == NULL || !entry->has_link)
		return NULL;
	found = kernel_view_find_id(input->view, entry->link.kind, entry->link.id);
	return found != NULL && link_owns(&entry->link, &found->object, input->uid) ? found : NULL;
}

/* Ours to the creator, and closed to everybody else; a removal that was cut short takes away more. */
static bool is_closed(const struct plan_input *input, const struct kipc_object *object)
{
	return object->cuid == input->uid && (object->mode & ~0600U) == 0;
}

/* Nobody ever used it, its maker included: what a kipcd does between making an object and linking it leaves no trace. */
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

/*
 * An object that a kipcd was making when it was killed. Once linked, the link says so; before, it is the untouched and
 * closed one of our uid on the key that an intent names.
 */
static const struct kernel_object *half_made_object(const struct plan_input *input,
						    const struct registry_entry *entry)
{
	const struct kernel_object *found, *owned;

	if (entry == NULL || (!entry->has_intent && !(entry->has_link && entry->link.is_begun)))
		return NULL;
	owned = owned_object(input, entry);
	if (owned != NULL && entry->link.is_begun && is_closed(input, &owned->object))
		return owned;
	if (!entry->has_intent)
		return NULL;
	found = kernel_view_find_key(input->view, entry->intent_kind, entry->intent_key);
	if (found == NULL || found == owned || !is_closed(input, &found->object))
		return NULL;
	return found->is_unclear || is_untouched(found) ? found : NULL;
}

/*
 * Declared no more, and nothing would be lost: the registry remembers the declared lifetime. A section that was set aside for a
 * mistake does not count as a wish to let the object go.
 */
static bool goes_with_config(const struct plan_input *input, const struct registry_entry *entry,
			     const struct kernel_object *found)
{
	const struct config_aside *aside = config_aside_of(input->config, entry->name);

	return strcmp(entry->link.lifetime, "config") == 0 && found->is_empty &&
	       (aside == NULL || !aside->declares);
}

static const struct registry_entry *owner_of(const struct context *context, const struct kernel_object *found)
{
	return context->owners[found - context->input->view->objects];
}

/*
 * Whether this plan removes the object, which happens before anything is made: it is declared no more, or it is empty and its
 * channel gets another key, whose object makes way in turn, and so on until a key is free or the circle closes.
 */
static bool makes_way(const struct context *context, const struct kernel_object *first)
{
	const struct plan_input *input = context->input;
	const struct kernel_object *found = first;

	for (size_t n = 0; n <= input->view->n_objects; n++) {
		const struct registry_entry *owner = owner_of(context, found);
		const struct channel_spec *spec;
		const struct kernel_object *next;

		if (owner == NULL)
			return false;
		spec = config_find(input->config, owner->name);
		if (spec == NULL)
			return goes_with_config(input, owner, found);
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

static void plan_foreign(struct context *context, const struct kernel_object *found)
{
	const struct registry_entry *owner = owner_of(context, found);
	const struct kipc_object *object = &found->object;

	decide(context, PLAN_CONFLICT, STATE_CONFLICT, found);
	if (owner != NULL)
		say(context, "its key 0x%08x belongs to %s @%d, kipcd's own %s: remove that first",
		    (unsigned)object->key, kipc_kind_to_string(object->kind), object->id, owner->name);
	else
		say(context,
		    "its key 0x%08x belongs to %s @%d, created by uid %u and not by kipcd: choose another "
		    "key, have it removed by its owner, or take it over with 'kipcctl adopt %s:0x%08x %s'",
		    (unsigned)object->key, kipc_kind_to_string(object->kind), object->id,
		    (unsigned)object->cuid, kipc_kind_to_string(object->kind), (unsigned)object->key,
		    context->step->name);
}

/* What would be lost with it, and so keeps it as it is. */
static char *say_loss(const struct context *context, const struct kernel_object *found,
		      char buffer[static LOSS_MAX])
{
	const struct registry_entry *entry = context->step->entry;

	if (found->ring == NULL || !found->ring->is_laid_out)
		return loss_to_string(&found->object, false, buffer);
	return loss_of_ring_to_string(&found->ring->stat, found->object.segment.attached - entry->is_held,
				      buffer);
}

/* An object that another user made must stay kipcd's: otherwise kipcd would be neither its owner nor its creator. */
static bool keeps_owner(struct context *context, const struct channel_spec *spec, enum plan_action action,
			const struct kernel_object *found)
{
	if (spec->owner == context->input->uid)
		return false;
	decide(context, action, STATE_STALE, found);
	say(context,
	    "it was adopted, and giving it to owner %u would end kipcd's rights to it for good: remove "
	    "the line 'owner'",
	    (unsigned)spec->owner);
	return true;
}

/* Messages can be put aside, in a channel of the same shape. */
static void say_put_aside(struct context *context, const struct channel_spec *spec,
			  const struct kernel_object *found, const char *why)
{
	const char *name = context->step->name;
	bool is_attached =
		found->ring != NULL && found->object.segment.attached > context->step->entry->is_held;
	char aside[KIPC_NAME_MAX + 1], loss[LOSS_MAX], like[128];

	snprintf(aside, sizeof aside, "%.*s.kept", KIPC_NAME_MAX - 5, name);
	if (found->ring != NULL)
		snprintf(like, sizeof like, "segment %s size=%llu layout=ring max_message=%llu", aside,
			 (unsigned long long)found->object.segment.size,
			 (unsigned long long)found->ring->stat.max_message);
	else
		snprintf(like, sizeof like, "queue %s capacity=%llu", aside,
			 (unsigned long long)found->object.queue.capacity);
	say(context,
	    "%s would need a new %s, and %s: put them aside with 'kipcctl create %s' and 'kipcctl move %s "
	    "%s', then%s 'kipcctl reload' and 'kipcctl move %s %s'",
	    why, kipc_kind_to_string(found->object.kind), say_loss(context, found, loss), like, name, aside,
	    is_attached ? " end its users," : "", aside, name);
}

static bool has_messages(const struct kernel_object *found)
{
	return found->object.kind == KIPC_QUEUE
		       ? found->object.queue.messages > 0
		       : found->ring != NULL && found->ring->is_laid_out && found->ring->stat.messages > 0;
}

static bool takes_messages(const struct channel_spec *spec)
{
	return spec->kind == KIPC_QUEUE || (spec->kind == KIPC_SEGMENT && spec->layout == LAYOUT_RING);
}

static void plan_stale(struct context *context, const struct channel_spec *spec,
		       const struct kernel_object *found, const char *why)
{
	char loss[LOSS_MAX];

	decide(context, PLAN_KEEP, STATE_STALE, found);
	if (has_messages(found) && takes_messages(spec))
		say_put_aside(context, spec, found, why);
	else
		say(context, "%s would need a new %s, and %s: empty it and reload, or remove it with --force",
		    why, kipc_kind_to_string(found->object.kind), say_loss(context, found, loss));
}

/* Ours and empty, but its new key is that of another object of ours: a channel that cannot give it up yet, or an old name. */
static void plan_blocked(struct context *context, const struct kernel_object *found,
			 const struct kernel_object *in_the_way)
{
	const char *owner = owner_of(context, in_the_way)->name, *name = context->step->name;
	bool is_declared = config_find(context->input->config, owner) != NULL;

	decide(context, PLAN_KEEP, STATE_STALE, found);
	if (is_declared)
		say(context,
		    "its key 0x%08x is still that of %s, which has to give it up first: 'kipcctl show %s' "
		    "says "
		    "what keeps it",
		    (unsigned)in_the_way->object.key, owner, owner);
	else
		say(context,
		    "its key 0x%08x is that of %s, which is declared no more: 'kipcctl remove %s' and "
		    "'kipcctl "
		    "reload', and %s goes on as %s",
		    (unsigned)in_the_way->object.key, owner, name, owner, name);
}

/* Ours, of another shape and not empty, while its new key is that of an old name: the messages of both go into one. */
static bool plan_joined(struct context *context, const struct channel_spec *spec,
			const struct kernel_object *found, const struct kernel_object *in_the_way)
{
	const char *name = context->step->name;
	const struct registry_entry *owner = owner_of(context, in_the_way);

	if (owner == NULL || config_find(context->input->config, owner->name) != NULL ||
	    !has_messages(found) || goes_with_config(context->input, owner, in_the_way))
		return false;
	decide(context, PLAN_KEEP, STATE_STALE, found);
	say(context,
	    "its key 0x%08x is that of %s, which is declared no more: 'kipcctl move %s %s', 'kipcctl remove "
	    "%s' and "
	    "'kipcctl reload', and %s goes on as %s",
	    (unsigned)spec->key, owner->name, name, owner->name, name, owner->name, name);
	return true;
}

/* The very object that adopt names, now that kipcd owns it. */
static bool is_handed_over(const struct plan_input *input, const struct channel_spec *spec,
			   const struct kipc_object *object)
{
	return input->adopting != NULL && strcmp(input->adopting->name, spec->name) == 0 &&
	       input->adopting->kind == object->kind && input->adopting->id == object->id &&
	       (object->uid == input->uid || object->cuid == input->uid);
}

/* It becomes ours as it is; what differs from the declaration is altered, or else reported. */
static void plan_adopted(struct context *context, const struct channel_spec *spec,
			 const struct kernel_object *found)
{
	const struct adopting *adopting = context->input->adopting;
	const struct kipc_object *object = &found->object;
	char why[PLAN_WHY_MAX], *changes;

	context->step->is_ring = adopting->is_ring;
	if (object->cuid != context->input->uid && keeps_owner(context, spec, PLAN_ADOPT, found))
		return;
	context->step->changes = plan_changes(spec, object, context->input->view);
	if (plan_is_of_other_shape(spec, object, adopting->is_ring, why, sizeof why) ||
	    (adopting->is_ring && plan_is_for_other_messages(spec, adopting->max_message, why, sizeof why))) {
		decide(context, PLAN_ADOPT, STATE_STALE, found);
		say(context,
		    "%s would need a new %s: empty it and reload, remove it with --force, or declare what "
		    "it is",
		    why, kipc_kind_to_string(object->kind));
		return;
	}
	decide(context, PLAN_ADOPT, STATE_ACTIVE, found);
	if (context->step->changes != 0)
		describe_changes(context, spec, object);
	changes = context->step->detail;
	context->step->detail = NULL;
	say(context, "@%d, made by uid %u%s%s", object->id, (unsigned)object->cuid,
	    changes != NULL ? "; " : "", changes != NULL ? changes : "");
	free(changes);
}

/* What would have to happen to ours before a stranger's object, which has the key now, can be taken over. */
static void say_take_over(struct context *context, const struct kernel_object *found,
			  const struct kernel_object *stranger, const char *why)
{
	const char *kind = kipc_kind_to_string(stranger->object.kind), *name = context->step->name;
	unsigned key = (unsigned)stranger->object.key;
	char loss[LOSS_MAX];

	if (found->is_empty)
		say(context, "%s; its own, @%d, is empty: 'kipcctl adopt %s:0x%08x %s' takes the other over",
		    why, found->object.id, kind, key, name);
	else if (has_messages(found))
		say(context,
		    "%s; its own is @%d, and %s: 'kipcctl move %s:0x%08x %s:0x%08x' and 'kipcctl adopt "
		    "%s:0x%08x %s' make one of both",
		    why, found->object.id, say_loss(context, found, loss), kind, (unsigned)found->object.key,
		    kind, key, kind, key, name);
	else
		say(context,
		    "%s; its own is @%d, and %s: once nobody needs that, 'kipcctl remove --force %s', "
		    "'kipcctl reload' and 'kipcctl adopt %s:0x%08x %s' take the other over",
		    why, found->object.id, say_loss(context, found, loss), name, kind, key, name);
}

/* A stranger has the key that is declared, and ours is there under another. */
static void plan_taken(struct context *context, const struct channel_spec *spec,
		       const struct kernel_object *found, const struct kernel_object *stranger)
{
	const struct kipc_object *object = &stranger->object;
	char why[PLAN_WHY_MAX];

	snprintf(why, sizeof why, "its key 0x%08x belongs to %s @%d, created by uid %u and not by kipcd",
		 (unsigned)object->key, kipc_kind_to_string(object->kind), object->id,
		 (unsigned)object->cuid);
	if (!is_handed_over(context->input, spec, object) || !found->is_empty) {
		decide(context, PLAN_CONFLICT, STATE_CONFLICT, stranger);
		say_take_over(context, found, stranger, why);
		return;
	}
	plan_adopted(context, spec, stranger);
	context->step->has_former = true;
	context->step->former = found->object;
}

/* What is to be done about it; `why`: what has happened. */
static void say_other_file(struct context *context, const struct channel_spec *spec,
			   const struct kernel_object *found, const struct kernel_object *stranger,
			   const char *why)
{
	char *that_key;

	decide(context, PLAN_KEEP, STATE_STALE, found);
	if (stranger != NULL) {
		say_take_over(context, found, stranger, why);
	} else if (found->is_empty) {
		say(context, "%s: it is empty, and 'kipcctl reload' makes it anew with the other key", why);
	} else if (asprintf(&that_key, "%s; that key", why) >= 0) {
		plan_stale(context, spec, found, that_key);
		free(that_key);
	} else {
		context->out_of_memory = true;
	}
}

/*
 * Ours, of a file that is another one by now. Programs that run know the old key still, and nobody said that they are to end:
 * so it stays as it is, under its name, until a reload finds it empty or a human moves what is in it.
 */
static void plan_other_file(struct context *context, const struct channel_spec *spec,
			    const struct kernel_object *found)
{
	const struct kernel_object *other = kernel_view_find_key(context->input->view, spec->kind, spec->key);
	bool is_strangers = other != NULL && owner_of(context, other) == NULL;
	char *why;

	if (is_strangers && is_handed_over(context->input, spec, &other->object)) {
		plan_taken(context, spec, found, other);
		return;
	}
	if (asprintf(&why,
		     "%s is another file now: programs that start now compute 0x%08x, and this %s has "
		     "0x%08x",
		     spec->path, (unsigned)spec->key, kipc_kind_to_string(spec->kind),
		     (unsigned)found->object.key) < 0) {
		context->out_of_memory = true;
		return;
	}
	if (other != NULL && !is_strangers && !makes_way(context, other)) {
		plan_blocked(context, found, other);
	} else if (context->input->is_reload && found->is_empty && !is_strangers) {
		decide(context, PLAN_RECREATE, STATE_ACTIVE, found);
		say(context, "%s", why);
	} else {
		say_other_file(context, spec, found, is_strangers ? other : NULL, why);
	}
	free(why);
}

/* Ours, and only a new one could be as declared. */
static void plan_anew(struct context *context, const struct channel_spec *spec,
		      const struct kernel_object *found, const char *why)
{
	const struct kernel_object *in_the_way =
		kernel_view_find_key(context->input->view, spec->kind, spec->key);
	bool is_blocked = in_the_way != NULL && in_the_way != found && !makes_way(context, in_the_way);

	if (is_blocked && owner_of(context, in_the_way) == NULL) {
		plan_taken(context, spec, found, in_the_way);
	} else if (is_blocked && found->is_empty) {
		plan_blocked(context, found, in_the_way);
	} else if (found->is_empty) {
		decide(context, PLAN_RECREATE, STATE_ACTIVE, found);
		say(context, "%s", why);
	} else if (in_the_way == NULL || in_the_way == found ||
		   !plan_joined(context, spec, found, in_the_way)) {
		plan_stale(context, spec, found, why);
	}
}

/* Ours, and no program that starts now finds the way to it. */
static bool plan_lost_file(struct context *context, const struct channel_spec *spec,
			   const struct kernel_object *found)
{
	if (spec->path == NULL || !channel_spec_file_is_gone(spec->key_error))
		return false;
	decide(context, PLAN_KEEP, STATE_STALE, found);
	say(context,
	    "ftok(3) cannot look at %s: %s; programs that start now get no key, those that run have 0x%08x "
	    "still: "
	    "put the file back (a new one makes another key), or give the section a number as its key",
	    spec->path, strerror(-spec->key_error), (unsigned)found->object.key);
	return true;
}

/* Its key is not known, and nothing in the registry has it. True: nothing can be done about the channel. */
static bool plan_without_key(struct context *context, const struct channel_spec *spec)
{
	if (spec->path == NULL || spec->key != 0)
		return false;
	decide(context, PLAN_KEEP, STATE_FAILED, NULL);
	say(context, "ftok(3) cannot look at %s: %s; once it can, the %s is made", spec->path,
	    channel_spec_file_error_to_string(spec->key_error), kipc_kind_to_string(spec->kind));
	return true;
}

/* Active, as far as can be told. */
static void note_silent_file(struct context *context, const struct channel_spec *spec)
{
	struct plan_step *step = context->step;

	if (step->state != STATE_ACTIVE || step->trouble != NULL || spec->key_error == 0 ||
	    channel_spec_file_is_gone(spec->key_error))
		return;
	if (asprintf(&step->trouble,
		     "ftok(3) cannot look at %s: %s; whether programs that start now compute 0x%08x still "
		     "cannot be "
		     "told",
		     spec->path, channel_spec_file_error_to_string(spec->key_error),
		     (unsigned)spec->key) < 0) {
		step->trouble = NULL;
		context->out_of_memory = true;
	}
}

/* Declared and ours: is it as declared? */
static void plan_owned(struct context *context, const struct channel_spec *spec,
		       const struct kernel_object *found)
{
	char why[PLAN_WHY_MAX];

	if (context->step->entry->link.adopted && keeps_owner(context, spec, PLAN_KEEP, found))
		return;
	if (channel_spec_has_other_file(spec, found->object.key)) {
		plan_other_file(context, spec, found);
		return;
	}
	if (plan_needs_anew(spec, found, context->step->entry->link.is_ring, why, sizeof why)) {
		plan_anew(context, spec, found, why);
		return;
	}
	if (plan_lost_file(context, spec, found))
		return;
	context->step->changes = plan_changes(spec, &found->object, context->input->view);
	if (context->step->changes != 0) {
		decide(context, PLAN_ALTER, STATE_ACTIVE, found);
		describe_changes(context, spec, &found->object);
	} else {
		decide(context, context->input->is_start ? PLAN_RESUME : PLAN_KEEP, STATE_ACTIVE, found);
	}
	if (found->ring != NULL)
		context->step->trouble = kernel_ring_trouble(found->ring, spec->name);
}

/*
 * Declared, once ours, and gone. A queue is made anew. A segment whose old users still hold the removed one is not
 * (the new one would stand empty beside it), nor is a semaphore (a second holder would get in).
 */
static bool plan_vanished(struct context *context, const struct channel_spec *spec,
			  const struct registry_entry *entry)
{
	const struct kernel_object *remains;

	if (entry == NULL || !entry->has_link || entry->has_intent || entry->link.is_begun ||
	    entry->link.observed || entry->link.kind != spec->kind || entry->link.key != spec->key)
		return false;
	if (spec->kind == KIPC_SEMAPHORE) {
		decide(context, PLAN_KEEP, STATE_LOST, NULL);
		say(context,
		    "somebody removed semaphore @%d; who holds it cannot be known: 'kipcctl recover %s' "
		    "makes it anew",
		    entry->link.id, spec->name);
		return true;
	}
	if (spec->kind == KIPC_QUEUE)
		return false;
	remains = kernel_view_find_id(context->input->view, KIPC_SEGMENT, entry->link.id);
	if (remains == NULL || remains->object.cuid != entry->link.creator ||
	    !remains->object.segment.removed)
		return false;
	decide(context, PLAN_KEEP, STATE_LOST, remains);
	say(context,
	    "somebody removed segment @%d, which is still attached %llu time%s: end its users, then 'kipcctl "
	    "recover %s'",
	    entry->link.id, (unsigned long long)remains->object.segment.attached,
	    remains->object.segment.attached == 1 ? "" : "s", spec->name);
	return true;
}

static void plan_observed(struct context *context, const struct channel_spec *spec)
{
	const struct kernel_object *found = kernel_view_find_key(context->input->view, spec->kind, spec->key);

	decide(context, PLAN_KEEP, found != NULL ? STATE_ACTIVE : STATE_ABSENT, found);
}

static void plan_declared(struct context *context, const struct channel_spec *spec,
			  const struct registry_entry *entry)
{
	const struct plan_input *input = context->input;
	const struct kernel_object *found, *half_made;
	char why[PLAN_WHY_MAX];

	if (plan_without_key(context, spec))
		return;
	if (spec->manage == MANAGE_OBSERVE) {
		plan_observed(context, spec);
		return;
	}
	if (input->is_removed_by_hand != NULL && input->is_removed_by_hand(spec->name, input->userdata)) {
		decide(context, PLAN_KEEP, STATE_ABSENT, NULL);
		say(context, "removed by hand: 'kipcctl reload' makes it again");
		return;
	}

	half_made = half_made_object(input, entry);
	found = entry != NULL && entry->link.observed ? NULL : owned_object(input, entry);
	if (found != NULL && found->is_unclear) {
		decide(context, PLAN_KEEP, STATE_FAILED, found);
		say(context, "the kernel refuses a look at %s @%d, so nothing is done about it",
		    kipc_kind_to_string(spec->kind), found->object.id);
		return;
	}
	if (found != NULL && found != half_made) {
		plan_owned(context, spec, found);
		return;
	}
	if (half_made != NULL && half_made->is_unclear) {
		decide(context, PLAN_KEEP, STATE_FAILED, half_made);
		say(context,
		    "what was begun before a crash, %s @%d, cannot be looked into, so nothing is done about "
		    "it",
		    kipc_kind_to_string(spec->kind), half_made->object.id);
		return;
	}
	/* Before it is linked, it has no layout. */
	if (half_made != NULL &&
	    !plan_is_of_other_shape(spec, &half_made->object,
				    found == half_made ? entry->link.is_ring : spec->layout == LAYOUT_RING,
				    why, sizeof why)) {
		decide(context, PLAN_CREATE, STATE_ACTIVE, half_made);
		say(context, "finish what was begun before a crash");
		return;
	}
	found = kernel_view_find_key(input->view, spec->kind, spec->key);
	if (found != NULL && is_handed_over(input, spec, &found->object)) {
		plan_adopted(context, spec, found);
		return;
	}
	if (found != NULL && found != half_made && !makes_way(context, found)) {
		plan_foreign(context, found);
		return;
	}
	if (!plan_vanished(context, spec, entry))
		decide(context, PLAN_CREATE, STATE_ACTIVE, NULL);
}

/* In the registry, and declared no more. */
static void plan_dropped(struct context *context, const struct registry_entry *entry)
{
	const struct kernel_object *found;
	char loss[LOSS_MAX];

	found = entry->link.observed ? NULL : owned_object(context->input, entry);
	if (found == NULL || found == half_made_object(context->input, entry)) {
		decide(context, PLAN_REMOVE, STATE_ABSENT, NULL);
		say(context, entry->has_intent || entry->link.is_begun
				     ? "begun before a crash, and declared no more"
			     : entry->link.observed ? "observed no more"
						    : "gone, and declared no more");
		return;
	}
	if (goes_with_config(context->input, entry, found)) {
		decide(context, PLAN_REMOVE, STATE_ABSENT, found);
		say(context, "declared no more, lifetime = config, and empty");
		return;
	}
	decide(context, PLAN_RETAIN, STATE_RETAINED, found);
	context->step->has_messages = has_messages(found);
	if (context->step->has_messages)
		say(context, "declared no more, and %s; 'kipcctl remove %s' removes it once they are gone",
		    say_loss(context, found, loss), entry->name);
	else
		say(context, "declared no more; 'kipcctl remove %s' removes it", entry->name);
}

/* What was begun before a crash, and is of no use to what is declared now. */
static void note_leftover(struct context *context, const struct registry_entry *entry)
{
	const struct kernel_object *half_made = half_made_object(context->input, entry);
	const struct registry_entry *owner;
	struct plan_step *step = context->step;

	if (half_made == NULL || (step->action == PLAN_CREATE && step->has_object))
		return;
	owner = owner_of(context, half_made);
	if (owner != NULL && owner != entry)
		return;
	step->keeps_intent = half_made->is_unclear;
	if (half_made->is_unclear)
		return;
	step->has_leftover = true;
	step->leftover = half_made->object;
}

/* Whatever is here may be a stranger's, by chance with our key, id and uid. */
static void plan_in_doubt(struct context *context, const struct registry_entry *entry)
{
	decide(context, PLAN_KEEP, STATE_FAILED, NULL);
	say(context, "%s", context->input->doubt);
	context->step->keeps_intent = entry != NULL && entry->has_intent;
}

static int plan_one(const struct plan_input *input, const struct registry_entry *const *owners,
		    struct plan *plan, const struct channel_spec *spec, const struct registry_entry *entry)
{
	struct plan_step *step = &plan->steps[plan->n_steps++];
	struct context context = { .input = input, .owners = owners, .step = step };

	*step = (struct plan_step){ .spec = spec, .entry = entry };
	memcpy(step->name, spec != NULL ? spec->name : entry->name, sizeof step->name);
	step->kind = spec != NULL ? spec->kind : entry->has_link ? entry->link.kind : entry->intent_kind;
	if (input->doubt != NULL)
		plan_in_doubt(&context, entry);
	else if (spec != NULL)
		plan_declared(&context, spec, entry);
	else
		plan_dropped(&context, entry);
	if (input->doubt == NULL)
		note_leftover(&context, entry);
	if (spec != NULL)
		note_silent_file(&context, spec);
	return context.out_of_memory ? -ENOMEM : 0;
}

/* Which registry entry owns each kernel object; the caller frees it. */
static const struct registry_entry **find_owners(const struct plan_input *input)
{
	const struct registry_entry **owners = calloc(input->view->n_objects + 1, sizeof *owners);

	for (size_t i = 0; owners != NULL && i < input->registry->n_entries; i++) {
		const struct registry_entry *entry = &input->registry->entries[i];
		const struct kernel_object *found = owned_object(input, entry);

		if (found != NULL && !entry->link.observed)
			owners[found - input->view->objects] = entry;
	}
	return owners;
}

/* One name with messages is declared no more, and one name of its kind is new: it may have been renamed. */
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
	const struct registry_entry **owners = find_owners(input);
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
