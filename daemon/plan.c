/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Comparing what is declared with what the registry remembers and the kernel holds. Pure: no IPC, no globals, no
 * logging; tests feed it tables. The rule that it keeps: ours is only what the registry knows, with the same id, key
 * and creator; everything else is foreign, and in doubt nothing is destroyed.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/grammar.h"
#include "common/loss.h"
#include "daemon/link.h"
#include "daemon/plan.h"

const char *const plan_action_words[] = {
	[PLAN_KEEP] = "keep",	      [PLAN_RESUME] = "resume",
	[PLAN_CREATE] = "create",     [PLAN_ALTER] = "alter",
	[PLAN_RECREATE] = "recreate", [PLAN_RETAIN] = "retain",
	[PLAN_REMOVE] = "remove",     [PLAN_ADOPT] = "adopt",
	[PLAN_CONFLICT] = "conflict", NULL,
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

static void decide(struct context *context, enum plan_action action, enum channel_state state,
		   const struct kernel_object *found)
{
	context->step->action = action;
	context->step->state = state;
	context->step->has_object = found != NULL;
	if (found != NULL)
		context->step->object = found->object;
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

/* Nobody ever used it, its maker included: nothing that a kipcd does between making an object and linking it shows. */
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

	if (entry == NULL)
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

uint64_t plan_capacity(const struct channel_spec *spec, const struct kernel_view *view)
{
	uint64_t capacity = spec->capacity == 0 ? view->msgmnb : spec->capacity;

	return capacity > view->msgmnb && !view->may_exceed_msgmnb ? view->msgmnb : capacity;
}

static unsigned find_changes(const struct channel_spec *spec, const struct kipc_object *object,
			     const struct kernel_view *view)
{
	unsigned changes = 0;

	if (spec->owner != object->uid)
		changes |= KIPC_ALTER_UID;
	if (spec->group != object->gid)
		changes |= KIPC_ALTER_GID;
	if (spec->mode != object->mode)
		changes |= KIPC_ALTER_MODE;
	/* A capacity that is not declared is nobody's wish: whatever it has is right. */
	if (spec->kind == KIPC_QUEUE && spec->capacity != 0 &&
	    plan_capacity(spec, view) != object->queue.capacity)
		changes |= KIPC_ALTER_CAPACITY;
	return changes;
}

static void describe_changes(struct context *context, const struct channel_spec *spec,
			     const struct kipc_object *object, unsigned changes)
{
	char from[GRAMMAR_SIZE_MAX], to[GRAMMAR_SIZE_MAX], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *separator = "";

	if (out == NULL) {
		context->out_of_memory = true;
		return;
	}
	if (changes & KIPC_ALTER_UID) {
		fprintf(out, "owner %u -> %u", (unsigned)object->uid, (unsigned)spec->owner);
		separator = ", ";
	}
	if (changes & KIPC_ALTER_GID) {
		fprintf(out, "%sgroup %u -> %u", separator, (unsigned)object->gid, (unsigned)spec->group);
		separator = ", ";
	}
	if (changes & KIPC_ALTER_MODE) {
		fprintf(out, "%smode %04o -> %04o", separator, (unsigned)object->mode, (unsigned)spec->mode);
		separator = ", ";
	}
	if (changes & KIPC_ALTER_CAPACITY)
		fprintf(out, "%scapacity %s -> %s", separator,
			grammar_size_to_string(object->queue.capacity, from),
			grammar_size_to_string(plan_capacity(spec, context->input->view), to));
	if (fclose(out) != 0)
		context->out_of_memory = true;
	free(context->step->detail);
	context->step->detail = text;
}

/* Rounded, two sizes that differ could look the same. */
static const char *exact_size(uint64_t bytes, char buffer[static GRAMMAR_SIZE_MAX])
{
	if (bytes % 1024 != 0 && bytes < UINT64_C(100000000000000))
		snprintf(buffer, GRAMMAR_SIZE_MAX, "%llu", (unsigned long long)bytes);
	else
		(void)grammar_size_to_string(bytes, buffer);
	return buffer;
}

/* What is fixed when an object is made, and is not as declared, as words; false: nothing. */
static bool is_of_other_shape(const struct channel_spec *spec, const struct kipc_object *object, bool is_ring,
			      char *why, size_t size)
{
	char from[GRAMMAR_SIZE_MAX], to[GRAMMAR_SIZE_MAX];

	if (spec->kind != object->kind)
		snprintf(why, size, "kind %s -> %s", kipc_kind_to_string(object->kind),
			 kipc_kind_to_string(spec->kind));
	else if (spec->key != object->key)
		snprintf(why, size, "key 0x%08x -> 0x%08x", (unsigned)object->key, (unsigned)spec->key);
	else if (spec->kind == KIPC_SEGMENT && spec->size != object->segment.size)
		snprintf(why, size, "size %s -> %s", exact_size(object->segment.size, from),
			 exact_size(spec->size, to));
	else if (spec->kind == KIPC_SEGMENT && (spec->layout == LAYOUT_RING) != is_ring)
		snprintf(why, size, "layout %s -> %s", layout_words[is_ring ? LAYOUT_RING : LAYOUT_RAW],
			 layout_words[spec->layout]);
	else if (spec->kind == KIPC_SEMAPHORE && spec->n_values != object->semaphore.semaphores)
		snprintf(why, size, "values: %zu semaphores -> %zu", (size_t)object->semaphore.semaphores,
			 spec->n_values);
	else
		return false;
	return true;
}

/* The largest message of a ring is fixed, too. */
static bool is_for_other_messages(const struct channel_spec *spec, uint64_t max_message, char *why,
				  size_t size)
{
	char from[GRAMMAR_SIZE_MAX], to[GRAMMAR_SIZE_MAX];

	if (max_message == channel_spec_max_message(spec))
		return false;
	snprintf(why, size, "max_message %s -> %s", exact_size(max_message, from),
		 exact_size(channel_spec_max_message(spec), to));
	return true;
}

/* What makes an alteration in place impossible, as words; false: nothing does. */
static bool needs_anew(const struct channel_spec *spec, const struct kernel_object *found, bool is_ring,
		       char *why, size_t size)
{
	if (is_of_other_shape(spec, &found->object, is_ring, why, size))
		return true;
	if (found->ring != NULL && found->ring->is_laid_out && found->ring->stat.fault == KIPC_RING_SOUND &&
	    is_for_other_messages(spec, found->ring->stat.max_message, why, size))
		return true;
	/* Retired by a kipcd that was killed before it had removed it. */
	if (found->ring != NULL && found->ring->stat.retired && found->is_empty) {
		snprintf(why, size, "it says that it was removed");
		return true;
	}
	if (spec->kind != KIPC_SEMAPHORE || !found->is_empty || found->values == NULL ||
	    memcmp(spec->values, found->values, spec->n_values * sizeof *spec->values) == 0)
		return false;
	snprintf(why, size, "values: other starting values, and never operated on");
	return true;
}

/*
 * Declared no more, and nothing would be lost: the registry remembers what was declared of its lifetime. What would declare it
 * and was set aside for a mistake is no wish to let it go.
 */
static bool goes_with_config(const struct plan_input *input, const struct registry_entry *entry,
			     const struct kernel_object *found)
{
	const struct config_aside *aside = config_aside_of(input->config, entry->name);

	return strcmp(entry->link.lifetime, "config") == 0 && found->is_empty &&
	       (aside == NULL || !aside->declares);
}

/* Whether this very plan removes it, which is done before anything is made. */
static bool makes_way(const struct context *context, const struct kernel_object *found)
{
	const struct registry_entry *owner = context->owners[found - context->input->view->objects];

	return owner != NULL && config_find(context->input->config, owner->name) == NULL &&
	       goes_with_config(context->input, owner, found);
}

static void plan_foreign(struct context *context, const struct kernel_object *found)
{
	const struct registry_entry *owner = context->owners[found - context->input->view->objects];
	const struct kipc_object *object = &found->object;

	decide(context, PLAN_CONFLICT, STATE_CONFLICT, found);
	if (owner != NULL)
		say(context, "its key 0x%08x belongs to %s @%d, kipcd's own %s: remove that first",
		    (unsigned)object->key, kipc_kind_to_string(object->kind), object->id, owner->name);
	else
		say(context,
		    "its key 0x%08x belongs to %s @%d, created by uid %u and not by kipcd: choose another "
		    "key, or "
		    "have it removed by its owner",
		    (unsigned)object->key, kipc_kind_to_string(object->kind), object->id,
		    (unsigned)object->cuid);
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

/* What was made by another is given to nobody: kipcd would be neither its owner nor its creator. */
static bool keeps_owner(struct context *context, const struct channel_spec *spec, enum plan_action action,
			const struct kernel_object *found)
{
	if (spec->owner == context->input->uid)
		return false;
	decide(context, action, STATE_STALE, found);
	say(context,
	    "it was adopted, and giving it to owner %u would end kipcd's rights to it for good: take "
	    "the line 'owner' away",
	    (unsigned)spec->owner);
	return true;
}

/* Declared and ours: is it as declared? */
static void plan_owned(struct context *context, const struct channel_spec *spec,
		       const struct kernel_object *found)
{
	const struct kernel_object *in_the_way =
		kernel_view_find_key(context->input->view, spec->kind, spec->key);
	char why[128], loss[LOSS_MAX];

	if (context->step->entry->link.adopted && keeps_owner(context, spec, PLAN_KEEP, found))
		return;
	if (needs_anew(spec, found, context->step->entry->link.is_ring, why, sizeof why)) {
		if (in_the_way != NULL && in_the_way != found && !makes_way(context, in_the_way)) {
			plan_foreign(context, in_the_way);
		} else if (found->is_empty) {
			decide(context, PLAN_RECREATE, STATE_ACTIVE, found);
			say(context, "%s", why);
		} else {
			decide(context, PLAN_KEEP, STATE_STALE, found);
			say(context,
			    "%s would need a new %s, and %s: empty it and reload, or remove it with --force",
			    why, kipc_kind_to_string(found->object.kind), say_loss(context, found, loss));
		}
		return;
	}
	context->step->changes = find_changes(spec, &found->object, context->input->view);
	if (context->step->changes != 0) {
		decide(context, PLAN_ALTER, STATE_ACTIVE, found);
		describe_changes(context, spec, &found->object, context->step->changes);
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

/* The very object that adopt names, now that kipcd owns it. */
static bool is_handed_over(const struct plan_input *input, const struct channel_spec *spec,
			   const struct kipc_object *object)
{
	return input->adopting != NULL && strcmp(input->adopting->name, spec->name) == 0 &&
	       input->adopting->kind == object->kind && input->adopting->id == object->id &&
	       (object->uid == input->uid || object->cuid == input->uid);
}

/* It becomes ours as it is; what is declared otherwise is altered, or else told. */
static void plan_adopted(struct context *context, const struct channel_spec *spec,
			 const struct kernel_object *found)
{
	const struct adopting *adopting = context->input->adopting;
	const struct kipc_object *object = &found->object;
	char why[128], *changes;

	context->step->is_ring = adopting->is_ring;
	if (object->cuid != context->input->uid && keeps_owner(context, spec, PLAN_ADOPT, found))
		return;
	context->step->changes = find_changes(spec, object, context->input->view);
	if (is_of_other_shape(spec, object, adopting->is_ring, why, sizeof why) ||
	    (adopting->is_ring && is_for_other_messages(spec, adopting->max_message, why, sizeof why))) {
		decide(context, PLAN_ADOPT, STATE_STALE, found);
		say(context,
		    "%s would need a new %s: empty it and reload, remove it with --force, or declare what "
		    "it is",
		    why, kipc_kind_to_string(object->kind));
		return;
	}
	decide(context, PLAN_ADOPT, STATE_ACTIVE, found);
	if (context->step->changes != 0)
		describe_changes(context, spec, object, context->step->changes);
	changes = context->step->detail;
	context->step->detail = NULL;
	say(context, "@%d, made by uid %u%s%s", object->id, (unsigned)object->cuid,
	    changes != NULL ? "; " : "", changes != NULL ? changes : "");
	free(changes);
}

static void plan_declared(struct context *context, const struct channel_spec *spec,
			  const struct registry_entry *entry)
{
	const struct plan_input *input = context->input;
	const struct kernel_object *found, *half_made;
	char why[128];

	if (spec->manage == MANAGE_OBSERVE) {
		plan_observed(context, spec);
		return;
	}
	if (input->is_removed_by_hand != NULL && input->is_removed_by_hand(spec->name, input->userdata)) {
		decide(context, PLAN_KEEP, STATE_ABSENT, NULL);
		say(context, "removed by hand: a reload makes it anew");
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
	    !is_of_other_shape(spec, &half_made->object,
			       found == half_made ? entry->link.is_ring : spec->layout == LAYOUT_RING, why,
			       sizeof why)) {
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
	owner = context->owners[half_made - context->input->view->objects];
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
