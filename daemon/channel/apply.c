/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Called by run/reconcile.c. The order inside a creation makes kills harmless, at any instruction and any number of them: the
 * intent is on disk (run/intents.c), the object is created closed, its link is written, it gets its values or its layout, and
 * only then it is opened to others. Between creating and linking, nothing is done to the object: the next start knows it as ours
 * because it was never used, and later starts know it by its link.
 */

#include "daemon/channel/apply.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/grammar.h"
#include "daemon/channel/explain.h"
#include "daemon/channel/kernel.h"
#include "daemon/channel/store.h"
#include "daemon/plan/link.h"
#include "daemon/plan/shape.h"
#include "lib/object-remove.h"

/* Takes over the reason, which may be NULL. */
static void take_reason(struct channel *channel, enum channel_state state, char *reason)
{
	free(channel->reason);
	channel->reason = reason;
	channel->state = state;
}

static void set_state(struct channel *channel, enum channel_state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* format NULL: nothing is wrong. */
static void set_state(struct channel *channel, enum channel_state state, const char *format, ...)
{
	va_list arguments;
	char *reason = NULL;

	if (format != NULL) {
		va_start(arguments, format);
		if (vasprintf(&reason, format, arguments) < 0)
			reason = NULL;
		va_end(arguments);
	}
	take_reason(channel, state, reason);
}

/* Active, with a reason if the kernel does not allow the capacity, or if there is other trouble (NULL: none). */
static void set_active(struct channel *channel, const char *trouble)
{
	const struct channel_spec *spec = channel->spec;
	char declared[GRAMMAR_SIZE_MAX], actual[GRAMMAR_SIZE_MAX];

	if (spec->kind == KIPC_QUEUE && spec->manage == MANAGE_OWN && spec->capacity > channel->capacity)
		set_state(channel, STATE_ACTIVE,
			  "capacity %s exceeds kernel.msgmnb, and kipcd has no CAP_SYS_RESOURCE, so the "
			  "queue has %s: to raise it, run 'sysctl kernel.msgmnb=%llu' and 'kipcctl reload'",
			  grammar_size_to_string(spec->capacity, declared),
			  grammar_size_to_string(channel->capacity, actual),
			  (unsigned long long)spec->capacity);
	else
		set_state(channel, STATE_ACTIVE, trouble != NULL ? "%s" : NULL, trouble);
}

static void note_object(struct channel *channel, const struct kipc_object *object)
{
	channel->uid = object->uid;
	channel->gid = object->gid;
	channel->mode = object->mode;
	channel->capacity = object->kind == KIPC_QUEUE ? object->queue.capacity : 0;
}

/* -- links ------------------------------------------------------------------------------------------------ */

static bool links_are_equal(const struct registry_link *a, const struct registry_link *b)
{
	return a->kind == b->kind && a->key == b->key && a->id == b->id && a->creator == b->creator &&
	       a->observed == b->observed && a->owned == b->owned && a->adopted == b->adopted &&
	       a->is_ring == b->is_ring && a->is_begun == b->is_begun && a->in_conflict == b->in_conflict &&
	       a->maker == b->maker && strcmp(a->lifetime, b->lifetime) == 0;
}

static int put_link(const struct apply *apply, struct channel *channel, const struct registry_link *link)
{
	int r;

	if (channel->has_link && !channel->is_link_lost && links_are_equal(&channel->link, link))
		return 0;
	r = store_write_link(apply->channels_fd, channel->name, link, !channel->has_link);
	if (r < 0)
		return r;
	channel->link = *link;
	channel->has_link = true;
	channel->is_link_lost = false;
	return 0;
}

/* Whether programs that look the name up are refused. If this cannot be written, the next reconcile tries again. */
static void mark_conflict(const struct apply *apply, struct channel *channel, bool in_conflict)
{
	struct registry_link link = channel->link;

	link.in_conflict = in_conflict;
	if (channel->has_link && !link.observed)
		(void)put_link(apply, channel, &link);
}

static void drop_link(const struct apply *apply, struct channel *channel)
{
	if (channel->has_link && store_drop_link(apply->channels_fd, channel->name) == 0)
		channel->has_link = false;
}

static struct registry_link link_for(const struct channel_spec *spec, const struct kipc_object *object)
{
	struct registry_link link = {
		.kind = object->kind,
		.key = object->key,
		.id = object->id,
		.creator = object->cuid,
		.observed = spec->manage == MANAGE_OBSERVE,
		.is_ring = object->kind == KIPC_SEGMENT && spec->layout == LAYOUT_RING,
	};

	if (!link.observed && spec->lifetime != LIFETIME_BOOT)
		snprintf(link.lifetime, sizeof link.lifetime, "%s", lifetime_words[spec->lifetime]);
	return link;
}

/* -- the steps ------------------------------------------------------------------------------------------ */

static void fail_to_write_link(struct channel *channel, int error)
{
	set_state(channel, STATE_FAILED, "its name cannot be written to the registry: %s", strerror(-error));
}

/* Opens the object to others as declared, and notes how it was left. False: that failed, and the channel says so. */
static bool publish(const struct apply *apply, struct channel *channel, int id, uint64_t capacity,
		    const char *trouble)
{
	const struct channel_spec *spec = channel->spec;
	struct kipc_object object = {
		.kind = spec->kind,
		.id = id,
		.uid = spec->owner,
		.gid = spec->group,
		.mode = spec->mode,
	};
	int r;

	if (spec->kind == KIPC_QUEUE)
		object.queue.capacity = capacity;
	r = kernel_publish(&object, apply->view->msgmnb);
	if (r < 0) {
		set_state(channel, STATE_FAILED, "owner, group, mode or capacity cannot be set: %s",
			  strerror(-r));
		return false;
	}
	note_object(channel, &object);
	set_active(channel, trouble);
	return true;
}

/* Removes an object, unless something would be lost. */
static int remove_unforced(const struct kipc_object *object, struct channel *channel)
{
	int r = object_remove(object, 0, channel->link.maker, channel->held != NULL, NULL);

	if (r == 0 || r == -EIDRM)
		channel->held = kernel_let_go(channel->held);
	return r;
}

/* A semaphore set is useless without its values, a ring without its layout. */
static bool needs_preparation(const struct channel_spec *spec)
{
	return spec->kind == KIPC_SEMAPHORE || (spec->kind == KIPC_SEGMENT && spec->layout == LAYOUT_RING);
}

/*
 * An object that was created just now is removed: no program knows it yet. One that was half made before stays, and so does the
 * record that it is ours: the link, or else the intent.
 */
static void undo_creation(const struct apply *apply, struct channel *channel,
			  const struct kipc_object *object, bool was_half_made)
{
	bool is_linked = channel->has_link && channel->link.id == object->id;
	int r = -EBUSY;

	channel->held = kernel_let_go(channel->held);
	if (!was_half_made)
		r = kipc_object_remove(object, KIPC_REMOVE_EVEN_IF_NOT_EMPTY, 0, NULL);
	if (r < 0 && r != -EIDRM) {
		channel->has_intent = !is_linked;
		channel->intent_kind = object->kind;
		channel->intent_key = object->key;
	} else if (is_linked) {
		drop_link(apply, channel);
	}
}

/* Links the object and prepares it. Until it is prepared, the link says so, and the next start finishes the job. */
static int link_and_prepare(const struct apply *apply, struct channel *channel,
			    const struct kipc_object *object)
{
	const struct channel_spec *spec = channel->spec;
	struct registry_link link = link_for(spec, object);
	int r;

	if (spec->kind == KIPC_SEMAPHORE)
		link.maker = getpid();
	link.is_begun = needs_preparation(spec);
	r = put_link(apply, channel, &link);
	if (r < 0 || !link.is_begun) {
		if (r < 0)
			fail_to_write_link(channel, r);
		return r;
	}
	r = kernel_prepare(spec, object->id, channel->held != NULL);
	if (r < 0) {
		take_reason(channel, STATE_FAILED, channel_explain(spec, r));
		return r;
	}
	link.is_begun = false;
	r = put_link(apply, channel, &link);
	if (r < 0)
		fail_to_write_link(channel, r);
	return r;
}

/* `half_made`: an unfinished object of an earlier kipcd, or NULL. */
static void create(const struct apply *apply, struct channel *channel, const struct kipc_object *half_made)
{
	const struct channel_spec *spec = channel->spec;
	struct kipc_object object;
	int id = half_made != NULL ? half_made->id : -1, r;

	r = half_made != NULL ? 0 : kernel_create(spec, &id);
	if (r == -EEXIST) {
		set_state(
			channel, STATE_CONFLICT,
			"another program has just created an object with its key 0x%08x: choose another key",
			(unsigned)spec->key);
		return;
	}
	if (r < 0) {
		take_reason(channel, STATE_FAILED, channel_explain(spec, r));
		return;
	}
	object = (struct kipc_object){ .kind = spec->kind, .id = id, .key = spec->key, .cuid = apply->uid };
	/* Before the layout is written, which attaches and detaches the segment. */
	if (spec->kind == KIPC_SEGMENT && apply->holds_segments)
		channel->held = kernel_hold(id);
	if (link_and_prepare(apply, channel, &object) < 0 ||
	    !publish(apply, channel, id, plan_shape_capacity(spec, apply->view), NULL))
		undo_creation(apply, channel, &object, half_made != NULL);
}

/* The link of an existing object. One that was ours and is observed now becomes ours again when it is declared so. */
static struct registry_link link_of_found(const struct apply *apply, const struct plan_step *step,
					  const struct channel *channel)
{
	struct registry_link link = link_for(step->spec, &step->object), before = channel->link;
	bool was_ours = channel->has_link && (!before.observed || before.owned);

	before.observed = false;
	/* Once used, it counts as used for ever: after the next IPC_SET, or when the pid is reused, the use would no longer show. */
	link.maker = channel->has_link && !step->is_used ? before.maker : 0;
	link.adopted = !link.observed && step->object.cuid != apply->uid;
	if (link.observed && was_ours && link_owns(&before, &step->object, apply->uid)) {
		link.owned = true;
		link.adopted = before.adopted;
		link.is_ring = before.is_ring;
	}
	if (step->action == PLAN_ADOPT)
		link.is_ring = step->is_ring; /* whatever is declared */
	return link;
}

/* Ours, no longer declared, and no longer observed. */
static void retain(const struct apply *apply, const struct plan_step *step, struct channel *channel)
{
	struct registry_link link = channel->link;
	int r;

	link.observed = link.owned = link.in_conflict = false;
	r = put_link(apply, channel, &link);
	if (r < 0)
		fail_to_write_link(channel, r);
	else
		set_state(channel, step->state, "%s", step->detail);
}

/* The object is as declared; its link may still have to follow the declaration. */
static void keep(const struct apply *apply, const struct plan_step *step, struct channel *channel)
{
	struct registry_link link;
	int r;

	if (step->state == STATE_ABSENT)
		drop_link(apply, channel);
	if (step->state != STATE_ACTIVE && step->action != PLAN_ADOPT) {
		if (step->has_object || step->state != STATE_FAILED) /* in doubt, nothing is altered */
			mark_conflict(apply, channel, false);
		set_state(channel, step->state, step->detail != NULL ? "%s" : NULL, step->detail);
		return;
	}
	if (step->action == PLAN_RESUME && step->kind == KIPC_SEGMENT && step->spec->manage == MANAGE_OWN &&
	    apply->holds_segments)
		channel->held = kernel_hold(step->object.id);
	link = link_of_found(apply, step, channel);
	note_object(channel, &step->object);
	r = put_link(apply, channel, &link);
	if (r < 0)
		fail_to_write_link(channel, r);
	else
		set_active(channel, step->trouble);
}

/* What can be altered in place. */
static void alter(const struct apply *apply, const struct plan_step *step, struct channel *channel)
{
	const struct channel_spec *spec = step->spec;
	uint64_t capacity =
		spec->capacity == 0 ? step->object.queue.capacity : plan_shape_capacity(spec, apply->view);

	(void)publish(apply, channel, step->object.id, capacity, step->trouble);
}

/* Removes the channel's own empty object, which is in the way of its new one. `why`: what differs. */
static bool remove_former(const struct apply *apply, const struct kipc_object *former, const char *why,
			  enum channel_state when_busy, struct channel *channel)
{
	int r = remove_unforced(former, channel);

	if (r == -EBUSY) {
		set_state(channel, when_busy,
			  "%s requires a new object, but a process has just begun to use the old one: run "
			  "'kipcctl reload' later",
			  why);
		return false;
	}
	if (r < 0 && r != -EIDRM) {
		set_state(channel, STATE_FAILED, "the old object cannot be removed: %s", strerror(-r));
		return false;
	}
	drop_link(apply, channel);
	return true;
}

bool apply_vacate(const struct apply *apply, const struct plan_step *step, struct channel *channel)
{
	return remove_former(apply, &step->object, step->detail, STATE_STALE, channel);
}

/* Takes the object over as it is, then alters what is declared and can be altered. */
static void adopt(const struct apply *apply, const struct plan_step *step, struct channel *channel)
{
	if (step->has_former &&
	    !remove_former(apply, &step->former, "taking over the other", STATE_CONFLICT, channel))
		return;
	keep(apply, step, channel);
	if (channel->state != STATE_FAILED && step->changes != 0)
		alter(apply, step, channel);
	if (channel->state != STATE_FAILED && step->state != STATE_ACTIVE)
		set_state(channel, step->state, "%s", step->detail);
}

static enum plan_action remove_object(const struct apply *apply, const struct plan_step *step,
				      struct channel *channel)
{
	int r = 0;

	if (step->has_object)
		r = remove_unforced(&step->object, channel);
	if (r == -EBUSY) {
		set_state(channel, STATE_RETAINED,
			  "no longer declared, but a process has just begun to use it");
		return PLAN_RETAIN;
	}
	if (r < 0 && r != -EIDRM) {
		set_state(channel, STATE_FAILED, "it cannot be removed: %s", strerror(-r));
		return PLAN_KEEP;
	}
	drop_link(apply, channel);
	set_state(channel, STATE_ABSENT, NULL);
	return PLAN_REMOVE;
}

enum plan_action apply_step(const struct apply *apply, const struct plan_step *step, struct channel *channel)
{
	assert(strcmp(step->name, channel->name) == 0);
	switch (step->action) {
	case PLAN_KEEP:
	case PLAN_RESUME:
	case PLAN_RENAME:
		keep(apply, step, channel);
		break;
	case PLAN_ADOPT:
		adopt(apply, step, channel);
		break;
	case PLAN_CREATE:
		create(apply, channel, step->has_object ? &step->object : NULL);
		break;
	case PLAN_ALTER:
		keep(apply, step, channel);
		if (channel->state != STATE_FAILED)
			alter(apply, step, channel);
		break;
	case PLAN_RECREATE:
		if (!apply->is_vacated)
			return PLAN_KEEP;
		create(apply, channel, NULL);
		break;
	case PLAN_RETAIN:
		retain(apply, step, channel);
		break;
	case PLAN_CONFLICT:
		/* Observed until now: the name must no longer mean a foreign object, or remove it. */
		if (channel->link.observed)
			drop_link(apply, channel);
		mark_conflict(apply, channel, true);
		set_state(channel, step->state, "%s", step->detail);
		break;
	case PLAN_REMOVE:
		return remove_object(apply, step, channel);
	}
	return step->action;
}

void apply_fail(struct channel *channel, const char *what, int error)
{
	set_state(channel, STATE_FAILED, "%s: %s", what, strerror(-error));
}
